"""Captions: the step card, drawn below a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from micrograd_gui.services.lettering import width
from micrograd_gui.services.picture import MARGIN, Picture, Role, Text
from micrograd_gui.session.formulas import Line

NARROWEST = 440.0  # a picture of a small graph is widened to that, for the sake of its card
LINE = {"head": 22.0, "big": 26.0, "note": 22.0}
TEXT = {"head": 13.0, "big": 17.0, "note": 14.0}
_ROLES: dict[str, Role] = {"data": "data", "grad": "grad"}


def height_of(cards: Iterable[Sequence[Line]]) -> float:
    """What the tallest of the cards needs."""
    return max((sum(LINE[line.size] for line in lines) for lines in cards), default=0.0)


def captioned(picture: Picture, card: Sequence[Line], tall: float) -> Picture:
    """The picture with that card in so much room below."""
    wide = max(picture.width, NARROWEST)
    texts: list[Text] = []
    y = picture.height + MARGIN
    for line in card:
        y += LINE[line.size]
        texts += _texts(line, y - 6, wide - 2 * MARGIN)
    return replace(picture, width=wide, height=picture.height + tall + 2 * MARGIN, below=tuple(texts))


def factor(line: Line, room: float) -> float:
    """How much smaller the line must be to get into the room."""
    size = TEXT[line.size]
    whole = sum(width(each.text, size, bold=each.strong) for each in line.fragments)
    return min(1.0, room / whole) if whole else 1.0


def _texts(line: Line, y: float, room: float) -> Iterable[Text]:
    """The fragments of a line one after the other, smaller where they would not fit."""
    size = TEXT[line.size] * factor(line, room)
    x = MARGIN
    for each in line.fragments:
        start = x + width(each.text[: len(each.text) - len(each.text.lstrip())], size)
        faint = line.size == "head" and not each.strong
        role = _ROLES.get(each.kind, "label")
        yield Text(0, role, start, y, "start", each.text.strip(), size, bold=each.strong, faint=faint)
        x += width(each.text, size, bold=each.strong)
