"""The notebook's style: Graph → DOT, a record a node → Graphviz → Figure; in layers where it cannot."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import structs

from micrograd import dot
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import MINUS, WIDEST, lowered
from micrograd_gui.figures.figure import MARGIN, Figure
from micrograd_gui.figures.geometry import Point, Size
from micrograd_gui.figures.parts import (
    PADDING,
    SIZE,
    SMALL,
    CardBox,
    Cell,
    ChipText,
    End,
    Oval,
    Role,
    Wire,
    field_width,
    label_of,
    symbol_of,
)
from micrograd_gui.figures.text_metrics import plain_width
from micrograd_gui.figures.text_metrics import width as width_of
from micrograd_gui.layout.graphviz import (
    TIME_LIMIT,
    Cancelled,
    Engine,
    LayoutRefusal,
    TooMuch,
    effort,
    engine,
    in_layers,
)
from micrograd_gui.resource import FAMILY, main_font
from micrograd_gui.session.trace import Frame

if TYPE_CHECKING:
    from micrograd_gui.document.block import Key
    from micrograd_gui.figures.folding import FoldedBox

LABEL_IN_DOT = 2000  # characters: older Graphviz reads no string of more than 16 kB
CURVED_AT_MOST = 400  # nodes; straight wires take a quarter of the time that curved ones do
_CELL, _CELL_DOWN = 31.72, 24.72  # how tall Graphviz makes a field of a record, from left to right and down
_OVAL = 34.96  # how wide and tall it makes an oval about one sign
_CLOSE = {"margin": f"{PADDING / 72:.3f},0.055", "width": "0.45", "height": "0.45"}
_USUAL_CONSTANT = MINUS + "0.25"
_NOTHING: Mapping[Any, Any] = MappingProxyType({})
_SMALLEST = "i"  # labels are laid out as so many of these: no text of a user reaches the engine


def lay_out_notebook(
    graph: Graph | StandIns,
    widest: str = WIDEST,
    *,
    rankdir: str = "LR",
    gradients: bool = True,
    margin: float = MARGIN,
    time_limit: float = TIME_LIMIT,
    stop: Event | None = None,
    by: Engine | None = None,
    wires: Mapping[End, Size] = _NOTHING,
    grads: Mapping[NodeId, str] = _NOTHING,
) -> Figure:
    """The graph laid out with no numbers yet, its collapsed blocks as boxes where it has StandIns.

    Fields have room for the ``widest`` number, those ``wires`` for chips of these sizes; ``grads`` are what
    gradients are called. Where there is no Graphviz, where it takes too much or would, all stands in layers,
    and the figure's ``note`` says so.

    Raises Cancelled, and nothing else.
    """
    whole = graph if isinstance(graph, StandIns) else StandIns(graph)
    graph = whole.graph
    if not graph.nodes:
        return Figure(2 * margin, 2 * margin)
    wanted = _Wanted(graph, widest, rankdir, gradients, margin, wires, grads)
    try:
        made = _by_graphviz(wanted, by or engine(), time_limit, stop)
    except Cancelled:
        raise
    except LayoutRefusal as refusal:
        made = replace(_by_layers(wanted), note=in_layers(refusal))
    return replace(made, stands_for=whole.stands_for, silent=whole.silent, drawn_as=whole.ports, grads=grads)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be laid out, and how."""

    graph: Graph
    widest: str
    rankdir: str
    gradients: bool
    margin: float
    wires: Mapping[End, Size]
    grads: Mapping[NodeId, str]


def _by_graphviz(wanted: _Wanted, by: Engine, time_limit: float, stop: Event | None) -> Figure:
    graph, wires = wanted.graph, wanted.wires
    within_bounds = effort(operands_drawn(graph)) | straight(graph)
    blank = dot.picture(
        [_row(graph, number, wanted.widest, wanted.gradients, wires, wanted.grads) for number in graph.order],
        rankdir=wanted.rankdir,
        node_attr={"fontname": FAMILY, "fontsize": f"{SIZE:g}", **_CLOSE},
    )
    blank.attr(ranksep="0.28", nodesep="0.22", **within_bounds)
    if wires:
        blank.attr("edge", fontname=FAMILY, fontsize=f"{SIZE:g}")
    answer = by.run(blank.source, time_limit=time_limit, stop=stop)
    return _figure_of(graph, json.loads(answer), wanted.margin, wires)


def operands_drawn(graph: Graph) -> list[list[int]]:
    """The operands of each thing drawn, by number: before the record of what is computed comes its oval."""
    record: dict[NodeId, int] = {}
    inputs: list[list[int]] = []
    for number in graph.order:
        node = graph.nodes[number]
        if not node.is_leaf:
            inputs.append([record[source] for source in node.inputs if source is not None])
        record[number] = len(inputs)
        inputs.append([] if node.is_leaf else [len(inputs) - 1])
    return inputs


def _by_layers(wanted: _Wanted) -> Figure:
    """The same without Graphviz: its cost grows with nodes and wires alone."""
    from micrograd_gui.figures.notebook_layers import figure_in_layers  # seldom

    graph, down = wanted.graph, wanted.rankdir == "TB"
    tall = _CELL_DOWN if down else _CELL
    data = field_width("data", wanted.widest)
    around = data - width_of("data", SMALL)
    usual, wide_of = around + width_of("grad", SMALL), cache(lambda symbol: width_of(symbol, SIZE))
    cells: dict[NodeId, list[Size]] = {}
    ovals: dict[NodeId, Size] = {}
    for number in graph.order:
        grad = around + width_of(wanted.grads[number], SMALL) if number in wanted.grads else usual
        widths = [name_width(graph.nodes[number]), data, grad]
        cells[number] = [(wide + 2 * PADDING, tall) for wide in widths[: 2 + wanted.gradients]]
        symbol = wide_of(symbol_of(graph.nodes[number]))
        ovals[number] = (max(_OVAL, 1.45 * (symbol + 2 * PADDING)), _OVAL)
    named = {node.id: not is_nameless_constant(node) for node in graph}
    return figure_in_layers(
        graph,
        operands_drawn(graph),
        cells,
        ovals,
        named=named,
        margin=wanted.margin,
        down=down,
        chips=wanted.wires,
    )


def _within_bounds(graph: Graph) -> dict[str, str]:
    """The attributes by which Graphviz draws a large graph in seconds, not in minutes, if it can at all."""
    try:
        less = effort(operands_drawn(graph))
    except TooMuch:
        from micrograd.drawing.layers import LESS_EFFORT

        less = LESS_EFFORT
    return less | straight(graph)


def straight(graph: Graph) -> dict[str, str]:
    """The attribute by which the wires of a large graph are lines."""
    return {"splines": "line"} if len(graph) > CURVED_AT_MOST else {}


def shape_of(graph: Graph) -> Hashable:
    """All that a layout depends on: graphs of the same shape have the same figure but for the numbers."""
    nodes = (graph.nodes[number] for number in graph.order)
    return tuple(
        (node.id, node.op, node.inputs, None if is_nameless_constant(node) else label_of(node))
        for node in nodes
    )


def dot_text(
    graph: Graph,
    frame: Frame,
    rankdir: str = "LR",
    *,
    gradients: bool = True,
    width: float | None = None,
    words: Mapping[End, tuple[str, ...]] = _NOTHING,
    grads: Mapping[NodeId, str] = _NOTHING,
) -> str:
    """The moment as DOT text in the lecture's form: ``{ a | data 2.0000 | grad 6.0000 }``.

    It is drawn ``width`` points wide, where one is given. ``words`` are lines on wires, by where these end;
    ``grads`` are what gradients are called, else grad.
    """
    rows = [
        dot.NodeRow(
            number,
            lowered(_cut(graph.nodes[number].title)),
            frame.data.get(number),
            frame.grad.get(number, 0.0 if number in frame.data else None) if gradients else None,
            graph.nodes[number].op_text,
            _inputs(graph, number),
            tuple(part for part in ("data", "grad") if (number, part) in frame.stale),
            tuple(
                "\n".join(line for line in words.get((number, port), ()) if line)
                for port, source in enumerate(graph.nodes[number].inputs)
                if source is not None
            ),
            grads.get(number, "grad"),
        )
        for number in graph.order
    ]
    drawn = dot.picture(rows, rankdir=rankdir, node_attr={"fontname": main_font().family})
    for node in graph:  # which Graphviz does not heed, and what reads the text does
        said = {dot.DATA: repr(node.data)} if node.is_leaf else {}
        if lowered(node.title) != node.title:
            said[dot.LABEL] = node.title
        if said:
            drawn.node(f"n{node.id}", **said)
    if graph.target is not None:
        drawn.attr(**{dot.TARGET: f"n{graph.target}"})
    if within_bounds := _within_bounds(graph):
        drawn.attr(**within_bounds)
    if width is not None:
        drawn.attr(size=f"{width / 72:.4f},1000!")  # inches: the width alone decides
    return str(drawn.source)


def _row(
    graph: Graph,
    number: NodeId,
    widest: str,
    gradients: bool,
    wires: Mapping[End, Size],
    grads: Mapping[NodeId, str],
) -> dot.NodeRow:
    """The node with texts that are as wide as what will stand there."""
    (data, more), (grad, more_of_grad) = (
        _as_wide_as(field_width(name, widest), name) for name in ("data", "grad")
    )
    word = _blank(width_of(grads[number], SMALL)) if number in grads else "grad"
    name = name_width(graph.nodes[number])
    symbol = width_of(symbol_of(graph.nodes[number]), SIZE)
    op = None if graph.nodes[number].is_leaf else _blank(symbol)
    shown = grad if gradients else None
    chips = tuple(
        blank_chip(wires.get((number, port)))
        for port, source in enumerate(graph.nodes[number].inputs)
        if source is not None
    )
    inputs = _inputs(graph, number)
    return dot.NodeRow(
        number, _blank(name), data, shown, op, inputs, (), chips, word + more_of_grad, f"data{more}"
    )


def name_width(node: Node, size: float = SIZE, least: float = 0.0) -> float:
    """How wide the label of a record is, or may come to be; its indices are not below ``least``."""
    name = width_of(label_of(node), size, bold=True, least=least)
    if is_nameless_constant(node):  # it may hold another number before the next layout
        name = max(name, width_of(_USUAL_CONSTANT, size, bold=True))
    return name


def blank_chip(size: Size | None) -> str:
    """A text that Graphviz finds as large as a chip of that size."""
    if size is None:
        return ""
    lines = max(1, ceil((size[1] - 2) / (1.2 * SIZE)))
    return "\n".join([_blank(size[0])] * lines)


def is_nameless_constant(node: Node) -> bool:
    """Whether it is called by its number."""
    return node.is_leaf and not node.label


def _blank(wide: float) -> str:
    """A text that Graphviz finds so wide."""
    return _SMALLEST * max(1, ceil(wide / plain_width(_SMALLEST, SIZE)))


def _cut(label: str) -> str:
    return label if len(label) <= LABEL_IN_DOT else f"{label[:LABEL_IN_DOT]}…"


def _as_wide_as(needed: float, name: str) -> tuple[float, str]:
    """A number that, behind the field's name, Graphviz finds so wide, and what the name lacks even then."""
    number = 8.0
    while (lacking := needed - plain_width(f"{name} {number:.4f}", SIZE)) > 0 and number < 1e8:
        number = number * 10 + 8
    return number, _blank(lacking) if lacking > 0 else ""


def _inputs(graph: Graph, number: NodeId) -> tuple[NodeId, ...]:
    return tuple(source for source in graph.nodes[number].inputs if source is not None)


class ByGraphviz:
    """Graphviz's answer in JSON, whose objects are called ``n3`` (node 3) or ``n3op`` (its op).

    ``objects``: the number of the node, whether it is the op's, and what Graphviz says of it. ``width`` and
    ``height``: of the figure, with the margin, in points. Graphviz counts upwards, a figure downwards.
    """

    def __init__(self, answer: Mapping[str, Any], margin: float) -> None:
        left, bottom, right, top = (float(part) for part in answer["bb"].split(","))
        self._left, self._top, self._margin = left, top, margin
        self.width, self.height = (round(length + 2 * margin, 2) for length in (right - left, top - bottom))
        self.objects: list[tuple[NodeId, bool, Mapping[str, Any]]] = [
            (int(each["name"][1:].removesuffix("op")), each["name"].endswith("op"), each)
            for each in answer["objects"]
        ]
        self._edges: list[Mapping[str, Any]] = answer.get("edges", [])

    def place(self, x: float, y: float) -> Point:
        """That point of Graphviz's in the figure."""
        return round(x - self._left + self._margin, 2), round(self._top - y + self._margin, 2)

    def point(self, text: str) -> Point:
        """The point that Graphviz writes as ``x,y`` in the figure."""
        x, y = text.split(",")
        return self.place(float(x), float(y))

    def wires(self, graph: Graph) -> Iterator[Wire]:
        """The wires as Graphviz drew them, in its order."""
        ports: defaultdict[tuple[NodeId, NodeId], list[int]] = defaultdict(list)
        for node in graph:
            for port, operand in enumerate(node.inputs):
                if operand is not None:
                    ports[operand, node.id].append(port)
        for edge in self._edges:
            (source, from_op, _), (node, _, _) = self.objects[edge["tail"]], self.objects[edge["head"]]
            points, head = (
                tuple(
                    self.place(*point)
                    for part in edge.get(key, [])
                    if part["op"] in ops
                    for point in part["points"]
                )
                for key, ops in (("_draw_", "bB"), ("_hdraw_", "pP"))
            )
            yield Wire(source, node, None if from_op else ports[source, node].pop(0), points, head)

    def chips(
        self,
        wires: Collection[Wire],
        sizes: Mapping[End, Size],
        boxes: Collection[CardBox],
        ovals: Collection[Oval],
    ) -> tuple[ChipText, ...]:
        """A chip with nothing on it for each wire that has something to say, where Graphviz left room."""
        if not sizes:
            return ()
        from micrograd_gui.figures.on_wires import beside_their_own  # few figures say something on all wires

        return beside_their_own(self._chips(wires, sizes), wires, boxes, ovals)

    def _chips(self, wires: Iterable[Wire], sizes: Mapping[End, Size]) -> Iterator[ChipText]:
        for wire, edge in zip(wires, self._edges, strict=True):
            if wire.port is not None and (wire.node, wire.port) in sizes and "lp" in edge:
                x, y = self.point(edge["lp"])
                wide, tall = sizes[wire.node, wire.port]
                left, top = round(x - wide / 2, 2), round(y - tall / 2, 2)
                yield ChipText(wire.node, wire.port, left, top, round(wide, 2), round(tall, 2), (x, y))


def _figure_of(
    graph: Graph, answer: Mapping[str, Any], margin: float, sizes: Mapping[End, Size] = _NOTHING
) -> Figure:
    drawn = ByGraphviz(answer, margin)
    boxes: list[CardBox] = []
    ovals: list[Oval] = []
    for number, is_op, each in drawn.objects:
        node = graph.nodes[number]
        if is_op:
            x, y = drawn.point(each["pos"])
            radii = (round(float(each[side]) * 36, 2) for side in ("width", "height"))
            ovals.append(Oval(number, symbol_of(node), x, y, *radii))
        else:
            cells = tuple(_cells(each["rects"], drawn.place))
            boxes.append(CardBox(number, label_of(node), cells, named=not is_nameless_constant(node)))
    wires = tuple(drawn.wires(graph))
    chips = drawn.chips(wires, sizes, boxes, ovals)
    return Figure(drawn.width, drawn.height, tuple(boxes), tuple(ovals), wires, chips)


def _cells(rects: str, place: Callable[[float, float], Point]) -> Iterable[Cell]:
    roles: tuple[Role, ...] = ("label", "data", "grad")
    for role, rect in zip(roles, rects.split(), strict=False):  # there may be no grad
        x0, y0, x1, y1 = (float(part) for part in rect.split(","))
        (x, y), (right, bottom) = place(x0, y1), place(x1, y0)
        yield Cell(role, x, y, round(right - x, 2), round(bottom - y, 2))


@dataclass(frozen=True)
class StandIns:
    """A graph in which one node stands in for each collapsed block: to be drawn and not to be run.

    The op of a stand-in is the kind of its block. ``stands_for`` names for every node of a collapsed block
    the one that stands for all of it; ``silent`` are those stand-ins that show no number, since their block
    has several outputs. ``ports`` name for every wire that ends in one where it is drawn.
    """

    graph: Graph
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)
    silent: frozenset[NodeId] = frozenset()
    ports: Mapping[End, End] = field(default_factory=dict)

    def drawn_end(self, end: End) -> End | None:
        """Where the wire is drawn that ends there in the graph; None where it is within a box."""
        return self.ports.get(end) if end[0] in self.stands_for else end


def with_stand_ins(graph: Graph) -> StandIns:
    """The graph with the outermost of its collapsed blocks as one node each, which has no places."""
    if not any(block.collapsed for block in graph.blocks):
        return StandIns(graph)
    from micrograd_gui.document.rough_layout import arranged  # most graphs have no block
    from micrograd_gui.figures.folding import Folding

    folding = Folding(arranged(graph))
    number: dict[Key | None, NodeId] = {key: _stand_in(box) for key, box in folding.boxes.items()}
    nodes: dict[NodeId, Node] = {}
    drawn: dict[End, End] = {}
    for key, node in folding.nodes.items():
        box = folding.boxes.get(key)
        if box is None:
            nodes[key] = structs.replace(node, inputs=tuple(number.get(each, each) for each in node.inputs))
            continue
        # In the order of the wires in the graph, not by height: then moving a node lays out nothing anew.
        ports = [each for each in sorted(box.ports, key=lambda port: port.wires) if each.source is not None]
        sources = tuple(number.get(port.source, port.source) for port in ports)
        drawn |= {wire: (number[key], at) for at, port in enumerate(ports) for wire in port.wires}
        block = box.block
        nodes[number[key]] = Node(number[key], block.kind, sources, block.title or block.word)
    target = graph.target
    stands_for = {member: number[key] for member, key in folding.owner.items()}
    shown = Graph(nodes, {}, None if target is None else stands_for.get(target, target), graph.next_id)
    silent = frozenset(number[key] for key, box in folding.boxes.items() if box.output is None)
    return StandIns(shown, stands_for, silent, drawn)


def _stand_in(box: FoldedBox) -> NodeId:
    return box.block.outputs[0] if box.block.outputs else max(box.nodes)
