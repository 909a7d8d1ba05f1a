"""In parts: a large file decoded some at a time, so that no thread waits long; and garbage left alone.

msgspec keeps Python's lock from the first byte to the last: for 17 MB, 0.15 s on an idle machine and a second
on a busy one, in which the window does not answer. Here the longest stroke finds out where the parts begin
and end, which is a tenth of the work; to read all of it takes twice as long.
"""

from __future__ import annotations

import gc
import json
import re
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

_PART = 2000  # things that are read at a time
_LET_GO, _BREATH = 2000, 0.001  # things that are let go of at a time; seconds between
_BYTES = 500_000  # of a text that are read at a time: where each is wrong, that takes 10 ms
_MANY = 50_000  # objects: to look through fewer takes some milliseconds
_LENIENT = ("NaN", "Infinity", "\\ud", "\\uD")
_NO_LIST, _NO_OBJECT = msgspec.Raw(b"[]"), msgspec.Raw(b"{}")
_IN_PART = re.compile(r"`\$\[(\d+)\]")
_left_alone = Event()  # what is large is not looked through for garbage
T = TypeVar("T")
Json = str | bytes | msgspec.Raw


def decoded(text: str | bytes, file: type[T], node: type[Any]) -> T:
    """The text as that kind of file, with nodes of that kind.

    Raises DecodeError. Where something is wrong it is read again as a whole, which says where, but for what
    says so here: that it is no JSON, or a node or row of another kind.
    """
    top = fields_of(text)
    try:
        view, data = (fields_of(top[name]) if name in top else {} for name in ("view", "data"))
        nodes = _list_of(top["nodes"], node, "nodes")
        places = _object_of(view.get("places", _NO_OBJECT), tuple[float, float])
        rows = _list_of(data.get("rows", _NO_LIST), list[float], "data.rows")
        rest: dict[str, object] = {**top, "nodes": _NO_LIST}
        if places:
            rest["view"] = {**view, "places": _NO_OBJECT}
        if rows:
            rest["data"] = {**data, "rows": _NO_LIST}
        model: Any = msgspec.json.decode(msgspec.json.encode(rest), type=file)
    except _Wrong as wrong:
        raise msgspec.ValidationError(str(wrong)) from None
    except (msgspec.DecodeError, KeyError):
        return msgspec.json.decode(text, type=file)
    more = {"data": replace(model.data, rows=rows)} if rows else {}
    filled: T = replace(model, nodes=nodes, view=replace(model.view, places=places), **more)
    return filled


class _Wrong(Exception):
    """What a list holds, and where, that is of another kind."""


def fields_of(text: Json) -> dict[str, msgspec.Raw]:
    """What is in an object, each field as it is written."""
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def loaded_leniently(text: str) -> Any:
    """What only Python takes for JSON: numbers that are none, halves of signs. Raises ValueError."""
    if not any(each in text for each in _LENIENT):
        raise ValueError
    return json.loads(text)


def _list_of(text: Json, kind: type[T], place: str) -> list[T]:
    """What is in the list at that place."""
    written, found = msgspec.json.decode(text, type=list[msgspec.Raw]), list[T]()
    decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
    for at in range(0, len(written), _PART):
        try:
            found += decoder.decode(msgspec.json.encode(written[at : at + _PART]))
        except msgspec.ValidationError as error:
            raise _Wrong(_IN_PART.sub(partial(_whole_place, place, at), str(error))) from None
    return found


def _whole_place(place: str, at: int, found: re.Match[str]) -> str:
    """Where in the file that is, of a part that begins at that item of a list."""
    return f"`$.{place}[{at + int(found[1])}]"


def _object_of(text: Json, kind: type[T]) -> dict[str, T]:
    """What is in an object whose fields are all of that kind."""
    written, found = [*fields_of(text).items()], dict[str, T]()
    decoder = msgspec.json.Decoder(dict[str, kind])  # type: ignore[valid-type]
    for at in range(0, len(written), _PART):
        found |= decoder.decode(msgspec.json.encode(dict(written[at : at + _PART])))
    return found


def lenient_text(content: bytes, encoding: str = "utf-8") -> str:
    """The text in that encoding, with � for what is none: 20 MB of nothing else take 0.3 s."""
    decoder = getincrementaldecoder(encoding)("replace")
    parts = [decoder.decode(content[at : at + _BYTES]) for at in range(0, len(content), _BYTES)]
    return "".join((*parts, decoder.decode(b"", final=True)))


def let_go_by_turns(things: list[object]) -> None:
    """Have a thread let go of them, some at a time, so that no other one waits long for the interpreter.

    Of the run of a file of 20 MB at once it takes a tenth of a second. The list is empty in the end.
    """

    def let_go() -> None:
        while things:
            del things[-_LET_GO:]
            time.sleep(_BREATH)

    if len(things) > _LET_GO:
        Thread(target=let_go, daemon=True).start()
    else:
        things.clear()


@contextmanager
def uncollected_for_long(stop: Event, *, another: bool = False) -> Iterator[None]:
    """No garbage is looked for meanwhile, nor in much that is made: it takes a tenth of a second at a time.

    What is not looked through stays for ever where it holds itself, as a closed window and a plot do. So this
    is for what is large alone, and is over as soon as ``another`` document is made ready, that is not.
    Where nothing large was, what the program itself has made stays left alone, and so it does where nobody
    wants what was made any more (``stop``): who asked may have been closed, and another window opened.
    """
    with uncollected():
        try:
            yield
        finally:
            if stop.is_set():
                pass
            elif gc.get_count()[0] > _MANY:
                gc.freeze()
                _left_alone.set()
            elif another and _left_alone.is_set():
                gc.unfreeze()
                _left_alone.clear()


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
