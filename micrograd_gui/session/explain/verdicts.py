"""Verdicts: what the numeric check says of slopes, of one node and of all, for screen, reader and print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, assert_never

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.measure import Checked

if TYPE_CHECKING:
    from micrograd_gui.session.state import State


class Verdict(NamedTuple):
    """What there is to say of a node's slopes: a mark or a word, and a sentence on it."""

    mark: str
    sentence: str


def verdict_of(state: State, node: NodeId) -> Verdict:
    """The verdict on the gradient that stands on the node at this moment."""
    row = state.check_of(node)
    if row is None:
        return Verdict("", "Check all gradients gives a verdict on every node that feeds the target.")
    grad, step = state.frame.grad.get(node), state.step
    if grad is None or grad == row.analytic or not math.isfinite(row.analytic):
        return verdict_on(row)
    if step is not None and step.kind in ("forward", "update"):
        return Verdict("from before", "This grad is of an earlier pass: zero it and run backward to compare.")
    if step is not None and step.backward_pass > 1:
        return Verdict(
            "accumulated", "More than one backward pass has added to this grad: zero it to compare."
        )
    if not any(state.frame.grad.values()):
        return Verdict("zeroed", "The grads were set to 0: run backward to compare.")
    return Verdict("so far", "The backward pass is not over: more may be added to this grad.")


def verdict_on(row: Checked) -> Verdict:
    """What the check itself found, whatever stands on the node."""
    from micrograd.check import Reason  # it has come for the check, and not before

    match row.reason:
        case Reason.KINK:
            return Verdict("kink", "At a kink left and right slope differ; the analytic one is between them.")
        case Reason.BOTH_ZERO:
            return Verdict("✓ both 0", "Both slopes are 0: the target does not answer to this node here.")
        case Reason.NOT_FINITE:
            return Verdict("✗ not finite", f"One of the two slopes is no finite number: {row.detail}.")
        case Reason.H_TOO_LARGE | Reason.H_TOO_SMALL | Reason.OWN_OP | None:
            if row.ok:
                return Verdict("✓", "Analytic and numeric slope agree.")
            return Verdict("✗", "Analytic and numeric slope differ.")
    assert_never(row.reason)


def verdict_in_print(row: Checked) -> str:
    """In a column of a printed table: whether the slopes agree, and in a few words what is special."""
    return ("✓" if row.ok else "✗") + (f" {row.words}" if row.words else "")


def verdict_on_all(graph: Graph, rows: Sequence[Checked]) -> str:
    """How the whole check stands, as a sentence that names the nodes at which slopes differ."""
    wrong = names_of_wrong(graph, rows)
    where = f"disagree at {', '.join(wrong)[:200]}" if wrong else "agree at every node"
    return f"Analytic and numeric gradients {where}."


def verdict_in_short(graph: Graph, rows: Sequence[Checked]) -> str:
    """How the whole check stands, short enough for one line beside other things. There is a row at least."""
    wrong = names_of_wrong(graph, rows)
    if wrong:
        return f"gradients differ at {', '.join(wrong[:3])}"
    return f"all gradients agree (largest relative error {max(row.error for row in rows):.0e})"


def names_of_wrong(graph: Graph, rows: Sequence[Checked]) -> list[str]:
    """What the nodes are called at which the slopes differ."""
    return [graph.nodes[row.node].name for row in rows if not row.ok]
