"""Floor 5: the parts put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from micrograd_gui.app.window import MainWindow, create_window

__all__ = ["MainWindow", "create_window"]


def __getattr__(name: str) -> Any:
    if name in __all__:  # late, so that the command line runs without Qt
        from micrograd_gui.app import window

        return getattr(window, name)
    raise AttributeError(name)
