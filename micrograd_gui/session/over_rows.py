"""Over rows: whether gradients are of the rows of a graph or of the one it shows, and passes that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import spoken
from micrograd_gui.session.trace import Gathered, Pass, Run


def untrainable(graph: Graph) -> str:
    """What is missing so that the graph could be trained, as a sentence; nothing where it can be."""
    if graph.target is None or graph.nodes[graph.target].is_leaf:
        return tr("There is no target to train: the graph needs a loss that is computed from its inputs.")
    if graph.data is None or not graph.data.rows:
        return tr("There is no row to train on: give the graph data first.")
    for column in graph.data.columns:
        if column.node is None:
            name = spoken(column.name)
            return tr(
                "The column “{name}” is bound to nothing: bind it to an input, or remove it.", name=name
            )
    if not graph.parameters:
        return tr("There is no parameter to train: mark a leaf behind the target as a parameter.")
    return ""


def wants_rows(graph: Graph) -> bool:
    """Whether the graph has several rows, and its plan the gradients of all of them."""
    plan = graph.plan or TrainingPlan()
    return plan.gradients_of == "rows" and graph.data is not None and len(graph.data) > 1


def is_over_rows(graph: Graph) -> bool:
    """Whether a backward pass ends with the gradients of the parameters over the rows of the graph."""
    return wants_rows(graph) and not untrainable(graph)


def held_out(graph: Graph) -> tuple[int, ...]:
    """Which rows training never looks at, counted from 0; none where it is not the rows that it looks at."""
    if graph.data is None or not wants_rows(graph):
        return ()
    return (graph.plan or TrainingPlan()).rows_held_out(len(graph.data))


def learned_rows(graph: Graph) -> int:
    """How many rows are learned from: those that are not held out."""
    assert graph.data is not None
    return len(graph.data) - len(held_out(graph))


def some_rows(rows: int, most: int) -> Sequence[int]:
    """Which rows stand for all, in their order: of more than ``most`` so many, at random but always the same.

    Every so many-th would be one class alone where classes take turns.
    """
    if rows <= most:
        return range(rows)
    from random import Random  # few graphs have so many rows

    return sorted(Random(0).sample(range(rows), most))


def looked_at(graph: Graph) -> int:
    """How many rows a step of the training looks at, where it looks at the rows."""
    batch, rows = (graph.plan or TrainingPlan()).batch, learned_rows(graph)
    return rows if batch is None else min(batch, rows)


def backward_pass(graph: Graph, k: int) -> Pass:
    """A backward pass as the plan wants it, with the rows of step k of the training."""
    return Pass("backward", over=k if is_over_rows(graph) else None)


def passes(graph: Graph, k: int = 0) -> tuple[Pass, ...]:
    """Forward and backward, as the plan of the graph wants it at step k of the training."""
    return Pass("forward"), backward_pass(graph, k)


def adapted(graph: Graph, script: Iterable[Pass], k: int = 0) -> tuple[Pass, ...]:
    """The passes of a script as the plan of this graph wants them; the first is at step k of the training."""
    passes = []
    for each in script:
        if each.kind == "backward":
            each = replace(each, over=k if is_over_rows(graph) else None)
        elif each.kind == "update":
            each, k = replace(each, k=k), k + 1
        passes.append(each)
    return tuple(passes)


def same_rows(graph: Graph, other: Graph) -> bool:
    """Whether the same parameters have gradients over the same rows in both, if over any."""
    over = is_over_rows(graph)
    if over != is_over_rows(other):
        return False
    if not over:
        return True
    if graph.parameters != other.parameters:
        return False
    if graph.data is other.data and graph.plan is other.plan:
        return True
    a, b, p, q = graph.data, other.data, graph.plan or TrainingPlan(), other.plan or TrainingPlan()
    assert a is not None
    assert b is not None
    if (a.columns, a.reduction, p.batch, p.seed) != (b.columns, b.reduction, q.batch, q.seed):
        return False
    if held_out(graph) != held_out(other):
        return False
    return a.rows is b.rows or a.rows == b.rows


def gathered_at(trace: Run | None, cursor: int, node: NodeId) -> Gathered | None:
    """What made the gradient of a parameter one over rows, at that moment; None where it is none."""
    if trace is None:
        return None
    last = None
    for each, end in zip(trace.script, trace.ends, strict=False):
        if end <= cursor and each.kind == "zero":
            last = None
        elif end <= cursor and each.over is not None:
            last = trace.steps[end - 1]
    return None if last is None else next((each for each in last.gathered if each.node == node), None)


def cursor_in(new: Run, old: Run, cursor: int) -> int:
    """Where the moment at a cursor of a run is in one of the same passes, of which some have a step more."""
    begin = start = 0
    for end, stop in zip(old.ends, new.ends, strict=False):
        if cursor <= end:
            return stop if cursor == end else min(start + cursor - begin, stop)
        begin, start = end, stop
    return min(cursor, len(new))
