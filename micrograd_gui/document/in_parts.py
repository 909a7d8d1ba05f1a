"""In parts: a large JSON text read and written some at a time, so that no other thread waits long."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

PART = 2000  # things that are read or written at a time
NO_LIST, NO_OBJECT = msgspec.Raw(b"[]"), msgspec.Raw(b"{}")
T = TypeVar("T")
Json = str | bytes | msgspec.Raw


def fields_of(text: Json) -> dict[str, msgspec.Raw]:
    """What is in an object, each field as it is written."""
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def list_of(text: Json, kind: type[T]) -> list[T]:
    """What is in a list."""
    written, found = msgspec.json.decode(text, type=list[msgspec.Raw]), list[T]()
    decoder = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
    for at in range(0, len(written), PART):
        found += decoder.decode(msgspec.json.encode(written[at : at + PART]))
    return found


def object_of(text: Json, kind: type[T]) -> dict[str, T]:
    """What is in an object whose fields are all of that kind."""
    written, found = [*fields_of(text).items()], dict[str, T]()
    decoder = msgspec.json.Decoder(dict[str, kind])  # type: ignore[valid-type]
    for at in range(0, len(written), PART):
        found |= decoder.decode(msgspec.json.encode(dict(written[at : at + PART])))
    return found


def indented(value: object) -> str:
    """As the file has it: Python writes the numbers, msgspec the lines, in a tenth of the time."""
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return msgspec.json.format(flat, indent=2)


def filled(
    text: str, path: tuple[str, ...], items: Sequence[T], said: Callable[[Sequence[T]], object]
) -> str:
    """The text with the items in the list or object at that path, which is there and empty."""
    if not items:
        return text
    deep = len(path)
    names = [f'\n{"  " * (at + 1)}"{name}": ' for at, name in enumerate(path)]
    head = "{" + "{".join(names)
    closing = "".join(f"\n{'  ' * at}}}" for at in reversed(range(deep)))
    parts = []
    for at in range(0, len(items), PART):
        value = said(items[at : at + PART])
        for name in reversed(path):
            value = {name: value}
        parts.append(indented(value)[len(head) + 1 : -len(closing) - 2 * deep - 2])
    at = text.index(names[-1]) + len(names[-1])  # no text within it has a line of its own: they are escaped
    return "".join((text[: at + 1], ",".join(parts), f"\n{'  ' * deep}", text[at + 1 :]))
