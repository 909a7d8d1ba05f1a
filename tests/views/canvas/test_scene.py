"""The index follows any edit, and finds what a plain search finds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.scene import Index

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


def contents(index: Index):
    return (
        dict(index.curves),
        {number: tuple(box.getRect()) for number, box in index.boxes.items()},
        {number: frozenset(wires) for number, wires in index.leaving.items()},
        {cell: frozenset(found) for cell, found in index._boxes.items() if found},
        {cell: frozenset(found) for cell, found in index._wires.items() if found},
        {column: frozenset(found) for column, found in index._long.items() if found},
    )


@given(EDITS)
def test_following_edits_gives_what_starting_anew_gives(edits):
    graph = Graph()
    index = Index(graph)
    for what, seed in edits:
        graph = edited(graph, what, seed)
        index.follow(graph)
        assert contents(index) == contents(Index(graph))


@given(EDITS, st.integers(-3000, 3000), st.integers(-3000, 3000), st.integers(1, 2500))
def test_a_search_finds_what_looking_at_everything_finds(edits, x, y, size):
    graph = Graph()
    for what, seed in edits:
        graph = edited(graph, what, seed)
    index, rect = Index(graph), QRectF(x, y, size, size)
    met = {n for n in graph.nodes if card_geometry.box(graph.places[n]).intersects(rect)}
    assert met <= index.nodes_in(rect) <= index.nodes_in(rect, rough=True)
    crossing = {
        wire
        for wire, curve in index.curves.items()
        if any(rect.contains(QPointF(*curve.at(t / 40))) for t in range(41))
    }
    assert crossing <= index.wires_in(rect) <= index.wires_in(rect, rough=True)


def test_what_follow_reports_covers_all_that_changed():
    graph = Graph().added(None, (0, 0)).added(None, (0, 200)).added("+", (300, 0), inputs=(1, 2))
    index = Index(graph)
    rects = index.follow(graph.moved({2: (0, 600)}))
    for place in ((0, 200), (0, 600)):
        assert any(rect.contains(card_geometry.box(place)) for rect in rects)


def test_a_large_change_asks_for_everything_anew():
    graph = Graph()
    for row in range(200):
        graph = graph.added(None, (0, 100.0 * row))
    index = Index(Graph())
    assert index.follow(graph) is None
    assert index.nodes_in(QRectF(0, 0, 10, 10)) == {1}


@pytest.mark.slow
def test_ten_thousand_nodes_open_pan_and_step(desk):
    nodes = {1: Node(1, label="a")}
    for number in range(2, 10_001):
        nodes[number] = Node(number, "tanh", (number // 2,))
    desk.open_graph(arranged(Graph(nodes, {}, 10_000, 10_001)))
    whole = desk.picture()
    desk.view.look_at(desk.view.index.bounds().center(), 0.5)
    assert desk.picture() != whole
    desk.session.forward()
    desk.session.backward_step()
    assert desk.view.picture.acting == 10_000
