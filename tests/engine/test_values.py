"""Value as micrograd's users know it: forms, texts, numbers on either side, and what they do to it."""

import math
import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from micrograd import Value
from micrograd.engine import apply, first_nonfinite, topological_order
from micrograd.ops import OPS, Op, domain_note, op_of, power
from micrograd.steps import BackwardStep, backward_steps

BOTH = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


def test_the_constructor_takes_micrograds_forms_and_the_lectures():
    a = Value(2.0)
    assert (a.data, a.grad, a._prev, a._op, a.label, a.op) == (2.0, 0.0, (), "", "", None)
    b = Value(3, (a,), "mine", "b")
    assert (b.data, b._prev, b._op, b.label, b.op) == (3.0, (a,), "mine", "b", None)
    assert Value(1, _children=[a], _op="+", label="c")._prev == (a,)
    assert Value(1, _prev=(a,))._prev == (a,)


def test_the_repr_is_micrograds():
    a = Value(-4.0)
    assert repr(a) == "Value(data=-4.0, grad=0)"
    (a * 2).backward()
    assert repr(a) == "Value(data=-4.0, grad=2.0)"


def test_op_texts_are_micrograds():
    a, b = Value(2.0), Value(3.0)
    made = [a + b, a * b, a**3, a**-1, a**0.5, a.relu(), a.tanh(), a.exp(), a.log()]
    assert [v._op for v in made] == ["+", "*", "**3", "**-1", "**0.5", "ReLU", "tanh", "exp", "log"]
    assert [v.op.name for v in made[:3]] == ["+", "*", "**3"]


def test_prev_keeps_the_order_of_operands_and_both_of_a_square():
    a, b = Value(2.0), Value(3.0)
    assert (a - b)._prev == (a, b)
    assert [x.data for x in (5 - a)._prev] == [5.0, 2.0]
    assert (a * a)._prev == (a, a)
    assert (a**3)._prev == (a,)
    assert a in (a + b)._prev
    assert Value(2.0) not in (a + b)._prev


@pytest.mark.parametrize("operation", BOTH)
@pytest.mark.parametrize(
    "number",
    [
        2,
        2.0,
        True,
        Fraction(1, 2),
        Decimal("0.5"),
        np.float64(1.5),
        np.float32(0.5),
        np.int64(3),
        np.array(2.5),
    ],
)
def test_numbers_of_every_type_stand_on_either_side(operation, number):
    x = Value(3.0)
    for out in (operation(x, number), operation(number, x)):
        assert type(out) is Value
        assert type(out.data) is float
    assert operation(x, number).data == operation(3.0, float(number))
    assert operation(number, x).data == operation(float(number), 3.0)


def test_what_is_no_number_is_refused_as_python_does():
    for other in ("2", None, [1.0], 1j, object()):
        with pytest.raises(TypeError):
            Value(1.0) + other
        with pytest.raises(TypeError):
            other * Value(1.0)
        with pytest.raises(TypeError):
            Value(other)
    with pytest.raises(TypeError):
        Value(1.0) ** "2"


def test_a_numpy_array_of_numbers_becomes_an_array_of_values():
    x = Value(3.0)
    for products in (np.array([1.0, 2.0]) * x, x * np.array([1.0, 2.0])):
        assert [p.data for p in products] == [3.0, 6.0]
    assert np.tanh(np.array([x]))[0]._op == "tanh"


def test_sum_works_as_on_numbers():
    values = [Value(k) for k in range(4)]
    total = sum(values)
    total.backward()
    assert total.data == 6.0
    assert [v.grad for v in values] == [1.0] * 4


def test_data_is_always_a_float_never_complex_never_huge():
    assert Value(10**400).data == math.inf
    assert Value(-(10**400)).data == -math.inf
    assert (Value(10) ** 400).data == math.inf
    assert math.isnan((Value(-8) ** (1 / 3)).data)
    assert math.isnan((Value(-8) ** Value(1 / 3)).data)
    x = Value(3.0)
    x.data = 10  # as users do by hand
    for _ in range(12):
        x = x * x
    assert type(x.data) is float
    assert x.data == math.inf
    assert Value(1000).tanh().data == 1.0
    assert Value(-1000).sigmoid().data == 0.0


def test_results_of_a_subclass_are_values_and_subclasses_may_add_what_they_like():
    class Named(Value):
        def __init__(self, data, name):
            super().__init__(data)
            self.name = name

        def double(self):
            return self * 2

    x = Named(3.0, "x")
    y = x.double() + 1 + x
    y.backward()
    assert (y.data, x.grad, x.name, type(y)) == (10.0, 3.0, "x", Value)


def test_a_subclass_may_copy_micrograds_own_constructor():
    class Mine(Value):
        def __init__(self, data, _children=(), _op=""):
            self.data = data
            self.grad = 0
            self._backward = lambda: None
            self._prev = set(_children)
            self._op = _op

    a, b = Mine(2.0), Mine(-3.0)
    c = Mine(a.data * b.data, (a, b), "*")

    def back():
        a.grad += b.data * c.grad
        b.grad += a.data * c.grad

    c._backward = back
    (c + a).backward()
    assert (a.grad, b.grad, c._op) == (-2.0, 2.0, "*")


def test_attributes_hung_on_a_value_stay():
    p = Value(1.0)
    p.m, p.v, p._colour = 0, 0.5, "lightgreen"
    (p * 2).backward()
    assert (p.m, p.v, p._colour) == (0, 0.5, "lightgreen")


def test_backward_twice_accumulates_as_in_micrograd():
    a = Value(3.0)
    b = a * 2
    c = b * b
    c.backward()
    assert (a.grad, b.grad, c.grad) == (24.0, 12.0, 1.0)
    c.backward()  # b.grad is 24 when it passes on: 24 + 2 × 24
    assert (a.grad, b.grad, c.grad) == (72.0, 24.0, 1.0)


def test_zero_grad_clears_all_that_feed_the_value():
    a = Value(3.0)
    b = a * a
    b.backward()
    b.zero_grad()
    assert (a.grad, b.grad) == (0.0, 0.0)


def own_sine(x):
    out = Value(math.sin(x.data), (x,), "sin")

    def _backward():
        x.grad += math.cos(x.data) * out.grad

    out._backward = _backward
    return out


def test_a_users_own_op_takes_part():
    x = Value(0.5)
    out = own_sine(x) * own_sine(x)
    out.backward()
    assert out._prev[0].op is None
    assert out._prev[0]._op == "sin"
    assert x.grad == pytest.approx(math.sin(1.0), rel=1e-15)


def test_a_backward_put_in_the_place_of_an_ops_own_is_used():
    a, b = Value(2.0), Value(3.0)
    out = a * b
    out._backward = lambda: setattr(a, "grad", a.grad + 100 * out.grad)
    assert (out.op, out._op) == (None, "*")
    (out * 2).backward()
    assert (a.grad, b.grad) == (200.0, 0.0)


def test_a_value_made_by_hand_from_an_op_text_passes_nothing_back_as_in_micrograd():
    a, b = Value(2.0), Value(3.0)
    out = Value(6.0, (a, b), "*")
    out.backward()
    assert (a.grad, b.grad, out.grad) == (0.0, 0.0, 1.0)


def test_steps_of_a_users_own_op_are_watched():
    x = Value(0.5)
    steps = list(backward_steps(own_sine(x) * 3))
    assert isinstance(steps[0], BackwardStep)
    last = steps[-1].contributions[0]
    assert (last.operand, last.port, last.upstream, last.before) == (x, 0, 3.0, 0.0)
    assert last.slope == pytest.approx(math.cos(0.5))
    assert last.after == x.grad


def test_the_first_node_to_leave_the_numbers_is_named_with_its_reason():
    x = Value(0.0, label="x")
    y = x.log()
    L = (y * 2).exp() + 1
    assert first_nonfinite(L) is y
    assert domain_note(y.op, [x.data]) == "log of 0"
    assert first_nonfinite(x + 1) is None


@pytest.mark.parametrize(
    ("name", "operands", "note"),
    [
        ("log", (0.0,), "log of 0"),
        ("log", (-1.0,), "log of a negative number"),
        ("sqrt", (-1.0,), "square root of a negative number"),
        ("/", (1.0, 0.0), "division by 0"),
        ("/", (0.0, 0.0), "0 divided by 0"),
        ("exp", (710.0,), "overflow"),
        ("*", (1e308, 10.0), "overflow"),
        ("**", (0.0, -1.0), "0 to a negative power"),
        ("**-2", (0.0,), "0 to a negative power"),
        ("**", (-8.0, 1 / 3), "negative number to a fractional power"),
        ("+", (math.inf, -math.inf), "infinity came in"),
        ("tanh", (math.nan,), "nan came in"),
        ("tanh", (1000.0,), ""),
    ],
)
def test_a_domain_note_says_why(name, operands, note):
    assert domain_note(op_of(name), operands) == note


def test_rows_are_found_by_name_and_a_power_by_its_text():
    assert op_of("tanh") is OPS["tanh"]
    assert op_of("**3") is power(3)
    assert op_of("**-0.5") is power(-0.5)
    assert power(3).op_text == "**3"
    assert power(3.0).op_text == "**3.0"
    for name in ("softmin", "**x", ""):
        with pytest.raises(KeyError, match="no op named"):
            op_of(name)


def test_every_row_speaks():
    for op in [*OPS.values(), power(3), power(-1), power(0.5), Op("mine", "m", 2, max, min)]:
        words = {"x": "a", "y": "b", "out": "c"}
        assert op.text.format(**words)
        for port in range(op.arity):
            assert (op.slope_words(port) or op.slope_name(port)).format(**words)
        assert op.help.endswith(".")
        assert op.symbol
        assert op.group in ("arithmetic", "function", "rarer")


def test_a_row_puts_names_into_its_templates_and_tells_which_operand_is_meant():
    assert OPS["*"].filled(["a", "b"]) == "a × b"
    mine = Op("mine", "m", 3, max, min)
    assert mine.filled(["a", "b", "c"]) == "mine(a, b, c)"
    assert (mine.slope_words(2), mine.slope_name(2)) == (None, "∂mine/∂{z}")
    assert (OPS["tanh"].slope_words(0), OPS["*"].slope_words(1)) == ("1 − {out}²", "{x}")
    assert [mine.ordinal(port) for port in range(3)] == ["first", "second", "third"]
    assert OPS["tanh"].ordinal(0) == ""


def test_only_a_power_has_an_exponent():
    assert {n: power(n).exponent for n in (3, -2, 0.5)} == {3: 3.0, -2: -2.0, 0.5: 0.5}
    assert {op.exponent for op in OPS.values()} == {None}


def test_the_slope_of_a_power_reads_as_one_writes_it():
    words = {
        2: "2 × a",
        3: "3 × a^2",
        1: "1",
        0: "0",
        -1: "-1 × a^-2",
        0.5: "0.5 × a^-0.5",
        1.1: "1.1 × a^0.1",
    }
    assert {n: (power(n).slope_words(0) or "").format(x="a") for n in words} == words


def test_apply_is_what_the_methods_are_short_for():
    x = Value(0.3)
    for name, op in OPS.items():
        if op.arity == 1 and op.group == "function":
            assert getattr(x, name)().op is op
            assert getattr(x, name)().data == apply(op, x).data
    assert abs(Value(-2)).op is OPS["abs"]
    assert (-x).op is OPS["neg"]


def test_the_topological_order_is_that_of_the_recursion():
    a, b = Value(1.0), Value(2.0)
    c = a * b
    d = c + a
    e = d * c
    assert topological_order(e) == [a, b, c, d, e]
