"""Building a graph: Graph → the engine's Values, one for each node that can be computed."""

from __future__ import annotations

from collections.abc import Mapping

from micrograd.engine import Value, apply
from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, Node, NodeId


def build(graph: Graph, held: Mapping[NodeId, float] | None = None) -> dict[NodeId, Value]:
    """One engine Value per node that can be computed; ``held`` nodes are given numbers instead."""
    held = held or {}
    values: dict[NodeId, Value] = {}
    for number in graph.order:
        node = graph.nodes[number]
        if number in held:
            values[number] = Value(held[number])
        elif (value := compute_node(node, values)) is not None:
            values[number] = value
    return values


def compute_node(node: Node, values: Mapping[NodeId, Value]) -> Value | None:
    """The node's Value over its operands' Values; None where an operand is missing."""
    if node.op is None:
        return Value(node.data)
    operands = [values[source] for source in node.inputs if source is not None and source in values]
    return apply(op_of(node.op), *operands) if len(operands) == len(node.inputs) else None
