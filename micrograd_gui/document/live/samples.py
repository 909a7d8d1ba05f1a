"""Samples: a loss that adds up the losses of samples alike, told apart into one sample and its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from micrograd.foreign import LiveNode, same

FEWEST = 3  # samples; fewer are shown as they are
_TRIED = 6  # sums, the longest first
_SCALED = 1e-12  # how near a factor is to one over the number of samples


@dataclass(frozen=True, eq=False)
class Samples:
    """A loss as the sum, or the mean, of the losses of samples alike.

    All are places among the nodes. It is ``target = way(sum of losses + rest)``, where the way multiplies and
    adds what is the same for all samples.

    Attributes:
        nodes: all nodes of the graph.
        bodies: of each sample its own nodes, operands first and in one order for all; the last is its loss.
        top: the last node of the sum.
        rest: what the sum adds besides.
        way: the nodes from above the sum to the target, each with the port by which it takes the one before.
        mean: the node of the way that divides by the number of samples, where one does; it is left out then,
            and the loss is the mean over the rows.
        dropped: the nodes that one sample does not need: the sum itself, and what only it or ``mean`` takes.
    """

    nodes: Sequence[LiveNode]
    bodies: Sequence[Sequence[int]]
    top: int
    rest: Sequence[int]
    way: Sequence[tuple[int, int]]
    mean: int | None
    dropped: frozenset[int]

    @property
    def count(self) -> int:
        """How many samples."""
        return len(self.bodies)

    def loss(self) -> float:
        """The sum or the mean over the samples, from the numbers that their losses have."""
        losses = [self._at(self.nodes[body[-1]].data) for body in self.bodies]
        return sum(losses) / (self.count if self.mean is not None else 1)

    def _at(self, loss: float) -> float:
        """What the way makes of one sample's loss: what it adds is shared among them where they are added."""
        share = 1 if self.mean is not None else self.count
        out = loss + sum(self.nodes[place].data for place in self.rest) / share
        for place, port in self.way:
            if place == self.mean:
                continue
            node = self.nodes[place]
            operands = [self.nodes[each].data for each in node.inputs]
            if node.op is not None and node.op.name in "+-" and len(operands) == 2:
                operands[1 - port] /= share
            operands[port] = out
            assert node.op is not None
            out = float(node.op.forward(*operands))
        return out


def found_samples(nodes: Sequence[LiveNode], fewest: int = FEWEST) -> Samples | None:
    """The samples that the last of the nodes adds up, so many at least; None where it adds up none."""
    users: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        for each in node.inputs:
            users[each].append(place)
    tried = 0
    for spine in sorted(_sums(nodes, users), key=lambda spine: -len(spine)):
        if len(spine) < fewest - 1 or tried == _TRIED:
            break
        way = _way(nodes, users, spine[0])
        if way is None:
            continue
        tried += 1
        found = _told_apart(nodes, users, spine, way, fewest)
        if found is not None and same(found.loss(), nodes[-1].data):
            return found
    return None


def _sums(nodes: Sequence[LiveNode], users: Sequence[Sequence[int]]) -> list[list[int]]:
    """The sums: of each its additions, the last first, each of which is taken by the one before alone."""
    spines = []
    inside: set[int] = set()
    for place in range(len(nodes) - 1, -1, -1):
        if place in inside or not _adds(nodes[place]):
            continue
        spine = _spine(nodes, users, place)
        inside.update(spine)
        spines.append(spine)
    return spines


def _spine(nodes: Sequence[LiveNode], users: Sequence[Sequence[int]], place: int) -> list[int]:
    """An addition, and those that it goes on from: each is taken by the one before alone."""
    spine = [place]
    while True:
        first, second = nodes[spine[-1]].inputs
        for each in (first, second):
            if _adds(nodes[each]) and len(users[each]) == 1 and first != second:
                spine.append(each)
                break
        else:
            return spine


def _adds(node: LiveNode) -> bool:
    return node.op is not None and node.op.name == "+"


def _way(nodes: Sequence[LiveNode], users: Sequence[Sequence[int]], top: int) -> list[tuple[int, int]] | None:
    """The way from a node to the target, where it only multiplies and adds; None where there is no such."""
    way = []
    while top != len(nodes) - 1:
        if len(users[top]) != 1:
            return None
        (user,) = users[top]
        op, port = nodes[user].op, nodes[user].inputs.index(top)
        if op is None or op.name not in ("+", "-", "*", "/", "neg") or (op.name == "/" and port == 1):
            return None
        way.append((user, port))
        top = user
    return way


def _told_apart(
    nodes: Sequence[LiveNode],
    users: Sequence[Sequence[int]],
    spine: Sequence[int],
    way: Sequence[tuple[int, int]],
    fewest: int,
) -> Samples | None:
    """The samples that such a sum adds, where enough of its terms are alike."""
    terms = _terms(nodes, spine)
    middle = terms[len(terms) // 2]
    if _adds(nodes[middle]):  # each loss is a sum itself: that of the first sample was taken for terms
        spine = spine[: -len(_spine(nodes, users, middle))]
        if len(spine) < fewest - 1:
            return None
        terms = _terms(nodes, spine)
    within = set(spine)
    bodies = _bodies(nodes, terms, within)
    alike: dict[tuple[object, ...], list[int]] = {}
    for at, body in bodies.items():
        alike.setdefault(_structure(nodes, body), []).append(at)
    group = max(alike.values(), key=len, default=[])
    if len(group) < fewest:
        return None
    members = set(group)
    others = [term for at, term in enumerate(terms) if at not in members]
    rest = [term for term in others if nodes[term].inputs or nodes[term].data != 0]
    mean = None if rest else _mean(nodes, way, len(group))
    dropped = within | set(others) - set(rest)
    if mean is not None:
        place, port = next(each for each in way if each[0] == mean)
        dropped |= {place, nodes[place].inputs[1 - port]}
    dropped = within | {each for each in dropped if dropped.issuperset(users[each])}
    kept = sum(len(bodies[at]) for at in group[len(group) >= FEWEST :])
    if kept < len(nodes) / 2 or not _shared(nodes, bodies[group[0]]):
        return None
    if mean is not None:
        dropped.add(mean)
    return Samples(nodes, [bodies[at] for at in group], spine[0], rest, way, mean, frozenset(dropped))


def _terms(nodes: Sequence[LiveNode], spine: Sequence[int]) -> list[int]:
    """What such a sum adds, first to last."""
    within = set(spine)
    return [each for place in reversed(spine) for each in nodes[place].inputs if each not in within]


def _mean(nodes: Sequence[LiveNode], way: Sequence[tuple[int, int]], count: int) -> int | None:
    """The node that divides by the number of samples before anything is added; None where there is none."""
    for place, port in way:
        node = nodes[place]
        if node.op is None or node.op.name in "+-":
            return None
        if len(node.inputs) < 2 or nodes[node.inputs[1 - port]].inputs:
            continue
        number = nodes[node.inputs[1 - port]].data
        by = number if node.op.name == "/" else 1 / number if number else 0.0
        if abs(by - count) <= _SCALED * count:
            return place
    return None


def _shared(nodes: Sequence[LiveNode], body: Sequence[int]) -> bool:
    """Whether a sample takes leaves that are not its own: parameters.

    What takes more that is computed than that is no sample: the neurons of one layer are alike, too, and
    each has weights of its own.
    """
    own = set(body)
    shared = {each for place in body for each in nodes[place].inputs if each not in own}
    computed = sum(bool(nodes[each].inputs) for each in shared)
    return bool(shared) and 2 * computed <= len(shared)


def _bodies(nodes: Sequence[LiveNode], terms: Sequence[int], within: set[int]) -> dict[int, list[int]]:
    """Of each term, by its number, the nodes that feed it and nothing else, operands first."""
    common = -1
    owner: list[int | None] = [None] * len(nodes)
    for place in within:
        owner[place] = common
    for at, term in enumerate(terms):
        owner[term] = at if owner[term] is None else common
    for place in range(len(nodes) - 1, -1, -1):
        mine = owner[place]
        if mine is None:
            mine = owner[place] = common
        if place in within:
            continue
        for each in nodes[place].inputs:
            owner[each] = mine if owner[each] in (None, mine) else common
    bodies = {}
    for at, term in enumerate(terms):
        if owner[term] == at:
            bodies[at] = _operands_first(nodes, owner, term)
    return bodies


def _operands_first(nodes: Sequence[LiveNode], owner: Sequence[int | None], term: int) -> list[int]:
    """The nodes of one owner that feed the term, which is the last."""
    mine, order, seen = owner[term], [], {term}
    path = [(term, iter(nodes[term].inputs))]
    while path:
        place, operands = path[-1]
        for each in operands:
            if each not in seen and owner[each] == mine:
                seen.add(each)
                path.append((each, iter(nodes[each].inputs)))
                break
        else:
            order.append(place)
            path.pop()
    return order


def _structure(nodes: Sequence[LiveNode], body: Sequence[int]) -> tuple[object, ...]:
    """What two samples that are alike have in common: ops and wires, whatever the numbers in their leaves."""
    local = {place: at for at, place in enumerate(body)}
    shape: list[object] = []
    for place in body:
        node = nodes[place]
        shape.append(None if node.op is None else node.op.name)
        shape += [local.get(each, -each - 1) for each in node.inputs]
    return tuple(shape)


def columns_of(samples: Samples) -> list[tuple[int, tuple[float, ...]]]:
    """The leaves that hold other numbers from sample to sample: the place in the first one, and the numbers.

    Empty where one of the numbers is not finite.
    """
    columns = []
    for at, place in enumerate(samples.bodies[0]):
        if samples.nodes[place].inputs:
            continue
        numbers = tuple(samples.nodes[body[at]].data for body in samples.bodies)
        if not all(isfinite(each) for each in numbers):
            return []
        if any(each != numbers[0] for each in numbers):
            columns.append((place, numbers))
    return columns
