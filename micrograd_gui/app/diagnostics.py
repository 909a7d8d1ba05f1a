"""Diagnostics: what a report of a fault needs: versions, screen, settings, the last lines of the log."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from micrograd_gui.app.context import Context
from micrograd_gui.log import last_lines
from micrograd_gui.version import told

PROGRAM = "micrograd-gui"
PACKAGES = ("PySide6-Essentials", "numpy", "matplotlib", "graphviz", "msgspec", "pillow", "fpdf2", "numba")


def report(context: Context) -> str:
    """What a stranger needs to see the fault too; files are named in the log alone, without their home."""
    return "\n".join((*_versions(), *_screens(), *_window(context), "", "log:", *_log()))


def version_of(package: str) -> str | None:
    """The version of an installed distribution; None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _versions() -> Iterator[str]:
    yield f"{PROGRAM} {told()}"
    installed = ((name, version_of(name)) for name in PACKAGES)
    yield ", ".join(f"{name} {number}" for name, number in installed if number is not None)
    yield f"Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}"


def _screens() -> Iterator[str]:
    yield f"Qt platform: {QGuiApplication.platformName()}"
    for number, screen in enumerate(QGuiApplication.screens(), 1):
        size, ratio = screen.size(), screen.devicePixelRatio()
        yield (f"screen {number}: {size.width()}×{size.height()}, {ratio:g} pixels a unit, "
               f"{screen.logicalDotsPerInch():.0f} dpi, {screen.refreshRate():.0f} Hz")  # fmt: skip


def _window(context: Context) -> Iterator[str]:
    look, size, state = context.look, context.dialog_parent.size(), context.session.state
    projected = ", projected" if look.projector else ""
    yield f"window: {size.width()}×{size.height()}, theme {look.theme.name}, text × {look.scale:g}{projected}"
    arranged = "as it was left" if context.settings.arrangement() is not None else "as at first"
    yield f"settings: theme “{context.settings.theme}”, panes {arranged}"
    rows = 0 if state.graph.data is None else len(state.graph.data.rows)
    moments = "not run" if state.trace is None else f"moment {state.cursor} of {len(state.trace)}"
    yield (f"graph: {len(state.graph)} nodes, {len(state.graph.blocks)} blocks, {rows} rows, {moments}"
           f"{', training' if state.is_training else ''}")  # fmt: skip


def _log() -> list[str]:
    """The last lines; the home of the user, whose name is nobody's business, stands there as ~."""
    home = str(Path.home())
    lines = [line.replace(home, "~") if len(home) > 1 else line for line in last_lines().lines]
    return lines or ["(nothing yet)"]
