"""Room: where the others stand when a block is opened, which takes more, or collapsed, which takes less."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF

from micrograd_gui.document.block import Block, nodes_of
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.figures.folding import Key
from micrograd_gui.views.canvas.index import Index

MARGIN = 24.0
_COMPARED_AT_MOST = 400


def room(graph: Graph, index: Index, block: Block) -> dict[NodeId, Place]:
    """The places of what moves when the block is opened or collapsed; ``index`` is of the graph as it is.

    Opening pushes what stands beside the box outwards, where it would be covered; collapsing takes it back,
    unless things would come to lie on each other.
    """
    after = Index(graph.collapsed(block.id, not block.collapsed), index.folding.within)
    small, large = (
        (index.boxes.get(-block.id), after.frames.get(block.id))
        if block.collapsed
        else (after.boxes.get(-block.id), index.frames.get(block.id))
    )
    if small is None or large is None:
        return {}
    own = nodes_of(graph.blocks, block.id)
    guests = index.folding.guests
    others = {
        key: rect
        for key, rect in index.boxes.items()
        if key not in guests and (key not in own if key >= 0 else not own & index.folding.boxes[key].nodes)
    }
    area = large[1].adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    pushed = {key: by for key, rect in others.items() if (by := _push(rect, small, large[1])) != (0.0, 0.0)}
    if block.collapsed:
        if not any(rect.intersects(area) for rect in others.values()):
            return {}
        return _moved(index, pushed)
    pulled = {
        key: (-by[0], -by[1])
        for key, rect in others.items()
        if (by := _push(rect, large[1], large[1], small)) != (0.0, 0.0)
    }
    return _moved(index, pulled) if _clear(others, pulled, small) else {}


def _push(rect: QRectF, beside: QRectF, large: QRectF, small: QRectF | None = None) -> Place:
    """How far a thing moves that stands to the right of, left of, below or above."""
    inner = beside if small is None else small
    if rect.left() >= beside.right():
        return large.right() - inner.right(), 0.0
    if rect.right() <= beside.left():
        return large.left() - inner.left(), 0.0
    if rect.top() >= beside.bottom():
        return 0.0, large.bottom() - inner.bottom()
    if rect.bottom() <= beside.top():
        return 0.0, large.top() - inner.top()
    return 0.0, 0.0


def _clear(others: Mapping[Key, QRectF], moves: Mapping[Key, Place], box: QRectF) -> bool:
    """Whether after those moves nothing lies on anything that it did not lie on before."""
    if len(others) > _COMPARED_AT_MOST:
        return False
    after = [(key, rect.translated(*moves.get(key, (0.0, 0.0)))) for key, rect in others.items()]
    if any(rect.intersects(box) for _, rect in after):
        return False
    for at, (key, rect) in enumerate(after):
        for other, each in after[at + 1 :]:
            same_move = moves.get(key) == moves.get(other)
            if not same_move and rect.intersects(each) and not others[key].intersects(others[other]):
                return False
    return True


def _moved(index: Index, moves: Mapping[Key, Place]) -> dict[NodeId, Place]:
    places, boxes = index.graph.places, index.folding.boxes
    return {
        number: (places[number][0] + dx, places[number][1] + dy)
        for key, (dx, dy) in moves.items()
        for number in (boxes[key].nodes if key < 0 else (key,))
    }
