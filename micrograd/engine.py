"""Value: a number that remembers how it was computed, and so can pass its gradient back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from micrograd.ieee import number
from micrograd.ops import OPS, Op, power

_ADD, _MULTIPLY = OPS["+"], OPS["*"]


def _binary(name: str, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """The operator of a row with two operands, numbers welcome on either side."""
    op, forward = OPS[name], OPS[name].forward

    def operator(self: Value, other: Any) -> Any:
        if not isinstance(other, Value):
            try:
                other = Value(other)
            except (TypeError, ValueError):
                return NotImplemented  # not a number: a numpy array, say, knows what to do with a Value
        if reflected:
            self, other = other, self
        data = forward(self.data, other.data)
        out = _new(Value)
        out.data = data if type(data) is float else number(data)
        out.grad = 0.0
        out._prev = (self, other)
        out._rule = op
        return out

    operator.__doc__ = op.help
    return operator


def _unary(name: str) -> Callable[[Any], Any]:
    """The method of a row with one operand."""
    op, forward = OPS[name], OPS[name].forward

    def method(self: Value) -> Value:
        data = forward(self.data)
        out = _new(Value)
        out.data = data if type(data) is float else number(data)
        out.grad = 0.0
        out._prev = (self,)
        out._rule = op
        return out

    method.__doc__ = f"{op.help} Slope: {op.slopes[0].format(x='x', out='out')}."
    return method


class Value:
    """Stores a number, its gradient, and the op and operands it came from."""

    __slots__ = ("data", "grad", "_prev", "_rule", "__dict__", "__weakref__")
    label = _text = ""  # for all: only a Value that is given a label or a text pays for it
    _rule: Op | Callable[[], None] | None  # what passes the grad back: an op, a user's own function, nothing

    def __init__(self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = "",
                 *, _prev: Iterable[Value] = ()) -> None:
        self.data = data if type(data) is float else number(data)
        self.grad = 0.0
        self._prev: tuple[Value, ...] = tuple(_children or _prev) if _children or _prev else ()
        self._rule = None
        if _op:
            self._text = _op
        if label:
            self.label = label

    __add__, __radd__ = _binary("+"), _binary("+", reflected=True)
    __sub__, __rsub__ = _binary("-"), _binary("-", reflected=True)
    __mul__, __rmul__ = _binary("*"), _binary("*", reflected=True)
    __truediv__, __rtruediv__ = _binary("/"), _binary("/", reflected=True)
    _power, __rpow__ = _binary("**"), _binary("**", reflected=True)
    __neg__, __abs__ = _unary("neg"), _unary("abs")
    relu, tanh, sigmoid = _unary("relu"), _unary("tanh"), _unary("sigmoid")
    exp, log, sqrt = _unary("exp"), _unary("log"), _unary("sqrt")
    sin, cos, abs = _unary("sin"), _unary("cos"), _unary("abs")

    def __pow__(self, other: Any) -> Any:
        """A constant exponent n makes the one-operand op "**n", a Value the two-operand "**"."""
        if isinstance(other, Value):
            return self._power(other)
        try:
            return apply(power(other), self)
        except (TypeError, ValueError):
            return NotImplemented

    @property
    def op(self) -> Op | None:
        """The row of the table this came from; None for a leaf, and for an op of a user's own."""
        return self._rule if isinstance(self._rule, Op) else None

    @op.setter
    def op(self, op: Op | None) -> None:
        self._rule = op

    @property
    def _op(self) -> str:
        """micrograd's text of the op: "+", "**3", "ReLU"; empty for a leaf."""
        return self._rule.op_text if isinstance(self._rule, Op) else self._text

    @_op.setter
    def _op(self, text: str) -> None:
        self._text = text
        self._rule = getattr(self, "_rule", None)  # a subclass's own constructor may set no more than this

    @property
    def _backward(self) -> Callable[[], None]:
        """The chain rule at this node; a function put in its place makes the op the user's own."""
        rule = self._rule
        return self._pass_back if rule is None or isinstance(rule, Op) else rule

    @_backward.setter
    def _backward(self, own: Callable[[], None]) -> None:
        rule = getattr(self, "_rule", None)  # not there yet where a subclass has a constructor of its own
        if isinstance(rule, Op):
            self._text = rule.op_text
        self._rule = own

    def _pass_back(self) -> None:
        if isinstance(self._rule, Op):
            _chain(self._rule, self)

    def backward(self) -> None:
        """Adds d self / d node to the grad of each node that feeds this one, results before operands."""
        order = topological_order(self)
        self.grad = 1.0
        for node in reversed(order):
            rule = node._rule
            if rule is _ADD:  # networks are sums of products: these two rules are written out
                x, y = node._prev
                grad = node.grad
                x.grad += grad
                y.grad += grad
            elif rule is _MULTIPLY:
                x, y = node._prev
                grad = node.grad
                x.grad += y.data * grad
                y.grad += x.data * grad
            elif rule is None:
                continue
            elif isinstance(rule, Op):
                _chain(rule, node)
            else:
                rule()

    def zero_grad(self) -> None:
        """Sets the grad of this node, and of all that feed it, to 0."""
        for node in topological_order(self):
            node.grad = 0.0

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad or 0})"  # an untouched grad reads 0 in micrograd

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """A notebook shows the graph; a large one, or where there is no Graphviz, as text."""
        from micrograd.dot import mimebundle

        return mimebundle(self)


for _name, _row in OPS.items():  # a function more in the table is a method more
    if _row.group == "function" and _row.arity == 1 and not hasattr(Value, _name):
        setattr(Value, _name, _unary(_name))
_new = object.__new__


def apply(op: Op, *operands: Value) -> Value:
    """The op of these operands: what `tanh`, `neg` and the other methods are short for."""
    data = op.forward(*[x.data for x in operands])
    out = _new(Value)
    out.data = data if type(data) is float else number(data)
    out.grad = 0.0
    out._prev = operands
    out._rule = op
    return out


def _chain(op: Op, node: Value) -> None:
    """The chain rule at a node: operand.grad += slope × node.grad."""
    operands, grad = node._prev, node.grad
    if len(operands) == 1:
        (x,) = operands
        (slope,) = op.partials(x.data, node.data)
        x.grad += slope * grad
    else:
        for x, slope in zip(operands, op.partials(*[x.data for x in operands], node.data), strict=True):
            x.grad += slope * grad


def topological_order(root: Value) -> list[Value]:
    """The root and all that feed it, operands first: micrograd's recursion, with a stack of its own."""
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:  # all operands of the node beneath this mark are in the order
            order.append(stack.pop())
            continue
        while node not in seen:
            seen.add(node)
            operands = node._prev
            if not operands:
                order.append(node)
                break
            stack.append(node)
            stack.append(None)
            if len(operands) == 2:
                node, second = operands
                if second not in seen:
                    stack.append(second)
            else:
                node, *others = operands
                stack += reversed(others)
    return order


def first_nonfinite(root: Value) -> Value | None:
    """The first node, operands before results, whose data is inf or nan; `ops.domain_note` says why."""
    return next((node for node in topological_order(root) if not math.isfinite(node.data)), None)


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
    """One move of the backward pass: the node that acted, its grad before, and what its operands received."""

    node: Value
    contributions: tuple[Contribution, ...]
    before: float


def backward_steps(root: Value) -> Iterator[BackwardStep]:
    """`backward()`, one move at a time: the seed, root.grad = 1, then each op; done when it is yielded."""
    order = topological_order(root)
    before, root.grad = root.grad, 1.0
    yield BackwardStep(root, (), before)
    for node in reversed(order):
        if node._prev:
            before = node.grad
            yield BackwardStep(node, tuple(_contributions(node)), before)


def _contributions(node: Value) -> Iterator[Contribution]:
    upstream = node.grad
    if node.op is not None:
        slopes = node.op.partials(*[x.data for x in node._prev], node.data)
        for port, (x, slope) in enumerate(zip(node._prev, slopes, strict=True)):
            before, amount = x.grad, slope * upstream
            x.grad += amount
            yield Contribution(x, port, slope, upstream, amount, before, x.grad)
    else:  # a user's own `_backward` is run and watched
        befores = {x: x.grad for x in node._prev}
        node._backward()
        for port, (x, before) in enumerate(befores.items()):
            amount = x.grad - before
            slope = amount / upstream if upstream else 0.0
            yield Contribution(x, port, slope, upstream, amount, before, x.grad)
