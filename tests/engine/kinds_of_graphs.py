"""Random graphs of eight kinds, and one rule in one node of them broken: what a check lets pass and catches.

They are programs of lines over numbers, made by a seed, so that any engine can run them.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

from micrograd import Value
from micrograd.engine import apply
from micrograd.ops import op_of

KINDS = ("plain", "large", "small", "mixed", "saturated", "edges", "kinks", "cancellation")
BREAKS = {"×0": 0.0, "sign": -1.0, "×2": 2.0, "+1 %": 1.01, "+0.01 %": 1.0001, "+2e-5": 1.00002}


class Line(NamedTuple):
    """An op of earlier rows; a leaf where there is no op."""

    op: str
    operands: tuple[int, ...]
    number: float = 0.0


_BINARY = ("+", "-", "*", "*", "+")
_UNARY = {
    "plain": ("tanh", "sigmoid", "sin", "cos", "exp", "neg", "**2", "**3"),
    "large": ("neg", "**2", "abs", "sqrt", "sigmoid"),
    "small": ("tanh", "sin", "neg", "exp", "**2", "**3"),
    "mixed": ("tanh", "sin", "sqrt", "abs", "neg", "sigmoid"),
    "saturated": ("tanh", "sigmoid", "tanh", "neg"),
    "edges": ("log", "sqrt", "**0.5", "**1.5", "**-0.5", "**-1"),
    "kinks": ("relu", "abs", "relu", "neg"),
    "cancellation": ("sin", "exp", "**2", "neg"),
}


def _number(kind: str, draw: random.Random) -> float:
    sign = draw.choice((-1.0, 1.0))
    match kind:
        case "large":
            return 10 ** draw.uniform(2, 7)
        case "small":
            return sign * 10 ** draw.uniform(-12, -3)
        case "mixed":
            return 10 ** draw.uniform(-8, 8)
        case "saturated":
            return sign * draw.uniform(3, 40)
        case "edges":
            return 10 ** draw.uniform(-12, -2)
        case "kinks":
            return draw.choice((0.0, 0.0, 1e-9, -1e-9, draw.uniform(-2, 2)))
        case "cancellation":
            return draw.choice((1e8, 1e6, -1e8, 1.0)) * (1 + draw.uniform(-1e-8, 1e-8))
    return draw.uniform(-2, 2)


def program(kind: str, seed: int) -> list[Line]:
    """A graph of that kind, all of whose numbers and slopes are finite."""
    draw = random.Random(f"{kind} {seed}")
    while True:
        lines = [Line("", (), _number(kind, draw)) for _ in range(draw.randint(1, 4))]
        for _ in range(draw.randint(2, 14)):
            op = draw.choice(_BINARY if draw.random() < 0.55 else _UNARY[kind])
            if kind == "cancellation" and draw.random() < 0.3:
                op = "-"
            arity = 2 if op in _BINARY else 1
            first = max(0, len(lines) - 6)
            lines.append(Line(op, tuple(draw.randrange(first, len(lines)) for _ in range(arity))))
        values = run(lines)
        values[-1].backward()
        if all(abs(value.data) < 1e100 and abs(value.grad) < 1e100 for value in values):
            return lines


def run(
    lines: list[Line], broken: tuple[int, int, float] | None = None, leaves: Iterable[Value] = ()
) -> list[Value]:
    """The Values of a program, over those leaves or new ones.

    In the row broken[0] the slope for operand broken[1] is off by a factor.
    """
    values: list[Value] = []
    given = iter(leaves)
    for row, line in enumerate(lines):
        if not line.op:
            values.append(next(given, None) or Value(line.number))
            continue
        op = op_of(line.op)
        if broken is not None and broken[0] == row:
            op = op._replace(partials=partial(_off, op, broken[1], broken[2]))
        values.append(apply(op, *[values[x] for x in line.operands]))
    return values


def _off(op: Any, port: int, factor: float, *numbers: float) -> tuple[float, ...]:
    return tuple(slope * (factor if k == port else 1.0) for k, slope in enumerate(op.partials(*numbers)))
