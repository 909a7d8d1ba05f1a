"""The ledger in words: what a node's numbers are made of at a moment, as rows for screen and reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from micrograd.language import N_, again, remembered, tr, with_colon
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import MINUS, told_apart, written
from micrograd_gui.session.asking.ledger import Account, Origin, Posting, Wire, account, origins, postings
from micrograd_gui.session.explain.formulas import (
    EQUALS,
    Fragment,
    Kind,
    Line,
    Naming,
    as_text,
    definition,
    forward_line,
    name_of,
    naming_of,
    operand_name,
    sentence,
    update_line,
)
from micrograd_gui.session.explain.of_rows import row_in_words, rows_in_words
from micrograd_gui.session.found import WRONG_RUN
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Run

When = Literal["past", "now", "later"]
_MOST = 6  # amounts that are written out as a sum


class LabRow(NamedTuple):
    """A row of the ledger: a moment, what happened there, and the numbers behind each cell, for programs."""

    moment: int
    when: When
    cells: tuple[str, ...]
    numbers: tuple[float | None, ...]
    wire: Wire | None = None


class Page(NamedTuple):
    """All that the ledger says of a node at a moment.

    Attributes:
        node: The node; None: no one node is selected.
        title: Its name and its numbers.
        data: Where its data came from: moment and arithmetic.
        grad: Every change of its gradient: moment, wire, upstream × slope = amount, before → after.
        total: The gradient as the sum of what was added; None where nothing was.
        notes: What else there is to say, in sentences.
    """

    node: NodeId | None
    title: Line
    data: tuple[LabRow, ...] = ()
    grad: tuple[LabRow, ...] = ()
    total: Line | None = None
    notes: tuple[str, ...] = ()


def page_of(state: State) -> Page:
    """The ledger of the selected node; where there is none, what to do."""
    node = state.selected
    if node is None:
        return Page(None, sentence(tr("Why this number?")), notes=(_how_to_ask(state),))
    graph, shown = state.graph, state.graph.nodes[node]
    if state.is_training:
        return _in_training(state, shown)
    title = _title(state, shown)
    data = tuple(_data_row(state, shown, each) for each in origins(graph, state.trace, node))
    found = () if state.trace is None else _postings(graph, state.trace, node)
    rows = () if state.trace is None else _grad_rows(graph, state.trace, node)
    rows = tuple(_placed(each, state.cursor) for each in rows)
    total = account(found, state.cursor)
    notes = (*_on_data(state, shown), *_on_grad(state, shown, found))
    summed = _total(shown, total, naming_of(graph, state.notation), _kind(state, shown, "grad"))
    return Page(node, title, data, rows, summed, notes)


def _how_to_ask(state: State) -> str:
    if not state.graph.nodes:
        return tr("There is no node yet: drop one on the canvas, or type an expression.")
    if state.selection:
        return tr("Several nodes are selected: select one of them, and its numbers are explained here.")
    return tr(
        "Select a node, by a click or with the Tab key on the canvas: here stands what its data was "
        "computed from, every += that made its grad, and with Shift+Y every path from it to the target."
    )


def _title(state: State, node: Node) -> Line:
    parts, names = [Fragment("symbol", name_of(node), strong=True)], naming_of(state.graph, state.notation)
    fields: tuple[Literal["data", "grad"], ...] = ("data", "grad")
    for field in fields:
        numbers = state.frame.data if field == "data" else state.frame.grad
        parts += [
            Fragment("plain", f"   {names.short_grad(node) if field == 'grad' else field} "),
            Fragment(_kind(state, node, field), written(numbers.get(node.id)), strong=True),
        ]
    return Line("head", tuple(parts))


def _kind(state: State, node: Node, field: Literal["data", "grad"]) -> Kind:
    """What that number of the node is: one from before an update never looks current."""
    return "stale" if (node.id, field) in state.frame.stale else field


def _in_training(state: State, node: Node) -> Page:
    """Nothing is recorded meanwhile: the arithmetic of this moment can be told, and no more."""
    lines = forward_line(state.graph, node, state.frame).text if not node.is_leaf else ""
    said = tr(
        "The graph trains: its steps are not written down meanwhile. Pause (Ctrl+T), and every += is here."
    )
    return Page(node.id, _title(state, node), notes=tuple(each for each in (lines, said) if each))


# Data --------------------------------------------------------------------------------------------


def _data_row(state: State, node: Node, origin: Origin) -> LabRow:
    graph, trace, names = state.graph, state.trace, naming_of(state.graph, state.notation)
    if origin.change is not None and origin.step is not None:
        text = tr(
            "update: {equation}",
            equation=update_line(node, origin.step.rate, origin.change, origin.step.rule, names).text,
        )
        number: float | None = origin.change.after
    elif origin.step is not None and trace is not None:
        text, number = forward_line(graph, node, trace.frame(origin.moment)).text, origin.step.data
    else:
        text, number = (
            with_colon(_giver(state, node), f"{names.field(node, 'data').text} = {written(node.data)}"),
            node.data,
        )
        if not node.label:
            text = tr("a number: {data}", data=written(node.data))
    moment = str(origin.moment) if origin.moment else tr("start")
    row = LabRow(origin.moment, "past", (moment, text), (origin.moment, number))
    return _placed(row, state.cursor) if origin.moment else row


def _giver(state: State, node: Node) -> str:
    """Where a leaf has its number from."""
    data = state.graph.data
    if data is not None and any(column.node == node.id for column in data.columns):
        return row_in_words(state.graph) or tr("from the row")
    if node.role == "parameter" and state.training is not None:
        return tr("as training left it")
    return tr("given")


_APART = {  # of a number that another one has otherwise than this run
    ("data", "notebook"): N_("The notebook has data {other}; this run, which is told here, gives {number}."),
    ("grad", "notebook"): N_("The notebook has grad {other}; this run, which is told here, gives {number}."),
    ("data", WRONG_RUN): N_("The wrong run has data {other}; this run, which is told here, gives {number}."),
    ("grad", WRONG_RUN): N_("The wrong run has grad {other}; this run, which is told here, gives {number}."),
}


def _on_data(state: State, node: Node) -> list[str]:
    said = []
    if not node.is_leaf and node.id not in state.frame.data:
        text = "".join(fragment.text for fragment in definition(state.graph, node))
        said.append(tr("{what} is not computed at this moment.", what=text))
    if (node.id, "data") in state.frame.stale:
        said.append(tr("Its data is from before the update: run forward again."))
    if state.finding is not None and (apart := state.finding.shows(node.id, "data")) is not None:
        said.append(tr(_APART["data", state.finding.whose], other=apart[0], number=apart[1]))
    return said


# The gradient ------------------------------------------------------------------------------------


@lru_cache(maxsize=2)  # while one goes through a run, only what is past is another
def _postings(graph: Graph, run: Run, node: NodeId) -> tuple[Posting, ...]:
    return postings(graph, run, node)


@remembered(2)
def _grad_rows(graph: Graph, run: Run, node: NodeId) -> tuple[LabRow, ...]:
    return grad_rows(graph, _postings(graph, run, node))


def grad_rows(graph: Graph, found: Iterable[Posting]) -> tuple[LabRow, ...]:
    """Changes of a gradient in words: moment, along which wire, upstream × slope = amount, before → after."""
    return tuple(_grad_row(graph, each) for each in found)


def _placed(row: LabRow, cursor: int) -> LabRow:
    """The row as it is seen at that moment: past, now, or, in words too, yet to come."""
    if row.moment > cursor:
        return row._replace(when="later", cells=(f"{row.cells[0]} · {tr('later')}", *row.cells[1:]))
    return row._replace(when="now") if row.moment == cursor else row


def _grad_row(graph: Graph, posting: Posting) -> LabRow:
    each = posting.contribution
    numbers: tuple[float | None, ...] = (posting.moment, None, None, posting.after)
    if each is not None and posting.wire is not None:
        made = f"{written(each.upstream)} × {written(each.slope)} = {written(each.amount)}"
        said, numbers = wire_in_words(graph, posting.wire), (posting.moment, None, each.amount, posting.after)
    elif posting.gathered is not None:
        said = rows_in_words(graph)
        made = tr("{row} alone: {grad}", row=row_in_words(graph), grad=written(posting.gathered.own))
        if (earlier := posting.gathered.before) is not None and posting.gathered.adds:
            # What the row has put in is not its slope, in a further pass, and stays no part of the sum.
            summed = sum_in_numbers([earlier, posting.gathered.amount])
            made = f"{as_text([Line('big', tuple(summed))])} = {written(posting.after)}"
        numbers = (posting.moment, None, posting.gathered.amount, posting.after)
    elif posting.kind == "seed":
        name = operand_name(graph.nodes[graph.target or 0])
        said, made = tr("itself"), f"d{name}/d{name} = 1"
    elif posting.kind == "zero":
        said, made = tr("zero grad"), tr("every grad = 0")
    else:
        said, made = tr("forward"), tr("a new value, without a grad yet")
    passing = said
    if posting.backward_pass:
        passing = tr("{ordinal} backward", ordinal=ordinal(posting.backward_pass))
    change = _change(posting.before, posting.after)
    cells = (f"{posting.moment} · {passing}", said, made, change)
    return LabRow(posting.moment, "past", cells, numbers, posting.wire)


def wire_in_words(graph: Graph, wire: Wire) -> str:
    """``e, 1st operand``: by whom, and as which of its operands, a node is used."""
    node = graph.nodes[wire[0]]
    if len(node.inputs) < 2:
        return name_of(node)
    return tr("{name}, {ordinal} operand", name=name_of(node), ordinal=ordinal(wire[1] + 1))


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``11th``: as the language writes it, which may need no more than the number."""
    end = 0 if number % 100 in (11, 12, 13) else number % 10
    said = {1: N_("{number}st"), 2: N_("{number}nd"), 3: N_("{number}rd")}.get(end, N_("{number}th"))
    return tr(said, number=number)


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return f"{written(before)} → {written(after)}"
    return " → ".join(told_apart((before, after)))


def _total(node: Node, found: Account, names: Naming, kind: Kind) -> Line | None:
    """``a.grad = 6.0000 − 4.0000 = 2.0000``."""
    if found.total is None or not found.amounts:
        return None
    parts = [Fragment("symbol", names.grad(node)), EQUALS]
    terms = [*(() if found.start is None else (found.start,)), *found.amounts]
    if len(terms) > _MOST:
        parts += [Fragment("plain", tr("the sum of {n:,} rows", n=len(terms))), EQUALS]
    elif len(terms) > 1:
        parts += [*sum_in_numbers(terms), EQUALS]
    return Line("big", (*parts, Fragment(kind, written(found.total), strong=True)))


def sum_in_numbers(terms: Sequence[float]) -> list[Fragment]:
    """``6.0000 − 4.0000``."""
    parts = [Fragment("grad", written(terms[0]))]
    for each in terms[1:]:
        text = written(each)
        minus = text.startswith(MINUS)
        parts += [
            Fragment("operator", f" {MINUS} " if minus else " + "),
            Fragment("grad", text.removeprefix(MINUS)),
        ]
    return parts


def _on_grad(state: State, node: Node, found: Sequence[Posting]) -> list[str]:
    graph, said = state.graph, []
    target = None if graph.target is None else graph.nodes[graph.target]
    if target is None:
        said.append(tr("There is no target: no backward pass can begin."))
    elif node.id not in graph.feeding:
        reason = tr(
            "{name} does not feed the target {target}: no backward pass reaches it.",
            name=name_of(node),
            target=name_of(target),
        )
        said.append(reason)
    elif not any(each.moment <= state.cursor for each in found):
        said.append(_nothing_yet(state, node, bool(found)))
    if (node.id, "grad") in state.frame.stale:
        said.append(tr("Its grad is from before the update: zero it, run forward and backward again."))
    if state.finding is not None and (apart := state.finding.shows(node.id, "grad")) is not None:
        said.append(tr(_APART["grad", state.finding.whose], other=apart[0], number=apart[1]))
    return said


def _nothing_yet(state: State, node: Node, later: bool) -> str:
    name = naming_of(state.graph, state.notation).grad(node)
    if later:
        return tr(
            "Nothing has been added to {name} at this moment: what is marked later is still to come.",
            name=name,
        )
    if state.blocked and state.trace is not None and state.trace.problem is not None:
        return tr(
            "Nothing has been added to {name}, for the run ended: {note}",
            name=name,
            note=again(state.trace.problem.note),
        )
    if not state.computed:
        return tr(
            "Nothing has been added to {name} yet: run forward (F5), then step backward (F10).", name=name
        )
    return tr(
        "Nothing has been added to {name} yet: step backward (F10), and every += is a row here.", name=name
    )
