"""The sweep: how the target answers while one node takes many numbers."""

from __future__ import annotations

import math
from functools import lru_cache

from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import short, written
from micrograd_gui.session.explain.formulas import name_of, operand_name
from micrograd_gui.session.measure import sweep
from micrograd_gui.session.state import State, true_slope
from micrograd_gui.views.plot.model import (
    Mark,
    StaticPlot,
    drawable_span,
    including,
    padded,
    point,
    steady,
    tangent,
    visible,
)

POINTS, FEW_POINTS, MANY_NODES = 401, 101, 2000
_HALF = 4.0  # the usual half width of a span


class SweepPlot:
    """The curve of the target over a node; the point, the tangent and the secant on it."""

    name = "sweep"
    text = "Sweep"
    tip = "How the target answers while the selected node takes other numbers."
    has_span = True
    has_log = log = False
    pace = 200

    def why_empty(self, state: State) -> str:
        """What to do before there is something to sweep."""
        if not state.graph.nodes:
            return "Nothing to plot yet: drop a node on the canvas, or type an expression."
        subject, target = swept(state), state.graph.target
        if subject is None or target is None:
            return "Select a node: the plot shows how the target answers to it."
        data = state.graph.nodes[subject].data if state.graph.nodes[subject].is_leaf else 0.0
        if not math.isfinite(data):
            return f"{name_of(state.graph.nodes[subject])} holds no finite number to sweep round."
        if _loose_end(state.graph):
            return "The target cannot be computed yet: wire the free ports first."
        return ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the graph, the node that is swept and its span are the same."""
        graph = state.moment
        return (
            static.subject == swept(state)
            and (static.graph.nodes is graph.nodes or static.graph.nodes == graph.nodes)
            and static.graph.target == graph.target
            and static.graph.ranges.get(static.subject) == graph.ranges.get(static.subject)  # type: ignore[arg-type]
        )

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The curve."""
        import numpy as np

        graph, subject = state.moment, swept(state)
        assert subject is not None
        assert graph.target is not None
        node, target = graph.nodes[subject], graph.nodes[graph.target]
        here = _data(state, subject)
        span = _span(graph, subject, here, before)
        points = POINTS if len(graph) < MANY_NODES else FEW_POINTS
        over = np.linspace(*span, points)
        if span[0] < here < span[1]:  # so that a kink or a tip at the point itself is drawn sharp
            over = np.insert(over, int(np.searchsorted(over, here)), here)
        curve, y_span = visible(sweep(graph, subject, over))
        x, y = operand_name(node), operand_name(target)
        title = f"how {y} answers to {x}"
        if subject not in graph.feeding:
            title = f"{y} does not depend on {x}"
        known = state.frame.data.get(graph.target) if span[0] <= here <= span[1] else None
        return StaticPlot(
            graph,
            subject,
            title,
            x,
            y,
            span,
            steady(_around(y_span, known), before, graph, span),
            (Mark("data", "line", over, curve, f"{y}({x})"),),
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[Mark, ...]:
        """Tangent, secant and point."""
        subject, target = static.subject, state.graph.target
        if subject is None or target is None:
            return ()
        frame, marks = state.frame, []
        x, y = frame.data.get(subject), frame.data.get(target)
        if x is None or y is None or not (math.isfinite(x) and math.isfinite(y)):
            return ()
        slope = true_slope(state, subject)
        if slope is not None and math.isfinite(slope):
            marks.append(
                Mark(
                    "grad",
                    "dashed",
                    *tangent(static, x, y, slope),
                    f"slope = {static.x_name}.grad = {written(slope)}",
                    f"slope {written(slope)}",
                )
            )
        marks.extend(_secant(state, static))
        marks.append(point(static, x, y))
        return tuple(marks)


def swept(state: State) -> NodeId | None:
    """The node that is swept: the nudged one, the selected one, else a parameter or leaf."""
    if state.nudge is not None:
        return state.nudge.node
    if state.selected is not None:
        return state.selected
    return _first_leaf(state.graph)


@lru_cache(maxsize=1)  # asked at every step, while the graph stays
def _first_leaf(graph: Graph) -> NodeId | None:
    leaves = [number for number in graph.order if graph.nodes[number].is_leaf and number in graph.feeding]
    named = [number for number in leaves if graph.nodes[number].label]
    parameters = [number for number in named if graph.nodes[number].role == "parameter"]
    return next(iter((*parameters, *named, *leaves)), None)


def _secant(state: State, static: StaticPlot) -> list[Mark]:
    nudge = state.nudge
    if nudge is None or nudge.node != static.subject or nudge.target != state.graph.target:
        return []
    ends = [nudge.lower if nudge.sides == "central" else nudge.before, nudge.after]
    x = [end[nudge.node] for end in ends]
    y = [end[nudge.target] for end in ends]
    if not all(map(math.isfinite, (*x, *y, nudge.numeric))):
        return []
    which = "h" if nudge.sides == "forward" else "±h"
    return [
        Mark(
            "secant",
            "dotted",
            *tangent(static, x[0], y[0], nudge.numeric),
            f"secant, {which} = {short(nudge.h)}: {written(nudge.numeric)}",
            f"secant {written(nudge.numeric)}",
        ),
        Mark("secant", "points", x, y),
    ]


def _data(state: State, node: NodeId) -> float:
    """Where the node stands: its number at this moment, or the one it would have after a forward pass."""
    known = state.frame.data.get(node)
    if known is None:
        from micrograd_gui.session.measure import numbers

        known = numbers(state.moment).get(node, 0.0)
    return known if math.isfinite(known) else 0.0


def _span(graph: Graph, node: NodeId, here: float, before: StaticPlot | None) -> Span:
    """The span that was set; else the one on screen while it holds the point well inside; else a new one."""
    if node in graph.ranges:
        return drawable_span(graph.ranges[node])
    if before is not None and before.subject == node and node not in before.graph.ranges:
        low, high = before.x_span
        if low + 0.1 * (high - low) <= here <= high - 0.1 * (high - low):
            return low, high
    half = max(_HALF, abs(here))
    return drawable_span((math.floor(here - half), math.ceil(here + half)))


def _around(span: Span, number: float | None) -> Span:
    """The span, widened where the point would stand outside of it or be cut by its edge."""
    wider = including(span, number)
    return span if wider == span else padded(wider)


def _loose_end(graph: Graph) -> bool:
    return any(None in graph.nodes[number].inputs for number in graph.feeding)
