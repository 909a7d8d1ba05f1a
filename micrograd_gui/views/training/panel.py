"""TrainingPanel: how the graph learns, how far it has come, and what stands in the way."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, again, tr, trn
from micrograd_gui.document.data import OPTIMISERS, SCHEDULES
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_shown, short, written
from micrograd_gui.session.over_rows import held_out, untrainable
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import descent_at
from micrograd_gui.session.training.progress import diverging
from micrograd_gui.views.bridge import Bridge, Together
from micrograd_gui.views.hands import connect_once
from micrograd_gui.views.lab.flow import Flow
from micrograd_gui.views.screen_reader.roles import name_choice
from micrograd_gui.views.theme import Look, dress
from micrograd_gui.views.training.plan import PlanChoice, PlanLine, plan_of

_WATCHED = N_("a run in 3 s")  # long enough to be watched, however many steps it has
_SECONDS = 3.0
SPEEDS = {
    _WATCHED: math.nan,  # by how many steps the plan has
    N_("fastest"): math.inf,
    N_("60 steps/s"): 60.0,
    N_("20 steps/s"): 20.0,
    N_("5 steps/s"): 5.0,
    N_("1 step/s"): 1.0,
}
_LINES = (  # the field, its title, how a sentence about it begins, and its tip
    ("rate", N_("Rate"), N_("The rate"), N_("How far a step goes: p.data −= rate × p.grad.")),
    ("steps", N_("Steps"), N_("The steps"), N_("How many steps a run has.")),
    (
        "batch",
        N_("Batch size"),
        N_("The batch size"),
        N_("How many rows a step looks at, drawn anew for each; “all”: every row."),
    ),
    (
        "seed",
        N_("Seed"),
        N_("The seed"),
        N_("The same seed gives the same batches, the same new weights and rows held out."),
    ),
    (
        "held_out",
        N_("Share held out"),
        N_("The share held out"),
        N_("The share of the rows, 0 to 0.9, that is not learned from; the seed says which."),
    ),
)
_LINE = 60  # pixels at text scale 1 that a number needs
_NUMBERS = (N_("loss"), N_("accuracy"), N_("rate"))


class TrainingPanel(QScrollArea):
    """How the graph learns, and how far it has come.

    From the top: buttons for the window's own actions, progress and speed, loss and accuracy as numbers, why
    a run ended or cannot begin, and the fields of the plan, each of which is an edit.

    Signal: ``rows_asked``, to see the rows.
    """

    rows_asked = Signal()

    def __init__(self, bridge: Bridge, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.setAccessibleName(tr("Training"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keys
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bridge = bridge
        self._buttons: list[QToolButton] = []
        self.body = QWidget()
        self.setWidget(self.body)
        self._column = QVBoxLayout(self.body)
        self._row = Flow()
        self._column.addLayout(self._row)
        self._make_progress()
        self._make_numbers()
        self.held_out = QLabel()
        self.held_out.setTextFormat(Qt.TextFormat.PlainText)
        self.held_out.setObjectName("training_held_out")
        self.held_out.setWordWrap(True)
        self._column.addWidget(self.held_out)
        self.reason = QLabel()
        self.reason.setTextFormat(Qt.TextFormat.PlainText)  # labels stand in it
        self.reason.setObjectName("training_reason")
        self.reason.setWordWrap(True)
        self._column.addWidget(self.reason)
        self.rows = QPushButton(tr("Give it rows…"))  # shown where rows are what is missing
        self.rows.setObjectName("training_rows")
        self.rows.setToolTip(tr("Open the Data pane: type rows, open a table, or take a built-in set."))
        self.rows.clicked.connect(lambda: self.rows_asked.emit())
        self.rows.hide()
        self._column.addWidget(self.rows, 0, Qt.AlignmentFlag.AlignLeft)
        self._make_fields()
        self._column.addStretch(1)
        name_choice(self._speed, tr("Speed"))
        Together(bridge, self).changed.connect(self._on_changed)
        bridge.changed.connect(self._on_end)
        self.set_look(look)
        self._show(bridge.state)

    # The parts -------------------------------------------------------------------------------

    def _make_progress(self) -> None:
        self._speed = QComboBox()
        self._speed.setObjectName("training_speed")
        self._speed.setToolTip(tr("How many steps are made in a second, or how long a run takes."))
        for text in SPEEDS:
            self._speed.addItem(tr(text), text)
        self._speed.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.progress = QProgressBar()
        self.progress.setObjectName("training_progress")
        self.progress.setAccessibleName(tr("Steps made"))
        self.progress.setTextVisible(True)
        row = QHBoxLayout()
        self._column.addLayout(row)
        row.addWidget(self.progress, 1)
        row.addWidget(self._speed)

    def _make_numbers(self) -> None:
        grid = QGridLayout()
        self._column.addLayout(grid)
        self.numbers: dict[str, QLabel] = {}
        self._names: list[QLabel] = []
        for column, name in enumerate(_NUMBERS):
            label, number = QLabel(tr(name)), QLabel("·")
            number.setObjectName(f"training_{name}")
            number.setAccessibleName(tr(name))
            number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label, 0, 2 * column, Qt.AlignmentFlag.AlignBaseline)
            grid.addWidget(number, 0, 2 * column + 1, Qt.AlignmentFlag.AlignBaseline)
            grid.setColumnStretch(2 * column + 1, 1)
            self.numbers[name] = number
            self._names.append(label)

    def _make_fields(self) -> None:
        bridge = self._bridge
        self.lines = {row[0]: PlanLine(bridge, *row) for row in _LINES}
        choices = {
            "optimiser": PlanChoice(bridge, "optimiser", tr("Optimiser"), OPTIMISERS.values()),
            "schedule": PlanChoice(bridge, "schedule", tr("Schedule"), SCHEDULES.values()),
        }
        self.redraw = QPushButton(tr("Redraw"))
        self.redraw.setObjectName("redraw")
        self.redraw.setToolTip(
            tr("New weights, as micrograd draws them with this seed; training begins anew.")
        )
        self.redraw.clicked.connect(self._redraw)
        self.redraw.setAccessibleName(tr("Draw new weights"))
        places: tuple[tuple[str, str, QWidget], ...] = (
            ("rate", tr("Rate"), self.lines["rate"]),
            ("schedule", tr("Schedule"), choices["schedule"]),
            ("optimiser", tr("Optimiser"), choices["optimiser"]),
            ("steps", tr("Steps"), self.lines["steps"]),
            ("batch", tr("Batch"), self.lines["batch"]),
            ("seed", tr("Seed"), self.lines["seed"]),
            ("held_out", tr("Held out"), self.lines["held_out"]),
        )
        self._fields, self._pairs = QGridLayout(), 0
        self._column.addLayout(self._fields)
        self._places: list[tuple[QLabel, QWidget, QWidget | None]] = []
        for name, title, field in places:
            label = QLabel(title)
            label.setProperty("muted", True)
            label.setBuddy(field)
            field.setMinimumWidth(1)  # a narrow pane keeps all of them in view
            line = self.lines.get(name)
            self._places.append((label, field, None if line is None else line.refusal))
        self._arrange_fields(2)

    def _arrange_fields(self, pairs: int) -> None:
        """So many of the fields side by side, each right of its name."""
        if pairs == self._pairs:
            return
        self._pairs = pairs
        for at, (label, field, refusal) in enumerate(self._places):
            row, column = 2 * (at // pairs), 2 * (at % pairs)
            self._fields.addWidget(label, row, column)
            self._fields.addWidget(field, row, column + 1)
            if refusal is not None:
                self._fields.addWidget(refusal, row + 1, column, 1, 2)
        row, column = divmod(len(self._places), pairs)
        self._fields.addWidget(self.redraw, 2 * row, 2 * column, 1, 2)

    def _two_fields(self) -> tuple[int, tuple[int, int]]:
        """The width in which two fields stand side by side, with room for their words; that of the fields."""
        margins, sides = self._column.contentsMargins(), (self._places[::2], self._places[1::2])
        first, other = (
            max(each.sizeHint().width() if isinstance(each, QComboBox) else self._look.px(_LINE)
                for _, each, _ in side) for side in sides
        )  # fmt: skip
        names = sum(max(label.sizeHint().width() for label, _, _ in side) for side in sides)
        around = 3 * self._fields.horizontalSpacing() + margins.left() + margins.right()
        return first + other + names + around, (first, other)

    def _fit_fields(self) -> None:
        needed, (first, other) = self._two_fields()
        two = needed <= self.viewport().width()
        self._arrange_fields(2 if two else 1)
        self._fields.setColumnStretch(1, first)
        self._fields.setColumnStretch(3, other if two else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The fields go with the width."""
        super().resizeEvent(event)
        self._fit_fields()

    def take_actions(self, *actions: QAction) -> None:
        """Buttons for the window's own actions, so that both always agree."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            connect_once(action)
            button.setObjectName(f"training_{action.objectName()}")
            if action.objectName() == "train":
                button.setProperty("fill", "data")
            self._row.addWidget(button)
            self._buttons.append(button)

    def set_look(self, look: Look) -> None:
        """Draw with these colours and at this size from now on."""
        self._look = look
        margin = look.px(10)
        self._column.setContentsMargins(margin, margin, margin, margin)
        self._column.setSpacing(look.px(8))
        for label in self._names:
            label.setFont(look.font(12))
            dress(label, f"color: {look.theme.muted}")
        colours = {"loss": look.theme.data, "accuracy": look.theme.good}
        for name, number in self.numbers.items():
            number.setFont(look.font(20, bold=True))
            dress(number, f"color: {colours.get(name, look.theme.text)}")
        self.progress.setMinimumHeight(look.px(24))
        self._fit_fields()

    # What others ask -------------------------------------------------------------------------

    def wanted_width(self) -> int:
        """The pixels in which nothing of it is cut off; words are longer in some languages."""
        margins, bar = self._column.contentsMargins(), self.verticalScrollBar().sizeHint().width()
        buttons = self._row.sizeHint().width() + margins.left() + margins.right()
        return max(buttons, self._two_fields()[0], self.body.minimumSizeHint().width()) + bar

    @property
    def speed(self) -> float:
        """Steps a second; infinite: as many as there is time for."""
        text = self._speed.currentData()
        return plan_of(self._bridge.state).steps / _SECONDS if text == _WATCHED else SPEEDS[text]

    def set_speed(self, text: str) -> None:
        """Choose a speed by its name in ``SPEEDS``."""
        self._speed.setCurrentIndex(self._speed.findData(text))

    # Showing the state -----------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show(self._bridge.shown)

    def _on_changed(self, old: State, new: State) -> None:
        if self.isVisible():
            self._show(new)

    def _on_end(self, old: State, new: State) -> None:
        """Why a run is over is said at once; its last numbers come with those of the other panes."""
        if old.is_training and not new.is_training and self.isVisible():
            self._say(*self._reason(new))

    def _show(self, state: State) -> None:
        training, plan = state.training, plan_of(state)
        k = 0 if training is None else training.k
        by_hand = 0 if state.is_training else descent_at(state).k - k  # updates since then: steps like others
        k += by_hand
        ends = -(-k // plan.steps) * plan.steps  # where a run would that went on from here
        self._count(k, max(plan.steps if training is None else training.until, ends))
        texts = dict.fromkeys(_NUMBERS, "·")
        if k:
            texts["rate"] = short(SCHEDULES[plan.schedule].factor(k) * plan.rate)  # of the next step
        if training is not None and not by_hand:  # after an update nothing is known before it is run
            accuracy = "·" if training.accuracy is None else f"{100 * training.accuracy:.0f} %"
            texts |= {"loss": written(training.loss), "accuracy": accuracy}
        for name, text in texts.items():
            if self.numbers[name].text() != text:
                self.numbers[name].setText(text)
        held = _held_out(state, known=not by_hand)
        self.held_out.setVisible(bool(held))
        if self.held_out.text() != held:
            self.held_out.setText(held)
        self.redraw.setEnabled(bool(state.graph.parameters) and not state.is_training)
        if not state.is_training:
            self._say(*self._reason(state))
        else:
            self._say(_divergence(state))
        self.rows.setVisible(_wants_rows(state))

    def _count(self, k: int, until: int) -> None:
        said = tr("step {step:,} of {steps:,}", step=k, steps=until)
        if (said, k) == (self.progress.format(), self.progress.value()):
            return
        self.progress.setUpdatesEnabled(False)  # else Qt paints at once, before other panes show the moment
        if self.progress.maximum() != until:
            self.progress.setRange(0, until)
        self.progress.setFormat(said)
        self.progress.setValue(k)
        self.progress.setUpdatesEnabled(True)

    def _reason(self, state: State) -> tuple[str, bool]:
        """Why a run ended by itself, cannot begin, or leads nowhere; empty where all is well.

        And whether anything went wrong: what is merely not there yet is no fault.
        """
        if state.training is not None and state.training.note:
            return again(state.training.note), True
        if not self.isVisible():
            return "", False
        from micrograd_gui.session.training.trainer import training_data  # it brings numpy

        try:
            training_data(state.graph)
        except Refusal as refusal:
            return str(refusal), not untrainable(state.graph)
        return _divergence(state), True

    def _say(self, sentence: str, wrong: bool = True) -> None:
        self.reason.setVisible(bool(sentence))
        refused = bool(sentence) and wrong
        if self.reason.text() == sentence and self.reason.property("refused") == refused:
            return
        self.reason.setText(as_shown(sentence))
        self.reason.setProperty("refused", refused)
        self.reason.setProperty("muted", bool(sentence) and not wrong)
        self.reason.style().unpolish(self.reason)
        self.reason.style().polish(self.reason)

    def _redraw(self) -> None:
        self._bridge.attempt(self._bridge.session.redraw, plan_of(self._bridge.state).seed)


def _wants_rows(state: State) -> bool:
    """Whether the Data pane is where it is to be mended that the graph cannot be trained."""
    graph, target = state.graph, state.graph.target
    if target is None or graph.nodes[target].is_leaf:
        return False
    return graph.data is None or not graph.data.rows or any(each.node is None for each in graph.data.columns)


def _divergence(state: State) -> str:
    """That the loss runs away, and since when; empty where it does not."""
    since = None if state.training is None else state.training.diverges_since
    return "" if since is None else diverging(since)


def _held_out(state: State, *, known: bool) -> str:
    """What is found over the rows held out, or how many they are where that is not ``known``.

    Nothing where there are none.
    """
    count, training = len(held_out(state.graph)), state.training
    if not count:
        return ""
    if training is None or training.held_loss is None or not known:
        return trn("{n:,} row held out", "{n:,} rows held out", count)
    loss = written(training.held_loss)
    if training.held_accuracy is None:
        return trn("{n:,} row held out: loss {loss}", "{n:,} rows held out: loss {loss}", count, loss=loss)
    return trn(
        "{n:,} row held out: loss {loss} · accuracy {accuracy:.0f} %",
        "{n:,} rows held out: loss {loss} · accuracy {accuracy:.0f} %",
        count,
        loss=loss,
        accuracy=100 * training.held_accuracy,
    )
