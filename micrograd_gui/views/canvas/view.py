"""CanvasView: the graph drawn and drawn on; it shows the State and turns gestures into verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from micrograd.language import tr
from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.document.text import as_tip
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State, moved_between
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.canvas.blocks import BlockNavigation
from micrograd_gui.views.canvas.camera import ZoomView
from micrograd_gui.views.canvas.card_geometry import zoom_to_read
from micrograd_gui.views.canvas.host import Overlay
from micrograd_gui.views.canvas.inline_editor import InlineEditing
from micrograd_gui.views.canvas.keyboard import Keyboard
from micrograd_gui.views.canvas.paint import paint, paint_hover
from micrograd_gui.views.canvas.pens import pens_of
from micrograd_gui.views.canvas.picture import CanvasFrame, differences, look_of, picture_of
from micrograd_gui.views.canvas.pointer import Pointer
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.canvas.tips import description, tip
from micrograd_gui.views.canvas.tools import paint_drop_target
from micrograd_gui.views.theme import Look

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.layers.motion import Motion
    from micrograd_gui.views.of_rows import OfRows

P = ParamSpec("P")
T = TypeVar("T")


class CanvasView(ZoomView):
    """The graph as one painted layer; the Host of its tools.

    It keeps what is of the view alone: zoom, hovering, the tool at work, the editor, the block looked into.

    ``bridge``: the door to the session. ``look``, ``pens``: how it is drawn. ``graph_scene``: what lies
    where. ``picture``: the moment on show. Parts: ``pointer``, ``keyboard``, ``navigation``, ``editing``.
    ``layers``: what is painted over it, the last uppermost, each put there when it is first needed.
    ``motion_seconds()``: how long the numbers of a step travel. ``paste_at(text, at)``: what pastes there.
    ``block_wanted(kind, point, nodes)``: a block was dropped there, and is to read those nodes.
    """

    block_wanted = Signal(str, object, object)

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bridge, self.look, self.pens = bridge, look, pens_of(look)
        self.graph_scene = Scene(bridge.state.graph, seen=self.seen)
        self._picture: CanvasFrame | None = None
        self.layers: list[Overlay] = []
        self.motion_seconds: Callable[[], float] = lambda: 0.0
        self.paste_at: Callable[[str, Place], object] = bridge.session.paste  # a window says more
        self._motion: Motion | None = None
        self._of_rows: OfRows | None = None  # there once a graph has several rows
        self._brief, self._clear = False, [0, 0]  # pixels that are kept clear above and below
        self.editing = InlineEditing(self, bridge.mended.emit)
        self.navigation = BlockNavigation(self, self, bridge.look_into)
        self.pointer = Pointer(self, self.navigation, self.editing)
        self.keyboard = Keyboard(self, self.pointer, self.navigation, self.editing)
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Canvas"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.zoomed.connect(self._on_sight_changed)
        self.scrolled.connect(self._on_sight_changed)
        self.settled.connect(self.fit)
        Together(bridge, self).changed.connect(self._on_changed)
        self._describe()
        self._say_of_rows()
        self.fit()

    # What others ask of it -------------------------------------------------------------------

    @property
    def picture(self) -> CanvasFrame:
        """The moment on show; made when it is painted or asked for: not for sizes that are only passed."""
        if self._picture is None:
            self._picture = picture_of(self.bridge.shown, self.graph_scene, self.pens, self.zoom)
        return self._picture

    def _make_anew(self) -> None:
        """What was made is not of this look, zoom or arrangement any more."""
        self._picture = None
        self.viewport().update()

    def set_look(self, look: Look) -> None:
        """Draw in that look; text that is made larger makes the picture larger about its middle."""
        factor = look.scale / self.look.scale
        self.look, self.pens = look, pens_of(look)
        self._make_anew()
        if self.whole:
            self.fit()
        elif factor != 1.0:
            self.zoom_at(factor, QPointF(self.viewport().rect().center()))
        self.navigation.apply_style()
        if self._of_rows is not None:
            self._of_rows.set_look(look)
            self._make_room()
        self.editing.follow()

    def fit(self) -> None:
        """The whole graph in view; under a projector no smaller than the back row can read."""
        if not self.wants_whole():
            return
        self._stand_in_hall()
        if (stand := self.graph_scene.folding.stand) is not None:
            width, height = stand.room
            self.look_at(QPointF(width / 2, height / 2), self.viewport().width() / width)
            return
        bounds = self.graph_scene.bounds()
        if bounds.isEmpty():
            self.look_at(QPointF(0, 0), self.look.scale)
            return
        lit = self._bare() if self.bridge.shown.wires == "all" else self.picture
        for rect in lit.lit_rects:
            bounds = bounds.united(rect)
        asked = self._asked_about()
        whole, width = self.zoom_for(bounds), self.viewport().width()
        self.look_at(bounds.center(), zoom_to_read(whole, width, self.look, reckoning=bool(asked)))
        self.show_nodes(asked)
        if self.look.projector:
            self.show_node(lit.acting or lit.target or 0)

    def _asked_about(self) -> tuple[NodeId, ...]:
        """The nodes whose numbers somebody who predicts is asked about."""
        if self.bridge.state.quiz is None:
            return ()
        from micrograd_gui.session.predicting.question import asked_about  # seldom somebody predicts

        return asked_about(self.bridge.state)

    def be_brief(self, brief: bool) -> None:
        """Paint nothing on all wires, which takes long, while a size is only passed through."""
        if brief != self._brief:
            self._brief = brief
            self.viewport().update()

    def _bare(self) -> CanvasFrame:
        """The picture with nothing on the wires."""
        return picture_of(replace(self.bridge.shown, wires="none"), self.graph_scene, self.pens, self.zoom)

    def _stand_in_hall(self) -> None:
        """Under a projector all is wholly seen where it has room; else all stands as in the document."""
        scene = self.graph_scene
        if self.look.projector or scene.folding.room:
            from micrograd_gui.views.canvas.hall.overview import follow_hall

            if follow_hall(self, self, lambda: self.motion_seconds()):
                self._make_anew()
                self.pointer.forget_hover()

    def node_rect(self, number: Key) -> QRect:
        """Where the node's box is, or that of the block that hides it, in pixels of the viewport."""
        box = self.box_of(number)
        return QRect() if box.isEmpty() else self.viewportTransform().mapRect(box).toAlignedRect()

    def text_px(self, number: Key) -> float:
        """The size of the node's numbers on the screen, in pixels; 0 where none is drawn."""
        from micrograd_gui.views.canvas.hall.cards import text_px

        return text_px(self.picture, number, self.pens, self.zoom)

    def show_node(self, number: Key) -> None:
        """Scroll, no further than needed, so that the node, and what it lights up, is in view."""
        key = self.graph_scene.key(number)
        if key is None:
            return
        rect = self.graph_scene.boxes[key]
        if key == self.picture.acting:
            whole = rect
            for each in self.picture.lit_rects:
                whole = whole.united(each)
            seen = QSizeF(self.viewport().size()) / self.zoom
            if whole.width() <= seen.width() and whole.height() <= seen.height():
                rect = whole
            elif self.glide is not None:  # with as much around it as has room
                rect = QRectF(rect.center() - QPointF(seen.width(), seen.height()) / 2, seen)
        self.bring_into_view(rect, 24)

    def show_nodes(self, numbers: Iterable[Key]) -> None:
        """Scroll, no further than needed, so that all of these are in view, or the middle of them."""
        whole = reduce(QRectF.united, map(self.box_of, numbers), QRectF())
        if not whole.isEmpty():
            self.bring_into_view(whole, 24)

    def edit_label(self, number: NodeId) -> None:
        """Rename at the place of the name."""
        self.editing.label(number)

    def edit_value(self, number: NodeId, text: str | None = None) -> None:
        """Type a leaf's number, or a power's exponent, at its place; ``text`` is what was typed already."""
        self.editing.value(number, text)

    def type_node(self, text: str = "") -> None:
        """Let a node be typed at the pointer, or in the middle; ``text`` is what was typed already."""
        room, at = self.viewport().rect(), self.viewport().mapFromGlobal(QCursor.pos())
        at = at if room.contains(at) and self.viewport().underMouse() else room.center()
        self.editing.new_node(self.scene_point(QPointF(at)), text)

    def find_node(self) -> None:
        """Let a node be looked for by its name, op or value."""
        from micrograd_gui.views.finding import FindLine  # made when it is asked for

        (self.viewport().findChild(FindLine) or FindLine(self)).open()

    def open_menu(self, position: QPointF | None) -> None:
        """The context menu for what is at that pixel, or (None) for what is selected."""
        from micrograd_gui.views.canvas.menu import ContextMenu  # nobody opens one before the first paint

        ContextMenu(self, self.pointer, self.navigation, self.editing).open(position)

    def box_of(self, number: Key) -> QRectF:
        """The box of a node, or of the block that stands for it; empty where neither is drawn."""
        return self.graph_scene.box_of(number)

    # What tools ask of it (see Host) ---------------------------------------------------------

    @property
    def session(self) -> Session:
        """The verbs and the state."""
        return self.bridge.session

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; where it raises Refusal, the sentence is said, and None comes back."""
        return self.bridge.attempt(verb, *args, **kwargs)

    def create_nodes(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Attempt a verb that makes nodes; from inside a block, they belong to it."""
        first = self.bridge.state.graph.next_id
        made = self.bridge.attempt(verb, *args, **kwargs)
        self.adopt_into_block(first)
        return made

    def adopt_into_block(self, first: NodeId) -> None:
        """From inside a block: the nodes from that id on were made here, and belong to it."""
        if self.navigation.block is not None:
            new = [number for number in self.bridge.state.graph.nodes if number >= first]
            self.bridge.attempt(self.bridge.session.join, new, self.navigation.block)

    def want_block(self, kind: str, point: QPointF, nodes: tuple[NodeId, ...]) -> None:
        """A block of that kind is to be put there, and to read those nodes."""
        self.block_wanted.emit(kind, point, nodes)

    def freeze_places(self) -> None:
        """Give every node the place it is drawn at, so that an edit of some leaves the others there."""
        graph = self.bridge.state.graph
        if self.graph_scene.graph is not graph:
            self.attempt(self.session.tidied, graph, self.graph_scene.graph.places, as_edit=False)

    def refuse(self, sentence: str, node: NodeId | None = None) -> None:
        """Say why something cannot be, and which node that is about."""
        self.bridge.refused.emit(sentence, node)

    def say(self, sentence: str, at: QPointF | None = None) -> None:
        """A tooltip at that point of the scene, said to a screen reader too, or (None) beside the pointer."""
        there = QCursor.pos() + QPoint(12, 12)
        if at is not None:
            self.bridge.told.emit(sentence)
            there = self.viewport().mapToGlobal(self.mapFromScene(at))
        QToolTip.showText(there, as_tip(sentence), self.viewport())  # an empty one hides it

    def stop_editing(self) -> None:
        """Cancel the tool that is at work, and close the inline editor without keeping anything."""
        self.pointer.end_tool(cancel=True)
        self.editing.close()

    def look_again(self) -> None:
        """Another block, or the whole graph, is looked at."""
        self.graph_scene.follow(self.bridge.shown.graph, self.navigation.block)
        self._make_anew()
        self.pointer.forget_hover()
        self.fit()
        self._describe()

    def keep_clear(self, height: int, *, below: bool = False) -> None:
        """Leave so many pixels free above the canvas, or below it."""
        self._clear[below] = height
        self._make_room()

    def _make_room(self) -> None:
        """Free the pixels that the way into a block needs above, and what the gradients are of below."""
        line = self._of_rows
        below = 0 if line is None or line.isHidden() else line.height_wanted
        self.setViewportMargins(0, self._clear[0], 0, self._clear[1] + below)
        if line is not None and below:
            line.lay_out(self.width(), self.height())

    def _say_of_rows(self) -> None:
        """What the gradients are of, below the canvas, where the graph has several rows."""
        state = self.bridge.shown
        if self._of_rows is None:
            if state.graph.data is None or len(state.graph.data) < 2:
                return
            from micrograd_gui.views.of_rows import OfRows  # most graphs have no rows

            self._of_rows = OfRows(self.bridge, self.look, self)
            self._of_rows.hide()
        was = self._of_rows.isHidden()
        self._of_rows.show_state(state)
        if was != self._of_rows.isHidden():
            self._make_room()

    # The state -------------------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        before = self._picture
        came_out = self.navigation.follow(new.graph)
        followed = self.graph_scene.follow(new.graph, self.navigation.block)
        if followed is None or before is None:
            self._make_anew()
            came_out |= followed is None and self.look.projector and self.whole
        else:
            self._picture = now = picture_of(new, self.graph_scene, self.pens, self.zoom)
            rects = followed + differences(before, now, moved_between(old, new))
            if now.target != before.target:
                scene, marked = self.graph_scene, (before.target, now.target)
                rects += [scene.box_rect(key) for key in marked if key is not None and key in scene.boxes]
            self.refresh(rects)
        if came_out:
            self.fit()
        if old.graph is not new.graph:
            same_document = new.same_document(old)
            moved = old.graph.places is not new.graph.places
            if same_document and (moved or old.graph.wiring is not new.graph.wiring):
                self.whole = False  # what is being edited must not slide away when the window is resized
            if moved:
                self.grow(self.graph_scene.bounds())
            self.pointer.follow(same_structure=same_document and new.graph.same_structure(old.graph))
            self.editing.follow()
        if (old.selection, old.graph, old.cursor) != (new.selection, new.graph, new.cursor):
            self._describe()
        if (old.graph, old.trace, old.cursor) != (new.graph, new.trace, new.cursor):
            self._say_of_rows()
        seen = not self.look.projector or (self.whole and self.graph_scene.folding.stand is not None)
        if not seen and new.step is not old.step and self.picture.acting is not None:
            self.show_node(self.picture.acting)
        if new.quiz is not old.quiz:
            self.show_nodes(self._asked_about())
        self._move(old, new)

    def _move(self, old: State, new: State) -> None:
        """Let the numbers of one step travel; whatever else happens ends what is on its way."""
        if self._motion is not None and (old.graph is not new.graph or old.step is not new.step):
            self._motion.end()
        one_on = new.cursor == old.cursor + 1 or (new.over is not None and new.over.since == old.cursor)
        if new.graph is not old.graph or not one_on or new.step is None:
            return
        seconds = self.motion_seconds()
        if not seconds:
            return
        if self._motion is None:
            from micrograd_gui.views.canvas.layers.motion import Motion  # nothing moves before the first step

            self._motion = Motion(self, self)
            self.layers.append(self._motion)
        self._motion.begin(new, seconds)

    def _describe(self) -> None:
        self.setAccessibleDescription(description(self.bridge.shown, len(self.graph_scene.curves)))

    # Painting --------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        transform = self.viewportTransform()
        back, _ = transform.inverted()
        region = event.region()
        few = region.rectCount() <= 24
        rects = list(region) if few else [region.boundingRect()]  # type: ignore[call-overload]  # it iterates
        painter = QPainter(self.viewport())
        painter.setWorldTransform(transform)
        tool, target = self.pointer.tool, self.pointer.drop_target
        exposed = [back.mapRect(QRectF(rect.adjusted(-1, -1, 1, 1))) for rect in rects]
        picture = self._bare() if self._brief and self._picture is None else self.picture
        paint(painter, picture, self.look, exposed=exposed, without=tool.hidden_wire if tool else None)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if tool is None:
            paint_hover(painter, picture, self.pointer.hovered, self.pens)
        if target is not None:
            paint_drop_target(painter, self, target)
        if tool is not None:
            tool.paint(painter)
        for layer in self.layers:
            layer.paint(painter)
        painter.end()

    def _on_sight_changed(self) -> None:
        made = self._picture
        if made is not None and made.chip_look != look_of(self.bridge.shown, self.graph_scene, self.zoom):
            self._make_anew()
        self.editing.follow()

    # Qt's calls, each handed to the one who knows what it means ------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.pointer.wheel(event)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.pointer.drag_over(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.pointer.drag_over(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self.pointer.drag_away()

    def dropEvent(self, event: QDropEvent) -> None:
        self.pointer.drop(event)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.keyboard.wants(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if self.pointer.tool is None:
                at = self.pointer.hit(QPointF(event.pos()))
                QToolTip.showText(event.globalPos(), tip(self.picture, at, self.bridge.shown), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self.pointer.hover(None)
        elif event.type() == QEvent.Type.NativeGesture and self.pointer.pinch(event):
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self.open_menu(None)
        elif not self.keyboard.press(event):
            event.ignore()  # a key of the window, or of nobody

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.keyboard.release(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        return self.keyboard.tab(forwards) or super().focusNextPrevChild(forwards)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.keyboard.leave()
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(None if event.reason() == event.Reason.Keyboard else QPointF(event.pos()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.navigation.lay_out()
        self._make_room()
        if not self.stay(event.oldSize(), self.graph_scene.bounds):
            self.fit()
