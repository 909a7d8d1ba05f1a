"""A plan: the ops of a graph sorted into groups that numpy can do at one stroke.

Nodes of one op whose operands are all known at the same time form a group, and their rows lie side by side.
A sum `((s + t1) + t2) + …` whose partial sums nobody else uses is one instruction, however long: otherwise
a regulariser over 337 parameters alone would be 337 groups. Additions happen in the order of the graph, so
sums agree to the bit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from micrograd.engine import Value, topological_order
from micrograd.ops import OPS, Op

Rows = Any  # a slice where the rows lie side by side, else an array of row numbers
_ADD = OPS["+"]


class TapeError(ValueError):
    """A graph that cannot be replayed as asked; the sentence says where, and why."""


@dataclass(frozen=True, slots=True)
class FanIn:
    """Rows start … stop, each of which `fan` edges leave; their contributions begin at `edge`."""

    start: int
    stop: int
    fan: int
    edge: int


@dataclass(frozen=True, slots=True)
class OpGroup:
    """Nodes of one op in the rows start … stop.

    `operands` and `edges` have an entry per port: the rows read, and the places where the contributions go.
    A sum of `steps` additions has one entry: rows of the first operands, then of the terms of each step,
    `width` of each; all other ops have 0 steps.
    """

    op: Op
    start: int
    stop: int
    width: int
    steps: int
    operands: tuple[Rows, ...]
    edges: tuple[Rows, ...]
    blocks: tuple[FanIn, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """`nodes` by row, leaves first and the root last; `ports[row]` are the rows of its operands."""

    nodes: list[Value]
    ports: list[tuple[int, ...]]
    leaves: int
    edges: int
    groups: list[OpGroup]
    blocks: tuple[FanIn, ...]


def plan(root: Value, held: Collection[Value] = ()) -> Schedule:
    """The plan of the graph that ends in the root; nodes in `held` count as leaves."""
    order = topological_order(root)
    if held:
        order = _within(order, held)
    leaves = {node for node in order if not node._prev or node in held}
    uses = dict.fromkeys(order, 0)
    for node in order:
        if node not in leaves:
            if node.op is None:
                raise TapeError(f"{described(node)} was made by code of its own: a tape cannot replay it")
            for x in node._prev:
                uses[x] += 1
    sums = _sums(order, leaves, uses)
    layers = _layers(order, leaves, sums)

    nodes = sorted((node for node in order if node in leaves), key=uses.__getitem__)
    count = len(nodes)
    laid: list[tuple[Op, int, int, list[list[Value]]]] = []  # op, first row, steps, the operands of each port
    for (_, op, steps), chains in layers:
        chains.sort(key=lambda chain: uses[chain[-1]])
        if op is _ADD:
            terms = [_term(chain, step, sums) for step in range(steps) for chain in chains]
            ports = [[chain[0]._prev[0] for chain in chains] + terms]
        else:
            ports = [list(port) for port in zip(*(chain[0]._prev for chain in chains), strict=True)]
        laid.append((op, len(nodes), steps, ports))
        for step in range(steps):
            nodes += [chain[step] for chain in chains]
    row = {node: place for place, node in enumerate(nodes)}
    return _numbered(nodes, row, count, laid, uses, leaves)


def described(node: Value) -> str:
    """A node in words: its label, or what it is and its number."""
    return repr(node.label) if node.label else f"the {node._op or 'leaf'} node of data {node.data:g}"


def _within(order: list[Value], held: Collection[Value]) -> list[Value]:
    """What feeds the root when the held nodes are leaves."""
    kept = {order[-1]}
    for node in reversed(order):
        if node in kept and node not in held:
            kept.update(node._prev)
    return [node for node in order if node in kept]


def _sums(order: list[Value], leaves: set[Value], uses: dict[Value, int]) -> dict[Value, Value]:
    """For each addition that carries a sum on: the partial sum it carries on, which has no other use."""
    sums: dict[Value, Value] = {}
    for node in order:
        if node.op is _ADD and node not in leaves:
            for x in node._prev:
                if x.op is _ADD and x not in leaves and uses[x] == 1:
                    sums[node] = x
                    break
    return sums


def _term(chain: list[Value], step: int, sums: dict[Value, Value]) -> Value:
    x, y = chain[step]._prev
    return x if step and sums[chain[step]] is y else y


def _layers(order: list[Value], leaves: set[Value], sums: dict[Value, Value]) -> Any:
    """The chains (most of one node only) that can be done together, in an order in which they can be done."""
    chain_of: dict[Value, list[Value]] = {}
    level: dict[Value, int] = dict.fromkeys(leaves, 0)
    for node in order:
        if node in leaves:
            continue
        chain = chain_of[sums[node]] if node in sums else []
        chain.append(node)
        chain_of[node] = chain
        above = 1 + max(level[x] - (x is sums.get(node)) for x in node._prev)
        level[node] = above
    layers: dict[tuple[int, int, int], tuple[tuple[int, Op, int], list[list[Value]]]] = {}
    for node in order:
        if node in leaves or chain_of[node][-1] is not node:
            continue
        chain, op = chain_of[node], node.op
        assert op is not None
        key = (level[node], id(op), len(chain))
        layers.setdefault(key, ((level[node], op, len(chain)), []))[1].append(chain)
    return sorted(layers.values(), key=lambda layer: layer[0][0])


def _numbered(nodes: list[Value], row: dict[Value, int], leaves: int, laid: Any, uses: dict[Value, int],
              held: set[Value]) -> Schedule:
    """Names become row numbers, and each edge gets its place: sorted by the row that it leaves."""
    numbers = [[np.fromiter(map(row.__getitem__, port), np.intp, len(port)) for port in ports]
               for _, _, _, ports in laid]
    sources = np.concatenate([port for ports in numbers for port in ports] or [np.empty(0, np.intp)])
    place = np.empty(len(sources), np.intp)
    place[np.argsort(sources, kind="stable")] = np.arange(len(sources))
    fans = np.bincount(sources, minlength=len(nodes))
    first_edge = np.concatenate([[0], np.cumsum(fans)])
    groups, edge = [], 0
    for (op, start, steps, ports), rows in zip(laid, numbers, strict=True):
        width = len(ports[0]) // (steps + 1) if op is _ADD else len(ports[0])
        stop = start + steps * width
        edges = []
        for port in rows:
            edges.append(_side_by_side(place[edge:edge + len(port)]))
            edge += len(port)
        groups.append(OpGroup(op, start, stop, width, steps if op is _ADD else 0,
                            tuple(map(_side_by_side, rows)), tuple(edges),
                            tuple(_blocks(fans, first_edge, stop - width, stop))))
    ports_of = [tuple(row[x] for x in node._prev) if node not in held else () for node in nodes]
    return Schedule(
        nodes, ports_of, leaves, len(sources), groups, tuple(_blocks(fans, first_edge, 0, leaves))
    )


def _blocks(fans: Any, first_edge: Any, start: int, stop: int) -> Iterator[FanIn]:
    place = start
    for fan, run in groupby(fans[start:stop].tolist()):
        length = sum(1 for _ in run)
        yield FanIn(place, place + length, fan, int(first_edge[place]))
        place += length


def _side_by_side(rows: Any) -> Rows:
    if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows
