"""A backward pass over a finished graph, right or changed as a mistake changes it, in plain floats."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from micrograd.diagnosing.wrong_slopes import WrongSlope
from micrograd.foreign import LiveNode
from micrograd.language import N_

Order = list[int]


@dataclass(frozen=True)
class FinishedGraph:
    """A graph as a pass needs it, by the places of its nodes, operands before results, the root last.

    Attributes:
        nodes: the nodes.
        kinds: the name of the op of each, without its exponent: "+", "**"; empty for a leaf.
        slopes: of each, d node / d operand for each of its `inputs`.
        moved: by place, the slopes at the numbers that the nodes held, where these were not of one forward
            pass; `nodes` and `slopes` are of a forward pass with the numbers of the leaves then.
    """

    nodes: Sequence[LiveNode]
    kinds: Sequence[str]
    slopes: Sequence[tuple[float, ...]]
    moved: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @property
    def root(self) -> int:
        """The place of the root."""
        return len(self.nodes) - 1

    @cached_property
    def inputs(self) -> list[tuple[int, ...]]:
        """The operands of each node."""
        return [node.inputs for node in self.nodes]

    @cached_property
    def previous(self) -> list[tuple[int, ...]]:
        """The same as `_prev` of each has them."""
        return [node.previous for node in self.nodes]

    @cached_property
    def users(self) -> list[list[int]]:
        """For each node those that are computed from it, each once."""
        users: list[list[int]] = [[] for _ in self.nodes]
        for place, node in enumerate(self.nodes):
            for x in dict.fromkeys(node.inputs):
                users[x].append(place)
        return users

    @cached_property
    def backward_order(self) -> Order:
        """The ops in the order in which micrograd's `backward` has them act: results before operands."""
        return acting(self, operands_first(self)[::-1])

    @cached_property
    def paths(self) -> int:
        """How many paths lead from the root to a node, over all nodes."""
        paths = [0] * len(self.nodes)
        paths[self.root] = 1
        for place in range(self.root, -1, -1):
            for x in self.nodes[place].previous:
                paths[x] += paths[place]
        return sum(paths)

    @cached_property
    def turns(self) -> dict[int, int]:
        """When each op acts: its place in the backward order."""
        return {place: turn for turn, place in enumerate(self.backward_order)}


@dataclass(frozen=True)
class Alteration:
    """How a pass differs from the right one; a field that is left out changes nothing.

    Attributes:
        said: the mistake in a clause.
        assigns: ops, and which of their operands, whose grad is set where it should be added to.
        slopes: other slopes, by the place of the node.
        upstream: what stands for a node's own grad when it acts, by its place.
        once: an operand that is taken twice is given its part once.
        order: who acts, in which order; one may act again.
        acts: whose rule a node runs in its turn, where that is not its own; None: it does nothing.
        passes: how many passes were run.
        zeroes: what was zeroed between them: "nothing", "leaves" or "inner".
        kept: the leaves that were not zeroed where the others were.
        seed: what the root's grad was set to; None: it never was.
        adds_seed: the seed is added to the root's grad.
        kind, wrong, port: the op the mistake is in, the slope that was used for which of its operands.
        walk: the key of the walk that gave the order, where it has one.
    """

    said: str
    assigns: frozenset[tuple[str, int]] = frozenset()
    slopes: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    upstream: Mapping[int, float] = field(default_factory=dict)
    once: bool = False
    order: Order | None = None
    acts: Mapping[int, int | None] = field(default_factory=dict)
    passes: int = 1
    zeroes: str = "nothing"
    kept: frozenset[int] | None = None
    seed: float | None = 1.0
    adds_seed: bool = False
    kind: str = ""
    wrong: WrongSlope | None = None
    port: int | None = None
    walk: str = ""


class Clue(NamedTuple):
    """Where the numbers go wrong first: what a mistake need not be looked for far from.

    Attributes:
        place: the first node in backward order whose grad is not the right one.
        found, expected: all grads, by place.
        differing: the places of all nodes whose grad is another.
        slack: how far from the right grad a right one may be at the place.
    """

    place: int
    found: Sequence[float]
    expected: Sequence[float]
    differing: Sequence[int]
    slack: float


def run(graph: FinishedGraph, change: Alteration | None = None) -> list[float]:
    """The grad of each node after a pass, or after several, that is changed so; the right one without."""
    change = change or Alteration("")
    grads = [0.0] * len(graph.nodes)
    slopes: Sequence[tuple[float, ...]] = graph.slopes
    if change.slopes:
        slopes = [change.slopes.get(place, own) for place, own in enumerate(graph.slopes)]
    order = graph.backward_order if change.order is None else change.order
    inputs = graph.inputs
    plain = not (change.assigns or change.once or change.acts or change.upstream)
    for k in range(change.passes):
        if k:
            _zero(graph, grads, change)
        if change.seed is not None:
            grads[graph.root] = change.seed + (grads[graph.root] if change.adds_seed else 0.0)
        for place in order:
            if plain:
                grad = grads[place]
                for x, slope in zip(inputs[place], slopes[place], strict=True):
                    grads[x] += slope * grad
                continue
            who = change.acts.get(place, place)
            if who is not None:
                _act(graph, who, grads, slopes[who], change)
    return grads


def _act(graph: FinishedGraph, who: int, grads: MutableMapping[int, float] | list[float],
         slopes: tuple[float, ...], change: Alteration, only: int | None = None) -> None:
    """What a node gives to its operands, or to one of them only, in a changed pass."""
    grad = change.upstream.get(who, grads[who])
    for gift in gifts(graph, who, slopes, change):
        if only is not None and gift.operand != only:
            continue
        amount = gift.slope * grad
        grads[gift.operand] = amount if gift.sets else grads[gift.operand] + amount


class Gift(NamedTuple):
    """What a node gives to the operand on a port: slope × its own grad; ``sets``: by `=`, not `+=`."""

    port: int
    operand: int
    slope: float
    sets: bool


def gifts(graph: FinishedGraph, who: int, slopes: Iterable[float], change: Alteration) -> Iterator[Gift]:
    """What a node gives, operand by operand, in a changed pass."""
    given, kind = set(), graph.kinds[who]
    for port, (x, slope) in enumerate(zip(graph.inputs[who], slopes, strict=True)):
        if not (change.once and x in given):
            given.add(x)
            yield Gift(port, x, slope, (kind, port) in change.assigns)


def may_explain(graph: FinishedGraph, change: Alteration, clue: Clue) -> bool:
    """Whether a change may give the first number that is wrong, as far as that is soon told.

    What gives to that node has the right grads: by them its own is told, where the walk is the right one.
    """
    if change.order is not None or change.passes > 1 or change.seed != 1.0:
        return True
    grads = _Known(clue)
    for user in sorted(graph.users[clue.place], key=lambda user: graph.turns.get(user, -1)):
        who = change.acts.get(user, user)
        if who == user:
            _act(graph, user, grads, change.slopes.get(user, graph.slopes[user]), change, clue.place)
    ours = grads[clue.place]
    found = clue.found[clue.place]
    return ours == found or not abs(ours - found) > 1e-3 * (abs(ours) + abs(found)) + 4 * clue.slack


class _Known(dict[int, float]):
    """The right grads, but that of the place where they go wrong, which begins at 0."""

    def __init__(self, clue: Clue) -> None:
        super().__init__({clue.place: 0.0})
        self._right = clue.expected

    def __missing__(self, place: int) -> float:
        return self._right[place]


def _zero(graph: FinishedGraph, grads: list[float], change: Alteration) -> None:
    """Sets to 0 what is zeroed between two passes."""
    for place, node in enumerate(graph.nodes):
        leaf = not node.inputs
        kept = change.kept is None or place in change.kept
        if change.zeroes == ("leaves" if leaf else "inner") or (change.zeroes == "inner" and not kept):
            grads[place] = 0.0


# ---------------------------------------------------------------- orders


_MOST_ACTS = 20  # times the number of nodes: a walk by paths may take the age of the world


def acting(graph: FinishedGraph, order: Iterable[int]) -> Order:
    """Those of an order that are no leaves."""
    inputs = graph.inputs
    return [place for place in order if inputs[place]]


def operands_first(graph: FinishedGraph, again: bool = False) -> Order:
    """The order of micrograd's `build_topo`; `again`: as where it forgets whom it has seen."""
    order: Order = []
    most = most_acts(graph)
    seen = {graph.root}
    previous = graph.previous
    path = [(graph.root, iter(previous[graph.root]))]
    while path and len(order) < most:
        place, operands = path[-1]
        for x in operands:
            if again or x not in seen:
                seen.add(x)
                path.append((x, iter(previous[x])))
                break
        else:
            order.append(place)
            path.pop()
    return order


def most_acts(graph: FinishedGraph) -> int:
    """How many acts are followed at most."""
    return min(1000 + _MOST_ACTS * len(graph.nodes), 100_000 + 4 * len(graph.nodes))


def _from_root(graph: FinishedGraph, again: bool, deep: bool, turned: bool = False,
               late: bool = True) -> Order:
    """Each node acts when it is come to, from the root on.

    `again`: by each path that leads to it; `deep`: a node's operands before its neighbours; `turned`: the
    last operand first; `late`: a node counts as seen when it acts, not when it is first heard of.
    """
    order: Order = []
    waiting = deque([graph.root])
    seen: set[int] = set()
    most = most_acts(graph)
    previous = graph.previous if turned or not deep else [each[::-1] for each in graph.previous]
    come = waiting.pop if deep else waiting.popleft
    while waiting and len(order) < most:
        place = come()
        if late and not again:
            if place in seen:
                continue
            seen.add(place)
        order.append(place)
        if again:
            waiting.extend(previous[place])
            continue
        for x in previous[place]:
            if x not in seen:
                if not late:
                    seen.add(x)
                waiting.append(x)
    return order


class Walk(NamedTuple):
    """A way to go over a graph that is no topological order.

    Attributes:
        said: the mistake in a clause.
        order: who is come to, in which order.
        again: a node is come to once for each path that leads to it.
        key: by what a program tells it from others; empty where none does.
    """

    said: str
    order: Callable[[FinishedGraph], Order]
    again: bool = False
    key: str = ""


WALKS: tuple[Walk, ...] = (
    Walk(N_("the operands came before the results: the topological order was not reversed"), operands_first),
    Walk(N_("the nodes acted level by level from the root"), lambda g: _from_root(g, False, False)),
    Walk(N_("the nodes acted as a walk in depth comes to them"), lambda g: _from_root(g, False, True)),
    Walk(N_("the nodes acted as they came from a stack"), lambda g: _from_root(g, False, True, turned=True),
         key="stack"),
    Walk(N_("the nodes acted as they came from a stack, each put there once"),
         lambda g: _from_root(g, False, True, turned=True, late=False)),
    Walk(N_("each node acted once for each path that leads to it: it called the `backward` of its "
            "operands in turn"),
         lambda g: _from_root(g, True, True), again=True),
    Walk(N_("each node acted once for each path that leads to it: it was put into the queue again and again"),
         lambda g: _from_root(g, True, False), again=True),
    Walk(N_("each node acted once for each path that leads to it: the order holds it several times"),
         lambda g: operands_first(g, again=True)[::-1], again=True),
    Walk(N_("each node acted once for each path that leads to it, as from a stack"),
         lambda g: _from_root(g, True, True, turned=True), again=True),
    Walk(N_("a node stood in the order before its operands were looked at, and the order was reversed"),
         lambda g: _from_root(g, False, True)[::-1]),
)
