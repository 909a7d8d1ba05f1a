"""Compiled: a graph as a tape, made once and kept for all graphs that differ from it in numbers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from micrograd_gui.document.graph import Graph, NodeId, Wiring
from micrograd_gui.session.build import build

if TYPE_CHECKING:
    import numpy as np

    from micrograd.engine import Value
    from micrograd.replay.tape import Tape

Held = Mapping[NodeId, "np.ndarray | float"]


class Compiled:
    """The target of a graph over many columns of numbers at a time.

    Attributes:
        graph: Whose leaves give the numbers that are not held.
    """

    def __init__(self, graph: Graph, made: _Made, tape: Tape) -> None:
        self.graph = graph
        self._values = made.values
        self._parameters = made.parameters
        self._tape = tape

    def data(
        self, nodes: Sequence[NodeId], held: Held, parameters: np.ndarray | None = None
    ) -> list[np.ndarray]:
        """The data of those nodes, each of shape (columns,), while others are held at numbers of that shape.

        ``parameters``, shape (parameters, columns), takes the place of those of the graph, as far as they are
        not held. All nodes must feed the target.
        """
        numbers: dict[Any, Any] = {}
        if parameters is not None and self._parameters:
            numbers[self._parameters] = parameters
        numbers.update((self._values[node], each) for node, each in held.items())
        found = self._tape.forward(numbers).data
        return [found[self._values[node]] for node in nodes]


def compiled(graph: Graph) -> Compiled | None:
    """The graph, ready for many columns; None where its target cannot be computed. The last ones are kept."""
    if graph.target is None:
        return None
    made = _compiled(graph.wiring)
    if made.tape is None:
        return None
    for node in graph:
        if node.is_leaf:
            made.values[node.id].data = node.data
    return Compiled(graph, made, made.tape)


class _Made(NamedTuple):
    values: Mapping[NodeId, Value]
    parameters: tuple[Value, ...]
    tape: Tape | None


@lru_cache(maxsize=2)
def _compiled(wiring: Wiring) -> _Made:
    from micrograd.replay.tape import Tape

    graph = Graph(wiring.nodes, chosen_target=wiring.chosen_target, same_wiring=wiring)
    values = build(graph)
    root = None if graph.target is None else values.get(graph.target)
    parameters = tuple(values[each] for each in graph.parameters if each in values)
    return _Made(values, parameters, None if root is None else Tape(root))
