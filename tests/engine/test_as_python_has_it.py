"""Values where Python expects numbers, sets, names and types: compared, formatted, listed, checked."""

import math
import operator
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import micrograd
from micrograd import Tape, Value, draw_dot
from micrograd.nn import MLP, Layer, Neuron, Sequential

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("spec", [".4f", "g", "+.2e", ">12.3f", "08.2f", "%", ","])
def test_a_format_is_that_of_the_data(spec):
    assert format(Value(1234.5678), spec) == format(1234.5678, spec)


def test_without_a_format_it_reads_as_its_repr():
    a = Value(2.0)
    assert f"{a}" == str(a) == repr(a) == "Value(data=2.0, grad=0)"
    with pytest.raises(ValueError, match="precision"):
        f"{a:.q}"


def test_numbers_are_made_of_its_data():
    a = Value(-2.567)
    assert (float(a), int(a), round(a), round(a, 1)) == (-2.567, -2, -3, -2.6)
    assert (math.floor(a), math.fabs(a), complex(a)) == (-3, 2.567, -2.567 + 0j)
    with pytest.raises(ValueError, match="NaN"):
        int(Value(math.nan))


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_is_by_data_with_values_and_numbers_on_either_side(compare):
    for x, y in ((1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (math.nan, 1.0), (1.0, math.inf)):
        right = compare(x, y)
        assert compare(Value(x), Value(y)) is right
        assert compare(Value(x), y) is right
        assert compare(x, Value(y)) is right
    with pytest.raises(TypeError):
        compare(Value(1.0), "2")


def test_largest_smallest_and_sorted_are_the_nodes_themselves():
    a, b, c = Value(2.0), Value(-3.0), Value(0.5)
    assert max(a, b, c) is a
    assert min([a, b, c]) is b
    assert sorted([a, b, c]) == [b, c, a]
    assert max(a, 1) is a
    assert max(a, 3) == 3


def test_equality_and_hash_stay_those_of_the_object():
    a, b = Value(2.0), Value(2.0)
    assert a != b
    assert a != 2.0
    assert a == a
    assert len({a, b}) == 2
    assert bool(Value(0.0)) is True


def test_a_value_of_a_value_is_refused_for_it_would_lose_the_graph():
    a = Value(2.0)
    with pytest.raises(TypeError, match="holds a number, not Value"):
        Value(a * 2)


def test_prev_equals_the_set_of_operands_as_in_micrograd_and_keeps_their_order():
    a, b = Value(2.0), Value(3.0)
    for made in (Value(5, (a, b), "+"), a + b, a * b, a - b, a / b):
        assert made._prev == {a, b}
        assert {b, a} == made._prev
        assert made._prev == frozenset((a, b))
        assert made._prev == (a, b)
        assert operator.ne(made._prev, {a, b}) is False
        assert made._prev != {a}
        assert made._prev != (b, a)
    assert (a * a)._prev == {a}
    assert (a * a)._prev == (a, a)
    assert a._prev == set()
    assert hash((a + b)._prev) == hash((a, b))


class Theirs:
    """−, ÷ and the sign as the lecture and micrograd write them."""

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self._prev, self._op, self.label = data, 0.0, _children, _op, label
        self._backward = lambda: None

    def _made(self, others, op, data, *slopes):
        out = Theirs(data, (self, *others), op)

        def _backward():
            for x, slope in zip(out._prev, slopes, strict=True):
                x.grad += slope * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        other = other if isinstance(other, Theirs) else Theirs(other)
        return self._made((other,), "+", self.data + other.data, 1.0, 1.0)

    def __mul__(self, other):
        other = other if isinstance(other, Theirs) else Theirs(other)
        return self._made((other,), "*", self.data * other.data, other.data, self.data)

    def __pow__(self, n):
        return self._made((), f"**{n}", self.data**n, n * self.data ** (n - 1))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1


def drawn(root, **style):
    """Each op of a picture with the labels of its operands and of its result, operands in order."""
    source = draw_dot(root, **style).source
    label = dict(re.findall(r'^\s*(\w+) \[label="?([^"\]]*?)"?(?: shape=record)?\]', source, re.M))
    wires = re.findall(r"^\s*(\w+) -> (\w+)", source, re.M)
    ops = {head for _, head in wires if head.endswith("op")}
    return sorted(
        (
            label[op],
            [label[tail] for tail, head in wires if head == op],
            [label[h] for t, h in wires if t == op],
        )
        for op in ops
    )


@pytest.mark.parametrize(
    "expression",
    [
        lambda a, b: a - b,
        lambda a, b: (a - 2) * b,
        lambda a, b: 2 - a,
        lambda a, b: -a * b,
        lambda a, b: a / b,
        lambda a, b: (a / 4) + b,
        lambda a, b: 3 / b,
        lambda a, b: (a - b) / (a * b - 2) - (-a) / 7,
        lambda a, b: a - a,
    ],
)
def test_in_the_lectures_style_a_picture_is_that_of_the_lectures_class(expression):
    ours = expression(Value(2.0, label="a"), Value(-3.0, label="b"))
    theirs = expression(Theirs(2.0, label="a"), Theirs(-3.0, label="b"))
    ours.backward()
    theirs.grad = 1.0
    for node in reversed(micrograd.engine.topological_order(theirs)):
        node._backward()
    assert drawn(ours, style="lecture") == drawn(theirs)
    with pytest.raises(ValueError, match="style is"):
        draw_dot(ours, style="theirs")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Neuron(3)([1.0]), "takes 3 inputs, and 1 was given"),
        (lambda: Neuron(1)([1.0, 2.0]), "takes 1 input, and 2 were given"),
        (lambda: Neuron(2)(x for x in (1, 2, 3)), "takes 2 inputs, and 3 were given"),
        (lambda: MLP(2, [3, 1])([1.0]), r"ReLUNeuron\(2\) takes 2 inputs"),
        (lambda: Neuron(1)(2.0), "takes its inputs as a list, not 2.0"),
        (lambda: Layer(1, 2)(Value(1.0)), "Layer takes its inputs as a list"),
        (lambda: MLP(2, 3), r"sizes of its layers as a list, as \[3\]"),
        (lambda: MLP(2, "31"), "sizes of its layers as a list, not '31'"),
        (lambda: MLP(2, [3.5]), "Layer takes a whole number of neurons, not 3.5"),
        (lambda: Neuron("2"), "Neuron takes a whole number of inputs, not '2'"),
        (lambda: Neuron(-1), "Neuron takes a number of inputs, not -1"),
        (lambda: Neuron(2)(["a", "b"]), r"input 1 of ReLUNeuron\(2\) is 'a', which is no number"),
        (lambda: MLP(2, [2, 1])([1.0, None]), r"input 2 of ReLUNeuron\(2\) is None"),
        (lambda: MLP("3", [1]), "Neuron takes a whole number of inputs, not '3'"),
        (lambda: Neuron(2, activation=["relu"]), "no activation named"),
        (lambda: Layer(2, 2, seed=[1]), r"a seed is a whole number or a random.Random, not \[1\]"),
        (lambda: MLP(1, [1]).train_step(3, [1]), "train_step takes its rows as a list, not 3"),
        (lambda: MLP(1, [1]).train_step([["a"]], [1]), "input 1 of LinearNeuron"),
        (lambda: Sequential(None), "one by one, not None"),
        (lambda: Tape("x"), "a Tape takes the Value that a graph ends in, not 'x'"),
    ],
)
def test_what_does_not_fit_a_network_is_one_sentence(call, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence) as refused:
        call()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: Value(None), "a Value holds a number, not None"),
        (lambda x: Value([1.0, 2.0]), r"a Value holds a number, not \[1.0, 2.0\]"),
        (lambda x: Value(np.zeros((2, 2))), r"a Value holds a number, not array\("),
        (lambda x: Value("a"), "a Value holds a number, not 'a'"),
        (lambda x: Value(2.0, "a"), "the operands of a Value are Values, not 'a'; a name goes in as label"),
        (lambda x: Value(2.0, 3), "the operands of a Value are Values, not 3"),
        (lambda x: Value(2.0, (x, 3), "+"), "the operands of a Value are Values, not 3"),
        (lambda x: x + "a", r"\+ takes Values and numbers, not 'a'"),
        (lambda x: "a" + x, r"\+ takes Values and numbers, not 'a'"),
        (lambda x: x * [1], r"\* takes Values and numbers, not \[1\]"),
        (lambda x: None - x, "- takes Values and numbers, not None"),
        (lambda x: x / {}, "/ takes Values and numbers, not {}"),
        (lambda x: x**None, r"\*\* takes Values and numbers, not None"),
        (lambda x: x ** "2", r"\*\* takes Values and numbers, not '2'"),
        (lambda x: 2j**x, r"\*\* takes Values and numbers, not 2j"),
        (lambda x: x < "a", "< takes Values and numbers, not 'a'"),
        (lambda x: max(x, None), "takes Values and numbers, not None"),
        (lambda x: sum([x, "a"]), r"\+ takes Values and numbers, not 'a'"),
        (lambda x: x.max("a"), "max takes Values and numbers, not 'a'"),
        (lambda x: x.min(None), "min takes Values and numbers, not None"),
        (lambda x: x.min(np.array([1.0, 2.0])), "min takes Values and numbers, not array"),
    ],
)
def test_what_is_no_number_is_named_in_one_sentence(call, sentence):
    with pytest.raises(TypeError, match=sentence) as refused:
        call(Value(3.0))
    assert "\n" not in str(refused.value)


def test_a_class_with_operators_of_its_own_is_still_asked():
    class Mine:
        def __radd__(self, other):
            return "mine"

        __rpow__ = __gt__ = __radd__

    x = Value(3.0)
    assert (x + Mine(), x ** Mine(), x < Mine()) == ("mine",) * 3
    assert (x < np.array([1.0, 4.0])).tolist() == [False, True]


def test_hidden_layers_of_one_neuron_pass_their_output_on():
    x = [0.5, -1.0]
    net = MLP(2, [1, 1, 1], seed=3)
    out = net(x)
    by_hand = x
    for layer in net.layers:
        by_hand = [layer.neurons[0](by_hand)]
    assert out.data == by_hand[0].data


def test_the_package_lists_its_names_and_its_version():
    names = set(dir(micrograd))
    assert {*micrograd.__all__, "__version__"} <= names
    assert not {name for name in names if name.startswith("_") and not name.startswith("__")}
    assert all(getattr(micrograd, name) is not None for name in micrograd.__all__)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    place = ROOT / project["tool"]["hatch"]["version"]["path"]
    assert place.samefile(micrograd.__file__)
    assert f'\n__version__ = "{micrograd.__version__}"' in place.read_text("utf-8")
    assert (ROOT / "micrograd" / "py.typed").is_file()


def test_to_load_the_package_reads_no_metadata():
    code = "import sys, micrograd; print({'importlib.metadata', 'tomllib', 'numpy'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "set()\n"


def test_every_operator_says_what_it_does_and_its_slopes():
    two = ["add", "sub", "mul", "truediv", "pow", "radd", "rsub", "rmul", "rtruediv", "rpow"]
    for name in [*two, "neg", "abs"]:
        method = getattr(Value, f"__{name}__")
        assert re.search("[Ss]lope", method.__doc__)
        assert method.__name__ == f"__{name}__"
