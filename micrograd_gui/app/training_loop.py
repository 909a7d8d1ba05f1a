"""Learning: a timer that lets the graph train between two frames, so that the window stays alive."""

from __future__ import annotations

import gc
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from micrograd_gui.app import documents
from micrograd_gui.session.state import State

if TYPE_CHECKING:
    from micrograd_gui.app.window import MainWindow
    from micrograd_gui.views.data.pane import DataPane
    from micrograd_gui.views.training_panel import TrainingPanel

BUTTONS = ("train", "train_step", "rewind", "update")
ROWS = "Tables (*.csv *.tsv *.txt)"
FRAME = 16  # milliseconds
_STEPS_AT_MOST = 100_000  # in one frame


class Learning(QObject):
    """Runs while the State says that the graph trains, whoever has begun that. Escape stops it at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.frames = window.bridge.frames
        self._owed = 0.0  # steps, where so many a second are wanted
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._tick)
        self._escape = QShortcut(QKeySequence("Esc"), window, self.stop)
        self._escape.setEnabled(False)
        self._escape.activatedAmbiguously.connect(self.stop)
        self.destroyed.connect(gc.unfreeze)
        projector_leaves = window.projector.escape
        projector_leaves.activatedAmbiguously.connect(self.stop)  # a run rests first, then the hall is left
        window.bridge.changed.connect(self._on_changed)
        window.panes.learning_built = self._attach
        window.menus.actions["train_step"].setIconText("One step")
        self._show_button()

    def _attach(self, training: TrainingPanel, data: DataPane) -> None:
        training.take_actions(*(self.window.menus.actions[name] for name in BUTTONS))
        data.open_asked.connect(self.ask_open_rows)

    @property
    def running(self) -> bool:
        return self.window.session.state.is_training

    def toggle(self) -> None:
        """A run begins or goes on, or rests; raises Refusal where there is nothing to train."""
        try:
            if self.running:
                self.stop()
            else:
                self.window.session.train_start()
        finally:
            self._show_button()  # the press has toggled it, whatever came of that

    def stop(self) -> None:
        """The run rests."""
        self.window.session.train_stop()

    def _tick(self) -> None:
        passed = self.frames.tick()
        speed = self.window.panes.training.speed
        if math.isinf(speed):
            steps = _STEPS_AT_MOST
        else:
            self._owed = min(self._owed + passed * speed, max(1.0, speed / 4))
            steps = int(self._owed)
            self._owed -= steps
        if steps:
            self.window.session.train_tick(steps, seconds=self.frames.budget)

    def _on_changed(self, old: State, new: State) -> None:
        if not new.same_document(old) and not self.window.projector.on:
            self.window.panes.show_learning(new.graph.data is not None and bool(new.graph.parameters))
        if self.running == self._timer.isActive():
            return
        if self.running:
            self._owed = 1.0
            self.frames.begin()
            gc.freeze()  # what is there already is not searched for garbage, which takes up to 200 ms
            self._timer.start()
        else:
            self._timer.stop()
            gc.unfreeze()
            if new.training is not None and new.training.note:
                self.window.say(new.training.note, refused=True)
        self._escape.setEnabled(self.running)
        self._show_button()

    def _show_button(self) -> None:
        action = self.window.menus.actions["train"]
        action.setChecked(self.running)
        action.setIconText("❚❚ Pause" if self.running else "▶ Train")

    # Rows from and to files ------------------------------------------------------------------

    def ask_open_rows(self) -> None:
        """A CSV file of rows to learn from."""
        window = self.window
        documents.ask_path(window, "Rows from a file", ROWS, window.settings.folder,
                         window.panes.data.open_file, saving=False)  # fmt: skip

    def ask_save_rows(self) -> None:
        """A CSV file for the rows."""
        window = self.window
        start = window.settings.folder / f"{window.documents.name}-rows.csv"
        documents.ask_path(window, "Save the rows", ROWS, start,
                         lambda path: window.bridge.attempt(window.panes.data.save_to, path),
                         saving=True, suffix="csv")  # fmt: skip
