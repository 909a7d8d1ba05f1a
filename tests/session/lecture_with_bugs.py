"""The lecture's class as a follower types it, with one bug at a time, and the loop around it.

Two things differ from the lecture on purpose, for the numbers to be the same to the last place: tanh is
`math.tanh`, and the square of t is t × t. `_prev` keeps its order, but where the bug is that it does not.
"""

import math


class Value:
    """The lecture's Value; `bug` is the one it has."""

    bug = ""

    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = tuple(dict.fromkeys(_children)) if self.bug == "set" else tuple(_children)
        self._op = _op

    def __add__(self, other):
        out = type(self)(self.data + other.data, (self, other), "+")

        def _backward():
            if self.bug == "assign":
                self.grad = out.grad
                other.grad = out.grad
            elif self.bug == "set":
                for x in out._prev:
                    x.grad += out.grad
            else:
                self.grad += out.grad
                other.grad += out.grad

        out._backward = _backward
        return out

    def __sub__(self, other):
        out = type(self)(self.data - other.data, (self, other), "-")

        def _backward():
            if self.bug == "assign":
                self.grad = out.grad
                other.grad = -out.grad
            elif self.bug == "set":
                for x in out._prev:
                    x.grad += out.grad if x is self else -out.grad
            elif self.bug == "minus":
                self.grad += out.grad
                other.grad += out.grad
            else:
                self.grad += out.grad
                other.grad += -out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = type(self)(self.data * other.data, (self, other), "*")

        def _backward():
            if self.bug == "assign":
                self.grad = other.data * out.grad
                other.grad = self.data * out.grad
            elif self.bug == "set":
                for x in out._prev:
                    x.grad += (other.data if x is self else self.data) * out.grad
            else:
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        x = self.data
        t = math.tanh(x)
        out = type(self)(t, (self,), "tanh")

        def _backward():
            if self.bug == "assign":
                self.grad = (1 - t * t) * out.grad
            elif self.bug == "tanh_input":
                self.grad += (1 - x**2) * out.grad
            else:
                self.grad += (1 - t * t) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = type(self)(math.exp(self.data) if self.data < 709 else math.inf, (self,), "exp")

        def _backward():
            if self.bug == "assign":
                self.grad = out.data * out.grad
            elif self.bug == "exp_input":
                self.grad += self.data * out.grad
            else:
                self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def everything(self):
        """The topological order."""
        topo, visited = [], set()

        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)

        build_topo(self)
        return topo

    def backward(self):
        """The pass, as a generator that yields after each node that has operands."""
        order = self.everything()[::-1]
        if self.bug == "no_order":
            order, stack = [], [self]
            while stack:
                v = stack.pop()
                if v not in order:
                    order.append(v)
                    stack.extend(v._prev)
        self.grad = 1.0
        yield
        for v in order:
            v._backward()
            if v._prev:
                yield


def with_bug(name):
    """The class with that bug."""
    return type("Value", (Value,), {"bug": name})


COMPUTE = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "tanh": lambda x: x.tanh(),
    "exp": lambda x: x.exp(),
}


class Loop:
    """A graph told as statements (name, op, operands), its leaves, and what is done with it, pass by pass.

    ``each`` of its passes yields after each of its moves.
    """

    def __init__(self, bug, leaves, statements, parameters=()):
        self.bug = bug
        self.cls = with_bug(bug)
        self.statements = statements
        self.parameters = parameters
        self.values = {name: self.cls(number) for name, number in leaves.items()}
        self.root = statements[-1][0]

    def numbers(self, part):
        """All data or grads there are, by name."""
        return {name: getattr(value, part) for name, value in self.values.items()}

    def forward(self):
        for name, op, operands in self.statements:
            self.values[name] = COMPUTE[op](*[self.values[each] for each in operands])
            yield

    def backward(self):
        yield from self.values[self.root].backward()

    def zero(self):
        if self.bug != "no_zero":
            for value in self.values.values():
                if self.bug != "only_leaves" or not value._prev:
                    value.grad = 0.0
        yield

    def update(self, rate):
        for name in self.parameters:
            self.values[name].data += -rate * self.values[name].grad
        yield
