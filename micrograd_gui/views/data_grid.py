"""DataGrid: the table of rows itself, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from micrograd_gui.views.theme import Mood

Index = QModelIndex | QPersistentModelIndex
_ON_CHANGE = QAbstractItemView.EditTrigger.CurrentChanged | QAbstractItemView.EditTrigger.SelectedClicked
_MOVES = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_F2,
)


class DataGrid(QTableView):
    """Cells are typed into; Ctrl+V pastes; moving to another row shows it."""

    paste_asked = Signal()
    copy_asked = Signal()
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self.setAccessibleName("Data")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers & ~_ON_CHANGE)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.setSectionsClickable(True)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def set_mood(self, mood: Mood) -> None:
        self.setFont(mood.font())
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(mood.font(12))
        self.verticalHeader().setDefaultSectionSize(mood.px(24))
        self.horizontalHeader().setMinimumSectionSize(mood.px(64))

    def sizeHint(self) -> QSize:
        return QSize(420, 220)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus() and current.isValid() and current.row() != previous.row():
            self.moved.emit(current.row())

    def event(self, event: QEvent) -> bool:
        # Digits begin to type and Ctrl+V pastes here; elsewhere these keys are the window's.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            mine = event.matches(QKeySequence.StandardKey.Paste) or event.matches(
                QKeySequence.StandardKey.Copy
            )
            moves = event.key() in _MOVES and not event.modifiers()
            if mine or moves or (event.text() and event.text() in "0123456789.,-−"):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)
