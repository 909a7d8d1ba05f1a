"""Hit: what lies under a point of the canvas."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.block import BlockId, BlockKey, Key, block_of, is_block
from micrograd_gui.document.graph import NodeId
from micrograd_gui.figures import geometry
from micrograd_gui.figures.folding import Wire
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.paint_blocks import box_mark_rect, mark_rect, title_rect
from micrograd_gui.views.canvas.paint_cards import badge_rect
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene

Part = Literal["ground", "wire", "title", "badge", "data", "grad", "in", "out", "mark", "frame"]
_PORT_REACH = 9.0  # pixels around the middle of a port
_WIRE_REACH = 6.0
_PIECES = 20


class Hit(Struct, frozen=True):
    """A part of the picture; ``port`` is set for an input port and for a wire.

    On the box of a collapsed block, or the title of an open one, there is a block and no node; a port of
    a box is the port of the node inside, where it stands for one alone.
    """

    part: Part
    node: NodeId | None = None
    port: int | None = None
    block: BlockId | None = None

    @property
    def on_box(self) -> bool:
        """Whether it is a node's card or one of its ports."""
        return self.node is not None and self.part != "wire"

    @property
    def wire(self) -> Wire | None:
        """The input port, as the wire that ends on it."""
        return (self.node, self.port) if self.node is not None and self.port is not None else None


GROUND = Hit("ground")


def hit(picture: CanvasFrame, point: QPointF, zoom: float, pens: Pens) -> Hit:
    """The topmost thing at that point of the scene: a port, a part of a box, a wire, or the ground."""
    scene = picture.scene
    reach = min(_PORT_REACH / zoom, 13.0) if zoom < 1 else _PORT_REACH
    around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
    for number in sorted(scene.nodes_in(around), reverse=True):
        if is_block(number):
            found = _on_block(scene, number, point, reach)
        else:
            found = _on_box(scene, number, point, reach, zoom, pens)
        if found is not None:
            return found
    title = _on_frame(picture, point, zoom, pens)
    if title is not None:
        return title
    wire = nearest_wire(scene, point, min(_WIRE_REACH / zoom, 16.0))
    if wire is None:
        return GROUND
    real = scene.folding.real(wire)
    return Hit("wire", *real) if real is not None else GROUND


def _on_block(scene: Scene, key: BlockKey, point: QPointF, reach: float) -> Hit | None:
    box, block = scene.folding.boxes[key], block_of(key)
    if _distance(point, scene.out_point(key)) <= reach:
        return Hit("out", box.output, block=block) if box.output is not None else Hit("title", block=block)
    for at, port in enumerate(box.ports):
        if len(port.wires) == 1 and _distance(point, scene.in_point((key, at))) <= reach:
            return Hit("in", *port.wires[0], block=block)
    if not scene.boxes[key].contains(point):
        return None
    return Hit("mark" if box_mark_rect(scene, block).contains(point) else "title", block=block)


def _on_frame(picture: CanvasFrame, point: QPointF, zoom: float, pens: Pens) -> Hit | None:
    """The title or the mark of an open block, the innermost first."""
    scene = picture.scene
    for number, (_, rect) in scene.frames.items():
        if not rect.contains(point):
            continue
        if mark_rect(picture, number).adjusted(-3, -3, 3, 3).contains(point):
            return Hit("mark", block=number)
        if title_rect(picture, number, pens, zoom).contains(point):
            return Hit("frame", block=number)
    return None


def _on_box(
    scene: Scene, number: NodeId, point: QPointF, reach: float, zoom: float, pens: Pens
) -> Hit | None:
    node, place = scene.nodes[number], scene.places[number]
    form = scene.form
    if _distance(point, geometry.out_port(place, form)) <= reach:
        return Hit("out", number)
    arity = len(node.inputs)
    ports = [(_distance(point, geometry.in_port(place, port, arity, form)), port) for port in range(arity)]
    if ports and min(ports)[0] <= reach:
        return Hit("in", number, min(ports)[1])
    if not scene.boxes[number].contains(point):
        return None
    if form != geometry.WIDE:
        return Hit(_on_hall_card(point, place, form), number)
    if badge_rect(node, place, pens).contains(point):
        return Hit("badge", number)
    if point.y() < place[1] + card_geometry.title_height(zoom):
        return Hit("title", number)
    return Hit("data" if card_geometry.fields(place, zoom)[0].contains(point) else "grad", number)


def _on_hall_card(point: QPointF, place: tuple[float, float], form: geometry.CardForm) -> Part:
    if point.y() < place[1] + form.title:
        return "title"
    rows = form.rows(place)
    return "data" if len(rows) == 1 or point.y() < rows[1][1] else "grad"


def nearest_wire(scene: Scene, point: QPointF, reach: float) -> Wire | None:
    """The drawn wire that passes nearest to the point, if it does so within reach."""
    around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
    best, best_distance = None, reach
    for wire in scene.wires_in(around):
        curve = scene.curves[wire]
        points = [curve.at(piece / _PIECES) for piece in range(_PIECES + 1)]
        distance = min(_to_segment(point.x(), point.y(), *start, *end) for start, end in pairwise(points))
        if distance <= best_distance:
            best, best_distance = wire, distance
    return best


def nearest_port(
    scene: Scene,
    point: QPointF,
    reach: float,
    *,
    outputs: bool,
    wanted: Callable[[NodeId, int | None], bool],
) -> tuple[NodeId, int | None] | None:
    """The nearest port within reach that is wanted: output ports (their port is None), or input ports."""
    around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
    best: tuple[NodeId, int | None] | None = None
    best_distance = reach
    for number in scene.nodes_in(around):
        for node, port in _out_of(scene, number) if outputs else _into(scene, number):
            at = scene.out_point(node) if port is None else scene.in_point((node, port))
            distance = _distance(point, at)
            if distance <= best_distance and wanted(node, port):
                best, best_distance = (node, port), distance
    return best


def _out_of(scene: Scene, key: Key) -> list[tuple[NodeId, int | None]]:
    """The node that the output port of a node or box stands for."""
    number = scene.folding.boxes[key].output if is_block(key) else key
    return [] if number is None else [(number, None)]


def _into(scene: Scene, key: Key) -> list[tuple[NodeId, int | None]]:
    """The ports of a node; of a box, those that stand for one port alone."""
    if is_block(key):
        return [port.wires[0] for port in scene.folding.boxes[key].ports if len(port.wires) == 1]
    return [(key, port) for port in range(len(scene.nodes[key].inputs))]


def box_at(scene: Scene, point: QPointF, reach: float = 0.0) -> Key | None:
    """The topmost box under the point, or the one that is nearest within reach."""
    around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
    best: tuple[float, int] | None = None
    for number in scene.nodes_in(around):
        rect = scene.boxes[number]
        away = math.hypot(
            max(rect.left() - point.x(), 0, point.x() - rect.right()),
            max(rect.top() - point.y(), 0, point.y() - rect.bottom()),
        )
        if away <= reach and (best is None or (away, -number) < best):
            best = (away, -number)
    return None if best is None else -best[1]


def _distance(point: QPointF, at: tuple[float, float]) -> float:
    return math.hypot(point.x() - at[0], point.y() - at[1])


def _to_segment(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    t = max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length)) if length else 0.0
    return math.hypot(x - x1 - t * dx, y - y1 - t * dy)
