"""Carried: the graph that a text made here holds beside what it is: a script, TikZ, a notebook, a page."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from html import unescape
from typing import Any

import msgspec

from micrograd_gui.document.codec import FORMAT
from micrograd_gui.document.in_parts import fields_of, loaded_leniently

KEY = FORMAT  # of the lines, of a notebook's metadata and of a text in a PNG, and the id of an element
_WIDE = 96  # letters to a line: TeX reads no endless ones
_KEYED = f" {KEY}: "
_MARK = re.compile(rf"(?m)^[#%]{_KEYED}([A-Za-z0-9+/=]+)[ \t\r]*$")
_ELEMENT = re.compile(rf"""<metadata\b[^<>]{{0,500}}?\bid=["']{KEY}["'][^<>]{{0,500}}>([^<]*)</metadata>""")


def comments(graph: str, sign: str) -> str:
    """The graph's text as lines that are comments where these begin with that sign."""
    packed = b64encode(zlib.compress(graph.encode("ascii"), 9)).decode()
    lines = [f"{sign} The graph, for micrograd-gui, which opens this file again:"]  # as in code
    lines += [f"{sign} {KEY}: {packed[at : at + _WIDE]}" for at in range(0, len(packed), _WIDE)]
    return "\n".join(lines) + "\n"


def graph_text(text: str, most: int) -> str | None:
    """The text of the graph that this one carries, None: there is none; a graph's own text carries none.

    What is packed is unpacked to one character more than the most.
    """
    if KEY not in text:
        return None
    start = text.lstrip()[:1]
    if start == "{":
        return _in_notebook(text)
    if start == "<":
        found = _ELEMENT.search(text)
        return None if found is None else unescape(found[1])
    return _in_comments(text, most)


def _in_comments(text: str, most: int) -> str | None:
    packed = "".join(_marked(text))
    try:
        unpacked = zlib.decompressobj().decompress(b64decode(packed, validate=True), most + 1)
    except (ValueError, zlib.error):
        return ""  # which is no graph, and is told so
    return unpacked.decode("ascii", "replace") if packed else None


def _marked(text: str) -> Iterator[str]:
    """What stands in each line of ours; between two of them another thread may go on."""
    at = text.find(_KEYED)
    while at >= 0:
        if (found := _MARK.match(text, max(at - 1, 0))) is not None:
            yield found[1]
        at = text.find(_KEYED, at + 1)


def _in_notebook(text: str) -> str | None:
    """What stands under our key in the notebook's metadata."""
    if '"nbformat"' not in text:
        return None
    try:
        metadata = msgspec.json.decode(fields_of(text)["metadata"], type=dict[str, msgspec.Raw])
        return bytes(metadata[KEY]).decode() if KEY in metadata else None
    except (msgspec.DecodeError, ValueError, RecursionError, LookupError):
        return _in_lenient_notebook(text)


def _in_lenient_notebook(text: str) -> str | None:
    """The same of what Python alone takes for JSON."""
    try:
        metadata: Any = loaded_leniently(text)["metadata"]
        return json.dumps(metadata[KEY]) if KEY in metadata else None
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
