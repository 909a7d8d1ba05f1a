"""Floor 5: the parts put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from micrograd_gui.app.start import create_window
    from micrograd_gui.app.window import MainWindow

__all__ = ["MainWindow", "create_window"]


def __getattr__(name: str) -> Any:
    if name == "create_window":  # late, so that the command line runs without Qt
        from micrograd_gui.app.start import create_window

        return create_window
    if name == "MainWindow":
        from micrograd_gui.app.window import MainWindow

        return MainWindow
    raise AttributeError(name)
