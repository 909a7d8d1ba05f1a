"""The right pass over a finished graph: the slopes of its ops, and what rounding may make of its grads."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from micrograd.diagnosing.passes import FinishedGraph
from micrograd.engine import Value
from micrograd.foreign import LiveNode, same
from micrograd.ops import OPS, Op

_ROUNDINGS = 16  # so many times what rounding of each product and slope may add up to
_PRECISION = {"float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}


def finished(nodes: Sequence[LiveNode]) -> FinishedGraph:
    """The graph with its slopes.

    An op that the table lacks goes by the one row that gives all its numbers, if there is one, else by its
    own word.
    """
    nodes = [_in_order(node, nodes) for node in nodes]
    rows = _rows_by_numbers(nodes)
    kinds: list[str] = []
    slopes: list[tuple[float, ...]] = []
    for node in nodes:
        op = node.op or rows.get(node.text)
        if not node.inputs:
            kinds.append("")
            slopes.append(())
            continue
        x = [nodes[place].data for place in node.inputs]
        if op is None:
            kinds.append(node.text)
            slopes.append(_own_slopes(node, [nodes[place].value for place in node.inputs]))
            continue
        power = op.exponent is not None
        kinds.append("**" if power else op.symbol if op is OPS["**"] else op.name)
        slopes.append(tuple([float(slope) for slope in op.partials(*x, node.data)]))
    return FinishedGraph(nodes, kinds, slopes)


def _in_order(node: LiveNode, nodes: Sequence[LiveNode]) -> LiveNode:
    """The node with its operands the other way round, where only its own `_backward` tells which is which."""
    if len(node.inputs) != 2 or node.op is None or node.op.name not in ("-", "/", "**"):
        return node
    x, y = (nodes[place] for place in node.inputs)
    either = same(float(node.op.forward(x.data, y.data)), float(node.op.forward(y.data, x.data)))
    if not either or x.value is y.value or isinstance(node.value._prev, (tuple, list)):
        return node
    try:
        given = asked(node.value, (x.value, y.value), 0.0)
    except Exception:  # noqa: BLE001 - anybody's code; it is only asked for a hint
        return node
    slopes = node.op.partials(y.data, x.data, node.data)
    turned = all(same(given[id(each.value)], float(slope))
                 for each, slope in zip((y, x), slopes, strict=True))
    return node._replace(inputs=node.inputs[::-1]) if turned else node


def _rows_by_numbers(nodes: Sequence[LiveNode]) -> dict[str, Op]:
    """For each text that the table does not know, the one row that gives the data of all its nodes."""
    unknown: dict[str, list[LiveNode]] = {}
    for node in nodes:
        if node.op is None and node.inputs:
            unknown.setdefault(node.text, []).append(node)
    rows = {}
    for text, some in unknown.items():
        fitting = [op for op in OPS.values() if all(
            len(node.inputs) == op.arity
            and abs(float(op.forward(*[nodes[x].data for x in node.inputs])) - node.data)
            <= 1e-12 * abs(node.data) for node in some)]
        if len(fitting) == 1:
            rows[text] = fitting[0]
    return rows


def _own_slopes(node: LiveNode, operands: Sequence[Any]) -> tuple[float, ...]:
    """The slopes of an op that the table lacks, as its own `_backward` gives them; all grads are put back."""
    try:
        slopes = asked(node.value, operands, 0.0)
    except Exception as problem:
        raise ValueError(f"the op {node.text!r} of {node.called} is not in the table, and its own _backward "
                         f"cannot be asked: {type(problem).__name__} {problem}") from problem
    first = set()
    given = []
    for each in operands:  # what an operand got altogether stands at its first place
        given.append(0.0 if id(each) in first else slopes[id(each)])
        first.add(id(each))
    return tuple(given)


def asked(value: Any, operands: Sequence[Any], before: float, grad: float = 1.0) -> dict[int, float]:
    """The grads of the operands, by identity, after its `_backward` where they were `before`, its own `grad`.

    All grads are put back.
    """
    different = list({id(each): each for each in operands}.values())
    everyone = [value, *different]
    kept = [each.grad for each in everyone]
    try:
        for each in different:
            each.grad = before
        value.grad = grad
        value._backward()
        return {id(each): float(each.grad) for each in different}
    finally:
        for each, grad in zip(everyone, kept, strict=True):
            each.grad = grad


def refreshed(graph: FinishedGraph) -> FinishedGraph | None:
    """The graph after a forward pass with what its leaves hold; None where its numbers are those of one.

    None, too, where an op is one that the table lacks.
    """
    nodes: list[LiveNode] = []
    slopes = list(graph.slopes)
    for place, node in enumerate(graph.nodes):
        if not node.inputs:
            nodes.append(node)
            continue
        if node.op is None:
            return None
        x = [nodes[each].data for each in node.inputs]
        now = float(node.op.forward(*x))
        nodes.append(node._replace(data=now) if is_stale(graph.nodes, place, x) else node)
        slopes[place] = tuple([float(slope) for slope in node.op.partials(*x, nodes[-1].data)])
    if all(new is old for new, old in zip(nodes, graph.nodes, strict=True)):
        return None
    moved = {place: old for place, old in enumerate(graph.slopes) if old != slopes[place]}
    return FinishedGraph(nodes, graph.kinds, slopes, moved)


def is_stale(nodes: Sequence[LiveNode], place: int, operands: Sequence[float] | None = None) -> bool:
    """Whether the data of a node is not what its operands give, these or those numbers."""
    node = nodes[place]
    if node.op is None:
        return False
    now = float(node.op.forward(*(operands or [nodes[x].data for x in node.inputs])))
    near = 1e-6 * max(abs(now), abs(node.data)) + 1e-12
    return not (now == node.data or abs(now - node.data) <= near
                or not (math.isfinite(now) or math.isfinite(node.data)))


def other_sides(graph: FinishedGraph) -> Iterator[FinishedGraph]:
    """The same graph with the slopes that others give at a kink: those of the other sides."""
    bent = [place for place, node in enumerate(graph.nodes)
            if node.op is not None and node.op.kinks
            and node.op.along(*[graph.nodes[x].data for x in node.inputs]) in node.op.kinks]
    for slope in (1.0, 0.5, -1.0) if bent else ():
        slopes = list(graph.slopes)
        for place in bent:
            if len(slopes[place]) == 2:  # all to the first operand, half to each, all to the second
                slopes[place] = (max(slope, 0.0), 1.0 - max(slope, 0.0))
            elif slope > 0 or graph.kinds[place] == "abs":
                slopes[place] = (slope,)
        yield replace(graph, slopes=slopes)


def precision_of(nodes: Sequence[LiveNode]) -> float:
    """The distance of 1 from the next number, of the coarsest kind of number in the graph."""
    kinds = {type(number) for node in nodes if not isinstance(node.value, Value)
             for number in (node.value.data, node.value.grad)}
    return max((_PRECISION.get(kind.__name__, sys.float_info.epsilon) for kind in kinds),
               default=sys.float_info.epsilon)


_DIFFERENCES = frozenset(("tanh", "sigmoid", "gelu", "silu", "expm1"))  # 1 − t²: of numbers near 1


def rounding_of(graph: FinishedGraph, right: Sequence[float], precision: float) -> list[float]:
    """What rounding may make of each grad: first order, every product and slope off by some last digits."""
    errors = [0.0] * len(right)
    unit = _ROUNDINGS * precision
    for place in graph.backward_order:
        error, grad, kind = errors[place], abs(right[place]), graph.kinds[place]
        spread = 1.0 if kind in _DIFFERENCES else 0.0
        for x, slope in zip(graph.nodes[place].inputs, graph.slopes[place], strict=True):
            errors[x] += abs(slope) * error + unit * (abs(slope) + spread) * grad
    return errors
