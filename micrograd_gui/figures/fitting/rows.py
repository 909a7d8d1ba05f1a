"""Rows: a figure that goes to the right, broken into rows one below the other as lines of text are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import hypot
from typing import NamedTuple

from msgspec import structs

from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.moving import box_moved, frame_moved, oval_moved, wire_moved
from micrograd_gui.figures.geometry import Point, Rect
from micrograd_gui.figures.parts import CardBox, ChipText, Enclosure, Oval, Wire

_LANE, _AIR = 5.0, 9.0  # between wires that go from row to row, and between these and boxes
_SIDE = 16.0  # left and right of a row, for wires that come in or go out
_BESIDE = 6.0  # between a column and a wire that goes down to the next one
_HEAD = (7.0, 2.6)  # how long an arrow head is, and half its width
_FRAMED = 8.0  # from the outermost columns of a row to what is seen there of frames
_ROUND = 6.0  # the radius of a corner
_STEM, _LEAF = 3.0, 1.0  # how little a cut is liked through a wire from an op to its record, and any other
_ROUNDS = 40  # in which chips make room for each other
_RAGGED = 1.5  # the same for rows of which one is much shorter


class Pile(NamedTuple):
    """What stands one below the other: from where to where, and the numbers of its boxes and ovals."""

    left: float
    right: float
    boxes: tuple[int, ...]
    ovals: tuple[int, ...]


def columns_of(figure: Figure) -> list[Pile]:
    """The columns, from left to right: what overlaps from left to right is one."""
    spans = [(*_span(box.rect), at, True) for at, box in enumerate(figure.boxes)]
    spans += [(oval.x - oval.rx, oval.x + oval.rx, at, False) for at, oval in enumerate(figure.ovals)]
    found: list[tuple[float, float, list[int], list[int]]] = []
    for left, right, at, is_box in sorted(spans):
        if not found or left > found[-1][1] + 0.5:
            found.append((left, right, [], []))
        _, end, boxes, ovals = found[-1]
        (boxes if is_box else ovals).append(at)
        found[-1] = found[-1][0], max(end, right), boxes, ovals
    piles = [Pile(left, right, tuple(boxes), tuple(ovals)) for left, right, boxes, ovals in found]
    return _with_chips(figure, piles)


def _with_chips(figure: Figure, piles: list[Pile]) -> list[Pile]:
    """The same with the chips on wires that come in, which stand left of a column."""
    at = _where(figure, piles)
    for chip in figure.chips:
        number = at.get((chip.node, True))
        if number is not None and chip.x < piles[number].left:
            before = piles[number - 1].right + 1 if number else chip.x
            piles[number] = piles[number]._replace(left=max(chip.x, before))
    return piles


def _span(rect: Rect) -> tuple[float, float]:
    return rect[0], rect[0] + rect[2]


class InRows(NamedTuple):
    """The figure in rows, how many there are, and how little the cuts between them are liked."""

    figure: Figure
    rows: int
    cost: float


def in_rows(figure: Figure, wide: float, margin: float) -> InRows | None:
    """The figure with its columns in rows of at most that width; None where a column alone is wider.

    Wires from row to row go round: out to the right, back between the rows, and in from the left.
    """
    columns = columns_of(figure)
    if len(columns) < 2:
        return None
    cuts = _cuts(figure, columns, wide - 2 * margin)
    if cuts is None:
        return None
    rows = [range(begin, end) for begin, end in zip([0, *cuts[0]], [*cuts[0], len(columns)], strict=True)]
    made = _Rows(figure, columns, rows, margin).made()
    before = _crowding(figure.chips)  # chips of several moments may stand so
    if _crowding(made.chips) > max(1.0, 1.01 * before):
        made = replace(made, chips=_spread(made.chips))
        if _crowding(made.chips) > max(1.0, 1.01 * before) or _covers(made, margin):
            return None
    return InRows(made, len(rows), cuts[1])


def _crowding(chips: Sequence[ChipText]) -> float:
    """How far two of them stand on each other; 0 where none do."""
    left, found = sorted(chips, key=lambda chip: chip.x), 0.0
    for at, one in enumerate(left):
        for other in left[at + 1 :]:
            across = one.x + one.width - other.x
            if across <= found:
                break
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            found = max(found, min(across, other.width, down))
    return found


def _spread(chips: Sequence[ChipText]) -> tuple[ChipText, ...]:
    """The chips; those that stand on each other make room up and down, in the order in which they stand."""
    found = list(chips)
    pairs = [each for each in combinations(range(len(found)), 2) if _near(*(found[at] for at in each))]
    for _ in range(_ROUNDS):
        moved = False
        for pair in pairs:
            upper, lower = sorted(pair, key=lambda at: (found[at].y, found[at].anchor[1]))
            over = found[upper].y + found[upper].height - found[lower].y
            if over > 1:
                moved = True
                for at, down in ((upper, -over / 2), (lower, over / 2)):
                    found[at] = replace(found[at].moved(0.0, down), anchor=found[at].anchor)
        if not moved:
            break
    return tuple(found)


def _near(one: ChipText, other: ChipText) -> bool:
    """Whether they may come to stand on each other when they are moved up and down."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    return across > 1 and abs(one.y - other.y) < 4 * (one.height + other.height)


def _covers(made: Figure, margin: float) -> bool:
    """Whether a chip stands on a node, or outside of the figure."""
    things = [box.rect for box in made.boxes]
    things += [(each.x - each.rx, each.y - each.ry, 2 * each.rx, 2 * each.ry) for each in made.ovals]
    return any(
        y < margin
        or y + tall > made.height - margin
        or any(
            x < left + wider - 1 and left < x + wide - 1 and y < top + taller - 1 and top < y + tall - 1
            for left, top, wider, taller in things
        )
        for x, y, wide, tall in (chip.rect for chip in made.chips)
    )


def narrowest(figure: Figure, margin: float) -> float:
    """The width of the widest column with what it needs beside it: no row is narrower."""
    return max(each.right - each.left for each in columns_of(figure)) + 2 * (_SIDE + margin)


def _cuts(figure: Figure, columns: Sequence[Pile], wide: float) -> tuple[list[int], float] | None:
    """Before which columns a row ends, so that few wires go from row to row; and what that costs."""
    crossing, indents = _crossing(figure, columns), _indents(figure, columns)
    best: list[tuple[float, int] | None] = [(0.0, 0)]
    for end in range(1, len(columns) + 1):
        found: tuple[float, int] | None = None
        for begin in range(end - 1, -1, -1):
            long = columns[end - 1].right - columns[begin].left + 2 * _SIDE + indents[begin]
            if long > wide:
                break
            before = best[begin]
            if before is not None:
                short = (1 - long / wide) ** 2 * _RAGGED if end < len(columns) else 0.0
                cost = before[0] + short + (crossing[begin] if begin else 0.0) + (1.0 if begin else 0.0)
                if found is None or cost < found[0]:
                    found = cost, begin
        best.append(found)
    last = best[-1]
    if last is None:
        return None
    cuts, at = [], len(columns)
    while at > 0:
        step = best[at]
        assert step is not None
        at = step[1]
        cuts.append(at)
    return sorted(cut for cut in cuts if cut), last[0]


def _crossing(figure: Figure, columns: Sequence[Pile]) -> list[float]:
    """How little a cut before each column is liked: by the wires that it goes through."""
    at = _where(figure, columns)
    costs = [0.0] * (len(columns) + 1)
    for wire in figure.wires:
        start, end = at[_begin(wire)], at[_end(wire)]
        for column in range(start + 1, end + 1):
            costs[column] += _STEM if wire.port is None else _LEAF
    return costs


def _indents(figure: Figure, columns: Sequence[Pile]) -> list[float]:
    """How much further in each column stands where a row begins there, for the chips left of it."""
    at, indents = _where(figure, columns), [0.0] * len(columns)
    if not figure.chips:
        return indents
    sources = {(wire.node, wire.port): at[_begin(wire)] for wire in figure.wires}
    starts = {box.node: box.rect[0] for box in figure.boxes}
    starts |= {oval.node: oval.x - oval.rx for oval in figure.ovals}
    for chip in figure.chips:
        column = at[chip.node, True]
        if sources.get((chip.node, chip.port), column) < column:
            left = starts[chip.node] - _HEAD[0] - chip.width
            indents[column] = max(indents[column], columns[column].left - left)
    return indents


Key = tuple[int, bool]  # a node, and whether its oval is meant


def _where(figure: Figure, columns: Sequence[Pile]) -> dict[Key, int]:
    """In which column each box and oval is; where a node has no oval, its box stands for that."""
    found: dict[Key, int] = {}
    for number, column in enumerate(columns):
        for at in column.boxes:
            node = figure.boxes[at].node
            found[node, False] = number
            found.setdefault((node, True), number)
        for at in column.ovals:
            found[figure.ovals[at].node, True] = number
    return found


def _begin(wire: Wire) -> Key:
    return wire.source, wire.port is None


def _end(wire: Wire) -> Key:
    return wire.node, wire.port is not None


class _Rows:
    """Where everything comes to stand: each column moved by as much as its row."""

    def __init__(self, figure: Figure, columns: Sequence[Pile], rows: Sequence[range], margin: float) -> None:
        self.figure, self.columns, self.rows, self.margin = figure, columns, rows, margin
        self.at = _where(figure, columns)
        self.row_of = {column: number for number, row in enumerate(rows) for column in row}
        self.far = [wire for wire in figure.wires if self._row(_begin(wire)) != self._row(_end(wire))]
        sources = dict.fromkeys((wire.source, self._row(_begin(wire))) for wire in self.far)
        self.lane = {source: at for at, source in enumerate(sources)}
        self.indents = [_indents(figure, columns)[row[0]] for row in rows]
        self._place_rows()
        self._make_room_for_chips()

    def _make_room_for_chips(self) -> None:
        """Move rows to the right in which chips would stand out at the left."""
        for number, (dx, dy) in enumerate(self.moves):
            held = [chip for chip in self.figure.chips if self._chip_row(chip.node) == number]
            near = [chip.x for chip in held if not self._from_afar(chip)]
            if near:
                self.moves[number] = max(dx, self.margin + 2 - min(near)), dy

    def _from_afar(self, chip: ChipText) -> bool:
        return any((each.node, each.port) == (chip.node, chip.port) for each in self.far)

    def _row(self, key: Key) -> int:
        return self.row_of[self.at[key]]

    def _place_rows(self) -> None:
        """How far each row is moved, and at which height the wires below it go."""
        self.moves: list[Point] = []
        self.below: list[float] = []
        y = self.margin
        for number, row in enumerate(self.rows):
            top, bottom = self._reach(number)
            left = self.margin + _SIDE + self.indents[number]
            self.moves.append((left - self.columns[row[0]].left, y - top))
            y += bottom - top
            self.below.append(y + _AIR)
            lanes = len(self._through(number))
            y += 2 * _AIR + _LANE * max(0, lanes - 1) if number + 1 < len(self.rows) else 0.0
        self.height = y + self.margin

    def _through(self, number: int) -> list[tuple[int, int]]:
        """The sources whose wires go along below that row, in the order of their lanes."""
        found: dict[tuple[int, int], None] = {}
        for wire in self.far:
            start, end = self._row(_begin(wire)), self._row(_end(wire))
            if number in (start, end - 1):
                found[wire.source, start] = None
        return list(found)

    def _reach(self, number: int) -> tuple[float, float]:
        """From where to where the row reaches, with its wires."""
        ys: list[float] = []
        for column in self.rows[number]:
            for at in self.columns[column].boxes:
                _, y, _, tall = self.figure.boxes[at].rect
                ys += [y, y + tall]
            for at in self.columns[column].ovals:
                oval = self.figure.ovals[at]
                ys += [oval.y - oval.ry, oval.y + oval.ry]
        for wire in self.figure.wires:
            if self._row(_begin(wire)) == self._row(_end(wire)) == number:
                ys += [y for _, y in wire.points]
        ys += [edge for frame in self._frames(number) for edge in (frame.y, frame.y + frame.height)]
        ys += [
            edge
            for chip in self.figure.chips
            if self._chip_row(chip.node) == number
            for edge in self._edges(chip)
        ]
        return min(ys), max(ys)

    def _edges(self, chip: ChipText) -> tuple[float, float]:
        """From where to where a chip reaches; one on a wire from another row stands beside its end."""
        if not self._from_afar(chip):
            return chip.y, chip.y + chip.height
        oval = next((each for each in self.figure.ovals if each.node == chip.node), None)
        if oval is not None:
            return oval.y - oval.ry - chip.height, oval.y + oval.ry + chip.height
        ports = [wire.points[-1][1] for wire in self.figure.wires if wire.node == chip.node]
        return min(ports) - chip.height, max(ports) + chip.height

    def _frames(self, number: int) -> Iterator[Enclosure]:
        """What of the frames around open blocks is in that row, where it was."""
        row = self.rows[number]
        left, right = self.columns[row[0]].left - _FRAMED, self.columns[row[-1]].right + _FRAMED
        for each in self.figure.enclosures:
            begin, end = max(left, each.x), min(right, each.x + each.width)
            held = (self.columns[column] for column in row)
            if any(begin < pile.left and pile.right < end for pile in held):
                yield replace(each, x=begin, width=end - begin)

    def _chip_row(self, node: int) -> int:
        return self._row((node, True))

    def made(self) -> Figure:
        """The figure in rows."""
        figure = self.figure
        boxes = {at: box_moved(figure.boxes[at], *self.moves[self.row_of[number]])
                 for number, column in enumerate(self.columns) for at in column.boxes}  # fmt: skip
        ovals = {at: oval_moved(figure.ovals[at], *self.moves[self.row_of[number]])
                 for number, column in enumerate(self.columns) for at in column.ovals}  # fmt: skip
        stands: dict[Key, CardBox | Oval] = {(box.node, True): box for box in boxes.values()}
        stands |= {(box.node, False): box for box in boxes.values()}
        stands |= {(oval.node, True): oval for oval in ovals.values()}
        wires = tuple(self._wire(wire, stands) for wire in figure.wires)
        ends = [
            self.columns[row[-1]].right + move[0] for row, move in zip(self.rows, self.moves, strict=True)
        ]
        chips = tuple(self._chip(each, wires) for each in figure.chips)
        ends += [chip.x + chip.width - _SIDE for chip in chips]
        return replace(
            figure,
            width=round(max(ends) + _SIDE + self.margin, 2),
            height=round(self.height, 2),
            boxes=tuple(boxes[at] for at in range(len(boxes))),
            ovals=tuple(ovals[at] for at in range(len(ovals))),
            wires=wires,
            enclosures=tuple(
                frame_moved(each, *self.moves[number])
                for number in range(len(self.rows))
                for each in self._frames(number)
            ),
            chips=chips,
        )

    def _chip(self, chip: ChipText, wires: Sequence[Wire]) -> ChipText:
        """The chip in its row; that on a wire from another row stands on the last piece of it."""
        moved = chip.moved(*self.moves[self._chip_row(chip.node)])
        ends = [each for each in wires if each.node == chip.node and each.port is not None]
        far = {each.port for each in self.far if each.node == chip.node}
        wire = next((each for each in ends if each.port == chip.port), None)
        if chip.port not in far or wire is None:
            return moved
        x, y = wire.points[-1]
        first, last = min(each.port or 0 for each in ends), max(each.port or 0 for each in ends)
        up = 0.5 if first == last else 1.0 if chip.port == first else 0.0 if chip.port == last else 0.5
        left = x - chip.width - _HEAD[0]
        shift = left - moved.x, y - up * chip.height - moved.y
        return replace(moved.moved(*shift), anchor=(round(left + chip.width / 2, 2), y))

    def _wire(self, wire: Wire, stands: Mapping[Key, CardBox | Oval]) -> Wire:
        start, end = self._row(_begin(wire)), self._row(_end(wire))
        if start == end:
            dx, dy = self.moves[start]
            return wire_moved(wire, lambda point: (round(point[0] + dx, 2), round(point[1] + dy, 2)))
        out, into = self._leaving(wire, stands), self._arriving(wire, stands)
        stops = [out, *self._way(wire, out, into), into]
        if not wire.head:
            return structs.replace(wire, points=tuple(_rounded(stops)))
        long, half = _HEAD
        neck = into[0] - long, into[1]
        head = (neck[0], neck[1] - half), into, (neck[0], neck[1] + half)
        return structs.replace(wire, points=tuple(_rounded([*stops[:-1], neck])), head=head)

    def _leaving(self, wire: Wire, stands: Mapping[Key, CardBox | Oval]) -> Point:
        """The point at the right of what the wire comes from."""
        thing = stands[_begin(wire)]
        if isinstance(thing, Oval):
            return thing.x + thing.rx, thing.y
        x, y, wide, tall = thing.rect
        return x + wide, y + tall / 2

    def _arriving(self, wire: Wire, stands: Mapping[Key, CardBox | Oval]) -> Point:
        """The point at the left of what the wire goes to, the first operand uppermost."""
        thing = stands[_end(wire)]
        ports = [each.port for each in self.figure.wires if each.node == wire.node and each.port is not None]
        part = (
            0.0
            if wire.port is None or len(ports) < 2
            else 1.2 * (ports.index(wire.port) / (len(ports) - 1) - 0.5)
        )
        if isinstance(thing, Oval):
            return thing.x - thing.rx * (1 - part * part) ** 0.5, thing.y + thing.ry * part
        x, y, _, tall = thing.rect
        port = next((p for p in thing.ports[: len(ports)] if wire.port is not None), None)
        if port is not None and wire.port is not None:
            return thing.ports[wire.port].x, thing.ports[wire.port].y
        return x, y + tall / 2 + part * tall / 2

    def _way(self, wire: Wire, out: Point, into: Point) -> list[Point]:
        """The corners: below the first row back to the left, and down to the other."""
        start, end = self._row(_begin(wire)), self._row(_end(wire))
        source = wire.source, start
        from_column = self.at[_begin(wire)]
        x_out = self.columns[from_column].right + self.moves[start][0] + self._beside(source, start)
        to_column = self.at[_end(wire)]
        x_in = self.columns[to_column].left + self.moves[end][0] - _SIDE / 2 - 1.5
        if to_column == self.rows[end][0]:
            x_in -= self.indents[end]
        else:  # chips may begin where the column before ends: there the wire stays beside its cards
            x_in = max(x_in, self.columns[to_column - 1].right + self.moves[end][0] + _BESIDE)
        y = self.below[start] + _LANE * self._through(start).index(source)
        stops = [(x_out, out[1]), (x_out, y)]
        if end > start + 1:
            x_side = self.margin + 2 + (self.lane[source] % 3) * 4
            above = self.below[end - 1] + _LANE * self._through(end - 1).index(source)
            stops += [(x_side, y), (x_side, above), (x_in, above)]
        else:
            stops += [(x_in, y)]
        return [*stops, (x_in, into[1])]

    def _beside(self, source: tuple[int, int], row: int) -> float:
        """How far right of its column the wires of that source go down: each at a place of its own."""
        column = self.at[source[0], False]
        mine = [each for each in self._through(row) if self.at.get((each[0], False)) == column]
        place = mine.index(source) if source in mine else 0
        return _SIDE / 2 - min(5.0, 3.0 * place)


def _rounded(stops: Sequence[Point]) -> Iterator[Point]:
    """Through all of them with round corners: a start, then three points for each cubic Bézier curve."""
    yield _r(stops[0])
    last = stops[0]
    for at in range(1, len(stops) - 1):
        before, corner, after = last, stops[at], stops[at + 1]
        one, other = _towards(corner, before), _towards(corner, after)
        yield from _straight(last, one)
        yield from (_r(_between(one, corner, 0.55)), _r(_between(other, corner, 0.55)), _r(other))
        last = other
    yield from _straight(last, stops[-1])


def _straight(one: Point, other: Point) -> Iterator[Point]:
    yield from (_r(_between(one, other, 1 / 3)), _r(_between(one, other, 2 / 3)), _r(other))


def _towards(corner: Point, other: Point) -> Point:
    """The point on the way from the corner to the other where the curve begins."""
    long = hypot(other[0] - corner[0], other[1] - corner[1])
    return _between(corner, other, min(0.5, _ROUND / long)) if long else corner


def _between(one: Point, other: Point, part: float) -> Point:
    return one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part


def _r(point: Point) -> Point:
    return round(point[0], 2), round(point[1], 2)
