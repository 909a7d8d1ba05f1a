"""Verdicts on the canvas: what the numeric check says of a node, as a sign on the corner of its card.

What the sign does not say stands in a few words on the lower edge. A verdict that is not on the grad which
stands there at the moment is not shown.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from micrograd_gui.document.block import Key, is_block
from micrograd_gui.session.explain.verdicts import OnNode, on_box, on_node, wrong_ones
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.layers.chips import mark_room
from micrograd_gui.views.canvas.paint_cards import before_and_after
from micrograd_gui.views.canvas.pens import Pens, draw_centred
from micrograd_gui.views.canvas.picture import CanvasFrame


class Measures(NamedTuple):
    """How large a verdict is: the sign and its disc, the words and their tag, and how far that hangs out."""

    sign: float
    radius: float
    words: float
    tag: float
    hangs: float
    inside: float  # how far the middle of the disc is from the corner of the card


_NEAR = Measures(12.0, 8.0, 10.0, 13.0, 11.0, 0.5)  # below the grad
_ROWS = Measures(18.0, 11.0, 13.0, 15.0, 14.0, 2.5)  # seen from further off
_HIGHER = 4.0  # the sign on a left corner in a hall, above the mark that opens a block
HALL = Measures(23.0, 15.0, 20.0, 22.0, 15.5, 1.0)  # one below another are 16 apart, or more


def verdict_at(picture: CanvasFrame, key: Key) -> OnNode | None:
    """What stands on that card or box; None: nothing."""
    state = picture.checked
    if state is None:
        return None
    if is_block(key):
        box = picture.scene.folding.boxes[key]
        return on_box(state, box.nodes, box.output)
    return on_node(state, key)


def wrong_keys(picture: CanvasFrame) -> set[Key]:
    """The cards and boxes in which a grad differs from the numeric slope."""
    return set() if picture.checked is None else set(picture.scene.folding.keys(wrong_ones(picture.checked)))


def paint_verdict(painter: QPainter, picture: CanvasFrame, key: Key, pens: Pens, zoom: float) -> None:
    """The sign on an upper corner, and the words on the lower edge."""
    found = verdict_at(picture, key)
    if found is None:
        return
    size = _measures(picture, zoom)
    rect = picture.scene.boxes[key]
    edge, fill, ink = _colours(found, pens)
    to_come = found.sign == "✓" and found.agrees is None
    style = Qt.PenStyle.DashLine if to_come else Qt.PenStyle.SolidLine
    painter.setPen(QPen(edge, size.radius / 6, style))
    painter.setBrush(fill)
    disc = _disc(picture, key, size)
    middle = disc.center()
    painter.drawEllipse(disc)
    draw_centred(painter, found.sign, middle.x(), middle.y(), pens.font(size.sign, bold=True), ink)
    moved = size is HALL and picture.scene.form.numbers == 1 and _has_moved(picture, key)
    hidden = moved or key in picture.derived or _on_a_mark(picture, key, size)  # what it was hangs there
    if found.words and not hidden:
        paint_words(painter, found.words, rect, size, (edge, fill, ink), pens)


def sign_rect(picture: CanvasFrame, key: Key, zoom: float) -> QRectF:
    """Where the sign of a check stands on that card or box; empty: nowhere."""
    return QRectF() if verdict_at(picture, key) is None else _disc(picture, key, _measures(picture, zoom))


def _measures(picture: CanvasFrame, zoom: float) -> Measures:
    if picture.scene.folding.stand is not None:
        return HALL
    return _NEAR if zoom >= WORDS_FROM else _ROWS


def _disc(picture: CanvasFrame, key: Key, size: Measures) -> QRectF:
    """Around the right corner of the card; where the mark of a turn stands on that, the left one.

    There it is higher in a hall, above the mark that opens a collapsed block.
    """
    rect, turns = picture.scene.boxes[key], key in picture.turns
    side = rect.left() + size.inside if turns else rect.right() - size.inside
    left, top = side - size.radius, rect.top() + size.inside - size.radius
    if turns and size is HALL:
        top -= _HIGHER
    return QRectF(left, top, 2 * size.radius, 2 * size.radius)


def _on_a_mark(picture: CanvasFrame, key: Key, size: Measures) -> bool:
    """Whether words that hang below that card would cover the mark of a turn of the next one below."""
    if not picture.turns:
        return False
    scene = picture.scene
    rect = scene.boxes[key]
    hangs = QRectF(rect.left(), rect.bottom(), rect.width(), size.hangs)
    near = scene.nodes_in(hangs.adjusted(0, 0, 0, 2 * size.tag))
    return any(
        each != key and each in picture.turns and mark_room(scene, scene.boxes[each]).intersects(hangs)
        for each in near
    )


def _has_moved(picture: CanvasFrame, key: Key) -> bool:
    number = picture.scene.folding.boxes[key].output if is_block(key) else key
    return number is not None and before_and_after(picture, number)[0] is not None


def paint_words(
    painter: QPainter,
    words: str,
    rect: QRectF,
    size: Measures,
    colours: tuple[QColor, QColor, QColor],
    pens: Pens,
) -> None:
    """Words on the lower edge of a card, in the colours of their edge, ground and letters."""
    edge, fill, ink = colours
    font = pens.font(size.words, bold=True)
    words = font.elided(words, rect.width() - size.tag)
    width = font.width(words) + size.tag * 0.8
    right, bottom = rect.right() - size.radius, rect.bottom() + size.hangs  # beside the next sign
    tag = QRectF(right - width, bottom - size.tag, width, size.tag)
    painter.setPen(QPen(edge, size.radius / 9))
    painter.setBrush(fill)
    painter.drawRoundedRect(tag, size.tag / 2, size.tag / 2)
    draw_centred(painter, words, tag.center().x(), tag.center().y(), font, ink)


def _colours(found: OnNode, pens: Pens) -> tuple[QColor, QColor, QColor]:
    """Of the edge, the ground and the sign."""
    if found.agrees is None:
        return pens.muted, pens.panel, pens.text
    fill = pens.good if found.agrees else pens.bad
    return fill, fill, pens.on_data
