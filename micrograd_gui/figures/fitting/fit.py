"""Fit: the figure of a film that has the width and the size of text that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from micrograd_gui.document.errors import Refusal
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.sizing import TINY, Sizing, told

_ENOUGH = 0.999  # of a size of text: what rounding takes away is no less


class Drawable(Protocol):
    """What is to have a size: a film, which can be drawn in several forms."""

    @property
    def natural(self) -> Figure:
        """As large as it comes."""

    @property
    def directions(self) -> tuple[str, ...]:
        """Those in which it can be drawn, the usual one first."""

    def drawn(self, rankdir: str) -> Figure:
        """The graph alone in that direction, with no numbers yet."""

    def completed(self, made: Figure) -> Figure:
        """The graph with what belongs below it."""

    def smallest_text(self, layout: Figure) -> float:
        """The size of the smallest text of all its pictures when it is laid out so, in units."""


def fitted(film: Drawable, sizing: Sizing) -> Figure:
    """The graph laid out in that size; raises Refusal, which says what width would do."""
    if sizing.width is None:
        made = film.natural
        return replace(made, unit=1.0 if sizing.text is None else sizing.text / film.smallest_text(made))
    if sizing.text is None:
        return _scaled(film, sizing)
    found = _found(film, sizing, sizing.width)
    if found is not None:
        return found
    wide = told(_enough(film, sizing), sizing.unit, up=True)
    raise Refusal(
        f"With a text of {told(sizing.text, 'pt')} the figure does not get into "
        f"{told(sizing.width, sizing.unit)}: it needs a width of {wide}, "
        "a smaller text, fewer digits, or fewer nodes."
    )


def _scaled(film: Drawable, sizing: Sizing) -> Figure:
    """As it comes, as wide as it is to be; small text is told of."""
    made, width = film.natural, sizing.width or 0.0
    made = replace(made, unit=width / made.width)
    size = film.smallest_text(made) * (made.unit or 1.0)
    if size < TINY:
        note = f"The smallest text is {size:.1f} pt: with --text 8pt a form is chosen that can be read."
        made = replace(made, note=" ".join(filter(None, (made.note, note))))
    return made


def _found(film: Drawable, sizing: Sizing, width: float) -> Figure | None:
    """The best of the figures that can be so wide; None where none can."""
    for made in _candidates(film, sizing):
        if (whole := _widened(film, made, sizing, width)) is not None:
            return whole
    return None


def _candidates(film: Drawable, sizing: Sizing) -> Iterator[Figure]:
    """The graph alone in one form after the other, the best first."""
    for rankdir in (sizing.rankdir,) if sizing.rankdir else film.directions:
        yield film.drawn(rankdir)


def _widened(film: Drawable, made: Figure, sizing: Sizing, width: float) -> Figure | None:
    """The candidate with text and width as they are to be; None where it has no room."""
    assert sizing.text is not None
    unit = sizing.text / made.smallest_text
    wide = width / unit
    if made.width > wide * 1.0001:
        return None
    whole = replace(film.completed(_centred(made, wide)), unit=unit)
    return whole if film.smallest_text(whole) * unit >= sizing.text * _ENOUGH else None


def _enough(film: Drawable, sizing: Sizing) -> float:
    """A width that would do."""
    assert sizing.width is not None
    assert sizing.text is not None
    widths = [made.width * sizing.text / made.smallest_text for made in _candidates(film, sizing)]
    wide = max(sizing.width, min(widths))
    for _ in range(40):
        if _found(film, sizing, wide) is not None:
            break
        wide *= 1.06
    return wide


def _centred(made: Figure, wide: float) -> Figure:
    """The figure in the middle of so much width."""
    from micrograd_gui.figures.fitting.moving import moved

    return moved(made, (wide - made.width) / 2, 0.0, wide, made.height)
