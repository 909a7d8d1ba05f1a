"""Notice: what the status bar would say, in the hall, where it is hidden; large, and gone by itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget

from micrograd_gui.document.text import as_shown
from micrograd_gui.views.theme import Look

_SECONDS = 12.0  # unless a change takes it away before
_SIZE, _PADDING = 14, 6  # pixels at text scale 1


class Notice(QLabel):
    """One sentence over the timeline: of all that is on the screen, that is missed least for a while.

    Where the sentence needs more room than the timeline has, it grows upwards. A press takes it away.
    """

    def __init__(self, window: QWidget, timeline: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("hall_message")
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()
        self._timeline = timeline
        self._ending = QTimer(self, singleShot=True, interval=round(_SECONDS * 1000))
        self._ending.timeout.connect(self.hide)

    def show_sentence(self, sentence: str, look: Look, *, refused: bool) -> None:
        """Say that, or nothing; what was refused has its sign, and a rim that is not of other sentences."""
        self._ending.stop()
        self.setText(as_shown(sentence))
        self.setVisible(bool(sentence))
        if not sentence:
            return
        theme = look.theme
        rim, ground, ink = (
            (theme.bad, theme.bad_fill, theme.text) if refused else (theme.line, theme.panel, theme.text)
        )
        self.setStyleSheet(
            f"QLabel {{ background: {ground}; color: {ink}; border: {look.px(2)}px solid {rim};"
            f" padding: 0 {look.px(_PADDING)}px; }}"
        )
        self.setFont(look.font(_SIZE, bold=refused))
        self.lay_out()
        self.raise_()
        self._ending.start()

    def lay_out(self) -> None:
        """As wide as the timeline and no less high, ending where it ends."""
        strip = self._timeline
        corner = strip.mapTo(self.window(), QPoint(0, strip.height()))
        height = max(strip.height(), self.heightForWidth(strip.width()))
        self.setGeometry(QRect(corner.x(), corner.y() - height, strip.width(), height))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """It has been read."""
        self.hide()
