"""The dialogs of files: which one to open, where to save, and what becomes of unsaved work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from micrograd.language import N_, tr
from micrograd_gui.files.documents import SUFFIXES
from micrograd_gui.views.plot.pane import SAVED_AS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

ROWS = N_("Tables (*.csv *.tsv *.txt)")
FILES = N_("micrograd graphs (*.micrograd)")


def plot_filters() -> str:
    """The kinds of file that a plot is saved as, for a dialog."""
    kinds = ((tr(what), suffix) for suffix, what in SAVED_AS.items())
    return ";;".join(f"{what[:1].upper()}{what[1:]} (*{suffix})" for what, suffix in kinds)


def graph_filters() -> str:
    """The kinds of file that hold a graph, for a dialog."""
    patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    return f"{tr('All that hold a graph')} ({patterns});;{tr(FILES)}"


def ask_unsaved(
    parent: QWidget, name: str, save: Callable[[Callable[[], object]], object], then: Callable[[], object]
) -> QMessageBox:
    """Save, discard or cancel before unsaved work goes; ``then`` is called unless it is cancelled."""
    from PySide6.QtWidgets import QMessageBox

    told = tr("{name} has changes that are not saved.", name=name)
    box = QMessageBox(QMessageBox.Icon.Question, tr("Unsaved changes"), told,
                      QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard
                      | QMessageBox.StandardButton.Cancel, parent)  # fmt: skip
    box.setObjectName("unsaved")
    box.setTextFormat(Qt.TextFormat.PlainText)  # a file can be called as a page is written
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setDefaultButton(QMessageBox.StandardButton.Save)

    def answered(button: int) -> None:
        if button == QMessageBox.StandardButton.Save:
            save(then)
        elif button == QMessageBox.StandardButton.Discard:
            then()

    box.finished.connect(answered)
    box.open()
    return box


def ask_path(
    parent: QWidget,
    title: str,
    filters: str,
    start: Path,
    then: Callable[[Path], object],
    *,
    saving: bool,
    suffix: str = "",
) -> QFileDialog:
    """A file to open or to save to; ``then`` is called with its path."""
    from PySide6.QtWidgets import QFileDialog

    dialog = QFileDialog(parent, title, str(start), filters)
    dialog.setObjectName("file")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if saving:
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        if suffix:
            dialog.setDefaultSuffix(suffix)
    else:
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda chosen: then(Path(chosen)))
    dialog.open()
    return dialog
