"""Node: what it is called, and which number can be set in it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd.ops import OPS, power
from micrograd_gui.document.node import Node, differing, further_label, gone_from


@given(st.one_of(st.integers(-300, 300), st.floats(-300, 300)))
def test_the_exponent_is_the_number_that_the_row_of_the_table_raises_to(exponent: float) -> None:
    op = power(exponent)
    node = Node(2, op.name, (1,))
    assert node.exponent == node.number == float(exponent)
    assert node.holds_number
    assert op.forward(2.0) == pytest.approx(math.pow(2.0, node.exponent or 0.0), rel=1e-12)


@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_a_row_of_the_table_holds_no_number(op) -> None:  # type: ignore[no-untyped-def]
    node = Node(9, op.name, tuple(range(1, op.arity + 1)))
    assert node.exponent is None
    assert not node.holds_number


def test_a_leaf_holds_its_data_even_what_is_no_number() -> None:
    assert Node(1, data=3).number == 3.0
    assert math.isnan(Node(1, data=math.nan).number or 0.0)
    assert Node(1, data=0.0).holds_number
    assert Node(1).exponent is None


def test_a_block_that_stands_in_for_its_nodes_holds_no_number() -> None:
    assert not Node(-1, "neuron", (1, 2)).holds_number


def test_two_powers_are_of_one_shape_and_their_numbers_differ() -> None:
    square, cube = Node(2, "**2", (1,)), Node(2, "**3", (1,))
    assert square.shape == cube.shape == ("**n", (1,))
    assert square.number != cube.number


def test_a_label_that_is_taken_gets_strokes_and_then_a_number() -> None:
    taken: list[str] = []
    for _ in range(12):
        taken.append(further_label("a", taken))
    assert taken == [
        "a",
        "a′",
        "a′′",
        "a′′′",
        "a⁽⁴⁾",
        *(f"a⁽{number}⁾" for number in "⁵⁶⁷⁸⁹"),
        "a⁽¹⁰⁾",
        "a⁽¹¹⁾",
    ]
    assert further_label("a", ["a", "a′′"]) == "a′"
    assert further_label("b", taken) == "b"
    assert further_label("", ["", "′"]) == ""


def test_what_differs_between_two_mappings_is_found_whatever_their_order():
    one, two, three = Node(1), Node(2), Node(3)
    before = {1: one, 2: two, 3: three}
    assert differing(before, before) == []
    assert differing(before, {3: three, 1: Node(1), 4: Node(4)}) == [1, 4]
    assert gone_from(before, {3: three, 4: Node(4)}) == [1, 2]
    assert gone_from(before, {**before, 4: Node(4)}) == []
