"""Tools work on a host of a few lines, which is no widget: what they ask of it is all that they know."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.pens import pens_of
from micrograd_gui.views.canvas.picture import picture_of
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.canvas.tools import Band, DropTarget, Move, Pan, Scrub, drop, drop_target
from micrograd_gui.views.canvas.wiring import KeyWiring, PointerWiring
from micrograd_gui.views.theme import Look, load_fonts

NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


class FakeHost:
    """A session, and notes of what was said and asked for."""

    def __init__(self, graph: Graph, zoom: float = 1.0) -> None:
        self.session, self.zoom, self.pens = Session(), zoom, pens_of(Look())
        self.session.open_graph(graph.moved({number: (300.0 * number, 0.0) for number in graph.nodes}))
        self.scrolled, self.said, self.wanted = QPoint(), [], []

    graph_scene = property(lambda self: Scene(self.session.state.graph))
    picture = property(lambda self: picture_of(self.session.state, self.graph_scene, self.pens))

    def attempt(self, verb, *args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except Refusal as refusal:
            self.refuse(str(refusal), refusal.node)

    create_nodes = attempt

    def want_block(self, kind, point, nodes):
        self.wanted.append((kind, nodes))

    def freeze_places(self):
        pass

    def refuse(self, sentence, node=None):
        self.said.append(sentence)

    def say(self, sentence, at=None):
        self.said.append(sentence)

    def refresh(self, rects):
        assert all(isinstance(rect, QRectF) for rect in rects)

    def show_node(self, number):
        self.shown = number

    def scroll_by(self, pixels):
        self.scrolled += pixels


@pytest.fixture
def host(qapp):
    load_fonts()
    return FakeHost(graph_from_expression("a = 2; b = -3; c = a*b; d = a + c"))


def named(host: FakeHost, label: str) -> int:
    return host.session.state.graph.named(label)


def data(host: FakeHost, label: str) -> float:
    return host.session.state.graph.nodes[named(host, label)].data


def test_scrubbing_changes_a_number_in_whole_steps_and_is_one_undo(host):
    tool = Scrub(host, QPointF(100, 0), named(host, "a"))
    tool.start()
    for x in (103, 150, 110):
        tool.drag(QPointF(x, 5), NONE)
    tool.drop(QPointF(110, 5))
    assert data(host, "a") == pytest.approx(2.1)  # ten pixels, a hundredth each
    host.session.undo()
    assert data(host, "a") == 2.0


def test_scrubbing_is_finer_with_shift_coarser_with_ctrl_and_counts_pixels_not_scene_units(qapp):
    host = FakeHost(graph_from_expression("a = 2"), zoom=0.5)
    tool = Scrub(host, QPointF(0, 0), 1)
    tool.drag(QPointF(20, 0), SHIFT)
    assert data(host, "a") == pytest.approx(2.01)
    tool.drag(QPointF(40, 0), CTRL)
    assert data(host, "a") == pytest.approx(3.0)


def test_a_scrub_that_is_cancelled_has_changed_nothing(host):
    tool = Scrub(host, QPointF(0, 0), named(host, "a"))
    tool.drag(QPointF(30, 0), NONE)
    tool.cancel()
    assert data(host, "a") == 2.0


def test_moving_takes_all_that_is_selected_along_and_with_shift_straight(host):
    a, b, c = (named(host, label) for label in "abc")
    before = host.session.state.graph.places
    host.session.select((a, b))
    tool = Move(host, QPointF(10, 10))
    tool.start()
    tool.drag(QPointF(50, 20), NONE)
    tool.drag(QPointF(40, 15), SHIFT)
    places = host.session.state.graph.places
    assert places[a] == (before[a][0] + 30, before[a][1])
    assert places[b] == (before[b][0] + 30, before[b][1])
    assert places[c] == before[c]
    tool.cancel()
    assert host.session.state.graph.places == before


def test_a_band_selects_what_it_touches_and_cancelled_what_was_selected_before(host):
    a, b = named(host, "a"), named(host, "b")
    host.session.select((named(host, "d"),))
    tool = Band(host, QPointF(300 * a - 5, -5), adding=False)
    tool.drag(QPointF(300 * b + 5, 5), NONE)
    assert host.session.state.selection == {a, b}
    tool.cancel()
    assert host.session.state.selection == {named(host, "d")}


def test_panning_moves_what_is_seen_against_the_pointer(host):
    tool = Pan(host, QPointF(0, 0), QPoint(10, 10))
    tool.drag_pixels(QPoint(14, 7))
    tool.drag_pixels(QPoint(20, 0))
    assert host.scrolled == QPoint(-10, 10)


def test_a_wire_that_would_close_a_circle_is_refused_before_it_is_dropped(host):
    a, c, d = (named(host, label) for label in "acd")
    host.session.disconnect(c, 0)
    scene = host.graph_scene
    tool = PointerWiring(host, QPointF(*scene.out_point(d)), Hit("out", d))
    tool.drag(QPointF(*scene.in_point((c, 0))), NONE)
    assert tool.ends == (d, c, 0)
    assert tool.reason
    assert host.said == [tool.reason]
    tool = PointerWiring(host, QPointF(*scene.out_point(a)), Hit("out", a))
    tool.drop(QPointF(*scene.in_point((c, 0))))
    assert host.session.state.graph.nodes[c].inputs[0] == a


def test_a_wire_taken_off_its_port_is_hidden_and_dropped_on_the_ground_is_gone(host):
    c = named(host, "c")
    tool = PointerWiring(host, QPointF(*host.graph_scene.in_point((c, 1))), Hit("in", c, 1))
    assert tool.hidden_wire == (c, 1)
    tool.drop(QPointF(0, 5000))
    assert host.session.state.graph.nodes[c].inputs[1] is None


def test_keys_choose_among_free_ports_and_say_which(host):
    a, c = named(host, "a"), named(host, "c")
    host.session.disconnect(c, 0)
    host.session.disconnect(c, 1)
    tool = KeyWiring(host, a)
    tool.start()
    first = tool.chosen
    tool.turn(1)
    assert {first, tool.chosen} == {(a, c, 0), (a, c, 1)}
    assert "port" in host.said[-1]
    assert host.shown == c
    tool.accept()
    assert host.session.state.graph.nodes[c].inputs[tool.chosen[2]] == a


def test_what_is_dropped_is_applied_to_the_node_under_it_or_asked_for_as_a_block(host):
    d, scene = named(host, "d"), host.graph_scene
    middle = scene.boxes[d].center()
    drop(host, drop_target(scene, "tanh", middle, 1.0))
    (new,) = (node for node in host.session.state.graph if node.op == "tanh")
    assert new.inputs == (d,)
    drop(host, drop_target(scene, "block:neuron", middle, 1.0))
    assert host.wanted == [("neuron", (d,))]
    drop(host, DropTarget("node", "tanh", middle))
    assert "several outputs" in host.said[-1]
