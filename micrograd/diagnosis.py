"""Where a finished backward pass goes wrong first, and by which known mistake: `diagnose`.

The right pass is run in plain floats on the numbers that the nodes hold. A mistake is named only where a
pass that has it gives all grads of the graph, not the wrong one alone; where none does, the cause is unknown.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from micrograd.diagnosing.mistakes import MISTAKES, Mistake, moved
from micrograd.diagnosing.passes import Alteration, Clue, FinishedGraph, may_explain, run
from micrograd.diagnosing.right_pass import (
    asked,
    finished,
    is_stale,
    other_sides,
    precision_of,
    refreshed,
    rounding_of,
)
from micrograd.foreign import LiveNode, read_graph
from micrograd.language import N_, columns, flush_left, kept, kept_joined, tr

_RELATIVE = 1e-9
_HEAD = (N_("node"), N_("op"), "data", "grad", N_("right"))
_NEAR = 8  # nodes of the neighbourhood at most, beside the one that differs


class Difference(NamedTuple):
    """A node whose grad is not the right one: the object, what it holds, what is right."""

    node: Any
    found: float
    expected: float


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis:
    """Why the grads of a graph are not the right ones; printed, it is its sentence and the neighbourhood.

    Attributes:
        node: the first node in backward order whose grad differs, the object itself.
        found, expected: the grad that it holds, and the right one.
        cause: "overwritten", "wrong_slope", "order", "not_zeroed", "lost_operand", "not_run" or "unknown".
        sentence: the finding.
        mistake: the known mistake that gives all these grads; None where there is none.
        op: the op that it is in; empty where it is in none, or in all.
        path: the nodes by which the wrong number came, from the root to this one.
        differing: all nodes whose grad is another, in backward order.
        nearby: the node and those around it, operands first; which of them is which, `near` says.
    """

    node: Any
    found: float
    expected: float
    cause: str
    sentence: str
    mistake: Mistake | None
    op: str
    path: tuple[Any, ...]
    differing: tuple[Difference, ...]
    nearby: tuple[_Near, ...]

    def __str__(self) -> str:
        head = tuple(map(tr, _HEAD))
        rows = [head, *([each.name, each.node.text, _short(each.node.data), _short(each.node.grad),
                         "" if each.agrees else _short(each.expected)] for each in self.nearby)]
        widths = [max(columns(row[k]) for row in rows) for k in range(len(head))]
        lines = ["  ".join(flush_left(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
                 for row in rows]
        return "\n".join([self.sentence, "", *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The sentence, the neighbourhood as a table, and its picture where it can be drawn."""
        from micrograd.dot import NodeRow, picture, svg_of  # graphviz, for those who look at a picture

        ids = {each.place: each for each in self.nearby}
        rows = [
            NodeRow(each.place,
                    each.name if each.agrees else tr("{name}, right grad {grad}", name=each.name,
                                                     grad=_short(each.expected)),
                    each.node.data, each.node.grad, each.node.text or None,
                    tuple(x for x in each.node.inputs if x in ids)) for each in self.nearby]
        cells = "".join(
            f"<tr><td>{escape(each.name)}</td><td>{escape(each.node.text)}</td><td>{_short(each.node.data)}</td>"
            f"<td>{_short(each.node.grad)}</td><td>{'' if each.agrees else _short(each.expected)}</td></tr>"
            for each in self.nearby)
        head = "".join(f"<th>{name}</th>" for name in map(tr, _HEAD))
        drawn = svg_of(picture(rows)) or ""
        return (f"<p>{escape(self.sentence)}</p><table><tr>{head}</tr>{cells}</table>"
                f"{drawn[max(0, drawn.find('<svg')):]}")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


class _Near(NamedTuple):
    """A node of the neighbourhood: its place, its name, itself, its right grad, and whether it has that."""

    place: int
    name: str
    node: LiveNode
    expected: float
    agrees: bool


def diagnose(root: Any, names: Mapping[int, str] | None = None) -> Diagnosis | None:
    """Where the grads of the graph behind `root` first differ from the right ones, and why; None if none do.

    The root is a value of any class that has `data`, `grad`, `_prev` and `_op`, after its own `backward`.
    Grads agree within rounding, and at a kink by the slope of either side. An op that the table does not have
    is taken by the word of its own `_backward`. What is on the graph is left as it was. `names` are what
    values are called that have no label, by their `id`.
    Raises TypeError where something is no such value or holds no number, ValueError where the graph goes in a
    circle or an op of one's own cannot be asked; the sentence names the node.
    """
    nodes = read_graph(root)
    if names:
        nodes = [node if node.label else node._replace(label=names.get(id(node.value), "")) for node in nodes]
    graph = finished(nodes)
    found = [node.grad for node in nodes]
    cases = [_Case.of(each, found) for each in (graph, *other_sides(graph))]
    if any(not case.differing for case in cases):
        return _of_moved_numbers(graph, found)
    for mistake in _likely(cases[0]):
        for case in cases:
            for change in mistake.changes(case.graph, case.clue):
                if may_explain(case.graph, change, case.clue) and case.gives(run(case.graph, change)):
                    return _diagnosis(case, mistake, change)
    return _diagnosis(cases[0], None, None)


def _of_moved_numbers(graph: FinishedGraph, found: Sequence[float]) -> Diagnosis | None:
    """What is to be said of grads that agree with the numbers held, where these are not of one forward pass.

    A product that is not that of its operands tells that they moved after it was computed; where the grads of
    these have them as they are now, `backward` came after that. Else it may have been before, as it should.
    """
    nodes = graph.nodes
    told = (graph.kinds[k] == "*" and found[k] and is_stale(nodes, k)
            and all(nodes[x].data for x in nodes[k].inputs) for k in range(len(nodes)))
    fresh = refreshed(graph) if any(told) else None
    if fresh is None:
        return None
    case = _Case.of(fresh, found)
    if not case.differing:
        return None
    for mistake in MISTAKES:
        if mistake.changes is moved:
            for change in mistake.changes(fresh, case.clue):
                if case.gives(run(fresh, change)):
                    return _diagnosis(case, mistake, change)
    return None


class _Case(NamedTuple):
    """The numbers that are compared: those found, the right ones, and how far apart they may be.

    `rounding` is what rounding may make of the right ones, `wide` of the larger of both. `acted` are the
    places that have passed their grads on, in the middle of a pass; None: all that do.
    """

    graph: FinishedGraph
    found: Sequence[float]
    right: Sequence[float]
    rounding: Sequence[float]
    relative: float
    differing: Sequence[int]
    wide: Sequence[float] = ()
    acted: frozenset[int] | None = None

    @staticmethod
    def of(graph: FinishedGraph, found: Sequence[float]) -> _Case:
        """Runs the right pass; the nodes that differ come in backward order."""
        right = run(graph)
        precision = precision_of(graph.nodes)
        relative = max(_RELATIVE, 100 * precision if precision > sys.float_info.epsilon else 0.0)
        rounding = rounding_of(graph, right, precision)
        case = _Case(graph, found, right, rounding, relative, ())
        differing = [place for place in range(len(found) - 1, -1, -1)
                     if not _close(found[place], right[place], case.slack(place))]
        if differing:
            largest = [max(abs(a), abs(b)) if math.isfinite(a) else abs(b)
                       for a, b in zip(found, right, strict=True)]
            case = case._replace(differing=differing, wide=rounding_of(graph, largest, precision))
        return case

    @property
    def place(self) -> int:
        """The first node in backward order whose grad differs."""
        return self.differing[0]

    @property
    def clue(self) -> Clue:
        """Where the numbers go wrong first."""
        return Clue(self.place, self.found, self.right, self.differing, self.wide[self.place])

    def slack(self, place: int) -> float:
        """How far from the right number a right one may be there."""
        return self.relative * abs(self.right[place]) + self.rounding[place]

    def gives(self, grads: Sequence[float]) -> bool:
        """Whether a changed pass gives all grads that were found; one that changes nothing does not."""
        place = self.place
        if _close(grads[place], self.right[place], self.slack(place)):
            return False
        return all(a == b or _close(a, b, self.relative * abs(b) + 4 * rounding)
                   for a, b, rounding in zip(self.found, grads, self.wide, strict=True))


def _close(a: float, b: float, slack: float) -> bool:
    """Whether they agree within that; of two that are not finite nothing can be told."""
    return a == b or abs(a - b) <= slack < math.inf or not (math.isfinite(a) or math.isfinite(b))


def _likely(case: _Case) -> list[Mistake]:
    """The mistakes in the order in which they are to be tried, by what the nodes around say when asked.

    Mistakes may give the same numbers. So the nodes that give to the first wrong number are asked what they
    give: one that sets, or has another slope, is at fault; where all are right, no rule is: the walk is.
    """
    graph, users = case.graph, case.graph.users[case.place]
    causes: set[str] = set()
    unasked = not users
    for user in users:
        node = graph.nodes[user]
        operands = [graph.nodes[x].value for x in node.inputs]
        try:
            of_zero, of_one = (asked(node.value, operands, before, grad=2.0) for before in (0.0, 1.0))
        except Exception:  # noqa: BLE001 - anybody's code; it is only asked for a hint
            unasked = True
            continue
        right: dict[int, float] = {}
        for each, slope in zip(operands, graph.slopes[user], strict=True):
            right[id(each)] = right.get(id(each), 0.0) + 2.0 * slope
        wrong = any(not abs(of_zero[key] - right[key]) <= 1e-12 * (1 + abs(right[key])) for key in right)
        if any(of_one[key] == of_zero[key] for key in right):
            causes.add("overwritten")
        elif wrong:
            causes |= {"wrong_slope", "lost_operand"} if any(of_zero.values()) else {"wrong_slope", "not_run"}
    some = [mistake for mistake in MISTAKES if unasked or mistake.in_rules == bool(causes)
            or (mistake.cause == "not_run" and not mistake.in_rules)]
    return sorted(some, key=lambda mistake: mistake.cause not in causes)


# ---------------------------------------------------------------- words


def _diagnosis(case: _Case, mistake: Mistake | None, change: Alteration | None) -> Diagnosis:
    place, nodes = case.place, case.graph.nodes
    names = _Names(nodes)
    found, expected = case.found[place], case.right[place]
    told = {"name": names[place], "found": _short(found, expected), "right": _short(expected, found)}
    if mistake is None or change is None:
        why_so = _unknown(case, names)
        said = kept("{name}.grad is {found}, but {right} is right: {why}.", **told, why=why_so)
    else:
        why_so = _why(case, mistake, change, names)
        said = kept("{name}.grad is {found}, but {right} is right: all grads are as if {why}.",
                    **told, why=why_so)
    path = _path(case.graph, place, _by(case, mistake, change))
    differing = tuple(Difference(nodes[k].value, case.found[k], case.right[k]) for k in case.differing)
    return Diagnosis(
        nodes[place].value, found, expected, "unknown" if mistake is None else mistake.cause, said, mistake,
        "" if change is None else change.kind, tuple(nodes[k].value for k in path), differing,
        _neighbourhood(case, names))


def why(place: int, graph: FinishedGraph, right: Sequence[float], mistake: Mistake, change: Alteration,
        acted: frozenset[int]) -> str:
    """What a diagnosis says of a place where it is known which mistake was made, in mid-pass, too.

    `right` are the right grads at that moment, `acted` the places that have acted until then.
    """
    return _why(_Case(graph, (), right, (), 0.0, [place], acted=acted), mistake, change, _Names(graph.nodes))


def _why(case: _Case, mistake: Mistake, change: Alteration, names: _Names) -> str:
    """The mistake in a clause, and how it came to this node."""
    more = _MORE[mistake.cause](case, change, names)
    return kept_joined(filter(None, (change.said, more)), N_("; "))


class _Names:
    """How each node is called in a sentence: by its label, else by what it was made of."""

    def __init__(self, nodes: Sequence[LiveNode]) -> None:
        self._nodes = nodes

    def __getitem__(self, place: int) -> str:
        node = self._nodes[place]
        if node.label:
            return node.called.removeprefix("node ")
        if not node.inputs:
            return f"({_short(node.data)})"
        inner = [self._short(x) for x in node.inputs]
        op = node.op
        if op is not None and all(len(each) < 20 for each in inner):
            return f"({op.filled(inner).replace('-', '−')})"
        return f"({node.text} = {_short(node.data)})"

    def _short(self, place: int) -> str:
        node = self._nodes[place]
        if node.label:
            return node.called.removeprefix("node ")
        return f"({_short(node.data)})" if node.data < 0 else _short(node.data)


def _terms(case: _Case, place: int, change: Alteration) -> list[tuple[int, float]]:
    """What each user gave to a node, in the order in which they act."""
    graph = case.graph
    rank = {user: k for k, user in enumerate(change.order or graph.backward_order)}
    users = [user for user in graph.users[place] if case.acted is None or user in case.acted]
    terms = []
    for user in sorted(users, key=lambda user: rank.get(user, 0)):
        wires = zip(graph.nodes[user].inputs, graph.slopes[user], strict=True)
        terms += [(user, slope * case.right[user]) for x, slope in wires if x == place]
    return terms


def _overwriting(case: _Case, change: Alteration, terms: Sequence[tuple[int, float]]) -> int | None:
    """Which of what users gave to the first wrong node overwrote what came before it; None: none of it."""
    return next((k for k in range(len(terms) - 1, 0, -1)
                 if change.assigns & {(case.graph.kinds[terms[k][0]], port) for port in range(6)}), None)


def _more_overwritten(case: _Case, change: Alteration, names: _Names) -> str:
    terms = _terms(case, case.place, change)
    last = _overwriting(case, change, terms)
    if last is None:
        return ""  # it came with the wrong number of a node before
    user, amount = terms[last]
    given = (kept("{amount} from {name}", amount=_short(each), name=names[who])
             for who, each in terms[:last][:3])
    earlier = kept_joined(given, N_(" and "))
    return kept("what came last to {name}, {amount} from {giver}, overwrote {earlier}",
                name=names[case.place], amount=_short(amount), giver=names[user], earlier=earlier)


def _more_slope(case: _Case, change: Alteration, names: _Names) -> str:
    graph, place = case.graph, case.place
    for user in graph.users[place]:
        for x, used, right in zip(graph.nodes[user].inputs, change.slopes.get(user, ()), graph.slopes[user],
                                  strict=False):
            if x == place and used != right:
                return kept("at {name}, by {op}, the slope was {used} where {right} is right",
                            name=names[user], op=change.kind, used=_short(used, right),
                            right=_short(right, used))
    return ""


def _more_order(case: _Case, change: Alteration, names: _Names) -> str:
    graph = case.graph
    acted: set[int] = set()
    for place in change.order or ():
        missing = [user for user in graph.users[place] if user not in acted]
        if missing:
            return kept("{name} passed its grad on before it had all of it: it still waited for what "
                        "{giver} gives", name=names[place], giver=names[missing[0]])
        if place in acted:
            return kept("{name} passed its grad on more than once", name=names[place])
        acted.add(place)
    return ""


def _more_lost(case: _Case, change: Alteration, names: _Names) -> str:
    graph = case.graph
    user = next((user for user in graph.users[case.place]
                 if len(set(graph.nodes[user].inputs)) < len(graph.nodes[user].inputs)), None)
    if not change.once or user is None:
        return ""
    return kept("{name} takes {operand} twice", name=names[user], operand=names[case.place])


def _none(case: _Case, change: Alteration, names: _Names) -> str:
    return ""


_MORE = {"overwritten": _more_overwritten, "wrong_slope": _more_slope, "order": _more_order,
         "not_zeroed": _none, "lost_operand": _more_lost, "not_run": _none}


def _unknown(case: _Case, names: _Names) -> str:
    """What can be told of numbers that no known mistake gives."""
    graph, nodes, place = case.graph, case.graph.nodes, case.place
    said = [kept("no known mistake gives all of these grads")]
    if place == graph.root:
        said.append(kept("a pass that began at this node would leave 1 there"))
    local = [0.0] * len(nodes)
    local[graph.root] = 1.0
    for user in graph.backward_order:
        for x, slope in zip(nodes[user].inputs, graph.slopes[user], strict=True):
            local[x] += slope * case.found[user]
    odd = [k for k in case.differing if not _close(case.found[k], local[k], 1e-6 * abs(local[k]))]
    inner_right = not any(nodes[k].inputs for k in case.differing)
    if len(case.differing) > 1 and odd == [place]:
        said.append(kept("the other grads that differ follow from this one"))
    elif inner_right and len(case.differing) > 1:
        said.append(kept("only leaves differ: what they hold is not of this pass alone"))
    stale = next((k for k in range(len(nodes)) if is_stale(nodes, k)), None)
    if stale is not None:
        said.append(kept("the data of {name} is not what its operands give, so numbers may have changed "
                         "after the forward pass", name=names[stale]))
    return kept_joined(said, N_("; "))


def _by(case: _Case, mistake: Mistake | None, change: Alteration | None) -> Sequence[int]:
    """The users of the first wrong node, those before others by which the wrong number came."""
    users = case.graph.users[case.place]
    if mistake is None or change is None:
        return users
    if mistake.cause == "overwritten":
        terms = _terms(case, case.place, change)
        last = _overwriting(case, change, terms)
        if last is not None:
            return [terms[last][0]]
    return [user for user in users if case.graph.kinds[user] == change.kind] or users


def _path(graph: FinishedGraph, place: int, users: Sequence[int]) -> list[int]:
    """From the root to a node, the last step by the first of those users of the node."""
    path = [place]
    while users:
        path.append(users[0])
        users = graph.users[users[0]]
    return path[::-1]


def _neighbourhood(case: _Case, names: _Names) -> tuple[_Near, ...]:
    """The node, those that use it, and the operands of all of them, as far as there is room."""
    graph, place = case.graph, case.place
    near = [place, *graph.users[place][:3], *graph.nodes[place].inputs]
    near += [x for user in graph.users[place][:3] for x in graph.nodes[user].inputs]
    chosen = sorted(list(dict.fromkeys(near))[: _NEAR + 1])
    differing = set(case.differing)
    return tuple(_Near(k, names[k], graph.nodes[k], case.right[k], k not in differing) for k in chosen)


def _short(number: float, other: float | None = None) -> str:
    """A number in six digits, in as many as tell it from the other one where those are the same."""
    for digits in (6, 9, 12, 17):
        text = f"{number:.{digits}g}"
        if other is None or number == other or text != f"{other:.{digits}g}":
            break
    return text.replace("-", "−") if text != "-0" else "0"
