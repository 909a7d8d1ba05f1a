"""Planting: Values built by code become nodes of a graph, beside those that are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from micrograd.engine import Value, topological_order
from micrograd_gui.document.block import Block, BlockId, BlockKind, free_id
from micrograd_gui.document.graph import Graph, Node, NodeId, Role


class Planting:
    """A graph that grows; ``value(node)`` stands for a node that is there, so that code can build on it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.nodes = dict(graph.nodes)
        self._next = graph.next_id
        self._ids: dict[Value, NodeId] = {}
        self._values: dict[NodeId, Value] = {}
        self._taken = {node.label for node in graph}
        self._blocks = list(graph.blocks)
        self._members: dict[BlockId, list[NodeId]] = {}

    def value(self, node: NodeId) -> Value:
        """What stands for a node that is there."""
        if node not in self._values:
            value = Value(self.nodes[node].data)
            self._values[node] = value
            self._ids[value] = node
        return self._values[node]

    def leaf(self, label: str, data: float, role: Role, block: BlockId | None = None) -> Value:
        """A new leaf."""
        value = Value(data, label=label)
        self._add(value, role, block)
        return value

    def plant(self, root: Value, block: BlockId, parameters: Collection[Value] = ()) -> None:
        """All that feeds the root and is not there yet becomes nodes of the block."""
        trained = set(parameters)
        for value in topological_order(root):
            if value not in self._ids:
                self._add(value, "parameter" if value in trained else "", block)

    def _add(self, value: Value, role: Role, block: BlockId | None) -> None:
        label = value.label
        while label and label in self._taken:
            label += "′"
        self._taken.add(label)
        number, self._next = self._next, self._next + 1
        op = None if value.op is None else value.op.name
        inputs = tuple(self._ids[operand] for operand in value._prev)
        self.nodes[number] = Node(number, op, inputs, label, value.data if op is None else 1.0, role)
        self._ids[value] = number
        self._values[number] = value
        if block is not None:
            self._members[block].append(number)

    def id_of(self, value: Value) -> NodeId:
        return self._ids[value]

    def open(self, kind: BlockKind, title: str, parent: BlockId | None) -> BlockId:
        """A new block, which gets the nodes planted for it."""
        block = Block(free_id(self._blocks), kind, title, parent=parent)
        self._blocks.append(block)
        self._members[block.id] = []
        return block.id

    def close(
        self, block: BlockId, outputs: Iterable[Value], judges: Sequence[tuple[Value, Value]] = ()
    ) -> None:
        """The block is complete, and those are its outputs."""
        at = next(at for at, each in enumerate(self._blocks) if each.id == block)
        self._blocks[at] = replace(
            self._blocks[at],
            members=tuple(self._members[block]),
            outputs=tuple(self._ids[value] for value in outputs),
            judges=tuple((self._ids[a], self._ids[b]) for a, b in judges),
        )

    def graph(self) -> Graph:
        """The graph as it has grown."""
        return replace(self._graph, nodes=self.nodes, next_id=self._next, blocks=tuple(self._blocks))
