"""Live graph: a graph, and the live objects and numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.graph import Graph, NodeId


@dataclass(frozen=True, eq=False)
class LiveGraph:
    """A graph, and what is behind it: the object of each node, its number, its grad where it has one.

    ``rounding`` is how far a number may be, relative to its size, from what a run in double precision gives.
    ``title`` is what it is called; empty: as the target. ``note`` says how the graph stands for the live one,
    where it is not that node for node, or not at first; empty where it is.
    """

    graph: Graph
    objects: Mapping[NodeId, Any]
    data: Mapping[NodeId, float]
    grad: Mapping[NodeId, float]
    rounding: float = 1e-9
    title: str = ""
    note: str = ""

    @property
    def of_rows(self) -> bool:
        """Whether it is one row of a live graph over samples alike; else it is that graph node for node."""
        return self.graph.data is not None

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
