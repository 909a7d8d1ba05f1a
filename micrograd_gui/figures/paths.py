"""Strands: paths from a node to the target beside each other on the wires, each in a colour and dashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.figures.figure import MARGIN, Figure
from micrograd_gui.figures.geometry import Point
from micrograd_gui.figures.parts import PathLine, Text
from micrograd_gui.figures.text_metrics import width
from micrograd_gui.session.asking.ledger import Asked, Wire
from micrograd_gui.session.asking.paths import Paths, Slopes, paths_of
from micrograd_gui.session.asking.paths_words import described
from micrograd_gui.session.explain.formulas import name_of
from micrograd_gui.session.trace import Run

LANE = 5.0  # scene units from one strand to the next
THICK = 2.6
LIT = -1  # in place of a path's number: the wire along which a row of the ledger came

# On and off, in scene units, a pattern for each of the paths that are shown; a dot is a short dash.
DASH_OF: tuple[tuple[float, ...], ...] = (
    (),
    (9, 4),
    (2, 3.5),
    (11, 3.5, 2, 3.5),
    (18, 5),
    (5, 3.5),
    (11, 3.5, 2, 3.5, 2, 3.5),
    (18, 4, 5, 4),
    (2, 7),
    (5, 3, 2, 3),
    (14, 3, 2, 3, 2, 3, 2, 3),
    (6, 9),
)


class Strand(NamedTuple):
    """One path where it goes along one drawn wire; ``lane`` says how far beside it, in lanes."""

    path: int
    wire: Wire
    lane: float


def strands(
    found: Paths | None, asked: Asked, drawn_wire: Callable[[Wire], Wire | None]
) -> tuple[Strand, ...]:
    """What is seen of what was asked: the paths, or the chosen one alone, and the wire that is lit."""
    along: dict[Wire, list[int]] = {}
    if found is not None and asked.paths:
        for number, path in enumerate(found.shown):
            if asked.path is None or asked.path == number:
                for wire in dict.fromkeys(map(drawn_wire, path.wires)):
                    if wire is not None:
                        along.setdefault(wire, []).append(number)
    made = [
        Strand(number, wire, at - (len(numbers) - 1) / 2)
        for wire, numbers in along.items()
        for at, number in enumerate(numbers)
    ]
    lit = None if asked.wire is None else drawn_wire(asked.wire)
    return (*made, *(() if lit is None else (Strand(LIT, lit, 0.0),)))


def beside(points: Sequence[Point], by: float) -> tuple[Point, ...]:
    """A curve of Bézier pieces so far beside that one, between the same ends."""
    if not by:
        return tuple(points)
    by *= 4 / 3 if len(points) == 4 else 1.0  # the middle of one piece goes three quarters of its handles
    moved = [points[0]]
    for at in range(1, len(points) - 1):
        (x1, y1), (x2, y2) = points[at - 1], points[at + 1]
        if len(points) == 4:
            (x1, y1), (x2, y2) = points[0], points[-1]
        dx, dy = x2 - x1, y2 - y1
        long = (dx * dx + dy * dy) ** 0.5 or 1.0
        x, y = points[at]
        moved.append((x - by * dy / long, y + by * dx / long))
    return (*moved, points[-1])


def slopes_at(graph: Graph, trace: Run, cursor: int) -> Slopes:
    """The slopes that the backward pass has gone along at that moment of a run."""
    from micrograd_gui.document.history import Entry, History
    from micrograd_gui.session.asking.paths import slopes_gone
    from micrograd_gui.session.state import State

    return slopes_gone(State(History((Entry(graph),)), trace=trace, cursor=cursor))


# In figures --------------------------------------------------------------------------------------

_APART = 3.4  # units from one strand to the next
_ROW, _SIZE, _SWATCH = 20.0, 12.0, 44.0
_WIDEST = 900.0  # a figure is widened to that, before what is written below it gets smaller


def with_paths(figure: Figure, graph: Graph, node: NodeId, slopes: Slopes, margin: float = MARGIN) -> Figure:
    """The figure with the paths of that node on its wires, and below a line for each, and for their sum."""
    found = paths_of(graph, node, slopes)
    lines = lines_on(figure, found)
    below = _legend(figure, graph, found, margin)
    wide = max((_right(line) for line in below), default=0.0) + margin
    tall = figure.height + _ROW * len(below) + margin
    wide = max(figure.width, min(wide, _WIDEST))
    return replace(figure, width=wide, height=tall, paths=(*lines, *_fitting(below, wide - margin)))


def lines_on(figure: Figure, found: Paths, chosen: int | None = None) -> tuple[PathLine, ...]:
    """Those paths on the wires of the figure, or the chosen one alone."""
    pieces = {(wire.node, wire.port): wire.points for wire in figure.wires}
    along: dict[tuple[NodeId, int | None], list[int]] = {}
    for number, path in enumerate(found.shown):
        for wire in path.wires if chosen in (None, number) else ():
            end = figure.drawn_end(wire)
            both: list[tuple[NodeId, int | None]] = [] if end is None else [end, (end[0], None)]
            for piece in both:  # into the op, and from there to the node
                if piece in pieces and number not in along.setdefault(piece, []):
                    along[piece].append(number)
    lines = []
    for piece, numbers in along.items():
        (x1, y1), (x2, y2) = pieces[piece][0], pieces[piece][-1]
        apart = min(_APART, (abs(x2 - x1) + abs(y2 - y1)) / 8)  # a short wire has less room
        for at, number in enumerate(numbers):
            points = beside(pieces[piece], (at - (len(numbers) - 1) / 2) * apart)
            lines.append(PathLine(found.node, number, points, DASH_OF[number % len(DASH_OF)]))
    return tuple(lines)


def with_products(
    figure: Figure, graph: Graph, node: NodeId, slopes: Slopes, margin: float = MARGIN
) -> Figure:
    """The same at another moment: the same paths, with the products of that moment."""
    kept = [line for line in figure.paths if line.way is None]
    ways = [line.way for line in figure.paths if line.way]
    found = paths_of(graph, node, slopes, ways or None)
    below = [line for line in figure.paths if line.way is not None]
    top = replace(figure, height=below[0].texts[0].y - _ROW if below else figure.height)
    said = _legend(top, graph, found, margin)
    return replace(figure, paths=(*kept, *_fitting(said, figure.width - margin)))


def _legend(figure: Figure, graph: Graph, found: Paths, margin: float) -> list[PathLine]:
    """A line for each path, for all others, and for the sum; at each moment as many."""
    page, y, node = described(graph, found), figure.height, found.node
    lines = []
    for number, row in enumerate(page.rows):
        y += _ROW
        names, symbols, numbers, product = row.cells
        middle, left = y - 4.0, margin
        points: tuple[Point, ...] = ()
        way: tuple[tuple[NodeId, int], ...] = ()
        if row.moment >= 0:
            third = _SWATCH / 3
            points = tuple((left + third * at, middle) for at in range(4))
            way = found.shown[number].wires
        said = f"{names}:  {symbols}" + (f" = {numbers}" if numbers not in ("", product) else "")
        if row.moment < 0:
            said = f"{names}, added up" if product else names
        said += " = " if product else ""
        texts = _texts(node, said, product, left + _SWATCH + 8, y)
        lines.append(PathLine(node, number, points, DASH_OF[number % len(DASH_OF)], texts, way))
    words = "" if page.total is None else "".join(each.text for each in page.total.fragments[:-1])
    total = "" if page.total is None else page.total.fragments[-1].text
    said = words or f"{page.title}: the sum of their products is the gradient"
    if not found.ways:
        target = "a target" if found.target is None else name_of(graph.nodes[found.target])
        said = f"No path leads from {name_of(graph.nodes[node])} to {target}."
    lines.append(PathLine(node, 0, (), (), _texts(node, said, total, margin, y + _ROW), ()))
    return lines


def _texts(node: NodeId, said: str, product: str, x: float, y: float) -> tuple[Text, Text]:
    """What is said, and the number that comes of it, which may be nothing yet."""
    end = x + width(said, _SIZE)
    return (
        Text(0, "label", x, y, "start", said, _SIZE),
        Text(0, "grad", end, y, "start", product, _SIZE, bold=True),
    )


def _right(line: PathLine) -> float:
    text = line.texts[-1]
    return text.x + width(text.text, text.size, bold=True)


def _fitting(lines: Sequence[PathLine], right: float) -> Iterator[PathLine]:
    """The lines, those that are too long in smaller text."""
    for line in lines:
        said, product = line.texts
        size = min(_SIZE, _SIZE * (right - said.x) / max(1.0, _right(line) - said.x))
        if size < _SIZE:
            end = said.x + width(said.text, size)
            line = replace(line, texts=(replace(said, size=size), replace(product, size=size, x=end)))
        yield line
