"""Literals: the numbers that are written in an expression."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from micrograd.ops import op_of

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_DEEPEST = 20


def unsigned(each: ast.expr) -> ast.expr:
    """The expression without plus signs in front of it."""
    while isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.UAdd):
        each = each.operand
    return each


def number_in(each: ast.expr) -> float | None:
    """The number that is written there, with its sign; None for anything else."""
    sign = 1.0
    while isinstance(each, ast.UnaryOp) and isinstance(each.op, (ast.USub, ast.UAdd)):
        sign = -sign if isinstance(each.op, ast.USub) else sign
        each = each.operand
    if not isinstance(each, ast.Constant) or isinstance(each.value, bool):
        return None
    if not isinstance(each.value, (int, float)):
        return None
    try:
        return sign * float(each.value)
    except OverflowError:
        return sign * math.inf


def worked_out(each: ast.expr, given: Callable[[str], float | None], depth: int = _DEEPEST) -> float | None:
    """What ``2.0 + h`` is where h was given a number; None for anything else."""
    number = number_in(each)
    match each:
        case ast.Name(id=name):
            return given(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if number is None and depth:
            x = worked_out(operand, given, depth - 1)
            return None if x is None else -x
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY and depth:
            x, y = worked_out(left, given, depth - 1), worked_out(right, given, depth - 1)
            if x is not None and y is not None:
                return float(op_of(BINARY[type(op)]).forward(x, y))
    return number
