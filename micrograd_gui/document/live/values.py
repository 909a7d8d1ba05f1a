"""Live values: the graph behind a finished Value, of this micrograd or of another built like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from micrograd.foreign import LiveNode, read_graph, rule_of
from micrograd.ieee import number
from micrograd.language import tr, trn
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.live_graph import LiveBuilder, LiveGraph
from micrograd_gui.document.live.module_blocks import with_modules
from micrograd_gui.document.live.row_graph import row_graph
from micrograd_gui.document.live.samples import found_samples
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.text import spoken

NODE_FOR_NODE = 600  # a graph of no more nodes is shown as it is, unfolded, even where samples repeat


def capture_value(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind a value of this micrograd or of another, and the live values of its nodes.

    Raises Refusal, naming the node, for an op that is not in the table, for what holds no number, and for a
    graph that goes in a circle.
    """
    try:
        nodes = read_graph(root, NODES_AT_MOST)
    except (TypeError, ValueError) as problem:
        said = str(problem)
        raise Refusal(
            tr("{reason}, so it cannot be opened.", reason=said[:1].upper() + said[1:])
        ) from problem
    for node in nodes:
        if node.previous and (node.op is None or rule_of(node.op.name) is None):
            raise _lone(node) if rule_of(node.text) is not None else unknown_op(node.text, node.label)
    samples = found_samples(nodes) if len(nodes) > NODE_FOR_NODE else None
    found = None if samples is None else row_graph(samples, names)
    if found is None and len(nodes) > NODE_FOR_NODE:
        found = with_modules(nodes, names)
    if found is not None:
        return found
    builder = LiveBuilder()
    for node in nodes:
        operands = [nodes[place].value for place in node.inputs]
        name = None if node.op is None else node.op.name
        builder.add(node.value, name, operands, node.label, node.data, node.grad)
    return builder.finish(root).named(names)


def _lone(node: LiveNode) -> Refusal:
    """The refusal of an op that tells of more or fewer operands than it takes."""
    return Refusal(
        trn(
            "{node} is made by “{op}” of one operand, so it cannot be opened: "
            "each number that it is computed from must be a value in its _prev.",
            "{node} is made by “{op}” of {n} operands, so it cannot be opened: "
            "each number that it is computed from must be a value in its _prev.",
            len(node.inputs),
            node=spoken(node.label) or tr("A node"),
            op=spoken(node.text),
        )
    )


def unknown_op(text: str, label: str) -> Refusal:
    """The refusal of an op that the table does not have."""
    return Refusal(
        tr(
            "The op “{op}” of {node} is not in the table of ops, so it cannot be opened: "
            "CONTRIBUTING tells how to add one.",
            op=spoken(text),
            node=spoken(label) or tr("a node"),
        )
    )


def plain_number(thing: Any, what: str) -> float:
    """What a live value holds, as a float; raises Refusal where that is no number."""
    try:
        return number(thing)
    except (TypeError, ValueError):
        kind = spoken(type(thing).__name__)
        raise Refusal(
            tr("{what} holds a {type}, not a number, so it cannot be opened.", what=what, type=kind)
        ) from None
