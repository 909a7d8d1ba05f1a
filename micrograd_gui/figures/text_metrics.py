"""Text metrics: how wide a text is in the font of all figures, and what of a label can be shown."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import east_asian_width

from micrograd_gui.document.text import one_line, runs, without_number
from micrograd_gui.figures.geometry import INDEX, LOWER
from micrograd_gui.resource import Family, asked, ours

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

LABEL_AT_MOST = 32  # characters
CAP = 0.73  # the height of a capital letter in the font, as a part of its size
_LINE = 1.164  # the height of a line, likewise: what the font reaches above and below the baseline
_MEASURED_AT = 256
_JOINS = "\u200c\u200d"  # between letters, in scripts that join them, and emoji
_FAR = re.compile(r"[\u0530-\u1dff\u2600-\u27bf\u2c00-\uffff\U00010000-\U0010ffff]")
# Where there may be a sign that the font lacks, or letters that are joined: not the squares of East Asia.
_SCRIPTS = re.compile(
    r"[\u0530-\u1dff\u2700-\u27bf\u2c00-\u2dff\ua000-\uabff\ufb1d-\ufdff\ufe00-\ufe0f\U00010000-\U0001ffff]"
)


def shown_label(label: str) -> str:
    """The label on one line, without what would steer the text around it, and not endless."""
    line = one_line(label, LABEL_AT_MOST, instead="�")
    return line if line.isprintable() else "".join(c if c.isprintable() or c in _JOINS else "�" for c in line)


class Piece(NamedTuple):
    """A part of a text: where it begins behind the text's beginning, how far below its baseline, its size."""

    text: str
    x: float
    down: float
    size: float


def has_index(text: str) -> bool:
    """Whether something of the text is an index."""
    return "_" in text and len(runs(text)) > 1


def index_size(size: float, least: float = 0.0) -> float:
    """How large an index is of a text of that size: not smaller than the least, where the text is not.

    So do the sizes of TeX: an index of 12 points has 8, of 8 points 6, of 5 points 5.
    """
    return max(size * INDEX, min(size, least))


def pieces(text: str, size: float, *, bold: bool = False, least: float = 0.0) -> list[Piece]:
    """The text as it is written, its indices lower and smaller; every writer of texts writes these.

    ``least``: how small an index may be.
    """
    if "_" not in text:
        return [Piece(text, 0.0, 0.0, size)]
    made, x = list[Piece](), 0.0
    for part, lower in runs(text):
        smaller = index_size(size, least) if lower else size
        made.append(Piece(part, x, size * LOWER if lower else 0.0, smaller))
        x += _width(part, smaller, bold=bold)
    return made


def width(text: str, size: float, *, bold: bool = False, least: float = 0.0) -> float:
    """How wide the text is in the font at that size; what the font lacks counts as a full square."""
    if "_" not in text:
        return _width(text, size, bold=bold)
    last = pieces(text, size, bold=bold, least=least)[-1]
    return last.x + _width(last.text, last.size, bold=bold)


def _width(text: str, size: float, *, bold: bool) -> float:
    if asked() is not None or (not text.isascii() and _SCRIPTS.search(text) is not None):
        return size * _in_fonts(text, bold, asked())
    return plain_width(text, size, bold=bold)


@cache
def plain_width(text: str, size: float, *, bold: bool = False) -> float:
    """The same in the font of all figures, which Graphviz lays out in, whatever font was asked for."""
    if text.isascii() and "f" not in text:
        return _by_pairs(text, bold) / _MEASURED_AT * size
    font = _font(bold)
    wide = sum(east_asian_width(c) in "WF" for c in text)
    narrow = "".join(c for c in text if east_asian_width(c) not in "WF")
    return (font.getlength(narrow) / _MEASURED_AT + wide) * size


def _by_pairs(text: str, bold: bool) -> float:
    """The length of plain letters: each stands as far from the next as these two do anywhere.

    Only f makes one sign of several. To ask the font for the whole takes twenty times as long.
    """
    if len(text) < 3:
        return _length(text, bold)
    pairs = sum([_length(text[at : at + 2], bold) for at in range(len(text) - 1)])
    return pairs - sum([_length(sign, bold) for sign in text[1:-1]])


@cache
def _length(letters: str, bold: bool) -> float:
    """How long one or two letters are, in the size that is measured at: a multiple of 1/64."""
    return _font(bold).getlength(letters)


@cache
def _in_fonts(text: str, bold: bool, chosen: Family | None) -> float:
    """How wide a text is whose signs several fonts have, or the one that is chosen."""
    from micrograd_gui.fonts import advance, parts

    return sum(advance(part, file) for part, file in parts(text, bold))


def wants_fonts(text: str) -> bool:
    """Whether the text may have signs that the font of all figures lacks."""
    return not text.isascii() and _FAR.search(text) is not None


def line_height(size: float) -> float:
    """The height of a line of text of that size."""
    return _LINE * size


def shortened(text: str, size: float, room: float, *, least: float | None = None, index: float = 0.0) -> str:
    """As much of the beginning as fits at that size, or at the least one; no index is below ``index``.

    A number at the end stays there, if that leaves some of the beginning.
    """
    least = size if least is None else least
    if fitting(text, size, room, index=index) >= least:
        return text
    name, number = without_number(text)
    for end in range(len(name) - 1, 0, -1) if number else ():
        if fitting(made := f"{name[:end]}…{number}", size, room, index=index) >= least:
            return made
    while len(text) > 1 and fitting(text, size, room, index=index) < least:
        text = f"{text.removesuffix('…')[:-1]}…" if len(text) > 2 else text[:1]
    return text


def fitting(text: str, size: float, room: float, *, index: float = 0.0) -> float:
    """The size, smaller where the text would not fit."""
    return size * min(1.0, room / max(1.0, width(text, size, bold=True, least=index)))


@cache
def _font(bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(ours(bold).path), _MEASURED_AT)
