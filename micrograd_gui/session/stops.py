"""Where a run stops: the moments at which a breakpoint of the document holds.

What is asked is each step alone, by what it wrote; a first change looks back over the steps before it, too.
So a breakpoint that is set or taken away needs no further run. Cue points stop nothing but playing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.marks import SMALL, Breakpoint
from micrograd_gui.session.trace import Run, Step


def stops_between(graph: Graph, run: Run, begin: int, end: int) -> Iterator[int]:
    """The moments after ``begin``, up to ``end``, at which a breakpoint holds."""
    marks = graph.marks.breakpoints
    if marks:
        steps = run.steps
        for at in range(begin, min(end, len(steps))):
            if any(_holds(mark, steps, at) for mark in marks):
                yield at + 1


def first_stop(graph: Graph, run: Run, begin: int, end: int) -> int:
    """The first of those moments; ``end`` where there is none."""
    return next(stops_between(graph, run, begin, end), end)


def holds_at(graph: Graph, run: Run, cursor: int) -> bool:
    """Whether a breakpoint holds at that moment."""
    return any(True for _ in stops_between(graph, run, cursor - 1, cursor)) if cursor else False


def first_rest(graph: Graph, run: Run, begin: int, end: int) -> int:
    """Where playing rests first: at a breakpoint or a cue point; ``end`` where there is none."""
    cued = (cue.moment for cue in graph.marks.cues if begin < cue.moment <= end)
    return min(first_stop(graph, run, begin, end), *cued, end)


def _holds(mark: Breakpoint, steps: tuple[Step, ...], at: int) -> bool:
    step = steps[at]
    match mark.on:
        case "acts":
            return step.node == mark.node
        case "changes":
            wrote = {each for each in step.wrote if each[0] == mark.node}
            return bool(wrote) and not any(wrote & steps[earlier].wrote for earlier in range(at))
        case "small grad":
            return any(abs(grad) < SMALL for grad in _grads(mark, step))
        case "not finite":
            data = [step.data] if step.data is not None and mark.node in (None, step.node) else []
            data += [each.after for each in step.changes if mark.node in (None, each.node)]
            return not all(map(math.isfinite, (*data, *_grads(mark, step))))


def _grads(mark: Breakpoint, step: Step) -> list[float]:
    """What the step made of grads that the breakpoint watches."""
    found = [each.after for each in step.contributions if mark.node in (None, each.operand)]
    return found + [each.after for each in step.gathered if mark.node in (None, each.node)]
