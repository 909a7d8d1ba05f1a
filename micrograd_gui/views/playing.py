"""Playing: the moments of a run one after the other, so many a second, until somebody does something else."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from micrograd_gui.session.state import State
from micrograd_gui.session.stops import first_rest, holds_at
from micrograd_gui.views.bridge import Bridge

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 60.0, 240.0, 1000.0)  # moments a second
_FRAME = 16  # milliseconds: faster than that, moments are left out


class Playing(QObject):
    """Goes on from where one stands. At the end it begins again, or with a backward pass where there is none.

    Whatever else moves the cursor, changes the run or trains ends it: two hands would pull at one cursor.
    Signal: ``changed``, of whether it plays and how fast.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._speed = SPEEDS.index(2.0)
        self._began, self._done = 0.0, 0  # since when it goes at this speed, and how many moments it went
        self._stepping = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        bridge.changed.connect(self._on_changed)

    @property
    def on(self) -> bool:
        """Whether it plays."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Moments a second."""
        return SPEEDS[self._speed]

    def toggle(self) -> None:
        """Play, or pause. Raises Refusal where there is nothing that could be run."""
        if self.on:
            self.pause()
            return
        self._stepping = True
        try:
            self._bridge.session.begin_playing()
        finally:
            self._stepping = False
        if not self._bridge.state.is_training:
            self._start()

    def pause(self) -> None:
        """Stay at this moment."""
        if self.on:
            self._timer.stop()
            self.changed.emit()

    def change_speed(self, by: int) -> None:
        """To the next higher speed, or (−1) the next lower."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        if self.on:
            self._start()
        else:
            self.changed.emit()

    def _start(self) -> None:
        self._began, self._done = perf_counter(), 0
        self._timer.start(max(_FRAME, round(1000 / self.speed)))
        self.changed.emit()

    def _tick(self) -> None:
        """One moment further, or as many as the time since it began is worth at a speed above the frames'."""
        due = int((perf_counter() - self._began) * self.speed) - self._done
        moves = min(max(1, due), max(1, round(self.speed * _FRAME / 250)))
        self._done += moves
        state = self._bridge.state
        if state.following is None:
            self.pause()
            return
        self._stepping = True
        try:
            aim, run, graph = state.cursor + moves, state.trace, state.graph
            rest = aim if run is None else first_rest(graph, run, state.cursor, aim)
            self._bridge.session.seek(rest)
        finally:
            self._stepping = False
        cued = any(each.moment == rest for each in graph.marks.cues)
        if cued or self._bridge.state.following is None or (run is not None and holds_at(graph, run, rest)):
            self.pause()

    def _on_changed(self, old: State, new: State) -> None:
        moved = new.trace is not old.trace or new.cursor != old.cursor or new.is_training
        if moved and not self._stepping:
            self.pause()
