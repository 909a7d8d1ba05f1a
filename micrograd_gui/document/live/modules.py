"""Modules: where the caller's variables keep a value, ``n.layers[0].neurons[1].w[2]``, and in which."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

_LOOKED_AT_MOST = 200_000  # objects: a notebook may hold anything
_DEEPEST = 8  # objects and lists in one another
_PLAIN = (list, tuple, dict)


class KeptWhere(NamedTuple):
    """Where a value is kept.

    Attributes:
        path: the way to it, as Python writes it.
        holders: the objects on that way, outermost first, each with the way to it; lists are none.
    """

    path: str
    holders: tuple[tuple[str, Any], ...]


def kept_in(names: Mapping[str, Any], wanted: Collection[int]) -> dict[int, KeptWhere]:
    """Where each of the wanted objects, told by their identity, is kept; what is kept nowhere is missing.

    Of several ways the one through objects counts, such as that of a network, then a variable of its own,
    then the one through lists alone. Nothing of anybody's class is called.
    """
    found: dict[int, KeptWhere] = {}
    variables = [(name, thing) for name, thing in names.items() if is_spoken(name)]
    modules = [(name, thing) for name, thing in variables if id(thing) not in wanted and _fields(thing)]
    _look(modules, wanted, found)
    for name, thing in variables:
        if id(thing) in wanted and id(thing) not in found:
            found[id(thing)] = KeptWhere(name, ())
    _look([(name, thing) for name, thing in variables if _holds(thing)], wanted, found)
    return found


def _look(starts: list[tuple[str, Any]], wanted: Collection[int], found: dict[int, KeptWhere]) -> None:
    """Look through those objects and all that they hold, those that are nearest first."""
    waiting: deque[tuple[str, Any, tuple[tuple[str, Any], ...], int]] = deque()
    waiting.extend((path, thing, (), 0) for path, thing in starts)
    seen: set[int] = set()
    looked = 0
    while waiting and looked < _LOOKED_AT_MOST:
        path, thing, holders, depth = waiting.popleft()
        if id(thing) in wanted:
            found.setdefault(id(thing), KeptWhere(path, holders))
            continue
        if id(thing) in seen or depth > _DEEPEST:
            continue
        seen.add(id(thing))
        fields = _fields(thing)
        inner: tuple[tuple[str, Any], ...] = (*holders, (path, thing)) if fields else holders
        parts = [(f"{path}.{name}", each) for name, each in dict(fields).items()]  # it may change
        # What holds it may be of somebody's class: nothing that this says of itself is asked.
        if issubclass(type(thing), dict):
            pairs = list(dict.items(thing))
            parts += [(f"{path}[{key!r}]", each) for key, each in pairs if type(key) in (str, int)]
        elif _holds(thing):
            held = list.__iter__(thing) if issubclass(type(thing), list) else thing
            parts += [(f"{path}[{at}]", each) for at, each in enumerate(held)]
        looked += len(parts)
        waiting.extend((way, each, inner, depth + 1) for way, each in parts if _may_hold(each))


def _fields(thing: object) -> Mapping[str, Any]:
    """What an object holds by name; nothing, where it is no object of somebody's class."""
    kind = type(thing)
    if kind in _PLAIN or isinstance(thing, (type, FunctionType, ModuleType)) or hasattr(kind, "_prev"):
        return {}
    try:
        fields = vars(thing)
    except Exception:  # noqa: BLE001 - of anybody's class; most have none
        return {}
    return fields if type(fields) is dict and "_prev" not in fields else {}  # what feeds a value is its graph


def is_spoken(name: object) -> bool:
    """Whether a node may be called so: what ``globals()[7] = …`` gives has no such name."""
    return isinstance(name, str) and not name.startswith("_")


def _holds(thing: Any) -> bool:
    """Whether it holds things by place or by key; an array does where these are no plain numbers."""
    kind = type(thing)
    if (kind.__module__, kind.__name__) == ("numpy", "ndarray"):
        return bool(thing.dtype.kind == "O" and thing.ndim)
    return kind is tuple or issubclass(kind, (list, dict))


def _may_hold(thing: object) -> bool:
    """Whether it is worth a look: numbers, texts, arrays of numbers and functions hold no value."""
    return _holds(thing) or (hasattr(type(thing), "__dictoffset__") and type(thing).__dictoffset__ != 0)
