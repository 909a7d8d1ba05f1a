"""Pointer: what the mouse, the wheel, a touchpad and things dragged in do to a canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDropEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from micrograd_gui.document.block import nodes_of
from micrograd_gui.views.canvas.blocks import BlockNavigation
from micrograd_gui.views.canvas.hit import GROUND, Hit, hit
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.inline_editor import InlineEditing
from micrograd_gui.views.canvas.paint import hover_rect
from micrograd_gui.views.canvas.tools import (
    ADDING,
    Band,
    DropTarget,
    EdgeScroll,
    Move,
    Pan,
    Scrub,
    Tool,
    can_hold_value,
    drop,
    drop_target,
    drop_target_rect,
    payload_in,
)
from micrograd_gui.views.canvas.wiring import PointerWiring
from micrograd_gui.views.hands import sideways

_WHEEL_NOTCH = 120.0
_WHEEL_FACTOR = 1.2
_ACROSS = 80  # pixels a notch
_Button = Qt.MouseButton


class Pointer:
    """Takes the tool that fits what was pressed, once the pointer has moved far enough.

    ``tool``: the one at work, or None; keys may take one, too. ``hovered``: what is under the pointer.
    ``drop_target``: where what is dragged in would go, or None. ``space_held``: the left button pans.
    """

    def __init__(self, host: WidgetHost, navigation: BlockNavigation, editing: InlineEditing) -> None:
        self.host, self.navigation, self.editing = host, navigation, editing
        self.tool: Tool | None = None
        self.hovered: Hit = GROUND
        self.drop_target: DropTarget | None = None
        self.space_held = False
        self._edge = EdgeScroll(host.viewport(), host.scroll_by_hand)
        self._pressed: tuple[QPointF, Hit, Qt.KeyboardModifier] | None = None

    def hit(self, position: QPointF) -> Hit:
        """What is under that pixel."""
        host = self.host
        return hit(host.picture, host.scene_point(position), host.zoom, host.pens)

    # The tool at work ------------------------------------------------------------------------

    def start(self, tool: Tool) -> None:
        """Take a tool in hand."""
        self.host.refresh([hover_rect(self.host.picture, self.hovered)])
        tool.start()
        self.tool = tool
        self.host.viewport().setCursor(tool.cursor)

    def end_tool(self, *, cancel: bool = False) -> None:
        """Let go of the tool at work, if there is one; it is dropped by whoever knows where."""
        tool, self.tool = self.tool, None
        if tool is None:
            return
        if cancel:
            self._forget_press()
            tool.cancel()
        self.host.viewport().unsetCursor()
        self.host.refresh([tool.rect(), *self._hidden_rects(tool)])

    def _hidden_rects(self, tool: Tool) -> list[QRectF]:
        scene, wire = self.host.graph_scene, tool.hidden_wire
        drawn = None if wire is None else scene.folding.drawn_wire(wire)
        return [scene.wire_rect(drawn)] if drawn is not None and drawn in scene.curves else []

    def follow(self, *, same_structure: bool) -> None:
        """The graph is another: what is gone is neither hovered over nor held on to any more."""
        self.drop_target = None
        if self.hovered.part != "ground" and self.hovered.wire not in self.host.graph_scene.curves:
            self.hovered = GROUND
        if not same_structure:
            self._forget_press()  # what was pressed may be gone
        if self.tool is not None and not same_structure:
            self.tool = None
            self.host.viewport().unsetCursor()
            self.host.viewport().update()

    def forget_hover(self) -> None:
        """Another part of the graph is shown: nothing is under the pointer until it moves."""
        self.hovered, self.drop_target = GROUND, None

    def _forget_press(self) -> None:
        """What was pressed takes no tool any more."""
        self._edge.stop()
        self._pressed = None

    # Buttons ---------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> None:
        """A button goes down: what is there is selected, and may be taken hold of."""
        host, position = self.host, event.position()
        self.end_tool(cancel=True)
        if event.button() == _Button.MiddleButton or (
            self.space_held and event.button() == _Button.LeftButton
        ):
            self.start(Pan(host, host.scene_point(position), position.toPoint()))
        elif event.button() == _Button.LeftButton:
            found = self.hit(position)
            self._pressed = (position, found, event.modifiers())
            self._select(found, event.modifiers())

    def move(self, event: QMouseEvent) -> None:
        """The pointer has moved: the tool is dragged, or what it is over now is hovered over."""
        position = event.position()
        if isinstance(self.tool, Pan):
            self.tool.drag_pixels(position.toPoint())
            return
        if self.tool is None and self._pressed is not None:
            far = (position - self._pressed[0]).toPoint().manhattanLength()
            if far >= QApplication.startDragDistance():
                self.start(self._tool_for(*self._pressed))
        if self.tool is not None and self._pressed is not None:
            modifiers = event.modifiers()
            self._drag(position, modifiers)
            if not isinstance(self.tool, Scrub):
                self._edge.follow(position, lambda at: self._drag(at, modifiers))
        elif not event.buttons():
            self.hover(position)

    def _drag(self, position: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The tool goes on with the pointer there."""
        tool = self.tool
        if tool is None:
            self._edge.stop()
            return
        before = tool.rect()
        tool.drag(self.host.scene_point(position), modifiers)
        self.host.refresh([before, tool.rect()])

    def release(self, event: QMouseEvent) -> None:
        """A button is up: the tool is dropped; without one it was a click."""
        host, pressed, tool = self.host, self._pressed, self.tool
        self._edge.stop()
        if event.button() == _Button.LeftButton:
            self._pressed = None
        if tool is not None:
            self.end_tool()
            tool.drop(host.scene_point(event.position()))
            self.hover(event.position())
        elif pressed is not None and event.button() == _Button.LeftButton:
            found, modifiers = pressed[1], pressed[2]
            if found.part == "mark" and found.block is not None:
                self.navigation.toggle(found.block)
            elif found.block is not None and not modifiers & ADDING:
                host.attempt(host.session.select_block, found.block)
            elif found.on_box and found.node is not None and not modifiers & ADDING:
                host.session.select((found.node,))  # a click on one of several selected ones

    def double_click(self, event: QMouseEvent) -> None:
        """A number or a name is typed anew, a block looked into."""
        found = self.hit(event.position())
        self._pressed = None
        if found.block is not None and found.part != "mark" and event.button() == _Button.LeftButton:
            self.navigation.enter(found.block)
            return
        if found.part == "ground" and event.button() == _Button.LeftButton:
            self.editing.new_node(self.host.scene_point(event.position()))
        if found.node is None or event.button() != _Button.LeftButton:
            return
        if self._scrubs(found):
            self.editing.value(found.node)
        elif found.part in ("title", "badge"):
            self.editing.label(found.node)

    def _select(self, found: Hit, modifiers: Qt.KeyboardModifier) -> None:
        session, state = self.host.session, self.host.session.state
        selection = state.selection
        if found.part == "mark":
            return
        if found.block is not None:
            nodes = nodes_of(state.graph.blocks, found.block)
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

    def _tool_for(self, position: QPointF, found: Hit, modifiers: Qt.KeyboardModifier) -> Tool:
        host, origin = self.host, self.host.scene_point(position)
        if found.part in ("in", "out"):
            return PointerWiring(host, origin, found)
        if found.block is not None:
            return Move(host, origin)
        if found.node is None or found.part == "wire":
            return Band(host, origin, adding=bool(modifiers & ADDING))
        return Scrub(host, origin, found.node) if self._scrubs(found) else Move(host, origin)

    def _scrubs(self, found: Hit) -> bool:
        """Whether it is a number that dragging changes: a leaf's, or the exponent on a power's badge."""
        node = self.host.graph_scene.graph.nodes.get(found.node or 0)
        return (
            node is not None
            and found.block is None
            and found.part == ("data" if node.is_leaf else "badge")
            and can_hold_value(self.host.session.state.graph, found.node)
        )

    def hold_space(self, held: bool) -> None:
        """While the space bar is down, the left button drags the canvas."""
        if held != self.space_held:
            self.space_held = held
            if self.tool is None:
                if held:
                    self.host.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
                else:
                    self.host.viewport().unsetCursor()

    # Hovering, zooming -----------------------------------------------------------------------

    def hover(self, position: QPointF | None) -> None:
        """The pointer is there, or (None) has left."""
        found = GROUND if position is None else self.hit(position)
        if found == self.hovered:
            return
        before, self.hovered = self.hovered, found
        picture, viewport = self.host.picture, self.host.viewport()
        self.host.refresh([hover_rect(picture, before), hover_rect(picture, found)])
        if self.space_held:
            viewport.setCursor(Qt.CursorShape.OpenHandCursor)
        elif found.part in ("in", "out"):
            viewport.setCursor(Qt.CursorShape.CrossCursor)
        elif self._scrubs(found):
            viewport.setCursor(Qt.CursorShape.SizeHorCursor)
        elif found.part == "mark":
            viewport.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            viewport.unsetCursor()

    def wheel(self, event: QWheelEvent) -> None:
        """A wheel zooms at the pointer; two fingers on a touchpad scroll, with Ctrl they zoom.

        A wheel that is tilted, or turned sideways or with Shift, scrolls across.
        """
        from PySide6.QtGui import QInputDevice  # late: nobody turns a wheel before the first paint

        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        zooming = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if touchpad and not zooming and not event.pixelDelta().isNull():
            self.host.scroll_by_hand(-event.pixelDelta())
            return
        across = sideways(event)
        if across and not zooming:
            self.host.scroll_by_hand(QPoint(-round(across / _WHEEL_NOTCH * _ACROSS), 0))
            return
        notches = (event.angleDelta().y() or event.angleDelta().x()) / _WHEEL_NOTCH
        self.host.zoom_by_hand(_WHEEL_FACTOR**notches, event.position())

    def pinch(self, event: QEvent) -> bool:
        """Two fingers drawn apart."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.host.zoom_by_hand(1 + event.value(), event.position())
            return True
        return False

    # Things dragged in -----------------------------------------------------------------------

    def drag_over(self, event: QDropEvent) -> None:
        """Show what a drop would do here."""
        payload, host = payload_in(event.mimeData()), self.host
        if payload is None:
            event.ignore()
            return
        event.acceptProposedAction()

        def show(position: QPointF) -> None:
            point = host.scene_point(position)
            self._show_target(drop_target(host.graph_scene, payload, point, host.zoom))

        show(event.position())
        self._edge.follow(event.position(), show)

    def drag_away(self) -> None:
        """What was dragged in has left without being dropped."""
        self._edge.stop()
        self._show_target(None)

    def drop(self, event: QDropEvent) -> None:
        """Put what was dragged in where it was let go."""
        payload, host = payload_in(event.mimeData()), self.host
        self._edge.stop()
        self._show_target(None)
        if payload is None:
            event.ignore()
            return
        event.acceptProposedAction()
        host.freeze_places()
        target = drop_target(host.graph_scene, payload, host.scene_point(event.position()), host.zoom)
        host.attempt(drop, host, target)
        host.viewport().setFocus(Qt.FocusReason.MouseFocusReason)

    def _show_target(self, target: DropTarget | None) -> None:
        scene = self.host.graph_scene
        rects = [drop_target_rect(scene, each) for each in (self.drop_target, target) if each is not None]
        self.drop_target = target
        self.host.refresh(rects)
