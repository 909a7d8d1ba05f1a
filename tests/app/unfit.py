"""What does not fit: texts of buttons, tabs, labels, titles and headers that are wider than their place."""

import re
from collections.abc import Iterator
from itertools import combinations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QStyleOptionDockWidget,
    QStyleOptionTab,
    QTabBar,
    QToolButton,
    QWidget,
)

_ALLOWED = 1  # pixels: widths are rounded
_IN_COMBO = 1  # pixels before the text


def unfit(root: QWidget) -> list[str]:
    """Each text in the widget that is cut off, elided or out of sight, with its place and what it lacks."""
    return [
        f"{type(widget).__name__} {widget.objectName()} “{text}” lacks {lacking} px"
        for widget in (root, *root.findChildren(QWidget))
        if widget.isVisible() and not _behind(widget)
        for text, lacking in _lacking(widget)
        if lacking > _ALLOWED
    ]


def overlapping(root: QWidget) -> list[str]:
    """Each two parts of a widget that lie on each other, by more than the rounding of a width."""
    found = []
    for parent in (root, *root.findChildren(QWidget)):
        if isinstance(parent, QComboBox | QAbstractSpinBox | QLineEdit | QTabBar | QAbstractScrollArea):
            continue  # what Qt puts into these stands over them
        parts = [each for each in parent.children() if isinstance(each, QWidget) and each.isVisible()]
        for one, other in combinations([each for each in parts if not each.isWindow()], 2):
            both = one.geometry() & other.geometry()
            if min(both.width(), both.height()) > _ALLOWED:
                found.append(f"{_named(one)} and {_named(other)} by {both.width()} × {both.height()} px")
    return found


def _named(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()}"


def settle(root: QWidget) -> None:
    """All layouts are done."""
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    QApplication.processEvents()


def _behind(widget: QWidget) -> bool:
    """Whether it is of a pane behind another one, which Qt keeps somewhere out of sight."""
    dock = widget
    while dock is not None and not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    return dock is not None and dock.visibleRegion().isEmpty()


def _lacking(widget: QWidget) -> Iterator[tuple[str, int]]:
    match widget:
        case QToolButton() if widget.objectName() in ("qt_toolbar_ext_button", "qt_menubar_ext_button"):
            yield "what comes after »", 1000
        case QToolButton() if widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly and (
            not widget.icon().isNull()
        ):
            pass
        case QAbstractButton() if widget.text():
            yield from _of_size(widget, widget.text(), widget.sizeHint() - QSize(_of_no_menu(widget), 0))
        case QLabel() if widget.text() and not widget.hasScaledContents():
            if widget.wordWrap():
                needed = widget.heightForWidth(widget.width())
                yield widget.text(), max(needed - widget.height(), _hidden(widget))
            elif widget.text().lstrip("⚠ ") not in widget.toolTip():  # else it is read there
                yield from _of_size(widget, widget.text(), widget.sizeHint())
        case QTabBar() if not widget.visibleRegion().isEmpty():  # Qt leaves some beside the window
            listed = widget.findChild(QToolButton, "all_tabs")
            named = listed is not None and listed.isVisible()
            for at in range(widget.count()):
                if named and at == widget.currentIndex():
                    rect = widget.tabRect(at)
                    yield widget.tabText(at), max(-rect.left(), rect.right() - listed.x())
                elif widget.isTabVisible(at) and not named:  # else it is read there
                    option = QStyleOptionTab()
                    widget.initStyleOption(option, at)
                    elided = len(widget.tabText(at)) - len(option.text)
                    yield widget.tabText(at), max(elided, _hidden(widget))
                    yield widget.tabText(at), widget.tabRect(at).right() - widget.width()
        case QComboBox() if widget.currentText() and not widget.isEditable():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            part = QStyle.SubControl.SC_ComboBoxEditField
            room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, widget)
            for at in range(widget.count()):
                ink = (
                    widget.fontMetrics().boundingRect(widget.itemText(at)).right()
                )  # Qt leaves out the air behind it, too
                yield widget.itemText(at), ink + _IN_COMBO - room.width()
        case QGroupBox() if widget.title():
            yield widget.title(), widget.fontMetrics().horizontalAdvance(widget.title()) - widget.width()
        case QHeaderView():
            for at in range(widget.count()):
                if not widget.isSectionHidden(at):
                    text = str(widget.model().headerData(at, widget.orientation()) or "")
                    lines = max(map(_font_of(widget).horizontalAdvance, text.split("\n")))
                    if widget.orientation() == Qt.Orientation.Horizontal:
                        yield text, lines + 4 - widget.sectionSize(at)
        case QDockWidget() if not widget.isFloating() and widget.titleBarWidget() is None:
            option = QStyleOptionDockWidget()
            widget.initStyleOption(option)
            part = QStyle.SubElement.SE_DockWidgetTitleBarText
            room = widget.style().subElementRect(part, option, widget)
            title = widget.windowTitle()
            yield title, widget.fontMetrics().horizontalAdvance(title) - room.width()


def _of_no_menu(button: QAbstractButton) -> int:
    """Qt's hint has room for the mark of a menu, be it drawn or not."""
    if not isinstance(button, QPushButton) or button.menu() is None:
        return 0
    option = QStyleOptionButton()
    button.initStyleOption(option)
    drawn = option.features & QStyleOptionButton.ButtonFeature.HasMenu
    return 0 if drawn else button.style().pixelMetric(QStyle.PixelMetric.PM_MenuButtonIndicator)


def _font_of(header: QHeaderView) -> QFontMetrics:
    """In which its headings are written: Qt heeds the style sheet alone."""
    font, rule = QApplication.font(), re.search(r"font-size: (\d+)px", header.styleSheet())
    if rule is not None:
        font.setPixelSize(int(rule[1]))
    return QFontMetrics(font)


def _of_size(widget: QWidget, text: str, needed: QSize) -> Iterator[tuple[str, int]]:
    yield text, max(needed.width() - widget.width(), _hidden(widget))
    yield text, needed.height() - widget.height()


def _hidden(widget: QWidget) -> int:
    """How much of its width lies outside of what it stands in; where one can scroll, none."""
    within = widget
    left, right = 0, widget.width()
    hidden = 0
    while (parent := within.parentWidget()) is not None and not within.isWindow():
        left, right = left + within.x(), right + within.x()
        area = parent.parentWidget()
        scrolls = isinstance(area, QAbstractScrollArea) and area.viewport() is parent
        if scrolls and area.horizontalScrollBar().maximum() > 0:
            return hidden
        hidden = max(hidden, -left, right - parent.width())
        within = parent
    return hidden
