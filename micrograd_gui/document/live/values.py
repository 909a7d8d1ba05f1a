"""A finished value → Graph: a notebook's live values, opened in the window."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from micrograd.engine import Value, topological_order
from micrograd.ieee import number
from micrograd.ops import OPS, Op, op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import spoken


@dataclass(frozen=True, eq=False)
class Captured:
    """A graph, and what is behind it: the object of each node, its number, its grad where it has one."""

    graph: Graph
    objects: Mapping[NodeId, Any]
    data: Mapping[NodeId, float]
    grad: Mapping[NodeId, float]


@dataclass(slots=True)
class Growing:
    """A graph that is being read off, operands first."""

    nodes: dict[NodeId, Node] = field(default_factory=dict)
    objects: dict[NodeId, Any] = field(default_factory=dict)
    data: dict[NodeId, float] = field(default_factory=dict)
    grad: dict[NodeId, float] = field(default_factory=dict)
    ids: dict[int, NodeId] = field(
        default_factory=dict
    )  # by the identity of the objects, which are kept above

    def add(self, thing: Any, op: str | None, inputs: tuple[NodeId, ...], label: str, data: float) -> NodeId:
        """One more node, for that object."""
        new = len(self.nodes) + 1
        self.nodes[new] = Node(new, op, inputs, label, data if op is None else 1.0)
        self.objects[new], self.data[new] = thing, data
        self.ids[id(thing)] = new
        return new

    def captured(self, root: Any) -> Captured:
        """The whole, with that object as the target."""
        graph = Graph(self.nodes, chosen_target=self.ids[id(root)], next_id=len(self.nodes) + 1)
        return Captured(graph, self.objects, self.data, self.grad)


def graph_from_value(root: Any) -> Graph:
    """The graph behind a value, labels kept; the value is the target. Raises Refusal."""
    return captured(root).graph


def is_live(thing: object) -> bool:
    """Whether it is a value with a graph behind it: a Value, one of another micrograd, a PyTorch tensor."""
    return isinstance(thing, Value) or _is_tensor(thing) or _is_like_a_value(thing)


def captured(root: Any, names: Mapping[str, Any] | None = None) -> Captured:
    """The graph behind a value, and the live values of its nodes.

    ``names`` are the caller's variables: a node with no label of its own is called as the one that holds it.
    Raises Refusal, naming the node, for an op that is not in the table, and for what is no value.
    """
    if isinstance(root, Value):
        found = _of_values(root)
    elif _is_tensor(root):
        from micrograd_gui.document.live.torch import captured_tensor

        return captured_tensor(root, names or {})
    elif _is_like_a_value(root):

        found = captured_foreign(root)
    else:
        raise Refusal(f"A {spoken(type(root).__name__)} is no Value, so there is no graph behind it.")
    return named(found, names) if names else found


def named(found: Captured, names: Mapping[str, Any]) -> Captured:
    """With the nodes that have no label called as the variables that hold them."""
    by_object: dict[int, str] = {}
    for name, thing in names.items():
        by_object.setdefault(id(thing), name)
    nodes = dict(found.graph.nodes)
    for node in found.graph:
        name = "" if node.label else by_object.get(id(found.objects[node.id]), "")
        if name:
            nodes[node.id] = Node(node.id, node.op, node.inputs, name, node.data, node.role)
    graph = Graph(nodes, chosen_target=found.graph.chosen_target, next_id=found.graph.next_id)
    return Captured(graph, found.objects, found.data, found.grad)


def _of_values(root: Value) -> Captured:
    growing = Growing()
    for value in topological_order(root):
        operands = tuple(growing.ids[id(each)] for each in value._prev)
        op = _op_name(value) if operands else None
        node = growing.add(value, op, operands, str(value.label), value.data)
        growing.grad[node] = float(value.grad)
    return growing.captured(root)


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


def _is_tensor(thing: object) -> bool:
    """Whether it is a tensor of a PyTorch that somebody else has imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(thing, getattr(torch, "Tensor", ()))


def _is_like_a_value(thing: object) -> bool:
    """Whether it is built as the Values of karpathy/micrograd and of the lecture are."""
    return not isinstance(thing, type) and all(
        hasattr(thing, name) for name in ("data", "grad", "_prev", "_op")
    )


def captured_foreign(root: Any) -> Captured:
    """The graph behind such a value, and the live values of its nodes.

    `_prev` is a set there: it holds ``a`` once for ``a * a``, and in no order. The order is taken from the
    closure that computes the slopes, else it is one that gives the number that came out.
    """
    growing = Growing()
    for value in _order(root):
        label = str(getattr(value, "label", "") or "")
        data = plain_number(value.data, label or "A value")
        operands = list(value._prev)
        rule = _rule(value, operands, label) if operands else None
        if rule is not None:
            operands = _in_order(value, rule, operands, growing, data)
        inputs = tuple(growing.ids[id(each)] for each in operands)
        node = growing.add(value, None if rule is None else rule.name, inputs, label, data)
        growing.grad[node] = plain_number(value.grad, f"{label or 'A value'}.grad")
    return growing.captured(root)


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
            stack.extend((each, False) for each in reversed(_told(value)) if id(each) not in seen)


def _rule(value: Any, operands: list[Any], label: str) -> Op:
    text = str(value._op)
    rule = rule_of(text)
    once = rule is not None and rule.arity == 2 and len(operands) == 1
    if rule is None or not (rule.arity == len(operands) or once):
        raise unknown_op(text, label)
    return rule


def _in_order(value: Any, rule: Op, operands: list[Any], growing: Growing, data: float) -> list[Any]:
    if rule.arity != 2:
        return operands
    if len(operands) == 1:
        return operands * 2
    told = _told(value)
    numbers = {id(each): growing.data[growing.ids[id(each)]] for each in operands}
    for order in (told, *map(list, permutations(told))):
        if same(rule.forward(*(numbers[id(each)] for each in order)), data):
            return order
    return told


def _told(value: Any) -> list[Any]:
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
