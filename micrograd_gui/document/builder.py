"""GraphBuilder: a graph that is being made node by node, operands first, and its blocks with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from micrograd_gui.document.block import Block, BlockId, BlockKind, free_id
from micrograd_gui.document.graph import Graph, Node, NodeId, Role


class GraphBuilder:
    """Adds to a graph, or makes one from nothing; ``graph()`` gives what has come of it.

    Attributes:
        nodes: All nodes so far, by id; `put` has another in the place of one.
    """

    def __init__(self, graph: Graph | None = None) -> None:
        self._start = Graph() if graph is None else graph
        self.nodes: dict[NodeId, Node] = dict(self._start.nodes)
        self._next = self._start.next_id
        self._blocks: dict[BlockId, Block] = {block.id: block for block in self._start.blocks}
        self._members: dict[BlockId, list[NodeId]] = {}
        self._next_block = free_id(self._blocks.values())
        self._labels: Counter[str] | None = None  # how many nodes have each; counted when first asked for

    @property
    def next_id(self) -> NodeId:
        """The id of the next node."""
        return self._next

    def block(self, block: BlockId) -> Block:
        """That block as it is by now."""
        return self._blocks[block]

    @property
    def labels(self) -> Mapping[str, int]:
        """The labels by now, and how many nodes have each."""
        if self._labels is None:
            self._labels = Counter(node.label for node in self.nodes.values())
        return self._labels

    def add(
        self,
        op: str | None = None,
        inputs: tuple[NodeId | None, ...] = (),
        label: str = "",
        data: float = 1.0,
        role: Role = "",
        *,
        block: BlockId | None = None,
    ) -> NodeId:
        """One more node, a leaf where there is no op, and a member of that block, which is still open."""
        number, self._next = self._next, self._next + 1
        self.nodes[number] = Node(number, op, inputs, label, data, role)
        if self._labels is not None:
            self._labels[label] += 1
        if block is not None:
            self._members[block].append(number)
        return number

    def relabel(self, node: NodeId, label: str) -> None:
        """The node is called that."""
        self.put(replace(self.nodes[node], label=label))

    def put(self, node: Node) -> None:
        """That node in the place of the one of its id."""
        if self._labels is not None:
            was = self.nodes[node.id].label
            self._labels[node.label] += 1
            self._labels[was] -= 1
            if not self._labels[was]:
                del self._labels[was]
        self.nodes[node.id] = node

    def open(self, kind: BlockKind, title: str, parent: BlockId | None = None) -> BlockId:
        """A new block, empty at first."""
        block = Block(self._next_block, kind, title, parent=parent)
        self._next_block += 1
        self._blocks[block.id] = block
        self._members[block.id] = []
        return block.id

    def close(
        self, block: BlockId, outputs: Iterable[NodeId], judges: Sequence[tuple[NodeId, NodeId]] = ()
    ) -> None:
        """The block is complete: it has the nodes that were added to it, and those are its outputs."""
        self._blocks[block] = replace(
            self._blocks[block],
            members=tuple(self._members.pop(block)),
            outputs=tuple(outputs),
            judges=tuple(judges),
        )

    def graph(self, target: NodeId | None = None) -> Graph:
        """The graph as it is by now; with that target, else with the one that it started with."""
        return replace(
            self._start,
            nodes=dict(self.nodes),
            chosen_target=self._start.chosen_target if target is None else target,
            next_id=self._next,
            blocks=tuple(self._blocks.values()),
        )
