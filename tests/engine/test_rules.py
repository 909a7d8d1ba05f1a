"""The table of ops: each row against central differences, a row more, and a row that lies."""

import importlib.util
import math
import sys
from functools import partial

import numpy as np
import pytest

from micrograd import Value, draw_dot, engine, gradcheck, ieee
from micrograd.check_row import Reason
from micrograd.engine import apply
from micrograd.nn import MLP
from micrograd.ops import OPS, Op, op_of, power
from micrograd.replay.tape import Tape
from micrograd.steps import backward_steps

POINTS = (-2.5, -1.0, -0.3, 0.4, 1.0, 2.2)
ROWS = [*OPS.values(), power(3), power(-2), power(0.5), power(0), power(1.7)]


def samples(op):
    """Points at which the op has a finite result and slopes."""
    for k, x in enumerate(POINTS):
        operands = (x, POINTS[(k + 2) % len(POINTS)])[: op.arity]
        out = op.forward(*operands)
        if math.isfinite(out) and all(map(math.isfinite, op.partials(*operands, out))):
            yield operands, out


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_each_slope_is_that_of_the_central_difference(op):
    tried = 0
    for operands, out in samples(op):
        for port, slope in enumerate(op.partials(*operands, out)):
            h = 1e-5
            low, high = ([x + sign * h * (k == port) for k, x in enumerate(operands)] for sign in (-1, 1))
            numeric = (op.forward(*high) - op.forward(*low)) / (2 * h)
            assert slope == pytest.approx(numeric, rel=1e-8, abs=1e-8)
            tried += 1
    assert tried >= 3


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_one_row_serves_floats_arrays_and_complex_numbers(op):
    found = list(samples(op))
    columns = [np.array(column) for column in zip(*(operands for operands, _ in found), strict=True)]
    outs = op.forward(*columns)
    assert outs == pytest.approx([out for _, out in found], rel=1e-14)
    slopes = [np.broadcast_to(slope, outs.shape) for slope in op.partials(*columns, outs)]
    for k, (operands, out) in enumerate(found):
        assert [slope[k] for slope in slopes] == pytest.approx(list(op.partials(*operands, out)), rel=1e-14)
    if op is not OPS["**"] and op.name != "**1.7":
        step = op.forward(columns[0] + 1e-30j, *columns[1:]).imag / 1e-30
        assert step == pytest.approx(slopes[0], rel=1e-12, abs=1e-15)


@pytest.fixture
def smooth(monkeypatch):
    row = Op(
        "smooth",
        "smooth",
        1,
        forward=lambda x: ieee.log(1 + ieee.exp(x)),
        partials=lambda x, out: (ieee.sigmoid(x),),
    )
    monkeypatch.setitem(OPS, "smooth", row)
    return row


def test_a_row_more_is_an_op_more(smooth):
    x = Value(0.7, label="x")
    y = apply(op_of("smooth"), x) * 2
    y.backward()
    assert x.grad == pytest.approx(2 / (1 + math.exp(-0.7)))
    assert y._prev[0]._op == "smooth"
    assert all(row.ok for row in gradcheck(y))
    assert "smooth" in draw_dot(y).source
    assert smooth.text.format(x="x") == "smooth(x)"
    *_, step = backward_steps(y)
    assert step.contributions[0].slope == pytest.approx(1 / (1 + math.exp(-0.7)))
    replay = Tape(y).forward({x: np.array([-1.0, 0.0, 2.0])})
    assert replay.data[y] == pytest.approx(2 * np.logaddexp(0, [-1.0, 0.0, 2.0]))
    assert replay.grad[x] == pytest.approx(2 / (1 + np.exp([1.0, 0.0, -2.0])))


@pytest.mark.usefixtures("smooth")
def test_a_row_more_in_the_table_is_a_method_more():
    spec = importlib.util.spec_from_file_location("engine_anew", engine.__file__)
    anew = importlib.util.module_from_spec(spec)
    sys.modules["engine_anew"] = anew
    try:
        spec.loader.exec_module(anew)
    finally:
        del sys.modules["engine_anew"]
    x = anew.Value(0.7)
    x.smooth().backward()
    assert x.grad == pytest.approx(1 / (1 + math.exp(-0.7)))


def test_a_row_more_is_an_activation_more(smooth):
    net = MLP(2, [3, 1], activation="smooth", seed=4)
    assert "smoothNeuron(2)" in repr(net)
    assert all(row.ok for row in gradcheck(net([0.5, -1.0])))


def use(op, row, port=0):
    """A graph around the row in which its operands are leaves, at a point where the honest op has slopes.

    Of max and min one operand alone has: then it is that of the port.
    """
    slopes = [(operands, [abs(s) for s in op.partials(*operands, out)]) for operands, out in samples(op)]
    steep = [operands for operands, found in slopes if min(found) > 1e-3]
    operands = next(iter(steep or (operands for operands, found in slopes if found[port] > 1e-3)))
    leaves = [Value(x) for x in operands]
    return leaves, apply(row, *leaves) * 1.25 + 0.5


LIES = {
    "a slope 1 % too large": lambda slopes, k: [s * (1.01 if j == k else 1) for j, s in enumerate(slopes)],
    "a sign turned": lambda slopes, k: [s * (-1 if j == k else 1) for j, s in enumerate(slopes)],
    "an operand forgotten": lambda slopes, k: [0.0 if j == k else s for j, s in enumerate(slopes)],
    "something added": lambda slopes, k: [s + (0.1 if j == k else 0) for j, s in enumerate(slopes)],
}


def lied(op, lie, port, *numbers):
    return tuple(lie(op.partials(*numbers), port))


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("op", [row for row in ROWS if row.name != "**0"], ids=lambda op: op.name)
def test_the_numeric_check_catches_a_broken_rule(op, lie):
    for port in range(op.arity):
        broken = op._replace(partials=partial(lied, op, LIES[lie], port))
        leaves, root = use(op, broken, port)
        rows = {row.node: row for row in gradcheck(root)}
        assert not rows[leaves[port]].ok, (op.name, port)
        assert all(row.ok for node, row in rows.items() if node is not leaves[port])
        leaves, root = use(op, op, port)
        assert all(row.ok for row in gradcheck(root))


def test_a_broken_rule_in_the_table_is_caught_wherever_values_use_it(monkeypatch):
    honest = OPS["tanh"]
    x = Value(0.4)
    assert all(row.ok for row in gradcheck(apply(honest, x)))
    monkeypatch.setitem(OPS, "tanh", honest._replace(partials=lambda x, out: (1.0 - out,)))
    assert not gradcheck(apply(OPS["tanh"], x))[0].ok


@pytest.mark.parametrize(
    ("name", "operands", "slopes"),
    [
        ("max", (2.0, 2.0), (0.5, 0.5)),
        ("min", (2.0, 2.0), (0.5, 0.5)),
        ("max", (3.0, 2.0), (1.0, 0.0)),
        ("min", (3.0, 2.0), (0.0, 1.0)),
        ("leaky_relu", (0.0,), (0.01,)),
        ("relu", (0.0,), (0.0,)),
        ("softplus", (0.0,), (0.5,)),
    ],
)
def test_ties_and_kinks_have_pytorchs_slopes(name, operands, slopes):
    leaves = [Value(x) for x in operands]
    apply(OPS[name], *leaves).backward()
    assert tuple(leaf.grad for leaf in leaves) == slopes


@pytest.mark.parametrize("name", ["max", "min"])
def test_of_two_equal_operands_the_check_says_that_there_is_a_kink(name):
    a, b = Value(2.0, label="a"), Value(2.0, label="b")
    found = gradcheck(apply(OPS[name], a, b) * 3)
    assert {row.label: row.reason for row in found if row.label} == dict.fromkeys("ab", Reason.KINK)
    c = Value(1.5)
    apply(OPS[name], c, c).backward()
    assert c.grad == 1.0


def test_the_larger_and_the_smaller_are_methods_too():
    a, b = Value(2.0), Value(-3.0)
    assert (a.max(b).data, a.min(b).data, a.max(5).data) == (2.0, -3.0, 5.0)
    assert [x.data for x in a.max(5)._prev] == [2.0, 5.0]
