"""A Value as a follower of the lecture writes it, with switches that plant one mistake at a time."""

import math
import random
from dataclasses import dataclass

OPS = ("+", "*", "-", "/", "neg", "**", "tanh", "exp", "relu", "log", "sigmoid")
RIGHT = {
    "+": lambda x, y, out, n: (1, 1),
    "-": lambda x, y, out, n: (1, -1),
    "*": lambda x, y, out, n: (y, x),
    "/": lambda x, y, out, n: (1 / y, -x / y**2),
    "neg": lambda x, y, out, n: (-1,),
    "**": lambda x, y, out, n: (n * x ** (n - 1),),
    "tanh": lambda x, y, out, n: (1 - out**2,),
    "exp": lambda x, y, out, n: (out,),
    "log": lambda x, y, out, n: (1 / x,),
    "relu": lambda x, y, out, n: (float(out > 0),),
    "sigmoid": lambda x, y, out, n: (out * (1 - out),),
}
FORWARD = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "neg": lambda x: -x,
    "tanh": lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1),
    "exp": math.exp,
    "log": math.log,
    "relu": lambda x: max(0.0, x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}


@dataclass
class Plan:
    """Which mistake the class has: in which ops `=` stands, other slopes, how it walks, and so on."""

    assigns: tuple[str, ...] = ()
    slopes: dict | None = None
    walk: str = "topo"
    once: bool = False  # gives by a loop over `_prev`, a set
    elsewhere: tuple[str, ...] = ()  # ops whose `_backward` is hung on self
    prev: type = set


class V:
    """The lecture's class, its mistake in `plan`."""

    plan = Plan()

    def __init__(self, data, _children=(), _op="", label=""):
        self.data, self.grad, self.label = data, 0.0, label
        self._prev, self._op, self._backward = self.plan.prev(_children), _op, lambda: None

    def made(self, op, other=None, n=None):
        """The result of an op, with the closure that passes its grad back."""
        x, y = self.data, None if other is None else other.data
        data = x**n if op == "**" else FORWARD[op](x) if other is None else FORWARD[op](x, y)
        out = type(self)(data, (self,) if other is None else (self, other), f"**{n}" if op == "**" else op)
        slopes = {**RIGHT, **(self.plan.slopes or {})}[op](x, y, out.data, n)

        def _backward():
            if op in self.plan.assigns:
                self.grad = slopes[0] * out.grad
                if other is not None:
                    other.grad = slopes[1] * out.grad
            else:
                self.grad += slopes[0] * out.grad
                if other is not None:
                    other.grad += slopes[1] * out.grad

        def by_loop():
            for child in out._prev:
                child.grad += slopes[0 if child is out.first else 1] * out.grad

        out.first = self
        if op in self.plan.elsewhere:
            self._backward = _backward
        else:
            out._backward = by_loop if self.plan.once else _backward
        return out

    def order(self):
        """Who acts, as the class walks."""
        order, seen = [], set()
        walk = self.plan.walk
        if walk in ("topo", "forward"):

            def visit(v):
                if v not in seen:
                    seen.add(v)
                    for child in v._prev:
                        visit(child)
                    order.append(v)

            visit(self)
            return order if walk == "forward" else order[::-1]
        if walk == "paths":

            def down(v):
                order.append(v)
                for child in v._prev:
                    down(child)

            down(self)
            return order
        if walk == "depth":

            def first(v):
                if v not in seen:
                    seen.add(v)
                    order.append(v)
                    for child in v._prev:
                        first(child)

            first(self)
            return order
        waiting = [self]
        while waiting:
            v = waiting.pop(0 if walk == "breadth" else -1)
            if v not in seen:
                seen.add(v)
                order.append(v)
                waiting.extend(v._prev)
        return order

    def backward(self):
        """The pass."""
        order = self.order()
        self.grad = 1.0
        for v in order:
            v._backward()


def planted(**switches):
    """A class with that mistake."""
    return type("V", (V,), {"plan": Plan(**switches)})


def random_graph(cls, seed, size=14, ops=OPS):
    """The root of a seeded graph of such values, all nodes of which feed it; data stays between −3 and 3."""
    draw = random.Random(seed)
    nodes = [cls(draw.uniform(0.3, 2.0) * draw.choice((1, -1)), label=f"v{k}") for k in range(4)]
    loose = list(nodes)
    made = 0
    while made < size or len(loose) > 1:
        closing = made >= size
        op = "+" if closing else draw.choice(ops)
        x = loose[0] if closing else draw.choice(loose + nodes[-3:])
        if op in ("+", "*", "-", "/"):
            y = loose[1] if closing else draw.choice(nodes + [x])
            if (op == "/" and abs(y.data) < 0.3) or (op == "*" and abs(x.data * y.data) > 3):
                continue
            out = x.made(op, y)
        else:
            y = None
            if (
                (op == "log" and x.data < 0.3)
                or (op == "exp" and x.data > 1)
                or (op == "**" and abs(x.data) < 0.3)
            ):
                continue
            out = x.made(op, n=draw.choice((2, 3, -1))) if op == "**" else x.made(op)
        if not closing and (abs(out.data) > 3 or (op != "relu" and abs(out.data) < 1e-3)):
            continue
        loose = [each for each in loose if each is not x and each is not y] + [out]
        nodes.append(out)
        made += 1
    return loose[0]


def everything(root):
    """All nodes, operands first."""
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in v._prev:
                visit(child)
            order.append(v)

    visit(root)
    return order


def right_grads(nodes):
    """The grad of each of these nodes, the root last, by a pass over the slopes of RIGHT; keys are ids."""
    grads = dict.fromkeys(map(id, nodes), 0.0)
    grads[id(nodes[-1])] = 1.0
    for v in reversed(nodes):
        if v._prev:
            x = v.first
            other = next((each for each in v._prev if each is not x), x)
            op = "**" if v._op.startswith("**") else v._op
            n = int(v._op[2:]) if op == "**" else None
            slopes = RIGHT[op](x.data, other.data, v.data, n)
            for each, slope in zip((x, other), slopes, strict=False):
                grads[id(each)] += slope * grads[id(v)]
    return grads
