"""Dragging at the edge of the view scrolls."""

import pytest
from PySide6.QtCore import QPoint, QPointF

from micrograd_gui.views.canvas.tools import BREADTH


@pytest.fixture
def lecture(desk):
    return desk.open()


def corner(desk) -> QPointF:
    return desk.view.scene_point(QPointF(0, 0))


def test_a_box_dragged_to_the_edge_goes_on(lecture, qtbot):
    before, start = lecture.place("L"), corner(lecture)
    edge = QPoint(lecture.view.viewport().width() - 3, lecture.on("L").y())
    lecture.press(lecture.on("L"))
    lecture.move(edge)
    there = lecture.place("L")[0]
    qtbot.waitUntil(lambda: lecture.place("L")[0] > there + 100)
    assert corner(lecture).x() > start.x() + 100
    lecture.release(edge)
    rest = corner(lecture)
    qtbot.wait(80)
    assert corner(lecture) == rest
    assert lecture.place("L") != before
    lecture.session.undo()
    assert lecture.place("L") == before


def test_away_from_the_edge_nothing_scrolls(lecture, qtbot):
    start = corner(lecture)
    lecture.press(lecture.on("L"))
    lecture.move(lecture.on("L") + QPoint(-40, 30))
    qtbot.wait(80)
    assert corner(lecture) == start
    lecture.release(lecture.on("L"))


def test_coming_back_from_the_edge_ends_the_scrolling(lecture, qtbot):
    lecture.press(lecture.on("L"))
    lecture.move(QPoint(lecture.view.viewport().width() - 2, 200))
    lecture.move(QPoint(lecture.view.viewport().width() - 4 * BREADTH, 200))
    start = corner(lecture)
    qtbot.wait(80)
    assert corner(lecture) == start
    lecture.release(QPoint(300, 200))


def test_an_op_held_at_the_edge_scrolls_and_lands_under_the_pointer(lecture, qtbot):
    start = corner(lecture)
    pixel = QPoint(4, 300)
    lecture.hover_drag("exp", pixel)
    qtbot.waitUntil(lambda: corner(lecture).x() < start.x() - 100)
    landing = lecture.view.pointer.drop_target.point
    assert abs(landing.x() - lecture.view.scene_point(QPointF(pixel)).x()) < 60
    lecture.view.pointer.drag_away()


def test_a_number_that_is_scrubbed_to_the_edge_does_not_scroll(lecture, qtbot):
    start = corner(lecture)
    lecture.press(lecture.on("a", "data"))
    lecture.move(QPoint(3, lecture.on("a", "data").y()))
    qtbot.wait(80)
    assert corner(lecture) == start
    lecture.release(QPoint(3, 200))
