"""Drawing: what a cell has made of Values and numbers, as nodes of the graph that it was pasted onto."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from micrograd.engine import Value
from micrograd.foreign import LiveNode
from micrograd.language import tr
from micrograd.ops import Op, op_of
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Role
from micrograd_gui.document.live.module_blocks import ModuleBlocks, folded
from micrograd_gui.document.live.modules import KeptWhere, is_spoken, kept_in
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.python.traced import Traced


def drawn(
    roots: list[Any], target: Any, onto: Graph, objects: dict[NodeId, Any], names: Mapping[str, Any]
) -> Graph:
    """The graph with all that feeds the roots; ``objects`` then has what is behind each of the new nodes.

    ``names`` are the cell's and the document's. Raises Refusal for an op that no row of the table has.
    """
    known = {id(thing): node for node, thing in objects.items()}
    order = _operands_first(roots, known)
    if len(order) + len(onto) > NODES_AT_MOST:
        raise Refusal(tr("With this cell there would be more than {most:,} nodes.", most=NODES_AT_MOST))
    wanted = {id(each) for each in order}
    kept = kept_in(names, wanted)
    called: dict[int, str] = {}
    for name, thing in names.items():
        if id(thing) in wanted and is_spoken(name):
            called.setdefault(id(thing), name)
    nodes = _live_nodes(order, known)
    places = {id(node.value): at for at, node in enumerate(nodes)}
    parameters = {
        places[id(each)]: kept[id(each)]
        for each in order
        if isinstance(each, Value) and not each._prev and kept.get(id(each), _NOWHERE).holders
    }
    new = [places[id(each)] for each in order]
    builder = GraphBuilder(onto)
    blocks = ModuleBlocks(nodes, parameters, new) if parameters else None
    if blocks is not None:
        blocks.open(builder)
    ids = {at: known[id(node.value)] for at, node in enumerate(nodes) if id(node.value) in known}
    drawing = _Drawing(onto, builder, nodes, ids)
    for at in new:
        node = nodes[at]
        where = kept.get(id(node.value))
        role: Role = "parameter" if at in parameters else ""
        path = "" if where is None else where.path
        variable = "" if role else called.get(id(node.value), "")  # n.b, not p of a loop over parameters
        label = node.label or variable or path
        if where is not None and not role and "[" in where.path and node.op is None:
            role = "input"
        drawing.add(at, label, role, None if blocks is None else blocks.block_of(at))
    drawing.finish()
    objects.update((ids[at], nodes[at].value) for at in new)
    aim = ids[places[id(target)]] if id(target) in places else known.get(id(target))
    if blocks is not None:
        blocks.close(builder, ids, aim if aim is not None else max(ids.values()))
    graph = builder.graph(aim)
    return folded_new(graph, onto) if blocks is not None else graph


class _Drawing:
    """Nodes that come to a graph; what is computed there already, as by a line that is run again, does not.

    A constant without a name waits until an op takes it: it comes along where that op is there already.
    """

    def __init__(
        self, onto: Graph, builder: GraphBuilder, nodes: list[LiveNode], ids: dict[int, NodeId]
    ) -> None:
        self.onto, self.builder, self.nodes, self.ids = onto, builder, nodes, ids
        self.waiting: dict[int, BlockId | None] = {}
        self.there: dict[tuple[object, ...], list[NodeId]] = {}
        for node in onto:
            if node.op is not None:
                shape = (node.op, node.label, *(self._on_canvas(each) for each in node.inputs))
                self.there.setdefault(shape, []).append(node.id)

    def _on_canvas(self, source: NodeId | None) -> object:
        node = None if source is None else self.onto.nodes[source]
        nameless = node is not None and node.op is None and not node.label and not node.role
        return ("constant", repr(node.data)) if nameless and node is not None else source

    def add(self, at: int, label: str, role: Role, block: BlockId | None) -> None:
        """One more thing that the cell has made."""
        node = self.nodes[at]
        if node.op is None:
            if label or role:
                self.ids[at] = self.builder.add(None, (), label, node.data, role, block=block)
            else:
                self.waiting[at] = block
            return
        sources = [
            ("constant", repr(self.nodes[each].data)) if each in self.waiting else self._on_canvas_new(each)
            for each in node.inputs
        ]
        alike = self.there.get((node.op.name, label, *sources))
        if alike:
            self.ids[at] = alike.pop(0)
            for each, source in zip(node.inputs, self.onto.nodes[self.ids[at]].inputs, strict=True):
                if self.waiting.pop(each, self) is not self and source is not None:
                    self.ids[each] = source
            return
        for each in node.inputs:
            self._settle(each)
        inputs = tuple(self.ids[each] for each in node.inputs)
        self.ids[at] = self.builder.add(node.op.name, inputs, label, block=block)

    def _on_canvas_new(self, at: int) -> object:
        number = self.ids[at]
        return self._on_canvas(number) if number in self.onto.nodes else number

    def _settle(self, at: int) -> None:
        """A constant that waits is a node of its own."""
        if at in self.waiting:
            self.ids[at] = self.builder.add(None, (), "", self.nodes[at].data, block=self.waiting.pop(at))

    def finish(self) -> None:
        """What still waits comes, too."""
        for at in list(self.waiting):
            self._settle(at)


_NOWHERE = KeptWhere("", ())


def folded_new(graph: Graph, onto: Graph) -> Graph:
    """With the new blocks as boxes, as far as they are many; those that were there stay as they are."""
    before = {block.id: block.collapsed for block in onto.blocks}
    closed = folded(graph)
    for block in closed.blocks:
        if block.id in before and block.collapsed != before[block.id]:
            closed = closed.collapsed(block.id, before[block.id])
    return closed


def _operands_first(roots: list[Any], known: Mapping[int, NodeId]) -> list[Any]:
    """All that feeds the roots and is not on the canvas yet, operands first."""
    order: list[Any] = []
    seen: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        each, operands_done = stack.pop()
        if operands_done:
            order.append(each)
        elif id(each) not in seen and id(each) not in known:
            seen.add(id(each))
            stack.append((each, True))
            stack += [(one, False) for one in reversed(list(operands_of(each)))]
            if len(seen) > NODES_AT_MOST:
                break
    return order


def not_yet(root: Any, objects: Mapping[NodeId, Any]) -> int:
    """How many nodes feed it, with itself, that are not on the canvas yet."""
    return len(_operands_first([root], {id(thing): node for node, thing in objects.items()}))


def operands_of(thing: Any) -> Iterator[Any]:
    """What a Value or a number was made of; a plain number among it is a leaf of its own."""
    if isinstance(thing, Value):
        yield from thing._prev
    else:
        yield from (each for each in thing.operands if isinstance(each, Traced))


def _live_nodes(order: list[Any], known: Mapping[int, NodeId]) -> list[LiveNode]:
    """The things as a graph is read from, with those on the canvas that they take as leaves before them."""
    nodes: list[LiveNode] = []
    places: dict[int, int] = {}

    def add(thing: Any, op: Op | None, inputs: tuple[int, ...]) -> int:
        value = isinstance(thing, Value)
        data, grad = (thing.data, thing.grad) if value else (float(thing), 0.0)
        label = getattr(thing, "label", "") or ""
        places[id(thing)] = len(nodes)
        nodes.append(LiveNode(thing, label, "" if op is None else op.op_text, op, inputs, inputs, data, grad))
        return places[id(thing)]

    for thing in order:
        operands = list(thing._prev) if isinstance(thing, Value) else list(thing.operands)
        inputs = []
        for each in operands:
            if id(each) not in places:
                add(each, None, ())
            inputs.append(places[id(each)])
        op = thing.op if isinstance(thing, Value) else None if thing.op is None else op_of(thing.op)
        if operands and op is None:
            raise Refusal(tr("A node is made by an op that is not in the table, so it cannot be drawn."))
        add(thing, op, tuple(inputs))
    return nodes
