"""A finished Value → Graph: a notebook's live values, opened in the window."""

from __future__ import annotations

from typing import Any

from micrograd.engine import Value, topological_order
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId


def graph_from_value(root: Value) -> Graph:
    """The graph behind a Value, labels kept; the Value is the target.

    Raises Refusal, naming the node, for an op that is not in the table.
    """
    ids: dict[int, NodeId] = {}
    nodes: dict[NodeId, Node] = {}
    for number, value in enumerate(topological_order(root), 1):
        operands = tuple(ids[id(each)] for each in value._prev)
        nodes[number] = Node(
            number, _op_name(value) if operands else None, operands, str(value.label), float(value.data)
        )
        ids[id(value)] = number
    return Graph(nodes, chosen_target=ids[id(root)], next_id=len(nodes) + 1)


def _op_name(value: Any) -> str:
    if value.op is not None:
        return str(value.op.name)
    try:
        rule = op_of(str(value._op))
    except KeyError:
        called = value.label or "a node"
        raise Refusal(
            f"The op “{value._op}” of {called} is not in the table of ops, so it cannot be opened: "
            f"CONTRIBUTING tells how to add one."
        ) from None
    return rule.name
