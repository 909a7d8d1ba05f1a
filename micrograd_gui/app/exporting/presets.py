"""Presets: what was chosen for exports, kept between starts: last of all for each form, and under names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct, field
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from micrograd.language import N_, tr
from micrograd_gui.app.settings import Settings
from micrograd_gui.document.text import one_line
from micrograd_gui.views.screen_reader.roles import name_choice

Value = bool | str | None
OWN, USUAL = N_("own choice"), N_("as usual")
LONGEST_NAME = 40  # characters
MOST = 50  # presets


def wide_enough(combo: QComboBox, *texts: str) -> int:
    """Pixels in which each of those can be read."""
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    longest = max(map(combo.fontMetrics().horizontalAdvance, texts))
    size = QSize(longest, combo.fontMetrics().height())
    return combo.style().sizeFromContents(QStyle.ContentsType.CT_ComboBox, option, size, combo).width()


class ExportPreset(Struct, frozen=True):
    """A form, and what was chosen for it by name of field."""

    form: str
    values: dict[str, Value]


class KeptChoices(Struct):
    """All that is kept: the form that was used last, what was chosen last for each, and presets by name."""

    form: str = ""
    last: dict[str, dict[str, Value]] = field(default_factory=dict)
    named: dict[str, ExportPreset] = field(default_factory=dict)


class PresetRow(QWidget):
    """Chooses, saves and deletes presets.

    ``now`` tells what is chosen now. Signals: ``chosen(preset)``, None: all as usual; ``told(sentence)``.
    """

    chosen = Signal(object)
    told = Signal(str)

    def __init__(self, settings: Settings, now: Callable[[], ExportPreset], parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._now = now
        self._kept = self._read()
        self.combo = QComboBox(self)
        self.combo.setObjectName("preset")
        name_choice(self.combo, tr("Preset"))
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(6)
        self.combo.setMinimumWidth(wide_enough(self.combo, tr(OWN), tr(USUAL)))
        self.combo.currentIndexChanged.connect(self._choose)
        self.save = QPushButton(tr("&Save…"), self)
        self.save.setObjectName("save_preset")
        self.save.setToolTip(tr("Keep what is chosen now under a name, for other graphs and other days."))
        self.save.clicked.connect(self._ask_name)
        self.delete = QPushButton(tr("&Delete"), self)
        self.delete.setObjectName("delete_preset")
        self.delete.setToolTip(tr("Forget the preset that is chosen."))
        self.delete.clicked.connect(self._delete)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.combo, 1)
        for button in (self.save, self.delete):
            button.setAutoDefault(False)
            row.addWidget(button)
        self._list()

    @property
    def form(self) -> str:
        """The form that was used last; empty: none was."""
        return self._kept.form

    def last(self, form: str) -> Mapping[str, Value]:
        """What was chosen last for that form, where it was not as usual."""
        return self._kept.last.get(form, {})

    def remember(self, form: str, values: Mapping[str, Value]) -> None:
        """That was used now."""
        self._kept = self._read()
        self._kept.form = form
        self._kept.last[form] = dict(values)
        self._keep()

    def leave(self) -> None:
        """What is chosen is no preset any more: somebody has chosen otherwise."""
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(0)
        self.delete.setEnabled(False)

    def _read(self) -> KeptChoices:
        """What is kept by now: a further window may have changed it."""
        try:
            return msgspec.json.decode(self._settings.exports or "{}", type=KeptChoices)
        except msgspec.DecodeError:
            return KeptChoices()  # somebody else has written there

    def _keep(self) -> None:
        self._settings.exports = msgspec.json.encode(self._kept).decode()

    def _list(self, chosen: str = "") -> None:
        with QSignalBlocker(self.combo):
            self.combo.clear()
            self.combo.addItem(tr(OWN))
            self.combo.addItem(tr(USUAL))
            for name in sorted(self._kept.named, key=str.casefold):
                self.combo.addItem(name, name)
            self.combo.setCurrentIndex(max(0, self.combo.findData(chosen)) if chosen else 0)
        self.delete.setEnabled(bool(self.combo.currentData()))

    def _choose(self, index: int) -> None:
        name = self.combo.itemData(index)
        self.delete.setEnabled(bool(name))
        if name:
            self.chosen.emit(self._kept.named[name])
        elif index == 1:
            self.chosen.emit(None)

    # Saving and deleting ---------------------------------------------------------------------

    def _ask_name(self) -> None:
        asking = QInputDialog(self)
        asking.setObjectName("preset_name")
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.setWindowTitle(tr("Save a preset"))
        asking.setLabelText(tr("Its name (one of the same name is replaced):"))
        asking.setTextValue(self.combo.currentData() or "")
        asking.textValueSelected.connect(self.save_as)
        asking.open()

    def save_as(self, name: str) -> None:
        """Keep what is chosen now under that name."""
        name = one_line(name).strip()[:LONGEST_NAME]
        seen = any(each.isprintable() and not each.isspace() for each in name)
        if not seen or name in (tr(OWN), tr(USUAL)):
            self.told.emit(tr("The preset was not saved: it needs a name of its own."))
            return
        self._kept = self._read()
        if len(self._kept.named) >= MOST and name not in self._kept.named:
            self.told.emit(tr("The preset was not saved: there are {n} already; delete one first.", n=MOST))
            return
        self._kept.named[name] = self._now()
        self._keep()
        self._list(name)
        self.told.emit(tr("The preset “{name}” is saved.", name=name))

    def _delete(self) -> None:
        name = self.combo.currentData()
        self._kept = self._read()
        if self._kept.named.pop(name, None) is not None:
            self._keep()
            self._list()
            self.told.emit(tr("The preset “{name}” is deleted; what it chose stays chosen.", name=name))
