"""The predict line: below the canvas, what the next step gives is asked, answered, hinted at and shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr
from micrograd_gui.document.block import BlockId
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import as_shown, as_tip
from micrograd_gui.session.predicting.judging import TOLERANCE
from micrograd_gui.session.predicting.question import Question, question_at
from micrograd_gui.session.predicting.quiz import MODES, Quiz
from micrograd_gui.session.predicting.room import Predicting
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.canvas.view import CanvasView
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.screen_reader.roles import name_choice
from micrograd_gui.views.theme import Look, dress, line_height

_ASK, _TEXT = 17, 14  # pixels at text scale 1
_LEAST = 11.5  # the same: so small gets what would else be cut; in a hall nothing gets smaller
_EDGE = 10  # pixels at text scale 1 at the left and at the right
_BESIDE = 500  # the same: with less room beside the buttons, what is said stands below them
_WAITS = {
    "number": N_("Type the number (2/3, pi, -1e-3); Return checks."),
    "sign": N_("Type +, − or 0; Return checks."),
    "node": N_("Click the node on the canvas, or type its name; Return checks."),
    "nothing": "",
}


class _Answer(QLineEdit):
    """Where the answer is typed. Signals: ``given`` (Return), ``stuck`` (Ctrl+Return), ``left`` (Esc)."""

    given = Signal()
    stuck = Signal()
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """While one types, no letter is a command of the window; keys that type nothing still are."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            typed = event.text().isprintable() and bool(event.text())
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.ShiftModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            moves = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
            own = event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
            if (typed and plain) or own or (moves and self.text()):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return checks, with Ctrl it asks for a hint, Esc leaves."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.stuck if event.modifiers() & Qt.KeyboardModifier.ControlModifier else self.given).emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class PredictLine(QFrame):
    """Seen while somebody predicts. It asks what ``question_at`` asks, and says the verbs of `Predicting`.

    In the mode in which a node is asked for, a click on the canvas answers.
    """

    def __init__(self, bridge: Bridge, canvas: CanvasView, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("predict_line")
        self.setAccessibleName(tr("Predict first"))
        self._bridge, self._canvas, self._look = bridge, canvas, look
        self._room = bridge.session.room(Predicting)
        self._refusal = ""
        self._pressed: QPointF | None = None
        self.ask, self.score, self.said = QLabel(), QLabel(), QLabel()
        self.filler = QLabel()  # beside the buttons, where nothing else is said: what is asked of what
        self.answer = _Answer()
        from_left(self.answer)
        self.mode = QComboBox()
        self._build()
        self.answer.given.connect(self._on_given)
        self.answer.stuck.connect(self._hint)
        self.answer.left.connect(self._room.leave)
        self.answer.textEdited.connect(lambda: self._refuse(""))
        self.mode.activated.connect(lambda at: self._attempt(self._room.choose, list(MODES)[at]))
        canvas.viewport().installEventFilter(self)
        Together(bridge, self).changed.connect(lambda old, new: self._on_changed(old, new))
        self.set_look(look)
        self._show()

    def _build(self) -> None:
        for name, label in (
            ("predict_question", self.ask),
            ("predict_score", self.score),
            ("predict_said", self.said),
            ("predict_context", self.filler),
        ):
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        for label in (self.ask, self.said, self.filler):  # what they say must not make the window wider
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.filler.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)  # the row stays low
        self.answer.setObjectName("predict_answer")
        self.answer.setAccessibleName(tr("Your answer"))
        self.mode.setObjectName("predict_mode")
        self.mode.addItems([tr(each) for each in MODES.values()])
        self.mode.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        column, first, second = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.addLayout(first)
        column.addLayout(second)
        leave = self._button("leave", "✕", tr("Leave; nothing is hidden any more (Esc)."), self._room.leave)
        self.buttons = self._make_buttons()
        first.addWidget(self.ask, 1)
        first.addWidget(self.score)
        first.addWidget(self.mode)
        first.addWidget(leave)
        second.addWidget(self.answer)
        for button in self.buttons.values():
            second.addWidget(button)
        second.addWidget(self.said, 1)
        second.addWidget(self.filler, 1)
        self.filler.hide()
        name_choice(self.mode, tr("What is asked"))
        self._rows = (column, first, second)
        self._below, self._lines = False, 2

    def _make_buttons(self) -> dict[str, QToolButton]:
        """What can be done besides typing, by its name."""
        return {
            name: self._button(name, text, tip, run)
            for name, text, tip, run in (
                ("check", tr("Check"), tr("Compare the answer with the step (Return)."), self._on_given),
                (
                    "hint",
                    tr("Hint"),
                    tr("First the rule in symbols, then with the numbers (Ctrl+Return)."),
                    self._hint,
                ),
                (
                    "show",
                    tr("Show it"),
                    tr("Show the step without an answer (PgDn); it does not count."),
                    self._on_show,
                ),
                (
                    "had",
                    tr("✓ Had it"),
                    tr("They said it aloud, and had it: it counts."),
                    partial(self._tick, True),
                ),
                (
                    "not_had",
                    tr("✗ Not"),
                    tr("They said it aloud, and did not have it."),
                    partial(self._tick, False),
                ),
            )
        }

    def _button(self, name: str, text: str, tip: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"predict_{name}")
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        assert callable(run)
        button.clicked.connect(lambda: run())
        return button

    def set_look(self, look: Look) -> None:
        """Draw in that look, always as high, whatever it says."""
        self._look = look
        theme, edge, air = look.theme, look.px(_EDGE), look.px(5)
        dress(
            self,
            f"#predict_line {{ background: {theme.panel}; border-top: {look.px(2)}px solid {theme.accent}; }}"
            f"#predict_line QLabel {{ color: {theme.text}; background: transparent; }}",
        )
        column, first, second = self._rows
        column.setContentsMargins(edge, air, edge, air)
        for row in (column, first, second):
            row.setSpacing(air)
        for each in (self.answer, self.mode, *self.findChildren(QToolButton)):
            each.setFont(look.font(_TEXT))
        self.answer.setFont(look.font(_ASK))
        self.answer.setFixedWidth(look.px(130))
        self.score.setFont(look.font(_TEXT))
        self.ask.setFixedHeight(line_height(look.font(_ASK, bold=True)))
        self._arrange()
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is said stands where it has room."""
        super().resizeEvent(event)
        self._arrange()
        self._show()

    def _arrange(self) -> None:
        """What is said beside the buttons, in two lines, or below them over the whole width."""
        column, _, second = self._rows
        taken = sum(button.sizeHint().width() + second.spacing() for button in self.buttons.values())
        below = self.width() - self.answer.width() - taken < self._look.px(_BESIDE)
        if below != self._below:
            self._below = below
            (second if below else column).removeWidget(self.said)
            if below:
                column.addWidget(self.said)
            else:
                second.addWidget(self.said, 1)
            self.filler.setVisible(below)
        longest = f"{tr(_WAITS['number'])} {tr(TOLERANCE)}"  # of what is said before an answer
        room = self.width() - 2 * self._look.px(_EDGE)
        fits = QFontMetrics(self._look.font(_LEAST)).horizontalAdvance(longest) <= room
        self._lines = 1 if below and fits and not self._look.projector else 2
        self.said.setWordWrap(self._lines > 1)
        high = self._lines * line_height(self._look.font(_TEXT))
        self.said.setFixedHeight(high + 2 * (self._lines > 1))  # as Qt reckons a text of several lines

    def _fit(self, label: QLabel, text: str, size: float, *, lines: int = 1, bold: bool = False) -> None:
        """Say that on the label, smaller where it has no room so, and in the end cut."""
        text = as_shown(text)
        least = _TEXT if self._look.projector else _LEAST
        room = max(1, label.width()) * (lines - 0.15 * (lines > 1))  # lines break between words
        while True:
            font = self._look.font(size, bold=bold)
            metrics = QFontMetrics(font)
            if metrics.horizontalAdvance(text) <= room or size <= least:
                break
            size = max(least, size - 0.5)
        label.setFont(font)
        label.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, round(room)))
        label.setToolTip(as_tip(text))

    def begin(self) -> None:
        """It is asked from now on: the keys come here."""
        self.answer.clear()
        self._refuse("")
        self.answer.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # What it shows ---------------------------------------------------------------------------

    def _on_changed(self, old: State, new: State) -> None:
        if old.quiz is not new.quiz:
            self._refusal = ""
            was = None if old.quiz is None else (old.quiz.last, old.quiz.mode)
            if was is None or new.quiz is None or was != (new.quiz.last, new.quiz.mode):
                self.answer.clear()
        if old.quiz is not None and new.quiz is None and self.isAncestorOf(self.focusWidget() or self):
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show()

    def _show(self) -> None:
        state = self._bridge.state  # not the veiled one: it asks for what is hidden
        quiz = state.quiz
        self.setVisible(quiz is not None)
        if quiz is None:
            return
        question = question_at(state)
        self.score.setText(quiz.score.text)
        self.mode.setCurrentIndex(list(MODES).index(quiz.mode))
        asked = question.kind != "nothing"
        self.answer.setEnabled(asked)
        self.answer.setPlaceholderText(
            {"number": tr("number"), "sign": tr("+, − or 0"), "node": tr("name")}.get(question.kind, "")
        )
        self.buttons["check"].setEnabled(asked)
        self.buttons["hint"].setEnabled(asked and quiz.hints < len(question.hints))
        self.buttons["show"].setEnabled(question.end > 0)
        last = quiz.last
        waits = last is not None and last.waits
        for name in ("had", "not_had"):
            self.buttons[name].setVisible(waits)
        for row in self._rows:  # the labels have their widths before what they say is fitted to them
            row.activate()
        self._fit(self.ask, question.text, _ASK, bold=True)
        whole = not self._below or not question.context or self.ask.text() == as_shown(question.text)
        if not whole:
            self._fit(self.ask, question.alone, _ASK, bold=True)
        self._say_beside("" if whole else question.context)
        self._say(quiz, question)

    def _say_beside(self, context: str) -> None:
        """Of what it is asked, where the question leaves it no room: on one line, or on two of small text."""
        self._fit(self.filler, context, _ASK)
        cut = self.filler.text() != as_shown(context)
        self.filler.setWordWrap(cut)
        if cut:
            self._fit(self.filler, context, _LEAST, lines=2)

    def _say(self, quiz: Quiz, question: Question) -> None:
        """A refusal, else the hint that was asked for, else what came of the question before."""
        theme, colour = self._look.theme, self._look.theme.text
        if self._refusal:
            text, colour = f"⚠ {self._refusal}", theme.bad
        elif quiz.hints and question.hints:
            text = tr("Hint: {hint}", hint=question.hints[quiz.hints - 1].text)
        elif quiz.last is not None:
            text = quiz.last.text
            colour = {"right": theme.good, "wrong": theme.bad}.get(quiz.last.verdict, theme.text)
        else:
            text = tr(_WAITS[question.kind]) if question.kind != "nothing" else ""
            if question.kind == "number":
                text += f" {tr(TOLERANCE)}"
        self._fit(self.said, text, _TEXT, lines=self._lines)
        dress(self.said, f"QLabel {{ color: {colour}; background: transparent; }}")
        self.setAccessibleDescription(f"{text} {question.text}")

    # What is done in it ----------------------------------------------------------------------

    def _attempt(self, verb: object, *args: object) -> None:
        """Say a verb; a refusal is said here, where one looks."""
        assert callable(verb)
        try:
            verb(*args)
        except Refusal as refusal:
            self._refuse(str(refusal))

    def _refuse(self, sentence: str) -> None:
        if self._refusal != sentence:
            self._refusal = sentence
            self._show()

    def _on_given(self) -> None:
        text, state = self.answer.text(), self._bridge.state
        if text.strip().casefold() == "p" and question_at(state).kind != "node":
            self._room.leave()  # the same key again, with the keys in the line
        elif not text.strip() and question_at(state).kind == "node" and state.selected is not None:
            self._attempt(self._room.answer_node, state.selected)
        else:
            self._attempt(self._room.answer, text)
            self.answer.selectAll()

    def _on_show(self) -> None:
        self._attempt(self._room.show)
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hint(self) -> None:
        self._attempt(self._room.hint)
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tick(self, right: bool) -> None:
        self._attempt(partial(self._room.tick, right=right))
        self.answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on a node of the canvas answers which of them acts next."""
        quiz = self._bridge.state.quiz
        if quiz is None or quiz.mode != "node" or not isinstance(event, QMouseEvent):
            return False
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = event.position()
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            far = (event.position() - self._pressed).manhattanLength()
            found = self._canvas.pointer.hit(event.position())
            self._pressed = None
            node = found.node if found.on_box else self._in_block(found.block)
            if far < 4 and node is not None and found.part != "mark":
                self._attempt(self._room.answer_node, node)
        return False

    def _in_block(self, block: BlockId | None) -> NodeId | None:
        """The node that the box of a collapsed block stands for: one of those in it that may act, if any."""
        state = self._bridge.state
        if block is None or not any(each.id == block and each.collapsed for each in state.graph.blocks):
            return None
        question, within = question_at(state), state.graph.within(block)
        may = sorted(question.allowed & within)
        return question.node if question.node in within else next(iter(may or sorted(within)), None)
