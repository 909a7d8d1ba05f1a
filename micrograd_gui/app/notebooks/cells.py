"""A notebook's cells, where IPython runs some: its shell, their variables, and Qt's turns beside them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

_TURN = 50  # milliseconds that Qt's event loop runs in a notebook before asyncio's has a turn


def shell_of_cells() -> Any:
    """IPython's shell; None where nothing runs cells."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def variables(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that can give a node its name; a notebook's own ``_``, ``_12`` and the like cannot."""
    return {name: thing for name, thing in namespace.items() if not name.startswith("_")}


def of_cells() -> dict[str, Any]:
    """The variables of the cells: `show` may be called by a module's function."""
    shell = shell_of_cells()
    return {} if shell is None else variables(shell.user_ns)


def beside_cells() -> bool | None:
    """Whether cells are being run by IPython; its event loop is told to serve Qt too. None: it cannot."""
    if (shell := shell_of_cells()) is None:
        return False
    try:
        shell.enable_gui("qt6")
    except Exception:  # noqa: BLE001 - each kind of kernel has an error of its own for "no Qt here"
        return None
    if kernel := getattr(shell, "kernel", None):
        take_turns(kernel)
    return True


def take_turns(kernel: Any) -> None:
    """Have a notebook's kernel leave Qt's event loop again and again, so that asyncio's has its turn.

    ipykernel leaves Qt's loop when a message comes, but since 7.0 it may enter it while a message that has
    come already is on its way through asyncio's: a cell would wait for ever, with %gui alone too.
    """
    from PySide6.QtCore import QTimer

    if kernel.app.findChild(QTimer, "turns") is None:
        timer = QTimer(kernel.app)
        timer.setObjectName("turns")
        timer.timeout.connect(kernel.app.qt_event_loop.quit)
        timer.start(_TURN)
