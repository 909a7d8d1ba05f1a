"""Module blocks: objects that keep parameters, a network, its layers and neurons, as blocks of a graph."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from micrograd.foreign import LiveNode
from micrograd.language import tr
from micrograd_gui.document.block import BlockId, BlockKind
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.modules import KeptWhere, kept_in
from micrograd_gui.document.networks import NEURONS_IN_VIEW
from micrograd_gui.document.text import spoken

_ACTIVATIONS = ("relu", "tanh", "sigmoid")


class ModuleBlocks:
    """Which node belongs to which object, and the blocks of those objects.

    A product with one parameter of an object is the object's, as are the sum that it goes into, and the
    activation of that; so is a constant that they alone take.

    Attributes:
        holder: the way to the object to which a place among the live nodes belongs.
        blocks: the blocks by the way to their objects, once they are open.
    """

    def __init__(
        self,
        nodes: Sequence[LiveNode],
        parameters: Mapping[int, KeptWhere],
        places: Iterable[int],
        loose: Collection[int] = (),
    ) -> None:
        """``places``, operands first, are looked at; of their leaves the ``loose`` belong to no object."""
        self.nodes, self.loose = nodes, loose
        chains = {where.holders[-1][0]: where.holders for where in parameters.values() if where.holders}
        self._chains: dict[str, tuple[tuple[str, Any], ...]] = chains
        self.holder = {place: where.holders[-1][0] for place, where in parameters.items() if where.holders}
        self._weights = set(self.holder)
        self._activated: set[int] = set()
        self.blocks: dict[str, BlockId] = {}
        self._titles: dict[str, str] = {}
        seen = list(places)
        own = set(seen)
        for place in seen:
            if nodes[place].op is None or (found := self._of(place)) is None:
                continue
            self.holder[place] = found
            for each in nodes[place].inputs:
                if not nodes[each].inputs and each in own and each not in loose:
                    self.holder.setdefault(each, found)

    def _of(self, place: int) -> str | None:
        """The object that a result belongs to; None where it belongs to none."""
        node = self.nodes[place]
        op = "" if node.op is None else node.op.name
        weights = {self.holder[each] for each in node.inputs if each in self._weights}
        ops = {self.holder.get(each) for each in node.inputs if self.nodes[each].inputs}
        if op == "*":
            return weights.pop() if len(weights) == 1 and not self._weights.issuperset(node.inputs) else None
        if self._activated.intersection(node.inputs) or any(each in self.loose for each in node.inputs):
            return None
        if op == "+" and len(ops | weights) == 1:
            return (ops | weights).pop()
        if op in _ACTIVATIONS and len(ops) == 1:
            self._activated.add(place)
            return ops.pop()
        return None

    def gather(self, title: str, places: Iterable[int]) -> None:
        """Those places, as far as they belong to none, come as one more block of that title."""
        key = f"\0{title}"
        self._chains[key] = ((key, None),)
        self._titles[key] = title
        for place in places:
            self.holder.setdefault(place, key)

    def join(self, places: Iterable[int], users: Sequence[Sequence[int]]) -> None:
        """Leaves that one outermost object alone takes, directly in it."""
        for place in places:
            outer = {self._outermost(self.holder.get(user)) for user in users[place]}
            if len(outer) == 1 and (found := outer.pop()) is not None:
                self.holder[place] = found

    def _outermost(self, path: str | None) -> str | None:
        return None if path is None else self._chains[path][0][0] if path in self._chains else path

    def open(self, builder: GraphBuilder) -> None:
        """The blocks, outer ones first."""
        outputs: dict[str, set[int]] = {}
        uses: dict[int, int] = {}  # of a weight in its own object: as often as that is gone through
        for place, node in enumerate(self.nodes):
            for each in node.inputs:
                where = self.holder.get(each)
                if where is not None and self.holder.get(place) == where:
                    uses[each] = uses.get(each, 0) + (each in self._weights)
                elif where is not None and self.nodes[each].inputs:
                    outputs.setdefault(where, set()).add(each)
        passes: dict[str, int] = {}
        for each, count in uses.items():
            passes[self.holder[each]] = max(passes.get(self.holder[each], 1), count)
        for chain in sorted(self._chains.values(), key=lambda chain: [_counted(path) for path, _ in chain]):
            parent = None
            for depth, (path, thing) in enumerate(chain):
                if path not in self.blocks:
                    kind = (
                        "loss"
                        if path in self._titles
                        else _kind(len(chain) - depth, len(outputs.get(path, ())) / passes.get(path, 1))
                    )
                    title = self._titles.get(path) or path[len(chain[0][0]) :].lstrip(".")
                    title = title or f"{path}: {type(thing).__name__}"
                    self.blocks[path] = builder.open(kind, spoken(title), parent)
                parent = self.blocks[path]

    def block_of(self, place: int) -> BlockId | None:
        """The block to which a place belongs."""
        path = self.holder.get(place)
        return None if path is None else self.blocks[path]

    def close(self, builder: GraphBuilder, ids: Mapping[int, NodeId], target: NodeId) -> None:
        """Each block has its outputs: what others take of it, and the target."""
        graph = builder.graph(target)
        chains: dict[str, tuple[str, ...]] = {}
        for chain in self._chains.values():
            for depth, (path, _) in enumerate(chain):
                chains[path] = tuple(each for each, _ in chain[: depth + 1])
        within = {ids[place]: chains[path] for place, path in self.holder.items() if place in ids}
        outputs: dict[str, list[NodeId]] = {path: [] for path in self.blocks}
        for node, around in within.items():
            if graph.nodes[node].is_leaf:
                continue
            users = [within.get(user, ()) for user, _ in graph.users[node]]
            for path in around:
                if node == target or any(path not in each for each in users):
                    outputs[path].append(node)
        for path, block in self.blocks.items():
            builder.close(block, outputs[path])


_SEEN_AT_MOST = 24  # inputs, and nodes that belong to no object; more of them come in a box


def with_modules(nodes: Sequence[LiveNode], names: Mapping[str, Any]) -> LiveGraph | None:
    """All those nodes, with the objects of the caller as blocks; None where these keep none of the leaves."""
    leaves = [place for place, node in enumerate(nodes) if not node.inputs]
    kept = kept_in(names, {id(nodes[place].value) for place in leaves})
    found = {place: kept[id(nodes[place].value)] for place in leaves if id(nodes[place].value) in kept}
    parameters = {place: where for place, where in found.items() if where.holders}
    if not parameters:
        return None
    users: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        for each in node.inputs:
            users[each].append(place)
    blocks = ModuleBlocks(nodes, parameters, range(len(nodes)))
    inputs = [place for place in leaves if place not in blocks.holder]
    if len(inputs) > _SEEN_AT_MOST:
        blocks.join(inputs, users)
    rest = [place for place, node in enumerate(nodes) if node.inputs and place not in blocks.holder]
    if len(rest) > _SEEN_AT_MOST:
        blocks.gather(tr("all else"), rest)
        blocks.gather(tr("all else"), [place for place in inputs if not {*users[place]} - {*rest}])
    builder, ids = GraphBuilder(), dict[int, NodeId]()
    blocks.open(builder)
    for place, node in enumerate(nodes):
        op = None if node.op is None else node.op.name
        path = found[place].path if place in found else ""
        label = path if not node.label or path.endswith(f".{node.label}") else node.label
        ids[place] = builder.add(
            op,
            tuple([ids[each] for each in node.inputs]),
            label,
            node.data if op is None else 1.0,
            "parameter" if place in parameters else "",
            block=blocks.block_of(place),
        )
    target = ids[len(nodes) - 1]
    blocks.close(builder, ids, target)
    return LiveGraph(
        folded(builder.graph(target)),
        {ids[place]: node.value for place, node in enumerate(nodes)},
        {ids[place]: node.data for place, node in enumerate(nodes)},
        {ids[place]: node.grad for place, node in enumerate(nodes)},
    ).named(names)


def folded(graph: Graph) -> Graph:
    """With the neurons as one box each, and with many of them the network too; and what was gathered."""
    neurons = [block for block in graph.blocks if block.kind == "neuron"]
    for block in graph.blocks:
        many = block.parent is None and block.kind != "neuron" and len(neurons) > NEURONS_IN_VIEW // 2
        if block.kind in ("neuron", "loss") or many:
            graph = graph.collapsed(block.id)
    return graph


def _counted(path: str) -> list[tuple[int, str]]:
    """What sorts ``neurons[10]`` behind ``neurons[2]``."""
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d+)", path)]


def _kind(levels: int, outputs: float) -> BlockKind:
    """What an object that holds parameters is: a neuron, or what holds neurons, or what holds those."""
    if levels == 1:
        return "neuron" if outputs <= 1 else "layer"
    return "layer" if levels == 2 else "mlp"
