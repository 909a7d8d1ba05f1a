"""Names: nodes of a graph as variables of Python, whatever their labels say."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Mapping
from unicodedata import normalize

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId

_LONGEST = 40
_FORBIDDEN = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def computed(graph: Graph) -> list[Node]:
    """The nodes that code can compute, operands first; the target is among them.

    Raises Refusal where there is no target, or where what feeds it has an empty port.
    """
    if graph.target is None:
        raise Refusal("The graph is empty: there is nothing to write as code.")
    known: dict[NodeId, Node] = {}
    for number in graph.order:
        node = graph.nodes[number]
        if all(source in known for source in node.inputs):
            known[number] = node
        elif number in graph.feeding:
            raise Refusal(f"{node.spoken} has an empty port, so it cannot be written as code.", number)
    return list(known.values())


def variables(nodes: Collection[Node], reserved: Collection[str] = ()) -> Mapping[NodeId, str]:
    """A name of its own for each node: its label where that is a name, else what is left of it, else ``v7``.

    ``reserved`` are names that the code uses for itself.
    """
    taken = {*_FORBIDDEN, *reserved}
    names: dict[NodeId, str] = {}
    for node in nodes:  # labels that are names come first: they keep theirs
        if _is_name(node.label) and node.label not in taken:
            names[node.id] = node.label
            taken.add(node.label)
    for node in nodes:
        if node.id not in names:
            name = _rest(node.label) or f"v{node.id}"
            if name in taken:
                name = f"{name}_{node.id}"
            while name in taken:
                name += "_"
            names[node.id] = name
            taken.add(name)
    return names


def _is_name(label: str) -> bool:
    return (
        len(label) <= _LONGEST
        and label.isidentifier()
        and normalize("NFKC", label) == label  # Python reads a name so, and two might become one
        and not label.startswith("_")
    )


def _rest(label: str) -> str:
    """What is left of the label when all that no name can hold is taken out: ``x1*w1`` → ``x1_w1``."""
    rest = re.sub(r"\W+", "_", normalize("NFKC", label[: 4 * _LONGEST])).strip("_")[:_LONGEST].rstrip("_")
    return rest if _is_name(rest) and rest not in _FORBIDDEN else ""
