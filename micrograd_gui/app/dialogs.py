"""The questions that the window asks; each opens without blocking and calls on when it is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:  # imported where they are asked for: their enumerations would delay the first paint
    from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

FILES = "micrograd graphs (*.micrograd)"
OPENED = f"All that hold a graph (*.micrograd *.dot *.gv *.svg *.png *.pdf);;{FILES}"


def ask_unsaved(
    parent: QWidget, name: str, save: Callable[[Callable[[], object]], object], then: Callable[[], object]
) -> QMessageBox:
    """Save, discard or cancel before unsaved work goes; ``then`` is called unless it is cancelled."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.Question, "Unsaved changes", f"{name} has changes that are not saved.",
                      QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard
                      | QMessageBox.StandardButton.Cancel, parent)  # fmt: skip
    box.setObjectName("unsaved")
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


def tell(parent: QWidget, title: str, html: str) -> QMessageBox:
    """A page of text to be read and closed."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(QMessageBox.Icon.NoIcon, title, html, QMessageBox.StandardButton.Close, parent)
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box
