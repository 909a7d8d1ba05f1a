"""The status bar: one sentence at its left; at its right how large the graph is, and where its run stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton

from micrograd.language import tr, trn
from micrograd_gui.document.text import as_shown, as_tip
from micrograd_gui.session.explain.verdicts import verdict_of_moment
from micrograd_gui.session.state import State
from micrograd_gui.views.hands import connect_once

if TYPE_CHECKING:
    from micrograd_gui.app.notebooks.live import Link

_LEFT = 6  # pixels before a tip, as Qt has them


class StatusBar(QStatusBar):
    """Tips end in dots where there is no room for all of them; that of the bar itself has them whole.

    ``message`` is the sentence at the left, ``summary`` the line at the right.
    """

    def __init__(self) -> None:
        super().__init__()
        self.message, self.summary = Message(), Summary()
        self._about_finding: tuple[QToolButton, ...] = ()
        self.message.setObjectName("message")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setObjectName("summary")
        self.addWidget(self.message, 1)
        self.addPermanentWidget(self.summary)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(8, 0, 8, 0)
        self.messageChanged.connect(self._keep_tip)  # a lambda that knows it would keep it alive

    def _keep_tip(self, text: str) -> None:
        self.setToolTip(as_tip(text))

    def say(self, sentence: str, *, refused: bool) -> None:
        """Show that sentence at the left, as a refusal or as plain words; "" for none."""
        if sentence:
            self.clearMessage()  # a tip of what is under the pointer would cover it
        message = self.message
        message.setText(("⚠ " if refused else "") + sentence)
        message.setToolTip(as_tip(sentence))
        if message.property("refused") != refused:
            message.setProperty("refused", refused)
            message.style().unpolish(message)
            message.style().polish(message)

    def offer_about_finding(self, shown: bool, right_run: QAction, dismiss: Callable[[], object]) -> None:
        """What can be done about a finding, as buttons beside its sentence; made when there is one."""
        if shown and not self._about_finding:
            self._about_finding = _finding_buttons(right_run, dismiss)
            for at, button in enumerate(self._about_finding, 1):
                self.insertWidget(at, button)
        for button in self._about_finding:
            button.setVisible(shown)

    def minimumSizeHint(self) -> QSize:
        """Of no width: else a long summary would widen the window, beyond the screen too."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The summary has no more room than the bar."""
        self.summary.fit()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt does, which cuts a tip off where its room ends."""
        if not self.currentMessage():
            super().paintEvent(event)
            return
        text, metrics = as_shown(self.currentMessage()), self.fontMetrics()
        room = self.rect().adjusted(_LEFT, 0, -_LEFT, 0)
        if self.summary.isVisible():
            room.setRight(min(room.right(), self.summary.x() - _LEFT))
        if text == self.currentMessage() and metrics.horizontalAdvance(text) <= room.width():
            super().paintEvent(event)
            return
        from PySide6.QtWidgets import QStyle, QStyleOption  # late: 6 ms, and the start has no tip to cut off

        option, panel = QStyleOption(), QStyle.PrimitiveElement.PE_PanelStatusBar
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(panel, option, painter, self)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.palette().windowText().color())
        painter.drawText(room, flags, shown)
        painter.end()


class Dotted(QLabel):
    """A line of words; where there is no room for all of them, it ends in dots, and the tip has it whole."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words that there is room for, without the style: PySide loads all of QStyle for it (4 ms)."""
        room = self.contentsRect()
        text, dots = as_shown(self.text()), Qt.TextElideMode.ElideRight
        shown = self.fontMetrics().elidedText(text, dots, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), shown)
        painter.end()


class Message(Dotted):
    """One sentence, as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setText(" ")  # as high as with a text: without, the first one would move all that is above it
        self.setText("")

    def minimumSizeHint(self) -> QSize:
        """Of no width: else a long sentence would widen the window, beyond the screen too."""
        return QSize(0, super().minimumSizeHint().height())


class Summary(Dotted):
    """A line that ends at the right, and asks for other room only where its text needs that: else each
    text would have the whole window laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def say(self, text: str) -> None:
        """Show that text, and as the tip, too."""
        if (shown := as_shown(text)) != self.text():
            self.setText(shown)
            self.setToolTip(as_tip(text))
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.fit()

    def fit(self) -> None:
        """Its size is fixed, or Qt would ask all around for more at each text; a letter or so is free."""
        metrics, has = self.fontMetrics(), self.minimumSize()
        high, bar = metrics.height(), self.parentWidget()
        needed = metrics.horizontalAdvance(self.text()) + high
        if bar is not None:
            needed = min(needed, bar.contentsRect().width() - 2 * _LEFT)
        if has.height() != high or not 2 - high <= has.width() - needed <= high:
            self.setFixedSize(max(0, needed), high)


def _finding_buttons(right_run: QAction, dismiss: Callable[[], object]) -> tuple[QToolButton, QToolButton]:
    """What can be done about a finding, to stand beside the sentence that tells of it."""
    right, away = QToolButton(), QToolButton()
    right.setDefaultAction(right_run)
    connect_once(right_run)
    away.setObjectName("dismiss")
    away.setText(tr("Dismiss"))
    away.setToolTip(tr("Take this sentence from here; the step card and the table keep it"))
    away.clicked.connect(dismiss)
    return right, away


def standing(state: State, link: Link | None = None) -> str:
    """What the status bar says where nothing else is to be said: a finding, or how live values are shown."""
    finding = state.finding
    said = "" if finding is None or finding.dismissed else finding.said
    return " ".join(filter(None, ("" if link is None else link.note(state.graph), said)))


def summary(state: State) -> str:
    """``7 nodes · 6 wires · forward done · moment 7 of 7 · all gradients agree``."""
    graph = state.graph
    if not graph.nodes:
        return tr("empty graph")
    wires = graph.wiring.wires
    parts = [trn("{n} node", "{n} nodes", len(graph)), trn("{n} wire", "{n} wires", wires)]
    if state.trace is None:
        parts.append(tr("not run yet"))
    else:
        parts.append(_phase(state))
        parts.append(tr("moment {moment} of {moments}", moment=state.cursor, moments=len(state.trace)))
    if state.finding is not None and (state.finding.data or state.finding.grad):
        differs = len(state.finding.nodes)
        if state.finding.whose == "notebook":
            parts.append(
                trn("the notebook differs at {n} node", "the notebook differs at {n} nodes", differs)
            )
        else:
            parts.append(
                trn("the wrong run differs at {n} node", "the wrong run differs at {n} nodes", differs)
            )
    if state.checked:
        fresh = "" if state.finding is None else f"{state.finding.beside}: "
        parts.append(fresh + verdict_of_moment(state))
    return " · ".join(parts)


def _phase(state: State) -> str:
    if state.blocked:
        return tr("stopped at a problem")
    if state.is_training:
        return tr("training")
    if not state.forward_done:
        return tr("parameters updated") if state.computed else tr("running forward")
    kind = None if state.trace is None else state.trace.kind_before(state.cursor)
    if kind in (None, "forward"):
        return tr("forward done")
    if kind == "zero":
        return tr("gradients set to 0")
    following = state.following
    return (
        tr("running backward")
        if following is not None and following.kind == "backward"
        else tr("backward done")
    )
