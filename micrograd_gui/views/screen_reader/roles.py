"""Roles and names that Qt does not give by itself: what is painted, and what is chosen from a list.

Qt asks each factory that was installed what a widget is, and keeps the first answer: `know_painted` comes
before there is a window. What is told of a painted widget, `painted`, is loaded when somebody asks for it:
where no screen reader runs, never. The start is not slower for it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

ROLE = "role"  # the property of a widget that has one of these


@runtime_checkable
class Sliding(Protocol):
    """A painted widget that goes along a row of moments: 0 is before the first."""

    def reach(self) -> tuple[int, int]:
        """The moment that it stands at, and the last one."""

    def go_to(self, moment: int) -> object:
        """Stand at that moment."""


def tell_as(widget: QWidget, role: QAccessible.Role) -> None:
    """A screen reader is told that the widget is that: of what is painted Qt only knows that it is there."""
    widget.setProperty(ROLE, role.value)
    know_painted()


def name_choice(choice: QComboBox, name: str) -> None:
    """Give what is chosen from a list a name, where no label beside it is seen; it stands in its pane by now.

    On Linux Qt tells screen readers what is chosen in place of the name; who asks for the name is told what
    labels it, seen or not.
    """
    choice.setAccessibleName(name)
    label = QLabel(name, choice.parentWidget())
    label.hide()
    label.setBuddy(choice)


@cache
def know_painted() -> None:
    """From now on whoever asks is told what is painted; what Qt was asked for before stays a mere widget."""
    QAccessible.installFactory(_as_told)


def _as_told(_: str, asked: QObject) -> QAccessibleInterface | None:
    if not isinstance(asked, QWidget):
        return None
    painted = import_module("micrograd_gui.views.screen_reader.painted")  # late: most never need it
    told: QAccessibleInterface | None = painted.as_told(asked)
    return told
