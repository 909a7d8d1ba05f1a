"""Where a run stops: the moments at which a breakpoint of the document holds.

What is asked is each step alone, by what it wrote; a first change looks back over the steps before it, too.
So a breakpoint that is set or taken away needs no further run. Cue points stop nothing but playing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.marks import SMALL, Breakpoint
from micrograd_gui.session.trace import Run, Step


def stops_between(graph: Graph, run: Run, begin: int, end: int) -> Iterator[int]:
    """The moments after ``begin``, up to ``end``, at which a breakpoint holds."""
    marks = graph.marks.breakpoints
    if marks:
        steps, whole = run.steps, _Whole(run)
        for at in range(begin, min(end, len(steps))):
            if any(_held_by(mark, steps, at, whole) for mark in marks):
                yield at + 1


def first_stop(graph: Graph, run: Run, begin: int, end: int) -> int:
    """The first of those moments; ``end`` where there is none."""
    return next(stops_between(graph, run, begin, end), end)


def holds_at(graph: Graph, run: Run, cursor: int) -> bool:
    """Whether a breakpoint holds at that moment."""
    return any(True for _ in stops_between(graph, run, cursor - 1, cursor)) if cursor else False


def stopping_at(graph: Graph, run: Run | None, cursor: int) -> frozenset[NodeId]:
    """The nodes with a breakpoint of their own, and those of which one of any node holds at that moment."""
    marks = graph.marks.breakpoints
    own = frozenset(mark.node for mark in marks if mark.node is not None)
    of_any = [mark for mark in marks if mark.node is None]
    if run is None or not of_any or not 0 < cursor <= len(run.steps):
        return own
    whole = _Whole(run)
    return own.union(*(_held_by(mark, run.steps, cursor - 1, whole) for mark in of_any))


def first_rest(graph: Graph, run: Run, begin: int, end: int) -> int:
    """Where playing rests first: at a breakpoint or a cue point; ``end`` where there is none."""
    cued = (cue.moment for cue in graph.marks.cues if begin < cue.moment <= end)
    return min(first_stop(graph, run, begin, end), *cued, end)


class _Whole:
    """At which step of a pass each grad has all that comes to it: until then it is the sum of a part."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._last: dict[int, dict[NodeId, int]] = {}  # by the end of the pass

    def near_zero(self, at: int) -> list[NodeId]:
        """The nodes whose grad that step leaves near 0, and to which nothing more comes in its pass."""
        step = self._run.steps[at]
        near = {each.operand: each.after for each in step.contributions}
        near |= {each.node: each.after for each in step.gathered}
        found = [node for node, grad in near.items() if abs(grad) < SMALL]
        return [node for node in found if self._lasts(at)[node] == at]

    def _lasts(self, at: int) -> dict[NodeId, int]:
        ends = self._run.ends
        number = bisect_right(ends, at)
        begin = ends[number - 1] if number else 0
        end = ends[number] if number < len(ends) else len(self._run.steps)
        if end not in self._last:
            steps = enumerate(self._run.steps[begin:end], begin)
            self._last[end] = {
                node: moment
                for moment, step in steps
                for node in (*(e.operand for e in step.contributions), *(e.node for e in step.gathered))
            }
        return self._last[end]


def _held_by(mark: Breakpoint, steps: tuple[Step, ...], at: int, whole: _Whole) -> list[NodeId]:
    """The nodes of which the breakpoint holds after that step."""
    step, found = steps[at], list[NodeId]()
    match mark.on:
        case "acts":
            found = [step.node] if step.node is not None else []
        case "changes":
            wrote = {each for each in step.wrote if each[0] == mark.node}
            if wrote and not any(wrote & steps[earlier].wrote for earlier in range(at)):
                found = [node for node, _ in wrote]
        case "small grad":
            found = whole.near_zero(at)
        case "not finite":
            found = [node for node, number in _written(step) if not math.isfinite(number)]
    return [node for node in found if mark.node in (None, node)]


def _written(step: Step) -> list[tuple[NodeId, float]]:
    """The numbers that the step made, each with its node."""
    computed = [] if step.data is None or step.node is None else [(step.node, step.data)]
    moved = [(each.node, each.after) for each in step.changes]
    handed = [(each.operand, each.after) for each in step.contributions]
    return computed + moved + handed + [(each.node, each.after) for each in step.gathered]
