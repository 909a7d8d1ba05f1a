"""Captions: the step card, drawn below a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from micrograd_gui.figures.figure import MARGIN, Figure
from micrograd_gui.figures.parts import Role, Text
from micrograd_gui.figures.text_metrics import width
from micrograd_gui.session.explain.formulas import Line
from micrograd_gui.session.explain.of_rows import Said

NARROWEST = 440.0  # a picture of a small graph is widened to that, for the sake of its card
NATURAL = 800.0  # below a wider picture the card is larger too: both are made to fit the same slide
LARGEST = 2.0
LINE = {"head": 22.0, "big": 26.0, "note": 22.0}
TEXT = {"head": 13.0, "big": 17.0, "note": 14.0}
_ROLES: dict[str, Role] = {"data": "data", "grad": "grad"}


def height_of(cards: Iterable[Sequence[Line]], wide: float) -> float:
    """What the tallest of the cards needs below a figure of that width."""
    tallest = max((sum(LINE[line.size] for line in lines) for lines in cards), default=0.0)
    return tallest * enlargement(wide)


def enlargement(wide: float) -> float:
    """How much larger a card is drawn below a figure of that width."""
    return min(LARGEST, max(1.0, wide / NATURAL))


SAID = 20.0  # what a line of words on the whole graph needs below it
_SAID_SIZE = 12.0


def with_room_to_say(figure: Figure, margin: float = MARGIN) -> Figure:
    """The figure with room below for what its gradients are of; itself, where none are drawn in it."""
    if not figure.chips and all(cell.role != "grad" for box in figure.boxes for cell in box.cells):
        return figure
    return with_saying(replace(figure, height=figure.height + SAID), None, margin)


def with_saying(figure: Figure, said: Said | None, margin: float = MARGIN) -> Figure:
    """The figure with what is said of it (None: nothing at this moment) in the room that was left below."""
    long, brief = ("", "") if said is None else (said.long, said.brief)
    left = figure.key[0].x if figure.key else margin
    room = figure.width - left - margin
    usual = max(_SAID_SIZE, figure.least)
    text = long if width(long, usual, least=figure.least) <= room else brief
    wide = width(text, usual, least=figure.least)
    size = usual if wide <= room else usual * room / wide
    words = Text(0, "label", left, figure.height - max(margin, 6.0), "start", text, size, faint=True)
    return replace(figure, saying=words)


def card_only(cards: Iterable[Sequence[Line]]) -> Figure:
    """A figure of no height, below which each of those cards has room."""
    widest = max((line_width(line, TEXT[line.size]) for lines in cards for line in lines), default=0.0)
    return Figure(min(NATURAL, widest + 2 * MARGIN + 1), 0.0)


def with_caption(
    figure: Figure, card: Sequence[Line], tall: float, *, narrowest: float = NARROWEST
) -> Figure:
    """The figure with that card in so much room below."""
    wide, larger = max(figure.width, narrowest), enlargement(figure.width)
    texts: list[Text] = []
    y = figure.height + MARGIN
    for line in card:
        y += LINE[line.size] * larger
        size = TEXT[line.size] * larger * factor(line, wide)
        texts += texts_of_line(line, y - 6 * larger, size)
    return replace(figure, width=wide, height=figure.height + tall + 2 * MARGIN, below=tuple(texts))


def factor(line: Line, wide: float) -> float:
    """How much smaller the line must be to get into the figure's width."""
    whole = line_width(line, TEXT[line.size] * enlargement(wide))
    return min(1.0, (wide - 2 * MARGIN) / whole) if whole else 1.0


def line_width(line: Line, size: float, least: float = 0.0) -> float:
    """How wide the line is in text of that size, its indices not below ``least``."""
    return sum(width(each.text, size, bold=each.strong, least=least) for each in line.fragments)


def texts_of_line(
    line: Line, y: float, size: float, left: float = MARGIN, least: float = 0.0
) -> Iterable[Text]:
    """The fragments of a line one after the other, of that size."""
    x = left
    for each in line.fragments:
        start = x + width(each.text[: len(each.text) - len(each.text.lstrip())], size)
        faint = line.size == "head" and not each.strong
        role = _ROLES.get(each.kind, "label")
        yield Text(0, role, start, y, "start", each.text.strip(), size, bold=each.strong, faint=faint)
        x += width(each.text, size, bold=each.strong, least=least)
