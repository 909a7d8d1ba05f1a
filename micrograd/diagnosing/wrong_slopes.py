"""Slopes that people take for the right ones, op by op: what a learner's `_backward` has instead."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from micrograd.language import N_


class At(NamedTuple):
    """What a slope may be computed from.

    Attributes:
        x: the operand whose slope it is; y: the other one, itself where there is none.
        out: the result.
        n: the constant exponent of a power, else 1.
        right: the right slope.
    """

    x: float
    y: float
    out: float
    n: float
    right: float


class WrongSlope(NamedTuple):
    """A slope that is not the op's.

    Attributes:
        wrong, right: both in words; t is the result of tanh, s that of a sigmoid, out any other's.
        slope: the wrong one as a number.
        port: which operand's, from 0; None: any.
    """

    wrong: str
    right: str
    slope: Callable[[At], float]
    port: int | None = None


WRONG_SLOPES: dict[str, tuple[WrongSlope, ...]] = {
    "tanh": (
        WrongSlope("1 − t", "1 − t²", lambda a: 1 - a.out),
        WrongSlope("1 − x²", "1 − t²", lambda a: 1 - a.x**2),
        WrongSlope("t", "1 − t²", lambda a: a.out),
        WrongSlope("t²", "1 − t²", lambda a: a.out * a.out),
        WrongSlope("1 + t²", "1 − t²", lambda a: 1 + a.out * a.out),
        WrongSlope("t² − 1", "1 − t²", lambda a: a.out * a.out - 1),
        WrongSlope("1 + t", "1 − t²", lambda a: 1 + a.out),
        WrongSlope("(1 − t)²", "1 − t²", lambda a: (1 - a.out) ** 2),
        WrongSlope("t × (1 − t)", "1 − t²", lambda a: a.out * (1 - a.out)),
        WrongSlope("1 − tanh²(t)", "1 − t²", lambda a: 1 - math.tanh(a.out) ** 2),
        WrongSlope("1 − x", "1 − t²", lambda a: 1 - a.x),
    ),
    "exp": (
        WrongSlope("x", "out", lambda a: a.x),
        WrongSlope("1", "out", lambda a: 1.0),
        WrongSlope("x × out", "out", lambda a: a.x * a.out),
        WrongSlope("x × e^(x − 1)", "out", lambda a: a.x * math.exp(a.x - 1)),
        WrongSlope("e^out", "out", lambda a: math.exp(a.out)),
        WrongSlope("1 ÷ out", "out", lambda a: 1 / a.out),
    ),
    "log": (
        WrongSlope("1 ÷ out", "1 ÷ x", lambda a: 1 / a.out),
        WrongSlope("x", "1 ÷ x", lambda a: a.x),
        WrongSlope("out", "1 ÷ x", lambda a: a.out),
        WrongSlope("1 ÷ x²", "1 ÷ x", lambda a: 1 / (a.x * a.x)),
        WrongSlope("1", "1 ÷ x", lambda a: 1.0),
    ),
    "relu": (
        WrongSlope(N_("1 everywhere"), "1 if x > 0 else 0", lambda a: 1.0),  # as in code
        WrongSlope("out", "1 if x > 0 else 0", lambda a: a.out),  # as in code
        WrongSlope("x", "1 if x > 0 else 0", lambda a: a.x),  # as in code
        WrongSlope("1 if x < 0 else 0", "1 if x > 0 else 0", lambda a: float(a.x < 0)),  # as in code
    ),
    "sigmoid": (
        WrongSlope("s", "s × (1 − s)", lambda a: a.out),
        WrongSlope("1 − s", "s × (1 − s)", lambda a: 1 - a.out),
        WrongSlope("1 − s²", "s × (1 − s)", lambda a: 1 - a.out**2),
        WrongSlope("s × (1 + s)", "s × (1 − s)", lambda a: a.out * (1 + a.out)),
        WrongSlope("x × (1 − x)", "s × (1 − s)", lambda a: a.x * (1 - a.x)),
        WrongSlope("s²", "s × (1 − s)", lambda a: a.out**2),
    ),
    "sqrt": (
        WrongSlope("1 ÷ (2 × x)", "1 ÷ (2 × out)", lambda a: 0.5 / a.x),
        WrongSlope("1 ÷ out", "1 ÷ (2 × out)", lambda a: 1 / a.out),
        WrongSlope("out ÷ 2", "1 ÷ (2 × out)", lambda a: 0.5 * a.out),
        WrongSlope("2 × out", "1 ÷ (2 × out)", lambda a: 2 * a.out),
        WrongSlope("x ÷ 2", "1 ÷ (2 × out)", lambda a: 0.5 * a.x),
    ),
    "sin": (
        WrongSlope("−cos(x)", "cos(x)", lambda a: -math.cos(a.x)),
        WrongSlope("out", "cos(x)", lambda a: a.out),
        WrongSlope("cos(out)", "cos(x)", lambda a: math.cos(a.out)),
    ),
    "cos": (
        WrongSlope("sin(x)", "−sin(x)", lambda a: math.sin(a.x)),
        WrongSlope("out", "−sin(x)", lambda a: a.out),
        WrongSlope("−sin(out)", "−sin(x)", lambda a: -math.sin(a.out)),
    ),
    "abs": (WrongSlope(N_("1 everywhere"), N_("the sign of x"), lambda a: 1.0),),
    "neg": (WrongSlope("1", "−1", lambda a: 1.0),),
    "-": (
        WrongSlope("1", "−1", lambda a: 1.0, 1),
        WrongSlope("−1", "1", lambda a: -1.0, 0),
    ),
    "+": (WrongSlope(N_("the other operand, as of ×,"), "1", lambda a: a.y),),
    "*": (
        WrongSlope(N_("the operand itself"), N_("the other operand"), lambda a: a.x),
        WrongSlope(N_("1, as of +,"), N_("the other operand"), lambda a: 1.0),
        WrongSlope(N_("the sum of both operands"), N_("the other operand"), lambda a: a.x + a.y),
    ),
    "/": (
        WrongSlope("y", "1 ÷ y", lambda a: a.y, 0),
        WrongSlope("1", "1 ÷ y", lambda a: 1.0, 0),
        WrongSlope("1 ÷ x", "1 ÷ y", lambda a: 1 / a.x, 0),
        WrongSlope("x ÷ y²", "−x ÷ y²", lambda a: a.y / (a.x * a.x), 1),
        WrongSlope("−1 ÷ y²", "−x ÷ y²", lambda a: -1 / (a.x * a.x), 1),
        WrongSlope("1 ÷ y²", "−x ÷ y²", lambda a: 1 / (a.x * a.x), 1),
        WrongSlope("−x ÷ y", "−x ÷ y²", lambda a: -a.y / a.x, 1),
        WrongSlope("x ÷ y", "−x ÷ y²", lambda a: a.y / a.x, 1),
        WrongSlope("1 ÷ y", "−x ÷ y²", lambda a: 1 / a.x, 1),
        WrongSlope("1 ÷ x", "−x ÷ y²", lambda a: 1 / a.y, 1),
        WrongSlope("−x", "−x ÷ y²", lambda a: -a.y, 1),
    ),
    "**": (
        WrongSlope("n × xⁿ", "n × x^(n − 1)", lambda a: a.n * a.out),
        WrongSlope("x^(n − 1)", "n × x^(n − 1)", lambda a: math.pow(a.x, a.n - 1)),
        WrongSlope("n × x", "n × x^(n − 1)", lambda a: a.n * a.x),
        WrongSlope("n", "n × x^(n − 1)", lambda a: a.n),
        WrongSlope("xⁿ", "n × x^(n − 1)", lambda a: a.out),
        WrongSlope("(n − 1) × x^(n − 1)", "n × x^(n − 1)", lambda a: (a.n - 1) * math.pow(a.x, a.n - 1)),
        WrongSlope("(n − 1) × xⁿ", "n × x^(n − 1)", lambda a: (a.n - 1) * a.out),
        WrongSlope("n × x^(n + 1)", "n × x^(n − 1)", lambda a: a.n * math.pow(a.x, a.n + 1)),
        WrongSlope("(n − 1) × x^(n − 2)", "n × x^(n − 1)", lambda a: (a.n - 1) * math.pow(a.x, a.n - 2)),
        WrongSlope("n × out^(n − 1)", "n × x^(n − 1)", lambda a: a.n * math.pow(a.out, a.n - 1)),
    ),
    "xʸ": (
        WrongSlope("y × xʸ", "y × x^(y − 1)", lambda a: a.y * a.out, 0),
        WrongSlope("x^(y − 1)", "y × x^(y − 1)", lambda a: math.pow(a.x, a.y - 1), 0),
        WrongSlope("out", "out × log(x)", lambda a: a.out, 1),
        WrongSlope("log(x)", "out × log(x)", lambda a: math.log(a.y), 1),
        WrongSlope("out × log(y)", "out × log(x)", lambda a: a.out * math.log(a.x), 1),
    ),
    "any": (
        WrongSlope(N_("of the other sign"), N_("the op's own"), lambda a: -a.right),
        WrongSlope(N_("the result"), N_("the op's own"), lambda a: a.out),
        WrongSlope(N_("the operand"), N_("the op's own"), lambda a: a.x),
        WrongSlope("1", N_("the op's own"), lambda a: 1.0),
        WrongSlope(N_("twice the op's own"), N_("once"), lambda a: 2 * a.right),
        WrongSlope(N_("half the op's own"), N_("all of it"), lambda a: a.right / 2),
    ),
}
