"""The pages of the Help menu."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QMainWindow,
    QMenu,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from micrograd.language import N_, tr
from micrograd_gui import languages
from micrograd_gui.app.context import Context
from micrograd_gui.app.hall import projecting
from micrograd_gui.version import told
from micrograd_gui.views.canvas.keyboard import KEYS

_LETTERS = 76  # in a line of a page, about


def show_keys(window: QMainWindow) -> None:
    """All keys: of the actions in the menus, whose data are their keys in words, and the canvas's own."""
    parts = []
    for entry in window.menuBar().actions():
        menu = entry.menu()
        assert isinstance(menu, QMenu)
        lines = [
            _line(keys, languages.without_key(action.text()).rstrip("…"))
            for action in menu.actions()
            if (keys := action.data())
        ]
        parts.append(_section(languages.without_key(entry.text()), lines))
    parts.append(
        _section(tr("Under the projector"), [_line(tr(keys), tr(what)) for keys, what in projecting.KEYS])
    )
    parts.append(_section(tr("On the canvas"), [_line(tr(keys), tr(what)) for keys, what in KEYS]))
    _show_page(window, tr("Keys"), f"<table width='100%'>{''.join(parts)}</table>")


def show_about(context: Context) -> QDialog:
    """What this is, and a button that copies what a report of a fault needs."""
    from micrograd_gui.app import diagnostics

    def copy() -> None:
        QApplication.clipboard().setText(diagnostics.report(context))
        context.say(tr("The diagnostics are on the clipboard: paste them into a report."))

    page, buttons = _show_page(context.dialog_parent, tr("About micrograd-gui"), (
        f"<h3>micrograd-gui {escape(told())}</h3>"  # as in code
        f"<p>{tr(_WHAT)}</p>"
        f"<p>{tr('The engine follows karpathy/micrograd and the lecture “building micrograd”.')}</p>"
        f"<p>{tr(_OF_OTHERS, licenses=_licenses())}</p>"
    ))  # fmt: skip
    button = buttons.addButton(tr("Copy diagnostics"), QDialogButtonBox.ButtonRole.ActionRole)
    button.setObjectName("copy_diagnostics")
    button.setAutoDefault(False)  # Return must not replace the clipboard
    button.setToolTip(tr("Versions, screen, settings and the last lines of the log, as text for a report."))
    button.clicked.connect(copy)
    return page


_WHAT = N_(
    "A visual debugger for backpropagation: build a graph, run it forward, step it backward, "
    "nudge any node and see the numeric slope beside the analytic one."
)
_OF_OTHERS = N_(
    "It is under the MIT license. It runs on the work of others, whose licenses lie whole beside each "
    "package: {licenses}."
)
# What comes with the program when it is installed: its name, what it is here, its license, and whose it is.
LICENSES = (
    ("PySide6, Shiboken and Qt", "the window", "LGPL-3.0 (or GPL)", "The Qt Company; each can be exchanged"),
    ("matplotlib", "the plots", "matplotlib’s own, based on PSF’s", "the Matplotlib Development Team"),
    ("DejaVu fonts", "all text", "Bitstream Vera’s, and public domain", "Bitstream, Inc.; DejaVu changes"),
    ("numpy", "many numbers at once", "BSD-3-Clause", "the NumPy Developers"),
    (
        "graphviz-pure",
        "Graphviz, which lays graphs out",
        "EPL-2.0, with OFL-1.1 and MIT",
        "Graphviz’s authors",
    ),
    ("graphviz", "the notebook’s picture", "MIT", "Sebastian Bank"),
    ("msgspec", "records and files", "BSD-3-Clause", "Jim Crist-Harif"),
    ("fpdf2", "PDF", "LGPL-3.0", "Olivier Plathey, Lucas Cimon and others"),
    ("pillow", "PNG, GIF and WebP", "MIT-CMU", "Secret Labs AB, Fredrik Lundh, Jeffrey A. Clark and others"),
    ("contourpy", "lines of equal height", "BSD-3-Clause", "ContourPy Developers"),
    ("cycler", "for matplotlib", "BSD-3-Clause", "matplotlib project"),
    ("uharfbuzz", "letters that join, in PDF", "Apache-2.0", "Adrien Tétar, Behdad Esfahbod, Khaled Hosny"),
    ("defusedxml", "for fpdf2", "PSF-2.0", "Christian Heimes"),
    ("fonttools", "fonts in files", "MIT", "Just van Rossum"),
    ("kiwisolver", "for matplotlib", "BSD-3-Clause", "the Nucleic Development Team"),
    ("packaging", "for matplotlib", "Apache-2.0 or BSD-2-Clause", "Donald Stufft and others"),
    ("pyparsing", "for matplotlib", "MIT", "Paul T. McGuire"),
    ("python-dateutil", "for matplotlib", "BSD-3-Clause or Apache-2.0", "its authors"),
    ("tzdata", "for matplotlib, on Windows", "Apache-2.0", "Python Software Foundation"),
)


def _licenses() -> str:
    rows = (map(escape, row) for row in LICENSES)
    return "; ".join(f"<b>{name}</b> ({license}): {whose}" for name, _, license, whose in rows)


def _line(keys: str, what: str) -> str:
    middle = "vertical-align: middle"  # as in code: other scripts come from higher fonts
    first = f"<td width='36%' style='padding-left: 12px; {middle}'>{escape(keys)}</td>"  # as in code
    return f"<tr>{first}<td style='{middle}'>{escape(what)}</td></tr>"


def _section(title: str, lines: list[str]) -> str:
    head = f"<tr><td colspan='2' style='padding-top: 12px'><b>{escape(title)}</b></td></tr>"
    return head + "".join(lines) if lines else ""


def show_table(parent: QWidget, title: str, table: str) -> None:
    """A table in letters of one width, to be read and copied."""
    _show_page(parent, title, f"<pre>{escape(table)}</pre>")


def _show_page(parent: QWidget, title: str, html: str) -> tuple[QDialog, QDialogButtonBox]:
    """A page of text, scrolled where the screen is too small for it, and its buttons: one closes it."""
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
    return dialog, close
