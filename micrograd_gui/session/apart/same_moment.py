"""The same moment in the run of another graph, and what the numbers of both are there."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import lru_cache

from msgspec.structs import replace

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.over_rows import adapted
from micrograd_gui.session.record import differ, record
from micrograd_gui.session.trace import Frame, Pass, RecordedRun, Run

ROUNDING = 1e-9  # relative: numbers that are no further apart are the same but for rounding


@lru_cache(maxsize=4)
def run_of(graph: Graph, script: tuple[Pass, ...], k: int = 0) -> RecordedRun:
    """Those passes over another graph than the one they were made for, each of them whole.

    A pass that was cut is cut where the nodes of both have acted that had (`moment_in`).
    """
    kept = (replace(each, first=_first_in(graph, each)) for each in script)
    return record(graph, adapted(graph, kept, k))


def _first_in(graph: Graph, each: Pass) -> tuple[NodeId, ...]:
    """Which nodes act before all others there, too: none, where the wires of that graph forbid that order."""
    first = tuple(n for n in each.first if n in graph.nodes)
    for at, number in enumerate(first):
        if each.kind == "forward":
            needed = [x for x in graph.nodes[number].inputs if x is not None and not graph.nodes[x].is_leaf]
        else:
            needed = [user for user, _ in graph.users[number] if user in graph.feeding]
        if not set(needed) <= set(first[:at]):
            return ()
    return first


def moment_in(new: Run, old: Run, cursor: int, common: Collection[NodeId]) -> int:
    """The first moment, in the same pass, by which the common nodes have acted that had in the old run."""
    begin = start = 0
    for end, stop in zip(old.ends, new.ends, strict=False):
        if cursor == end:
            return stop
        if cursor < end:
            wanted = {(step.kind, step.node) for step in old.steps[begin:cursor]}
            wanted = {each for each in wanted if each[1] in common}
            while start < stop and wanted:
                wanted.discard((new.steps[start].kind, new.steps[start].node))
                start += 1
            handing_on = old.steps[cursor - 1].kind == "backward"  # what stands for the op acts with it
            while handing_on and start < stop and new.steps[start].node not in common:
                start += 1
            return start
        begin, start = end, stop
    return min(cursor, len(new))


def apart(one: float | None, other: float | None) -> bool:
    """Whether the two differ by more than rounding; a number differs from none."""
    if one is None or other is None:
        return one is not other
    return differ(one, other) and not math.isclose(one, other, rel_tol=ROUNDING, abs_tol=1e-12)


def furthest(one: Frame, other: Frame, nodes: Collection[NodeId]) -> tuple[float, NodeId | None]:
    """How far the numbers of those nodes are apart at most, relative to the larger, and at which node."""
    worst: tuple[float, NodeId | None] = 0.0, None
    for node in nodes:
        for mine, its in ((one.data, other.data), (one.grad, other.grad)):
            a, b = mine.get(node), its.get(node)
            if (a is None or b is None) and a is not b:
                return math.inf, node
            if a is not None and b is not None and differ(a, b):
                by = abs(a - b) / max(abs(a), abs(b))
                worst = max(worst, (by if math.isfinite(by) else math.inf, node), key=lambda each: each[0])
    return worst
