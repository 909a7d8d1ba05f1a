"""Numeric slopes of every node, compared with the analytic ones: is the backward pass right?

The numeric slope is the central difference (root(x + h) − root(x − h)) / 2h, whose error falls with h²
until rounding takes over. Where that is too coarse to judge, the complex step Im root(x + ih) / h decides:
it has no rounding to speak of (Squire & Trapp, SIAM Review 40, 1998).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, NamedTuple, assert_never

from micrograd.engine import Value, topological_order
from micrograd.ieee import divide, number
from micrograd.ops import domain_note

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
    hidden = _behind(own)
    graph = _flattened(order, data)
    errors = (abs(data[node] * analytic[node]) for node in order)  # each node's rounding, in the root
    rounding = sys.float_info.epsilon * sum(error for error in errors if math.isfinite(error))
    seen = [row for row, node in enumerate(order) if node not in hidden]
    judged = _judged(graph, seen, [analytic[node] for node in order], h, rounding)
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


def _judged(graph: _Flat, rows: list[int], analytic: list[float], h: float,
            rounding: float) -> dict[Value, Row]:
    """A row for each node in those rows of the graph, none of which feeds a user's own op."""
    here = [graph.base[row] for row in rows]
    steps = [h * max(1.0, abs(x)) if math.isfinite(x) else h for x in here]
    above = [(x + step) - x for x, step in zip(here, steps, strict=True)]  # what the floats really move by
    below = [(x - step) - x for x, step in zip(here, steps, strict=True)]
    (highs, lows), crossed = _roots(graph, rows, [above, below])
    judged = {}
    doubtful = []
    for k, row in enumerate(rows):
        node, a, high, low, root = graph.nodes[row], analytic[row], highs[k], lows[k], graph.base[-1]
        n, noise = divide(high - low, above[k] - below[k]), rounding / steps[k]
        size = max(abs(a), abs(n))
        error = abs(a - n) / size if size else 0.0
        if not (math.isfinite(a) and math.isfinite(n)):
            judged[node] = Row(node.label, here[k], a, n, math.nan, False, node,
                               Reason.NOT_FINITE, _went(a, high, low))
            continue
        close, reason = abs(a - n) <= _CLOSE * size, None if size else Reason.BOTH_ZERO
        ok = close or abs(a - n) <= noise
        right, left = divide(high - root, above[k]), divide(low - root, below[k])
        slack = 1e-3 * max(abs(left), abs(right)) + noise
        if crossed[k] and abs(left - right) > slack:
            ok = min(left, right) - slack <= a <= max(left, right) + slack
            reason = Reason.KINK if ok else None
        elif not close:
            doubtful.append(k)
        judged[node] = Row(node.label, here[k], a, n, error, ok, node, reason)
    slopes = _complex_steps(graph, [rows[k] for k in doubtful])
    for k, slope in zip(doubtful, slopes, strict=True):
        found = judged[graph.nodes[rows[k]]]
        if abs(found.analytic - slope) <= 1e-9 * max(abs(found.analytic), abs(slope)) + rounding:
            rounded = abs(found.numeric - slope) <= 2 * rounding / steps[k]
            judged[found.node] = replace(found, ok=True, reason=Reason.H_TOO_SMALL if rounded
                                         else Reason.H_TOO_LARGE)
    return judged


def _complex_steps(graph: _Flat, rows: list[int]) -> list[float]:
    """The slopes by the complex step; nan where an op added to the table takes no complex numbers."""
    try:
        (ends,), _ = _roots(graph, rows, [[1j * _TINY] * len(rows)])
    except (TypeError, ValueError):
        return [math.nan] * len(rows)
    return [end.imag / _TINY for end in ends]


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


class _Flat(NamedTuple):
    """A graph row by row, operands first and the root last.

    Attributes:
        nodes, base: the node of each row, and its number.
        ports: the rows of its operands; none for a leaf and for a user's own op.
        last_use: the last row that reads it.
    """

    nodes: list[Value]
    base: list[float]
    ports: list[tuple[int, ...]]
    last_use: list[int]


def _flattened(order: list[Value], data: dict[Value, float]) -> _Flat:
    row_of = {node: row for row, node in enumerate(order)}
    ports = [() if node.op is None else tuple(row_of[x] for x in node._prev) for node in order]
    last_use = list(range(len(order)))
    for row, operands in enumerate(ports):
        for x in operands:
            last_use[x] = row
    return _Flat(order, [data[node] for node in order], ports, last_use)


_SMALL = 100  # nodes: one after the other, they take a small part of the time that numpy takes to load
_TOGETHER = 1024  # nodes nudged at one stroke: the rows in flight stay in the processor's cache


def _roots(graph: _Flat, rows: list[int], nudges: list[list[Any]]) -> tuple[list[list[Any]], list[bool]]:
    """The root, and whether a kink was crossed, with rows[k] held at its number + nudges[i][k].

    Only what a nudge moves is computed again, and a row's numbers are dropped after their last use. Plain
    numbers go through a small graph one by one; a large graph, and complex numbers, ask for numpy.
    """
    if len(graph.nodes) <= _SMALL and all(isinstance(nudge, float) for each in nudges for nudge in each):
        pairs = [_moved(graph, {row: 0}, [graph.base[row] + each[k] for each in nudges])
                 for k, row in enumerate(rows)]
        return [[ends[i] for ends, _ in pairs] for i in range(len(nudges))], [crossed for _, crossed in pairs]
    import numpy as np

    roots: list[list[Any]] = [[] for _ in nudges]
    crossed: list[bool] = []
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), _TOGETHER):
            some = slice(first, first + _TOGETHER)
            targets = {row: column for column, row in enumerate(rows[some])}
            base = np.array([graph.base[row] for row in rows[some]])
            ends, kinks = _moved(graph, targets, [base + each[some] for each in nudges])
            for end, root in zip(ends, roots, strict=True):
                root += np.broadcast_to(end, len(targets)).tolist()
            crossed += np.broadcast_to(kinks, len(targets)).tolist()
    return roots, crossed


def _moved(graph: _Flat, targets: dict[int, int], held: list[Any]) -> tuple[list[Any], Any]:
    """The root where rows are held: per copy a numpy row with a column for each target, or one number."""
    moved: dict[int, list[Any]] = {}
    crossed: Any = False
    for row in range(min(targets), len(graph.nodes)):
        ports = graph.ports[row]
        numbers = None
        if any(x in moved for x in ports):
            op = graph.nodes[row].op
            assert op is not None
            operands = [moved.get(x) or [graph.base[x]] * len(held) for x in ports]
            for kink in op.kinks:
                crossed = crossed | _across(operands[0][0], operands[0][-1], kink)
            numbers = [op.forward(*each) for each in zip(*operands, strict=True)]
            for x in ports:
                if graph.last_use[x] == row:
                    moved.pop(x, None)
        if row in targets:
            numbers = [_held_at(each, targets[row], number)
                       for each, number in zip(held, numbers or [graph.base[row]] * len(held), strict=True)]
        if numbers is not None:
            moved[row] = numbers
    return moved.get(len(graph.nodes) - 1) or [graph.base[-1]] * len(held), crossed


def _held_at(held: Any, column: int, numbers: Any) -> Any:
    """The numbers, but for the column that is held; a number alone is held as a whole."""
    if isinstance(held, float):
        return held
    import numpy as np

    row = np.full(held.shape, numbers, held.dtype)
    row[column] = held[column]
    return row


def _across(x: Any, y: Any, kink: float) -> Any:
    """Whether the kink is between x and y, or one of them."""
    x, y = x.real, y.real
    return ((x <= kink) & (kink <= y) | (y <= kink) & (kink <= x)) & (x != y)
