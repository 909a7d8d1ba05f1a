"""Chips: on the wires between cards, what a backward step hands down, where the canvas says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from micrograd_gui.document.block import Block
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.services.chip_room import around, points_of, room
from micrograd_gui.services.lettering import shown_label, width
from micrograd_gui.services.measures import Curve, Rect
from micrograd_gui.services.parts import CHIP_AMOUNT, CHIP_RULE, Chip, End, Wire
from micrograd_gui.services.picture import Picture
from micrograd_gui.services.routes import title_room
from micrograd_gui.session.explain.slopes import amount_text, rule_text
from micrograd_gui.session.trace import Step

HEIGHT = 27.5
_SIDES = 12.0


class Said(NamedTuple):
    """The rule and the amount; whether there is rather room below than above."""

    rule: str
    amount: str
    below: bool


Words = Mapping[tuple[End, int], Said]  # what is on each wire as it is drawn: the first thing, the second, …


def words(shown: Callable[[End], End | None], graph: Graph, step: Step | None) -> Words:
    """What that step says on the wires; ``shown`` gives the end of a wire of the graph as it is drawn.

    A wire that stands for several operands says something for each of them.
    """
    if step is None or step.node is None or step.kind not in ("backward", "problem"):
        return {}
    found: dict[tuple[End, int], Said] = {}
    times: Counter[End] = Counter()
    for each in step.contributions:
        end = shown((step.node, each.port))
        if end is not None:
            last = each.port == len(step.contributions) - 1 and each.port > 0
            rule = shown_label(rule_text(graph, step.node, each))
            found[end, times[end]] = Said(rule, amount_text(each), last)
            times[end] += 1
    return found


def room_for(
    wires: Iterable[Wire],
    boxes: Sequence[Rect],
    frames: Iterable[tuple[Block, Rect]],
    all_words: Iterable[Words],
) -> tuple[Chip, ...]:
    """A chip with nothing on it for each thing that is ever said, as wide as its widest words."""
    widest: dict[tuple[End, int], tuple[float, bool]] = {}
    for each in all_words:
        for at, said in each.items():
            wide = max(width(said.rule, CHIP_RULE), width(said.amount, CHIP_AMOUNT, bold=True)) + _SIDES
            widest[at] = max(widest.get(at, (0.0, False))[0], wide), said.below
    if not widest:
        return ()
    ends = {(wire.node, wire.port): wire for wire in wires}
    obstacles = [*boxes, *(title_room(block, rect) for block, rect in frames)]
    made: dict[NodeId, list[Chip]] = {}  # those of one node are seen together
    for (end, nth), (wide, below) in widest.items():
        if end in ends:
            beside = made.setdefault(end[0], [])
            beside.append(_placed(ends[end], nth, wide, below, obstacles, beside))
    return tuple(chip for chips in made.values() for chip in chips)


def spoken(picture: Picture, said: Words) -> Picture:
    """The picture with those words on its chips."""
    chips = []
    for chip in picture.chips:
        rule, amount, _ = said.get(((chip.node, chip.port), chip.nth), ("", "", False))
        chips.append(replace(chip, rule=rule, amount=amount))
    return replace(picture, chips=tuple(chips))


def _placed(
    wire: Wire, nth: int, wide: float, below: bool, obstacles: Iterable[Rect], beside: Iterable[Chip]
) -> Chip:
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = wire.points
    points = points_of(Curve(x1, y1, x2, y2, x3, y3, x4, y4))
    near = around(points, wide, HEIGHT)
    walls = [rect for rect in obstacles if _meet(rect, near)] + [chip.rect for chip in beside]
    (x, y), anchor, _ = room(points, wide, HEIGHT, walls, downwards=below)
    assert wire.port is not None, "of cards, every wire ends on a port"
    return Chip(wire.node, wire.port, x, y, round(wide, 2), HEIGHT, anchor, nth=nth)


def _meet(one: Rect, other: Rect) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )
