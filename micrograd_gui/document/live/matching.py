"""Matching: which nodes of a graph that was made anew stand where nodes of the old one stood."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from micrograd.language import joined, tr, trn
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.node import same_number


def matched(new: Graph, old: Graph, known: Mapping[NodeId, NodeId]) -> dict[NodeId, NodeId]:
    """For each node of the new graph that has one, the node of the old graph whose place it takes.

    ``known`` are those that are the same for sure. Further ones have the same name, or are at the same port
    of nodes that match, or have operands that match, and are of the same op; the targets match. No two nodes
    match the same one. Linear in the nodes and wires.
    """
    return _Matching(new, old, known).pairs


_LOOKED_AT = 100  # users of one operand, else a hub that feeds all would be gone through for each of them


class _Matching:
    """The pairs that were found so far, new node to old one."""

    def __init__(self, new: Graph, old: Graph, known: Mapping[NodeId, NodeId]) -> None:
        self._new, self._old = new, old
        self.pairs = dict(known)
        self._taken = set(self.pairs.values())
        names = {node.title: node.id for node in old if node.title}
        for node in new:
            if node.title in names:
                self._match(node.id, names[node.title])
        if new.target is not None and old.target is not None:
            self._match(new.target, old.target)
        self._match_operands(list(self.pairs.items()))
        for number in new.order:
            if number not in self.pairs and (user := self._user_of_operands(number)) is not None:
                self._match(number, user)
                self._match_operands([(number, user)])

    def _match(self, one: NodeId, other: NodeId) -> None:
        if one not in self.pairs and other not in self._taken:
            self.pairs[one] = other
            self._taken.add(other)

    def _alike(self, one: NodeId, other: NodeId) -> bool:
        here, there = self._new.nodes[one], self._old.nodes[other]
        return here.op == there.op and not (here.label and there.label)  # two names are two nodes

    def _match_operands(self, waiting: list[tuple[NodeId, NodeId]]) -> None:
        """From pairs down: what stands at the same port, and so on."""
        queue = deque(waiting)
        while queue:
            one, other = queue.popleft()
            if other not in self._old.nodes:
                continue
            ports = zip(self._new.nodes[one].inputs, self._old.nodes[other].inputs, strict=False)
            for below, before in ports:
                if below is None or before is None or below in self.pairs or before in self._taken:
                    continue
                if self._alike(below, before):
                    self._match(below, before)
                    queue.append((below, before))

    def _user_of_operands(self, one: NodeId) -> NodeId | None:
        """The old node of the same op that has an operand of this one at the same port."""
        for port, below in enumerate(self._new.nodes[one].inputs):
            before = self.pairs.get(below) if below is not None else None
            users = self._old.users.get(before, ()) if before is not None else ()
            for user, at in users[:_LOOKED_AT]:
                if at == port and user not in self._taken and self._alike(one, user):
                    return user
        return None


def changed(before: Graph, now: Graph) -> tuple[list[NodeId], list[NodeId]]:
    """The nodes that are new, or computed otherwise, and those whose number or exponent is another one."""
    otherwise, numbers = [], []
    for node in now:
        was = before.nodes.get(node.id)
        if was is None or was.shape != node.shape:
            otherwise.append(node.id)
        elif not same_number(was, node):
            numbers.append(node.id)
    return otherwise, numbers


def told(before: Graph, now: Graph, otherwise: Collection[NodeId], numbers: Collection[NodeId]) -> str:
    """What has become of the graph, in one sentence: nodes by name, where they are few."""
    new = [node for node in otherwise if node not in before.nodes]
    other = [node for node in otherwise if node in before.nodes]
    gone = [node for node in before.nodes if node not in now.nodes]
    parts: list[str] = []
    if n := len(new):
        parts.append(trn("{nodes} is new", "{nodes} are new", n, nodes=_said(now, new)))
    if n := len(other):
        said = _said(now, other)
        parts.append(trn("{nodes} is computed otherwise", "{nodes} are computed otherwise", n, nodes=said))
    if n := len(numbers):
        said = _said(now, numbers)
        parts.append(trn("{nodes} has another number", "{nodes} have other numbers", n, nodes=said))
    if n := len(gone):
        parts.append(trn("{nodes} is gone", "{nodes} are gone", n, nodes=_said(before, gone)))
    return tr("; ").join(parts)


_NAMED = 3  # nodes; of more is said how many


def _said(graph: Graph, nodes: Collection[NodeId]) -> str:
    if len(nodes) > _NAMED:
        return trn("{n} node", "{n} nodes", len(nodes))
    return joined([graph.nodes[node].spoken for node in nodes])
