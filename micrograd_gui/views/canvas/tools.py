"""Gestures: what happens between pressing a button and letting it go; one gesture is one undo."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen

from micrograd.ops import op_of
from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.figures.folding import Key, Wire
from micrograd_gui.session.editing import VALUE
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.hit import box_at, nearest_wire
from micrograd_gui.views.canvas.scene import Index

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView


Modifiers = Qt.KeyboardModifier
ADDING = Modifiers.ControlModifier | Modifiers.ShiftModifier


class Gesture:
    """A gesture on a view. ``token`` tells the session that all it does is one edit."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        self.view, self.start, self.token = view, start, object()

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


class Pan(Gesture):
    """The sheet is dragged along with the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, start: QPointF, position: QPoint) -> None:
        super().__init__(view, start)
        self._last = position

    def drag_pixels(self, position: QPoint) -> None:
        self.view.scroll_by(self._last - position)
        self._last = position


class Move(Gesture):
    """The selected boxes follow the pointer."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, view: CanvasView, start: QPointF) -> None:
        super().__init__(view, start)
        view.settle()
        places = view.index.graph.places
        moved = view.index.folding.whole(view.bridge.state.selection)
        self._from = {number: places[number] for number in moved}
        self._moved = False

    def drag(self, point: QPointF, modifiers: Modifiers) -> None:
        by = point - self.start
        if modifiers & Modifiers.ShiftModifier:  # straight across or straight up
            by = QPointF(by.x(), 0) if abs(by.x()) > abs(by.y()) else QPointF(0, by.y())
        places = {n: (x + by.x(), y + by.y()) for n, (x, y) in self._from.items() if self._is_there(n)}
        if places:
            self._moved = True
            self.view.bridge.session.move(places, self.token)

    def cancel(self) -> None:
        if self._moved:
            self.view.bridge.session.undo()

    def _is_there(self, number: NodeId) -> bool:
        return number in self.view.bridge.state.graph.nodes


class Band(Gesture):
    """A frame is drawn; the boxes it touches become the selection, or join it."""

    def __init__(self, view: CanvasView, start: QPointF, *, adding: bool) -> None:
        super().__init__(view, start)
        self._before = view.bridge.state.selection
        self._kept = self._before if adding else frozenset()
        self._end = start

    def drag(self, point: QPointF, _modifiers: Modifiers) -> None:
        self._end = point
        frame = self._frame()
        index = self.view.index
        touched = {n for n in index.nodes_in(frame) if frame.intersects(index.boxes[n])}
        self.view.bridge.session.select(self._kept | self.view.nodes_of(touched))

    def cancel(self) -> None:
        self.view.bridge.session.select(self._before)

    def paint(self, painter: QPainter) -> None:
        pen = QPen(self.view.pens.selection, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(self.view.pens.glow)
        painter.drawRect(self._frame())

    def rect(self) -> QRectF:
        margin = 4 / self.view.zoom
        return self._frame().adjusted(-margin, -margin, margin, margin)

    def _frame(self) -> QRectF:
        return QRectF(self.start, self._end).normalized()


class Scrub(Gesture):
    """Dragging left and right on a number changes it, live."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, view: CanvasView, start: QPointF, node: NodeId) -> None:
        super().__init__(view, start)
        self._node = node
        self._value = value_of(view, node)
        self._step = scrub_step(self._value, exponent=not view.bridge.state.graph.nodes[node].is_leaf)
        self._x = start.x()
        self._changed = False

    def drag(self, point: QPointF, modifiers: Modifiers) -> None:
        if not can_hold_value(self.view, self._node):  # it was taken away meanwhile
            return
        pixels = (point.x() - self._x) * self.view.zoom
        factor = modified(modifiers)
        step = self._step * factor
        target = self._value + pixels * step
        shown = round(target / step) * step  # whole steps give numbers that read well
        self._value, self._x = target, point.x()
        digits = max(0, -math.floor(math.log10(step)))
        shown = round(shown, digits + 1)
        if shown != value_of(self.view, self._node):
            self._changed = True
            self.view.bridge.attempt(self.view.bridge.session.set_value, self._node, shown, self.token)

    def cancel(self) -> None:
        if self._changed:
            self.view.bridge.session.undo()


def modified(modifiers: Modifiers) -> float:
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


def value_of(view: CanvasView, node: NodeId) -> float:
    """The number that a leaf holds, or the exponent of a ``**n`` node."""
    found = view.bridge.state.graph.nodes[node]
    return 0.0 if found.number is None else found.number


def can_hold_value(view: CanvasView, node: NodeId | None) -> bool:
    """Whether it is a leaf, or a power with an exponent of its own."""
    found = view.bridge.state.graph.nodes.get(node or 0)
    return found is not None and found.holds_number


MIME = "application/x-micrograd-op"
GAP = 96.0  # between a node and the op that is applied to it
_WIRE_REACH = 12.0  # pixels
BLOCK = "block:"  # how the payload of a block begins


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an op would go: on the ground, onto a node, or into a wire."""

    kind: Literal["ground", "node", "wire"]
    op: str
    point: QPointF
    node: NodeId | None = None
    wire: Wire | None = None
    refused: bool = False
    key: Key | None = None  # the node, or the box, that it is over


def op_in(mime: QMimeData) -> str | None:
    """The op's name that is dragged; None for anything else."""
    if not mime.hasFormat(MIME):
        return None
    return bytes(mime.data(MIME).data()).decode("utf-8", "replace")


def landing(index: Index, op: str, point: QPointF, zoom: float) -> Landing:
    """What a drop at that point of the scene would do."""
    key = box_at(index, point)
    if key is not None:
        node = key if key >= 0 else index.folding.boxes[key].output
        refused = op == VALUE or (node is None and not op.startswith(BLOCK))
        return Landing("node", op, point, node=node, refused=refused, key=key)
    if _arity(op) == 1:
        wire = nearest_wire(index, point, min(_WIRE_REACH / zoom, 30.0))
        if wire is not None and (real := index.folding.real(wire)) is not None:
            return Landing("wire", op, point, wire=real)
    return Landing("ground", op, point)


def land(view: CanvasView, what: Landing) -> None:
    """Do it; the new node's middle is where it was dropped, and no other node moves."""
    session = view.bridge.session
    at = card_geometry.place_around(what.point)
    if what.op.startswith(BLOCK):
        view.block_wanted.emit(what.op.removeprefix(BLOCK), what.point, read_by(view, what.key))
    elif what.node is not None:
        view.make(session.apply_op, what.op, what.node, beside(view.index, what.node))
    elif what.kind == "node":
        view.bridge.refused.emit("A block with several outputs has no output to apply it to; open it.", None)
    elif what.wire is not None:
        view.make(session.insert_op, what.op, *what.wire, at)
    else:
        view.make(session.add_node, what.op, at)


def read_by(view: CanvasView, key: Key | None) -> tuple[NodeId, ...]:
    """What a block dropped there reads: the node, the outputs of a box, or all that is selected with it."""
    if key is None:
        return ()
    boxes, places, chosen = view.index.folding.boxes, view.index.places, view.picture.chosen
    several = key in chosen and view.bridge.state.selected is None  # not a block that is selected whole
    keys = sorted(chosen, key=lambda each: (places[each][1], each)) if several else [key]
    return tuple(number for each in keys for number in (boxes[each].block.outputs if each < 0 else (each,)))


def beside(index: Index, number: NodeId) -> Place:
    """The first free place to the right of a node."""
    rect = index.box_of(number)
    x, y = rect.right() + GAP, rect.top()
    while index.nodes_in(card_geometry.box((x, y))):
        y += card_geometry.HEIGHT + 2 * card_geometry.REACH + 6
    return x, y


def landing_rect(index: Index, what: Landing) -> QRectF:
    """Where the highlight of a landing shows."""
    rect = card_geometry.box(card_geometry.place_around(what.point)).adjusted(-8, -8, 8, 8)
    key = index.key(what.node)
    if key is not None:
        rect = index.box_rect(key).united(card_geometry.box(beside(index, key)).adjusted(-8, -8, 8, 8))
    wire = None if what.wire is None else index.folding.shown(what.wire)
    if wire is not None and wire in index.curves:
        rect = rect.united(index.wire_rect(wire))
    return rect


def paint_landing(painter: QPainter, view: CanvasView, what: Landing) -> None:
    """Show what the drop would do: the new box as an outline, and the node or wire it would touch."""
    colours, index = view.pens, view.index
    colour = colours.bad if what.refused else colours.selection
    pen = QPen(colour, 2.0, Qt.PenStyle.DashLine)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place = card_geometry.place_around(what.point)
    wire = None if what.wire is None else index.folding.shown(what.wire)
    if what.node is not None:
        painter.setPen(QPen(colour, 3.0))
        radius = card_geometry.RADIUS + 3
        painter.drawRoundedRect(index.box_of(what.node).adjusted(-4, -4, 4, 4), radius, radius)
        if what.refused:
            return
        place = beside(index, what.node)
        painter.setPen(pen)
        start = index.out_point(what.node)
        wanted = card_geometry.curve(start, card_geometry.in_port(place, 0, _arity(what.op)))
        painter.drawPath(card_geometry.path_of(wanted))
    elif wire is not None and wire in index.curves:
        painter.setPen(QPen(colour, 4.0))
        painter.drawPath(card_geometry.path_of(index.curves[wire]))
    painter.setPen(pen)
    painter.setBrush(colours.glow)
    painter.drawRoundedRect(card_geometry.box(place), card_geometry.RADIUS, card_geometry.RADIUS)


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
    """Told where the pointer is, it scrolls; ``again`` is called after each time with that position."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self._at = QPointF()
        self._again: Callable[[QPointF], object] = lambda _: None
        self._timer = QTimer(view)
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
        self.view.scroll_by_hand(self._pixels())
        self._again(self._at)

    def _pixels(self) -> QPoint:
        size = self.view.viewport().size()
        return QPoint(_speed(self._at.x(), size.width()), _speed(self._at.y(), size.height()))


def _speed(at: float, length: int) -> int:
    """How far to scroll: the nearer to the edge, the further."""
    over = max(BREADTH - at, 0.0) - max(at - (length - BREADTH), 0.0)
    part = max(-1.0, min(1.0, over / BREADTH))
    return -round(part * abs(part) * FASTEST)
