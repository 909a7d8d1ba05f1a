"""Words in a plot: labels as the user typed them, within the room there is."""

from __future__ import annotations

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from PySide6.QtGui import QFont, QFontMetricsF

from micrograd_gui.views.theme import FAMILY


def say(text: Text, words: str, colour: str) -> None:
    """Let a text of matplotlib show those words."""
    text.set_parse_math(False)  # a label may hold "$" and "\\"
    text.set_text(drawable(words))
    text.set_color(colour)


def drawable(words: str) -> str:
    """The words with boxes for the signs that the font does not have, as matplotlib would warn of each."""
    return "".join(each if ord(each) in _signs() else "□" for each in words)


def cut(words: str, pixels: int, room: float) -> str:
    """The words, with an ellipsis in the middle where they are longer than the room."""
    kept, shown = len(words), words
    while kept > 4 and width_of(shown, pixels) > room:
        kept -= 2
        shown = f"{words[: kept // 2]}…{words[-(kept // 2) :]}"
    return shown


def width_of(words: str, pixels: int) -> float:
    """How wide words are at that size; the same font files serve Qt and matplotlib."""
    return _metrics(pixels).horizontalAdvance(words)


@cache
def _metrics(pixels: int) -> QFontMetricsF:
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    return QFontMetricsF(font)


@cache
def _signs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FAMILY))).get_charmap())
