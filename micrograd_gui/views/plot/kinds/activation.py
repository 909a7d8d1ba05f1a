"""The activation: the curve of a one-input op, where it works, and its slope there."""

from __future__ import annotations

import math
from functools import lru_cache

from msgspec.structs import replace

from micrograd.language import tr
from micrograd.ops import OPS, Op
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session.explain.formulas import Fragment, fill, operand_name
from micrograd_gui.session.state import State
from micrograd_gui.views.plot.model import Mark, StaticPlot, including, padded, point, tangent, visible

POINTS = 401
_USUAL = (-4.0, 4.0)


class ActivationPlot:
    """The curve of tanh, or of the one-input op that is selected."""

    name = "activation"
    has_span = False
    pair = None
    has_log = log = False

    def why_empty(self, state: State) -> str:
        """Never: tanh can be shown without any graph."""
        return ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the op, its names and its point are within the axes as they are."""
        shown = unary(state)
        if static.subject != shown:
            return False
        if shown is None:
            return True
        node = state.graph.nodes[shown]
        if static.graph.nodes is not state.graph.nodes and static.graph.nodes.get(shown) != node:
            return False
        at = _operating(state, node)
        names = _names(state.graph, node)
        inside = at is None or static.x_span[0] <= at[0] <= static.x_span[1]
        return inside and names == (static.x_name, static.y_name)

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The curve."""
        import numpy as np

        graph, shown = state.graph, unary(state)
        node = None if shown is None else graph.nodes[shown]
        rule = _rule(node)
        at = None if node is None else _operating(state, node)
        span = _USUAL
        if at is not None and math.isfinite(at[0]) and not -3.6 <= at[0] <= 3.6:
            half = max(4.0, 1.3 * abs(at[0]))
            span = (-half, half) if abs(at[0]) < 1e100 else _USUAL
        over = np.linspace(*span, POINTS)
        with np.errstate(all="ignore"):
            numbers = np.asarray(rule.forward(over), float)
        curve, y_span = visible(numbers)
        if at is not None:
            y_span = including(y_span, at[1])
        x, y = ("x", "y") if node is None else _names(graph, node)
        formula = _in_names(rule.text, x)
        return StaticPlot(
            graph,
            shown,
            f"{y} = {formula}",
            x,
            y,
            span,
            padded(y_span, 0.02),
            (Mark("data", "line", over, curve, formula),),
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[Mark, ...]:
        """Slope and point."""
        if static.subject is None:
            return ()
        node = state.graph.nodes[static.subject]
        at = _operating(state, node)
        if at is None or not all(map(math.isfinite, at)):
            return ()
        rule = _rule(node)
        slope = float(rule.partials(*at)[0])
        marks = []
        if math.isfinite(slope) and state.quiz is None:  # it is the answer, or half of it
            said = (_slope(rule, static, written(slope)), tr("slope {slope}", slope=written(slope)))
            marks.append(Mark("grad", "dashed", *tangent(static, *at, slope), *said))
        source = node.inputs[0]
        assert source is not None
        here, note = point(static, *at, state.nudge, source, node.id), _not_of_now(state, node)
        if note:
            here = replace(here, legend=f"{here.legend} ({note})", brief=f"{here.brief} {note}")
        return (*marks, here)


def unary(state: State) -> NodeId | None:
    """The one-input op to show: the selected one, else the first tanh, else the first of all."""
    selected = state.selected
    if selected is not None and _is_unary(state.graph.nodes.get(selected)):
        return selected
    return _first_unary(state.graph)


@lru_cache(maxsize=1)  # asked at every step, while the graph stays
def _first_unary(graph: Graph) -> NodeId | None:
    first = None
    for node in graph:
        if _is_unary(node):
            if node.op == "tanh":
                return node.id
            first = node.id if first is None else first
    return first


def _is_unary(node: Node | None) -> bool:
    return node is not None and node.rule is not None and node.rule.arity == 1


def _rule(node: Node | None) -> Op:
    return OPS["tanh"] if node is None or node.rule is None else node.rule


def _names(graph: Graph, node: Node) -> tuple[str, str]:
    source = node.inputs[0]
    return ("x" if source is None else operand_name(graph.nodes[source])), operand_name(node)


def _operating(state: State, node: Node) -> tuple[float, float] | None:
    """The operand's number and the node's, where both are known at this moment.

    Where an update has moved the operand, the node's is what a run would give it: a point on the curve.
    """
    source, frame = node.inputs[0], state.frame
    if source is None or node.id not in frame.data or source not in frame.data:
        return None
    x = frame.data[source]
    if (node.id, "data") in frame.stale and (source, "data") not in frame.stale:
        return x, _rule(node).forward(x)
    return x, frame.data[node.id]


def _not_of_now(state: State, node: Node) -> str:
    """Why the point is not of the present parameters, where it is not."""
    stale = state.frame.stale
    if (node.id, "data") not in stale:
        return ""
    return tr("from before the update") if (node.inputs[0], "data") in stale else tr("not run yet")


def _slope(rule: Op, static: StaticPlot, slope: str) -> str:
    """``slope = 1 − o² = 0.5``; without the formula where the op has no words for it."""
    template = rule.slope_words(0)
    if template is None:
        return tr("slope = {slope}", slope=slope)
    formula = _in_names(template, static.x_name, static.y_name)
    return tr("slope = {formula} = {slope}", formula=formula, slope=slope)


def _in_names(template: str, x: str, out: str = "") -> str:
    """The template with the names of the operand and of the node, as the step card writes it."""
    pieces = fill(template, [Fragment("symbol", x)], Fragment("symbol", out))
    return "".join(each.text for each in pieces)
