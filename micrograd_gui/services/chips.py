"""Chips: on the wires between cards, what a backward step hands down, where there is room to say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.services.lettering import shown_label, width
from micrograd_gui.services.picture import CHIP_AMOUNT, CHIP_RULE, Chip, Picture, Point, Wire
from micrograd_gui.services.slopes import amount_text, rule_text
from micrograd_gui.session.trace import Step

End = tuple[NodeId, int | None]  # of a wire as it is drawn: a node and its port
Words = Mapping[End, tuple[str, str]]  # the rule and the amount on each wire

HEIGHT = 28.0
_SIDES = 12.0
_CLEAR = 4.0  # between a chip and whatever is near
_ALONG = (0.5, 0.3, 0.7, 0.15, 0.85)  # where along a wire
_ACROSS, _DOWN = range(-100, 101, 20), range(-104, 105, 8)


def words(picture: Picture, graph: Graph, step: Step | None) -> Words:
    """What that step says on the wires of the picture; ``graph`` is the whole, with nothing folded.

    A wire that stands for several operands at once says nothing.
    """
    if step is None or step.node is None or step.kind not in ("backward", "problem"):
        return {}
    shown = picture.stands_for
    node = shown.get(step.node, step.node)
    wires = [wire for wire in picture.wires if wire.node == node]
    ends = {(wire.source if node in shown else wire.port): wire for wire in wires}
    found: dict[End, tuple[str, str]] = {}
    times: Counter[End] = Counter()
    for each in step.contributions:
        wire = ends.get(shown.get(each.operand, each.operand) if node in shown else each.port)
        if wire is not None:
            found[node, wire.port] = shown_label(rule_text(graph, step.node, each)), amount_text(each)
            times[node, wire.port] += 1
    return {end: said for end, said in found.items() if times[end] == 1}


def room_for(picture: Picture, all_words: Iterable[Words]) -> tuple[Chip, ...]:
    """A chip with nothing on it for each wire that is ever spoken of, as wide as its widest words."""
    widest: dict[End, float] = {}
    for each in all_words:
        for end, (rule, amount) in each.items():
            wide = max(width(rule, CHIP_RULE), width(amount, CHIP_AMOUNT, bold=True)) + _SIDES
            widest[end] = max(widest.get(end, 0.0), wide)
    made: dict[NodeId, list[Chip]] = {}  # those of one node are seen together
    for wire in picture.wires:
        wide = widest.get((wire.node, wire.port), 0.0)
        if wide:
            beside = made.setdefault(wire.node, [])
            beside.append(_placed(picture, wire, wide, beside))
    return tuple(chip for chips in made.values() for chip in chips)


def spoken(picture: Picture, said: Words) -> Picture:
    """The picture with those words on its chips."""
    chips = []
    for chip in picture.chips:
        rule, amount = said.get((chip.node, chip.port), ("", ""))
        chips.append(replace(chip, rule=rule, amount=amount))
    return replace(picture, chips=tuple(chips))


def _placed(picture: Picture, wire: Wire, wide: float, beside: list[Chip]) -> Chip:
    """The place nearest to the wire, inside the picture, that covers no card and no other chip of its node.

    Where there is none, the chip is on the wire.
    """
    import numpy as np  # only for who exports a backward step

    points = np.array([_along(wire, t) for t in _ALONG])
    offsets = np.array([(x, y) for x in _ACROSS for y in _DOWN], float)
    centres = (points[:, None, :] + offsets[None, :, :]).reshape(-1, 2)
    rank = np.repeat(np.arange(len(points)), len(offsets))
    cost = np.hypot(1.2 * (centres - points[rank])[:, 0], (centres - points[rank])[:, 1]) + 2.0 * rank
    half = np.array((wide / 2, HEIGHT / 2))
    size = np.array((picture.width, picture.height))
    inside = ((centres - half >= 1) & (centres + half <= size - 1)).all(axis=1)
    walls = np.array([box.rect for box in picture.boxes] + [(c.x, c.y, c.width, c.height) for c in beside])
    middles, halves = walls[:, :2] + walls[:, 2:] / 2, walls[:, 2:] / 2 + _CLEAR
    near = (np.abs(middles - points.mean(axis=0)) < halves + half + np.ptp(points, axis=0) + 110).all(axis=1)
    apart = np.abs(centres[:, None, :] - middles[None, near, :]) >= halves[None, near, :] + half
    free = inside & apart.any(axis=2).all(axis=1)
    best = int(np.where(free, cost, np.inf).argmin()) if free.any() else 0
    anchor = points[rank[best]]
    x, y = (centres[best] if free.any() else anchor) - half
    at: Point = round(float(anchor[0]), 2), round(float(anchor[1]), 2)
    return Chip(wire.node, wire.port, round(float(x), 2), round(float(y), 2), round(wide, 2), HEIGHT, at)


def _along(wire: Wire, t: float) -> Point:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = wire.points
    s = 1 - t
    a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    return a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
