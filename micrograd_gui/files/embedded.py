"""Embedded: the graph that a picture, script or page carries inside itself, put in and taken out again."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from micrograd.language import tr
from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.marks import UNSEEN
from micrograd_gui.files.atomic import LARGEST

KEY = codec.FORMAT  # the id of the element in an SVG, and of the text in a PNG
ATTACHED = "graph.micrograd"  # the file in a PDF
MEDIA_TYPE = "application/x-micrograd"  # what that file says it is
LARGEST_GRAPH = LARGEST  # bytes of the graph in it
# How a text begins whose characters take two or four bytes; UTF-32 first, which begins as UTF-16.
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
_ELEMENTS, _DEPTH = 2_000_000, 1_000  # of an SVG that are looked at: ours stands near its beginning
# A tag of so many attributes is nobody's picture, and the parser goes through them one by one.
_CROWDED = re.compile(rb"""<[^\s<>/!?]++(?:\s++[^\s=<>]++\s*+=\s*+(?:"[^"]*+"|'[^']*+')){1000}""")
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")
_PNG = b"\x89PNG\r\n\x1a\n"


def pack(graph: Graph) -> str:
    """The graph as the text that pictures carry: a `.micrograd` file in ASCII, which every form can hold.

    Where in it somebody stood, and how near, is of the document's file: the same figure has the same bytes.
    Raises FileRefusal where the picture would hold more than is read again.
    """
    text = json.dumps(json.loads(codec.encode(graph.seen(UNSEEN))), sort_keys=True, separators=(",", ":"))
    if len(text) > LARGEST_GRAPH:
        raise FileRefusal(
            tr(
                "The graph is too large to be put into a picture: it takes {size:.0f} MB, "
                "and at most {most} MB are read again.",
                size=len(text) / 1e6,
                most=LARGEST_GRAPH // 1_000_000,
            )
        )
    return text


def is_picture(start: bytes) -> bool:
    """Whether content that begins so is one of the pictures that can carry a graph."""
    head = _narrow(start[:1000]).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((_PNG, b"%PDF-", b"<"))


def _narrow(content: bytes) -> bytes:
    """A text whose characters take two or four bytes, as UTF-8; anything else as it is."""
    wide = next((name for mark, name in _WIDE if content.startswith(mark)), None)
    if wide is None:
        return content
    from micrograd_gui.document.in_parts import lenient_text

    return lenient_text(content, wide).removeprefix("\ufeff").encode("utf-8", "replace")


def graph_inside(content: bytes, name: str = "") -> Graph | None:
    """The graph in the content of a picture, script, notebook or page made here; None: there is none.

    Raises FileRefusal where it is damaged.
    """
    name = name or tr("The picture")
    if content.startswith(_PNG):
        text = _in_png(content)
    elif content.startswith(b"%PDF-"):
        text = _in_pdf(content)
    elif _is_xml(content):
        text = _in_svg(content)
    else:
        narrow = _narrow(content)
        if KEY.encode() not in narrow:
            return None
        from micrograd_gui.document.in_parts import lenient_text
        from micrograd_gui.document.notation.carried import graph_text  # pictures do without

        text = graph_text(lenient_text(narrow), LARGEST_GRAPH)
    if text is None:
        return None
    if len(text) > LARGEST_GRAPH:
        raise FileRefusal(tr("The graph in {name} is too large.", name=name))
    return codec.decode(text, tr("The graph in {name}", name=name))


def _is_xml(content: bytes) -> bool:
    """Whether it begins as XML does, and not as a page of HTML."""
    head = _narrow(content[:1000]).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(b"<") and not head.startswith((b"<!doctype html", b"<html"))


# SVG ---------------------------------------------------------------------------------------------


class _Enough(Exception):
    """The graph has been found, or cannot be there."""


def _in_svg(content: bytes) -> str | None:
    """Reads only so far as to the end of our element; a document that declares something is not ours.

    What the document says of its encoding is not asked: the parser knows few of them, and raises what Python
    raises for the others. Around our element, which is ASCII, characters may be taken for others.
    """
    text = _narrow(content)
    if KEY.encode() not in text or _CROWDED.search(text):
        return None  # most of what is opened by mistake: a parser would take seconds for 20 MB
    for encoding in ("utf-8", "iso-8859-1"):
        try:
            return _in_xml(text, encoding)
        except expat.ExpatError:
            continue
    return None


def _in_xml(content: bytes, encoding: str) -> str | None:
    """What stands in our element; raises ExpatError where something before its end is no XML."""
    found: list[str] = []
    inside, depth, elements = False, 0, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside, depth, elements
        depth += 1
        elements += 1
        if depth > _DEPTH or elements > _ELEMENTS:
            refuse()
        inside = attributes.get("id") == KEY and name.rpartition(":")[2] == "metadata"

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if inside:
            raise _Enough

    def refuse(*_: Any) -> None:
        found.clear()
        raise _Enough

    def begin(name: str, system: str | None, public: str | None, own: int) -> None:
        if own:  # entities and attributes of its own: some of them take the parser the square of their number
            refuse()

    def text(data: str) -> None:
        if inside:
            found.append(data)

    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, begin
    try:
        parser.Parse(content, True)
    except _Enough:
        return "".join(found) or None
    return None


# PNG ---------------------------------------------------------------------------------------------


def png_info(title: str, graph: str) -> Any:
    """The texts of a PNG, for Pillow: its title, who made it, and the graph."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Title", title)
    info.add_text("Software", "micrograd-gui")
    if graph:
        info.add_itxt(KEY, graph, zip=len(graph) > 2000)
    return info


def _in_png(content: bytes) -> str | None:
    """The chunks are looked through here: Pillow would unpack all others too, and at most 1 MB of ours."""
    at = len(_PNG)
    keyword = KEY.encode() + b"\0"
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        if kind in _TEXTS and content.startswith(keyword, at + 8) and length >= len(keyword):
            return _text(kind, content[at + 8 + len(keyword) : at + 8 + length])
        at += 12 + length
    return None


def _text(kind: bytes, rest: bytes) -> str | None:
    """What stands in a chunk of text behind its keyword; other programs turn one kind into another."""
    pack, text = kind == b"zTXt", rest
    if kind == b"zTXt":
        text = rest[1:]  # behind the method, of which there is one
    elif kind == b"iTXt":
        pack = rest[:1] == b"\1"
        text = rest[2:].split(b"\0", 2)[-1]  # behind a language and a translated keyword
    whole = _inflate(text) if pack else text
    return None if whole is None else whole.decode("utf-8", "replace")


def _inflate(data: bytes) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(data, LARGEST_GRAPH + 1)
    except zlib.error:
        return None


# PDF ---------------------------------------------------------------------------------------------

_HEAD = 500  # bytes of the words that describe an attachment
_BLANKS = 20  # bytes between two of them
_KIND, _TYPE = b"/EmbeddedFile", re.compile(rb"/Type\s{0,%d}\Z" % _BLANKS)
_ATTACHED = re.compile(
    rb"/EmbeddedFile\b(?:(?!/Type\s{0,%d}/EmbeddedFile)[^\0]){0,%d}?>>\s{0,%d}stream\r?\n"
    % (_BLANKS, _HEAD, _BLANKS)
)
_LOOKED_INTO = 100  # attachments, from the end: of what is packed, each may be as large as a graph may


def _attached(content: bytes) -> Iterator[re.Match[bytes]]:
    """Each head of an attachment; between two of them another thread may go on."""
    at = content.find(_KIND)
    while at >= 0:
        typed = _TYPE.search(content[max(at - _BLANKS - 5, 0) : at])
        if typed is not None and (file := _ATTACHED.match(content, at)) is not None:
            yield file
        at = content.find(_KIND, at + 1)


def _in_pdf(content: bytes) -> str | None:
    """The last attached file that is a graph; other programs write and pack the attachment their own way."""
    after = len(content)  # no attachment goes on behind the head of the next
    room = 2 * LARGEST_GRAPH  # bytes that are unpacked in all
    for file in reversed(deque(_attached(content), _LOOKED_INTO)):
        end = content.find(b"endstream", file.end(), after)
        data: bytes | None = content[file.end() : end if end >= 0 else after]
        begin = max(file.start() - _HEAD, 0)
        before = content[max(content.rfind(b" obj", begin, file.start()), begin) : file.start()]
        after = file.start()
        if b"/FlateDecode" in before + file[0]:
            data = _inflate(data or b"")
            room -= len(data or b"")
        if data is not None and f'"{KEY}"'.encode() in data:
            return data.strip().decode("ascii", "replace")
        if room < 0:
            return None
    return None
