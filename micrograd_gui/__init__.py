"""micrograd-gui: a visual debugger for backpropagation, and the same without its window, for programs."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing would be loaded before Ctrl+C is heeded
if TYPE_CHECKING:
    from typing import Any

    from micrograd_gui.app.start import show as show
    from micrograd_gui.document.errors import Refusal as Refusal
    from micrograd_gui.document.graph import Graph as Graph
    from micrograd_gui.door import check as check
    from micrograd_gui.door import forward_mode as forward_mode
    from micrograd_gui.door import parse as parse
    from micrograd_gui.door import read as read
    from micrograd_gui.door import render as render
    from micrograd_gui.door import run as run
    from micrograd_gui.door import train as train
    from micrograd_gui.door import write as write

__all__ = [
    "Graph", "Refusal", "check", "forward_mode", "parse", "read", "render", "run", "show", "train", "write"
]  # fmt: skip

# Where each name lives; it is imported when it is asked for, so that none of them costs the others anything.
_HOMES = {
    "Graph": "micrograd_gui.document.graph",
    "Refusal": "micrograd_gui.document.errors",
    "show": "micrograd_gui.app.start",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES.get(name, "micrograd_gui.door")), name)


def _show_in_cells() -> None:
    """Where IPython runs, a cell whose result is a Graph shows it as a player."""
    shell = sys.modules["IPython"].get_ipython()
    if shell is None:
        return

    def bundle(graph: Any, **_: Any) -> dict[str, str]:
        from micrograd_gui.app.notebooks.in_cell import bundle

        return bundle(graph)

    formatter = shell.display_formatter.mimebundle_formatter
    formatter.for_type_by_name("micrograd_gui.document.graph", "Graph", bundle)


if "IPython" in sys.modules:
    _show_in_cells()


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
