"""Area: where the nodes of a new block go, so that they cover nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.views.canvas.geometry import HEIGHT, WIDTH
from micrograd_gui.views.canvas.index import Index

GAP = 30.0


def settled(
    graph: Graph,
    index: Index,
    new: Collection[NodeId],
    places: Mapping[NodeId, Place],
    middle: QPointF | None,
    beside: NodeId | None,
) -> dict[NodeId, Place]:
    """The new nodes' places moved as one about that point, or to the right of a node, clear of all others.

    ``index`` is of the graph, in which the new nodes may stand anywhere.
    """
    there = Index(graph.moved(places), index.folding.within)
    keys = there.folding.keys(new)
    area = QRectF()
    for key in keys:
        area = area.united(there.boxes[key])
    for block, rect in there.frames.values():
        if graph.within(block.id) <= frozenset(new):
            area = area.united(rect)
    others = [
        rect for key, rect in there.boxes.items() if key not in keys and key not in there.folding.guests
    ]
    wanted = QRectF(area)
    if beside is not None and index.key(beside) is not None:
        box = index.box_of(beside)
        wanted.moveLeft(box.right() + 96)
        wanted.moveTop(box.center().y() - area.height() / 2)
    elif middle is not None:
        wanted.moveCenter(middle)
    while True:
        covered = [rect for rect in others if rect.intersects(wanted.adjusted(-GAP, -GAP, GAP, GAP))]
        if not covered:
            break
        wanted.moveTop(max(rect.bottom() for rect in covered) + 2 * GAP)
    dx, dy = wanted.left() - area.left(), wanted.top() - area.top()
    return {number: (places[number][0] + dx, places[number][1] + dy) for number in new if number in places}


def about_the_same(graph: Graph, places: Mapping[NodeId, Place]) -> dict[NodeId, Place]:
    """Those places, moved as one so that their middle stays where it was."""
    before = _middle([graph.places[number] for number in places])
    after = _middle(list(places.values()))
    dx, dy = before[0] - after[0], before[1] - after[1]
    return {number: (x + dx, y + dy) for number, (x, y) in places.items()}


def _middle(places: list[Place]) -> Place:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs) + WIDTH) / 2, (min(ys) + max(ys) + HEIGHT) / 2
