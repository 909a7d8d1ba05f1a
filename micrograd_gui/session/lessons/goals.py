"""Goals: the conditions that a step of a lesson may ask for, a row each, and what counts as a wrong try."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.rewriting.expansions import COMMUTATIVE
from micrograd_gui.document.text import read_number
from micrograd_gui.session.lessons.lesson import Goal, MomentName, NudgedGoal, Number, near
from micrograd_gui.session.state import State


class Condition(NamedTuple):
    """One row: its name in a lesson's file, when it holds, and what is a try at it.

    ``holds(state, wanted)``; ``tried(old, new)`` says whether the change from one State to the next is
    an attempt at just that, and so wrong where it does not reach the goal. ``sentence`` is for docs.
    """

    name: str
    holds: Callable[[State, Any], bool]
    tried: Callable[[State, State], bool]
    sentence: str


def met(state: State, goal: Goal) -> int:
    """How much of the goal is there: each node of a condition on several nodes counts."""
    return sum(
        CONDITIONS[name].holds(state, part)
        for name, wanted in goal.conditions.items()
        for part in _parts(wanted)
    )


def _parts(wanted: Any) -> list[Any]:
    """A condition on several nodes as one on each of them."""
    return [{key: number} for key, number in wanted.items()] if isinstance(wanted, dict) else [wanted]


def reached(state: State, goal: Goal) -> bool:
    """Whether all of its conditions hold."""
    return all(CONDITIONS[name].holds(state, wanted) for name, wanted in goal.conditions.items())


def tried(old: State, new: State, goal: Goal) -> bool:
    """Whether the change is an attempt at something that the goal asks for."""
    return any(CONDITIONS[name].tried(old, new) for name in goal.conditions)


def moved(old: State, new: State) -> bool:
    """Whether the learner has done anything that counts as a move; a drag is one, a training is one."""
    if new.is_training:
        return False
    return old.is_training or (
        (len(old.history.entries), old.history.index, old.cursor, old.selection)
        != (len(new.history.entries), new.history.index, new.cursor, new.selection)
        or (new.nudge is not old.nudge and new.nudge is not None)
        or (new.trace is not old.trace and new.trace is not None)
        or (new.checked is not old.checked and bool(new.checked))
        or _row_tried(old, new)
        or _bug_tried(old, new)
        or _prediction_tried(old, new)
    )


def moment_of(state: State) -> MomentName:
    """Where the run stands, as a lesson names it."""
    trace, step = state.trace, state.step
    if trace is None or state.cursor == 0:
        return "not run"
    if state.blocked:
        return "stopped"
    if not state.forward_done:
        return "updated" if state.computed else "running forward"
    if step is None or step.kind == "forward":
        return "forward done"
    if step.kind == "zero":
        return "gradients zero"
    return "backward done" if state.cursor in trace.ends else "running backward"


def node_named(state: State, name: str) -> NodeId | None:
    """The node of that name; None: there is none."""
    try:
        return state.graph.named(name)
    except Refusal:
        return None


def _selected(state: State, wanted: str) -> bool:
    return state.selected is not None and state.selected == node_named(state, wanted)


def _acted(state: State, wanted: str) -> bool:
    acting = None if state.step is None else state.step.node
    return acting is not None and acting == node_named(state, wanted)


def _data(state: State, wanted: dict[str, Number]) -> bool:
    return not state.is_training and _are(state, state.frame.data, wanted)


def _grad(state: State, wanted: dict[str, Number]) -> bool:
    return not state.is_training and _are(state, state.frame.grad, wanted)


def _are(state: State, numbers: Mapping[NodeId, float], wanted: dict[str, Number]) -> bool:
    return all(
        (node := node_named(state, name)) is not None and near(number).holds(numbers.get(node))
        for name, number in wanted.items()
    )


def _value(state: State, wanted: dict[str, Number]) -> bool:
    return all(
        (node := node_named(state, name)) is not None and near(number).holds(state.graph.nodes[node].number)
        for name, number in wanted.items()
    )


def _nudged(state: State, wanted: NudgedGoal) -> bool:
    nudge = state.nudge
    if nudge is None or nudge.node != node_named(state, wanted.node):
        return False
    return wanted.slope is None or near(wanted.slope).holds(nudge.numeric)


def _checked(state: State, _wanted: str) -> bool:
    return bool(state.checked) and all(row.ok is not False for row in state.checked)


def typed_fits(typed: str, wanted: Number | list[str]) -> bool:
    """Whether that is what was asked for: a number near enough, or one of some words."""
    if isinstance(wanted, list):
        return " ".join(typed.casefold().split()) in {" ".join(word.casefold().split()) for word in wanted}
    try:
        return near(wanted).holds(read_number(typed))
    except Refusal:
        return False


def _typed(state: State, wanted: Number | list[str]) -> bool:
    return state.lesson is not None and bool(state.lesson.typed) and typed_fits(state.lesson.typed, wanted)


def _loss(state: State, wanted: Number) -> bool:
    return state.training is not None and state.training.k > 0 and near(wanted).holds(state.training.loss)


def _trained(state: State, wanted: int) -> bool:
    return state.training is not None and state.training.k >= wanted


def _expression(state: State, wanted: str) -> bool:
    return state.graph.target is not None and _same_expression(state.graph, wanted)


@lru_cache(maxsize=8)
def _parsed(expression: str) -> Graph:
    from micrograd_gui.document.notation.reader import graph_from_expression

    return graph_from_expression(expression)


def _same_expression(graph: Graph, expression: str) -> bool:
    """Whether the target is computed as the expression says; of names, those of leaves count."""
    known: dict[Hashable, int] = {}
    other = _parsed(expression)
    return _kind(graph, known) == _kind(other, known)


def _kind(graph: Graph, known: dict[Hashable, int]) -> int | None:
    """A number for what the target computes: the same for the same; a + b is b + a."""
    kinds: dict[NodeId | None, int] = {None: -1}
    for number in graph.order:
        node = graph.nodes[number]
        key: Hashable = ("leaf", node.label or node.data)
        if node.op is not None:
            ports = [kinds[source] for source in node.inputs]
            key = (node.op, *(sorted(ports) if node.op in COMMUTATIVE else ports))
        kinds[number] = known.setdefault(key, len(known))
    return kinds.get(graph.target)


def _ops(state: State, wanted: dict[str, int]) -> bool:
    found = [node.op for node in state.graph if node.op is not None]
    try:
        return all(found.count(op_of(name).name) >= count for name, count in wanted.items())
    except KeyError:
        return False


def _nodes(state: State, wanted: list[str]) -> bool:
    return all(node_named(state, name) is not None for name in wanted)


def _target(state: State, wanted: str) -> bool:
    return state.graph.target is not None and state.graph.target == node_named(state, wanted)


def _parameters(state: State, wanted: list[str]) -> bool:
    return {node_named(state, name) for name in wanted} <= set(state.graph.parameters)


def _row(state: State, wanted: str) -> bool:
    wire = None if state.asked is None else state.asked.wire
    return wire is not None and wire[0] == node_named(state, wanted)


def _paths(state: State, _wanted: str) -> bool:
    return state.asked is not None and state.asked.paths and state.selected is not None


def _predicted(state: State, wanted: int) -> bool:
    return state.quiz is not None and state.quiz.score.right >= wanted


def _bug(state: State, wanted: str) -> bool:
    return state.lab is not None and state.lab.name == wanted


def _differs(state: State, _wanted: str) -> bool:
    return state.lab is not None and state.lab.found_at(state.cursor) is not None


def _row_tried(old: State, new: State) -> bool:
    return new.asked is not old.asked and new.asked is not None and new.asked.wire is not None


def _prediction_tried(old: State, new: State) -> bool:
    last = None if new.quiz is None else new.quiz.last
    return last is not None and last.verdict == "wrong" and (old.quiz is None or last is not old.quiz.last)


def _bug_tried(old: State, new: State) -> bool:
    return new.lab is not None and (old.lab is None or new.lab.name != old.lab.name)


def _never(_old: State, _new: State) -> bool:
    return False


def _selection_tried(old: State, new: State) -> bool:
    return bool(new.selection) and new.selection != old.selection


def _nudge_tried(old: State, new: State) -> bool:
    return new.nudge is not None and new.nudge is not old.nudge


def _edit_tried(old: State, new: State) -> bool:
    entry = new.history.entries[new.history.index]
    return new.history.entries is not old.history.entries and entry.gesture is None and (
        new.graph.nodes is not old.graph.nodes
    )  # fmt: skip


CONDITIONS = {
    row.name: row
    for row in (
        Condition("selected", _selected, _selection_tried, "that node, and no other, is selected"),
        Condition("moment", lambda s, wanted: moment_of(s) == wanted, _never, "the run stands there"),
        Condition("acted", _acted, _never, "the step that led to this moment is one of that node"),
        Condition("data", _data, _never, "the numbers that those nodes have at this moment"),
        Condition("grad", _grad, _never, "the gradients that those nodes have at this moment"),
        Condition("value", _value, _edit_tried, "the numbers that those leaves hold in the graph"),
        Condition("nudged", _nudged, _nudge_tried, "that node is nudged, and the slope is so"),
        Condition("checked", _checked, _never, "Check all gradients was made, and none disagrees"),
        Condition("typed", _typed, _never, "the answer typed: a number, or one of a list of words"),
        Condition("loss", _loss, _never, "the loss that training has come to"),
        Condition("trained", _trained, _never, "at least so many steps of training were made"),
        Condition("expression", _expression, _edit_tried, "the target is computed like that"),
        Condition("ops", _ops, _edit_tried, "there are at least so many nodes of each op"),
        Condition("nodes", _nodes, _edit_tried, "there are nodes of these names"),
        Condition("target", _target, _edit_tried, "the backward pass starts at that node"),
        Condition("parameters", _parameters, _edit_tried, "these leaves are parameters"),
        Condition("order", lambda s, _: s.order_shown, _never, "the order of the steps is shown"),
        Condition("row", _row, _row_tried, "the row of the ledger that came through that node is gone to"),
        Condition("paths", _paths, _never, "the paths from the selected node to the target are shown"),
        Condition("predicted", _predicted, _prediction_tried, "at least so many predictions were right"),
        Condition("bug", _bug, _bug_tried, "that bug of the lab is switched on"),
        Condition("differs", _differs, _never, "a number of the wrong run differs at this moment"),
    )
}

# Those that only an edit of what is wired brings about.
BUILDING = frozenset(("expression", "ops", "nodes", "target", "parameters"))
