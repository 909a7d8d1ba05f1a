"""Running a plan with numpy, forward and backward: by groups, or by rows where inner nodes are held."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from micrograd.replay.schedule import FanIn, OpGroup, Schedule

_INTO: dict[Any, Any] = {operator.add: np.add, operator.sub: np.subtract, operator.mul: np.multiply}
_MANY_BLOCKS = 16  # from here on one `reduceat` is cheaper than a sum per block
_WIDE = 64  # numbers in a step of a sum from which a numpy call per step pays
_quiet = np.errstate(all="ignore")  # infinities and nans are results here, as in IEEE arithmetic


@_quiet
def forward(plan: Schedule, data: Any) -> None:
    """Fills the rows of the ops; `data` has a row per node, and an axis of columns or none."""
    for group in plan.groups:
        out = data[group.start:group.stop]
        if group.steps:
            _add_up(group, data, out)
        elif group.op.forward in _INTO:
            _INTO[group.op.forward](*[data[rows] for rows in group.operands], out=out)
        else:
            out[...] = group.op.forward(*[data[rows] for rows in group.operands])


def _add_up(group: OpGroup, data: Any, out: Any) -> None:
    """A sum of several terms, from the first to the last, as in the graph."""
    (rows,), width = group.operands, group.width
    terms = data[rows]
    if group.steps == 1:
        np.add(terms[:width], terms[width:], out=out)
        return
    shape = (-1, width, *out.shape[1:])
    terms, out = terms.reshape(shape), out.reshape(shape)
    if out[0].size < _WIDE:
        out[...] = np.add.accumulate(terms, axis=0)[1:]
        return
    np.add(terms[0], terms[1], out=out[0])
    for step in range(1, group.steps):
        np.add(out[step - 1], terms[step + 1], out=out[step])


@_quiet
def backward(plan: Schedule, data: Any, grad: Any, moved: Any) -> None:
    """Fills `grad`; `moved` takes each edge's contribution, sorted by the row it goes to."""
    grad[-1:] = 1.0
    for group in reversed(plan.groups):
        last = group.stop - group.width
        if group.stop < len(grad):
            _gather(group.blocks, moved, grad)
        upstream = grad[last:group.stop]
        if group.steps:
            if group.steps > 1:
                parts = grad[group.start:last].reshape(-1, *upstream.shape)
                parts[...] = upstream
            _spread(moved, group.edges[0], upstream, group.steps + 1)
        else:
            operands = [data[rows] for rows in group.operands]
            slopes = group.op.partials(*operands, data[group.start:group.stop])
            for edges, slope in zip(group.edges, slopes, strict=True):
                moved[edges] = slope * upstream
    if plan.groups:
        _gather(plan.blocks, moved, grad)


def _spread(moved: Any, edges: Any, upstream: Any, times: int) -> None:
    if isinstance(edges, slice):
        moved[edges].reshape(times, *upstream.shape)[...] = upstream
    else:
        moved[edges.reshape(times, -1)] = upstream


def _gather(blocks: tuple[FanIn, ...], moved: Any, grad: Any) -> None:
    """The grad of each row: the sum of the contributions of the edges that leave it."""
    if len(blocks) > _MANY_BLOCKS:
        first, last = blocks[0], blocks[-1]
        starts = np.concatenate([b.edge + b.fan * np.arange(b.stop - b.start) for b in blocks]) - first.edge
        stop = last.edge + last.fan * (last.stop - last.start)
        np.add.reduceat(moved[first.edge:stop], starts, axis=0, out=grad[first.start:last.stop])
        return
    for block in blocks:
        edges = moved[block.edge:block.edge + block.fan * (block.stop - block.start)]
        if block.fan == 1:
            grad[block.start:block.stop] = edges
        else:
            shape = (block.stop - block.start, block.fan, *moved.shape[1:])
            np.add.reduce(edges.reshape(shape), axis=1, out=grad[block.start:block.stop])


@_quiet
def forward_rows(plan: Schedule, data: Any, held: Mapping[int, Any]) -> None:
    """The same by rows; `held[row]` is a masked array: its numbers stand where they are not masked."""
    for row in range(len(data)):
        if row >= plan.leaves:
            op = plan.nodes[row].op
            assert op is not None
            data[row] = op.forward(*[data[x] for x in plan.ports[row]])
        if row in held:
            data[row] = np.where(held[row].mask, data[row], held[row].data)


@_quiet
def backward_rows(plan: Schedule, data: Any, grad: Any, held: Mapping[int, Any]) -> None:
    """The same a row at a time: a held node keeps its grad, and passes nothing on to its operands."""
    grad[...] = 0.0
    grad[-1] = 1.0
    for row in range(len(data) - 1, plan.leaves - 1, -1):
        op, upstream = plan.nodes[row].op, grad[row]
        assert op is not None
        passed: Any = True if row not in held else held[row].mask
        slopes: Iterable[Any] = op.partials(*[data[x] for x in plan.ports[row]], data[row])
        for x, slope in zip(plan.ports[row], slopes, strict=True):
            grad[x] += np.where(passed, slope * upstream, 0.0)
