"""show(value): a live Value, opened in the window from a script or a notebook."""

from __future__ import annotations

import sys
from typing import Any

from micrograd.engine import Value
from micrograd_gui.app.screen import has_screen

_open: list[Any] = []  # windows that were opened without blocking; Python would drop them otherwise


def show(value: Value, block: bool | None = None) -> Any:
    """Open the graph behind a Value in the window: its labels and numbers, ready to be stepped.

    From a script it blocks until the window is closed, unless ``block=False``. From a notebook or an
    interactive IPython it does not block: the window lives beside the cells; the window is given back.
    Where there is no screen the picture (a graphviz Digraph) is given back instead.
    Raises Refusal for a Value whose op is not in the table.
    """
    if not has_screen():
        from micrograd import draw_dot

        return draw_dot(value)
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app.main_window import create_window

    interactive = _beside_cells()
    app = QApplication.instance() or QApplication(["micrograd-gui"])
    window = create_window(value)
    window.show()
    if block is None:
        block = not interactive
    if block:
        app.exec()
        return None
    _open.append(window)
    window.destroyed.connect(lambda: _open.remove(window) if window in _open else None)
    return window


def _beside_cells() -> bool:
    """Whether cells are being run by IPython; its event loop is told to serve Qt too."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return False
    shell.enable_gui("qt6")
    return True
