"""`.micrograd` files, and the graphs that our pictures carry: read into a Graph, written whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import read_number
from micrograd_gui.files.atomic import read_whole, shown, write_whole
from micrograd_gui.resource import resource

SUFFIX = ".micrograd"


def read(path: Path | str) -> Graph:
    """The graph in the file; raises FileRefusal with a sentence that names file and field."""
    path = Path(path)
    content = read_whole(path)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.lstrip().startswith(b"{"):
        from micrograd_gui.files.embedded import embedded_in, is_picture  # JSON is read without it

        if is_picture(content):
            graph = embedded_in(content, shown(path))
            if graph is None:
                raise FileRefusal(
                    f"{shown(path)} carries no graph: only pictures made here do, "
                    "and those that another program saved again may have lost it."
                )
            return graph
    return codec.decode(content, shown(path))



def write(path: Path | str, graph: Graph) -> None:
    """Put the graph into the file; raises FileRefusal, and then the old file is untouched."""
    write_whole(Path(path), codec.encode(graph).encode("utf-8"))


DOT = (".dot", ".gv")
SUFFIXES = (SUFFIX, *DOT, ".svg", ".png", ".pdf")


def open_any(path: Path | str) -> Graph:
    """The graph in a .micrograd file, in a picture that carries one, or in DOT; raises FileRefusal."""
    path = Path(path)
    if path.suffix.lower() not in DOT:
        try:
            return read(path)
        except FileRefusal:
            if path.suffix.lower() in SUFFIXES or not path.is_file() or _begins_as_a_file_of_ours(path):
                raise
            raise FileRefusal(f"{shown(path)} holds no graph: these do: {', '.join(SUFFIXES)}.") from None
    text = _text(path)
    if not text.strip():
        raise FileRefusal(f"{shown(path)} cannot be read as DOT: it is empty.")
    from micrograd_gui.files.dot_reader import graph_from_dot

    return graph_from_dot(text, shown(path))


def is_document(path: Path) -> bool:
    """Whether the file can be saved again: what came out of a picture or of DOT is a new document."""
    return path.suffix.lower() == SUFFIX


def _begins_as_a_file_of_ours(path: Path) -> bool:
    """Then what is wrong in it is of use, whatever its name."""
    try:
        with path.open("rb") as file:
            return file.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    except OSError:
        return False


def _text(path: Path) -> str:
    return read_whole(path).decode("utf-8-sig", "replace").replace("\0", "")


def graph_from_source(file: str | None, expression: str | None, settings: Iterable[str] = ()) -> Graph:
    """The graph, its leaves set as in ``("a=2", "b=-3")``; raises Refusal where it cannot be had."""
    if (file is None) == (expression is None):
        raise Refusal("Name either a file (or an example) or an expression after -e.")
    if file is not None:
        graph = graph_from_file(file)
    else:
        from micrograd_gui.document.notation.reader import graph_from_expression  # ast: after the first paint

        graph = graph_from_expression(expression or "")
    for setting in settings:
        graph = _set(graph, setting)
    return graph


def graph_from_file(file: str) -> Graph:
    """The graph of a file, or of the example of that name."""
    if file in example_names():
        return load_example(file)
    bare = not Path(file).suffix and os.sep not in file
    if bare and "\0" not in file and not Path(file).exists():
        raise Refusal(
            f"{shown(Path(file))} is neither a file nor an example; "
            f"the examples are {', '.join(example_names())}."
        )
    return open_any(file)


def _set(graph: Graph, setting: str) -> Graph:
    name, sign, number = setting.partition("=")
    name = name.strip()
    if not sign or not name:
        raise Refusal(f"--set needs a name and a number, like a=2, not “{setting[:40]}”.")
    labels = {node.label: node.id for node in graph if node.label}
    if name not in labels:
        known = ", ".join(node.label for node in graph if node.label and node.is_leaf)
        raise Refusal(f"--set: there is no node called “{name[:40]}”; the leaves are {known[:200]}.")
    return graph.valued(labels[name], read_number(number, f"--set: the value of {name}"))


@dataclass(frozen=True, slots=True)
class Example:
    """One entry of the Examples menu; ``trains`` says whether gradient descent has something to learn."""

    name: str
    title: str
    sentence: str
    trains: bool = False

    @property
    def path(self) -> Path:
        return resource("examples", f"{self.name}{SUFFIX}")


@cache
def examples() -> tuple[Example, ...]:
    """All of them, in the order of the lecture."""
    rows = json.loads(resource("examples", "index.json").read_text("utf-8"))
    return tuple(Example(**row) for row in rows)


def example_names() -> tuple[str, ...]:
    """What they are called on the command line."""
    return tuple(example.name for example in examples())


def load_example(name: str) -> Graph:
    """The example's graph; raises Refusal, which lists the names, where there is none of that name."""
    by_name = {example.name: example for example in examples()}
    if name not in by_name:
        raise Refusal(f"There is no example “{name[:40]}”; there are {', '.join(by_name)}.")
    return read(by_name[name].path)
