"""Order: nodes after their operands, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from micrograd_gui.document.node import Node, NodeId


def post_order(nodes: Mapping[NodeId, Node], starts: Iterable[NodeId]) -> list[NodeId]:
    """The starts and all that they depend on, operands first and in operand order."""
    order: list[NodeId] = []
    seen: set[NodeId] = set()
    for start in starts:
        stack: list[tuple[NodeId, bool]] = [(start, False)]
        while stack:
            number, operands_done = stack.pop()
            if operands_done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                stack.append((number, True))
                stack.extend(
                    (source, False)
                    for source in reversed(nodes[number].inputs)
                    if source is not None and source not in seen
                )
    return order
