"""Stretching: the columns of a figure further apart, boxes and arrow heads as large as they were."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from msgspec import structs

from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.moving import box_moved, oval_moved
from micrograd_gui.figures.fitting.rows import Pile
from micrograd_gui.figures.geometry import Point
from micrograd_gui.figures.parts import Wire


def stretched(figure: Figure, columns: Sequence[Pile], factor: float) -> Figure:
    """The figure with each gap between its columns so many times as wide."""
    more = _Stretch(columns, factor)
    boxes = {at: box_moved(figure.boxes[at], more.of_column(number), 0.0)
             for number, column in enumerate(columns) for at in column.boxes}  # fmt: skip
    ovals = {at: oval_moved(figure.ovals[at], more.of_column(number), 0.0)
             for number, column in enumerate(columns) for at in column.ovals}  # fmt: skip
    chips = tuple(each.moved(more(each.x + each.width / 2), 0.0) for each in figure.chips)
    return replace(
        figure,
        width=round(figure.width + more.of_column(len(columns) - 1), 2),
        boxes=tuple(boxes[at] for at in range(len(boxes))),
        ovals=tuple(ovals[at] for at in range(len(ovals))),
        wires=tuple(_wire(each, more) for each in figure.wires),
        chips=chips,
    )


class _Stretch:
    """By how much what stands at some x moves to the right."""

    def __init__(self, columns: Sequence[Pile], factor: float) -> None:
        self.columns, self.factor = columns, factor
        self.moves = [0.0]
        for left, right in pairwise(columns):
            self.moves.append(self.moves[-1] + (right.left - left.right) * (factor - 1))
        self.lefts = [column.left for column in columns]

    def of_column(self, number: int) -> float:
        """By how much that column moves."""
        return self.moves[number]

    def __call__(self, x: float) -> float:
        at = max(0, bisect_right(self.lefts, x) - 1)
        beyond = x - self.columns[at].right
        if beyond <= 0 or at + 1 == len(self.columns):
            return self.moves[at]
        return self.moves[at] + beyond * (self.factor - 1)


def _wire(wire: Wire, more: _Stretch) -> Wire:
    """The wire with its ends on what they were on; its head keeps its form."""
    if not wire.head:
        return structs.replace(wire, points=_shifted(wire.points, more))
    tip = max(wire.head, key=lambda point: _far(point, wire.points[0]))
    shift = more(tip[0] + 1.0)
    points = [*_shifted(wire.points[:-1], more), (round(wire.points[-1][0] + shift, 2), wire.points[-1][1])]
    head = tuple((round(x + shift, 2), y) for x, y in wire.head)
    return structs.replace(wire, points=tuple(points), head=head)


def _shifted(points: Iterable[Point], more: _Stretch) -> tuple[Point, ...]:
    return tuple((round(x + more(x), 2), y) for x, y in points)


def _far(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
