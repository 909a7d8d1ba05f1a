"""The rendered graph: Graphviz's picture of the graph, in the notebook's style, with live numbers."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from micrograd.language import N_, tr, trn
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.text import as_tip, short
from micrograd_gui.session.state import State
from micrograd_gui.views.background import Background, later, load_by_turns
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.hands import sideways
from micrograd_gui.views.screen_reader.roles import tell_as
from micrograd_gui.views.theme import Look

if TYPE_CHECKING:  # they come with the first picture, after the first paint
    from micrograd_gui.figures.figure import Figure
    from micrograd_gui.session.explain.of_rows import Said
    from micrograd_gui.views.figure_painter import FigurePainter, Scenery

WAITING = N_("Graphviz is laying out the graph…")
EMPTY = N_("The rendered graph appears here as soon as there is a node.")
LARGEST_FIT = 1.5  # a small graph is not blown up further than this to fill the pane
ZOOM_RANGE = (0.02, 8.0)
_ACROSS = 80.0  # pixels a notch
_PER_NOTCH = 1.2
_NOTCH = 120.0
MANY = 40  # rectangles; more than so many are painted as one
_AIR = 6.0  # pixels around a fitted picture
LEGIBLE = 10  # pixels at text scale 1: text is smaller by the wheel alone, and where all is asked for
_LAYOUT = (
    "micrograd_gui.figures.parts", "micrograd_gui.figures.text_metrics", "micrograd_gui.figures.figure",
    "micrograd.dot", "micrograd_gui.figures.shapes", "micrograd_gui.figures.notebook_style",
    "micrograd_gui.views.figure_painter", "micrograd_gui.views.rendered_layout",
)  # fmt: skip
_AGAIN = 5  # milliseconds until a picture that has come asks again whether it is its turn
_SAID = 20  # pixels at text scale 1 for the words below it


class RenderedGraph(QWidget):
    """Laid out off the GUI thread, once per structure: while stepping, only numbers and outlines change.

    A graph that has no room at a legible size is shown in part, the part in which a node acts. A click
    selects a node, the wheel zooms, dragging pans; a double click shows all of it, and the next one the
    legible part.
    """

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rendered_graph")
        self._due = False
        self.setAccessibleName(tr("Rendered graph"))
        tell_as(self, QAccessible.Role.Graphic)
        self.setMinimumSize(120, 60)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.bridge = bridge
        self.figure: Figure | None = None
        self._scenery: Scenery | None = None  # what of the picture is where
        self.message = ""
        self._background = Background(self)
        self._shape: object = None
        self._made: tuple[Figure, Scenery] | None = None  # what has come, and waits for its turn
        self._said: Said | None = None
        self._zoom, self._origin = 1.0, QPointF(0.0, 0.0)
        self._fitted = True  # by the program: nobody has dragged it or turned the wheel
        self._all = False  # even where it is not legible
        self._pressed: QPoint | None = None
        self._grabbed: QPointF | None = None
        self.set_look(look)
        Together(bridge, self).changed.connect(self._on_changed)

    def sizeHint(self) -> QSize:
        """Wide and low: a graph goes from left to right."""
        return QSize(600, 180)

    def set_look(self, look: Look) -> None:
        """Other colours."""
        self.look = look
        self._painter: FigurePainter | None = None
        self.update()

    def fit(self, *, all_of_it: bool = False) -> None:
        """The picture in the middle, and so again when the pane changes its size.

        It is shown whole where it is legible so, else that part of it in which a node acts; whole in any case
        where all of it is wanted.
        """
        self._fitted, self._all = True, all_of_it
        if self.figure is not None:
            from micrograd_gui.figures.parts import SMALL  # with the first picture

            room = self._room()
            wide, high, scale = self.figure.width, self.figure.height, self.look.scale
            zoom = min((room.width() - 2 * _AIR) / wide, (room.height() - 2 * _AIR) / high)
            least = ZOOM_RANGE[0] if all_of_it else LEGIBLE * scale / SMALL
            self._zoom = min(max(zoom, least), LARGEST_FIT * scale)
            self._origin = self._within(QPointF(0.0, (room.height() - high * self._zoom) / 2))
            self._follow()
        self.update()

    def _room(self) -> QRectF:
        """Where the picture stands: all but the words below it."""
        return QRectF(self.rect()).adjusted(0, 0, 0, -self.look.px(_SAID) if self._said else 0)

    def _within(self, origin: QPointF) -> QPointF:
        """The origin nearest to that one at which no room is wasted: the middle where all has room."""
        assert self.figure is not None
        room, found = self._room(), []
        for at, has, wants in (
            (origin.x(), room.width(), self.figure.width * self._zoom),
            (origin.y(), room.height(), self.figure.height * self._zoom),
        ):
            spare = has - wants - 2 * _AIR
            found.append((has - wants) / 2 if spare >= 0 else max(spare + _AIR, min(_AIR, at)))
        return QPointF(*found)

    def _follow(self) -> bool:
        """Bring what acts into view, with what it wrote as far as there is room; whether anything moved."""
        if self.figure is None or self._scenery is None or not self._fitted:
            return False
        acting = self.figure.acting
        rect = None if acting is None else self._scenery.rect_of(acting)
        if rect is None:
            return False
        room, place = self._room(), self._transform()
        wanted = place.mapRect(rect)
        for node in sorted(node for node, _ in self.figure.fresh if node != acting):
            other = self._scenery.rect_of(node)
            both = wanted if other is None else wanted.united(place.mapRect(other))
            if both.width() <= room.width() - 2 * _AIR and both.height() <= room.height() - 2 * _AIR:
                wanted = both
        if room.contains(wanted):
            return False
        before, self._origin = self._origin, self._within(self._origin + room.center() - wanted.center())
        return before != self._origin

    # Showing the state -----------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        if self.figure is not None and not new.same_document(old):
            self.figure = self._shape = None  # its nodes are not those that the numbers are of
            self.update()
        written = (old.wires, old.notation) != (new.wires, new.notation)
        if written or new.graph.wiring is not old.graph.wiring or new.graph.blocks is not old.graph.blocks:
            self._lay_out(new)
        if self.figure is None or not self.isVisible():
            return
        if (old.graph, old.trace, old.cursor) != (new.graph, new.trace, new.cursor):
            self._say(new)
        same = new.frame is old.frame and new.step is old.step and new.nudge is old.nudge
        same = same and new.finding is old.finding and new.asked is old.asked
        if not same or written or new.selection != old.selection:
            self._show(new, old.selection ^ new.selection)

    def _show(self, state: State, marked: frozenset[NodeId]) -> None:
        """Put the numbers of the moment in, and repaint what differs."""
        old = self.figure
        assert old is not None
        assert self._scenery is not None
        new = self.figure = self._at(old, state)
        touched = set(marked) | {node for node, _ in old.fresh ^ new.fresh}
        through = {old.through, new.through} if old.through != new.through else set()
        touched |= {node for node in (old.acting, new.acting) if node is not None}
        for before, after in ((old.frame.data, new.frame.data), (old.frame.grad, new.frame.grad)):
            if before is not after:
                touched |= {box.node for box in new.boxes if before.get(box.node) != after.get(box.node)}
        touched |= {node for node, _ in old.frame.stale ^ new.frame.stale}
        if old.nudge is not new.nudge:
            for nudge in (old.nudge, new.nudge):
                touched |= frozenset() if nudge is None else nudge.moved
        if old.found is not new.found:
            for found in (old.found, new.found):
                touched |= frozenset() if found is None else found.nodes
        ahead: set[NodeId] = set()
        if old.frame.data is not new.frame.data:
            ahead = {oval.node for oval in new.ovals if old.ahead(oval.node) != new.ahead(oval.node)}
        rects = self._scenery.covered(touched, through, ahead)
        if self._follow() or len(rects) > MANY or (old.chips, old.paths) != (new.chips, new.paths):
            self.update()
            return
        place = self._transform()
        for rect in rects:
            self.update(place.mapRect(rect).toAlignedRect().adjusted(-1, -1, 1, 1))

    # Laying out ------------------------------------------------------------------------------

    def _lay_out(self, state: State) -> None:
        """Have the picture made anew where the graph's shape differs; a hidden pane waits till it shows."""
        if not self.isVisible():
            return
        if _LAYOUT[-1] not in sys.modules:  # all of it takes 60 ms
            self.message = tr(WAITING) if state.graph.nodes else tr(EMPTY)
            load_by_turns(self, _LAYOUT, lambda: self._lay_out(self.bridge.shown))
            return
        from micrograd_gui.views.rendered_layout import lay_out, shape_for

        graph = state.graph
        if len(graph) > LARGE:
            self._background.cancel("layout")
            self.figure = self._made = self._shape = None
            self.message = trn(
                "{n:,} node is too many to be drawn here: {most:,} at most.",
                "{n:,} nodes are too many to be drawn here: {most:,} at most.",
                len(graph),
                most=LARGE,
            )
            self.update()
            return
        shape = shape_for(state)
        if shape == self._shape:
            return
        self._shape, self._made = shape, None
        if not graph.nodes:
            self._background.cancel("layout")
            self.figure, self.message = None, tr(EMPTY)
        else:
            self.message = tr(WAITING)
            self._background.start(
                "layout", lay_out, graph, state.wires, state.notation,
                done=self._on_laid_out, failed=self._on_failed, stoppable=True,
            )  # fmt: skip
        self.update()

    def _on_laid_out(self, made: tuple[Figure, Scenery]) -> None:
        """Show it; to paint many nodes takes long, so no other pane does what is heavy in that turn."""
        self._made = made
        self._show_made()

    def _show_made(self) -> None:
        if self._made is None:
            return
        if not self.bridge.frames.take_turn():
            later(self, self._show_made, after=_AGAIN)
            return
        (figure, self._scenery), self._made = self._made, None
        state = self.bridge.shown
        first = self.figure is None
        self.figure, self.message = self._at(figure, state), figure.note
        self._say(state)
        self.setAccessibleDescription(
            trn(
                "{n} node, drawn by Graphviz in the notebook's style",
                "{n} nodes, drawn by Graphviz in the notebook's style",
                len(figure.boxes),
            )
        )
        if self._fitted or first:
            self.fit(all_of_it=self._all)
        self.update()

    def _at(self, figure: Figure, state: State) -> Figure:
        from micrograd_gui.views.rendered_layout import at_moment  # it is there, as what it has laid out is

        return at_moment(figure, state)

    def _on_failed(self, error: Exception) -> None:
        self.figure, self.message = None, str(error)
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Up to date, and laid out once it has been painted."""
        super().showEvent(event)
        state = self.bridge.shown
        self.message = self.message or ("" if state.graph.nodes else tr(EMPTY))
        self._due = True
        if self.figure is not None:
            self.figure = self._at(self.figure, state)
            self._say(state)
            self._follow()

    # Painting --------------------------------------------------------------------------------

    def _transform(self) -> QTransform:
        """From the picture's units to pixels."""
        return QTransform(self._zoom, 0.0, 0.0, self._zoom, self._origin.x(), self._origin.y())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The figure, of which only what is exposed is painted, or a sentence."""
        if self._due:  # laying out waits until the window has been painted once
            self._due = False
            later(self, lambda: self._lay_out(self.bridge.shown))
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.setBackground(QColor(self.look.theme.ground))
        painter.eraseRect(event.rect())
        if self.figure is not None:
            self._paint(painter, self.figure, event)
            self._paint_said(painter)
        if self.message:
            self._paint_message(painter)
        painter.end()

    def _say(self, state: State) -> None:
        """What the gradients are of, where the graph has several rows, in words at the bottom."""
        from micrograd_gui.figures.moments import said_at  # with the first picture

        before, self._said = self._said, said_at(state.graph, state.trace, state.cursor)
        if (before is None) != (self._said is None) and self._fitted:
            self.fit(all_of_it=self._all)
        elif before != self._said:
            room = self.look.px(_SAID)
            self.update(0, self.height() - room, self.width(), room)

    def _paint_said(self, painter: QPainter) -> None:
        said = self._said
        if said is None:
            return
        high = self.look.px(_SAID)
        painter.eraseRect(0, self.height() - high, self.width(), high)  # words over a number are neither
        painter.setFont(self.look.font(12))
        painter.setPen(QColor(self.look.theme.muted))
        room = self.rect().adjusted(self.look.px(8), 0, -self.look.px(8), -self.look.px(3))
        metrics = painter.fontMetrics()
        words = said.long if metrics.horizontalAdvance(said.long) <= room.width() else said.brief
        at = int(Qt.AlignmentFlag.AlignBottom) | int(Qt.AlignmentFlag.AlignLeft)
        painter.drawText(room, at, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width()))

    def _paint(self, painter: QPainter, figure: Figure, event: QPaintEvent) -> None:
        from micrograd_gui.views.figure_painter import FigurePainter

        if self._painter is None:
            self._painter = FigurePainter(self.look.theme)
        assert self._scenery is not None
        place = self._transform()
        exposed, _ = place.inverted()
        painter.setTransform(place)
        selection, region = self.bridge.shown.selection, event.region()
        # The few rectangles of a step cost less than the one around them all.
        rects = list(cast(Iterable[QRect], region)) if region.rectCount() <= MANY else [event.rect()]
        parts = [exposed.mapRect(QRectF(rect)) for rect in rects]
        self._painter.paint(painter, self._scenery, figure, parts, selection, self._zoom)
        painter.resetTransform()

    def _paint_message(self, painter: QPainter) -> None:
        painter.setFont(self.look.font(13))
        painter.setPen(QColor(self.look.theme.muted))
        margin = self.look.px(10)
        where = self.rect().adjusted(margin, margin, -margin, -margin)
        centre = Qt.AlignmentFlag.AlignCenter if self.figure is None else Qt.AlignmentFlag.AlignTop
        painter.drawText(where, int(centre) | int(Qt.TextFlag.TextWordWrap), self.message)

    # Mouse -----------------------------------------------------------------------------------

    def node_at(self, position: QPointF) -> NodeId | None:
        """The node whose box or op lies there."""
        if self.figure is None or self._scenery is None:
            return None
        inverted, _ = self._transform().inverted()
        return self._scenery.node_at(inverted.map(position))

    def place_of(self, node: NodeId) -> QPointF | None:
        """Where the middle of the node's box is, in pixels."""
        rect = None if self.figure is None or self._scenery is None else self._scenery.rect_of(node)
        return None if rect is None else self._transform().map(rect.center())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click or a drag begins."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = event.position().toPoint()
            self._grabbed = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A drag moves the figure."""
        if self._pressed is None:
            return
        position = event.position()
        far = (position.toPoint() - self._pressed).manhattanLength()
        if self._grabbed is None and far >= QApplication.startDragDistance():
            self._grabbed = QPointF(self._pressed)
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._grabbed is not None:
            self._origin += position - self._grabbed
            self._grabbed, self._fitted = position, False
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click selects; with Ctrl it adds to what is selected, or takes away."""
        clicked = self._pressed is not None and self._grabbed is None
        self._pressed = self._grabbed = None
        self.unsetCursor()
        if clicked and event.button() == Qt.MouseButton.LeftButton:
            node = self.node_at(event.position())
            chosen = frozenset() if node is None else frozenset((node,))
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                chosen = self.bridge.state.selection ^ chosen
            self.bridge.attempt(self.bridge.session.select, chosen)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the ground it shows all of the figure, or the legible part again."""
        if self.node_at(event.position()) is None:
            self.fit(all_of_it=not self._all)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom, round the pointer; turned sideways, or with Shift, it scrolls across."""
        if across := sideways(event):
            self._origin += QPointF(across / _NOTCH * _ACROSS, 0.0)
            self._fitted = False
            self.update()
            event.accept()
            return
        factor = _PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
        zoom = min(max(self._zoom * factor, ZOOM_RANGE[0]), ZOOM_RANGE[1])
        under = event.position()
        self._origin = under - (under - self._origin) * (zoom / self._zoom)
        self._zoom, self._fitted = zoom, False
        self.update()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A figure that was fitted stays so."""
        super().resizeEvent(event)
        if self._fitted:
            self.fit(all_of_it=self._all)

    def event(self, event: QEvent) -> bool:
        """The tip of the node under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            node = self.node_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if node is None else as_tip(self._node_tip(node)), self)
            return True
        return super().event(event)

    def _node_tip(self, node: NodeId) -> str:
        """The numbers of a node in more digits than there is room for."""
        state = self.bridge.shown
        if node not in state.graph.nodes:
            return ""
        parts = [
            f"{word} {short(numbers[node])}"
            for word, numbers in (("data", state.frame.data), ("grad", state.frame.grad))
            if node in numbers
        ]
        moved = None if state.nudge is None else state.nudge.shows(node)
        parts += [] if moved is None else [tr("nudged {numbers}", numbers=" → ".join(moved))]
        for word in ("data", "grad"):
            finding = state.finding
            if finding is not None and (found := finding.shows(node, word)) is not None:
                live = finding.whose == "notebook"
                said = (
                    tr("{word} in the notebook {number}") if live else tr("{word} in the wrong run {number}")
                )
                parts.append(said.format(word=word, number=found[0]))
        return ", ".join([state.graph.nodes[node].name.replace("<", "‹")[:200], *parts])
