"""Units: what of a graph is done at one stroke: an op, or a whole sum of coefficient × operand and biases."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from micrograd.engine import Value
from micrograd.ops import OPS

ONE = Value(1.0)  # the coefficient of a term that has none
_ADD, _MULTIPLY = OPS["+"], OPS["*"]


@dataclass(frozen=True, slots=True)
class Unit:
    """What yields one node: an op, or a sum of coefficient × operand and of biases. One key, one group."""

    out: Value
    key: tuple[Any, ...]
    operands: tuple[Value, ...] = ()
    coefficients: tuple[Value, ...] = ()
    biases: tuple[Value, ...] = ()


def downstream(order: Iterable[Value], sources: Iterable[Value]) -> set[Value]:
    """The sources and all that is computed from them."""
    reached = set(sources)
    for node in order:
        if any(x in reached for x in node._prev):
            reached.add(node)
    return reached


def units(order: list[Value], columns: Collection[Value], kept: Collection[Value]) -> list[Unit]:
    """What is to be computed, operands first; what a sum takes in is no unit of its own."""
    users: dict[Value, list[Value]] = {node: [] for node in order}
    for node in order:
        for x in node._prev:
            users[x].append(node)

    def inside(node: Value) -> bool:
        """Whether a sum takes the node in: nobody else asks for it."""
        if node in kept or len(users[node]) != 1 or users[node][0].op is not _ADD:
            return False
        alike = (node in columns) == (users[node][0] in columns)
        if node.op is _ADD:
            return alike
        return node.op is _MULTIPLY and node in columns and sum(x in columns for x in node._prev) == 1

    found = []
    for node in order:
        if not node._prev or inside(node):
            continue
        if node.op is _ADD:
            found.append(_sum(node, columns, inside))
        elif node.op is not None:
            varying = tuple(x in columns for x in node._prev)
            found.append(Unit(node, ("op", node.op, varying), tuple(node._prev)))
        else:
            raise ValueError(f"{node.label or node._op} was made by code of its own: it cannot be fused")
    return found


def _sum(node: Value, columns: Collection[Value], inside: Any) -> Unit:
    """The unit of a whole tree of additions, its terms from left to right."""
    operands: list[Value] = []
    coefficients: list[Value] = []
    biases: list[Value] = []
    pending = list(reversed(node._prev))
    while pending:
        term = pending.pop()
        if term._prev and inside(term) and term.op is _ADD:
            pending += reversed(term._prev)
        elif term._prev and inside(term):
            x, y = term._prev
            coefficient, operand = (y, x) if x in columns else (x, y)
            operands.append(operand)
            coefficients.append(coefficient)
        elif term in columns:
            operands.append(term)
            coefficients.append(ONE)
        else:
            biases.append(term)
    key = ("sum", tuple(map(id, operands)), len(biases))
    return Unit(node, key, tuple(operands), tuple(coefficients), tuple(biases))


def layers(found: list[Unit]) -> list[list[Unit]]:
    """The units that can be done together, in an order in which they can be done."""
    level: dict[Value, int] = {}
    layers: dict[tuple[Any, ...], list[Unit]] = {}
    for unit in found:
        before = (*unit.operands, *unit.coefficients, *unit.biases)
        height = level[unit.out] = 1 + max(level.get(x, 0) for x in before)
        layers.setdefault((height, *unit.key), []).append(unit)
    return [layers[key] for key in sorted(layers, key=lambda key: key[0])]
