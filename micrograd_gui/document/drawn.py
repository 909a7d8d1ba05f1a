"""Drawn: what a graph holds, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from micrograd_gui.document.block import Block, BlockId, nodes_of
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.node import Node, NodeId, Place, Span, post_order, same_number
from micrograd_gui.document.text import spoken


@dataclass(frozen=True, eq=False)
class Drawn:
    """Nodes, where they stand, which one is the target, and what follows from that.

    ``ranges`` are the spans over which leaves are swept in plots. ``data`` are the rows it learns from,
    ``plan`` says how, ``blocks`` say which nodes belong together (a block stands after its parent).
    """

    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    places: Mapping[NodeId, Place] = field(default_factory=dict)
    chosen_target: NodeId | None = None
    next_id: NodeId = 1
    ranges: Mapping[NodeId, Span] = field(default_factory=dict)
    data: Data | None = None
    blocks: tuple[Block, ...] = ()
    plan: TrainingPlan | None = None

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    # What follows from the nodes -------------------------------------------------------------

    @cached_property
    def users(self) -> Mapping[NodeId, tuple[tuple[NodeId, int], ...]]:
        """For every node the (node, port) pairs that take it as an operand."""
        users: dict[NodeId, list[tuple[NodeId, int]]] = {number: [] for number in self.nodes}
        for node in self:
            for port, source in enumerate(node.inputs):
                if source is not None:
                    users[source].append((node.id, port))
        return {number: tuple(pairs) for number, pairs in users.items()}

    @cached_property
    def target(self) -> NodeId | None:
        """The node whose gradient is 1: the chosen one, else the newest wired node nothing uses."""
        if self.chosen_target is not None:
            return self.chosen_target
        ends = [node for node in self if not self.users[node.id]]
        wired = [node for node in ends if node.op is not None and None not in node.inputs]
        best = wired or [node for node in ends if node.op is not None] or ends
        return best[-1].id if best else None

    @cached_property
    def order(self) -> tuple[NodeId, ...]:
        """Every node after its operands: what feeds the target first, in operand order."""
        starts: list[NodeId] = [] if self.target is None else [self.target]
        return tuple(post_order(self.nodes, [*starts, *self.nodes]))

    @cached_property
    def feeding(self) -> frozenset[NodeId]:
        """The target and all that it depends on."""
        return frozenset(() if self.target is None else post_order(self.nodes, [self.target]))

    @cached_property
    def parameters(self) -> tuple[NodeId, ...]:
        """The leaves that training changes: parameters that feed the target and are bound to no column."""
        bound = () if self.data is None else {column.node for column in self.data.columns}
        marked = (node.id for node in self if node.role == "parameter" and node.id not in bound)
        return tuple(number for number in marked if number in self.feeding)

    def within(self, block: BlockId) -> frozenset[NodeId]:
        """All nodes of the block, those of the blocks within it included."""
        known = self._within
        if block not in known:
            known[block] = nodes_of(self.blocks, block)
        return known[block]

    @cached_property
    def _within(self) -> dict[BlockId, frozenset[NodeId]]:
        return {}

    def ancestors(self, node: NodeId) -> frozenset[NodeId]:
        """All that a node depends on, and the node itself."""
        return frozenset(post_order(self.nodes, [node]))

    def same_structure(self, other: Drawn) -> bool:
        """Whether both have the same nodes, ops, wires and target, whatever the numbers and names."""
        if self is other or (self.nodes is other.nodes and self.target == other.target):
            return True
        if self.target != other.target:
            return False
        if self.renumbered(other):
            return True
        return self.nodes.keys() == other.nodes.keys() and all(
            node is (its := other.nodes[node.id]) or node.shape == its.shape for node in self
        )

    def renumbered(self, other: Drawn) -> bool:
        """Whether one was made of the other by ``numbered``, as far as is known at once."""
        mine, its = self.__dict__, other.__dict__
        return any(known in mine and mine[known] is its.get(known) for known in ("users", "order"))

    def same_numbers(self, other: Drawn) -> bool:
        """Whether both have the same structure, leaf values and exponents: the same run."""
        return (self.nodes is other.nodes and self.target == other.target) or (
            self.same_structure(other) and all(same_number(node, other.nodes[node.id]) for node in self)
        )

    def named(self, label: str) -> NodeId:
        """The first node with that label, else of that name; raises Refusal where there is none."""
        by_name = [node.id for node in self if node.label == label != ""]
        by_name += [node.id for node in self if node.name == label]
        if by_name:
            return by_name[0]
        raise Refusal(f"There is no node called “{spoken(label)}”.")

    def free_label(self) -> str:
        """The first letter, then letter and number, that no node is called yet."""
        taken = {node.label for node in self}
        for round_ in range(len(taken) + 2):
            for letter in "abcdefghijklmnopqrstuvwxyz":
                label = letter if round_ == 0 else f"{letter}{round_}"
                if label not in taken:
                    return label
        raise AssertionError("unreachable: more labels were tried than there are nodes")
