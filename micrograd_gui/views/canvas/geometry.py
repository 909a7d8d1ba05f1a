"""The measures of a box and its ports, and the curve of a wire, in scene units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from micrograd_gui.document.graph import Graph, Node, NodeId, Place

Size = tuple[float, float]
WIDTH = 144.0
HEIGHT = 60.0
RADIUS = 8.0
TITLE = 24.0  # the height of the part with the badge and the name
CAPTION = 13.0  # the height of the line with the words data and grad
ROW_TITLE = 21.0  # the height of the title where the numbers stand in rows
WORDS_FROM = 0.62  # below this zoom the numbers stand in rows, so that they can be larger
CARDS_FROM = 0.3  # below this zoom a box is a rectangle with its name, and further off without
PAD = 3.0  # between a number as wide as numbers get and the edge of its field
PORT = 4.5  # the radius of a port
REACH = 9.0  # how far a selection outline, a shadow or a port stands out of a box
BOW = 26.0  # how far the wires of a * a bend away from each other


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

    def path(self) -> QPainterPath:
        path = QPainterPath(QPointF(self.x1, self.y1))
        self.append_to(path)
        return path

    def append_to(self, path: QPainterPath) -> None:
        path.moveTo(self.x1, self.y1)
        path.cubicTo(self.hx1, self.hy1, self.hx2, self.hy2, self.x2, self.y2)


def node_sizes(graph: Graph) -> dict[NodeId, tuple[float, float]]:
    """Width and height of every node's box, for whoever lays them out. They never change with numbers."""
    return dict.fromkeys(graph.nodes, (WIDTH, HEIGHT))


def box(place: Place) -> QRectF:
    """The box of a node whose place (its top left corner) this is."""
    return QRectF(place[0], place[1], WIDTH, HEIGHT)


def middle(place: Place) -> Place:
    """The middle of the box at that place."""
    return place[0] + WIDTH / 2, place[1] + HEIGHT / 2


def place_around(point: QPointF) -> Place:
    """The place of a box whose middle is that point."""
    return point.x() - WIDTH / 2, point.y() - HEIGHT / 2


def fields(place: Place, zoom: float, width: float = WIDTH) -> tuple[QRectF, QRectF]:
    """Where data and grad stand: side by side, and from further off, larger, one above the other."""
    x, y = place
    if zoom < WORDS_FROM:
        top, row = y + ROW_TITLE, (HEIGHT - ROW_TITLE) / 2
        return QRectF(x, top, width, row), QRectF(x, top + row, width, row)
    half, height = width / 2, HEIGHT - TITLE
    return QRectF(x, y + TITLE, half, height), QRectF(x + half, y + TITLE, half, height)


def title_height(zoom: float) -> float:
    return ROW_TITLE if zoom < WORDS_FROM else TITLE


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
