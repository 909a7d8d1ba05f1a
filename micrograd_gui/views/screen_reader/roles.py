"""Roles and names that Qt does not give by itself: what is painted, and what is chosen from a list."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast, runtime_checkable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleValueInterface
from PySide6.QtWidgets import QAccessibleWidget, QComboBox, QLabel, QWidget
from shiboken6 import Shiboken, VoidPtr

_ROLE = "role"  # the property of a widget that has one of these


@runtime_checkable
class Sliding(Protocol):
    """A painted widget that goes along a row of moments: 0 is before the first."""

    def reach(self) -> tuple[int, int]:
        """The moment that it stands at, and the last one."""

    def go_to(self, moment: int) -> object:
        """Stand at that moment."""


def tell_as(widget: QWidget, role: QAccessible.Role) -> None:
    """A screen reader is told that the widget is that: of what is painted Qt only knows that it is there."""
    widget.setProperty(_ROLE, role.value)
    _know_roles()


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
def _know_roles() -> None:
    QAccessible.installFactory(_in_its_role)


def _in_its_role(_: str, asked: QObject) -> QAccessibleInterface | None:
    role = asked.property(_ROLE) if isinstance(asked, QWidget) else None
    if role is None:
        return None
    if isinstance(asked, Sliding):
        return _Slider(cast(QWidget, asked))
    return QAccessibleWidget(cast(QWidget, asked), QAccessible.Role(role), "")


class _Slider(QAccessibleWidget):
    """A widget along which one goes from moment to moment: where it stands, and how to go elsewhere."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Slider, "")
        self._place = _Place(self)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        if kind == QAccessible.InterfaceType.ValueInterface:
            return cast(int, VoidPtr(Shiboken.getCppPointer(self._place)[0]))
        return super().interface_cast(kind)


class _Place(QAccessibleValueInterface):
    """Where such a widget stands, as a number."""

    def __init__(self, slider: QAccessibleWidget) -> None:
        super().__init__()
        self._slider = slider

    @property
    def _widget(self) -> Sliding:
        """The widget, which this does not keep alive: Qt lets go of it late."""
        return cast(Sliding, self._slider.object())

    def currentValue(self) -> int:
        return self._widget.reach()[0]

    def setCurrentValue(self, value: object) -> None:
        self._widget.go_to(round(float(cast(float, value))))

    def minimumValue(self) -> int:
        return 0

    def maximumValue(self) -> int:
        return self._widget.reach()[1]

    def minimumStepSize(self) -> int:
        return 1
