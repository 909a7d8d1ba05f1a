"""Health: how large the gradients of each layer are over all rows, and which of its neurons learn nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from micrograd.engine import Value
from micrograd.language import tr
from micrograd.replay.tape import Tape
from micrograd_gui.document.block import nodes_of
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.build import build
from micrograd_gui.session.over_rows import some_rows

LayerVerdict = Literal["healthy", "vanishing", "exploding", "all zero"]  # as in code
# The tip of the plot says these three to the user.
SATURATED = 0.97  # |tanh| above which hardly any slope is left
EXPLODING = 100.0
VANISHING = 1e-3  # of the largest typical gradient among the layers
_ROWS_AT_MOST = 500


@dataclass(frozen=True, eq=False)
class LayerHealth:
    """What there is to say of one layer, over all rows.

    Attributes:
        title: What the layer is called.
        sizes: |gradient| of its parameters, shape (n,), without those that are 0 or not finite.
        zeros: How many of its parameters have the gradient 0.
        typical: The root of the mean of the squared gradients.
        verdict: What that says, beside the other layers.
        dead, relus: How many of so many ReLUs give 0 in every row.
        saturated, tanhs: How many of so many tanh are near ±1 in more than half of the rows.
    """

    title: str
    sizes: Any
    zeros: int
    typical: float
    verdict: LayerVerdict
    dead: int
    relus: int
    saturated: int
    tanhs: int


class Health:
    """A graph with a target compiled once, and examined with the numbers its leaves hold at any moment.

    ``rows`` is over how many rows of its data, at most 500; 0: over none, with the numbers that it shows.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        values = build(graph)
        assert graph.target is not None
        self._tape = Tape(values[graph.target])
        rows = self._tape.row
        self._layers = [
            (
                title,
                np.array([rows[values[node]] for node in parameters], np.intp),
                _rows_of(graph, values, rows, nodes, "relu"),
                _rows_of(graph, values, rows, nodes, "tanh"),
            )
            for title, parameters, nodes in _layers(graph)
        ]
        data = graph.data
        columns = [] if data is None or not data.rows else list(data.columns)
        every = ((at, column.node) for at, column in enumerate(columns))
        bound = [(at, node) for at, node in every if node is not None and values[node] in rows]
        self._inputs = tuple(values[node] for _, node in bound)
        taken = {node for _, node in bound}
        self._leaf_ids = [n.id for n in graph if n.is_leaf and n.id not in taken and values.get(n.id) in rows]
        self._leaves = tuple(values[node] for node in self._leaf_ids)
        self._columns: Any = None
        self.rows = 0
        if data is not None and bound:
            thinned = [data.rows[row] for row in some_rows(len(data.rows), _ROWS_AT_MOST)]
            self._columns = np.array(thinned, float).T[[at for at, _ in bound]]
            self.rows = len(thinned)

    def fits(self, graph: Graph) -> bool:
        """Whether it is still that graph, whatever its leaves hold."""
        mine, data = self.graph.data, graph.data
        if (mine is None) != (data is None) or graph.blocks is not self.graph.blocks:
            return False
        if mine is not None and data is not None:
            same_rows = mine.rows is data.rows and mine.columns == data.columns
            if not same_rows or mine.reduction != data.reduction:
                return False
        return graph.parameters == self.graph.parameters and graph.same_structure(self.graph)

    def at(self, graph: Graph) -> tuple[LayerHealth, ...]:
        """Every layer of that graph, first to last; the graph has the wires of the one that was compiled."""
        held: dict[Any, Any] = {}
        if self._leaves:
            held[self._leaves] = np.array([graph.nodes[node].data for node in self._leaf_ids])
        if self._columns is not None:
            held[self._inputs] = self._columns
        with np.errstate(all="ignore"):
            replay = self._tape.forward(held)
            data, grad = replay.data.matrix, replay.grad.matrix
            means = grad.reshape(len(grad), -1).mean(axis=1)
            if self.graph.data is not None and self.graph.data.reduction == "sum":
                means *= max(1, self.rows)
            data = data.reshape(len(data), -1)
            typical = [float(np.sqrt(np.mean(means[rows] ** 2))) for _, rows, _, _ in self._layers]
        largest = max((size for size in typical if np.isfinite(size)), default=0.0)
        found = []
        for (title, rows, relus, tanhs), size in zip(self._layers, typical, strict=True):
            sizes = np.abs(means[rows])
            known = sizes[(sizes > 0) & np.isfinite(sizes)]
            dead = int((data[relus] <= 0).all(axis=1).sum()) if len(relus) else 0
            pressed = int(((np.abs(data[tanhs]) > SATURATED).mean(axis=1) > 0.5).sum()) if len(tanhs) else 0
            verdict = _verdict(size, largest)
            zeros = int((sizes == 0).sum())
            counts = dead, len(relus), pressed, len(tanhs)
            found.append(LayerHealth(title, known, zeros, size, verdict, *counts))
        return tuple(found)


def _verdict(typical: float, largest: float) -> LayerVerdict:
    if not np.isfinite(typical) or typical > EXPLODING:
        return "exploding"
    if typical == 0:
        return "all zero"  # as in code
    return "vanishing" if typical < VANISHING * largest else "healthy"


def _layers(graph: Graph) -> list[tuple[str, list[NodeId], frozenset[NodeId]]]:
    """The layers, where there are none the neurons, else all at once: title, parameters, nodes."""
    parameters = set(graph.parameters)
    for kind in ("layer", "neuron"):
        groups = []
        for block in graph.blocks:
            if block.kind == kind:
                nodes = nodes_of(graph.blocks, block.id)
                own = sorted(parameters & nodes)
                if own:
                    groups.append((block.title or block.word, own, nodes))
        if groups:
            rest = sorted(parameters - {node for _, own, _ in groups for node in own})
            return [*groups, (tr("others"), rest, frozenset(rest))] if rest else groups
    return [(tr("parameters"), sorted(parameters), graph.feeding)]


def _rows_of(
    graph: Graph, values: dict[NodeId, Value], rows: dict[Value, int], nodes: frozenset[NodeId], op: str
) -> Any:
    """Where the nodes with that op stand on the tape, shape (nodes with that op,)."""
    chosen = (values[node] for node in sorted(nodes) if graph.nodes[node].op == op and node in values)
    return np.array([rows[value] for value in chosen if value in rows], np.intp)
