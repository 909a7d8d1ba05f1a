"""Where a plot stands: the present point, fresh after an update, the span round it, and the trail to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from micrograd.language import tr, trn
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.node import LARGE
from micrograd_gui.session.measure import numbers
from micrograd_gui.session.over_rows import is_over_rows
from micrograd_gui.session.state import State, true_slope
from micrograd_gui.session.trail import Place
from micrograd_gui.views.plot.model import drawable_span

_HALF = 4.0  # the usual half width of a span
_FARTHEST = 1e149  # where a span can stand that can be drawn


def after_update(state: State, nodes: Sequence[NodeId]) -> tuple[float, ...] | None:
    """The numbers of those nodes as a fresh run gives them; None where no update came before the moment."""
    if state.trace is None or not state.trace.updated(state.cursor):
        return None
    fresh = numbers(state.moment)
    return tuple(fresh.get(node, math.nan) for node in nodes)


def slope_of(state: State, node: NodeId) -> float | None:
    """As `true_slope`; None while it trains over rows: only a recorded run tells the row's part."""
    return None if state.is_training and is_over_rows(state.graph) else true_slope(state, node)


def known_data(state: State, node: NodeId) -> float:
    """The number of the node at this moment, or the one it would have after a forward pass."""
    known = state.frame.data.get(node)
    return finite(numbers(state.moment).get(node, 0.0) if known is None else known)


def finite(number: float) -> float:
    """The number, or 0 in place of one that no plot can stand at."""
    return number if math.isfinite(number) else 0.0


def same_trail(one: Sequence[Place], other: Sequence[Place]) -> bool:
    """Whether both go through the same places."""
    return len(one) == len(other) and all(
        mine is its or [*mine] == [*its] for mine, its in zip(one, other, strict=True)
    )


def stood_at(graph: Graph, node: NodeId, places: Sequence[Place]) -> list[float]:
    """Where a leaf stood at those places: one that is no parameter stays where it is."""
    if node not in graph.parameters:
        return [graph.nodes[node].data for _ in places]
    at = graph.parameters.index(node)
    return [float(place[at]) for place in places]


def others_moved(graph: Graph, nodes: Sequence[NodeId], places: Sequence[Place]) -> bool:
    """Whether other parameters than those nodes stood elsewhere at one of those places."""
    now = [graph.nodes[each].data for each in graph.parameters]
    others = [at for at, each in enumerate(graph.parameters) if each not in nodes]
    return any(place[at] != now[at] for place in places for at in others)


def updates_in_words(count: int) -> str:
    """What the points of a trail are."""
    if count == 1:
        return tr("before the last update")
    return trn("before the last {n} update", "before the last {n} updates", count)


def updates_in_brief(count: int) -> str:
    """The same, where there is less room."""
    return tr("last update") if count == 1 else trn("last {n} update", "last {n} updates", count)


def span_round(graph: Graph, node: NodeId, here: float, last: float | None, shown: Span | None) -> Span:
    """The span that was set; else the one shown while it holds the point well inside; else a new one.

    ``last`` is where the node stood before the last update: the step that led here is seen whole.
    """
    if node in graph.ranges:
        return drawable_span(graph.ranges[node])
    if shown is not None:
        low, high = shown
        if low + 0.1 * (high - low) <= here <= high - 0.1 * (high - low):
            return low, high
    here = max(-_FARTHEST, min(_FARTHEST, here))
    half = max(_HALF, abs(here))
    low, high = here - half, here + half
    if last is not None and abs(last) <= _FARTHEST:
        beside = 0.1 * abs(here - last)
        low, high = min(low, last - beside), max(high, last + beside)
    return drawable_span((math.floor(low), math.ceil(high)))


def nothing_to_compute(graph: Graph) -> str:
    """Why a graph is not computed over and over for a plot, as a sentence; nothing where it is."""
    if not graph.nodes:
        return tr("Nothing to plot yet: drop a node on the canvas, or type an expression.")
    if len(graph) <= LARGE:
        return ""
    return trn(
        "{n:,} node is too many to be computed for each point of a curve: {most:,} at most.",
        "{n:,} nodes are too many to be computed for each point of a curve: {most:,} at most.",
        len(graph),
        most=LARGE,
    )


def loose_end(graph: Graph) -> str:
    """That the target cannot be computed, where a port is free that it depends on; else nothing."""
    if not graph.wiring.loose_end:
        return ""
    return tr("The target cannot be computed yet: wire the free ports first.")
