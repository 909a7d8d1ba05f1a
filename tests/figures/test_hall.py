"""The hall's places: what has room in one, where it stands, and what stays as it was arranged."""

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.figures.geometry import HEIGHT, WIDTH
from micrograd_gui.figures.hall import stand_in

ROOM = (1920.0, 625.0)


def standing(text):
    """The graph of that text with how it stands in a hall."""
    graph = arranged(graph_from_expression(text))
    boxes = {key: (*graph.places[key], WIDTH, HEIGHT) for key in graph.nodes}
    return graph, stand_in(boxes, {key: node.inputs for key, node in graph.nodes.items()}, ROOM)


def sum_of_products(count):
    """Many leaves and few steps after one another: much higher than wide."""
    leaves = "; ".join(f"a{at} = {at}" for at in range(2 * count))
    products = "; ".join(f"p{at} = a{2 * at} * a{2 * at + 1}" for at in range(count))
    pairs = "; ".join(f"s{at} = p{2 * at} + p{2 * at + 1}" for at in range(count // 2))
    return f"{leaves}; {products}; {pairs}; L = " + " + ".join(f"s{at}" for at in range(count // 2))


@pytest.mark.parametrize("count", [4, 6])
def test_a_graph_that_is_higher_than_wide_stands_in_more_columns(count):
    graph, spread = standing(sum_of_products(count))
    assert spread is not None
    form, places = spread.form, spread.places
    wide, high = spread.room
    for x, y in places.values():
        assert 0 <= x <= wide - form.width
        assert 0 <= y <= high - form.height
    for key, (x, y) in places.items():
        near = [o for o, (u, v) in places.items() if abs(u - x) < form.width and abs(v - y) < form.height]
        assert near == [key]
        assert all(places[operand][0] < x for operand in graph.nodes[key].inputs)


def test_what_has_room_as_it_is_keeps_its_columns():
    graph, spread = standing("a = 1; b = 2; c = a*b; d = a + b; L = c*d")
    columns = {}
    for key, (x, _) in spread.places.items():
        columns.setdefault(x, set()).add(graph.nodes[key].label)
    assert list(map(set, columns.values())) == [{"a", "b"}, {"c", "d"}, {"L"}]


def test_what_has_no_room_in_any_way_does_not_stand_there():
    assert standing(sum_of_products(24))[1] is None
