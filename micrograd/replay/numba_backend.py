"""The same replay compiled to machine code by numba: an optional extra (`pip install micrograd-gui[fast]`).

Only the rows of the op table that are written out here run this way, each known by its identity: a graph
with any other op (a row that was added, or changed) is left to numpy. Compiled code is kept on disk, so
only the first use is slow; a loop more is a quarter of a second more.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numba.extending import overload

from micrograd.ops import ROWS, Op, op_of
from micrograd.replay.schedule import Schedule

_inner = njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)  # only called from below
_kept = njit(cache=True, error_model="numpy", nogil=True)


def _power(x: Any, n: Any) -> Any:
    if n == 0.5:
        return np.sqrt(x)
    if n == -0.5:
        return 1.0 / np.sqrt(x)
    if n == -2.0:
        return 1.0 / (x * x)
    return x**n


_raised = _inner(_power)


def _rarer(x: Any, which: Any) -> Any:
    code = int(which)
    if code == 0:
        return np.log(x)
    if code == 1:
        return np.sqrt(x)
    if code == 2:
        return np.sin(x)
    if code == 3:
        return np.cos(x)
    if code == 4:
        return abs(x)
    if code == 5:
        return x if x > 0.0 else 0.01 * x
    if code == 6:
        return x + np.log1p(np.exp(-x)) if x > 0.0 else np.log1p(np.exp(x))
    if code == 7:
        return x / (1.0 + np.exp(-x))
    if code == 8:
        return x * (0.5 * (1.0 + math.erf(x * _ROOT_HALF)))
    if code == 9:
        return np.tan(x)
    if code == 10:
        return np.arctan(x)
    if code == 11:
        return np.sinh(x)
    if code == 12:
        return np.cosh(x)
    if code == 13:
        return np.log1p(x)
    return np.expm1(x) if code == 14 else math.erf(x)


def _rarer_slope(x: Any, out: Any, which: Any) -> Any:
    code = int(which)
    share = 1.0 / (1.0 + np.exp(-x)) if 6 <= code <= 7 else 0.0
    if code == 0:
        return 1.0 / x
    if code == 1:
        return 0.5 / out
    if code == 2:
        return np.cos(x)
    if code == 3:
        return -np.sin(x)
    if code == 4:
        return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0
    if code == 5:
        return 1.0 if x > 0.0 else 0.01
    if code == 6:
        return share
    if code == 7:
        return share * (1.0 + x * (1.0 - share))
    if code == 8:
        return 0.5 * (1.0 + math.erf(x * _ROOT_HALF)) + x * (np.exp(-0.5 * x * x) / _ROOT_TWO_PI)
    if code == 9:
        return 1.0 + out * out
    if code == 10:
        return 1.0 / (x * x + 1.0)
    if code == 11:
        return np.cosh(x)
    if code == 12:
        return np.sinh(x)
    if code == 13:
        return 1.0 / (x + 1.0)
    return out + 1.0 if code == 14 else np.exp(-x * x) * _TWO_BY_ROOT_PI


_ROOT_HALF, _ROOT_TWO_PI = math.sqrt(0.5), math.sqrt(2 * math.pi)
_TWO_BY_ROOT_PI = 2 / math.sqrt(math.pi)
_ONE_OF, _ITS_SLOPE = _inner(_rarer), _inner(_rarer_slope)
# The rarer ops share a loop, which costs them a little and saves the first use seconds: which one of them it
# is stands where the exponent of a power does.
_RARER = ("log", "sqrt", "sin", "cos", "abs", "leaky_relu", "softplus", "silu", "gelu", "tan", "atan",
          "sinh", "cosh", "log1p", "expm1", "erf")
_SIGNS = {"max": 1.0, "min": -1.0}

# Per op: out = f(x, y, n), and the slopes of x and y, each from (x, y, out, n). One-operand ops ignore y;
# n is the exponent of the power with a constant exponent, "**n"; of "larger" 1 for max and -1 for min.
_RULES: dict[str, tuple[Callable[..., Any], ...]] = {
    "+": (lambda x, y, n: x + y, lambda x, y, out, n: 1.0, lambda x, y, out, n: 1.0),
    "-": (lambda x, y, n: x - y, lambda x, y, out, n: 1.0, lambda x, y, out, n: -1.0),
    "*": (lambda x, y, n: x * y, lambda x, y, out, n: y, lambda x, y, out, n: x),
    "/": (lambda x, y, n: x / y, lambda x, y, out, n: 1.0 / y, lambda x, y, out, n: -(out / y)),
    "**": (lambda x, y, n: x**y,
           lambda x, y, out, n: 0.0 if y == 0.0 else y * x ** (y - 1.0),
           lambda x, y, out, n: 0.0 if x == 0.0 and y >= 0.0 else out * np.log(x)),
    "neg": (lambda x, y, n: -x, lambda x, y, out, n: -1.0),
    "tanh": (lambda x, y, n: np.tanh(x), lambda x, y, out, n: 1.0 - out * out),
    "relu": (lambda x, y, n: 0.0 if x < 0.0 else x, lambda x, y, out, n: 0.0 if x <= 0.0 else 1.0),
    "sigmoid": (lambda x, y, n: 1.0 / (1.0 + np.exp(-x)), lambda x, y, out, n: (1.0 - out) * out),
    "exp": (lambda x, y, n: np.exp(x), lambda x, y, out, n: out),
    "**n": (lambda x, y, n: _raised(x, n), lambda x, y, out, n: 0.0 if n == 0.0 else n * _raised(x, n - 1.0)),
    "rarer": (lambda x, y, n: _ONE_OF(x, n), lambda x, y, out, n: _ITS_SLOPE(x, out, n)),
    "larger": (lambda x, y, n: x if n * x >= n * y else y if n * x < n * y else np.nan,
               lambda x, y, out, n: 0.5 if x == y else 0.0 if n * x < n * y else 1.0,
               lambda x, y, out, n: 0.5 if x == y else 0.0 if n * y < n * x else 1.0),
}
_NAMES = list(_RULES)
_COMPILED = [tuple(map(_inner, rules)) for rules in _RULES.values()]
_ADD = _NAMES.index("+")
_LOOPS = {**{name: name for name in _NAMES}, **dict.fromkeys(_RARER, "rarer"),
          **dict.fromkeys(_SIGNS, "larger")}
_KNOWN = {id(op): _NAMES.index(_LOOPS[op.name]) for op in ROWS if op.name in _LOOPS}  # not one changed since


class Program:
    """A schedule as plain arrays: per group its code, rows and exponent, per row its operands.

    An addition hands its grad on unchanged. So an operand that nothing else uses shares the place of the
    result's grad, and most additions cost nothing on the way back.

    Attributes:
        place: per row where its grad stands, shape (rows,).
        places: how many places there are.
    """

    def __init__(self, schedule: Schedule, codes: list[int]) -> None:
        operands = [ports or (0,) for ports in schedule.ports]
        first = np.array([ports[0] for ports in operands], np.uint32)  # unsigned: none counts from the end
        second = np.array([ports[-1] for ports in operands], np.uint32)
        groups = (
            np.array(codes),
            np.array([group.start for group in schedule.groups]),
            np.array([group.stop for group in schedule.groups]),
            np.array([_number_of(group.op) for group in schedule.groups]),
        )
        fans = np.bincount([row for ports in schedule.ports for row in ports], minlength=len(schedule.nodes))
        self.place, self.places = _share_places(schedule, codes, fans)
        self._run = *groups, first, second
        at, to_first, to_second = self.place, self.place[first], self.place[second]
        left_over = _edges_left_over(schedule, codes, at, to_first, to_second)
        self._pull = *self._run, at, to_first, to_second, *left_over

    def forward(self, data: Any) -> None:
        """Fills the rows of the ops in `data`, floats of shape (rows,) or (rows, columns)."""
        _forward(data, *self._run)

    def backward(self, data: Any, grad: Any) -> None:
        """Fills `grad`, floats of shape (places,) or (places, columns), with d root / d node."""
        grad.fill(0.0)
        grad[self.place[-1]] = 1.0
        _backward(data, grad, *self._pull)


def _share_places(schedule: Schedule, codes: list[int], fans: Any) -> tuple[Any, int]:
    """The place of each row's grad, and how many there are."""
    place = np.full(len(schedule.nodes), -1, np.int64)
    added = [code == _ADD for code, group in zip(codes, schedule.groups, strict=True)
             for _ in range(group.stop - group.start)]
    count = 0
    for row in range(len(schedule.nodes) - 1, -1, -1):  # results before operands
        if place[row] < 0:
            place[row] = count
            count += 1
        if row >= schedule.leaves and added[row - schedule.leaves]:
            for x in schedule.ports[row]:
                if fans[x] == 1:
                    place[x] = place[row]
    return place.astype(np.uint32), count


def _edges_left_over(schedule: Schedule, codes: list[int], at: Any, to_first: Any,
                     to_second: Any) -> tuple[Any, Any, Any]:
    """The edges of additions whose ends stand in two places: the first one of each group, and both ends."""
    firsts, ends = [0], []
    for code, group in zip(codes, schedule.groups, strict=True):
        if code == _ADD:
            for row in range(group.stop - 1, group.start - 1, -1):
                ends += [(at[row], to[row]) for to in (to_first, to_second) if to[row] != at[row]]
        firsts.append(len(ends))
    source, target = np.array(ends, np.uint32).reshape(-1, 2).T
    return np.array(firsts), np.ascontiguousarray(source), np.ascontiguousarray(target)


def compile_program(schedule: Schedule) -> Program | None:
    """The compiled schedule; None where one of its ops is not written out here, and where there is none."""
    codes = [_code_of(group.op) for group in schedule.groups]
    known = [code for code in codes if code is not None]
    return Program(schedule, known) if codes and len(known) == len(codes) else None


def _code_of(op: Op) -> int | None:
    if op.exponent is None:
        return _KNOWN.get(id(op))
    try:
        return _NAMES.index("**n") if op is op_of(op.name) else None  # not one that was changed
    except KeyError:
        return None


def _number_of(op: Op) -> float:
    """What its rule takes as n: the exponent, or which of the ops it is that share a loop."""
    if op.name in _RARER:
        return float(_RARER.index(op.name))
    return _SIGNS.get(op.name, op.exponent or 0.0)


def _run(code: int, data: Any, start: int, stop: int, first: Any, second: Any, n: float) -> None:
    """Fills the rows start … stop; numba compiles a loop for each code, which must be a literal."""


def _pull(code: int, data: Any, grad: Any, start: int, stop: int, first: Any, second: Any, n: float,
          at: Any, to_first: Any, to_second: Any) -> None:
    """Passes the grads of the rows start … stop on to their operands."""


def _hand_on(grad: Any, start: int, stop: int, source: Any, target: Any) -> None:
    """Adds the grads at one end of the edges start … stop, those of additions, to the grads at the other."""


def _run_loop(code: Any, data: Any, start: Any, stop: Any, first: Any, second: Any, n: Any) -> Any:
    rule = _COMPILED[code.literal_value][0]

    def single(code: Any, data: Any, start: Any, stop: Any, first: Any, second: Any, n: Any) -> None:
        for i in range(start, stop):
            data[i] = rule(data[first[i]], data[second[i]], n)

    def columns(code: Any, data: Any, start: Any, stop: Any, first: Any, second: Any, n: Any) -> None:
        for i in range(start, stop):
            x, y = first[i], second[i]
            for j in range(data.shape[1]):
                data[i, j] = rule(data[x, j], data[y, j], n)

    return single if data.ndim == 1 else columns


def _pull_loop(code: Any, data: Any, grad: Any, start: Any, stop: Any, first: Any, second: Any, n: Any,
               at: Any, to_first: Any, to_second: Any) -> Any:
    by_x, by_y = _COMPILED[code.literal_value][1], _COMPILED[code.literal_value][-1]

    def single_two(code: Any, data: Any, grad: Any, start: Any, stop: Any, first: Any, second: Any,
                   n: Any, at: Any, to_first: Any, to_second: Any) -> None:
        for i in range(stop - 1, start - 1, -1):
            x, y, upstream = data[first[i]], data[second[i]], grad[at[i]]
            grad[to_first[i]] += by_x(x, y, data[i], n) * upstream
            grad[to_second[i]] += by_y(x, y, data[i], n) * upstream

    def single_one(code: Any, data: Any, grad: Any, start: Any, stop: Any, first: Any, second: Any,
                   n: Any, at: Any, to_first: Any, to_second: Any) -> None:
        for i in range(stop - 1, start - 1, -1):
            grad[to_first[i]] += by_x(data[first[i]], 0.0, data[i], n) * grad[at[i]]

    def columns_two(code: Any, data: Any, grad: Any, start: Any, stop: Any, first: Any, second: Any,
                    n: Any, at: Any, to_first: Any, to_second: Any) -> None:
        for i in range(stop - 1, start - 1, -1):
            x, y, to_x, to_y, own = first[i], second[i], to_first[i], to_second[i], at[i]
            for j in range(data.shape[1]):  # a loop for each, or it is not done several columns at a time
                grad[to_x, j] += by_x(data[x, j], data[y, j], data[i, j], n) * grad[own, j]
            for j in range(data.shape[1]):
                grad[to_y, j] += by_y(data[x, j], data[y, j], data[i, j], n) * grad[own, j]

    def columns_one(code: Any, data: Any, grad: Any, start: Any, stop: Any, first: Any, second: Any,
                    n: Any, at: Any, to_first: Any, to_second: Any) -> None:
        for i in range(stop - 1, start - 1, -1):
            x, to_x, own = first[i], to_first[i], at[i]
            for j in range(data.shape[1]):
                grad[to_x, j] += by_x(data[x, j], 0.0, data[i, j], n) * grad[own, j]

    two = len(_COMPILED[code.literal_value]) > 2
    if data.ndim == 1:
        return single_two if two else single_one
    return columns_two if two else columns_one


def _hand_on_loop(grad: Any, start: Any, stop: Any, source: Any, target: Any) -> Any:
    def single(grad: Any, start: Any, stop: Any, source: Any, target: Any) -> None:
        for edge in range(start, stop):
            grad[target[edge]] += grad[source[edge]]

    def columns(grad: Any, start: Any, stop: Any, source: Any, target: Any) -> None:
        for edge in range(start, stop):
            at, to = source[edge], target[edge]
            for j in range(grad.shape[1]):
                grad[to, j] += grad[at, j]

    return single if grad.ndim == 1 else columns


def _forward_loop(data: Any, codes: Any, starts: Any, stops: Any, exponents: Any,
                  first: Any, second: Any) -> None:
    for group in range(codes.size):
        code, a, b, n = codes[group], starts[group], stops[group], exponents[group]
        if code == 0:
            _run(0, data, a, b, first, second, n)
        elif code == 1:
            _run(1, data, a, b, first, second, n)
        elif code == 2:
            _run(2, data, a, b, first, second, n)
        elif code == 3:
            _run(3, data, a, b, first, second, n)
        elif code == 4:
            _run(4, data, a, b, first, second, n)
        elif code == 5:
            _run(5, data, a, b, first, second, n)
        elif code == 6:
            _run(6, data, a, b, first, second, n)
        elif code == 7:
            _run(7, data, a, b, first, second, n)
        elif code == 8:
            _run(8, data, a, b, first, second, n)
        elif code == 9:
            _run(9, data, a, b, first, second, n)
        elif code == 10:
            _run(10, data, a, b, first, second, n)
        elif code == 11:
            _run(11, data, a, b, first, second, n)
        else:
            _run(12, data, a, b, first, second, n)


def _backward_loop(data: Any, grad: Any, codes: Any, starts: Any, stops: Any, exponents: Any,
                   first: Any, second: Any, at: Any, to_first: Any, to_second: Any,
                   handed: Any, source: Any, target: Any) -> None:
    for group in range(codes.size - 1, -1, -1):
        code, a, b, n = codes[group], starts[group], stops[group], exponents[group]
        if code == 0:
            _hand_on(grad, handed[group], handed[group + 1], source, target)
        elif code == 1:
            _pull(1, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 2:
            _pull(2, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 3:
            _pull(3, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 4:
            _pull(4, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 5:
            _pull(5, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 6:
            _pull(6, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 7:
            _pull(7, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 8:
            _pull(8, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 9:
            _pull(9, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 10:
            _pull(10, data, grad, a, b, first, second, n, at, to_first, to_second)
        elif code == 11:
            _pull(11, data, grad, a, b, first, second, n, at, to_first, to_second)
        else:
            _pull(12, data, grad, a, b, first, second, n, at, to_first, to_second)


_called = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "nopython": True}
overload(_run, jit_options=_called, prefer_literal=True)(_run_loop)
overload(_hand_on, jit_options=_called)(_hand_on_loop)
overload(_pull, jit_options=_called, prefer_literal=True)(_pull_loop)
_forward, _backward = _kept(_forward_loop), _kept(_backward_loop)
