"""Blocks: frames around open ones, a box with ports for a collapsed one, and the marks that fold them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter

from micrograd.language import trn
from micrograd_gui.document.block import BlockId, Key, block_key, short_title
from micrograd_gui.figures import geometry
from micrograd_gui.figures.folding import FoldedBox
from micrograd_gui.figures.geometry import (
    EDGE,
    FOLD_RADIUS,
    FRAME_NAME_EDGES,
    FRAME_NAME_LEFT,
    FRAME_NAME_MIDDLE,
    FRAME_RADIUS,
    FRAME_TITLE,
    PORT,
    RADIUS,
    SIDE_PORT_RADIUS,
    STACK,
    TITLE,
)
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.card_geometry import WORDS_FROM
from micrograd_gui.views.canvas.paint_cards import (
    draw_lines,
    paint_differing_tag,
    paint_fields,
    paint_nudge_tag,
    paint_surroundings,
    paint_target_mark,
)
from micrograd_gui.views.canvas.pens import Font, Pens, draw_centred, draw_text
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene

_SMALLEST_TITLE = 9  # pixels: a frame whose title is no higher than that has none
_HALL_TITLE = 20.0  # the size of a frame's title in a hall
_RAISED = (12.0, 9.0)  # its middle in the window, and in a hall, where something stands out of cards below it
_ROOM = (25.0, 20.2, 19.2)  # from its frame's edge to where that begins: near, from afar, and in a hall
_LEAST = 0.7  # how small a title is made to fit; smaller could not be read


def mark_rect(picture: CanvasFrame, block: BlockId) -> QRectF:
    """Where the mark is that opens or collapses the block; empty where the block is not drawn."""
    scene = picture.scene
    if block_key(block) in scene.boxes:
        return box_mark_rect(scene, block)
    if block in scene.frames:
        rect = scene.frames[block][1]
        x, y, width, height = geometry.fold_mark(_tuple(rect), opens=False)
        return QRectF(x, y + _title_middle(picture, rect) - rect.top() - FRAME_NAME_MIDDLE, width, height)
    return QRectF()


def box_mark_rect(scene: Scene, block: BlockId) -> QRectF:
    """Where the mark is that opens a collapsed block."""
    mark = QRectF(*geometry.fold_mark(_tuple(scene.boxes[block_key(block)]), opens=True))
    return mark if scene.folding.stand is None else mark.translated(0, (scene.form.title - TITLE) / 2)


def title_rect(picture: CanvasFrame, block: BlockId, pens: Pens, zoom: float) -> QRectF:
    """Where the title of an open block is drawn; it is what the block is taken hold of by."""
    found, rect = picture.scene.frames[block]
    width = min(
        _frame_font(picture.scene, pens, zoom).width(found.title), rect.width() - FRAME_NAME_EDGES - 4
    )
    middle, reach = _title_middle(picture, rect), FRAME_TITLE / 2 - 4
    top = max(rect.top(), middle - reach)
    return QRectF(rect.left() + FRAME_NAME_LEFT, top, max(20.0, width + 8), middle + reach - top)


def _title_middle(picture: CanvasFrame, frame: QRectF) -> float:
    """The middle of the title of that frame: higher where marks or, in a hall, signs come below it."""
    hall = picture.scene.folding.stand is not None
    return frame.top() + (_RAISED[hall] if _is_raised(picture) else FRAME_NAME_MIDDLE)


def _is_raised(picture: CanvasFrame) -> bool:
    """Whether something stands out of the cards below titles."""
    return bool(picture.turns) or (picture.scene.folding.stand is not None and picture.checked is not None)


def _ink_middle(picture: CanvasFrame, frame: QRectF, title: str, font: Font, zoom: float) -> float:
    """The middle of its capitals: higher where signs that hang below the line would be under a mark."""
    middle = _title_middle(picture, frame)
    if not _is_raised(picture):
        return middle
    room = _ROOM[2 if picture.scene.folding.stand is not None else zoom < WORDS_FROM]
    return min(middle, frame.top() + room - font.ink(title).bottom() - font.ascent / 2)


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
        painter.drawRoundedRect(rect, FRAME_RADIUS, FRAME_RADIUS)
        if FRAME_TITLE * zoom < _SMALLEST_TITLE:
            continue
        draw_mark(painter, mark_rect(picture, number), pens, opens=False)
        font = _frame_font(scene, pens, zoom)
        middle = _ink_middle(picture, rect, block.title, font, zoom)
        at = QPointF(rect.left() + FRAME_NAME_LEFT, middle)
        _draw_fitting(painter, block.title, at, rect.width() - FRAME_NAME_EDGES, font, pens.muted)


def paint_block(painter: QPainter, picture: CanvasFrame, key: Key, pens: Pens, zoom: float) -> None:
    """A collapsed block as one box: its title, its output's numbers, and how much is in it."""
    scene = picture.scene
    box, place, rect = scene.folding.boxes[key], scene.places[key], scene.boxes[key]
    acting, problem = key == picture.acting, key == picture.problem
    paint_surroundings(
        painter, rect.adjusted(0, 0, 0, STACK), pens, chosen=key in picture.chosen, shadow=False
    )
    painter.setPen(pens.frame_pen)
    painter.setBrush(pens.panel)
    painter.drawRoundedRect(QRectF(*geometry.sheet_behind(_tuple(rect))), RADIUS, RADIUS)
    bad = problem or key == picture.differing
    painter.setPen(pens.bad_pen if bad else pens.accent_pen if acting else pens.box_pen)
    painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
    painter.drawRoundedRect(rect, RADIUS, RADIUS)
    _paint_head(painter, picture, box, rect, pens, zoom)
    if box.output is not None:
        plain = not acting and not problem
        paint_fields(painter, picture, box.output, place, pens, zoom, plain=plain, width=rect.width())
    else:
        text = trn("{n} output", "{n} outputs", len(box.block.outputs))
        draw_centred(painter, text, *geometry.count_middle(_tuple(rect)), pens.row_word, pens.muted)
    _paint_foot(painter, box, rect, pens, zoom, picture.within if acting else "")
    _paint_ports(painter, scene, key, box, pens)
    nudge = picture.nudge
    if nudge is not None and nudge.node in box.nodes:
        paint_nudge_tag(painter, nudge, place, pens)
    elif picture.differing == key:
        paint_differing_tag(painter, picture, place, pens)


def _paint_head(
    painter: QPainter, picture: CanvasFrame, box: FoldedBox, rect: QRectF, pens: Pens, zoom: float
) -> None:
    middle, title = card_geometry.title_middle(rect.top(), zoom), box.block.title
    right = rect.right() - EDGE
    if picture.target == box.key:
        right = paint_target_mark(painter, right, middle, pens, zoom)
    draw_mark(painter, box_mark_rect(picture.scene, box.block.id), pens, opens=True)
    left = geometry.name_left(rect.left(), folds=True)
    font = pens.name if zoom >= WORDS_FROM else pens.row_name
    room = geometry.name_room(left, right)
    if font.width(title) > room:  # its frame is around it, with the rest of the title
        title = short_title(picture.scene.graph.blocks, box.block)
    _draw_fitting(painter, title, QPointF(left, middle), room, font, pens.text)


def _draw_fitting(
    painter: QPainter, title: str, at: QPointF, room: float, font: Font, colour: QColor
) -> None:
    """A title from there on, smaller where it needs more than that room; of a very long one the beginning."""
    size = min(1.0, room / max(1.0, font.width(title)))
    if size < _LEAST:
        title, size = font.elided(title, room), 1.0
    painter.save()
    painter.translate(at)
    painter.scale(size, size)
    draw_text(painter, title, 0, 0, font, colour)
    painter.restore()


def _paint_foot(painter: QPainter, box: FoldedBox, rect: QRectF, pens: Pens, zoom: float, acts: str) -> None:
    """How much the box hides; while one of its nodes acts, which that is."""
    near = zoom >= WORDS_FROM
    if near:
        painter.setPen(pens.line_pen)
        draw_lines(painter, geometry.dividers(_tuple(rect), numbers=0, foot=True))
    font = pens.foot if near else pens.row_word
    text = font.elided(acts, rect.width() - 2 * EDGE) if acts else box.content
    draw_centred(painter, text, *geometry.foot_middle(_tuple(rect)), font, pens.text if acts else pens.muted)


def _paint_ports(painter: QPainter, scene: Scene, key: Key, box: FoldedBox, pens: Pens) -> None:
    painter.setBrush(pens.panel)
    painter.setPen(pens.frame_pen)
    out = scene.out_point(key)
    painter.drawEllipse(QPointF(*out), PORT, PORT)
    starts = {(scene.curves[wire].x1, scene.curves[wire].y1) for wire in scene.leaving[key]}
    for start in starts - {out}:  # of what is not its output
        painter.drawEllipse(QPointF(*start), SIDE_PORT_RADIUS, SIDE_PORT_RADIUS)
    radius = geometry.block_port_radius(len(box.ports), box.size[1])
    for at, port in enumerate(box.ports):
        painter.setPen(pens.frame_pen if port.source is not None else pens.open_pen)
        painter.drawEllipse(QPointF(*scene.in_point((key, at))), radius, radius)


def draw_mark(painter: QPainter, rect: QRectF, pens: Pens, *, opens: bool) -> None:
    """A small square with a plus that opens, or a minus that collapses."""
    square, lines = geometry.fold_sign(_tuple(rect), opens=opens)
    painter.setPen(pens.mark_pen)
    painter.setBrush(pens.panel)
    painter.drawRoundedRect(QRectF(*square), FOLD_RADIUS, FOLD_RADIUS)
    draw_lines(painter, lines)


def _frame_font(scene: Scene, pens: Pens, zoom: float) -> Font:
    if scene.folding.stand is not None:
        return pens.font(_HALL_TITLE, bold=True)
    return pens.frame_title if zoom >= WORDS_FROM else pens.frame_title_far


def _tuple(rect: QRectF) -> geometry.Rect:
    return rect.left(), rect.top(), rect.width(), rect.height()
