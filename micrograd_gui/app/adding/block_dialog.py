"""The dialog for a block: what a neuron, a layer, an MLP or a loss is to be like."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
)

from micrograd.language import tr, trc, trn
from micrograd.ops import OPS
from micrograd_gui import languages
from micrograd_gui.document.block import BLOCK_KINDS, BlockKind
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.networks import LOSSES, BlockSpec, predictions
from micrograd_gui.document.text import as_shown, read_number, spoken
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.lab.buttons import ok_and_cancel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_FIRST = ("tanh", "relu", "sigmoid")  # the activations that are met most
_LARGEST_SEED = 2**63


class BlockDialog(QDialog):
    """Asks without blocking; ``made`` is called with the spec, and what it refuses is said here."""

    def __init__(
        self,
        parent: QWidget,
        kind: BlockKind,
        graph: Graph,
        given: tuple[NodeId, ...],
        made: Callable[[BlockSpec], object],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("block_dialog")
        phrase = tr(BLOCK_KINDS[kind].phrase)
        self.setWindowTitle(phrase[:1].upper() + phrase[1:])
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.kind, self.graph = kind, graph
        self._given = {", ".join(self._name(node) for node in given): given} if given else {}
        self._made = made
        rows = QVBoxLayout(self)
        self._form = QFormLayout()
        rows.addLayout(self._form)
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setObjectName("block_sentence")
        self.sentence.setWordWrap(True)
        if BLOCK_KINDS[kind].inputs:
            self._ask_network()
        else:
            self._ask_loss(given)
        rows.addWidget(self.sentence)
        rows.addWidget(ok_and_cancel(self))
        self._tell()

    # The fields ------------------------------------------------------------------------------

    def _ask_network(self) -> None:
        row = BLOCK_KINDS[self.kind]
        first = next(iter(self._given), row.inputs)
        self.inputs = self._line("inputs", tr("&Inputs"), first,
                                 tr("How many new inputs, or the names of nodes: x1, x2"))  # fmt: skip
        if row.layers is not None:
            words, text, tip = row.layers
            self.layers = self._line("layers", tr(words), text, tr(tip))
        self.activation = QComboBox()
        known = [op.name for op in OPS.values() if op.arity == 1 and op.group != "arithmetic"]
        self.activation.addItems([*_FIRST, *(name for name in known if name not in _FIRST)])
        self._add(
            "activation", tr("&Activation"), self.activation, tr("What each neuron's sum goes through.")
        )
        self.linear = QCheckBox(tr("the last layer has none") if self.kind == "mlp" else tr("none (linear)"))
        self._add("linear", "", self.linear, tr("The plain sum is the output, as in micrograd's last layer."))
        self.linear.toggled.connect(self._tell)
        self.seed = self._line(
            "seed",
            trc("of random numbers", "&Seed"),
            "",
            tr("The same seed draws the same weights; empty: any."),
        )
        self.seed.setPlaceholderText(trc("seed", "any"))
        self.inputs.selectAll()

    def _ask_loss(self, given: tuple[NodeId, ...]) -> None:
        self.form = QComboBox()
        for name, loss in LOSSES.items():
            self.form.addItem(tr(loss.title), name)
        self.form.addItem(tr("L2 regularisation"), "l2")
        self._add("form", tr("&Kind"), self.form, tr("How far a prediction is from its answer."))
        found = given or predictions(self.graph)
        names = ", ".join(self._name(node) for node in found)
        self._given = {names: tuple(found)} if found else {}
        self.outputs = self._line(
            "outputs", tr("&Predictions"), names, tr("The names of the nodes that predict.")
        )
        self.answers = self._line(
            "answers", tr("&Answers"), "", tr("The names of the answers; empty: new inputs.")
        )
        self.answers.setPlaceholderText(tr("new inputs"))
        self.alpha = self._line(
            "alpha", tr("Al&pha"), "0.0001", tr("How much the sum of squared weights counts.")
        )
        self.form.currentIndexChanged.connect(self._show_form)
        self._show_form()

    def _show_form(self) -> None:
        regularises = self.form.currentData() == "l2"
        for field, shown in (
            (self.outputs, not regularises),
            (self.answers, not regularises),
            (self.alpha, regularises),
        ):
            self._form.setRowVisible(field, shown)
        self._tell()

    def _line(self, name: str, words: str, text: str, tip: str) -> QLineEdit:
        line = QLineEdit(text)
        from_left(line)
        line.textEdited.connect(self._tell)
        self._add(name, words, line, tip)
        return line

    def _add(self, name: str, words: str, field: QWidget, tip: str) -> None:
        field.setObjectName(f"block_{name}")
        field.setToolTip(tip)
        if words:  # else it has its own
            field.setAccessibleName(languages.without_key(words))
        field.setMinimumWidth(max(220, field.sizeHint().width()))
        self._form.addRow(words, field)

    # What was typed --------------------------------------------------------------------------

    def spec(self) -> BlockSpec:
        """What the fields say; raises Refusal."""
        if self.kind == "loss":
            form = str(self.form.currentData())
            return BlockSpec(
                "loss",
                form=form,
                outputs=() if form == "l2" else self._nodes(self.outputs.text()),
                answers=() if form == "l2" else self._nodes(self.answers.text()),
                alpha=read_number(self.alpha.text(), "alpha") if form == "l2" else 1e-4,
            )
        inputs = self.inputs.text().strip()
        return BlockSpec(
            self.kind,
            inputs=_whole(inputs, tr("“{text}” is not a number of inputs.", text=spoken(inputs)))
            if inputs.isdecimal() or not inputs
            else self._nodes(inputs),
            layers=() if BLOCK_KINDS[self.kind].layers is None else _layers(self.layers.text()),
            activation=self.activation.currentText(),
            linear=self.linear.isChecked(),
            seed=_seed(self.seed.text()),
        )

    def accept(self) -> None:
        """Hand the spec over; stays open, and says why, where that is refused."""
        try:
            self._made(self.spec())
        except Refusal as refusal:
            self._say(str(refusal), refused=True)
            return
        super().accept()

    def _tell(self) -> None:
        """What would be made, in a sentence."""
        try:
            spec = self.spec()
        except Refusal as refusal:
            self._say(str(refusal), refused=True)
            return
        if spec.kind == "loss":
            loss = LOSSES.get(spec.form)
            self._say(tr(loss.sentence) if loss else tr("alpha × Σp² is added to the loss there is."))
            return
        first = spec.inputs if isinstance(spec.inputs, int) else len(spec.inputs)
        sizes = (first, *(spec.layers or (1,)))
        count = sum((before + 1) * after for before, after in pairwise(sizes))
        self._say(trn("{n:,} parameter.", "{n:,} parameters.", count))

    def _say(self, sentence: str, *, refused: bool = False) -> None:
        self.sentence.setText(as_shown(("⚠ " if refused else "") + sentence))

    def _name(self, node: NodeId) -> str:
        return self.graph.nodes[node].name

    def _nodes(self, text: str) -> tuple[NodeId, ...]:
        """The nodes of those names; the names that stood there at first are those very nodes."""
        if text.strip() in self._given:
            return self._given[text.strip()]
        return tuple(self.graph.named(name.strip()) for name in text.split(",") if name.strip())


def _layers(text: str) -> tuple[int, ...]:
    parts = [part for part in text.replace(",", " ").split() if part not in "[]"]
    return tuple(
        _whole(part, tr("“{text}” is not a number of neurons.", text=spoken(part)))
        for part in (each.strip("[]") for each in parts)
    )


def _whole(text: str, refusal: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise Refusal(refusal)
    return int(text)


def _seed(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.removeprefix("-").isdecimal() or abs(int(text[:40])) >= _LARGEST_SEED:
        raise Refusal(tr("“{text}” is not a seed: a whole number is one.", text=spoken(text)))
    return int(text)
