"""Turn marks: on the upper edge of a card or box, as which it acts in the pass, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from micrograd.language import tr
from micrograd_gui.document.block import Key
from micrograd_gui.session.turns import Turn
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.layers.verdicts import sign_rect
from micrograd_gui.views.canvas.pens import NARROWEST, ROW_NUMBER, Font, Pens, draw_centred, fit
from micrograd_gui.views.canvas.picture import CanvasFrame

_PAD = 0.35  # around the words of a mark, and how far it stands out of its card, in heights of its text
_TALL, _DEEP = 1.3, 0.25  # its height, too, and how much of it covers the card, above the name
_HALL_TALL, _HALL_DEEP = 1.2, 0.36  # in a hall, where names of blocks and of cards are larger


def paint_turns(painter: QPainter, picture: CanvasFrame, pens: Pens, zoom: float) -> None:
    """The marks of all that acts or waits: filled for what is next, with a bold rim for what could be.

    What has acted has a check before its number.
    """
    for key, turn in picture.turns.items():
        rect, text, font = mark_of(picture, key, turn, pens, zoom)
        if turn.next:
            painter.setPen(pens.accent_pen)
            painter.setBrush(pens.accent_fill)
        else:
            ready = turn.steps and turn.done < len(turn.steps) and not turn.waits and turn.uses
            painter.setPen(QPen(pens.text, 2.0) if ready else pens.frame_pen)
            painter.setBrush(pens.panel)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        colour = pens.muted if turn.steps and turn.done == len(turn.steps) else pens.text
        narrowed, size = fit(font.width(text), rect.width() - 2 * _PAD * font.qfont.pixelSize())
        painter.save()
        painter.translate(rect.center())
        painter.scale(narrowed * size, size)
        draw_centred(painter, text, 0, 0, font, colour)
        painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)


def mark_of(picture: CanvasFrame, key: Key, turn: Turn, pens: Pens, zoom: float) -> tuple[QRectF, str, Font]:
    """Where the mark stands, what it says and in which font: all where a check's sign leaves room."""
    scene = picture.scene
    box, sign = scene.boxes[key], sign_rect(picture, key, zoom)
    if scene.folding.stand is not None:
        size, form, deep = scene.form.word, _HALL_TALL, _HALL_DEEP
    else:
        size, form, deep = scene.form.word + 1 if zoom >= WORDS_FROM else ROW_NUMBER - 3, _TALL, _DEEP
    font = pens.font(size, bold=True)
    pad, tall = _PAD * size, form * size
    room, out = box.width() + 3 * pad, 1.5 * pad
    whole = QRectF(box.right() + out - room, box.top() - tall * (1 - deep), room, tall)
    if not sign.isEmpty():
        room = whole.right() - sign.right()
    said = list(_wordings(turn))
    text = next((each for each in said if font.width(each) * NARROWEST + 2 * pad <= room), said[-1])
    wide = min(room, max(1.45 * size, font.width(text) + 2 * pad))
    return QRectF(whole.right() - wide, whole.top(), wide, tall), text, font


def _wordings(turn: Turn) -> Iterator[str]:
    """What a mark says, the fullest first."""
    number = _numbers(turn.steps)
    if turn.steps and turn.done == len(turn.steps):
        number = f"✓ {number}"
    before = f"{number} · " if number else ""
    if turn.waits:
        yield before + tr("waits for {waits} of {uses}", waits=turn.waits, uses=turn.uses)
        yield before + tr("waits {waits} of {uses}", waits=turn.waits, uses=turn.uses)
        yield before + tr("waits {waits}/{uses}", waits=turn.waits, uses=turn.uses)
        if not number:
            return
    yield number


def _numbers(steps: Sequence[int]) -> str:
    """``4``, ``3–9``, ``3–9, 14``; where there are many stretches, the first and the last number."""
    stretches: list[list[int]] = []
    for number in steps:
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    if len(stretches) > 2:
        return f"{steps[0]} … {steps[-1]}"
    return ", ".join(str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a}–{b}" for a, b in stretches)
