"""A graph of very many nodes on the canvas: found at one stroke, and no step compares all of its numbers."""

import random
from unittest import mock

import pytest
from PySide6.QtCore import QRectF

from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.node import LARGE
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import moved_between
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.gradients import Gradients
from micrograd_gui.views.gradients_model import GradientsModel
from micrograd_gui.views.theme import Look


@pytest.fixture(scope="module")
def graph() -> Graph:
    """Leaves, and a sum over products of two of them, more than enough nodes."""
    draw, half = random.Random(3), LARGE // 2 + 10
    nodes = {
        n: Node(n, label=f"w{n}", data=draw.uniform(-1, 1), role="parameter") for n in range(1, half + 1)
    }
    last = 1
    for n in range(half + 1, 2 * half + 1):
        if (n - half) % 2:
            nodes[n] = Node(n, "*", (n - half, draw.randint(1, half)))
        else:
            nodes[n] = Node(n, "+", (last, n - 1))
            last = n
    places = {n: (draw.uniform(0, 30_000), draw.uniform(0, 20_000)) for n in nodes}
    return Graph(nodes, places, last, 2 * half + 1)


def test_a_large_scene_finds_what_meets_a_rectangle_as_a_small_one_does(graph, monkeypatch):
    large = Scene(graph)
    monkeypatch.setattr("micrograd_gui.views.canvas.scene.LARGE", len(graph))
    small = Scene(graph)
    assert large.large
    assert not small.large
    assert large.curves == small.curves
    assert large.boxes == small.boxes
    assert large.leaving == small.leaving
    for rect in (QRectF(100, 100, 900, 700), QRectF(-50, -50, 1, 1), QRectF(5_000, 4_000, 12_000, 9_000)):
        assert large.nodes_in(rect) == small.nodes_in(rect)
        assert large.wires_in(rect) == small.wires_in(rect)
    everywhere = QRectF(-100, -100, 40_000, 30_000)
    monkeypatch.setattr("micrograd_gui.views.canvas.scene._SOME", 100)
    assert len(large.wires_in(everywhere, dust=True)) == 100
    assert len(large.nodes_in(everywhere, dust=True)) == 200
    assert small.nodes_in(everywhere, dust=True) == large.nodes_in(everywhere) == graph.nodes.keys()
    moved = graph.moved({3: (7.0, 9.0)}).unwired(graph.chosen_target, 0)
    for scene in (large, small):
        scene.follow(moved)
    rect = QRectF(0, 0, 60, 60)
    assert 3 in large.nodes_in(rect)
    assert large.nodes_in(rect) == small.nodes_in(rect)
    assert large.wires_in(QRectF(0, 0, 30_000, 20_000)) == small.wires_in(QRectF(0, 0, 30_000, 20_000))


def test_an_edit_of_a_large_scene_puts_in_order_what_it_touches_and_no_more(graph, monkeypatch):
    scene = Scene(graph).prepare()
    anew, put = [], []
    monkeypatch.setattr(scene, "_build", lambda _: anew.append("scene"))
    made, place = card_geometry.Near.__init__, card_geometry.Near.put
    monkeypatch.setattr(card_geometry.Near, "__init__", lambda *args: (anew.append("near"), made(*args))[1])
    monkeypatch.setattr(card_geometry.Near, "put", lambda *args: (put.append(args[1]), place(*args))[1])
    last, new = graph.chosen_target, graph.next_id
    after = [graph.moved({3: (-700.0, 9.0)})]
    after.append(after[-1].added("tanh", (-900.0, -80.0), inputs=(3,)))
    after.append(after[-1].unwired(last, 0))
    after.append(after[-1].relabelled(5, "five"))
    after.append(after[-1].without({new, 4}))
    for each in (*after, graph):
        rects = scene.follow(each)
        assert anew == []
        fresh = Scene(each).prepare()
        anew.clear()
        assert len(rects) < 40
        assert (scene.curves, scene.boxes) == (fresh.curves, fresh.boxes)
        for rect in (QRectF(-950, -100, 400, 300), QRectF(0, 0, 9_000, 7_000), QRectF(-800, 0, 30_000, 10)):
            assert scene.nodes_in(rect) == fresh.nodes_in(rect)
            assert scene.wires_in(rect) == fresh.wires_in(rect)
        assert scene.bounds() == fresh.bounds()
        assert anew == []
    assert len(put) < 100


def test_a_drag_in_a_large_graph_asks_for_no_other_numbers(graph):
    session = Session(graph)
    before = session.state
    session.move({3: (1.0, 2.0)}, "drag")
    assert moved_between(before, session.state) == frozenset()
    session.forward_step()
    before = session.state
    session.move({3: (3.0, 4.0)}, "drag")
    assert moved_between(before, session.state) == frozenset()
    session.set_value(3, 0.125)
    assert moved_between(before, session.state) is None


def test_of_very_many_selected_nodes_neither_table_nor_canvas_goes_through_each(qtbot, graph):
    bridge = Bridge(Session(graph))
    table = Gradients(bridge, Look())
    canvas = CanvasView(bridge, Look())
    for each in (table, canvas):
        qtbot.addWidget(each)
    asked = []
    plain = GradientsModel.rowCount
    with mock.patch.object(GradientsModel, "rowCount", lambda *args: asked.append(1) or plain(*args)):
        bridge.session.select_all()
        bridge.session.select({1})
    assert len(asked) < 1000
    assert [index.row() for index in table.table.selectionModel().selectedRows()] == [graph.order.index(1)]
    bridge.session.select_all()
    assert not table.table.selectionModel().hasSelection()  # what is copied then is all of it, too
    assert canvas.picture.chosen == graph.nodes.keys()


def test_the_steps_tell_the_numbers_that_differ_between_two_moments(graph):
    session = Session(graph)
    session.backward()
    length = len(session.state.trace)
    for first, last in ((length, length - 1), (length - 1, length - 40), (12, 13), (40, 90)):
        session.seek(first)
        old = session.state
        session.seek(last)
        new = session.state
        pairs = ((old.frame.data, new.frame.data), (old.frame.grad, new.frame.grad))
        differing = {node for was, now in pairs for node, _ in was.items() ^ now.items()}
        assert differing <= moved_between(old, new)
        assert len(moved_between(old, new)) <= 3 * abs(first - last)


def test_where_steps_do_not_tell_it_is_said():
    session = Session()
    session.build("L = a*b")
    session.mark(1, "parameter")
    session.backward()
    before = session.state
    session.update()
    assert moved_between(before, session.state) is None  # another run
    after = session.state
    session.previous()
    assert moved_between(after, session.state) is None  # an update moves what it does not name
