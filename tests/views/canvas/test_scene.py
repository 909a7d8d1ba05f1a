"""The scene follows any edit, and finds what a plain search finds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.scene import Scene

EDITS = st.lists(
    st.tuples(
        st.sampled_from(["leaf", "op", "wire", "unwire", "move", "delete", "value"]), st.integers(0, 10**6)
    ),
    max_size=40,
)


def edited(graph: Graph, what: str, seed: int) -> Graph:
    chance = random.Random(seed)
    at = (chance.uniform(-3000, 3000), chance.uniform(-3000, 3000))
    if what == "leaf" or not graph.nodes:
        return graph.added(None, at)
    if what == "op":
        return graph.added(chance.choice(["+", "tanh", "*"]), at)
    node = chance.choice(list(graph.nodes))
    try:
        if what == "wire":
            return graph.wired(chance.choice(list(graph.nodes)), node)
        if what == "unwire":
            return graph.unwired(node, 0) if graph.nodes[node].inputs else graph
        if what == "value":
            return graph.valued(node, 5.0)
    except Refusal:
        return graph
    return graph.moved({node: at}) if what == "move" else graph.without({node})


def contents(scene: Scene):
    return (
        dict(scene.curves),
        {number: tuple(box.getRect()) for number, box in scene.boxes.items()},
        {number: frozenset(wires) for number, wires in scene.leaving.items()},
        {cell: frozenset(found) for cell, found in scene._boxes.items() if found},
        {cell: frozenset(found) for cell, found in scene._wires.items() if found},
        {column: frozenset(found) for column, found in scene._long.items() if found},
    )


@given(EDITS)
def test_following_edits_gives_what_starting_anew_gives(edits):
    graph = Graph()
    scene = Scene(graph)
    for what, seed in edits:
        graph = edited(graph, what, seed)
        scene.follow(graph)
        assert contents(scene) == contents(Scene(graph))


@given(EDITS, st.integers(-3000, 3000), st.integers(-3000, 3000), st.integers(1, 2500))
def test_a_search_finds_what_looking_at_everything_finds(edits, x, y, size):
    graph = Graph()
    for what, seed in edits:
        graph = edited(graph, what, seed)
    scene, rect = Scene(graph), QRectF(x, y, size, size)
    met = {n for n in graph.nodes if card_geometry.box(graph.places[n]).intersects(rect)}
    assert met <= scene.nodes_in(rect) <= scene.nodes_in(rect, rough=True)
    crossing = {
        wire
        for wire, curve in scene.curves.items()
        if any(rect.contains(QPointF(*curve.at(t / 40))) for t in range(41))
    }
    assert crossing <= scene.wires_in(rect) <= scene.wires_in(rect, rough=True)


def test_what_follow_reports_covers_all_that_changed():
    graph = Graph().added(None, (0, 0)).added(None, (0, 200)).added("+", (300, 0), inputs=(1, 2))
    scene = Scene(graph)
    rects = scene.follow(graph.moved({2: (0, 600)}))
    for place in ((0, 200), (0, 600)):
        assert any(rect.contains(card_geometry.box(place)) for rect in rects)


def test_a_large_change_asks_for_everything_anew():
    graph = Graph()
    for row in range(200):
        graph = graph.added(None, (0, 100.0 * row))
    scene = Scene(Graph())
    assert scene.follow(graph) is None
    assert scene.nodes_in(QRectF(0, 0, 10, 10)) == {1}


@pytest.mark.slow
def test_ten_thousand_nodes_open_pan_and_step(desk):
    nodes = {1: Node(1, label="a")}
    for number in range(2, 10_001):
        nodes[number] = Node(number, "tanh", (number // 2,))
    desk.open_graph(arranged(Graph(nodes, {}, 10_000, 10_001)))
    whole = desk.picture()
    desk.view.look_at(desk.view.graph_scene.bounds().center(), 0.5)
    assert desk.picture() != whole
    desk.session.forward()
    desk.session.backward_step()
    assert desk.view.picture.acting == 10_000
