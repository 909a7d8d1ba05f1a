"""Functions whose gradients are known from books, and rational graphs whose gradients are exact fractions."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from micrograd import Value
from micrograd.engine import Value as EngineValue
from micrograd.engine import apply, topological_order
from micrograd.ops import OPS

POINTS = [(-1.2, 1.0), (0.5, -0.3), (2.0, 3.0), (1.0, 1.0), (-3.1, 2.4)]


def gradient(function, *numbers):
    leaves = [Value(x) for x in numbers]
    out = function(*leaves)
    out.backward()
    return out.data, [leaf.grad for leaf in leaves]


@pytest.mark.parametrize(("x", "y"), POINTS)
def test_rosenbrocks_valley(x, y):
    value, slopes = gradient(lambda a, b: (1 - a) ** 2 + 100 * (b - a**2) ** 2, x, y)
    assert value == pytest.approx((1 - x) ** 2 + 100 * (y - x**2) ** 2, rel=1e-14)
    wanted = [-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)]
    assert slopes == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), POINTS)
def test_beales_function(x, y):
    terms = [(1.5, 1), (2.25, 2), (2.625, 3)]
    _, slopes = gradient(lambda a, b: sum((c - a + a * b**k) ** 2 for c, k in terms), x, y)
    by_x = sum(2 * (c - x + x * y**k) * (y**k - 1) for c, k in terms)
    by_y = sum(2 * (c - x + x * y**k) * k * x * y ** (k - 1) for c, k in terms)
    assert slopes == pytest.approx([by_x, by_y], rel=1e-12, abs=1e-10)


def test_beales_minimum_is_flat():
    value, slopes = gradient(
        lambda a, b: sum((c - a + a * b**k) ** 2 for c, k in [(1.5, 1), (2.25, 2), (2.625, 3)]), 3.0, 0.5
    )
    assert (value, slopes) == (0.0, [0.0, 0.0])


@pytest.mark.parametrize(("x", "y"), POINTS)
def test_himmelblaus_function(x, y):
    _, slopes = gradient(lambda a, b: (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2, x, y)
    by_x = 4 * x * (x**2 + y - 11) + 2 * (x + y**2 - 7)
    by_y = 2 * (x**2 + y - 11) + 4 * y * (x + y**2 - 7)
    assert slopes == pytest.approx([by_x, by_y], rel=1e-12, abs=1e-10)


def test_himmelblaus_minima_are_flat():
    for x, y in (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ):
        value, slopes = gradient(lambda a, b: (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2, x, y)
        assert value == pytest.approx(0, abs=1e-24)
        assert slopes == pytest.approx([0, 0], abs=1e-11)


def test_speelpennings_product():
    numbers = [1 + k / 100 for k in range(1, 101)]
    value, slopes = gradient(lambda *xs: math.prod(xs), *numbers)
    assert value == pytest.approx(math.prod(numbers), rel=1e-13)
    assert slopes == pytest.approx([value / x for x in numbers], rel=1e-12)


def test_the_griewank_and_walther_example():
    # Griewank & Walther, Evaluating Derivatives, 2nd ed., section 1.3
    x1, x2 = 1.5, 0.5
    value, slopes = gradient(lambda a, b: ((a / b).sin() + a / b - b.exp()) * (a / b - b.exp()), x1, x2)
    assert value == pytest.approx(2.0167, abs=1e-4)
    assert slopes == pytest.approx([3.0118, -13.7239], abs=1e-4)


def test_logistic_and_hyperbolic_identities():
    for x in (-30.0, -2.5, -1e-9, 0.0, 0.7, 12.0):
        _, (by_sigmoid,) = gradient(lambda a: a.sigmoid(), x)
        _, (by_tanh,) = gradient(lambda a: (a / 2).tanh() / 2, x)
        assert by_sigmoid == pytest.approx(by_tanh, rel=1e-9, abs=1e-15)
    _, (slope,) = gradient(lambda a: a.sin() ** 2 + a.cos() ** 2, 0.8)
    assert slope == pytest.approx(0, abs=1e-15)


SMALL = st.fractions(-4, 4, max_denominator=8)


RULES = {
    "+": (lambda x, y: x + y, lambda x, y: (1, 1)),
    "-": (lambda x, y: x - y, lambda x, y: (1, -1)),
    "*": (lambda x, y: x * y, lambda x, y: (y, x)),
    "/": (lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "neg": (lambda x: -x, lambda x: (-1,)),
}


class Exact:
    """The same graph in exact fractions: forward, and reverse mode by the textbook."""

    def __init__(self, root: EngineValue, leaves):
        self.grad = {}
        data = dict(leaves)
        order = topological_order(root)
        for node in order:
            if node._prev:
                data[node] = RULES[node.op.name][0](*[data[x] for x in node._prev])
            self.grad[node] = Fraction(0)
        self.grad[root] = Fraction(1)
        for node in reversed(order):
            if node._prev:
                slopes = RULES[node.op.name][1](*[data[x] for x in node._prev])
                for x, slope in zip(node._prev, slopes, strict=True):
                    self.grad[x] += slope * self.grad[node]
        self.data = data


@given(st.data())
def test_rational_graphs_agree_with_exact_fractions(data):
    exact = [data.draw(SMALL) for _ in range(data.draw(st.integers(1, 4)))]
    nodes = [Value(x) for x in exact]
    leaves = dict(zip(nodes, exact, strict=True))
    for _ in range(data.draw(st.integers(1, 8))):
        op = OPS[data.draw(st.sampled_from(sorted(RULES)))]
        operands = [nodes[data.draw(st.integers(0, len(nodes) - 1))] for _ in range(op.arity)]
        nodes.append(apply(op, *operands))
    root = nodes[-1]
    try:
        truth = Exact(root, leaves)
    except ZeroDivisionError:
        assume(False)
    divisors = [x._prev[1] for x in topological_order(root) if x.op is OPS["/"]]
    assume(all(truth.data[d] != 0 and abs(truth.data[d]) > Fraction(1, 1000) for d in divisors))
    root.backward()
    reach = max(abs(x) for x in truth.data.values()) + max(map(abs, truth.grad.values())) + 1
    reach *= 1 + max([1 / abs(truth.data[d]) for d in divisors], default=Fraction(0)) ** 2
    for node in topological_order(root):
        assert abs(Fraction(node.grad) - truth.grad[node]) <= Fraction(1, 10**13) * reach**3
