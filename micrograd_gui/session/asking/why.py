"""Why, in a sentence: where a node has its data and its grad from at a moment, for tips and readers."""

from __future__ import annotations

from collections.abc import Sequence

from micrograd.language import N_, tr
from micrograd_gui.document.graph import Node, NodeId
from micrograd_gui.document.text import short, written
from micrograd_gui.session.asking.ledger import Posting, origins, postings
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
        return tr("Its data is hidden until it is predicted.")
    if number not in state.frame.data:
        made = "".join(fragment.text for fragment in definition(state.graph, node))
        return tr("Its data is not computed yet: {made} comes when the forward pass gets there.", made=made)
    if state.is_training and not node.is_leaf:
        equation = as_text([forward_line(state.graph, node, state.frame)])
        return tr("Its data is computed: {equation}.", equation=equation)
    past = [each for each in origins(state.graph, state.trace, number) if each.moment <= state.cursor]
    last = past[-1] if past else None
    if last is not None and last.change is not None and last.step is not None:
        names = naming_of(state.graph, state.notation)
        moved = update_line(node, last.step.rate, last.change, last.step.rule, names).text
        return tr("Its data is moved by an update: {moved}.", moved=moved)
    if last is not None and last.step is not None and state.trace is not None:
        line = forward_line(state.graph, node, state.trace.frame(last.moment))
        said = tr("Its data is computed: {equation}.", equation=line.text)
        return _and_stale(said, (number, "data") in state.frame.stale)
    return _given(state, node)


def _and_stale(said: str, stale: bool) -> str:
    """The sentence, and where it is so, that the number is from before."""
    return f"{said} {tr('It is from before the update.')}" if stale else said


def _given(state: State, node: Node) -> str:
    """Where a leaf has its number from."""
    if node.id in state.graph.wiring.bound:
        return tr("Its data is given by {row}.", row=row_in_words(state.graph) or tr("the row"))
    if node.role == "parameter":
        trained = state.training is not None and state.training.k
        if trained:
            return tr("Its data is what training has made of it.")
        return tr("Its data is where it begins: training, or an update, moves it.")
    return tr("Its data is given: a leaf holds a number and computes nothing.")


def why_grad(state: State, number: NodeId) -> str:
    """Where the node has its grad from, or why it has none."""
    graph, target = state.graph, state.graph.target
    if target is None:
        return tr("It has no grad: there is no target for a backward pass to begin at.")
    if hidden(state, number, "grad"):
        return tr("Its grad is hidden until it is predicted.")
    goal = name_of(graph.nodes[target])
    if number not in graph.feeding:
        return tr("It has no grad: the target {target} does not depend on it.", target=goal)
    if state.is_training:
        return tr("Its grad is the slope of {target} for it.", target=goal)
    found = () if state.trace is None else postings(graph, state.trace, number)
    past = [each for each in found if each.moment <= state.cursor]
    if number not in state.frame.grad or not past:
        return tr("It has no grad yet: {why}", why=_to_come(state, number))
    return _and_stale(_made_of(state, number, past), (number, "grad") in state.frame.stale)


def _to_come(state: State, number: NodeId) -> str:
    if number == state.graph.target:
        return tr("it gets 1 when the backward pass begins.")
    if not state.computed:
        return tr("the backward pass comes after the forward pass.")
    users = [state.graph.nodes[user] for user, _ in state.graph.users[number]]
    names = list(dict.fromkeys(name_of(user) for user in users if user.id in state.graph.feeding))
    if len(names) == 1:
        return tr("it comes when {name} acts.", name=names[0])
    return tr("it comes when {names} act.", names=_listed(names))


def _made_of(state: State, number: NodeId, past: Sequence[Posting]) -> str:
    graph, last = state.graph, past[-1]
    goal = name_of(graph.nodes[graph.target or 0])
    if last.kind == "zero":
        return tr("Its grad is 0: it was set so, before a further pass.")
    if last.kind == "seed":
        return tr(
            "Its grad is 1: the backward pass begins here, with the slope of {target} for itself.",
            target=goal,
        )
    added = _since_set(past)
    if len({each.backward_pass for each in added}) > 1:
        name, grad = name_of(graph.nodes[number]), _number(state.frame.grad[number])
        return tr("The grad on {name} is {grad}: more than one pass has added to it.", name=name, grad=grad)
    if last.gathered is not None:
        own = written(last.gathered.own)
        return tr(
            "Its grad is the {rows}; that of this row alone is {own}.",
            rows=rows_in_words(graph),
            own=own,
        )
    shares, missing = _shares(state, added), _still_missing(state, number, added)
    if len(shares) == 1:
        each = past[-1].contribution
        assert each is not None
        said = tr(
            "Its grad came from {name}: the slope {slope} × {name}'s grad {grad} = {amount}",
            name=shares[0][0],
            slope=_number(each.slope),
            grad=_number(each.upstream),
            amount=_number(each.amount),
        )
        said = tr("{said}.", said=said)
    elif len(shares) > _MOST:
        said = tr("Its grad is the sum of {n} shares: one for each use of the node.", n=len(shares))
    else:
        told = tr(" and ").join(
            tr("{amount} from {name}", amount=_number(amount), name=name) for name, amount in shares
        )
        said = tr("Its grad is a sum, for it is used more than once: {shares}", shares=told)
        said = tr("{said}.", said=said)
    return " ".join(filter(None, (said, missing)))


def _since_set(past: Sequence[Posting]) -> Sequence[Posting]:
    """What has been added to the grad since it was set the last time, to 0 or to 1, or its node was new."""
    last = max((at for at, each in enumerate(past, 1) if not (each.contribution or each.gathered)), default=0)
    return past[last:]


def _shares(state: State, added: Sequence[Posting]) -> list[tuple[str, float]]:
    """By whom how much was added."""
    names = ((each.wire, each.contribution) for each in added)
    return [(name_of(state.graph.nodes[wire[0]]), made.amount) for wire, made in names if wire and made]


def _still_missing(state: State, number: NodeId, added: Sequence[Posting]) -> str:
    """Who has still to add a share in this pass."""
    done = {each.wire for each in added if each.wire is not None}
    uses = [wire for wire in state.graph.users[number] if wire[0] in state.graph.feeding]
    names = list(dict.fromkeys(name_of(state.graph.nodes[each[0]]) for each in uses if each not in done))
    if not names:
        return ""
    if len(names) == 1:
        return tr("{name} has still to add a share.", name=names[0])
    return tr("{names} have still to add a share.", names=_listed(names))


def why_wire(state: State, wire: GraphWire) -> str:
    """What a wire carries at the moment, forward and back; empty where that is nothing yet."""
    node, port = wire
    source = state.graph.nodes[node].inputs[port]
    if source is None or hidden(state, source, "data"):
        return ""
    here, user = on_wires_of(state).get(wire), name_of(state.graph.nodes[node])
    if here is None or here.value is None or node not in state.frame.data:
        return tr("It has carried nothing yet: {user} is not computed.", user=user)
    value = _number(here.value)
    if here.carried is None or hidden(state, source, "grad"):
        told = N_("It carries {value} to {user}; its share of the gradient comes back when {user} acts.")
        return _and_stale(tr(told, value=value, user=user), here.past)
    told = N_("It carries {value} to {user}, and has brought {share} back: slope × {user}'s grad.")
    said = tr(told, value=value, user=user, share=_number(here.carried))
    return _and_stale(said, here.past or here.stale)


def _number(number: float) -> str:
    """A number short enough for a sentence."""
    return short(float(f"{number:.5g}"))


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST:
        return tr("one of the {n} nodes that use it", n=len(names))
    return tr(" or ").join(names) if names else tr("a node that uses it")
