"""Numeric slopes of every node, compared with the analytic ones: is the backward pass right?

The numeric slope is the central difference (root(x + h) − root(x − h)) / 2h, whose error falls with h²
until rounding takes over. Where that is too coarse to judge, the complex step Im root(x + ih) / h decides:
it has no rounding to speak of (Squire & Trapp, SIAM Review 40, 1998).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, assert_never

import numpy as np

from micrograd.engine import Value, topological_order
from micrograd.ieee import number
from micrograd.ops import domain_note
from micrograd.replay.schedule import Schedule, make_schedule

_CLOSE = 1e-5  # relative; what central differences reach where nothing is in their way
_TINY = 1e-30  # the complex step: far below any rounding


class Reason(Enum):
    """What is special about a node's slopes, and hence what the verdict on them rests on."""

    KINK = "the root bends here: any slope between the left and the right one is right"
    BOTH_ZERO = "both slopes are 0"
    H_TOO_LARGE = "only the difference is off, for h is too large: the complex step agrees"
    H_TOO_SMALL = "only the difference is off, by no more than rounding"
    NOT_FINITE = "a number is inf or nan; the detail says where that began"
    OWN_OP = "a user's own op, which the detail names, stands between the node and the root"

    def words(self, detail: str = "") -> str:
        """In a few words, with the detail where there is one: "kink", "not finite: log of 0"."""
        match self:
            case Reason.KINK:
                return "kink"
            case Reason.BOTH_ZERO:
                return "both zero"
            case Reason.H_TOO_LARGE:
                return "h too large"
            case Reason.H_TOO_SMALL:
                return "h too small"
            case Reason.NOT_FINITE:
                return f"not finite: {detail}"
            case Reason.OWN_OP:
                return f"behind your own op {detail!r}, which cannot be computed again"
        assert_never(self)


@dataclass(frozen=True, slots=True)
class Row:
    """One node: its slope as backward gives it, as the difference gives it, and whether the two agree.

    Attributes:
        label, data: the node's.
        analytic: d root / d node as backward gives it.
        numeric: the same as the central difference gives it; nan behind a user's own op.
        error: how far apart they are, relative to the larger of the two.
        ok: whether they agree.
        reason: what is special; None where nothing is.
        detail: more on the reason: the cause of what is not finite, the text of a user's own op; else empty.
        node: the Value itself.
    """

    label: str
    data: float
    analytic: float
    numeric: float
    error: float
    ok: bool
    node: Value
    reason: Reason | None = None
    detail: str = ""

    @property
    def words(self) -> str:
        """What is special, in a few words; empty where nothing is."""
        return "" if self.reason is None else self.reason.words(self.detail)


def gradcheck(root: Value, h: float = 1e-6) -> list[Row]:
    """A row per node, operands first. The step is h, or h × |x| where the number is larger than 1.

    All is computed at the numbers the leaves have now; the data and grad of the graph are left as they were.
    Raises ValueError where h is no positive number.
    """
    if not 0 < h < math.inf:
        raise ValueError(f"h is a positive number, not {h!r}")
    order = topological_order(root)
    with _as_it_was(order):
        _refresh(order)
        root.zero_grad()
        root.backward()
        analytic = {node: number(node.grad) for node in order}
        data = {node: number(node.data) for node in order}
        cause = next((_cause(node) for node in order if not math.isfinite(node.data)), "")
    own = [node for node in order if node.op is None and node._prev]
    graph = make_schedule(root, own)
    base = [data[node] for node in graph.nodes]
    errors = (abs(data[node] * analytic[node]) for node in order)  # each node's rounding, in the root
    rounding = float(np.finfo(float).eps) * sum(error for error in errors if math.isfinite(error))
    hidden = _behind(own)
    judged = _judged(graph, base, analytic, h, rounding)
    rows = []
    for node in order:
        if node in hidden:
            row = Row(node.label, data[node], analytic[node], math.nan, math.nan, True, node,
                      Reason.OWN_OP, hidden[node])
        elif cause and judged[node].reason is Reason.NOT_FINITE:
            row = replace(judged[node], detail=cause)
        else:
            row = judged[node]
        rows.append(row)
    return rows


def _judged(graph: Schedule, base: list[float], analytic: dict[Value, float], h: float,
            rounding: float) -> dict[Value, Row]:
    """A row for each node that feeds the root otherwise than through a user's own op."""
    rows = range(len(base))
    here = np.array(base)
    step = h * np.maximum(1.0, np.where(np.isfinite(here), np.abs(here), 1.0))
    with np.errstate(all="ignore"):
        above, below = (here + step) - here, (here - step) - here  # what the floats really move by
        (high, low), crossed = roots(graph, base, rows, np.array([above, below]))
        numeric = (high - low) / (above - below)
        right, left = (high - base[-1]) / above, (low - base[-1]) / below
    noise = rounding / step
    judged = {}
    doubtful = []
    for k, node in enumerate(graph.nodes):
        a, n = analytic[node], float(numeric[k])
        size = max(abs(a), abs(n))
        error = abs(a - n) / size if size else 0.0
        if not (math.isfinite(a) and math.isfinite(n)):
            judged[node] = Row(node.label, base[k], a, n, math.nan, False, node,
                               Reason.NOT_FINITE, _went(a, float(high[k]), float(low[k])))
            continue
        close, reason = abs(a - n) <= _CLOSE * size, None if size else Reason.BOTH_ZERO
        ok = bool(close or abs(a - n) <= noise[k])
        slack = 1e-3 * max(abs(left[k]), abs(right[k])) + noise[k]
        if crossed[k] and abs(left[k] - right[k]) > slack:
            ok = bool(min(left[k], right[k]) - slack <= a <= max(left[k], right[k]) + slack)
            reason = Reason.KINK if ok else None
        elif not close:
            doubtful.append(k)
        judged[node] = Row(node.label, base[k], a, n, error, ok, node, reason)
    for k, slope in zip(doubtful, _complex_steps(graph, base, doubtful), strict=True):
        row = judged[graph.nodes[k]]
        if abs(row.analytic - slope) <= 1e-9 * max(abs(row.analytic), abs(slope)) + rounding:
            rounded = abs(row.numeric - slope) <= 2 * noise[k]
            judged[row.node] = replace(row, ok=True, reason=Reason.H_TOO_SMALL if rounded
                                       else Reason.H_TOO_LARGE)
    return judged


def _complex_steps(graph: Schedule, base: list[float], rows: list[int]) -> list[float]:
    """The slopes by the complex step; nan where an op added to the table takes no complex numbers."""
    try:
        slopes, _ = roots(graph, base, rows, np.full((1, len(rows)), 1j * _TINY))
    except (TypeError, ValueError):
        return [math.nan] * len(rows)
    return [float(slope) for slope in slopes[0].imag / _TINY]


def _refresh(order: list[Value]) -> None:
    """Computes each op again: a leaf may have another number than it had when the graph was made."""
    for node in order:
        if node.op is not None:
            node.data = number(node.op.forward(*[x.data for x in node._prev]))


def _went(analytic: float, high: float, low: float) -> str:
    """Where the numbers ended, in a graph whose own numbers are finite: in a slope, or within h of here."""
    if not math.isfinite(analytic) or (math.isfinite(high) and math.isfinite(low)):
        return "the slope"
    return f"moved by h, the target is {low if math.isfinite(high) else high}"


def _cause(node: Value) -> str:
    """Why this node, the first that is not finite, is not."""
    if node.op is None:
        return f"{node.label or 'a leaf'} is {node.data}"
    return domain_note(node.op, [x.data for x in node._prev])


def _behind(own: list[Value]) -> dict[Value, str]:
    """The nodes that feed a user's own op, with its name."""
    return {node: op._op for op in own for node in topological_order(op)[:-1]}


@contextmanager
def _as_it_was(order: list[Value]) -> Iterator[None]:
    """Puts data and grad of the nodes back at the end, whatever happens."""
    before: list[tuple[Any, Any]] = [(node.data, node.grad) for node in order]
    try:
        yield
    finally:
        for node, (data, grad) in zip(order, before, strict=True):
            node.data, node.grad = data, grad


_TOGETHER = 512  # nodes nudged at one stroke: the rows in flight stay in the processor's cache


def roots(schedule: Schedule, base: Sequence[float], rows: Sequence[int], nudges: Any) -> tuple[Any, Any]:
    """The root, and whether a kink was crossed, with rows[k] held at base[rows[k]] + nudges[i, k].

    Only what a nudge moves is computed again, and a row's numbers are dropped after their last use.
    """
    result = np.empty(np.shape(nudges), np.asarray(nudges).dtype)
    crossed = np.zeros(len(rows), bool)
    last_use = _last_uses(schedule)
    order = np.argsort(rows, kind="stable")
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), _TOGETHER):
            some = order[first:first + _TOGETHER]
            targets = {rows[k]: column for column, k in enumerate(some)}
            held = np.array([base[rows[k]] for k in some]) + nudges[:, some]
            root, kinks = _moved(schedule, base, targets, held, last_use)
            result[:, some] = root
            crossed[some] = kinks
    return result, crossed


def _moved(
    schedule: Schedule, base: Sequence[float], targets: dict[int, int], held: Any, last_use: list[int]
) -> Any:
    copies, width = held.shape
    moved: dict[int, Any] = {}
    crossed = np.zeros(width, bool)
    for row in range(min(targets), len(schedule.nodes)):
        ports = schedule.ports[row]
        numbers = None
        if any(x in moved for x in ports):
            op = schedule.nodes[row].op
            assert op is not None
            operands = [moved.get(x, base[x]) for x in ports]
            for kink in op.kinks:
                crossed |= _across(operands[0], kink)
            numbers = op.forward(*operands)
            for x in ports:
                if last_use[x] == row:
                    moved.pop(x, None)
        if row in targets:
            if numbers is None:
                numbers = np.full((copies, width), base[row], held.dtype)
            numbers[:, targets[row]] = held[:, targets[row]]
        if numbers is not None:
            moved[row] = numbers
    return moved.get(len(schedule.nodes) - 1, base[-1]), crossed


def _across(operand: Any, kink: float) -> Any:
    """The columns whose nudges have the kink between them, or on one of them."""
    low, high = operand.real.min(axis=0), operand.real.max(axis=0)
    return (low <= kink) & (kink <= high) & (low < high)


def _last_uses(schedule: Schedule) -> list[int]:
    last = list(range(len(schedule.nodes)))
    for row, x in _uses(schedule):
        last[x] = row
    return last


def _uses(schedule: Schedule) -> Iterator[tuple[int, int]]:
    for row, ports in enumerate(schedule.ports):
        for x in ports:
            yield row, x
