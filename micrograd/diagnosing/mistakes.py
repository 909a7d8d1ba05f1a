"""The known mistakes of a `backward` that somebody wrote, each a row that says how it changes a pass.

A row is told as a `Mistake`; what it can do to a graph are its `Alteration`s, and `passes.run` gives the
grads of a pass that is changed so. Nothing here judges: `diagnosis` compares, and a game may plant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from micrograd.diagnosing.passes import (
    WALKS,
    Alteration,
    Clue,
    FinishedGraph,
    acting,
    may_explain,
    most_acts,
    operands_first,
)
from micrograd.diagnosing.wrong_slopes import WRONG_SLOPES, At, WrongSlope
from micrograd.foreign import LiveNode, closure_of, is_like_a_value
from micrograd.language import N_, joined, kept

_LONGEST = 20  # letters of an op that somebody else has named


class Mistake(NamedTuple):
    """A known mistake.

    Attributes:
        name: what it is called.
        cause: its family, as a diagnosis names it.
        sentence: what is wrong with a backward that has it.
        in_rules: whether it is in the rule of an op, not in the walk.
        changes: what it can do to the pass over a graph, the likeliest first; with a clue only what may
            explain the numbers there.
    """

    name: str
    cause: str
    sentence: str
    in_rules: bool
    changes: Callable[[FinishedGraph, Clue | None], Iterator[Alteration]]


# ---------------------------------------------------------------- what each mistake does to a pass


def _blamed(graph: FinishedGraph, clue: Clue | None) -> list[str]:
    """The ops that may be at fault: those of the nodes that give to the place, or all."""
    places: Iterable[int] = range(len(graph.nodes)) if clue is None else graph.users[clue.place]
    return list(dict.fromkeys(graph.kinds[place] for place in places if graph.kinds[place]))


def _overwritten(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    everywhere = list(dict.fromkeys(kind for kind in graph.kinds if kind))
    yield Alteration(kept("`=` stood where `+=` should"), assigns=_ports(everywhere))
    for kind in _blamed(graph, clue):
        said = kept("`=` stood where `+=` should, in `_backward` of {op}", op=kind)
        yield Alteration(said, assigns=_ports([kind]), kind=kind)
    for kind in _blamed(graph, clue):
        for port in range(_arity(graph, kind)):
            said = kept("`=` stood where `+=` should, for operand {operand}, in `_backward` of {op}",
                      operand=port + 1, op=kind)
            yield Alteration(said, assigns=frozenset({(kind, port)}), kind=kind, port=port)
    shared = _meeting(graph)
    most = len(shared) if len(shared) <= 8 and len(graph.nodes) <= 2000 else 2
    for count in range(2, most + 1):
        for some in combinations(shared, count):
            said = kept("`=` stood where `+=` should, in `_backward` of {op}", op=joined(some))
            yield Alteration(said, assigns=_ports(some))


def _meeting(graph: FinishedGraph) -> list[str]:
    """The ops that give to a node to which others give as well: of the rest `=` would not be seen."""
    given = [0] * len(graph.nodes)
    for node in graph.nodes:
        for x in node.inputs:
            given[x] += 1
    return list(dict.fromkeys(kind for node, kind in zip(graph.nodes, graph.kinds, strict=True)
                              if any(given[x] > 1 for x in node.inputs)))


def _ports(kinds: Iterable[str]) -> frozenset[tuple[str, int]]:
    return frozenset((kind, port) for kind in kinds for port in range(6))


def _arity(graph: FinishedGraph, kind: str) -> int:
    arity = max(len(node.inputs) for node, own in zip(graph.nodes, graph.kinds, strict=True) if own == kind)
    return arity if arity > 1 else 0


def _once(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    twice = [node for node in graph.nodes if len(set(node.inputs)) < len(node.inputs)]
    rules = [getattr(node.value, "_backward", None) for node in twice]
    loops = any("_prev" in getattr(getattr(rule, "__code__", None), "co_names", ()) for rule in rules)
    told = not loops and all(closure_of(rule).keys() >= {"self", "other"} for rule in rules)
    if twice and not (clue is not None and told):  # such a closure gives to both by their names
        yield Alteration(kept("an operand that is taken twice were given its part once"), once=True)


def _no_operand(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    for kind in _blamed(graph, clue):
        for port in range(_arity(graph, kind)):
            said = kept("operand {operand} of {op} were given nothing", operand=port + 1, op=kind)
            change = Alteration(said, kind=kind, port=port)
            yield from _sloped(graph, clue, change, lambda _: 0.0)


def _walks(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    for walk in WALKS:
        if not walk.again or graph.paths < most_acts(graph):  # by paths it may take the age of the world
            yield Alteration(kept(walk.said), order=acting(graph, walk.order(graph)), walk=walk.key)


def _never(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    yield Alteration(kept("`backward` had not run, or the root's grad had not been set"), seed=None)
    if len(graph.nodes) > 1:
        yield Alteration(kept("nothing had been passed on from the root"), order=[])


def _misplaced(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    moved, strays = _elsewhere(graph)
    if moved:
        kinds = list(dict.fromkeys([*(graph.kinds[of] for of in moved.values() if of is not None), *strays]))
        said = kept("the `_backward` of {op} were set on another node than the one that the op made",
                  op=joined(kinds))
        everyone = operands_first(graph)[::-1]  # leaves too: one may run what another node should
        yield Alteration(said, acts=moved, order=everyone, kind=kinds[0] if len(kinds) == 1 else "")


def _silent(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    for kind in _blamed(graph, clue):
        acts = {place: None for place, own in enumerate(graph.kinds) if own == kind}
        said = kept("the `_backward` of {op} did nothing, or had never been set", op=kind)
        yield Alteration(said, acts=acts, kind=kind)


def _elsewhere(graph: FinishedGraph) -> tuple[dict[int, int | None], list[str]]:
    """By a node whose `_backward` is another's: whose. It is told by the closure, which holds its `out`.

    None: of a result that the graph has no use for, whose grad stays 0; the ops of those come second.
    """
    places = {id(node.value): place for place, node in enumerate(graph.nodes)}
    acts: dict[int, int | None] = {}
    strays: list[str] = []
    for place, node in enumerate(graph.nodes):
        backward = getattr(node.value, "_backward", None)
        held = closure_of(backward)
        if node.inputs and getattr(backward, "__closure__", None) is None and hasattr(backward, "__code__"):
            acts[place] = None
        out = held.get("out", node.value)
        if out is not node.value and is_like_a_value(out):
            acts[place] = places.get(id(out))
            if acts[place] is None:
                strays.append(str(getattr(out, "_op", ""))[:_LONGEST])
    return (acts, strays) if strays or any(of is not None for of in acts.values()) else ({}, [])


def _several(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    counts: Iterable[int] = range(2, 6) if clue is None else _count(clue)
    for n in counts:
        if n <= 20:
            yield from added_up(n)
    for n in counts:
        yield left_on_leaves(n)


def added_up(n: int) -> Iterator[Alteration]:
    """So many passes, one on top of the other."""
    yield Alteration(kept("{n} passes were added up, without a grad zeroed between them", n=n), passes=n)
    yield Alteration(kept("{n} passes were added up, in the root's grad too", n=n), passes=n, adds_seed=True)
    said = kept("{n} passes were added up, with only the leaves zeroed between them", n=n)
    yield Alteration(said, passes=n, zeroes="leaves")


def left_on_leaves(n: int) -> Alteration:
    """So many passes, each through new nodes over the same leaves."""
    said = kept("the leaves held {n} passes added up, without their grads zeroed between them", n=n)
    return Alteration(said, passes=n, zeroes="inner")


def _some_leaves(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    """Some leaves are kept from pass to pass; which, the numbers say."""
    if clue is None or len(clue.differing) < 2 or any(graph.nodes[place].inputs for place in clue.differing):
        return
    for n in _count(clue):
        said = kept("some of the leaves held {n} passes added up, without their grads zeroed between them",
                    n=n)
        yield Alteration(said, passes=n, zeroes="inner", kept=frozenset(clue.differing))


MOVED = N_("the parameters had been moved between the forward and the backward pass")


def moved(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    """Slopes at numbers that were moved since the forward pass."""
    if graph.moved:
        yield Alteration(kept(MOVED), slopes=graph.moved)


def _count(clue: Clue) -> list[int]:
    """How many times the right number was found, where that is a whole number of times."""
    found, expected = clue.found[clue.place], clue.expected[clue.place]
    times = found / expected if expected else 0.0
    return [round(times)] if 1.5 < times < 1000 and abs(times - round(times)) < 1e-4 else []


def _seeded(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    if clue is not None and clue.place == graph.root and clue.found[graph.root]:
        said = kept("the pass had begun with another number than 1 at the root")
        yield Alteration(said, seed=clue.found[graph.root])


def _wrong(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    """Rows of the table for all nodes of the op, then for one node alone."""
    for kind in _blamed(graph, clue):
        for row in (*WRONG_SLOPES.get(kind, ()), *WRONG_SLOPES["any"]):
            ports: list[int | None] = list(range(_arity(graph, kind))) if row.port is None else [row.port]
            for port in (*ports, None) if row.port is None else ports:
                change = Alteration(_said(kind, row), kind=kind, wrong=row, port=port)
                yield from _sloped(graph, clue, change, row.slope)
    for place in () if clue is None else graph.users[clue.place]:
        kind = graph.kinds[place]
        for row in (*WRONG_SLOPES.get(kind, ()), *WRONG_SLOPES["any"]):
            own = _with_slope(graph, kind, row.port, row.slope, [place])
            said = kept("the slope of {op} were {wrong} instead of {right}, in this node alone",
                        op=kind, wrong=kept(row.wrong), right=kept(row.right))
            yield Alteration(said, slopes=own, kind=kind, wrong=row, port=row.port)


def _said(kind: str, row: WrongSlope) -> str:
    return kept("the slope of {op} were {wrong} instead of {right}", op=kind, wrong=kept(row.wrong),
                right=kept(row.right))


def _sloped(graph: FinishedGraph, clue: Clue | None, change: Alteration,
            slope: Callable[[At], float]) -> Iterator[Alteration]:
    """The change with that slope for its op, where that may explain the clue: first looked at near it."""
    if clue is not None:
        near = _with_slope(graph, change.kind, change.port, slope, graph.users[clue.place])
        if not may_explain(graph, replace(change, slopes=near), clue):
            return
    yield replace(change, slopes=_with_slope(graph, change.kind, change.port, slope))


def _with_slope(graph: FinishedGraph, kind: str, port: int | None, slope: Callable[[At], float],
                places: Iterable[int] | None = None) -> dict[int, tuple[float, ...]]:
    """The slopes of the nodes of an op with another one for an operand, or for all of them."""
    changed = {}
    for place in range(len(graph.nodes)) if places is None else places:
        if graph.kinds[place] != kind:
            continue
        node, right = graph.nodes[place], graph.slopes[place]
        x = [graph.nodes[k].data for k in node.inputs]
        ports = range(len(right)) if port is None else (port,)
        changed[place] = tuple([_number(slope, x, node, k, right[k]) if k in ports else right[k]
                                for k in range(len(right))])
    return changed


def _number(slope: Callable[[At], float], x: list[float], node: LiveNode, port: int, right: float) -> float:
    exponent = node.op.exponent if node.op is not None and node.op.exponent is not None else 1.0
    try:
        return float(slope(At(x[port], x[1 - port] if len(x) == 2 else x[0], node.data, exponent, right)))
    except (ArithmeticError, ValueError, TypeError):
        return float("nan")


def _chain_rule(graph: FinishedGraph, clue: Clue | None) -> Iterator[Alteration]:
    for kind in _blamed(graph, clue):
        places = [place for place, own in enumerate(graph.kinds) if own == kind]
        said = kept("{op} passed on its slope alone, not times the grad of its result", op=kind)
        yield Alteration(said, kind=kind,
                     upstream=dict.fromkeys(places, 1.0))
        said = kept("{op} passed on its slope times the data of its result, not times its grad", op=kind)
        yield Alteration(said, kind=kind,
                     upstream={place: graph.nodes[place].data for place in places})


MISTAKES: tuple[Mistake, ...] = (
    Mistake("never run", "not_run", N_("`backward` was never run, or began without the root's grad."),
            False, _never),
    Mistake("not zeroed", "not_zeroed", N_("Passes add up, for grads are not zeroed between them."),
            False, _several),
    Mistake("`_backward` elsewhere", "not_run", N_("`_backward` is set on another node than the result."),
            False, _misplaced),
    Mistake("operand once", "lost_operand", N_("`a + a` gives `a` its part once: a set holds `a` once."),
            True, _once),
    Mistake("= for +=", "overwritten", N_("A grad is set where it should be added to."),
            True, _overwritten),
    Mistake("no topological order", "order", N_("A node passes its grad on before it has all of it."),
            False, _walks),
    Mistake("wrong slope", "wrong_slope", N_("An op has another slope than its own."),
            True, _wrong),
    Mistake("`_backward` missing", "not_run", N_("An op passes nothing back."),
            True, _silent),
    Mistake("operand forgotten", "lost_operand", N_("An op gives nothing to one operand."),
            True, _no_operand),
    Mistake("no chain rule", "wrong_slope", N_("A slope is passed on without the result's grad."),
            True, _chain_rule),
    Mistake("leaves not zeroed", "not_zeroed", N_("Passes add up in some leaves alone."),
            False, _some_leaves),
    Mistake("update before backward", "order",
            N_("Parameters move between the forward and the backward pass."), False, moved),
    Mistake("other seed", "wrong_slope", N_("The root's grad is set to another number than 1."),
            False, _seeded),
)
