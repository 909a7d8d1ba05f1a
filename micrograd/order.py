"""Operands before results: the orders in which a graph is walked, without recursion.

Both give what micrograd's recursive `build_topo` gives where `_prev` is in operand order. Nothing is
written on the nodes, so that a walk can be interrupted, and several threads can walk at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from micrograd.engine import Value


def topological_order(root: Value) -> list[Value]:
    """The root and all that feed it."""
    order: list[Value] = []
    seen = {root}
    path = [(root, iter(root._prev))]
    while path:
        node, operands = path[-1]
        for x in operands:
            if x not in seen:
                seen.add(x)
                if x._prev:
                    path.append((x, iter(x._prev)))
                    break
                order.append(x)
        else:
            order.append(node)
            path.pop()
    return order


def acting(root: Value) -> list[Value]:
    """Those of them that act in a backward pass, all but plain leaves: the same order, at half the cost.

    `waiting` is a stack of pairs: a node, and above it the operand it still waits for; None stands for none.
    """
    order: list[Value] = []
    seen = {root}
    waiting: list[Any] = []
    node = root
    while True:
        operands = node._prev
        if len(operands) == 2:
            x, y = operands
            if (x._prev or x._rule) and x not in seen:
                seen.add(x)
                waiting.append(node)
                waiting.append(y)
                node = x
                continue
            if (y._prev or y._rule) and y not in seen:
                seen.add(y)
                waiting.append(node)
                waiting.append(None)
                node = y
                continue
        elif len(operands) == 1:
            (x,) = operands
            if (x._prev or x._rule) and x not in seen:
                seen.add(x)
                waiting.append(node)
                waiting.append(None)
                node = x
                continue
        elif operands:  # only a user's own op has more
            return [node for node in topological_order(root) if node._prev or node._rule]
        order.append(node)
        while waiting:
            y = waiting.pop()
            if y is not None and (y._prev or y._rule) and y not in seen:
                seen.add(y)
                waiting.append(None)
                node = y
                break
            order.append(waiting.pop())
        else:
            return order
