"""Dropping: what an op that is dragged over the canvas would do there, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QMimeData, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from micrograd.ops import op_of
from micrograd_gui.document.graph import NodeId, Place
from micrograd_gui.figures.folding import Key, Wire
from micrograd_gui.session.editing import VALUE
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.hit import box_at, nearest_wire
from micrograd_gui.views.canvas.index import Index

if TYPE_CHECKING:
    from micrograd_gui.views.canvas.view import CanvasView

MIME = "application/x-micrograd-op"
GAP = 96.0  # between a node and the op that is applied to it
_WIRE_REACH = 12.0  # pixels
BLOCK = "block:"  # how the payload of a block begins


@dataclass(frozen=True, slots=True)
class Landing:
    """Where an op would go: on the ground, onto a node, or into a wire."""

    kind: Literal["ground", "node", "wire"]
    op: str
    point: QPointF
    node: NodeId | None = None
    wire: Wire | None = None
    refused: bool = False
    key: Key | None = None  # the node, or the box, that it is over


def op_in(mime: QMimeData) -> str | None:
    """The op's name that is dragged; None for anything else."""
    if not mime.hasFormat(MIME):
        return None
    return bytes(mime.data(MIME).data()).decode("utf-8", "replace")


def landing(index: Index, op: str, point: QPointF, zoom: float) -> Landing:
    """What a drop at that point of the scene would do."""
    key = box_at(index, point)
    if key is not None:
        node = key if key >= 0 else index.folding.boxes[key].output
        refused = op == VALUE or (node is None and not op.startswith(BLOCK))
        return Landing("node", op, point, node=node, refused=refused, key=key)
    if _arity(op) == 1:
        wire = nearest_wire(index, point, min(_WIRE_REACH / zoom, 30.0))
        if wire is not None and (real := index.folding.real(wire)) is not None:
            return Landing("wire", op, point, wire=real)
    return Landing("ground", op, point)


def land(view: CanvasView, what: Landing) -> None:
    """Do it; the new node's middle is where it was dropped, and no other node moves."""
    session = view.bridge.session
    at = geometry.place_around(what.point)
    if what.op.startswith(BLOCK):
        view.block_wanted.emit(what.op.removeprefix(BLOCK), what.point, read_by(view, what.key))
    elif what.node is not None:
        view.make(session.apply_op, what.op, what.node, beside(view.index, what.node))
    elif what.kind == "node":
        view.bridge.refused.emit("A block with several outputs has no output to apply it to; open it.", None)
    elif what.wire is not None:
        view.make(session.insert_op, what.op, *what.wire, at)
    else:
        view.make(session.add_node, what.op, at)


def read_by(view: CanvasView, key: Key | None) -> tuple[NodeId, ...]:
    """What a block dropped there reads: the node, the outputs of a box, or all that is selected with it."""
    if key is None:
        return ()
    boxes, places, chosen = view.index.folding.boxes, view.index.places, view.picture.chosen
    several = key in chosen and view.bridge.state.selected is None  # not a block that is selected whole
    keys = sorted(chosen, key=lambda each: (places[each][1], each)) if several else [key]
    return tuple(number for each in keys for number in (boxes[each].block.outputs if each < 0 else (each,)))


def beside(index: Index, number: NodeId) -> Place:
    """The first free place to the right of a node."""
    rect = index.box_of(number)
    x, y = rect.right() + GAP, rect.top()
    while index.nodes_in(geometry.box((x, y))):
        y += geometry.HEIGHT + 2 * geometry.REACH + 6
    return x, y


def landing_rect(index: Index, what: Landing) -> QRectF:
    """Where the highlight of a landing shows."""
    rect = geometry.box(geometry.place_around(what.point)).adjusted(-8, -8, 8, 8)
    key = index.key(what.node)
    if key is not None:
        rect = index.box_rect(key).united(geometry.box(beside(index, key)).adjusted(-8, -8, 8, 8))
    wire = None if what.wire is None else index.folding.shown(what.wire)
    if wire is not None and wire in index.curves:
        rect = rect.united(index.wire_rect(wire))
    return rect


def paint_landing(painter: QPainter, view: CanvasView, what: Landing) -> None:
    """Show what the drop would do: the new box as an outline, and the node or wire it would touch."""
    colours, index = view.ink, view.index
    colour = colours.bad if what.refused else colours.selection
    pen = QPen(colour, 2.0, Qt.PenStyle.DashLine)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    place = geometry.place_around(what.point)
    wire = None if what.wire is None else index.folding.shown(what.wire)
    if what.node is not None:
        painter.setPen(QPen(colour, 3.0))
        radius = geometry.RADIUS + 3
        painter.drawRoundedRect(index.box_of(what.node).adjusted(-4, -4, 4, 4), radius, radius)
        if what.refused:
            return
        place = beside(index, what.node)
        painter.setPen(pen)
        start = index.out_point(what.node)
        wanted = geometry.curve(start, geometry.in_port(place, 0, _arity(what.op)))
        painter.drawPath(geometry.path_of(wanted))
    elif wire is not None and wire in index.curves:
        painter.setPen(QPen(colour, 4.0))
        painter.drawPath(geometry.path_of(index.curves[wire]))
    painter.setPen(pen)
    painter.setBrush(colours.glow)
    painter.drawRoundedRect(geometry.box(place), geometry.RADIUS, geometry.RADIUS)


def _arity(op: str) -> int:
    if op == VALUE:
        return 0
    try:
        return op_of(op).arity
    except KeyError:
        return 0
