"""Paths on the canvas: each path from the selected node to the target, and the wire that a row came along."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.paths import DASH_OF, LANE, LIT, THICK, Strand, beside, strands
from micrograd_gui.session.asking.ledger import Asked
from micrograd_gui.session.asking.paths import paths_at
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.theme import Look, Theme

_LEAST = 1.8  # pixels: no strand is thinner than that, however far off
_HALO = 7.0  # scene units of the light around a wire
_ASIDE = 120.0  # scene units: no strand is further from its wire
_IN_HALL = 1.7  # how much thicker all is there


def strands_of(state: State, scene: Scene, asked: Asked) -> tuple[Strand, ...]:
    """What of the paths, and of the wire that is lit, lies on the wires that are drawn."""
    found = paths_at(state) if asked.paths else None
    made = strands(found, asked, scene.folding.drawn_wire)
    return tuple(each for each in made if each.wire in scene.curves)


def paint_strands(painter: QPainter, scene: Scene, made: tuple[Strand, ...], look: Look, zoom: float) -> None:
    """All of them; where several go along a wire they are beside each other, and meet at its ports."""
    hall = _IN_HALL if scene.folding.stand is not None else 1.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    back, _ = painter.combinedTransform().inverted()
    seen = back.mapRect(QRectF(painter.viewport())).adjusted(-_ASIDE, -_ASIDE, _ASIDE, _ASIDE)
    for each in made:
        if not scene.wire_rect(each.wire).intersects(seen):
            continue
        x1, y1, hx1, hy1, hx2, hy2, x2, y2 = scene.curves[each.wire]
        points = beside(((x1, y1), (hx1, hy1), (hx2, hy2), (x2, y2)), each.lane * LANE * hall)
        path = QPainterPath(QPointF(*points[0]))
        path.cubicTo(*(QPointF(*point) for point in points[1:]))
        if each.path == LIT:
            glow = QColor(look.theme.selection)
            glow.setAlpha(90)
            painter.setPen(_pen(glow, max(_HALO * hall, 3 * _LEAST / zoom)))
            painter.drawPath(path)
            painter.setPen(_pen(QColor(look.theme.selection), max(THICK * hall, _LEAST / zoom)))
        else:
            painter.setPen(pen_of_path(each.path, look.theme, max(THICK * hall, _LEAST / zoom), hall))
        painter.drawPath(path)


def pen_of_path(path: int, theme: Theme, width: float, larger: float = 1.0) -> QPen:
    """The pen of that path: a colour and a pattern of dashes of its own."""
    pen = _pen(QColor(PALETTES[theme.name].colour(f"path{path + 1}")), width)
    pattern = DASH_OF[path % len(DASH_OF)]
    if pattern:
        pen.setDashPattern([length * larger / width for length in pattern])
    return pen


def covered(scene: Scene, old: tuple[Strand, ...], new: tuple[Strand, ...]) -> list[QRectF]:
    """Where two pictures of the same graph differ, as far as these are concerned."""
    if old == new:
        return []
    lanes = max((abs(each.lane) for each in (*old, *new)), default=0.0)
    around = (lanes + 2) * LANE * _IN_HALL
    wires = {each.wire for each in (*old, *new) if each.wire in scene.curves}
    return [scene.wire_rect(wire).adjusted(-around, -around, around, around) for wire in wires]


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin)
