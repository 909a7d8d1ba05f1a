"""The sweep: how the target answers while one node takes many numbers."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from micrograd.language import tr, with_colon
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import short, told_apart, written
from micrograd_gui.session.explain.formulas import name_of, naming_of, operand_name
from micrograd_gui.session.explain.of_rows import row_in_words
from micrograd_gui.session.measure import Walked, sweep, walked
from micrograd_gui.session.state import State
from micrograd_gui.session.trail import Place, trail
from micrograd_gui.views.plot.model import (
    TELLS,
    Mark,
    PlotItem,
    StaticPlot,
    Trail,
    including,
    padded,
    point,
    steady,
    tangent,
    tells,
    visible,
)
from micrograd_gui.views.plot.standing import (
    after_update,
    finite,
    known_data,
    loose_end,
    nothing_to_compute,
    others_moved,
    same_trail,
    slope_of,
    span_round,
    stood_at,
    updates_in_brief,
    updates_in_words,
)

if TYPE_CHECKING:
    import numpy as np

POINTS, FEW_POINTS, MANY_NODES = 401, 101, 2000
_PIECE, _REACH = (
    17,
    0.07,
)  # points of a piece of curve, and how far it goes to each side, in shares of the span


class SweepStatic(StaticPlot, frozen=True, eq=False):
    """What else a sweep rests on.

    Attributes:
        trail: where the parameters stood before the last updates.
        walked: the node and the target there, with a piece of the curve of each moment; None: no trail.
        now: the node's number and the target's as a fresh run gives them; None: no update before the moment.
        curves_differ: whether other parameters moved, too, so that each moment has a curve of its own.
    """

    trail: tuple[Place, ...] = ()
    walked: Walked | None = None
    now: tuple[float, ...] | None = None
    curves_differ: bool = False


class SweepPlot:
    """The curve of the target over a node; the point, the tangent and the secant on it; the last updates."""

    name = "sweep"
    has_span = True
    pair = None
    has_log = log = False

    def why_empty(self, state: State) -> str:
        """What to do before there is something to sweep."""
        if words := nothing_to_compute(state.graph):
            return words
        subject, target = swept(state), state.graph.target
        if subject is None or target is None:
            return tr("Select a node: the plot shows how the target answers to it.")
        data = state.graph.nodes[subject].data if state.graph.nodes[subject].is_leaf else 0.0
        if not math.isfinite(data):
            return tr(
                "{name} holds no finite number to sweep round.", name=name_of(state.graph.nodes[subject])
            )
        if words := loose_end(state.graph):
            return words
        return tr(TELLS) if tells(state, (subject,)) else ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the graph, the node that is swept and its span are the same."""
        graph = state.moment
        return (
            isinstance(static, SweepStatic)
            and static.subject == swept(state)
            and (static.graph.nodes is graph.nodes or static.graph.nodes == graph.nodes)
            and static.graph.target == graph.target
            and static.graph.ranges.get(static.subject) == graph.ranges.get(static.subject)  # type: ignore[arg-type]
            and row_in_words(static.graph) == row_in_words(graph)
            and same_trail(static.trail, trail(state))
        )

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The curve."""
        import numpy as np

        graph, subject = state.moment, swept(state)
        assert subject is not None
        assert graph.target is not None
        node, target = graph.nodes[subject], graph.nodes[graph.target]
        now = after_update(state, (subject, graph.target))
        here = finite(now[0]) if now is not None else known_data(state, subject)
        places = trail(state) if subject in graph.feeding else ()
        last = stood_at(graph, subject, places)[-1] if places and node.is_leaf else None
        shown = before if before is not None and before.subject == subject else None
        kept = None if shown is None or subject in shown.graph.ranges else shown.x_span
        span = span_round(graph, subject, here, last, kept)
        points = POINTS if len(graph) < MANY_NODES else FEW_POINTS
        over = np.linspace(*span, points)
        if span[0] < here < span[1]:  # so that a kink or a tip at the point itself is drawn sharp
            over = np.insert(over, int(np.searchsorted(over, here)), here)
        curve, y_span = visible(sweep(graph, subject, over))
        x, y = operand_name(node), operand_name(target)
        title = (
            tr("how {y} answers to {x}", y=y, x=x)
            if subject in graph.feeding
            else tr("{y} does not depend on {x}", y=y, x=x)
        )
        of_row = f" ({row})" if (row := row_in_words(graph)) else ""
        known = state.frame.data.get(graph.target) if now is None else now[1]
        known = known if span[0] <= here <= span[1] else None
        way = walked(graph, subject, places, _piece(span)) if places else None
        before_it = None if way is None or not span[0] <= way.x[-1] <= span[1] else float(way.y[-1])
        y_span = _around(_around(y_span, known), before_it)
        return SweepStatic(
            graph,
            subject,
            title + of_row,
            x,
            y,
            span,
            steady(y_span, before, graph, span),
            (Mark("data", "line", over, curve, f"{y}({x}){of_row}"),),
            kept_clear=_kept_clear(here, known, way),
            trail=places,
            walked=way,
            now=now,
            curves_differ=others_moved(graph, (subject,), places),
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """Tangent, secant, the trail and the point."""
        subject, target = static.subject, state.graph.target
        if subject is None or target is None:
            return ()
        assert isinstance(static, SweepStatic)
        frame = state.frame
        marks: list[PlotItem] = []
        x, y = frame.data.get(subject), frame.data.get(target)
        if y is None or not math.isfinite(y):
            return tuple(_trail(static, None))
        x, y = (x, y) if static.now is None else static.now
        if x is None or not (math.isfinite(x) and math.isfinite(y)):
            return tuple(_trail(static, None))
        slope = slope_of(state, subject)
        if slope is not None and math.isfinite(slope):
            shown = frame.grad.get(subject) == slope
            names = naming_of(state.graph, state.notation)
            grad = names.grad(state.graph.nodes[subject]) if names.leibniz else f"{static.x_name}.grad"
            said = tr("slope = {grad} = {slope}", grad=grad, slope=written(slope))
            if not shown:
                row = row_in_words(state.graph)
                said = tr("slope in {row} = {slope}", row=row, slope=written(slope))
            marks.append(
                Mark(
                    "grad",
                    "dashed",
                    *tangent(static, x, y, slope),
                    said,
                    tr("slope {slope}", slope=written(slope)),
                )
            )
        marks.extend(_secant(state, static))
        marks.extend(_trail(static, (x, y)))
        here = point(static, x, y, state.nudge, subject, target)
        marks.append(here if frame.data[target] == y else _moved_on(static, here, frame.data[target]))
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
            tr(
                "secant, {which} = {h}: {slope}",
                which=which,
                h=short(nudge.h),
                slope=written(nudge.numeric),
            ),
            tr("secant {slope}", slope=written(nudge.numeric)),
        ),
        Mark("secant", "points", x, y),
    ]


def _trail(static: SweepStatic, here: Span | None) -> list[Trail]:
    """Where it stood before the last updates, to where it stands; nothing where there was none."""
    way = static.walked
    if way is None:
        return []
    import numpy as np

    known = np.isfinite(way.x) & np.isfinite(way.y)
    count = int(known.sum())
    if not count:
        return []
    end = (way.x[known][-1], way.y[known][-1]) if here is None else here
    said = updates_in_words(count)
    words = tr("{updates}, each on its curve then", updates=said) if static.curves_differ else said
    return [
        Trail(
            "accent",
            np.append(way.x[known], end[0]),
            np.append(way.y[known], end[1]),
            way.over[known] if static.curves_differ else None,
            way.curve[known] if static.curves_differ else None,
            words,
            updates_in_brief(count),
        )
    ]


def _moved_on(static: SweepStatic, here: Mark, old: float) -> Mark:
    """The point where an update has led to, while the target still holds its number from before it."""
    x, y = here.x[0], here.y[0]
    was = written(x)
    if static.walked is not None:  # the place that the target's old number is of
        pairs = zip(static.walked.x.tolist(), static.walked.y.tolist(), strict=True)
        was = next((written(a) for a, b in reversed([*pairs]) if math.isclose(b, old, rel_tol=1e-9)), was)
    x_words = f"{static.x_name} = {was}"
    if was != written(x):
        x_words = with_colon(static.x_name, f"{was} → {written(x)}")
    words = tr(
        "{x}, {y}: {numbers} (not run yet)",
        x=x_words,
        y=static.y_name,
        numbers=" → ".join(told_apart((old, y))),
    )
    return replace(here, legend=words, brief=tr("({x}, {y}) not run yet", x=written(x), y=written(y)))


def _kept_clear(here: float, known: float | None, way: Walked | None) -> tuple[tuple[float, float], ...]:
    """The point and the newer half of the trail."""
    points = [] if known is None else [(here, known)]
    if way is not None:
        points += list(zip(way.x.tolist(), way.y.tolist(), strict=True))[len(way.x) // 2 :]
    return tuple(each for each in points if all(map(math.isfinite, each)))


def _piece(span: Span) -> np.ndarray:
    """From where to where a piece of a curve goes beside the point on it."""
    import numpy as np

    return np.linspace(-1.0, 1.0, _PIECE) * _REACH * (span[1] - span[0])


def _around(span: Span, number: float | None) -> Span:
    """The span, widened where the point would stand outside of it or be cut by its edge."""
    wider = including(span, number)
    return span if wider == span else padded(wider)
