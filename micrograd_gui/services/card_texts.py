"""Card texts: what is written on a card of the canvas's style, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from micrograd_gui.services.lettering import fitting, shortened, width
from micrograd_gui.services.measures import EDGE, NUMBER_EDGE
from micrograd_gui.services.measures import MARK as FOLD_MARK
from micrograd_gui.services.parts import (
    CAP,
    CARD_NUMBER,
    CARD_SMALL,
    CARD_UNNAMED,
    COUNT_SIZE,
    FOOT_SIZE,
    MARK,
    Box,
    Cell,
    Role,
    Text,
)

_SMALLEST_NAME = 9.5  # a longer name is cut


def on_card(box: Box, *, ahead: bool, number: Callable[[Role], str]) -> Iterable[Text]:
    """As on the canvas: badge, name and marks in the title, each number below its field's name.

    ``ahead``: the node is still to come; ``number`` gives what stands in a field, empty where nothing does.
    """
    title = box.cells[0]
    middle = title.y + title.height / 2 + 0.5
    left, right = title.x + EDGE, title.x + title.width - EDGE
    if box.badge is not None:
        x, y, w, h = box.badge
        baseline = y + h / 2 + CARD_NUMBER * CAP / 2
        symbol = Text(box.node, "badge", x + w / 2, baseline, "middle", box.symbol, CARD_NUMBER, bold=True)
        yield replace(symbol, faint=ahead)
        left = x + w + 5
    elif box.fold_mark is not None:
        left += FOLD_MARK + 6
    for mark in box.marks:
        baseline = middle + CARD_SMALL * CAP / 2
        yield Text(box.node, "mark", right - MARK, baseline, "end", mark, CARD_SMALL, faint=True)
        right -= MARK + width(mark, CARD_SMALL) + 5
    usual = CARD_NUMBER if box.named else CARD_UNNAMED
    name = shortened(box.label, usual, right - left, least=_SMALLEST_NAME)
    size = fitting(name, usual, right - left)
    text = Text(box.node, "label", left, middle + size * CAP / 2, "start", name, size)
    yield replace(text, bold=box.named, italic=not box.named, faint=ahead or not box.named)
    for cell in box.cells[1:]:
        centre = cell.x + cell.width / 2
        if cell.text:
            yield _constant(box, cell)
            continue
        yield Text(box.node, cell.role, centre, cell.y + 12, "middle", cell.role, CARD_SMALL, faint=True)
        shown = number(cell.role)
        beside = NUMBER_EDGE["grad" if cell.role == "grad" else "data"]
        size = fitting(shown, CARD_NUMBER, cell.width - beside - 3)
        edge, baseline, known = cell.x + cell.width - beside, cell.y + 28.5, bool(shown)
        yield Text(box.node, cell.role, edge, baseline, "end", shown, size, bold=known, faint=not known)


def _constant(box: Box, cell: Cell) -> Text:
    """What a collapsed block says of itself; the foot of a tall one is at its end."""
    foot = cell.role == "foot"
    size, above = (FOOT_SIZE, 10.0) if foot else (COUNT_SIZE, cell.height / 2)
    baseline = cell.y + cell.height - above + size * CAP / 2
    return Text(box.node, cell.role, cell.x + cell.width / 2, baseline, "middle", cell.text, size, faint=True)
