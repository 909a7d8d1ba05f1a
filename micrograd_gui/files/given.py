"""Given for a graph, by a program: a Graph, a live value, or the name of a file or an example."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import quoted

_OURS = "micrograd_gui"


def graph_given(given: object, what: str) -> Graph:
    """The graph behind a live value, or that of a file or of the example of that name.

    Nodes of a live value that have no label are called as the variables of who called the front door.
    Raises Refusal for anything else.
    """
    if isinstance(given, str | PathLike) and isinstance(path := fspath(given), str):
        from micrograd_gui.files.documents import open_named

        return open_named(given if isinstance(given, str) else Path(path)).graph
    from micrograd_gui.document.live.capture import capture, is_live

    if is_live(given):
        return capture(given, _variables_of_the_caller()).graph
    said = N_("{what} must be a Graph, a Value, or the name of a file or an example, not {given}.")
    raise Refusal(tr(said, what=what, given=quoted(given)))


def _variables_of_the_caller() -> Mapping[str, Any]:
    """Those of the nearest function of another package; a notebook's ``_`` and the like name nothing."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _OURS:
        frame = frame.f_back
    found = {**frame.f_globals, **frame.f_locals}
    return {name: thing for name, thing in found.items() if not name.startswith("_")}
