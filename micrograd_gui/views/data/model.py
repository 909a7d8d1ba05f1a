"""The rows of a graph as a Qt model: what stands in a cell, and what typing there does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from micrograd.language import tr
from micrograd_gui.document.data import Data
from micrograd_gui.document.text import MINUS, as_shown, as_tip, exact, read_number, spoken
from micrograd_gui.session.over_rows import held_out
from micrograd_gui.session.state import State
from micrograd_gui.views.theme import Look

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
NO_DATA = Data()
_MANY = 50  # rows that are told one by one


class DataTableModel(QAbstractTableModel):
    """Reads the rows from the State it shows.

    What was typed goes through ``attempt``, which tells what is refused, to ``change(data)``.
    """

    def __init__(
        self, state: State, look: Look, change: Callable[[Data], bool], attempt: Callable[..., Any],
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._state = state
        self._look = look
        self._change = change
        self._attempt = attempt
        self._apart = frozenset(held_out(state.graph))

    @property
    def rows(self) -> Data:
        """The rows that are shown; none where the graph has none."""
        return self._state.graph.data or NO_DATA

    def set_look(self, look: Look) -> None:
        """Draw with these colours from now on."""
        self._look = look
        self._say_changed(range(len(self.rows)))

    def show(self, state: State) -> None:
        """Stand for that State from now on."""
        old, new = self.rows, state.graph.data or NO_DATA
        if len(old) != len(new) or len(old.columns) != len(new.columns):
            self.beginResetModel()
            self._state = state
            self._apart = frozenset(held_out(state.graph))
            self.endResetModel()
            return
        names = [self._heading(at) for at in range(len(old.columns))]
        self._state = state
        if names != [self._heading(at) for at in range(len(new.columns))]:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(new.columns) - 1)
        if old.rows is not new.rows:
            pairs = enumerate(zip(old.rows, new.rows, strict=True))
            self._say_changed(at for at, (was, row) in pairs if was is not row and was != row)
        if self._apart != (apart := frozenset(held_out(state.graph))):
            moved, self._apart = self._apart ^ apart, apart
            self._say_changed(sorted(moved))
        if old.shown != new.shown:
            self._say_changed(sorted({old.shown, new.shown}))

    def _say_changed(self, rows: Iterable[int]) -> None:
        """Those rows, in order, have changed: each is told, and of many all from the first to the last."""
        changed = [row for row in rows if row < len(self.rows)]
        spans = [(row, row) for row in changed] if len(changed) < _MANY else [(changed[0], changed[-1])]
        for first, last in spans:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.rows.columns) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, first, last)

    # What Qt asks ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = _ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.rows.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be typed into."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The heads of columns and rows, and their tips."""
        across = orientation is Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            if across:
                return as_shown(self._heading(section))
            mark = "○ " if section in self._apart else ""
            return f"▸ {mark}{section + 1}" if section == self.rows.shown else f"{mark}{section + 1}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tip(self._tip(section) if across else self._row_tip(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell, and how it is shown, edited and read aloud."""
        if not index.isValid():
            return None
        number = self.rows.rows[index.row()][index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{number:.6g}".replace("-", MINUS)
            case Qt.ItemDataRole.EditRole:
                return exact(number)
            case Qt.ItemDataRole.UserRole:
                return number
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ForegroundRole:
                bound = self.rows.columns[index.column()].node is not None
                return QColor(self._look.theme.data if bound else self._look.theme.muted)
            case Qt.ItemDataRole.BackgroundRole:
                shown = index.row() == self.rows.shown
                return QColor(self._look.theme.accent_fill) if shown else None
            case Qt.ItemDataRole.ToolTipRole:
                return exact(number)
            case Qt.ItemDataRole.AccessibleTextRole:
                name = spoken(self.rows.columns[index.column()].name)
                said = tr("{column} of row {row}: {number}")
                if index.row() in self._apart:
                    said = tr("{column} of row {row}, held out: {number}")
                return said.format(column=name, row=index.row() + 1, number=exact(number))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take what was typed into a cell; False where it is refused."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        return bool(self._attempt(self._type, index.row(), index.column(), str(value)))

    def _type(self, row: int, column: int, text: str) -> bool:
        data = self.rows
        what = tr("“{column}” of row {row}", column=spoken(data.columns[column].name), row=row + 1)
        number = read_number(text, what)
        if number == data.rows[row][column]:
            return True
        line = (*data.rows[row][:column], number, *data.rows[row][column + 1 :])
        return self._change(replace(data, rows=(*data.rows[:row], line, *data.rows[row + 1 :])))

    # Headings --------------------------------------------------------------------------------

    def _heading(self, column: int) -> str:
        """The column's name, and under it the input it feeds."""
        each = self.rows.columns[column]
        return f"{spoken(each.name)}\n{self._feeds(column)} ▾"

    def _feeds(self, column: int) -> str:
        node = self.rows.columns[column].node
        nodes = self._state.graph.nodes
        return f"→ {nodes[node].spoken}" if node is not None and node in nodes else tr("⚠ unbound")

    def _row_tip(self, row: int) -> str:
        said = tr("Click to let the graph show this row.")
        if row in self._apart:
            return tr("Held out: training does not look at this row.") + "\n" + said
        return said

    def _tip(self, column: int) -> str:
        each = self.rows.columns[column]
        if each.node is None:
            return tr("Bound to nothing: click to choose the input that takes these numbers.")
        name = self._feeds(column)[2:]
        return tr("Its numbers go to the input {name}. Click to bind, rename or remove it.", name=name)
