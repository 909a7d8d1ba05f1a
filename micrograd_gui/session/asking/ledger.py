"""The ledger: each change of a node's gradient in a run, as a closed account, and what its data came from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.trace import Change, Contribution, Gathered, Kind, Run, Step

Wire = tuple[NodeId, int]  # the node that uses another one, and the port at which it does


class Asked(NamedTuple):
    """What is asked of the selected node: the field ``asked`` of the State.

    Attributes:
        wire: The wire along which the chosen row of the ledger came; it is lit while one stands there.
        paths: Whether the paths to the target are shown.
        path: Which of them is shown alone, counted from 0; None: all.
    """

    wire: Wire | None = None
    paths: bool = False
    path: int | None = None


NOTHING = Asked()


class Posting(NamedTuple):
    """One change of a gradient: what was there ``before``, and ``after``; None: nothing yet, or no longer.

    Attributes:
        moment: The cursor right after it.
        kind: Of the step; "forward": the node was computed anew, and has no gradient any more.
        backward_pass: In which backward pass, counted since the gradients were nothing or 0.
        before, after: The gradient; what one posting leaves, the next one finds.
        contribution: What was added, and what it is made of; None where the gradient was set.
        wire: Along which that came.
        gathered: What the end of a pass over rows put in place of what the row that is shown had added.
    """

    moment: int
    kind: Kind
    backward_pass: int
    before: float | None
    after: float | None
    contribution: Contribution | None = None
    wire: Wire | None = None
    gathered: Gathered | None = None


class Origin(NamedTuple):
    """Where a node's data came from: computed at ``moment``, or moved there by an update; 0: given."""

    moment: int
    kind: Kind | None = None
    change: Change | None = None
    step: Step | None = None


class Account(NamedTuple):
    """A gradient as a sum: ``start`` and the ``amounts`` that were added to it, one after the other.

    ``start`` is None where there was nothing to add to. ``total``: what they come to, added in that order.
    """

    start: float | None
    amounts: tuple[float, ...]
    total: float | None


def postings(graph: Graph, run: Run, node: NodeId) -> tuple[Posting, ...]:
    """All changes of the node's gradient in the run, those of later moments too."""
    found: list[Posting] = []
    grad = run.frame(0).grad.get(node)
    computed = graph.nodes[node].is_leaf
    for at in _touching(run, node):
        step = run.steps[at]
        before, said = grad, (at + 1, step.kind, step.backward_pass)
        if step.data is not None and step.node == node:
            grad, computed = None, True
            if before is not None:
                found.append(Posting(*said, before, None))
        elif step.kind == "zero":
            if computed:
                found.append(Posting(*said, before, 0.0))
            grad = 0.0 if computed else grad
        elif step.kind == "seed":
            grad = 1.0
            found.append(Posting(*said, before, grad))
        for each in step.contributions:
            if each.operand == node and step.node is not None:
                grad = each.after
                wire = (step.node, each.port)
                found.append(Posting(*said, each.before, each.after, each, wire))
        for gathered in step.gathered:
            if gathered.node == node:
                grad = gathered.after
                found.append(Posting(*said, before, gathered.after, gathered=gathered))
    return tuple(found)


def account(found: Sequence[Posting], cursor: int) -> Account:
    """What the gradient at that moment is the sum of, since it was set the last time."""
    start: float | None = None
    amounts: list[float] = []
    total: float | None = None
    for each in found:
        if each.moment > cursor:
            break
        total = each.after
        if each.contribution is not None:
            amounts.append(each.contribution.amount)
        elif each.gathered is not None:
            start, amounts = each.gathered.before or None, [each.gathered.amount]
        else:
            start, amounts = each.after or None, []
    return Account(start, tuple(amounts), total)


def origins(graph: Graph, run: Run | None, node: NodeId) -> tuple[Origin, ...]:
    """Where the node's data came from, each time it got some; a leaf's first one was given."""
    found = [Origin(0)] if graph.nodes[node].is_leaf else []
    steps = () if run is None else ((at, run.steps[at]) for at in _touching(run, node))
    for at, step in steps:
        if step.data is not None and step.node == node:
            found.append(Origin(at + 1, step.kind, step=step))
        found += [Origin(at + 1, "update", each, step) for each in step.changes if each.node == node]
    return tuple(found)


def _touching(run: Run, node: NodeId) -> list[int]:
    """The places of the steps that wrote one of the node's numbers, and of those that zero all."""
    index = _index(run)
    mine, all_nodes = index.get(node, []), index.get(None, [])
    return sorted({*mine, *all_nodes}) if all_nodes else mine


@lru_cache(maxsize=1)  # of the run that is on screen
def _index(run: Run) -> dict[NodeId | None, list[int]]:
    """Of each node the places of the steps that wrote it, in order; None: of those that zero all."""
    index: dict[NodeId | None, list[int]] = {}
    for at, step in enumerate(run.steps):
        if step.hidden:
            break
        if step.kind == "zero":
            index.setdefault(None, []).append(at)
        for node in dict.fromkeys(number for number, _ in step.wrote):
            index.setdefault(node, []).append(at)
        if step.data is not None and step.node is not None and step.contributions:
            index.setdefault(step.node, []).append(at)
    return index
