"""Motion: what travels along which wire in a step, and where it is at a moment; nodes never move."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from msgspec.structs import replace

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import MINUS, written
from micrograd_gui.figures.geometry import Bezier, Point
from micrograd_gui.session.trace import Contribution, Frame, Step

if TYPE_CHECKING:
    from micrograd_gui.figures.figure import Figure
    from micrograd_gui.figures.parts import CardBox, Wire

    _Drawn = tuple[Mapping[tuple[NodeId, int | None], Wire], Mapping[NodeId, CardBox]]

ARRIVED = 0.6  # of the time: all have arrived by then, and what adds up is seen to add up for the rest
_AIR = 12.0  # between a node and the middle of the sum below it

End = tuple[NodeId, int]  # a wire of the graph, by the node and the port at which it ends
Travelling = Literal["data", "grad"]


class Way(Protocol):
    """A wire, as something travels along it."""

    def at(self, t: float) -> Point:
        """The point that lies at ``t`` (0 … 1) along it."""


class Curves(NamedTuple):
    """A wire of several curves, one after the other."""

    parts: tuple[Bezier, ...]

    def at(self, t: float) -> Point:
        """The point that lies at ``t`` (0 … 1) along it, each curve taking as long as its ends are apart."""
        lengths = [math.dist(each[:2], each[6:]) for each in self.parts]
        left = min(1.0, max(0.0, t)) * sum(lengths)
        for each, length in zip(self.parts[:-1], lengths, strict=False):
            if left <= length and length:
                return each.at(left / length)
            left -= length
        return self.parts[-1].at(left / lengths[-1] if lengths[-1] else 1.0)


class Traveller(NamedTuple):
    """A number on its way along a wire, with it or (``back``) against it; ``operand`` is at its beginning."""

    operand: NodeId
    text: str
    role: Travelling
    curve: Way
    back: bool


class Journey(NamedTuple):
    """All that travels in one step, and by operand what is seen to add up where contributions meet."""

    travellers: tuple[Traveller, ...] = ()
    sums: Mapping[NodeId, str] = {}


class Shown(NamedTuple):
    """A number, or a sum, and the point that its middle has at a moment."""

    text: str
    role: Travelling
    middle: Point


def journey(graph: Graph, frame: Frame, step: Step | None, curve: Callable[[End], Way | None]) -> Journey:
    """What travels in that step: operands into an op that is computed, its contributions back to them.

    ``frame`` has the numbers after the step. ``curve`` gives the wire that is drawn for one of the graph,
    None where none is. Where a step went wrong nothing travels: it has not come to be.
    """
    if step is None or step.node is None or step.node not in graph.nodes:
        return Journey()
    if step.kind == "forward":
        return Journey(_forward(graph, frame, step.node, curve))
    if step.kind == "backward":
        found = [(each, curve((step.node, each.port))) for each in step.contributions]
        drawn = [(each, wire) for each, wire in found if wire is not None]
        moving = [Traveller(each.operand, written(each.amount), "grad", wire, True) for each, wire in drawn]
        return Journey(tuple(moving), _sums([each for each, _ in drawn]))
    return Journey()


def _forward(
    graph: Graph, frame: Frame, number: NodeId, curve: Callable[[End], Way | None]
) -> tuple[Traveller, ...]:
    moving = []
    for port, operand in enumerate(graph.nodes[number].inputs):
        wire = curve((number, port))
        if wire is not None and operand is not None and operand in frame.data:
            moving.append(Traveller(operand, written(frame.data[operand]), "data", wire, False))
    return tuple(moving)


def journey_over(
    graph: Graph,
    frame: Frame,
    steps: Sequence[Step],
    drawn: Callable[[End], Hashable | None],
    curve: Callable[[End], Way | None],
) -> Journey:
    """What travels in steps that are run as one, in a box: what goes in along its wires, or back along them.

    ``drawn`` tells which wires of the graph are drawn as one; what several of them bring back is added up.
    Where such a wire stands for several numbers none travels along it.
    """
    ways: dict[Hashable, Way] = {}
    operands: dict[Hashable, set[NodeId]] = {}
    along: dict[Hashable, list[Contribution]] = {}
    for step in steps:
        node = graph.nodes.get(step.node) if step.node is not None else None
        by_port = {each.port: each for each in step.contributions}
        for port, operand in enumerate(() if node is None else node.inputs):
            end = (step.node or 0, port)
            wire, way = drawn(end), curve(end)
            if wire is None or way is None or operand is None:
                continue
            ways[wire] = way
            operands.setdefault(wire, set()).add(operand)
            if port in by_port:
                along.setdefault(wire, []).append(by_port[port])
    single = {wire: next(iter(found)) for wire, found in operands.items() if len(found) == 1}
    if steps[-1].kind == "forward":
        known = {wire: operand for wire, operand in single.items() if operand in frame.data}
        return Journey(
            tuple(
                Traveller(operand, written(frame.data[operand]), "data", ways[wire], False)
                for wire, operand in known.items()
            )
        )
    back = [_as_one(along[wire]) for wire in single if wire in along]
    wires = [wire for wire in single if wire in along]
    moving = [
        Traveller(each.operand, written(each.amount), "grad", ways[wire], True)
        for wire, each in zip(wires, back, strict=True)
    ]
    return Journey(tuple(moving), _sums(back))


def _as_one(several: Sequence[Contribution]) -> Contribution:
    """What contributions to one operand come to."""
    return replace(several[0], amount=sum(each.amount for each in several), after=several[-1].after)


def _sums(contributions: list[Contribution]) -> dict[NodeId, str]:
    """For each operand that had a gradient, or gets several contributions, how they add up."""
    first: dict[NodeId, list[str]] = {}
    last: dict[NodeId, float] = {}
    for each in contributions:
        amounts = first.setdefault(each.operand, [] if each.before is None else [written(each.before)])
        amounts.append(written(each.amount))
        last[each.operand] = each.after
    return {
        operand: f"{_added(amounts)} = {written(last[operand])}"
        for operand, amounts in first.items()
        if len(amounts) > 1
    }


def _added(amounts: list[str]) -> str:
    begin, *others = amounts
    signed = (f" {MINUS} {each[1:]}" if each.startswith(MINUS) else f" + {each}" for each in others)
    return begin + "".join(signed)


def at(journey: Journey, t: float, below: Callable[[NodeId], Point | None]) -> tuple[Shown, ...]:
    """What is seen at ``t`` (0 … 1) of the time, the sums last; from 1 on nothing.

    ``below`` gives the middle of the lower edge of what is drawn for a node.
    """
    if not 0 <= t < 1:
        return ()
    part = min(1.0, t / ARRIVED) if journey.sums else t
    eased = part * part * (3 - 2 * part)
    arrived = journey.sums if part >= 1 else {}
    shown = [
        Shown(each.text, each.role, each.curve.at(1 - eased if each.back else eased))
        for each in journey.travellers
        if each.operand not in arrived
    ]
    for operand, text in arrived.items():
        edge = below(operand)
        if edge is not None:
            shown.append(Shown(text, "grad", (edge[0], edge[1] + _AIR)))
    return tuple(shown)


def over(graph: Graph, figure: Figure, step: Step | None) -> tuple[Journey, Callable[[NodeId], Point | None]]:
    """What travels over a figure of the moment after that step, and the lower edges of its boxes."""
    wires, boxes = _drawn(figure.wires, figure.boxes)

    def way(end: End) -> Way | None:
        drawn = figure.drawn_end(end)
        wire = None if drawn is None else wires.get(drawn)
        if wire is None or len(wire.points) < 4:
            return None
        points, starts = wire.points, range(0, len(wire.points) - 3, 3)
        return Curves(tuple(Bezier(*(x for p in points[i : i + 4] for x in p)) for i in starts))

    def below(node: NodeId) -> Point | None:
        box = boxes.get(figure.stands_for.get(node, node))
        if box is None:
            return None
        left, top, width, height = box.rect
        return left + width / 2, top + height

    return journey(graph, figure.frame, step, way), below


_last: tuple[tuple[Wire, ...], tuple[CardBox, ...], _Drawn] | None = None  # which a film has in common


def _drawn(wires: tuple[Wire, ...], boxes: tuple[CardBox, ...]) -> _Drawn:
    """The wires of a figure by where they end, and its boxes by their nodes."""
    global _last
    known = _last
    if known is None or known[0] is not wires or known[1] is not boxes:
        found = {(wire.node, wire.port): wire for wire in wires}, {box.node: box for box in boxes}
        _last = known = wires, boxes, found
    return known[2]


def between(
    graph: Graph, figure: Figure, step: Step | None, frames: int, *, gradients: bool = True
) -> tuple[tuple[Shown, ...], ...]:
    """What is seen over a figure of the moment after that step in so many frames before it rests."""
    found, below = over(graph, figure, step)
    if not found.travellers or (not gradients and found.travellers[0].role == "grad"):
        return ()
    return tuple(at(found, number / frames, below) for number in range(frames))
