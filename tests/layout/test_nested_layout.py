"""Layout block by block."""

from itertools import combinations

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.files.documents import load_example
from micrograd_gui.layout import layout

SIZE = (144.0, 60.0)
FRAME = (16.0, 36.0)


def network() -> Graph:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (3, 1), seed=1, linear=True))
    return with_block(graph, BlockSpec("loss", form="squared"))[0]


def laid_out(graph: Graph, **options):
    boxes = {block.id: (196.0, 80.0) for block in graph.blocks if block.collapsed}
    sizes = dict.fromkeys(graph.nodes, SIZE)
    return layout.nested_places(graph, sizes, boxes, frame=FRAME, **options)


def area(graph: Graph, places, block: int) -> tuple[float, float, float, float]:
    there = [places[number] for number in graph.within(block)]
    xs, ys = [x for x, _ in there], [y for _, y in there]
    return min(xs), min(ys), max(xs) + SIZE[0], max(ys) + SIZE[1]


def apart(one, other) -> bool:
    return one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_every_node_has_a_place_and_no_two_cover_each_other():
    graph = network()
    places = laid_out(graph)
    assert places.keys() == graph.nodes.keys()
    boxes = [(x, y, x + SIZE[0], y + SIZE[1]) for x, y in places.values()]
    assert all(apart(one, other) for one, other in combinations(boxes, 2))


def test_blocks_side_by_side_stand_apart_with_room_for_their_frames():
    graph = network()
    places = laid_out(graph)
    for parent in {block.parent for block in graph.blocks}:
        areas = [area(graph, places, block.id) for block in graph.blocks if block.parent == parent]
        grown = [(left - 16, top - 36, right + 16, bottom + 16) for left, top, right, bottom in areas]
        assert all(apart(one, other) for one, other in combinations(grown, 2))


def test_neurons_of_a_layer_stand_in_their_order():
    graph = network()
    places = laid_out(graph)
    layer = next(block.id for block in graph.blocks if block.kind == "layer")
    tops = [area(graph, places, block.id)[1] for block in graph.blocks if block.parent == layer]
    assert tops == sorted(tops)


def test_what_is_in_a_collapsed_block_keeps_its_place_in_it():
    graph = network()
    graph = graph.moved({number: (37.0 * number, 11.0 * number) for number in graph.nodes})
    places = laid_out(graph.collapsed(1))
    first, *rest = sorted(graph.within(1))
    dx, dy = (places[first][axis] - graph.places[first][axis] for axis in (0, 1))
    for number in rest:
        x, y = graph.places[number]
        assert places[number] == pytest.approx((x + dx, y + dy))


def test_laid_out_afresh_a_collapsed_block_is_tidy_inside_as_well():
    graph = network().collapsed(1)
    places = laid_out(graph, afresh=True)
    boxes = [(*places[n], places[n][0] + SIZE[0], places[n][1] + SIZE[1]) for n in graph.within(1)]
    assert all(apart(one, other) for one, other in combinations(boxes, 2))


def test_only_what_is_asked_for_is_laid_out():
    graph = network()
    neuron = next(block.id for block in graph.blocks if block.kind == "neuron")
    assert laid_out(graph, only=graph.within(neuron)).keys() == graph.within(neuron)
    assert laid_out(graph, within=neuron).keys() == graph.within(neuron)


def test_an_empty_graph_has_no_places():
    assert laid_out(Graph()) == {}


def test_a_network_of_a_thousand_nodes_is_laid_out_with_nothing_covered():
    graph = load_example("moons")
    for block in graph.blocks:
        graph = graph.collapsed(block.id, False)
    places = laid_out(graph, time_limit=30.0)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for x, y in places.values():
        cells.setdefault((int(x // 200), int(y // 100)), []).append((x, y))
    for (i, j), here in cells.items():
        near = [p for di in (-1, 0, 1) for dj in (-1, 0, 1) for p in cells.get((i + di, j + dj), ())]
        for x, y in here:
            covering = [(u, v) for u, v in near if abs(u - x) < SIZE[0] and abs(v - y) < SIZE[1]]
            assert covering == [(x, y)]
