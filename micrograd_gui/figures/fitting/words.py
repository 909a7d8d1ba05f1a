"""Words below a figure of some width: the lines of the step card broken where they are too long for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from msgspec import structs

from micrograd_gui.figures.captions import LINE, NARROWEST, TEXT, line_width, texts_of_line, with_caption
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.records import InForm
from micrograd_gui.figures.fitting.sizing import Sizing
from micrograd_gui.figures.parts import Text
from micrograd_gui.figures.text_metrics import width
from micrograd_gui.session.explain.formulas import Fragment, Line

_INDENT = Fragment("operator", "  ")
AIR = 8.0  # between the graph and its card, and below that


def with_card(
    figure: Figure, card: Sequence[Line], tall: float, margin: float, sizing: Sizing | None, *, alone: bool
) -> Figure:
    """The figure with that card in so much room below, or ``alone``; one of some size is as wide as it is."""
    if figure.unit is None:
        return with_caption(figure, card, tall, narrowest=0.0 if alone else NARROWEST)
    room, least = figure.width - 2 * margin, figure.least
    texts: list[Text] = []
    y = figure.height + (AIR / 2 if figure.height else 0.0)
    for line in broken_card(card, room, least):
        y += LINE[line.size]
        size = text_size(line, least)
        size *= min(1.0, room / max(1.0, line_width(line, size, least)))
        texts += texts_of_line(line, y - 6, size, margin, least)
    high = figure.height + height_below(figure, tall, margin)
    if sizing is not None and sizing.whole and sizing.height is not None:
        high = max(high, sizing.height / figure.unit)
    return replace(figure, height=high, below=tuple(texts))


def height_below(figure: Figure, tall: float, margin: float) -> float:
    """How much of its height a card takes that is so tall."""
    return tall + (AIR if figure.height else 2 * margin)


def no_graph() -> InForm:
    """What a card stands below that is all there is."""
    return InForm(Figure(1.0, 0.0, least=TEXT["head"]), 0.0, "TB")


def text_size(line: Line, least: float) -> float:
    """How large the line is written below a figure of which no text is below ``least``."""
    return max(TEXT[line.size], least)


def broken_card(card: Sequence[Line], room: float, least: float = 0.0) -> Iterator[Line]:
    """Its lines, those that are longer than the room in several."""
    for line in card:
        yield from broken(line, room, text_size(line, least), least)


def broken(line: Line, room: float, size: float, least: float = 0.0) -> Iterator[Line]:
    """The line in as many as it takes; it is broken at spaces, and what is carried over stands further in."""
    made: list[Fragment] = []
    used = 0.0
    for piece in _pieces(line):
        wide = width(piece.text.rstrip(), size, bold=piece.strong, least=least)
        if made and used + wide > room:
            yield structs.replace(line, fragments=tuple(made))
            made, used = [_INDENT], width(_INDENT.text, size)
            piece = structs.replace(piece, text=piece.text.lstrip())
        made.append(piece)
        used += width(piece.text, size, bold=piece.strong, least=least)
    yield structs.replace(line, fragments=tuple(made))


def _pieces(line: Line) -> Iterator[Fragment]:
    """The words of the line, each with the spaces before it."""
    for each in line.fragments:
        for word in re.findall(r"\s*\S+|\s+$", each.text):
            yield structs.replace(each, text=word)
