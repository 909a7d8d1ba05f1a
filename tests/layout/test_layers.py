"""Layers: where nodes stand without Graphviz, for graphs that it takes too much for and for all others."""

import pytest

from micrograd.drawing.layers import crowd, folded, layered, ranks, span
from tests.layout.far_graphs import FAR, operands

SIZE, GAP = (140.0, 60.0), (88.0, 30.0)


@pytest.mark.parametrize("name", FAR)
def test_no_node_covers_another_and_operands_stand_left(name: str) -> None:
    inputs = operands(FAR[name](60))
    places = layered(inputs, [SIZE] * len(inputs), GAP)
    cells: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for x, y in places:
        near = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        here = int(x // SIZE[0]), int(y // SIZE[1])
        beside = [p for i, j in near for p in cells.get((here[0] + i, here[1] + j), ())]
        assert not any(abs(x - a) < SIZE[0] and abs(y - b) < SIZE[1] for a, b in beside)
        cells.setdefault(here, []).append((x, y))
    for node, its in enumerate(inputs):
        assert all(places[operand][0] + SIZE[0] + GAP[0] <= places[node][0] for operand in its)
    assert min(y for _, y in places) == pytest.approx(0.0)


def test_operands_stand_one_below_the_other() -> None:
    places = layered([[], [], [1, 0]], [SIZE] * 3, GAP)
    assert places[1][1] < places[0][1]
    assert places[1][1] + SIZE[1] + GAP[1] <= places[0][1]


def test_a_chain_goes_straight_on_though_each_of_it_reads_one_node() -> None:
    inputs = operands(FAR["sums of one node"](300))
    heights = [y for _, y in layered(inputs, [SIZE] * len(inputs), GAP)]
    assert max(heights) - min(heights) < 10 * SIZE[1]


def test_many_nodes_of_one_column_are_broken_into_about_a_square() -> None:
    inputs = operands(FAR["star"](3000))
    places = layered(inputs, [SIZE] * len(inputs), GAP)
    wide, tall = max(x for x, _ in places), max(y for _, y in places)
    assert 0.5 < wide / tall < 2


def test_a_leaf_stands_before_its_first_user() -> None:
    assert ranks([[], [0], [1], [], [2, 3]]) == [0, 1, 2, 2, 3]


def test_the_span_is_the_columns_that_wires_cross() -> None:
    assert span([[], [0], [1], [2, 0]]) == 1 + 1 + 1 + 3


def test_a_crowd_is_the_wires_into_a_column_times_what_is_in_it() -> None:
    assert crowd([[], [0], [1]]) == 1 + 1
    assert crowd([[], [0], [1], [2, 0]]) == 2 * 2 + 2 * 2 + 2 * 1  # a wire that goes by counts as a node
    assert crowd([[], [], [0, 1], [0, 1], [0, 1]]) == 6 * 3
    assert crowd([]) == 0


@pytest.mark.parametrize("name", ["sums of one node", "chain", "squared errors of a line", "star"])
def test_what_would_be_seen_as_a_line_stands_in_bands(name: str) -> None:
    inputs = operands(FAR[name](400))
    sizes = [SIZE] * len(inputs)
    places = folded(layered(inputs, sizes, GAP), sizes, GAP)
    wide, tall = max(x for x, _ in places) + SIZE[0], max(y for _, y in places) + SIZE[1]
    assert 0.3 < wide / tall < 4
    ordered = sorted(places)
    for at, (x, y) in enumerate(ordered):
        for a, b in ordered[at + 1 :]:
            if a - x >= SIZE[0]:
                break
            assert abs(b - y) >= SIZE[1] - 0.01


def test_what_is_not_so_wide_is_left_as_it_is() -> None:
    inputs = operands(FAR["chain"](8))
    sizes = [SIZE] * len(inputs)
    places = layered(inputs, sizes, GAP)
    assert folded(places[:4], sizes[:4], GAP) == places[:4]
