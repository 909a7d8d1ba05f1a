"""Graphs written out as statements."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd.ops import OPS, op_of
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from tests.document.notation.test_reader import shape


def test_the_lecture_is_written_as_the_lecture_writes_it():
    graph = graph_from_expression("a=2; b=-3; c=10; f=-2; e=a*b; d=e+c; L=d*f")
    assert expression_of(graph) == "a = 2; b = -3; c = 10; f = -2; e = a*b; d = e + c; L = d*f"


@pytest.mark.parametrize(
    "text",
    [
        "(a + b)*c",
        "a*(b + c)",
        "a - (b - c)",
        "a/(b*c)",
        "(a*b)**2",
        "-(a + b)",
        "(-a)**2",
        "-a**2",
        "a**(b + c)",
        "(a**b)**c",
        "a**b**c",
        "tanh(a*b + c)",
        "a + -b",
        "-2 + a",
        "(-2)**3",
        "a**-0.5",
    ],
)
def test_brackets_stand_where_they_are_needed(text):
    graph = graph_from_expression(text)
    assert shape(graph_from_expression(expression_of(graph))) == shape(graph)


def test_an_unfinished_graph_is_not_written():
    assert expression_of(Graph()) == ""
    assert expression_of(Graph().added("+", (0, 0))) == ""


@pytest.mark.parametrize("data", [math.nan, math.inf, -math.inf])
def test_a_graph_with_a_number_that_cannot_be_written_is_not_written(data):
    assert expression_of(Graph().added(None, (0, 0), data=data)) == ""


def both(*nodes: Node) -> tuple[Graph, Graph]:
    graph = Graph({node.id: node for node in nodes}, next_id=len(nodes) + 1)
    return graph, graph_from_expression(expression_of(graph))


def test_the_minus_of_a_constant_is_not_read_as_its_sign():
    graph, again = both(Node(1, data=2.0), Node(2, "neg", (1,)))
    assert shape(again) == shape(graph) == ("neg", 2.0)


def test_a_constant_on_the_exponent_port_is_not_read_as_a_fixed_exponent():
    graph, again = both(Node(1, data=2.0), Node(2, data=3.0), Node(3, "**", (1, 2)))
    assert shape(again) == shape(graph) == ("**", 2.0, 3.0)


def test_minus_zero_keeps_its_sign_under_a_power():
    graph, again = both(Node(1, data=-0.0), Node(2, "**2", (1,)))
    assert repr(shape(again)) == repr(shape(graph)) == "('**2', -0.0)"


def test_names_that_are_made_up_do_not_collide():
    nodes = [Node(1, "tanh", (3,)), Node(2, "+", (1, 1), "v1_"), Node(3, label="v1"), Node(4, "*", (2, 1))]
    graph, again = both(*nodes)
    assert shape(again) == shape(graph)


@pytest.mark.parametrize("label", ["x1w1 + x2w2", "lambda", "2x", "ﬁ", "a;b", "'", "\n", "x" * 70, "e, f"])
def test_a_label_that_is_no_plain_name_does_not_break_the_text(label):
    graph, again = both(Node(1, label=label, data=3.0), Node(2, "*", (1, 1), label))
    assert shape(again) == shape(graph)


@pytest.mark.parametrize("label", ["tanh", "math", "np", "Value", "print", "draw_dot", "match", "_", "größe"])
def test_a_label_that_means_something_elsewhere_may_be_a_name(label):
    graph, again = both(Node(1, label=label, data=3.0), Node(2, "tanh", (1,)), Node(3, "*", (2, 1), "y"))
    assert shape(again) == shape(graph)
    assert again.nodes[1].label == label


def test_a_chain_without_labels_gets_names_before_brackets_are_too_many():
    nodes = [Node(1, label="x"), *(Node(n, "tanh", (n - 1,)) for n in range(2, 1500))]
    graph, again = both(*nodes)
    assert len(again) == len(graph)
    assert len(expression_of(graph)) < 20 * len(graph)


def test_a_node_aside_does_not_become_the_target():
    graph = graph_from_expression("z = q*2; y = x*3")
    again = graph_from_expression(expression_of(graph))
    assert again.nodes[again.target].label == "y"
    assert len(again) == len(graph)


@given(st.data())
def test_any_graph_written_out_and_read_again_is_the_same(data):
    ops = [*OPS, "**2", "**-1", "**0.1"]
    labels = st.sampled_from(["", "", "a", "b", "L", "v2", "v3", "x y", "tanh", "if", "😀"])
    finite = st.floats(allow_nan=False, allow_infinity=False)
    nodes: dict[int, Node] = {}
    for number in range(1, data.draw(st.integers(1, 14)) + 1):
        op = data.draw(st.sampled_from([None, *ops])) if nodes else None
        arity = op_of(op).arity if op else 0
        inputs = tuple(data.draw(st.sampled_from(sorted(nodes))) for _ in range(arity))
        nodes[number] = Node(number, op, inputs, data.draw(labels), data.draw(finite) if op is None else 1.0)
    target = data.draw(st.sampled_from([None, *nodes]))
    graph = Graph(nodes, chosen_target=target, next_id=len(nodes) + 1)
    again = graph_from_expression(expression_of(graph))
    assert repr(shape(again)) == repr(shape(graph))
    assert sorted(str(node.op) for node in again) == sorted(str(node.op) for node in graph)
