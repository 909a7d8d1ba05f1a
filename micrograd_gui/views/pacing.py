"""Paced: changes handed on at once; while the graph trains, only so often, and one heavy view in a frame."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge

AGAIN = 5  # milliseconds until it is tried again
SHARE = 8  # a view rests so many times as long as it takes to show a change
NEVER = 1_000_000_000  # milliseconds: only when the run is over


def training(state: State) -> bool:
    """Whether a run goes on."""
    return state.training is not None and state.training.running


class Paced(QObject):
    """``changed(old, new)`` as the bridge has it; in a run ``rest`` milliseconds apart, many as one."""

    changed = Signal(object, object)

    def __init__(self, bridge: Bridge, rest: int, parent: QObject, *, heavy: bool = True) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._rest = rest
        self._heavy = heavy
        self._before: State | None = None  # the State that was shown last, where another is waiting
        self._ended, self._took = 0.0, 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        bridge.changed.connect(self._on_changed)

    def _on_changed(self, old: State, new: State) -> None:
        before = old if self._before is None else self._before
        if training(new):
            self._before = before
            if not self._timer.isActive() and self._rest < NEVER:
                rest = max(self._rest, 1000 * SHARE * self._took) - 1000 * (perf_counter() - self._ended)
                self._timer.start(max(0, round(rest)))
            return
        self._timer.stop()
        self._before = None
        self.changed.emit(before, new)

    def _due(self) -> None:
        if self._before is None:
            return
        if self._heavy and not self._bridge.turns.take():
            self._timer.start(AGAIN)
            return
        before, self._before = self._before, None
        began = perf_counter()
        self.changed.emit(before, self._bridge.state)
        self._ended = perf_counter()
        self._took = self._ended - began
