"""Holders: objects of a class that a cell makes from ``list`` or ``dict``: what these have themselves."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python import places
from micrograd_gui.document.python.known.declaring import all_items
from micrograd_gui.document.python.known.methods import few, method_of
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import (
    Bound,
    Builtin,
    Function,
    Instance,
    NetworkKind,
    Once,
    Running,
)
from micrograd_gui.document.text import spoken

Of = Callable[[Running, Any, list[Any], dict[str, Any]], Any]


def filled(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    """``list.__init__(thing, …)``: it holds what a list, or a dict, of these would hold. Raises Wrong."""
    kind = "list" if isinstance(thing, list) else "dict"
    held = run.call(run.builtin(kind), args, words)
    thing.clear()
    if isinstance(thing, list):
        thing.extend(held)
    else:
        thing.update(held)


def _within(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
    (wanted,) = few(args, 1, "__contains__")
    return ops.compared(ast.In(), wanted, thing, run.meter)


def _put(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    place, new = few(args, 2, "__setitem__")
    places.put(thing, place, new, run.meter)


def _removed(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> None:
    places.remove(thing, few(args, 1, "__delitem__")[0], run.meter)


def _signed(sign: str) -> Of:
    def signed(run: Running, thing: Any, args: list[Any], words: dict[str, Any]) -> Any:
        (other,) = few(args, 1, sign)
        return ops.binary(sign, ops.without_class(thing), ops.without_class(other), run.meter)

    return signed


_OWN: dict[str, Of] = {
    "__init__": filled,
    "__getitem__": lambda run, it, args, words: places.item(it, few(args, 1, "__getitem__")[0], run.meter),
    "__setitem__": _put,
    "__delitem__": _removed,
    "__contains__": _within,
    "__len__": lambda run, it, args, words: len(it),
    "__iter__": lambda run, it, args, words: Once(all_items(run, ops.without_class(it))),
    "__repr__": lambda run, it, args, words: run.display.code(ops.without_class(it)),
    "__str__": lambda run, it, args, words: run.display.code(ops.without_class(it)),
    "__add__": _signed("+"),
    "__mul__": _signed("*"),
}


def held_method(thing: Any, name: str) -> Builtin | None:
    """What ``list`` or ``dict`` itself has by that name, of that object; None for nothing."""
    if not isinstance(thing, (list, dict)):
        return None
    return Bound(name, _OWN[name], thing) if name in _OWN else method_of(thing, name)


def of_kind(kind: Any, name: str) -> Builtin | None:
    """``dict.__getitem__``: the same as a function of the object; None for nothing."""
    if isinstance(kind, NetworkKind) and (kind.name, name) == ("object", "__setattr__"):
        return Builtin(name, _set_field)
    if not isinstance(kind, Builtin) or kind.name not in ("list", "dict"):
        return None
    if held_method([] if kind.name == "list" else {}, name) is None:
        return None

    def called(run: Running, args: list[Any], words: dict[str, Any]) -> Any:
        thing, *rest = args or [None]
        found = held_method(thing, name)
        return run.call(run.attribute(thing, name) if found is None else found, rest, words)

    return Builtin(f"{kind.name}.{name}", called)


def _set_field(run: Running, args: list[Any], words: dict[str, Any]) -> None:
    """``object.__setattr__(thing, "name", new)``, past what the class says that it does."""
    thing, name, new = few(args, 3, "__setattr__")
    if isinstance(thing, Instance) and isinstance(name, str) and not name.startswith("__"):
        held = thing.of.find(name)
        if isinstance(held, Function) and held.asked:
            if held.setter is None:
                raise Wrong(tr("{name} is a property that cannot be set", name=spoken(name)), AttributeError)
            run.call(held.setter, [thing, new], {})
        else:
            vars(thing)[name] = new
    else:
        run.set_attribute(thing, name, new)
