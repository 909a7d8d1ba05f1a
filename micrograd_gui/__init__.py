"""micrograd-gui: a visual debugger for backpropagation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from micrograd_gui.app.start import show as show

__all__ = ["show"]


def __getattr__(name: str) -> Any:
    if name == "show":  # late, so that floors below the window are imported without it
        from micrograd_gui.app.start import show

        return show
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
