"""Paths: every way from a node to the target, with the product of the slopes along it, and their sum."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple

from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.asking.ledger import Wire
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Frame

MOST = 12  # paths that are shown one by one
Slopes = Mapping[Wire, float]


class Path(NamedTuple):
    """One way: the wires from the node to the target, the slope along each, and the product of these.

    ``product`` is None, and ``slopes`` empty, as long as there are symbols only.
    """

    wires: tuple[Wire, ...]
    slopes: tuple[float, ...] = ()
    product: float | None = None


class Paths(NamedTuple):
    """All ways from a node to the target.

    Attributes:
        node, target: From where to where; no target: there is none.
        ways: How many ways there are; they are counted, not gone through.
        shown: Those of the largest products, the largest first; with symbols only the first of them.
        rest: What the products of all others come to; None with symbols only.
        total: What all products come to: the slope of the target for the node; None with symbols only.
        missing: How many of the wires on the way the backward pass has not gone along at this moment.
    """

    node: NodeId
    target: NodeId | None
    ways: int = 0
    shown: tuple[Path, ...] = ()
    rest: float | None = None
    total: float | None = None
    missing: int = 0


@lru_cache(maxsize=2)  # of the State before and after a change
def paths_at(state: State) -> Paths | None:
    """The paths of the selected node at this moment; None where there is no one node."""
    if state.selected is None:
        return None
    return paths_of(state.graph, state.selected, slopes_at(state))


def paths_of(
    graph: Graph, node: NodeId, slopes: Slopes, ways: Sequence[tuple[Wire, ...]] | None = None
) -> Paths:
    """The paths of that node, with those slopes along the wires; symbols only where one is missing.

    ``ways`` are those that are shown, in that order; None: those of the largest products.
    """
    target = graph.target
    on_way = _on_way(graph, node)
    if target is None or not on_way:
        return Paths(node, target)
    wires = {number: [wire for wire in graph.users[number] if wire[0] in on_way] for number in on_way}
    wires[target] = []
    count = {target: 1}
    for number in on_way:
        if number != target:
            count[number] = sum(count[user] for user, _ in wires[number])
    missing = sum(wire not in slopes for each in wires.values() for wire in each)
    if ways is None:
        best = _best(wires, target, {} if missing else slopes)
        found = [_followed(best, node, rank) for rank in range(len(best[node]))]
    else:
        found = [(each, math.prod(slopes.get(wire, 1.0) for wire in reversed(each))) for each in ways]
    if missing:
        return Paths(node, target, count[node], tuple(Path(each) for each, _ in found), missing=missing)
    shown = tuple(Path(each, tuple(slopes[wire] for wire in each), product) for each, product in found)
    total = _summed(graph, on_way, slopes)
    rest = _rest(wires, slopes, total, [each.wires for each in shown], node)
    return Paths(node, target, count[node], shown, rest, total[node])


# The slopes --------------------------------------------------------------------------------------


def slopes_at(state: State) -> Slopes:
    """The slopes that are known at this moment; while the graph trains, of whole passes, by the rules."""
    return slopes_by_rule(state.graph, state.frame) if state.is_training else slopes_gone(state)


def slopes_gone(state: State) -> Slopes:
    """The slope of each wire that the backward pass of this moment has gone along, in its order.

    None are of a pass whose gradients are gone, or of numbers that have been computed anew since.
    """
    trace, gone = state.trace, []
    if trace is None:
        return {}
    for at in range(state.cursor - 1, -1, -1):
        step = trace.steps[at]
        if step.kind in ("zero", "forward") or (step.kind == "problem" and not step.contributions):
            return {}
        if step.kind == "seed":
            break
        gone.append(step)
    else:
        return {}
    return {
        (step.node, each.port): each.slope
        for step in reversed(gone)
        for each in step.contributions
        if step.node is not None
    }


def slopes_by_rule(graph: Graph, frame: Frame) -> Slopes:
    """The slope of each wire behind the target, by the rules of the ops, where all numbers are known."""
    found: dict[Wire, float] = {}
    for number in reversed(graph.order):
        node = graph.nodes[number]
        if node.op is None or number not in graph.feeding or number not in frame.data:
            continue
        operands = [frame.data.get(source) for source in node.inputs if source is not None]
        known = [each for each in operands if each is not None]
        if len(known) == len(node.inputs):
            partials = op_of(node.op).partials(*known, frame.data[number])
            found |= {(number, port): float(slope) for port, slope in enumerate(partials)}
    return found


# The ways ----------------------------------------------------------------------------------------

_Wires = Mapping[NodeId, Iterable[Wire]]
_Best = dict[NodeId, list[tuple[float, Wire | None, int]]]  # product, first wire, and which way from there


def _on_way(graph: Graph, node: NodeId) -> dict[NodeId, None]:
    """The nodes on the ways from the node to the target, both included, in order from the target."""
    if graph.target is None or node not in graph.feeding:
        return {}
    reached, found = [node], {node}
    while reached:
        for user, _ in graph.users[reached.pop()]:
            if user in graph.feeding and user not in found:
                found.add(user)
                reached.append(user)
    return dict.fromkeys(number for number in reversed(graph.order) if number in found)


def _best(wires: _Wires, target: NodeId, slopes: Slopes) -> _Best:
    """Of each node the ways of the largest products, by those of the nodes that use it.

    A factor leaves the order of sizes as it is, so no other way can be among the largest.
    """
    best: _Best = {target: [(1.0, None, 0)]}
    for number, onward in wires.items():
        if number != target:
            ways = [
                (slopes.get(wire, 1.0) * product, wire, rank)
                for wire in onward
                for rank, (product, _, _) in enumerate(best[wire[0]])
            ]
            best[number] = nsmallest(MOST, ways, key=lambda way: _smallness(way[0]))
    return best


def _smallness(product: float) -> float:
    """What is no number stands first: it is what one looks for."""
    return -math.inf if math.isnan(product) else -abs(product)


def _followed(best: _Best, node: NodeId, rank: int) -> tuple[tuple[Wire, ...], float]:
    """The wires of that one of the node's ways, and its product."""
    wires, product = [], best[node][rank][0]
    while (wire := best[node][rank][1]) is not None:
        wires.append(wire)
        node, rank = wire[0], best[node][rank][2]
    return tuple(wires), product


def _summed(graph: Graph, on_way: Mapping[NodeId, None], slopes: Slopes) -> dict[NodeId, float]:
    """What all ways from each node come to, added up in the order of the pass."""
    total = dict.fromkeys(on_way, 0.0)
    total[next(iter(on_way))] = 1.0
    for (user, port), slope in slopes.items():
        operand = graph.nodes[user].inputs[port]
        if user in total and operand in total and operand is not None:
            total[operand] += slope * total[user]
    return total


def _rest(
    wires: _Wires, slopes: Slopes, total: Mapping[NodeId, float], shown: list[tuple[Wire, ...]], node: NodeId
) -> float:
    """What the ways come to that are not shown: where each first leaves those that are.

    A difference of sums would tell of rounding where these are none, or nothing.
    """
    rest, waiting = 0.0, [(node, 1.0, 0, shown)]
    while waiting:
        number, factor, depth, along = waiting.pop()
        for wire in wires[number]:
            same = [each for each in along if each[depth] == wire]
            if same:
                waiting.append((wire[0], factor * slopes[wire], depth + 1, same))
            else:
                rest += factor * slopes[wire] * total[wire[0]]
    return rest
