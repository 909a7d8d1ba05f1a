"""What the bug lab says at a moment: why a number differs, what both runs did in the step, and the code."""

from __future__ import annotations

from typing import NamedTuple

from micrograd.language import N_, tr
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import told_apart, written
from micrograd_gui.session.bugs.room import not_shown
from micrograd_gui.session.explain.verdicts import verdict_in_short
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Contribution, Step

_NAMES = 4  # of nodes in a sentence
_PASSES = {
    "forward": N_("forward"),
    "backward": N_("backward"),
    "zero": N_("zero grad"),
    "update": N_("update"),
}
OFF = N_(
    "Switch a mistake on: a run that makes it goes beside this one, moment by moment. "
    "On each node that differs the wrong number is struck out, above the right one."
)


class BothDid(NamedTuple):
    """What a step did to one grad, in the right run and in the wrong one; "" where it did nothing to it."""

    right: str
    wrong: str


def why(state: State) -> str:
    """One sentence: why the first number that differs does, or why none does."""
    lab = state.lab
    if lab is None:
        return tr(OFF)
    found = state.finding
    if found is not None:
        return found.said
    if state.is_training:
        return tr("Training goes by the right rules: the wrong run is here again when it rests.")
    if lab.run is not None and not lab.followed(state.cursor):
        return tr(
            "These gradients are over several rows; the lab is of the row alone that is shown: Shift+T."
        )
    if lab.first is not None:
        if state.cursor < lab.first:
            return tr("No number differs yet: the first one does at moment {first}.", first=lab.first)
        return tr(
            "Both runs have the same numbers again; at moment {first} the first one differed.",
            first=lab.first,
        )
    if lab.missing:
        return lab.missing
    if lab.tried.first is None:
        return not_shown(lab.tried)
    passes = tr(", ").join(tr(_PASSES[each.kind]) for each in lab.bug.script)
    if lab.run is None:
        return tr("Nothing is run yet: it takes {passes}.", passes=passes)
    return tr("It does not show in this run so far: it takes {passes}.", passes=passes)


def checked(state: State) -> str:
    """What a check of all gradients says of both runs at this moment; nothing where none was made."""
    if state.lab is None or state.finding is None or not state.checked or state.check_is_stale:
        return ""
    wrong = [row.node for row in state.checked if row.ok and row.node in state.finding.grad]
    names = ", ".join(state.graph.nodes[node].spoken for node in wrong[:_NAMES])
    verdict = verdict_in_short(state.graph, state.checked)
    if not wrong:
        told = N_("Checked: the right run: {verdict}; the wrong run's are right, too, so far.")
        return tr(told, verdict=verdict)
    if len(wrong) > _NAMES:
        names = tr("{listed} and {n} more", listed=names, n=len(wrong) - _NAMES)
    told = N_("Checked: the right run: {verdict}; the wrong run's fail at {names}.")
    return tr(told, verdict=verdict, names=names)


def moves(state: State) -> tuple[BothDid, ...]:
    """What the step that led here did, where the two runs did not do the same."""
    lab, step = state.lab, state.step
    wrong = None if lab is None or step is None else lab.step(state.cursor)
    if step is None or wrong is None:
        return ()
    graph, made = state.graph, []
    mine, theirs = _by_wire(step), _by_wire(wrong)
    for at in dict.fromkeys((*mine, *theirs)):
        one, other = mine.get(at), theirs.get(at)
        if one is None or other is None or one.after != other.after:
            here = _in_numbers(graph, one, sets=False)
            made.append(BothDid(here, _in_numbers(graph, other, sets=_sets(other))))
    for change in step.changes:
        other_change = next((each for each in wrong.changes if each.node == change.node), None)
        if other_change is None or other_change.after != change.after:
            name = graph.nodes[change.node].spoken
            before, after = told_apart((change.before, change.after))
            now = f"{name}.data = {written(other_change.after)}" if other_change else tr("not moved now")
            made.append(BothDid(f"{name}.data: {before} → {after}", now))  # as in code
    return tuple(made)


def _by_wire(step: Step) -> dict[tuple[int | None, int], Contribution]:
    return {(step.node, each.port): each for each in step.contributions}


def _sets(each: Contribution | None) -> bool:
    return each is not None and bool(each.before) and each.after == each.amount


def _in_numbers(graph: Graph, each: Contribution | None, *, sets: bool) -> str:
    """``b.grad += −2.0000 × 1.0000 → 4.0000``."""
    if each is None:
        return ""
    sign = "=" if sets else "+="
    factors = f"{written(each.slope)} × {written(each.upstream)}"
    name = graph.nodes[each.operand].spoken
    return f"{name}.grad {sign} {factors} → {written(each.after)}"  # as in code
