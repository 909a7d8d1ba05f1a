"""Pasting: a cell that was walked through takes its place, and what it did by hand becomes steps of a run."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd.language import N_, kept, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.python.pasted import ByHand, PastedCell
from micrograd_gui.document.text import told_apart
from micrograd_gui.session import stepping
from micrograd_gui.session.choosing import acting_next
from micrograd_gui.session.found import Apart, Found
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import standing_at
from micrograd_gui.session.transitions import Edit, after_edit

_STEPS_AT_MOST = 2_000  # to the moment at which all that was set by hand has its grad


def last_cell(graph: Graph) -> PastedCell | None:
    """The cell that was pasted last; None where none was, or it was one of plain statements."""
    cells = getattr(graph.workspace, "cells", ())
    return cells[-1] if cells else None


def _is_moved(before: Graph, now: Graph) -> bool:
    """Whether it is the same graph, in other places."""
    others = (name for name in before.__struct_fields__ if name not in ("places", "same_wiring"))
    return all(getattr(before, name) is getattr(now, name) for name in others)


class Pasting(Room):
    """Cells of a notebook, pasted one after the other; what they define is a fact of the graph."""

    def put(self, before: Graph, made: tuple[Graph, frozenset[NodeId]]) -> None:
        """What a cell made of that graph takes its place. Raises Refusal where there is another by now.

        Places that have arrived since, as those of the cell before do, are no other graph: they are kept.
        """
        now = self.state.graph
        if now is not before and not _is_moved(before, now):
            raise Refusal(tr("The graph was changed while the cell was walked through: paste it again."))
        graph, added = made
        if now is not before:
            same = {node for node, thing in graph.nodes.items() if thing is before.nodes.get(node)}
            graph = graph.moved({node: place for node, place in now.places.items() if node in same})
        apart = added and before.nodes and not added & before.nodes.keys()
        selected = added if apart else frozenset[NodeId]() if added else None
        edit = Edit(graph, kept("Paste"), selected)
        self.session.take(self.session.work(len(graph), lambda state: after_edit(state, edit)))

    def stand_as_told(self) -> None:
        """One stands where the cell came to, by hand or by ``backward()``; what is not as the rule is found.

        Nodes that passed their grads back act in the order of the cell, as far as that may be.
        """
        cell = last_cell(self.state.graph)
        rows = [] if cell is None else [row for row in cell.by_hand if row.node in self.state.graph.nodes]
        rows = [row for row in rows if row.kind != "data"]
        if self.state.is_training or self.state.graph.target is None:
            return
        if cell is not None and cell.passed and not rows:
            self.session.take(_passed(self.state))
        if not rows:
            return
        try:
            after = _as_by_hand(self.state, rows)
        except Refusal:  # the run ends at a problem: what was found is said all the same
            after = self.state
        found = _found(rows)
        chosen = after.selection if found is None else frozenset((found.node,))
        self.session.take(replace(after, found=found, selection=chosen))


def _passed(state: State) -> State:
    """The State after a forward and a backward pass, afresh, where a cell has called ``backward()``."""
    state = standing_at(state, stepping.forward_until_stop(state))
    return state if state.blocked else standing_at(state, stepping.backward_until_stop(state))


def _as_by_hand(state: State, rows: list[ByHand]) -> State:
    """The State at the moment of the automatic run at which the cell stands."""
    if not state.forward_done:
        state = standing_at(state, stepping.end_of_forward(state))
    target = state.graph.target
    if target not in state.frame.grad:
        state = standing_at(state, stepping.next_backward_move(state).later(1))
    for row in rows:
        if row.kind != "_backward" or (row.node == target and _acted(state, target)):
            continue
        try:
            state = standing_at(state, acting_next(state, row.node))
        except Refusal:  # too early, or once more: that is told beside the rule
            continue
    wanted = {row.node: row.rule for row in rows if row.kind == "grad" and row.rule}
    for _ in range(_STEPS_AT_MOST):
        if all(node in state.frame.grad for node in wanted) or state.blocked:
            break
        state = standing_at(state, stepping.next_backward_move(state).later(1))
    return state


def _acted(state: State, node: NodeId | None) -> bool:
    """Whether the node has passed its grad back already."""
    run = state.trace
    steps = () if run is None else run.steps[: state.cursor]
    return any(step.kind == "backward" and step.node == node for step in steps)


_BY_HAND = {  # what the first number by hand does, alone and with others
    "_backward": (
        N_("Line {line}: {what} acts with the grad {own} by hand; the rule gives {rule}."),
        N_(
            "Line {line}: {what} acts with the grad {own} by hand; the rule gives {rule}, and {more} more "
            "differ."
        ),
    ),
    "": (
        N_("Line {line}: {what} gives {own} by hand; the rule gives {rule}."),
        N_("Line {line}: {what} gives {own} by hand; the rule gives {rule}, and {more} more differ."),
    ),
}


def _found(rows: list[ByHand]) -> Found | None:
    """What of it is not what the rule gives; None where all is."""
    wrong = {row.node: row for row in rows if row.right is False and row.node is not None}
    if not wrong:
        return None
    node, first = next(iter(wrong.items()))
    assert first.rule is not None
    own, rule = told_apart((first.own, first.rule))
    told = {"line": first.line, "what": first.told, "own": own, "rule": rule, "more": len(wrong) - 1}
    one, several = _BY_HAND["_backward" if first.kind == "_backward" else ""]
    sentence = kept(several if len(wrong) > 1 else one, **told)
    return Found(node, sentence, {}, {each: Apart(row.own, row.rule) for each, row in wrong.items()})
