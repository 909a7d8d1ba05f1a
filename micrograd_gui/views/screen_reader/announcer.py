"""Announcer: says to a screen reader what has happened, and where on the canvas one is now."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleStateChangeEvent,
)

from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import NEVER, Bridge, Paced
from micrograd_gui.views.canvas.view import CanvasView

_PAUSE = 120  # milliseconds in which nothing else happened: of a key that is held down the last step is told


class Announcer(QObject):
    """Tells of each step that was taken, what a check found, each refusal, and the node that is selected.

    While a graph trains nothing is told before it rests. Where no screen reader runs, none of it is made.
    Of what was done after ``since`` was seen, before there was an announcer, the last is told.
    """

    def __init__(self, bridge: Bridge, canvas: CanvasView, since: State | None = None) -> None:
        super().__init__(canvas)
        self._bridge, self._canvas = bridge, canvas
        seen = bridge.shown if since is None else since
        self._told: tuple[object, ...] = _moment(seen)
        self._checked = seen.checked
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._timer.timeout.connect(self._tell)
        Paced(bridge, NEVER, self).changed.connect(self._on_changed)
        bridge.refused.connect(lambda sentence, _: self._say_at_once(sentence))
        bridge.told.connect(self._say_at_once)
        self._on_changed(seen, bridge.shown)

    def _on_changed(self, old: State, new: State) -> None:
        if not QAccessible.isActive() or old is new:
            return
        if new.selection != old.selection:
            self._go_to_chosen()
        self._timer.start()

    def _tell(self) -> None:
        state = self._bridge.shown  # while somebody predicts nothing of later moments is in it
        if _moment(state) != self._told:
            from micrograd_gui.session.explain.moments import moment_told  # late: most never need it

            self._told = _moment(state)
            self._announce(moment_told(state))
        if state.checked and state.checked is not self._checked:
            from micrograd_gui.session.explain.verdicts import verdict_of_moment

            self._announce(verdict_of_moment(state))
        self._checked = state.checked

    def _say_at_once(self, sentence: str) -> None:
        if QAccessible.isActive():
            self._announce(sentence, at_once=True)

    def _announce(self, sentence: str, *, at_once: bool = False) -> None:
        if sentence:
            told = QAccessibleAnnouncementEvent(self._canvas, sentence)
            polite = QAccessible.AnnouncementPoliteness
            told.setPoliteness(polite.Assertive if at_once else polite.Polite)
            QAccessible.updateAccessibility(told)

    def _go_to_chosen(self) -> None:
        """A screen reader goes to the node or box that is selected now."""
        canvas = QAccessible.queryAccessibleInterface(self._canvas)
        item = None if canvas is None else canvas.focusChild()
        if item is not None:
            QAccessible.updateAccessibility(QAccessibleEvent(item, QAccessible.Event.Focus))
            state = QAccessible.State()
            state.selected = True
            QAccessible.updateAccessibility(QAccessibleStateChangeEvent(item, state))


def _moment(state: State) -> tuple[object, ...]:
    return state.trace, state.cursor
