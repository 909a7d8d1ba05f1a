"""Tidy up: places for all nodes of a graph, worked out by Graphviz where it can, else in plain layers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from threading import Event
from time import monotonic

import graphviz

from micrograd.drawing.layers import folded, layered
from micrograd_gui.document.block import Block, BlockId, Key, block_key, block_of, inside, is_block
from micrograd_gui.document.graph import Graph, Node, NodeId, Place
from micrograd_gui.layout.graphviz import Cancelled, Engine, LayoutRefusal, effort, engine, in_layers

Size = tuple[float, float]
Tell = Callable[[str], object]


def tell_nobody(sentence: str) -> None:
    """What is told where nobody listens."""


COLUMN_GAP = 88.0  # a wire's chip stands in it
ROW_GAP = 30.0
_POINTS = 72.0


def places(
    graph: Graph,
    sizes: Mapping[NodeId, Size],
    *,
    time_limit: float = 5.0,
    stop: Event | None = None,
    by: Engine | None = None,
    told: Tell = tell_nobody,
) -> dict[NodeId, Place]:
    """The top left corner of every node, y downwards, inputs left, operands from top to bottom.

    Where there is no engine, where it fails or takes too much, and where that is known beforehand, nodes
    stand in layers, and ``told`` is given a sentence that says so. Raises Cancelled, and nothing else.
    """
    if not graph.nodes:
        return {}
    try:
        less = effort(_operands(graph))
        answer = (by or engine()).run(_dot(graph, sizes, less), time_limit=time_limit, stop=stop)
        return _corners(json.loads(answer), sizes)
    except Cancelled:
        raise
    except LayoutRefusal as refusal:
        told(in_layers(refusal))
        return layered_places(graph, sizes)


def _operands(graph: Graph) -> list[list[int]]:
    at = {number: index for index, number in enumerate(graph.order)}
    inputs = (graph.nodes[number].inputs for number in graph.order)
    return [[at[source] for source in each if source is not None] for each in inputs]


def layered_places(graph: Graph, sizes: Mapping[NodeId, Size]) -> dict[NodeId, Place]:
    """The same in layers, without an engine: its cost grows as n log n, by nodes and wires alone.

    What would be a line on the canvas stands in bands one below the other.
    """
    of, gap = [sizes[number] for number in graph.order], (COLUMN_GAP, ROW_GAP)
    corners = folded(layered(_operands(graph), of, gap), of, gap)
    return _from_origin(dict(zip(graph.order, corners, strict=True)))


def _dot(graph: Graph, sizes: Mapping[NodeId, Size], less: Mapping[str, str]) -> str:
    """The graph as blank boxes of the given sizes, with a port for each operand."""
    dot = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "ranksep": f"{COLUMN_GAP / _POINTS:.4f}",
            "nodesep": f"{ROW_GAP / _POINTS:.4f}",
            "splines": "false",
            **less,
        },
        node_attr={"shape": "record", "fixedsize": "true"},
    )
    for number in graph.order:
        width, height = sizes[number]
        # The blank keeps the graphviz package from reading a label that begins with < as HTML.
        ports = " " + "|".join(f"<p{port}>" for port in range(len(graph.nodes[number].inputs)))
        dot.node(f"n{number}", label=ports, width=f"{width / _POINTS:.4f}", height=f"{height / _POINTS:.4f}")
    for number in graph.order:
        for port, source in enumerate(graph.nodes[number].inputs):
            if source is not None:
                dot.edge(f"n{source}", f"n{number}:p{port}:w")
    return str(dot.source)


def _corners(answer: Mapping[str, object], sizes: Mapping[NodeId, Size]) -> dict[NodeId, Place]:
    objects = answer.get("objects", [])
    assert isinstance(objects, list)
    corners: dict[NodeId, Place] = {}
    for each in objects:
        number = int(each["name"][1:])
        x, y = (float(part) for part in each["pos"].split(","))
        width, height = sizes[number]
        corners[number] = (x - width / 2, -y - height / 2)
    return _from_origin(corners)


def _from_origin(corners: Mapping[NodeId, Place]) -> dict[NodeId, Place]:
    left = min(x for x, _ in corners.values())
    top = min(y for _, y in corners.values())
    return {number: (float(round(x - left)), float(round(y - top))) for number, (x, y) in corners.items()}


STACK_GAP = 16.0  # between things that stand one below the other, with no wire between them
LayOut = Callable[[Graph, Mapping[NodeId, Size]], dict[NodeId, Place]]
_Form = tuple[tuple[Size, ...], tuple[tuple[int, ...], ...]]


def nested_places(
    graph: Graph,
    sizes: Mapping[NodeId, Size],
    boxes: Mapping[BlockId, Size],
    *,
    frame: tuple[float, float],
    only: Collection[NodeId] | None = None,
    within: BlockId | None = None,
    afresh: bool = False,
    time_limit: float = 5.0,
    stop: Event | None = None,
    by: Engine | None = None,
    told: Tell = tell_nobody,
) -> dict[NodeId, Place]:
    """The places of all nodes (or only those, or only those in one block), from the origin.

    ``boxes`` are the sizes of the collapsed blocks' boxes; ``frame`` is what an open block takes at its sides
    and at its top. What is in a collapsed block keeps its place in it, or (``afresh``) is laid out as well.
    The time is for all of it. ``told`` is given a sentence where something stands in layers.
    Raises Cancelled, and nothing else.
    """
    deadline = monotonic() + time_limit
    nodes = graph.nodes.keys() if only is None else set(only)
    tree = _Tree(graph, nodes, within)
    work = _Work(tree, graph, sizes, boxes, frame, afresh)

    def lay_out(content: Graph, its_sizes: Mapping[NodeId, Size]) -> dict[NodeId, Place]:
        left = max(0.0, deadline - monotonic())
        return places(content, its_sizes, time_limit=left, stop=stop, by=by, told=told)

    for block in reversed(tree.blocks):
        if afresh or not work.keeps(block):
            work.measure(block.id, lay_out)
    work.measure(within, lay_out)
    return work.placed(within, (0.0, 0.0))


class _Tree:
    """What stands in what, and which of it reads which."""

    def __init__(self, graph: Graph, nodes: Collection[NodeId], within: BlockId | None) -> None:
        here = {block.id for block in graph.blocks} if within is None else inside(graph.blocks, within)
        self.blocks = [block for block in graph.blocks if block.id in here and block.id != within]
        self.items: dict[BlockId | None, list[Key]] = {within: []}
        self.reads: dict[Key, list[Key]] = {}
        home: dict[NodeId, BlockId | None] = {}
        ways: dict[BlockId | None, tuple[Key, ...]] = {within: ()}
        for block in self.blocks:
            ways[block.id] = (*ways[block.parent if block.parent in ways else within], block_key(block.id))
            self.items[block.id] = []
            home.update(dict.fromkeys(block.members, block.id))
        inner = nodes if within is None else [n for b in graph.blocks if b.id in here for n in b.members]
        way = {number: (*ways[home.get(number, within)], number) for number in inner if number in nodes}
        seen: set[Key] = set()
        for number, steps in way.items():
            group: BlockId | None = within
            for step in steps:
                if step not in seen:
                    seen.add(step)
                    self.items[group].append(step)
                    self.reads[step] = []
                group = block_of(step) if is_block(step) else group
            for source in graph.nodes[number].inputs:
                if source in way:
                    self._read(way[source], steps)
        self.blocks = [block for block in self.blocks if block_key(block.id) in seen]

    def _read(self, source: tuple[Key, ...], user: tuple[Key, ...]) -> None:
        """A wire shows where the ways to its ends part."""
        for one, other in zip(source, user, strict=False):
            if one != other:
                if one not in self.reads[other]:
                    self.reads[other].append(one)
                return


class _Work:
    """The sizes and places found so far."""

    def __init__(
        self,
        tree: _Tree,
        graph: Graph,
        sizes: Mapping[NodeId, Size],
        boxes: Mapping[BlockId, Size],
        frame: tuple[float, float],
        afresh: bool,
    ) -> None:
        self.tree, self.graph, self.frame, self.boxes = tree, graph, frame, boxes
        self.afresh = afresh
        self.blocks = {block.id: block for block in tree.blocks}
        self.size: dict[Key, Size] = {**sizes, **{block_key(number): size for number, size in boxes.items()}}
        self.content: dict[BlockId | None, dict[Key, Place]] = {}
        self._known: dict[_Form, dict[NodeId, Place]] = {}

    def keeps(self, block: Block) -> bool:
        """Whether it is in a box, or is one."""
        at: Block | None = block
        while at is not None:
            if at.id in self.boxes:
                return True
            at = self.blocks.get(at.parent or 0)
        return False

    def measure(self, group: BlockId | None, lay_out: LayOut) -> None:
        """Lay out what stands in that group; its blocks have been measured."""
        items = self.tree.items[group]
        number = {item: at for at, item in enumerate(items, 1)}
        inputs = tuple(tuple(number[each] for each in self.tree.reads[item]) for item in items)
        if not any(inputs):  # side by side, like the neurons of a layer: in their order
            self.content[group] = self._column(items)
        else:
            self.content[group] = self._lay_out_items(items, inputs, lay_out)
        if group is not None and group not in self.boxes:
            width, height = self._extent(group)
            side, top = self.frame
            self.size[block_key(group)] = width + 2 * side, height + side + top

    def _column(self, items: list[Key]) -> dict[Key, Place]:
        widest, top = max((self.size[item][0] for item in items), default=0.0), 0.0
        found: dict[Key, Place] = {}
        for item in items:
            width, height = self.size[item]
            found[item] = ((widest - width) / 2, top)
            top += height + STACK_GAP
        return found

    def _lay_out_items(
        self, items: list[Key], inputs: tuple[tuple[int, ...], ...], lay_out: LayOut
    ) -> dict[Key, Place]:
        number = {item: at for at, item in enumerate(items, 1)}
        form = (tuple(self.size[item] for item in items), inputs)
        if form not in self._known:  # neurons of one layer are all alike
            nodes = {at: Node(at, None, read) for at, read in enumerate(inputs, 1)}
            self._known[form] = lay_out(Graph(nodes), {number[item]: self.size[item] for item in items})
        nested_places = self._known[form]
        return {item: nested_places[number[item]] for item in items}

    def _extent(self, group: BlockId | None) -> Size:
        there = self.content[group]
        return (
            max(x + self.size[item][0] for item, (x, _) in there.items()),
            max(y + self.size[item][1] for item, (_, y) in there.items()),
        )

    def placed(self, group: BlockId | None, corner: Place) -> dict[NodeId, Place]:
        """The places of all nodes of the group, whose content begins at that corner."""
        found: dict[NodeId, Place] = {}
        for item, (dx, dy) in self.content.get(group, {}).items():
            x, y = corner[0] + dx, corner[1] + dy
            if not is_block(item):
                found[item] = (x, y)
                continue
            block = block_of(item)
            if block in self.boxes:
                middle = x + self.size[item][0] / 2, y + self.size[item][1] / 2
                found |= self._about(block, middle)
            else:
                found |= self.placed(block, (x + self.frame[0], y + self.frame[1]))
        return found

    def _about(self, block: BlockId, middle: Place) -> dict[NodeId, Place]:
        """The places of what is in a box, about its middle."""
        if self.afresh:
            known: Mapping[NodeId, Place] = self.placed(block, (0.0, 0.0))
        else:
            known = {number: self.graph.places[number] for number in self.graph.within(block)}
        if not known:
            return {}
        left, top = min(x for x, _ in known.values()), min(y for _, y in known.values())
        right = max(x + self.size[number][0] for number, (x, _) in known.items())
        bottom = max(y + self.size[number][1] for number, (_, y) in known.items())
        dx, dy = middle[0] - (left + right) / 2, middle[1] - (top + bottom) / 2
        return {number: (x + dx, y + dy) for number, (x, y) in known.items()}
