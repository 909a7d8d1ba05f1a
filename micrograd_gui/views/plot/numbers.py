"""The numbers of a plot as CSV: every curve and point that it shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np

from micrograd_gui.views.plot.model import Bars, Field, GrowingCurve, Mark, Note, PlotItem, Still

Row = tuple[str, float, float, float | str]


def as_csv(still: Still, marks: Sequence[PlotItem]) -> str:
    """A line for each number: what it belongs to, its places across and upward, and the number of a field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["what", still.x_name, still.y_name, "number"])
    for drawn in (*still.curves, *marks):
        for what, x, y, number in _rows(still, drawn):
            said = number if isinstance(number, str) else repr(float(number))
            writer.writerow([what, repr(float(x)), repr(float(y)), said])
    return text.getvalue()


def _rows(still: Still, drawn: PlotItem) -> Iterator[Row]:
    match drawn:
        case Mark():
            for x, y in zip(drawn.x, drawn.y, strict=True):
                yield drawn.legend or drawn.style, x, y, ""
        case GrowingCurve():
            name = still.right_name if drawn.right else still.y_name
            for at, y in enumerate(drawn.y):
                yield name, at, y, ""
        case Bars():
            middles = (drawn.edges[:-1] + drawn.edges[1:]) / 2
            for x, height in zip(middles, drawn.heights, strict=True):
                yield drawn.legend or "bar", x, drawn.base, float(height)
        case Field():
            rows, columns = drawn.numbers.shape
            across, upward = np.linspace(*still.x_span, columns), np.linspace(*still.y_span, rows)
            for y, line in zip(upward, drawn.numbers, strict=True):
                for x, number in zip(across, line, strict=True):
                    yield drawn.legend or "field", x, y, float(number)
        case Note():
            yield "note", drawn.x, drawn.y, drawn.words
