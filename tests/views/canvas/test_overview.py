"""In a hall without room for the graph: the whole of it small, a frame to drag, and no jumps."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.views.canvas.hall import overview as in_overview


@pytest.fixture
def crowd(desk):
    """More nodes than a hall has room for, run forward."""
    desk.view.resize(1920, 600)
    desk.view.set_look(desk.view.look.projected(1080))
    text = "; ".join(["h0 = x", *(f"h{n + 1} = tanh(h{n}*w{n} + b{n})" for n in range(40))])
    desk.session.open_graph(graph_from_expression(text))
    desk.view.fit()
    desk.session.forward()
    desk.settle()
    assert desk.view.graph_scene.folding.stand is None
    return desk


def overview(desk):
    return desk.view.findChild(QWidget, "overview")


def test_it_is_there_only_where_a_hall_has_no_room_for_the_graph(crowd):
    strip, view = overview(crowd), crowd.view
    assert strip.isVisible()
    assert strip.geometry().top() == view.viewport().geometry().bottom() + 1
    assert strip.geometry().bottom() < view.height()
    crowd.open("a*b + c")
    assert not strip.isVisible()
    assert view.viewport().height() == view.height()


def test_the_window_has_none(crowd):
    crowd.view.set_look(type(crowd.view.look)(crowd.view.look.theme))
    crowd.view.fit()
    assert not overview(crowd).isVisible()
    assert crowd.view.viewport().height() == crowd.view.height()
    assert crowd.view.glide is None


def test_dragging_in_it_goes_there(crowd):
    strip, view = overview(crowd), crowd.view
    graph, room = crowd.graph, view.viewport().rect()
    far = max(graph.nodes, key=lambda node: abs(view.node_rect(node).center().x()))
    transform, box = strip._transform(), view.graph_scene.boxes[far]
    assert not room.contains(view.node_rect(far))
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=transform.map(box.center()).toPoint())
    assert room.contains(view.node_rect(far).center())
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton)


def test_the_acting_node_glides_into_view_and_a_key_cuts_it_short(crowd, qtbot, monkeypatch):
    view, session = crowd.view, crowd.session
    monkeypatch.setattr(in_overview, "_SECONDS", 5.0)  # a busy machine shall find it on its way
    session.seek(1)
    crowd.settle()
    view.motion_seconds = lambda: 0.25
    first, last = session.state.step.node, session.state.graph.target
    room = view.viewport().rect()
    session.seek(len(session.state.trace))
    began = view.node_rect(last)
    assert not room.contains(began), "no jump"
    qtbot.waitUntil(lambda: view.node_rect(last).left() < began.left() - 100)
    assert not room.contains(view.node_rect(last))
    view.scroll_by_hand(QPoint(1, 0))
    still = view.node_rect(last)
    QTest.qWait(60)
    assert view.node_rect(last) == still, "what one does oneself ends it"
    monkeypatch.undo()
    session.seek(len(session.state.trace) - 1)
    session.seek(len(session.state.trace))
    qtbot.waitUntil(lambda: room.contains(view.node_rect(last)))
    view.motion_seconds = lambda: 0.0
    session.seek(1)
    assert room.contains(view.node_rect(first)), "without motion at once"


def test_the_picture_follows_frame_and_acting_node(crowd):
    strip = overview(crowd)
    before = strip.grab().toImage()
    crowd.session.seek(1)
    crowd.settle()
    assert strip.grab().toImage() != before
