"""Cells in a file: the texts of pasted cells, and where in what they define nodes are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from micrograd.language import tr
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.python.pasted import (
    CELLS_KEPT_AT_MOST,
    LETTERS_KEPT_AT_MOST,
    KeptCells,
    PastedCell,
    Unread,
)
from micrograd_gui.document.text import saveable, spoken

T = TypeVar("T")
Refuse = Callable[[str, str], FileRefusal]


def cells_of(graph: Graph) -> dict[str, Any] | None:
    """What pasted cells have defined, if anything that the graph does not tell itself."""
    known: Any = graph.workspace
    at = known
    while isinstance(at, Unread):
        at = at.before
    if at is None:
        return None
    if not isinstance(known, KeptCells):
        from micrograd_gui.document.python.keeping import kept_cells  # most graphs have no cell

        known = kept_cells(graph)
        if known is None:
            return None
    there = graph.nodes
    numbers = known.numbers
    return {
        "texts": [saveable(each.text) for each in known.cells],
        "paths": {str(node): saveable(known.paths[node]) for node in sorted(known.paths) if node in there},
        "numbers": {
            str(node): float(numbers[node])
            for node in sorted(numbers)
            if node in there and math.isfinite(numbers[node])
        },
    }


class KeptField(Protocol):
    """The field of a file."""

    texts: list[str]
    paths: dict[str, str]
    numbers: dict[str, float]


def cells_from(model: KeptField, nodes: Mapping[NodeId, Node], refuse: Refuse) -> KeptCells:
    """The cells, which nobody walks through before another one is pasted; ``refuse`` gives what is raised."""
    if len(model.texts) > CELLS_KEPT_AT_MOST:
        raise refuse(
            "cells.texts",
            tr("{n} cells are more than {most}", n=len(model.texts), most=CELLS_KEPT_AT_MOST),
        )
    letters = sum(map(len, model.texts))
    if letters > LETTERS_KEPT_AT_MOST:
        raise refuse(
            "cells.texts",
            tr("{letters} letters are more than {most}", letters=letters, most=LETTERS_KEPT_AT_MOST),
        )

    def of_nodes(field: str, given: Mapping[str, T]) -> dict[NodeId, T]:
        for key in given:
            if not key.isdecimal() or len(key) > 16 or int(key) not in nodes:
                raise refuse(f"cells.{field}", tr("there is no node “{name}”", name=spoken(key)))
        return {int(key): each for key, each in given.items()}

    cells = tuple(PastedCell(saveable(each)) for each in model.texts)
    return KeptCells(cells, of_nodes("paths", model.paths), of_nodes("numbers", model.numbers))
