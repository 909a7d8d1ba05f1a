"""Records of other forms than the notebook's: fields side by side or stacked, with or without words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from threading import Event
from typing import Any

from msgspec import Struct

from micrograd.language import N_
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.figures.figure import DIRECTIONS, Figure
from micrograd_gui.figures.fitting.sizing import Sizing
from micrograd_gui.figures.geometry import Size
from micrograd_gui.figures.notebook_style import (
    ByGraphviz,
    StandIns,
    blank_chip,
    is_nameless_constant,
    name_width,
    operands_drawn,
    straight,
)
from micrograd_gui.figures.parts import (
    PADDING,
    SIZE,
    SMALL,
    CardBox,
    Cell,
    End,
    Oval,
    Role,
    label_of,
    symbol_of,
)
from micrograd_gui.figures.text_metrics import has_index
from micrograd_gui.figures.text_metrics import width as width_of
from micrograd_gui.layout.graphviz import Cancelled, Engine, LayoutRefusal, effort, engine
from micrograd_gui.resource import FAMILY

_ROW, _LOW_ROW = 21.0, 17.5  # the height of a field, and of one without words
_NARROW = 4.0  # between the border of a field without words and its number
_OVAL = 25.0  # how wide and tall the oval about one sign is
_RANKS, _MORE_RANKS, _NODES = 13.0, 14.0, 6.0  # between ranks, where many wires cross, and in a rank
_STRANDS = 26.0  # more between ranks, where strands are to be told apart by their dashes
BAR_ROOM = 5.0  # for a bar below a number
LARGER = 1.15  # times as large are names with indices, where all other text is of one size
_INCH = 72.0
LOST = N_("There is no room for gradients: each box has its name and its number.")


class RecordForm(Struct, frozen=True):
    """How the fields of a record stand, whether words name them, and which there are; ``cost``: its rank."""

    name: str
    stacked: bool
    words: bool
    grads: bool
    cost: float

    @property
    def row(self) -> float:
        """The height of a field."""
        return _ROW if self.words else _LOW_ROW

    @property
    def least(self) -> float:
        """The size of its smallest text."""
        return SMALL if self.words else SIZE

    def name_size(self, graph: Graph) -> float:
        """That of names: with indices larger, for these are no smaller than the smallest text."""
        indexed = any(has_index(label_of(each)) for each in graph)
        return LARGER * SIZE if indexed and not self.words else SIZE


FORMS = (
    RecordForm("wide", stacked=False, words=True, grads=True, cost=0.0),
    RecordForm("tall", stacked=True, words=True, grads=True, cost=0.05),
    RecordForm("compact", stacked=True, words=False, grads=True, cost=0.3),
    RecordForm("name and number", stacked=True, words=False, grads=False, cost=6.0),  # as in code
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be laid out, with which room; ``chips`` gives the sizes of what stands on wires."""

    whole: StandIns
    widest: str
    gradients: bool
    margin: float
    chips: Callable[[float], Mapping[End, Size]]  # no text of it below that size
    grads: Mapping[NodeId, str]
    bars: bool = False  # whether there is a bar below each number
    strands: bool = False  # whether paths go along the wires


def lay_out_records(
    wanted: Wanted, form: RecordForm, rankdir: str, by: Engine, time_limit: float, stop: Event | None
) -> Figure:
    """The graph in that form and direction, with no numbers yet. Raises LayoutRefusal."""
    graph = wanted.whole.graph
    sizes = {number: _cell_sizes(graph, number, wanted, form) for number in graph.order}
    chips = wanted.chips(form.least)
    text = "\n".join(_dot(graph, sizes, wanted, form, rankdir, chips))
    answer = json.loads(by.run(text, time_limit=time_limit, stop=stop))
    made = _figure_of(graph, answer, sizes, wanted, form, chips)
    whole = wanted.whole
    return replace(made, stands_for=whole.stands_for, silent=whole.silent, drawn_as=whole.ports)


def _cell_sizes(graph: Graph, number: NodeId, wanted: Wanted, form: RecordForm) -> list[Size]:
    """Width and height of the fields of a record."""
    node = graph.nodes[number]
    value = width_of(wanted.widest, SIZE, bold=True)
    words = ["data", wanted.grads.get(number, "grad")] if wanted.gradients and form.grads else ["data"]
    if number in wanted.whole.silent:
        value = 0.0
    fields = [value + (width_of(word, SMALL) + 6 if form.words else 0.0) for word in words]
    size = form.name_size(graph)
    name = name_width(node, size, form.least)
    wide = [each + 2 * (PADDING if form.words else _NARROW) for each in (name, *fields)]
    if form.stacked:
        wide = [max(wide)] * len(wide)
    tall = [form.row + size - SIZE] + [form.row + BAR_ROOM * wanted.bars] * len(fields)
    if not form.stacked:
        tall = [max(tall)] * len(tall)
    return list(zip(wide, tall, strict=True))


def _dot(
    graph: Graph,
    sizes: Mapping[NodeId, list[Size]],
    wanted: Wanted,
    form: RecordForm,
    rankdir: str,
    chips: Mapping[End, Size],
) -> Iterator[str]:
    """Blank boxes and ovals of these sizes, and the wires between them."""
    more = effort(operands_drawn(graph)) | straight(graph)
    out, into = ("e", "w") if rankdir == "LR" else ("s", "n")
    apart = _RANKS + _MORE_RANKS * min(1.0, max(0.0, _inputs_each(graph) - 2)) + _STRANDS * wanted.strands
    yield f"digraph {{ rankdir={rankdir}; ranksep={apart / _INCH:.4f}; nodesep={_NODES / _INCH:.4f};"
    yield " ".join(f'{name}="{value}";' for name, value in more.items())
    yield 'node [shape=box, fixedsize=true, label=""];'
    yield f'edge [arrowsize=0.6, fontname="{FAMILY}", fontsize={SIZE:g}];'
    for number in graph.order:
        node = graph.nodes[number]
        wide, tall = _whole(sizes[number], form)
        yield f"n{number} [width={wide / _INCH:.4f}, height={tall / _INCH:.4f}];"
        if node.is_leaf:
            continue
        rx, ry = _oval_size(symbol_of(node))
        yield f"n{number}op [shape=ellipse, width={rx / _INCH:.4f}, height={ry / _INCH:.4f}];"
        yield f"n{number}op -> n{number}:{into};"
        for port, source in enumerate(node.inputs):
            if source is not None:
                chip = blank_chip(chips.get((number, port))).replace("\n", "\\n")
                yield f"n{source}:{out} -> n{number}op" + (f' [label="{chip}"];' if chip else ";")
    yield "}"


def _inputs_each(graph: Graph) -> float:
    """How many operands an op has, in the middle."""
    counts = [len(node.inputs) for node in graph if not node.is_leaf]
    return sum(counts) / len(counts) if counts else 0.0


def _whole(cells: list[Size], form: RecordForm) -> Size:
    if form.stacked:
        return cells[0][0], sum(tall for _, tall in cells)
    return sum(wide for wide, _ in cells), cells[0][1]


def _oval_size(symbol: str) -> Size:
    return max(_OVAL, 1.3 * (width_of(symbol, SIZE) + PADDING)), _OVAL


def _figure_of(
    graph: Graph,
    answer: Mapping[str, Any],
    sizes: Mapping[NodeId, list[Size]],
    wanted: Wanted,
    form: RecordForm,
    sized: Mapping[End, Size],
) -> Figure:
    drawn = ByGraphviz(answer, wanted.margin)
    boxes: list[CardBox] = []
    ovals: list[Oval] = []
    for number, is_op, each in drawn.objects:
        node = graph.nodes[number]
        x, y = drawn.point(each["pos"])
        if is_op:
            wide, tall = _oval_size(symbol_of(node))
            ovals.append(Oval(number, symbol_of(node), x, y, wide / 2, tall / 2))
        else:
            wide, tall = _whole(sizes[number], form)
            cells = tuple(_cells(sizes[number], x - wide / 2, y - tall / 2, form))
            boxes.append(CardBox(number, label_of(node), cells, named=not is_nameless_constant(node)))
    wires = tuple(drawn.wires(graph))
    chips = drawn.chips(wires, sized, boxes, ovals)
    return Figure(
        drawn.width,
        drawn.height,
        tuple(boxes),
        tuple(ovals),
        wires,
        chips,
        words=form.words,
        grads=wanted.grads,
        least=form.least,
        name_size=form.name_size(graph),
    )


def _cells(sizes: list[Size], x: float, y: float, form: RecordForm) -> Iterator[Cell]:
    roles: tuple[Role, ...] = ("label", "data", "grad")
    for role, (wide, tall) in zip(roles, sizes, strict=False):
        yield Cell(role, round(x, 2), round(y, 2), round(wide, 2), tall)
        x, y = (x, y + tall) if form.stacked else (x + wide, y)


class InForm(Struct, frozen=True):
    """A graph drawn in some form and direction, and how little that form is liked."""

    figure: Figure
    cost: float
    rankdir: str
    note: str = ""


def records_in_forms(
    wanted: Wanted, sizing: Sizing | None, time_limit: float, stop: Event | None
) -> Iterator[InForm]:
    """The graph in each form and direction that there is; none where Graphviz takes too much."""
    said = None if sizing is None else sizing.rankdir
    try:
        by = engine()
        for form in FORMS:
            for rankdir in (said,) if said else DIRECTIONS:
                made = lay_out_records(wanted, form, rankdir, by, time_limit, stop)
                lost = wanted.gradients and not form.grads
                yield InForm(made, form.cost, rankdir, LOST if lost else "")
    except Cancelled:
        raise
    except LayoutRefusal:
        return
