"""Where Tab goes in the window: its tools, the canvas, then the panes as they stand, from left to right."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QScrollArea, QToolBar, QWidget

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
