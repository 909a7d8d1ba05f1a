"""Graph: the frozen value that the user draws, and all edits of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import force_setattr, replace

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.block import Block, BlockId, inside, kept, nodes_of
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.marks import NO_MARKS, UNSEEN, Marks, Sight
from micrograd_gui.document.node import (
    FARTHEST,
    Node,
    NodeId,
    Place,
    Role,
    Span,
    differing,
    named_apart,
    post_order,
    reachable,
    same_number,
)
from micrograd_gui.document.text import runs, spoken, wrong_count

__all__ = ["FARTHEST", "Graph", "Node", "NodeId", "Place", "Role", "Span", "Wiring"]


class Pasted(Protocol):
    """What is known after the cells that were pasted; `document.python.pasted` has the forms of it."""


class Wiring(Struct, frozen=True, eq=False, dict=True):
    """What follows from nodes, wires and marks, whatever the numbers; each fact when it is asked for.

    An edit that changes numbers, places, blocks or the plan alone hands its graph's wiring on. So where
    ``a.wiring is b.wiring``, both graphs have the same nodes but for the numbers in the leaves.

    ``bound`` are the leaves that columns of the data feed.
    """

    nodes: Mapping[NodeId, Node]
    chosen_target: NodeId | None
    bound: frozenset[NodeId]

    def of(self, nodes: Mapping[NodeId, Node]) -> Wiring:
        """The same facts of nodes that are called otherwise."""
        like = Wiring(nodes, self.chosen_target, self.bound)
        for name, fact in vars(self).items():  # as far as they are known by now
            force_setattr(like, name, fact)
        return like

    @cached_property
    def users(self) -> Mapping[NodeId, tuple[tuple[NodeId, int], ...]]:
        """For every node the (node, port) pairs that take it as an operand."""
        users: dict[NodeId, list[tuple[NodeId, int]]] = {number: [] for number in self.nodes}
        for node in self.nodes.values():
            for port, source in enumerate(node.inputs):
                if source is not None:
                    users[source].append((node.id, port))
        return {number: tuple(pairs) for number, pairs in users.items()}

    @cached_property
    def wires(self) -> int:
        """How many ports have an operand."""
        return sum(source is not None for node in self.nodes.values() for source in node.inputs)

    @cached_property
    def computes(self) -> bool:
        """Whether there is a node that is an op."""
        return any(node.op is not None for node in self.nodes.values())

    @cached_property
    def loose_end(self) -> bool:
        """Whether a port is free that the target depends on."""
        return any(None in self.nodes[number].inputs for number in self.feeding)

    @cached_property
    def target(self) -> NodeId | None:
        """The node whose gradient is 1: the chosen one, else the newest wired node nothing uses."""
        if self.chosen_target is not None:
            return self.chosen_target
        ends = [node for node in self.nodes.values() if not self.users[node.id]]
        wired = [node for node in ends if node.op is not None and None not in node.inputs]
        best = wired or [node for node in ends if node.op is not None] or ends
        return best[-1].id if best else None

    @cached_property
    def order(self) -> tuple[NodeId, ...]:
        """Every node after its operands: what feeds the target first, in operand order."""
        starts: list[NodeId] = [] if self.target is None else [self.target]
        return tuple(post_order(self.nodes, [*starts, *self.nodes]))

    @cached_property
    def ranks(self) -> Mapping[NodeId, int]:
        """At which place in the order each node stands."""
        return {node: at for at, node in enumerate(self.order)}

    @cached_property
    def feeding(self) -> frozenset[NodeId]:
        """The target and all that it depends on."""
        return frozenset(() if self.target is None else self.order[: self.order.index(self.target) + 1])

    @cached_property
    def parameters(self) -> tuple[NodeId, ...]:
        """The leaves that training changes: parameters that feed the target and are bound to no column."""
        marked = (node.id for node in self.nodes.values() if node.role == "parameter")
        return tuple(number for number in marked if number not in self.bound and number in self.feeding)


class Graph(Struct, frozen=True, eq=False, dict=True):
    """Nodes, where they stand, which one is the target, and the edits of all that.

    Each edit gives a new Graph, and the old one stays as it was. Graphs are compared by identity: two states
    show the same graph when it is the same object.

    ``ranges`` are the spans over which leaves are swept in plots. ``data`` are the rows it learns from,
    ``plan`` says how, ``blocks`` say which nodes belong together (a block stands after its parent), ``marks``
    are cue points and breakpoints, ``sight`` is what was seen of it when it was saved, ``workspace`` what
    cells that were pasted have defined, which no file keeps.
    ``wiring`` is what follows from the nodes; an edit that leaves it as it is hands it on as ``same_wiring``.
    """

    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    places: Mapping[NodeId, Place] = field(default_factory=dict)
    chosen_target: NodeId | None = None
    next_id: NodeId = 1
    ranges: Mapping[NodeId, Span] = field(default_factory=dict)
    data: Data | None = None
    blocks: tuple[Block, ...] = ()
    plan: TrainingPlan | None = None
    marks: Marks = NO_MARKS
    sight: Sight = UNSEEN
    workspace: Pasted | None = None
    same_wiring: Wiring | None = None

    def __post_init__(self) -> None:
        if self.same_wiring is None:
            force_setattr(self, "nodes", named_apart(self.nodes))
        else:
            force_setattr(self, "wiring", self.same_wiring)
            force_setattr(self, "same_wiring", None)  # what is made of this graph has a wiring of its own

    @cached_property
    def wiring(self) -> Wiring:
        """What follows from the nodes."""
        bound = () if self.data is None else (column.node for column in self.data.columns)
        leaves = frozenset(node for node in bound if node is not None)
        return Wiring(self.nodes, self.chosen_target, leaves)

    @cached_property
    def given(self) -> Mapping[NodeId, float]:
        """The numbers that the leaves hold."""
        return {number: node.data for number, node in self.nodes.items() if node.op is None}

    def __len__(self) -> int:
        return len(self.nodes)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    # What follows from the nodes -------------------------------------------------------------

    @property
    def users(self) -> Mapping[NodeId, tuple[tuple[NodeId, int], ...]]:
        """For every node the (node, port) pairs that take it as an operand."""
        return self.wiring.users

    @property
    def target(self) -> NodeId | None:
        """The node whose gradient is 1: the chosen one, else the newest wired node nothing uses."""
        return self.wiring.target

    @property
    def order(self) -> tuple[NodeId, ...]:
        """Every node after its operands: what feeds the target first, in operand order."""
        return self.wiring.order

    @property
    def feeding(self) -> frozenset[NodeId]:
        """The target and all that it depends on."""
        return self.wiring.feeding

    @property
    def parameters(self) -> tuple[NodeId, ...]:
        """The leaves that training changes: parameters that feed the target and are bound to no column."""
        return self.wiring.parameters

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

    def same_structure(self, other: Graph) -> bool:
        """Whether both have the same nodes, ops, wires and target, whatever the numbers and names."""
        if self.wiring is other.wiring:
            return True
        if self.target != other.target or self.nodes.keys() != other.nodes.keys():
            return False
        mine, its = self.nodes, other.nodes
        return all(mine[number].shape == its[number].shape for number in differing(its, mine))

    def same_numbers(self, other: Graph) -> bool:
        """Whether both have the same structure, leaf values and exponents: the same run."""
        mine, its = self.nodes, other.nodes
        return (mine is its and self.target == other.target) or (
            self.same_structure(other)
            and all(same_number(mine[number], its[number]) for number in differing(its, mine))
        )

    def named(self, label: str) -> NodeId:
        """The node with that title, else the first of that name; raises Refusal where there is none."""
        by_name = [node.id for node in self if node.title == label != ""]
        by_name += [node.id for node in self if node.name == label]
        if not by_name and "_" in label:  # x_12 and x_{12} are one name, in two ways to write it
            by_name = [node.id for node in self if runs(node.title) == runs(label)]
        if by_name:
            return by_name[0]
        raise Refusal(tr("There is no node called “{name}”.", name=spoken(label)))

    def free_label(self) -> str:
        """The first letter, then letter and number, that no node is called yet."""
        taken = {node.name for node in self}
        for round_ in range(len(taken) + 2):
            for letter in "abcdefghijklmnopqrstuvwxyz":
                label = letter if round_ == 0 else f"{letter}{round_}"
                if label not in taken:
                    return label
        raise AssertionError("unreachable: more labels were tried than there are nodes")

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
        """With one more node, whose id is this graph's ``next_id``.

        Raises Refusal where the operands are not as many as the op takes.
        """
        arity = 0 if op is None else op_of(op).arity
        ports = (None,) * arity if inputs is None else inputs
        if len(ports) != arity:
            raise Refusal(f"{wrong_count(op or '', arity, len(ports))}.")
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
            raise Refusal(tr("{name} is a value and takes no operand.", name=user.spoken), node)
        if port is None:
            if None not in user.inputs:
                raise Refusal(
                    tr("{name} has no free port for {source}.", name=user.spoken, source=feeder.spoken), node
                )
            port = user.inputs.index(None)
        if source == node:
            raise Refusal(tr("A wire from {name} to itself would close a cycle.", name=user.spoken), node)
        if node in self.ancestors(source):
            raise Refusal(
                tr(
                    "A wire from {source} to {name} would close a cycle: {source} is computed from {name}.",
                    source=feeder.spoken,
                    name=user.spoken,
                ),
                node,
            )
        return self._plugged(node, port, source)

    def unwired(self, node: NodeId, port: int) -> Graph:
        """With nothing on that port; raises Refusal where there is no such port."""
        return self._plugged(node, port, None)

    def _plugged(self, node: NodeId, port: int, source: NodeId | None) -> Graph:
        user = self.nodes[node]
        if not 0 <= port < len(user.inputs):
            raise Refusal(tr("{name} has no port {port}.", name=user.spoken, port=port + 1), node)
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
            marks=self.marks.without(gone),
            sight=self.sight.kept(nodes),
        )

    def moved(self, places: Mapping[NodeId, Place]) -> Graph:
        """With those of its nodes elsewhere."""
        new = {number: reachable(place) for number, place in places.items() if number in self.nodes}
        if all(self.places.get(number) == place for number, place in new.items()):
            return self
        return replace(self, places={**self.places, **new}, same_wiring=self.wiring)

    def relabelled(self, node: NodeId, label: str) -> Graph:
        """With the node called that."""
        return self._with(replace(self.nodes[node], label=label))

    def valued(self, node: NodeId, data: float) -> Graph:
        """With the leaf holding that number; raises Refusal where the node is none."""
        if not self.nodes[node].is_leaf:
            raise Refusal(
                tr("{name} is computed; only a leaf's value can be set.", name=self.nodes[node].spoken), node
            )
        return self._with(replace(self.nodes[node], data=data))

    def marked(self, node: NodeId, role: Role) -> Graph:
        """With the leaf marked as an input, a parameter, or neither; raises Refusal where it is no leaf."""
        if not self.nodes[node].is_leaf:
            raise Refusal(
                tr(
                    "{name} is computed; only a leaf can be input or parameter.", name=self.nodes[node].spoken
                ),
                node,
            )
        return self._with(replace(self.nodes[node], role=role))

    def operated(self, node: NodeId, op: str) -> Graph:
        """With another op of the same arity in the node (``**2`` → ``**3``); raises Refusal otherwise."""
        old = self.nodes[node]
        if op_of(op).arity != len(old.inputs):
            raise Refusal(tr("{op} does not take as many operands as {other}.", op=op, other=old.op), node)
        return self._with(replace(old, op=op))

    def computed(self, node: NodeId, op: str, inputs: tuple[NodeId | None, ...]) -> Graph:
        """With the node as that op of those operands, whatever it was."""
        return self._with(replace(self.nodes[node], op=op, inputs=inputs))

    def targeted(self, node: NodeId | None) -> Graph:
        """With that node as the target; None: chosen by itself again."""
        return self if node == self.chosen_target else replace(self, chosen_target=node)

    def ranged(self, node: NodeId, span: Span) -> Graph:
        """With the span over which plots sweep the node."""
        ranges = {**self.ranges, node: (float(span[0]), float(span[1]))}
        return replace(self, ranges=ranges, same_wiring=self.wiring)

    def numbered(self, numbers: Mapping[NodeId, float]) -> Graph:
        """With those leaves holding those numbers, at one stroke."""
        nodes = dict(self.nodes)
        for number, data in numbers.items():
            old = nodes[number]
            nodes[number] = Node(number, None, (), old.label, data, old.role, old.suffix)
        return replace(self, nodes=nodes, same_wiring=self.wiring)

    def fed(self, data: Data | None) -> Graph:
        """With those rows to learn from; the leaves they are bound to become inputs and show a row.

        Raises Refusal where the rows do not fit the graph.
        """
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
        """With the leaves that columns are bound to holding the numbers of that row.

        Raises Refusal where there is no such row.
        """
        if self.data is None or not 0 <= row < len(self.data.rows):
            raise Refusal(tr("There is no row {row}.", row=row + 1))
        graph = self.numbered(self.data.numbers(row))
        return replace(graph, data=replace(self.data, shown=row), same_wiring=self.wiring)

    def planned(self, plan: TrainingPlan) -> Graph:
        """With another plan for its training; raises Refusal where a field of it cannot be."""
        fault = plan.fault()
        if fault is not None:
            raise Refusal(fault[1])
        return self if plan == self.plan else replace(self, plan=plan, same_wiring=self.wiring)

    def remarked(self, marks: Marks) -> Graph:
        """With those cue points and breakpoints."""
        return replace(self, marks=marks, same_wiring=self.wiring)

    def knowing(self, workspace: Pasted | None) -> Graph:
        """The same graph, and what the cells have defined by then."""
        return replace(self, workspace=workspace, same_wiring=self.wiring)

    def seen(self, sight: Sight) -> Graph:
        """The same graph as it was seen at that moment."""
        return self if sight == self.sight else replace(self, sight=sight, same_wiring=self.wiring)

    def collapsed(self, block: BlockId, collapsed: bool = True) -> Graph:
        """With the block drawn as one box, or opened again."""
        blocks = tuple(replace(b, collapsed=collapsed) if b.id == block else b for b in self.blocks)
        return self._with_blocks(blocks)

    def retitled(self, block: BlockId, title: str) -> Graph:
        """With the block called that."""
        blocks = tuple(replace(b, title=title) if b.id == block else b for b in self.blocks)
        return self._with_blocks(blocks)

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
        return self._with_blocks(blocks)

    def ungrouped(self, block: BlockId) -> Graph:
        """Without the block and those within it; their nodes stay."""
        gone = inside(self.blocks, block)
        return self._with_blocks(tuple(each for each in self.blocks if each.id not in gone))

    def _with(self, node: Node) -> Graph:
        old = self.nodes[node.id]
        if node == old and same_number(node, old):
            return self
        only_its_number = node.is_leaf and (node.label, node.role) == (old.label, old.role)
        graph = replace(
            self,
            nodes={**self.nodes, node.id: node},
            same_wiring=self.wiring if only_its_number else None,
        )
        if (node.op, node.inputs, node.role) == (old.op, old.inputs, old.role) and not only_its_number:
            force_setattr(graph, "wiring", self.wiring.of(graph.nodes))
        return graph

    def _with_blocks(self, blocks: tuple[Block, ...]) -> Graph:
        if blocks == self.blocks:
            return self
        return replace(self, blocks=blocks, same_wiring=self.wiring)
