"""The fields of a plan: each tries what is typed, and says beside itself what is wrong with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from micrograd_gui.document.data import Plan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import exact, read_number, spoken
from micrograd_gui.session.state import State
from micrograd_gui.session.training.optimisers import OPTIMISERS
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.expression_line import ReadLine

ALL_ROWS = "all"


class PlanLine(ReadLine):
    """A number of the plan; ``refusal`` is the label under it."""

    def __init__(
        self, bridge: Bridge, name: str, title: str, tip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._name = name
        self._title = title
        self.setObjectName(f"plan_{name}")
        self.setAccessibleName(title)
        self.setMaxLength(60)
        self.refusal = QLabel()
        self.refusal.setObjectName(f"plan_{name}_refusal")
        self.refusal.setWordWrap(True)
        self.refusal.setProperty("refused", True)
        self.refusal.hide()
        self.set_tip(tip)
        self.editingFinished.connect(self._read_if_modified)
        self._show(bridge.state)

    def read(self, text: str) -> None:
        change: dict[str, Any] = {self._name: self._meant(text)}
        self.bridge.session.set_plan(**change)

    def _meant(self, text: str) -> float | int | None:
        what = f"The {self._title.lower()}"
        if self._name == "batch" and text.strip().lower() in ("", ALL_ROWS):
            return None
        if self._name == "rate":
            return read_number(text, what)
        plain = text.strip().replace(",", "").replace("\u2009", "")
        if not plain.removeprefix("-").isdecimal():
            number = read_number(text, what)  # 1e3 is a whole number, too
            if not number.is_integer():
                raise Refusal(f"{what} must be a whole number, not “{spoken(text)}”.")
            return int(number)
        return int(plain)

    def shown(self, state: State) -> str:
        number = getattr(state.graph.plan or Plan(), self._name)
        return ALL_ROWS if number is None else exact(float(number))

    def _mark(self, sentence: str) -> None:
        super()._mark(sentence)
        self.refusal.setText(sentence)
        self.refusal.setVisible(bool(sentence))

    def _differs(self, old: State, new: State) -> bool:
        return old.graph.plan != new.graph.plan

    def _read_if_modified(self) -> None:
        if self.isModified():
            self._read()
            self.setModified(bool(self.property("refused")))  # Return and the loss of focus both come here


class PlanChoice(QComboBox):
    """One of the few things that a part of the plan may be."""

    def __init__(self, bridge: Bridge, name: str, title: str, choices: dict[str, tuple[str, str]]) -> None:
        super().__init__()
        self._bridge = bridge
        self._name = name
        self.setObjectName(f"plan_{name}")
        self.setAccessibleName(title)
        for key, (text, tip) in choices.items():
            self.addItem(text, key)
            self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._show(bridge.state)
        self.activated.connect(lambda _: bridge.attempt(self._choose))
        bridge.changed.connect(self._on_changed)

    def _choose(self) -> None:
        self._bridge.session.set_plan(**{self._name: self.currentData()})

    def _on_changed(self, old: State, new: State) -> None:
        if old.graph.plan != new.graph.plan:
            self._show(new)

    def _show(self, state: State) -> None:
        self.setCurrentIndex(self.findData(getattr(state.graph.plan or Plan(), self._name)))
        self.setToolTip(str(self.currentData(Qt.ItemDataRole.ToolTipRole)))


def optimiser_choices() -> dict[str, tuple[str, str]]:
    """Every row of the table of optimisers."""
    return {rule.name: (rule.title, rule.sentence) for rule in OPTIMISERS.values()}


def schedule_choices() -> dict[str, tuple[str, str]]:
    """How the rate goes on."""
    return {
        "constant": ("constant", "The rate stays as it is."),
        "demo": ("1 − 0.9·k/100", "As in micrograd's demo: down to a tenth of the rate within 100 steps."),
    }
