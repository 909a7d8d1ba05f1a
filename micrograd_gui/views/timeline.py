"""Timeline: all moments of the run in one strip below the canvas, to see, to point at and to drag along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from micrograd.language import N_, tr, with_colon
from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.marks import Marks
from micrograd_gui.document.text import as_shown
from micrograd_gui.session.explain.moments import moment_in_words
from micrograd_gui.session.state import State
from micrograd_gui.session.stops import stops_between
from micrograd_gui.session.trace import Kind, Run
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.screen_reader.roles import tell_as
from micrograd_gui.views.theme import Look
from micrograd_gui.views.time_axis import Span, TimeAxis, spans_of

if TYPE_CHECKING:
    from micrograd_gui.views.playing import Playing

_HEIGHT = 38  # pixels at scale 1, as are all below
_SIDE = 16  # from the edges to the first and the last moment
_MARKS = 13  # from the top to the middle of the marks
_RADIUS = 5.0
_WORDS_HIGH = 14  # from where the words begin to the bottom
_ROOM = 13.0  # that a mark of its own takes; where there is less, marks become bands
_NEAR = 4.0  # so near to a tick, it is the tick that is meant
_OWN = ("seed", "zero", "update", "rows", "problem")  # kinds that are seen among bands, too
_WORDS = {
    "forward": N_("forward"),
    "seed": N_("backward"),
    "backward": N_("backward"),
    "rows": N_("over the rows"),
    "zero": N_("zero grad"),
    "update": N_("update"),
    "problem": N_("stopped"),
}


class Timeline(QWidget):
    """A mark per moment, told apart by its form; what has been done is filled, what is to come is hollow.

    Pressing goes there, dragging goes along, pointing says what the moment is. What of a collapsed block is
    stepped over has one mark, with a lead as long as it has moments. Where the marks are too many to stand
    side by side, those of a pass are one band: round for forward, square for backward. It takes no focus: the
    keys of the run work wherever one is.
    """

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName(tr("Timeline"))
        tell_as(self, QAccessible.Role.Slider)
        self.setMouseTracking(True)
        self._bridge = bridge
        self._look = look
        self._run: Run | None = None
        self._spans: tuple[Span, ...] = ()
        self._moments, self._cursor = 0, 0
        self._boxes: Mapping[NodeId, BlockId] = {}
        self._folded: tuple[Run | None, tuple[Block, ...], BlockId | None] = (None, (), None)
        self._ticks: tuple[int, ...] = ()
        self._axis = TimeAxis((), 0, 1, 1)
        self._marked: tuple[Run | None, Marks] = (None, Marks())
        self._stops: tuple[int, ...] = ()
        self._exposed: list[tuple[int, int]] = []  # what of the marks is painted, each from left to right
        self._hovered: int | None = None
        self._wanted: int | None = None  # where a drag is, until the run has gone there
        self._playing: Playing | None = None
        self._going = QTimer(self, singleShot=True, interval=0)
        self._going.timeout.connect(self._go)
        Together(bridge, self).changed.connect(lambda _old, new: self._show(new))
        bridge.looked_into.connect(lambda: self._show(bridge.shown))
        self.set_look(look)
        self._show(bridge.state)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        self.setFixedHeight(look.px(_HEIGHT))
        self._measure()

    def sizeHint(self) -> QSize:
        """A strip of one height, as wide as there is room."""
        return QSize(self._look.px(300), self._look.px(_HEIGHT))

    @property
    def playing(self) -> Playing:
        """What lets the moments pass by themselves; made when it is first wanted."""
        if self._playing is None:
            from micrograd_gui.views.playing import Playing

            self._playing = Playing(self._bridge, self)
            self._playing.changed.connect(self.update)
        return self._playing

    # What it shows ---------------------------------------------------------------------------

    @property
    def hovered(self) -> str:
        """The moment under the pointer, in words; nothing where there is none."""
        if self._hovered is None or self._run is None:
            return ""
        graph = self._bridge.shown.graph
        said = moment_in_words(graph, self._run, self._hovered, self._bridge.shown.notation)
        step = self._run.steps[self._hovered - 1] if self._hovered else None
        box = None if step is None or step.node is None else self._boxes.get(step.node)
        if box is not None:
            title = next(each.title for each in graph.blocks if each.id == box)
            said += " · " + (tr("in {block}", block=title) if title else tr("in a block"))
        cue = next((each for each in self._marked[1].cues if each.moment == self._hovered), None)
        if cue is not None:
            said = f"⚑ {with_colon(cue.name, cue.note)} · {said}" if cue.note else f"⚑ {cue.name} · {said}"
        return f"{said} · {tr('breakpoint')}" if self._hovered in self._stops else said

    def x_of(self, moment: int) -> float:
        """Where that moment stands, in pixels from the left."""
        return self._axis.x_of(moment)

    def moment_at(self, x: float) -> int:
        """The moment that stands nearest there."""
        return self._axis.moment_at(x, self._look.px(_NEAR))

    def reach(self) -> tuple[int, int]:
        """The moment where one stands, and the last one."""
        return self._cursor, self._moments

    def go_to(self, moment: int) -> None:
        """As if one had pressed there."""
        self._wanted = min(max(0, moment), self._moments)
        self._go()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()

    def _measure(self) -> None:
        """Lay the moments out along the strip as wide as it is."""
        side = float(self._look.px(_SIDE))
        self._axis = TimeAxis(self._ticks, side, self.width() - side, self._look.px(_ROOM))
        self.update()

    def _fold(self, graph: Graph, run: Run | None) -> None:
        """One tick for what is stepped over at once."""
        self._folded = (run, graph.blocks, self._bridge.within)
        self._boxes = {}
        self._ticks = () if run is None else tuple(range(1, len(run) + 1))
        if run is not None and graph.blocks:
            from micrograd_gui.session.over_blocks import boxes_of, ends_of_steps  # few have blocks

            self._boxes = boxes_of(graph, self._bridge.within)
            self._ticks = ends_of_steps(run, self._boxes)
        self._measure()

    def _show(self, state: State) -> None:
        """The run of that State; one of training is not recorded, so there is nothing to go through."""
        run, before = None if state.is_training else state.trace, self._cursor
        same = run is self._run
        if not same:
            self._run, self._hovered, self._wanted = run, None, None
            self._spans = () if run is None else spans_of(run)
            self._moments = 0 if run is None else len(run)
        folded, blocks, within = self._folded
        if folded is not run or blocks is not state.graph.blocks or within != self._bridge.within:
            self._fold(state.graph, run)
            same = False
        if self._marked[0] is not run or self._marked[1] is not state.graph.marks:
            same, self._marked = False, (run, state.graph.marks)
            self._stops = () if run is None else tuple(stops_between(state.graph, run, 0, len(run)))
        self._cursor = state.cursor
        if run is None:
            self.setAccessibleDescription("")
        else:
            said = moment_in_words(state.graph, run, self._cursor, state.notation)
            self.setAccessibleDescription(tr("{moment}, of {moments}", moment=said, moments=self._moments))
        if same:
            self._update_between(before, self._cursor)
        else:
            self.update()

    def _update_between(self, first: int, last: int) -> None:
        """Paint anew what differs where one goes from the one moment to the other: the way between them."""
        left, right = sorted((self.x_of(first), self.x_of(last)))
        reach = self._reach
        self.update(int(left - reach), 0, int(right - left + 2 * reach) + 2, self._words_from)

    def _update_words(self) -> None:
        self.update(0, self._words_from, self.width(), self.height())

    # The pointer -----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._open:
            self._want(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton and self._open:
            self._want(x)
            self._hovered = self._wanted  # painted with the moment itself: one picture, not two
        else:
            self._hover(self.moment_at(x) if self._open else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._go()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    @property
    def _open(self) -> bool:
        """Whether there are moments to go to: not while the graph trains."""
        return self._moments > 0 and not self._bridge.state.is_training

    def _want(self, x: float) -> None:
        """Go there when all moves of the pointer that wait have been heard: of many only the last counts."""
        self._wanted = self.moment_at(x)
        self._going.start()

    def _go(self) -> None:
        wanted, self._wanted = self._wanted, None
        self._going.stop()
        if wanted is not None and self._open:
            self._update_words()
            if wanted != self._bridge.state.cursor:
                self._bridge.attempt(self._bridge.session.seek, wanted)

    def _hover(self, moment: int | None) -> None:
        if moment != self._hovered:
            self._hovered = moment
            self._update_words()

    # Drawing ---------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._look.theme
        for colour, height in ((theme.panel, self.height()), (theme.line, 1)):
            painter.setBackground(QColor(colour))
            painter.eraseRect(0, 0, self.width(), height)  # fillRect loads far more
        if self._moments:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            exposed = list(event.region())  # type: ignore[call-overload]  # it iterates
            marks = [each for each in exposed if each.top() < self._words_from]
            self._exposed = [(each.left(), each.right()) for each in marks]
            if self._exposed:
                self._paint_marks(painter)
                self._paint_flags(painter)
                self._paint_here(painter)
            if any(each.bottom() >= self._words_from for each in exposed):
                self._paint_words(painter)
        painter.end()

    def _is_exposed(self, left: float, right: float | None = None) -> bool:
        """Whether a mark there, or what goes from there as far as that, is to be painted."""
        reach, until = self._reach, left if right is None else right
        return any(left - reach <= last and until + reach >= first for first, last in self._exposed)

    @property
    def _reach(self) -> float:
        """How far from its moment a mark or a flag can be seen, to either side."""
        return float(self._look.px(2.5 * _RADIUS)) + 2

    @property
    def _words_from(self) -> int:
        """Where the words begin, below the marks."""
        return self._look.px(_HEIGHT - _WORDS_HIGH)

    @property
    def _middle(self) -> float:
        return float(self._look.px(_MARKS))

    def _paint_marks(self, painter: QPainter) -> None:
        assert self._run is not None
        left, right, y = self.x_of(0), self.x_of(self._moments), self._middle
        painter.setPen(QPen(QColor(self._look.theme.muted), self._look.px(1)))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        start = self._look.px(_RADIUS)
        painter.drawLine(QPointF(left, y - start), QPointF(left, y + start))
        if self._axis.crowded:
            for span in self._spans:
                ends = self.x_of(span.first - 1), self.x_of(span.last)
                if span.kind in ("forward", "backward") and self._is_exposed(*ends):
                    self._paint_band(painter, span)
            ticks = [
                tick for span in self._spans if span.kind in _OWN for tick in range(span.first, span.last + 1)
            ]
        else:
            self._paint_leads(painter)
            ticks = list(self._axis.ticks)
        last = -1e9
        for tick in ticks:
            if not self._axis.crowded or self.x_of(tick) - last >= self._look.px(_RADIUS):
                last = self.x_of(tick)
                if self._is_exposed(last):
                    self._paint_mark(painter, self._run.steps[tick - 1].kind, tick)

    def _colour(self, kind: Kind) -> QColor:
        theme = self._look.theme
        if kind == "problem":
            return QColor(theme.bad)
        return QColor(theme.grad if kind in ("seed", "backward", "rows", "zero") else theme.data)

    def _paint_band(self, painter: QPainter, span: Span) -> None:
        """The steps of a pass as one: filled up to where one stands."""
        left, right = self.x_of(span.first - 1), self.x_of(span.last)
        here = min(max(self.x_of(self._cursor), left), right)
        high = self._look.px(_RADIUS) * (0.75 if span.kind == "forward" else 1.0)
        whole = QRectF(left, self._middle - high, right - left, 2 * high)
        colour, round_by = self._colour(span.kind), high if span.kind == "forward" else 0.0
        painter.setPen(QPen(colour, max(1, self._look.px(1.5))))
        painter.setBrush(QColor(self._look.theme.panel))
        painter.drawRoundedRect(whole, round_by, round_by)
        painter.save()
        painter.setClipRect(QRectF(left - 2, 0, here - left + 2, self.height()))
        painter.setBrush(colour)
        painter.drawRoundedRect(whole, round_by, round_by)
        painter.restore()

    def _paint_leads(self, painter: QPainter) -> None:
        """Where a block is stepped over, a rail as long as it has moments, filled up to where one stands."""
        assert self._run is not None
        high, before = self._look.px(_RADIUS) * 0.3, 0
        for tick in self._axis.ticks:
            left, right = self.x_of(before), self.x_of(tick)
            if tick - before > 1 and self._is_exposed(left, right):
                colour = self._colour(self._run.steps[tick - 1].kind)
                painter.setPen(QPen(colour, max(1, self._look.px(1))))
                painter.setBrush(QColor(self._look.theme.panel))
                painter.drawRect(QRectF(left, self._middle - high, right - left, 2 * high))
                here = min(max(self.x_of(self._cursor), left), right)
                painter.fillRect(QRectF(left, self._middle - high, here - left, 2 * high), colour)
            before = tick

    def _paint_mark(self, painter: QPainter, kind: Kind, moment: int) -> None:
        """Forward a circle, the seed a triangle, backward a square, over the rows a tall bar, zero grad a
        crossed circle, an update a diamond, a problem a cross."""
        x, y, r = self.x_of(moment), self._middle, float(self._look.px(_RADIUS))
        colour = self._colour(kind)
        painter.setPen(QPen(colour, max(1, self._look.px(1.5))))
        painter.setBrush(colour if moment <= self._cursor else QColor(self._look.theme.panel))
        if kind == "forward":
            painter.drawEllipse(QPointF(x, y), r, r)
        elif kind == "seed":
            top, right, left = (
                QPointF(x, y - 1.3 * r),
                QPointF(x + 1.2 * r, y + r),
                QPointF(x - 1.2 * r, y + r),
            )
            painter.drawPolygon(QPolygonF((top, right, left)))
        elif kind == "update":
            d = 1.4 * r
            diamond = (QPointF(x, y - d), QPointF(x + d, y), QPointF(x, y + d), QPointF(x - d, y))
            painter.drawPolygon(QPolygonF(diamond))
        elif kind == "backward":
            painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))
        elif kind == "rows":
            painter.drawRect(QRectF(x - 0.6 * r, y - 1.6 * r, 1.2 * r, 3.2 * r))
        elif kind == "zero":
            painter.setBrush(QColor(self._look.theme.panel))
            painter.drawEllipse(QPointF(x, y), r, r)
            painter.drawLine(QPointF(x - r, y + 1.5 * r), QPointF(x + r, y - 1.5 * r))
        else:
            painter.drawLine(QPointF(x - r, y - r), QPointF(x + r, y + r))
            painter.drawLine(QPointF(x - r, y + r), QPointF(x + r, y - r))

    def _paint_flags(self, painter: QPainter) -> None:
        """A bar under the moments at which a breakpoint holds, a flag at each cue point."""
        theme, r, y = self._look.theme, float(self._look.px(_RADIUS)), self._middle
        last = -1e9
        for moment in self._stops:
            x = self.x_of(moment)
            if x - last >= 2 * r:
                last = x
                if self._is_exposed(x):
                    painter.fillRect(QRectF(x - r, y + 1.6 * r, 2 * r, 0.6 * r), QColor(theme.bad))
        painter.setPen(QPen(QColor(theme.text), max(1, self._look.px(1.5))))
        painter.setBrush(QColor(theme.text))
        for cue in self._marked[1].cues:
            if cue.moment <= self._moments and self._is_exposed(self.x_of(cue.moment)):
                x = self.x_of(cue.moment)
                top, tip = QPointF(x, y - 2.4 * r), QPointF(x + 1.8 * r, y - 1.8 * r)
                painter.drawLine(QPointF(x, y), top)
                painter.drawPolygon(QPolygonF((top, tip, QPointF(x, y - 1.2 * r))))

    def _paint_here(self, painter: QPainter) -> None:
        """A ring round where one stands, with a stem that is seen among bands."""
        x, y, r = self.x_of(self._cursor), self._middle, self._look.px(_RADIUS * 1.9)
        painter.setPen(QPen(QColor(self._look.theme.accent), self._look.px(2.5)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), r, r)

    def _paint_words(self, painter: QPainter) -> None:
        """The moment under the pointer; else each pass by name, where there is room for it."""
        font = self._look.font(11)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        base = self.height() - metrics.descent() - 1
        if self._hovered is not None:
            words = as_shown(self.hovered)
            wide = metrics.horizontalAdvance(words)
            x = min(max(self.x_of(self._hovered) - wide / 2, 4.0), max(4.0, self.width() - wide - 4))
            painter.setPen(QColor(self._look.theme.text))
            painter.drawText(QPointF(x, base), words)
            return
        room = float(self.width())
        if self._playing is not None and self._playing.on:
            words = tr("▶ {moments:g} a second", moments=self._playing.speed)
            room -= metrics.horizontalAdvance(words) + self._look.px(_SIDE)
            painter.setPen(QColor(self._look.theme.text))
            painter.drawText(QPointF(room, base), words)
        painter.setPen(QColor(self._look.theme.muted))
        free = 0.0
        for span in self._passes():
            words = tr(_WORDS[span.kind])
            wide = metrics.horizontalAdvance(words)
            x = max(self.x_of(span.first) - self._look.px(_RADIUS), free)
            ends = self.x_of(span.last) + max(self._look.px(_ROOM), wide / 2)
            if x + wide <= min(max(ends, x + wide if span.first == span.last else 0.0), room):
                painter.drawText(QPointF(x, base), words)
                free = x + wide + self._look.px(10)

    def _passes(self) -> list[Span]:
        """The spans, the seed as part of the backward pass that it begins."""
        passes: list[Span] = []
        for span in self._spans:
            if span.kind == "backward" and passes and passes[-1].kind == "seed":
                passes[-1] = replace(passes[-1], last=span.last)
            else:
                passes.append(span)
        return passes
