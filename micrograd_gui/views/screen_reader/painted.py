"""What is painted, for those who do not see it: the canvas is a list of its nodes, the timeline a slider."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleInterface,
    QAccessibleValueInterface,
    QColor,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import Shiboken, VoidPtr

from micrograd_gui.document.block import Key
from micrograd_gui.views.canvas.tips import box_in_words
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.screen_reader.roles import ROLE, Sliding

NOTHING = cast(QAccessibleInterface, None)  # as Qt says it; the types that come with it do not know


def as_told(widget: QWidget) -> QAccessibleInterface | None:
    """What a screen reader is told that the widget is; None where Qt knows it by itself."""
    if isinstance(widget, CanvasView):
        return CanvasAsList(widget)
    role = widget.property(ROLE)
    if role is None:
        return None
    return (
        _Slider(widget)
        if isinstance(widget, Sliding)
        else QAccessibleWidget(widget, QAccessible.Role(role), "")
    )


class CanvasAsList(QAccessibleWidget):
    """What a screen reader is told that the canvas is. Its items are those of the moment it is asked."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view, QAccessible.Role.List, "")
        self._items: list[BoxAsItem] = []  # as many as were ever asked for: Qt may hold on to each

    @property
    def view(self) -> CanvasView:
        """The canvas, which this does not keep alive: Qt lets go of it late."""
        return cast(CanvasView, self.object())

    @property
    def keys(self) -> list[Key]:
        """Its nodes and boxes, in the order of the pass."""
        return self.view.graph_scene.in_turn()

    def childCount(self) -> int:
        return len(self.keys)

    def child(self, index: int) -> QAccessibleInterface:
        if not 0 <= index < self.childCount():
            return NOTHING
        while len(self._items) <= index:
            item = BoxAsItem(self, len(self._items))
            QAccessible.registerAccessibleInterface(item)
            self._items.append(item)
        return self._items[index]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return next((place for place, item in enumerate(self._items) if item is child), -1)

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        items = (self.child(place) for place in range(min(self.childCount(), 2000)))
        return next((item for item in items if item.rect().contains(x, y)), NOTHING)

    def focusChild(self) -> QAccessibleInterface:
        """The one that is selected, where one is."""
        chosen = self.chosen
        return self.child(chosen) if self.view.hasFocus() and chosen >= 0 else NOTHING

    @property
    def chosen(self) -> int:
        """The place of the one that is selected; -1 where none is, or several are."""
        chosen = self.view.picture.chosen
        return self.keys.index(next(iter(chosen))) if len(chosen) == 1 else -1


class BoxAsItem(QAccessibleInterface):
    """A node or a box of the canvas as an item of that list: whichever stands at its place."""

    def __init__(self, canvas: CanvasAsList, place: int) -> None:
        super().__init__()
        self._canvas, self._place = canvas, place

    @property
    def _key(self) -> Key:
        return self._canvas.keys[self._place]

    def isValid(self) -> bool:
        return self._canvas.isValid() and self._place < self._canvas.childCount()

    def object(self) -> QObject:
        return cast(QObject, None)

    def window(self) -> QWindow:
        return self._canvas.window()

    def parent(self) -> QAccessibleInterface:
        return self._canvas

    def child(self, index: int) -> QAccessibleInterface:
        return NOTHING

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return NOTHING

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def focusChild(self) -> QAccessibleInterface:
        return NOTHING

    def relations(
        self, /, match: QAccessible.RelationFlag = QAccessible.RelationFlag.AllRelations
    ) -> list[tuple[QAccessibleInterface, QAccessible.RelationFlag]]:
        return []

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.ListItem

    def rect(self) -> QRect:
        """Where it is on the screen."""
        view = self._canvas.view
        seen = view.mapFromScene(view.graph_scene.box_of(self._key)).boundingRect()
        return QRect(view.viewport().mapToGlobal(seen.topLeft()), seen.size())

    def state(self) -> QAccessible.State:
        said, view = QAccessible.State(), self._canvas.view
        chosen = self._key in view.picture.chosen
        said.focusable = said.selectable = said.multiSelectable = True
        said.selected = chosen
        said.focused = chosen and view.hasFocus() and self._canvas.chosen == self._place
        return said

    def text(self, kind: QAccessible.Text) -> str:
        name, more = box_in_words(self._canvas.view.picture, self._key)
        return {QAccessible.Text.Name: name, QAccessible.Text.Description: more}.get(kind, "")

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing here is written by a screen reader."""

    def foregroundColor(self) -> QColor:
        return QColor(self._canvas.view.look.theme.text)

    def backgroundColor(self) -> QColor:
        return QColor(self._canvas.view.look.theme.panel)


class _Slider(QAccessibleWidget):
    """A widget along which one goes from moment to moment: where it stands, and how to go elsewhere."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, QAccessible.Role.Slider, "")
        self._place = _Place(self)

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        if kind == QAccessible.InterfaceType.ValueInterface:
            return cast(int, VoidPtr(Shiboken.getCppPointer(self._place)[0]))
        other = super().interface_cast(kind)
        return cast(int, VoidPtr(0)) if other is None else other  # PySide ends the program at None


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
