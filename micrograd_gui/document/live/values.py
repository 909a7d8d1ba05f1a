"""Live values: the graph behind a finished Value, of this micrograd or of another built like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from micrograd.foreign import LiveNode, read_graph, rule_of
from micrograd.ieee import number
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import spoken


@dataclass(frozen=True, eq=False)
class LiveGraph:
    """A graph, and what is behind it: the object of each node, its number, its grad where it has one.

    ``rounding`` is how far a number may be, relative to its size, from what a run in double precision gives.
    """

    graph: Graph
    objects: Mapping[NodeId, Any]
    data: Mapping[NodeId, float]
    grad: Mapping[NodeId, float]
    rounding: float = 1e-9

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

    def finish(self, root: Any) -> LiveGraph:
        """The whole, with that object as the target."""
        graph = self._builder.graph(self._ids[id(root)])
        return LiveGraph(graph, self._objects, self._data, self._grad)


def capture_value(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind a value of this micrograd or of another, and the live values of its nodes.

    Raises Refusal, naming the node, for an op that is not in the table, for what holds no number, and for a
    graph that goes in a circle.
    """
    try:
        nodes = read_graph(root)
    except (TypeError, ValueError) as problem:
        said = str(problem)
        raise Refusal(f"{said[:1].upper()}{said[1:]}, so it cannot be opened.") from problem
    builder = LiveBuilder()
    for node in nodes:
        if node.previous and (node.op is None or rule_of(node.op.name) is None):
            raise _lone(node) if rule_of(node.text) is not None else unknown_op(node.text, node.label)
        operands = [nodes[place].value for place in node.inputs]
        name = None if node.op is None else node.op.name
        builder.add(node.value, name, operands, node.label, node.data, node.grad)
    return builder.finish(root).named(names)


def _lone(node: LiveNode) -> Refusal:
    """The refusal of an op that tells of more or fewer operands than it takes."""
    called = spoken(node.label) or "A node"
    many = "one operand" if len(node.inputs) == 1 else f"{len(node.inputs)} operands"
    return Refusal(
        f"{called} is made by “{spoken(node.text)}” of {many}, so it cannot be opened: "
        f"each number that it is computed from must be a value in its _prev."
    )


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
