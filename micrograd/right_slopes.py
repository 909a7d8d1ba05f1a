"""The right slope of a root for each of its nodes, from the forward rules alone, and how far it can be told.

Each op is asked for its slope by the complex step Im f(x + ih) / h, which subtracts nothing and so loses
nothing (Squire & Trapp, SIAM Review 40, 1998); the chain rule puts these slopes together. Beside the slope
goes a bound of its rounding, as in a running error analysis (Higham, Accuracy and Stability of Numerical
Algorithms, 3.3): no gradient that is computed in floats can be asked to be closer to the right one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from micrograd.language import kept
from micrograd.ops import OPS, Op
from micrograd.replay.nudged import Flat

_EPS = sys.float_info.epsilon
_SMALLEST = 5e-324  # what a number that underflows is off by
_STEP = 1e-10  # of the complex step, relative: its square is far below rounding
_STRAIGHT = frozenset(("+", "-", "*", "/", "neg"))  # their slopes lose nothing, and follow their operands
_RAISED = (TypeError, ValueError, ArithmeticError, AttributeError)  # by an op that takes no complex numbers


class RightSlope(NamedTuple):
    """What d root / d node should be.

    Attributes:
        slope: the number.
        rounding: how far from it a rightly computed one may be, and it itself from the truth.
        shift: how much it moves where the numbers of the nodes move by their own last places.
        bend: how far the slopes to both sides of it are apart, where a kink is exactly here; else 0.
        choice: as much of that as the user's own functions may choose from.
        cause: why it has no finite value; empty where it has one, or nobody knows.
    """

    slope: float
    rounding: float
    shift: float
    bend: float
    choice: float
    cause: str

    @property
    def told(self) -> bool:
        """Whether the number says anything: whether its rounding is smaller than itself, or than 1."""
        return math.isfinite(self.slope) and self.rounding < max(0.5 * abs(self.slope), 1e-9)


_Local = tuple[float, float, float, float]  # of an op for an operand: slope, doubt, shift, bend


def right_slopes(graph: Flat) -> list[RightSlope]:
    """One for each row of the graph; behind an op whose forward is not known they lack its part."""
    count = len(graph.nodes)
    slope, rounding, total, shift, bend, choice = ([0.0] * count for _ in range(6))
    cause = [""] * count
    slope[-1] = total[-1] = 1.0
    for row in range(count - 1, -1, -1):
        op = graph.ops[row]
        if op is None:
            continue
        t, e = slope[row], rounding[row]
        size, ports = abs(t), graph.ports[row]
        operands = [graph.base[x] for x in ports]
        for port, x in enumerate(ports):
            s, doubt, moves, kink = _local_slope(op, operands, graph.base[row], port)
            amount, s = s * t, abs(s)
            slope[x] += amount
            total[x] += abs(amount)
            rounding[x] += s * e + doubt * (size + e) + _EPS * (abs(amount) + total[x]) + 4 * _SMALLEST
            if moves or shift[row]:
                shift[x] += s * shift[row] + moves * size
            if kink or bend[row]:
                bend[x] += s * bend[row] + kink * (size + bend[row])
                free = kink if row in graph.own else 0.0
                choice[x] += s * choice[row] + free * (size + choice[row])
            if cause[row] or op.name == "**":
                cause[x] = cause[x] or cause[row] or _why(op, operands, port)
    return [RightSlope(*each) for each in zip(slope, rounding, shift, bend, choice, cause, strict=True)]


def _why(op: Op, operands: Sequence[float], port: int) -> str:
    """Why that slope of a power has no finite value; empty elsewhere."""
    if op.name != "**" or port == 0 or operands[0] > 0:
        return ""
    if operands[0] < 0:
        return kept("log of a negative base")
    return kept("log of a base of 0") if operands[1] < 0 else ""


def _local_slope(op: Op, operands: Sequence[float], out: float, port: int) -> _Local:
    """How the op answers to that operand, and how well this can be told."""
    if op.name in _STRAIGHT:
        return _of_a_straight_op(op, operands, port)
    slope, doubt = _measured(op, operands, port)
    if op.kinks and op.along(*operands) in op.kinks:
        return _at_a_kink(op, operands, out, port)
    shift = 0.0
    sides = []
    for factor in (1 + 2 * _EPS, 1 - 2 * _EPS):
        near = [number * factor for number in operands]
        shift = max(shift, abs(_measured(op, near, port)[0] - slope))
        sides.append(_real(op, [*operands[:port], near[port], *operands[port + 1:]]))
    if all(math.isnan(side) for side in sides):  # on neither side of here is there a number
        doubt = math.inf
    return slope, doubt + _lost(op, operands, out, port), shift, 0.0


def _of_a_straight_op(op: Op, operands: Sequence[float], port: int) -> _Local:
    """The same as `_measured`, written out for the commonest ops, to be quick."""
    x = operands[port]
    step = _STEP * min(abs(x), 1.0) or _STEP
    moved = complex(x, step)
    given = (moved,) if len(operands) == 1 else (moved, operands[1]) if port == 0 else (operands[0], moved)
    try:
        end = op.forward(*given)
    except _RAISED:
        return (*_measured(op, operands, port), 0.0, 0.0)
    slope = end.imag / step
    if slope != slope or step < 1e-290:
        return (*_measured(op, operands, port), 0.0, 0.0)
    return slope, 4 * _EPS * abs(slope) + 2 * _SMALLEST / step, 0.0, 0.0


def _measured(op: Op, operands: Sequence[float], port: int) -> tuple[float, float]:
    """The slope by the complex step and its doubt; by differences where the op takes no complex numbers."""
    x = operands[port]
    try:
        if x == 0 and op.name not in _STRAIGHT:  # no scale for a step: a slope that goes with it is none
            near, nearer = (_complex_step(op, operands, port, step) for step in (1e-200, 1e-230))
            slope = near if near == nearer else min(near, nearer, key=abs)
            doubt = 4 * _EPS * abs(slope)
            if not math.isclose(near, nearer, rel_tol=1e-9):  # it goes with the step, or grows for ever
                doubt = math.inf if abs(nearer) > abs(near) else abs(near)
        else:
            step = max(_STEP * min(abs(x) or 1.0, 1.0), 1e-290)
            slope = _complex_step(op, operands, port, step)
            doubt = 4 * _EPS * abs(slope) + 2 * _SMALLEST / step
    except _RAISED:
        slope = doubt = math.nan
    if math.isnan(slope):
        return _by_differences(lambda y: _real(op, [*operands[:port], y, *operands[port + 1:]]), x)
    return slope, doubt


def _complex_step(op: Op, operands: Sequence[float], port: int, step: float) -> float:
    given: list[Any] = list(operands)
    given[port] = complex(given[port], step)
    end = op.forward(*given)
    return math.nan if math.isnan(end.real) else float(end.imag) / step


def _by_differences(f: Callable[[float], float], x: float) -> tuple[float, float]:
    """The slope of f at x by central differences of two steps, with their error of second order taken out."""
    step = 1e-4 * max(abs(x), 1e-2)
    coarse, fine = ((f(x + h) - f(x - h)) / (2 * h) for h in (step, step / 2))
    noise = 8 * _EPS * max(abs(f(x)), abs(x * fine)) / step
    return (4 * fine - coarse) / 3, abs(fine - coarse) / 8 + noise


def _real(op: Op, operands: Sequence[float]) -> float:
    try:
        return float(op.forward(*operands))
    except _RAISED:
        return math.nan


def _at_a_kink(op: Op, operands: Sequence[float], out: float, port: int) -> _Local:
    """The slope that the op has chosen there, where it is one between those to both sides."""
    x = operands[port]
    aside = 1e-12 * abs(x) or 1e-150
    left, right = (_measured(op, [*operands[:port], y, *operands[port + 1:]], port)[0]
                   for y in (x - aside, x + aside))
    chosen = float(op.partials(*operands, out)[port])
    inside = min(left, right) <= chosen <= max(left, right)
    return (chosen if inside else (left + right) / 2, 4 * _EPS * max(abs(left), abs(right)),
            0.0, abs(right - left))


def _lost(op: Op, operands: Sequence[float], out: float, port: int) -> float:
    """What the formula of a slope loses to rounding, as 1 − out² does near 1: seen by moving out a little."""
    lost = 0.0
    for row in {id(each): each for each in (op, OPS.get(op.name, op))}.values():
        try:
            here, *near = (float(row.partials(*operands, out * factor)[port])
                           for factor in (1.0, 1 + _EPS, 1 - _EPS))
        except (*_RAISED, IndexError):
            continue
        lost = max([lost, *(2 * abs(each - here) for each in near)])
    return lost
