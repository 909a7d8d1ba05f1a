"""Whole numbers: which data and grads of a cell's own class of Values are ints, as they are in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from micrograd.engine import Value, topological_order

_DATA, _GRAD = "_whole", "_whole_grad"  # beside the fields of a Value; a cell cannot set such names
_EXACT = 2.0**53  # from here on a float is no longer each whole number
_KEEP = ("+", "-", "*", "neg", "relu", "abs", "max", "min")  # ops that make ints of ints


def marked(value: Value) -> Value:
    """The Value, whose number is an int in Python."""
    vars(value)[_DATA] = True
    return value


def set_to(value: Value, field: str, number: Any) -> None:
    """That field was given the number."""
    is_int = isinstance(number, int)
    if field == "grad":
        vars(value)[_GRAD] = is_int
    elif is_int:
        marked(value)
    else:
        vars(value).pop(_DATA, None)


def data_of(value: Value) -> float | int:
    """Its data as Python has it: an int where all that it was made of were ints."""
    return int(value.data) if _is_whole(value) else value.data


def grad_of(value: Value, begins_whole: bool) -> float | int:
    """Its grad; ``begins_whole``: the class begins with the int 0."""
    whole = vars(value).get(_GRAD, begins_whole) and value.grad.is_integer() and abs(value.grad) < _EXACT
    return int(value.grad) if whole else value.grad


def _is_whole(value: Value) -> bool:
    return getattr(value, _DATA, False) and value.data.is_integer() and abs(value.data) < _EXACT


def of_ints(value: Value) -> Value:
    """What an op made: marked where that makes an int of what it was made of."""
    if all(getattr(each, _DATA, False) for each in value._prev) and _keeps(value):
        marked(value)
    return value


def _keeps(value: Value) -> bool:
    """Whether its op makes an int of ints."""
    name = "" if value.op is None else value.op.name
    return name in _KEEP or (name.startswith("**") and name[2:].isdecimal())


def passed_back(root: Value, begins_whole: bool, stays_whole: bool) -> None:
    """After a pass from the root: ``stays_whole``: it begins with the int 1, and its rules have no floats."""
    vars(root)[_GRAD] = stays_whole
    for each in reversed(topological_order(root)):
        acted(each, begins_whole)


def acted(value: Value, begins_whole: bool) -> None:
    """The node has added to the grads of its operands."""
    hands_ints = vars(value).get(_GRAD, begins_whole) and _keeps(value)
    hands_ints = hands_ints and all(map(_is_whole, value._prev))
    for operand in value._prev:
        vars(operand)[_GRAD] = hands_ints and vars(operand).get(_GRAD, begins_whole)


def begins_and_stays(tree: ast.ClassDef, grad: str, made: ast.FunctionDef | None) -> tuple[bool, bool]:
    """Whether a class gives its grads the int 0, and whether a pass leaves them ints where all data are."""
    begins = made is not None and any(type(each) is int for each in _given(made, grad))
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    seeds = [each for one in functions if one is not made for each in _given(one, grad) if each in (1, 1.0)]
    rules = [each for each in functions if each.name in ("__add__", "__mul__")]
    floats = any(
        isinstance(each, ast.Constant) and type(each.value) is float
        for one in rules
        for each in ast.walk(one)
    )
    return begins, begins and bool(seeds) and all(type(each) is int for each in seeds) and not floats


def _given(function: ast.FunctionDef, field: str) -> Iterator[Any]:
    """The numbers that a field is set to as they are written."""
    for each in ast.walk(function):
        match each:
            case ast.Assign(targets=[ast.Attribute(attr=name)], value=ast.Constant(value=number)):
                if name == field:
                    yield number
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                for target, value in zip(targets, values, strict=False):
                    is_it = isinstance(target, ast.Attribute) and target.attr == field
                    if is_it and isinstance(value, ast.Constant):
                        yield value.value
