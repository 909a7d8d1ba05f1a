"""The export dialog: what of the graph, in which form and colours; made in the background, with a way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

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
)

from micrograd_gui.app import documents as dialogs
from micrograd_gui.app.context import Context
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.trace import Run

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from micrograd_gui.figures.moments import Film, Moment, Options


_KEY = "export"  # of the background's job
MOMENTS = (("now", "this moment"), ("result", "the result of the whole run"), ("all", "all moments"))
THEMES = (("light", "light"), ("dark", "dark"), ("print", "print: no colours needed"))
SHOWN = (("graph", "the graph"), ("both", "the graph and the step card"), ("card", "the step card"))
STYLES = (("notebook", "notebook"), ("canvas", "canvas"))
SCALES = (("1", "1×"), ("2", "2×"), ("3", "3×"))


class ExportDialog(QDialog):
    """Asks, then makes the files while the window can be used; Cancel ends that and leaves nothing behind."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self.setObjectName("export_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export the graph")
        self._context = context
        self._told = _Told(self)
        self._told.told.connect(self._show_progress)
        self._build()
        self._show_what_applies()

    def _build(self) -> None:
        from micrograd_gui.export.formats import forms  # with all its writers: only when it is wanted

        form = QFormLayout()
        self._carded = [each.suffix for each in forms() if each.cards]
        rows = tuple((each.suffix, f"{each.title} ({each.suffix})") for each in forms())
        self.form = self._choice(form, "form", "Form", rows)
        self.moment = self._choice(form, "moment", "What", MOMENTS)
        self.shown = self._choice(form, "shown", "Shows", SHOWN)
        self.style_ = self._choice(form, "style", "Style", STYLES)
        self.theme = self._choice(form, "theme", "Colours", THEMES)
        self.theme.setCurrentIndex(self.theme.findData(self._context.look.theme.name))
        self.scale = self._choice(form, "scale", "Pixels", SCALES)
        self.scale.setCurrentIndex(1)
        self.gradients = self._box(form, "gradients", "with gradients", True)
        self.transparent = self._box(form, "transparent", "with a transparent ground", False)
        self.selected = self._box(form, "selected", "only what is selected", False)
        self.progress = QProgressBar()
        self.progress.setObjectName("progress")
        self.progress.hide()
        self.message = QLabel()
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
        """What the form has no use for cannot be chosen."""
        suffix = self.form.currentData()
        carded = suffix in self._carded
        drawn = carded or suffix == ".html"
        self.shown.setEnabled(carded)
        graph = not (carded and self.shown.currentData() == "card")
        self.style_.setEnabled(drawn and graph)
        self.theme.setEnabled(drawn or suffix == ".mmd")
        self.gradients.setEnabled(graph and (drawn or suffix in (".mmd", ".dot")))
        self.selected.setEnabled(graph and bool(self._context.session.state.selection))
        self.scale.setEnabled(suffix in (".png", ".gif", ".webp"))
        self.transparent.setEnabled(suffix in (".svg", ".png", ".tex"))
        self.moment.setEnabled(suffix not in (".micrograd", ".py", ".ipynb"))

    def _suit_moment(self) -> None:
        """A run is told by its step cards; one moment is a figure. Either can be chosen otherwise."""
        if self.shown.currentData() != "card":
            shown = "both" if self.moment.currentData() == "all" else "graph"
            self.shown.setCurrentIndex(self.shown.findData(shown))

    # What is wished --------------------------------------------------------------------------

    def wish(self) -> Wish:
        """What is chosen now, about the window's graph at this moment."""
        shown = self.shown.currentData() if self.shown.isEnabled() else None
        return of_window(
            self._context,
            moment=self.moment.currentData() if self.moment.isEnabled() else "now",
            theme=self.theme.currentData(),
            style=self.style_.currentData() if self.style_.isEnabled() else "notebook",
            scale=float(self.scale.currentData()),
            transparent=self.transparent.isChecked() and self.transparent.isEnabled(),
            gradients=self.gradients.isChecked(),
            card=None if shown is None else shown != "graph",
            only_card=shown == "card",
            selected=self.selected.isChecked() and self.selected.isEnabled(),
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
            wish = self.wish()
            others = [each for each in would_replace(wish, path) if each != path]
        except Refusal as refusal:
            self._failed(refusal)
            return
        if not others:
            self._start(wish, path)
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
        replace.clicked.connect(lambda: self._start(wish, path))
        box.open()

    def _start(self, wish: Wish, path: Path) -> None:
        self.progress.setRange(0, 0)
        self.progress.show()
        self.choose.setEnabled(False)
        self.message.setText(f"Making {path.name} …")
        work = partial(_work, wish, path, self._told)
        self._context.background.start(_KEY, work, done=self._made, failed=self._failed, stoppable=True)

    def _show_progress(self, done: int, total: int) -> None:
        if self._context.background.busy(_KEY):
            self.progress.setRange(0, total)
            self.progress.setValue(done)

    def _made(self, written: tuple[Path, ...]) -> None:
        more = f" and {len(written) - 1} more" if written[1:] else ""
        self._context.say(f"Exported to {written[0].name}{more}.")
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.progress.hide()
        self.choose.setEnabled(True)
        self.message.setText(str(error))

    def done(self, result: int) -> None:
        """However it ends, nobody waits for an export any more."""
        self._context.background.cancel(_KEY)
        super().done(result)


class _Told(QObject):
    """Brings what a thread says into the window's own."""

    told = Signal(int, int)


def _work(wish: Wish, path: Path, told: _Told, *, stop: Event) -> tuple[Path, ...]:
    return exported(wish, path, told.told.emit, stop)


def open_export(context: Context) -> ExportDialog:
    """Show the dialog; it does not block."""
    dialog = ExportDialog(context)
    dialog.open()
    return dialog


Which = Literal["now", "result", "all"]
SVG_FORMAT = "image/svg+xml"


@dataclass(frozen=True)
class Wish:
    """A graph, the moment it is at and the run it is in, and how it is to be drawn."""

    graph: Graph
    now: Moment
    trace: Run | None
    which: Which
    options: Options

    def film(self, told: Callable[[int, int], object] | None = None, stop: Event | None = None) -> Film:
        """The moments that are wished for; raises Refusal where there is nothing to draw."""
        from micrograd_gui.figures.moments import Film, Watch, film_of, see_that_there_is_something

        watch = Watch(stop=stop) if told is None else Watch(told, stop)
        options = replace(self.options, watch=watch)
        if self.which == "now":
            see_that_there_is_something(self.graph, options)
            return Film(self.graph, (self.now,), options)
        step = "all" if self.which == "all" else None
        return film_of(self.graph, step, options, self._whole_run())

    def _whole_run(self) -> Run | None:
        """The recorded run, where it has gone backward; else a run is made for the purpose."""
        trace = self.trace
        return trace if trace is not None and any(each.kind == "backward" for each in trace.script) else None


def of_window(
    context: Context,
    moment: Which = "now",
    *,
    theme: str | None = None,
    style: Literal["notebook", "canvas"] = "notebook",
    scale: float | None = None,
    transparent: bool = False,
    gradients: bool = True,
    card: bool | None = None,
    only_card: bool = False,
    selected: bool = False,
) -> Wish:
    """The window's graph at its moment; ``selected``: only the selected nodes of it."""
    from micrograd_gui.figures.moments import Moment, Options
    from micrograd_gui.session.explain.card import card as card_of

    state = context.session.state
    options = Options(
        theme=theme or context.look.theme.name,
        scale=scale,
        transparent=transparent,
        style=style,
        gradients=gradients,
        card=card,
        only_card=only_card,
        nodes=state.selection if selected else None,
    )
    return Wish(state.graph, Moment(state.frame, state.step, card_of(state)), state.trace, moment, options)


def exported(
    wish: Wish, path: Path, told: Callable[[int, int], object] | None = None, stop: Event | None = None
) -> tuple[Path, ...]:
    """The files that were written; raises Refusal, or Cancelled, and then none was."""
    from micrograd_gui.export.formats import export

    return export(_fitting(wish, path).film(told, stop), path)


def would_replace(wish: Wish, path: Path) -> tuple[Path, ...]:
    """The files that are there already and would be others afterwards; raises Refusal as above."""
    from micrograd_gui.export.formats import targets

    # not Path.exists, which stumbles over names that are too long; they are refused when they are written
    return tuple(each for each in targets(_fitting(wish, path).film(), path) if os.path.exists(each))


def _fitting(wish: Wish, path: Path) -> Wish:
    """The wish with collapsed blocks as one box only where the form of the file draws them so."""
    from micrograd_gui.export.formats import form_of

    return replace(wish, options=replace(wish.options, folded=form_of(path).folds))


# The clipboard -----------------------------------------------------------------------------------


def copy_picture(context: Context) -> None:
    """The rendered graph of this moment as a picture, in pixels and as SVG; raises Refusal."""
    from PySide6.QtWidgets import QApplication

    QApplication.clipboard().setMimeData(picture_data(of_window(context)))
    context.say("The picture is on the clipboard, as PNG and as SVG.")


def picture_data(wish: Wish) -> QMimeData:
    """A picture in the forms that other programs paste: PNG, SVG, and Qt's own image."""
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QImage

    from micrograd_gui.export.formats import picture_bytes

    film = wish.film()
    png = picture_bytes(film, ".png")
    data = QMimeData()
    data.setData(SVG_FORMAT, picture_bytes(film, ".svg"))
    data.setData("image/png", png)
    data.setImageData(QImage.fromData(png))
    return data
