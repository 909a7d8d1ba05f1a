"""Marks: what shows that nodes are kept together, as a frame around them or as one box in their place."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from micrograd_gui.document.block import BlockId
from micrograd_gui.figures.folding import Box, Key
from micrograd_gui.figures.geometry import EDGE, FRAME_TITLE, MARK, STACK
from micrograd_gui.views.canvas.boxes import paint_card, paint_nudge_tag, paint_target_mark
from micrograd_gui.views.canvas.fields import paint_fields
from micrograd_gui.views.canvas.geometry import HEIGHT, PORT, RADIUS, TITLE, WORDS_FROM
from micrograd_gui.views.canvas.index import Index
from micrograd_gui.views.canvas.ink import Font, Ink
from micrograd_gui.views.canvas.picture import Picture

_NO_BRUSH, _NO_PEN = Qt.BrushStyle.NoBrush, Qt.PenStyle.NoPen


def mark_rect(index: Index, block: BlockId) -> QRectF:
    """Where the mark is that opens or collapses the block; empty where the block is not drawn."""
    if -block in index.boxes:
        x, y = index.places[-block]
        return QRectF(x + EDGE, y + (TITLE - MARK) / 2 + 1, MARK, MARK)
    if block in index.frames:
        rect = index.frames[block][1]
        return QRectF(rect.left() + 10, rect.top() + (FRAME_TITLE - MARK) / 2 - 1, MARK, MARK)
    return QRectF()


def title_rect(index: Index, block: BlockId, ink: Ink, zoom: float) -> QRectF:
    """Where the title of an open block stands; it is what the block is taken hold of by."""
    found, rect = index.frames[block]
    font = _frame_font(ink, zoom)
    width = min(font.width(found.title), rect.width() - 44)
    return QRectF(rect.left() + 30, rect.top() + 3, max(20.0, width + 8), FRAME_TITLE - 8)


def paint_frames(painter: QPainter, picture: Picture, exposed: list[QRectF], ink: Ink, zoom: float) -> None:
    """The frames of the open blocks, the outer ones first."""
    index = picture.index
    for number, (block, rect) in reversed(index.frames.items()):
        if not any(rect.intersects(each) for each in exposed):
            continue
        painter.setPen(ink.block_pen)
        painter.setBrush(ink.block_fill)
        painter.drawRoundedRect(rect, RADIUS + 6, RADIUS + 6)
        if FRAME_TITLE * zoom < 9:
            continue
        _mark(painter, mark_rect(index, number), ink, opens=False)
        font, where = _frame_font(ink, zoom), title_rect(index, number, ink, zoom)
        painter.setFont(font.qfont)
        painter.setPen(ink.muted)
        title = font.elided(block.title, max(0.0, rect.width() - 40))
        painter.drawText(QPointF(where.left(), where.center().y() + font.ascent / 2), title)


def paint_block(painter: QPainter, picture: Picture, key: Key, ink: Ink, zoom: float) -> None:
    """A collapsed block as one box: its title, its output's numbers, and how much is in it."""
    index = picture.index
    box, place, rect = index.folding.boxes[key], index.places[key], index.boxes[key]
    acting, problem = key == picture.acting, key == picture.problem
    width = box.size[0]
    frame = ink.bad_pen if problem else ink.accent_pen if acting else ink.box_pen
    paint_card(painter, rect.adjusted(0, 0, 0, STACK), ink, chosen=key in picture.chosen, shadow=False)
    painter.setPen(ink.frame_pen)  # sheets one behind the other: there is more in it than one node
    painter.setBrush(ink.panel)
    painter.drawRoundedRect(rect.adjusted(6, 6, -6, STACK), RADIUS, RADIUS)
    painter.setPen(frame)
    painter.setBrush(ink.bad_fill if problem else ink.accent_fill if acting else ink.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _head(painter, picture, box, rect, ink, zoom)
    if box.output is not None:
        paint_fields(
            painter, picture, box.output, place, ink, zoom, plain=not acting and not problem, width=width
        )
    else:
        text = f"{len(box.block.outputs)} outputs"
        middle = place[1] + (TITLE + HEIGHT) / 2
        _words(painter, text, rect.center().x(), middle, ink.row_word, ink.muted, centred=True)
    _foot(painter, box, rect, ink, zoom)
    _ports(painter, index, key, box, ink)
    nudge = picture.nudge
    if nudge is not None and nudge.node in box.nodes:
        paint_nudge_tag(painter, nudge, place, ink)


def _head(painter: QPainter, picture: Picture, box: Box, rect: QRectF, ink: Ink, zoom: float) -> None:
    near = zoom >= WORDS_FROM
    middle = rect.top() + (13.5 if near else 12.5)
    right = rect.right() - EDGE
    if picture.target == box.key:
        right = paint_target_mark(painter, right, middle, ink, zoom)
    _mark(painter, mark_rect(picture.index, box.block.id), ink, opens=True)
    left, font = rect.left() + EDGE + MARK + 6, ink.name if near else ink.row_name
    room = max(0.0, right - left - 3)
    size = min(1.0, room / max(1.0, font.width(box.block.title)))
    if size < 0.7:  # smaller could not be read: rather the beginning of it
        _words(painter, font.elided(box.block.title, room), left, middle, font, ink.text)
        return
    painter.save()
    painter.translate(left, middle)
    painter.scale(size, size)
    _words(painter, box.block.title, 0, 0, font, ink.text)
    painter.restore()


def _foot(painter: QPainter, box: Box, rect: QRectF, ink: Ink, zoom: float) -> None:
    """How much the box hides."""
    middle = rect.bottom() - 10
    if zoom >= WORDS_FROM:
        painter.setPen(ink.line_pen)
        painter.drawLine(QLineF(rect.left() + 2, rect.top() + HEIGHT, rect.right() - 2, rect.top() + HEIGHT))
    font = ink.foot if zoom >= WORDS_FROM else ink.row_word
    _words(painter, box.content, rect.center().x(), middle, font, ink.muted, centred=True)


def _ports(painter: QPainter, index: Index, key: Key, box: Box, ink: Ink) -> None:
    painter.setBrush(ink.panel_brush)
    painter.setPen(ink.frame_pen)
    out = index.out_point(key)
    painter.drawEllipse(QPointF(*out), PORT, PORT)
    starts = {(index.curves[wire].x1, index.curves[wire].y1) for wire in index.leaving[key]}
    for start in starts - {out}:  # of what is not its output
        painter.drawEllipse(QPointF(*start), 2.5, 2.5)
    radius = PORT if len(box.ports) <= box.size[1] / 10 else 2.0
    for at, port in enumerate(box.ports):
        painter.setPen(ink.frame_pen if port.source is not None else ink.open_pen)
        painter.drawEllipse(QPointF(*index.in_point((key, at))), radius, radius)


def _mark(painter: QPainter, rect: QRectF, ink: Ink, *, opens: bool) -> None:
    """A small square with a plus that opens, or a minus that collapses."""
    painter.setPen(ink.mark_pen)
    painter.setBrush(ink.panel)
    square = rect.adjusted(2, 2, -2, -2)
    painter.drawRoundedRect(square, 3, 3)
    x, y, arm = square.center().x(), square.center().y(), 3.4
    painter.drawLine(QLineF(x - arm, y, x + arm, y))
    if opens:
        painter.drawLine(QLineF(x, y - arm, x, y + arm))


def _frame_font(ink: Ink, zoom: float) -> Font:
    return ink.frame_title if zoom >= WORDS_FROM else ink.frame_title_far


def _words(
    painter: QPainter,
    text: str,
    x: float,
    middle: float,
    font: Font,
    colour: QColor,
    *,
    centred: bool = False,
) -> None:
    painter.setFont(font.qfont)
    painter.setPen(QPen(colour))
    left = x - font.width(text) / 2 if centred else x
    painter.drawText(QPointF(left, middle + font.ascent / 2), text)
