"""The measures of a card and its ports, and the curve of a wire: the same in the window and in figures."""

from __future__ import annotations

from collections.abc import Sequence
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


class Curve(NamedTuple):
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


def curve(start: Place, end: Place, bow: float = 0.0) -> Curve:
    """The wire from an output port to an input port."""
    (x1, y1), (x2, y2) = start, end
    reach = (x2 - x1) / 2 if x2 - x1 > 48 else 24 + min(120.0, (48 - (x2 - x1)) / 3)
    return Curve(x1, y1, x1 + reach, y1 + bow, x2 - reach, y2 + bow, x2, y2)


def bow(node: Node, port: int) -> float:
    """How far the wire on that port bends: the two of ``a * a`` must be seen as two."""
    inputs: Sequence[NodeId | None] = node.inputs
    return BOW * (2 * port - len(inputs) + 1) if inputs.count(inputs[port]) > 1 else 0.0
