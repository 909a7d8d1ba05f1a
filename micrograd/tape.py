"""A graph compiled once and replayed over many columns of numbers at a time, with numpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from micrograd.engine import Value, topological_order


class TapeError(ValueError):
    """A graph that cannot be replayed; the sentence says which node, and why."""


class Tape:
    """The op rows of a graph, operands before results; `nodes[row]` is the Value of a row."""

    def __init__(self, root: Value, leaves: Iterable[Value] = ()) -> None:
        self.root = root
        self.nodes = topological_order(root)
        self.row = {node: row for row, node in enumerate(self.nodes)}
        held = set(leaves)
        self._ops: list[tuple[int, Any, tuple[int, ...]]] = []
        self._leaves: list[int] = []
        for row, node in enumerate(self.nodes):
            if node in held or not node._prev:
                self._leaves.append(row)
            elif node.op is None:
                raise TapeError(f"{described(node, row)} was made by code of its own: a tape cannot replay it")
            else:
                self._ops.append((row, node.op, tuple(self.row[x] for x in node._prev)))

    def forward(self, numbers: Mapping[Any, Any] | None = None) -> Replay:
        """Replays the graph; `numbers` holds nodes, leaves or inner ones, at other numbers, one per column."""
        held = {self._row(node): np.ma.asarray(given) for node, given in (numbers or {}).items()}
        columns = np.broadcast_shapes(*(given.shape for given in held.values()), (1,))[0]
        dtype = np.result_type(float, *held.values())
        data = np.empty((len(self.nodes), columns), dtype)
        free: dict[int, Any] = {}
        for row in self._leaves:
            data[row] = self.nodes[row].data
        for row in self._leaves:
            if row in held:
                self._hold(data, row, held[row], free)
        with np.errstate(all="ignore"):
            for row, op, operands in self._ops:
                data[row] = op.forward(*[data[x] for x in operands])
                if row in held:
                    self._hold(data, row, held[row], free)
        return Replay(self, data, free)

    @staticmethod
    def _hold(data: Any, row: int, given: Any, free: dict[int, Any]) -> None:
        mask = np.ma.getmaskarray(given)
        data[row] = np.where(mask, data[row], np.ma.getdata(given))
        free[row] = np.broadcast_to(mask, data[row].shape)

    def _row(self, node: Any) -> int:
        try:
            return self.row[node]
        except (KeyError, TypeError):
            raise TapeError(f"{node!r} does not feed {self.root!r}, so it cannot be held") from None


class Replay:
    """The numbers of one replay: `replay.data[node]` and `replay.grad[node]`, an array with one number per column."""

    def __init__(self, tape: Tape, data: Any, free: Mapping[int, Any]) -> None:
        self.tape = tape
        self.columns = data.shape[1]
        self.data = Rows(tape, data)
        self._free = free
        self._grad: Rows | None = None

    @property
    def grad(self) -> Rows:
        """d root / d node, per column; a node that is held does not pass its grad on to its operands."""
        if self._grad is None:
            data = self.data.matrix
            grad = np.zeros_like(data)
            grad[-1] = 1.0
            with np.errstate(all="ignore"):
                for row, op, operands in reversed(self.tape._ops):
                    upstream = grad[row]
                    if row in self._free:
                        upstream = np.where(self._free[row], upstream, 0.0)
                    for x, slope in zip(operands, op.partials(*[data[x] for x in operands], data[row])):
                        grad[x] += slope * upstream
            self._grad = Rows(self.tape, grad)
        return self._grad


class Rows(Mapping[Value, Any]):
    """A matrix read by node: a row per node, a column per replayed case. `matrix` is the whole."""

    def __init__(self, tape: Tape, matrix: Any) -> None:
        self._tape = tape
        self.matrix = matrix

    def __getitem__(self, node: Value) -> Any:
        return self.matrix[self._tape.row[node]]

    def __iter__(self) -> Any:
        return iter(self._tape.nodes)

    def __len__(self) -> int:
        return len(self._tape.nodes)


def described(node: Value, row: int) -> str:
    """A node in words: its label, or its op and place."""
    return node.label or f"the node {node._op or 'leaf'!r} at place {row}"


