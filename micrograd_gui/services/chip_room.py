"""Chip room: where beside a wire there is room to say what a step hands down it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from micrograd_gui.services.measures import Curve, Rect

Point = tuple[float, float]

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


def points_of(curve: Curve) -> list[Point]:
    """The points of a wire that a chip may be about, the best first."""
    length = math.hypot(curve.x2 - curve.x1, curve.y2 - curve.y1)
    part = min(1.0, _LONG / length) if length else 1.0
    return [curve.at(1 - part * (1 - t)) for t in _ALONG]


def around(points: Sequence[Point], width: float, height: float) -> Rect:
    """Where a chip of that size may come to stand."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, top = min(xs) - width / 2 - _FURTHEST_X, min(ys) - height / 2 - _FURTHEST_Y
    right, bottom = max(xs) + width / 2 + _FURTHEST_X, max(ys) + height / 2 + _FURTHEST_Y
    return left, top, right - left, bottom - top


def room(
    points: Sequence[Point], width: float, height: float, obstacles: Iterable[Rect], *, downwards: bool
) -> tuple[Point, Point, bool]:
    """The left top corner nearest to the wire at which a chip covers no obstacle, and the point it is about.

    Where there is none, the one at which it covers least; whether it is free comes last.
    """
    obstacles = list(obstacles)
    walls = [
        (x - _MARGIN, y - _MARGIN, x + wide + _MARGIN, y + tall + _MARGIN) for x, y, wide, tall in obstacles
    ]
    for rank, dx, dy in _CANDIDATES[downwards]:
        px, py = points[rank]
        x, y = px + dx - width / 2, py + dy - height / 2
        x_end, y_end = x + width, y + height
        for x1, y1, x2, y2 in walls:
            if x < x2 and x_end > x1 and y < y2 and y_end > y1:
                break
        else:
            return (x, y), (px, py), True

    def covered(point: Point) -> float:
        x, y = point[0] - width / 2, point[1] - height / 2
        return sum(
            max(0.0, min(x + width, left + wide) - max(x, left))
            * max(0.0, min(y + height, top + tall) - max(y, top))
            for left, top, wide, tall in obstacles
        )

    px, py = min(points, key=covered)
    return (px - width / 2, py - height / 2), (px, py), False
