"""An op in place of what it stands for, and the other way round."""

import pytest

from micrograd.ops import OPS
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rewriting.expansions import EXPANSIONS, POWERS, expanded, expression_of, folded
from micrograd_gui.document.rough_layout import APART, arranged

TEXTS = {
    "tanh": "a = 2; b = 3; c = tanh(a*b); L = c*c",
    "sigmoid": "a = 2; c = sigmoid(a + 1); L = c*a",
    "-": "a = 2; b = 3; c = a - b; L = c*b",
    "/": "a = 2; b = 3; c = a / b; L = c + a",
    "neg": "a = 2; c = -a; L = c*a",
    "sqrt": "a = 2; c = sqrt(a); L = c*a",
    "**": "a = 2; b = 3; c = a**b; L = c*a",
    "max": "a = 2; b = 3; c = max(a, b); L = c*a",
    "min": "a = 2; b = 3; c = min(a, b); L = c*a",
    **{
        name: f"a = 2; c = {name}(a); L = c*a"
        for name in ("softplus", "silu", "leaky_relu", "tan", "sinh", "cosh", "log1p", "expm1")
    },
    **{f"**{n}": f"a = 2; c = a**{n}; L = c*a" for n in POWERS},
}


def _graph(op):
    graph = arranged(graph_from_expression(TEXTS[op]))
    node = graph.named("c")
    assert graph.nodes[node].op == op
    return graph, node


def test_every_op_that_stands_for_others_is_tried_here():
    powers = {f"**{n}" for n in POWERS}
    assert TEXTS.keys() == EXPANSIONS.keys() | powers
    assert all(expression_of(op) is None for op in OPS.keys() - EXPANSIONS.keys())


@pytest.mark.parametrize("op", TEXTS)
def test_what_is_taken_apart_keeps_its_name_and_users_and_folds_again(op):
    graph, node = _graph(op)
    made = expanded(graph, node)
    apart = made.graph
    assert apart.nodes[node].label == "c"
    assert apart.nodes[node].op != op
    assert apart.users[node] == graph.users[node]
    assert apart.target == graph.target
    assert set(made.new) == apart.nodes.keys() - graph.nodes.keys()
    again = folded(apart, node).graph
    assert again.same_structure(graph)
    assert again.places == graph.places


@pytest.mark.parametrize("op", TEXTS)
def test_nothing_is_covered_and_what_stands_to_the_left_stays(op):
    graph, node = _graph(op)
    apart = expanded(graph, node).graph
    places = list(apart.places.values())
    assert not [
        (one, other)
        for at, one in enumerate(places)
        for other in places[at + 1 :]
        if abs(one[0] - other[0]) < APART[0] and abs(one[1] - other[1]) < APART[1]
    ]
    left = [n for n, (x, _) in graph.places.items() if x < graph.places[node][0]]
    assert left
    assert all(apart.places[n] == graph.places[n] for n in left)


def test_the_largest_op_is_folded():
    graph = graph_from_expression("a = 2; b = 3; c = a + -1*b")
    assert folded(graph, graph.named("c")).op == "-"
    graph = graph_from_expression("a = 2; c = a*a*a*a")
    assert folded(graph, graph.named("c")).op == "**4"


def test_operands_of_a_sum_may_stand_either_way_round():
    graph = graph_from_expression("x = 2; o = 1 / (exp(-x) + 1)")
    assert folded(graph, graph.named("o")).op == "sigmoid"
    graph = graph_from_expression("x = 2; e = exp(x*2); o = (e - 1) / (1 + e)")
    assert folded(graph, graph.named("o")).op == "tanh"


def test_a_constant_that_is_used_elsewhere_stays():
    graph = graph_from_expression("a = 2; b = 3; k = -1; c = a + k*b; L = c*k")
    made = folded(graph, graph.named("c")).graph
    assert made.nodes[made.named("c")].op == "-"
    assert made.named("k")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = 2; m = -1*b; c = a + m; L = c*m", "m is used elsewhere too, so it cannot be folded away."),
        ("a = 2; b = 3; c = a + b", "c is not the end of what another op stands for."),
        ("x = 2; e = exp(2*x); f = exp(2*x); c = (e - 1) / (f + 1)", "c is not the end of"),
        ("x = 2; e = exp(2*x); c = (e - 1) / (e + 2)", "c is not the end of"),
    ],
)
def test_what_cannot_be_folded_is_said(text, sentence):
    graph = graph_from_expression(text)
    with pytest.raises(Refusal) as refused:
        folded(graph, graph.named("c"))
    assert str(refused.value).startswith(sentence)


def test_a_parameter_is_no_constant():
    graph = graph_from_expression("a = 2; b = 3; k = -1; c = a + k*b")
    graph = graph.marked(graph.named("k"), "parameter")
    with pytest.raises(Refusal):
        folded(graph, graph.named("c"))


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        ("c = 2*a", "a", "a is a value: there is nothing to take apart."),
        ("c = a + b", "c", "+ is as simple as can be: it stands for no other ops."),
        ("c = a**-3", "c", "x⁻³ is as simple as can be: it stands for no other ops."),
    ],
)
def test_what_cannot_be_taken_apart_is_said(text, name, sentence):
    graph = graph_from_expression(text)
    with pytest.raises(Refusal, match=r".*") as refused:
        expanded(graph, graph.named(name))
    assert str(refused.value) == sentence


def test_an_op_without_an_operand_is_not_taken_apart():
    graph = graph_from_expression("c = a - b")
    node = graph.named("c")
    with pytest.raises(Refusal, match="c lacks an operand"):
        expanded(graph.unwired(node, 1), node)


def test_the_new_nodes_are_in_the_block_of_the_old_one():
    graph = graph_from_expression("n = Neuron(2, activation='tanh'); o = n([x1, x2])")
    (block,) = (each for each in graph.blocks)
    node = next(n for n in block.members if graph.nodes[n].op == "tanh")
    made = expanded(graph, node)
    assert set(made.new) <= made.graph.within(block.id)
