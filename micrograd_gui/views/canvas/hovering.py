"""Hovering: what shows that something under the pointer can be taken hold of."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.index import Index
from micrograd_gui.views.canvas.ink import Ink
from micrograd_gui.views.canvas.picture import Picture


def rect(index: Index, hit: Hit) -> QRectF:
    """Where hovering over it shows; empty for what is not marked."""
    if hit.part == "wire":
        return index.wire_rect(hit.wire) if hit.wire is not None and hit.wire in index.curves else QRectF()
    if hit.node is None or hit.node not in index.graph.nodes or hit.part not in ("in", "out"):
        return QRectF()
    place, arity = index.graph.places[hit.node], len(index.graph.nodes[hit.node].inputs)
    if hit.part == "in" and (hit.port or 0) >= arity:
        return QRectF()
    at = geometry.out_port(place) if hit.part == "out" else geometry.in_port(place, hit.port or 0, arity)
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
    elif hit.wire is not None and hit.wire not in picture.lit:
        painter.drawPath(picture.index.curves[hit.wire].path())
