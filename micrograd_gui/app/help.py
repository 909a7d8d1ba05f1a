"""The pages of the Help menu."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QMessageBox, QWidget

from micrograd_gui.app.context import Context
from micrograd_gui.app.documents import tell
from micrograd_gui.app.hall import projecting
from micrograd_gui.views.canvas.keyboard import KEYS

_LETTERS = 76  # in a line of a page, about


def show_keys(window: QMainWindow) -> None:
    """All keys: of the actions in the menus, whose data are their keys in words, and the canvas's own."""
    parts = []
    for entry in window.menuBar().actions():
        menu = entry.menu()
        assert isinstance(menu, QMenu)
        lines = [
            _line(keys, action.text().replace("&", "").rstrip("…"))
            for action in menu.actions()
            if (keys := action.data())
        ]
        parts.append(_section(entry.text().replace("&", ""), lines))
    parts.append(_section("Under the projector", [_line(keys, what) for keys, what in projecting.KEYS]))
    parts.append(_section("On the canvas", [_line(keys, what) for keys, what in KEYS]))
    _show_page(window, "Keys", f"<table width='100%'>{''.join(parts)}</table>")


def show_about(context: Context) -> QMessageBox:
    """What this is, and a button that copies what a report of a fault needs."""
    from micrograd_gui.app import diagnostics

    number = diagnostics.version_of("micrograd-gui") or ""  # none: a checkout that is not installed

    def copy() -> None:
        QApplication.clipboard().setText(diagnostics.report(context))
        context.say("The diagnostics are on the clipboard: paste them into a report.")

    box = tell(context.dialog_parent, "About micrograd-gui", (
        f"<h3>micrograd-gui {escape(number)}</h3>"
        "<p>A visual debugger for backpropagation: build a graph, run it forward, step it backward,<br>"
        "nudge any node and see the numeric slope beside the analytic one.</p>"
        "<p>The engine follows karpathy/micrograd and the lecture “building micrograd”.</p>"
    ))  # fmt: skip
    button = box.addButton("Copy diagnostics", QMessageBox.ButtonRole.ActionRole)
    button.setObjectName("copy_diagnostics")
    button.setToolTip("Versions, screen, settings and the last lines of the log, as text for a report.")
    button.clicked.connect(copy)
    box.setDefaultButton(QMessageBox.StandardButton.Close)  # Return must not replace the clipboard
    return box


def _line(keys: str, what: str) -> str:
    return f"<tr><td width='36%' style='padding-left: 12px'>{escape(keys)}</td><td>{escape(what)}</td></tr>"


def _section(title: str, lines: list[str]) -> str:
    head = f"<tr><td colspan='2' style='padding-top: 12px'><b>{escape(title)}</b></td></tr>"
    return head + "".join(lines) if lines else ""


def _show_page(parent: QWidget, title: str, html: str) -> None:
    """A long page of text, scrolled where the screen is too small for it."""
    from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout

    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    text = QTextBrowser()
    text.setObjectName("page")
    text.setAccessibleName(title)
    text.setFrameShape(QTextBrowser.Shape.NoFrame)
    text.setHtml(html)
    close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    close.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.addWidget(text)
    layout.addWidget(close)
    room = parent.screen().availableGeometry().size() * 0.85
    width = min(room.width(), _LETTERS * text.fontMetrics().averageCharWidth())
    text.document().setTextWidth(width - 60)
    dialog.resize(width, min(room.height(), round(text.document().size().height()) + 90))
    dialog.open()
