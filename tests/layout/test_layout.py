"""Tidy up: where nodes stand afterwards, with every engine."""

import threading

import pytest

from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents
from micrograd_gui.layout import layout
from micrograd_gui.layout.graphviz import Cancelled, Engine, LayoutRefusal, effort, engines
from micrograd_gui.layout.layout import COLUMN_GAP, places
from tests.layout.far_graphs import each_with_each, operands
from tests.lecture import STEPS

SIZE = (140.0, 60.0)
each_engine = pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)


def sizes(graph: Graph) -> dict[NodeId, tuple[float, float]]:
    return dict.fromkeys(graph.nodes, SIZE)


def placed(graph: Graph, engine: Engine | None = None) -> dict[str, Place]:
    return {graph.nodes[n].name: place for n, place in places(graph, sizes(graph), by=engine).items()}


def overlapping(places: dict[NodeId, Place]) -> list[tuple[NodeId, NodeId]]:
    return [
        (a, b)
        for a, (ax, ay) in places.items()
        for b, (bx, by) in places.items()
        if a < b and abs(ax - bx) < SIZE[0] and abs(ay - by) < SIZE[1]
    ]


@each_engine
def test_inputs_stand_left_and_operands_from_top_to_bottom(engine: Engine) -> None:
    at = placed(graph_from_expression(STEPS), engine)
    assert at["a"][0] < at["e"][0] < at["d"][0] < at["L"][0]
    assert at["a"][1] < at["b"][1]
    assert at["e"][1] < at["c"][1]
    assert at["d"][1] < at["f"][1]


@each_engine
def test_turning_the_operands_round_turns_their_places_round(engine: Engine) -> None:
    at = placed(graph_from_expression("a = 1; b = 2; L = b - a"), engine)
    assert at["b"][1] < at["a"][1]


@each_engine
@pytest.mark.parametrize("name", documents.example_names())
def test_no_example_has_nodes_on_top_of_each_other(engine: Engine, name: str) -> None:
    graph = documents.load_example(name)
    at = places(graph, sizes(graph), by=engine)
    assert at.keys() == graph.nodes.keys()
    assert not overlapping(at)
    assert min(x for x, _ in at.values()) == min(y for _, y in at.values()) == 0.0


@each_engine
def test_between_the_columns_there_is_room_for_a_chip(engine: Engine) -> None:
    at = placed(graph_from_expression("L = tanh(a)"), engine)
    assert at["L"][0] - at["a"][0] - SIZE[0] >= COLUMN_GAP - 1


@pytest.mark.skipif(len(engines()) < 2, reason="there is only one engine here")
@pytest.mark.parametrize("name", documents.example_names())
def test_the_engines_agree_on_the_columns(name: str) -> None:
    graph = documents.load_example(name)
    first, second = (places(graph, sizes(graph), by=engine) for engine in engines()[:2])
    assert all(abs(first[number][0] - second[number][0]) <= 2 for number in graph.nodes)


def test_nodes_that_are_not_wired_are_placed_too() -> None:
    graph = Graph().added(None, (0, 0)).added("+", (0, 0)).added("tanh", (0, 0))
    assert not overlapping(places(graph, sizes(graph)))


def test_an_empty_graph_has_no_places() -> None:
    assert places(Graph(), {}) == {}


@pytest.mark.parametrize("reason", ["no engine", "time is up"])
def test_without_graphviz_nodes_stand_in_columns(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    def nothing() -> Engine:
        raise LayoutRefusal("There is no Graphviz here.")

    if reason == "no engine":
        monkeypatch.setattr(layout, "engine", nothing)
    graph = documents.load_example("neuron")
    at = places(graph, sizes(graph), time_limit=5 if reason == "no engine" else 0)
    assert at.keys() == graph.nodes.keys()
    assert not overlapping(at)
    x = {graph.nodes[number].name: place[0] for number, place in at.items()}
    assert x["x1"] < x["x1w1"] < x["n"] < x["o"]


def test_a_layout_that_nobody_waits_for_is_cancelled() -> None:
    stop = threading.Event()
    stop.set()
    graph = documents.load_example("neuron")
    with pytest.raises(Cancelled):
        places(graph, sizes(graph), stop=stop)


def test_a_crowd_of_wires_is_not_tried_by_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(Engine, "run", lambda self, dot, *_, **__: tried.append(dot) or b'{"objects": []}')
    told: list[str] = []
    graph = each_with_each(60)
    assert len(places(graph, sizes(graph), told=told.append)) == len(graph)
    assert told == [
        "The graph stands in plain layers: Graphviz would take too long, for too many wires run side by side."
    ]
    assert not tried
    assert effort(operands(each_with_each(40)))
