"""DataPane: the rows that the graph learns from, typed, pasted, read from a file, or made by a rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, again, tr, trn
from micrograd_gui.document import data_edits as edits
from micrograd_gui.document import datasets
from micrograd_gui.document.data import Data
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_shown
from micrograd_gui.files import tables
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.session.over_rows import held_out
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.data.grid import ColumnNameField, DataGrid
from micrograd_gui.views.data.model import DataTableModel
from micrograd_gui.views.data.reading import RowsBehind
from micrograd_gui.views.screen_reader.roles import name_choice
from micrograd_gui.views.theme import Look

P = ParamSpec("P")
T = TypeVar("T")
_LONG = 100_000  # characters of what is pasted that are read in this thread
_MANY = 5_000  # numbers that are written in this thread
IN_A_ROW = 3  # buttons: more would make the pane wide, and the canvas narrow
_TARGETS = {"mean": N_("mean over the rows"), "sum": N_("sum over the rows")}


class DataPane(QWidget):
    """``open_asked`` is emitted where a file is to be chosen. What is refused is said under the buttons."""

    open_asked = Signal()

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_pane")
        self._bridge = bridge
        self._look = look
        self.refusal = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.refusal.setObjectName("data_refusal")
        self.refusal.setProperty("refused", True)
        self.refusal.hide()
        self.model = DataTableModel(bridge.state, look, self.change, self.attempt, self)
        self.table = DataGrid(self)
        self.table.setModel(self.model)
        self.table.moved.connect(self.show_row)
        self.table.paste_asked.connect(self.paste)
        self.table.copy_asked.connect(self.copy)
        self.table.clicked.connect(lambda index: self.show_row(index.row()))
        self.table.verticalHeader().sectionClicked.connect(self.show_row)
        self.table.horizontalHeader().sectionClicked.connect(self._open_menu)
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setObjectName("data_status")
        self.status.setProperty("muted", True)
        self.status.setWordWrap(True)
        self.reduction = QComboBox()
        self.reduction.setObjectName("data_reduction")
        self.reduction.setToolTip(tr("What the loss over several rows is."))
        for key, text in _TARGETS.items():
            self.reduction.addItem(tr(text), key)
        self.reduction.activated.connect(lambda _: self.attempt(self._reduce))
        self._behind = RowsBehind(self.reduction, self)
        self._behind.begun.connect(self.status.setText)
        self._behind.ended.connect(lambda: self._say_how_many(bridge.state))
        self._name_field: ColumnNameField | None = None  # open while a column is renamed
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._make_buttons()
        self._column.addWidget(self.refusal)
        self._column.addWidget(self.table, 1)
        self._foot = QHBoxLayout()
        self._column.addLayout(self._foot)
        self._foot.addWidget(self.status, 1)
        self._foot.addWidget(self.reduction)
        self._foot.addWidget(self._behind)
        name_choice(self.reduction, tr("The loss over several rows"))
        bridge.changed.connect(self._on_changed)
        self.set_look(look)
        self._show(bridge.state)

    def _make_buttons(self) -> None:
        self._buttons = QGridLayout()
        self._column.addLayout(self._buttons)
        self.sets = QMenu(self)
        for each in datasets.DATASETS.values():
            action = self.sets.addAction(again(each.title))
            action.setObjectName(f"data_set_{each.name}")
            action.setToolTip(again(each.sentence))
            action.triggered.connect(lambda _=False, name=each.name: self.use_set(name))
        self.sets.setToolTipsVisible(True)
        button = self._button(
            "sets", tr("Built-in sets"), tr("Rows made by a rule: gates, moons, circles, …"), None
        )
        button.setMenu(self.sets)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._button("open", tr("CSV…"), tr("Read the rows from a CSV file."), self.open_asked.emit)
        self._button(
            "paste", tr("Paste"), tr("Rows from the clipboard: a piece of a spreadsheet, or CSV."), self.paste
        )
        self._button("add_row", tr("+ row"), tr("One more row, under the others."), self.add_row)
        self._button("remove_row", tr("− row"), tr("The selected rows go."), self.remove_rows)
        self._button(
            "add_column",
            tr("+ column"),
            tr("One more column, bound to the next free input."),
            self.add_column,
        )

    def _button(self, name: str, text: str, tip: str, verb: Callable[[], object] | None) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"data_{name}")
        button.setText(text)
        button.setToolTip(tip)
        button.setStatusTip(tip)
        if verb is not None:
            button.clicked.connect(lambda: verb())
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._buttons.addWidget(button, self._buttons.count() // IN_A_ROW, self._buttons.count() % IN_A_ROW)
        return button

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        self._buttons.setContentsMargins(look.px(8), look.px(6), look.px(8), look.px(6))
        self._buttons.setSpacing(look.px(4))
        self._foot.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(4))
        self.refusal.setContentsMargins(look.px(8), 0, look.px(8), look.px(4))
        for button in self.findChildren(QToolButton):
            button.setFont(look.font(12))
        self._behind.set_look(look)
        self.model.set_look(look)
        self.table.set_look(look)

    # What a user can do ----------------------------------------------------------------------

    def attempt(self, verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Call a verb; what it refuses is said here, and in the status bar."""
        self.say("")
        try:
            return verb(*args, **kwargs)
        except Refusal as refusal:
            self.say(str(refusal))
            self._bridge.refused.emit(str(refusal), refusal.node)
            return None

    def say(self, sentence: str) -> None:
        """Why something was refused; empty: nothing was."""
        self.refusal.setText(as_shown(sentence))
        self.refusal.setVisible(bool(sentence))

    def change(self, data: Data, *, match: bool = False) -> bool:
        """Those rows from now on; raises Refusal."""
        self._bridge.session.set_rows(data, match=match)
        return True

    def show_row(self, row: int) -> None:
        """The graph holds that row's numbers."""
        if row != self.model.rows.shown or edits.differs(self._bridge.state.graph):
            self.attempt(self._bridge.session.show_row, row)

    def use_set(self, name: str) -> None:
        """The rows of a built-in set, in place of what is there."""
        self.attempt(lambda: self.change(datasets.make(name), match=True))

    def open_file(self, path: Path | str) -> None:
        """Read the rows from a CSV file, off this thread: it may be long."""
        path = Path(path)
        self._do_behind(
            tr("Reading {file} …", file=quoted_name(path)), partial(tables.read, path), self._take_rows
        )

    def _take_rows(self, data: Data) -> None:
        self.change(data, match=True)

    def _do_behind(
        self,
        sentence: str,
        work: Callable[[tables.Reading], T],
        take: Callable[[T], object],
        *,
        writes: bool = False,
    ) -> None:
        """Have it done off this thread; ``take`` is called in it with what came of that."""

        def failed(error: Exception) -> None:
            if not isinstance(error, Refusal):
                raise error
            self.say(str(error))
            self._bridge.refused.emit(str(error), None)

        self.say("")
        self._behind.start(sentence, work, lambda made: self.attempt(take, made), failed, writes=writes)

    def save_to(self, path: Path | str) -> None:
        """Put the rows into a CSV file: many of them behind the window; raises Refusal."""
        rows, path = self.model.rows, Path(path)
        if len(rows) * len(rows.columns) <= _MANY:
            tables.write(path, rows)
        else:
            sentence = tr("Saving {file} …", file=quoted_name(path))
            work = partial(tables.write, path, rows)
            self._do_behind(sentence, work, lambda _: None, writes=True)

    def paste(self) -> None:
        """What the clipboard holds: with names on top a table of its own, else numbers from the cell on."""
        text = QGuiApplication.clipboard().text()
        if len(text) > _LONG:
            read = partial(tables.parse, text, tr("What was pasted"))
            self._do_behind(tr("Reading what was pasted …"), read, lambda pasted: self._put(text, pasted))
        else:
            self.attempt(lambda: self._put(text, tables.parse(text, tr("What was pasted"))))

    def _put(self, text: str, pasted: Data) -> None:
        rows = self.model.rows
        if not rows.columns or tables.has_names(text):
            self.change(pasted, match=True)
            return
        at = self.table.currentIndex()
        self.change(edits.overlaid(rows, pasted.rows, max(at.row(), 0), max(at.column(), 0)), match=True)

    def copy(self) -> None:
        """All rows as text, with the names on top."""
        rows, copy = self.model.rows, QGuiApplication.clipboard().setText
        if len(rows) * len(rows.columns) <= _MANY:
            self.attempt(lambda: copy(tables.as_text(rows)))
        else:
            self._do_behind(tr("Copying the rows …"), partial(tables.as_text, rows), copy)

    def add_row(self) -> None:
        """One more row, under the others."""
        graph = self._bridge.state.graph
        self.attempt(lambda: self.change(edits.with_row(self._rows_to_extend(), graph), match=True))

    def remove_rows(self) -> None:
        """The selected rows go."""
        chosen = {index.row() for index in self.table.selectionModel().selectedIndexes()}
        self.attempt(lambda: self.change(edits.without_rows(self.model.rows, chosen)))

    def add_column(self) -> None:
        """One more column, bound to the next free input."""
        self.attempt(lambda: self.change(edits.with_column(self.model.rows), match=True))

    def _rows_to_extend(self) -> Data:
        """The rows; where there are none, columns for the inputs of the graph."""
        return self.model.rows if self.model.rows.columns else edits.columns_for(self._bridge.state.graph)

    def _reduce(self) -> None:
        if self.model.rows.columns:
            self.change(replace(self.model.rows, reduction=self.reduction.currentData()))

    # Columns ---------------------------------------------------------------------------------

    def column_menu(self, column: int) -> QMenu:
        """What can be done with a column: bind it, rename it, remove it."""
        graph, data = self._bridge.state.graph, self.model.rows
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        bound = data.columns[column].node
        for node in edits.leaves_for(graph, column):
            action = menu.addAction(as_shown(f"→ {graph.nodes[node].spoken}"))
            self._offer(action, node == bound, partial(self.bind, column, node))
        self._offer(menu.addAction(tr("→ nothing")), bound is None, partial(self.bind, column, None))
        menu.addSeparator()
        menu.addAction(tr("Rename the column"), lambda: self.open_name_field(column))
        menu.addAction(tr("Remove the column"), lambda: self.remove_column(column))
        return menu

    def bind(self, column: int, node: int | None) -> None:
        """That leaf takes the column's numbers; whatever fed it before is bound to nothing."""
        self.attempt(lambda: self.change(edits.bound(self.model.rows, column, node)))

    def open_name_field(self, column: int) -> None:
        """Let a name be typed over the head of the column."""
        self._close_name_field()
        header = self.table.horizontalHeader()
        field = ColumnNameField(self.model.rows.columns[column].name, header.viewport())
        field.setFont(header.font())
        height = min(header.height(), field.sizeHint().height())
        left = header.sectionViewportPosition(column)
        field.setGeometry(QRect(left, 0, header.sectionSize(column), height))
        field.named.connect(lambda name: self.attempt(self._rename, column, name))
        field.finished.connect(self._close_name_field)
        self._name_field = field
        field.show()
        field.setFocus()

    def _rename(self, column: int, name: str) -> None:
        data = edits.renamed_column(self.model.rows, column, name)
        if data is not self.model.rows:
            self.change(data)

    def _close_name_field(self) -> None:
        field, self._name_field = self._name_field, None
        if field is not None:
            if field.hasFocus():
                self.table.setFocus()
            field.hide()
            field.deleteLater()

    def remove_column(self, column: int) -> None:
        """The column goes; with the last one all rows do."""
        self.attempt(lambda: self._bridge.session.set_rows(edits.without_column(self.model.rows, column)))

    def _offer(self, action: QAction, chosen: bool, verb: Callable[[], Any]) -> None:
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda: verb())

    def _open_menu(self, column: int) -> None:
        header = self.table.horizontalHeader()
        place = QPoint(header.sectionViewportPosition(column), header.height())
        self.column_menu(column).popup(header.viewport().mapToGlobal(place))

    # Showing the state -----------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        if len(new.history.entries) == 1 and old.graph.nodes is not new.graph.nodes:
            self._behind.cancel()  # another document: what is read was meant for the one before
        moved = old.graph.nodes is not new.graph.nodes or old.graph.plan is not new.graph.plan
        if old.graph.data is not new.graph.data or (new.graph.data and moved):
            others = old.graph.data is not new.graph.data or old.graph.blocks is not new.graph.blocks
            self.model.show(new)
            if old.graph.data is not new.graph.data:
                self._close_name_field()
            if others:
                self._show(new)
            elif edits.differs(old.graph) != edits.differs(new.graph) or old.graph.plan is not new.graph.plan:
                self._say_how_many(new)

    def _show(self, state: State) -> None:
        self._say_how_many(state)
        data = state.graph.data
        self.reduction.setEnabled(data is not None)
        self.reduction.setCurrentIndex(self.reduction.findData("mean" if data is None else data.reduction))

    def _say_how_many(self, state: State) -> None:
        data = state.graph.data
        if data is None or not data.columns:
            self.status.setText(tr("No rows yet: choose a set, open a CSV file, paste, or add a row."))
        else:
            count, held = len(data), len(held_out(state.graph))
            parts = [trn("{n:,} row", "{n:,} rows", count)]
            if held:
                parts.append(trn("{n:,} held out (○)", "{n:,} held out (○)", held))
            if count:
                shown = tr("the graph shows row {row}")
                if edits.differs(state.graph):
                    shown = tr("the graph shows row {row}, with other numbers")
                parts.append(shown.format(row=data.shown + 1))
            often, said = edits.counts_often(state.graph), " · ".join(parts)
            self.status.setText(as_shown(f"{said}\n⚠ {often}") if often else said)
