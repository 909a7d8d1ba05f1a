"""The lesson pane: what is to be done at this step, and how; where no lesson goes on, the list of all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import tr
from micrograd_gui.files.lessons import LessonEntry, lessons
from micrograd_gui.session.lessons.doings import told
from micrograd_gui.session.lessons.following import Lessons
from micrograd_gui.session.lessons.lesson import Following
from micrograd_gui.session.state import State
from micrograd_gui.views.background import later
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.canvas.keyboard import written_keys
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.lab.buttons import push_button
from micrograd_gui.views.lab.flow import Flow
from micrograd_gui.views.theme import Look, dress

_NAME = Qt.ItemDataRole.UserRole
_ON = "Ctrl+Return"
_BODY, _TITLE = 15, 16  # pixels at text scale 1
_MARGIN, _AIR = 12, 8


def marked_up(text: str) -> str:
    """The text as HTML: ``**words**`` in bold, and between backticks as code; nothing else is markup."""
    safe = escape(text.strip(), quote=False).replace("\n\n", "<br><br>")
    safe = re.sub(r"`([^`]+)`", r"<code><b>\1</b></code>", safe)
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", safe)


class _LessonRows(QStyledItemDelegate):
    """Qt breaks a row's words as if its edges were room for them, too, and then cuts the last line off."""

    edges = 0

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """With the lines that the words really take."""
        option.rect = option.rect.adjusted(0, 0, -self.edges, 0)
        return super().sizeHint(option, index)


class LessonPane(QWidget):
    """Shows the State's ``lesson``; where there is none, the lessons that there are, to choose from.

    Signals: ``chosen(name)`` of a lesson in the list; ``file_asked``; ``left``; ``forgotten``: all progress
    is to be.
    """

    chosen = Signal(str)
    file_asked = Signal()
    left = Signal()
    forgotten = Signal()

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lesson")
        self.setAccessibleName(tr("Lesson"))
        self._bridge = bridge
        self._shown: Following | None = None
        self._kept: Mapping[str, tuple[int, bool]] = {}
        self._columns: list[QVBoxLayout] = []
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._chooser_page())
        self._pages.addWidget(self._step_page())
        on = QShortcut(QKeySequence(_ON), self)
        on.setContext(Qt.ShortcutContext.WindowShortcut)
        on.activated.connect(self._go_on)
        Together(bridge, self).changed.connect(lambda _old, new: self._show(new))
        self.set_look(look)
        self._list()
        self._show(bridge.shown)

    # Pages -----------------------------------------------------------------------------------

    def _chooser_page(self) -> QWidget:
        page, column = self._page()
        self._welcome = QLabel(tr("Learn by doing: each lesson is a few steps on the live graph."))
        self._welcome.setWordWrap(True)
        self._list_of = QListWidget()
        self._list_of.setObjectName("lessons")
        self._list_of.setAccessibleName(tr("Lessons"))
        self._list_of.setWordWrap(True)
        self._rows = _LessonRows(self._list_of)
        self._list_of.setItemDelegate(self._rows)
        self._list_of.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list_of.setFrameShape(QFrame.Shape.NoFrame)
        self._list_of.itemActivated.connect(self._on_chosen)
        self._list_of.itemClicked.connect(self._on_chosen)
        column.addWidget(self._welcome)
        column.addWidget(self._list_of, 1)
        row = Flow()
        column.addLayout(row)
        self._file = push_button(
            "lesson_file",
            tr("From a file…"),
            tr("A lesson that a teacher has written."),
            self.file_asked.emit,
        )
        row.addWidget(self._file)
        row.add_gap()
        self._forget = push_button(
            "lesson_forget",
            tr("Forget progress"),
            tr("All lessons are as if never begun."),
            self.forgotten.emit,
        )
        row.addWidget(self._forget)
        return page

    def _step_page(self) -> QWidget:
        page, column = self._page()
        head = QHBoxLayout()
        column.addLayout(head)
        self._title, self._place = QLabel(), QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setWordWrap(True)
        self._place.setProperty("muted", True)
        self._place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        head.addWidget(self._place)
        column.addWidget(self._scrolled(), 1)
        row = Flow()
        column.addLayout(row)
        self._fill_buttons(row)
        return page

    def _question(self) -> QWidget:
        self._asking = QWidget()
        asking = QHBoxLayout(self._asking)
        asking.setContentsMargins(0, 0, 0, 0)
        self._ask = QLabel()
        self._ask.setTextFormat(Qt.TextFormat.PlainText)
        self._line = QLineEdit()
        self._line.setObjectName("lesson_answer")
        from_left(self._line)
        self._line.setAccessibleName(tr("Your answer"))
        self._line.setToolTip(tr("Type your answer and press Return: a number, a fraction, or a word."))
        self._line.returnPressed.connect(self._enter)
        asking.addWidget(self._ask)
        asking.addWidget(self._line, 1)
        asking.addWidget(push_button("lesson_enter", tr("OK"), tr("See whether that is right."), self._enter))
        return self._asking

    def _scrolled(self) -> QWidget:
        inner = QWidget()
        column = self._inner = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        self._text, self._said, self._hint, self._told = (QLabel() for _ in range(4))
        lines = {"text": self._text, "said": self._said, "hint": self._hint, "told": self._told}
        for name, line in lines.items():
            line.setObjectName(f"lesson_{name}")
            line.setWordWrap(True)
            line.setTextFormat(Qt.TextFormat.RichText)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(line)
        column.insertWidget(1, self._question())
        self._show_me = push_button(
            "lesson_show",
            tr("Show me"),
            tr("The answer is done for you, action by action."),
            lambda: self._attempt("show_answer"),
        )
        column.addWidget(self._show_me, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inner)
        return self._scroll

    def _fill_buttons(self, row: Flow) -> None:
        self._leave = push_button(
            "lesson_leave", tr("Leave"), tr("Back to the list; where you are is kept."), self.left.emit
        )
        self._back = push_button(
            "lesson_back",
            tr("◀ Back"),
            tr("The step before, with the graph as it was there."),
            lambda: self._attempt("go_back"),
        )
        self._on = push_button(
            "lesson_on", tr("Continue ▶"), tr("The next step ({keys}).", keys=written_keys(_ON)), self._go_on
        )
        row.addWidget(self._leave)
        row.add_gap()
        row.addWidget(self._back)
        row.addWidget(self._on)

    def _page(self) -> tuple[QWidget, QVBoxLayout]:
        page = QWidget(self)
        column = QVBoxLayout(page)
        self._columns.append(column)
        return page, column

    # Look ------------------------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Draw in that look."""
        self._look = look
        theme, px = look.theme, look.px
        margin, air = (px(5), px(3)) if look.projector else (px(_MARGIN), px(_AIR))
        for column in self._columns:
            column.setContentsMargins(margin, margin, margin, margin)
            column.setSpacing(air)
        self._inner.setSpacing(air)
        size = _BODY if not look.projector else 13
        dress(
            self._hint,  # before its font, which it would lose
            f"background: {theme.raised}; border-left: {px(4)}px solid {theme.accent}; padding: {px(6)}px;",
        )
        self._title.setFont(look.font(_TITLE if not look.projector else 13, bold=True))
        for line in (self._text, self._said, self._hint, self._told, self._ask, self._line, self._welcome):
            line.setFont(look.font(size))
        self._place.setFont(look.font(13))
        self._list_of.setFont(look.font(14 if not look.projector else 13))
        dress(
            self._on,
            f"QPushButton:enabled {{ background: {theme.data}; color: {theme.on_data}; font-weight: bold; }}"
            f"QPushButton:focus {{ border: 2px solid {theme.text}; }}",
        )
        dress(
            self._list_of,
            f"QListWidget {{ background: {theme.panel}; color: {theme.text}; border: 0; outline: 0; }}"
            f"QListWidget::item {{ padding: {px(5)}px {px(6)}px; border-bottom: 1px solid {theme.line}; }}"
            f"QListWidget::item:hover {{ background: {theme.raised}; }}"
            f"QListWidget::item:selected {{ background: {theme.accent_fill}; color: {theme.text};"
            f" border-left: {px(4)}px solid {theme.accent}; }}",
        )
        self._rows.edges = 2 * px(6) + px(4)  # of the row that is chosen
        self._list()
        self._shown = None
        self._show(self._bridge.shown)

    def sizeHint(self) -> QSize:
        """Room for lines of a good length."""
        return QSize(self._look.px(330), self._look.px(420))

    def minimumSizeHint(self) -> QSize:
        """For text of this size; the page that is not seen still asks for room for that of before."""
        return QSize(self._look.px(270), self._look.px(150))

    # What is shown ---------------------------------------------------------------------------

    def show_progress(self, kept: Mapping[str, tuple[int, bool]]) -> None:
        """How far each lesson has come: the step, and whether it was ever done to its end."""
        self._kept = kept
        self._list()

    def _list(self) -> None:
        self._list_of.clear()
        for number, entry in enumerate(lessons(), 1):
            item = QListWidgetItem(f"{number}. {tr(entry.title)}{self._far(entry)}\n{tr(entry.sentence)}")
            item.setData(_NAME, entry.name)
            item.setToolTip(tr("Begin this lesson of {steps} steps, or go on with it.", steps=entry.steps))
            self._list_of.addItem(item)
        undone = (at for at, each in enumerate(lessons()) if not self._kept.get(each.name, (0, False))[1])
        self._list_of.setCurrentRow(next(undone, 0))
        self._forget.setEnabled(bool(self._kept))

    def _far(self, entry: LessonEntry) -> str:
        at, done = self._kept.get(entry.name, (0, False))
        if 0 < at < entry.steps:
            return "  —  " + tr("step {step} of {steps}", step=at + 1, steps=entry.steps)
        return f"  ✓ {tr('done')}" if done else ""

    def _show(self, state: State) -> None:
        here = state.lesson
        if here is self._shown and here is not None:
            return
        before, self._shown = self._shown, here
        if here is None:
            self._pages.setCurrentIndex(0)
            return
        self._pages.setCurrentIndex(1)
        moved = before is None or before.lesson is not here.lesson or before.at != here.at
        self._title.setText(tr(here.lesson.text.title))
        count = len(here.lesson.steps)
        self._place.setText(
            tr("done") if here.over else tr("{step} of {steps}", step=here.at + 1, steps=count)
        )
        if here.over:
            self._show_end(here)
        else:
            self._show_step(here)
        if moved:
            self._line.clear()
            self._scroll.verticalScrollBar().setValue(0)
        elif here.tries or here.reached:
            later(self, self._show_newest)
        self._back.setEnabled(here.at > 0)
        if here.reached and not (before and before.reached) and self._line.hasFocus():
            self._on.setFocus()

    def _show_newest(self) -> None:
        """What has come below the text is in view, where there is room for little."""
        below = [line for line in (self._show_me, self._hint, self._said) if line.isVisible()]
        if below:
            self._scroll.ensureWidgetVisible(below[0], 0, 0)

    def _show_end(self, here: Following) -> None:
        self._text.setText(marked_up(tr(here.lesson.text.end) or tr("That was the lesson.")))
        self._said.setText(self._coloured(tr("✓ You have done all of it."), good=True))
        self._said.show()
        for line in (self._hint, self._told, self._show_me, self._asking):
            line.hide()
        following = self._following(here)
        self._on.setText(tr("Next lesson ▶") if following else tr("All lessons"))
        self._on.setToolTip(
            tr("On to the next lesson ({keys}).", keys=written_keys(_ON))
            if following
            else tr("Back to the list ({keys}).", keys=written_keys(_ON))
        )
        self._on.setEnabled(True)

    def _show_step(self, here: Following) -> None:
        step = here.step
        assert step is not None
        self._text.setText(marked_up(tr(step.text)))
        self._said.setText(self._verdict(here))
        self._said.setVisible(bool(self._said.text()))
        self._hint.setText(tr("<b>Hint:</b> {hint}", hint=marked_up(tr(here.hint))))
        self._hint.setVisible(bool(here.hint))
        self._told.setText("<br>".join(marked_up(line) for line in told(step.answer)))
        self._told.setVisible(here.answer_offered)
        self._show_me.setVisible(here.answer_offered)
        asks = step.goal.typed is not None
        self._asking.setVisible(asks)
        self._asking.setEnabled(not here.reached)
        self._ask.setText(tr(step.ask))
        self._on.setText(tr("Continue ▶"))
        self._on.setToolTip(
            tr("The next step ({keys}).", keys=written_keys(_ON))
            if here.reached
            else tr("Comes when the step is done.")
        )
        self._on.setEnabled(here.reached or here.at < here.furthest)

    def _verdict(self, here: Following) -> str:
        step = here.step
        if step is None:
            return ""
        if here.reached:
            well = tr("That is how it is done.") if here.shown else tr("Right.")
            return self._coloured(f"✓ {marked_up(tr(step.done)) or well}", good=True)
        if not here.tries:
            return ""
        wrong = (
            tr("{answer} is not it yet.", answer=escape(here.typed))
            if here.typed
            else tr("Not quite: try once more.")
        )
        return self._coloured(f"✗ {wrong}", good=False)

    def _coloured(self, html: str, *, good: bool) -> str:
        theme = self._look.theme
        return f"<span style='color: {theme.good if good else theme.bad}'>{html}</span>"

    def _following(self, here: Following) -> str:
        """The name of the lesson after this one; empty where there is none."""
        names = [entry.name for entry in lessons()]
        if here.lesson.name not in names:
            return ""
        return (*names, "")[names.index(here.lesson.name) + 1]

    # What is done ----------------------------------------------------------------------------

    def _attempt(self, verb: str, *arguments: str) -> None:
        self._bridge.attempt(getattr(self._bridge.session.room(Lessons), verb), *arguments)

    def _enter(self) -> None:
        self._attempt("enter", self._line.text())
        here = self._bridge.state.lesson
        if here is not None and not here.reached:
            self._line.selectAll()

    def _go_on(self) -> None:
        here = self._bridge.state.lesson
        if here is None or not self._on.isEnabled():
            return
        if not here.over:
            self._attempt("go_on")
        elif following := self._following(here):
            self.chosen.emit(following)
        else:
            self.left.emit()

    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_NAME))
