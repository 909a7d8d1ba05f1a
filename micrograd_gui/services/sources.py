"""What a graph is named by on a command line: a file, an example's name, or an expression."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import read_number
from micrograd_gui.services import examples, incoming
from micrograd_gui.services.atomic import shown


def graph_from_source(file: str | None, expression: str | None, settings: Iterable[str] = ()) -> Graph:
    """The graph, its leaves set as in ``("a=2", "b=-3")``; raises Refusal where it cannot be had."""
    if (file is None) == (expression is None):
        raise Refusal("Name either a file (or an example) or an expression after -e.")
    graph = graph_from_file(file) if file is not None else graph_from_expression(expression or "")
    for setting in settings:
        graph = _set(graph, setting)
    return graph


def graph_from_file(file: str) -> Graph:
    """The graph of a file, or of the example of that name."""
    if file in examples.names():
        return examples.load(file)
    bare = not Path(file).suffix and os.sep not in file
    if bare and "\0" not in file and not Path(file).exists():
        raise Refusal(
            f"{shown(Path(file))} is neither a file nor an example; "
            f"the examples are {', '.join(examples.names())}."
        )
    return incoming.read(file)


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
