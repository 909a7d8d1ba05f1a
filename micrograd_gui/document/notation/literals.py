"""Literals: the numbers that are written in an expression."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from micrograd.ops import OPS, op_of
from micrograd_gui.document.notation.signs import plain

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
CONSTANTS = {"pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau}
LIBRARIES = ("math", "np", "numpy", "torch")
_OF_LIBRARIES = {"pi": math.pi, "tau": math.tau, "e": math.e}
_DEEPEST = 20
_LONGEST = 200  # characters of a number that is worked out
_CASTS = ("double", "float", "requires_grad_", "retain_grad")  # of PyTorch: the same number
_TENSORS = ("tensor", "Tensor", "DoubleTensor")
_WORDS_OF_TENSORS = ("dtype", "requires_grad", "device")


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


def constant_in(text: str) -> float | None:
    """What ``2/3``, ``-pi/2``, ``√2`` and ``2²`` are; None for what is no number, or names others."""
    if len(text) > _LONGEST:
        return None
    try:
        read = plain(text.strip())[0]
        body = ast.parse(read, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if read == text.strip() and number_in(body) is not None:
        return None  # 0x10 and --2: those who write them mean something else
    return evaluate(body, CONSTANTS.get)


def of_library(each: ast.expr) -> float | None:
    """The number that ``math.pi`` and ``np.e`` are; None for anything else."""
    match each:
        case ast.Attribute(value=ast.Name(id=library), attr=name) if library in LIBRARIES:
            return _OF_LIBRARIES.get(name)
    return None


def evaluate(each: ast.expr, given: Callable[[str], float | None], depth: int = _DEEPEST) -> float | None:
    """What ``2.0 + h`` is where h was given a number; None for anything else."""
    number = number_in(each)
    match each:
        case ast.Name(id=name):
            return given(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if number is None and depth:
            x = evaluate(operand, given, depth - 1)
            return None if x is None else -x
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY and depth:
            x, y = evaluate(left, given, depth - 1), evaluate(right, given, depth - 1)
            if x is not None and y is not None:
                return float(op_of(BINARY[type(op)]).forward(x, y))
        case ast.Call(
            func=ast.Name(id=name) | ast.Attribute(value=ast.Name(id="math" | "np" | "numpy"), attr=name),
            args=[operand],
            keywords=[],
        ) if depth and name in OPS and OPS[name].arity == 1:
            x = evaluate(operand, given, depth - 1)
            return None if x is None else float(op_of(name).forward(x))
    return of_library(each) if number is None else number


def given_number(each: ast.expr) -> ast.Call | None:
    """``Value(2.0)``, ``mg.Value(2.0)`` and PyTorch's ``torch.tensor(2.0)`` as one form; None for others."""
    match each:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=cast), args=[]) if cast in _CASTS:
            found = given_number(inner)
            return found if found is not None and _of_torch(inner) else None
        case ast.Call(func=ast.Name(id="Value") | ast.Attribute(attr="Value")):
            return each
        case ast.Call() if _of_torch(each):
            words = [word for word in each.keywords if word.arg not in _WORDS_OF_TENSORS]
            args = [
                one.elts[0] if isinstance(one, ast.List) and len(one.elts) == 1 else one for one in each.args
            ]
            return ast.copy_location(ast.Call(each.func, args, words), each)
    return None


def _of_torch(call: ast.Call) -> bool:
    """Whether it makes a tensor, or casts one that is made there."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            return name in _TENSORS
        case ast.Attribute(value=ast.Call() as inner, attr=cast):
            return cast in _CASTS and _of_torch(inner)
    return False
