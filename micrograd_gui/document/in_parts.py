"""In parts: a large file decoded some at a time, so that no thread waits long; and garbage left alone.

msgspec keeps Python's lock from the first byte to the last: for 17 MB, 0.15 s on an idle machine and a second
on a busy one, in which the window does not answer. Here the longest stroke finds out where the parts begin
and end, which is a tenth of the work; to read all of it takes twice as long.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

_PART = 2000  # things that are read at a time
_NO_LIST, _NO_OBJECT = msgspec.Raw(b"[]"), msgspec.Raw(b"{}")
T = TypeVar("T")
Json = str | bytes | msgspec.Raw


def decoded(text: str | bytes, file: type[T], node: type[Any]) -> T:
    """The text as that kind of file, with nodes of that kind.

    Where something is wrong it is read again as a whole, which says where: raises DecodeError.
    """
    try:
        top = _fields_of(text)
        view, data = (_fields_of(top[name]) if name in top else {} for name in ("view", "data"))
        nodes = _list_of(top["nodes"], node)
        places = _object_of(view.get("places", _NO_OBJECT), tuple[float, float])
        rows = _list_of(data.get("rows", _NO_LIST), list[float])
        rest: dict[str, object] = {**top, "nodes": _NO_LIST}
        if places:
            rest["view"] = {**view, "places": _NO_OBJECT}
        if rows:
            rest["data"] = {**data, "rows": _NO_LIST}
        model: Any = msgspec.json.decode(msgspec.json.encode(rest), type=file)
    except (msgspec.DecodeError, KeyError):
        return msgspec.json.decode(text, type=file)
    more = {"data": replace(model.data, rows=rows)} if rows else {}
    filled: T = replace(model, nodes=nodes, view=replace(model.view, places=places), **more)
    return filled


def _fields_of(text: Json) -> dict[str, msgspec.Raw]:
    """What is in an object, each field as it is written."""
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def _list_of(text: Json, kind: type[T]) -> list[T]:
    """What is in a list."""
    written, found = msgspec.json.decode(text, type=list[msgspec.Raw]), list[T]()
    decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
    for at in range(0, len(written), _PART):
        found += decoder.decode(msgspec.json.encode(written[at : at + _PART]))
    return found


def _object_of(text: Json, kind: type[T]) -> dict[str, T]:
    """What is in an object whose fields are all of that kind."""
    written, found = [*_fields_of(text).items()], dict[str, T]()
    decoder = msgspec.json.Decoder(dict[str, kind])  # type: ignore[valid-type]
    for at in range(0, len(written), _PART):
        found |= decoder.decode(msgspec.json.encode(dict(written[at : at + _PART])))
    return found


@contextmanager
def uncollected() -> Iterator[None]:
    """Meanwhile nobody looks for garbage that holds itself; all other goes at once, as always.

    For what makes a hundred thousand objects that all stay: Python would go through them again and again, a
    quarter of all the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
