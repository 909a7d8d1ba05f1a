"""Verdicts: what the numeric check says of slopes, of one node and of all, for screen, reader and print.

The words on a check itself are those of the library (`micrograd.check_words`); what is added here is whether
the grad that stands on a node at a moment is the one that was checked.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, assert_never

from msgspec import Struct

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


class Marked(Struct, frozen=True):
    """What there is to say of a node's slopes: a mark or a word, and a sentence on it."""

    mark: str
    sentence: str


class OnNode(Struct, frozen=True):
    """A verdict short enough to stand on its node: a sign, and where that does not say it all, a few words.

    ``agrees``: whether the grad on the node is right; None: that is not what is told.
    """

    sign: str
    words: str
    agrees: bool | None


_ACCUMULATED = Marked(
    "accumulated", "More than one backward pass has added to this grad: zero it to compare."
)
_ZEROED = Marked("zeroed", "The grads were set to 0: run backward to compare.")
_FROM_BEFORE = Marked("from before", "This grad is of an earlier pass: zero it and run backward to compare.")
_STALE_CHECK = Marked("from before", "The check is of other parameters than these: check again.")
_SO_FAR = Marked("so far", "The backward pass is not over: more may be added to this grad.")
_IN_SHORT = {  # of what stands on nodes and cannot be compared
    "accumulated": "gradients accumulated at {}: zero them to compare",
    "zeroed": "gradients zeroed at {}: run backward to compare",
    "from before": "gradients from before at {}: zero them and run backward",
    "so far": "gradients not complete yet at {}",
    "will agree": "gradients of {} will agree once backward has reached them",
}


def verdict_of(state: State, node: NodeId) -> Marked:
    """The verdict on the gradient that stands on the node at this moment."""
    if state.finding is not None:
        for field, apart in (("", state.finding.grad), ("data ", state.finding.data)):
            if node in apart:
                other, fresh = both(apart[node])
                gives = f"{state.finding.beside} gives {field}{fresh}"
                return Marked(f"✗ {gives}", f"The {state.finding.whose} has {field}{other}; {gives}.")
    row = state.check_of(node)
    if row is None:
        return Marked("", "Check all gradients gives a verdict on every node that feeds the target.")
    if state.check_is_stale:
        return _STALE_CHECK
    grad = state.frame.grad.get(node)
    if grad is None:
        return _to_come(row)
    if grad == row.analytic or not math.isfinite(row.analytic):
        return verdict_on(row)
    gathered = gathered_at(state.trace, state.cursor, node)
    return _of_another_pass(state) if gathered is None else _over_rows(state, row, gathered)


def on_node(state: State, node: NodeId) -> OnNode | None:
    """The verdict on what stands on the node at this moment; None where the check says nothing of that."""
    row = state.check_of(node)
    if row is None or state.finding is not None or state.check_is_stale:
        return None
    found = verdict_of(state, node)
    if found in (_FROM_BEFORE, _ZEROED, _SO_FAR):
        return None
    sign, words = found.mark[:1], found.mark[2:]
    if sign in ("✓", "✗", "?"):
        if found.mark == "✗":
            words = f"numeric {written(row.numeric)}"
        return OnNode(sign, words, row.ok)
    for mark, shown in (("will agree", "✓"), ("kink", "∧"), ("accumulated", "+"), ("not checked", "–")):
        if found.mark == mark:
            return OnNode(shown, mark, None)
    return OnNode(verdict_on(row).mark[:1], row_in_words(state.graph), row.ok)  # the grad is over rows


def on_box(state: State, nodes: Collection[NodeId], output: NodeId | None) -> OnNode | None:
    """The verdict that a box shows of the nodes in it: that some are wrong, else that on its output."""
    wrong = sum(node in nodes for node in wrong_ones(state))
    if wrong and wrong < len(nodes):
        return OnNode("✗", f"{wrong} of {len(nodes)} differ", False)
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
    if gathered.own != row.analytic:  # there has been more than one pass
        return _of_another_pass(state)
    here, rows, found = row_in_words(state.graph), rows_in_words(state.graph), verdict_on(row)
    said = f"This grad is the {rows}. The check measures {here}, where it is {short(gathered.own)}: "
    return Marked(rows, said + found.sentence[:1].lower() + found.sentence[1:])


def both(apart: Apart) -> tuple[str, str]:
    """A number of the notebook's or a wrong run's and the right one, told apart."""
    if apart.other is None or apart.fresh is None:
        texts = [NOT_YET if each is None else short(each) for each in (apart.other, apart.fresh)]
        return texts[0], texts[1]
    other, fresh = short(apart.other), short(apart.fresh)
    return (exact(apart.other), exact(apart.fresh)) if other == fresh else (other, fresh)


def _to_come(row: Checked) -> Marked:
    """Of a grad that is not there yet, only what it is going to be can be said."""
    found = verdict_on(row)
    if row.ok is None:
        return found
    if row.ok:
        return Marked("will agree", "The backward pass will bring a grad that agrees with the numeric one.")
    if found.mark != "✗":
        return found
    return Marked("✗ will differ", "The backward pass will bring a grad that differs from the numeric one.")


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


def verdict_on(row: Checked) -> Marked:
    """What the check itself found, whatever stands on the node."""
    from micrograd.check_row import Reason  # it has come for the check, and not before

    mark = "✓" if row.ok else "?" if row.ok is None else "✗"
    match row.reason:
        case Reason.KINK:
            return Marked("kink", "At a kink left and right slope differ; the analytic one is between them.")
        case Reason.BOTH_ZERO:
            but = "" if not row.detail else ", but for rounding"
            return Marked(
                "✓ both 0", f"Both slopes are 0{but}: the target does not answer to this node here."
            )
        case Reason.NOT_FINITE:
            return Marked(f"{mark} not finite", f"One of the two slopes is no finite number: {row.detail}.")
        case Reason.NO_SLOPE:
            return Marked(f"{mark} not finite", f"There is no finite slope here: it is {row.detail}.")
        case Reason.ROUNDING:
            return Marked(
                "? rounding",
                "Cannot be told: the last places of the numbers move the slope by as much as it is.",
            )
        case Reason.TOO_SMALL:
            return Marked("? too small", "Both slopes are too small to be told from 0.")
        case Reason.OWN_OP:
            return Marked("not checked", f"Not checked: {row.words}.")
        case Reason.H_TOO_LARGE if row.ok:
            return Marked(
                "✓", "The slopes agree, by a smaller step than h, which is too large here, or a complex one."
            )
        case Reason.H_TOO_SMALL if row.ok:
            return Marked(
                "✓", "The slopes agree, by the complex step: a difference of h is lost in rounding here."
            )
        case Reason.H_TOO_LARGE | Reason.H_TOO_SMALL | None:
            if row.ok:
                return Marked("✓", "Analytic and numeric slope agree.")
            return Marked("✗", "Analytic and numeric slope differ.")
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
        return "checked with other parameters than these: check again"
    missing = [row for row in rows if row.node not in grad]
    others = [
        row
        for row in rows
        if row.node in grad and grad[row.node] != row.analytic and math.isfinite(row.analytic)
    ]
    over = [row for row in others if _is_over_rows(state, row)]
    if over and len(over) == len(others) and not missing:
        short_of_it = verdict_in_short(graph, rows)
        return f"{row_in_words(graph)}: {short_of_it} (parameters show the {rows_in_words(graph)})"
    wrong = any(row.ok is False and row not in others for row in rows)
    if wrong or not (others or missing):
        return verdict_in_short(graph, rows)
    mark, some = (_of_another_pass(state).mark, others) if others else ("will agree", missing)
    if mark == "will agree":
        some = [row for row in missing if row.ok]
    names = [name for name, _ in _named(graph, some)]
    who = f"{len(names)} of {len(rows)} nodes" if len(names) > _NAMES else ", ".join(names)
    who = f"all {len(rows)} nodes" if len(some) == len(rows) else who or "the rest"
    untold = ", ".join(graph.nodes[row.node].name for row in rows if row.ok is None)[:80]
    return _IN_SHORT[mark].format(who) + (f", nothing can be told at {untold}" if untold else "")


def _is_over_rows(state: State, row: Checked) -> bool:
    gathered = gathered_at(state.trace, state.cursor, row.node)
    return gathered is not None and gathered.own == row.analytic


def _named(graph: Graph, rows: Sequence[Checked]) -> list[tuple[str, Checked]]:
    return [(graph.nodes[row.node].name, row) for row in rows]


def names_of_wrong(graph: Graph, rows: Sequence[Checked]) -> list[str]:
    """What the nodes are called at which the slopes differ."""
    return [graph.nodes[row.node].name for row in rows if row.ok is False]
