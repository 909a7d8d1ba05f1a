"""A graph fused for training: one sample's graph becomes a few matrix products over all samples.

`Tape` keeps every node's number of every column; training asks for three things only: the root in each
column, a few watched nodes, and the slopes of the parameters summed over the columns. So a sum
`b + w1*x1 + w2*x2 + …` is one row of a matrix product, what no column touches (a regulariser) is computed
once, and partial sums are never stored. Numbers agree with `Value`'s but for the order of such additions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from micrograd.engine import Value, topological_order
from micrograd.ops import OPS, Op

_RELU = OPS["relu"]


@dataclass(slots=True)
class UnitGroup:
    """Units done at one stroke; the arrays say where their numbers lie."""

    op: Op | None  # None for a sum
    varies: bool  # whether the results vary by column
    out: slice
    ports: list[tuple[bool, Any, bool]]  # per operand: does it vary by column, its places, do they repeat
    coefficients: Any = None  # of a sum: places, shape (units, operands)
    biases: Any = None  # of a sum: places, shape (units, biases)
    with_ones: Any = None  # the places of a sum's operands and of a row of ones, which carries the biases
    in_place: bool = False  # whether relu writes over its operand, which nobody else reads
    needs_operands: bool = True
    needs_coefficients: bool = True


class Fused:
    """One sample's graph, to be run over many samples: shapes are written with a column per sample.

    `inputs` are the leaves that vary by column; `watched` are further nodes whose numbers will be asked for.
    Raises ValueError for a node that a user's own code made.

    Attributes:
        root: the node whose slopes can be asked for.
        inputs, parameters: the leaves, in the order in which numbers are given and slopes are answered.
    """

    def __init__(self, root: Value, inputs: Sequence[Value], parameters: Sequence[Value] = (),
                 watched: Iterable[Value] = ()) -> None:
        self.root, self.inputs, self.parameters = root, tuple(inputs), tuple(parameters)
        kept = [root, *watched]
        order = list(dict.fromkeys(node for end in kept for node in topological_order(end)))
        columns = downstream(order, self.inputs)
        moved = downstream(order, self.parameters)
        self._varies = columns
        self._place: dict[Value, int] = {ONE: 0}
        shared = [ONE]
        for node in order:
            if not node._operands and node not in columns:
                self._place[node] = len(shared)
                shared.append(node)
        for node in self.parameters:  # one that does not feed the root has a slope of 0
            if node not in self._place:
                self._place[node] = len(shared)
                shared.append(node)
        self._base = np.array([node.data for node in shared])
        self._place.update((node, row) for row, node in enumerate(self.inputs))
        self._groups: list[UnitGroup] = []
        self._shared, self._rows = len(shared), len(self.inputs) + 1
        self._free_rows = {len(self.inputs)}  # the free row below the inputs and below each group
        self._ones: set[int] = set()  # those of them that hold ones
        readers = Counter(x for node in order for x in node._operands)
        self._read_once = {node for node, many in readers.items() if many == 1 and node._operands} - set(kept)
        for together in group_units(find_units(order, columns, set(kept))):
            self._add_group(together, moved)
        self._parameters = np.array([self._place[node] for node in self.parameters], np.intp)

    def _add_group(self, together: list[Unit], moved: Collection[Value]) -> None:
        """One more group, whose results lie side by side."""
        first = together[0]
        varies, op = first.out in self._varies, None if first.key[0] == "sum" else first.out.op
        group = UnitGroup(op, varies, slice(0), [])
        if op is None:
            places, repeat = self._places(first.operands)
            group.ports.append((True, places, repeat))
            if first.biases and isinstance(places, slice) and places.stop in self._free_rows:
                self._ones.add(places.stop)
                group.with_ones = slice(places.start, places.stop + 1)
            group.coefficients = self._place_matrix(unit.coefficients for unit in together)
            group.biases = self._place_matrix(unit.biases for unit in together)
            group.needs_operands = any(x in moved for x in first.operands)
            group.needs_coefficients = any(x in moved for unit in together for x in unit.coefficients)
        else:
            for port in zip(*(unit.operands for unit in together), strict=True):
                group.ports.append((port[0] in self._varies, *self._places(port)))
        if op is _RELU and varies and all(unit.operands[0] in self._read_once for unit in together):
            group.in_place = isinstance(group.ports[0][1], slice)
        group.out = group.ports[0][1] if group.in_place else self._reserve_rows(len(together), varies)
        for row, unit in enumerate(together, group.out.start):
            self._place[unit.out] = row
        self._groups.append(group)

    def _reserve_rows(self, many: int, varies: bool) -> slice:
        """New rows; below those that vary by column one more stays free."""
        start = self._rows if varies else self._shared
        if varies:
            self._rows += many + 1
            self._free_rows.add(start + many)
        else:
            self._shared += many
        return slice(start, start + many)

    def _place_matrix(self, rows: Iterable[Sequence[Value]]) -> Any:
        return np.array([[self._place[x] for x in row] for row in rows], np.intp)

    def _places(self, nodes: Sequence[Value]) -> tuple[Any, bool]:
        """Where those nodes lie, as a slice where side by side; and whether one is there twice."""
        places = [self._place[node] for node in nodes]
        if places and places == list(range(places[0], places[0] + len(places))):
            return slice(places[0], places[0] + len(places)), False
        return np.array(places, np.intp), len(set(places)) < len(places)

    def forward(self, inputs: Any, parameters: Any = None, *, over: FusedRun | None = None) -> FusedRun:
        """Runs all columns.

        `inputs` has shape (inputs, columns), `parameters` shape (parameters,); without it they have their own
        numbers. The memory of the run `over` is used again where it had as many columns: nobody may need it
        any more.
        """
        inputs = np.atleast_2d(np.asarray(inputs, float))
        shared = np.empty(self._shared)
        shared[: len(self._base)] = self._base
        shared[self._parameters] = [p.data for p in self.parameters] if parameters is None else parameters
        shape = self._rows, inputs.shape[1]
        data = over._data if over is not None and over._data.shape == shape else np.empty(shape)
        data[: len(inputs)] = inputs
        for row in self._ones:
            data[row] = 1.0
        seen: list[Any] = []
        with np.errstate(all="ignore"):
            for group in self._groups:
                if group.op is None:
                    seen.append(_sum_up(group, shared, data))
                    continue
                operands = [_read(shared, data, port, group.varies) for port in group.ports]
                out = (data if group.varies else shared)[group.out]
                if group.op is _RELU:  # the table's row chooses per number, which costs ten times as much
                    np.maximum(operands[0], 0.0, out=out)
                else:
                    out[:] = group.op.forward(*operands)
                seen.append(operands)
        return FusedRun(self, shared, data, seen)


class FusedRun:
    """The numbers of one forward run, from which the slopes follow."""

    def __init__(self, fused: Fused, shared: Any, data: Any, seen: list[Any]) -> None:
        self._fused, self._shared, self._data, self._seen = fused, shared, data, seen

    def __getitem__(self, node: Value) -> Any:
        """The numbers of the root, or of a watched node, shape (columns,)."""
        place, varies = self._fused._place[node], node in self._fused._varies
        return self._data[place] if varies else np.full(self._data.shape[1], self._shared[place])

    def slopes(self, weights: Any) -> Any:
        """For each parameter p the sum over columns of weight × d root / d p, shape (parameters,).

        `weights` is one number or has shape (columns,).
        """
        fused = self._fused
        shared, data = np.zeros_like(self._shared), np.zeros_like(self._data)
        place = fused._place[fused.root]
        if fused.root in fused._varies:
            data[place] = weights
        else:
            shared[place] = np.broadcast_to(weights, data.shape[1]).sum()
        with np.errstate(all="ignore"):
            for group, seen in zip(reversed(fused._groups), reversed(self._seen), strict=True):
                if group.op is None:
                    _hand_down(group, seen, shared, data)
                    continue
                grad = (data if group.varies else shared)[group.out]
                out = (self._data if group.varies else self._shared)[group.out]
                for port, slope in zip(group.ports, group.op.partials(*seen, out), strict=True):
                    if group.in_place:
                        grad *= slope
                        continue
                    amount = slope * grad
                    if group.varies and not port[0]:
                        amount = amount.sum(axis=1)
                    _add_to(data if port[0] else shared, port[1], amount, port[2])
        return shared[fused._parameters]


def _read(shared: Any, data: Any, port: tuple[bool, Any, bool], beside_columns: bool) -> Any:
    varies, places, _ = port
    if varies:
        return data[places]
    return shared[places][:, None] if beside_columns else shared[places]


def _sum_up(group: UnitGroup, shared: Any, data: Any) -> tuple[Any, Any]:
    """Biases plus coefficients × operands; gives back the matrix and the operands."""
    if not group.varies:
        shared[group.out] = shared[group.biases].sum(axis=1)
        return None, None
    matrix, operands, out = shared[group.coefficients], data[group.ports[0][1]], data[group.out]
    biases = shared[group.biases].sum(axis=1)[:, None] if group.biases.size else 0.0
    if group.with_ones is not None:
        np.matmul(np.hstack((matrix, biases)), data[group.with_ones], out=out)
    else:
        np.add(np.matmul(matrix, operands, out=out), biases, out=out)
    return matrix, operands


def _hand_down(group: UnitGroup, seen: tuple[Any, Any], shared: Any, data: Any) -> None:
    """The grads of a sum's operands, coefficients and biases."""
    grad = (data if group.varies else shared)[group.out]
    if group.varies:
        matrix, operands = seen
        if group.needs_operands:
            _, places, repeat = group.ports[0]
            _add_to(data, places, matrix.T @ grad, repeat)
        if group.needs_coefficients:
            np.add.at(shared, group.coefficients, grad @ operands.T)
        grad = grad.sum(axis=1)
    if group.biases.size:
        np.add.at(shared, group.biases, grad[:, None])


def _add_to(into: Any, places: Any, amount: Any, repeat: bool) -> None:
    if repeat:
        np.add.at(into, places, amount)
    else:
        into[places] += amount


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
        if any(x in reached for x in node._operands):
            reached.add(node)
    return reached


def find_units(order: list[Value], columns: Collection[Value], kept: Collection[Value]) -> list[Unit]:
    """What is to be computed, operands first; what a sum takes in is no unit of its own."""
    users: dict[Value, list[Value]] = {node: [] for node in order}
    for node in order:
        for x in node._operands:
            users[x].append(node)

    def inside(node: Value) -> bool:
        """Whether a sum takes the node in: nobody else asks for it."""
        if node in kept or len(users[node]) != 1 or users[node][0].op is not _ADD:
            return False
        alike = (node in columns) == (users[node][0] in columns)
        if node.op is _ADD:
            return alike
        return node.op is _MULTIPLY and node in columns and sum(x in columns for x in node._operands) == 1

    found = []
    for node in order:
        if not node._operands or inside(node):
            continue
        if node.op is _ADD:
            found.append(_sum_unit(node, columns, inside))
        elif node.op is not None:
            varying = tuple(x in columns for x in node._operands)
            found.append(Unit(node, ("op", node.op, varying), tuple(node._operands)))
        else:
            raise ValueError(f"{node.label or node._op} was made by code of its own: it cannot be fused")
    return found


def _sum_unit(node: Value, columns: Collection[Value], inside: Callable[[Value], bool]) -> Unit:
    """The unit of a whole tree of additions, its terms from left to right."""
    operands: list[Value] = []
    coefficients: list[Value] = []
    biases: list[Value] = []
    pending = list(reversed(node._operands))
    while pending:
        term = pending.pop()
        if term._operands and inside(term) and term.op is _ADD:
            pending += reversed(term._operands)
        elif term._operands and inside(term):
            x, y = term._operands
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


def group_units(found: list[Unit]) -> list[list[Unit]]:
    """The units that can be done together, in an order in which they can be done."""
    level: dict[Value, int] = {}
    layers: dict[tuple[Any, ...], list[Unit]] = {}
    for unit in found:
        before = (*unit.operands, *unit.coefficients, *unit.biases)
        height = level[unit.out] = 1 + max(level.get(x, 0) for x in before)
        layers.setdefault((height, *unit.key), []).append(unit)
    return [layers[key] for key in sorted(layers, key=lambda key: key[0])]
