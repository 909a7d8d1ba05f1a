"""The notebook's style in layers: the same boxes, ovals and wires, placed without Graphviz."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import islice, pairwise
from math import sqrt

import numpy as np

from micrograd.drawing.layers import layered, ranks
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.in_parts import uncollected
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import Point, Rect, Size
from micrograd_gui.figures.parts import CardBox, Cell, ChipText, End, Oval, Role, Wire, label_of, symbol_of

GAP = (40.0, 16.0)  # between columns, where wires go up and down, and between rows
_LANE = 7.0  # from one lane to the next
_HEAD = (10.0, 3.5)  # how long an arrow head is, and half its width
_ROLES: tuple[Role, ...] = ("label", "data", "grad")
_NEAR = 1e-4  # hundredths
_AT_A_STROKE = 5_000  # wires

# Everything is worked out from left to right; from top to bottom x and y change places in the end.


@uncollected()
def figure_in_layers(
    graph: Graph,
    inputs: Sequence[Sequence[int]],
    cells: Mapping[NodeId, Sequence[Size]],
    ovals: Mapping[NodeId, Size],
    *,
    named: Mapping[NodeId, bool],
    margin: float,
    down: bool = False,
    chips: Mapping[End, Size],
) -> Figure:
    """The figure with no numbers: boxes of those cells, side by side or (``down``) one below the other.

    ``inputs`` are the operands of each thing drawn: in the order of the graph, before each record its oval.
    ``ovals`` are the sizes of those of the ops, ``chips`` of what will stand on wires, by where these end;
    ``named`` tells which boxes are called by a name and not by their number.
    """
    laid = _Laid(graph, inputs, cells, ovals, chips, down)
    boxes, rounds = [], []
    of_cells = iter(_rounded([length for number in graph.order for length in laid.cells(number, margin)]))
    rects = zip(of_cells, of_cells, of_cells, of_cells, strict=True)
    for number in graph.order:
        node = graph.nodes[number]
        own = islice(rects, len(cells[number]))
        made = [Cell(role, *rect) for role, rect in zip(_ROLES, own, strict=False)]
        boxes.append(CardBox(number, label_of(node), tuple(made), named=named[number]))
        if not node.is_leaf:
            (x, y, wide, tall), symbol = laid.turned(laid.oval[number], margin), symbol_of(node)
            middle = round(x + wide / 2, 2), round(y + tall / 2, 2)
            rounds.append(Oval(number, symbol, *middle, round(wide / 2, 2), round(tall / 2, 2)))
    wires = laid.wires(margin)
    width, height = (round(length + 2 * margin, 2) for length in laid.size)
    texts = tuple(laid.chips(wires))
    return Figure(width, height, tuple(boxes), tuple(rounds), wires, texts)


class _Laid:
    """Where everything is, from left to right."""

    def __init__(
        self,
        graph: Graph,
        inputs: Sequence[Sequence[int]],
        cells: Mapping[NodeId, Sequence[Size]],
        ovals: Mapping[NodeId, Size],
        chips: Mapping[End, Size],
        down: bool,
    ) -> None:
        self.graph, self.sizes, self.down, self.rooms = graph, cells, down, chips
        sizes: list[Size] = []
        drawn: list[tuple[NodeId, bool]] = []
        for number in graph.order:
            if not graph.nodes[number].is_leaf:
                sizes.append(self._turned(ovals[number]))
                drawn.append((number, True))
            sizes.append(self._turned(_whole(cells[number], down)))
            drawn.append((number, False))
        widest = max((size[1] if down else size[0] for size in chips.values()), default=0.0)
        at = ranks(inputs)
        corners = layered(inputs, sizes, (GAP[0] + widest, GAP[1]), at)
        rects = [(*corner, *size) for corner, size in zip(corners, sizes, strict=True)]
        self.box = {number: rect for (number, is_op), rect in zip(drawn, rects, strict=True) if not is_op}
        self.oval = {number: rect for (number, is_op), rect in zip(drawn, rects, strict=True) if is_op}
        self.rank = dict(zip(drawn, at, strict=True))
        self._edges: dict[float, tuple[float, float]] = {}  # left and right of the column about that middle
        for x, _, wide, _ in rects:
            middle = round(x + wide / 2, 1)
            left, right = self._edges.get(middle, (x, x + wide))
            self._edges[middle] = min(left, x), max(right, x + wide)
        self.width = max(x + wide for x, _, wide, _ in rects)
        self.height = max(y + tall for _, y, _, tall in rects)
        self.lanes, self.above = self._lanes()

    def _turned(self, size: Size) -> Size:
        return (size[1], size[0]) if self.down else size

    @property
    def size(self) -> Size:
        """Of the whole, as it is drawn."""
        below = max((y for y in self.lanes.values()), default=0.0)
        return self._turned((self.width, max(self.height, below + _LANE) + self.above))

    def turned(self, rect: Rect, margin: float) -> Rect:
        """The rectangle as it is drawn."""
        x, y, wide, tall = rect
        x, y = x + margin, y + self.above + margin
        return (y, x, tall, wide) if self.down else (x, y, wide, tall)

    def cells(self, number: NodeId, margin: float) -> Iterator[float]:
        """Of each field of a record left, top, width and height."""
        x, y, wide, tall = self.turned(self.box[number], margin)
        for size in self.sizes[number]:
            its = (wide, size[1]) if self.down else (size[0], tall)
            yield from (x, y, *its)
            x, y = (x, y + its[1]) if self.down else (x + its[0], y)

    # Wires -----------------------------------------------------------------------------------

    def _column(self, rect: Rect) -> tuple[float, float]:
        return self._edges[round(rect[0] + rect[2] / 2, 1)]

    def _is_far(self, source: NodeId, node: NodeId) -> bool:
        return self.rank[node, True] - self.rank[source, False] > 1

    def _lanes(self) -> tuple[dict[NodeId, float], float]:
        """At which height the far wires of each node go, above or below everything, and the room above."""
        reach: dict[NodeId, float] = {}
        for node in self.graph:
            for source in node.inputs:
                if source is not None and self._is_far(source, node.id):
                    reach[source] = max(reach.get(source, 0.0), self.oval[node.id][0])
        found: dict[NodeId, float] = {}
        above = 0.0
        for upper in (True, False):
            mine = [n for n in reach if (self.box[n][1] + self.box[n][3] / 2 < self.height / 2) == upper]
            free: list[int] = []
            taken: list[tuple[float, int]] = []  # until where, and by which lane
            for number in sorted(mine, key=lambda n: self.box[n][0]):
                while taken and taken[0][0] < self.box[number][0]:
                    heappush(free, heappop(taken)[1])
                lane = heappop(free) if free else len(taken)
                heappush(taken, (reach[number], lane))
                away = GAP[1] + lane * _LANE
                found[number] = -away if upper else self.height + away
                above = max(above, away + _LANE) if upper else above
        return found, above

    def wires(self, margin: float) -> tuple[Wire, ...]:
        """From every operand to the oval of what is computed of it, and from there to its record."""
        coming, made = self._ways(), list[Wire]()
        while some := [*islice(coming, _AT_A_STROKE)]:
            lines = self._drawn([self._line(*between, *place) for between, place in some], margin)
            heads = self._drawn([_head(end) for _, (_, _, end) in some], margin)
            drawn = zip(some, lines, heads, strict=True)
            made += [Wire(*between, line, head) for (between, _), line, head in drawn]
        return tuple(made)

    def _ways(self) -> Iterator[tuple[tuple[NodeId, NodeId, int | None], tuple[Rect, Rect, Point]]]:
        """Of each wire what it goes between, and what stands there and where it ends."""
        for number in self.graph.order:
            node = self.graph.nodes[number]
            wired = [(port, source) for port, source in enumerate(node.inputs) if source is not None]
            for at, (port, source) in enumerate(wired):
                end = _on_oval(self.oval[number], at, len(wired))
                yield (source, number, port), (self.box[source], self.oval[number], end)
            if not node.is_leaf:
                x, y, _, tall = self.box[number]
                yield (number, number, None), (self.oval[number], self.box[number], (x, y + tall / 2))

    def _line(
        self, source: NodeId, node: NodeId, port: int | None, start: Rect, goal: Rect, end: Point
    ) -> list[Point]:
        """Out to the right, to its lane where it goes far, along it, and in from the left."""
        out, into = self._column(start)[1], self._column(goal)[0]
        y = start[1] + start[3] / 2
        neck = end[0] - _HEAD[0], end[1]
        stops = [(start[0] + start[2], y), (out, y)]
        if port is not None and self._is_far(source, node):
            lane = self.lanes[source]
            stops += [(out + GAP[0], lane), (into - GAP[0], lane)]
        stops += [(min(into, neck[0]) - 2, end[1]), neck]
        return _curve(stops)

    def _drawn(self, lines: Sequence[Sequence[Point]], margin: float) -> Iterator[tuple[Point, ...]]:
        """The points of each line as they are drawn."""
        xs = _rounded([x + margin for line in lines for x, _ in line])
        ys = _rounded([y + self.above + margin for line in lines for _, y in line])
        points = zip(ys, xs, strict=True) if self.down else zip(xs, ys, strict=True)
        return (tuple(islice(points, len(line))) for line in lines)

    def chips(self, wires: Iterable[Wire]) -> Iterable[ChipText]:
        """A chip with nothing on it before the end of each wire that has something to say."""
        for wire in wires:
            if wire.port is None or (size := self.rooms.get((wire.node, wire.port))) is None:
                continue
            at = len(wire.points) - 3 if wire.points[-1] == wire.points[-4] else len(wire.points) - 6
            one, other = wire.points[max(0, at - 1)], wire.points[-1]
            x, y = (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
            left, top = round(x - size[0] / 2, 2), round(y - size[1] / 2, 2)
            yield ChipText(wire.node, wire.port, left, top, round(size[0], 2), round(size[1], 2), (x, y))


def _rounded(numbers: Sequence[float]) -> list[float]:
    """Each as `round(number, 2)` gives it, at a tenth of the cost where there are millions."""
    exact = np.array(numbers, float)
    hundredths = exact * 100
    made: list[float] = (np.rint(hundredths) / 100).tolist()
    for at in np.flatnonzero(np.abs(hundredths - np.floor(hundredths) - 0.5) < _NEAR).tolist():
        made[at] = round(numbers[at], 2)  # about the middle it matters how the number is written
    return made


def _whole(cells: Sequence[Size], down: bool) -> Size:
    widths, heights = [size[0] for size in cells], [size[1] for size in cells]
    return (max(widths), sum(heights)) if down else (sum(widths), max(heights))


def _on_oval(oval: Rect, which: int, of: int) -> Point:
    """Where the wire of that operand ends, on the left of the oval, the first one uppermost."""
    x, y, wide, tall = oval
    part = 0.0 if of < 2 else 0.65 * (2 * which / (of - 1) - 1)
    return x + wide / 2 * (1 - sqrt(1 - part * part)), y + tall / 2 * (1 + part)


def _head(end: Point) -> list[Point]:
    """The corners of an arrow head that ends there."""
    (x, y), (long, half) = end, _HEAD
    return [(x - long, y - half), end, (x - long, y + half)]


def _curve(stops: Sequence[Point]) -> list[Point]:
    """Through all of them, level at each: a start, then three points for each cubic Bézier curve."""
    points = [stops[0]]
    for one, other in pairwise(stops):
        if other[0] - one[0] < 0.01 and abs(other[1] - one[1]) < 0.01:
            continue
        middle = (one[0] + other[0]) / 2
        points += [(middle, one[1]), (middle, other[1]), other]
    return points
