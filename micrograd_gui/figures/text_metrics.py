"""Text metrics: how wide a text is in the font of all figures, and what of a label can be shown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import east_asian_width

from micrograd_gui.document.text import one_line, runs
from micrograd_gui.figures.geometry import INDEX, LOWER
from micrograd_gui.resource import font_folder

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

LABEL_AT_MOST = 32  # characters
CAP = 0.73  # the height of a capital letter in the font, as a part of its size
_LINE = 1.164  # the height of a line, likewise: what the font reaches above and below the baseline
_FILES = {
    (False, False): "DejaVuSans.ttf",
    (True, False): "DejaVuSans-Bold.ttf",
    (False, True): "DejaVuSans-Oblique.ttf",
    (True, True): "DejaVuSans-BoldOblique.ttf",
}
_MEASURED_AT = 256


def shown_label(label: str) -> str:
    """The label on one line, without what would steer the text around it, and not endless."""
    line = one_line(label, LABEL_AT_MOST, instead="�")
    return "".join(c if c.isprintable() else "�" for c in line)  # not every writer can join letters


class Piece(NamedTuple):
    """A part of a text: where it begins behind the text's beginning, how far below its baseline, its size."""

    text: str
    x: float
    down: float
    size: float


def pieces(text: str, size: float, *, bold: bool = False) -> list[Piece]:
    """The text as it is written, its indices lower and smaller; every writer of texts writes these."""
    if "_" not in text:
        return [Piece(text, 0.0, 0.0, size)]
    made, x = list[Piece](), 0.0
    for part, lower in runs(text):
        smaller = size * INDEX if lower else size
        made.append(Piece(part, x, size * LOWER if lower else 0.0, smaller))
        x += _width(part, smaller, bold=bold)
    return made


def as_read(text: str) -> str:
    """The text without what makes its indices: ``w1`` of ``w_1``, as it can be read where it is written."""
    return "".join(part for part, _ in runs(text))


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the text is in the font at that size; what the font lacks counts as a full square."""
    if "_" not in text:
        return _width(text, size, bold=bold)
    last = pieces(text, size, bold=bold)[-1]
    return last.x + _width(last.text, last.size, bold=bold)


@cache
def _width(text: str, size: float, *, bold: bool) -> float:
    font = _font(bold)
    wide = sum(east_asian_width(c) in "WF" for c in text)
    narrow = "".join(c for c in text if east_asian_width(c) not in "WF")
    return (font.getlength(narrow) / _MEASURED_AT + wide) * size


def line_height(size: float) -> float:
    """The height of a line of text of that size."""
    return _LINE * size


def shortened(text: str, size: float, room: float, *, least: float | None = None) -> str:
    """As much of the beginning as fits at that size, or at the least one."""
    least = size if least is None else least
    while len(text) > 1 and fitting(text, size, room) < least:
        text = f"{text.removesuffix('…')[:-1]}…" if len(text) > 2 else text[:1]
    return text


def fitting(text: str, size: float, room: float) -> float:
    """The size, smaller where the text would not fit."""
    return size * min(1.0, room / max(1.0, width(text, size, bold=True)))


@cache
def _font(bold: bool) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(font_file(bold)), _MEASURED_AT)


def font_file(bold: bool = False, italic: bool = False) -> Path:
    """The file of the font, bold or not, leaning or not."""
    folder = font_folder()
    assert folder is not None, "matplotlib is a dependency"
    return folder / _FILES[bold, italic]
