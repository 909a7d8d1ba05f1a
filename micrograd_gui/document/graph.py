"""Graph: the frozen value that the user draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from micrograd.ops import op_of
from micrograd_gui.document.block import BlockId, inside, kept
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.drawn import Drawn
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.node import FARTHEST, Node, NodeId, Place, Role, Span, reachable, same_number

__all__ = ["FARTHEST", "Graph", "Node", "NodeId", "Place", "Role", "Span"]


@dataclass(frozen=True, eq=False)
class Graph(Drawn):
    """The graph and its edits: each edit gives a new Graph, and the old one stays as it was.

    Graphs are compared by identity: two states show the same graph when it is the same object.
    """

    # Edits -----------------------------------------------------------------------------------

    def added(
        self,
        op: str | None,
        at: Place,
        *,
        inputs: tuple[NodeId | None, ...] | None = None,
        label: str | None = None,
        data: float = 1.0,
        role: Role = "",
    ) -> Graph:
        """With one more node, whose id is this graph's ``next_id``."""
        arity = 0 if op is None else op_of(op).arity
        ports = (None,) * arity if inputs is None else inputs
        if len(ports) != arity:
            raise Refusal(f"{op} takes {arity} operands, not {len(ports)}.")
        node = Node(self.next_id, op, ports, self.free_label() if label is None else label, data, role)
        return replace(
            self,
            nodes={**self.nodes, node.id: node},
            places={**self.places, node.id: reachable(at)},
            next_id=self.next_id + 1,
        )

    def wired(self, source: NodeId, node: NodeId, port: int | None = None) -> Graph:
        """With the source on a port of the node: the given one, else the first that is free.

        Raises Refusal where the wire would close a cycle or no port is free; a given port that is
        taken is taken over.
        """
        user, feeder = self.nodes[node], self.nodes[source]
        if user.is_leaf:
            raise Refusal(f"{user.spoken} is a value and takes no operand.", node)
        if port is None:
            if None not in user.inputs:
                raise Refusal(f"{user.spoken} has no free port for {feeder.spoken}.", node)
            port = user.inputs.index(None)
        if source == node:
            raise Refusal(f"A wire from {user.spoken} to itself would close a cycle.", node)
        if node in self.ancestors(source):
            raise Refusal(
                f"A wire from {feeder.spoken} to {user.spoken} would close a cycle: "
                f"{feeder.spoken} is computed from {user.spoken}.",
                node,
            )
        return self._plugged(node, port, source)

    def unwired(self, node: NodeId, port: int) -> Graph:
        """With nothing on that port."""
        return self._plugged(node, port, None)

    def _plugged(self, node: NodeId, port: int, source: NodeId | None) -> Graph:
        user = self.nodes[node]
        if not 0 <= port < len(user.inputs):
            raise Refusal(f"{user.spoken} has no port {port + 1}.", node)
        return self._with(replace(user, inputs=(*user.inputs[:port], source, *user.inputs[port + 1 :])))

    def without(self, gone: Collection[NodeId]) -> Graph:
        """Without those nodes and the wires that touch them."""
        gone = frozenset(gone)
        nodes = {
            node.id: node
            if not any(source in gone for source in node.inputs)
            else replace(node, inputs=tuple(None if s in gone else s for s in node.inputs))
            for node in self
            if node.id not in gone
        }
        return replace(
            self,
            nodes=nodes,
            places={number: place for number, place in self.places.items() if number in nodes},
            ranges={number: span for number, span in self.ranges.items() if number in nodes},
            chosen_target=self.chosen_target if self.chosen_target in nodes else None,
            data=None if self.data is None else self.data.without(gone),
            blocks=kept(self.blocks, gone) if self.blocks else (),
        )

    def moved(self, places: Mapping[NodeId, Place]) -> Graph:
        """With those of its nodes elsewhere."""
        new = {number: reachable(place) for number, place in places.items() if number in self.nodes}
        if all(self.places.get(number) == place for number, place in new.items()):
            return self
        return replace(self, places={**self.places, **new})

    def relabelled(self, node: NodeId, label: str) -> Graph:
        """With the node called that."""
        return self._with(replace(self.nodes[node], label=label))

    def valued(self, node: NodeId, data: float) -> Graph:
        """With the leaf holding that number."""
        if not self.nodes[node].is_leaf:
            raise Refusal(f"{self.nodes[node].spoken} is computed; only a leaf's value can be set.", node)
        return self._with(replace(self.nodes[node], data=data))

    def marked(self, node: NodeId, role: Role) -> Graph:
        """With the leaf marked as an input, a parameter, or neither."""
        if not self.nodes[node].is_leaf:
            raise Refusal(
                f"{self.nodes[node].spoken} is computed; only a leaf can be input or parameter.", node
            )
        return self._with(replace(self.nodes[node], role=role))

    def operated(self, node: NodeId, op: str) -> Graph:
        """With another op of the same arity in the node (``**2`` → ``**3``)."""
        old = self.nodes[node]
        if op_of(op).arity != len(old.inputs):
            raise Refusal(f"{op} does not take as many operands as {old.op}.", node)
        return self._with(replace(old, op=op))

    def targeted(self, node: NodeId | None) -> Graph:
        """With that node as the target; None: chosen by itself again."""
        return self if node == self.chosen_target else replace(self, chosen_target=node)

    def ranged(self, node: NodeId, span: Span) -> Graph:
        """With the span over which plots sweep the node."""
        return replace(self, ranges={**self.ranges, node: (float(span[0]), float(span[1]))})

    def numbered(self, numbers: Mapping[NodeId, float]) -> Graph:
        """With those leaves holding those numbers, at one stroke."""
        nodes = dict(self.nodes)
        for number, data in numbers.items():
            old = nodes[number]
            nodes[number] = Node(number, None, (), old.label, data, old.role)
        new = replace(self, nodes=nodes)
        # What follows from the wires and marks stays as it is.
        for known in ("users", "target", "order", "feeding", "parameters"):
            if known in self.__dict__:
                new.__dict__[known] = self.__dict__[known]
        return new

    def fed(self, data: Data | None) -> Graph:
        """With those rows to learn from; the leaves they are bound to become inputs and show a row."""
        if data is None:
            return replace(self, data=None)
        fault = data.fault(self.nodes)
        if fault is not None:
            raise Refusal(f"{fault[1][:1].upper()}{fault[1][1:]}.")
        bound = [self.nodes[column.node] for column in data.columns if column.node is not None]
        inputs = {node.id: replace(node, role="input") for node in bound}
        graph = replace(self, data=data, nodes={**self.nodes, **inputs})
        return graph.showing(data.shown) if data.rows else graph

    def showing(self, row: int) -> Graph:
        """With the leaves that columns are bound to holding the numbers of that row."""
        if self.data is None or not 0 <= row < len(self.data.rows):
            raise Refusal(f"There is no row {row + 1}.")
        return replace(self.numbered(self.data.numbers(row)), data=replace(self.data, shown=row))

    def planned(self, plan: TrainingPlan) -> Graph:
        """With another plan for its training."""
        fault = plan.fault()
        if fault is not None:
            raise Refusal(fault[1])
        return self if plan == self.plan else replace(self, plan=plan)

    def collapsed(self, block: BlockId, collapsed: bool = True) -> Graph:
        """With the block drawn as one box, or opened again."""
        blocks = tuple(replace(b, collapsed=collapsed) if b.id == block else b for b in self.blocks)
        return self if blocks == self.blocks else replace(self, blocks=blocks)

    def retitled(self, block: BlockId, title: str) -> Graph:
        """With the block called that."""
        blocks = tuple(replace(b, title=title) if b.id == block else b for b in self.blocks)
        return self if blocks == self.blocks else replace(self, blocks=blocks)

    def joined(self, nodes: Collection[NodeId], block: BlockId) -> Graph:
        """With those nodes in the block: themselves where they are in none, else the block they are in."""
        owned = {node for each in self.blocks for node in each.members}
        loose = tuple(node for node in nodes if node in self.nodes and node not in owned)
        arrived = frozenset(nodes)
        blocks = tuple(
            replace(each, members=(*each.members, *loose))
            if each.id == block
            else replace(each, parent=block)
            if each.parent is None and arrived and self.within(each.id) <= arrived
            else each
            for each in self.blocks
        )
        return self if blocks == self.blocks else replace(self, blocks=blocks)

    def ungrouped(self, block: BlockId) -> Graph:
        """Without the block and those within it; their nodes stay."""
        gone = inside(self.blocks, block)
        return replace(self, blocks=tuple(each for each in self.blocks if each.id not in gone))

    def _with(self, node: Node) -> Graph:
        old = self.nodes[node.id]
        if node == old and same_number(node, old):
            return self
        return replace(self, nodes={**self.nodes, node.id: node})
