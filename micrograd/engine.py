"""Value: a number that remembers how it was computed, and so can pass its gradient back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from micrograd.ieee import number
from micrograd.ops import OPS, Op, power


def _binary(name: str, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """The operator method of a two-operand row."""
    op = OPS[name]
    forward = op.forward

    def method(self: Value, other: Any) -> Value:
        if not isinstance(other, Value):
            if getattr(other, "ndim", 0) or isinstance(other, str):
                return NotImplemented
            other = Value(other)
        if reflected:
            self, other = other, self
        out = _new(Value)
        data = forward(self.data, other.data)
        out.data = data if type(data) is float else number(data)
        out.grad = 0.0
        out._prev = (self, other)
        out.op = op
        return out

    method.__doc__ = op.help
    return method


def _unary(name: str) -> Callable[[Any], Any]:
    """The method of a one-operand row."""
    op = OPS[name]

    def method(self: Value) -> Value:
        return apply(op, self)

    method.__doc__ = op.help
    return method


class Value:
    """Stores a single number, its gradient, the op and the operands it came from."""

    __slots__ = ("data", "grad", "_prev", "op", "__dict__", "__weakref__")

    label = ""  # class-wide default: only a Value that is given a label pays for one

    def __init__(self, data: Any, _children: Any = (), _op: str = "", label: str = "") -> None:
        self.data = number(data)
        self.grad = 0.0
        self._prev: tuple[Value, ...] = tuple(_children)
        self.op: Op | None = None
        if _op:
            self._op = _op
        if label:
            self.label = label

    __add__, __radd__ = _binary("+"), _binary("+", reflected=True)
    __sub__, __rsub__ = _binary("-"), _binary("-", reflected=True)
    __mul__, __rmul__ = _binary("*"), _binary("*", reflected=True)
    __truediv__, __rtruediv__ = _binary("/"), _binary("/", reflected=True)
    _pow, __rpow__ = _binary("**"), _binary("**", reflected=True)
    __neg__, __abs__ = _unary("neg"), _unary("abs")
    relu, tanh, sigmoid = _unary("relu"), _unary("tanh"), _unary("sigmoid")
    exp, log, sqrt = _unary("exp"), _unary("log"), _unary("sqrt")
    sin, cos, abs = _unary("sin"), _unary("cos"), _unary("abs")

    def __pow__(self, other: Any) -> Value:
        if isinstance(other, Value):
            return self._pow(other)
        return apply(power(other if type(other) is int else number(other)), self)

    @property
    def _op(self) -> str:
        """micrograd's text of the op: "+", "**3", "ReLU"; empty for a leaf."""
        return self.op.op_text if self.op else self.__dict__.get("_op", "")

    @_op.setter
    def _op(self, text: str) -> None:
        self.__dict__["_op"] = text

    def _backward(self) -> None:
        """The chain rule at this node: operand.grad += slope × grad. A user's own op sets an attribute of this name."""
        if self.op is None:
            return
        if len(self._prev) == 2:
            x, y = self._prev
            slope_x, slope_y = self.op.partials(x.data, y.data, self.data)
            x.grad += slope_x * self.grad
            y.grad += slope_y * self.grad
        else:
            slopes = self.op.partials(*[x.data for x in self._prev], self.data)
            for x, slope in zip(self._prev, slopes):
                x.grad += slope * self.grad

    def backward(self) -> None:
        """Adds to the grad of each node that feeds this one: d self / d node."""
        order = topological_order(self)
        self.grad = 1.0
        for node in reversed(order):
            node._backward()

    def zero_grad(self) -> None:
        """Sets the grad of this node and of all that feed it to 0."""
        for node in topological_order(self):
            node.grad = 0.0

    def __getattr__(self, name: str) -> Any:
        """A function row that was added to the table is a method too."""
        op = OPS.get(name)
        if op is None or not name.isidentifier():
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return lambda *others: apply(op, self, *others)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad or 0})"


_new = Value.__new__


def apply(op: Op, *operands: Value) -> Value:
    """A new Value: the op of these operands."""
    data = op.forward(*[x.data for x in operands])
    out = _new(Value)
    out.data = data if type(data) is float else number(data)
    out.grad = 0.0
    out._prev = operands
    out.op = op
    return out


def topological_order(root: Value) -> list[Value]:
    """All that feed the root, operands before results: the recursion of micrograd, with a stack of its own."""
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Value | None] = [root]
    while stack:
        node = stack.pop()
        if node is None:  # the operands of the node below this mark are all in the order
            order.append(stack.pop())  # type: ignore[arg-type]
        elif node not in seen:
            seen.add(node)
            stack += (node, None, *node._prev[::-1])
    return order


@dataclass(frozen=True, slots=True)
class Contribution:
    """One term of the chain rule: operand.grad went from before to after = before + slope × upstream."""

    operand: Value
    port: int
    slope: float
    upstream: float
    amount: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class BackwardStep:
    """One move of the backward pass: the node that acted, and what each of its operands received."""

    node: Value
    contributions: tuple[Contribution, ...]
    before: float


def backward_steps(root: Value) -> Iterator[BackwardStep]:
    """The backward pass, a move at a time: first the seed (root.grad = 1), then each op in turn."""
    order = topological_order(root)
    before, root.grad = root.grad, 1.0
    yield BackwardStep(root, (), before)
    for node in reversed(order):
        if node._prev:
            yield BackwardStep(node, _contributions(node), node.grad)


def _contributions(node: Value) -> tuple[Contribution, ...]:
    if node.op is None or "_backward" in node.__dict__:
        return _observed(node)
    moves = []
    upstream = node.grad
    slopes = node.op.partials(*[x.data for x in node._prev], node.data)
    for port, (x, slope) in enumerate(zip(node._prev, slopes)):
        before, amount = x.grad, slope * upstream
        x.grad += amount
        moves.append(Contribution(x, port, slope, upstream, amount, before, x.grad))
    return tuple(moves)


def _observed(node: Value) -> tuple[Contribution, ...]:
    """A user's own `_backward` is run and watched: the slope is what it added, per unit of grad."""
    befores = {x: x.grad for x in node._prev}
    upstream = node.grad
    node._backward()
    return tuple(
        Contribution(x, node._prev.index(x), (x.grad - before) / upstream if upstream else 0.0,
                     upstream, x.grad - before, before, x.grad)
        for x, before in befores.items())
