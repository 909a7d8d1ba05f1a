"""Live: a run that is not recorded until somebody looks at its steps, for graphs that change all the time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from micrograd_gui.document.graph import Graph
from micrograd_gui.session.record import leaf_data, record
from micrograd_gui.session.trace import Frame, Pass, Step, Trace

_WHOLE = (("forward",), ("forward", "backward"))


class Live(Trace):
    """The trace of ``record(graph, script)``, at once.

    ``replay`` gives the numbers of all nodes after a forward and a backward pass, as a tape finds them. The
    moments at which those passes end are answered from there; every other question has the run recorded.
    """

    if not TYPE_CHECKING:  # these are fields of a Trace; here they are found when asked for
        start = cached_property(lambda self: Frame(leaf_data(self._graph)))
        steps = cached_property(lambda self: self._recorded.steps)
        ends = cached_property(lambda self: self._lengths or self._recorded.ends)

    def __init__(self, graph: Graph, script: Sequence[Pass], replay: Callable[[], Frame]) -> None:
        self.__dict__.update(_graph=graph, script=tuple(script), _replay=replay)

    @cached_property
    def _recorded(self) -> Trace:
        graph: Graph = self.__dict__["_graph"]
        return record(graph, self.script)

    @cached_property
    def _whole(self) -> Frame | None:
        """The numbers at the end, where the run is one of whole passes that nothing stops."""
        graph: Graph = self.__dict__["_graph"]
        kinds = tuple(each.kind for each in self.script)
        if kinds not in _WHOLE or any(each.steps is not None for each in self.script):
            return None
        if len(graph.feeding) < len(graph):  # the tape knows only what feeds the target
            return None
        frame: Frame = self.__dict__["_replay"]()
        numbers = (*frame.data.values(), *frame.grad.values())
        return frame if all(map(math.isfinite, numbers)) else None

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        if self._whole is None:
            return ()
        graph: Graph = self.__dict__["_graph"]
        ops = sum(node.op is not None for node in graph)
        return (ops, 2 * ops + 1)[: len(self.script)]

    def __len__(self) -> int:
        return self._lengths[-1] if self._lengths else len(self.steps)

    @cached_property
    def problem(self) -> Step | None:
        return None if self._whole is not None else self._recorded.problem

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps."""
        if self._whole is not None and cursor in self._lengths:
            return self._whole if cursor > self._lengths[0] else Frame(self._whole.data, {})
        return self._recorded.frame(min(cursor, len(self)))
