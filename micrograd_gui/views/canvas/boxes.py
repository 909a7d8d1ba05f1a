"""Boxes: one node as a card with its badge, name, role, numbers and ports."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from micrograd_gui.document.graph import Node, NodeId, Place
from micrograd_gui.document.text import short
from micrograd_gui.session.measure import Nudge
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.fields import paint_fields
from micrograd_gui.views.canvas.geometry import PORT, RADIUS, TITLE, WIDTH, WORDS_FROM
from micrograd_gui.views.canvas.ink import Font, Ink
from micrograd_gui.views.canvas.picture import Picture

_BADGE = 18.0
_EDGE = 8.0  # between the edge of a box and what stands in its title
_NO_PEN, _NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush


def paint_box(painter: QPainter, picture: Picture, number: NodeId, ink: Ink, zoom: float) -> None:
    """One box with all that belongs to it."""
    node, place = picture.index.nodes[number], picture.index.places[number]
    acting, problem = number == picture.acting, number == picture.problem
    rect = geometry.box(place)
    guest = number in picture.index.folding.guests
    paint_card(painter, rect, ink, chosen=number in picture.chosen, shadow=zoom >= WORDS_FROM and not guest)
    frame = ink.open_pen if guest else ink.frame_pen
    painter.setPen(ink.bad_pen if problem else ink.accent_pen if acting else frame)
    painter.setBrush(ink.bad_fill if problem else ink.accent_fill if acting else ink.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _title(painter, picture, node, place, ink, zoom, problem)
    paint_fields(painter, picture, number, place, ink, zoom, plain=not acting and not problem)
    _ports(painter, picture, node, place, ink)
    if picture.nudge is not None and picture.nudge.node == number:
        paint_nudge_tag(painter, picture.nudge, place, ink)


def paint_card(painter: QPainter, rect: QRectF, ink: Ink, *, chosen: bool, shadow: bool) -> None:
    """What shows around a box: that it is selected, else its shadow."""
    if chosen:
        painter.setPen(_NO_PEN)
        painter.setBrush(ink.glow)
        painter.drawRoundedRect(rect.adjusted(-6, -6, 6, 6), RADIUS + 5, RADIUS + 5)
        painter.setPen(ink.selection_pen)
        painter.setBrush(_NO_BRUSH)
        painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), RADIUS + 3, RADIUS + 3)
    elif shadow:
        painter.setPen(_NO_PEN)
        painter.setBrush(ink.shadow)
        painter.drawRoundedRect(rect.translated(0, 1.6), RADIUS, RADIUS)


def badge_rect(node: Node, place: Place, ink: Ink) -> QRectF:
    """Where an op's badge stands; empty for a leaf."""
    if node.rule is None:
        return QRectF()
    text = node.rule.symbol
    width = max(_BADGE, _badge_font(text, ink).width(text) + 10)
    return QRectF(place[0] + _EDGE, place[1] + 4.5, width, _BADGE)


def name_rect(node: Node, place: Place, ink: Ink) -> QRectF:
    """Where the name stands: between the badge and the mark at the right."""
    left = badge_rect(node, place, ink).right() + 5 if node.op else place[0] + _EDGE + 1
    return QRectF(left, place[1], place[0] + WIDTH - _EDGE - left, TITLE)


def _badge_font(text: str, ink: Ink) -> Font:
    return ink.badge if len(text) == 1 else ink.badge_word


def _title(
    painter: QPainter,
    picture: Picture,
    node: Node,
    place: Place,
    ink: Ink,
    zoom: float,
    problem: bool,
) -> None:
    x, y = place
    middle = y + (13.5 if zoom >= WORDS_FROM else 12.5)
    if node.rule is not None:
        badge, font = badge_rect(node, place, ink), _badge_font(node.rule.symbol, ink)
        painter.setPen(_NO_PEN)
        painter.setBrush(ink.chip)
        painter.drawRoundedRect(badge, _BADGE / 2, _BADGE / 2)
        _centred(painter, node.rule.symbol, badge.center().x(), middle, font, ink.data)
    right = x + WIDTH - _EDGE
    if problem:
        right = _warning(painter, right, middle, ink)
    if picture.graph.target == node.id:
        right = paint_target_mark(painter, right, middle, ink, zoom)
    if node.role:
        right = _role_mark(painter, node.role, right, middle, ink, zoom)
    left = name_rect(node, place, ink).left()
    if zoom >= WORDS_FROM:
        font = ink.name if node.label else ink.unnamed
    else:
        font = ink.row_name if node.label else ink.row_unnamed
    name = font.elided(node.name, max(0.0, right - left - 3))
    painter.setFont(font.qfont)
    painter.setPen(ink.text if node.label else ink.muted)
    painter.drawText(QPointF(left, middle + font.ascent / 2), name)


def _role_mark(painter: QPainter, role: str, right: float, middle: float, ink: Ink, zoom: float) -> float:
    """An arrow and the word for an input, a knob and the word for a parameter; gives its left edge."""
    painter.setBrush(ink.data if role == "input" else ink.grad)
    painter.setPen(_NO_PEN)
    if role == "input":
        tip = QPointF(right, middle)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-6.5, -4.2), tip + QPointF(-6.5, 4.2)]))
    else:
        centre = QPointF(right - 4, middle)
        diamond = [centre + QPointF(*at) for at in ((-4.2, 0), (0, -4.2), (4.2, 0), (0, 4.2))]
        painter.drawPolygon(QPolygonF(diamond))
    left = right - 11
    if zoom >= WORDS_FROM:
        width = ink.small.width(role)
        _left(painter, role, left - width, middle, ink.small, ink.muted)
        left -= width + 2
    return left


def paint_target_mark(painter: QPainter, right: float, middle: float, ink: Ink, zoom: float) -> float:
    """Rings around a point, and the word; gives its left edge."""
    centre = QPointF(right - 5.2, middle)
    painter.setBrush(_NO_BRUSH)
    painter.setPen(ink.text)
    painter.drawEllipse(centre, 5.2, 5.2)
    painter.setPen(_NO_PEN)
    painter.setBrush(ink.grad)
    painter.drawEllipse(centre, 2.6, 2.6)
    left = right - 14
    if zoom >= WORDS_FROM:
        width = ink.small.width("target")
        _left(painter, "target", left - width, middle, ink.small, ink.muted)
        left -= width + 2
    return left


def _warning(painter: QPainter, right: float, middle: float, ink: Ink) -> float:
    """A triangle with an exclamation mark; gives its left edge."""
    painter.setPen(_NO_PEN)
    painter.setBrush(ink.bad)
    triangle = [
        QPointF(right - 14, middle + 6),
        QPointF(right, middle + 6),
        QPointF(right - 7, middle - 7),
    ]
    painter.drawPolygon(QPolygonF(triangle))
    painter.setBrush(ink.bad_fill)
    painter.drawRect(QRectF(right - 7.8, middle - 3, 1.6, 4.6))
    painter.drawRect(QRectF(right - 7.8, middle + 2.8, 1.6, 1.6))
    return right - 18


def paint_nudge_tag(painter: QPainter, nudge: Nudge, place: Place, ink: Ink) -> None:
    """By how much the node is held off its place."""
    text = f"+ {short(nudge.h)}" if nudge.h > 0 else f"\u2212 {short(-nudge.h)}"
    width = ink.tag.width(text) + 12
    rect = QRectF(place[0] + 12, place[1] - 8.5, width, 15)
    painter.setPen(_NO_PEN)
    painter.setBrush(ink.data)
    painter.drawRoundedRect(rect, 7.5, 7.5)
    _centred(painter, text, rect.center().x(), rect.center().y(), ink.tag, ink.on_data)


def _ports(painter: QPainter, picture: Picture, node: Node, place: Place, ink: Ink) -> None:
    painter.setBrush(ink.panel_brush)
    painter.setPen(ink.frame_pen)
    arity = len(node.inputs)
    painter.drawEllipse(QPointF(*geometry.out_port(place)), PORT, PORT)
    for port, source in enumerate(node.inputs):
        painter.setPen(ink.frame_pen if source is not None else ink.open_pen)
        radius = PORT if source is not None else PORT + 1.5
        painter.drawEllipse(QPointF(*geometry.in_port(place, port, arity)), radius, radius)


def _left(painter: QPainter, text: str, left: float, middle: float, font: Font, colour: QColor) -> None:
    painter.setFont(font.qfont)
    painter.setPen(colour)
    painter.drawText(QPointF(left, middle + font.ascent / 2), text)


def _centred(painter: QPainter, text: str, centre: float, middle: float, font: Font, colour: QColor) -> None:
    _left(painter, text, centre - font.width(text) / 2, middle, font, colour)
