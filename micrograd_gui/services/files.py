"""`.micrograd` files, and the graphs that our pictures carry: read into a Graph, written whole."""

from __future__ import annotations

from pathlib import Path

from micrograd_gui.document import codec
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.services.atomic import read_whole, shown, write_whole

SUFFIX = ".micrograd"


def read(path: Path | str) -> Graph:
    """The graph in the file; raises FileRefusal with a sentence that names file and field."""
    path = Path(path)
    content = read_whole(path)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.lstrip().startswith(b"{"):
        from micrograd_gui.services.embedded import embedded_in, is_picture  # JSON is read without it

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
