"""Rows of an account as a table: moments that are now, past or to come, each a place to go to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from micrograd_gui.session.asking.ledger_words import LabRow
from micrograd_gui.views.theme import Look

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_AIR = 16  # pixels at text scale 1 beside what stands in a cell
_SMALLEST = 0.72  # of the usual size: a number that does not fit is drawn smaller, never cut


class RowsModel(QAbstractTableModel):
    """The rows that are shown; the display role is the text, the user role the number or None."""

    def __init__(self, titles: Sequence[str], look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles, self.rows = tuple(titles), ()  # type: tuple[str, ...], tuple[LabRow, ...]
        self.headings = self.titles  # what stands above the columns
        self._look = look

    def show(self, rows: tuple[LabRow, ...]) -> None:
        """Have those rows; where there are as many as before, none of them is made anew."""
        if len(rows) != len(self.rows):
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows != self.rows:
            self.rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.titles) - 1))

    def set_headings(self, together: int) -> None:
        """So many titles stand above one column."""
        headings = tuple(",  ".join(self.titles[at : at + together]) for at in range(len(self.titles)))
        if headings != self.headings:
            self.headings = headings
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(headings) - 1)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self.beginResetModel()
        self._look = look
        self.endResetModel()

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column, theme = self.rows[index.row()], index.column(), self._look.theme
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.cells[column]
            case Qt.ItemDataRole.UserRole:
                return row.numbers[column]
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(row.cells) if role == Qt.ItemDataRole.ToolTipRole else row.cells[column]
            case Qt.ItemDataRole.ForegroundRole:
                return QBrush(QColor(theme.muted if row.when == "later" else theme.text))
            case Qt.ItemDataRole.BackgroundRole:
                return QBrush(QColor(theme.accent_fill)) if row.when == "now" else None
            case Qt.ItemDataRole.FontRole:
                return self._look.font(bold=row.when == "now", italic=row.when == "later")
        return None


class _Delegate(QStyledItemDelegate):
    """Text made to fit its cell; where there is little room, a cell and its neighbour as two lines."""

    def __init__(self, table: RowsTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """With a font that is small enough."""
        super().initStyleOption(option, index)
        lines = self._table.lines_of(index)
        room = option.rect.width() - self._table.air // 2
        width = max(map(option.fontMetrics.horizontalAdvance, lines), default=0)
        if width > room > 0:
            font = option.font
            font.setPixelSize(int(font.pixelSize() * max(_SMALLEST, room / width)))
            option.font = font
        option.text = "\u2028".join(lines)  # as Qt separates lines


class RowsTable(QTableView):
    """The table: what it shows fits its width, in two lines where one has no room.

    Signal: ``chosen(row)`` with the number of the row that was clicked, or Return was pressed on.
    """

    chosen = Signal(int)

    def __init__(self, name: str, titles: Sequence[str], look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._look = look
        self.stacked = False  # cells stand above their right neighbours
        self.rows = RowsModel(titles, look, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))
        self.set_look(look)

    @property
    def air(self) -> int:
        """Pixels beside what stands in a cell."""
        return self._look.px(_AIR)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        theme = look.theme
        self.setFont(look.font())
        self.horizontalHeader().setFont(look.font(12))
        self.verticalHeader().setMinimumSectionSize(1)
        self.rows.set_look(look)
        self.setStyleSheet(
            f"QTableView {{ background: {theme.panel}; border: 0; outline: 0; }}"
            f"QTableView::item {{ padding: 0 {look.px(6)}px; border-bottom: 1px solid {theme.line}; }}"
            f"QTableView::item:selected {{ background: {theme.accent_fill}; color: {theme.text};"
            f" border-top: {look.px(2)}px solid {theme.accent};"
            f" border-bottom: {look.px(2)}px solid {theme.accent}; }}"
        )
        self.set_widths()

    def show_rows(self, rows: tuple[LabRow, ...], chosen: int | None = None) -> None:
        """Those rows, the chosen one marked; else the last one of the present moment is in view."""
        old = self.rows.rows
        self.rows.show(rows)
        if [row.cells for row in old] != [row.cells for row in rows]:
            self.set_widths()
        model, none = self.selectionModel(), QItemSelection()
        if chosen is None:
            model.select(none, QItemSelectionModel.SelectionFlag.Clear)
            chosen = max((at for at, row in enumerate(rows) if row.when == "now"), default=None)
        else:
            here = self.rows.index(chosen, 0)
            flags = QItemSelectionModel.SelectionFlag
            model.setCurrentIndex(here, flags.ClearAndSelect | flags.Rows)
        if chosen is not None:
            self.scrollTo(self.rows.index(chosen, 0))

    def lines_of(self, index: _Index) -> list[str]:
        """What stands in a cell, a line or two."""
        texts = [str(index.data() or "")]
        if self.stacked and index.column() + 1 < len(self.rows.titles):
            texts.append(str(index.sibling(index.row(), index.column() + 1).data() or ""))
        return texts

    def set_widths(self) -> None:
        """Columns as wide as what is in them; on little room two of them as one."""
        bold = QFontMetrics(self._look.font(bold=True))
        head = QFontMetrics(self._look.font(12))
        columns = range(len(self.rows.titles))
        air, room = self.air, self.viewport().width()
        titled = not self.horizontalHeader().isHidden()
        widths = [
            air
            + max(
                head.horizontalAdvance(self.rows.titles[column]) if titled else 0,
                *(bold.horizontalAdvance(row.cells[column]) for row in self.rows.rows),
                0,
            )
            for column in columns
        ]
        self.stacked = len(columns) == 4 and sum(widths) > room
        self.rows.set_headings(2 if self.stacked else 1)
        for column in columns:
            self.setColumnHidden(column, self.stacked and column % 2 == 1)
        if self.stacked:
            widths = [max(widths[at : at + 2]) if at % 2 == 0 else 0 for at in columns]
            widths[0] = min(widths[0], max(room // 3, room - widths[2]))
        for column, width in enumerate(widths):
            if width:
                self.setColumnWidth(column, width)
        lines = 2.25 if self.stacked else 1.5
        self.verticalHeader().setDefaultSectionSize(round(bold.height() * lines))

    def wanted_height(self, most: int) -> int:
        """Pixels for all rows, but for no more than so many."""
        head = 0 if self.horizontalHeader().isHidden() else self.horizontalHeader().sizeHint().height()
        return head + min(len(self.rows.rows), most) * self.verticalHeader().defaultSectionSize() + 2

    def sizeHint(self) -> QSize:
        """As much as a few rows need."""
        return QSize(self._look.px(300), self.wanted_height(6))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns go with the width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.set_widths()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes where a click does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)
