"""A graph row by row, and what becomes of its root where rows are moved, many at a stroke or one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from micrograd.ops import Op

_TOGETHER = 1024  # nodes nudged at one stroke: the rows in flight stay in the processor's cache


class Flat(NamedTuple):
    """A graph row by row, operands first and the root last.

    Attributes:
        nodes, labels, base: the node of each row, its label, and its number.
        ops: what computes it again; None for a leaf, and for an op whose forward is not known.
        ports: the rows of its operands; none where there is no op.
        own: the rows whose grad is passed back by a function of the user's, not by the op's slopes.
        unknown: by row, the text of an op whose forward is not known, and the rows of its operands.
        last_use: the last row that reads it.
    """

    nodes: list[Any]
    labels: list[str]
    base: list[float]
    ops: list[Op | None]
    ports: list[tuple[int, ...]]
    own: set[int]
    unknown: dict[int, tuple[str, tuple[int, ...]]]
    last_use: list[int]


@contextmanager
def as_it_was(order: Sequence[Any]) -> Iterator[None]:
    """Puts data and grad of the nodes back at the end, whatever happens."""
    before: list[tuple[Any, Any]] = [(node.data, node.grad) for node in order]
    try:
        yield
    finally:
        for node, (data, grad) in zip(order, before, strict=True):
            node.data, node.grad = data, grad


def last_uses(ports: list[tuple[int, ...]]) -> list[int]:
    """For each row the last one that reads it; a row that none reads is its own."""
    last_use = list(range(len(ports)))
    for row, operands in enumerate(ports):
        for x in operands:
            last_use[x] = row
    return last_use


def roots(graph: Flat, rows: list[int], nudges: list[list[float]],
          one_by_one: bool) -> tuple[list[list[float]], list[bool]]:
    """The root, and whether a kink was crossed, with rows[k] held at its number + nudges[i][k].

    Only what a nudge moves is computed again, and a row's numbers are dropped after their last use. One by
    one, plain numbers go through the graph; at a stroke they are columns of numpy.
    """
    if one_by_one or not rows:
        pairs = [_moved(graph, {row: 0}, [graph.base[row] + each[k] for each in nudges])
                 for k, row in enumerate(rows)]
        return [[ends[i] for ends, _ in pairs] for i in range(len(nudges))], [crossed for _, crossed in pairs]
    import numpy as np

    found: list[list[float]] = [[] for _ in nudges]
    crossed: list[bool] = []
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), _TOGETHER):
            some = slice(first, first + _TOGETHER)
            targets = {row: column for column, row in enumerate(rows[some])}
            base = np.array([graph.base[row] for row in rows[some]])
            ends, kinks = _moved(graph, targets, [base + each[some] for each in nudges])
            for end, root in zip(ends, found, strict=True):
                root += np.broadcast_to(end, len(targets)).tolist()
            crossed += np.broadcast_to(kinks, len(targets)).tolist()
    return found, crossed


def root_at(graph: Flat, row: int, x: float) -> float:
    """The root with that row held at x."""
    (end,), _ = _moved(graph, {row: 0}, [x])
    return float(end)


def _moved(graph: Flat, targets: dict[int, int], held: list[Any]) -> tuple[list[Any], Any]:
    """The root where rows are held: per copy a numpy row with a column for each target, or one number."""
    moved: dict[int, list[Any]] = {}
    crossed: Any = False
    for row in range(min(targets), len(graph.nodes)):
        ports = graph.ports[row]
        numbers = None
        if any(x in moved for x in ports):
            op = graph.ops[row]
            assert op is not None
            operands = [moved.get(x) or [graph.base[x]] * len(held) for x in ports]
            for kink in op.kinks:
                x, y = (op.along(*[each[end] for each in operands]) for end in (0, -1))
                crossed = crossed | _across(x, y, kink)
            numbers = [op.forward(*each) for each in zip(*operands, strict=True)]
            for x in ports:
                if graph.last_use[x] == row:
                    moved.pop(x, None)
        if row in targets:
            numbers = [_held_at(each, targets[row], number)
                       for each, number in zip(held, numbers or [graph.base[row]] * len(held), strict=True)]
        if numbers is not None:
            moved[row] = numbers
    return moved.get(len(graph.nodes) - 1) or [graph.base[-1]] * len(held), crossed


def _held_at(held: Any, column: int, numbers: Any) -> Any:
    """The numbers, but for the column that is held; a number alone is held as a whole."""
    if isinstance(held, float):
        return held
    import numpy as np

    row = np.full(held.shape, numbers, held.dtype)
    row[column] = held[column]
    return row


def _across(x: Any, y: Any, kink: float) -> Any:
    """Whether the kink is between x and y, or one of them."""
    return ((x <= kink) & (kink <= y) | (y <= kink) & (kink <= x)) & (x != y)
