"""Pointer: what the mouse, the wheel, a touchpad and things dragged in do to a canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QDropEvent, QInputDevice, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from micrograd_gui.document.block import nodes_of
from micrograd_gui.views.canvas.hit import GROUND, Hit, hit
from micrograd_gui.views.canvas.paint import hover_rect
from micrograd_gui.views.canvas.tools import (
    ADDING,
    Band,
    EdgeScroll,
    Gesture,
    Move,
    Pan,
    Scrub,
    can_hold_value,
    land,
    landing,
    landing_rect,
    op_in,
)
from micrograd_gui.views.canvas.wiring import PointerWiring

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

_WHEEL_NOTCH = 120.0
_WHEEL_FACTOR = 1.2
_Button = Qt.MouseButton


class Pointer:
    """Starts the gesture that fits what was pressed, once the pointer has moved far enough."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.space_held = False
        self.edge = EdgeScroll(view)
        self._pressed: tuple[QPointF, Hit, Qt.KeyboardModifier] | None = None

    def hit(self, position: QPointF) -> Hit:
        """What is under that pixel."""
        view = self.view
        return hit(view.index, view.scene_point(position), view.zoom, view.pens)

    # Buttons ---------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        view, position = self.view, event.position()
        if view.gesture is not None:
            view.end_gesture(cancel=True)
        if event.button() == _Button.MiddleButton or (
            self.space_held and event.button() == _Button.LeftButton
        ):
            view.start_gesture(Pan(view, view.scene_point(position), position.toPoint()))
        elif event.button() == _Button.LeftButton:
            found = self.hit(position)
            self._pressed = (position, found, event.modifiers())
            self._select(found, event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        view, position = self.view, event.position()
        if isinstance(view.gesture, Pan):
            view.gesture.drag_pixels(position.toPoint())
            return
        if view.gesture is None and self._pressed is not None:
            far = (position - self._pressed[0]).toPoint().manhattanLength()
            if far >= QApplication.startDragDistance():
                view.start_gesture(self._gesture(*self._pressed))
        if view.gesture is not None and self._pressed is not None:
            modifiers = event.modifiers()
            self._drag(position, modifiers)
            if not isinstance(view.gesture, Scrub):
                self.edge.follow(position, lambda at: self._drag(at, modifiers))
        elif not event.buttons():
            self.hover(position)

    def _drag(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The gesture goes on with the pointer there."""
        gesture = self.view.gesture
        if gesture is None:
            self.edge.stop()
            return
        before = gesture.rect()
        gesture.drag(self.view.scene_point(position), modifiers)
        self.view.refresh([before, gesture.rect()])

    def release(self, event: QMouseEvent) -> None:
        view, pressed, gesture = self.view, self._pressed, self.view.gesture
        self.edge.stop()
        if event.button() == _Button.LeftButton:
            self._pressed = None
        if gesture is not None:
            view.end_gesture()
            gesture.drop(view.scene_point(event.position()))
            self.hover(event.position())
        elif pressed is not None and event.button() == _Button.LeftButton:
            found, modifiers = pressed[1], pressed[2]
            if found.part == "mark" and found.block is not None:
                view.inside.toggle(found.block)
            elif found.block is not None and not modifiers & ADDING:
                view.bridge.attempt(view.bridge.session.select_block, found.block)
            elif found.on_box and found.node is not None and not modifiers & ADDING:
                view.bridge.session.select((found.node,))  # a click on one of several selected ones

    def double_click(self, event: QMouseEvent) -> None:
        found = self.hit(event.position())
        self._pressed = None
        if found.block is not None and found.part != "mark" and event.button() == _Button.LeftButton:
            self.view.inside.enter(found.block)
            return
        if found.node is None or event.button() != _Button.LeftButton:
            return
        if self._scrubs(found):
            self.view.edit_value(found.node)
        elif found.part in ("title", "badge"):
            self.view.edit_label(found.node)

    def forget(self) -> None:
        """What was pressed begins no gesture any more."""
        self.edge.stop()
        self._pressed = None

    def _select(self, found: Hit, modifiers: Qt.KeyboardModifier) -> None:
        session, selection = self.view.bridge.session, self.view.bridge.state.selection
        if found.part == "mark":
            return
        if found.block is not None:
            nodes = nodes_of(self.view.bridge.state.graph.blocks, found.block)
            if modifiers & ADDING:
                session.select(selection - nodes if nodes <= selection else selection | nodes)
            elif not nodes <= selection:
                session.select(nodes)
        elif found.on_box and found.node is not None:
            if modifiers & ADDING:
                session.select(selection ^ {found.node})
            elif found.node not in selection:
                session.select((found.node,))
        elif not modifiers & ADDING:
            session.select(())

    def _gesture(self, position: QPointF, found: Hit, modifiers: Qt.KeyboardModifier) -> Gesture:
        view, start = self.view, self.view.scene_point(position)
        if found.part in ("in", "out"):
            return PointerWiring(view, start, found)
        if found.block is not None:
            return Move(view, start)
        if found.node is None or found.part == "wire":
            return Band(view, start, adding=bool(modifiers & ADDING))
        return Scrub(view, start, found.node) if self._scrubs(found) else Move(view, start)

    def _scrubs(self, found: Hit) -> bool:
        """Whether it is a number that dragging changes: a leaf's, or the exponent on a power's badge."""
        node = self.view.index.graph.nodes.get(found.node or 0)
        return (
            node is not None
            and found.block is None
            and found.part == ("data" if node.is_leaf else "badge")
            and can_hold_value(self.view, found.node)
        )

    def hold_space(self, held: bool) -> None:
        """While the space bar is down, the left button drags the sheet."""
        if held != self.space_held:
            self.space_held = held
            if self.view.gesture is None:
                if held:
                    self.view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
                else:
                    self.view.viewport().unsetCursor()

    # Hovering, zooming -----------------------------------------------------------------------

    def hover(self, position: QPointF | None) -> None:
        """The pointer is there, or (None) has left."""
        view = self.view
        found = GROUND if position is None else self.hit(position)
        if found == view.hovered:
            return
        before, view.hovered = view.hovered, found
        view.refresh([hover_rect(view.index, before), hover_rect(view.index, found)])
        if self.space_held:
            view.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif found.part in ("in", "out"):
            view.viewport().setCursor(Qt.CursorShape.CrossCursor)
        elif self._scrubs(found):
            view.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        elif found.part == "mark":
            view.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            view.viewport().unsetCursor()

    def wheel(self, event: QWheelEvent) -> None:
        """A wheel zooms at the pointer; two fingers on a touchpad scroll, with Ctrl they zoom."""
        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        zooming = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if touchpad and not zooming and not event.pixelDelta().isNull():
            self.view.scroll_by_hand(-event.pixelDelta())
            return
        notches = (event.angleDelta().y() or event.angleDelta().x()) / _WHEEL_NOTCH
        self.view.zoom_by_hand(_WHEEL_FACTOR**notches, event.position())

    def pinch(self, event: QEvent) -> bool:
        """Two fingers drawn apart."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.view.zoom_by_hand(1 + event.value(), event.position())
            return True
        return False

    # Things dragged in -----------------------------------------------------------------------

    def drag_over(self, event: QDropEvent) -> None:
        """Show what a drop would do here."""
        op, view = op_in(event.mimeData()), self.view
        if op is None:
            event.ignore()
            return
        event.acceptProposedAction()

        def show(position: QPointF) -> None:
            self._show_landing(landing(view.index, op, view.scene_point(position), view.zoom))

        show(event.position())
        self.edge.follow(event.position(), show)

    def drag_away(self) -> None:
        self.edge.stop()
        self._show_landing(None)

    def drop(self, event: QDropEvent) -> None:
        op, view = op_in(event.mimeData()), self.view
        self.edge.stop()
        self._show_landing(None)
        if op is None:
            event.ignore()
            return
        event.acceptProposedAction()
        view.settle()
        land(view, landing(view.index, op, view.scene_point(event.position()), view.zoom))
        view.setFocus(Qt.FocusReason.MouseFocusReason)

    def _show_landing(self, what) -> None:
        view = self.view
        rects = [landing_rect(view.index, each) for each in (view.landing, what) if each is not None]
        view.landing = what
        view.refresh(rects)
