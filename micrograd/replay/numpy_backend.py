"""Running a schedule with numpy, forward and backward: by groups, or by rows where inner nodes are held.

`data` and `grad` have shape (rows,) or (rows, columns), a row per node of the schedule, and are filled in
place. The leaves' rows of `data` are full when a forward run begins. Nothing raises: infinities and nans are
results.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from micrograd.replay.schedule import FanIn, OpGroup, Schedule

_INTO: dict[Any, Any] = {operator.add: np.add, operator.sub: np.subtract, operator.mul: np.multiply}
_MANY_FAN_INS = 16  # from here on one `reduceat` is cheaper than a sum per fan-in
_WIDE = 64  # numbers in a step of a sum from which a numpy call per step pays
_quiet = np.errstate(all="ignore")  # infinities and nans are results here, as in IEEE arithmetic


@_quiet
def forward(schedule: Schedule, data: Any) -> None:
    """Fills the rows of the ops in `data`."""
    for group in schedule.groups:
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
def backward(schedule: Schedule, data: Any, grad: Any, contributions: Any) -> None:
    """Fills `grad` with d root / d node.

    `contributions`, shape (edges,) or (edges, columns), takes what each edge contributes, sorted by the row
    it goes to.
    """
    grad[-1:] = 1.0
    for group in reversed(schedule.groups):
        last = group.stop - group.width
        if group.stop < len(grad):
            _gather(group.fan_ins, contributions, grad)
        upstream = grad[last:group.stop]
        if group.steps:
            if group.steps > 1:
                parts = grad[group.start:last].reshape(-1, *upstream.shape)
                parts[...] = upstream
            _spread(contributions, group.edges[0], upstream, group.steps + 1)
        else:
            operands = [data[rows] for rows in group.operands]
            slopes = group.op.partials(*operands, data[group.start:group.stop])
            for edges, slope in zip(group.edges, slopes, strict=True):
                contributions[edges] = slope * upstream
    if schedule.groups:
        _gather(schedule.fan_ins, contributions, grad)


def _spread(contributions: Any, edges: Any, upstream: Any, times: int) -> None:
    """Copies the grad of a sum, unchanged, to each of its terms."""
    if isinstance(edges, slice):
        contributions[edges].reshape(times, *upstream.shape)[...] = upstream
    else:
        contributions[edges.reshape(times, -1)] = upstream


def _gather(fan_ins: tuple[FanIn, ...], contributions: Any, grad: Any) -> None:
    """The grad of each row: the sum of the contributions of the edges that leave it."""
    if len(fan_ins) > _MANY_FAN_INS:
        first, last = fan_ins[0], fan_ins[-1]
        starts = np.concatenate([b.edge + b.fan * np.arange(b.stop - b.start) for b in fan_ins]) - first.edge
        stop = last.edge + last.fan * (last.stop - last.start)
        np.add.reduceat(contributions[first.edge:stop], starts, axis=0, out=grad[first.start:last.stop])
        return
    for each in fan_ins:
        edges = contributions[each.edge:each.edge + each.fan * (each.stop - each.start)]
        if each.fan == 1:
            grad[each.start:each.stop] = edges
        else:
            shape = (each.stop - each.start, each.fan, *contributions.shape[1:])
            np.add.reduce(edges.reshape(shape), axis=1, out=grad[each.start:each.stop])


@_quiet
def forward_rows(schedule: Schedule, data: Any, held: Mapping[int, Any]) -> None:
    """The same a row at a time; `held[row]` is a masked array of shape () or (columns,).

    Its numbers stand where they are not masked.
    """
    for row in range(len(data)):
        if row >= schedule.leaves:
            op = schedule.nodes[row].op
            assert op is not None
            data[row] = op.forward(*[data[x] for x in schedule.ports[row]])
        if row in held:
            data[row] = np.where(held[row].mask, data[row], held[row].data)


@_quiet
def backward_rows(schedule: Schedule, data: Any, grad: Any, held: Mapping[int, Any]) -> None:
    """The same a row at a time: a held node keeps its grad, and passes nothing on to its operands."""
    grad[...] = 0.0
    grad[-1] = 1.0
    for row in range(len(data) - 1, schedule.leaves - 1, -1):
        op, upstream = schedule.nodes[row].op, grad[row]
        assert op is not None
        passed: Any = True if row not in held else held[row].mask
        slopes: Iterable[Any] = op.partials(*[data[x] for x in schedule.ports[row]], data[row])
        for x, slope in zip(schedule.ports[row], slopes, strict=True):
            grad[x] += np.where(passed, slope * upstream, 0.0)
