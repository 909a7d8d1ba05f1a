"""Declaring: how a function that a cell knows is declared, and what it may ask of its operands."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from micrograd.language import tr, trn
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Builtin, Running, kind_name
from micrograd_gui.document.text import wrong_count

FIELDS = f"__{'dict'}__"  # by which a cell asks for the fields of an object of its own
Call = Callable[[Running, list[Any], dict[str, Any]], Any]


def builtin(name: str, few: int, many: int, words: tuple[str, ...] = ()) -> Callable[[Call], Builtin]:
    """A function of so many operands at least and at most, and of those words."""

    def made(call: Call) -> Builtin:
        def checked(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            if not few <= len(args) <= many:
                raise Wrong(_wrong_count(name, few, many, len(args)))
            unknown = next((word for word in given if word not in words), None)
            if unknown is not None:
                raise Wrong(tr("{name} knows no {operand}=", name=name, operand=unknown))
            return call(run, args, given)

        return Builtin(name, checked)

    return made


def _wrong_count(name: str, few: int, many: int, given: int) -> str:
    if few == many:
        return wrong_count(name, few, given)
    if many < 99:
        return tr(
            "{op} takes {few} to {many} operands, not {given}", op=name, few=few, many=many, given=given
        )
    return trn(
        "{op} takes at least {n} operand, not {given}",
        "{op} takes at least {n} operands, not {given}",
        few,
        op=name,
        given=given,
    )


def dict_of(call: Call) -> Builtin:
    """``dict``, which takes any words."""

    def checked(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        if len(args) > 1:
            raise Wrong(tr("dict takes 1 operand at most, not {given}", given=len(args)), TypeError)
        return call(run, args, given)

    return Builtin("dict", checked)


def number(thing: Any, what: str) -> Any:
    """A plain number; raises Wrong."""
    thing = ops.as_whole(thing)
    if not ops.is_number(thing):
        raise Wrong(tr("{what} takes a number, not {thing}", what=what, thing=kind_name(thing)))
    return ops.plain(thing)


def count(thing: Any, what: str) -> int:
    """A whole number; raises Wrong."""
    thing = ops.as_whole(thing)
    if not isinstance(thing, int) or isinstance(thing, bool):
        raise Wrong(tr("{what} takes a whole number, not {thing}", what=what, thing=kind_name(thing)))
    return int(thing)


def size_of(run: Running, thing: Any) -> int:
    """How many numbers an array is to have, for which there is room then; raises Wrong."""
    many = count(thing, tr("an array"))
    if not 0 <= many <= ops.ARRAY_AT_MOST:
        raise Wrong(tr("an array has at most {most:,} numbers", most=ops.ARRAY_AT_MOST))
    run.meter.hold(many)
    return many


def shape_of(run: Running, thing: Any) -> tuple[int, ...]:
    """The shape of an array, for which there is room then; raises Wrong."""
    sizes = tuple(
        count(each, tr("a shape")) for each in (thing if isinstance(thing, (tuple, list)) else (thing,))
    )
    if len(sizes) > 4 or any(each < 0 for each in sizes):
        raise Wrong(tr("a shape has at most 4 sizes, none of them below 0"))
    size_of(run, math.prod(sizes))
    return sizes


def all_items(run: Running, thing: Any) -> list[Any]:
    """All that a loop over it goes through, at once."""
    found = places.items(run.iterable(thing), run.meter)
    run.meter.hold(len(found))  # type: ignore[arg-type]  # what has items has a length
    return list(found)
