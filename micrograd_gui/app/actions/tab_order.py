"""Where Tab goes: tools, the canvas, the panes from left to right; and the ring that shows where it is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSlider,
    QApplication,
    QLabel,
    QMainWindow,
    QScrollArea,
    QTabBar,
    QToolBar,
    QWidget,
)
from shiboken6 import isValid

from micrograd_gui.app.desktop.appearance import Appearance
from micrograd_gui.views.theme import Look

_PLAIN = (QAbstractScrollArea, QTabBar, QAbstractSlider, QLabel)  # no style shows that they have the keys
_TAB = Qt.FocusPolicy.TabFocus.value


def go_on(window: QMainWindow, *, forwards: bool) -> bool:
    """The keys go to the next stop of the window, or the one before; False where there is no other one."""
    order = stops(window)
    here = QApplication.focusWidget()
    if here is None or not window.isAncestorOf(here):
        here = window.focusWidget()
    at = _place_of(here, order)
    there = order[(at + (1 if forwards else -1 if at >= 0 else 0)) % len(order)] if order else None
    if there is None or there is here:
        return False
    reason = Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
    there.setFocus(reason)
    _show(there)
    return True


def stops(window: QMainWindow) -> list[QWidget]:
    """All that takes the keys by Tab and is seen, or can be scrolled to, in its order."""
    parts: dict[QWidget, list[QWidget]] = {}
    for widget in window.findChildren(QWidget):
        if _stops_at(window, widget):
            parts.setdefault(_part(window, widget), []).append(widget)
    order = sorted(parts, key=lambda part: _place(window, part))
    return [widget for part in order for widget in _as_read(part, parts[part])]


def _as_read(part: QWidget, widgets: list[QWidget]) -> Iterator[QWidget]:
    """Line by line, each from left to right; in a line is whatever has its middle above the line's end."""
    boxes = {widget: QRect(widget.mapTo(part, QPoint()), widget.size()) for widget in widgets}
    left = sorted(widgets, key=lambda widget: boxes[widget].center().y())
    while left:
        low = boxes[min(left, key=lambda widget: boxes[widget].bottom())].bottom()
        line = [widget for widget in left if boxes[widget].center().y() <= low]
        yield from sorted(line, key=lambda widget: boxes[widget].x())
        left = [widget for widget in left if widget not in line]


def _stops_at(window: QMainWindow, widget: QWidget) -> bool:
    if not widget.focusPolicy().value & _TAB or widget.focusProxy() is not None:
        return False
    if not widget.isEnabled() or not widget.isVisible() or widget.window() is not window:
        return False
    part = _part(window, widget)  # what is behind another tab, and a row of tabs of none, lies out of sight
    return QRect(part.pos(), part.size()).intersects(window.rect())


def _part(window: QMainWindow, widget: QWidget) -> QWidget:
    """The toolbar, pane or row of tabs that it is in: what the window itself arranges."""
    part = widget
    while (parent := part.parentWidget()) is not None and parent is not window:
        part = parent
    return part


def _place(window: QMainWindow, part: QWidget) -> tuple[int, int, int]:
    """The tools row by row, the canvas, then the panes from left to right and from top to bottom."""
    if isinstance(part, QToolBar):
        return 0, part.y(), part.x()
    return (1, 0, 0) if part is window.centralWidget() else (2, part.x(), part.y())


def _place_of(here: QWidget | None, order: list[QWidget]) -> int:
    """The place of what has the keys, or of the stop that it is in; -1 where it is in none."""
    while here is not None and here not in order:
        here = here.parentWidget()
    return -1 if here is None else order.index(here)


def _show(widget: QWidget) -> None:
    """Scroll to where it is."""
    area = widget.parentWidget()
    while area is not None and not area.isWindow():
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget)
        area = area.parentWidget()


class FocusRings(QObject):
    """A ring within whatever has the keys and does not show it by itself: the canvas, pages, tables, tabs.

    It is there for those who go by keys; a click shows where one is.
    """

    def __init__(self, window: QMainWindow, appearance: Appearance) -> None:
        super().__init__(window)
        self._window, self._appearance = window, appearance
        self.ring: QWidget | None = None
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)

    def _follow(self, _: QWidget | None, now: QWidget | None) -> None:
        if self.ring is not None and isValid(self.ring):
            self.ring.hide()
            self.ring.deleteLater()
        self.ring = None
        if isinstance(now, _PLAIN) and self._by_keys(now):
            self.ring = _Ring(now, self._appearance.look)

    def _by_keys(self, widget: QWidget) -> bool:
        """Whether the keys came there by keys, in this window or one of its dialogs."""
        top: QWidget | None = widget.window()
        by_keys = top is not self._window or top.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        while top is not None and top is not self._window:
            top = top.parentWidget()
        return top is self._window and by_keys and not QApplication.mouseButtons()


class _Ring(QWidget):
    """The ring: as thick as the one of a button."""

    def __init__(self, around: QWidget, look: Look) -> None:
        super().__init__(around)
        self._colour, self._thick = QColor(look.theme.selection), look.px(2)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        around.installEventFilter(self)
        self._fit(around.size())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QResizeEvent):
            self._fit(event.size())
        return False

    def _fit(self, size: QSize) -> None:
        whole = QRect(QPoint(), size)
        thick = self._thick
        self.setGeometry(whole)
        self.setMask(QRegion(whole) - QRegion(whole.adjusted(thick, thick, -thick, -thick)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setBackground(self._colour)
        painter.eraseRect(self.rect())
        painter.end()
