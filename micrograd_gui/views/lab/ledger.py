"""Ledger: why the selected node has its numbers: each change of its grad, its data, its paths."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.text import in_html
from micrograd_gui.session.asking.asking import Asking
from micrograd_gui.session.asking.ledger import NOTHING
from micrograd_gui.session.asking.ledger_words import page_of
from micrograd_gui.session.asking.paths_words import PathsPage, paths_page
from micrograd_gui.session.explain.formulas import Line
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.canvas.layers.paths import pen_of_path
from micrograd_gui.views.lab.rows import RowsTable
from micrograd_gui.views.theme import Look, Theme, dress

TITLES = (N_("moment"), N_("wire"), N_("upstream × slope = amount"), N_("before → after"))
PATH_TITLES = (N_("path"), N_("product of slopes"), N_("in numbers"), N_("product"))
_SWATCH = QSize(46, 14)  # pixels at text scale 1


class Ledger(QWidget):
    """The pane: the node, what its grad is the sum of, and below paths, data, and the table ``ledger``."""

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ledger_pane")
        self._bridge, self._look = bridge, look
        self.title, self.total = self._label("title"), self._label("total")
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below = QWidget(self.area)
        self.area.setWidget(below)  # while it is empty: with a new parent all that is in it is styled again
        self.paths_notes = self._label("paths_notes")
        self.paths = RowsTable(
            "paths_list", [tr(each) for each in PATH_TITLES], look, below, ((0, 1, 2), (3,))
        )
        self.paths.horizontalHeader().hide()
        self.paths.setAccessibleName(tr("Paths to the target"))
        self.paths.rows.swatch = self._swatch
        self.data = RowsTable("ledger_data", (tr("moment"), "data"), look, below)
        self.data.horizontalHeader().hide()
        self.data.setAccessibleName(tr("Where its data came from"))
        self.table = RowsTable("ledger", [tr(each) for each in TITLES], look, below, ((0, 1), (2, 3)))
        self.table.setAccessibleName(tr("Ledger"))
        self.paths.whole = self.data.whole = self.table.whole = True
        self.notes = self._label("notes")
        self._arrange(below)
        self.paths.chosen.connect(self._choose_path)
        self.data.chosen.connect(partial(self._go, self.data))
        self.table.chosen.connect(partial(self._go, self.table))
        Together(bridge, self).changed.connect(lambda _old, new: self._follow(new))
        self._worn: Look | None = None  # what it looks like: nobody styles it while it is hidden

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(f"ledger_{name}")
        label.setWordWrap(True)
        label.setMinimumWidth(1)
        label.setTextFormat(Qt.TextFormat.RichText)
        return label

    def _arrange(self, below: QWidget) -> None:
        outer, inner = QVBoxLayout(self), QVBoxLayout(below)
        for layout in (outer, inner):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        for widget in (self.title, self.total):
            outer.addWidget(widget)
        outer.addWidget(self.area, 1)
        parts = (self.paths_notes, self.paths, self.notes, self.data, self.table)
        for part in parts:
            inner.addWidget(part)
        inner.addStretch()

    def set_look(self, look: Look) -> None:
        """Draw in that look, from when it is seen on."""
        self._look = look
        if self.isVisible():
            self._wear(look)
            self._show(self._bridge.shown)

    def _wear(self, look: Look) -> None:
        self._worn = look
        self.paths.swatch_width = look.px(_SWATCH.width() + 4)
        self.paths.setIconSize(_SWATCH * look.scale)
        for table in (self.paths, self.data, self.table):
            table.set_look(look)
        for label in (self.title, self.total, self.paths_notes, self.notes):
            dress(label, f"color: {look.theme.text}; background: {look.theme.panel}")
            label.setFont(look.font(14 if label in (self.title, self.total) else 13))  # dress unsets it
            label.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(4))
        ground = f"background: {look.theme.panel}"  # as in code
        dress(self.area, f"QScrollArea, QScrollArea > #qt_scrollarea_viewport > QWidget {{ {ground} }}")

    def showEvent(self, event: QShowEvent) -> None:
        """What has changed while it was not seen."""
        super().showEvent(event)
        if self._worn != self._look:
            self._wear(self._look)
        self._show(self._bridge.shown)

    def _follow(self, state: State) -> None:
        if self.isVisible():
            self._show(state)

    def _show(self, state: State) -> None:
        page, theme = page_of(state), self._look.theme
        asked = NOTHING if state.asked is None else state.asked
        ways = paths_page(state) if asked.paths else PathsPage("")
        named = in_colours(page.title, theme)
        self._say(self.title, f"{named} &nbsp; {in_html(ways.title)}" if ways.title else named)  # as in code
        total = in_colours(page.total, theme) if page.total is not None else ""
        self._say(self.total, in_colours(ways.total, theme) if ways.total is not None else total)
        self._say(self.notes, "<br>".join(map(in_html, page.notes)))
        wired = [row.wire if row.when == "now" else None for row in page.grad]
        chosen = wired.index(asked.wire) if asked.wire is not None and asked.wire in wired else None
        self.data.show_rows(page.data)
        self.table.show_rows(page.grad, chosen)
        if ways.rows and not self.paths.rows.rows:  # what was asked last is on top
            self.area.verticalScrollBar().setValue(0)
        self.paths.show_rows(ways.rows, asked.path)
        self._say(self.paths_notes, "<br>".join(map(in_html, ways.notes)))
        for table in (self.paths, self.data, self.table):
            table.setVisible(bool(table.rows.rows))
            table.setFixedHeight(table.wanted_height(len(table.rows.rows)))
        self._look_at_row()
        later(self, self._look_at_row)  # when all has its place

    def _say(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _look_at_row(self) -> None:
        """The row of the present moment is in view."""
        row = self.table.in_view
        within = self.area.widget()
        if row is not None and within is not None and not self.paths.rows.rows:
            middle = self.table.visualRect(self.table.rows.index(row, 0)).center()
            at = self.table.mapTo(within, middle)
            self.area.ensureVisible(0, at.y(), 0, self.table.verticalHeader().defaultSectionSize())

    def _go(self, table: RowsTable, at: int) -> None:
        row = table.rows.rows[at]
        self._bridge.attempt(self._bridge.session.room(Asking).go_to, row.moment, row.wire)

    def _choose_path(self, at: int) -> None:
        """That path alone; the same again, or the row of all others: all of them."""
        asked, shown = self._bridge.state.asked, len(self.paths.rows.rows)
        of_others = at == shown - 1 and self._swatch(at) is None
        again = asked is not None and asked.path == at
        self._bridge.session.room(Asking).choose_path(None if again or of_others else at)

    def _swatch(self, row: int) -> QPixmap | None:
        """A piece of the line that is drawn for that path; None for those that are not drawn."""
        if self.paths.rows.rows[row].moment < 0:
            return None
        size, ratio = _SWATCH * self._look.scale, self.devicePixelRatioF()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen_of_path(row, self._look.theme, 3 * self._look.scale, self._look.scale))
        painter.drawLine(0, size.height() // 2, size.width(), size.height() // 2)
        painter.end()
        return pixmap


def in_colours(line: Line, theme: Theme) -> str:
    """A line as rich text: numbers in the colours of what they are."""
    parts = []
    for each in line.fragments:
        colour = {"data": theme.data, "grad": theme.grad, "problem": theme.bad}.get(each.kind, theme.text)
        text = in_html(each.text).replace("  ", "&nbsp; ")
        text = f"<b>{text}</b>" if each.strong else text
        if each.kind == "stale":  # from before an update
            colour, text = theme.muted, f"<s>{text}</s>"
        parts.append(f'<span style="color:{colour}">{text}</span>')
    return "".join(parts)
