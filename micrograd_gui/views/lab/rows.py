"""Rows of an account as a table: moments that are now, past or to come, each a place to go to."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from heapq import nlargest
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
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from micrograd_gui.document.text import as_shown, as_tip
from micrograd_gui.session.asking.ledger_words import LabRow
from micrograd_gui.views.gradients import set_up_rows, shrink_headings
from micrograd_gui.views.theme import Look, dress, line_height

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_AIR = 22  # pixels at text scale 1 beside what stands in a cell
_MEASURED = 48  # rows
_SMALLEST = 0.8  # of the usual size: a number that does not fit is drawn smaller, never cut


class RowsModel(QAbstractTableModel):
    """The rows that are shown; the display role is the text, the user role the number or None."""

    def __init__(self, titles: Sequence[str], look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.titles, self.rows = tuple(titles), ()  # type: tuple[str, ...], tuple[LabRow, ...]
        self.headings = self.titles  # what stands above the columns
        self.swatch: Callable[[int], QPixmap | None] = lambda _row: None  # what stands before a row
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

    def set_headings(self, stacks: Sequence[Sequence[int]], between: str = ",  ") -> None:
        """Those titles together stand above one column, the first of them."""
        headings = list(self.titles)
        for columns in stacks:
            headings[columns[0]] = between.join(self.titles[each] for each in columns)
        if tuple(headings) != self.headings:
            self.headings = tuple(headings)
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
            return as_shown(self.headings[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column, theme = self.rows[index.row()], index.column(), self._look.theme
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return as_shown(row.cells[column])
            case Qt.ItemDataRole.DecorationRole:
                return self.swatch(index.row()) if column == 0 else None
            case Qt.ItemDataRole.UserRole:
                return row.numbers[column]
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                whole = role == Qt.ItemDataRole.ToolTipRole
                return as_tip(", ".join(row.cells)) if whole else row.cells[column]
            case Qt.ItemDataRole.ForegroundRole:
                return QBrush(QColor(theme.muted if row.when == "later" else theme.text))
            case Qt.ItemDataRole.BackgroundRole:
                return QBrush(QColor(theme.accent_fill)) if row.when == "now" else None
            case Qt.ItemDataRole.FontRole:
                return self._look.font(bold=row.when == "now", italic=row.when == "later")
        return None


class _Delegate(QStyledItemDelegate):
    """Text made to fit its cell, in several lines where there is little room."""

    def __init__(self, table: RowsTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """With a font that is small enough."""
        super().initStyleOption(option, index)
        lines = self._table.lines_of(index)
        room = option.rect.width() - self._table.air + 4
        if index.column() == 0:
            room -= self._table.swatch_width
        width = max(map(option.fontMetrics.horizontalAdvance, lines), default=0)
        if width > room > 0:
            font = option.font
            font.setPixelSize(int(font.pixelSize() * max(_SMALLEST, room / width)))
            option.font = font
        option.text = "\u2028".join(lines)  # as Qt separates lines


class RowsTable(QTableView):
    """The table: what it shows fits its width; on little room columns of ``stacks`` are lines of one cell.

    Signal: ``chosen(row)`` with the number of the row that was clicked, or Return was pressed on.
    """

    chosen = Signal(int)

    def __init__(
        self,
        name: str,
        titles: Sequence[str],
        look: Look,
        parent: QWidget,
        stacks: Sequence[Sequence[int]] = (),
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._look = look
        self.in_view: int | None = None  # the row that is looked at
        self._stacks = tuple(map(tuple, stacks))  # which columns are one where there is little room
        self.shown: tuple[tuple[int, ...], ...] = ()  # the columns that are seen, as one or several
        self._equated = False  # the last two lines of a cell are one
        self.whole = False  # it is as high as all of its rows
        self._last: int | None = None  # pixels of the last column, where an equation in it is broken
        self.swatch_width = 0  # pixels that what stands before a row takes
        self.rows = RowsModel(titles, look, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_up_rows(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
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
        self.verticalHeader().setMinimumSectionSize(1)
        self.rows.set_look(look)
        dress(
            self,
            f"QTableView {{ background: {theme.panel}; border: 0; outline: 0; }}"
            f"QTableView::item {{ padding: 0 {look.px(6)}px; border-bottom: 1px solid {theme.line}; }}"
            f"QTableView::item:selected {{ background: {theme.accent_fill}; color: {theme.text};"
            f" border-top: {look.px(2)}px solid {theme.accent};"
            f" border-bottom: {look.px(2)}px solid {theme.accent}; }}",
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
        self.in_view = chosen

    def lines_of(self, index: _Index) -> list[str]:
        """What stands in a cell, a line or several."""
        return self._lines(self.rows.rows[index.row()], index.column())

    def _lines(self, row: LabRow, column: int) -> list[str]:
        columns = next((each for each in self.shown if each[0] == column), (column,))
        texts = [as_shown(row.cells[each]) for each in columns if row.cells[each]]
        if self._equated and len(columns) > 2 and len(texts) > 2:
            return [*texts[:-2], " = ".join(texts[-2:])]
        if self._last is not None and column == len(row.cells) - 1 and texts:
            return self._broken(texts[0], self._last)
        return texts or [""]

    def _broken(self, text: str, room: int) -> list[str]:
        """An equation in lines that have room, broken before equals signs."""
        bold, lines = QFontMetrics(self._look.font(bold=True)), [""]
        for part in re.split(r"(?= = )", text):
            longer = lines[-1] + part
            if lines[-1] and bold.horizontalAdvance(longer) > room:
                lines.append(part.lstrip())
            else:
                lines[-1] = longer
        return lines

    def set_widths(self) -> None:
        """Columns as wide as what is in them; on little room several of them as one."""
        bold, room = QFontMetrics(self._look.font(bold=True)), self.viewport().width()
        high = line_height(self._look.font(bold=True))
        every = range(len(self.rows.titles))
        self.shown, self._equated = tuple((column,) for column in every), False
        self._last = None
        widths = self._widths(bold)
        if not self._stacks and sum(widths) > room > 0:
            self._last = room - sum(widths[:-1]) - self.air
            widths = [*widths[:-1], room - sum(widths[:-1])]
        if self._stacks and sum(widths) > room:
            self.shown, self._equated = self._stacks, True
            widths = self._widths(bold)
            first = min(widths[0], max(room // 3, room - widths[1]))
            if widths[0] > first:
                self._equated = False
                widths = self._widths(bold)
            first = min(widths[0], max(room // 3, room - widths[1]))
            widths = [first, room - first]
        self.rows.set_headings(self.shown)
        self._fit_headings(widths)
        heads = [columns[0] for columns in self.shown]
        for column in every:
            self.setColumnHidden(column, column not in heads)
        for column, width in zip(heads, widths, strict=True):
            self.setColumnWidth(column, width)
        most = max((len(self._lines(row, head)) for row in self._longest() for head in heads), default=1)
        self.verticalHeader().setDefaultSectionSize(round(high * (0.45 + 1.02 * most)))
        if self._last is not None:  # most of its rows are of one line
            for at, row in enumerate(self.rows.rows):
                lines = max(len(self._lines(row, head)) for head in heads)
                self.setRowHeight(at, round(high * (0.45 + 1.02 * lines)))
        if self.whole:
            self.setFixedHeight(self.wanted_height(len(self.rows.rows)))

    def _longest(self) -> list[LabRow]:
        """The rows with the longest texts: of thousands not each one is measured."""
        rows, columns = self.rows.rows, range(len(self.rows.titles))
        if len(rows) <= _MEASURED:
            return list(rows)
        return [
            row
            for column in columns
            for row in nlargest(_MEASURED // 4, rows, key=lambda each: len(each.cells[column]))
        ]

    def _fit_headings(self, widths: Sequence[int]) -> None:
        """Titles that stand together are made to fit, too, if need be one below the other."""
        fits = self._fits(widths)
        if fits < _SMALLEST:
            self.rows.set_headings(self.shown, ",\n")
            fits = self._fits(widths)
        shrink_headings(self.horizontalHeader(), self._look, max(_SMALLEST, fits))

    def _fits(self, widths: Sequence[int]) -> float:
        """How much of the headings there is room for."""
        head = QFontMetrics(self._look.font())
        needed = [
            max(map(head.horizontalAdvance, self.rows.headings[columns[0]].split("\n"))) + self.air
            for columns in self.shown
        ]
        return min((width / wide for wide, width in zip(needed, widths, strict=True)), default=1.0)

    def _widths(self, bold: QFontMetrics) -> list[int]:
        """What the columns that are shown need."""
        head = QFontMetrics(self._look.font())
        titled, rows = not self.horizontalHeader().isHidden(), self._longest()
        widths = []
        for columns in self.shown:
            lines = [line for row in rows for line in self._lines(row, columns[0])]
            titles = [self.rows.titles[columns[0]]] if titled else []
            needed = [*map(bold.horizontalAdvance, lines), *map(head.horizontalAdvance, titles), 0]
            widths.append(self.air + max(needed) + (self.swatch_width if columns[0] == 0 else 0))
        return widths

    def wanted_height(self, most: int) -> int:
        """Pixels for all rows, but for no more than so many."""
        head = 0 if self.horizontalHeader().isHidden() else self.horizontalHeader().sizeHint().height()
        if self._last is not None:
            return head + self.verticalHeader().length() + 2
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
