"""Value: a number that remembers how it was computed, and so can pass its gradient back.

The engine of karpathy/micrograd and of his lecture, but for two things: an op is a row of a table (`ops.py`),
not a closure, so that it can be asked for its slopes; and nothing recurses, so that a chain of a million
nodes runs. The backward pass move by move is in `steps.py`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any, SupportsFloat, TypeAlias

from micrograd.ieee import number, shown
from micrograd.ops import OPS, Op, power

__all__ = ["Value", "acting", "apply", "first_nonfinite", "topological_order", "weighted_sum"]
_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER = (OPS[name] for name in ("+", "-", "*", "/", "**"))
_RELU = OPS["relu"]
_new = object.__new__


def _function(name: str, called: str = "") -> Callable[[Value], Value]:
    """The method of a row with one operand."""
    op, forward = OPS[name], OPS[name].forward

    def method(self: Value) -> Value:
        return _result(forward(self.data), (self,), op)

    slope = (op.slope_words(0) or op.slope_name(0)).format(x="x", out="out")
    method.__doc__ = f"{op.help} Slope: {slope}."
    method.__name__, method.__qualname__ = called or name, f"Value.{called or name}"
    return method


def _comparison(sign: str, compare: Callable[[Any, Any], Any]) -> Callable[[Value, Number], bool]:
    """The method that compares by data."""

    def method(self: Value, other: Number) -> Any:
        try:
            return compare(self.data, other.data if isinstance(other, Value) else other)
        except TypeError:
            _refuse(sign, other)
            raise

    method.__doc__ = f"Whether x.data {sign} y.data; y may be a number. No op: it leaves no node behind."
    method.__name__ = f"__{compare.__name__}__"
    method.__qualname__ = f"Value.{method.__name__}"
    return method


class Operands(tuple["Value", ...]):
    """What a node was computed from, in its order, each as often as it was taken: (a, a) for `a * a`.

    Equals the set of its nodes as well, as micrograd's `_prev` is one: `(a * a)._prev == {a}`.
    """

    __slots__ = ()
    __hash__ = tuple.__hash__

    def __eq__(self, other: object) -> bool:
        return set(self) == other if isinstance(other, (set, frozenset)) else tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


class Value:
    """A number in a graph.

    An op of Values and numbers is a Value that remembers its operands; a number becomes a leaf. It is
    compared and formatted by its data (`a < b`, `max(a, b)`, `float(a)`, `f"{a:.4f}"`); `==` and `hash` are
    of the object, so that two nodes of one number are still two. Raises TypeError for what is no number, and
    for operands that are no Values.

    Attributes:
        data: the number, a float.
        grad: d root / d self, as far as `backward` has added it up; 0.0 at first.
        label: its name in pictures and tables; may be empty.
        op: the row of the table it came from; None for a leaf.
        _prev: the operands it was computed from, in their order.
        _op: micrograd's text of the op. Three ops are their own here that micrograd puts together: `a - b`
            has "-" where micrograd has "+" of a and b × −1, `-a` "neg" for "*", `a / b` "/" for "*" of a and
            b**-1; `draw_dot(…, style="lecture")` draws them as micrograd's.
    """

    __slots__ = ("data", "grad", "_operands", "_rule", "__dict__", "__weakref__")
    label = _text = ""  # for all: only a Value that is given a label or a text pays for it
    _made_by: Op | None = None  # the row that made it, where a user's own function passes the grad back
    data: float
    grad: float
    _operands: tuple[Value, ...]  # a plain tuple, which is quick; `_prev` shows it
    _rule: Op | Callable[[], None] | None  # what passes the grad back: an op, a user's own function, nothing

    def __init__(self, data: SupportsFloat, _children: Iterable[Value] = (), _op: str = "", label: str = "",
                 _prev: Iterable[Value] = ()) -> None:
        self.data = data if type(data) is float else number(data)
        self.grad = 0.0
        self._operands = _as_operands(_children or _prev) if _children or _prev else ()
        self._rule = None
        if _op:
            self._text = _op
        if label:
            self.label = label

    def __add__(self, other: Number) -> Value:
        """x + y. Slopes: 1 and 1."""
        if type(other) is not Value:
            return _combined(_ADD, self, other)
        data = self.data + other.data
        out = _new(Value)  # `_result` written out, to be quick
        out.data = data if type(data) is float else number(data)
        out.grad, out._operands, out._rule = 0.0, (self, other), _ADD
        return out

    def __mul__(self, other: Number) -> Value:
        """x × y. Slopes: y and x."""
        if type(other) is not Value:
            return _combined(_MULTIPLY, self, other)
        data = self.data * other.data
        out = _new(Value)
        out.data = data if type(data) is float else number(data)
        out.grad, out._operands, out._rule = 0.0, (self, other), _MULTIPLY
        return out

    def __sub__(self, other: Number) -> Value:
        """x − y. Slopes: 1 and −1. An op of its own, where micrograd has x + (y × −1)."""
        return _combined(_SUBTRACT, self, other)

    def __truediv__(self, other: Number) -> Value:
        """x ÷ y. Slopes: 1 ÷ y and −(x ÷ y) ÷ y. An op of its own, where micrograd has x × y^−1."""
        return _combined(_DIVIDE, self, other)

    def __pow__(self, other: Number) -> Value:
        """x^n for a number n, which is an op of one operand: slope n × x^(n − 1).

        x^y for a Value y. Slopes: y × x^(y − 1) and x^y × log(x).
        """
        if isinstance(other, Value):
            return _combined(_POWER, self, other)
        try:
            return apply(power(other), self)
        except (TypeError, ValueError):
            return _refuse("**", other)

    def __radd__(self, other: Number) -> Value:
        """x + y for a number x. Slopes: 1 and 1."""
        return _combined(_ADD, other, self)

    def __rsub__(self, other: Number) -> Value:
        """x − y for a number x. Slopes: 1 and −1."""
        return _combined(_SUBTRACT, other, self)

    def __rmul__(self, other: Number) -> Value:
        """x × y for a number x. Slopes: y and x."""
        return _combined(_MULTIPLY, other, self)

    def __rtruediv__(self, other: Number) -> Value:
        """x ÷ y for a number x. Slopes: 1 ÷ y and −(x ÷ y) ÷ y."""
        return _combined(_DIVIDE, other, self)

    def __rpow__(self, other: Number) -> Value:
        """x^y for a number x. Slopes: y × x^(y − 1) and x^y × log(x)."""
        return _combined(_POWER, other, self)

    def max(self, other: Number) -> Value:
        """The larger of both, as a node. Slopes: 1 for it, 0 for the other; ½ each where they are equal."""
        return _chosen("max", self, other)

    def min(self, other: Number) -> Value:
        """The smaller of both, as a node. Slopes: 1 for it, 0 for the other; ½ each where they are equal."""
        return _chosen("min", self, other)

    __neg__, __abs__ = _function("neg", "__neg__"), _function("abs", "__abs__")
    __lt__, __le__ = _comparison("<", operator.lt), _comparison("≤", operator.le)
    __gt__, __ge__ = _comparison(">", operator.gt), _comparison("≥", operator.ge)
    relu, tanh, sigmoid = _function("relu"), _function("tanh"), _function("sigmoid")
    leaky_relu, softplus = _function("leaky_relu"), _function("softplus")
    silu, gelu = _function("silu"), _function("gelu")
    exp, log, sqrt, abs = _function("exp"), _function("log"), _function("sqrt"), _function("abs")
    sin, cos, tan, atan = _function("sin"), _function("cos"), _function("tan"), _function("atan")
    sinh, cosh = _function("sinh"), _function("cosh")
    log1p, expm1, erf = _function("log1p"), _function("expm1"), _function("erf")

    def backward(self) -> None:
        """Adds d self / d node to the grad of each node that feeds this one, results before operands.

        It is `_backward` of each node in turn; the commonest rules are written out, to be quick.
        """
        order, add, multiply, relu = acting(self), _ADD, _MULTIPLY, _RELU
        self.grad = 1.0
        for node in reversed(order):
            rule, grad = node._rule, node.grad
            if rule is add:
                x, y = node._operands
                x.grad += grad
                y.grad += grad
            elif rule is multiply:
                x, y = node._operands
                x.grad += y.data * grad
                y.grad += x.data * grad
            elif rule is relu:
                (x,) = node._operands
                x.grad += (0.0 if x.data <= 0.0 else 1.0) * grad
            elif type(rule) is Op and rule.arity == 1:
                (x,) = node._operands
                (slope,) = rule.partials(x.data, node.data)
                x.grad += slope * grad
            elif rule is not None:  # any other op, or one of a user's own
                node._backward()

    def zero_grad(self) -> None:
        """Sets the grad of this node, and of all that feed it, to 0."""
        for node in topological_order(self):
            node.grad = 0.0

    def _slopes(self) -> tuple[float, ...]:
        """d self / d operand for each operand, of a node that an op of the table made."""
        assert isinstance(self._rule, Op)
        return self._rule.partials(*[x.data for x in self._operands], self.data)

    def _pass_back(self) -> None:
        """The chain rule: operand.grad += slope × self.grad, for each operand."""
        if isinstance(self._rule, Op):
            for x, slope in zip(self._operands, self._slopes(), strict=True):
                x.grad += slope * self.grad

    @property
    def _prev(self) -> Operands:
        """The operands it was computed from, in their order; a subclass's own set stays one."""
        operands: Any = self._operands
        return Operands(operands) if type(operands) is tuple else operands

    @_prev.setter
    def _prev(self, operands: Any) -> None:
        self._operands = operands

    @property
    def _backward(self) -> Callable[[], None]:
        """What passes the grad back; a function put in its place makes the op the user's own."""
        rule = self._rule
        return self._pass_back if rule is None or isinstance(rule, Op) else rule

    @_backward.setter
    def _backward(self, own: Callable[[], None]) -> None:
        rule = getattr(self, "_rule", None)  # not there yet where a subclass has a constructor of its own
        if isinstance(rule, Op):
            self._text, self._made_by = rule.op_text, rule
        self._rule = own

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

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad or 0})"  # an untouched grad reads 0 in micrograd

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else str(self)

    def __float__(self) -> float:
        return self.data

    def __int__(self) -> int:
        return int(self.data)

    def __round__(self, digits: int | None = None) -> float:
        return round(self.data, digits)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from micrograd.copies import copied  # nothing recurses there, either

        return copied(self, memo, Value)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        from micrograd.copies import reduced

        return reduced(self, Value)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """A notebook shows the graph; a large one, or where there is no Graphviz, as text."""
        from micrograd.dot import mimebundle

        return mimebundle(self)


Number: TypeAlias = Value | SupportsFloat  # what stands on either side of an operator


def apply(op: Op, *operands: Value) -> Value:
    """The op of these operands: what all operators and methods are short for."""
    if len(operands) == 1:
        return _result(op.forward(operands[0].data), operands, op)
    return _result(op.forward(*[x.data for x in operands]), operands, op)


def _combined(op: Op, x: Any, y: Any) -> Value:
    """The op of two operands that may be numbers; what is none has operators of its own (a numpy array)."""
    try:
        x = x if isinstance(x, Value) else Value(x)
        y = y if isinstance(y, Value) else Value(y)
    except (TypeError, ValueError):
        return _refuse(op.name, y if isinstance(x, Value) else x)
    return _result(op.forward(x.data, y.data), (x, y), op)


def _chosen(name: str, x: Value, y: Any) -> Value:
    """The op of a method, whose other operand Python does not ask."""
    out: Any = _combined(OPS[name], x, y)
    if out is NotImplemented:
        raise TypeError(f"{name} takes Values and numbers, not {shown(y)}")
    return out  # type: ignore[no-any-return]


def _refuse(sign: str, other: Any) -> Value:
    """NotImplemented, so that Python asks the other operand; raises TypeError for a type of Python's own."""
    if type(other).__module__ == "builtins":  # none knows Values: "x", None, [1], 2j
        raise TypeError(f"{sign} takes Values and numbers, not {shown(other)}") from None
    return NotImplemented  # type: ignore[no-any-return]  # Python asks the other one


def _as_operands(given: Any) -> tuple[Value, ...]:
    """What a node is said to come from; raises TypeError where that is something else."""
    several = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
    operands = tuple(given) if several else (given,)
    for each in operands:
        if not hasattr(each, "_prev"):
            raise TypeError(f"the operands of a Value are Values, not {shown(each)}; "
                            "a name goes in as label=…")
    return operands


def _result(data: Any, operands: tuple[Value, ...], op: Op) -> Value:
    """The node that an op makes."""
    out = _new(Value)
    out.data = data if type(data) is float else number(data)
    out.grad, out._operands, out._rule = 0.0, operands, op
    return out


def weighted_sum(start: Value, weights: Iterable[Any], inputs: Iterable[Any]) -> Value:
    """start + w·x + …, node by node as `act = act + w * x` makes it: a network's loop, so written out.

    Raises ValueError where there are not as many inputs as weights.
    """
    act, value, add, multiply = start, Value, _ADD, _MULTIPLY
    pairs, nodes = zip(weights, inputs, strict=True), map(_new, repeat(value))
    for pair, product, total in zip(pairs, nodes, nodes, strict=False):
        w, x = pair
        if type(x) is not value or type(w) is not value:  # a number, or a class with operators of its own
            act = act + w * x
            continue
        data = w.data * x.data
        product.data = data = data if type(data) is float else number(data)
        product.grad, product._operands, product._rule = 0.0, pair, multiply
        data = act.data + data
        total.data = data if type(data) is float else number(data)
        total.grad, total._operands, total._rule = 0.0, (act, product), add
        act = total
    return act


for _name, _row in OPS.items():  # a function more in the table is a method more
    if _row.group != "arithmetic" and _row.arity == 1 and not hasattr(Value, _name):
        setattr(Value, _name, _function(_name))


# The orders in which a graph is walked give what micrograd's recursive `build_topo` gives where `_prev` is in
# operand order. Nothing is written on the nodes, so that a walk can be interrupted, and several threads can
# walk at once.


def topological_order(root: Value) -> list[Value]:
    """The root and all that feed it, operands before results; values of another class may be among them."""
    try:
        return _ordered(root, operator.attrgetter("_operands"))
    except AttributeError:
        return _ordered(root, operator.attrgetter("_prev"))


def _ordered(root: Value, operands_of: Callable[[Value], Iterable[Value]]) -> list[Value]:
    order: list[Value] = []
    seen = {root}
    path = [(root, iter(operands_of(root)))]
    while path:
        node, operands = path[-1]
        for x in operands:
            if x not in seen:
                seen.add(x)
                if behind := operands_of(x):
                    path.append((x, iter(behind)))
                    break
                order.append(x)
        else:
            order.append(node)
            path.pop()
    return order


def acting(root: Value) -> list[Value]:
    """The root, and of all that feed it those that act in a backward pass: all but plain leaves.

    Equals `[n for n in topological_order(root) if n is root or n._prev or n._rule]`, in half of the time.
    `waiting` is a stack of pairs: the operand that a node still waits for, or None, and above it the node.
    """
    order: list[Value] = []
    seen = {root}
    waiting: list[Any] = []
    add, put, push, pop = seen.add, order.append, waiting.append, waiting.pop
    node = root
    while True:
        operands = node._operands
        if len(operands) == 2:
            x, y = operands
            if (x._operands or x._rule) and x not in seen:
                add(x)
                push(y)
                push(node)
                node = x
                continue
            if (y._operands or y._rule) and y not in seen:
                add(y)
                push(None)
                push(node)
                node = y
                continue
        elif len(operands) == 1:
            (x,) = operands
            if (x._operands or x._rule) and x not in seen:
                add(x)
                push(None)
                push(node)
                node = x
                continue
        elif operands:  # only a user's own op has more
            return [n for n in topological_order(root) if n is root or n._operands or n._rule]
        put(node)
        while waiting:
            node, y = pop(), pop()
            if y is not None and (y._operands or y._rule) and y not in seen:
                add(y)
                operands = y._operands
                if len(operands) == 2:  # a product of a weight, mostly, which itself waits for nothing
                    x, z = operands
                    if not (((x._operands or x._rule) and x not in seen)
                            or ((z._operands or z._rule) and z not in seen)):
                        put(y)
                        put(node)
                        continue
                push(None)
                push(node)
                node = y
                break
            put(node)
        else:
            return order


def first_nonfinite(root: Value) -> Value | None:
    """The first node, operands before results, whose data is inf or nan; why, `ops.domain_note` says."""
    return next((node for node in topological_order(root) if not math.isfinite(node.data)), None)
