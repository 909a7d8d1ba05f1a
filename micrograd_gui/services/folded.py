"""Folded: a graph with each collapsed block as one node, as a picture shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

from micrograd_gui.document.block import Block, BlockKind, nodes_of
from micrograd_gui.document.graph import Graph, Node, NodeId, Place

KINDS: tuple[str, ...] = get_args(BlockKind)


@dataclass(frozen=True)
class Folded:
    """``graph`` is to be drawn and not to be run: the op of a stand-in is the kind of its block.

    ``stands_for`` names for every node of a collapsed block the one that stands for all of it;
    ``silent`` are those stand-ins that show no number, since their block has several outputs.
    """

    graph: Graph
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)
    silent: frozenset[NodeId] = frozenset()


def folded(graph: Graph) -> Folded:
    """The graph with the outermost of its collapsed blocks as one node each."""
    outermost = {_stand_in(graph, block): block for block in _outermost(graph)}
    stands_for = {
        member: number for number, block in outermost.items() for member in nodes_of(graph.blocks, block.id)
    }
    if not stands_for:
        return Folded(graph)
    feeding: dict[NodeId, dict[NodeId, None]] = {number: {} for number in outermost}
    nodes: dict[NodeId, Node] = {}
    for node in graph:
        inputs = tuple(None if each is None else stands_for.get(each, each) for each in node.inputs)
        number = stands_for.get(node.id)
        if number is None:
            nodes[node.id] = replace(node, inputs=inputs)
        else:
            feeding[number].update((each, None) for each in inputs if each is not None and each != number)
    for number, block in outermost.items():
        nodes[number] = Node(number, block.kind, tuple(feeding[number]), block.title or block.kind)
    target = graph.target
    places = _places(graph, stands_for) if graph.places.keys() == graph.nodes.keys() else {}
    shown = Graph(nodes, places, None if target is None else stands_for.get(target, target), graph.next_id)
    silent = frozenset(number for number, block in outermost.items() if block.output is None)
    return Folded(shown, stands_for, silent)


def _places(graph: Graph, stands_for: Mapping[NodeId, NodeId]) -> dict[NodeId, Place]:
    """Where nodes stand; a stand-in is about the middle of what it stands for, as on the canvas."""
    within: dict[NodeId, list[Place]] = {}
    for number, place in graph.places.items():
        within.setdefault(stands_for.get(number, number), []).append(place)
    return {
        number: ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        for number, (xs, ys) in (
            (number, tuple(zip(*places, strict=True))) for number, places in within.items()
        )
    }


def _outermost(graph: Graph) -> list[Block]:
    """The collapsed blocks that lie in no other collapsed one, and are not empty."""
    hidden = {block.id: block.collapsed for block in graph.blocks}
    found: list[Block] = []
    within: dict[int, bool] = {}
    for block in graph.blocks:  # a block stands after its parent
        inside = block.parent is not None and (within[block.parent] or hidden[block.parent])
        within[block.id] = inside
        if block.collapsed and not inside and nodes_of(graph.blocks, block.id):
            found.append(block)
    return found


def _stand_in(graph: Graph, block: Block) -> NodeId:
    return block.outputs[0] if block.outputs else max(nodes_of(graph.blocks, block.id))
