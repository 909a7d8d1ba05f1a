"""The rows of tabs that Qt makes of panes: one left over goes, one without room names its panes in a list."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar, QToolButton, QWidget
from shiboken6 import delete, isValid

from micrograd.language import tr
from micrograd_gui.views.background import later

_MOVED = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize)


class AllTabs(QToolButton):
    """It stands over the row's two arrows while they are there: they tell nothing of what is out of sight."""

    def __init__(self, bar: QTabBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._arrows = [each for each in bar.findChildren(QToolButton) if each is not self]
        self.setObjectName("all_tabs")
        self.setText("▾")
        self.setAccessibleName(tr("All panes here"))
        self.setToolTip(tr("Names all panes that share this place: choose the one to see."))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys go from tab to tab
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.aboutToShow.connect(self._name_all)
        self.setMenu(menu)
        for arrow in self._arrows:
            arrow.installEventFilter(self)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows come and go with the room there is."""
        if event.type() in _MOVED:
            self._follow()
        return super().eventFilter(watched, event)

    def _follow(self) -> None:
        place = QRect()
        for arrow in self._arrows:
            if not arrow.isHidden():
                place = place.united(arrow.geometry())
        self.setGeometry(place)
        self.setVisible(not place.isEmpty())
        self.raise_()

    def _name_all(self) -> None:
        menu, bar = self.menu(), self._bar
        menu.clear()
        for at in range(bar.count()):
            if bar.isTabVisible(at):
                action = menu.addAction(bar.tabText(at))
                action.setCheckable(True)
                action.setChecked(at == bar.currentIndex())
                action.triggered.connect(lambda _on, at=at: bar.setCurrentIndex(at))


class Going(QObject):
    """Has nothing left in Python of a row that Qt lets go of: it would stay, a child of the window.

    It is a child of the row: what is put aside for another language takes along the window's.
    """

    def __init__(self, bar: QTabBar) -> None:
        super().__init__(bar)
        self._bar = bar
        bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The row goes right after this."""
        if event.type() == QEvent.Type.DeferredDelete and watched is self._bar:
            window = self._bar.window()
            box = QWidget(window)  # one that goes with the window, if that goes first
            self._bar.setParent(box, self._bar.windowFlags())
            later(window, lambda: delete(box) if isValid(box) else None)
        return False


def tend_tabs(window: QMainWindow, docks: Iterable[QDockWidget]) -> None:
    """Qt may leave a row of tabs of panes that have another one now, or none: it is hidden."""
    shown = [dock for dock in docks if dock.isVisible()]
    seen = {(dock.x(), dock.width()) for dock in shown}
    groups = [(dock, *window.tabifiedDockWidgets(dock)) for dock in shown]
    tabbed = [{each.windowTitle() for each in group if not each.isHidden()} for group in groups]
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    for bar in bars:
        if bar.findChild(Going) is None:
            Going(bar)
    of = {bar: tuple(bar.tabText(at) for at in range(bar.count())) for bar in bars if bar.isVisible()}
    right = {texts for bar, texts in of.items() if (bar.x(), bar.width()) in seen}
    for bar, texts in of.items():
        bar.setElideMode(Qt.TextElideMode.ElideNone)  # what has no room is named in a list, and whole
        bar.setUsesScrollButtons(True)
        if bar.findChild(AllTabs) is None:
            AllTabs(bar)
        if {*texts} not in tabbed or (texts in right and (bar.x(), bar.width()) not in seen):
            bar.hide()
