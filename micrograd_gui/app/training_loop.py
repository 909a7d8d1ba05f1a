"""The training loop: a timer that lets the graph train between two frames, so that the window stays alive."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge

FRAME = 16  # milliseconds
_STEPS_AT_MOST = 100_000  # in one frame


class TrainingLoop(QObject):
    """Runs while the State says that the graph trains, whoever has begun that. Knows no window.

    Signals: ``running_changed(running)``; ``stopped_itself(sentence)`` why a run ended, after all have been
    told of the State it ended with.
    """

    running_changed = Signal(bool)
    stopped_itself = Signal(str)

    def __init__(self, bridge: Bridge, speed: Callable[[], float], parent: QObject) -> None:
        """``speed()`` gives the wanted steps a second; infinite: as many as there is time for."""
        super().__init__(parent)
        self._session = bridge.session
        self._frames = bridge.frames
        self._speed = speed
        self._owed = 0.0  # steps, where so many a second are wanted
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._tick)
        self.destroyed.connect(gc.unfreeze)
        bridge.changed.connect(self._on_changed)

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self._session.state.is_training

    def toggle(self) -> None:
        """A run begins or goes on, or rests; raises Refusal where there is nothing to train."""
        if self.running:
            self.stop()
        else:
            self._session.train_start()

    def stop(self) -> None:
        """The run rests."""
        self._session.train_stop()

    def _tick(self) -> None:
        passed, speed = self._frames.tick(), self._speed()
        if math.isinf(speed):
            steps = _STEPS_AT_MOST
        else:
            self._owed = min(self._owed + passed * speed, max(1.0, speed / 4))
            steps = int(self._owed)
            self._owed -= steps
        if steps and not self._session.train_tick(steps, seconds=self._frames.budget):
            run = self._session.state.training
            if run is not None and run.note:
                self.stopped_itself.emit(run.note)

    def _on_changed(self, _old: State, new: State) -> None:
        if new.is_training == self._timer.isActive():
            return
        if new.is_training:
            self._owed = 1.0
            self._frames.begin()
            gc.freeze()  # what is there already is not searched for garbage, which takes up to 200 ms
            self._timer.start()
        else:
            self._timer.stop()
            gc.unfreeze()
        self.running_changed.emit(new.is_training)
