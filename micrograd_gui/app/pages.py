"""The pages of the Help menu."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from micrograd_gui.app.actions import MENUS
from micrograd_gui.app.dialogs import tell
from micrograd_gui.views.canvas.keys import KEYS

if TYPE_CHECKING:
    from micrograd_gui.app.main_window import MainWindow


def show_keys(window: MainWindow) -> None:
    """All keys, from the table of actions and the canvas's own."""
    parts = []
    for title, rows in MENUS:
        lines = []
        for row in rows:
            action = window.menus.actions[row.name] if row is not None else None
            if action is None or not action.shortcuts():
                continue
            keys = " or ".join(
                key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
            )
            lines.append(_line(keys, action.text().replace("&", "").rstrip("…")))
        parts.append(_section(title.replace("&", ""), lines))
    parts.append(_section("On the canvas", [_line(keys, what) for keys, what in KEYS]))
    half = (len(parts) + 1) // 2
    tell(window, "Keys", "<table><tr><td>{}</td><td width=30></td><td>{}</td></tr></table>".format(
        "".join(parts[:half]), "".join(parts[half:])))  # fmt: skip


def show_about(window: MainWindow) -> None:
    """What this is."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom needed

    try:
        number = version("micrograd-gui")
    except PackageNotFoundError:  # run from a checkout that is not installed
        number = ""
    tell(window, "About micrograd-gui", (
        f"<h3>micrograd-gui {escape(number)}</h3>"
        "<p>A visual debugger for backpropagation: build a graph, run it forward, step it backward,<br>"
        "nudge any node and see the numeric slope beside the analytic one.</p>"
        "<p>The engine follows karpathy/micrograd and the lecture “building micrograd”.</p>"
    ))  # fmt: skip


def _line(keys: str, what: str) -> str:
    return f"<tr><td><b>{escape(keys)}</b></td><td width=14></td><td>{escape(what)}</td></tr>"


def _section(title: str, lines: list[str]) -> str:
    return f"<h4>{escape(title)}</h4><table>{''.join(lines)}</table>" if lines else ""
