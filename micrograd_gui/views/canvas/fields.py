"""Fields: the two numbers of a box, data and grad; where a nudge or an update moves one, the old one too."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.document.text import written
from micrograd_gui.figures.geometry import NUMBER_EDGE
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.geometry import CAPTION, HEIGHT, PAD, TITLE, WIDTH
from micrograd_gui.views.canvas.ink import NARROWEST, Font, Ink
from micrograd_gui.views.canvas.picture import Picture

_ROW_EDGE = 9.0
_NO_PEN = Qt.PenStyle.NoPen


def paint_fields(
    painter: QPainter,
    picture: Picture,
    number: NodeId,
    place: Place,
    ink: Ink,
    zoom: float,
    *,
    plain: bool,
    width: float = WIDTH,
) -> None:
    """Both numbers; what the step wrote is lit up, unless the whole box is (not ``plain``)."""
    data, grad = picture.frame.data.get(number), picture.frame.grad.get(number)
    old, new = _moved(picture, number)
    data_text = new or (None if data is None else written(data))
    grad_text = None if grad is None else written(grad)
    data_field, grad_field = geometry.fields(place, zoom, width)
    for part, field in (("data", data_field), ("grad", grad_field)):
        if plain and (number, part) in picture.fresh:
            painter.setPen(_NO_PEN)
            painter.setBrush(ink.accent_fill)
            painter.drawRoundedRect(field.adjusted(2, 1.5, -2, -2), 5, 5)
    if zoom >= geometry.WORDS_FROM:
        x, y = place
        painter.setPen(ink.line_pen)
        painter.drawLine(QPointF(x + 2, y + TITLE), QPointF(x + width - 2, y + TITLE))
        painter.drawLine(QPointF(x + width / 2, y + TITLE), QPointF(x + width / 2, y + HEIGHT - 2.5))
        caption, small = ("data", ink.small) if old is None else (f"{old} →", ink.old)
        _captioned(painter, data_field, caption, small, data_text, ink, ink.data)
        _captioned(painter, grad_field, "grad", ink.small, grad_text, ink, ink.grad)
    elif old is not None:  # from further off there is room for no third number
        _row(painter, data_field, "", f"{old} →", ink, ink.muted)
        _row(painter, grad_field, "", data_text, ink, ink.data)
    else:
        _row(painter, data_field, "data", data_text, ink, ink.data)
        _row(painter, grad_field, "grad", grad_text, ink, ink.grad)


def _moved(picture: Picture, number: NodeId) -> tuple[str, str] | tuple[None, None]:
    """The node's number before and after the nudge or update, with as many decimals as tell them apart."""
    nudge, step = picture.nudge, picture.step
    if nudge is not None and number in picture.nudged and number in nudge.before:
        before, after = nudge.before[number], nudge.after[number]
    elif step is not None and step.changes and (number, "data") in picture.fresh:
        before, after = next((each.before, each.after) for each in step.changes if each.node == number)
    else:
        return None, None
    digits = next((each for each in range(4, 9) if written(before, each) != written(after, each)), 9)
    return written(before, digits), written(after, digits)


def _captioned(
    painter: QPainter, field: QRectF, caption: str, small: Font, text: str | None, ink: Ink, colour: QColor
) -> None:
    """A small word and the number below it."""
    above = field.top() + CAPTION / 2 + 2
    centre, room = field.center().x(), field.width() - 4
    width = min(room, small.width(caption))
    _fitted(painter, caption, small, centre + width / 2, above, room, ink.muted)
    below = field.top() + CAPTION + (field.height() - CAPTION) / 2 - 0.5
    if text is None:
        _dot(painter, QPointF(centre, below), 2.2, ink)
        return
    room = field.width() - 2 * PAD
    # The last digit stays where it is while a number changes, unless it needs the whole field.
    edge = NUMBER_EDGE["grad" if caption == "grad" else "data"]
    edge = edge if ink.number.width(text) <= field.width() - edge - PAD else PAD
    _fitted(painter, text, ink.number, field.right() - edge, below, room, colour)


def _row(painter: QPainter, field: QRectF, caption: str, text: str | None, ink: Ink, colour: QColor) -> None:
    """A word and the number beside it."""
    middle, left = field.center().y() - 0.5, field.left() + _ROW_EDGE
    room = field.width() - 2 * _ROW_EDGE
    needed = 0.0 if text is None else ink.row_number.width(text)
    if caption and needed + ink.row_word.width(caption) + 4 <= room:
        _fitted(painter, caption, ink.row_word, left + ink.row_word.width(caption), middle, room, ink.muted)
    if text is None:
        _dot(painter, QPointF(field.right() - _ROW_EDGE - 34, middle), 3.2, ink)
    else:
        _fitted(painter, text, ink.row_number, field.right() - _ROW_EDGE, middle, room, colour)


def _dot(painter: QPainter, centre: QPointF, radius: float, ink: Ink) -> None:
    """Not computed yet."""
    painter.setPen(_NO_PEN)
    painter.setBrush(ink.muted)
    painter.drawEllipse(centre, radius, radius)


def _fitted(
    painter: QPainter, text: str, font: Font, right: float, middle: float, room: float, colour: QColor
) -> None:
    """Text that ends there; what is too wide is made narrower, and then smaller."""
    width = font.width(text)
    painter.setPen(colour)
    painter.setFont(font.qfont)
    if width <= room:
        painter.drawText(QPointF(right - width, middle + font.ascent / 2), text)
        return
    narrowed, size = fit(width, room)
    painter.save()
    painter.translate(right - width * narrowed * size, middle + font.ascent * size / 2)
    painter.scale(narrowed * size, size)
    painter.drawText(QPointF(0, 0), text)
    painter.restore()


def fit(width: float, room: float) -> tuple[float, float]:
    """How much a text of that width is narrowed, and then made smaller, to get into the room."""
    needed = min(1.0, room / width) if width else 1.0
    size = min(1.0, needed / NARROWEST)
    return needed / size, size
