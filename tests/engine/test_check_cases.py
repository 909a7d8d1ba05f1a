"""The check where it was wrong once: flat places, edges of domains, kinks, foreign classes, functions."""

import math

import pytest

from micrograd import Value, draw_dot, gradcheck
from micrograd.check import Reason, Verdict

FLAT = {
    "a³": lambda a: a**3,
    "a·a·a": lambda a: a * a * a,
    "a⁵": lambda a: a**5,
    "sin³": lambda a: a.sin() ** 3,
    "a²·sin a": lambda a: a**2 * a.sin(),
    "tanh⁴": lambda a: a.tanh() ** 4,
    "(1 − cos a)²": lambda a: (1 - a.cos()) ** 2,
    "a³·eᵃ": lambda a: a**3 * a.exp(),
}


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("h", [1e-6, 1e-3])
def test_a_slope_of_0_agrees_with_one_of_the_size_of_h_squared(name, h):
    found = gradcheck(FLAT[name](Value(0.0)), h=h)
    assert found.ok is True
    assert found[0].reason is Reason.BOTH_ZERO


@pytest.mark.parametrize("h", [1e-6, 1e-3])
def test_a_difference_that_is_0_has_both_slopes_flat(h):
    a, b = Value(1.3), Value(1.3)
    assert gradcheck((a - b) ** 3, h=h).ok is True


EDGES = {
    "log": (lambda p: p.log(), lambda x: 1 / x),
    "√": (lambda p: p.sqrt(), lambda x: 0.5 / math.sqrt(x)),
    "p^0.5": (lambda p: p**0.5, lambda x: 0.5 / math.sqrt(x)),
    "p^1.5": (lambda p: p**1.5, lambda x: 1.5 * math.sqrt(x)),
    "p^−0.5": (lambda p: p**-0.5, lambda x: -0.5 * x**-1.5),
    "1/p": (lambda p: 1 / p, lambda x: -1 / x**2),
    "p^p": (lambda p: p**p, lambda x: x**x * (math.log(x) + 1)),
}


@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("x", [1e-7, 5e-7, 1e-9, 3e-12, 1e-30])
@pytest.mark.parametrize("h", [1e-6, 1e-3])
def test_nearer_to_the_edge_of_a_domain_than_h_the_step_stays_inside(name, x, h):
    f, slope = EDGES[name]
    p = Value(x)
    found = gradcheck(f(p), h=h)
    assert found.ok is True, found
    assert {row.node: row for row in found}[p].numeric == pytest.approx(slope(x), rel=1e-4)


def test_at_the_edge_itself_a_step_to_one_side_or_a_complex_one_tells():
    x = Value(0.0)
    found = gradcheck(x**2.5 + 3 * x)
    assert found.ok is True
    assert found[-1].numeric == pytest.approx(1.0)
    assert {row.node: row for row in found}[x].numeric == pytest.approx(3.0)


@pytest.mark.parametrize("hit", [0, 1])
def test_softmax_and_the_negative_log_likelihood_agree(hit):
    powers = [Value(0.0).exp(), Value(16.0).exp()]
    assert gradcheck(-(powers[hit] / (powers[0] + powers[1])).log()).ok is True


def test_a_kink_beside_what_adds_nothing_is_a_kink():
    x = Value(0.0, label="x")
    found = gradcheck(x.relu() + 0 * x)
    row = {row.node: row for row in found}[x]
    assert (found.ok, row.verdict) == (True, Verdict.KINK)
    assert str(found).endswith("agree at every node, but for a kink at x.")


def test_slopes_too_small_for_any_h_are_checked_by_the_complex_step():
    x = Value(1.0)
    y = x
    for _ in range(1000):
        y = y * 0.877
    row = {row.node: row for row in gradcheck(y + 1.0)}[x]
    assert 1e-58 < row.analytic < 1e-56
    assert (row.ok, row.reason) == (True, Reason.H_TOO_SMALL)
    assert row.error < 1e-9
    y = y * 1e-300 * x  # where no number tells a slope from 0, and none to compare with does
    row = {row.node: row for row in gradcheck(y)}[x]
    assert row.analytic < 1e-300
    assert (row.ok, row.words) == (None, "too small to be told")


@pytest.mark.parametrize("f", [lambda p: p.sin(), lambda p: p.cos() * 2 + 1, lambda p: (p * 3).sin()])
def test_where_the_last_place_of_a_number_moves_the_slope_nothing_can_be_told(f):
    a, b = Value(1e8), Value(1e8)
    found = gradcheck(f(a * b))
    rows = {row.node: row for row in found}
    assert found.ok is None
    assert rows[a].words == "cannot be told: rounding"
    assert found[-1].ok is True


def test_where_a_jump_or_an_end_leaves_no_slope_that_is_said_and_not_rounding():
    a, b = Value(0.0), Value(0.0, label="b")
    for root in (a**b, b**b):
        row = next(row for row in gradcheck(root) if row.label == "b")
        assert (row.ok, row.words) == (None, "not finite: the slope")


def test_a_slope_that_is_nan_marks_its_node_alone():
    a, b, x = Value(-2.0, label="a"), Value(-3.0, label="b"), Value(1.0, label="x")
    rows = {row.label: row for row in gradcheck(a**b + x * 2)}
    assert (rows["a"].ok, rows["x"].ok) == (True, True)
    assert rows["a"].analytic == pytest.approx(-3 * (-2.0) ** -4)
    assert (rows["b"].ok, rows["b"].words) == (None, "slope is nan: log of a negative base")


def test_a_slope_that_grows_without_end_is_not_asked_for_at_its_end():
    x = Value(0.0)
    rows = gradcheck(x.sqrt() * x.sqrt())
    assert math.isnan(rows[0].analytic)  # ∞ · 0
    assert (rows[0].ok, rows[0].words) == (None, "not finite: the slope")
    assert gradcheck(x.sqrt() * 0 + x)[0].ok is None


# ---------------------------------------------------------------- other classes


class Lecture:
    """A class as the lecture writes it: closures, sets, recursion."""

    wrong = 1.0

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self._prev, self._op, self.label = data, 0.0, set(_children), _op, label
        self._backward = lambda: None

    def __add__(self, other):
        out = Lecture(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Lecture(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = (math.exp(2 * self.data) - 1) / (math.exp(2 * self.data) + 1)
        out = Lecture(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t**2) * self.wrong * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)

        build(self)
        self.grad = 1.0
        for node in reversed(topo):
            node._backward()


def neuron(kind):
    x1, x2, w1, w2 = kind(2.0, label="x1"), kind(0.5), kind(-3.0), kind(1.0)
    return x1, (x1 * w1 + x2 * w2 + kind(6.0) + x1 * x1 * kind(0.01)).tanh()


def test_the_lectures_own_class_is_taken_and_left_as_it_was():
    x1, out = neuron(Lecture)
    out.backward()
    out.backward()
    before = x1.grad
    found = gradcheck(out)
    assert found.ok is True, found
    assert x1.grad == before
    assert [row.label for row in found].count("x1") == 1


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0, 1.01, 1.00002])
def test_a_wrong_rule_of_a_class_of_ones_own_is_caught(monkeypatch, factor):
    monkeypatch.setattr(Lecture, "wrong", factor)
    x1, out = neuron(Lecture)
    rows = {id(row.node): row for row in gradcheck(out)}
    assert rows[id(x1)].ok is False
    assert rows[id(out)].ok is True


def test_what_raises_in_a_users_own_backward_leaves_the_numbers_as_they_were():
    x = Value(2.0)
    y = x * x
    y.grad, x.grad = 7.0, 5.0

    def raises():
        x.grad = 99.0
        raise RuntimeError("mine")

    y._backward = raises
    with pytest.raises(RuntimeError, match="mine"):
        gradcheck(y)
    assert (y.grad, x.grad) == (7.0, 5.0)


# ---------------------------------------------------------------- functions


def own_tanh(slope):
    def function(x):
        t = math.tanh(x.data)
        out = type(x)(t, (x,), "mytanh")

        def _backward():
            x.grad += slope(t) * out.grad

        out._backward = _backward
        return out

    return function


@pytest.mark.parametrize("kind", [Value, Lecture])
@pytest.mark.parametrize(
    ("slope", "ok"),
    [(lambda t: 1 - t * t, True), (lambda t: 1 - t, False), (lambda t: (1 - t * t) * 1.00002, False)],
)
def test_a_function_is_called_again_so_own_ops_are_checked(kind, slope, ok):
    a, b = kind(0.5, label="a"), kind(2.0, label="b")
    a.grad = 3.0
    found = gradcheck(lambda x, y: own_tanh(slope)(x) * y, [a, b])
    assert [(row.label, row.ok) for row in found] == [("a", ok), ("b", True)]
    assert found.ok is ok
    assert found[0].numeric == pytest.approx(2 * (1 - math.tanh(0.5) ** 2))
    assert (a.data, a.grad) == (0.5, 3.0)


def test_a_function_takes_numbers_and_stays_in_its_domain():
    found = gradcheck(lambda x, y: x.log() * y + x.sqrt(), [1e-7, 3.0], h=1e-3)
    assert [row.label for row in found] == ["input 0", "input 1"]
    assert found.ok is True
    assert gradcheck(lambda x: x.relu() * 2, [0.0])[0].verdict is Verdict.KINK
    assert gradcheck(lambda x: x * 0 + 1, [2.0])[0].reason is Reason.BOTH_ZERO
    assert gradcheck(lambda x: x**3, [0.0]).ok is True


@pytest.mark.parametrize("at", [0.999999, 0.99999, 1.00001])
@pytest.mark.parametrize(("slope", "ok"), [(1.0, True), (1.00001, False)])
def test_a_kink_beside_the_input_of_a_function_makes_no_right_slope_wrong(at, slope, ok):
    def clamp(x):
        out = Value(min(1.0, x.data), (x,), "clamp")

        def _backward():
            x.grad += slope * (x.data < 1) * out.grad

        out._backward = _backward
        return out

    row = gradcheck(lambda x: clamp(x) * 3 + x, [at])[0]
    assert row.ok is (ok or at > 1)
    assert row.numeric == pytest.approx(4.0 if at < 1 else 1.0)


def test_what_a_function_takes_past_its_graph_is_seen():
    row = gradcheck(lambda x: x * x.data, [3.0])[0]
    assert (row.analytic, row.ok) == (3.0, False)
    assert row.numeric == pytest.approx(6.0)


@pytest.mark.parametrize("wrong", [3.0, [Value(1.0)], "x", None, abs, {}])
def test_what_is_no_graph_is_refused_in_a_sentence(wrong):
    with pytest.raises(TypeError, match="takes the value that a graph ends in"):
        gradcheck(wrong)
    with pytest.raises(TypeError, match="takes the value that a graph ends in"):
        draw_dot(wrong)


def test_what_a_function_cannot_be_checked_with_is_refused_in_a_sentence():
    x = Value(1.0)
    for f, inputs, words in (
        (abs, 3.0, "a list of values or numbers"),
        (abs, ["x"], "not a str"),
        (lambda v: 3.0, [x], "not a float"),
        (lambda v, w: v * w, [x, x], "twice"),
    ):
        with pytest.raises(TypeError, match=words):
            gradcheck(f, inputs)
    with pytest.raises(ValueError, match="positive"):
        gradcheck(abs, [x], h=-1)
    calls = iter((1.0, 2.0))
    with pytest.raises(ValueError, match="when it is called again"):
        gradcheck(lambda v: v * next(calls), [x])
    assert gradcheck(lambda v: v**v, [0.0])[0].error != 0  # there is no numeric slope to be near to


def test_a_check_is_a_sequence_that_prints_as_a_table_in_a_notebook_too():
    a = Value(2.0, label="<a>")
    found = gradcheck(a * a)
    assert (len(found), found[0].label, [row.label for row in found[:1]]) == (2, "<a>", ["<a>"])
    lines = str(found).splitlines()
    assert lines[0].split() == ["node", "data", "analytic", "numeric", "error"]
    assert lines[-1] == "Analytic and numeric gradients agree at every node."
    assert "<td>&lt;a&gt;</td>" in found._repr_html_()
    assert "agree at every node" in found._repr_html_()
