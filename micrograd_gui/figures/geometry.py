"""The measures of a card and its ports, and the curve of a wire: the same in the window and in figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from micrograd_gui.document.graph import Graph, Node, NodeId, Place

Size = tuple[float, float]
Rect = tuple[float, float, float, float]  # left, top, width, height
WIDTH = 144.0
HEIGHT = 60.0
RADIUS = 8.0
TITLE = 24.0  # the height of the part with the badge and the name
EDGE = 8.0  # between the edge of a box and what stands in its title
PORT = 4.5  # the radius of a port
NUMBER_EDGE = {"data": 4.0, "grad": 7.0}  # from a number to the end of its field, where grad has the port
BOW = 26.0  # how far the wires of a * a bend away from each other
FOOT = 20.0  # the line below the numbers of a collapsed block, with its parameters
BLOCK_WIDTH = 196.0
MARK = 16.0  # the side of the small square that opens or collapses a block
STACK = 5.0  # how far the sheets behind a collapsed block stand out of it
SIDE_PORT = 0.82  # how far down a collapsed block wires leave that do not come from its output
FRAME, FRAME_TITLE = 16.0, 36.0  # between the frame of an open block and what it holds; above is its title


class Bezier(NamedTuple):
    """A cubic: where it starts, its two handles, where it ends."""

    x1: float
    y1: float
    hx1: float
    hy1: float
    hx2: float
    hy2: float
    x2: float
    y2: float

    def at(self, t: float) -> tuple[float, float]:
        """The point that lies at ``t`` (0 … 1) along the curve."""
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        return (
            a * self.x1 + b * self.hx1 + c * self.hx2 + d * self.x2,
            a * self.y1 + b * self.hy1 + c * self.hy2 + d * self.y2,
        )

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a rectangle that holds the curve."""
        xs, ys = self[0::2], self[1::2]
        return min(xs), min(ys), max(xs), max(ys)


def node_sizes(graph: Graph) -> dict[NodeId, Size]:
    """Width and height of every node's box, for whoever lays them out. They never change with numbers."""
    return dict.fromkeys(graph.nodes, (WIDTH, HEIGHT))


def in_port(place: Place, port: int, arity: int) -> Place:
    """The middle of an input port; the first operand is the upper one."""
    if arity == 1:
        return place[0], place[1] + HEIGHT / 2
    return place[0], place[1] + HEIGHT * (0.2 + 0.36 * port / (arity - 1))  # clear of the number


def out_port(place: Place) -> Place:
    return place[0] + WIDTH, place[1] + HEIGHT / 2


def curve(start: Place, end: Place, bow: float = 0.0) -> Bezier:
    """The wire from an output port to an input port."""
    (x1, y1), (x2, y2) = start, end
    reach = (x2 - x1) / 2 if x2 - x1 > 48 else 24 + min(120.0, (48 - (x2 - x1)) / 3)
    return Bezier(x1, y1, x1 + reach, y1 + bow, x2 - reach, y2 + bow, x2, y2)


def bow(node: Node, port: int) -> float:
    """How far the wire on that port bends: the two of ``a * a`` must be seen as two."""
    inputs: Sequence[NodeId | None] = node.inputs
    return BOW * (2 * port - len(inputs) + 1) if inputs.count(inputs[port]) > 1 else 0.0


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


def points_of(curve: Bezier) -> list[Point]:
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
