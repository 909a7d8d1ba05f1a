"""Embedded: the graph that a picture carries inside itself, put in and taken out again."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from typing import Any
from xml.parsers import expat

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.files.atomic import LARGEST

METADATA = "micrograd-graph"  # the id of the element in an SVG
KEYWORD = "micrograd-graph"  # of the text in a PNG
ATTACHED = "graph.micrograd"  # the file in a PDF
LARGEST_GRAPH = LARGEST  # bytes of the graph in it
_TEXTS = (b"iTXt", b"tEXt", b"zTXt")
_PNG = b"\x89PNG\r\n\x1a\n"


def pack(graph: Graph) -> str:
    """The graph as the text that pictures carry: a `.micrograd` file in ASCII, which every form can hold.

    Raises FileRefusal where the picture would hold more than is read again.
    """
    text = json.dumps(json.loads(codec.encode(graph)), sort_keys=True, separators=(",", ":"))
    if len(text) > LARGEST_GRAPH:
        raise FileRefusal(
            f"The graph is too large to be put into a picture: it takes {len(text) / 1e6:.0f} MB, "
            f"and at most {LARGEST_GRAPH // 1_000_000} MB are read again."
        )
    return text


def is_picture(start: bytes) -> bool:
    """Whether content that begins so is one of the pictures that can carry a graph."""
    head = start[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((_PNG, b"%PDF-", b"<"))


def graph_inside(content: bytes, name: str = "The picture") -> Graph | None:
    """The graph in the content of a picture; None: there is none. Raises FileRefusal where it is damaged."""
    if content.startswith(_PNG):
        text = _in_png(content)
    elif content.startswith(b"%PDF-"):
        text = _in_pdf(content)
    else:
        text = _in_svg(content)
    if text is None:
        return None
    if len(text) > LARGEST_GRAPH:
        raise FileRefusal(f"The graph in {name} is too large.")
    return codec.decode(text, f"The graph in {name}")


# SVG ---------------------------------------------------------------------------------------------


class _Enough(Exception):
    """The graph has been found, or cannot be there."""


def _in_svg(content: bytes) -> str | None:
    """Reads only so far as to the end of our element; a document with entities of its own is not ours."""
    found: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = name.rpartition(":")[2] == "metadata" and attributes.get("id") == METADATA

    def end(name: str) -> None:
        if inside:
            raise _Enough

    def refuse(*_: Any) -> None:
        found.clear()
        raise _Enough

    def text(data: str) -> None:
        if inside:
            found.append(data)

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = text, refuse
    try:
        parser.Parse(content, True)
    except _Enough:
        return "".join(found) or None
    except expat.ExpatError:
        return None
    return None


# PNG ---------------------------------------------------------------------------------------------


def png_info(title: str, graph: str) -> Any:
    """The texts of a PNG, for Pillow: its title, who made it, and the graph."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("Title", title)
    info.add_text("Software", "micrograd-gui")
    if graph:
        info.add_itxt(KEYWORD, graph, zip=len(graph) > 2000)
    return info


def _in_png(content: bytes) -> str | None:
    """The chunks are looked through here: Pillow would unpack all others too, and at most 1 MB of ours."""
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        keyword, _, rest = body.partition(b"\0")
        if keyword == KEYWORD.encode() and kind in _TEXTS:
            return _text(kind, rest)
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

_ROOT = re.compile(rb"/Root (\d+) 0 R")
_SIZE = re.compile(rb"/Size (\d+)")
_INFO = re.compile(rb"/Info (\d+ 0 R)")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_KIND = b"/Type /EmbeddedFile /Subtype /application#2Fx-micrograd "
_STREAM = b"<< " + _KIND + b"/Params << /Size %d >> /Length %d >>\nstream\n%s\nendstream"
_HEAD = 500  # bytes of the words that describe an attachment
_ATTACHED = re.compile(rb"/Type\s*/EmbeddedFile\b[^\0]{0,%d}?>>\s*stream\r?\n" % _HEAD)


def attach(pdf: bytes, graph: str) -> bytes:
    """The PDF with the graph as an attached file, added behind its end as PDF's own rules for updates say."""
    trailer = pdf[pdf.rindex(b"trailer") :]
    number, first, start = (int(_one(each, trailer)) for each in (_ROOT, _SIZE, _START))
    catalog = _one(re.compile(rb"(?s)\n%d 0 obj\n<<(.*?)>>\nendobj" % number), pdf)
    info = _one(_INFO, trailer)
    data = graph.encode("ascii")
    names = f"/Names << /EmbeddedFiles << /Names [({ATTACHED}) {first + 1} 0 R] >> >>".encode()
    objects = {
        number: b"<<" + catalog + names + b" >>",
        first: _STREAM % (len(data), len(data), data),
        first + 1: f"<< /Type /Filespec /F ({ATTACHED}) /UF ({ATTACHED}) "
        f"/Desc (The graph, for micrograd-gui) /EF << /F {first} 0 R >> >>".encode(),
    }
    out, table = io.BytesIO(), [b"xref\n"]
    out.write(pdf)
    for each, body in sorted(objects.items()):
        table.append(b"%d 1\n%010d 00000 n \n" % (each, out.tell()))
        out.write(b"%d 0 obj\n%s\nendobj\n" % (each, body))
    place = out.tell()
    out.write(b"".join(table))
    out.write(b"trailer\n<< /Size %d /Root %d 0 R /Info %s " % (first + 2, number, info))
    out.write(b"/Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (start, place))
    return out.getvalue()


def _one(what: re.Pattern[bytes], content: bytes) -> bytes:
    found = what.search(content)
    assert found is not None, "matplotlib writes a catalog and a trailer with root, size, info and start"
    return found[1]


def _in_pdf(content: bytes) -> str | None:
    """The last attached file that is a graph; other programs write and pack the attachment their own way."""
    found = None
    for file in _ATTACHED.finditer(content):
        end = content.find(b"endstream", file.end())
        data: bytes | None = content[file.end() : end if end >= 0 else None]
        before = content[max(content.rfind(b" obj", 0, file.start()), file.start() - _HEAD, 0) : file.start()]
        if b"/FlateDecode" in before + file[0]:
            data = _inflate(data or b"")
        if data is not None and b'"micrograd-graph"' in data:
            found = data.strip().decode("ascii", "replace")
    return found
