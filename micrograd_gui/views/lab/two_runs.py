"""Two runs: the one that is held and the present one, number beside number."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFontMetrics, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr
from micrograd_gui.document.text import as_shown, written
from micrograd_gui.session.apart.two_runs import Beside, TwoRuns, beside, what_differs
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.gradients import HEAD_AIR, SMALLEST, RowDelegate, set_up_rows, shrink_headings
from micrograd_gui.views.lab.flow import Flow
from micrograd_gui.views.theme import Look

_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
COLUMNS = (N_("number"), N_("held"), N_("now"), N_("difference"))
_TIPS = (
    N_("Of which node it is, and whether its data or its grad."),
    N_("What it is in the run that is held, at the same moment."),
    N_("What it is in the present run."),
    N_("By how much the present number is larger; ≠ where that is more than rounding."),
)
_NONE_HELD = N_("No run is held. Hold the present one, then change something: a value, the rate, the seed.")
_VEILED = N_("A run is held. While somebody predicts it is not shown: it could tell the answer.")
_TRAINS = N_("While it trains, both losses stand in the plot; the numbers come when it rests.")


class TwoRunsModel(QAbstractTableModel):
    """A row for each number; its colours are those of data and grad."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: tuple[Beside, ...] = ()
        self.look = look

    def show(self, rows: tuple[Beside, ...]) -> None:
        """List those numbers; where they are of the same nodes, the table keeps its place."""
        same = [(row.node, row.field) for row in rows] == [(row.node, row.field) for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows = rows
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section])
        return tr(_TIPS[section]) if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(row, column)
        if role == Qt.ItemDataRole.UserRole:
            return (row.name, row.held, row.now, row.difference)[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        stale = column in (1, 2) and row.stale[column - 1]
        if role == Qt.ItemDataRole.ForegroundRole:
            theme = self.look.theme
            mine = theme.data if row.field == "data" else theme.grad
            return QColor(mine if row.differs and not stale else theme.muted)
        if role == Qt.ItemDataRole.FontRole:
            font = self.look.font(bold=row.differs)
            font.setStrikeOut(stale)
            return font
        if role == Qt.ItemDataRole.AccessibleTextRole and stale:
            return tr("{number}, from before the update", number=self.text(row, column))
        return None

    def text(self, row: Beside, column: int) -> str:
        """What stands in a cell; "=" for numbers that are the same."""
        if column == 0:
            return as_shown(f"{row.name}.{row.field}")
        if column < 3:
            return row.texts[column - 1]
        by = row.difference
        if row.only_in:
            return tr("only held") if row.only_in == "held" else tr("only now")
        if not row.differs:
            return "" if row.held is None else "="
        return "≠" if by is None else f"≠ {'+' if by > 0 else ''}{written(by)}"


class TwoRunsPane(QWidget):
    """What was changed, in words, and below it every number of both runs."""

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("two_runs")
        self._bridge = bridge
        room = bridge.session.room(TwoRuns)
        self.words = QLabel()
        self.words.setObjectName("two_runs_words")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self._hold = self._button(
            tr("Hold the run"), tr("Hold what is run now; what was held before goes."), room.hold
        )
        self._release = self._button(tr("Release"), tr("Nothing is held any more."), room.release)
        self.model = TwoRunsModel(look, self)
        self.table = QTableView()
        self.table.setObjectName("two_runs_table")
        self.table.setAccessibleName(tr("Both runs, number beside number"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(RowDelegate(self.table))
        set_up_rows(self.table)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.clicked.connect(self._on_clicked)
        buttons = Flow()
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(buttons)
        buttons.addWidget(self._hold)
        buttons.addWidget(self._release)
        self._layout.addWidget(self.words)
        self._layout.addWidget(self.table, 1)
        Together(bridge, self).changed.connect(lambda _old, new: self._show(new))
        self.set_look(look)
        self._show(bridge.shown)

    def _button(self, text: str, tip: str, verb: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self._bridge.attempt(verb))
        return button

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self.model.look = look
        self._layout.setContentsMargins(look.px(8), look.px(6), look.px(8), look.px(6))
        self.words.setFont(look.font())
        self.table.setFont(look.font())
        self._look = look
        self._fit_headings()
        self.table.verticalHeader().setDefaultSectionSize(look.px(23))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The headings go with the width."""
        super().resizeEvent(event)
        self._fit_headings()

    def _fit_headings(self) -> None:
        head, wide = QFontMetrics(self._look.font()), self.table.viewport().width() / len(COLUMNS)
        longest = max(head.horizontalAdvance(tr(title)) for title in COLUMNS) + self._look.px(HEAD_AIR)
        shrink_headings(self.table.horizontalHeader(), self._look, max(SMALLEST, wide / longest))

    def showEvent(self, event: QShowEvent) -> None:
        """What has changed while nobody saw it."""
        super().showEvent(event)
        self._show(self._bridge.shown)

    def _show(self, state: State) -> None:
        if not self.isVisible():
            return  # a run of the held graph is recorded for it
        held = self._bridge.state.held is not None  # the State that is shown may be veiled
        self._hold.setText(tr("Hold this one instead") if held else tr("Hold the run"))
        self._release.setEnabled(held)
        if state.held is None:
            self.words.setText(tr(_VEILED) if held and state.quiz is not None else tr(_NONE_HELD))
        else:
            said = tr("held → now:  {changes}", changes=" · ".join(what_differs(state)))
            self.words.setText(as_shown(said))
        if state.is_training and state.held is not None:
            self.words.setText(self.words.text() + "\n" + tr(_TRAINS))
        self.table.setVisible(state.held is not None and not state.is_training)
        self.model.show(() if state.is_training else beside(state))

    def _on_clicked(self, index: QModelIndex) -> None:
        node = self.model.rows[index.row()].node
        if node in self._bridge.state.graph.nodes:
            self._bridge.session.select((node,))
