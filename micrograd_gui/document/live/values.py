"""Live values: the graph behind a finished Value, of this micrograd or of another built like it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from micrograd.engine import Value, topological_order
from micrograd.ieee import number
from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import spoken


@dataclass(frozen=True, eq=False)
class LiveGraph:
    """A graph, and what is behind it: the object of each node, its number, its grad where it has one."""

    graph: Graph
    objects: Mapping[NodeId, Any]
    data: Mapping[NodeId, float]
    grad: Mapping[NodeId, float]

    def named(self, names: Mapping[str, Any]) -> LiveGraph:
        """With the nodes that have no label called as the variables that hold them."""
        by_object: dict[int, str] = {}
        for name, thing in names.items():
            by_object.setdefault(id(thing), name)
        builder = GraphBuilder(self.graph)
        for node in self.graph:
            name = "" if node.label else by_object.get(id(self.objects[node.id]), "")
            if name:
                builder.relabel(node.id, name)
        return replace(self, graph=builder.graph())


class LiveBuilder:
    """A graph that is being read off live values, operands first."""

    def __init__(self) -> None:
        self._builder = GraphBuilder()
        self._objects: dict[NodeId, Any] = {}
        self._data: dict[NodeId, float] = {}
        self._grad: dict[NodeId, float] = {}
        self._ids: dict[int, NodeId] = {}  # by the identity of the objects, which are kept above

    def add(
        self,
        thing: Any,
        op: str | None,
        operands: Sequence[Any],
        label: str,
        data: float,
        grad: float | None = None,
    ) -> None:
        """One more node, for that object; its operands are there already."""
        inputs = tuple(self._ids[id(each)] for each in operands)
        new = self._builder.add(op, inputs, label, data if op is None else 1.0)
        self._objects[new], self._data[new] = thing, data
        self._ids[id(thing)] = new
        if grad is not None:
            self._grad[new] = grad

    def number_of(self, thing: Any) -> float:
        """The number of an object that is there."""
        return self._data[self._ids[id(thing)]]

    def finish(self, root: Any) -> LiveGraph:
        """The whole, with that object as the target."""
        graph = self._builder.graph(self._ids[id(root)])
        return LiveGraph(graph, self._objects, self._data, self._grad)


def capture_value(root: Value, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind a Value of this package; raises Refusal for an op that is not in the table."""
    builder = LiveBuilder()
    for value in topological_order(root):
        op = _op_name(value) if value._prev else None
        builder.add(value, op, value._prev, str(value.label), value.data, float(value.grad))
    return builder.finish(root).named(names)


def _op_name(value: Value) -> str:
    written = value.op.name if value.op is not None else str(value._op)
    rule = rule_of(written)
    if rule is not None and rule.arity == len(tuple(value._prev)):
        return rule.name
    raise unknown_op(written, str(value.label))


def rule_of(text: str) -> Op | None:
    """The row that goes by that name or text: micrograd says "ReLU" where the table says "relu"."""
    by_text = {op.op_text: op for op in OPS.values()}
    try:
        return by_text.get(text) or op_of(text)
    except KeyError:
        return None


def unknown_op(text: str, label: str) -> Refusal:
    """The refusal of an op that the table does not have."""
    called = spoken(label) or "a node"
    return Refusal(
        f"The op “{spoken(text)}” of {called} is not in the table of ops, so it cannot be opened: "
        f"CONTRIBUTING tells how to add one."
    )


def plain_number(thing: Any, what: str) -> float:
    """What a live value holds, as a float; raises Refusal where that is no number."""
    try:
        return number(thing)
    except (TypeError, ValueError):
        kind = spoken(type(thing).__name__)
        raise Refusal(f"{what} holds a {kind}, not a number, so it cannot be opened.") from None


def same(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers agree, but for rounding."""
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


def is_like_a_value(thing: object) -> bool:
    """Whether it is built as the Values of karpathy/micrograd and of the lecture are."""
    return not isinstance(thing, type) and all(
        hasattr(thing, name) for name in ("data", "grad", "_prev", "_op")
    )


def capture_foreign(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind such a value, and the live values of its nodes.

    `_prev` is a set there: it holds ``a`` once for ``a * a``, and in no order. The order is taken from the
    closure that computes the slopes, else it is one that gives the number that came out. Raises Refusal,
    naming the node, for an op that is not in the table, and for what holds no number.
    """
    builder = LiveBuilder()
    for value in _order(root):
        label = str(getattr(value, "label", "") or "")
        data = plain_number(value.data, label or "A value")
        operands = list(value._prev)
        rule = _rule(value, operands, label) if operands else None
        if rule is not None:
            operands = _in_order(value, rule, operands, builder, data)
        grad = plain_number(value.grad, f"{label or 'A value'}.grad")
        builder.add(value, None if rule is None else rule.name, operands, label, data, grad)
    return builder.finish(root).named(names)


def _order(root: Any) -> Iterator[Any]:
    """Operands first, without recursion; (self, other) where that is told, not as a set happens to be."""
    seen: set[int] = set()
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        value, done = stack.pop()
        if done:
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((each, False) for each in reversed(_operands_of(value)) if id(each) not in seen)


def _rule(value: Any, operands: list[Any], label: str) -> Op:
    text = str(value._op)
    rule = rule_of(text)
    once = rule is not None and rule.arity == 2 and len(operands) == 1
    if rule is None or not (rule.arity == len(operands) or once):
        raise unknown_op(text, label)
    return rule


def _in_order(value: Any, rule: Op, operands: list[Any], builder: LiveBuilder, data: float) -> list[Any]:
    if rule.arity != 2:
        return operands
    if len(operands) == 1:
        return operands * 2
    told = _operands_of(value)
    numbers = {id(each): builder.number_of(each) for each in operands}
    for order in (told, *map(list, permutations(told))):
        if same(rule.forward(*(numbers[id(each)] for each in order)), data):
            return order
    return told


def _operands_of(value: Any) -> list[Any]:
    """The operands; where the closure of `_backward` holds them, as (self, other)."""
    operands = list(value._prev)
    if len(operands) < 2:
        return operands
    backward = getattr(value, "_backward", None)
    names = getattr(getattr(backward, "__code__", None), "co_freevars", ())
    cells = dict(zip(names, getattr(backward, "__closure__", None) or (), strict=False))
    order: list[Any] = []
    for name in ("self", "other"):
        try:
            found = cells[name].cell_contents
        except (KeyError, ValueError):  # there is no such variable, or it was never set
            continue
        order += [each for each in operands if each is found and not any(each is one for one in order)]
    return order if len(order) == len(operands) else operands
