"""What comes in: a file of any kind that holds a graph, told by its suffix and its content."""

from __future__ import annotations

from pathlib import Path

from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.services import files
from micrograd_gui.services.atomic import read_whole, shown

DOT = (".dot", ".gv")
SUFFIXES = (files.SUFFIX, *DOT, ".svg", ".png", ".pdf")


def read(path: Path | str) -> Graph:
    """The graph in a .micrograd file, in a picture that carries one, or in DOT; raises FileRefusal."""
    path = Path(path)
    if path.suffix.lower() not in DOT:
        try:
            return files.read(path)
        except FileRefusal:
            if path.suffix.lower() in SUFFIXES or not path.is_file() or _begins_as_a_file_of_ours(path):
                raise
            raise FileRefusal(f"{shown(path)} holds no graph: these do: {', '.join(SUFFIXES)}.") from None
    text = _text(path)
    if not text.strip():
        raise FileRefusal(f"{shown(path)} cannot be read as DOT: it is empty.")
    from micrograd_gui.services.incoming_dot import graph_from_dot

    return graph_from_dot(text, shown(path))


def is_document(path: Path) -> bool:
    """Whether the file can be saved again: what came out of a picture or of DOT is a new document."""
    return path.suffix.lower() == files.SUFFIX


def _begins_as_a_file_of_ours(path: Path) -> bool:
    """Then what is wrong in it is of use, whatever its name."""
    try:
        with path.open("rb") as file:
            return file.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    except OSError:
        return False


def _text(path: Path) -> str:
    return read_whole(path).decode("utf-8-sig", "replace").replace("\0", "")
