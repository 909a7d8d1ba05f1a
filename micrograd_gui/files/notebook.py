"""A notebook or script of anybody: its cells, pasted one after the other into an empty document."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from micrograd.language import tr, trn
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.cell import left_out
from micrograd_gui.document.python.limits import CELLS_AT_MOST, counted

_TOGETHER = 5_000_000  # expressions that all cells together may work out: half a minute at most
_LETTERS = 400_000  # of all cells
_MARK = re.compile(r"(?m)^#[ \t]*(?:%%.*|In\[[ \d]*\]:?)[ \t]*$")  # where a cell begins in a script


def graph_of_cells(content: bytes, name: str) -> Graph:
    """What is on the canvas after all its cells, which are walked through and never executed.

    A cell that is refused is left out, and said to be, as after a red one in a notebook. Raises FileRefusal
    where no cell makes a graph: with what is said of the first that is refused, if one is.
    """
    cells = _cells(content.decode("utf-8", "replace"), name)
    if len(cells) > CELLS_AT_MOST or sum(map(len, cells)) > _LETTERS:
        raise FileRefusal(
            tr(
                "{file} has more cells than are walked through: at most {cells} with {letters:,} letters.",
                file=name,
                cells=CELLS_AT_MOST,
                letters=_LETTERS,
            )
        )
    graph, first = Graph(), ""
    with counted() as meters:
        for at, cell in enumerate(cells, 1):
            try:
                if sum(each.done for each in meters) > _TOGETHER:
                    raise Refusal(tr("The cells before it take too long together."))
                graph, _ = pasted(graph, cell, None)
            except Refusal as refusal:
                first = first or _told(at, str(refusal), len(cells))
                graph = left_out(graph, cell, refusal)
    if graph.nodes:
        return replace(graph, places={})  # those of cells below each other: it is laid out as a whole
    if first:
        raise FileRefusal(tr("{file} makes no graph. {sentence}", file=name, sentence=first))
    raise FileRefusal(
        tr("{file} carries no graph: none was exported into it, and its cells make none.", file=name)
    )


def _told(at: int, sentence: str, many: int) -> str:
    return sentence if many == 1 else tr("Cell {number}: {sentence}", number=at, sentence=sentence)


def said_of_cells(graph: Graph) -> str:
    """What came of the cells of a notebook that was opened, in a line; "" where none told anything."""
    cells = getattr(graph.workspace, "cells", ())
    if not any(each.printed or each.notes or each.passed_over for each in cells):
        return ""
    wrong = [at for at, each in enumerate(cells, 1) if each.left_out]
    whole = trn("{n} cell was walked through.", "{n} cells were walked through.", len(cells) - len(wrong))
    if not wrong:
        return whole
    more = trn(
        "One was left out, number {first}.",
        "{n} were left out, the first is number {first}.",
        len(wrong),
        first=wrong[0],
    )
    return f"{whole} {more}"


def _cells(text: str, name: str) -> list[str]:
    """The texts of the cells of code that are not empty, of a notebook of any version or of a script."""
    if not text.lstrip().startswith("{"):
        found = _MARK.split(text)
    else:
        try:
            whole: Any = json.loads(text)
            sheets = whole.get("worksheets") or [whole]  # of versions before 4
            cells = [cell for sheet in sheets for cell in sheet.get("cells") or []]
            code = [each for each in cells if each.get("cell_type") == "code"]
            found = [_joined(each.get("source", each.get("input", ""))) for each in code]
        except (ValueError, RecursionError, AttributeError, TypeError):
            raise FileRefusal(tr("{file} cannot be read as a notebook.", file=name)) from None
    return [each.strip("\n") for each in found if each.strip()]


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(map(str, source))
