"""Forward mode on the canvas: below each card its derivative by the chosen leaf, as ``∂e/∂a = −3.0000``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.text import one_line, written
from micrograd_gui.session.asking.forward_mode import by_leaf
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.paint_cards import draw_centred, fit, strike
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.scene import Scene

_SHORT = 8  # letters of a name


class Derived(NamedTuple):
    """What stands below a card: in full, and with less room; ``stale`` is from before an update."""

    name: str
    brief: str
    number: str
    stale: bool = False
    is_leaf: bool = False  # the one that all are derived by


class TagSize(NamedTuple):
    """The size of the text, of its tag, and how far that hangs out of the card."""

    text: float
    tall: float
    hangs: float


_NEAR, _ROWS, _HALL = TagSize(10.0, 13.5, 11.5), TagSize(14.0, 17.0, 14.0), TagSize(20.0, 21.0, 18.0)


def derived_in(state: State, scene: Scene) -> Mapping[Key, Derived]:
    """What stands below each card and box, where forward mode is on."""
    leaf, graph = state.forward_leaf, scene.graph
    if leaf is None or leaf not in graph.nodes:
        return {}
    found: dict[Key, Derived] = {}
    values, by = by_leaf(state), one_line(operand_name(graph.nodes[leaf]), _SHORT)
    for key in scene.nodes:
        number = scene.folding.boxes[key].output if is_block(key) else key
        each = None if number is None else values.get(number)
        if number is not None and each is not None:
            name = one_line(operand_name(graph.nodes[number]), _SHORT)
            said = f"∂{name}/∂{by} = ", f"∂/∂{by} = "
            found[key] = Derived(*said, written(each.value), each.stale, number == leaf)
    return found


def hangs(scene: Scene, zoom: float) -> float:
    """How far it hangs out of a card."""
    return _size(scene, zoom).hangs


def _size(scene: Scene, zoom: float) -> TagSize:
    return _HALL if scene.folding.stand is not None else _NEAR if zoom >= WORDS_FROM else _ROWS


def paint_derived(
    painter: QPainter, scene: Scene, key: Key, said: Derived, pens: Pens, zoom: float
) -> None:
    """A tag on the lower edge of the card, dashed, for it is no gradient; of the leaf itself, filled."""
    size, box = _size(scene, zoom), scene.boxes[key]
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
