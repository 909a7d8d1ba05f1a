"""Menus and toolbars, made by one loop from the table of actions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton

from micrograd_gui.app.actions import MENUS, made
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.files import documents
from micrograd_gui.session.record import leaf_data
from micrograd_gui.session.trace import Frame
from micrograd_gui.views.canvas.painter import paint_into
from micrograd_gui.views.canvas.picture import picture_of_graph

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow
    from micrograd_gui.app.panes import Panes

THUMBNAIL = QSize(120, 56)
SHORT_TEXT = {"previous": "◀", "next": "▶", "forward": "▶  Forward", "check_all": "✓ Check all",
              "tidy": "Tidy", "nudge": "Nudge by h", "zero_grad": "Zero grad"}  # fmt: skip
FILLED = {"forward": "data", "backward_step": "grad"}


class Menus:
    """The window's menus; it keeps the actions and shows which of them apply."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.actions: dict[str, QAction] = {}
        self._rows = [row for _, menu in MENUS for row in menu if row is not None]
        for title, rows in MENUS:
            menu = window.menuBar().addMenu(title)
            menu.setToolTipsVisible(True)
            for row in rows:
                if row is None:
                    menu.addSeparator()
                    continue
                action = made(row, window)
                self.actions[row.name] = action
                menu.addAction(action)
                window.addAction(action)  # its keys work where the menu is hidden, too: in a hall
            if title == "&File":
                self.recent = QMenu("Open &recent", window)
                menu.insertMenu(self.actions["save"], self.recent)
            elif title == "&View":
                menu.addSeparator()
                self.panes = menu.addMenu("P&anes")
            elif title == "&Train":
                self.examples = window.menuBar().addMenu("E&xamples")
        self.examples.aboutToShow.connect(self._show_thumbnails)
        for example in documents.examples():
            action = self.examples.addAction(example.title)
            action.setObjectName(f"example_{example.name}")
            action.setStatusTip(example.sentence)
            action.setToolTip(example.sentence)
            action.triggered.connect(lambda _=False, name=example.name: window.documents.choose_example(name))
        self.show_recent()

    def add_panes(self, panes: Panes) -> None:
        """Each pane can be closed and brought back from the View menu."""
        for dock in panes.docks.values():
            self.panes.addAction(dock.toggleViewAction())
        self.panes.addSeparator()
        self.panes.addAction("&Arrange as at first", panes.arrange_as_at_first)

    def show_applying(self) -> None:
        """Enable what can be done now, and say what undo would take back."""
        state = self.window.session.state
        for row in self._rows:
            self.actions[row.name].setEnabled(row.applies(state))
        for name, what in (("undo", state.history.undo_name), ("redo", state.history.redo_name)):
            self.actions[name].setText(f"&{name.title()} {what}" if what else f"&{name.title()}")

    def show_recent(self) -> None:
        """The recent files, newest first."""
        self.recent.clear()
        for path in self.window.settings.recent:
            action = self.recent.addAction(path.name)
            action.setStatusTip(str(path))
            action.triggered.connect(
                lambda _=False, path=path: self.window.documents.choose_recent(Path(path))
            )
        self.recent.setEnabled(not self.recent.isEmpty())

    def _show_thumbnails(self) -> None:
        ratio = self.window.devicePixelRatioF()
        for action in self.examples.actions():
            graph = arranged(documents.load_example(action.objectName().removeprefix("example_")))
            pixmap = QPixmap(THUMBNAIL * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            target = QRectF(0, 0, THUMBNAIL.width(), THUMBNAIL.height())
            paint_into(painter, target, picture_of_graph(graph, Frame(leaf_data(graph))), self.window.mood)
            painter.end()
            action.setIcon(QIcon(pixmap))


def tool_button(bar: QToolBar, action: QAction) -> QToolButton:
    """The action as a button of the bar, with its short text."""
    bar.addAction(action)
    button = bar.widgetForAction(action)
    assert isinstance(button, QToolButton)
    name = action.objectName()
    if name in SHORT_TEXT:
        button.setText(SHORT_TEXT[name])
        action.changed.connect(lambda: button.setText(SHORT_TEXT[name]))
    button.setProperty("fill", FILLED.get(name, ""))
    button.setAccessibleName(action.text().replace("&", ""))
    button.setObjectName(f"button_{name}")
    return button
