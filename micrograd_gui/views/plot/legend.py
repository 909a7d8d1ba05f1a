"""The key of a plot: a few lines of text beside samples of their lines, in a corner of the axes.

matplotlib's own legend takes 4 ms to draw, as it packs its boxes anew each time; here all widths are known.
Words change at every step, and Qt writes them fifty times as fast as matplotlib: on screen the key is painted
by Qt, in a picture that is saved by matplotlib.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from micrograd_gui.document.text import as_shown
from micrograd_gui.fonts import families, shown
from micrograd_gui.resource import FAMILY

_SAMPLE, _POINT, _GAP, _PAD, _ROW, _APART = 2.2, 1.0, 0.6, 0.7, 1.45, 1.6  # all in sizes of the text
_WIDER = 1.04  # matplotlib sets the same text a little wider than Qt, by which it was measured
_BESIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NO_MARKER = ("", "None", None)
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it tells where a font has no bold
_ENDLESS = 10_000.0  # pixels: words are not cut here
KEY_GAP = 0.6  # between the key and the edge of the axes
KEY_SIDES = _SAMPLE + _GAP + 2 * _PAD + 2 * KEY_GAP  # what stands beside the words


def key_height(size: float, lines: int) -> float:
    """How tall a key of so many lines is, in pixels."""
    return size * (_ROW * lines + _PAD)


def lines_height(size: float, lines: int) -> float:
    """How tall so many lines of a key are whose entries stand side by side."""
    return size * _ROW * lines


def entry_width(words: float, size: float, *, point: bool) -> float:
    """How wide an entry is whose words are so wide; beside them stands a point, or a piece of a line."""
    return size * ((_POINT if point else _SAMPLE) + _GAP) + _WIDER * words


def side_by_side(widths: Sequence[float], size: float, room: float) -> list[list[int]]:
    """Which of the entries, which are so wide, stand in each line: as many as there is room for."""
    lines: list[list[int]] = [[]]
    taken = 0.0
    for at, width in enumerate(widths):
        if lines[-1] and taken + size * _APART + width > room:
            lines.append([])
            taken = 0.0
        taken += width + (size * _APART if lines[-1] else 0.0)
        lines[-1].append(at)
    return lines


@dataclass(frozen=True, slots=True)
class Place:
    """Where the key stands: pixels from the lower left of the figure to a corner of the axes."""

    x: float
    y: float
    right: bool
    upper: bool


@dataclass(frozen=True, slots=True)
class LegendStyle:
    """How the key is drawn: sizes in pixels, colours."""

    text: int
    dpi: int
    font: FontProperties
    colour: str
    ground: str
    line: str


class PlotKey:
    """The artists of a key. Their words may change while they stay; their number may not."""

    def __init__(self, axes: Axes, samples: Sequence[Line2D], style: LegendStyle) -> None:
        self._style = style
        inches = axes.figure.dpi_scale_trans  # grows with the resolution that is saved at
        self._box = FancyBboxPatch(
            (0, 0), 1, 1, boxstyle="round,pad=0,rounding_size=0.03",
            facecolor=style.ground, edgecolor=style.line, linewidth=0.8, alpha=0.88,
            transform=inches, zorder=6, animated=True,
        )  # fmt: skip
        self._samples = list(samples)
        self._texts = [
            Text(
                0, 0, "", color=style.colour, fontproperties=style.font, verticalalignment="center_baseline",
                parse_math=False, transform=inches, zorder=8, animated=True,
            )
            for _ in samples
        ]  # fmt: skip
        for sample in self._samples:
            sample.set(transform=inches, zorder=7, animated=True)
        for artist in self:
            artist.set_in_layout(False)
            artist.set_clip_on(False)
            axes.add_artist(artist)

    def __iter__(self) -> Iterator[Artist]:
        """All artists, in the order in which they are drawn."""
        yield self._box
        yield from self._samples
        yield from self._texts

    def say(self, words: Sequence[tuple[str, float]], place: Place) -> None:
        """Show those words, each with its width in pixels, at that place."""
        size = self._style.text
        pad, sample, gap, row = (size * share for share in (_PAD, _SAMPLE, _GAP, _ROW))
        width = sample + gap + _WIDER * max(width for _, width in words) + 2 * pad
        height = key_height(size, len(words))
        left = place.x - width if place.right else place.x
        low = place.y - height if place.upper else place.y

        def inch(pixels: float) -> float:
            return pixels / self._style.dpi

        self._box.set_bounds(inch(left), inch(low), inch(width), inch(height))
        self._box.set_visible(True)
        for at, (text, _) in enumerate(words):
            self._put(at, text, left + pad, low + height - pad / 2 - row * (at + 0.5))

    def say_side_by_side(self, words: Sequence[tuple[str, float]], x: float, top: float, room: float) -> None:
        """Show those words in lines, the first at that height, on the bare ground."""
        size = self._style.text
        self._box.set_visible(False)
        points = [sample.get_marker() not in _NO_MARKER for sample in self._samples]
        widths = [entry_width(words[at][1], size, point=point) for at, point in enumerate(points)]
        for number, line in enumerate(side_by_side(widths, size, room)):
            at = x
            for entry in line:
                wide = _POINT if points[entry] else _SAMPLE
                self._put(entry, words[entry][0], at, top - size * _ROW * (number + 0.5), wide)
                at += widths[entry] + size * _APART

    def _put(self, at: int, text: str, x: float, y: float, wide: float = _SAMPLE) -> None:
        """An entry: its sample from there on, in pixels of the figure, and its words beside it."""
        size, dpi = self._style.text, self._style.dpi
        line, label = self._samples[at], self._texts[at]
        ends = (x, x + size * wide)
        xs = list(ends) if line.get_marker() in _NO_MARKER else [sum(ends) / 2]
        line.set_data([each / dpi for each in xs], [y / dpi] * len(xs))
        label.set_position(((x + size * (wide + _GAP)) / dpi, y / dpi))
        write_in(label, text)

    def paint(self, painter: QPainter, height: int) -> None:
        """The key as it is, on a widget of that height."""
        style = self._style

        def pixels(inches: float) -> float:
            return float(inches) * style.dpi

        box = self._box
        rect = QRectF(
            pixels(box.get_x()), height - pixels(box.get_y() + box.get_height()), pixels(box.get_width()),
            pixels(box.get_height()),
        )  # fmt: skip
        ground = QColor(style.ground)
        ground.setAlphaF(0.88)
        painter.setPen(QPen(QColor(style.line), 1.0))
        painter.setBrush(ground)
        if box.get_visible():
            painter.drawRoundedRect(rect, 3, 3)
        font = QFont(FAMILY)
        font.setPixelSize(style.text)
        painter.setFont(font)
        for sample, text in zip(self._samples, self._texts, strict=True):
            x, y = text.get_position()
            self._paint_sample(painter, sample, height)
            painter.setPen(QColor(style.colour))
            left, tall = pixels(x), 2.0 * style.text
            place = QRectF(left, height - pixels(y) - tall / 2, _ENDLESS, tall)
            painter.drawText(place, _BESIDE, text.get_text())

    def _paint_sample(self, painter: QPainter, sample: Line2D, height: int) -> None:
        dpi = self._style.dpi
        ends: Any = sample.get_xydata()
        points = [QPointF(x * dpi, height - y * dpi) for x, y in ends.tolist()]
        colour = QColor(to_hex(sample.get_color()))
        width = sample.get_linewidth() * dpi / 72
        if len(points) == 2:
            pen = QPen(colour, width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if sample.is_dashed():
                dots = sample.shape[1] == "dotted"  # type: ignore[attr-defined]
                pen.setDashPattern([1.2, 2.2] if dots else [5, 3])
            painter.setPen(pen)
            painter.drawLine(*points)
        elif points:
            half = sample.get_markersize() * dpi / 144
            inside = sample.get_markerfacecolor()
            filled = inside == sample.get_color()
            painter.setPen(Qt.PenStyle.NoPen if filled else QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush if inside == "none" else QColor(to_hex(inside)))
            place = QRectF(points[0].x() - half, points[0].y() - half, 2 * half, 2 * half)
            if sample.get_marker() == "s":
                painter.drawRect(place)
            elif sample.get_marker() == "x":
                painter.setPen(QPen(colour, width))
                painter.drawLine(place.topLeft(), place.bottomRight())
                painter.drawLine(place.bottomLeft(), place.topRight())
            else:
                painter.drawEllipse(place)

    def remove(self) -> None:
        """Take its artists out of the axes."""
        for artist in self:
            artist.remove()


def say(text: Text, words: str, colour: str) -> None:
    """Let a text of matplotlib show those words."""
    text.set_parse_math(False)  # a label may hold "$" and "\\"
    write_in(text, drawable(words))
    text.set_color(colour)


def write_in(text: Text, words: str) -> None:
    """Let a text of matplotlib show those words, in the fonts that have them."""
    fonts = families(words)
    if text.get_fontfamily() != fonts:
        text.set_fontfamily(fonts)
    text.set_text(words)


def drawable(words: str) -> str:
    """The words as they are drawn: indices low, and boxes for signs that no font has."""
    return shown(as_shown(words))


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
