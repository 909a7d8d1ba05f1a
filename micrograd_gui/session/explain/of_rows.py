"""What the gradients on a graph are of, where it has several rows: of the row it shows, or of all of them."""

from __future__ import annotations

from msgspec import Struct

from micrograd.language import N_, tr
from micrograd_gui.document.data_edits import differs
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.explain.formulas import name_of
from micrograd_gui.session.over_rows import is_over_rows, learned_rows, looked_at
from micrograd_gui.session.trace import Run

_ALL_ROWS = {"mean": N_("mean of {rows:,} rows"), "sum": N_("sum of {rows:,} rows")}
_SOME_ROWS = {
    "mean": N_("mean of {count:,} of {rows:,} rows"),
    "sum": N_("sum of {count:,} of {rows:,} rows"),
}
_LOSS = {
    "mean": N_("the mean of {loss} over {rows:,} rows"),
    "sum": N_("the sum of {loss} over {rows:,} rows"),
}


def row_in_words(graph: Graph) -> str:
    """``row 1 of 20``, which the graph shows, and whether its inputs hold others; nothing for one row."""
    if graph.data is None or len(graph.data) < 2:
        return ""
    row, rows = graph.data.shown + 1, len(graph.data)
    if differs(graph):
        return tr("row {row:,} of {rows:,}, with other numbers", row=row, rows=rows)
    return tr("row {row:,} of {rows:,}", row=row, rows=rows)


def rows_in_words(graph: Graph, count: int | None = None) -> str:
    """``mean of 20 rows``, ``sum of 8 of 20 rows``: of so many (None: as many as a step looks at)."""
    assert graph.data is not None
    count, rows = looked_at(graph) if count is None else count, len(graph.data)
    if count != rows:
        return tr(_SOME_ROWS[graph.data.reduction], count=count, rows=rows)
    return tr(_ALL_ROWS[graph.data.reduction], rows=rows)


def learned_from(graph: Graph) -> str:
    """Whose loss a step of training lowers: ``mean of 20 rows``; nothing where there are not several rows."""
    return rows_in_words(graph) if is_over_rows(graph) else row_in_words(graph)


def loss_in_words(graph: Graph, over: int | None) -> str:
    """``L``; over the rows of a step ``the mean of L over 20 rows``."""
    target = tr("the loss") if graph.target is None else name_of(graph.nodes[graph.target])
    if over is None or graph.data is None:
        return target
    return tr(_LOSS[graph.data.reduction], loss=target, rows=looked_at(graph))


class Said(Struct, frozen=True):
    """A line in words: as ``long`` as it should be, and ``brief`` where there is little room."""

    long: str
    brief: str


def gradients_are_of(graph: Graph, trace: Run | None, cursor: int) -> Said | None:
    """What the gradients are of at that moment of the run, in a line; None where rows are not several.

    The graph shows one row. What the backward pass hands through it is of that row, and at the end of the
    pass the gradients of the parameters become those over the rows, where the plan wants that.
    """
    row = row_in_words(graph)
    if graph.data is None or not row:
        return None
    if not is_over_rows(graph):
        return Said(tr("gradients: {row}", row=row), row)
    rows = rows_in_words(graph)
    done, over, under_way = _passes_before(trace, cursor)
    if not done:
        so_far = tr("gradients so far: {row}", row=row) if under_way else row
        return Said(
            tr("{so_far} · backward ends with the {rows}", so_far=so_far, rows=rows),
            tr("{so_far}, then {rows}", so_far=so_far, rows=rows),
        )
    told = [rows]
    if looked_at(graph) < learned_rows(graph):
        told.append(tr("step {step:,}", step=over + 1))
    if done > 1:
        told.append(tr("{n} passes added up", n=done))
    if under_way:
        told.append(tr("and so far {row} of a further pass", row=row))
    rows = tr(", ").join(told)
    return Said(
        tr("gradients of parameters: {rows} · of all else: {row}", rows=rows, row=row),
        tr("parameters: {rows}", rows=rows),
    )


def _passes_before(trace: Run | None, cursor: int) -> tuple[int, int, bool]:
    """How many passes over rows have ended since the gradients were nothing or 0; of which step the last was.

    Also, whether one more is under way.
    """
    done, over, under_way = 0, 0, False
    if trace is None:
        return done, over, under_way
    script = trace.script_until(cursor)
    for each in script:
        if each.kind == "zero":
            done = 0
        elif each.kind == "backward" and each.over is not None:
            under_way = each.steps is not None
            done, over = done + (not under_way), each.over
    if script and script[-1].kind == "backward" and not under_way and trace.stopped_at(cursor):
        return done - 1, over, True
    return done, over, under_way
