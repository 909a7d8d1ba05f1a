"""The painter: a picture put on any QPainter, as large or small, whole or in part, as is asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from micrograd_gui.document.block import Key, is_block
from micrograd_gui.figures import geometry
from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import CHIP_RADIUS, PORT
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.card_geometry import CARDS_FROM
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.layers.chips import ChipItem
from micrograd_gui.views.canvas.paint_blocks import mark_rect, paint_block, paint_frames
from micrograd_gui.views.canvas.paint_cards import draw_lines, paint_card, paint_derived, strike
from micrograd_gui.views.canvas.pens import Font, Pens, draw_centred, pens_of
from micrograd_gui.views.canvas.picture import CanvasFrame
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.theme import Look

NAMES_FROM = 0.2
GRID = 20.0
_FAR_NAMES_AT_MOST = 1500
_OUTLINED_AT_MOST = 1500  # of more that are selected the edges are in another colour, and none is put around
_LIT_PIXELS = 2.0  # no lit wire is thinner than that, however far off
_STROKES_AT_MOST = 300  # more than that are drawn as hairs, which take a third of the time
_DUST_BELOW = 0.04  # a box is 7 pixels wide and 3 high
_CURVES_AT_MOST = 1500  # more wires than that at a time are drawn as straight hairs


def paint(
    painter: QPainter,
    picture: CanvasFrame,
    look: Look,
    *,
    exposed: Sequence[QRectF] | None = None,
    ground: bool = True,
    without: Wire | None = None,
) -> None:
    """Paint what lies in the exposed rectangles (None: everything), in scene units.

    The painter's own transform says how large; below some zoom the words, then the numbers are left out.
    ``without`` is a wire that is being put elsewhere.
    """
    zoom = painter.worldTransform().m11()
    colours, scene = pens_of(look), picture.scene
    rects = [scene.bounds().adjusted(-400, -400, 400, 400)] if exposed is None else list(exposed)
    if ground:
        painter.setBackground(colours.ground)
        for rect in rects:
            painter.eraseRect(rect)  # fillRect makes PySide load every preset of gradients
            _grid(painter, rect, zoom, colours)
    near, dust = zoom >= CARDS_FROM, zoom < _DUST_BELOW
    if scene.frames:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_frames(painter, picture, rects, colours, zoom)
    numbers: set[Key] = {key for key in picture.special if key in scene.boxes} if dust else set()
    wires: set[Wire] = set()
    for rect in rects:
        numbers |= scene.nodes_in(rect, rough=not near, dust=dust)
        wires |= scene.wires_in(rect, rough=not near, dust=dust)
    if without is not None:
        wires.discard(scene.folding.drawn_wire(without) or without)
    if picture.strands:
        wires -= {each.wire for each in picture.strands if each.path >= 0}  # else dashes are lost on it
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(wires) <= _CURVES_AT_MOST)
    bundles: set[Wire] = set()
    if scene.folding.boxes:
        bundles = {wire for wire in wires if is_block(wire[0]) and scene.folding.bundle(wire) > 1}
    _wires(painter, picture, wires - picture.lit - bundles, colours.wire_pen, zoom)
    _wires(painter, picture, bundles - picture.lit, colours.bundle_pen, zoom)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if picture.lit:
        backward = picture.step is not None and picture.step.contributions
        pen = QPen(colours.grad_wire_pen if backward else colours.data_wire_pen)
        pen.setWidthF(max(pen.widthF(), _LIT_PIXELS / zoom))
        _wires(painter, picture, picture.lit if dust and scene.large else wires & picture.lit, pen, zoom)
    if picture.strands:
        from micrograd_gui.views.canvas.layers.paths import paint_strands  # a first paint has none

        paint_strands(painter, scene, picture.strands, look, zoom)
    if near:
        _near_cards(painter, picture, numbers, colours, zoom)
    else:
        _far_boxes(painter, picture, numbers, colours, zoom)


def _stop_sign(painter: QPainter, box: QRectF, hall: bool, pens: Pens) -> None:
    """An eight-cornered sign on the lower left corner: a breakpoint of the node stops runs."""
    radius = 14.0 if hall else 8.0
    middle, near = box.bottomLeft() + QPointF(1, -1), 0.414 * radius
    edge = ((-near, -radius), (near, -radius), (radius, -near), (radius, near))
    corners = [middle + QPointF(sign * x, sign * y) for sign in (1, -1) for x, y in edge]
    painter.setPen(QPen(pens.panel, 1.5))
    painter.setBrush(pens.bad)
    painter.drawPolygon(QPolygonF(corners))
    bar = QRectF(middle.x() - radius / 2, middle.y() - radius / 5, radius, 0.4 * radius)
    painter.fillRect(bar, pens.panel)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _near_cards(
    painter: QPainter, picture: CanvasFrame, numbers: Iterable[Key], pens: Pens, zoom: float
) -> None:
    """Cards and boxes, the acting one last, and over them the chips."""
    acting = picture.acting
    order = sorted(numbers, key=lambda key: (key == acting, key))
    if picture.scene.folding.stand is None:
        for key in order:
            (paint_block if is_block(key) else paint_card)(painter, picture, key, pens, zoom)
    else:
        from micrograd_gui.views.canvas.hall.cards import paint_hall_card  # a first paint has none

        for key in order:
            paint_hall_card(painter, picture, key, pens)
    for key in picture.breaks.intersection(order):
        _stop_sign(painter, picture.scene.boxes[key], picture.scene.folding.stand is not None, pens)
    if picture.turns:
        from micrograd_gui.views.canvas.layers.turn_marks import paint_turns  # most pictures have none

        paint_turns(painter, picture, pens, zoom)
    if picture.checked is not None:
        from micrograd_gui.views.canvas.layers.verdicts import paint_verdict  # not at first

        for key in order:
            paint_verdict(painter, picture, key, pens, zoom)
    if picture.derived:
        for key in order:
            if key in picture.derived:
                paint_derived(painter, picture.scene, key, picture.derived[key], pens, zoom)
    for chip in reversed(picture.chips):  # the line to a later one goes behind an earlier one
        _chip(painter, chip, pens)


def _grid(painter: QPainter, rect: QRectF, zoom: float, pens: Pens) -> None:
    step = GRID
    while step * zoom < 9:
        step *= 5
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pens.grid_pen)
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    first_x, first_y = math.floor(left / step), math.floor(top / step)
    lines = [QLineF(i * step, top, i * step, bottom) for i in range(first_x, math.ceil(right / step) + 1)]
    lines += [QLineF(left, j * step, right, j * step) for j in range(first_y, math.ceil(bottom / step) + 1)]
    painter.drawLines(lines)


def _wires(painter: QPainter, picture: CanvasFrame, wires: Collection[Wire], pen: QPen, zoom: float) -> None:
    if not wires:
        return
    curves = picture.scene.curves
    if len(wires) > _CURVES_AT_MOST:
        painter.setPen(QPen(pen.color(), 0))
        painter.drawLines([picture.scene.lines[wire] for wire in wires])
        return
    if len(wires) > _STROKES_AT_MOST:
        pen = QPen(pen)
        pen.setWidthF(min(pen.widthF(), 0.99 / zoom))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # Measured: a hair is drawn quicker many at a time, a stroke with a breadth quicker one at a time.
    together = 32 if pen.widthF() * zoom < 1 else 1
    path = QPainterPath()
    for number, wire in enumerate(sorted(wires), 1):
        card_geometry.append(path, curves[wire])
        if number % together == 0:
            painter.drawPath(path)
            path = QPainterPath()
    painter.drawPath(path)


def _far_boxes(
    painter: QPainter, picture: CanvasFrame, numbers: Iterable[Key], pens: Pens, zoom: float
) -> None:
    """Boxes from afar: a few draws for all of them."""
    nodes, wanted = picture.scene.nodes, set(numbers)
    wrong: set[Key] = set()
    if picture.checked is not None:
        from micrograd_gui.views.canvas.layers.verdicts import wrong_keys

        wrong = wrong_keys(picture) & wanted
    bad = {picture.problem, picture.differing, *wrong}
    special = {number for number in (picture.acting, *bad) if number is not None} & wanted
    boxes = picture.scene.boxes
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    frame = QPen(pens.frame_pen)
    frame.setCosmetic(True)
    frame.setWidthF(1.0)
    painter.setPen(frame)
    painter.setBrush(pens.panel)
    chosen = picture.chosen & wanted
    around = len(chosen) <= _OUTLINED_AT_MOST
    painter.drawRects([boxes[number] for number in wanted - (special if around else special | chosen)])
    for number in special:
        edge = QPen(pens.bad_pen if number in bad else pens.accent_pen)
        edge.setCosmetic(True)
        painter.setPen(edge)
        acting, problem = number == picture.acting, number == picture.problem
        painter.setBrush(pens.bad_fill if problem else pens.accent_fill if acting else pens.panel)
        painter.drawRect(boxes[number])
        if number in wrong:  # crossed out
            rect = boxes[number]
            painter.drawLines(
                [QLineF(rect.topLeft(), rect.bottomRight()), QLineF(rect.bottomLeft(), rect.topRight())]
            )
    if chosen:
        edge = QPen(pens.selection_pen)
        edge.setCosmetic(True)
        if not around:
            edge.setWidthF(1.0)
        painter.setPen(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush if around else pens.panel)
        apart = 4 if around else 0
        outlined = chosen if around else chosen - special
        painter.drawRects([boxes[number].adjusted(-apart, -apart, apart, apart) for number in outlined])
    if zoom < NAMES_FROM or len(wanted) > _FAR_NAMES_AT_MOST:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for number in wanted:
        node, rect = nodes[number], boxes[number]
        name = node.title or (node.rule.symbol if node.rule is not None else node.name)
        text = pens.far.elided(name, rect.width() - 12)
        draw_centred(painter, text, rect.center().x(), rect.center().y(), pens.far, pens.text)


def _chip(painter: QPainter, chip: ChipItem, pens: Pens) -> None:
    rest = chip.rest
    rests = rest is not None and not rest.acting
    plate = pens.frame_pen if rests else pens.chip_pen
    if rest is not None and rest.acting:
        plate = QPen(pens.chip_pen)
        plate.setWidthF(2.4)
    painter.setPen(plate)
    painter.setBrush(pens.panel)
    rect, anchor = chip.rect, (chip.anchor.x(), chip.anchor.y())
    tail = geometry.chip_tail(anchor, (rect.left(), rect.top(), rect.width(), rect.height()))
    if tail is not None:  # it had to make room: a line tells which wire it is about
        draw_lines(painter, (tail,))
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(chip.scale, chip.scale)
    width, height = rect.width() / chip.scale, rect.height() / chip.scale
    painter.drawRoundedRect(QRectF(0, 0, width, height), CHIP_RADIUS, CHIP_RADIUS)
    rule, amount = pens.rule, pens.sum
    above, below = geometry.chip_middles(height, rule.metrics.height(), amount.metrics.height())
    if rest is None:
        draw_centred(painter, chip.rule, width / 2, above, rule, pens.muted)
        draw_centred(painter, chip.amount, width / 2, below, amount, pens.grad)
    else:
        below = below if height > rule.metrics.height() + amount.metrics.height() else height / 2
        _line(painter, chip.rule, width / 2, above, rule, pens.muted if rest.past else pens.data, rest.past)
        known = pens.grad if rest.carried else pens.text if chip.rule else pens.muted
        colour = pens.muted if rest.stale else known
        _line(painter, chip.amount, width / 2, below, amount, colour, rest.stale)
    painter.restore()


def _line(
    painter: QPainter, text: str, centre: float, middle: float, font: Font, colour: QColor, struck: bool
) -> None:
    """One line of a chip; what is no longer true is struck out."""
    if text:
        draw_centred(painter, text, centre, middle, font, colour)
        if struck:
            half = font.width(text) / 2
            strike(painter, centre - half, centre + half, middle, colour)


def hover_rect(picture: CanvasFrame, hit: Hit) -> QRectF:
    """Where hovering over it shows; empty for what is not marked."""
    scene = picture.scene
    if hit.part == "wire":
        return scene.wire_rect(wire) if (wire := drawn_wire(scene, hit)) is not None else QRectF()
    if hit.block is not None and hit.part == "mark":
        return mark_rect(picture, hit.block).adjusted(-4, -4, 4, 4)
    if hit.node is None or scene.key(hit.node) is None or hit.part not in ("in", "out"):
        return QRectF()
    if hit.part == "in" and (hit.wire is None or not scene.has_port(hit.wire)):
        return QRectF()
    at = scene.in_point(hit.wire) if hit.part == "in" and hit.wire is not None else scene.out_point(hit.node)
    return QRectF(at[0] - 10, at[1] - 10, 20, 20)


def paint_hover(painter: QPainter, picture: CanvasFrame, hit: Hit, pens: Pens) -> None:
    """A ring around a port, a stronger wire."""
    where = hover_rect(picture, hit)
    if where.isNull():
        return
    painter.setPen(pens.selection_pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if hit.part in ("in", "out"):
        painter.drawEllipse(QPointF(where.center()), PORT + 2, PORT + 2)
    elif hit.part == "mark":
        painter.drawRoundedRect(where.adjusted(2, 2, -2, -2), 4, 4)
    elif (wire := drawn_wire(picture.scene, hit)) is not None and wire not in picture.lit:
        painter.drawPath(card_geometry.path_of(picture.scene.curves[wire]))


def drawn_wire(scene: Scene, hit: Hit) -> Wire | None:
    """The drawn wire that was hit."""
    if hit.wire is None:
        return None
    wire = scene.folding.drawn_wire(hit.wire)
    return wire if wire in scene.curves else None
