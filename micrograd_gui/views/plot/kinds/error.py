"""The error against h: how far a measured slope is from the true one, for every h there may be."""

from __future__ import annotations

import math
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.text import short
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.measure import complete, sweep
from micrograd_gui.session.state import State
from micrograd_gui.views.plot.kinds.sweep import SweepPlot, swept
from micrograd_gui.views.plot.model import Color, Mark, PlotItem, StaticPlot

_SMALLEST, _LARGEST, _PER_DECADE = -16, 0, 4
_FLOOR = 1e-17  # an error of 0 has no place on a logarithmic scale: it is drawn here
_EPSILON = 2.0**-52
_TRUNCATION = (1e-3, 0.2)  # the h between which what the series leaves out is all the error there is


class ErrorStatic(StaticPlot, frozen=True, eq=False):
    """It holds for that ``h`` of the nudge alone."""

    h: float = 0.0


class ErrorPlot:
    """Two valleys: to the right of each what the formula leaves out, to the left what rounding takes away."""

    name = "error"
    has_span = False
    pair = None
    has_log = log = False

    def why_empty(self, state: State) -> str:
        """Why there is no slope to measure."""
        words = SweepPlot().why_empty(state)
        if words:
            return words
        subject, target = swept(state), state.graph.target
        if subject is None or target is None or subject not in state.graph.feeding:
            return tr("The target does not depend on the selected node: there is no slope to measure.")
        if subject == target:
            return tr("The slope of the target by itself is 1, whatever h: select another node.")
        return ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the numbers, the node and h are the same."""
        same = isinstance(static, ErrorStatic) and static.h == state.h and static.subject == swept(state)
        return bool(same) and state.moment.same_numbers(static.graph)

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """All of it."""
        import numpy as np

        graph, subject = state.moment, swept(state)
        assert subject is not None
        assert graph.target is not None
        frame = complete(graph)
        x, analytic, result = frame.data[subject], frame.grad.get(subject, 0.0), frame.data[graph.target]
        steps = _PER_DECADE * (_LARGEST - _SMALLEST) + 1
        h = np.append(np.logspace(_SMALLEST, _LARGEST, steps), abs(state.h))
        found = sweep(graph, subject, np.concatenate([x + h, x - h, [x]]))
        above, below, here = np.split(found, [len(h), 2 * len(h)])
        scale = abs(analytic) or 1.0
        with np.errstate(all="ignore"):
            one = np.abs((above - here) / h - analytic) / scale
            two = np.abs((above - below) / (2 * h) - analytic) / scale
        lines = [
            _curve("grad", tr("one-sided"), h[:-1], one[:-1]),
            _curve("data", tr("central"), h[:-1], two[:-1]),
            *_guides(h[:-1], one[:-1], two[:-1], _EPSILON * abs(result) / scale),
            *_now(abs(state.h), one[-1], two[-1]),
        ]
        name, target = operand_name(graph.nodes[subject]), operand_name(graph.nodes[graph.target])
        unit = tr("relative error") if analytic else tr("error")
        return ErrorStatic(
            graph,
            subject,
            tr("error of {slope} against h", slope=f"∂{target}/∂{name}"),
            "h",
            unit,
            (10.0**_SMALLEST, 10.0**_LARGEST * 1.3),
            (_FLOOR / 2, 100.0),
            tuple(lines),
            x_scale="log",
            y_scale="log",
            key_at="lower left",  # as in code
            h=state.h,
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """Nothing: h is part of the static part."""
        return ()


def _curve(color: Color, name: str, h: Any, error: Any) -> Mark:
    import numpy as np

    shown = np.where(np.isfinite(error), np.clip(error, _FLOOR, 1e3), np.nan)
    return Mark(color, "line", h, shown, name)


def _guides(h: Any, one: Any, two: Any, rounding: float) -> list[Mark]:
    """Straight lines to hold the curves against: slope 1, slope 2, and the wall of rounding."""
    import numpy as np

    marks = []
    among = (h >= _TRUNCATION[0]) & (h <= _TRUNCATION[1])
    colors: tuple[tuple[Color, Any, int], ...] = (("grad", one, 1), ("data", two, 2))
    for color, error, power in colors:
        with np.errstate(all="ignore"):
            factor = float(np.median(error[among] / h[among] ** power))
        # Where nothing is left out (a straight line, a parabola from both sides) only rounding errs.
        if math.isfinite(factor) and factor * _TRUNCATION[0] ** power > 100 * rounding / _TRUNCATION[0]:
            name = tr("slope {power}: ~ {h}", power=power, h="h²" if power == 2 else "h")
            shown = factor * h**power
            keep = (shown >= _FLOOR) & (shown < 1e3)
            marks.append(Mark(color, "dotted", h[keep], shown[keep], name))
    if rounding > 0 and math.isfinite(rounding):
        with np.errstate(all="ignore"):
            shown = rounding / h
        keep = (shown >= _FLOOR) & (shown < 1e3)
        marks.append(Mark("muted", "dashed", h[keep], shown[keep], tr("round-off: ~ ε·|L| / h")))
    return marks


def _now(h: float, one: float, two: float) -> list[Mark]:
    """Where the nudge stands."""
    if not 10.0**_SMALLEST <= h <= 1.3 * 10.0**_LARGEST:
        return []
    errors = [max(float(error), _FLOOR) for error in (one, two) if math.isfinite(error)]
    return [
        Mark("accent", "upright", (h, h), (_FLOOR / 2, 100.0), f"h = {short(h)}"),
        Mark("accent", "point", (h,) * len(errors), tuple(errors)),
    ]
