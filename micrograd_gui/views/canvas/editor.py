"""The inline editor: one line of text over the place on the canvas that it is about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from micrograd_gui.document.errors import Refusal
from micrograd_gui.views.canvas.ink import NUMBER
from micrograd_gui.views.theme import FAMILY, Mood

_SMALLEST = 13  # pixels: what is typed must be readable even where the graph is small


class InlineEditor(QLineEdit):
    """Return keeps what was typed, Esc drops it; a refusal keeps the editor open and is said beside it."""

    def __init__(
        self,
        parent: QWidget,
        text: str,
        keep: Callable[[str], object],
        refused: Callable[[Refusal], None],
        closed: Callable[[bool], None],
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName("canvas_editor")
        self._keep, self._refused, self._closed = keep, refused, closed
        self._first_text = text
        self._open = True
        self.textEdited.connect(self._forget_refusal)

    def lay_over(self, place: QRect, zoom: float, mood: Mood) -> None:
        """Cover that rectangle of the viewport, and more where the text would not be readable in it."""
        theme, size = mood.theme, max(_SMALLEST, mood.px(_SMALLEST), round(NUMBER * zoom))
        self.setStyleSheet(
            f"QLineEdit {{ font-family: '{FAMILY}'; font-size: {size}px; font-weight: bold; padding: 0 4px;"
            f" background: {theme.panel}; color: {theme.text}; border: 2px solid {theme.selection};"
            f" border-radius: 4px; }}"
            f'QLineEdit[refused="true"] {{ background: {theme.bad_fill}; border-color: {theme.bad}; }}'
        )
        width, height = max(place.width(), round(9.5 * size)), max(place.height(), round(1.9 * size))
        self.setGeometry(place.left(), place.center().y() - height // 2, width, height)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while one types, no key is a command of the window
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_editor()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, _forwards: bool) -> bool:
        self.commit()  # Tab ends the editing, as in a table
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
        if self._open and event.reason() not in passing:
            self.commit()
            self.close_editor()  # what was refused is dropped: the sentence has been said

    def commit(self) -> None:
        """Keep the text; stays open where that is refused."""
        if not self._open:
            return
        if self.text() != self._first_text:
            try:
                self._keep(self.text())
            except Refusal as refusal:
                self.setProperty("refused", True)
                self._restyle()
                self._refused(refusal)
                below = self.mapToGlobal(QPoint(0, self.height()))
                QToolTip.showText(below, str(refusal), self)
                return
        self.close_editor()

    def close_editor(self) -> None:
        """Go away without keeping anything."""
        if self._open:
            self._open = False
            had_focus = self.hasFocus()
            self._closed(had_focus)
            self.hide()
            self.deleteLater()

    def _forget_refusal(self) -> None:
        if self.property("refused"):
            self.setProperty("refused", False)
            self._restyle()
            QToolTip.hideText()

    def _restyle(self) -> None:
        self.style().unpolish(self)
        self.style().polish(self)
