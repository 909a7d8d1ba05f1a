"""Traced numbers: Python's own floats and ints that know how they were worked out."""

from __future__ import annotations

from typing import Any

from micrograd.ops import OPS, op_of
from micrograd_gui.document.python.limits import whole

Plain = int | float


class Traced:
    """What a traced number has besides its number.

    Attributes:
        op: the name of the op that gave it; None for a number that was written down.
        operands: what that was done to, in order.
        label: the name that it was given first; empty for none.
        of_numpy: it came out of numpy, whose numbers Python writes with their kind.
    """

    op: str | None
    operands: tuple[Any, ...]
    label: str
    of_numpy: bool = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return self  # nothing of it changes


class TracedFloat(Traced, float):
    """A float."""


class TracedInt(Traced, int):
    """An int."""


class NumpysTruth(int):
    """True or False that came out of numpy, which Python writes with its kind."""

    def __deepcopy__(self, memo: dict[int, Any]) -> NumpysTruth:
        return self


def traced(number: Plain, op: str | None = None, operands: tuple[Any, ...] = (), label: str = "") -> Any:
    """The number, traced; a bool stays one."""
    if type(number) is bool:
        return number
    if isinstance(number, int):
        out: Any = TracedInt(whole(number))
    else:
        out = TracedFloat(number)
    out.op, out.operands, out.label = op, operands, label
    return out


def as_numpys(found: Any) -> Any:
    """A number as one that came out of numpy; an array stays one."""
    scalar = hasattr(found, "item") and not hasattr(found, "__len__")
    return _turned(found.item() if scalar else found, True)


def pythons_own(number: Any) -> Any:
    """A number as Python's own, as ``float`` gives it."""
    return _turned(number, False)


def _turned(number: Any, numpys: bool) -> Any:
    if isinstance(number, Traced):
        number = traced(number, number.op, number.operands, number.label)  # type: ignore[arg-type]  # it is one
    elif numpys and type(number) in (float, int):
        number = traced(number)
    elif numpys and type(number) is bool:
        number = NumpysTruth(number)
    elif isinstance(number, NumpysTruth) and not numpys:
        number = bool(number)
    if isinstance(number, Traced):
        number.of_numpy = numpys
    return number


def is_from_numpy(*numbers: Any) -> bool:
    """Whether one of them did, and so what is worked out of them does."""
    return any(
        isinstance(each, NumpysTruth) or (isinstance(each, Traced) and each.of_numpy) for each in numbers
    )


def is_told(number: Any) -> bool:
    """Whether it is known by a place in a list, by a name, or by what it was worked out of."""
    return isinstance(number, Traced) and bool(number.op or number.label or not number.of_numpy)


def named(number: Any, name: str) -> Any:
    """The number as it is after ``name = number``: a plain one is a leaf of that name from here on."""
    if type(number) is float or type(number) is int:
        return traced(number, label=name)
    if isinstance(number, Traced) and not number.label:
        number.label = name
    return number


def placed(thing: Any) -> Any:
    """A number of a list as one that is not another one of the same size."""
    return traced(thing) if type(thing) is float or type(thing) is int else thing


_RULES = {"+": "+", "-": "-", "*": "*", "/": "/"}


def told_how(result: Any, sign: str, x: Any, y: Any) -> Any:
    """The result of ``x sign y``, which knows that it is."""
    if type(result) not in (float, int):
        return result
    if sign in _RULES:
        return traced(result, sign, (leaf(x), leaf(y)))
    if sign == "**" and not (isinstance(y, Traced) and (y.op or y.label)):
        return traced(result, op_of(f"**{float(y):g}").name, (leaf(x),))
    if sign == "**":
        return traced(result, "**", (leaf(x), leaf(y)))
    return result


def leaf(x: Any) -> Any:
    """The number as one that is traced: one that was only written there is a leaf."""
    return x if isinstance(x, Traced) else traced(x)


def function_of(name: str, result: Any, x: Any) -> Any:
    """The result of a function of one number, which knows that it is, where the function is an op."""
    known = name in OPS and OPS[name].arity == 1 and type(result) is float
    return traced(result, name, (leaf(x),)) if known else result
