"""On wires: what is said on the wires of a figure, and where it has room."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Generic, NamedTuple, TypeVar

from msgspec import structs

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import (
    Joined,
    Point,
    Rect,
    Size,
    Through,
    chip_size,
    chip_tail,
    through,
)
from micrograd_gui.figures.parts import CardBox, ChipText, End, Oval, Wire, chip_sizes
from micrograd_gui.figures.text_metrics import line_height, shown_label, width
from micrograd_gui.session.asking.on_wires import OnWire, wires_of
from micrograd_gui.session.explain.formulas import naming_of
from micrograd_gui.session.explain.slopes import WireWords, amount_text, bundle_words, rule_text
from micrograd_gui.session.trace import Notation, Step

K = TypeVar("K", bound=Hashable)


class ChipWords(NamedTuple):
    """What a chip says: the rule and the amount; and whether there is rather room below than above.

    While something stands on all wires, ``rest`` is what the wire holds besides the acting step.
    """

    rule: str
    amount: str
    below: bool
    rest: WireWords | None = None


Words = Mapping[tuple[End, int], ChipWords]  # on each wire as it is drawn: the first thing, the second, …


def words_of_step(
    shown: Callable[[End], End | None], graph: Graph, step: Step | None, notation: Notation
) -> Words:
    """What that step says; ``shown`` gives the end of a wire as it is drawn.

    A wire that stands for several operands says something for each of them.
    """
    if step is None or step.node is None or step.kind not in ("backward", "problem"):
        return {}
    names = naming_of(graph, notation)
    found: dict[tuple[End, int], ChipWords] = {}
    times: Counter[End] = Counter()
    for each in step.contributions:
        end = shown((step.node, each.port))
        if end is not None:
            last = each.port == len(step.contributions) - 1 and each.port > 0
            rule = shown_label(rule_text(graph, step.node, each, names))
            found[end, times[end]] = ChipWords(rule, amount_text(each), last)
            times[end] += 1
    return found


def words_on_all(
    shown: Callable[[End], End | None],
    graph: Graph,
    wires: Mapping[End, OnWire],
    step: Step | None,
    notation: Notation,
) -> Words:
    """What stands on each wire that is drawn; one into a folded block may stand for several."""
    names = naming_of(graph, notation)
    found: dict[tuple[End, int], ChipWords] = {}
    for end, several in drawn_together(shown, wires).items():
        moment = [(wire, structs.replace(on, acting=on.acting and step is not None)) for wire, on in several]
        said = bundle_words(graph, moment, names)
        said = said._replace(below=shown_label(said.below))
        found[end, 0] = ChipWords(said.above, said.below, False, said)
    return found


def drawn_together(
    shown: Callable[[End], End | None], wires: Mapping[End, OnWire]
) -> dict[End, list[tuple[End, OnWire]]]:
    """By the end at which they are drawn, the wires that are; ``shown`` gives that of each."""
    found: dict[End, list[tuple[End, OnWire]]] = {}
    for wire, on in wires.items():
        end = shown(wire)
        if end is not None:
            found.setdefault(end, []).append((wire, on))
    return found


def with_words(figure: Figure, said: Words) -> Figure:
    """The figure with those words on its chips."""
    chips = []
    for chip in figure.chips:
        rule, amount, _, rest = said.get(((chip.node, chip.port), chip.nth), ("", "", False, None))
        chips.append(replace(chip, rule="" if chip.brief else rule, amount=amount, rest=rest))
    return replace(figure, chips=tuple(chips))


def words_size(rule: str, amount: str, least: float = 0.0) -> Size:
    """The size of a chip with those words, of which none is written below ``least``."""
    small, large = chip_sizes(least)
    above = (width(rule, small, least=least), line_height(small)) if rule else (0.0, 0.0)
    return chip_size(above, (width(amount, large, bold=True, least=least), line_height(large)))


def widest(all_words: Iterable[Words], least: float = 0.0) -> dict[tuple[End, int], tuple[Size, Size]]:
    """The room that each chip needs for all that it ever says, and for its lower line alone."""
    found: dict[tuple[End, int], tuple[Size, Size]] = {}
    for words in all_words:
        for at, said in words.items():
            if said.amount:
                whole, brief = (words_size(rule, said.amount, least) for rule in (said.rule, ""))
                old = found.get(at, (whole, brief))
                found[at] = _larger(old[0], whole), _larger(old[1], brief)
    return found


# A place that has room for these numbers rests while somebody steps.
USUAL = (OnWire(-0.8888, -0.8888), OnWire(-0.8888, -0.8888, -0.8888, acting=True))


def usual_sizes(shown: Callable[[End], End | None], graph: Graph, notation: Notation) -> dict[End, Size]:
    """The room that the chips of all wires need, whatever usual numbers they come to hold."""
    found: dict[End, Size] = {}
    for on in USUAL:
        words = words_on_all(shown, graph, dict.fromkeys(wires_of(graph), on), None, notation)
        for (end, _), said in words.items():
            size = words_size(said.rule, said.amount)
            found[end] = _larger(found.get(end, size), size)
    return found


def _larger(one: Size, other: Size) -> Size:
    return max(one[0], other[0]), max(one[1], other[1])


def rooms_on_all(
    wires: Iterable[Wire], obstacles: Sequence[Rect], words: Iterable[Words], least: float = 0.0
) -> tuple[ChipText, ...]:
    """A chip with nothing on it for each wire that has room for one beside all others."""
    curves = {(wire.node, wire.port): through(wire.points) for wire in wires if wire.port is not None}
    needed = {end: sizes for (end, _), sizes in widest(words, least).items() if end in curves}
    placed = places({end: curves[end] for end in needed}, needed, obstacles, most=10 * _MOST_TRIED)
    return tuple(_blank_chip(end, place) for end, place in placed.items())


def _blank_chip(end: End, place: ChipPlace) -> ChipText:
    x, y, wide, tall = (round(each, 2) for each in place.rect)
    return ChipText(*end, x, y, wide, tall, place.anchor, brief=place.level > 0)


# Where Graphviz has placed them ---------------------------------------------------------------------

_LEFT = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0)  # between a chip that is moved and its wire, what has room first


def beside_their_own(
    chips: Iterable[ChipText], wires: Iterable[Wire], boxes: Iterable[CardBox], ovals: Iterable[Oval]
) -> tuple[ChipText, ...]:
    """The chips; one that stands nearer to another wire is moved to its own, as far as there is room."""
    drawn = {(wire.node, wire.port): _along(wire.points) for wire in wires}
    walls: dict[Rect, list[list[Rect]]] = {}
    for points in drawn.values():
        walls.setdefault(_around(points), []).append(points)
    cards = [_with_air(box.rect) for box in boxes]
    cards += [_with_air((each.x - each.rx, each.y - each.ry, 2 * each.rx, 2 * each.ry)) for each in ovals]
    found = list(chips)
    for at, chip in enumerate(found):
        own = drawn[chip.node, chip.port]
        gap, across, down = _way(chip.rect, own)
        corners = _corners(chip.rect)
        beside = [wire for bound in _near(corners, gap, walls) for wire in walls[bound]]
        others = [each for wire in beside if wire is not own for each in _near(corners, gap, wire)]
        if not others or _way(chip.rect, others)[0] >= gap:
            continue
        taken = [*cards, *(_with_air(each.rect) for each in found if each is not chip), *others, *own]
        for left in _LEFT:
            share = 1 - left / gap
            moved = chip.moved(across * share, down * share)
            if share > 0 and not _covers(_corners(moved.rect), taken):
                found[at] = moved
                break
    return tuple(found)


def _along(points: Sequence[Point]) -> list[Rect]:
    """Points of a wire of several curves, close to one another, as corners."""
    curve = through(points)
    pieces = curve.pieces if isinstance(curve, Joined) else (curve,)
    return [(*piece.at(t), *piece.at(t)) for piece in pieces for t in (0.0, *_SAMPLES, 1.0)]


def _around(points: Sequence[Rect]) -> Rect:
    xs, ys = [each[0] for each in points], [each[1] for each in points]
    return min(xs), min(ys), max(xs), max(ys)


def _way(chip: Rect, points: Iterable[Rect]) -> tuple[float, float, float]:
    """How far it is from a chip to the nearest of the points, and how far across and down."""
    left, top, right, bottom = _corners(chip)
    ways = ((x - min(max(x, left), right), y - min(max(y, top), bottom)) for x, y, _, _ in points)
    return min((math.hypot(*way), *way) for way in ways)


def _corners(rect: Rect) -> Rect:
    x, y, wide, tall = rect
    return x, y, x + wide, y + tall


# Where all of them have room -------------------------------------------------------------------------

_ALONG = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.15, 0.85)
_ENDS = (0.1, 0.9, 0.06, 0.94, 0.04, 0.96, 0.45, 0.55, 0.35, 0.65)
_SAMPLES = [k / 16 for k in range(1, 16)]
_AIR = 3.0
_ASIDE = (0.0, 0.6, -0.6, 0.9, -0.9, 1.4, -1.4, 2.0, -2.0)  # heights of a chip
_WAYS = [(math.cos(turn * math.pi / 8), math.sin(turn * math.pi / 8)) for turn in range(16)]
_RINGS = (0.8, 1.1, 1.5, 2.0, 2.6)  # sizes of a chip
_FURTHER = (*_RINGS, 3.4, 4.4, 5.8, 7.5, 10.0, 14.0)
_MOST_TRIED = 30_000  # places for all chips together: some tenths of a second; a file may take longer
_DENSE = 80  # wires of a part of a graph in which not each finds room


class ChipPlace(NamedTuple):
    """Which of the sizes there is room for, where, and the point of the wire that it is about."""

    level: int
    rect: Rect
    anchor: Point


Spots = Callable[
    [Through, Size], Iterator[tuple[Point, Rect]]
]  # where a chip may stand, and about which point


def places(
    curves: Mapping[K, Through],
    sizes: Mapping[K, Sequence[Size]],
    obstacles: Sequence[Rect],
    *,
    most: int = _MOST_TRIED,
) -> dict[K, ChipPlace]:
    """A place on or beside each wire, clear of all obstacles and each other; none where there is no room.

    The short wires come first, which have the fewest places; a chip stands on its wire where it can. The
    first of its sizes for which there is room is taken. The line to a chip that stands beside its wire goes
    over no other, and such a chip stands on the wire of another one only where it has no other place. Those
    that are left come last, further off, and where nothing else is left their lines go behind other chips.
    Where some have no room all the same, all of them are tried smaller. At ``most`` so many places are tried
    each time.
    """
    levels = max(map(len, sizes.values()), default=1)
    best: dict[K, ChipPlace] = {}
    for least in dict.fromkeys((0, max(0, levels - 2), levels - 1)):
        found = _placed(curves, sizes, obstacles, least, most)
        if len(found) > len(best):
            best = found
        if len(best) == len(curves) or len(curves) > _DENSE:
            break
    return {key: best[key] for key in curves if key in best}


def _placed(
    curves: Mapping[K, Through],
    sizes: Mapping[K, Sequence[Size]],
    obstacles: Sequence[Rect],
    least: int,
    most: int,
) -> dict[K, ChipPlace]:
    """The same with no size before that one."""
    room = _Room(curves, sizes, obstacles, least, most)
    for key in sorted(curves, key=lambda key: _length(curves[key])):
        room.place(key, _beside, 2.0)
    for spots, reach, behind in ((_about, 4.0, False), (_far_about, 15.0, False), (_far_about, 15.0, True)):
        for key in curves:
            if key not in room.found:
                room.place(key, spots, reach, behind=behind)
    return room.found


class _Room(Generic[K]):
    """What is taken already while chips are placed; all of it as corners."""

    def __init__(
        self,
        curves: Mapping[K, Through],
        sizes: Mapping[K, Sequence[Size]],
        obstacles: Sequence[Rect],
        least: int,
        most: int,
    ) -> None:
        self._curves, self._sizes, self._least = curves, sizes, least
        self._cards = [_with_air(each) for each in obstacles]
        self._chips: list[Rect] = []
        self._lines: list[Rect] = []  # to chips that stand beside their wires
        self._bounds = {key: curve.bounds() for key, curve in curves.items()}
        self._drawn = {key: _drawn(curve) for key, curve in curves.items()}
        self._left = most
        self.found: dict[K, ChipPlace] = {}

    def place(self, key: K, spots: Spots, reach: float, *, behind: bool = False) -> None:
        """Place that chip, at most so many of its sizes off; its line may go ``behind`` other chips."""
        at, bounds, curve = self._bounds[key], self._bounds, self._curves[key]
        far = max(max(size) for size in self._sizes[key]) * reach
        cards = _near(at, far, self._cards)
        taken = [*cards, *_near(at, far, self._chips)]
        taken += () if behind else _near(at, far, self._lines)
        beside = [other for other in self._curves if other != key and _near(at, far, (bounds[other],))]
        others: Sequence[Rect] = _near(at, far, (each for other in beside for each in self._drawn[other]))
        sizes = list(enumerate(self._sizes[key]))[self._least :]
        ways: list[tuple[Sequence[Rect], int, Size]] = [
            (spare, *each) for spare in (others, ()) for each in sizes
        ]
        if spots is _far_about or len(self._curves) > _DENSE:  # the smallest are what is left
            ways = [((), *each) for each in sizes[-2:]]
        for spare, level, size in ways:
            for anchor, chip in spots(curve, size):
                self._left -= 1
                if self._left < 0:
                    return
                if _is_free(anchor, chip, taken, spare, cards if behind else taken):
                    self._take(key, ChipPlace(level, chip, (round(anchor[0], 2), round(anchor[1], 2))))
                    return

    def _take(self, key: K, place: ChipPlace) -> None:
        self.found[key] = place
        self._chips.append(_with_air(place.rect))
        self._lines += _pieces(place.anchor, place.rect)


def _is_free(
    anchor: Point, chip: Rect, taken: Sequence[Rect], wires: Sequence[Rect], barred: Sequence[Rect]
) -> bool:
    """Whether nothing is there, and where it is beside its wire no other one either, nor on its line."""
    corners = _corners(chip)
    if _covers(corners, taken):
        return False
    pieces = _pieces(anchor, chip)
    return not pieces or not (_covers(corners, wires) or any(_covers(each, barred) for each in pieces))


def _with_air(rect: Rect) -> Rect:
    x, y, wide, tall = rect
    return x - _AIR, y - _AIR, x + wide + _AIR, y + tall + _AIR


def _near(bounds: Rect, far: float, walls: Iterable[Rect]) -> list[Rect]:
    """The walls that are no further than that from those bounds, all as corners."""
    left, top, right, bottom = bounds
    return [
        wall
        for wall in walls
        if wall[0] < right + far and wall[2] > left - far and wall[1] < bottom + far and wall[3] > top - far
    ]


def _drawn(curve: Through) -> list[Rect]:
    """Points of it, as corners."""
    pieces = curve.pieces if isinstance(curve, Joined) else (curve,)
    return [(*piece.at(t), *piece.at(t)) for piece in pieces for t in _SAMPLES]


def _length(curve: Through) -> float:
    return abs(curve.x2 - curve.x1) + abs(curve.y2 - curve.y1)


def _pieces(anchor: Point, chip: Rect) -> list[Rect]:
    """The corners of the line from the wire to the chip, in small pieces where it is aslant.

    There are none where the chip stands on its wire.
    """
    line = chip_tail(anchor, chip)
    if line is None:
        return []
    (x1, y1), (x2, y2) = line
    if x1 == x2:
        return [(x1 - 1, min(y1, y2), x1 + 1, max(y1, y2))]
    at = [
        (x1 + (x2 - x1) * k / 12, y1 + (y2 - y1) * k / 12) for k in range(1, 13)
    ]  # its wire is at the first
    return [
        (min(x, u) - 1, min(y, v) - 1, max(x, u) + 1, max(y, v) + 1)
        for (x, y), (u, v) in itertools.pairwise(at)
    ]


def _covers(corners: Rect, walls: Iterable[Rect]) -> bool:
    left, top, right, bottom = corners
    for from_left, from_top, to_right, to_bottom in walls:  # asked so often that any() would be slow
        if left < to_right and right > from_left and top < to_bottom and bottom > from_top:
            return True
    return False


def _beside(curve: Through, size: Size) -> Iterator[tuple[Point, Rect]]:
    """On the wire, and above or below it."""
    wide, tall = size
    points = [curve.at(t) for t in _ALONG]
    for aside in _ASIDE:
        for px, py in points:
            yield (px, py), (px - wide / 2, py - tall / 2 + aside * tall, wide, tall)


def _about(curve: Through, size: Size) -> Iterator[tuple[Point, Rect]]:
    """In any direction, the nearest first."""
    return _ringed(curve, size, _ALONG, _RINGS)


def _far_about(curve: Through, size: Size) -> Iterator[tuple[Point, Rect]]:
    """The same from further off, and about more points."""
    return _ringed(curve, size, (*_ALONG, *_ENDS), _FURTHER)


def _ringed(
    curve: Through, size: Size, along: Sequence[float], rings: Sequence[float]
) -> Iterator[tuple[Point, Rect]]:
    wide, tall = size
    points = [curve.at(t) for t in along]
    for ring in rings:
        for across, down in _WAYS:
            for px, py in points:
                x, y = px + ring * across * wide - wide / 2, py + ring * down * tall - tall / 2
                yield (px, py), (x, y, wide, tall)
