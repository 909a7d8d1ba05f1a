"""A schedule: the ops of a graph sorted into groups that numpy can do at one stroke.

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
_Layer = tuple[tuple[int, Op, int], list[list[Value]]]  # level, op and length of its chains, and these
_Draft = tuple[Op, int, int, list[list[Value]]]  # op, first row, steps, operands of each port


class TapeError(ValueError):
    """A graph that cannot be replayed as asked; the sentence says where, and why."""


@dataclass(frozen=True, slots=True)
class FanIn:
    """Rows start … stop − 1, each of which `fan` edges leave; their contributions begin at `edge`."""

    start: int
    stop: int
    fan: int
    edge: int


@dataclass(frozen=True, slots=True)
class OpGroup:
    """Nodes of one op, whose operands are all known at the same time.

    Attributes:
        op: the row of the table.
        start, stop: their rows are start … stop − 1.
        width: how many nodes are done at one stroke.
        steps: of a sum, how many additions follow one another; 0 for all other ops.
        operands: per port the rows read. A sum has one entry: rows of the first operands, then of the terms
            of each step, `width` of each.
        edges: likewise, the places to which the contributions of a backward pass go.
        fan_ins: where the contributions that make up the grads of the last `width` rows stand.
    """

    op: Op
    start: int
    stop: int
    width: int
    steps: int
    operands: tuple[Rows, ...]
    edges: tuple[Rows, ...]
    fan_ins: tuple[FanIn, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A graph laid out in rows and groups.

    Attributes:
        nodes: the node of each row, leaves first and the root last.
        ports: per row the rows of its operands; none for a leaf.
        leaves: how many leaves there are.
        edges: how many contributions a backward pass makes.
        groups: what is computed, in this order.
        fan_ins: where the contributions that make up the grads of the leaves stand.
    """

    nodes: list[Value]
    ports: list[tuple[int, ...]]
    leaves: int
    edges: int
    groups: list[OpGroup]
    fan_ins: tuple[FanIn, ...]


def make_schedule(root: Value, held: Collection[Value] = ()) -> Schedule:
    """The schedule of the graph that ends in the root; nodes in `held` count as leaves.

    Raises TapeError for a node that a user's own code made.
    """
    order = topological_order(root)
    if held:
        order = _feeding(order, held)
    leaves = {node for node in order if not node._operands or node in held}
    uses = dict.fromkeys(order, 0)
    for node in order:
        if node not in leaves:
            if node.op is None:
                raise TapeError(f"{describe(node)} was made by code of its own: a tape cannot replay it")
            for x in node._operands:
                uses[x] += 1
    sums = _find_partial_sums(order, leaves, uses)
    layers = _group_chains(order, leaves, sums)

    nodes = sorted((node for node in order if node in leaves), key=uses.__getitem__)
    count = len(nodes)
    drafts: list[_Draft] = []
    for (_, op, steps), chains in layers:
        chains.sort(key=lambda chain: uses[chain[-1]])
        if op is _ADD:
            terms = [_term(chain, step, sums) for step in range(steps) for chain in chains]
            ports = [[chain[0]._operands[0] for chain in chains] + terms]
        else:
            ports = [list(port) for port in zip(*(chain[0]._operands for chain in chains), strict=True)]
        drafts.append((op, len(nodes), steps, ports))
        for step in range(steps):
            nodes += [chain[step] for chain in chains]
    row = {node: place for place, node in enumerate(nodes)}
    return _number_rows(nodes, row, count, drafts, leaves)


def describe(node: Value) -> str:
    """A node in words: its label, or what it is and its number."""
    return repr(node.label) if node.label else f"the {node._op or 'leaf'} node of data {node.data:g}"


def _feeding(order: list[Value], held: Collection[Value]) -> list[Value]:
    """What feeds the root when the held nodes are leaves."""
    kept = {order[-1]}
    for node in reversed(order):
        if node in kept and node not in held:
            kept.update(node._operands)
    return [node for node in order if node in kept]


def _find_partial_sums(order: list[Value], leaves: set[Value], uses: dict[Value, int]) -> dict[Value, Value]:
    """For each addition that carries a sum on: the partial sum it carries on, which has no other use."""
    sums: dict[Value, Value] = {}
    for node in order:
        if node.op is _ADD and node not in leaves:
            for x in node._operands:
                if x.op is _ADD and x not in leaves and uses[x] == 1:
                    sums[node] = x
                    break
    return sums


def _term(chain: list[Value], step: int, sums: dict[Value, Value]) -> Value:
    x, y = chain[step]._prev
    return x if step and sums[chain[step]] is y else y


def _group_chains(order: list[Value], leaves: set[Value], sums: dict[Value, Value]) -> list[_Layer]:
    """The chains (most of one node only) that can be done together, in an order in which they can be done."""
    chain_of: dict[Value, list[Value]] = {}
    level: dict[Value, int] = dict.fromkeys(leaves, 0)
    for node in order:
        if node in leaves:
            continue
        chain = chain_of[sums[node]] if node in sums else []
        chain.append(node)
        chain_of[node] = chain
        above = 1 + max(level[x] - (x is sums.get(node)) for x in node._operands)
        level[node] = above
    layers: dict[tuple[int, int, int], _Layer] = {}
    for node in order:
        if node in leaves or chain_of[node][-1] is not node:
            continue
        chain, op = chain_of[node], node.op
        assert op is not None
        key = (level[node], id(op), len(chain))
        layers.setdefault(key, ((level[node], op, len(chain)), []))[1].append(chain)
    return sorted(layers.values(), key=lambda layer: layer[0][0])


def _number_rows(nodes: list[Value], row: dict[Value, int], leaves: int, drafts: list[_Draft],
                 held: set[Value]) -> Schedule:
    """Names become row numbers, and each edge gets its place: sorted by the row that it leaves."""
    numbers = [[np.fromiter(map(row.__getitem__, port), np.intp, len(port)) for port in ports]
               for _, _, _, ports in drafts]
    sources = np.concatenate([port for ports in numbers for port in ports] or [np.empty(0, np.intp)])
    place = np.empty(len(sources), np.intp)
    place[np.argsort(sources, kind="stable")] = np.arange(len(sources))
    fans = np.bincount(sources, minlength=len(nodes))
    first_edge = np.concatenate([[0], np.cumsum(fans)])
    groups, edge = [], 0
    for (op, start, steps, ports), rows in zip(drafts, numbers, strict=True):
        width = len(ports[0]) // (steps + 1) if op is _ADD else len(ports[0])
        stop = start + steps * width
        edges = []
        for port in rows:
            edges.append(_as_slice(place[edge:edge + len(port)]))
            edge += len(port)
        groups.append(OpGroup(op, start, stop, width, steps if op is _ADD else 0,
                              tuple(map(_as_slice, rows)), tuple(edges),
                              tuple(_fan_ins(fans, first_edge, stop - width, stop))))
    ports_of = [tuple(row[x] for x in node._operands) if node not in held else () for node in nodes]
    return Schedule(
        nodes, ports_of, leaves, len(sources), groups, tuple(_fan_ins(fans, first_edge, 0, leaves))
    )


def _fan_ins(fans: Any, first_edge: Any, start: int, stop: int) -> Iterator[FanIn]:
    place = start
    for fan, run in groupby(fans[start:stop].tolist()):
        length = sum(1 for _ in run)
        yield FanIn(place, place + length, fan, int(first_edge[place]))
        place += length


def _as_slice(rows: Any) -> Rows:
    if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
        return slice(int(rows[0]), int(rows[0]) + len(rows))
    return rows
