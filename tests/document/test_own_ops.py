"""Ops of one's own: checked when they are written, and then ops like any other."""

import math

import numpy as np
import pytest

from micrograd.ops import OPS
from micrograd_gui.document.catalogue import catalogue
from micrograd_gui.document.codec import decode, encode
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.document.rewriting import own_ops
from micrograd_gui.document.rewriting.expansions import expanded, folded
from micrograd_gui.document.rewriting.own_ops import OWN, own_op, slopes_in_words, taken_up
from micrograd_gui.export.code.python import script
from micrograd_gui.session.explain.formulas import backward_lines
from micrograd_gui.session.measure import check
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Pass


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch):
    before = dict(OPS)
    monkeypatch.setattr(own_ops, "OWN", OWN)
    yield
    OWN.clear()
    for name in OPS.keys() - before.keys():
        del OPS[name]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


FUNCTIONS = {  # the derivatives as textbooks have them
    "x*sigmoid(x)": lambda x: sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)),
    "exp(-x**2)": lambda x: -2 * x * math.exp(-(x**2)),
    "log(1 + exp(x))": sigmoid,
    "x / (1 + abs(x))": lambda x: 1 / (1 + abs(x)) ** 2,
    "sqrt(x**2 + 1)": lambda x: x / math.sqrt(x**2 + 1),
    "relu(x)**2": lambda x: 2 * max(x, 0.0),
    "2**x": lambda x: 2**x * math.log(2),
    "-x**3 + sin(x)/2 - 4": lambda x: -3 * x**2 + math.cos(x) / 2,
    "e = exp(2*x); (e - 1) / (e + 1)": lambda x: 1 - math.tanh(x) ** 2,
}


@pytest.mark.parametrize("text", FUNCTIONS)
def test_a_derived_slope_is_that_of_the_textbook(text):
    name = taken_up(own_op("f", text))
    row = OPS[name]
    for x in (-2.5, -0.3, 0.4, 2.0):
        assert row.partials(x, row.forward(x))[0] == pytest.approx(FUNCTIONS[text](x), rel=1e-12)
    columns = np.array([-2.5, 0.4, 2.0])
    assert row.forward(columns)[1] == row.forward(0.4)
    assert row.partials(columns, row.forward(columns))[0][2] == row.partials(2.0, row.forward(2.0))[0]


@pytest.mark.parametrize("text", [each for each in FUNCTIONS if "relu" not in each and "abs" not in each])
def test_the_slope_in_words_is_an_expression_of_the_same_numbers(text):
    (words,) = slopes_in_words(text)
    by_words, derived = own_op("f", text, (words,)), own_op("f", text)
    one, other = own_ops.row_of(by_words), own_ops.row_of(derived)
    for x in (-1.5, 0.3, 2.0):
        assert one.partials(x, one.forward(x))[0] == pytest.approx(other.partials(x, other.forward(x))[0])


def test_two_operands_have_two_slopes():
    assert slopes_in_words("x*y + x") == ("y + 1", "x")
    row = OPS[taken_up(own_op("mix", "x*y + x"))]
    assert row.arity == 2
    assert row.partials(2.0, 5.0, row.forward(2.0, 5.0)) == (6.0, 2.0)


@pytest.mark.parametrize(
    ("name", "text", "slope", "sentence"),
    [
        ("f", "x*sigmoid(x)", "sigmoid(x)",
         "At x = -3 the slope sigmoid(x) is 0.0474, but that of the function is −0.0881."),
        ("f", "abs(x)", "x/abs(x)", "At x = 0 the slope x/abs(x) is nan, but that of the function is one"),
        ("f", "log(x - 9)", "", "The function has no number anywhere from -3 to 3."),
        ("f", "3", "", "The function must be one of x."),
        ("f", "x*w", "", "The function may name x and y alone, not “w”."),
        ("f", "x*x", "2*k", "The slope may name x and y alone, not “k”."),
        ("f", "x", "", "The function computes nothing: it is x itself."),
        ("f", "y*y", "", "The function must be one of x."),
        ("f", "", "", "The function is an expression over x"),
        ("f", "x +", "", "The function cannot be read:"),
        ("tanh", "x*x", "", "There is an op “tanh” already."),
        ("Tanh", "tanh(x)*2", "", "There is an op “tanh” already."),
        ("Value", "x*x", "", "“Value” means something else in an expression."),
        ("MLP", "x*x", "", "“MLP” means something else in an expression."),
        ("two words", "x*x", "", "An op is called by a name"),
        ("lambda", "x*x", "", "An op is called by a name"),
        ("f", "MLP(2, [1])([x, y])", "", "The function"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_point_where_it_fails(name, text, slope, sentence):
    with pytest.raises(Refusal) as refused:
        own_op(name, text, (slope,))
    assert str(refused.value).startswith(sentence)
    assert not OWN


def test_a_slope_is_checked_over_the_range_that_is_asked_for():
    own_op("f", "abs(x)", ("1",), (1, 4))  # true there
    with pytest.raises(Refusal, match="x = -0"):
        own_op("f", "abs(x)", ("1",), (-0.5, 4))


def test_it_is_an_op_like_any_other():
    name = taken_up(own_op("swish", "x*sigmoid(x)"))
    session = Session()
    session.build("a = 0.7; y = swish(a) * 2")
    session.backward()
    graph, frame = session.state.graph, session.state.frame
    assert frame.data[graph.named("y")] == pytest.approx(2 * 0.7 * sigmoid(0.7))
    assert frame.grad[graph.named("a")] == pytest.approx(2 * FUNCTIONS["x*sigmoid(x)"](0.7), rel=1e-14)
    assert all(row.ok for row in check(graph, 1e-6))
    assert "swish(a)" in expression_of(graph)
    assert [offer.text for group in catalogue() if group.title == "Your own" for offer in group.offers] == [
        name
    ]


def test_it_is_taken_apart_and_folded_again():
    taken_up(own_op("swish", "x*sigmoid(x)"))
    graph = graph_from_expression("a = 0.7; y = swish(a) * 2")
    node = next(n.id for n in graph if n.op == "swish")
    apart = expanded(graph, node).graph
    assert {n.op for n in apart} == {None, "*", "sigmoid"}
    assert folded(apart, node).graph.same_structure(graph)


def test_the_file_brings_it_along():
    taken_up(own_op("swish", "x*sigmoid(x)"))
    text = encode(graph_from_expression("a = 0.7; y = swish(a) * 2"))
    OWN.clear()
    del OPS["swish"]
    assert encode(decode(text)) == text
    assert OPS["swish"].forward(0.7) == pytest.approx(0.7 * sigmoid(0.7))


def test_where_the_name_means_another_function_that_of_the_file_gets_a_further_one():
    taken_up(own_op("f", "x*x"))
    text = encode(graph_from_expression("a = 3; y = f(a)"))
    OWN.clear()
    del OPS["f"]
    taken_up(own_op("f", "x*x*x"))
    graph = decode(text)
    assert graph.nodes[graph.named("y")].op == "f_2"
    assert OPS["f_2"].forward(3.0) == 9.0
    assert decode(text).nodes[graph.named("y")].op == "f_2"


def test_a_further_name_is_one_that_a_file_may_have():
    for text in ("x*x", "x*x*x"):
        name = taken_up(own_op("f" * own_ops.LONGEST_NAME, text))
    text = encode(graph_from_expression(f"a = 3; y = {name}(a)"))
    assert encode(decode(text)) == text
    for each in tuple(OWN):
        del OWN[each], OPS[each]
    assert encode(decode(text)) == text


def test_names_that_differ_in_capitals_are_two_ops():
    taken_up(own_op("swish", "x*sigmoid(x)"))
    taken_up(own_op("Swish", "x*x"))
    graph = graph_from_expression("a = 3; b = swish(a); c = Swish(b)")
    assert [graph.nodes[graph.named(name)].op for name in "bc"] == ["swish", "Swish"]


def test_what_the_function_does_not_need_is_not_put_into_the_graph():
    taken_up(own_op("f", "unused = 3*x; x*x + 1"))
    graph = graph_from_expression("a = 3; y = f(a)")
    assert len(expanded(graph, graph.named("y")).graph) == 4


def test_a_graph_without_one_has_the_file_that_it_had():
    taken_up(own_op("swish", "x*sigmoid(x)"))
    assert '"ops"' not in encode(graph_from_expression("a = 1; y = tanh(a)"))


@pytest.mark.parametrize("own", [
    {"name": "f", "expression": "__import__('os')", "slopes": [""]},
    {"name": "f", "expression": "x*x", "slopes": ["k"]},
    {"name": "f", "expression": "x", "slopes": [""]},
    {"name": "f", "expression": "2", "slopes": [""]},
    {"name": "+", "expression": "x*x", "slopes": [""]},
    {"name": "f", "expression": "x*" * 500 + "x", "slopes": [""]},
])  # fmt: skip
def test_a_damaged_op_of_a_file_is_refused_by_its_field(own):
    import json

    file = json.loads(encode(graph_from_expression("a = 3; y = tanh(a)")))
    file["ops"] = [own]
    with pytest.raises(FileRefusal, match=r"ops\[0\]"):
        decode(json.dumps(file))
    assert not OWN


@pytest.mark.parametrize("dialect", ["micrograd", "torch", "jax"])
def test_scripts_write_what_it_stands_for(dialect):
    taken_up(own_op("swish", "x*sigmoid(x)"))
    written = script(graph_from_expression("a = 0.7; y = swish(a) * 2"), dialect)
    assert "swish" not in written
    assert "sigmoid" in written
    compile(written, "script", "exec")


def test_its_slope_is_written_as_those_of_the_table_are():
    assert OPS[taken_up(own_op("inv", "1/x"))].slopes == ("−1 ÷ {x}²",)


def test_a_negative_number_under_a_raised_exponent_is_in_parentheses():
    name = taken_up(own_op("cubed", "x**3"))
    assert OPS[name].slopes == ("3 × {x}²",)
    graph = graph_from_expression(f"a = -2; y = {name}(a)")
    run = record(graph, (Pass("forward"), Pass("backward")))
    (node,) = (node for node in graph if not node.is_leaf)
    (line,) = backward_lines(graph, node, run.frame(len(run)), run.steps[-1].contributions[0])
    assert "(3 × (−2.0000)²) × 1.0000 = 12.0000" in line.text


def test_a_file_whose_own_op_has_a_name_that_the_table_has_by_now_opens_under_a_further_name():
    taken_up(own_op("mine", "log(1 + exp(x))"))
    text = encode(graph_from_expression("a = 0.7; y = mine(a) * 2")).replace('"mine"', '"softplus"')
    graph = decode(text)
    node = next(n for n in graph if n.op and n.op.startswith("softplus"))
    assert node.op == "softplus_2"
    assert OWN["softplus_2"].expression == "log(1 + exp(x))"
    assert encode(decode(encode(graph))) == encode(graph)
    with pytest.raises(Refusal, match="There is an op “softplus” already"):
        own_op("softplus", "log(1 + exp(x))")
