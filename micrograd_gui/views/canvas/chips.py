"""Chips: what a backward step hands down each input wire, and where there is room to say it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import around, points_of, room
from micrograd_gui.session.explain.slopes import amount_text, rule_text
from micrograd_gui.session.trace import Step
from micrograd_gui.views.canvas.geometry import CARDS_FROM
from micrograd_gui.views.canvas.index import Index
from micrograd_gui.views.canvas.ink import Ink

SIZES = (1.7, 1.35, 1.0)


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


def _room(
    index: Index, wire: Wire, width: float, height: float, taken: list[Chip], downwards: bool
) -> tuple[QRectF, QPointF, bool]:
    """The nearest rectangle to the wire that covers neither box nor chip, else the least bad, and whether."""
    points = points_of(index.curves[wire])
    near = QRectF(*around(points, width, height))
    obstacles = [index.boxes[key] for key in index.nodes_in(near)]
    obstacles += [rect for rect in index.titles() if rect.intersects(near)]
    obstacles += [chip.rect for chip in taken]
    walls = [(each.left(), each.top(), each.width(), each.height()) for each in obstacles]
    (x, y), anchor, free = room(points, width, height, walls, downwards=downwards)
    return QRectF(x, y, width, height), QPointF(*anchor), free
