"""Values of other micrograds: karpathy's package, whose `_prev` is a set, and the class of the lecture."""

import math
import random

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.capture import capture, graph_from_value, is_live
from micrograd_gui.session.measure import complete


class Foreign:
    """A Value as the lecture grows it: operands in a set, the chain rule in a closure."""

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self.label = data, 0.0, label
        self._prev, self._op, self._backward = set(_children), _op, lambda: None

    def _made(self, other, data, op, here, there):
        out = Foreign(data, (self,) if other is None else (self, other), op)

        def _backward():
            self.grad += here * out.grad
            if other is not None:
                other.grad += there * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        other = other if isinstance(other, Foreign) else Foreign(other)
        return self._made(other, self.data + other.data, "+", 1, 1)

    def __mul__(self, other):
        other = other if isinstance(other, Foreign) else Foreign(other)
        return self._made(other, self.data * other.data, "*", other.data, self.data)

    def __sub__(self, other):
        return self._made(other, self.data - other.data, "-", 1, -1)

    def __truediv__(self, other):
        return self._made(other, self.data / other.data, "/", 1 / other.data, -self.data / other.data**2)

    def __pow__(self, n):
        return self._made(None, self.data**n, f"**{n}", n * self.data ** (n - 1), 0)

    def relu(self):
        return self._made(None, max(0, self.data), "ReLU", float(self.data > 0), 0)

    def tanh(self):
        t = math.tanh(self.data)
        return self._made(None, t, "tanh", 1 - t * t, 0)

    def exp(self):
        return self._made(None, math.exp(self.data), "exp", math.exp(self.data), 0)

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._prev:
                    visit(child)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()


def same_numbers(root: Foreign) -> None:
    root.backward()
    found = capture(root)
    frame = complete(found.graph)
    assert frame.data[found.graph.target] == pytest.approx(root.data, rel=1e-12)
    for node, value in found.objects.items():
        assert frame.data[node] == pytest.approx(value.data, rel=1e-12)
        assert frame.grad[node] == pytest.approx(value.grad, rel=1e-12)


def test_every_op_of_the_lecture_comes_along_with_its_grads():
    x, y = Foreign(0.7, label="x"), Foreign(-1.3, label="y")
    same_numbers(((x * y + x) ** 3 + (x - y) / y + x.tanh() * y.exp() + (y * 2 + 5).relu() + x**-1) * x)


@pytest.mark.parametrize("seed", range(8))
def test_operands_of_minus_and_division_keep_their_order_though_a_set_has_none(seed):
    draw = random.Random(seed)
    keep = [
        Foreign(0.0) for _ in range(draw.randrange(50))
    ]  # values made between move addresses, and so sets
    a = Foreign(draw.uniform(1, 2), label="a")
    keep += [Foreign(0.0) for _ in range(draw.randrange(50))]
    b = Foreign(draw.uniform(3, 4), label="b")
    for root in (a - b, b - a, a / b, b / a):
        a.grad = b.grad = 0.0
        same_numbers(root)
    graph = graph_from_value(a - b)
    assert [graph.nodes[i].label for i in graph.nodes[graph.target].inputs] == ["a", "b"]


def test_without_closures_the_order_is_one_that_gives_the_number():
    a, b = Foreign(2.0, label="a"), Foreign(5.0, label="b")
    out = a - b
    out._backward = lambda: None
    graph = graph_from_value(out)
    assert [graph.nodes[i].label for i in graph.nodes[graph.target].inputs] == ["a", "b"]


@pytest.mark.parametrize("make", [lambda a: a * a, lambda a: a + a, lambda a: a - a, lambda a: a / a])
def test_a_value_taken_twice_has_both_wires(make):
    graph = graph_from_value(make(Foreign(3.0)))
    assert graph.nodes[2].inputs == (1, 1)
    same_numbers(make(Foreign(3.0)))


def test_labels_are_kept_and_variables_name_the_rest():
    a, b = Foreign(2.0, label="first"), Foreign(3)
    c = a * b
    names = [node.label for node in capture(c, {"a": a, "b": b, "c": c, "other": Foreign(3)}).graph]
    assert names == ["first", "b", "c"]
    assert [node.label for node in capture(c).graph] == ["first", "", ""]


def test_a_value_without_a_label_attribute_is_accepted():
    a = Foreign(2.0)
    del a.label
    assert len(graph_from_value(a * a)) == 2


def test_a_long_chain_needs_no_recursion():
    x = Foreign(0.0)
    for _ in range(4_000):
        x = x + 1
    assert len(graph_from_value(x)) == 8_001


def test_what_is_no_value_or_holds_no_number_is_refused():
    assert is_live(Foreign(1.0))
    for thing in (3.0, "L = a*b", None, Foreign, [Foreign(1.0)]):
        assert not is_live(thing)
        with pytest.raises(Refusal, match="is no Value"):
            capture(thing)
    with pytest.raises(Refusal, match="b holds a list, not a number"):
        capture(Foreign([1.0], label="b"))
    with pytest.raises(Refusal, match="“softmax” of out is not in the table"):
        capture(Foreign(1.0, (Foreign(1.0),), "softmax", "out"))
