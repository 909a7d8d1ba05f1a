"""Cards: one node painted with its badge, name, marks, numbers and ports, as figures/geometry.py has them."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from micrograd.language import N_, tr
from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.graph import Node, NodeId, Place
from micrograd_gui.document.text import NOT_YET, short, tight, told_apart, written
from micrograd_gui.figures import geometry
from micrograd_gui.figures.geometry import (
    COUNT_SIZE,
    EDGE,
    LIT_RADIUS,
    NUMBER_SIZE,
    RADIUS,
    STRIKE,
    TITLE,
    WIDTH,
    Line,
)
from micrograd_gui.session.measure import Nudge
from micrograd_gui.session.trace import Field
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.layers.chips import Derived, tag_size
from micrograd_gui.views.canvas.pens import (
    NARROWEST,
    ROW_NUMBER,
    Font,
    Pens,
    draw_centred,
    draw_fitted,
    draw_text,
    fit,
)
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene

_ROW_EDGE = 9.0  # between the edge of a card and the numbers, where they stand in rows
_NO_PEN, _NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush
_WORDS: dict[geometry.Sign, str] = {
    "input": N_("input"),
    "parameter": N_("parameter"),
    "target": N_("target"),
}  # beside their signs


def paint_card(painter: QPainter, picture: CanvasFrame, number: NodeId, pens: Pens, zoom: float) -> None:
    """One node's card with all that belongs to it."""
    node, place = picture.scene.nodes[number], picture.scene.places[number]
    acting, problem = number == picture.acting, number == picture.problem
    rect = card_geometry.box(place)
    guest = number in picture.scene.folding.guests
    shadow = zoom >= WORDS_FROM and not guest
    paint_surroundings(painter, rect, pens, chosen=number in picture.chosen, shadow=shadow)
    frame = pens.open_pen if guest else pens.frame_pen
    bad = problem or number == picture.differing
    painter.setPen(pens.bad_pen if bad else pens.accent_pen if acting else frame)
    painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _paint_title(painter, picture, node, place, pens, zoom, problem)
    paint_fields(painter, picture, number, place, pens, zoom, plain=not acting and not problem)
    _paint_ports(painter, node, place, pens)
    if picture.nudge is not None and picture.nudge.node == number:
        paint_nudge_tag(painter, picture.nudge, place, pens)
    elif number == picture.differing:
        paint_differing_tag(painter, picture, place, pens)


def paint_surroundings(painter: QPainter, rect: QRectF, pens: Pens, *, chosen: bool, shadow: bool) -> None:
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
    sign = node.rule.symbol
    return QRectF(*geometry.badge(place, pens.badge(sign).width(sign)))


def name_rect(node: Node, place: Place, pens: Pens) -> QRectF:
    """Where the name stands: between the badge and the mark at the right."""
    badge = badge_rect(node, place, pens).getRect() if node.op else None
    left = geometry.name_left(place[0], badge)  # type: ignore[arg-type]  # four floats
    return QRectF(left, place[1], place[0] + WIDTH - EDGE - left, TITLE)


def _paint_title(
    painter: QPainter,
    picture: CanvasFrame,
    node: Node,
    place: Place,
    pens: Pens,
    zoom: float,
    problem: bool,
) -> None:
    middle = card_geometry.title_middle(place[1], zoom)
    if node.rule is not None:
        badge, sign = badge_rect(node, place, pens), node.rule.symbol
        painter.setPen(_NO_PEN)
        painter.setBrush(pens.chip)
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        draw_centred(painter, sign, badge.center().x(), middle, pens.badge(sign), pens.data)
    right = place[0] + WIDTH - EDGE
    if problem:
        right = _paint_warning(painter, right, middle, pens)
    if picture.graph.target == node.id:
        right = paint_target_mark(painter, right, middle, pens, zoom)
    if node.role:
        right = _paint_role_mark(painter, node.role, right, middle, pens, zoom)
    left = name_rect(node, place, pens).left()
    if zoom >= WORDS_FROM:
        font = pens.name if node.label else pens.unnamed
    else:
        font = pens.row_name if node.label else pens.row_unnamed
    colour = pens.text if node.label else pens.muted
    _draw_name(painter, node.name, left, middle, geometry.name_room(left, right), font, colour)


def _draw_name(
    painter: QPainter, name: str, left: float, middle: float, room: float, font: Font, colour: QColor
) -> None:
    """A name from there on, narrowed before it is cut."""
    if font.width(name) <= room or not room:
        draw_text(painter, font.elided(name, room), left, middle, font, colour)
        return
    narrowed = max(NARROWEST, min(1.0, room / font.width(tight(name))))
    painter.save()
    painter.translate(left, middle)
    painter.scale(narrowed, 1.0)
    draw_text(painter, font.elided(name, room / narrowed), 0, 0, font, colour)
    painter.restore()


def _paint_role_mark(
    painter: QPainter,
    role: Literal["input", "parameter"],
    right: float,
    middle: float,
    pens: Pens,
    zoom: float,
) -> float:
    """The sign of a role and the word for it; gives where what stands left of them may end."""
    painter.setBrush(pens.data if role == "input" else pens.grad)
    painter.setPen(_NO_PEN)
    corners = geometry.sign_outline(role, right, middle)
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    return _paint_word(painter, role, right, middle, pens, zoom)


def paint_target_mark(painter: QPainter, right: float, middle: float, pens: Pens, zoom: float) -> float:
    """Rings around a point, and the word; gives where what stands left of them may end."""
    (x, y, outer), (_, _, inner) = geometry.target_rings(right, middle)
    painter.setBrush(_NO_BRUSH)
    painter.setPen(pens.text)
    painter.drawEllipse(QPointF(x, y), outer, outer)
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.grad)
    painter.drawEllipse(QPointF(x, y), inner, inner)
    return _paint_word(painter, "target", right, middle, pens, zoom)


def _paint_word(
    painter: QPainter, sign: geometry.Sign, right: float, middle: float, pens: Pens, zoom: float
) -> float:
    """The word beside a sign; from further off there is no room for it."""
    if zoom < WORDS_FROM:
        return geometry.before_mark(sign, right, None)
    word = tr(_WORDS[sign])
    width = pens.small.width(word)
    draw_text(painter, word, geometry.word_end(sign, right) - width, middle, pens.small, pens.muted)
    return geometry.before_mark(sign, right, width)


def _paint_warning(painter: QPainter, right: float, middle: float, pens: Pens) -> float:
    """A triangle with an exclamation mark; gives where what stands left of it may end."""
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
    paint_tag(painter, nudge_text(nudge), place, pens, pens.data)


def nudge_text(nudge: Nudge) -> str:
    """By how much the node is held off its place, in print."""
    return f"+ {short(nudge.h)}" if nudge.h > 0 else f"\u2212 {short(-nudge.h)}"


def paint_differing_tag(painter: QPainter, picture: CanvasFrame, place: Place, pens: Pens) -> None:
    """That what the notebook or the wrong run has otherwise begins at this node."""
    if picture.finding is not None:
        paint_tag(painter, picture.tag, place, pens, pens.bad)


def paint_tag(
    painter: QPainter,
    text: str,
    place: Place,
    pens: Pens,
    colour: QColor,
    font: Font | None = None,
    tall: float = 13.0,
    above: float = 0.68,
) -> None:
    """A few words on the upper edge of a card, so much of their height above it, the rest above its name."""
    font = font or pens.tag
    width = font.width(text) + tall * 0.8
    rect = QRectF(place[0] + 12, place[1] - tall * above, width, tall)
    painter.setPen(_NO_PEN)
    painter.setBrush(colour)
    painter.drawRoundedRect(rect, tall / 2, tall / 2)
    draw_centred(painter, text, rect.center().x(), rect.center().y(), font, pens.on_data)


def paint_derived(painter: QPainter, scene: Scene, key: Key, said: Derived, pens: Pens, zoom: float) -> None:
    """A tag on the lower edge of the card, dashed, for it is no gradient; of the leaf itself, filled."""
    size, box = tag_size(scene, zoom), scene.boxes[key]
    font, room = pens.font(size.text, bold=True), box.width() - 4
    pad = size.tall * 0.4
    fits = font.width(said.name + said.number) + 2 * pad <= room
    name = said.name if fits else said.brief
    wide = font.width(name + said.number)
    narrowed, smaller = fit(wide, room - 2 * pad)
    tag = QRectF(box.left() + 2, box.bottom() + size.hangs - size.tall, 0, size.tall)
    tag.setWidth(min(room, wide + 2 * pad))
    style = Qt.PenStyle.SolidLine if said.is_leaf else Qt.PenStyle.DashLine
    painter.setPen(QPen(pens.text, size.tall / 14, style))
    painter.setBrush(pens.text if said.is_leaf else pens.panel)
    painter.drawRoundedRect(tag, size.tall / 2, size.tall / 2)
    colour = pens.panel if said.is_leaf else pens.muted if said.stale else pens.text
    painter.save()
    painter.translate(tag.center())
    painter.scale(narrowed * smaller, smaller)
    draw_centred(painter, name + said.number, 0, 0, font, colour)
    if said.stale:
        strike(painter, wide / 2 - font.width(said.number), wide / 2, 0, colour)
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_ports(painter: QPainter, node: Node, place: Place, pens: Pens) -> None:
    painter.setBrush(pens.panel)
    painter.setPen(pens.frame_pen)
    arity, radius = len(node.inputs), geometry.PORT
    painter.drawEllipse(QPointF(*geometry.out_port(place)), radius, radius)
    for port, source in enumerate(node.inputs):
        painter.setPen(pens.frame_pen if source is not None else pens.open_pen)
        radius = geometry.port_radius(source is not None)
        painter.drawEllipse(QPointF(*geometry.in_port(place, port, arity)), radius, radius)


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
    old, new = before_and_after(picture, number)
    shown = {
        "data": ShownNumber.of(picture, number, "data", picture.frame.data.get(number), new),
        "grad": ShownNumber.of(picture, number, "grad", picture.frame.grad.get(number)),
    }
    if shown["data"].other and picture.nudge is None:  # what another run has stands where it was before
        old = None
    rows = card_geometry.fields(place, zoom, width)
    both = zoom < WORDS_FROM and old is not None  # rows are of what data was and is
    for part, field in zip(shown, rows, strict=True):
        if plain and (number, part) in picture.fresh and not (both and part == "grad"):
            painter.setPen(_NO_PEN)
            painter.setBrush(pens.accent_fill)
            lit = QRectF(*geometry.lit_field(field.getRect()))  # type: ignore[arg-type]  # four floats
            painter.drawRoundedRect(lit, LIT_RADIUS, LIT_RADIUS)
    if zoom >= WORDS_FROM:
        painter.setPen(pens.line_pen)
        draw_lines(painter, geometry.dividers((*place, width, 0.0)))
        moved = None if old is None else f"{old} →"
        for each, rect in zip(shown.values(), geometry.number_fields(place, width), strict=True):
            _paint_number(painter, rect, each, pens, moved if each.part == "data" else None)
    elif both:  # from further off there is room for no third number
        _paint_row(
            painter, rows[0], ShownNumber("data", f"{old} →", stale=True), pens, caption="", struck=False
        )
        _paint_row(painter, rows[1], ShownNumber("data", shown["data"].text), pens, caption="")
    else:
        for each, field in zip(shown.values(), rows, strict=True):
            _paint_row(painter, field, each, pens)


def number_size(picture: CanvasFrame, key: Key, pens: Pens, zoom: float) -> float:
    """How large the smallest number on that card or box is, in scene units."""
    boxes = picture.scene.folding.boxes
    number = boxes[key].output if is_block(key) else key
    font, size = (pens.row_number, ROW_NUMBER) if zoom < WORDS_FROM else (pens.number, NUMBER_SIZE)
    if number is None:
        return COUNT_SIZE
    width = picture.scene.boxes[key].width()
    room = width - 2 * _ROW_EDGE if zoom < WORDS_FROM else width / 2 - 2 * geometry.NUMBER_PAD
    numbers = (picture.frame.data.get(number), picture.frame.grad.get(number))
    return min([size, *(size * fit(font.width(written(n)), room)[1] for n in numbers if n is not None)])


class ShownNumber(Struct, frozen=True):
    """A number as it stands in its field, and beside it the notebook's or the wrong run's where they differ.

    ``text`` is None where it is not computed yet; a ``stale`` number is no longer true, and neither is the
    ``other`` one where it is a number, which is ``struck`` then.
    """

    part: Field
    text: str | None
    stale: bool = False
    other: str = ""
    word: str = ""  # what it is called
    struck: bool = False

    @classmethod
    def of(
        cls, picture: CanvasFrame, number: NodeId, part: Field, holds: float | None, moved: str | None = None
    ) -> ShownNumber:
        """That number of a node; ``moved`` is how it is written where it has just moved."""
        apart, text = picture.apart(number, part), None if holds is None else written(holds)
        other = "" if apart is None else tr(NOT_YET) if apart.other is None else written(apart.other)
        if apart is not None and apart.other is not None and other == text and holds is not None:
            other, text = told_apart((apart.other, holds))
        stale = moved is None and (number, part) in picture.frame.stale
        word = picture.names.short_grad(picture.graph.nodes[number]) if part == "grad" else part
        struck = apart is not None and apart.other is not None
        return cls(part, moved or text, stale, other, word, struck)

    def colour(self, pens: Pens) -> QColor:
        """The colour it is written in."""
        return pens.muted if self.stale else pens.data if self.part == "data" else pens.grad


def before_and_after(picture: CanvasFrame, number: NodeId) -> tuple[str, str] | tuple[None, None]:
    """The node's number before and after the nudge or update, with as many decimals as tell them apart."""
    nudge, step = picture.nudge, picture.step
    if nudge is not None and (moved := nudge.shows(number)) is not None:
        return moved
    if step is not None and step.changes and (number, "data") in picture.fresh:
        before, after = next((each.before, each.after) for each in step.changes if each.node == number)
    else:
        return None, None
    old, new = told_apart((before, after))
    return old, new


def _paint_number(
    painter: QPainter, field: geometry.Rect, shown: ShownNumber, pens: Pens, moved_from: str | None
) -> None:
    """A small word, or the number that it was or that another run has, and the number below it."""
    (x, y), room = geometry.word_middle(field), field[2] - 4
    caption = moved_from or shown.other or shown.word or shown.part
    small = pens.small if caption in (shown.part, shown.word) else pens.old
    is_other = caption == shown.other
    width = min(room, small.width(caption))
    draw_fitted(painter, caption, small, x + width / 2, y, room, pens.bad if is_other else pens.muted)
    if is_other and shown.struck:
        strike(painter, x - width / 2, x + width / 2, y, pens.bad, thin=True)
    if shown.text is None:
        x, y, radius = geometry.unknown_dot(field)
        paint_dot(painter, QPointF(x, y), radius, pens)
        return
    wide, room = pens.number.width(shown.text), geometry.number_room(field)
    end, middle = geometry.number_end(field, shown.part, wide)
    draw_fitted(painter, shown.text, pens.number, end, middle, room, shown.colour(pens))
    if shown.stale:
        strike(painter, end - min(room, wide), end, middle, shown.colour(pens))


def _paint_row(
    painter: QPainter,
    field: QRectF,
    shown: ShownNumber,
    pens: Pens,
    *,
    caption: str | None = None,
    struck: bool = True,
) -> None:
    """A word, or what another run has, and the number beside it; what is stale is ``struck``."""
    middle, left, right = field.center().y() - 0.5, field.left() + _ROW_EDGE, field.right() - _ROW_EDGE
    room = right - left
    needed = 0.0 if shown.text is None else pens.row_number.width(shown.text)
    word = (shown.other or shown.word or shown.part) if caption is None else caption
    wide, colour = pens.row_word.width(word), pens.bad if shown.other else pens.muted
    if word and needed + wide + 4 <= room:
        draw_fitted(painter, word, pens.row_word, left + wide, middle, room, colour)
        if shown.struck:
            strike(painter, left, left + wide, middle, colour, thin=True)
    if shown.text is None:
        paint_dot(painter, QPointF(right - 34, middle), 3.2, pens)
        return
    draw_fitted(painter, shown.text, pens.row_number, right, middle, room, shown.colour(pens))
    if shown.stale and struck:
        strike(painter, right - min(room, needed), right, middle, shown.colour(pens))


def strike(
    painter: QPainter, left: float, right: float, middle: float, colour: QColor, *, thin: bool = False
) -> None:
    """The line through a number that is not true, or no longer."""
    painter.setPen(QPen(colour, STRIKE / 2 if thin else STRIKE))
    painter.drawLine(QLineF(left - STRIKE, middle, right + STRIKE, middle))


def paint_dot(painter: QPainter, centre: QPointF, radius: float, pens: Pens) -> None:
    """Not computed yet."""
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.muted)
    painter.drawEllipse(centre, radius, radius)


def draw_lines(painter: QPainter, lines: tuple[Line, ...]) -> None:
    """Straight lines, with the painter's pen."""
    for (x1, y1), (x2, y2) in lines:
        painter.drawLine(QLineF(x1, y1, x2, y2))
