"""The export dialog: what of the graph, in which form and colours; made in the background, with a way out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr, trc, trn
from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import document_name
from micrograd_gui.app.exporting.command_row import CommandRow
from micrograd_gui.app.exporting.fields import OptionFields
from micrograd_gui.app.exporting.presets import ExportPreset, PresetRow, Value, wide_enough
from micrograd_gui.app.exporting.preview import Preview
from micrograd_gui.app.exporting.request import ExportRequest, Which, request_of, would_replace
from micrograd_gui.app.file_dialogs import ask_path
from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.document.text import as_shown
from micrograd_gui.session.state import State

if TYPE_CHECKING:
    from micrograd_gui.export.formats import Form

_KEY = "export"  # of the background's jobs
_QUICK = 100  # nodes: of so many a run is made in no time
MOMENTS = (
    ("now", N_("this moment")),
    ("result", N_("the result of the whole run")),
    ("all", N_("all moments")),
)
SHOWN = (("graph", N_("the graph")), ("both", N_("graph and step card")), ("card", N_("the step card")))
# Fields that ask for options of the table in the words of a window.
STAND_FOR = {"moment": ("step",), "shown": ("card", "only"), "selected": ("nodes",), "paths": ("paths",)}
_OF_GRAPHS = {"style", "gradients", "wires", "rankdir", "open_blocks", "selected", "paths"}  # not of cards
_OF_THIS = ("selected", "paths")  # of this graph alone
_OF_FIGURES = ("width", "text", "shown")  # not of a worksheet, which has the size of its paper
_WIDE, _HIGH, _OPTIONS_WIDE = 1160, 700, 335  # at a scale of 1
_BESIDE = 0.4  # of its width that the options have for names beside their fields
_SHARE, _LEFT = 0.96, 0.54  # of the window that it stands over, at most; of its width for the options
_LEAST = 0.66  # of its width for options that would lie on each other in less


class ExportDialog(QDialog):
    """Asks, then makes the files while the window can be used; Cancel ends that and leaves nothing behind."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export the graph"))
        self._context = context
        self._relay = _ProgressRelay(self)
        self._relay.told.connect(self._show_progress)
        self._shown: tuple[Any, ...] | None = None  # what command and preview are of
        self._touched: set[str] = set()  # what was chosen here stays when another form is
        self._build()
        self._take_form()
        context.bridge.changed.connect(self._follow)

    def _build(self) -> None:
        from micrograd_gui.export.formats import FORMS

        left = self._left = QWidget(self)
        self.form = QComboBox(left)
        self.form.setObjectName("form")
        self.form.setAccessibleName(tr("Form"))
        for each in FORMS.values():
            self.form.addItem(f"{tr(each.title)} ({each.suffix})", each.suffix)
        self.presets = PresetRow(self._context.settings, self._preset, left)
        self.presets.chosen.connect(self._take_preset)
        self.presets.told.connect(lambda sentence: self._say(sentence))
        self.form.setCurrentIndex(max(0, self.form.findData(self.presets.form)))
        self.form.currentIndexChanged.connect(self._take_other_form)
        rows = QVBoxLayout(left)
        rows.setContentsMargins(0, 0, 0, 0)
        top = QFormLayout()
        rows.addLayout(top)
        top.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)  # in a hall all is large
        for title, widget in ((tr("&Form"), self.form), (tr("&Preset"), self.presets)):
            label = QLabel(title, left)
            label.setBuddy(widget)
            top.addRow(label, widget)
        scroll = QScrollArea(left)
        scroll.setObjectName("export_options")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the field that has the keys
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.options = self._options(scroll.viewport())
        self.fields = self.options.fields
        scroll.setWidget(self.options)
        rows.addWidget(scroll, 1)
        self.preview = Preview(self._context, self)
        both = QHBoxLayout()
        self.command = CommandRow(self._context, self)
        self.preview.refused.connect(self.command.refuse)
        layout = QVBoxLayout(self)
        layout.addLayout(both, 1)
        both.addWidget(left)
        both.addWidget(self.preview, 1)
        layout.addWidget(self.command)
        self._build_end(layout)
        self._top = top
        px, room = self._context.look.px, self._context.dialog_parent.size() * _SHARE
        self.resize(min(px(_WIDE), room.width()), min(px(_HIGH), room.height()))
        left.setFixedWidth(min(px(_OPTIONS_WIDE), round(self.width() * _LEFT)))

    def showEvent(self, event: QShowEvent) -> None:
        """Now all is in its style, and has its size."""
        super().showEvent(event)
        self._widen()

    def _widen(self) -> None:
        """The options have the width that their words need; they never get narrower again."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.options.ensurePolished()
        for combo in self.options.findChildren(QComboBox):
            if combo.count() and not combo.isEditable():  # Qt forgets the air before the first letter
                combo.setMinimumWidth(wide_enough(combo, *map(combo.itemText, range(combo.count()))))
        least = max(self._top.minimumSize().width(), self.options.minimumSizeHint().width() + bar)
        beside = max(self._top.sizeHint().width(), self.options.sizeHint().width() + bar)  # names and fields
        wanted = max(self._left.width(), least, min(beside, round(self.width() * _BESIDE)))
        most = max(round(self.width() * _LEFT), min(least, round(self.width() * _LEAST)))
        self._left.setFixedWidth(min(wanted, most))

    def _build_end(self, layout: QVBoxLayout) -> None:
        """How far an export is, what is said of it, and the buttons."""
        self.progress = QProgressBar(self)
        self.progress.setObjectName("progress")
        self.progress.setAccessibleName(tr("How far it has come"))
        self.progress.hide()
        self.message = QLabel(self)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setObjectName("export_message")
        self.message.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.choose = self.buttons.addButton(tr("Choose the file…"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.choose.setObjectName("choose_file")
        self.choose.setDefault(True)
        self.buttons.accepted.connect(self._ask_path)
        self.buttons.rejected.connect(self.reject)
        for widget in (self.progress, self.message, self.buttons):
            layout.addWidget(widget)

    def _options(self, parent: QWidget) -> OptionFields:
        """The fields, begun as the window is."""
        from micrograd_gui.export.options import OPTIONS

        state = self._context.session.state
        begin = {"theme": self._context.look.theme.name, "wires": state.wires, "notation": state.notation}
        fields = OptionFields(parent)
        self.moment = fields.add_choice("moment", trc("to export", "What"), _shown(MOMENTS), "now")
        self.shown = fields.add_choice("shown", trc("of a picture", "Shows"), _shown(SHOWN), "graph")
        asked = {name for names in STAND_FOR.values() for name in names}
        for row in OPTIONS.values():
            if row.name not in asked:
                fields.add_option(row, begin.get(row.name))
        shown = state.asked is not None and state.asked.paths
        self.selected = fields.add_tick("selected", tr("only what is selected"), False)
        self.paths = fields.add_tick("paths", tr("with the paths of the selected node"), shown, first=False)
        fields.order_keys()
        fields.changed.connect(self._on_changed)
        fields.more.toggled.connect(lambda _: self._widen())
        return fields

    # What applies ----------------------------------------------------------------------------

    @property
    def _form(self) -> Form:
        from micrograd_gui.export.formats import FORMS

        return FORMS[self.form.currentData()]

    def _usual(self) -> dict[str, Value]:
        """What the fields are where nobody has chosen anything, for this form."""
        usual = dict(self.options.usual)
        usual["moment"] = "all" if self._form.animated else "now"
        if not self._form.animated:  # what is printed is on white paper, whatever the window is
            usual["theme"] = str(usual["theme"]).replace("dark", "light")
        if self._form.suffix == ".html":
            usual["theme"] = None  # a page is as its reader's screen is
        return usual

    def _take_form(self) -> None:
        """Another form: what was not chosen here is as it was for it last, or as usual."""
        form = self._form
        last = {name: value for name, value in self.presets.last(form.suffix).items() if name in self.fields}
        values = {k: v for k, v in (self._usual() | last).items() if k not in self._touched}
        self.options.set_values(values)
        self._see_to_item(self.moment, "result", enabled=not form.animated)
        self._suit_moment()
        self._show_what_applies()

    def _take_other_form(self) -> None:
        self.presets.leave()
        self._take_form()

    def _take_preset(self, preset: ExportPreset | None) -> None:
        """What the preset says; None: all as usual."""
        if preset is not None and self.form.findData(preset.form) >= 0:
            with QSignalBlocker(self.form):
                self.form.setCurrentIndex(self.form.findData(preset.form))
        said = {} if preset is None else {k: v for k, v in preset.values.items() if k in self.fields}
        self._touched = set(said) - {"moment"}
        self.options.set_values(self._usual() | said)
        self._see_to_item(self.moment, "result", enabled=not self._form.animated)
        if "shown" not in said:
            self._suit_moment()
        self._show_what_applies()

    def _preset(self) -> ExportPreset:
        """What is chosen now, but for what is of this graph alone."""
        names = [name for name in self.fields if name not in _OF_THIS and self.fields[name].isEnabled()]
        return ExportPreset(self._form.suffix, {name: self.options.value(name) for name in names})

    def _remember(self) -> None:
        """What was chosen, and is not as usual, comes again with the next export of the form."""
        usual, now = self._usual(), self._preset()
        chosen = {k: v for k, v in now.values.items() if k not in ("moment", "shown") and v != usual[k]}
        self.presets.remember(now.form, chosen)

    def _see_to_item(self, combo: QComboBox, data: str, *, enabled: bool) -> None:
        """Whether one can choose that."""
        model = combo.model()
        item = model.item(combo.findData(data))  # type: ignore[attr-defined]  # a combo's own model
        item.setEnabled(enabled)

    def _follow(self, old: State, new: State) -> None:
        """The window went on behind the dialog, as when places arrive; a run of training is waited for."""
        if not new.is_training:
            self._show_what_applies()

    def _on_changed(self, name: str) -> None:
        if name == "moment":
            self._suit_moment()
        else:
            self._touched.add(name)
        self.presets.leave()
        self._show_what_applies()

    def _suit_moment(self) -> None:
        """A run is told by its step cards; one moment is a figure. Either can be chosen otherwise."""
        if self.shown.currentData() != "card":
            self.options.set_values({"shown": "both" if self.moment.currentData() == "all" else "graph"})
            self._touched.discard("shown")

    def _show_what_applies(self) -> None:
        """Every option of the form is seen; what has no use beside another choice cannot be chosen."""
        form, state = self._form, self._context.session.state
        named = {name: {name} for name in self.fields} | {k: set(v) for k, v in STAND_FOR.items()}
        seen = {name for name in self.fields if named[name] & form.options}
        card = "shown" in seen and self.shown.currentData() == "card"
        sheet = "worksheet" in seen and self.options.value("worksheet")
        without = dict.fromkeys(_OF_FIGURES, bool(sheet))
        without |= {
            "selected": not state.selection,
            "paper": not sheet,
            "panel_at": not self.options.value("panel"),
        }
        without["paths"] = bool(sheet) or state.selected is None
        self.options.show_only(seen, lambda name: without.get(name, False) or (card and name in _OF_GRAPHS))
        self._widen()
        self._see_whether_it_can_be()

    def _see_whether_it_can_be(self) -> None:
        """What is refused is said at its option, before anybody has chosen a file."""
        from micrograd_gui.export.options import OPTIONS
        from micrograd_gui.figures.moments import see_that_there_is_something

        self.options.clear_refusals()
        wrong: list[str] = []
        for name in self._asked():
            try:
                OPTIONS[name].read(self.options.value(name))
            except Refusal as refusal:
                wrong.append(self._refuse(refusal))
        if not wrong:
            try:
                request = self.request()
                _ = request.options.palette
                see_that_there_is_something(request.graph, request.options)
            except Refusal as refusal:
                wrong.append(self._refuse(refusal))
        if wrong:
            self._shown = None
            self.command.clear()
            self.preview.refuse(next(filter(None, wrong), ""))
        else:
            self._show_request(request)
        if not self._context.background.busy(_KEY):
            self._say(next(filter(None, wrong), ""))
            self.choose.setEnabled(not wrong)

    def _show_request(self, request: ExportRequest) -> None:
        """The command and the preview of what is chosen, where that is something else by now."""
        shown = request.state, self._form.suffix, request.which, request.given
        if self._shown is None or shown[0] is not self._shown[0] or shown[1:] != self._shown[1:]:
            self._shown = shown
            self.command.show_for(request, self._form, document_name(request.state))
            self.preview.show_for(request, self._form)

    def _refuse(self, refusal: Refusal) -> str:
        """Said at the option; the sentence, where there is none."""
        from micrograd_gui.export.options import OPTIONS

        if isinstance(refusal, OptionRefusal):
            sentence = refusal.naming(lambda name: OPTIONS[name].called if name in OPTIONS else name)
            if self.options.refuse(refusal.options, f"{sentence[:1].upper()}{sentence[1:]}"):
                return ""
        return str(refusal)

    # What is asked for -----------------------------------------------------------------------

    def _asked(self) -> list[str]:
        """The options of the table that can be chosen now by a field of their own."""
        return [name for name, field in self.fields.items() if name not in STAND_FOR and field.isEnabled()]

    def request(self) -> ExportRequest:
        """What is chosen now, about the window's graph at this moment."""
        state, value = self._context.session.state, self.options.value
        given: dict[str, Any] = {name: value(name) for name in self._asked()}
        if self.shown.isEnabled():
            shown = self.shown.currentData()
            given |= {"only": "card"} if shown == "card" else {"card": shown == "both"}
        if self.selected.isEnabled() and self.selected.isChecked():
            given["nodes"] = state.selection
        if given.get("worksheet") and str(given.get("theme")).startswith("dark"):
            given["theme"] = "print"  # paper is white
        if self.paths.isEnabled() and self.paths.isChecked() and not given.get("worksheet"):
            given["paths"] = state.selected
        which: Which = self.moment.currentData() if self.moment.isEnabled() else "now"
        return request_of(self._context, which, **given)

    # Files -----------------------------------------------------------------------------------

    def _ask_path(self) -> None:
        suffix = self.form.currentData()
        name = document_name(self._context.session.state)
        ask_path(
            self,
            tr("Export the graph"),
            f"{self.form.currentText()} (*{suffix})",
            self._context.settings.folder / f"{name}{suffix}",
            self.export_to,
            saving=True,
            suffix=suffix[1:],
        )

    def export_to(self, path: Path) -> None:
        """Make the file; numbered ones that are there already are replaced only after a question.

        What cannot be made is said here: the status bar is behind this dialog.
        """
        try:
            request = self.request().suiting(path)
            if request.options.worksheet or request.which != "all":
                self._unless_replaced(request, path, ())  # it is that one file
                return
            if len(request.graph) <= _QUICK:
                self._unless_replaced(request, path, would_replace(request, path))
                return
        except Refusal as refusal:
            self._failed(refusal)
            return
        self._wait(tr("Looking what will be made …"))
        self._context.background.start(
            _KEY, would_replace, request, path,
            done=lambda found: self._unless_replaced(request, path, found), failed=self._failed,
        )  # fmt: skip

    def _unless_replaced(self, request: ExportRequest, path: Path, there: tuple[Path, ...]) -> None:
        """Make the file, after a question where others would be replaced that nobody has named."""
        self._failed("")
        others = [each for each in there if each != path]
        if not others:
            self._start(request, path)
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            tr("Replace files"),
            trn(
                "{file} and {n} more will be replaced.",
                "{file} and {n} more will be replaced.",
                len(others) - 1,
                file=others[0].name,
            )
            if others[1:]
            else tr("{file} will be replaced.", file=others[0].name),
            QMessageBox.StandardButton.Cancel,
            self,
        )
        box.setObjectName("replace")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.AcceptRole)
        replace.clicked.connect(lambda: self._start(request, path))
        box.open()

    def _start(self, request: ExportRequest, path: Path) -> None:
        self._wait(tr("Making {file} …", file=path.name))
        work = partial(_work, request, path, self._relay)
        self._context.background.start(
            _KEY, work, done=self._tell_and_close, failed=self._failed, stoppable=True, writes=True
        )

    def _wait(self, sentence: str) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self.choose.setEnabled(False)
        self._say(sentence)

    def _show_progress(self, done: int, total: int) -> None:
        if self._context.background.busy(_KEY):
            self.progress.setRange(0, total)
            self.progress.setValue(done)

    def _tell_and_close(self, made: tuple[tuple[Path, ...], str]) -> None:
        written, note = made
        self._remember()
        file, more = written[0].name, len(written) - 1
        said = tr("Exported to {file}.", file=file)
        if more:
            said = trn(
                "Exported to {file} and {n} more.", "Exported to {file} and {n} more.", more, file=file
            )
        self._context.say(f"{said} {note}".strip())
        self.accept()

    def _failed(self, error: Exception | str) -> None:
        self.progress.hide()
        self.choose.setEnabled(True)
        self._say(str(error))

    def _say(self, sentence: str) -> None:
        self.message.setText(as_shown(sentence))
        self.message.setVisible(bool(sentence))

    def done(self, result: int) -> None:
        """However it ends, nobody waits for an export any more."""
        self._context.bridge.changed.disconnect(self._follow)
        self._context.background.cancel(_KEY)
        self.command.drop()
        self.preview.drop()
        super().done(result)


def _shown(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices as they are called in the language in use."""
    return [(data, tr(text)) for data, text in rows]


class _ProgressRelay(QObject):
    """Brings what a thread says into the window's own."""

    told = Signal(int, int)


def _work(
    request: ExportRequest, path: Path, relay: _ProgressRelay, *, stop: Event
) -> tuple[tuple[Path, ...], str]:
    """The files that were written, and what is to be told of how they were laid out."""
    from micrograd_gui.export.formats import export, form_of, of_fonts, of_sizes

    film = request.suiting(path).film(relay.told.emit, stop)
    written = export(film, path)
    return written, " ".join(filter(None, (film.note, of_fonts(film, form_of(path)), of_sizes(written))))


def open_export(context: Context) -> ExportDialog:
    """Show the dialog; it does not block."""
    dialog = ExportDialog(context)
    dialog.open()
    return dialog
