"""Numeric slopes of every node, compared with the analytic ones: is the backward pass right?

The numeric slope is the central difference (root(x + h) − root(x − h)) / 2h, whose error falls with h²
until rounding takes over. Where that is too coarse, or leaves the domain, a smaller step is tried, then a
step to one side, then the complex step itself. The verdict does not rest on the difference: it asks whether
the analytic slope is the right one (`right_slopes.py`) but for rounding.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, overload

from micrograd.check_row import Reason, Row, Verdict, all_ok, apart
from micrograd.engine import Value, topological_order
from micrograd.ieee import divide, number
from micrograd.ops import Op, domain_note
from micrograd.replay.nudged import Flat, as_it_was, last_uses, roots
from micrograd.right_slopes import RightSlope, right_slopes

__all__ = ["Checks", "Reason", "Row", "Verdict", "gradcheck"]
_CLOSE = 1e-5  # relative; what central differences reach where nothing is in their way
_SMALL = 100  # nodes: one after the other, they take a small part of the time that numpy takes to load
_AS_ASKED = 0.1  # an h as large as that is a question of its own: that it leads out of the numbers is said
_SMALLER = (0.1, 1e-2, 1e-3, 1e-4)  # steps to try where h is too coarse, relative to it or to a small x
_SAFETY = 4.0  # how many times the bound of their rounding two right slopes may be apart
_NOTHING = 1e-12  # what a slope does to the root, relative, that nobody can see


class Checks(Sequence[Row]):
    """The rows of a check; it shows itself as a table, in a notebook too."""

    def __init__(self, rows: Sequence[Row], h: float) -> None:
        self._rows, self.h = tuple(rows), h

    @property
    def ok(self) -> bool | None:
        """True where every row is True, False where one is False, else None."""
        return all_ok([row.ok for row in self._rows])

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        from micrograd.check_words import as_text, cells_of

        return as_text([cells_of(row) for row in self._rows], [(row.label, row) for row in self._rows])

    def _repr_html_(self) -> str:
        from micrograd.check_words import as_html, cells_of

        return as_html([cells_of(row) for row in self._rows], [(row.label, row) for row in self._rows])


@overload
def gradcheck(root: Any, h: float = ..., /) -> Checks: ...
@overload
def gradcheck(root: Any, *, h: float = ...) -> Checks: ...
@overload
def gradcheck(root: Callable[..., Any], inputs: Sequence[Any], h: float = ...) -> Checks: ...
def gradcheck(root: Any, inputs: Any = None, h: float = 1e-6) -> Checks:
    """A row per node, operands first. The step is h, or h × |x| where the number is larger than 1.

    All is computed at the numbers the leaves have now; the data and grad of the graph are left as they were.
    The root may be a Value of another package, or of a class of one's own with `data`, `grad`, `_prev`, `_op`
    and `backward`. Given a function and its inputs, `gradcheck(f, inputs)` calls it again for each nudge, and
    has a row per input: so whatever f does is checked.
    Raises ValueError where h is no positive number, and TypeError where there is nothing to check.
    """
    taken = isinstance(root, Value) or _is_a_value(root)
    if not taken and callable(root) and inputs is not None:
        from micrograd.check_function import check_function

        return Checks(check_function(root, inputs, _positive(h), _graph_and_rows), h)
    h = h if inputs is None else inputs
    if isinstance(h, (int, float)):
        _positive(h)
    if not taken or not isinstance(h, (int, float)):
        raise TypeError("gradcheck takes the value that a graph ends in (with data, grad, _prev and _op), or "
                        f"a function and a list of its inputs, not {_kind(root)}")
    return Checks(_graph_and_rows(root, h)[1], h)


def _is_a_value(thing: object) -> bool:
    from micrograd.foreign import is_like_a_value  # most graphs are of our own values

    return is_like_a_value(thing)


def _positive(h: float) -> float:
    if not 0 < h < math.inf:
        raise ValueError(f"h is a positive number, not {h!r}")
    return h


def _kind(thing: object) -> str:
    name = type(thing).__name__
    return f"a{'n' if name[0] in 'aeiou' else ''} {name}" + (" alone" if callable(thing) else "")


def _graph_and_rows(root: Any, h: float) -> tuple[Flat, list[Row]]:
    graph = _of_values(root) if isinstance(root, Value) else _of_anybody(root)
    with as_it_was(graph.nodes):
        _refresh(graph)
        for node in graph.nodes:
            node.grad = 0.0
        root.backward()
        analytic = [number(node.grad) for node in graph.nodes]
    hidden = _behind(graph)
    seen = [row for row in range(len(graph.nodes)) if row not in hidden]
    judged = iter(_judged(graph, seen, analytic, h))
    return graph, [Row(graph.labels[row], graph.base[row], analytic[row], math.nan, math.nan, None,
                       graph.nodes[row], Reason.OWN_OP, hidden[row]) if row in hidden else next(judged)
                   for row in range(len(graph.nodes))]


# ---------------------------------------------------------------- reading


def _of_values(root: Value) -> Flat:
    try:
        order = topological_order(root)
        row_of = {node: row for row, node in enumerate(order)}
        ports = [tuple([row_of[x] for x in node._operands]) for node in order]
        if any(x >= row for row, each in enumerate(ports) for x in each):
            raise ValueError("the graph goes in a circle")
        for row, node in enumerate(order):
            if node.op is not None and node.op.arity != len(ports[row]):
                raise ValueError(f"{node.op.name} of node {node.label or row} has {len(ports[row])} operands")
        own = {row for row, node in enumerate(order) if node._operands and node.op is None}
        ops = [node.op if row not in own else _known(node) for row, node in enumerate(order)]
        base = [node.data if type(node.data) is float else number(node.data) for node in order]
        return _flat(order, [node.label for node in order], base, ops, ports, own)
    except Exception as problem:  # anybody's class may raise anything
        from micrograd.foreign import unreadable

        raise unreadable(root, problem) from problem


def _known(node: Value) -> Op | None:
    """The row whose forward made a node whose grad a user's own function passes back; None where none did."""
    if node._made_by is not None:
        return node._made_by
    from micrograd.foreign import rule_of, same

    op = rule_of(node._op)
    if op is None or op.arity != len(node._operands):
        return None
    return op if same(float(op.forward(*[x.data for x in node._operands])), node.data) else None


def _of_anybody(root: Any) -> Flat:
    from micrograd.foreign import read_graph

    if not callable(getattr(root, "backward", None)):
        raise TypeError(f"a {type(root).__name__} has no backward() to check")
    nodes = read_graph(root)
    ops = [node.op if node.op is None or _fits(node.op, [nodes[x].data for x in node.inputs], node.data)
           else None for node in nodes]
    own = {row for row, node in enumerate(nodes) if node.inputs}
    return _flat([node.value for node in nodes], [node.label for node in nodes],
                 [node.data for node in nodes], ops, [node.inputs for node in nodes], own)


def _fits(op: Op, operands: Sequence[float], data: float) -> bool:
    from micrograd.foreign import same

    return same(float(op.forward(*operands)), data)


def _flat(nodes: list[Any], labels: list[Any], base: list[float], ops: list[Op | None],
          ports: list[tuple[int, ...]], own: set[int]) -> Flat:
    unknown = {row: (str(nodes[row]._op), ports[row]) for row in own if ops[row] is None}
    known = [() if ops[row] is None else each for row, each in enumerate(ports)]
    names = ["" if label is None else str(label) for label in labels]
    return Flat(nodes, names, base, ops, known, own, unknown, last_uses(known))


def _refresh(graph: Flat) -> None:
    """Computes each op of ours again: a leaf may have another number than it had when the graph was made."""
    for row, node in enumerate(graph.nodes):
        op = graph.ops[row]
        if op is not None and isinstance(node, Value):
            node.data = number(op.forward(*[graph.base[x] for x in graph.ports[row]]))
        graph.base[row] = number(node.data)
        if type(node.data) is not float and not hasattr(node.data, "dtype"):
            node.data = graph.base[row]  # with an int that is too large for a float no backward can compute


def _behind(graph: Flat) -> dict[int, str]:
    """The rows that feed a user's own op, with its name."""
    hidden: dict[int, str] = {}
    for row in range(len(graph.nodes) - 1, -1, -1):
        text, ports = graph.unknown.get(row, (hidden.get(row, ""), graph.ports[row]))
        if row in graph.unknown or row in hidden:
            for x in ports:
                hidden.setdefault(x, text)
    return hidden


# ---------------------------------------------------------------- judging


class _Measured:
    """A slope by differences.

    Attributes:
        slope: the number; not finite where no difference stays among finite numbers.
        reason: why it is not that of the step h; None where it is.
        left_for: where the root went within h, when that is no finite number; else empty.
    """

    __slots__ = ("slope", "reason", "left_for")

    def __init__(self, slope: float, reason: Reason | None, left_for: str) -> None:
        self.slope, self.reason, self.left_for = slope, reason, left_for


def _judged(graph: Flat, rows: list[int], analytic: list[float], h: float) -> list[Row]:
    """A row for each of those rows of the graph, none of which feeds a user's own op."""
    right = right_slopes(graph)
    measured = _measure(graph, rows, right, h)
    cause = next((_cause(graph, row) for row, x in enumerate(graph.base) if not math.isfinite(x)), "")
    found = []
    for row, each in zip(rows, measured, strict=True):
        a, t = analytic[row], right[row]
        if not cause and each.reason is None and not each.left_for and _plainly(a, t):
            found.append(Row(graph.labels[row], graph.base[row], a, each.slope, apart(a, each.slope), True,
                             graph.nodes[row]))
            continue
        blank = Row(graph.labels[row], graph.base[row], a, each.slope, math.nan, None, graph.nodes[row])
        if cause:
            found.append(_not_finite(blank, cause))
        elif not math.isfinite(a):
            found.append(_without_slope(blank, t))
        elif each.left_for:
            found.append(replace(blank, ok=False, reason=Reason.NOT_FINITE,
                                 detail=f"moved by h, the target is {each.left_for}"))
        else:
            found.append(_compared(blank, t, each, abs(graph.base[-1])))
    return found


def _plainly(a: float, right: RightSlope) -> bool:
    """Whether a slope is the right one and nothing is special, as is so of most."""
    size = abs(a)
    return (abs(a - right.slope) <= _SAFETY * right.rounding <= 0.1 * size < math.inf
            and right.shift < 0.1 * size and right.bend == 0)


def _not_finite(row: Row, cause: str) -> Row:
    """In a graph with a number that is not finite, a slope that is can be compared with its difference."""
    if math.isfinite(row.analytic) and math.isfinite(row.numeric):
        error = apart(row.analytic, row.numeric)
        zero = row.analytic == row.numeric == 0
        return replace(row, error=error, ok=error <= _CLOSE, reason=Reason.BOTH_ZERO if zero else None)
    return replace(row, reason=Reason.NOT_FINITE, detail=cause)


def _without_slope(row: Row, right: RightSlope) -> Row:
    if right.told:  # there is a finite slope, and backward has missed it
        return replace(row, ok=False, numeric=right.slope, reason=Reason.NOT_FINITE, detail="the slope")
    if right.cause:
        return replace(row, reason=Reason.NO_SLOPE, detail=f"{row.analytic}: {right.cause}")
    return replace(row, reason=Reason.NOT_FINITE, detail="the slope")


def _compared(row: Row, right: RightSlope, measured: _Measured, root: float) -> Row:
    """Whether a finite analytic slope is the right one."""
    a, t, n, reason = row.analytic, right.slope, measured.slope, measured.reason
    allowed = _SAFETY * right.rounding if right.rounding == right.rounding else math.inf
    size = max(abs(a), abs(t))
    if math.isfinite(t) and abs(a - t) > allowed + right.choice:
        n = n if apart(a, n) > 10 * apart(t, n) else t
        return replace(row, numeric=n, error=apart(a, n), ok=False)
    shaky = right.shift >= 0.1 * abs(t) and right.shift > 0 and not _near(n, t)
    if not right.told or shaky:  # only a difference that agrees could tell
        if math.isfinite(n) and reason is None and _near(a, n):
            return replace(row, error=apart(a, n), ok=True)
        if not math.isfinite(n):  # at a jump, or at an end where no side has a slope
            return replace(row, error=apart(a, n), reason=Reason.NOT_FINITE, detail="the slope")
        if shaky or not math.isfinite(t) or size * max(1.0, abs(row.data)) > _NOTHING * max(root, 1e-300):
            return replace(row, error=apart(a, n), reason=Reason.ROUNDING)
    if right.bend > allowed:
        side = n if math.isfinite(n) else t
        return replace(row, numeric=side, error=apart(a, side), ok=True, reason=Reason.KINK)
    if reason is not None:
        n = t if reason in (Reason.H_TOO_SMALL, Reason.BOTH_ZERO) or not _near(n, t) else n
    if size == 0:
        return replace(row, numeric=t if reason else n, error=apart(a, t if reason else n), ok=True,
                       reason=Reason.BOTH_ZERO)
    if allowed > 0.1 * size:  # 0 but for rounding, where the root has a size to compare with
        if size * max(1.0, abs(row.data)) > _NOTHING * root:
            return replace(row, numeric=n, error=apart(a, n), reason=Reason.TOO_SMALL)
        return replace(row, numeric=n, error=apart(a, n), ok=True, reason=Reason.BOTH_ZERO,
                       detail=" but for rounding")
    return replace(row, numeric=n, error=apart(a, n), ok=True, reason=reason)


def _near(n: float, t: float) -> bool:
    return abs(n - t) <= _CLOSE * max(abs(n), abs(t))


def _measure(graph: Flat, rows: list[int], right: list[RightSlope], h: float) -> list[_Measured]:
    """The slope of each row by a difference: that of h where it is good enough, else of a smaller step."""
    base = graph.base
    errors = (abs(x * t.slope) for x, t in zip(base, right, strict=True))  # each node's rounding, in the root
    rounding = sys.float_info.epsilon * sum(error for error in errors if math.isfinite(error))
    steps = [h * max(1.0, abs(base[row])) if math.isfinite(base[row]) else h for row in rows]
    slopes, ends, crossed = _differences(graph, rows, steps)
    found = []
    again: list[int] = []
    for k, row in enumerate(rows):
        n, t = slopes[k], right[row].slope
        reason, left_for = None, ""
        if not math.isfinite(n):
            if h >= _AS_ASKED:
                low, high = ends[k]
                left_for = f"{low if math.isfinite(high) else high}"
            elif base[row] + steps[k] == base[row] - steps[k]:
                reason = Reason.H_TOO_SMALL
            else:
                reason = Reason.H_TOO_LARGE
                again.append(k)
        elif not _near(n, t):
            if crossed[k]:
                reason = Reason.KINK
            else:
                reason = Reason.H_TOO_SMALL if abs(n - t) <= 2 * rounding / steps[k] else Reason.H_TOO_LARGE
            if reason is not Reason.H_TOO_SMALL:
                again.append(k)
        found.append(_Measured(n, reason, left_for))
    for scale in _SMALLER:
        if again:
            again = _try(graph, rows, right, again, found, [
                scale * min(steps[k], abs(base[rows[k]]) or steps[k]) for k in again])
    for side in (1.0, -1.0):
        if again:
            again = _try(graph, rows, right, again, found, [side * 0.01 * steps[k] for k in again], True)
    return found


def _try(graph: Flat, rows: list[int], right: list[RightSlope], again: list[int], found: list[_Measured],
         steps: list[float], one_sided: bool = False) -> list[int]:
    """Puts the differences of those steps where they are good enough; gives those rows where they are not."""
    some = [rows[k] for k in again]
    slopes = _one_sided(graph, some, steps) if one_sided else _differences(graph, some, steps)[0]
    left = []
    for k, n in zip(again, slopes, strict=True):
        if _near(n, right[rows[k]].slope):
            found[k].slope = n
        else:
            left.append(k)
    return left


def _differences(graph: Flat, rows: list[int], steps: list[float],
                 ) -> tuple[list[float], list[tuple[float, float]], list[bool]]:
    """The central differences; the root below and above; whether a kink is within the step and bends it."""
    here = [graph.base[row] for row in rows]
    above = [(x + step) - x for x, step in zip(here, steps, strict=True)]  # what the floats really move by
    below = [(x - step) - x for x, step in zip(here, steps, strict=True)]
    (highs, lows), crossed = roots(graph, rows, [above, below], len(graph.nodes) <= _SMALL)
    slopes = [divide(high - low, up - down) for high, low, up, down
              in zip(highs, lows, above, below, strict=True)]
    return slopes, list(zip(lows, highs, strict=True)), crossed


def _one_sided(graph: Flat, rows: list[int], steps: list[float]) -> list[float]:
    """(−3 f(x) + 4 f(x + h) − f(x + 2h)) / 2h: of second order too, and to one side only."""
    once, twice = steps, [2 * step for step in steps]
    (near, far), _ = roots(graph, rows, [once, twice], len(graph.nodes) <= _SMALL)
    return [divide(-3 * graph.base[-1] + 4 * f1 - f2, 2 * step)
            for f1, f2, step in zip(near, far, steps, strict=True)]


def _cause(graph: Flat, row: int) -> str:
    """Why this node, the first that is not finite, is not."""
    op = graph.ops[row]
    if op is None:
        return f"{graph.labels[row] or 'a leaf'} is {graph.base[row]}"
    return domain_note(op, [graph.base[x] for x in graph.ports[row]])
