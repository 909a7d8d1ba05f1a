"""The check of a function: it is called again for each nudge, so whatever it does is checked."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from micrograd.check_row import Reason, Row, apart
from micrograd.engine import Value
from micrograd.foreign import is_like_a_value, read_graph
from micrograd.ieee import number
from micrograd.language import kept
from micrograd.replay.nudged import Flat, as_it_was, root_at

_FIRST = 0.02  # the first step, relative to the input; each further one is shorter by the ratio
_RATIO = 1.6
_NEAR = 1e-5  # where a kink is within the steps of the first table; relative to the input, or to 1
_STEPS = 12
_NOTHING = 1e-12  # what a slope does to the root, relative, that nobody can see
_SURE = 1e-3  # relative: of what doubt a slope still tells
_ENOUGH = 1e-7  # relative: what the extrapolated differences are asked for at least

Judge = Callable[[Any, float], tuple[Flat, list[Row]]]  # of a finished graph, with a step


def check_function(f: Callable[..., Any], inputs: Any, h: float, judge: Judge) -> list[Row]:
    """A row per input; the inputs and all that the function computes from are left as they were.

    Where the graph that the function makes gives the same numbers when it is computed again, an input is
    judged by `judge` of that graph. Else its verdict rests on differences of many steps, extrapolated to the
    step 0 (Ridders, Advances in Engineering Software 4, 1982); the numeric slope is the difference of h.
    Raises TypeError where the inputs are no numbers or values, or the function gives no value, and ValueError
    where it gives another number when it is called again, as with a dropout.
    """
    given = _inputs(inputs)
    with as_it_was(given):
        root = f(*given)
        nodes = _graph_of(root)
        _is_the_same(number(root.data), number(f(*given).data))
        with as_it_was(nodes):
            for node in (*given, *nodes):
                node.grad = 0.0
            root.backward()
            analytic = [number(each.grad) for each in given]
            sizes = (abs(number(node.data) * number(node.grad)) for node in nodes)
            scale = abs(number(root.data)) + sum(size for size in sizes if math.isfinite(size))
        graph, rows = judge(root, h)
        place = {id(node): row for row, node in enumerate(graph.nodes)}
        found = []
        for at, each in enumerate(given):
            moved = _Moved(f, given, at)
            row = place.get(id(each))
            label = str(getattr(each, "label", "") or f"input {at}")
            if row is not None and rows[row].reason is not Reason.OWN_OP and _same(moved, graph, row, h):
                found.append(replace(rows[row], label=label))
            else:
                found.append(_row(moved, label, analytic[at], h, scale))
        return found


class _Moved:
    """The function of one of its inputs alone: called, it gives the root; `sizes` are those it has given."""

    def __init__(self, f: Callable[..., Any], given: list[Any], at: int) -> None:
        self.f, self.given, self.input = f, given, given[at]
        self.x = number(self.input.data)
        self.sizes = [0.0]

    def __call__(self, y: float) -> float:
        self.input.data = y
        try:
            end = number(self.f(*self.given).data)
        except (ArithmeticError, ValueError):  # a user's own op may raise outside its domain
            return math.nan
        finally:
            self.input.data = self.x
        self.sizes.append(abs(end) if math.isfinite(end) else 0.0)
        return end


def _same(moved: _Moved, graph: Flat, row: int, h: float) -> bool:
    """Whether the function goes through that graph and nothing else, beside the input and away from it."""
    x = moved.x
    step = h * max(1.0, abs(x))
    for y in (x + step, x - step, x + 0.1 * (abs(x) or 1.0), 0.9 * x):
        here, there = moved(y), root_at(graph, row, y)
        if not (math.isclose(here, there, rel_tol=1e-9, abs_tol=1e-300) or (here != here and there != there)):
            return False
    return True


def _is_the_same(first: float, again: float) -> None:
    if first != again and (first == first or again == again):
        raise ValueError(f"the function gives {first!r}, and {again!r} when it is called again with the same "
                         "inputs: there is no slope to check")


def _inputs(inputs: Any) -> list[Any]:
    if is_like_a_value(inputs) or isinstance(inputs, (str, bytes)) or not hasattr(inputs, "__iter__"):
        raise TypeError("the inputs of a function to check are a list of values or numbers")
    given = [each if is_like_a_value(each) else _value(each) for each in inputs]
    if len({id(each) for each in given}) < len(given):
        raise TypeError("an input of a function to check is given twice: each is nudged alone")
    return given


def _value(thing: Any) -> Value:
    try:
        return Value(thing)
    except (TypeError, ValueError):
        kind = type(thing).__name__
        raise TypeError(f"an input of a function to check is a value or a number, not a {kind}") from None


def _graph_of(root: Any) -> list[Any]:
    if not is_like_a_value(root) or not callable(getattr(root, "backward", None)):
        raise TypeError(f"a function to check gives a value with data, grad, _prev, _op and backward, "
                        f"not a {type(root).__name__}")
    return [node.value for node in read_graph(root)]


def _row(moved: _Moved, label: str, analytic: float, h: float, scale: float) -> Row:
    x = moved.x
    step = h * max(1.0, abs(x))
    numeric = _central(moved, x, step)
    best, doubt = _extrapolated(moved, x, scale, _FIRST * (abs(x) or 1.0))
    if abs(analytic - best) > 4 * doubt + _ENOUGH * max(abs(analytic), abs(best)):
        near, near_doubt = _extrapolated(moved, x, scale, _NEAR * max(1.0, abs(x)))
        if near_doubt <= _SURE * max(abs(near), abs(best)):  # a kink is between those steps and these
            best, doubt = near, near_doubt
    row = Row(label, x, analytic, numeric, math.nan, None, moved.input)
    if not (math.isfinite(analytic) and math.isfinite(best)):
        return _not_finite(row, best)
    size = max(abs(analytic), abs(best))
    allowed = 4 * doubt + _ENOUGH * size
    shown = numeric if apart(numeric, best) <= 1e-5 else best
    row = _replaced(row, shown)
    if (abs(analytic - best) <= allowed and doubt <= 0.1 * size) or analytic == best:
        return _judged(row, True, None if size else Reason.BOTH_ZERO)
    seen = size * _FIRST * (abs(x) or 1.0) > _NOTHING * max(scale, *moved.sizes)
    if abs(analytic - best) <= allowed and not seen:
        return _judged(row, True, Reason.BOTH_ZERO, " but for rounding")
    return _at_an_edge(row, moved, step, doubt, scale)


def _at_an_edge(row: Row, moved: Callable[[float], float], step: float, doubt: float, scale: float) -> Row:
    """What is not plainly right: at a kink a slope between both sides is; else it differs, or is not told."""
    x, a = row.data, row.analytic
    here = moved(x)
    left, right = ((moved(x + side) - here) / side for side in (-step, step))
    noise = 4 * sys.float_info.epsilon * scale / step
    slack = 1e-3 * max(abs(left), abs(right)) + noise
    if abs(left - right) > slack:
        between = min(left, right) - slack <= a <= max(left, right) + slack
        return _judged(row, between, Reason.KINK if between else None)
    if abs(a - row.numeric) > 4 * doubt:
        return _judged(row, False, None)
    small = max(abs(a), abs(row.numeric)) * max(1.0, abs(x)) <= _NOTHING * scale
    return _judged(row, None, Reason.TOO_SMALL if small else Reason.ROUNDING)


def _not_finite(row: Row, best: float) -> Row:
    if math.isfinite(best):
        return _judged(_replaced(row, best), False, Reason.NOT_FINITE, kept("the slope"))
    return _judged(row, None, Reason.NOT_FINITE, kept("the slope"))


def _replaced(row: Row, numeric: float) -> Row:
    return Row(row.label, row.data, row.analytic, numeric, apart(row.analytic, numeric), row.ok, row.node)


def _judged(row: Row, ok: bool | None, reason: Reason | None, detail: str = "") -> Row:
    return Row(row.label, row.data, row.analytic, row.numeric, row.error, ok, row.node, reason, detail)


def _central(f: Callable[[float], float], x: float, step: float) -> float:
    above, below = x + step, x - step
    return (f(above) - f(below)) / (above - below) if above != below else math.nan


def _extrapolated(f: Callable[[float], float], x: float, scale: float, step: float) -> tuple[float, float]:
    """The slope at x and its doubt, by Neville's table over steps that shrink from that one."""
    best, doubt = math.nan, math.inf
    table: list[float] = []
    for _ in range(_STEPS):
        step /= _RATIO
        new = [_central(f, x, step)]
        if not math.isfinite(new[0]):
            table = []
            continue
        noise = 2 * sys.float_info.epsilon * scale / step
        factor = 1.0
        for k, above in enumerate(table):
            factor *= _RATIO * _RATIO
            new.append((factor * new[k] - above) / (factor - 1))
            error = max(abs(new[k + 1] - new[k]), abs(new[k + 1] - above)) + noise
            if error < doubt:
                best, doubt = new[k + 1], error
        table = new
    return best, doubt


