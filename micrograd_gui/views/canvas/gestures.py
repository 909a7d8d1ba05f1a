"""Gestures: what happens between pressing a button and letting it go; one gesture is one undo."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from micrograd_gui.document.graph import NodeId

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
        pen = QPen(self.view.ink.selection, 1.5, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(self.view.ink.glow)
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
    return float((found.op or "")[2:]) if found.op is not None else found.data


def can_hold_value(view: CanvasView, node: NodeId | None) -> bool:
    """Whether it is a leaf, or a power with an exponent of its own."""
    found = view.bridge.state.graph.nodes.get(node or 0)
    return found is not None and (found.op is None or (found.op.startswith("**") and len(found.inputs) == 1))
