"""Hands: keyboards of other letters, wheels, the way that a line goes, and buttons that follow an action."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import SIGNAL, QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QToolButton

if TYPE_CHECKING:
    from PySide6.QtGui import QTextDocument, QWheelEvent

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
_LETTERS = {
    **dict(zip("йцукенгшщзхъфывапролджэячсмитьбю", _LATIN, strict=True)),
    **dict(zip(";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.", _LATIN, strict=True)),
    **dict(zip("іїєў", "s]'o", strict=True)),  # Ukrainian and Belarusian
    **dict(zip("àçèé", "0972", strict=True)),  # the digits of a French keyboard, without Shift
}
_ROWS = ((2, "1234567890-="), (16, "QWERTYUIOP[]"), (30, "ASDFGHJKL;'"), (44, "ZXCVBNM,./"))
_CODES = {first + at: letter for first, row in _ROWS for at, letter in enumerate(row)}
# macOS counts keys in an order of its own; “-” stands for those that are left out
_MAC = {
    code: letter
    for code, letter in enumerate("ASDFHGZXCV-BQWERYT123465=97-80]OU[IP-LJ'K;-,/NM.")
    if letter != "-"
}
_OTHERWISE_SHIFTED = '~!@#$%^&*()_+{}|:"<>?'  # on a Latin keyboard written with Shift alone
_UNSHIFTED = "1234567890."  # what a keyboard has at such a place that writes those without it: a French one
_NO_WRITING = ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
_SPECIAL = 0x01000000  # from here on Qt names keys that write nothing


def claims_escape(event: QEvent) -> bool:
    """Whether it asks, before a shortcut of the window takes it, whose Esc is: it is accepted then."""
    asks = event.type() == QEvent.Type.ShortcutOverride
    if not (asks and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape):
        return False
    event.accept()
    return True


def latin_key(event: QKeyEvent) -> int:
    """The key itself; where it writes no Latin letter or sign, the one that a Latin keyboard has there."""
    key = event.key()
    if key >= _SPECIAL:
        return key
    if key < 0x80:
        if chr(key) in _OTHERWISE_SHIFTED and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            there = _letter_at(event)
            return ord(there) if there and there in _UNSHIFTED else key
        return key
    letter = _LETTERS.get(chr(key).lower())
    if letter is None or letter == chr(key).lower():
        letter = _letter_at(event)
    return ord(letter.upper()) if letter else key


def _letter_at(event: QKeyEvent) -> str:
    """The letter of a Latin keyboard where the pressed key is; empty where that cannot be told."""
    if sys.platform == "darwin":
        return _MAC.get(event.nativeVirtualKey(), "")
    first = 8 if sys.platform.startswith("linux") else 0  # X11 and Wayland count from 8
    return _CODES.get(event.nativeScanCode() - first, "")


def pressed_by_place(event: QKeyEvent) -> QKeySequence | None:
    """What a Latin keyboard would have sent; None where that is what was sent."""
    key = latin_key(event)
    if key == event.key():
        return None
    modifiers = event.modifiers() & _NO_WRITING
    return QKeySequence(int(modifiers.value) | key)


def sideways(event: QWheelEvent) -> int:
    """How far the wheel was turned across, in eighths of a degree; 0 where it was turned as usual."""
    turned = event.angleDelta()
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
        return turned.y() or turned.x()
    return turned.x() if abs(turned.x()) > abs(turned.y()) else 0


def from_left(field: QLineEdit | QTextDocument) -> None:
    """Keep the field from being turned round by a name from right to left that its text begins with."""
    if not isinstance(field, QLineEdit):
        option = field.defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        field.setDefaultTextOption(option)
        return
    # A line heeds its text and not its layoutDirection, but for the key that some keyboards have for this.
    key = Qt.Key.Key_Direction_L
    press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(field, press)


def connect_once(action: QAction) -> None:
    """Have the buttons of that action stay as quick as they are, however often the action changes.

    Qt 6.11 connects each of them to the action once more at each change of it, for the menu that it may get,
    and never lets go: after 10,000 changes one takes thirty times as long. A button hears of all else by an
    event, so those connections are taken away as soon as they are made.
    """
    if action.property("connected_once"):
        return
    action.setProperty("connected_once", True)

    def let_go() -> None:
        for each in action.associatedObjects():
            if isinstance(each, QToolButton):  # without a slot: all that it has; the stubs know no such call
                QObject.disconnect(action, SIGNAL("changed()"), each, None)  # type: ignore[call-overload]

    action.changed.connect(let_go)
