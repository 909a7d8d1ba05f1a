"""The numeric check of all nodes: its verdicts, and what it leaves alone."""

import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd import Value, check, gradcheck
from micrograd.check import Reason, Verdict
from micrograd.engine import topological_order
from micrograd.nn import MLP
from micrograd.ops import OPS
from tests.engine.test_steps import graphs

SMOOTH = tuple(OPS[name] for name in ("+", "-", "*", "neg", "tanh", "sigmoid", "sin", "cos"))


def test_the_lectures_expression():
    a, b, c, f = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c"), Value(-2.0, label="f")
    L = (a * b + c) * f
    rows = gradcheck(L)
    assert [row.node for row in rows] == topological_order(L)
    assert [(row.label, row.data, row.analytic) for row in rows if row.label] == [
        ("a", 2.0, 6.0),
        ("b", -3.0, -4.0),
        ("c", 10.0, -2.0),
        ("f", -2.0, 4.0),
    ]
    assert all(row.ok and row.reason is None and row.error < 1e-9 for row in rows)
    assert all(type(row.ok) is bool and type(row.numeric) is float for row in rows)


@given(graphs(rows=SMOOTH))
def test_smooth_graphs_pass(root):
    assert all(row.ok for row in gradcheck(root))


def test_the_graph_is_left_as_it_was():
    x = Value(3.0)
    y = x * x
    y.backward()
    y.data, x.grad = 99.0, 5.0
    gradcheck(y)
    assert (x.data, x.grad, y.data, y.grad) == (3.0, 5.0, 99.0, 1.0)


def test_it_checks_at_the_numbers_the_leaves_have_now():
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    row = gradcheck(y)[0]
    assert (row.data, row.analytic, row.ok) == (5.0, 10.0, True)


@pytest.mark.parametrize("bend", [lambda x: x.relu(), abs, lambda x: (x * 2).relu() + x])
def test_a_kink_is_recognised(bend):
    row = gradcheck(bend(Value(0.0)))[0]
    assert (row.ok, row.reason) == (True, Reason.KINK)


def test_a_wrong_slope_at_a_kink_is_still_wrong():
    x = Value(0.0)
    out = x.relu() * 2
    out._prev[0].op = OPS["relu"]._replace(partials=lambda x, out: (1.5,))
    row = gradcheck(out)[0]
    assert not row.ok


def test_both_zero_is_said():
    x = Value(-2.0)
    row = gradcheck(x.relu() + 1)[0]
    assert (row.ok, row.reason, row.error) == (True, Reason.BOTH_ZERO, 0.0)


def test_what_is_not_finite_names_the_first_cause():
    row = gradcheck(Value(0.0).log() * 2)[0]
    assert not row.ok
    assert (row.reason, row.detail) == (Reason.NOT_FINITE, "log of 0")
    assert row.words == "not finite: log of 0"
    assert "leaf" in gradcheck(Value(math.inf) * 2)[0].detail
    assert gradcheck((Value(800.0).exp() + 1).tanh())[0].detail == "overflow"  # of an inner node
    assert gradcheck(Value(-1.0).log() * 2)[-1].detail == "log of a negative number"
    assert gradcheck(Value(0.0).sqrt())[0].words == "not finite: the slope"


@pytest.mark.parametrize(
    ("function", "x", "ends"),
    [
        (lambda x: x.exp(), 709.7, "inf"),
        (lambda x: x.exp() * 0.5, 709.7, "inf"),  # an inner node goes first
        (lambda x: x.log(), 0.5, "nan"),
    ],
)
def test_what_is_not_finite_within_h_alone_says_where_the_target_ends(function, x, ends):
    row = gradcheck(function(Value(x)), h=1.0)[0]
    assert math.isfinite(row.data)
    assert math.isfinite(row.analytic)
    assert (row.ok, row.reason) == (False, Reason.NOT_FINITE)
    assert row.detail == f"moved by h, the target is {ends}"


def test_slopes_whose_sum_would_overflow_are_finite_all_the_same():
    row = gradcheck(Value(709.7).exp(), h=1e-7)[0]
    assert (row.ok, row.reason) == (True, None)


def test_an_h_too_large_or_too_small_is_told_from_a_wrong_rule():
    for h, reason in ((0.3, Reason.H_TOO_LARGE), (1e-15, Reason.H_TOO_SMALL), (1e-300, Reason.H_TOO_SMALL)):
        row = gradcheck(Value(0.5).tanh(), h=h)[0]
        assert (row.ok, row.reason) == (True, reason)
    for h in (0.0, -1e-6, math.inf, math.nan):
        with pytest.raises(ValueError, match="positive"):
            gradcheck(Value(1.0), h=h)


def test_large_and_small_numbers_get_a_step_of_their_size():
    for size in (1e-200, 1e-8, 1.0, 1e8, 1e150):
        assert all(row.ok for row in gradcheck(Value(size) * 3.0 + Value(size)))
    assert all(row.ok for row in gradcheck((Value(1e8) + Value(0.5)) - 1e8))


def own(x, data, slope, text):
    """A user's own op of one operand."""
    out = Value(data, (x,), text)

    def _backward():
        x.grad += slope * out.grad

    out._backward = _backward
    return out


def test_nodes_behind_a_users_own_op_are_not_checked_and_the_rest_is():
    x, z = Value(0.5), Value(2.0)
    found = gradcheck(own(x * 2, math.atan(1.0), 0.5, "arc") * z)
    rows = {row.node: row for row in found}
    assert rows[z].ok
    assert rows[z].numeric == pytest.approx(math.atan(1.0))
    assert rows[x].ok is None
    assert math.isnan(rows[x].numeric)
    assert (rows[x].reason, rows[x].verdict) == (Reason.OWN_OP, Verdict.NOT_CHECKED)
    assert rows[x].words == "behind your own op 'arc', which cannot be computed again"
    assert found.ok is None
    assert "? behind your own op 'arc'" in str(found)


@pytest.mark.parametrize(("slope", "ok"), [(1 - math.tanh(0.5) ** 2, True), (1 - math.tanh(0.5), False)])
def test_an_own_op_that_says_which_it_is_and_gives_that_number_is_checked(slope, ok):
    x = Value(0.5)
    row = gradcheck(own(x, math.tanh(0.5), slope, "tanh") * 2)[0]
    assert (row.ok, row.analytic) == (ok, pytest.approx(2 * slope))
    assert row.numeric == pytest.approx(2 * (1 - math.tanh(0.5) ** 2))
    assert gradcheck(own(x, 0.1, slope, "tanh") * 2)[0].ok is None  # no tanh gives that


def test_a_rule_whose_backward_was_replaced_is_checked_by_its_forward():
    x = Value(3.0)
    y = x * x
    y._backward = lambda: setattr(x, "grad", x.data * y.grad)
    assert [(row.analytic, row.ok) for row in gradcheck(y)] == [(3.0, False), (1.0, True)]
    assert gradcheck(y)[0].numeric == pytest.approx(6.0)
    x.data = 5.0  # what the node holds is of before
    assert [(row.analytic, row.ok) for row in gradcheck(y)] == [(5.0, False), (1.0, True)]


def test_a_leaf_alone_is_its_own_slope():
    (row,) = gradcheck(Value(3.0))
    assert (row.analytic, row.ok) == (1.0, True)
    assert row.numeric == pytest.approx(1.0)


def test_all_nodes_of_a_network_pass():
    net = MLP(3, [8, 8, 1], activation="tanh", seed=3)
    rows = gradcheck((net([0.1, -0.4, 0.9]) - 1) ** 2)
    assert len(rows) > 250
    assert all(row.ok for row in rows)
    assert max(row.error for row in rows if abs(row.analytic) > 1e-3) < 1e-6


HARD = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 709.7, 1e-200, 1e200, math.inf, -math.inf, math.nan])


@given(graphs(), st.lists(HARD, max_size=4), st.sampled_from([1e-6, 1e-15, 0.3]))
def test_one_node_at_a_time_and_all_at_one_stroke_find_the_same(root, hard, h):
    leaves = [node for node in topological_order(root) if not node._prev]
    for leaf, number in zip(leaves, hard, strict=False):
        leaf.data = number
    found = []
    for small in (10**6, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(check, "_SMALL", small)
            found.append(gradcheck(root, h))
    for one, other in zip(*found, strict=True):
        assert one.node is other.node
        assert all(row.ok in (True, False, None) and type(row.numeric) is float for row in (one, other))
        assert repr((one.data, one.analytic)) == repr((other.data, other.analytic))
        # math and numpy differ in last places of what is up to as large as root and slope, which h divides
        size = max(1.0, abs(root.data), abs(one.analytic)) / min(h, 1.0)
        if math.isfinite(one.numeric) and math.isfinite(other.numeric) and size < 1e9:
            assert one.numeric == pytest.approx(other.numeric, rel=1e-5, abs=1e-13 * size)
        if h == 1e-6 and math.isfinite(one.error) and one.error < 1e-6 and abs(one.analytic) > 1e-3:
            assert (one.ok, one.reason, one.detail) == (other.ok, other.reason, other.detail)


@pytest.mark.parametrize("small", [0, 10**6])
def test_kinks_ends_and_complex_steps_are_judged_alike_however_many_go_at_a_stroke(small, monkeypatch):
    monkeypatch.setattr(check, "_SMALL", small)
    x, y = Value(0.0), Value(0.5)
    rows = {row.node: row for row in gradcheck(x.relu() + abs(x) * 2 + y.tanh(), h=0.3)}
    assert [rows[node].reason for node in (x, y)] == [Reason.KINK, Reason.H_TOO_LARGE]
    assert gradcheck(Value(1.0).relu() * 2, h=1.0)[0].reason is None  # at the very edge, from one side
    assert gradcheck(Value(0.5).log(), h=1.0)[0].words == "not finite: moved by h, the target is nan"
    assert gradcheck(Value(709.7).exp(), h=1.0)[0].words == "not finite: moved by h, the target is inf"


def test_the_check_of_a_small_graph_loads_no_numpy():
    code = (
        "import sys; from micrograd import Value, gradcheck; x = Value(0.3);"
        "rows = gradcheck((x.relu() / 2 + x.tanh() ** 2 - x.exp()).sigmoid());"
        "assert all(row.ok for row in rows) and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "number", [10**400, -(10**400), Decimal("1e999"), Decimal(3), Fraction(1, 3), True],
    ids=["large", "small", "large decimal", "decimal", "fraction", "true"],
)  # fmt: skip
def test_a_number_of_any_kind_is_checked_as_a_float_and_stays_what_it_was(number):
    a = Value(2.0, label="a")
    b = a * 3
    a.data = number
    rows = {row.node: row for row in gradcheck(b)}
    assert a.data is number
    assert rows[a].data == (math.inf if number > 1e9 else -math.inf if number < -1e9 else float(number))
    assert rows[a].analytic == 3.0
    assert rows[a].words.startswith("not finite: a is") == (abs(number) > 1e9)
