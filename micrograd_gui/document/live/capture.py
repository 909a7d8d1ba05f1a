"""Capture: whatever a notebook calls a value, read as a graph by the reader that knows its kind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from micrograd.foreign import is_like_a_value
from micrograd.language import N_, tr
from micrograd_gui.document.errors import Net, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.in_parts import uncollected
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.parts import in_parts
from micrograd_gui.document.live.values import capture_value
from micrograd_gui.document.text import kind_of


class LiveReader(NamedTuple):
    """One kind of live values: what tells it, and what reads the graph behind one.

    ``read`` takes the value and the caller's variables, and raises Refusal.
    """

    applies: Callable[[object], bool]
    read: Callable[[Any, Mapping[str, Any]], LiveGraph]


@Net("show", N_("The value"))
def capture(root: Any, names: Mapping[str, Any] | None = None) -> LiveGraph:
    """The graph behind a value, and the live values of its nodes.

    ``names`` are the caller's variables: a node with no label of its own is called as the one that holds it.
    Raises Refusal, naming the node, for an op that is not in the table, and for what is no value.
    """
    for reader in READERS:
        if reader.applies(root):
            with uncollected():
                return _in_parts(reader.read(root, names or {}))
    kind = kind_of(root)
    raise Refusal(tr("{kind} is no Value, so there is no graph behind it.", kind=kind[:1].upper() + kind[1:]))


def _in_parts(found: LiveGraph) -> LiveGraph:
    """What is large and has no blocks, with parts as boxes, and with a sentence about them."""
    graph = in_parts(found.graph)
    if graph is found.graph:
        return found
    parts = sum(block.parent is None for block in graph.blocks)
    said = tr(
        "{nodes:,} nodes, in {boxes} boxes at first: double-click one to look inside.",
        nodes=len(graph),
        boxes=parts,
    )
    return replace(found, graph=graph, note=f"{found.note} {said}".strip())


def graph_from_value(root: Any) -> Graph:
    """The graph behind a value, labels kept; the value is the target. Raises Refusal."""
    return capture(root).graph


def is_live(thing: object) -> bool:
    """Whether it is a value with a graph behind it: a Value, one of another micrograd, a PyTorch tensor."""
    return any(reader.applies(thing) for reader in READERS)


def _is_tensor(thing: object) -> bool:
    """Whether it is a tensor of a PyTorch that somebody else has imported."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(thing, getattr(torch, "Tensor", ()))


def _capture_tensor(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    from micrograd_gui.document.live.torch import capture_tensor  # for those who have a tensor

    return capture_tensor(root, names)


READERS = (
    LiveReader(_is_tensor, _capture_tensor),
    LiveReader(is_like_a_value, capture_value),
)
