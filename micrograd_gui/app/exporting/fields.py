"""OptionFields: a field for each row of the table of options: what matters first, and the rest below More."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr, trc, trn
from micrograd_gui.document.text import as_shown, as_tip
from micrograd_gui.export.options import Option

_CAPTIONS = {  # of choices: many do not explain themselves
    ("style", "notebook"): N_("notebook"),
    ("style", "canvas"): N_("canvas"),
    ("theme", "light"): N_("light"),
    ("theme", "dark"): N_("dark"),
    ("theme", "light-contrast"): N_("light-contrast"),
    ("theme", "dark-contrast"): N_("dark-contrast"),
    ("theme", "print"): N_("print: no colours needed"),
    ("wires", "acting"): N_("where the step acts"),
    ("wires", "all"): N_("numbers on all"),
    ("wires", "none"): N_("no numbers"),
    ("notation", "grad"): "a.grad",
    ("notation", "leibniz"): "∂L/∂a",
    ("rankdir", "LR"): N_("to the right"),
    ("rankdir", "TB"): N_("downwards"),
    ("panel_at", "beside"): N_("beside"),
    ("panel_at", "below"): N_("below"),
    ("names", "labels"): N_("labels"),
    ("names", "formula"): N_("formula"),
    ("paper", "a4"): "A4",
    ("paper", "letter"): "Letter",
    ("dialect", "torch"): "PyTorch",
    ("dialect", "jax"): "JAX",
}


class OptionFields(QWidget):
    """Holds what was chosen; says under a field why what stands there is refused.

    Signals: ``changed(name)``, of a field.

    Each widget is made in its place: to move one, Qt looks for the style of all that is in it once more.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields: dict[str, QWidget] = {}
        self.usual: dict[str, Any] = {}  # what each field is when nobody has chosen anything
        self._notes: dict[str, QLabel] = {}  # of fields that were refused once
        self._first: dict[str, bool] = {}
        self._setting = False
        self.more = QToolButton(self)
        self.more.setObjectName("more")
        self.more.setCheckable(True)
        self.more.setArrowType(Qt.ArrowType.RightArrow)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._show_more)
        self.none = QLabel(tr("There is nothing to choose for this form."), self)
        self.none.setProperty("muted", True)
        self.none.setWordWrap(True)
        self._rest = QWidget(self)
        self._rest.hide()
        self._pages: dict[bool, QWidget] = {True: self, False: self._rest}
        self._forms = {True: self._form(), False: self._form(self._rest)}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(self._forms[True])
        rows.addWidget(self.none)
        rows.addWidget(self.more)
        rows.addWidget(self._rest)
        rows.addStretch(1)

    def _form(self, parent: QWidget | None = None) -> QFormLayout:
        form = QFormLayout(parent) if parent is not None else QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(0, 0, 0, 0)
        return form

    # Making ----------------------------------------------------------------------------------

    def add_option(self, row: Option, begin: Any = None) -> None:
        """The row of the table as a field: a tick, something to choose from, or a line to type in.

        ``begin`` is where it stands at first, if not as the table says.
        """
        begin = row.default if begin is None else begin
        if row.switch:
            self.add_tick(row.name, row.called, bool(begin), first=row.first)
        elif row.choices is not None:
            rows: list[tuple[Any, str]]
            rows = [(each, tr(_CAPTIONS.get((row.name, each), each))) for each in row.choices()]
            if row.default is None:
                rows.insert(0, (None, tr(row.usual or N_("as usual"))))
            self.add_choice(row.name, row.called, rows, begin, first=row.first)
        else:
            self._add_line(row)
        self.fields[row.name].setToolTip(as_tip(f"{tr(row.help)}\n{row.flag}"))

    def add_choice(
        self, name: str, title: str, rows: Iterable[tuple[Any, str]], begin: Any, *, first: bool = True
    ) -> QComboBox:
        """Something to choose from: what each stands for, and how it is called."""
        combo = QComboBox(self._pages[first])
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for data, text in rows:
            combo.addItem(as_shown(text), data)
        combo.setCurrentIndex(max(0, combo.findData(begin)))
        combo.currentIndexChanged.connect(lambda _: self._tell(name))
        self._put(name, title, combo, first)
        return combo

    def add_tick(self, name: str, title: str, begin: bool, *, first: bool = True) -> QCheckBox:
        """A box to tick."""
        box = QCheckBox(title, self._pages[first])
        box.setChecked(begin)
        box.toggled.connect(lambda _: self._tell(name))
        self._put(name, "", box, first)
        box.setAccessibleName(title)
        return box

    def _add_line(self, row: Option) -> None:
        """A line to type in, empty for what is usual; with texts to begin with where the row has some."""
        if row.offered:
            combo = QComboBox(self._pages[row.first])
            combo.setEditable(True)
            combo.setMinimumContentsLength(8)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            for each in row.offered:
                combo.addItem(each, each)
            combo.setCurrentIndex(-1)
            line = combo.lineEdit()
            assert line is not None
            combo.currentTextChanged.connect(lambda _: self._tell(row.name))
            self._put(row.name, row.called, combo, row.first)
        else:
            line = QLineEdit(self._pages[row.first])
            line.textChanged.connect(lambda _: self._tell(row.name))
            self._put(row.name, row.called, line, row.first)
        usual = tr(row.usual) if row.usual else ("" if row.default is None else f"{row.default:g}")
        line.setPlaceholderText(usual)

    def _put(self, name: str, title: str, field: QWidget, first: bool) -> None:
        field.setObjectName(name)
        field.setAccessibleName(title)
        if title:
            label = QLabel(title, self._pages[first])
            label.setBuddy(field)
            self._forms[first].addRow(label, field)
        else:
            self._forms[first].addRow(field)
        self.fields[name] = field
        self.usual[name] = self.value(name)
        self._first[name] = first

    def order_keys(self) -> None:
        """Tab goes through the fields as they are seen: first those above, More, and then those below it."""
        above = [self.fields[name] for name, first in self._first.items() if first]
        below = [self.fields[name] for name, first in self._first.items() if not first]
        chain = [*above, self.more, *below]
        for one, other in pairwise(chain):
            QWidget.setTabOrder(one, other)

    # Asking and setting ----------------------------------------------------------------------

    def value(self, name: str) -> Any:
        """What is chosen; of a line its text, None where it is empty."""
        field = self.fields[name]
        if isinstance(field, QCheckBox):
            return field.isChecked()
        if isinstance(field, QComboBox) and not field.isEditable():
            return field.currentData()
        text = field.currentText() if isinstance(field, QComboBox) else field.text()  # type: ignore[attr-defined]
        return text.strip() or None

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Choose these; what a field cannot be, it is not. Nothing is told of it."""
        self._setting = True
        try:
            for name, value in values.items():
                self._set(self.fields[name], value)
        finally:
            self._setting = False
        self._count()

    def _set(self, field: QWidget, value: Any) -> None:
        if isinstance(field, QCheckBox):
            field.setChecked(bool(value))
        elif isinstance(field, QComboBox) and not field.isEditable():
            at = field.findData(value)
            if at >= 0:
                field.setCurrentIndex(at)
        elif isinstance(field, QComboBox):
            field.setCurrentText("" if value is None else str(value))
        else:
            assert isinstance(field, QLineEdit)
            field.setText("" if value is None else str(value))

    def _tell(self, name: str) -> None:
        if not self._setting:
            self._count()
            self.changed.emit(name)

    # What is seen ----------------------------------------------------------------------------

    def show_only(self, names: Collection[str], off: Callable[[str], bool]) -> None:
        """Those fields are seen, and those of them that are not ``off`` can be chosen."""
        for name, first in self._first.items():
            self._forms[first].setRowVisible(self.fields[name], name in names)
            self.fields[name].setEnabled(name in names and not off(name))
        more = any(name in names and not first for name, first in self._first.items())
        self.more.setVisible(more)
        self._rest.setVisible(more and self.more.isChecked())
        self.none.setVisible(not names)
        self._count()

    def _show_more(self, shown: bool) -> None:
        self.more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self._rest.setVisible(shown)

    def _count(self) -> None:
        """How many of those below More are not as usual, so that none is forgotten where it is not seen."""
        count = sum(
            not first and self.fields[name].isEnabled() and self.value(name) != self.usual[name]
            for name, first in self._first.items()
        )
        more = trc("of options", "More")
        self.more.setText(trn("More ({n} chosen)", "More ({n} chosen)", count) if count else more)

    def refuse(self, names: Iterable[str], sentence: str) -> bool:
        """Say at those fields why not; whether there is such a field."""
        there = [name for name in names if name in self.fields and self.fields[name].isEnabled()]
        for name in there:
            note = self._note(name)
            note.setText(as_shown(f"⚠ {sentence}"))
            self._forms[self._first[name]].setRowVisible(note, True)
            self._mark(self.fields[name], refused=True)
            if not self._first[name]:
                self.more.setChecked(True)
        return bool(there)

    def _note(self, name: str) -> QLabel:
        """The line below the field, made when it is wanted first."""
        if name not in self._notes:
            first, field = self._first[name], self.fields[name]
            note = QLabel(self._pages[first])
            note.setObjectName(f"{name}_refused")
            note.setTextFormat(Qt.TextFormat.PlainText)
            note.setWordWrap(True)
            note.setProperty("refused", True)
            form = self._forms[first]
            row, _ = cast(tuple[int, object], form.getWidgetPosition(field))
            form.insertRow(row + 1, "", note)
            self._notes[name] = note
        return self._notes[name]

    def clear_refusals(self) -> None:
        """Nothing is refused any more."""
        for name, note in self._notes.items():
            if not note.isHidden():
                self._forms[self._first[name]].setRowVisible(note, False)
                self._mark(self.fields[name], refused=False)

    def _mark(self, field: QWidget, *, refused: bool) -> None:
        line = field.lineEdit() if isinstance(field, QComboBox) and field.isEditable() else field
        assert line is not None
        line.setProperty("refused", refused)
        line.style().unpolish(line)
        line.style().polish(line)
