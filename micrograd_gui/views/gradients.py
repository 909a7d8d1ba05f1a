"""Gradients: the table of all nodes, analytic beside numeric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr, trn, with_colon
from micrograd_gui.document.errors import Net
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.text import WIDEST, as_shown, in_two, short, tight
from micrograd_gui.session.explain.formulas import name_of
from micrograd_gui.session.explain.verdicts import verdict_of
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.gradients_model import (
    DATA,
    ERROR,
    NODE,
    NUMERIC,
    VERDICT,
    GradientsModel,
    measured,
)
from micrograd_gui.views.theme import Look, dress

# What the columns have room for, the air beside it, and the same with less and less room.
_SAMPLES = (
    (("x1*w1 + x2*w2", WIDEST, WIDEST, WIDEST, "3e−12", "accumulated"), 12),
    (("x1w1x", "−10.0000", "−10.0000", "−10.0000", "3e−12", "✓ both"), 12),
    (("x1w1", "−4.0000", "−4.0000", "−4.0000", "3e−12", "✓"), 14),
    (("x1w1", "−4.0000", "−4.0000", "−4.0000", "3e−12", "✓"), 6),
)
# In pixels at text scale 1: the width at which usual text has all its columns, what stands above the
# rows, and a row; how many rows there are at least room for, and how much larger text may get.
LOOKED_AT = 1_000  # names of which the longest makes the width of the column
_WIDE, _HEAD, _ROW, _FEW, _LARGEST = 500, 60, 23, 6, 2.0
HEAD_AIR = 14  # pixels at text scale 1 on both sides of a heading
_IN_TWO = 0.74  # of the usual size, at which two lines stand in one row
SMALLEST = 0.6  # of the usual size: a number that does not fit is drawn smaller, never cut
_SMALLEST_NAME = 0.7  # the same of a name, whose middle is cut then
_STEPS = tuple(each / 100 for each in range(100, 55, -5))  # of the usual size, to which headings shrink
_WHERE_ONE_SCROLLS = 0.8  # of the usual size: where there is no room for the numbers alone either


class Gradients(QWidget):
    """A line that says how the numeric slopes are measured, and the table (``gradients``) below it."""

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gradients_pane")
        self._bridge = bridge
        self._showing = self._choosing = False
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setMinimumWidth(1)
        self.title.setWordWrap(True)
        self.title.setProperty("muted", True)
        self.model = GradientsModel(bridge.state, look, self)
        self.table = GradientsTable(look)
        self.table.setModel(self.model)
        self.model.modelReset.connect(self.table.set_widths)
        self.table.setItemDelegate(RowDelegate(self.table))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.table)
        self.reason = QLabel()  # a cell has no room for it
        self.reason.setObjectName("gradients_reason")
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        self.reason.hide()
        layout.addWidget(self.reason)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        Together(bridge, self).changed.connect(self._on_changed)
        self.set_look(look)
        self._say_how(bridge.state)
        self._show_selection(bridge.state)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self.title.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(4))
        self.reason.setContentsMargins(look.px(8), look.px(4), look.px(8), look.px(4))
        self._look, self._larger = look, 0.0
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a large pane the table is larger, too."""
        super().resizeEvent(event)
        self._fill()

    def wanted_height(self) -> int:
        """Pixels in which all rows stand at the size for which the pane has the width."""
        look = self._look
        larger = max(1.0, min(_LARGEST, self.width() / look.px(_WIDE)))
        rows = max(len(self._bridge.shown.graph), _FEW)
        return round((look.px(_HEAD) + rows * look.px(_ROW)) * larger)

    def _fill(self) -> None:
        """Text as large as leaves all rows and columns in view, within bounds; it never gets smaller."""
        look, rows = self._look, len(self._bridge.shown.graph)
        high = look.px(_HEAD) + max(rows, _FEW) * look.px(_ROW)
        room = min(self.width() / look.px(_WIDE), self.height() / high)
        larger = max(1.0, min(_LARGEST, int(room * 8) / 8))  # in steps, so that it seldom changes
        if larger != self._larger:
            self._larger = larger
            shown = look if larger == 1.0 else replace(look, scale=look.scale * larger)
            self.model.set_look(shown)
            self.table.set_look(shown)
            dress(self.title, f"color: {look.theme.muted}; font-size: {shown.px(12)}px")
            dress(self.reason, f"font-size: {shown.px(12)}px")

    def _on_changed(self, old: State, new: State) -> None:
        self._showing = True  # a reset drops Qt's selection, which is not the user's doing
        try:
            self.model.show(new, seen=self.table.isVisible())
        finally:
            self._showing = False
        if old.finding is not new.finding or (new.finding and measured(old) != measured(new)):
            self.table.set_widths()
        if (old.h, old.sides) != (new.h, new.sides):
            self._say_how(new)
        if said := _reason(new):
            self.reason.setText(as_shown(said))
        self.reason.setVisible(bool(said))
        if len(old.graph) != len(new.graph):
            self._fill()
        if old.selection != new.selection or old.graph.order != new.graph.order:
            self._show_selection(new)

    def _say_how(self, state: State) -> None:
        said = tr("numeric vs analytic  (h = {h}, nudge one-sided, check central)")
        if state.sides == "central":
            said = tr("numeric vs analytic  (h = {h}, central)")
        self.title.setText(said.format(h=short(state.h)))

    # The selection ---------------------------------------------------------------------------

    def _on_selected(self) -> None:
        if not self._showing:
            rows = {index.row() for index in self.table.selectionModel().selectedRows()}
            self._choosing = True
            try:
                self._bridge.session.select({self.model.order[row] for row in rows})
            finally:
                self._choosing = False

    def _show_selection(self, state: State) -> None:
        model, wanted = self.table.selectionModel(), QItemSelection()
        many = len(state.selection) > LARGE  # Qt goes through each of their cells, which it asks Python for
        chosen = () if many else state.selection
        rows = sorted(row for node in chosen if (row := self.model.row_of(node)) is not None)
        last = self.model.columnCount() - 1
        for first, end in _stretches(rows):  # one for each row would make a block of 1,000 nodes slow
            wanted.select(self.model.index(first, 0), self.model.index(end, last))
        self._showing = True
        try:
            model.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            if len(rows) == 1 and model.currentIndex().row() != rows[0]:
                model.setCurrentIndex(
                    self.model.index(rows[0], 0), QItemSelectionModel.SelectionFlag.NoUpdate
                )
            elif rows and not self._choosing:  # who selects in the table itself looks there already
                self.table.scrollTo(self.model.index(rows[0], 0))
        finally:
            self._showing = False


def _reason(state: State) -> str:
    """Why a slope is not said to agree: of the selected node, else of the first such; empty where all do.

    Of a graph without nodes, what will be in the table.
    """
    if not state.graph.nodes:
        return tr(
            "A row for each node will stand here: its numbers, and its gradient beside its numeric slope."
        )
    if state.check_is_stale or state.finding is not None:
        return ""
    rows = [row for row in state.checked if row.ok is not True]
    if not rows:
        return ""
    row = next((row for row in rows if row.node == state.selected), rows[0])
    said = with_colon(name_of(state.graph.nodes[row.node]), verdict_of(state, row.node).sentence)
    if len(rows) == 1:
        return said
    return trn(
        "{said}  (and {n} more: select one for its own)",
        "{said}  (and {n} more: select one for its own)",
        len(rows) - 1,
        said=said,
    )


def _stretches(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rising numbers as stretches without a gap: the first and the last of each."""
    for _, stretch in groupby(enumerate(rows), lambda numbered: numbered[1] - numbered[0]):
        among = [row for _, row in stretch]
        yield among[0], among[-1]


def lines_of(text: str) -> list[str]:
    """What tells another run's number and a right one, the one above the other; else it is one line."""
    for mark in (" · ", "; "):
        if ("notebook" in text or "wrong run" in text) and mark in text:
            first, last = text.split(mark, 1)
            return [first + mark.rstrip(" ·"), last]
    return [text]


def _moved_in_two(text: str) -> list[str]:
    """``0.7071 → 0.7076`` as two lines; else it is one."""
    was, arrow, now = text.partition(" → ")
    return [f"{was} →", now] if arrow else [text]


def _width(metrics: QFontMetrics, text: str) -> int:
    return max(map(metrics.horizontalAdvance, lines_of(text)))


def _fit_name(option: QStyleOptionViewItem) -> None:
    """A name without air around its signs, smaller, or in two lines: what is the largest."""
    advance, room = option.fontMetrics.horizontalAdvance, option.rect.width() - 6
    if len(option.text) > LOOKED_AT or advance(option.text) <= room:
        return
    whole, lines = tight(option.text), in_two(option.text)
    alone, both = room / advance(whole), min(_IN_TWO, room / max(map(advance, lines)))
    font = option.font
    font.setPixelSize(int(font.pixelSize() * max(_SMALLEST_NAME, min(1.0, max(alone, both)))))
    option.font = font
    option.text = whole if alone >= both or len(lines) == 1 else "\u2028".join(lines)


class RowDelegate(QStyledItemDelegate):
    """A name, and a number, is made to fit its cell."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """With a font that is small enough."""
        super().initStyleOption(option, index)
        if index.column() == NODE:
            _fit_name(option)
        else:
            room = option.rect.width() - (10 if index.column() == VERDICT else 6)  # words reach its edge
            width = _width(option.fontMetrics, option.text)
            lines, font = lines_of(option.text), option.font
            if width > room and len(moved := _moved_in_two(option.text)) > 1:
                lines, width = moved, max(map(option.fontMetrics.horizontalAdvance, moved))
                width = max(width, int(room / _IN_TWO))
            option.text = "\u2028".join(lines)  # as Qt separates lines
            if width > room:
                font.setPixelSize(int(font.pixelSize() * max(SMALLEST, room / width)))
                option.font = font


PAGING = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def set_up_rows(table: QTableView) -> None:
    """Whole rows are chosen, one at a time, and nothing is typed; no grid, and each text on one line."""
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)


def shrink_headings(header: QHeaderView, look: Look, by: float) -> None:
    """Headings so much smaller than usual text; a header has its font from the style sheet alone."""
    rule = f"QHeaderView::section {{ font-size: {int(13 * look.scale * by)}px }}" if by < 1 else ""
    dress(header, rule)


class GradientsTable(QTableView):
    """The table itself: its columns fit its width, and what is selected can be copied as text."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._room = self.width()  # of the viewport: to ask for that itself makes PySide load all widgets
        self.setObjectName("gradients")
        self.setAccessibleName(tr("Gradients"))
        set_up_rows(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)

    def set_look(self, look: Look) -> None:
        """Draw at this size from now on."""
        self._look = look
        self.setFont(look.font())
        self.horizontalHeader().setMinimumSectionSize(look.px(24))
        rows = self.verticalHeader()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.set_widths()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns go with the width."""
        self._room = event.size().width()
        super().resizeEvent(event)
        self.set_widths()

    def set_widths(self) -> None:
        """Columns as wide as the widest number, so that none moves while stepping; on little room tighter."""
        metrics, room = QFontMetrics(self._look.font()), self._room
        bold = QFontMetrics(self._look.font(bold=True))  # as the model writes names
        model = self.model()
        wide = model.widest() if isinstance(model, GradientsModel) else {}
        height = round(metrics.height() * (2.5 if wide else 1.5))  # one line, or both numbers in two
        if self.verticalHeader().defaultSectionSize() != height:
            self.verticalHeader().setDefaultSectionSize(height)
        remembered = 0 if model is None else model.columnCount() - len(_SAMPLES[0][0])
        longest = self._longest(bold)
        shortest = bold.horizontalAdvance(_SAMPLES[-1][0][NODE]) + self._look.px(_SAMPLES[-1][1])
        for samples, air in _SAMPLES:
            widths = [metrics.horizontalAdvance(text) + self._look.px(air) for text in samples]
            widths += [widths[DATA]] * remembered
            widths[NODE] = bold.horizontalAdvance(samples[NODE]) + self._look.px(air)
            widths[-1] = max(widths[-1], self.horizontalHeader().minimumSectionSize())
            if sum(widths) <= room:
                more = metrics.horizontalAdvance(tr("from before")) + self._look.px(8) - widths[VERDICT]
                widths[VERDICT] += min(room - sum(widths), max(0, more))  # else it is drawn too small
                spare = room - sum(widths)
                widths[NODE] += max(spare * 2 // 3, min(spare, longest - widths[NODE]))
                break
        if wide:
            tight = _SAMPLES[-1][0][:VERDICT]
            widths[:VERDICT] = [metrics.horizontalAdvance(text) + self._look.px(9) for text in tight]
            widths[NODE] = bold.horizontalAdvance(tight[NODE]) + self._look.px(9)
            for column, text in wide.items():  # both numbers are read, if need be by scrolling
                widths[column] = max(widths[column], _width(metrics, text) + self._look.px(13))
        hidden = self._without(widths, metrics) if self._look.projector and not wide else ()
        if wide and isinstance(model, GradientsModel) and not model.measured:
            hidden = (NUMERIC, ERROR)  # while they hold nothing, both numbers have their room
        for column in (DATA, NUMERIC, ERROR):
            self.setColumnHidden(column, column in hidden)
            widths[column] = 0 if column in hidden else widths[column]
        if wide:
            missing = max(0, sum(widths) - room)  # words are drawn a little smaller before one has to scroll
            widths[VERDICT] = max(int(0.85 * widths[VERDICT]), widths[VERDICT] - missing)
        self._fit_headings(widths, shortest, max(shortest, longest))
        for column, width in enumerate(widths):  # the last one takes what is left on top of that
            self.setColumnWidth(column, width)

    def _fit_headings(self, widths: list[int], shortest: int, longest: int) -> None:
        """Columns as wide as their headings, too, which are smaller where they must; then names are cut."""
        px, model = self._look.px, self.model()
        if model is None:
            return
        head = QFontMetrics(self._look.font())
        titles = [str(model.headerData(at, Qt.Orientation.Horizontal) or "") for at in range(len(widths))]
        needed = [head.horizontalAdvance(title) + px(HEAD_AIR) for title in titles]
        tries = [(longest, by) for by in _STEPS] + [(shortest, _STEPS[-1]), (shortest, _WHERE_ONE_SCROLLS)]
        for names, by in tries:
            numbers = [min(widths[NODE], names), *widths[NODE + 1 :]]
            pairs = zip(numbers, needed, strict=True)
            made = [max(wide, round(by * of)) if wide else 0 for wide, of in pairs]
            if sum(made) <= self._room:
                break
        if sum(made) > self._room >= sum(numbers):  # before one has to scroll for them, headings are cut
            made, by = numbers, _STEPS[-1]
        made[NODE] += max(0, min(widths[NODE] - made[NODE], self._room - sum(made)))
        widths[:] = made
        shrink_headings(self.horizontalHeader(), self._look, by)

    def _without(self, widths: list[int], metrics: QFontMetrics) -> tuple[int, ...]:
        """What a hall can do without for whole verdicts: the error, and data, which is on the nodes."""
        verdict = metrics.horizontalAdvance(tr("will agree")) + self._look.px(10)
        tight = [*widths[:VERDICT], verdict, *widths[VERDICT + 1 :]]
        for hidden in ((), (ERROR,), (ERROR, DATA)):
            if sum(tight) - sum(tight[column] for column in hidden) <= self._room:
                break
        return hidden

    def _longest(self, metrics: QFontMetrics) -> int:
        """Pixels that the longest name takes."""
        table = self.model()
        model = table if isinstance(table, GradientsModel) else None
        names = () if model is None else (model.text(node, NODE) for node in model.order[:LOOKED_AT])
        return metrics.horizontalAdvance(max(names, key=len, default="")) + self._look.px(8)

    def sizeHint(self) -> QSize:
        """Room for the columns and some rows."""
        return QSize(self._look.px(460), self._look.px(220))

    def event(self, event: QEvent) -> bool:
        """Copy and paging are the table's own while the keys are its; all others stay the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            paging = event.key() in PAGING and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            event.setAccepted(event.matches(QKeySequence.StandardKey.Copy) or paging)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies what is selected; Home and End go to the first and the last row."""
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.model().rowCount():
            self.selectRow(0 if event.key() == Qt.Key.Key_Home else self.model().rowCount() - 1)
            return
        super().keyPressEvent(event)

    @Net("copy", N_("The table"))
    def as_text(self) -> str:
        """The selected rows (with none, all) as tab-separated text; numbers in full."""
        from micrograd_gui.files.cells import written  # the first paint needs no table on paper

        model = self.model()
        assert isinstance(model, GradientsModel)
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = chosen or range(len(model.order))
        lines: list[list[str | float | None]] = [[*model.columns]]
        for node in (model.order[row] for row in rows):
            numbers = [model.number(node, column) for column in range(DATA, VERDICT)]
            more = [model.number(node, column) for column in range(VERDICT + 1, len(model.columns))]
            lines.append([model.text(node, NODE), *numbers, model.text(node, VERDICT), *more])
        return written(lines, "\t")
