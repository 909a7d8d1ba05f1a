"""Expressions and cells of the lecture, read into graphs."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from micrograd.ops import op_of
from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.hints import functions
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.session.measure import numbers

LEAVES = {"a": 2.0, "b": -3.0, "c": 10.0, "f": 0.5}
GIVEN = "; ".join(f"{name} = {value!r}" for name, value in LEAVES.items())


def shape(graph: Graph, node: int | None = None) -> object:
    """What the target is computed from, as nested tuples: free of ids and labels."""
    done: dict[int, object] = {}
    for number in graph.order:
        each = graph.nodes[number]
        done[number] = (
            each.data if each.is_leaf else (each.op, *(done[s] for s in each.inputs if s is not None))
        )
    return done[graph.target if node is None else node]


def value(text: str) -> float:
    graph = graph_from_expression(text)
    return numbers(graph)[graph.target]


# What is read ------------------------------------------------------------------------------------


def test_the_lectures_expression_gives_minus_eight():
    assert value("L = (a*b + c) * f; a = 2; b = -3; c = 10; f = -2") == -8.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", 1.0),
        ("2 + 3 * 4", ("+", 2.0, ("*", 3.0, 4.0))),
        ("-2", -2.0),
        ("-2**2", ("neg", ("**2", 2.0))),
        ("(-2)**2", ("**2", -2.0)),
        ("2**-1", ("**-1", 2.0)),
        ("x**y**z", ("**", 1.0, ("**", 1.0, 1.0))),
        ("x**0.5", ("**0.5", 1.0)),
        ("x**2.0", ("**2", 1.0)),
        ("+x", 1.0),
        ("+-+-x", ("neg", ("neg", 1.0))),
        ("--2", 2.0),
        ("a - b - c", ("-", ("-", 1.0, 1.0), 1.0)),
        ("a / (b / c)", ("/", 1.0, ("/", 1.0, 1.0))),
        ("ReLU(x)", ("relu", 1.0)),
        ("math.exp(x)", ("exp", 1.0)),
        ("np.tanh(x)", ("tanh", 1.0)),
        ("x.tanh()", ("tanh", 1.0)),
        ("(x*2).exp().log()", ("log", ("exp", ("*", 1.0, 2.0)))),
        ("Value(3.0).relu()", ("relu", 3.0)),
        ("x = 2; x += 3", ("+", 2.0, 3.0)),
        ("x = 2; x *= x", ("*", 2.0, 2.0)),
        ("x = 2; x **= 3", ("**3", 2.0)),
        ("a, b = 2, 3; a - b", ("-", 2.0, 3.0)),
        ("a = 2; b = 3; a, b = b, a; a - b", ("-", 3.0, 2.0)),
        ("y = x*2; x = 5", ("*", 5.0, 2.0)),
        ("y = x*2; x = Value(5.0, label='x')", ("*", 5.0, 2.0)),
        ("a = 1; b = a; b + a", ("+", 1.0, 1.0)),
        ("1e3", 1000.0),
        ("1_000", 1000.0),
        ("0x10", 16.0),
    ],
)
def test_this_text_gives_that_structure(text, expected):
    assert shape(graph_from_expression(text)) == expected


@pytest.mark.parametrize("function", functions())
def test_each_function_can_be_called_and_be_a_method(function):
    others = op_of(function).arity - 1
    expected = (function, 1.0, *[1.0] * others)
    assert shape(graph_from_expression(f"{function}(x{', z' * others})")) == expected
    assert shape(graph_from_expression(f"y = x.{function}({'z' * others})")) == expected


def test_all_functions_of_the_contract_are_understood():
    assert {"relu", "tanh", "exp", "log", "sigmoid", "sin", "cos", "sqrt", "abs"} <= set(functions())


def test_a_name_used_twice_is_one_node_with_two_wires():
    graph = graph_from_expression("a = 3; b = a*a")
    assert len(graph) == 2
    assert graph.nodes[graph.target].inputs == (1, 1)


def test_a_number_written_twice_is_two_nodes():
    assert len(graph_from_expression("2 + 2")) == 3


def test_the_last_statement_is_the_target():
    graph = graph_from_expression("e = a*b; d = e + c; e")
    assert graph.nodes[graph.target].label == "e"


def test_a_second_name_for_a_node_does_not_rename_it():
    graph = graph_from_expression("a = 2; b = a; c = b*b")
    assert [node.label for node in graph] == ["a", "c"]


@pytest.mark.parametrize(
    "text", ["\n\n  y = foo(x)\n", "    a = 1\n    b = 2\n    y = foo(a)", "a = 1\n\n# no\ny = foo(a)\r\n"]
)
def test_lines_and_columns_count_in_the_text_as_it_was_given(text):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    lines = text.replace("\r\n", "\n").split("\n")
    line = next(at for at, each in enumerate(lines, 1) if "foo" in each)
    assert (refused.value.line, refused.value.column) == (line, lines[line - 1].index("foo") + 1)
    assert str(refused.value).startswith(
        f"Line {line}, column {refused.value.column}: there is no function “foo”"
    )


def test_columns_count_characters_and_not_bytes():
    with pytest.raises(ExpressionRefusal, match=r"^Column 16: there is no function “foo”"):
        graph_from_expression("größe = 2; q = foo(größe)")


# The lecture's notebook --------------------------------------------------------------------------

LECTURE = """
a = Value(2.0, label="a")
b = Value(-3.0, label="b")
c = Value(10.0, label="c")
e = a*b; e.label="e" #a.__mul__(b)
d = e +c; d.label="d" #e.__add__(c)
f = Value(-2.0, label='f')
L = d * f; L.label = "L" #we are using this to represent the Loss function in this context
L
"""

NEURON = """import math
from micrograd.engine import Value

# inputs x1, x2 - has 2 inputs so its a 2D neuron
x1 = Value(2.0, label="x1")
x2 = Value(0.0, label="x2")

# weights w1,w2
w1 = Value(-3.0, label="w1")
w2 = Value(1.0, label="w2")

# bias of the neuron
b = Value(6.8813735870195432, label="b")

# x1*w1 + x2*w2 + b
x1w1 = x1*w1; x1w1.label="x1w1"
x2w2 = x2*w2; x2w2.label="x2w2"
x1w1x2w2 = x1w1+x2w2; x1w1x2w2.label="x1w1 + x2w2"
n = x1w1x2w2 + b; n.label="n"
o = n.tanh(); o.label="o" #output of the neuron
"""


def test_the_lectures_cell_can_be_pasted():
    graph = graph_from_expression(LECTURE)
    assert [node.label for node in graph] == ["a", "b", "c", "e", "d", "f", "L"]
    assert {graph.nodes[n].label: data for n, data in numbers(graph).items()} == {
        "a": 2.0,
        "b": -3.0,
        "c": 10.0,
        "e": -6.0,
        "d": 4.0,
        "f": -2.0,
        "L": -8.0,
    }


@pytest.mark.parametrize(
    "end", ["", "draw_dot(o)", "o.backward()\ndraw_dot(o)", "print(o)", "o", "o.data", "o.zero_grad()"]
)
def test_the_lectures_neuron_can_be_pasted_with_what_ends_its_cells(end):
    graph = graph_from_expression(f"{NEURON}\n{end}")
    assert graph.nodes[graph.target].label == "o"
    assert numbers(graph)[graph.target] == pytest.approx(0.7071067811865476, abs=1e-15)
    assert "x1w1 + x2w2" in [node.label for node in graph]


def test_the_lectures_tanh_taken_apart_can_be_pasted():
    graph = graph_from_expression(NEURON.replace("o = n.tanh()", "e = (2*n).exp(); o = (e - 1)/(e + 1)"))
    assert numbers(graph)[graph.target] == pytest.approx(0.7071067811865476, abs=1e-15)


def test_the_lectures_plain_numbers_and_its_nudge_can_be_pasted():
    graph = graph_from_expression(
        """# to track the impact of the changes
h = 0.0001

# inputs
a = 2.0
b = -3.0
c = 10.0

d1 = a *b +c
a +=h  #can either be a, b or c to see the changes effect
d2 = a*b +c

print('d1', d1)
print('d2', d2)
print('slope', (d2 - d1)/h)
"""
    )
    data = {graph.nodes[n].label: number for n, number in numbers(graph).items()}
    assert data["d1"] == 4.0
    assert data["d2"] == pytest.approx(3.9997, abs=1e-12)
    assert graph.nodes[graph.target].label == "d2"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = 2\nL.grad = 1.0", "Line 2, column 1: L is not defined."),
        ("a = 2\na.data += h", "Line 2, column 1: a number has no data here."),
        (
            "def f(x):\n    return 3*x**2",
            "Line 1, column 1: a function of one’s own is not understood, only statements",
        ),
        ("class Neuron:\n    pass", "Line 1, column 1: a class of one’s own is not understood, only"),
        ("for i in x:\n    pass", "Line 1, column 10: x is not defined."),
        ("assert a", "Column 8: a is not defined."),
        ("import math\n%matplotlib inline", "Line 1, column 1: “import math” names no node."),
        ("%matplotlib inline\na = (1 + %s)", "Line 2, column 10: “%s)” cannot stand here."),
        ("xs = np.arange(-5, 5, 0.25)", "Column 6: there is no function “arange”; there are"),
        ("a = Value(2.0 + h, label='a')", "Column 5: a Value is written like Value(2.0, label='a')."),
        ("a = Value(2.0, label=b)", "Column 22: a label is a text in quotes."),
        ("draw_dot(L)", "Column 10: L is not defined."),
        ("L.backward()", "Column 1: L is not defined."),
        ("L = (a*b + c * f", "Column 5: the bracket opened here is never closed."),
        ("L = a*b +", "Column 10: something is missing at the end."),
        ("L = a*b )", "Column 9: “)” cannot stand here."),
        ("y = tanh(a, b)", "Column 5: tanh takes 1 operand, not 2."),
        ("y = tanh()", "Column 5: tanh takes 1 operand, not 0."),
        ("y = softmax(a)", "Column 5: there is no function “softmax”; there are tanh, relu,"),
        ("y = a @ b", "Column 5: “a @ b” is not part of the language"),
        ("y = a if b else c", "Column 10: b is not defined."),
        ("y = a[0] + 1", "Column 5: “a[0]” is not part of the language"),
        ("y = 'text'", "Column 5: “'text'” is not part of the language"),
        ("y = True * a", "Column 5: “True” is not part of the language"),
        ("y = 2j", "Column 5: “2j” is not part of the language"),
        ("y = lambda: 0", "Column 5: “lambda: 0” is not part of the language"),
        ("y = __import__('os').system('true')", "Column 5: there is no function “system”"),
        ("a[0] = 2", "Column 1: a is not defined."),
        ("a, (b, c) = 1, 2", "Column 1: a number is nothing to go through."),
        ("y = 1e999", "Column 5: the number is too large."),
        ("y = x**1e999", "Column 8: the number is too large."),
        ("y = x*2; x = z*3", "Column 10: x was used above, so it cannot be computed only here."),
        ("a = 2\n  b = 3", "Line 2, column 3: a statement starts at the beginning of its line."),
        ("", "The expression is empty."),
        (" \n ", "The expression is empty."),
        ("import math", "Column 1: “import math” names no node."),
        ("# nothing", "“# nothing” names no node: it is a comment."),
        ("a = 2\nL = a\0*2", "Line 2, column 6: the character U+0000 (a control character) cannot be read."),
        ("L = a\ud800", "Column 6: the character U+D800 (half of a surrogate pair) cannot be read."),
        ("a = 1; L = a\u200b*2", "Column 13: the character U+200B (ZERO WIDTH SPACE) cannot be read."),
        ("a = 1\nL = a\u2060", "Line 2, column 6: the character U+2060 (WORD JOINER) cannot be read."),
        ("L = 2 ⊗ a", "Column 7: the character “⊗” U+2297 (CIRCLED TIMES) cannot be read."),
        ("print('x')", "Column 1: “print('x')” names no node."),
    ],
)
def test_what_is_outside_the_language_is_named_with_its_place(text, sentence):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 80 + "x" + ")" * 80,
        "+" * 500 + "x",
        "-" * 500 + "x",
        "; ".join(f"x{i} = {i}" for i in range(2000)),
    ],
)
def test_long_and_deep_expressions_are_read(text):
    assert len(graph_from_expression(text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "(" * 300 + "x" + ")" * 300,
        "+".join("x" * 60_000),
        "x" * 200_001,
        "[" * 5000,
        "a" + ".a" * 5000,
        "foo(" + "+".join("x" * 3000) + ")",
        "y = " + "9" * 5000,
        "a\0b",
        "\ud800 = 1",
        "a = 1\x0cb",
        "\u202e",
        "y = " + "n" * 5000 + "()",
        "q" * 5000 + ".backward()",
    ],
)
def test_hostile_text_is_refused_in_one_short_sentence(text):
    with pytest.raises(ExpressionRefusal) as refused:
        graph_from_expression(text)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert len(sentence) < 200


def test_a_label_with_an_odd_escape_or_half_a_character_is_still_a_label():
    graph = graph_from_expression("a = 1\na.label = '\\d \\ud800'")
    assert graph.nodes[1].label == "\\d \ufffd"


def is_read_or_refused_within(text: str, lines: int) -> None:
    line = 1
    try:
        graph_from_expression(text)
    except ExpressionRefusal as refused:
        line = refused.line
    assert 1 <= line <= lines


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    is_read_or_refused_within(text, text.count("\n") + text.count("\r") + 1)


@given(st.text("abfx12.+-*/()=;,#'\"\n _[]L", max_size=40))
def test_any_text_of_the_languages_own_signs_is_read_or_refused(text):
    is_read_or_refused_within(text, text.count("\n") + 1)


# Against Python's own arithmetic -----------------------------------------------------------------

BINARY = st.sampled_from([" + ", "-", " * ", "/", "**"])
TEXTS = st.recursive(
    st.sampled_from([*LEAVES, "2.0", "3.5", "1e-3", "0.0"]),
    lambda inner: st.one_of(
        st.tuples(inner, BINARY, inner).map("".join),
        st.tuples(inner, BINARY, inner).map(lambda each: f"({''.join(each)})"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"({text})**2"),
        st.tuples(st.sampled_from(["tanh", "exp", "sin", "cos", "abs"]), inner).map(
            lambda e: f"{e[0]}({e[1]})"
        ),
    ),
    max_leaves=12,
)
PYTHON = {name: getattr(math, name) for name in ("tanh", "exp", "sin", "cos")} | {"abs": abs} | LEAVES


def python_says(text: str) -> float:
    """Python's own answer, where it is a finite real number."""
    try:
        answer = eval(text, {"__builtins__": {}}, PYTHON)
    except (ArithmeticError, ValueError):
        assume(False)
    assume(isinstance(answer, float) and math.isfinite(answer))
    return answer


@given(TEXTS)
def test_numbers_agree_with_pythons_own_arithmetic(text):
    assert value(f"{GIVEN}; {text}") == pytest.approx(python_says(text), rel=1e-12, abs=1e-300)


@given(TEXTS)
def test_a_graph_written_out_and_read_again_is_the_same(text):
    graph = graph_from_expression(f"{GIVEN}; y = {text}")
    again = graph_from_expression(expression_of(graph))
    assert repr(shape(again)) == repr(shape(graph))
    assert len(again) == len(graph)


@given(TEXTS)
def test_what_is_written_out_is_written_the_same_after_reading_it(text):
    once = expression_of(graph_from_expression(f"{GIVEN}; y = {text}"))
    assert expression_of(graph_from_expression(once)) == once
