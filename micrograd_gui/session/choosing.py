"""Choosing which node acts next: where it may, the run has it so; else what wrong number would come of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from micrograd.language import N_, joined, tr, trn
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import told_apart, written
from micrograd_gui.session import stepping
from micrograd_gui.session.record import record
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position
from micrograd_gui.session.trace import Pass, Step


class PassFrom(NamedTuple):
    """The pass that goes on at a moment: which of the script's it is, and its steps before and after that."""

    at: int
    before: tuple[Step, ...]
    after: tuple[Step, ...]

    @property
    def acted(self) -> tuple[NodeId, ...]:
        """The nodes that have acted in it, in that order."""
        return tuple(s.node for s in self.before if s.node is not None and s.kind in ("forward", "backward"))

    def step_of(self, node: NodeId) -> Step | None:
        """The step in which that node acts; None where the pass ends before."""
        steps = (*self.before, *self.after)
        return next((s for s in steps if s.node == node and s.kind in ("forward", "backward")), None)


def acting_next(state: State, node: NodeId | None) -> Position:
    """The moment at which that node has acted as the next one; the others follow as the engine goes.

    Raises Refusal where no node is meant, and where it may not: with the number that would come of it.
    """
    if node is None:
        raise Refusal(tr("Select the node that shall act next."))
    graph = state.graph
    chosen = graph.nodes[node]
    stepping.refuse_where_stopped(state)
    if chosen.is_leaf:
        raise Refusal(
            tr("{name} is a leaf: it computes nothing, and hands no gradient on.", name=chosen.spoken), node
        )
    backward = state.forward_done
    here = stepping.next_backward_move(state) if backward else stepping.next_forward_move(state)
    begin, on = pass_from(here)
    if backward and here.cursor == begin and node == graph.target:
        return here.later(1)  # the seed
    wrong = _wrong_backward(graph, chosen, here, on) if backward else _wrong_forward(state, chosen, on)
    if wrong:
        raise Refusal(wrong, node)
    if on.after and on.after[0].node == node:
        return here.later(1)
    return reordered(graph, here, on.at, (*on.acted, node)).later(1)


def reordered(graph: Graph, here: Position, at: int, first: Sequence[NodeId]) -> Position:
    """The same moment of a run in which those nodes act first in its pass ``at``; they must be allowed to."""
    script = list(here.run.script)
    script[at] = replace(script[at], first=tuple(first))
    return Position(record(graph, script), here.cursor)


def pass_from(here: Position) -> tuple[int, PassFrom]:
    """Where the pass begins that goes on at that moment, and the pass."""
    begin = 0
    for at, end in enumerate(here.run.ends):
        if here.cursor < end:
            steps = here.run.steps
            return begin, PassFrom(at, steps[begin : here.cursor], steps[here.cursor : end])
        begin = end
    return begin, PassFrom(len(here.run.ends) - 1, (), ())


def _wrong_forward(state: State, node: Node, on: PassFrom) -> str:
    """Why the node cannot be computed next; nothing where it can."""
    graph, name = state.graph, node.spoken
    if node.id in on.acted:
        number = written(state.frame.data.get(node.id))
        return tr(
            "{name} is computed already: once more would give {number} again, and nothing new.",
            name=name,
            number=number,
        )
    sources = [source for source in node.inputs if source is not None]
    if len(sources) < len(node.inputs):
        return tr("{name} has an empty port: wire it first.", name=name)
    missing = [each for each in dict.fromkeys(sources) if graph.nodes[each].op and each not in on.acted]
    if not missing:
        return ""
    assert node.rule is not None
    numbers = [state.frame.data.get(source, 0.0) for source in sources]
    wrong, right = float(node.rule.forward(*numbers)), on.step_of(node.id)
    old = any(each in state.frame.data for each in missing)
    told = {"name": name, "names": _names(graph, missing)}
    would_be = _instead(wrong, None if right is None else right.data)
    if old:
        return tr(
            "{name} needs {names}, not computed yet: with what is there from before {name} would be "
            "{would_be}.",
            would_be=would_be,
            **told,
        )
    return tr(
        "{name} needs {names}, not computed yet: with nothing there, a 0, {name} would be {would_be}.",
        would_be=would_be,
        **told,
    )


def _wrong_backward(graph: Graph, node: Node, here: Position, on: PassFrom) -> str:
    """Why the node cannot hand its gradient on next; nothing where it can."""
    name = node.spoken
    assert graph.target is not None
    if node.id not in graph.feeding:
        return tr(
            "{name} does not feed {target}: no gradient comes to it.",
            name=name,
            target=graph.nodes[graph.target].spoken,
        )
    acted = on.acted
    if node.id in acted:
        return tr(
            "{name} has acted in this pass. A second time {outcome}.",
            name=name,
            outcome=_outcome(graph, node, here, on, again=True),
        )
    users = dict.fromkeys(user for user, _ in graph.users[node.id] if user in graph.feeding)
    missing = [user for user in users if user not in acted]
    seed = not on.before
    if not missing and not seed:
        return ""
    outcome = _outcome(graph, node, here, on, again=False)
    if seed:
        target = graph.nodes[graph.target].spoken
        said = N_("{name} has to wait until {target} has its seed. Now {outcome}.")
        return tr(said, name=name, target=target, outcome=outcome)
    return trn(
        "{name} has to wait until {names} has acted. Now {outcome}.",
        "{name} has to wait until {names} have acted. Now {outcome}.",
        len(missing),
        name=name,
        names=_names(graph, missing),
        outcome=outcome,
    )


def _outcome(graph: Graph, node: Node, here: Position, on: PassFrom, *, again: bool) -> str:
    """What would come of it if the node handed its gradient on now, or once more, as half a sentence."""
    step = on.step_of(node.id)
    if step is None:
        return (
            tr("it would hand on what is not there yet")
            if not again
            else tr("it would hand its gradient on twice")
        )
    held, right = here.run.frame(here.cursor).grad.get(node.id, 0.0), step.contributions[0].upstream
    ends = {each.operand: each.after for s in (*on.before, *on.after) for each in s.contributions}
    script = here.run.script[: on.at]
    tried = record(graph, (*script, Pass("backward", first=(*on.acted, node.id))))  # nobody stands in it
    wrong = tried.frame(len(tried)).grad
    operands = (each.operand for each in step.contributions)
    worst = max(operands, key=lambda operand: abs(wrong[operand] - ends[operand]))
    if again:
        said = tr("it would hand on {held} twice", held=written(held))
    elif held == right:
        said = tr("it would hand on {held}, by chance all that there will be", held=written(held))
    else:
        said = tr("it would hand on {instead}", instead=_instead(held, right))
    if wrong[worst] == ends[worst]:
        return tr("{said}, and here no number would be another", said=said)
    outcome = _instead(wrong[worst], ends[worst])
    return tr(
        "{said}, and {name}.grad would end as {outcome}",
        said=said,
        name=graph.nodes[worst].spoken,
        outcome=outcome,
    )


def _instead(wrong: float, right: float | None) -> str:
    """``0.5000 instead of 1.7000``."""
    if right is None:
        return written(wrong)
    if wrong == right:
        return tr("{wrong}, by chance the right number", wrong=written(wrong))
    wrongly, rightly = told_apart((wrong, right))
    return tr("{wrongly} instead of {rightly}", wrongly=wrongly, rightly=rightly)


def _names(graph: Graph, nodes: Iterable[NodeId]) -> str:
    names = [graph.nodes[each].spoken for each in nodes]
    if len(names) > 2:
        return tr("{names} and {n} more", names=names[0], n=len(names) - 1)
    return joined(names)
