"""Hall: a whole graph on one screen, with numbers for the back row: which form of card, how large, and where.

The places are made from those of the document and never kept. What stood left of or above something still
does: columns are stretched to the width, and what stands in one column is pushed apart, or parted into two
columns where it has no room in one. Lengths are pixels on a screen that is 1080 high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import Place
from micrograd_gui.figures.geometry import HALL_FORMS, HEIGHT, CardForm, Rect, Size

MARGIN = 20.0  # between the edge of the room and the boxes: for ports, tags and outlines
_NARROWEST, _COMFORTABLE = (26.0, 16.0), (150.0, 44.0)  # between boxes, across and down
_FOR_CHIPS = ((150.0, 16.0), (26.0, 64.0))  # beside or above any box there is room for a contribution
_TIGHT = tuple((form, _NARROWEST) for form in HALL_FORMS)
_STRETCH = (2.6, 2.3)  # no further from middle to middle than so many boxes, across and down
_ROW = HEIGHT + 16  # from one row of a tidied document to the next
_LARGEST, _PIECES = 2.0, 8  # how far cards are enlarged, and how finely that is tried
_AT_MOST = 160  # boxes: no more than that have room in any form


class Spread(NamedTuple):
    """A form of card, where each stands, and how many times enlarged; ``room`` is what they stand in."""

    form: CardForm
    places: Mapping[Key, Place]
    enlarged: float
    room: Size


def stand_in(
    boxes: Mapping[Key, Rect], operands: Mapping[Key, Sequence[Key | None]], room: Size, edge: float = 0.0
) -> Spread | None:
    """The richest form in which all of these have room, as large as has room; None where none has.

    ``boxes`` are the rectangles of the document; ``edge`` is kept free above, for the titles of frames.
    """
    if not boxes or len(boxes) > _AT_MOST:
        return None
    as_they_are = _columns(boxes)
    evened = _evened(as_they_are, boxes, operands)
    for wanted in (*((form, gaps) for form in HALL_FORMS[:2] for gaps in _FOR_CHIPS), *_TIGHT):
        for columns in (as_they_are, evened):
            if _spread(boxes, columns, wanted[0], room, wanted[1], edge) is not None:
                return _enlarged(boxes, columns, *wanted, room, edge)
    for form, gaps in _TIGHT:  # rather in more columns than out of sight
        parted = _parted(evened, *_most(form, room, gaps, edge))
        if _spread(boxes, parted, form, room, gaps, edge) is not None:
            return _enlarged(boxes, parted, form, gaps, room, edge)
    return None


def _enlarged(
    boxes: Mapping[Key, Rect],
    columns: Sequence[Sequence[Key]],
    form: CardForm,
    gaps: Size,
    room: Size,
    edge: float,
) -> Spread | None:
    """As large in that form as has room, with room to breathe where it is larger than need be."""
    for piece in range(_PIECES, -1, -1):
        enlarged = 1 + (_LARGEST - 1) * piece / _PIECES
        within = room[0] / enlarged, room[1] / enlarged
        places = _spread(boxes, columns, form, within, _COMFORTABLE if piece else gaps, edge)
        if places is not None:
            return Spread(form, places, enlarged, within)
    return None


def _columns(boxes: Mapping[Key, Rect]) -> list[list[Key]]:
    """The boxes by column: each in the first that is right of all that stand wholly left of it."""
    found: dict[Key, int] = {}
    order = sorted(boxes, key=lambda key: (boxes[key][0], key))
    for at, key in enumerate(order):
        left = boxes[key][0]
        before = [found[o] for o in order[:at] if boxes[o][0] + boxes[o][2] <= left + 1]
        found[key] = max(before, default=-1) + 1
    columns: list[list[Key]] = [[] for _ in range(max(found.values()) + 1)]
    for key in sorted(boxes, key=lambda key: (_middle(boxes[key]), boxes[key][0], key)):
        columns[found[key]].append(key)
    return columns


def _evened(
    columns: Sequence[Sequence[Key]], boxes: Mapping[Key, Rect], operands: Mapping[Key, Sequence[Key | None]]
) -> list[list[Key]]:
    """The same with leaves of the fullest columns moved right, still left of all that read them."""
    made = [list(column) for column in columns]
    at = {key: number for number, column in enumerate(made) for key in column}
    first_reader: dict[Key, int] = {}
    for user, inputs in operands.items():
        for key in inputs:
            if key is not None and key in at:
                first_reader[key] = min(first_reader.get(key, len(made)), at[user])
    for number, column in enumerate(made):
        for key in [key for key in column if not operands.get(key)]:
            free = range(number + 1, first_reader.get(key, number))
            best = min(free, key=lambda there: (len(made[there]), -there), default=number)
            if len(made[best]) + 1 < len(column):
                column.remove(key)
                made[best].append(key)
                made[best].sort(key=lambda key: (_middle(boxes[key]), key))
    return made


def _parted(columns: Sequence[Sequence[Key]], across: int, down: int) -> list[Sequence[Key]]:
    """The same with columns of more than so many parted in two, while there are fewer than so many across.

    In a tidied graph nothing reads what stands in its own column, so each stays right of its operands. Every
    other one goes into the second part: there it stands between two of the first.
    """
    made = list(columns)
    while len(made) < across and len(fullest := max(made, key=len)) > down:
        at = made.index(fullest)
        made[at : at + 1] = [fullest[::2], fullest[1::2]]
    return made


def _most(form: CardForm, room: Size, gaps: Size, edge: float) -> tuple[int, int]:
    """How many cards have room side by side, and one below the other."""
    across = (room[0] - 2 * MARGIN + gaps[0]) // (form.width + gaps[0])
    down = (room[1] - 2 * MARGIN - edge + gaps[1]) // (form.height + gaps[1])
    return int(across), int(down)


def _middle(box: Rect) -> float:
    return box[1] + box[3] / 2


def _spread(
    boxes: Mapping[Key, Rect],
    columns: Sequence[Sequence[Key]],
    form: CardForm,
    room: Size,
    gaps: Size,
    edge: float,
) -> dict[Key, Place] | None:
    """Where the boxes stand in that form; None where they have no room."""
    across = room[0] - 2 * MARGIN - form.width  # for the left edges
    down = room[1] - 2 * MARGIN - edge - form.height
    step, apart = form.width + gaps[0], form.height + gaps[1]
    most = max(len(column) for column in columns)
    if across < step * (len(columns) - 1) or down < apart * (most - 1) or min(across, down) < 0:
        return None
    stride = min(across / max(1, len(columns) - 1), form.width * _STRETCH[0])
    left = MARGIN + (across - stride * (len(columns) - 1)) / 2
    middles = [_middle(box) for box in boxes.values()]
    first, last = min(middles), max(middles)
    scale = min(down / max(1.0, last - first), form.height * _STRETCH[1] / _ROW)
    top = MARGIN + edge + (down - scale * (last - first)) / 2
    places: dict[Key, Place] = {}
    for number, column in enumerate(columns):
        wanted = [top + (_middle(boxes[key]) - first) * scale for key in column]
        tops = _pushed_apart(wanted, apart, MARGIN + edge, MARGIN + edge + down)
        for key, y in zip(column, tops, strict=True):
            places[key] = left + number * stride, y
    return places


def _pushed_apart(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """As near to the wanted heights as can be, at least so far apart, in the same order, within bounds."""
    groups: list[list[float]] = []  # the sum and the count of those that touch each other
    for at, each in enumerate(wanted):
        groups.append([each - at * apart, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, count = groups.pop()
            groups[-1] = [groups[-1][0] + total, groups[-1][1] + count]
    level = [total / count for total, count in groups for _ in range(int(count))]
    highest = high - (len(wanted) - 1) * apart
    return [min(max(each, low), highest) + at * apart for at, each in enumerate(level)]
