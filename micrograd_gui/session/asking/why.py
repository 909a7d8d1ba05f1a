"""Why, in a sentence: where a node has its data and its grad from at a moment, for tips and readers."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd_gui.document.graph import Node, NodeId
from micrograd_gui.document.text import short, written
from micrograd_gui.session.asking.ledger import Posting, account, origins, postings
from micrograd_gui.session.asking.on_wires import GraphWire, on_wires_of
from micrograd_gui.session.explain.formulas import (
    as_text,
    definition,
    forward_line,
    name_of,
    naming_of,
    update_line,
)
from micrograd_gui.session.explain.of_rows import row_in_words, rows_in_words
from micrograd_gui.session.predicting.veil import hidden
from micrograd_gui.session.state import State

_MOST = 4  # shares that are told one by one


def why(state: State, number: NodeId) -> tuple[str, str]:
    """Both sentences: on the data, and on the grad."""
    return why_data(state, number), why_grad(state, number)


def why_data(state: State, number: NodeId) -> str:
    """Where the node has its data from, or why it has none."""
    node = state.graph.nodes[number]
    if hidden(state, number, "data"):
        return "Its data is hidden until it is predicted."
    if number not in state.frame.data:
        made = "".join(fragment.text for fragment in definition(state.graph, node))
        return f"Its data is not computed yet: {made} comes when the forward pass gets there."
    if state.is_training and not node.is_leaf:
        return f"Its data is computed: {as_text([forward_line(state.graph, node, state.frame)])}."
    stale = " It is from before the update." if (number, "data") in state.frame.stale else ""
    past = [each for each in origins(state.graph, state.trace, number) if each.moment <= state.cursor]
    last = past[-1] if past else None
    if last is not None and last.change is not None and last.step is not None:
        names = naming_of(state.graph, state.notation)
        moved = update_line(node, last.step.rate, last.change, last.step.rule, names).text
        return f"Its data is moved by an update: {moved}."
    if last is not None and last.step is not None and state.trace is not None:
        line = forward_line(state.graph, node, state.trace.frame(last.moment))
        return f"Its data is computed: {line.text}.{stale}"
    return _given(state, node)


def _given(state: State, node: Node) -> str:
    """Where a leaf has its number from."""
    if node.id in state.graph.wiring.bound:
        return f"Its data is given by {row_in_words(state.graph) or 'the row'}."
    if node.role == "parameter":
        trained = state.training is not None and state.training.k
        return "Its data is what training has made of it." if trained else (
            "Its data is where it begins: training, or an update, moves it."
        )  # fmt: skip
    return "Its data is given: a leaf holds a number and computes nothing."


def why_grad(state: State, number: NodeId) -> str:
    """Where the node has its grad from, or why it has none."""
    graph, target = state.graph, state.graph.target
    if target is None:
        return "It has no grad: there is no target for a backward pass to begin at."
    if hidden(state, number, "grad"):
        return "Its grad is hidden until it is predicted."
    goal = name_of(graph.nodes[target])
    if number not in graph.feeding:
        return f"It has no grad: the target {goal} does not depend on it."
    if state.is_training:
        return f"Its grad is the slope of {goal} for it."
    found = () if state.trace is None else postings(graph, state.trace, number)
    past = [each for each in found if each.moment <= state.cursor]
    if number not in state.frame.grad or not past:
        return f"It has no grad yet: {_to_come(state, number)}"
    stale = " It is from before the update." if (number, "grad") in state.frame.stale else ""
    return f"{_made_of(state, number, past)}{stale}"


def _to_come(state: State, number: NodeId) -> str:
    if number == state.graph.target:
        return "it gets 1 when the backward pass begins."
    if not state.computed:
        return "the backward pass comes after the forward pass."
    users = [state.graph.nodes[user] for user, _ in state.graph.users[number]]
    names = list(dict.fromkeys(name_of(user) for user in users if user.id in state.graph.feeding))
    return f"it comes when {_listed(names)} {'acts' if len(names) == 1 else 'act'}."


def _made_of(state: State, number: NodeId, past: Sequence[Posting]) -> str:
    graph, last = state.graph, past[-1]
    goal = name_of(graph.nodes[graph.target or 0])
    if last.kind == "zero":
        return "Its grad is 0: it was set so, before a further pass."
    if last.kind == "seed":
        return f"Its grad is 1: the backward pass begins here, with the slope of {goal} for itself."
    if last.gathered is not None:
        own = written(last.gathered.own)
        return f"Its grad is the {rows_in_words(graph)}; that of this row alone is {own}."
    found = account(past, state.cursor)
    shares = _shares(state, past)
    more = "" if found.start is None else f", upon {_number(found.start)} that was there"
    if len(shares) == 1:
        each = past[-1].contribution
        assert each is not None
        name = shares[0][0]
        made = f"the slope {_number(each.slope)} × {name}'s grad {_number(each.upstream)}"
        said = f"Its grad came from {name}: {made} = {_number(each.amount)}{more}"
        return f"{said}.{_still_missing(state, number, past)}"
    if len(shares) > _MOST:
        return f"Its grad is the sum of {len(shares)} shares{more}: one for each use of the node."
    told = " and ".join(f"{_number(amount)} from {name}" for name, amount in shares)
    return f"Its grad is a sum, for it is used more than once: {told}{more}."


def _shares(state: State, past: Sequence[Posting]) -> list[tuple[str, float]]:
    """By whom how much was added, since the grad was set the last time."""
    shares: list[tuple[str, float]] = []
    for each in past:
        if each.contribution is None or each.wire is None:
            shares = []
        else:
            shares.append((name_of(state.graph.nodes[each.wire[0]]), each.contribution.amount))
    return shares


def _still_missing(state: State, number: NodeId, past: Sequence[Posting]) -> str:
    """Who has still to add a share in this pass."""
    done = {each.wire for each in past if each.wire is not None}
    uses = [wire for wire in state.graph.users[number] if wire[0] in state.graph.feeding]
    names = list(dict.fromkeys(name_of(state.graph.nodes[each[0]]) for each in uses if each not in done))
    if not names:
        return ""
    return f" {_listed(names)} {'has' if len(names) == 1 else 'have'} still to add a share."


def why_wire(state: State, wire: GraphWire) -> str:
    """What a wire carries at the moment, forward and back; empty where that is nothing yet."""
    node, port = wire
    source = state.graph.nodes[node].inputs[port]
    if source is None or hidden(state, source, "data"):
        return ""
    here, user = on_wires_of(state).get(wire), name_of(state.graph.nodes[node])
    if here is None or here.value is None or node not in state.frame.data:
        return f"It has carried nothing yet: {user} is not computed."
    said = f"It carries {_number(here.value)} to {user}"
    if here.carried is None or hidden(state, source, "grad"):
        return f"{said}; its share of the gradient comes back when {user} acts."
    return f"{said}, and has brought {_number(here.carried)} back: slope × {user}'s grad."


def _number(number: float) -> str:
    """A number short enough for a sentence."""
    return short(float(f"{number:.5g}"))


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST:
        return f"one of the {len(names)} nodes that use it"
    return " or ".join(names) if names else "a node that uses it"
