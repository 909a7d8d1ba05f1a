"""Pages: figures, texts and lines to write on, at their places on paper; each writer of pages draws these."""

from __future__ import annotations

from typing import NamedTuple

from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.palette import Palette
from micrograd_gui.figures.parts import Text

LARGEST_PAGE = 14_400.0  # points; no side of a page of a PDF may be longer
Box = tuple[float, float, float, float]  # left, top, width, height


class Placed(NamedTuple):
    """A figure on a page, a unit to so many points, its corner in points from that of the page.

    What of it is outside of ``within`` is not seen.
    """

    figure: Figure
    unit: float = 1.0
    corner: tuple[float, float] = (0.0, 0.0)
    within: Box | None = None


class Rule(NamedTuple):
    """A line to write on, from left to right at a height."""

    left: float
    y: float
    right: float
    strong: bool


class Page(NamedTuple):
    """A page so many points wide and high, and what is on it."""

    wide: float
    high: float
    palette: Palette
    figures: list[Placed]
    texts: list[Text]
    rules: list[Rule]
