"""AllTabs: the button that names all panes of a row of tabs which has no room for them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtWidgets import QMenu, QTabBar, QToolButton

from micrograd.language import tr

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
