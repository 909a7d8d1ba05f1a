"""RowsBehind: rows are read and written off the window's thread, with how far that is, and Cancel."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from micrograd.language import tr
from micrograd_gui.document.in_parts import uncollected_for_long
from micrograd_gui.files.tables import Reading
from micrograd_gui.views.background import Background
from micrograd_gui.views.theme import Look

SHOWN_AFTER = 200  # milliseconds that something takes before it is told that it can be cancelled
TOLD_EACH = 100  # milliseconds


class RowsBehind(QWidget):
    """How far something is that takes long, and Cancel, in place of another widget for so long.

    One thing at a time: a later one ends the earlier. What is done says whoever hears of it.

    Signals: ``begun(sentence)``; ``ended`` when it is done, refused or cancelled.
    """

    begun = Signal(str)
    ended = Signal()

    def __init__(self, in_place_of: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("data_waiting")
        self._background = Background(self)
        self._reading = Reading()
        self._other = in_place_of
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._bar = QProgressBar()
        self._bar.setAccessibleName(tr("How far it has come"))
        self._bar.setRange(0, 100)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setObjectName("data_cancel")
        self._cancel.clicked.connect(self.cancel)
        row.addWidget(self._bar)
        row.addWidget(self._cancel)
        self._late = QTimer(self, singleShot=True, interval=SHOWN_AFTER)
        self._late.timeout.connect(self._show)
        self._tick = QTimer(self, interval=TOLD_EACH)
        self._tick.timeout.connect(lambda: self._bar.setValue(round(100 * self._reading.share)))
        self.hide()

    def set_look(self, look: Look) -> None:
        """Draw at this size from now on."""
        row = self.layout()
        assert row is not None
        row.setSpacing(look.px(8))
        self._bar.setFixedSize(look.px(90), look.px(18))

    def start(
        self,
        sentence: str,
        work: Callable[[Reading], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
        *,
        writes: bool = False,
    ) -> None:
        """Have that done; it tells how far it has come, and ends where nobody wants it any more."""
        self._cancel.setAccessibleName(tr("Cancel: {sentence}", sentence=sentence))
        self._bar.setValue(0)
        self._late.start()
        self._tick.start()
        self.begun.emit(sentence)

        def begin(stop: Event) -> Any:
            self._reading = reading = Reading(stop)
            with uncollected_for_long(stop):
                return work(reading)

        def ended(tell: Callable[[Any], object]) -> Callable[[Any], None]:
            def tell_at_the_end(what: Any) -> None:
                self._end()
                tell(what)

            return tell_at_the_end

        self._background.start(
            "rows", begin, done=ended(done), failed=ended(failed), stoppable=True, writes=writes
        )

    def cancel(self) -> None:
        """Nobody wants it any more."""
        if self._background.busy("rows"):
            self._background.cancel("rows")
            self._end()

    def _show(self) -> None:
        self._other.hide()
        self.show()

    def _end(self) -> None:
        self._late.stop()
        self._tick.stop()
        self.hide()
        self._other.show()
        self.ended.emit()
