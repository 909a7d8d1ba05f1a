"""Rows: the loss over rows and its gradients, from one sample's graph that is compiled once."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from micrograd.engine import Value
from micrograd.replay.fused import Fused, FusedRun
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.graph import Graph, NodeId, Wiring
from micrograd_gui.session.build import build
from micrograd_gui.session.over_rows import held_out, learned_rows, looked_at, wants_rows


class OverRows(NamedTuple):
    """What was found at some parameters: the loss of each row, shape (rows,), and that over all of them.

    ``grads`` has the shape (parameters,).
    """

    run: FusedRun
    losses: Any
    loss: float
    grads: Any

    @property
    def finite(self) -> bool:
        """Whether the loss and all gradients are finite numbers."""
        return bool(np.isfinite(self.loss) and np.isfinite(self.grads).all())


class RowsLoss:
    """The loss over the rows of a graph, or that of the row it shows, as a function of its parameters.

    Where the plan of the graph wants the gradients of the row, there is one row: the numbers that the inputs
    hold, whatever stands in the table.

    Attributes:
        graph: The graph that was compiled.
        root: Its target; ``values`` are all of its Values by node.
        columns: The numbers of the inputs, shape (columns, rows).
    """

    def __init__(self, graph: Graph, watched: tuple[NodeId, ...] = ()) -> None:
        data, target = graph.data, graph.target
        assert data is not None
        assert target is not None
        self.graph = graph
        self.values = build(graph)
        self.root: Value = self.values[target]
        bound = [column.node for column in data.columns if column.node is not None]
        inputs = [self.values[node] for node in bound]
        parameters = [self.values[node] for node in graph.parameters]
        self._fused = Fused(self.root, inputs, parameters, [self.values[node] for node in watched])
        self._mean = data.reduction == "mean"
        rows: Any = data.rows if wants_rows(graph) else [[graph.nodes[node].data for node in bound]]
        self.columns = np.array(rows, float).T

    def at(self, parameters: Any, rows: Any = None) -> OverRows:
        """Loss and gradients at those parameters, shape (parameters,), over those rows (None: all)."""
        columns = self.columns if rows is None else self.columns[:, rows]
        run = self._fused.forward(columns, parameters)
        losses = run[self.root]
        count = len(losses) if self._mean else 1
        with np.errstate(all="ignore"):
            loss = float(losses.sum()) / count
            grads = run.slopes(np.full(len(losses), 1.0 / count))
        return OverRows(run, losses, loss, grads)

    def seen_at(self, parameters: Any, rows: Any) -> tuple[FusedRun, float]:
        """The nodes that are watched, and the loss, at those parameters and over those rows."""
        with np.errstate(all="ignore"):
            run = self._fused.forward(self.columns[:, rows], parameters)
            losses = run[self.root]
            return run, float(losses.sum()) / (len(losses) if self._mean else 1)

    def loss_at(self, parameters: Any, rows: Any = None) -> float:
        """The loss alone, at those parameters and over those rows (None: all)."""
        columns = self.columns if rows is None else self.columns[:, rows]
        with np.errstate(all="ignore"):
            losses = self._fused.forward(columns, parameters)[self.root]
            return float(losses.sum()) / (len(losses) if self._mean else 1)


def batch_of(graph: Graph, k: int) -> Any:
    """Which rows step k looks at, drawn by the rule of micrograd's demo; None: all there are."""
    if not wants_rows(graph) or looked_at(graph) == learned_rows(graph):
        return all_learned(graph)
    plan, learned = graph.plan or TrainingPlan(), all_learned(graph)
    drawn = np.random.RandomState([plan.seed, k]).permutation(learned_rows(graph))[: looked_at(graph)]
    return drawn if learned is None else learned[drawn]


def all_learned(graph: Graph) -> Any:
    """The rows that are learned from, those held out left out; None: all there are."""
    held = held_out(graph)
    return np.delete(np.arange(learned_rows(graph) + len(held)), held) if held else None


def rows_loss(graph: Graph) -> RowsLoss:
    """The graph compiled, or as it was the last time where nothing but parameters differs."""
    global _last
    held = _held(graph)
    if _last is None or _last[0] is not graph.wiring or _last[1] != held:
        _last = (graph.wiring, held, RowsLoss(graph))
    return _last[2]


_last: tuple[Wiring, object, RowsLoss] | None = None  # a number that is dragged has the same run made again


def _held(graph: Graph) -> object:
    """All that is compiled into a graph of that wiring."""
    data = graph.data
    assert data is not None
    moved = set(graph.parameters)
    if wants_rows(graph):
        moved |= graph.wiring.bound
    numbers = [node.data for node in graph if node.is_leaf and node.id not in moved]
    return wants_rows(graph), data.columns, data.reduction, data.rows, numbers
