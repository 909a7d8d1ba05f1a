"""Moments of a run → CSV (RFC 4180): a line per node and moment, every number exact."""

from __future__ import annotations

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.moments import Film
from micrograd_gui.files.cells import written

COLUMNS = ("step", "move", "id", "node", "op", "inputs", "role", "data", "grad", "stale")


def table(film: Film) -> bytes:
    """The moments as lines; a number that is not computed yet is an empty cell.

    "stale" names those of the two that are from before an update, where a fresh run would give others.
    """
    lines: list[tuple[str | float | None, ...]] = [COLUMNS]
    graph, only = film.graph, film.options.nodes
    nodes = [(number, *_words(graph, number)) for number in graph.order if only is None or number in only]
    for moment in film.watched():
        step = moment.step
        move = "" if step is None else step.kind
        acting = None if step is None else step.node
        for number, label, op, inputs, role in nodes:
            cells = (moment.frame.data.get(number), moment.frame.grad.get(number))
            stale = " ".join(part for part in ("data", "grad") if (number, part) in moment.frame.stale)
            wrote = step is not None and step.kind == "rows" and (number, "grad") in step.wrote
            move_here = move if number == acting or wrote else ""
            lines.append((moment.cursor, move_here, number, label, op, inputs, role, *cells, stale))
    return written(lines, end="\r\n").encode("utf-8", "replace")


def _words(graph: Graph, number: int) -> tuple[str, str, str, str]:
    node = graph.nodes[number]
    inputs = " ".join("·" if source is None else str(source) for source in node.inputs)
    return node.title, node.op_text or "", inputs, node.role
