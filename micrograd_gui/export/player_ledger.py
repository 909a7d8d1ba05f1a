"""Film → the ledgers of a player: for each node what came into its gradient, from where, and when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from html import escape

from micrograd_gui.document.text import in_html, lowered
from micrograd_gui.figures.moments import Film
from micrograd_gui.figures.shapes import groups
from micrograd_gui.session.asking.ledger import postings
from micrograd_gui.session.asking.ledger_words import grad_rows

_HEADS = ("moment", "from", "upstream × slope", "grad")
_MOST = 300  # nodes; of more, the ledgers would be larger than the pictures


def ledgers(film: Film) -> str:
    """The choice of a node, and its ledger with a row for each change of its gradient.

    Each row tells from which of the film's moments on it holds. Empty where not all moments are there, where
    gradients are not shown, or where the nodes are too many.
    """
    if film.run is None or not film.options.gradients or len(film.visible_graph) > _MOST:
        return ""
    tables, options = [], []
    for node, name in _named(film):
        options.append(f'<option value="{node}">{escape(lowered(name))}</option>')
        rows = "".join(_rows(film, node))
        heads = "".join(
            f'<th scope="col">{each}</th>' for each in ("moment", "from", "upstream × slope", "grad")
        )
        tables.append(
            f'<table class="ledger" data-node="{node}" hidden><caption>What came into the gradient of '
            f"{in_html(name)}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )
    choice = f'<select id="asked"><option value="">point at a node</option>{"".join(options)}</select>'
    none = '<p id="nothing" hidden>Nothing has come yet.</p>'
    return f'<section id="ledgers"><label>Ledger of {choice}</label>{"".join(tables)}{none}</section>'


def _named(film: Film) -> Iterator[tuple[int, str]]:
    for group in groups(film.blank):
        if isinstance(group.node, int) and group.node in film.visible_graph.nodes:
            yield group.node, group.name or film.graph.nodes[group.node].name


def _rows(film: Film, node: int) -> Iterator[str]:
    assert film.run is not None
    cursors = [moment.cursor or 0 for moment in film.moments]
    for row in grad_rows(film.graph, postings(film.graph, film.run, node)):
        at = bisect_left(cursors, row.moment)
        if at < len(cursors):
            cells = "".join(f"<td>{in_html(cell)}</td>" for cell in row.cells)
            yield f'<tr data-from="{at}">{cells}</tr>'
