"""The export dialog: what of the graph, in which form and colours; made in the background, with a way out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import structs
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from micrograd_gui.app import documents as dialogs
from micrograd_gui.app.context import Context
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.trace import Run

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData, QTimer
    from PySide6.QtGui import QImage

    from micrograd_gui.app.opening import Waiting
    from micrograd_gui.export.options import Option
    from micrograd_gui.figures.moments import Film, Moment, Options
    from micrograd_gui.session.asking.on_wires import GraphWire, OnWire

_KEY, _COPY = "export", "copy picture"  # of the background's jobs
_QUICK = 100  # nodes: of so many a run is made in no time
MOMENTS = (("now", "this moment"), ("result", "the result of the whole run"), ("all", "all moments"))
SHOWN = (("graph", "the graph"), ("both", "the graph and the step card"), ("card", "the step card"))
SCALES = (("1", "1×"), ("2", "2×"), ("3", "3×"))
_OF_GRAPHS = ("style", "gradients", "wires")  # options that say nothing of the step card
_CAPTIONS = {  # of choices that do not explain themselves
    "print": "print: no colours needed",
    "acting": "numbers where the step acts",
    "all": "numbers on all",
    "none": "no numbers",
    "grad": "a.grad",
    "leibniz": "∂L/∂a",
}


class ExportDialog(QDialog):
    """Asks, then makes the files while the window can be used; Cancel ends that and leaves nothing behind."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the graph")
        self._context = context
        self._relay = _ProgressRelay(self)
        self._relay.told.connect(self._show_progress)
        self._build()
        self._show_what_applies()

    def _build(self) -> None:
        from micrograd_gui.export.formats import FORMS
        from micrograd_gui.export.options import OPTIONS

        form = QFormLayout()
        rows = tuple((each.suffix, f"{each.title} ({each.suffix})") for each in FORMS.values())
        self.form = self._choice(form, "form", "Form", rows)
        self.moment = self._choice(form, "moment", "What", MOMENTS)
        self.shown = self._choice(form, "shown", "Shows", SHOWN)
        self.fields = {row.name: self._field(form, row) for row in OPTIONS.values() if row.title}
        self.selected = self._box(form, "selected", "only what is selected", False)
        asked = self._context.session.state.asked
        shown = asked is not None and asked.paths
        self.paths = self._box(form, "paths", "with the paths of the selected node", shown)
        self._select("theme", self._context.look.theme.name)
        self._select("scale", "2")
        self._select("wires", self._context.session.state.wires)
        self._select("notation", self._context.session.state.notation)
        self.progress = QProgressBar()
        self.progress.setObjectName("progress")
        self.progress.hide()
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setObjectName("export_message")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.choose = self.buttons.addButton("Choose the file…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.choose.setObjectName("choose_file")
        self.buttons.accepted.connect(self._ask_path)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for widget in (self.progress, self.message, self.buttons):
            layout.addWidget(widget)
        for combo in (self.form, self.moment, self.shown):
            combo.currentIndexChanged.connect(self._show_what_applies)
        self.moment.currentIndexChanged.connect(self._suit_moment)

    def _field(self, form: QFormLayout, option: Option) -> QWidget:
        """The row of the table as a field: a tick for a switch, else something to choose from."""
        if option.switch:
            return self._box(form, option.name, option.title, bool(option.default))
        if option.choices is None:
            return self._choice(form, option.name, option.title, SCALES)
        rows = tuple((each, _CAPTIONS.get(each, each)) for each in option.choices())
        return self._choice(form, option.name, option.title, rows)

    def _select(self, name: str, data: str) -> None:
        field = self.fields[name]
        assert isinstance(field, QComboBox)
        field.setCurrentIndex(field.findData(data))

    def _choice(
        self, form: QFormLayout, name: str, title: str, rows: tuple[tuple[str, str], ...]
    ) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(name)
        for data, text in rows:
            combo.addItem(text, data)
        form.addRow(title, combo)
        return combo

    def _box(self, form: QFormLayout, name: str, text: str, checked: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setChecked(checked)
        form.addRow("", box)
        return box

    def _show_what_applies(self) -> None:
        """What the form has no use for cannot be chosen; nor can, for the card alone, how a graph looks."""
        from micrograd_gui.export.formats import FORMS

        heeded = FORMS[self.form.currentData()].options
        self.moment.setEnabled("step" in heeded)
        self.shown.setEnabled("only" in heeded)
        graph = not (self.shown.isEnabled() and self.shown.currentData() == "card")
        for name, field in self.fields.items():
            field.setEnabled(name in heeded and (graph or name not in _OF_GRAPHS))
        state = self._context.session.state
        self.selected.setEnabled("nodes" in heeded and graph and bool(state.selection))
        self.paths.setEnabled("paths" in heeded and graph and state.selected is not None)

    def _suit_moment(self) -> None:
        """A run is told by its step cards; one moment is a figure. Either can be chosen otherwise."""
        if self.shown.currentData() != "card":
            shown = "both" if self.moment.currentData() == "all" else "graph"
            self.shown.setCurrentIndex(self.shown.findData(shown))

    # What is asked for -----------------------------------------------------------------------

    def request(self) -> ExportRequest:
        """What is chosen now, about the window's graph at this moment."""
        given = {name: _value_of(field) for name, field in self.fields.items() if field.isEnabled()}
        if self.shown.isEnabled():
            shown = self.shown.currentData()
            given |= {"only": "card"} if shown == "card" else {"card": shown == "both"}
        if self.selected.isEnabled() and self.selected.isChecked():
            given["nodes"] = self._context.session.state.selection
        if given.get("worksheet") and str(given.get("theme")).startswith("dark"):
            given["theme"] = "print"  # paper is white
        if self.paths.isEnabled() and self.paths.isChecked() and not given.get("worksheet"):
            given["paths"] = self._context.session.state.selected
        return request_of(
            self._context, self.moment.currentData() if self.moment.isEnabled() else "now", **given
        )

    # Files -----------------------------------------------------------------------------------

    def _ask_path(self) -> None:
        suffix = self.form.currentData()
        name = dialogs.document_name(self._context.session.state)
        dialogs.ask_path(
            self,
            "Export the graph",
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
            request = self.request()
            if request.which == "now" or len(request.graph) <= _QUICK:
                self._unless_replaced(request, path, would_replace(request, path))
                return
        except Refusal as refusal:
            self._failed(refusal)
            return
        self._wait("Looking what will be made …")
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
            "Replace files",
            f"{others[0].name}{f' and {len(others) - 1} more' if others[1:] else ''} will be replaced.",
            QMessageBox.StandardButton.Cancel,
            self,
        )
        box.setObjectName("replace")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        replace = box.addButton("Replace", QMessageBox.ButtonRole.AcceptRole)
        replace.clicked.connect(lambda: self._start(request, path))
        box.open()

    def _start(self, request: ExportRequest, path: Path) -> None:
        self._wait(f"Making {path.name} …")
        work = partial(_work, request, path, self._relay)
        self._context.background.start(
            _KEY, work, done=self._tell_and_close, failed=self._failed, stoppable=True
        )

    def _wait(self, sentence: str) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self.choose.setEnabled(False)
        self.message.setText(sentence)

    def _show_progress(self, done: int, total: int) -> None:
        if self._context.background.busy(_KEY):
            self.progress.setRange(0, total)
            self.progress.setValue(done)

    def _tell_and_close(self, made: tuple[tuple[Path, ...], str]) -> None:
        written, note = made
        more = f" and {len(written) - 1} more" if written[1:] else ""
        self._context.say(" ".join([f"Exported to {written[0].name}{more}.", note]).strip())
        self.accept()

    def _failed(self, error: Exception | str) -> None:
        self.progress.hide()
        self.choose.setEnabled(True)
        self.message.setText(str(error))

    def done(self, result: int) -> None:
        """However it ends, nobody waits for an export any more."""
        self._context.background.cancel(_KEY)
        super().done(result)


def _value_of(field: QWidget) -> Any:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    assert isinstance(field, QComboBox)
    return field.currentData()


class _ProgressRelay(QObject):
    """Brings what a thread says into the window's own."""

    told = Signal(int, int)


def _work(
    request: ExportRequest, path: Path, relay: _ProgressRelay, *, stop: Event
) -> tuple[tuple[Path, ...], str]:
    """The files that were written, and what is to be told of how they were laid out."""
    from micrograd_gui.export.formats import export

    film = request.suiting(path).film(relay.told.emit, stop)
    return export(film, path), film.note


def open_export(context: Context) -> ExportDialog:
    """Show the dialog; it does not block."""
    dialog = ExportDialog(context)
    dialog.open()
    return dialog


Which = Literal["now", "result", "all"]
SVG_FORMAT = "image/svg+xml"


@dataclass(frozen=True)
class ExportRequest:
    """A graph, the moment it is at and the run it is in, and how it is to be drawn.

    ``which`` moments are wanted; ``given`` are options by the table of `export.options`.
    """

    graph: Graph
    now: Moment
    trace: Run | None
    which: Which
    given: Mapping[str, Any]
    folds: bool = True  # whether the form draws a collapsed block as one box
    cursor: int = 0  # the moment it is at, in the run

    @cached_property
    def options(self) -> Options:
        """How it is drawn; raises Refusal where that cannot be."""
        from micrograd_gui.export.options import read_options

        return read_options(self.graph, self.given, folds=self.folds)[1]

    def film(self, tell: Callable[[int, int], object] | None = None, stop: Event | None = None) -> Film:
        """The moments that are asked for; raises Refusal where there is nothing to draw."""
        from micrograd_gui.figures.moments import Film, Progress, film_of, see_that_there_is_something

        progress = Progress(stop=stop) if tell is None else Progress(tell, stop)
        if self.options.worksheet:
            run = self._run_ahead()
            step = None if run is None else str(self.cursor)
            return film_of(self.graph, step, self.options, run, progress)
        if self.which == "now":
            see_that_there_is_something(self.graph, self.options)
            return Film(self.graph, (self.now,), self.options, progress)
        step = "all" if self.which == "all" else None
        return film_of(self.graph, step, self.options, self._whole_run(), progress)

    def suiting(self, path: Path) -> ExportRequest:
        """The request as the form of that file can be drawn; raises Refusal where it has none."""
        from micrograd_gui.export.formats import form_of

        return replace(self, folds=form_of(path).folds)

    def _run_ahead(self) -> Run | None:
        """The run with what comes after this moment, for a worksheet to ask; None: that of a fresh start."""
        trace = self.trace
        if self.which != "now" or trace is None:
            return None
        if any(step.kind in ("seed", "backward") for step in trace.steps[self.cursor :]):
            return trace
        if self.cursor and trace.steps[self.cursor - 1].kind in ("backward", "rows"):
            return None  # that pass is over
        from micrograd_gui.session.record import record
        from micrograd_gui.session.trace import Pass

        return record(self.graph, (*trace.script, Pass("backward")))

    def _whole_run(self) -> Run | None:
        """The recorded run, where it has gone backward; else a run is made for the purpose."""
        trace = self.trace
        return trace if trace is not None and any(each.kind == "backward" for each in trace.script) else None


def request_of(context: Context, which: Which = "now", **given: Any) -> ExportRequest:
    """The window's graph at its moment, in the window's colours unless others are given."""
    from micrograd_gui.figures.moments import Moment, said_at
    from micrograd_gui.session.explain.card import card

    state = context.session.state
    said = said_at(state.graph, state.trace, state.cursor)
    slopes = None
    if given.get("paths") is not None:
        from micrograd_gui.session.asking.paths import slopes_at

        slopes = slopes_at(state)
    shown = {"theme": context.look.theme.name, "wires": state.wires, "notation": state.notation, **given}
    wires: Mapping[GraphWire, OnWire] = {}
    if shown["wires"] == "all":
        from micrograd_gui.session.asking.on_wires import on_wires_of

        wires = on_wires_of(state)
    told = card(structs.replace(state, notation=shown["notation"]))
    moment = Moment(state.frame, state.step, told, said=said, slopes=slopes, wires=wires)
    return ExportRequest(
        state.graph,
        moment,
        state.trace,
        which,
        shown,
        cursor=state.cursor,
    )


def write_files(
    request: ExportRequest,
    path: Path,
    tell: Callable[[int, int], object] | None = None,
    stop: Event | None = None,
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal, or Cancelled, and then none was."""
    from micrograd_gui.export.formats import export

    return export(request.suiting(path).film(tell, stop), path)


def would_replace(request: ExportRequest, path: Path) -> tuple[Path, ...]:
    """The files that are there already and would be others afterwards; raises Refusal as above."""
    from micrograd_gui.export.formats import targets

    # not Path.exists, which stumbles over names that are too long; they are refused when they are written
    return tuple(each for each in targets(request.suiting(path).film(), path) if os.path.exists(each))


# The clipboard -----------------------------------------------------------------------------------


def copy_picture(context: Context) -> None:
    """The rendered graph of this moment comes to the clipboard as a picture, in pixels and as SVG.

    It is drawn in another thread; where that takes long, it is told, and can be cancelled. Raises Refusal.
    """
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.figures.moments import see_that_there_is_something

    request = request_of(context)
    see_that_there_is_something(request.graph, request.options)
    waiting, soon = _waiting_line(context)

    def ended() -> None:
        soon.stop()
        waiting.hide()

    def arrived(picture: Picture) -> None:
        ended()
        QApplication.clipboard().setMimeData(_mime_data(picture))
        context.say(" ".join(["The picture is on the clipboard, as PNG and as SVG.", picture.note]).strip())

    def failed(error: Exception) -> None:
        ended()
        context.say(str(error), refused=True)

    soon.start()
    context.background.start(_COPY, partial(picture_of, request), done=arrived, failed=failed, stoppable=True)


def _waiting_line(context: Context) -> tuple[Waiting, QTimer]:
    """What is seen in the status bar, with a way out, and the clock that shows it where it takes longer."""
    from PySide6.QtCore import QTimer

    from micrograd_gui.app.opening import SHOWN_AFTER, Waiting

    waiting = context.dialog_parent.findChild(Waiting, "waiting_for_picture")
    if waiting is None:
        waiting = Waiting(context)
        waiting.setObjectName("waiting_for_picture")
        waiting.say("Making the picture for the clipboard …", cancel=True)
        waiting.button.clicked.connect(lambda: context.background.cancel(_COPY))
        waiting.button.clicked.connect(waiting.hide)
        QTimer(waiting, singleShot=True, interval=SHOWN_AFTER).timeout.connect(waiting.show)
    clock = waiting.findChild(QTimer)
    assert clock is not None
    return waiting, clock


class Picture(NamedTuple):
    """A picture in the forms that other programs paste, and what is to be told of how it was made."""

    png: bytes
    svg: bytes
    image: QImage
    note: str


def picture_of(request: ExportRequest, *, stop: Event) -> Picture:
    """The picture that is asked for; raises Refusal, or Cancelled."""
    from PySide6.QtGui import QImage

    from micrograd_gui.export.formats import picture_bytes

    film = request.film(stop=stop)
    svg = picture_bytes(film, ".svg")
    png = picture_bytes(film, ".png")
    return Picture(png, svg, QImage.fromData(png), film.note)


def _mime_data(picture: Picture) -> QMimeData:
    from PySide6.QtCore import QMimeData

    data = QMimeData()
    data.setData(SVG_FORMAT, picture.svg)
    data.setData("image/png", picture.png)
    data.setImageData(picture.image)
    return data
