"""The fields of the plan: numbers that are typed, and what is chosen from a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from micrograd.language import again, tr, trc
from micrograd_gui.document.data import Optimiser, RateSchedule, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import as_shown, exact, read_number, spoken
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.expression_line import ReadLine

ALL_ROWS = "all"


def plan_of(state: State) -> TrainingPlan:
    """The graph's plan, or the one that it would begin with."""
    return state.graph.plan or TrainingPlan()


def _all_rows() -> str:
    return trc("rows of a batch", "all")


class PlanLine(ReadLine):
    """A number of the plan; ``refusal`` is the label under it."""

    def __init__(
        self, bridge: Bridge, name: str, title: str, what: str, tip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._name = name
        self._what = what
        self.setObjectName(f"plan_{name}")
        self.setAccessibleName(tr(title))
        self.setMaxLength(60)
        self.refusal = QLabel()
        self.refusal.setTextFormat(Qt.TextFormat.PlainText)
        self.refusal.setObjectName(f"plan_{name}_refusal")
        self.refusal.setWordWrap(True)
        self.refusal.setProperty("refused", True)
        self.refusal.hide()
        self.set_tip(tr(tip))
        self.editingFinished.connect(self._read_if_modified)
        self._show(bridge.state)

    def read(self, text: str) -> None:
        """That number in the plan; raises Refusal."""
        change: dict[str, Any] = {self._name: self._meant(text)}
        self.bridge.session.set_plan(**change)

    def _meant(self, text: str) -> float | int | None:
        what = tr(self._what)
        if self._name == "batch" and text.strip().casefold() in ("", ALL_ROWS, _all_rows().casefold()):
            return None
        if self._name in ("rate", "held_out"):
            return read_number(text, what)
        plain = text.strip().replace(",", "").replace("\u2009", "")
        if not plain.removeprefix("-").isdecimal():
            number = read_number(text, what)  # 1e3 is a whole number, too
            if not number.is_integer():
                raise Refusal(
                    tr("{what} must be a whole number, not “{text}”.", what=what, text=spoken(text))
                )
            return int(number)
        return int(plain)

    def text_for(self, state: State) -> str:
        """The number in the plan, to its last digit; “all” for a batch of every row."""
        number = getattr(plan_of(state), self._name)
        return _all_rows() if number is None else exact(float(number))

    def _mark(self, sentence: str) -> None:
        super()._mark(sentence)
        self.refusal.setText(as_shown(sentence))
        self.refusal.setVisible(bool(sentence))

    def _differs(self, old: State, new: State) -> bool:
        return old.graph is not new.graph and old.graph.plan != new.graph.plan

    def _read_if_modified(self) -> None:
        if self.isModified():
            self._read()
            self.setModified(bool(self.property("refused")))  # Return and the loss of focus both come here


class PlanChoice(QComboBox):
    """One of the rows of a table, for the part of the plan that has that name."""

    def __init__(
        self, bridge: Bridge, name: str, title: str, rows: Iterable[Optimiser | RateSchedule]
    ) -> None:
        super().__init__()
        self._bridge = bridge
        self._name = name
        self.setObjectName(f"plan_{name}")
        self.setAccessibleName(title)
        for row in rows:
            self.addItem(again(row.title), row.name)
            self.setItemData(self.count() - 1, again(row.sentence), Qt.ItemDataRole.ToolTipRole)
        self._show(bridge.state)
        self.activated.connect(lambda _: bridge.attempt(self._choose))
        bridge.changed.connect(self._on_changed)

    def _choose(self) -> None:
        self._bridge.session.set_plan(**{self._name: self.currentData()})

    def _on_changed(self, old: State, new: State) -> None:
        if old.graph.plan != new.graph.plan:
            self._show(new)

    def _show(self, state: State) -> None:
        self.setCurrentIndex(self.findData(getattr(plan_of(state), self._name)))
        self.setToolTip(str(self.currentData(Qt.ItemDataRole.ToolTipRole)))
