"""Pens: the pens, brushes and fonts of a look, made once, and how text is put down with them."""

from __future__ import annotations

from functools import cached_property, lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from micrograd_gui.document.text import one_line, runs, tight, without_number
from micrograd_gui.figures.geometry import (
    AMOUNT_SIZE,
    BADGE_SIZE,
    BADGE_WORD_SIZE,
    COUNT_SIZE,
    FOOT_SIZE,
    FRAME_NAME_SIZE,
    INDEX,
    LOWER,
    NAME_SIZE,
    NUMBER_SIZE,
    RULE_SIZE,
    UNNAMED_SIZE,
    WORD_SIZE,
    badge_size,
)
from micrograd_gui.resource import FAMILY
from micrograd_gui.views.theme import Look

ROW_NUMBER = 18  # where boxes are seen from further off
SMALL_PROJECTED = 11  # from the back row the captions must be read as well
NARROWEST = 0.85  # how far a wide number is narrowed before it is made smaller
_LOOKED_AT = 1_000  # characters of a text: more have no room, and Qt takes seconds to measure millions


class Font:
    """One font and the widths of its texts.

    ``ascent``: the height of its capitals. ``width(text)``; ``elided(text, width)``: as much of it as fits,
    and the number that it ends with. ``ink(text)``: what its signs cover, seen from the base line.
    """

    def __init__(self, size: float, *, bold: bool = False, italic: bool = False) -> None:
        self.qfont = QFont(FAMILY)
        self.qfont.setPixelSize(round(size))
        self.qfont.setBold(bold)
        self.qfont.setItalic(italic)
        # The painter scales the text, so letters must keep the proportions they have at size 1.
        self.qfont.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self.metrics = QFontMetricsF(self.qfont)
        self.width = lru_cache(maxsize=8192)(self._width)
        self.elided = lru_cache(maxsize=8192)(self._elided)
        self.ink = lru_cache(maxsize=1024)(self._ink)

    @cached_property
    def ascent(self) -> float:  # asked late: Qt loads a font when it is first measured
        """The height of its capitals."""
        return self.metrics.capHeight()

    @cached_property
    def index(self) -> Font:
        """The font of indices in a text of this one."""
        size = self.qfont.pixelSize() * INDEX
        return Font(size, bold=self.qfont.bold(), italic=self.qfont.italic())

    def _width(self, text: str) -> float:  # lru_cache asks a Qt method for its signature: 65 ms
        if len(text) > _LOOKED_AT:  # it fits nowhere: about how wide it is will do
            return self._width(text[:_LOOKED_AT]) * len(text) / _LOOKED_AT
        if "_" not in text:
            return self.metrics.horizontalAdvance(text)
        return sum((self.index if lower else self).advance(part) for part, lower in runs(text))

    def _ink(self, text: str) -> QRectF:
        """What its signs cover, seen from the base line."""
        return self.metrics.tightBoundingRect(text[:_LOOKED_AT])

    def advance(self, text: str) -> float:
        """The width of a text in which nothing is an index."""
        return self.metrics.horizontalAdvance(text)

    def _elided(self, text: str, width: float) -> str:
        text, dots = one_line(text, _LOOKED_AT), Qt.TextElideMode.ElideRight
        text = tight(text) if self.advance(text) > width else text
        name, number = without_number(text)
        if number and self.advance(text) > width:
            begun = self.metrics.elidedText(name + "…", dots, width - self.advance(number))
            if len(begun) > 1:
                return begun + number
        return self.metrics.elidedText(text, dots, width)


class Pens:
    """All that the painter dips into: the colours, fonts and pens of one look."""

    def __init__(self, look: Look) -> None:
        theme = look.theme
        self.small_size = SMALL_PROJECTED if look.projector else WORD_SIZE
        self.ground, self.panel = QColor(theme.ground), QColor(theme.panel)
        self.text, self.muted = QColor(theme.text), QColor(theme.muted)
        self.on_data = QColor(theme.on_data)
        self.data, self.grad = QColor(theme.data), QColor(theme.grad)
        self.accent, self.accent_fill = QColor(theme.accent), QColor(theme.accent_fill)
        self.good = QColor(theme.good)
        self.bad, self.bad_fill = QColor(theme.bad), QColor(theme.bad_fill)
        self.chip, self.selection = QColor(theme.chip), QColor(theme.selection)
        self.shadow = QColor(0, 0, 0, 110 if theme.dark else 34)
        self.glow = QColor(theme.selection)
        self.glow.setAlpha(46)

        self._fonts: dict[tuple[float, bool, bool], Font] = {}
        self.name = Font(NAME_SIZE, bold=True)
        self.unnamed = Font(UNNAMED_SIZE, italic=True)
        self.number = Font(NUMBER_SIZE, bold=True)
        self.row_name = Font(17, bold=True)
        self.row_unnamed = Font(16, italic=True)
        self.row_number = Font(ROW_NUMBER, bold=True)
        self.row_word = Font(COUNT_SIZE)
        self.tag = Font(max(10, self.small_size), bold=True)
        self.badges = {size: Font(size, bold=True) for size in (BADGE_SIZE, BADGE_WORD_SIZE)}
        self.small = Font(self.small_size)
        self.old = Font(11)  # the number before a nudge
        self.rule = Font(max(RULE_SIZE, self.small_size))
        self.sum = Font(max(AMOUNT_SIZE, self.small_size), bold=True)
        self.far = Font(26, bold=True)
        self.foot = Font(self.small_size + FOOT_SIZE - WORD_SIZE)
        self.frame_title = Font(FRAME_NAME_SIZE, bold=True)
        self.frame_title_far = Font(23, bold=True)

        self.grid_pen = _hair(theme.grid)
        self.wire_pen = _pen(theme.wire, 1.4)
        self.frame_pen = _pen(theme.frame, 1.2)
        self.box_pen = _pen(theme.muted, 1.6)  # of a collapsed block
        self.mark_pen = _pen(theme.muted, 1.5)
        self.block_pen = _pen(theme.frame, 1.2, Qt.PenStyle.DashLine)
        self.block_fill = QColor(theme.chip)
        self.block_fill.setAlpha(90)
        self.bundle_pen = _pen(theme.wire, 3.6)
        self.line_pen = _pen(theme.line, 1.0)
        self.accent_pen = _pen(theme.accent, 2.6)
        self.hall_pen = _pen(theme.accent, 5.0)  # around the acting card
        self.bad_pen = _pen(theme.bad, 2.4)
        self.selection_pen = _pen(theme.selection, 2.2)
        self.open_pen = _pen(theme.frame, 1.4, Qt.PenStyle.DotLine)
        self.data_wire_pen = _pen(theme.data, 3.2)
        self.grad_wire_pen = _pen(theme.grad, 3.2)
        self.chip_pen = _pen(theme.grad, 1.2)

    def font(self, size: float, *, bold: bool = False, italic: bool = False) -> Font:
        """A font of that size, made when it is first asked for."""
        found = self._fonts.get((size, bold, italic))
        if found is None:
            found = self._fonts[size, bold, italic] = Font(size, bold=bold, italic=italic)
        return found

    def badge(self, sign: str) -> Font:
        """The font of an op's sign in its badge."""
        return self.badges[badge_size(sign)]


@lru_cache(maxsize=16)
def pens_of(look: Look) -> Pens:
    """The pens of that look, made once."""
    return Pens(look)


def _pen(colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(QColor(colour), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _hair(colour: str) -> QPen:
    pen = QPen(QColor(colour), 1)
    pen.setCosmetic(True)
    return pen


def draw_fitted(
    painter: QPainter, text: str, font: Font, right: float, middle: float, room: float, colour: QColor
) -> None:
    """Text that ends there; what is too wide is made narrower, and then smaller."""
    width = font.width(text)
    painter.setPen(colour)
    painter.setFont(font.qfont)
    if width <= room:
        _draw_from(painter, text, right - width, middle + font.ascent / 2, font)
        return
    narrowed, size = fit(width, room)
    painter.save()
    painter.translate(right - width * narrowed * size, middle + font.ascent * size / 2)
    painter.scale(narrowed * size, size)
    _draw_from(painter, text, 0, 0, font)
    painter.restore()


def fit(width: float, room: float) -> tuple[float, float]:
    """How much a text of that width is narrowed, and then made smaller, to get into the room."""
    needed = min(1.0, room / width) if width else 1.0
    size = min(1.0, needed / NARROWEST)
    return needed / size, size


def draw_text(painter: QPainter, text: str, left: float, middle: float, font: Font, colour: QColor) -> None:
    """Text from there on, its capitals about that height."""
    painter.setPen(colour)
    painter.setFont(font.qfont)
    _draw_from(painter, text, left, middle + font.ascent / 2, font)


def _draw_from(painter: QPainter, text: str, left: float, base: float, font: Font) -> None:
    """Text in the painter's font and pen, from there on that line; an index stands lower and is smaller."""
    if "_" in text:
        down = font.qfont.pixelSize() * LOWER
        for part, lower in runs(text):
            own = font.index if lower else font
            painter.setFont(own.qfont)
            painter.drawText(QPointF(left, base + down * lower), part)
            left += own.advance(part)
        return
    painter.drawText(QPointF(left, base), text)


def draw_centred(
    painter: QPainter, text: str, centre: float, middle: float, font: Font, colour: QColor
) -> None:
    """Text about that point."""
    draw_text(painter, text, centre - font.width(text) / 2, middle, font, colour)
