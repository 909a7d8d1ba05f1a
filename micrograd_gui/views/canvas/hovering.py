"""Hovering: what shows that something under the pointer can be taken hold of."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from micrograd_gui.figures.folding import Wire
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.index import Index
from micrograd_gui.views.canvas.ink import Ink
from micrograd_gui.views.canvas.marks import mark_rect
from micrograd_gui.views.canvas.picture import Picture


def rect(index: Index, hit: Hit) -> QRectF:
    """Where hovering over it shows; empty for what is not marked."""
    if hit.part == "wire":
        return index.wire_rect(wire) if (wire := shown(index, hit)) is not None else QRectF()
    if hit.block is not None and hit.part == "mark":
        return mark_rect(index, hit.block).adjusted(-4, -4, 4, 4)
    if hit.node is None or index.key(hit.node) is None or hit.part not in ("in", "out"):
        return QRectF()
    if hit.part == "in" and (hit.wire is None or not index.has_port(hit.wire)):
        return QRectF()
    at = index.in_point(hit.wire) if hit.part == "in" and hit.wire is not None else index.out_point(hit.node)
    return QRectF(at[0] - 10, at[1] - 10, 20, 20)


def paint(painter: QPainter, picture: Picture, hit: Hit, ink: Ink) -> None:
    """A ring around a port, a stronger wire."""
    where = rect(picture.index, hit)
    if where.isNull():
        return
    painter.setPen(ink.selection_pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if hit.part in ("in", "out"):
        painter.drawEllipse(QPointF(where.center()), geometry.PORT + 2, geometry.PORT + 2)
    elif hit.part == "mark":
        painter.drawRoundedRect(where.adjusted(2, 2, -2, -2), 4, 4)
    elif (wire := shown(picture.index, hit)) is not None and wire not in picture.lit:
        painter.drawPath(geometry.path_of(picture.index.curves[wire]))


def shown(index: Index, hit: Hit) -> Wire | None:
    """The drawn wire that was hit."""
    if hit.wire is None:
        return None
    wire = index.folding.shown(hit.wire)
    return wire if wire in index.curves else None
