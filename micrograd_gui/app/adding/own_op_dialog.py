"""The dialog for an op of one's own: a function of x, its slope typed or derived, checked over a range."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr, trc
from micrograd_gui import languages
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.rewriting.own_ops import OPERANDS, OVER, OwnOp, own_op, slopes_in_words
from micrograd_gui.document.text import as_shown, read_number
from micrograd_gui.views.hands import from_left
from micrograd_gui.views.lab.buttons import ok_and_cancel

_ABOUT = N_("A function of x (and y), in the words of the expression line. It then is an op like any other.")
_DERIVED = N_("derived")


class OwnOpDialog(QDialog):
    """Asks without blocking; ``made`` is called with the op, and what is refused is said here."""

    def __init__(self, parent: QWidget, made: Callable[[OwnOp], object]) -> None:
        super().__init__(parent)
        self.setObjectName("own_op_dialog")
        self.setWindowTitle(tr("An op of your own"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._made = made
        rows = QVBoxLayout(self)
        self._form = QFormLayout()
        rows.addLayout(self._form)
        self.name = self._line(
            "name", trc("of an op", "&Name"), "swish", tr("What the op is called: letters, digits and _.")
        )
        self.function = self._line("function", "&f(x) =", "x*sigmoid(x)", tr("What it computes."))
        self.slopes = [
            self._line(
                f"slope_{letter}", f"∂f/∂{letter} =", tr(_DERIVED), tr("Empty: the program derives it.")
            )
            for letter in OPERANDS
        ]
        self.low, self.high = (QLineEdit(f"{each:g}") for each in OVER)
        span = QWidget()
        row = QHBoxLayout(span)
        row.setContentsMargins(0, 0, 0, 0)
        for line, name, words in (
            (self.low, "from", tr("Checked from")),
            (self.high, "to", tr("Checked to")),
        ):
            line.setObjectName(f"own_{name}")
            line.setAccessibleName(words)
            line.setToolTip(tr("Over this range the slope is compared with that of the function."))
        for each in (self.low, QLabel(trc("between two numbers", "to")), self.high):
            row.addWidget(each)
        self._form.addRow(tr("&Checked from"), span)
        self.sentence = QLabel(tr(_ABOUT))
        self.sentence.setObjectName("own_sentence")
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        rows.addWidget(self.sentence)
        rows.addWidget(ok_and_cancel(self))
        self._tell()

    def _line(self, name: str, words: str, hint: str, tip: str) -> QLineEdit:
        line = QLineEdit()
        from_left(line)
        line.setObjectName(f"own_{name}")
        line.setPlaceholderText(hint)
        line.setToolTip(tip)
        line.setAccessibleName(languages.without_key(words))
        line.textEdited.connect(self._tell)
        self._form.addRow(words, line)
        return line

    def _tell(self) -> None:
        """The slope that would be derived, where there is a function by now."""
        function = self.function.text()
        try:
            derived = slopes_in_words(function) if function.strip() else ()
        except Refusal as refusal:
            self.sentence.setText(as_shown(f"⚠ {refusal}"))
            derived = ()
        else:
            self.sentence.setText(tr(_ABOUT))
        self._form.setRowVisible(self.slopes[1], len(derived) > 1)
        for line, text in zip(self.slopes, (*derived, tr(_DERIVED), tr(_DERIVED)), strict=False):
            line.setPlaceholderText(text)

    def accept(self) -> None:
        """Check the op and hand it over; stays open, and says why, where it is refused."""
        typed = [line.text() if self._form.isRowVisible(line) else "" for line in self.slopes]
        try:
            span = (
                read_number(self.low.text(), tr("The range")),
                read_number(self.high.text(), tr("The range")),
            )
            self._made(own_op(self.name.text(), self.function.text(), typed, span))
        except Refusal as refusal:
            self.sentence.setText(as_shown(f"⚠ {refusal}"))
            return
        super().accept()
