"""Tools: what is at work between pressing a button and letting it go, and between Enter and Esc."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.catalogue import MIME, block_kind
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import HEIGHT, RADIUS, curve, in_port
from micrograd_gui.session.transitions import VALUE
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.hit import box_at, nearest_wire
from micrograd_gui.views.canvas.host import Host
from micrograd_gui.views.canvas.scene import Scene

Modifiers = Qt.KeyboardModifier
ADDING = Modifiers.ControlModifier | Modifiers.ShiftModifier


class Tool:
    """One tool in the hand; all that it does from start to end is one edit, so one undo.

    Its life: it is made with the point of the scene where the button was pressed; ``start`` is called once,
    ``drag`` whenever the pointer moves; and then either ``drop``, where the button is let go, or ``cancel``.
    After either it is not used again. Meanwhile ``paint`` shows it, within ``rect``, on top of the picture.

    ``host``: what it works on. ``origin``: where it began. ``token`` tells the session that all it does is
    one edit. ``cursor``: the pointer's shape meanwhile. ``hidden_wire``: a wire not to be drawn meanwhile.
    """

    cursor = Qt.CursorShape.ArrowCursor
    hidden_wire: Wire | None = None

    def __init__(self, host: Host, origin: QPointF) -> None:
        self.host, self.origin, self.token = host, origin, object()

    def start(self) -> None:
        """It is taken in hand."""

    def drag(self, point: QPointF, modifiers: Modifiers) -> None:
        """The pointer is at that point of the scene now."""

    def drop(self, point: QPointF) -> None:
        """The button was let go there."""

    def cancel(self) -> None:
        """Esc: all is as it was before."""

    def paint(self, painter: QPainter) -> None:
        """What shows on top of the picture while it lasts."""

    def rect(self) -> QRectF:
        """Where ``paint`` paints."""
        return QRectF()


class Pan(Tool):
    """The canvas is dragged along with the pointer, in pixels."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, host: Host, origin: QPointF, position: QPoint) -> None:
        super().__init__(host, origin)
        self._last = position

    def drag_pixels(self, position: QPoint) -> None:
        """The pointer is at that pixel now."""
        self.host.scroll_by(self._last - position)
        self._last = position


class Move(Tool):
    """The selected boxes follow the pointer."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, host: Host, origin: QPointF) -> None:
        super().__init__(host, origin)
        self._from: dict[NodeId, Place] = {}
        self._has_moved = False

    def start(self) -> None:
        host = self.host
        host.freeze_places()
        places = host.graph_scene.graph.places
        moved = host.graph_scene.folding.whole(host.session.state.selection)
        # what is selected may have come a moment ago, and not be drawn yet
        self._from = {number: places[number] for number in moved if number in places}

    def drag(self, point: QPointF, modifiers: Modifiers) -> None:
        if self.host.graph_scene.folding.stand is not None:
            return  # in a hall everything stands where it is seen from the back row
        by = point - self.origin
        if modifiers & Modifiers.ShiftModifier:  # straight across or straight up
            by = QPointF(by.x(), 0) if abs(by.x()) > abs(by.y()) else QPointF(0, by.y())
        there = self.host.session.state.graph.nodes
        places = {n: (x + by.x(), y + by.y()) for n, (x, y) in self._from.items() if n in there}
        if places:
            self._has_moved = True
            self.host.session.move(places, self.token)

    def cancel(self) -> None:
        if self._has_moved:
            self.host.session.undo()


class Band(Tool):
    """A frame is drawn; the boxes it touches become the selection, or join it."""

    def __init__(self, host: Host, origin: QPointF, *, adding: bool) -> None:
        super().__init__(host, origin)
        self._before = host.session.state.selection
        self._kept = self._before if adding else frozenset()
        self._end = origin

    def drag(self, point: QPointF, _modifiers: Modifiers) -> None:
        self._end = point
        frame = self._frame()
        scene = self.host.graph_scene
        touched = {key for key in scene.nodes_in(frame) if frame.intersects(scene.boxes[key])}
        self.host.session.select(self._kept | scene.nodes_of(touched))

    def cancel(self) -> None:
        self.host.session.select(self._before)

    def paint(self, painter: QPainter) -> None:
        pen = QPen(self.host.pens.selection, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(self.host.pens.glow)
        painter.drawRect(self._frame())

    def rect(self) -> QRectF:
        margin = 4 / self.host.zoom
        return self._frame().adjusted(-margin, -margin, margin, margin)

    def _frame(self) -> QRectF:
        return QRectF(self.origin, self._end).normalized()


class Scrub(Tool):
    """Dragging left and right on a number changes it, live."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, host: Host, origin: QPointF, node: NodeId) -> None:
        super().__init__(host, origin)
        graph = host.session.state.graph
        self._node = node
        self._value = value_of(graph, node)
        self._step = scrub_step(self._value, exponent=node in graph.nodes and not graph.nodes[node].is_leaf)
        self._x = origin.x()
        self._has_changed = False

    def drag(self, point: QPointF, modifiers: Modifiers) -> None:
        host = self.host
        graph = host.session.state.graph
        if not can_hold_value(graph, self._node):  # it was taken away meanwhile
            return
        pixels = (point.x() - self._x) * host.zoom
        step = self._step * modifier_factor(modifiers)
        target = self._value + pixels * step
        rounded = round(target / step) * step  # whole steps give numbers that read well
        self._value, self._x = target, point.x()
        digits = max(0, -math.floor(math.log10(step)))
        rounded = round(rounded, digits + 1)
        if rounded != value_of(graph, self._node):
            self._has_changed = True
            host.attempt(host.session.set_value, self._node, rounded, self.token)

    def cancel(self) -> None:
        if self._has_changed:
            self.host.session.undo()


def modifier_factor(modifiers: Modifiers) -> float:
    """Shift: ten times finer; Ctrl: ten times coarser."""
    if modifiers & Modifiers.ShiftModifier:
        return 0.1
    return 10.0 if modifiers & Modifiers.ControlModifier else 1.0


def scrub_step(value: float, *, exponent: bool = False) -> float:
    """What one pixel is worth: a hundredth of the number's own magnitude."""
    if exponent:
        return 0.1
    size = abs(value) if math.isfinite(value) else 1.0
    magnitude = math.floor(math.log10(size)) if size > 1e-6 else 0
    return float(10.0 ** (min(magnitude, 12) - 2))


def value_of(graph: Graph, node: NodeId) -> float:
    """The number that a leaf holds, or the exponent of a ``**n`` node."""
    found = graph.nodes.get(node)
    return 0.0 if found is None or found.number is None else found.number


def can_hold_value(graph: Graph, node: NodeId | None) -> bool:
    """Whether it is a leaf, or a power with an exponent of its own."""
    found = graph.nodes.get(node or 0)
    return found is not None and found.holds_number


GAP = 96.0  # between a node and the op that is applied to it
_WIRE_REACH = 12.0  # pixels


class DropTarget(Struct, frozen=True):
    """Where what is dragged in would go: on the ground, onto a node, or into a wire.

    ``op``: the payload of the offer. ``key``: the node or box it is over. ``refused``: it cannot go there.
    """

    kind: Literal["ground", "node", "wire"]
    op: str
    point: QPointF
    node: NodeId | None = None
    wire: Wire | None = None
    refused: bool = False
    key: Key | None = None


def payload_in(mime: QMimeData) -> str | None:
    """The payload of the offer that is dragged: an op, a value or a block; None for anything else."""
    if not mime.hasFormat(MIME):
        return None
    return bytes(mime.data(MIME).data()).decode("utf-8", "replace")


def drop_target(scene: Scene, op: str, point: QPointF, zoom: float) -> DropTarget:
    """What a drop at that point of the scene would do."""
    key = box_at(scene, point)
    if key is not None:
        node = scene.folding.boxes[key].output if is_block(key) else key
        refused = op == VALUE or (node is None and block_kind(op) is None)
        return DropTarget("node", op, point, node=node, refused=refused, key=key)
    if _arity(op) == 1:
        wire = nearest_wire(scene, point, min(_WIRE_REACH / zoom, 30.0))
        if wire is not None and (real := scene.folding.real(wire)) is not None:
            return DropTarget("wire", op, point, wire=real)
    return DropTarget("ground", op, point)


def drop(host: Host, target: DropTarget) -> None:
    """Do it; the new node's middle is where it was dropped. No other node moves: places are frozen."""
    session = host.session
    at = host.graph_scene.document_place(card_geometry.place_around(target.point))
    kind = block_kind(target.op)
    if kind is not None:
        host.want_block(kind, target.point, _nodes_to_read(host, target.key))
    elif target.node is not None:
        place = beside(host.graph_scene.as_in_document(), target.node)
        host.create_nodes(session.apply_op, target.op, target.node, place)
    elif target.kind == "node":
        host.refuse(tr("A block with several outputs has no output to apply it to; open it."))
    elif target.wire is not None:
        host.create_nodes(session.insert_op, target.op, *target.wire, at)
    else:
        host.create_nodes(session.add_node, target.op, at)


def _nodes_to_read(host: Host, key: Key | None) -> tuple[NodeId, ...]:
    """What a block dropped there reads: the node, the outputs of a box, or all that is selected with it."""
    if key is None:
        return ()
    scene, chosen = host.graph_scene, host.picture.chosen
    boxes, places = scene.folding.boxes, scene.places
    several = key in chosen and host.session.state.selected is None  # not a block that is selected whole
    keys = sorted(chosen, key=lambda each: (places[each][1], each)) if several else [key]
    read = (boxes[each].block.outputs if is_block(each) else (each,) for each in keys)
    return tuple(number for numbers in read for number in numbers)


def beside(scene: Scene, number: NodeId) -> Place:
    """The first free place to the right of a node."""
    rect = scene.box_of(number)
    x, y = rect.right() + GAP, rect.top()
    while scene.nodes_in(card_geometry.box((x, y))):
        y += HEIGHT + 2 * card_geometry.REACH + 6
    return x, y


def drop_target_rect(scene: Scene, target: DropTarget) -> QRectF:
    """Where ``paint_drop_target`` paints."""
    rect = card_geometry.box(card_geometry.place_around(target.point)).adjusted(-8, -8, 8, 8)
    key = scene.key(target.node)
    if key is not None:
        rect = scene.box_rect(key).united(card_geometry.box(beside(scene, key)).adjusted(-8, -8, 8, 8))
    wire = None if target.wire is None else scene.folding.drawn_wire(target.wire)
    if wire is not None and wire in scene.curves:
        rect = rect.united(scene.wire_rect(wire))
    return rect


def paint_drop_target(painter: QPainter, host: Host, target: DropTarget) -> None:
    """Show what the drop would do: the new box as an outline, and the node or wire it would touch."""
    pens, scene = host.pens, host.graph_scene
    colour = pens.bad if target.refused else pens.selection
    pen = QPen(colour, 2.0, Qt.PenStyle.DashLine)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place = card_geometry.place_around(target.point)
    wire = None if target.wire is None else scene.folding.drawn_wire(target.wire)
    if target.node is not None:
        painter.setPen(QPen(colour, 3.0))
        radius = RADIUS + 3
        painter.drawRoundedRect(scene.box_of(target.node).adjusted(-4, -4, 4, 4), radius, radius)
        if target.refused:
            return
        place = beside(scene, target.node)
        painter.setPen(pen)
        start = scene.out_point(target.node)
        wanted = curve(start, in_port(place, 0, _arity(target.op)))
        painter.drawPath(card_geometry.path_of(wanted))
    elif wire is not None and wire in scene.curves:
        painter.setPen(QPen(colour, 4.0))
        painter.drawPath(card_geometry.path_of(scene.curves[wire]))
    painter.setPen(pen)
    painter.setBrush(pens.glow)
    painter.drawRoundedRect(card_geometry.box(place), RADIUS, RADIUS)


def _arity(op: str) -> int:
    if op == VALUE:
        return 0
    try:
        return op_of(op).arity
    except KeyError:
        return 0


BREADTH = 28  # pixels from the edge where it begins
FASTEST = 26  # pixels at a time, at the edge itself and beyond
_EVERY = 25  # milliseconds


class EdgeScroll:
    """Told where the pointer is in an area, it scrolls; each time ``again`` is called with that position."""

    def __init__(self, area: QWidget, scroll: Callable[[QPoint], None]) -> None:
        self._area, self._do_scroll = area, scroll
        self._at = QPointF()
        self._again: Callable[[QPointF], object] = lambda _: None
        self._timer = QTimer(area)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._scroll)

    def follow(self, position: QPointF, again: Callable[[QPointF], object]) -> None:
        """The pointer is there, dragging."""
        self._at, self._again = position, again
        if self._pixels() == QPoint():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Nothing is dragged any more."""
        self._timer.stop()

    def _scroll(self) -> None:
        self._do_scroll(self._pixels())
        self._again(self._at)

    def _pixels(self) -> QPoint:
        size = self._area.size()
        return QPoint(_speed(self._at.x(), size.width()), _speed(self._at.y(), size.height()))


def _speed(at: float, length: int) -> int:
    """How far to scroll: the nearer to the edge, the further."""
    over = max(BREADTH - at, 0.0) - max(at - (length - BREADTH), 0.0)
    part = max(-1.0, min(1.0, over / BREADTH))
    return -round(part * abs(part) * FASTEST)
