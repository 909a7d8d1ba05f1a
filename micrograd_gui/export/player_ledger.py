"""Film → the ledgers of a player: for each node what came into its gradient, from where, and when."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from html import escape

from micrograd.language import N_, tr
from micrograd_gui.document.text import in_html, lowered
from micrograd_gui.figures.moments import Film
from micrograd_gui.figures.shapes import groups
from micrograd_gui.session.asking.ledger import postings
from micrograd_gui.session.asking.ledger_words import grad_rows

_HEADS = (N_("moment"), N_("from"), N_("upstream × slope"), "grad")
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
        heads = "".join(f'<th scope="col">{escape(tr(each))}</th>' for each in _HEADS)
        caption = escape(tr("What came into the gradient of {name}")).format(name=in_html(name))
        tables.append(
            f'<table class="ledger" data-node="{node}" hidden><caption>{caption}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )
    none = f'<option value="">{escape(tr("point at a node"))}</option>'
    choice = f'<select id="asked">{none}{"".join(options)}</select>'
    label = escape(tr("Ledger of {choice}")).format(choice=choice)
    nothing = f'<p id="nothing" hidden>{escape(tr("Nothing has come yet."))}</p>'
    return f'<section id="ledgers"><label>{label}</label>{"".join(tables)}{nothing}</section>'


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
