# ruff: noqa: E501
"""What people paste: sessions with prompts, whole cells, networks of `micrograd.nn`."""

import random
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from micrograd import Value
from micrograd.nn import MLP, Layer, Neuron
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import ExpressionRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.literals import constant_in
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.source import on_one_line
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.session.measure import complete, numbers


def value(text: str) -> float:
    graph = graph_from_expression(text)
    return numbers(graph)[graph.target]


def labels(text: str) -> list[str]:
    return [node.label for node in graph_from_expression(text) if node.label]


# Sessions and cells ------------------------------------------------------------------------------

SESSION = """
>>> a = Value(2.0, label='a')
>>> b = a * 3
>>> b
Value(data=6.0, grad=0)
>>> L = (a
...      + b)
>>> L.data
8.0
"""
CELLS = """In [9]: a = 2.0
   ...: b = a * 3
   ...:

In [10]: L = a + b

In [11]: L
Out[11]: 8.0
"""


@pytest.mark.parametrize(
    "text", [SESSION, SESSION.replace("\n", "\n    "), CELLS, CELLS.replace("\n", "\r\n")]
)
def test_a_session_is_read_without_its_prompts_and_answers(text):
    assert value(text) == 8.0
    assert labels(text) == ["a", "b", "L"]


@pytest.mark.parametrize(
    "text", [">>> a = 1\n>>> y = foo(a)\n", "In [9]: a = 1\nIn [10]: y = foo(a)", "  >>> y = foo(a)"]
)
def test_lines_and_columns_count_the_prompts(text):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    lines = text.split("\n")
    line = next(at for at, each in enumerate(lines, 1) if "foo" in each)
    assert (refused.value.line, refused.value.column) == (line, lines[line - 1].index("foo") + 1)


def test_the_lectures_first_cell_can_be_pasted_with_its_class():
    text = """
import math
class Value:
    def __init__(self, data, _children=(), _op='', label=''):
        self.data = data
    def __add__(self, other):
        return Value(self.data + other.data, (self, other), "+")

a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(10.0, label="c")
e = a*b; e.label="e" #a.__mul__(b)
d = e +c; d.label="d"
f = Value(-2.0, label='f')
L = d * f; L.label = "L"
L
"""
    assert value(text) == -8.0
    assert labels(text) == ["a", "b", "c", "e", "d", "f", "L"]


def test_a_value_of_numbers_given_above_is_worked_out():
    assert value("h = 0.001\na = Value(2.0 + h, label='a')\nL = a*1") == 2.001
    assert value("h = 2\na = Value(-h**2/4 - 1)\na + 0") == -2.0


@pytest.mark.parametrize(
    "text", ["a = Value(2.0 + h)", "x = y*2; a = Value(2.0 + x)", "a = Value('2')", "a = Value(1/0*x)"]
)
def test_a_value_of_what_is_no_number_is_refused(text):
    with pytest.raises(ExpressionRefusal, match="a Value is written like"):
        graph_from_expression(text)


CELL = "a = Value(2.0, label='a'); b = Value(3.0, label='b'); L = a*b; L.label = 'L'\n"


@pytest.mark.parametrize(
    "end",
    [
        "dot = draw_dot(L)\ndot",
        "dot = draw_dot(L, format='png')\ndot.render('gout')",
        "draw_dot(L).render('gout')",
        "display(L)",
        "repr(L); len(L)",
        "print(a, b.grad, L.data)",
        "(L).backward()",
        "L.data.item()",
        "a.requires_grad = True",
    ],
)
def test_what_a_cell_shows_or_tells_leaves_the_graph_as_it_is(end):
    graph = graph_from_expression(CELL + end)
    assert [node.label for node in graph] == ["a", "b", "L"]
    assert graph.nodes[graph.target].label == "L"


def test_what_is_drawn_or_passed_back_is_the_target():
    for end in ("draw_dot((a*3).relu())", "(a*3).relu().backward()"):
        graph = graph_from_expression(CELL + end)
        assert graph.nodes[graph.target].op == "relu"


def test_the_lectures_cell_of_pytorch_is_read_as_numbers():
    text = """import torch
x1 = torch.Tensor([2.0]).double()                ; x1.requires_grad = True
w1 = torch.tensor(-3.0, dtype=torch.float64, requires_grad=True)
o = torch.tanh(x1*w1)
print(o.data.item())
o.backward()
print('x1', x1.grad.item())
"""
    assert value(text) == pytest.approx(-0.9999877116507956, abs=1e-15)
    assert labels(text) == ["x1", "w1", "o"]
    with pytest.raises(ExpressionRefusal, match="Column 5: a Value is written like"):
        graph_from_expression("x = torch.tensor([1.0, 2.0])")


@pytest.mark.parametrize(
    "text",
    [
        "a = b = Value(2.0)\nL = a*b",
        "a: Value = Value(2.0)\nL: Value = a*a",
        "import micrograd.engine as mg\na = mg.Value(2.0)\nL = a*a",
        "%matplotlib inline\n!pip install micrograd\na = Value(2.0)\nL = a*a",
        "a\u00a0=\u00a0Value(2.0, label=\u2018a\u2019)\nL = a*a",
        "a = Value(\u22122.0, label=\u201ca\u201d)\nL = a*a",
    ],
)
def test_other_ways_to_write_it_and_what_web_pages_make_of_it_are_read(text):
    assert value(text) == 4.0
    assert labels(text) == ["a", "L"]


def test_values_in_a_list_are_inputs_called_by_their_places():
    graph = graph_from_expression(
        "n = Neuron(2)\nx = [Value(1.0), Value(-2.0, label='u')]\ny = n(x)\nn.zero_grad()"
    )
    assert [(node.label, node.data) for node in graph][:2] == [("x[0]", 1.0), ("u", -2.0)]
    assert graph.nodes[graph.target].label == "y"


LONG = {
    "sum": lambda n: "+".join("ab"[at % 2] for at in range(n)),
    "powers": lambda n: "a" + "**b" * n,
    "minus": lambda n: "-" * n + "a",
    "brackets": lambda n: "(" * n + "a" + ")" * n,
    "calls": lambda n: "tanh(" * n + "a" + ")" * n,
    "methods": lambda n: "a" + ".tanh()" * n,
    "products": lambda n: "a" + "*(b+c)" * n,
    "what is not understood": lambda n: "a" + "[0]" * n,
    "no numbers": lambda n: "not " * n + "a",
    "values": lambda n: f"Value({'+'.join('1' * n)})",
    "signs": lambda n: "a" + "²" * n,
    "roots": lambda n: "√" * n + "a",
    "nothing between": lambda n: "2" + "(x)" * n,
    "names": lambda n: "a=" * n + "2",
    "texts": lambda n: "f'" + "{a}" * n + "'",
}


@pytest.mark.parametrize("form", LONG)
@pytest.mark.parametrize("length", [500, 5_000])
def test_no_length_of_a_text_is_too_much_for_anything_that_reads_it(form, length):
    text = LONG[form](length)
    assert on_one_line(f"q = 2  # the first of two lines\nL = {text}").startswith("q = 2")
    with suppress(Refusal):
        constant_in(text)
    with suppress(Refusal):
        graph = graph_from_expression(f"L = {text}")
        assert expression_of(graph) or not graph.nodes


def test_a_long_sum_is_pasted_as_one_line_however_it_is_broken():
    terms = ["a", "b"] * 300
    for text in ("+".join(terms), f"({f'+  # one more{chr(10)}'.join(terms)})"):
        line = on_one_line(f"a = 2  # this, too\n\nL = {text}  # a sum\n")
        assert line.startswith("a = 2; L = ")
        assert "#" not in line
        assert len(graph_from_expression(line)) == 601
        assert (
            graph_from_expression(line).nodes == graph_from_expression(f"a = 2; L = {'+'.join(terms)}").nodes
        )


def test_a_cell_that_one_line_cannot_hold_keeps_its_lines():
    assert on_one_line("# inputs\na = 1  # one\n\nL = a*2") == "a = 1; L = a * 2"
    for text in (
        "a = 1  # one\nb = a *\nc = b",
        "class Value:\n    pass\n\na = 1",
        "a = 1  # x\nfor k in a:\n    b = 2",
    ):
        assert on_one_line(f"\n{text}\n") == text


# Networks ----------------------------------------------------------------------------------------


def drawn(seed: int, make) -> Value:
    random.seed(seed)
    return make()


@pytest.mark.parametrize(
    ("text", "make", "seed"),
    [
        ("n = Neuron(2)\nx = [2.0, 3.0]\no = n(x)", lambda: Neuron(2)([2.0, 3.0]), 1337),
        ("random.seed(5); o = nn.Neuron(2)([2, -3])", lambda: Neuron(2)([2.0, -3.0]), 5),
        ("n = Neuron(3, nonlin=False, seed=7); n([1, 2, 3])", lambda: Neuron(3, nonlin=False)([1.0, 2.0, 3.0]), 7),
        ("n = Neuron(2, activation='tanh')\no = n((1, 2))", lambda: Neuron(2, activation="tanh")([1.0, 2.0]), 1337),
        ("m = MLP(3, [4, 4, 1])\nL = (m([1, 2, -3]) - 1)**2", lambda: (MLP(3, [4, 4, 1])([1.0, 2.0, -3.0]) - 1) ** 2, 1337),
        ("a = Neuron(1); b = Neuron(1)\ny = b([2.0])*3 + a([2.0])", lambda: made_before_called(), 1337),
        ("l = Layer(2, 3)\ny = l([1, -2])\nL = y[0] + y[1]*y[-1]", lambda: of_a_layer(), 1337),
        ("l = Layer(2, 2); n = Neuron(2)\nn(l([1, -2]))", lambda: one_on_another(), 1337),
    ],
)  # fmt: skip
def test_a_network_gives_the_numbers_of_micrograd_after_that_seed(text, make, seed):
    expected = drawn(seed, make)
    expected.backward()
    graph = graph_from_expression(text)
    frame = complete(graph)
    assert frame.data[graph.target] == expected.data
    assert graph.blocks


def made_before_called() -> Value:
    a, b = Neuron(1), Neuron(1)
    return b([2.0]) * 3 + a([2.0])


def of_a_layer() -> Value:
    y = Layer(2, 3)([1.0, -2.0])
    return y[0] + y[1] * y[-1]


def one_on_another() -> Value:
    layer, neuron = Layer(2, 2), Neuron(2)
    return neuron(layer([1.0, -2.0]))


def test_a_second_call_shares_the_weights_and_their_grads_add_up():
    graph = graph_from_expression("n = Neuron(2, activation='tanh')\nL = n([1, 2]) * n([3, -4])")
    random.seed(1337)
    n = Neuron(2, activation="tanh")
    out = n([1.0, 2.0]) * n([3.0, -4.0])
    out.backward()
    frame = complete(graph)
    assert frame.data[graph.target] == out.data
    parameters = {node.label: node.id for node in graph if node.role == "parameter"}
    assert len(parameters) == 3
    for label, parameter in (("w1", n.w[0]), ("w2", n.w[1]), ("b", n.b)):
        assert frame.grad[parameters[label]] == parameter.grad


def test_values_with_names_feed_a_network_and_the_output_takes_the_name_it_is_given():
    text = "x1 = Value(2.0, label='x1'); x2 = x1*2; n = Neuron(2); o = n([x1, x2]); o.label = 'out'"
    assert {"x1", "x2", "out", "w1", "w2", "b"} <= set(labels(text))
    assert {"x[0]", "x[1]", "o"} <= set(labels("x = [2.0, -3.0]; n = Neuron(2); o = n(x)"))


def test_a_network_can_be_pasted_beside_what_is_there():
    graph = graph_from_expression("w1 = 2; L = w1*2")
    whole, new = pasted(graph, "n = Neuron(2); o = n([1, 2])", (0.0, 0.0))
    assert len(whole) == len(graph) + len(new)
    assert set(whole.blocks[0].members) <= new
    assert isinstance(whole, Graph)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("n = Neuron(0)", "Column 12: the number of inputs is a whole number."),
        ("n = Neuron('2')", "Column 12: the number of inputs is a whole number."),
        ("n = Neuron()", "Column 5: a network is written like Neuron(2)"),
        ("m = MLP(2, [])", "Column 12: the layers are a list of numbers, like [4, 4, 1]."),
        ("m = MLP(2, [4, x])", "Column 16: the number of neurons is a whole number."),
        ("m = MLP(1000, [2000, 2000])", "Column 5: a network of 6,000,000 weights is too large to be drawn."),
        ("n = Neuron(2); n([1.0])", "Column 16: this network has 2 inputs, not 1."),
        ("n = Neuron(2); n(x)", "Column 18: a network is called with a list, like n([2.0, 3.0])."),
        ("n = Neuron(2); n(1, 2)", "Column 16: a network is called with one list of inputs, like n(x)."),
        ("n = Neuron(1, activation='wow'); n([1])", "Column 34: there is no activation “wow”"),
        ("n = Neuron(1, bias=False)", "Column 5: a network is written like Neuron(2)"),
        ("x = [1, 2]; x[2]", "Column 13: x has the places 0 to 1."),
        ("x = [1, [2]]", "Column 9: a list holds numbers and values, no further list."),
        ("x = []", "Column 5: the list is empty."),
        ("x = [1, 2]; y = x*2", "Column 17: x is no single number here."),
        ("n = Neuron(2); y = n + 1", "Column 20: n is no single number here."),
        ("Layer(2, 2)([1, 2]) + 1", "Column 1: this gives 2 numbers"),
        ("random.seed('a')", "Column 13: a seed is a whole number."),
        ("n = Neuron(2)\ny = [n(x) for x in xs]", "Line 2, column 20: xs is not defined."),
        ("L = 0\nfor x in xs:\n    L += n(x)", "Line 2, column 10: xs is not defined."),
        ("n = Neuron(2); y = sum(n(x))", "Column 26: x is not defined."),
        ("m = MLP(9, [99, 99, 1])\n" + "L = m([1, 2, 3, 4, 5, 6, 7, 8, 9]) + x\n" * 9, "Line 10, column 5: with this network"),
    ],
)  # fmt: skip
def test_what_is_outside_the_language_of_networks_is_named_with_its_place(text, sentence):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    assert str(refused.value).startswith(sentence)


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are entered, or gone on with, meanwhile."""
    entered = 0

    def count(frame: object, event: str, what: object) -> None:
        nonlocal entered
        entered += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return entered


@pytest.mark.parametrize("cell", ["n = Neuron(1)\nn([2.0])\n", "n = MLP(2, [2, 1])\ny = n([1.0, 2.0])\n"])
def test_a_further_network_costs_no_more_than_the_first_ones(cell: str) -> None:
    assert calls_of(lambda: graph_from_expression(cell * 40)) < 2.5 * calls_of(
        lambda: graph_from_expression(cell * 20)
    )


def test_what_a_network_is_made_of_is_named_by_what_the_names_stand_for_by_then() -> None:
    graph = graph_from_expression(
        "n = Neuron(1)\ny = n([2.0])\nw1 = 3\nm = Neuron(1)\nz = m([y])\nL = y*z*w1"
    )
    assert [node.label for node in graph if node.role == "parameter"] == ["b", "w1", "b′", "w1′"]
