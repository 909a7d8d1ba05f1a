"""Declaring: how a function that a cell knows is declared, and what it may ask of its operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Builtin, Running, kind_name

Call = Callable[[Running, list[Any], dict[str, Any]], Any]


def builtin(name: str, few: int, many: int, words: tuple[str, ...] = ()) -> Callable[[Call], Builtin]:
    """A function of so many operands at least and at most, and of those words."""

    def made(call: Call) -> Builtin:
        def checked(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
            if not few <= len(args) <= many:
                count = str(few) if few == many else f"{few} to {many}" if many < 99 else f"at least {few}"
                raise Wrong(f"{name} takes {count} operand{'s' * (count != '1')}, not {len(args)}")
            unknown = next((word for word in given if word not in words), None)
            if unknown is not None:
                raise Wrong(f"{name} knows no {unknown}=")
            return call(run, args, given)

        return Builtin(name, checked)

    return made


def dict_of(call: Call) -> Builtin:
    """``dict``, which takes any words."""

    def checked(run: Running, args: list[Any], given: dict[str, Any]) -> Any:
        if len(args) > 1:
            raise Wrong(f"dict takes 1 operand at most, not {len(args)}", TypeError)
        return call(run, args, given)

    return Builtin("dict", checked)


def number(thing: Any, what: str) -> Any:
    """A plain number; raises Wrong."""
    if not ops.is_number(thing):
        raise Wrong(f"{what} takes a number, not {kind_name(thing)}")
    return ops.plain(thing)


def count(thing: Any, what: str) -> int:
    """A whole number; raises Wrong."""
    if not isinstance(thing, int) or isinstance(thing, bool):
        raise Wrong(f"{what} takes a whole number, not {kind_name(thing)}")
    return int(thing)


def all_items(run: Running, thing: Any) -> list[Any]:
    """All that a loop over it goes through, at once."""
    found = places.items(run.iterable(thing), run.meter)
    run.meter.hold(len(found))  # type: ignore[arg-type]  # what has items has a length
    return list(found)
