"""Code fields: lines in which a formula goes from left to right, whatever script it begins with."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QTextDocument
from PySide6.QtWidgets import QLineEdit


def from_left(field: QLineEdit | QTextDocument) -> None:
    """Keep the field from being turned round by a name from right to left that its text begins with."""
    if isinstance(field, QTextDocument):
        option = field.defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        field.setDefaultTextOption(option)
        return
    # A line heeds its text and not its layoutDirection, but for the key that some keyboards have for this.
    key = Qt.Key.Key_Direction_L
    press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(field, press)
