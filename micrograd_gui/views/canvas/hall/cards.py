"""Hall cards: a node or a collapsed block in a form for the back row, its numbers one above the other."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter

from micrograd.language import tr, trc, trn
from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.graph import Node, NodeId
from micrograd_gui.document.text import tight, written
from micrograd_gui.figures import geometry
from micrograd_gui.figures.geometry import LIT_RADIUS, RADIUS, CardForm, Rect
from micrograd_gui.session.trace import Field
from micrograd_gui.views.canvas.card_geometry import CARDS_FROM
from micrograd_gui.views.canvas.layers.verdicts import HALL, paint_words
from micrograd_gui.views.canvas.paint_blocks import box_mark_rect, draw_mark
from micrograd_gui.views.canvas.paint_cards import (
    ShownNumber,
    before_and_after,
    nudge_text,
    paint_dot,
    paint_surroundings,
    paint_tag,
    strike,
)
from micrograd_gui.views.canvas.paint_cards import number_size as card_number_size
from micrograd_gui.views.canvas.pens import NARROWEST, Font, Pens, draw_fitted, draw_text, fit
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.theme import Look

_EDGE, _PAD = 12.0, 8.0  # between the edge of a card and its title, and its numbers
_TAG_ABOVE = 0.75  # of the height of a tag, above the card: none of the name is hidden
_NAMES_NARROWEST = 0.72  # before a name is cut
SMALLEST_NAME = 20.0  # pixels of a screen 1080 high
_NO_PEN, _NO_BRUSH = Qt.PenStyle.NoPen, Qt.BrushStyle.NoBrush


def paint_hall_card(painter: QPainter, picture: CanvasFrame, key: Key, pens: Pens) -> None:
    """One card with all that belongs to it."""
    scene = picture.scene
    form, rect, place = scene.form, scene.boxes[key], scene.places[key]
    acting, problem = key == picture.acting, key == picture.problem
    block = is_block(key)
    chosen = key in picture.chosen
    paint_surroundings(painter, rect, pens, chosen=chosen, shadow=key not in scene.folding.guests)
    if block:
        painter.setPen(pens.frame_pen)
        painter.setBrush(pens.panel)
        painter.drawRoundedRect(QRectF(*geometry.sheet_behind(_tuple(rect))), RADIUS, RADIUS)
    bad = problem or key == picture.differing
    plain_pen = pens.open_pen if key in scene.folding.guests else pens.box_pen if block else pens.frame_pen
    painter.setPen(pens.bad_pen if bad else pens.hall_pen if acting else plain_pen)
    painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _paint_title(painter, picture, key, rect, pens)
    number = _number_of(picture, key)
    if number is None:
        outputs = trn("{n} output", "{n} outputs", len(scene.folding.boxes[key].block.outputs))
        top, tall = rect.top() + form.title, rect.height() - form.title
        room = rect.width() - 2 * _PAD
        font = pens.font(form.number)
        draw_fitted(painter, outputs, font, rect.right() - _PAD, top + tall / 2, room, pens.muted)
    else:
        _paint_numbers(painter, picture, number, rect, pens, plain=not acting and not problem)
    _paint_ports(painter, picture, key, pens)
    nudge, tag = picture.nudge, pens.font(HALL.words, bold=True)
    if nudge is not None and scene.key(nudge.node) == key:
        paint_tag(painter, nudge_text(nudge), place, pens, pens.data, tag, HALL.tag, _TAG_ABOVE)
    elif picture.finding is not None and key == picture.differing:
        paint_tag(painter, picture.tag, place, pens, pens.bad, tag, HALL.tag, _TAG_ABOVE)


def number_size(picture: CanvasFrame, key: Key, pens: Pens) -> float:
    """How large the smallest number on that card is, in scene units."""
    form, number = picture.scene.form, _number_of(picture, key)
    if number is None:
        return form.number
    sizes = [form.number]
    for shown in _shown(picture, number):
        if shown.text is not None:
            _, size = fit(pens.font(form.number, bold=True).width(shown.text), _room(form, pens))
            sizes.append(form.number * size)
    return min(sizes)


def _number_of(picture: CanvasFrame, key: Key) -> NodeId | None:
    """The node whose numbers stand on that card."""
    return picture.scene.folding.boxes[key].output if is_block(key) else key


def field_of(scene: Scene, key: Key, part: Literal["name", "data", "badge"], pens: Pens) -> QRectF:
    """Where that stands on the card or box, from its corner: what one types in is put there."""
    form, node = scene.form, scene.nodes[key]
    if part == "data":
        return QRectF(*form.rows((0.0, 0.0))[0])
    badge = QRectF()
    if is_block(key):
        badge = QRectF(
            0, 0, box_mark_rect(scene, scene.folding.boxes[key].block.id).right() - scene.places[key][0], 0
        )
    elif node.rule is not None:
        badge = _badge_rect(node.rule.symbol, _EDGE, form.title / 2 + 1, form, pens)
    return badge if part == "badge" else QRectF(badge.right(), 0, form.width - badge.right(), form.title)


def _tuple(rect: QRectF) -> Rect:
    return rect.left(), rect.top(), rect.width(), rect.height()


def _paint_title(painter: QPainter, picture: CanvasFrame, key: Key, rect: QRectF, pens: Pens) -> None:
    form, node = picture.scene.form, picture.scene.nodes[key]
    middle, left, right = rect.top() + form.title / 2 + 1, rect.left() + _EDGE, rect.right() - _EDGE
    if is_block(key):
        mark = box_mark_rect(picture.scene, picture.scene.folding.boxes[key].block.id)
        draw_mark(painter, mark, pens, opens=True)
        left = mark.right() + 5
    elif node.rule is not None:
        left = _paint_badge(painter, node.rule.symbol, left, middle, form, pens) + 7
    right = _paint_signs(painter, picture, key, node, right, middle, pens)
    font = pens.font(form.name, bold=bool(node.label or node.title), italic=not node.label)
    name, room = node.title or node.name, max(0.0, right - left - 3)
    stand = picture.scene.folding.stand
    enlarged = 1.0 if stand is None else stand.enlarged
    name, narrowed, size = readable(name, font, room, SMALLEST_NAME / (form.name * enlarged))
    painter.save()
    painter.translate(left, middle)
    painter.scale(narrowed * size, size)
    draw_text(painter, name, 0, 0, font, pens.text if node.label or node.title else pens.muted)
    painter.restore()


def readable(name: str, font: Font, room: float, least: float) -> tuple[str, float, float]:
    """A name in that room, how far narrowed and how much smaller; no smaller than the back row can read.

    Where it would have to be, it is its beginning that stands there.
    """
    least = min(1.0, least)
    for shown in dict.fromkeys((name, tight(name))):
        narrowed, size = fit(font.width(shown), room)
        if size >= least:
            return shown, narrowed, size
    if (narrow := room / (font.width(tight(name)) * least)) >= _NAMES_NARROWEST:
        return tight(name), narrow, least
    return font.elided(name, room / (narrowed * least)), narrowed, least


def _paint_badge(
    painter: QPainter, sign: str, left: float, middle: float, form: CardForm, pens: Pens
) -> float:
    """An op's sign in its badge; gives where it ends."""
    rect, font, tall = _badge_rect(sign, left, middle, form, pens), _badge_font(form, pens), form.name + 5
    painter.setPen(_NO_PEN)
    painter.setBrush(pens.chip)
    painter.drawRoundedRect(rect, tall / 2, tall / 2)
    draw_text(painter, sign, rect.center().x() - font.width(sign) / 2, middle, font, pens.data)
    return rect.right()


def _badge_font(form: CardForm, pens: Pens) -> Font:
    return pens.font(form.name - 2, bold=True)


def _badge_rect(sign: str, left: float, middle: float, form: CardForm, pens: Pens) -> QRectF:
    tall = form.name + 5
    return QRectF(left - 4, middle - tall / 2, max(tall, _badge_font(form, pens).width(sign) + 12), tall)


def _paint_signs(
    painter: QPainter, picture: CanvasFrame, key: Key, node: Node, right: float, middle: float, pens: Pens
) -> float:
    """What is special of the node, by form; gives where what stands left of it may end."""
    if key == picture.problem:
        font = pens.font(picture.scene.form.name, bold=True)
        draw_text(painter, "⚠", right - font.width("⚠"), middle, font, pens.bad)
        right -= font.width("⚠") + 5
    if key == picture.target:
        painter.setBrush(_NO_BRUSH)
        painter.setPen(pens.text)
        painter.drawEllipse(QPointF(right - 8, middle), 8, 8)
        painter.setPen(_NO_PEN)
        painter.setBrush(pens.grad)
        painter.drawEllipse(QPointF(right - 8, middle), 4, 4)
        right -= 22
    if node.role:
        painter.save()
        painter.translate(right, middle)
        painter.scale(1.6, 1.6)
        painter.setBrush(pens.data if node.role == "input" else pens.grad)
        painter.setPen(_NO_PEN)
        painter.drawPolygon([QPointF(*corner) for corner in geometry.sign_outline(node.role, 0, 0)])
        painter.restore()
        right -= 18
    return right


def _shown(picture: CanvasFrame, number: NodeId) -> list[ShownNumber]:
    """The numbers that the form has room for."""
    data, grad = picture.frame.data.get(number), picture.frame.grad.get(number)
    _, new = before_and_after(picture, number)
    both = [
        ShownNumber.of(picture, number, "data", data, new),
        ShownNumber.of(picture, number, "grad", grad),
    ]
    return both if picture.scene.form.numbers == 2 else [both[matters(picture, number) == "grad"]]


def matters(picture: CanvasFrame, number: NodeId) -> Field:
    """Which of a node's numbers stands there where there is room for one."""
    step = picture.step
    if picture.nudge is not None or step is None or number not in picture.frame.grad:
        return "data"
    return "data" if step.kind in ("forward", "update") else "grad"


def _paint_numbers(
    painter: QPainter, picture: CanvasFrame, number: NodeId, rect: QRectF, pens: Pens, *, plain: bool
) -> None:
    form = picture.scene.form
    old, _ = before_and_after(picture, number)
    if picture.nudge is None and picture.apart(number, "data") is not None:
        old = None  # what another run has stands there
    rows = form.rows((rect.left(), rect.top()))
    painter.setPen(pens.line_pen)
    painter.drawLine(
        QPointF(rect.left() + 2, rect.top() + form.title), QPointF(rect.right() - 2, rect.top() + form.title)
    )
    if old is not None and form.numbers == 2:  # what it was stands where grad does: that did not move
        was = ShownNumber("data", f"{old} →")
        _paint_row(painter, rows[0], was, form, pens, word=trc("before a number", "was"), old=True)
        _paint_row(
            painter, rows[1], _shown(picture, number)[0], form, pens, word=trc("before a number", "now")
        )
        return
    if old is not None:  # one number has room alone: what it was hangs on the lower edge
        paint_words(painter, f"{old} →", rect, HALL, (pens.muted, pens.panel, pens.text), pens)
    for shown, row in zip(_shown(picture, number), rows, strict=True):
        if plain and (number, shown.part) in picture.fresh:
            painter.setPen(_NO_PEN)
            painter.setBrush(pens.accent_fill)
            painter.drawRoundedRect(QRectF(*geometry.lit_field(row)), LIT_RADIUS, LIT_RADIUS)
        _paint_row(painter, row, shown, form, pens, word=_word(shown, form, pens))
    both = [each for each in _shown(picture, number) if each.other]
    hanging = [each for each in both if not _has_room(each, form, pens)]
    if hanging and picture.finding is not None:  # the number that matters has no room for both
        words = _hung(picture, number, hanging[-1], rect.width() - HALL.tag, pens)
        clear = HALL._replace(hangs=HALL.hangs + 2.5)
        paint_words(painter, words, rect, clear, (pens.bad, pens.panel, pens.bad), pens)


def _word(shown: ShownNumber, form: CardForm, pens: Pens) -> str:
    """What the number is called; where it has little room beside it, by a sign."""
    wide = 0.0 if shown.text is None else pens.font(form.number, bold=True).width(shown.text)
    room = form.width - 2 * _PAD - 5 - wide
    long = shown.word != shown.part and pens.font(form.word).width(shown.word) > room
    return "∂" if long and form.numbers == 1 else shown.word or shown.part


def _room(form: CardForm, pens: Pens) -> float:
    """How wide a number may be; where there is one, the word that tells which is always beside it."""
    return form.width - 2 * _PAD - (pens.font(form.word).width("data") + 5 if form.numbers == 1 else 0.0)


def _hung(picture: CanvasFrame, number: NodeId, shown: ShownNumber, room: float, pens: Pens) -> str:
    """What is said of another run's number below a card: whose it is where there is room, and all of it."""
    apart = picture.apart(number, shown.part)
    said = [f"✗ {shown.other}"]
    if picture.finding is not None:
        live = picture.finding.whose == "notebook"
        whose = tr("notebook {number}") if live else tr("wrong {number}")
        said.insert(0, whose.format(number=shown.other))
    if apart is not None and apart.other is not None:
        said += [f"✗ {written(apart.other, digits)}" for digits in (2, 1)]
    font = pens.font(HALL.words, bold=True)
    return next((each for each in said if font.width(each) <= room), said[-1])


def _has_room(shown: ShownNumber, form: CardForm, pens: Pens) -> bool:
    """Whether the number of another run stands beside the right one, in the row of the card."""
    wide = 0.0 if shown.text is None else pens.font(form.number, bold=True).width(shown.text)
    small = pens.font(form.word).width(shown.other) * NARROWEST
    return form.words and min(wide, _room(form, pens)) + small + 8 <= form.width - 2 * _PAD


def _paint_row(
    painter: QPainter,
    row: Rect,
    shown: ShownNumber,
    form: CardForm,
    pens: Pens,
    *,
    word: str,
    old: bool = False,
) -> None:
    """A number, and left of it a word where there is room."""
    left, right, middle = row[0] + _PAD, row[0] + row[2] - _PAD, row[1] + row[3] / 2 - 1
    font, room = pens.font(form.number, bold=True), _room(form, pens)
    wide = 0.0 if shown.text is None else font.width(shown.text)
    small = pens.font(form.word)
    if shown.other and _has_room(shown, form, pens):
        beside = min(small.width(shown.other), row[2] - 2 * _PAD - min(wide, room) - 6)
        draw_fitted(painter, shown.other, small, left + 2 + beside, middle, beside, pens.bad)
        if shown.struck:
            strike(painter, left + 2, left + 2 + beside, middle, pens.bad)
    elif form.words and min(wide, room) + small.width(word) + 5 <= row[2] - 2 * _PAD:
        draw_text(painter, word, left + 2, middle, small, pens.muted)
    if shown.text is None:
        paint_dot(painter, QPointF(right - 10, middle), 4.5, pens)
        return
    colour = pens.muted if old else shown.colour(pens)
    draw_fitted(painter, shown.text, font, right, middle, room, colour)
    if shown.stale:
        strike(painter, right - min(room, wide), right, middle, colour)


def _paint_ports(painter: QPainter, picture: CanvasFrame, key: Key, pens: Pens) -> None:
    scene, form = picture.scene, picture.scene.form
    painter.setBrush(pens.panel)
    painter.setPen(pens.frame_pen)
    painter.drawEllipse(QPointF(*scene.out_point(key)), form.port, form.port)
    inputs = scene.nodes[key].inputs
    radius = form.port if len(inputs) <= 4 else geometry.SIDE_PORT_RADIUS * 1.4
    for port, source in enumerate(inputs):
        painter.setPen(pens.frame_pen if source is not None else pens.open_pen)
        painter.drawEllipse(QPointF(*scene.in_point((key, port))), radius, radius)


def stand_in_hall(scene: Scene, look: Look, seen: QSize, window: QSize) -> bool:
    """Let all be wholly seen in what is ``seen`` of the window, where it has room.

    Gives whether anything may stand elsewhere now. Where a narrow screen has no room for text of the size
    that its height asks for, its width says how large.
    """
    before = scene.folding
    if not look.projector:
        scene.stand_in(None)
        return scene.folding is not before
    for unit in (look.hall_unit, min(window.width() / 1920, window.height() / 1080)):
        scene.stand_in((seen.width() / unit, seen.height() / unit))
        if scene.folding.stand is not None:
            break
    return scene.folding is not before


def text_px(picture: CanvasFrame, number: Key, pens: Pens, zoom: float) -> float:
    """The size of a node's numbers on the screen, in pixels; 0 where none is drawn."""
    key = picture.scene.key(number)
    if key is None or zoom < CARDS_FROM:
        return 0.0
    if picture.scene.folding.stand is None:
        return card_number_size(picture, key, pens, zoom) * zoom
    return number_size(picture, key, pens) * zoom
