"""A notebook or script of anybody: its cells, pasted one after the other into an empty document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from micrograd.language import tr, trn
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.in_parts import fields_of, lenient_text, loaded_leniently
from micrograd_gui.document.python.cell import left_out
from micrograd_gui.document.python.limits import CELLS_AT_MOST, counted

_TOGETHER = 5_000_000  # expressions that all cells together may work out: half a minute at most
_LETTERS = 400_000  # of all cells
_BYTES = 4 * _LETTERS + 1_000_000  # of a script: what marks its cells takes less than that
_MARK = re.compile(r"(?m)^#[ \t]*(?:%%.*|In\[[ \d]*\]:?)[ \t]*$")  # where a cell begins in a script


def graph_of_cells(content: bytes, name: str) -> Graph:
    """What is on the canvas after all its cells, which are walked through and never executed.

    A cell that is refused is left out, and said to be, as after a red one in a notebook. Raises FileRefusal
    where no cell makes a graph: with what is said of the first that is refused, if one is.
    """
    too_long = len(content) > _BYTES and not content.lstrip().startswith(b"{")
    cells = [] if too_long else _cells(lenient_text(content), name)
    if too_long or len(cells) > CELLS_AT_MOST or sum(map(len, cells)) > _LETTERS:
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
            found = [_joined(source) for source in _sources(text)]
        except (msgspec.DecodeError, ValueError, RecursionError, AttributeError, TypeError):
            raise FileRefusal(tr("{file} cannot be read as a notebook.", file=name)) from None
    return [each.strip("\n") for each in found if each.strip()]


class _Cell(msgspec.Struct):
    """What is read of a cell; ``input`` is the source in versions before 4."""

    cell_type: Any = None
    source: Any = msgspec.UNSET
    input: Any = ""


def _sources(text: str) -> Iterator[Any]:
    """What stands in each cell of code; one by one, so that no other thread waits for all of the outputs."""
    try:
        whole = fields_of(text)
        cells = [raw for sheet in _raws(whole, "worksheets") for raw in _raws(fields_of(sheet), "cells")]
        decoder = msgspec.json.Decoder(_Cell)
        code = [decoder.decode(raw) for raw in cells or _raws(whole, "cells")]
    except (msgspec.DecodeError, ValueError):
        lenient = loaded_leniently(text)
        sheets = lenient.get("worksheets") or [lenient]
        code = [msgspec.convert(cell, _Cell) for sheet in sheets for cell in sheet.get("cells") or []]
    for each in code:
        if each.cell_type == "code":
            yield each.input if each.source is msgspec.UNSET else each.source


def _raws(fields: dict[str, msgspec.Raw], name: str) -> list[msgspec.Raw]:
    """What is in the list of that name; nothing where there is none."""
    return msgspec.json.decode(fields[name], type=list[msgspec.Raw] | None) or [] if name in fields else []


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(map(str, source))
