"""Strands: paths from a node to the target beside each other on the wires, each in a colour and dashes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from micrograd.language import tr
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
_WIDEST = 900.0  # a figure that was given no width gets one up to that, before what is below it is broken
_FURTHER = -1  # in place of a path's number: a line that goes on with the one before


def with_paths(
    figure: Figure, graph: Graph, node: NodeId, moments: Sequence[Slopes], margin: float = MARGIN
) -> Figure:
    """The figure with the paths of that node on its wires, and below what is said of each, and of their sum.

    There is room for what is said at each of the moments, in lines that are no wider than the figure.
    """
    found = paths_of(graph, node, moments[-1] if moments else {})
    ways = [path.wires for path in found.shown] or None
    every = [_said(graph, paths_of(graph, node, slopes, ways), margin) for slopes in moments or ({},)]
    wide, least = figure.width, figure.least
    if not least:
        longest = max(_end(each, least) for rows in every for each in rows) + margin
        wide = max(wide, min(longest, _WIDEST))
    broken = [[_broken(each, wide - margin, least) for each in rows] for rows in every]
    counts = [max(map(len, same)) for same in zip(*broken, strict=True)]
    below = list(_legend(broken[-1], counts, figure.height, found.node, least))
    tall = figure.height + _ROW * sum(counts) + margin
    return replace(figure, width=wide, height=tall, paths=(*lines_on(figure, found), *below))


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
    below = [line for line in figure.paths if line.way is not None]
    found = paths_of(graph, node, slopes, [line.way for line in below if line.way] or None)
    counts: list[int] = []
    for line in below:
        if line.number == _FURTHER:
            counts[-1] += 1
        else:
            counts.append(1)
    top = below[0].texts[0].y - _ROW if below else figure.height
    rows = [_broken(each, figure.width - margin, figure.least) for each in _said(graph, found, margin)]
    return replace(figure, paths=(*kept, *_legend(rows, counts, top, found.node, figure.least)))


class _SaidOfPath(NamedTuple):
    """What is said of a path, of others or of all: the words, and the number that comes of it."""

    said: str
    product: str
    left: float
    number: int = 0
    way: tuple[Wire, ...] = ()


def _said(graph: Graph, found: Paths, margin: float) -> list[_SaidOfPath]:
    """A row for each path, for all others, and for the sum; at each moment as many."""
    page, rows = described(graph, found), list[_SaidOfPath]()
    left = margin + _SWATCH + 8
    for number, row in enumerate(page.rows):
        names, symbols, numbers, product = row.cells
        said = f"{names}:  {symbols}" + (f" = {numbers}" if numbers not in ("", product) else "")
        if row.moment < 0:
            said = tr("{paths}, added up", paths=names) if product else names
        said += " = " if product else ""
        rows.append(
            _SaidOfPath(said, product, left, number, found.shown[number].wires if row.moment >= 0 else ())
        )
    words = "" if page.total is None else "".join(each.text for each in page.total.fragments[:-1])
    total = "" if page.total is None else page.total.fragments[-1].text
    said = words or tr("{title}: the sum of their products is the gradient", title=page.title)
    if not found.ways:
        node = name_of(graph.nodes[found.node])
        if found.target is None:
            said = tr("No path leads from {node} to a target.", node=node)
        else:
            target = name_of(graph.nodes[found.target])
            said = tr("No path leads from {node} to {target}.", node=node, target=target)
    return [*rows, _SaidOfPath(said, total, margin)]


def _size(least: float) -> float:
    return max(_SIZE, least)


def _end(row: _SaidOfPath, least: float) -> float:
    size = _size(least)
    return row.left + width(row.said, size, least=least) + width(row.product, size, bold=True, least=least)


def _broken(row: _SaidOfPath, right: float, least: float) -> list[_SaidOfPath]:
    """The row in as many lines as it takes to end before that, broken at spaces."""
    lines, words = [row._replace(said="", product="")], re.findall(r"\s*\S+|\s+$", row.said)
    for at, word in enumerate(words):
        last = lines[-1]
        longer = last._replace(said=last.said + word)
        ends = _end(longer._replace(product=row.product) if at == len(words) - 1 else longer, least)
        if ends > right and last.said:
            lines.append(row._replace(said=word.lstrip(), product="", number=_FURTHER, way=()))
        else:
            lines[-1] = longer
    return [*lines[:-1], lines[-1]._replace(product=row.product)]


def _legend(
    rows: Sequence[Sequence[_SaidOfPath]], counts: Sequence[int], y: float, node: NodeId, least: float
) -> Iterator[PathLine]:
    """The rows, each in so many lines, from that height on downwards."""
    for lines, count in zip(rows, counts, strict=True):
        spare = [lines[-1]._replace(said="", product="", number=_FURTHER, way=())] * (count - len(lines))
        for each in (*lines, *spare):
            y += _ROW
            points: tuple[Point, ...] = ()
            if each.way:
                left, third = each.left - _SWATCH - 8, _SWATCH / 3
                points = tuple((left + third * at, y - 4.0) for at in range(4))
            dashes = DASH_OF[each.number % len(DASH_OF)] if points else ()
            yield PathLine(node, each.number, points, dashes, _texts(each, y, least), each.way)


def _texts(row: _SaidOfPath, y: float, least: float) -> tuple[Text, Text]:
    """What is said, and the number that comes of it, which may be nothing yet."""
    size = _size(least)
    end = row.left + width(row.said, size, least=least)
    return (
        Text(0, "label", row.left, y, "start", row.said, size),
        Text(0, "grad", end, y, "start", row.product, size, bold=True),
    )
