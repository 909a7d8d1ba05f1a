"""On wires: what is said on the wires of a figure, and where it has room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from msgspec import structs

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import AMOUNT_SIZE, RULE_SIZE, Bezier, Point, Rect, Size, chip_size
from micrograd_gui.figures.parts import ChipText, End, Wire
from micrograd_gui.figures.text_metrics import line_height, shown_label, width
from micrograd_gui.session.asking.on_wires import OnWire, wires_of
from micrograd_gui.session.explain.formulas import naming_of
from micrograd_gui.session.explain.slopes import WireWords, amount_text, rule_text, wire_words
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
    """What stands on each wire that is drawn as one; a wire into a folded block stands for several."""
    names = naming_of(graph, notation)
    found: dict[tuple[End, int], ChipWords] = {}
    for wire, on in wires.items():
        end = shown(wire)
        if end == wire:
            said = wire_words(graph, wire, structs.replace(on, acting=on.acting and step is not None), names)
            said = said._replace(below=shown_label(said.below))
            found[end, 0] = ChipWords(said.above, said.below, False, said)
    return found


def with_words(figure: Figure, said: Words) -> Figure:
    """The figure with those words on its chips."""
    chips = []
    for chip in figure.chips:
        rule, amount, _, rest = said.get(((chip.node, chip.port), chip.nth), ("", "", False, None))
        chips.append(replace(chip, rule="" if chip.brief else rule, amount=amount, rest=rest))
    return replace(figure, chips=tuple(chips))


def words_size(rule: str, amount: str) -> Size:
    """The size of a chip with those words."""
    above = (width(rule, RULE_SIZE), line_height(RULE_SIZE)) if rule else (0.0, 0.0)
    return chip_size(above, (width(amount, AMOUNT_SIZE, bold=True), line_height(AMOUNT_SIZE)))


def widest(all_words: Iterable[Words]) -> dict[tuple[End, int], tuple[Size, Size]]:
    """The room that each chip needs for all that it ever says, and for its lower line alone."""
    found: dict[tuple[End, int], tuple[Size, Size]] = {}
    for words in all_words:
        for at, said in words.items():
            if said.amount:
                whole, brief = words_size(said.rule, said.amount), words_size("", said.amount)
                old = found.get(at, (whole, brief))
                found[at] = _larger(old[0], whole), _larger(old[1], brief)
    return found


# A place that has room for these numbers rests while somebody steps.
USUAL = (OnWire(-0.8888, -0.8888), OnWire(-0.8888, -0.8888, -0.8888, acting=True))


def usual_sizes(graph: Graph, notation: Notation) -> dict[End, Size]:
    """The room that the chips of all wires need, whatever usual numbers they come to hold."""
    found: dict[End, Size] = {}
    names = naming_of(graph, notation)
    for wire in wires_of(graph):
        for on in USUAL:
            said = wire_words(graph, wire, on, names)
            size = words_size(said.above, shown_label(said.below))
            found[wire] = _larger(found.get(wire, size), size)
    return found


def _larger(one: Size, other: Size) -> Size:
    return max(one[0], other[0]), max(one[1], other[1])


def rooms_on_all(
    wires: Iterable[Wire], obstacles: Sequence[Rect], words: Iterable[Words]
) -> tuple[ChipText, ...]:
    """A chip with nothing on it for each wire that has room for one beside all others."""
    curves = {
        (wire.node, wire.port): Bezier(*(each for point in wire.points for each in point))
        for wire in wires
        if wire.port is not None
    }
    needed = {end: sizes for (end, _), sizes in widest(words).items() if end in curves}
    placed = places({end: curves[end] for end in needed}, needed, obstacles)
    return tuple(_blank_chip(end, place) for end, place in placed.items())


def _blank_chip(end: End, place: ChipPlace) -> ChipText:
    x, y, wide, tall = (round(each, 2) for each in place.rect)
    return ChipText(*end, x, y, wide, tall, place.anchor, brief=place.level > 0)


# Where all of them have room -------------------------------------------------------------------------

_ALONG = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.15, 0.85)
_SAMPLES = [k / 16 for k in range(1, 16)]
_AIR = 3.0


class ChipPlace(NamedTuple):
    """Which of the sizes there is room for, where, and the point of the wire that it is about."""

    level: int
    rect: Rect
    anchor: Point


def places(
    curves: Mapping[K, Bezier], sizes: Mapping[K, Sequence[Size]], obstacles: Sequence[Rect]
) -> dict[K, ChipPlace]:
    """A place on or beside each wire, clear of all obstacles and each other; none where there is no room.

    The short wires come first, which have the fewest places; a chip stands on its wire where it can. The
    first of its sizes for which there is room is taken. The line to a chip that stands beside its wire goes
    over no other, and such a chip stands on the wire of another one only where it has no other place.
    """
    walls = [(x - _AIR, y - _AIR, x + w + _AIR, y + h + _AIR) for x, y, w, h in obstacles]
    drawn = {key: [(*curve.at(t), *curve.at(t)) for t in _SAMPLES] for key, curve in curves.items()}
    found: dict[K, ChipPlace] = {}
    for key in sorted(curves, key=lambda key: _length(curves[key])):
        far = max(max(size) for size in sizes[key]) * 2
        near = _near(curves[key], far, walls)
        others = _near(curves[key], far, (each for other in curves if other != key for each in drawn[other]))
        ways = [(level, size, spare) for spare in (others, ()) for level, size in enumerate(sizes[key])]
        tried = (_free(curves[key], level, size, near, spare) for level, size, spare in ways)
        place = next((each for each in tried if each is not None), None)
        if place is not None:
            found[key] = place
            x, y, wide, tall = place.rect
            walls.append((x - _AIR, y - _AIR, x + wide + _AIR, y + tall + _AIR))
            walls.append(_tail(place.anchor, place.rect))
    return {key: found[key] for key in curves if key in found}


def _near(curve: Bezier, far: float, walls: Iterable[Rect]) -> list[Rect]:
    """The walls, as corners, that are no further than that from the curve."""
    left, top, right, bottom = curve.bounds()
    return [
        wall
        for wall in walls
        if wall[0] < right + far and wall[2] > left - far and wall[1] < bottom + far and wall[3] > top - far
    ]


def _length(curve: Bezier) -> float:
    return abs(curve.x2 - curve.x1) + abs(curve.y2 - curve.y1)


def _tail(anchor: Point, chip: Rect) -> Rect:
    """The corners of the line from the wire to the chip; of no length where the chip stands on the wire."""
    (px, py), near = anchor, min(max(anchor[1], chip[1]), chip[1] + chip[3])
    return px - 1, min(py, near), px + 1, max(py, near)


def _covers(corners: Rect, walls: Iterable[Rect]) -> bool:
    left, top, right, bottom = corners
    return any(left < wall[2] and right > wall[0] and top < wall[3] and bottom > wall[1] for wall in walls)


def _free(
    curve: Bezier, level: int, size: Size, walls: Sequence[Rect], others: Sequence[Rect]
) -> ChipPlace | None:
    """The first place clear of the walls, and of the other wires where it is not on its own."""
    wide, tall = size
    points = [curve.at(t) for t in _ALONG]
    for aside in (0.0, 0.6, -0.6, 0.9, -0.9, 1.4, -1.4, 2.0, -2.0):
        for px, py in points:
            x, y = px - wide / 2, py - tall / 2 + aside * tall
            if _covers((x, y, x + wide, y + tall), walls):
                continue
            tail = _tail((px, py), (x, y, wide, tall))
            if tail[1] < tail[3] and (_covers(tail, walls) or _covers((x, y, x + wide, y + tall), others)):
                continue
            return ChipPlace(level, (x, y, wide, tall), (round(px, 2), round(py, 2)))
    return None
