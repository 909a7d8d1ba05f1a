"""Boxes: one node as a card with its badge, name, role, numbers and ports."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from micrograd_gui.document.block import BlockId
from micrograd_gui.document.graph import Node, NodeId, Place
from micrograd_gui.document.text import short, written
from micrograd_gui.figures.folding import FoldedBox, Key
from micrograd_gui.figures.geometry import EDGE, FOLD_MARK, FRAME_TITLE, NUMBER_EDGE, STACK
from micrograd_gui.session.measure import Nudge
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.card_geometry import (
    CAPTION,
    HEIGHT,
    PAD,
    PORT,
    RADIUS,
    TITLE,
    WIDTH,
    WORDS_FROM,
)
from micrograd_gui.views.canvas.pens import NARROWEST, Font, Pens
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene

_BADGE = 18.0
_EDGE = 8.0  # between the edge of a box and what stands in its title
_NO_PEN, _NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush


def paint_box(painter: QPainter, picture: CanvasFrame, number: NodeId, pens: Pens, zoom: float) -> None:
    """One box with all that belongs to it."""
    node, place = picture.scene.nodes[number], picture.scene.places[number]
    acting, problem = number == picture.acting, number == picture.problem
    rect = card_geometry.box(place)
    guest = number in picture.scene.folding.guests
    paint_card(painter, rect, pens, chosen=number in picture.chosen, shadow=zoom >= WORDS_FROM and not guest)
    frame = pens.open_pen if guest else pens.frame_pen
    painter.setPen(pens.bad_pen if problem else pens.accent_pen if acting else frame)
    painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _title(painter, picture, node, place, pens, zoom, problem)
    paint_fields(painter, picture, number, place, pens, zoom, plain=not acting and not problem)
    _ports(painter, picture, node, place, pens)
    if picture.nudge is not None and picture.nudge.node == number:
        paint_nudge_tag(painter, picture.nudge, place, pens)


def paint_card(painter: QPainter, rect: QRectF, pens: Pens, *, chosen: bool, shadow: bool) -> None:
    """What shows around a box: that it is selected, else its shadow."""
    if chosen:
        painter.setPen(_NO_PEN)
        painter.setBrush(pens.glow)
        painter.drawRoundedRect(rect.adjusted(-6, -6, 6, 6), RADIUS + 5, RADIUS + 5)
        painter.setPen(pens.selection_pen)
        painter.setBrush(_NO_BRUSH)
        painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), RADIUS + 3, RADIUS + 3)
    elif shadow:
        painter.setPen(_NO_PEN)
        painter.setBrush(pens.shadow)
        painter.drawRoundedRect(rect.translated(0, 1.6), RADIUS, RADIUS)


def badge_rect(node: Node, place: Place, pens: Pens) -> QRectF:
    """Where an op's badge stands; empty for a leaf."""
    if node.rule is None:
        return QRectF()
    text = node.rule.symbol
    width = max(_BADGE, _badge_font(text, pens).width(text) + 10)
    return QRectF(place[0] + _EDGE, place[1] + 4.5, width, _BADGE)


def name_rect(node: Node, place: Place, pens: Pens) -> QRectF:
    """Where the name stands: between the badge and the mark at the right."""
    left = badge_rect(node, place, pens).right() + 5 if node.op else place[0] + _EDGE + 1
    return QRectF(left, place[1], place[0] + WIDTH - _EDGE - left, TITLE)


def _badge_font(text: str, pens: Pens) -> Font:
    return pens.badge if len(text) == 1 else pens.badge_word


def _title(
    painter: QPainter,
    picture: CanvasFrame,
    node: Node,
    place: Place,
    pens: Pens,
    zoom: float,
    problem: bool,
) -> None:
    x, y = place
    middle = y + (13.5 if zoom >= WORDS_FROM else 12.5)
    if node.rule is not None:
        badge, font = badge_rect(node, place, pens), _badge_font(node.rule.symbol, pens)
        painter.setPen(_NO_PEN)
        painter.setBrush(pens.chip)
        painter.drawRoundedRect(badge, _BADGE / 2, _BADGE / 2)
        _centred(painter, node.rule.symbol, badge.center().x(), middle, font, pens.data)
    right = x + WIDTH - _EDGE
    if problem:
        right = _warning(painter, right, middle, pens)
    if picture.graph.target == node.id:
        right = paint_target_mark(painter, right, middle, pens, zoom)
    if node.role:
        right = _role_mark(painter, node.role, right, middle, pens, zoom)
    left = name_rect(node, place, pens).left()
    if zoom >= WORDS_FROM:
        font = pens.name if node.label else pens.unnamed
    else:
        font = pens.row_name if node.label else pens.row_unnamed
    name = font.elided(node.name, max(0.0, right - left - 3))
    painter.setFont(font.qfont)
    painter.setPen(pens.text if node.label else pens.muted)
    painter.drawText(QPointF(left, middle + font.ascent / 2), name)


def _role_mark(painter: QPainter, role: str, right: float, middle: float, pens: Pens, zoom: float) -> float:
    """An arrow and the word for an input, a knob and the word for a parameter; gives its left edge."""
    painter.setBrush(pens.data if role == "input" else pens.grad)
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
        width = pens.small.width(role)
        _left(painter, role, left - width, middle, pens.small, pens.muted)
        left -= width + 2
    return left


def paint_target_mark(painter: QPainter, right: float, middle: float, pens: Pens, zoom: float) -> float:
    """Rings around a point, and the word; gives its left edge."""
    centre = QPointF(right - 5.2, middle)
    painter.setBrush(_NO_BRUSH)
    painter.setPen(pens.text)
    painter.drawEllipse(centre, 5.2, 5.2)
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.grad)
    painter.drawEllipse(centre, 2.6, 2.6)
    left = right - 14
    if zoom >= WORDS_FROM:
        width = pens.small.width("target")
        _left(painter, "target", left - width, middle, pens.small, pens.muted)
        left -= width + 2
    return left


def _warning(painter: QPainter, right: float, middle: float, pens: Pens) -> float:
    """A triangle with an exclamation mark; gives its left edge."""
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.bad)
    triangle = [
        QPointF(right - 14, middle + 6),
        QPointF(right, middle + 6),
        QPointF(right - 7, middle - 7),
    ]
    painter.drawPolygon(QPolygonF(triangle))
    painter.setBrush(pens.bad_fill)
    painter.drawRect(QRectF(right - 7.8, middle - 3, 1.6, 4.6))
    painter.drawRect(QRectF(right - 7.8, middle + 2.8, 1.6, 1.6))
    return right - 18


def paint_nudge_tag(painter: QPainter, nudge: Nudge, place: Place, pens: Pens) -> None:
    """By how much the node is held off its place."""
    text = f"+ {short(nudge.h)}" if nudge.h > 0 else f"\u2212 {short(-nudge.h)}"
    width = pens.tag.width(text) + 12
    rect = QRectF(place[0] + 12, place[1] - 8.5, width, 15)
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.data)
    painter.drawRoundedRect(rect, 7.5, 7.5)
    _centred(painter, text, rect.center().x(), rect.center().y(), pens.tag, pens.on_data)


def _ports(painter: QPainter, picture: CanvasFrame, node: Node, place: Place, pens: Pens) -> None:
    painter.setBrush(pens.panel_brush)
    painter.setPen(pens.frame_pen)
    arity = len(node.inputs)
    painter.drawEllipse(QPointF(*card_geometry.out_port(place)), PORT, PORT)
    for port, source in enumerate(node.inputs):
        painter.setPen(pens.frame_pen if source is not None else pens.open_pen)
        radius = PORT if source is not None else PORT + 1.5
        painter.drawEllipse(QPointF(*card_geometry.in_port(place, port, arity)), radius, radius)


def _left(painter: QPainter, text: str, left: float, middle: float, font: Font, colour: QColor) -> None:
    painter.setFont(font.qfont)
    painter.setPen(colour)
    painter.drawText(QPointF(left, middle + font.ascent / 2), text)


def _centred(painter: QPainter, text: str, centre: float, middle: float, font: Font, colour: QColor) -> None:
    _left(painter, text, centre - font.width(text) / 2, middle, font, colour)


_ROW_EDGE = 9.0


def paint_fields(
    painter: QPainter,
    picture: CanvasFrame,
    number: NodeId,
    place: Place,
    pens: Pens,
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
    data_field, grad_field = card_geometry.fields(place, zoom, width)
    for part, field in (("data", data_field), ("grad", grad_field)):
        if plain and (number, part) in picture.fresh:
            painter.setPen(_NO_PEN)
            painter.setBrush(pens.accent_fill)
            painter.drawRoundedRect(field.adjusted(2, 1.5, -2, -2), 5, 5)
    if zoom >= card_geometry.WORDS_FROM:
        x, y = place
        painter.setPen(pens.line_pen)
        painter.drawLine(QPointF(x + 2, y + TITLE), QPointF(x + width - 2, y + TITLE))
        painter.drawLine(QPointF(x + width / 2, y + TITLE), QPointF(x + width / 2, y + HEIGHT - 2.5))
        caption, small = ("data", pens.small) if old is None else (f"{old} →", pens.old)
        _captioned(painter, data_field, caption, small, data_text, pens, pens.data)
        _captioned(painter, grad_field, "grad", pens.small, grad_text, pens, pens.grad)
    elif old is not None:  # from further off there is room for no third number
        _row(painter, data_field, "", f"{old} →", pens, pens.muted)
        _row(painter, grad_field, "", data_text, pens, pens.data)
    else:
        _row(painter, data_field, "data", data_text, pens, pens.data)
        _row(painter, grad_field, "grad", grad_text, pens, pens.grad)


def _moved(picture: CanvasFrame, number: NodeId) -> tuple[str, str] | tuple[None, None]:
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
    painter: QPainter, field: QRectF, caption: str, small: Font, text: str | None, pens: Pens, colour: QColor
) -> None:
    """A small word and the number below it."""
    above = field.top() + CAPTION / 2 + 2
    centre, room = field.center().x(), field.width() - 4
    width = min(room, small.width(caption))
    _fitted(painter, caption, small, centre + width / 2, above, room, pens.muted)
    below = field.top() + CAPTION + (field.height() - CAPTION) / 2 - 0.5
    if text is None:
        _dot(painter, QPointF(centre, below), 2.2, pens)
        return
    room = field.width() - 2 * PAD
    # The last digit stays where it is while a number changes, unless it needs the whole field.
    edge = NUMBER_EDGE["grad" if caption == "grad" else "data"]
    edge = edge if pens.number.width(text) <= field.width() - edge - PAD else PAD
    _fitted(painter, text, pens.number, field.right() - edge, below, room, colour)


def _row(
    painter: QPainter, field: QRectF, caption: str, text: str | None, pens: Pens, colour: QColor
) -> None:
    """A word and the number beside it."""
    middle, left = field.center().y() - 0.5, field.left() + _ROW_EDGE
    room = field.width() - 2 * _ROW_EDGE
    needed = 0.0 if text is None else pens.row_number.width(text)
    if caption and needed + pens.row_word.width(caption) + 4 <= room:
        _fitted(
            painter, caption, pens.row_word, left + pens.row_word.width(caption), middle, room, pens.muted
        )
    if text is None:
        _dot(painter, QPointF(field.right() - _ROW_EDGE - 34, middle), 3.2, pens)
    else:
        _fitted(painter, text, pens.row_number, field.right() - _ROW_EDGE, middle, room, colour)


def _dot(painter: QPainter, centre: QPointF, radius: float, pens: Pens) -> None:
    """Not computed yet."""
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.muted)
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


def mark_rect(scene: Scene, block: BlockId) -> QRectF:
    """Where the mark is that opens or collapses the block; empty where the block is not drawn."""
    if -block in scene.boxes:
        x, y = scene.places[-block]
        return QRectF(x + EDGE, y + (TITLE - FOLD_MARK) / 2 + 1, FOLD_MARK, FOLD_MARK)
    if block in scene.frames:
        rect = scene.frames[block][1]
        return QRectF(rect.left() + 10, rect.top() + (FRAME_TITLE - FOLD_MARK) / 2 - 1, FOLD_MARK, FOLD_MARK)
    return QRectF()


def title_rect(scene: Scene, block: BlockId, pens: Pens, zoom: float) -> QRectF:
    """Where the title of an open block stands; it is what the block is taken hold of by."""
    found, rect = scene.frames[block]
    font = _frame_font(pens, zoom)
    width = min(font.width(found.title), rect.width() - 44)
    return QRectF(rect.left() + 30, rect.top() + 3, max(20.0, width + 8), FRAME_TITLE - 8)


def paint_frames(
    painter: QPainter, picture: CanvasFrame, exposed: list[QRectF], pens: Pens, zoom: float
) -> None:
    """The frames of the open blocks, the outer ones first."""
    scene = picture.scene
    for number, (block, rect) in reversed(scene.frames.items()):
        if not any(rect.intersects(each) for each in exposed):
            continue
        painter.setPen(pens.block_pen)
        painter.setBrush(pens.block_fill)
        painter.drawRoundedRect(rect, RADIUS + 6, RADIUS + 6)
        if FRAME_TITLE * zoom < 9:
            continue
        _mark(painter, mark_rect(scene, number), pens, opens=False)
        font, where = _frame_font(pens, zoom), title_rect(scene, number, pens, zoom)
        painter.setFont(font.qfont)
        painter.setPen(pens.muted)
        title = font.elided(block.title, max(0.0, rect.width() - 40))
        painter.drawText(QPointF(where.left(), where.center().y() + font.ascent / 2), title)


def paint_block(painter: QPainter, picture: CanvasFrame, key: Key, pens: Pens, zoom: float) -> None:
    """A collapsed block as one box: its title, its output's numbers, and how much is in it."""
    scene = picture.scene
    box, place, rect = scene.folding.boxes[key], scene.places[key], scene.boxes[key]
    acting, problem = key == picture.acting, key == picture.problem
    width = box.size[0]
    frame = pens.bad_pen if problem else pens.accent_pen if acting else pens.box_pen
    paint_card(painter, rect.adjusted(0, 0, 0, STACK), pens, chosen=key in picture.chosen, shadow=False)
    painter.setPen(pens.frame_pen)  # sheets one behind the other: there is more in it than one node
    painter.setBrush(pens.panel)
    painter.drawRoundedRect(rect.adjusted(6, 6, -6, STACK), RADIUS, RADIUS)
    painter.setPen(frame)
    painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _head(painter, picture, box, rect, pens, zoom)
    if box.output is not None:
        paint_fields(
            painter, picture, box.output, place, pens, zoom, plain=not acting and not problem, width=width
        )
    else:
        text = f"{len(box.block.outputs)} outputs"
        middle = place[1] + (TITLE + HEIGHT) / 2
        _words(painter, text, rect.center().x(), middle, pens.row_word, pens.muted, centred=True)
    _foot(painter, box, rect, pens, zoom)
    _port_marks(painter, scene, key, box, pens)
    nudge = picture.nudge
    if nudge is not None and nudge.node in box.nodes:
        paint_nudge_tag(painter, nudge, place, pens)


def _head(
    painter: QPainter, picture: CanvasFrame, box: FoldedBox, rect: QRectF, pens: Pens, zoom: float
) -> None:
    near = zoom >= WORDS_FROM
    middle = rect.top() + (13.5 if near else 12.5)
    right = rect.right() - EDGE
    if picture.target == box.key:
        right = paint_target_mark(painter, right, middle, pens, zoom)
    _mark(painter, mark_rect(picture.scene, box.block.id), pens, opens=True)
    left, font = rect.left() + EDGE + FOLD_MARK + 6, pens.name if near else pens.row_name
    room = max(0.0, right - left - 3)
    size = min(1.0, room / max(1.0, font.width(box.block.title)))
    if size < 0.7:  # smaller could not be read: rather the beginning of it
        _words(painter, font.elided(box.block.title, room), left, middle, font, pens.text)
        return
    painter.save()
    painter.translate(left, middle)
    painter.scale(size, size)
    _words(painter, box.block.title, 0, 0, font, pens.text)
    painter.restore()


def _foot(painter: QPainter, box: FoldedBox, rect: QRectF, pens: Pens, zoom: float) -> None:
    """How much the box hides."""
    middle = rect.bottom() - 10
    if zoom >= WORDS_FROM:
        painter.setPen(pens.line_pen)
        painter.drawLine(QLineF(rect.left() + 2, rect.top() + HEIGHT, rect.right() - 2, rect.top() + HEIGHT))
    font = pens.foot if zoom >= WORDS_FROM else pens.row_word
    _words(painter, box.content, rect.center().x(), middle, font, pens.muted, centred=True)


def _port_marks(painter: QPainter, scene: Scene, key: Key, box: FoldedBox, pens: Pens) -> None:
    painter.setBrush(pens.panel_brush)
    painter.setPen(pens.frame_pen)
    out = scene.out_point(key)
    painter.drawEllipse(QPointF(*out), PORT, PORT)
    starts = {(scene.curves[wire].x1, scene.curves[wire].y1) for wire in scene.leaving[key]}
    for start in starts - {out}:  # of what is not its output
        painter.drawEllipse(QPointF(*start), 2.5, 2.5)
    radius = PORT if len(box.ports) <= box.size[1] / 10 else 2.0
    for at, port in enumerate(box.ports):
        painter.setPen(pens.frame_pen if port.source is not None else pens.open_pen)
        painter.drawEllipse(QPointF(*scene.in_point((key, at))), radius, radius)


def _mark(painter: QPainter, rect: QRectF, pens: Pens, *, opens: bool) -> None:
    """A small square with a plus that opens, or a minus that collapses."""
    painter.setPen(pens.mark_pen)
    painter.setBrush(pens.panel)
    square = rect.adjusted(2, 2, -2, -2)
    painter.drawRoundedRect(square, 3, 3)
    x, y, arm = square.center().x(), square.center().y(), 3.4
    painter.drawLine(QLineF(x - arm, y, x + arm, y))
    if opens:
        painter.drawLine(QLineF(x, y - arm, x, y + arm))


def _frame_font(pens: Pens, zoom: float) -> Font:
    return pens.frame_title if zoom >= WORDS_FROM else pens.frame_title_far


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
