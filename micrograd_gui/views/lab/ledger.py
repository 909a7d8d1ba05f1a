"""Ledger: why the selected node has its numbers: each change of its grad, and where its data came from."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from micrograd_gui.session.asking.asking import Asking
from micrograd_gui.session.asking.ledger_words import Page, page_of
from micrograd_gui.session.explain.formulas import Line
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.lab.rows import RowsTable
from micrograd_gui.views.theme import Look, Theme

TITLES = ("moment", "wire", "upstream × slope = amount", "before → after")
_MOST_DATA = 3  # rows of data that are seen at once


class Ledger(QWidget):
    """The pane: the node, where its data came from, the table ``ledger`` of its gradient, and their sum."""

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_pane")
        self._bridge = bridge
        self._page: Page | None = None
        self.title, self.total, self.notes = QLabel(self), QLabel(self), QLabel(self)
        self.data = RowsTable("ledger_data", ("moment", "data"), look, self)
        self.data.horizontalHeader().hide()
        self.data.setAccessibleName("Where its data came from")
        self.table = RowsTable("ledger", TITLES, look, self)
        self.table.setAccessibleName("Ledger")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.data)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.total)
        layout.addWidget(self.notes)
        layout.addStretch()
        for label, name in ((self.title, "title"), (self.total, "total"), (self.notes, "notes")):
            label.setObjectName(f"ledger_{name}")
            label.setWordWrap(True)
            label.setMinimumWidth(1)
            label.setTextFormat(Qt.TextFormat.RichText)
        self.data.chosen.connect(lambda row: self._go(self.data, row))
        self.table.chosen.connect(lambda row: self._go(self.table, row))
        Together(bridge, self).changed.connect(lambda _old, new: self._follow(new))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        for table in (self.data, self.table):
            table.set_look(look)
        for label, size in ((self.title, 14), (self.total, 14), (self.notes, 13)):
            label.setFont(look.font(size))
            label.setStyleSheet(f"color: {look.theme.text}")
            label.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(4))
        self._show(self._bridge.shown)

    def showEvent(self, event: QShowEvent) -> None:
        """What has changed while it was not seen."""
        super().showEvent(event)
        self._show(self._bridge.shown)

    def _follow(self, state: State) -> None:
        if self.isVisible():
            self._show(state)

    def _show(self, state: State) -> None:
        page = self._page = page_of(state)
        theme, asked = self._look.theme, state.asked
        self.title.setText(in_colours(page.title, theme))
        chosen = None
        if asked is not None and asked.wire is not None:
            rows = enumerate(page.grad)
            chosen = next((at for at, row in rows if row.when == "now" and row.wire == asked.wire), None)
        self.data.show_rows(page.data)
        self.table.show_rows(page.grad, chosen)
        self.data.setVisible(bool(page.data))
        self.table.setVisible(bool(page.grad))
        self.data.setFixedHeight(self.data.wanted_height(_MOST_DATA))
        self.table.setMaximumHeight(self.table.wanted_height(10_000))
        self.total.setText("" if page.total is None else in_colours(page.total, theme))
        self.total.setVisible(page.total is not None)
        self.notes.setText("<br>".join(map(escape, page.notes)))
        self.notes.setVisible(bool(page.notes))

    def _go(self, table: RowsTable, at: int) -> None:
        row = table.rows.rows[at]
        self._bridge.attempt(self._bridge.session.room(Asking).go_to, row.moment, row.wire)


def in_colours(line: Line, theme: Theme) -> str:
    """A line as rich text: numbers in the colours of what they are."""
    parts = []
    for each in line.fragments:
        colour = {"data": theme.data, "grad": theme.grad, "problem": theme.bad}.get(each.kind, theme.text)
        text = escape(each.text).replace("  ", "&nbsp; ")
        text = f"<b>{text}</b>" if each.strong else text
        parts.append(f'<span style="color:{colour}">{text}</span>')
    return "".join(parts)
