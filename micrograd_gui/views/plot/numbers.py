"""The numbers of a plot as CSV: every curve and point that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from micrograd_gui.files.cells import written
from micrograd_gui.views.plot.model import (
    Arrow,
    Bars,
    Contours,
    Field,
    GrowingCurve,
    Mark,
    Note,
    PlotItem,
    StaticPlot,
    Trail,
)

Row = tuple[str, float, float, float | str]


def as_csv(static: StaticPlot, items: Sequence[PlotItem]) -> str:
    """A line for each number: what it belongs to, its places across and upward, and the number of a field."""
    lines: list[tuple[str | float, ...]] = [("what", static.x_name, static.y_name, "number")]
    for drawn in (*static.curves, *items):
        for what, x, y, number in _rows(static, drawn):
            said = number if isinstance(number, str) else float(number)
            lines.append((what, float(x), float(y), said))
    return written(lines)


def _rows(static: StaticPlot, drawn: PlotItem) -> Iterator[Row]:
    match drawn:
        case Mark() | Arrow():
            for x, y in zip(drawn.x, drawn.y, strict=True):
                yield drawn.legend or (drawn.style if isinstance(drawn, Mark) else "arrow"), x, y, ""
        case Trail():
            for x, y in zip(drawn.x[:-1], drawn.y[:-1], strict=True):
                yield drawn.legend or "trail", x, y, ""
        case GrowingCurve():
            name = static.right_name if drawn.right else static.y_name
            for at, y in enumerate(drawn.y):
                yield name, at, y, ""
        case Bars():
            middles = (drawn.edges[:-1] + drawn.edges[1:]) / 2
            for x, height in zip(middles, drawn.heights, strict=True):
                yield drawn.legend or "bar", x, drawn.base, float(height)
        case Field() | Contours():
            rows, columns = drawn.numbers.shape
            across, upward = np.linspace(*static.x_span, columns), np.linspace(*static.y_span, rows)
            for y, line in zip(upward, drawn.numbers, strict=True):
                for x, number in zip(across, line, strict=True):
                    yield drawn.legend or "field", x, y, float(number)
        case Note():
            yield "note", drawn.x, drawn.y, drawn.words
