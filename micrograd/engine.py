"""Value: a number that remembers how it was computed, and so can pass its gradient back.

The engine of karpathy/micrograd and of his lecture, but for two things: an op is a row of a table (`ops.py`),
not a closure, so that it can be asked for its slopes; and nothing recurses (`order.py`). The backward pass
move by move is in `steps.py`; what micrograd's users do with a Value besides computing, in `dropin.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from micrograd.dropin import DropIn
from micrograd.ieee import number
from micrograd.nonfinite import first_nonfinite
from micrograd.ops import OPS, Op, power
from micrograd.order import acting, topological_order
from micrograd.steps import BackwardStep, backward_steps

__all__ = ["BackwardStep", "Value", "apply", "backward_steps", "first_nonfinite",
           "topological_order"]
_ADD, _MULTIPLY = OPS["+"], OPS["*"]


def _operator(name: str, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """The operator of a row with two operands."""
    op = OPS[name]

    def operator(self: Value, other: Any) -> Any:
        return _combined(op, other, self) if reflected else _combined(op, self, other)

    return operator


def _function(name: str) -> Callable[[Any], Any]:
    """The method of a row with one operand."""
    op, forward = OPS[name], OPS[name].forward

    def method(self: Value) -> Value:
        return _result(forward(self.data), (self,), op)

    method.__doc__ = f"{op.help} Slope: {op.slopes[0].format(x='x', out='out')}."
    return method


class Value(DropIn):
    """Stores a number, its gradient, and the op and operands it came from."""

    __slots__ = ("data", "grad")

    def __init__(self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = "",
                 _prev: Iterable[Value] = ()) -> None:
        self.data = data if type(data) is float else number(data)
        self.grad = 0.0
        self._prev = tuple(_children or _prev) if _children or _prev else ()
        self._rule = None
        if _op:
            self._text = _op
        if label:
            self.label = label

    def __add__(self, other: Any) -> Any:
        """x + y. Slopes: 1 and 1."""
        if type(other) is not Value:
            return _combined(_ADD, self, other)
        data = self.data + other.data
        out = _new(Value)  # `_result` written out, to be quick
        out.data = data if type(data) is float else number(data)
        out.grad, out._prev, out._rule = 0.0, (self, other), _ADD
        return out

    def __mul__(self, other: Any) -> Any:
        """x × y. Slopes: y and x."""
        if type(other) is not Value:
            return _combined(_MULTIPLY, self, other)
        data = self.data * other.data
        out = _new(Value)
        out.data = data if type(data) is float else number(data)
        out.grad, out._prev, out._rule = 0.0, (self, other), _MULTIPLY
        return out

    def __pow__(self, other: Any) -> Any:
        """x^n for a number n, which is an op of one operand: slope n × x^(n − 1). x^y for a Value y."""
        if isinstance(other, Value):
            return _combined(OPS["**"], self, other)
        try:
            return apply(power(other), self)
        except (TypeError, ValueError):
            return NotImplemented

    __sub__, __rsub__ = _operator("-"), _operator("-", reflected=True)
    __truediv__, __rtruediv__ = _operator("/"), _operator("/", reflected=True)
    __radd__, __rmul__ = _operator("+", reflected=True), _operator("*", reflected=True)
    __rpow__ = _operator("**", reflected=True)
    __neg__, __abs__ = _function("neg"), _function("abs")
    relu, tanh, sigmoid = _function("relu"), _function("tanh"), _function("sigmoid")
    exp, log, sqrt = _function("exp"), _function("log"), _function("sqrt")
    sin, cos, abs = _function("sin"), _function("cos"), _function("abs")

    def backward(self) -> None:
        """Adds d self / d node to the grad of each node that feeds this one, results before operands."""
        order = acting(self)
        self.grad = 1.0
        for node in reversed(order):
            rule, grad = node._rule, node.grad
            if rule is _ADD:  # the commonest rules are written out, to be quick
                x, y = node._prev
                x.grad += grad
                y.grad += grad
            elif rule is _MULTIPLY:
                x, y = node._prev
                x.grad += y.data * grad
                y.grad += x.data * grad
            elif isinstance(rule, Op) and rule.arity == 1:
                (x,) = node._prev
                (slope,) = rule.partials(x.data, node.data)
                x.grad += slope * grad
            elif rule is not None:  # any other op, or one of a user's own
                node._backward()

    def zero_grad(self) -> None:
        """Sets the grad of this node, and of all that feed it, to 0."""
        for node in topological_order(self):
            node.grad = 0.0

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad or 0})"  # an untouched grad reads 0 in micrograd


def apply(op: Op, *operands: Value) -> Value:
    """The op of these operands: what all operators and methods are short for."""
    return _result(op.forward(*[x.data for x in operands]), operands, op)


def _combined(op: Op, x: Any, y: Any) -> Any:
    """The op of two operands that may be numbers; what is none has operators of its own (a numpy array)."""
    try:
        x = x if isinstance(x, Value) else Value(x)
        y = y if isinstance(y, Value) else Value(y)
    except (TypeError, ValueError):
        return NotImplemented
    return _result(op.forward(x.data, y.data), (x, y), op)


def _result(data: Any, operands: tuple[Value, ...], op: Op) -> Value:
    """The node that an op makes."""
    out = _new(Value)
    out.data = data if type(data) is float else number(data)
    out.grad, out._prev, out._rule = 0.0, operands, op
    return out


_new = object.__new__
for _name, _row in OPS.items():  # a function more in the table is a method more
    if _row.group == "function" and _row.arity == 1 and not hasattr(Value, _name):
        setattr(Value, _name, _function(_name))
