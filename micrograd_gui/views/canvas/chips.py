"""Chips: what a backward step hands down each input wire, and where there is room to say it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.services.slopes import amount_text, rule_text
from micrograd_gui.session.trace import Step
from micrograd_gui.views.canvas.folding import Wire
from micrograd_gui.views.canvas.geometry import CARDS_FROM, Curve
from micrograd_gui.views.canvas.index import Index
from micrograd_gui.views.canvas.ink import Ink

SIZES = (1.7, 1.35, 1.0)
_MARGIN = 4.0
_ALONG = (0.5, 0.3, 0.7, 0.15, 0.85)  # where along a wire; of a long wire only where this near to its end:
_LONG = 400.0
_FURTHEST_X, _FURTHEST_Y = 100, 104


def _candidates(downwards: bool) -> list[tuple[int, int, int]]:
    """Where to look, nearest first: which point of the wire, and how far from it across and down."""

    def cost(at: tuple[int, int, int]) -> float:
        rank, dx, dy = at
        wrong_way = 4.0 if dy and (dy > 0) != downwards else 0.0
        return math.hypot(dx * 1.2, dy) + 2.0 * rank + wrong_way

    across, down = range(-_FURTHEST_X, _FURTHEST_X + 1, 20), range(-_FURTHEST_Y, _FURTHEST_Y + 1, 8)
    return sorted(((rank, dx, dy) for rank in range(len(_ALONG)) for dx in across for dy in down), key=cost)


_CANDIDATES = {downwards: _candidates(downwards) for downwards in (False, True)}


@dataclass(frozen=True, slots=True)
class Chip:
    """One wire's own contribution: the rule above, what is added below, and the point it is about."""

    wire: Wire
    rule: str
    amount: str
    rect: QRectF
    anchor: QPointF
    size: float


def chip_size(zoom: float) -> float:
    """How large chips are drawn, so that they can be read from further off; few sizes, so that they rest.

    0: so far off that there are none.
    """
    if zoom < CARDS_FROM:
        return 0.0
    largest, middle, smallest = SIZES
    return smallest if zoom >= 0.72 else middle if zoom >= 0.5 else largest


def chips(index: Index, step: Step | None, ink: Ink, size: float = 1.0) -> tuple[Chip, ...]:
    """The chips of a backward step, clear of every box and of each other wherever there is room."""
    if step is None or step.node is None or step.kind not in ("backward", "problem") or not size:
        return ()
    made: list[Chip] = []
    for each in step.contributions:
        wire = index.folding.shown((step.node, each.port))
        if wire is None or wire not in index.curves:
            continue
        rule, amount = rule_text(index.graph, step.node, each), amount_text(each)
        width = max(ink.rule.width(rule), ink.sum.width(amount)) + 12
        height = ink.rule.metrics.height() + ink.sum.metrics.height() + 3
        last = each.port == len(step.contributions) - 1 and each.port > 0
        for each_size in (s for s in SIZES if s <= size):  # rather small than over a box
            rect, anchor, free = _room(index, wire, width * each_size, height * each_size, made, last)
            if free:
                break
        made.append(Chip(wire, rule, amount, rect, anchor, each_size))
    return tuple(made)


def _along(curve: Curve) -> tuple[float, ...]:
    length = math.hypot(curve.x2 - curve.x1, curve.y2 - curve.y1)
    part = min(1.0, _LONG / length) if length else 1.0
    return tuple(1 - part * (1 - t) for t in _ALONG)


def _room(
    index: Index, wire: Wire, width: float, height: float, taken: list[Chip], downwards: bool
) -> tuple[QRectF, QPointF, bool]:
    """The nearest rectangle to the wire that covers neither box nor chip, else the least bad, and whether."""
    curve = index.curves[wire]
    points = [curve.at(t) for t in _along(curve)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = min(xs) - width / 2 - _FURTHEST_X, min(ys) - height / 2 - _FURTHEST_Y
    right, bottom = max(xs) + width / 2 + _FURTHEST_X, max(ys) + height / 2 + _FURTHEST_Y
    around = QRectF(left, top, right - left, bottom - top)
    obstacles = [index.boxes[key] for key in index.nodes_in(around)]
    obstacles += [rect for rect in index.titles() if rect.intersects(around)]
    obstacles += [chip.rect for chip in taken]
    walls = [
        (each.left() - _MARGIN, each.top() - _MARGIN, each.right() + _MARGIN, each.bottom() + _MARGIN)
        for each in obstacles
    ]
    for rank, dx, dy in _CANDIDATES[downwards]:
        px, py = points[rank]
        x, y = px + dx - width / 2, py + dy - height / 2
        x_end, y_end = x + width, y + height
        for x1, y1, x2, y2 in walls:
            if x < x2 and x_end > x1 and y < y2 and y_end > y1:
                break
        else:
            return QRectF(x, y, width, height), QPointF(px, py), True

    def covered(point: tuple[float, float]) -> float:
        rect = QRectF(point[0] - width / 2, point[1] - height / 2, width, height)
        return sum(both.width() * both.height() for both in (rect.intersected(each) for each in obstacles))

    px, py = min(points, key=covered)
    return QRectF(px - width / 2, py - height / 2, width, height), QPointF(px, py), False
