"""The numeric check in print: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd.language import N_, in_english, tr
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import as_shown, for_json, one_line, written
from micrograd_gui.session.explain.of_rows import row_in_words
from micrograd_gui.session.explain.verdicts import verdict_in_print, verdict_on_all
from micrograd_gui.session.measure import Checked

_LABEL_AT_MOST = 24


def check_as_table(graph: Graph, rows: Sequence[Checked], h: float) -> str:
    """One line per node, numbers flush right, and a last line that says how it stands."""
    from micrograd.check_words import as_lines  # it has come for the check, and not before

    lines = as_lines([_cells(graph, row) for row in rows])
    target = graph.nodes[graph.target].name if graph.target is not None else ""
    return "\n".join(
        [
            _title(graph, target, h),
            "",
            *lines,
            "",
            verdict_on_all(graph, rows),
        ]
    )


def check_as_html(graph: Graph, rows: Sequence[Checked]) -> str:
    """The same table for a notebook."""
    from micrograd.check_words import as_html

    cells = [_cells(graph, row) for row in rows]
    named = [(as_shown(graph.nodes[row.node].name), row) for row in rows]
    return as_html([(as_shown(name), *others) for name, *others in cells], named)


@in_english()
def check_as_json(graph: Graph, rows: Sequence[Checked], h: float) -> str:
    """One JSON object; a number that is not finite becomes null, and so does `ok` where nobody can tell."""
    from micrograd.check_row import all_ok

    whole = {
        "target": graph.nodes[graph.target].name if graph.target is not None else None,
        "of": row_in_words(graph) or None,
        "h": h,
        "nodes": [
            {
                "id": row.node,
                "label": graph.nodes[row.node].title,
                "op": graph.nodes[row.node].op,
                "data": for_json(row.data),
                "analytic": for_json(row.analytic),
                "numeric": for_json(row.numeric),
                "error": for_json(row.error),
                "ok": row.ok,
                "verdict": row.verdict.value,
                "reason": row.words,
            }
            for row in rows
        ],
        "ok": all_ok([row.ok for row in rows]),
    }
    import json  # the table does without it

    return json.dumps(whole, allow_nan=False)


def _title(graph: Graph, target: str, h: float) -> str:
    """What is compared, and of which row, where there are several."""
    if row := row_in_words(graph):
        told = N_("{slope} in {row}, analytic against numeric (central, h = {h:g})")
        return tr(told, slope=f"∂{target}/∂{tr('node')}", row=row, h=h)
    return tr("{slope}, analytic against numeric (central, h = {h:g})", slope=f"∂{target}/∂{tr('node')}", h=h)


def _cells(graph: Graph, row: Checked) -> tuple[str, ...]:
    name = one_line(graph.nodes[row.node].name, _LABEL_AT_MOST, instead="�", ends=True)
    error = "0" if row.error == 0 else f"{row.error:.0e}"
    numbers = map(written, (row.data, row.analytic, row.numeric))
    return (name, *numbers, error, verdict_in_print(row))
