"""Documents: what a graph is read from (files of any kind, examples, what else names one), and saved to."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from micrograd.language import N_, in_quotes, tr
from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal, Net, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import quoted, spoken, visible
from micrograd_gui.files.atomic import LARGEST, quoted_name, read_whole, write_readable
from micrograd_gui.resource import resource

if TYPE_CHECKING:
    from micrograd_gui.document.history import Fingerprint

SUFFIX = ".micrograd"
DOT = (".dot", ".gv")
PICTURES = (".svg", ".png", ".pdf")
TEXTS = (".py", ".ipynb", ".tex", ".html")  # which carry their graph as pictures do
CELLS = (".py", ".ipynb")  # whose cells are walked through where they carry none
SUFFIXES = (SUFFIX, *DOT, *PICTURES, *TEXTS)  # of all files that a graph is read from
_ADDRESS = r"(?i)(file):/|([a-z][a-z0-9+.-]+)://"  # a scheme of one letter is a drive of Windows
_SHOWN = 80  # characters of an address in a sentence
LONG, LONG_PICTURE = 200_000, 20_000  # bytes of a graph, and of a picture or DOT, that are read at once


class OpenedGraph(msgspec.Struct, frozen=True):
    """A graph, and where it came from: the file that it can be saved to again, else what it is called.

    ``known`` is what that file was when it was read; ``said`` what came of a notebook's cells.
    """

    graph: Graph
    path: Path | None = None
    title: str = ""
    known: Fingerprint | None = None
    said: str = ""


def takes_long(source: object) -> bool:
    """Whether that is a file whose reading may take longer than a window should wait."""
    if not isinstance(source, str | Path) or source in example_names():
        return False
    try:
        size = os.stat(source).st_size
    except (OSError, ValueError):
        return False
    suffix = Path(source).suffix.lower()
    long = LONG if suffix == SUFFIX else 0 if suffix in CELLS else LONG_PICTURE
    return long < size <= LARGEST  # what is larger is refused unread


def is_address(text: str) -> bool:
    """Whether that is the address of a file or of what lies elsewhere, not a name."""
    return re.match(_ADDRESS, text) is not None


def as_path(name: str) -> str:
    """The name of a file, an example or a lesson; of an address, ``file:…``, the path of the file.

    Signs that stand as ``%20`` are read. Raises FileRefusal where the address is of another machine, or of
    what is no file.
    """
    found = re.match(_ADDRESS, name) if ":/" in name else None
    if found is None:
        return name
    told = in_quotes(f"{visible(name, '�')[:_SHOWN]}{'…' if len(name) > _SHOWN else ''}")
    if found[1] is None:
        raise FileRefusal(
            tr("{address} is no file of this machine: save it here first, then open the file.", address=told)
        )
    import socket
    from urllib.parse import unquote, unquote_to_bytes, urlsplit

    try:
        parts = urlsplit(name)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise FileRefusal(tr("{address} cannot be read as an address of a file.", address=told)) from None
    if host not in ("", "localhost", "127.0.0.1", socket.gethostname().lower()):
        raise FileRefusal(
            tr(
                "{address} is on another machine, “{machine}”: only files of this one are opened.",
                address=told,
                machine=visible(unquote(host), "�")[:_SHOWN],
            )
        )
    if os.name == "nt":
        from urllib.request import url2pathname

        path = url2pathname(parts.path)
    else:
        path = os.fsdecode(unquote_to_bytes(parts.path))
    if not path or "\0" in path:
        raise FileRefusal(tr("{address} names no file.", address=told))
    if parts.query or parts.fragment:
        raise FileRefusal(
            tr(
                "{address} has a ? or a #: in the address of a file they are written %3F and %23.",
                address=told,
            )
        )
    return path


@Net("open")
def resolve(source: object) -> OpenedGraph:
    """The graph of a file, of the example of that name, of an expression, of a Graph or of a live value.

    A Path is a file; a text is an example, a file (by name, or as ``file:///…``) or an expression, whichever
    there is. None is the lecture's neuron. Raises Refusal where there is none.
    """
    if isinstance(source, OpenedGraph):
        return source
    if isinstance(source, Graph):
        return OpenedGraph(source, title="expression")
    if source is None or isinstance(source, Path):
        return open_named(source or "neuron")
    if isinstance(source, str):
        source = as_path(source)
        if source in example_names() or source.endswith(SUFFIXES) or os.path.isfile(source):
            return open_named(source)
        from micrograd_gui.document.notation.reader import graph_from_expression  # ast: after the first paint

        return OpenedGraph(graph_from_expression(source), title="expression")
    from micrograd_gui.document.live.capture import graph_from_value

    return OpenedGraph(graph_from_value(source), title=getattr(source, "label", "") or tr("live values"))


@Net("open")
def open_named(name: str | Path) -> OpenedGraph:
    """The graph of a file, or of the example of that name; raises Refusal where there is neither.

    Only a .micrograd file is saved to again: what came out of a picture or of DOT is a new document.
    """
    if name in example_names():
        return OpenedGraph(load_example(str(name)), title=str(name))
    if isinstance(name, str):
        name = as_path(name)
    path = Path(name)
    bare = isinstance(name, str) and not path.suffix and os.sep not in name
    if bare and "\0" not in str(name) and not (name and os.path.exists(path)):  # of "" a path is "."
        raise Refusal(
            tr(
                "{file} is neither a file nor an example; the examples are {names}.",
                file=quoted_name(path) if name else quoted(""),
                names=", ".join(example_names()),
            )
        )
    if path.suffix.lower() != SUFFIX:
        graph = read(path)
        said = ""
        if path.suffix.lower() in CELLS and graph.workspace is not None:
            from micrograd_gui.files.notebook import said_of_cells

            said = said_of_cells(graph)
        return OpenedGraph(graph, title=path.stem, said=said)
    from micrograd_gui.files import looking  # a window without a file does without

    content, known = looking.read(path)
    return OpenedGraph(_graph_in(content, path), path, known=known)


@Net("open")
def read(path: Path | str) -> Graph:
    """The graph in a .micrograd file, in a picture that carries one, or in DOT.

    Raises FileRefusal with a sentence that names file and field.
    """
    path = Path(path)
    return _graph_in(read_whole(path), path)


def _graph_in(content: bytes, path: Path) -> Graph:
    content = content.removeprefix(b"\xef\xbb\xbf")
    suffix = path.suffix.lower()
    if suffix in DOT:
        return _read_dot(content, quoted_name(path))
    plain = content.lstrip().startswith(b"{")
    if not plain or suffix == ".ipynb" or b'"nbformat"' in content[-2000:]:  # JSON is read without it
        from micrograd_gui.files.embedded import graph_inside, is_picture

        graph = graph_inside(content, quoted_name(path))
        if graph is not None:
            return graph
        if suffix not in SUFFIXES:
            raise FileRefusal(
                tr(
                    "{file} holds no graph: these do: {names}.",
                    file=quoted_name(path),
                    names=", ".join(SUFFIXES),
                )
            )
        if suffix in CELLS:
            from micrograd_gui.files.notebook import graph_of_cells

            return graph_of_cells(content, quoted_name(path))
        if suffix in TEXTS:
            raise FileRefusal(
                tr(
                    "{file} carries no graph: only what was exported here does. "
                    "The cells of a lecture or notebook can be pasted.",
                    file=quoted_name(path),
                )
            )
        if is_picture(content):
            raise FileRefusal(
                tr(
                    "{file} carries no graph: only pictures made here do, "
                    "and those that another program saved again may have lost it.",
                    file=quoted_name(path),
                )
            )
    return codec.decode(content, quoted_name(path))


def _read_dot(content: bytes, name: str) -> Graph:
    from micrograd_gui.document.in_parts import lenient_text
    from micrograd_gui.files.dot_reader import graph_from_dot

    text = lenient_text(content).replace("\0", "")
    if not text.strip():
        raise FileRefusal(tr("{name} cannot be read as DOT: it is empty.", name=name))
    return graph_from_dot(text, name)


def write(path: Path | str, graph: Graph) -> None:
    """Save the graph as a .micrograd file; raises FileRefusal, and then the old file is untouched."""
    save(Path(path), graph)


@Net("save")
def save(path: Path, graph: Graph) -> Fingerprint:
    """Save the graph as `write` does, and give what the file is then; raises FileRefusal."""
    from micrograd_gui.files import looking

    if path.suffix.lower() != SUFFIX and not os.path.isdir(path):
        raise FileRefusal(
            tr(
                "{file} cannot be written: a graph is saved as a {suffix} file; "
                "for other forms there are Export in the window, and render.",
                file=quoted_name(path),
                suffix=SUFFIX,
            )
        )
    content = codec.encode(graph).encode("utf-8", "replace")
    write_readable(path, content, tr("the graph"))
    return looking.written(path, content)


class Example(msgspec.Struct, frozen=True):
    """One entry of the Examples menu; ``trains`` says whether gradient descent has something to learn."""

    name: str
    title: str
    sentence: str
    trains: bool = False

    @property
    def path(self) -> Path:
        """The file of the graph."""
        return resource("examples", f"{self.name}{SUFFIX}")


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of the lecture."""
    rows = msgspec.json.decode(resource("examples", "index.json").read_bytes())
    return tuple(Example(**row) for row in rows)


def example_names() -> tuple[str, ...]:
    """What they are called on the command line."""
    return tuple(example.name for example in examples())


_NUMBERED = {"layer": N_("layer {number}"), "neuron": N_("neuron {number}")}


def load_example(name: str) -> Graph:
    """The example's graph; raises Refusal, which lists the names, where there is none of that name."""
    by_name = {example.name: example for example in examples()}
    if name not in by_name:
        raise Refusal(
            tr(
                "There is no example “{name}”; there are {names}.",
                name=spoken(name),
                names=", ".join(by_name),
            )
        )
    return _titled(read(by_name[name].path))


def _titled(graph: Graph) -> Graph:
    """The graph with the titles that the program has given its blocks in the language in use."""
    for block in graph.blocks:
        word, _, number = block.title.partition(" ")
        title = tr(_NUMBERED[word], number=number) if word in _NUMBERED else tr(block.title)
        if title != block.title:
            graph = graph.retitled(block.id, title)
    return graph
