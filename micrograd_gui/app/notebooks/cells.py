"""The cells of a notebook, where IPython runs some: its shell, and the variables that they have made."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


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
