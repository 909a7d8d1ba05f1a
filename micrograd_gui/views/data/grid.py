"""DataGrid: the table of rows that is typed into, and the field for a column's name over its head."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableView, QWidget

from micrograd.language import tr
from micrograd_gui.views.hands import claims_escape
from micrograd_gui.views.theme import Look

Index = QModelIndex | QPersistentModelIndex
_ON_CHANGE = QAbstractItemView.EditTrigger.CurrentChanged | QAbstractItemView.EditTrigger.SelectedClicked
_MOVES = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_F2,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class ColumnNameField(QLineEdit):
    """A column's name, typed over its head. Return, or going elsewhere, takes it; Esc leaves all as it was.

    Signals: ``named(name)`` where another name was typed; ``finished`` at the end, whatever the end was.
    """

    named = Signal(str)
    finished = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self._name = name
        self._open = True
        self.setObjectName("data_column_name")
        self.setAccessibleName(tr("The name of the column"))
        self.selectAll()
        self.editingFinished.connect(self._finish)

    def _finish(self) -> None:
        """Once: to hide the field takes its focus away, which says so again."""
        if not self._open:
            return
        self._open = False
        if self.text() != self._name:
            self.named.emit(self.text())
        self.finished.emit()

    def event(self, event: QEvent) -> bool:
        """Esc is this field's while it is open, and not the window's."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc ends it with the name as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._name)
            self._finish()
        else:
            super().keyPressEvent(event)


class DataGrid(QTableView):
    """Cells are typed into; Ctrl+V pastes; moving to another row shows it."""

    paste_asked = Signal()
    copy_asked = Signal()
    moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self.setAccessibleName(tr("Data"))
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

    def set_look(self, look: Look) -> None:
        """Draw at this size from now on."""
        self.setFont(look.font())
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(look.font(12))
        self.verticalHeader().setDefaultSectionSize(look.px(24))
        self.horizontalHeader().setMinimumSectionSize(look.px(64))

    def sizeHint(self) -> QSize:
        """Wide enough for four columns."""
        return QSize(420, 220)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Going to another row by the keys shows it."""
        super().currentChanged(current, previous)
        if self.hasFocus() and current.isValid() and current.row() != previous.row():
            self.moved.emit(current.row())

    def event(self, event: QEvent) -> bool:
        """Digits begin to type and Ctrl+V pastes here; elsewhere these keys are the window's."""
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
        """Ctrl+C and Ctrl+V are of all rows."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)
