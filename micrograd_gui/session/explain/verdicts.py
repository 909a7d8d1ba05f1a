"""Verdicts: what the numeric check says of slopes, of one node and of all, for screen, reader and print.

The words on a check itself are those of the library (`micrograd.check_words`); what is added here is whether
the grad that stands on a node at a moment is the one that was checked.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal, assert_never

from msgspec import Struct

from micrograd.language import N_, again, tr, within
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import NOT_YET, exact, short, written
from micrograd_gui.session.explain.of_rows import row_in_words, rows_in_words
from micrograd_gui.session.measure import Checked
from micrograd_gui.session.over_rows import gathered_at
from micrograd_gui.session.trace import Gathered

if TYPE_CHECKING:
    from micrograd_gui.session.found import Apart
    from micrograd_gui.session.state import State

_NAMES = 3  # of nodes in the line beside other things


Sign = Literal["", "✓", "✗", "?"]  # agrees, differs, cannot be told; empty: something else is to be said


class Marked(Struct, frozen=True):
    """What there is to say of a node's slopes: a mark, and a sentence on it.

    A mark is a ``sign``, ``words``, or both; these are in English, or said already, and so is ``told``.
    """

    sign: Sign
    words: str
    told: str

    @property
    def mark(self) -> str:
        """The mark in the language in use; its sign comes first in each."""
        return " ".join(filter(None, (self.sign, self.said)))

    @property
    def said(self) -> str:
        """The words in the language in use; empty where the sign says it all."""
        return tr(self.words) if self.words else ""

    @property
    def sentence(self) -> str:
        """The sentence in the language in use."""
        return tr(self.told)


class OnNode(Struct, frozen=True):
    """A verdict short enough to stand on its node: a sign, and where that does not say it all, a few words.

    ``agrees``: whether the grad on the node is right; None: that is not what is told.
    """

    sign: str
    words: str
    agrees: bool | None


_WILL_AGREE = N_("will agree")
_ACCUMULATED = Marked(
    "", N_("accumulated"), N_("More than one backward pass has added to this grad: zero it to compare.")
)
_ZEROED = Marked("", N_("zeroed"), N_("The grads were set to 0: run backward to compare."))
_FROM_BEFORE = Marked(
    "", N_("from before"), N_("This grad is of an earlier pass: zero it and run backward to compare.")
)
_STALE_CHECK = Marked("", _FROM_BEFORE.words, N_("The check is of other parameters than these: check again."))
_SO_FAR = Marked("", N_("so far"), N_("The backward pass is not over: more may be added to this grad."))
_IN_SHORT = {  # of what stands on nodes and cannot be compared
    "accumulated": N_("gradients accumulated at {nodes}: zero them to compare"),
    "zeroed": N_("gradients zeroed at {nodes}: run backward to compare"),
    "from before": N_("gradients from before at {nodes}: zero them and run backward"),
    "so far": N_("gradients not complete yet at {nodes}"),
    _WILL_AGREE: N_("gradients of {nodes} will agree once backward has reached them"),
}


_APART = {  # of a number that the notebook has otherwise than a fresh run, or a wrong run than the right one
    ("grad", True): (
        N_("a fresh run gives {number}"),
        N_("The notebook has {other}; a fresh run gives {number}."),
    ),
    ("grad", False): (
        N_("the right run gives {number}"),
        N_("The wrong run has {other}; the right run gives {number}."),
    ),
    ("data", True): (
        N_("a fresh run gives data {number}"),
        N_("The notebook has data {other}; a fresh run gives data {number}."),
    ),
    ("data", False): (
        N_("the right run gives data {number}"),
        N_("The wrong run has data {other}; the right run gives data {number}."),
    ),
}


def verdict_of(state: State, node: NodeId) -> Marked:
    """The verdict on the gradient that stands on the node at this moment."""
    if state.finding is not None:
        live = state.finding.whose == "notebook"
        for field, apart in (("grad", state.finding.grad), ("data", state.finding.data)):
            if node in apart:
                other, fresh = both(apart[node])
                words, said = _APART[field, live]
                return Marked("✗", tr(words, number=fresh), tr(said, other=other, number=fresh))
    row = state.check_of(node)
    if row is None:
        return Marked("", "", N_("Check all gradients gives a verdict on every node that feeds the target."))
    if state.check_is_stale:
        return _STALE_CHECK
    grad = state.frame.grad.get(node)
    if grad is None:
        return _to_come(row)
    if grad == row.analytic or not math.isfinite(row.analytic):
        return verdict_on(row)
    gathered = gathered_at(state.trace, state.cursor, node)
    return _of_another_pass(state) if gathered is None else _over_rows(state, row, gathered)


_ON_NODE = {_WILL_AGREE: "✓", "kink": "∧", "accumulated": "+", "not checked": "–"}


def on_node(state: State, node: NodeId) -> OnNode | None:
    """The verdict on what stands on the node at this moment; None where the check says nothing of that."""
    row = state.check_of(node)
    if row is None or state.finding is not None or state.check_is_stale:
        return None
    found = verdict_of(state, node)
    if found in (_FROM_BEFORE, _ZEROED, _SO_FAR):
        return None
    if found.sign:
        differ = found.sign == "✗" and not found.words
        words = tr("numeric {slope}", slope=written(row.numeric)) if differ else found.said
        return OnNode(found.sign, words, row.ok)
    if found.words in _ON_NODE:
        return OnNode(_ON_NODE[found.words], found.said, None)
    own = verdict_on(row)  # the grad is over rows
    return OnNode(own.sign or _ON_NODE[own.words], row_in_words(state.graph), row.ok)


def on_box(state: State, nodes: Collection[NodeId], output: NodeId | None) -> OnNode | None:
    """The verdict that a box shows of the nodes in it: that some are wrong, else that on its output."""
    wrong = sum(node in nodes for node in wrong_ones(state))
    if wrong and wrong < len(nodes):
        return OnNode("✗", tr("{wrong} of {nodes} differ", wrong=wrong, nodes=len(nodes)), False)
    return None if output is None else on_node(state, output)


def wrong_ones(state: State) -> list[NodeId]:
    """The nodes on which a grad stands that differs from the numeric slope."""
    rows = (row.node for row in state.checked if row.ok is False)
    return [node for node in rows if (found := on_node(state, node)) is not None and found.agrees is False]


def alike_on_nodes(old: State, new: State) -> bool:
    """Whether a verdict on a node can only be another one in these where its grad is another one."""
    if old.checked is not new.checked or old.check_is_stale != new.check_is_stale:
        return False
    return old.finding is new.finding and _of_another_pass(old) == _of_another_pass(new)


def _over_rows(state: State, row: Checked, gathered: Gathered) -> Marked:
    """The check measures the row that is shown: that is said beside a grad which is over rows."""
    if gathered.adds or gathered.own != row.analytic:  # there has been more than one pass
        return _of_another_pass(state)
    here, rows, found = row_in_words(state.graph), rows_in_words(state.graph), verdict_on(row)
    said = tr(
        "This grad is the {rows}. The check measures {row}, where it is {grad}: {verdict}",
        rows=rows,
        row=here,
        grad=short(gathered.own),
        verdict=within(found.sentence),
    )
    return Marked("", rows, said)


def both(apart: Apart) -> tuple[str, str]:
    """A number of the notebook's or a wrong run's and the right one, told apart."""
    if apart.other is None or apart.fresh is None:
        texts = [tr(NOT_YET) if each is None else short(each) for each in (apart.other, apart.fresh)]
        return texts[0], texts[1]
    other, fresh = short(apart.other), short(apart.fresh)
    return (exact(apart.other), exact(apart.fresh)) if other == fresh else (other, fresh)


def _to_come(row: Checked) -> Marked:
    """Of a grad that is not there yet, only what it is going to be can be said."""
    found = verdict_on(row)
    if row.ok is None:
        return found
    if row.ok:
        return Marked(
            "", _WILL_AGREE, N_("The backward pass will bring a grad that agrees with the numeric one.")
        )
    if found.words:
        return found
    return Marked(
        "✗", N_("will differ"), N_("The backward pass will bring a grad that differs from the numeric one.")
    )


def _of_another_pass(state: State) -> Marked:
    """Why the grads at this moment are not those of one whole backward pass."""
    step = state.step
    if step is not None and step.kind in ("forward", "update"):
        return _FROM_BEFORE
    if step is not None and step.backward_pass > 1:
        return _ACCUMULATED
    if not any(state.frame.grad.values()):
        return _ZEROED
    return _SO_FAR


_NOT_FINITE = N_("not finite")


def verdict_on(row: Checked) -> Marked:
    """What the check itself found, whatever stands on the node."""
    from micrograd.check_row import Reason  # it has come for the check, and not before

    sign: Sign = "✓" if row.ok else "?" if row.ok is None else "✗"
    match row.reason:
        case Reason.KINK:
            return Marked(
                "", N_("kink"), N_("At a kink left and right slope differ; the analytic one is between them.")
            )
        case Reason.BOTH_ZERO:
            if row.detail:
                return Marked(
                    "✓",
                    N_("both 0"),
                    N_("Both slopes are 0, but for rounding: the target does not answer to this node here."),
                )
            return Marked(
                "✓", N_("both 0"), N_("Both slopes are 0: the target does not answer to this node here.")
            )
        case Reason.NOT_FINITE:
            return Marked(
                sign,
                _NOT_FINITE,
                tr("One of the two slopes is no finite number: {why}.", why=again(row.detail)),
            )
        case Reason.NO_SLOPE:
            return Marked(
                sign,
                _NOT_FINITE,
                tr("There is no finite slope here: it is {slope}.", slope=again(row.detail)),
            )
        case Reason.ROUNDING:
            return Marked(
                "?",
                N_("rounding"),
                N_("Cannot be told: the last places of the numbers move the slope by as much as it is."),
            )
        case Reason.TOO_SMALL:
            return Marked("?", N_("too small"), N_("Both slopes are too small to be told from 0."))
        case Reason.OWN_OP:
            return Marked("", N_("not checked"), tr("Not checked: {why}.", why=row.words))
        case Reason.H_TOO_LARGE if row.ok:
            return Marked(
                "✓",
                "",
                N_("The slopes agree, by a smaller step than h, which is too large here, or a complex one."),
            )
        case Reason.H_TOO_SMALL if row.ok:
            return Marked(
                "✓",
                "",
                N_("The slopes agree, by the complex step: a difference of h is lost in rounding here."),
            )
        case Reason.H_TOO_LARGE | Reason.H_TOO_SMALL | None:
            if row.ok:
                return Marked("✓", "", N_("Analytic and numeric slope agree."))
            return Marked("✗", "", N_("Analytic and numeric slope differ."))
    assert_never(row.reason)


def verdict_in_print(row: Checked) -> str:
    """In a column of a printed table: whether the slopes agree, and in a few words what is special."""
    from micrograd.check_words import in_print

    return in_print(row)


def verdict_on_all(graph: Graph, rows: Sequence[Checked]) -> str:
    """How the whole check stands, as a sentence that names the nodes that are not as the rest."""
    from micrograd.check_words import of_all

    return of_all(_named(graph, rows))


def verdict_in_short(graph: Graph, rows: Sequence[Checked]) -> str:
    """How the whole check stands, short enough for one line beside other things. There is a row at least."""
    from micrograd.check_words import in_short

    return in_short(_named(graph, rows))


def verdict_of_moment(state: State) -> str:
    """The same at a moment: where other grads stand on nodes than were checked, this is said instead."""
    graph, rows, grad = state.graph, state.checked, state.frame.grad
    if state.check_is_stale:
        return tr("checked with other parameters than these: check again")
    missing = [row for row in rows if row.node not in grad]
    others = [
        row
        for row in rows
        if row.node in grad and grad[row.node] != row.analytic and math.isfinite(row.analytic)
    ]
    over = [row for row in others if _is_over_rows(state, row)]
    if over and len(over) == len(others) and not missing:
        short_of_it = verdict_in_short(graph, rows)
        told = {"row": row_in_words(graph), "verdict": short_of_it, "rows": rows_in_words(graph)}
        return tr("{row}: {verdict} (parameters show the {rows})", **told)
    wrong = any(row.ok is False and row not in others for row in rows)
    if wrong or not (others or missing):
        return verdict_in_short(graph, rows)
    mark, some = (_of_another_pass(state).words, others) if others else (_WILL_AGREE, missing)
    if mark == _WILL_AGREE:
        some = [row for row in missing if row.ok]
    names = [name for name, _ in _named(graph, some)]
    who = tr(", ").join(names) or tr("the rest")
    if len(names) > _NAMES:
        who = tr("{n} of {nodes} nodes", n=len(names), nodes=len(rows))
    if len(some) == len(rows):
        who = tr("all {n} nodes", n=len(rows))
    untold = ", ".join(graph.nodes[row.node].name for row in rows if row.ok is None)[:80]
    said = tr(_IN_SHORT[mark], nodes=who)
    return tr("{said}, nothing can be told at {names}", said=said, names=untold) if untold else said


def _is_over_rows(state: State, row: Checked) -> bool:
    gathered = gathered_at(state.trace, state.cursor, row.node)
    return gathered is not None and not gathered.adds and gathered.own == row.analytic


def _named(graph: Graph, rows: Sequence[Checked]) -> list[tuple[str, Checked]]:
    return [(graph.nodes[row.node].name, row) for row in rows]
