"""A view that only zooms and scrolls, with nothing of a graph in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF

from micrograd_gui.views.canvas.camera import FURTHEST, NEAREST, ZoomView


@pytest.fixture
def view(qtbot) -> ZoomView:
    made = ZoomView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.look_at(QPointF(0, 0), 1.0)
    return made


def pixel(view: ZoomView, x: float, y: float) -> QPointF:
    return view.viewportTransform().map(QPointF(x, y))


@pytest.mark.parametrize("zoom", [0.3, 1.0, 2.5])
def test_what_is_looked_at_is_in_the_middle(view, zoom):
    view.look_at(QPointF(120, -40), zoom)
    at = pixel(view, 120, -40) - QPointF(200, 150)
    assert max(abs(at.x()), abs(at.y())) <= 1
    assert view.zoom == pytest.approx(zoom)


def test_what_is_at_the_pixel_one_zooms_at_stays_there(view):
    under = view.mapToScene(QPoint(50, 250))
    view.zoom_at(2.0, QPointF(50, 250))
    view.zoom_at(1.7, QPointF(50, 250))
    at = pixel(view, under.x(), under.y()) - QPointF(50, 250)
    assert max(abs(at.x()), abs(at.y())) <= 2
    assert view.zoom == pytest.approx(3.4)


def test_zoom_ends_at_both_ends_and_each_change_is_told_once(view):
    told: list[float] = []
    view.zoomed.connect(lambda: told.append(view.zoom))
    view.zoom_at(1e6, QPointF(0, 0))
    view.zoom_at(1e-9, QPointF(0, 0))
    assert told == [pytest.approx(NEAREST), pytest.approx(FURTHEST)]


def test_it_scrolls_no_further_than_needed_and_shows_the_middle_of_what_is_too_large(view):
    view.bring_into_view(QRectF(-20, -20, 40, 40), 10)  # it is in view
    assert pixel(view, 0, 0) == QPointF(200, 150)
    view.bring_into_view(QRectF(190, 0, 40, 40), 10)
    assert pixel(view, 230, 0) == QPointF(390, 150)
    view.bring_into_view(QRectF(-1000, 0, 2000, 40), 10)
    assert pixel(view, 0, 0) == QPointF(200, 150)


@pytest.mark.parametrize(
    ("box", "wide", "at"),
    [
        ((-290, -200, 300, 300), 700, (24, 24)),  # cut to the left and above: there is room for all of it
        ((-290, -200, 300, 300), 450, (-40, 24)),  # what was in view stays so
        ((-100, -100, 800, 200), 500, (100, 50)),  # there is no room beyond it
    ],
)
def test_what_was_cut_is_seen_when_there_is_room_for_it(view, box, wide, at):
    view.whole, bounds = False, QRectF(*box)
    old, tall = view.viewport().size(), 600
    view.resize(wide, tall)
    assert view.stay(old, lambda: bounds)
    assert pixel(view, *box[:2]) == QPointF(*at)
    assert view.zoom == 1.0
    view.look_as((0, 0), 1.0)  # what a file said is to be seen stays in the middle
    view.resize(800, 700)
    assert view.stay(old, lambda: bounds)
    assert pixel(view, 0, 0) == QPointF(400, 350)


def test_while_sizes_are_passed_through_what_is_to_be_wholly_in_view_is_told_once_at_the_end(view):
    told = []
    view.settled.connect(lambda: told.append(view.size().toTuple()))
    assert view.wants_whole()
    with view.passing():
        for wide in (500, 600):
            with view.passing():
                view.resize(wide, 300)
                assert not view.wants_whole()
        assert not told
    assert told == [(600, 300)]
    with view.passing():
        pass
    assert len(told) == 1


def test_one_can_scroll_beyond_whatever_is_drawn_and_never_less_far_than_before(view):
    before = view.sceneRect()
    view.grow(QRectF(0, 0, 10, 10))
    assert view.sceneRect() == before
    view.grow(QRectF(90_000, 0, 10, 10))
    assert view.sceneRect().contains(QRectF(100_000, 0, 1, 1))
    assert view.sceneRect().contains(before)
