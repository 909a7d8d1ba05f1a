"""A finished Value → Graph: a notebook's live values, opened in the window."""

from __future__ import annotations

from micrograd.engine import Value, topological_order
from micrograd.ops import OPS, op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.labels import spoken


def graph_from_value(root: Value) -> Graph:
    """The graph behind a Value, labels kept; the Value is the target.

    Raises Refusal, naming the node, for an op that is not in the table.
    """
    ids: dict[int, NodeId] = {}
    nodes: dict[NodeId, Node] = {}
    for number, value in enumerate(topological_order(root), 1):
        operands = tuple(ids[id(each)] for each in value._prev)
        op = _op_name(value) if operands else None
        nodes[number] = Node(number, op, operands, str(value.label), value.data)
        ids[id(value)] = number
    return Graph(nodes, chosen_target=ids[id(root)], next_id=len(nodes) + 1)


def _op_name(value: Value) -> str:
    written = value.op.name if value.op is not None else str(value._op)
    by_text = {op.op_text: op for op in OPS.values()}  # micrograd says "ReLU" where the table says "relu"
    try:
        rule = by_text.get(written) or op_of(written)
    except KeyError:
        rule = None
    if rule is not None and rule.arity == len(tuple(value._prev)):
        return rule.name
    called = spoken(str(value.label)) or "a node"
    raise Refusal(
        f"The op “{spoken(written)}” of {called} is not in the table of ops, so it cannot be opened: "
        f"CONTRIBUTING tells how to add one."
    )
