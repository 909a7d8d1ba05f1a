"""Live Values of a notebook, opened as a graph."""

import math

import pytest

from micrograd import Value
from micrograd.engine import apply
from micrograd.nn import MLP
from micrograd.ops import Op
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.capture import graph_from_value
from micrograd_gui.session.measure import complete


def same_numbers(root: Value) -> None:
    """The graph's target, and the gradients of all nodes, are those of the Value."""
    root.zero_grad()
    root.backward()
    graph = graph_from_value(root)
    frame = complete(graph)
    assert frame.data[graph.target] == root.data
    from micrograd.engine import topological_order

    values = topological_order(root)
    assert len(values) == len(graph)
    assert [frame.data[number] for number in graph.order] == [value.data for value in values]
    assert [frame.grad[number] for number in graph.order] == [value.grad for value in values]


def test_the_lectures_values_keep_their_labels():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = a * b
    e.label = "e"
    assert [node.label for node in graph_from_value(e)] == ["a", "b", "e"]
    same_numbers(e)


def test_both_wires_of_a_square_are_there():
    a = Value(3.0, label="a")
    graph = graph_from_value(a * a)
    assert graph.nodes[2].inputs == (1, 1)
    same_numbers(a * a)


def test_constants_powers_and_all_functions_come_along():
    x = Value(0.7, label="x")
    y = (2 * x + 1) ** 3 / (x - 4) - x**-0.5 + 2**x + x ** Value(1.5)
    for function in ("relu", "tanh", "exp", "log", "sigmoid", "sin", "cos", "sqrt", "abs"):
        y = y + getattr(x, function)()
    same_numbers(-y)


def test_a_network_gives_the_same_numbers():
    same_numbers(MLP(3, [4, 4, 1], seed=1)([1.0, -2.0, 0.5]))


def test_a_leaf_alone_is_a_graph():
    graph = graph_from_value(Value(5.0, label="x"))
    assert (len(graph), graph.target, graph.nodes[1].data) == (1, 1, 5.0)


def test_a_long_chain_needs_no_recursion():
    x = Value(0.0)
    for _ in range(4_000):
        x = x + 1
    assert len(graph_from_value(x)) == 8_001


@pytest.mark.parametrize(
    ("text", "op"), [("tanh", "tanh"), ("ReLU", "relu"), ("relu", "relu"), ("**3", "**3")]
)
def test_an_op_of_a_users_own_that_the_table_knows_by_its_text_is_opened(text, op):
    graph = graph_from_value(Value(1.0, (Value(1.0),), text))
    assert graph.nodes[2].op == op


@pytest.mark.parametrize(("operands", "text"), [(1, "softmax"), (1, ""), (1, "{\n}")])
def test_an_op_that_the_table_does_not_know_is_refused_by_name(operands, text):
    out = Value(1.0, [Value(1.0) for _ in range(operands)], text, label="out")
    with pytest.raises(Refusal, match="of out is not in the table of ops") as refused:
        graph_from_value(out)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("operands", "words"), [((2, "tanh"), "2 operands"), ((1, "+"), "one operand"), ((3, "*"), "3 operands")]
)
def test_an_op_of_another_number_of_operands_is_refused_with_that_number(operands, words):
    many, text = operands
    with pytest.raises(Refusal, match=f"^out is made by “.*” of {words}, so it cannot be opened"):
        graph_from_value(Value(1.0, [Value(1.0) for _ in range(many)], text, label="out"))


def test_a_row_that_was_never_put_into_the_table_is_refused():
    row = Op("stranger", "stranger", 1, forward=lambda x: x, partials=lambda x, out: (1.0,))
    with pytest.raises(Refusal, match="“stranger”"):
        graph_from_value(apply(row, Value(1.0)))


def test_odd_labels_and_numbers_come_along():
    x = Value(math.nan, label="\ud800{|}\n")
    graph = graph_from_value(x)
    assert graph.nodes[1].label == "\ufffd{|}\n"
    assert math.isnan(graph.nodes[1].data)
    x.label = 5
    assert graph_from_value(x).nodes[1].label == "5"
