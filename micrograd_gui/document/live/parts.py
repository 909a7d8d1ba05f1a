"""Parts: a large graph without blocks, cut into parts that are drawn as one box each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from msgspec.structs import replace

from micrograd.drawing.layers import folded, layered
from micrograd.language import tr
from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.document.graph import Graph, NodeId, Place

AS_IT_IS = 600  # nodes: a graph, or what is in a part, of no more is shown node for node
_PARTS = 20  # of about one size, in a graph and in a part that is too large; twice as many at most
_FEWEST = 4  # ops; fewer stand by themselves
_CARD, _BOX, _GAP = (144.0, 60.0), (196.0, 110.0), (88.0, 30.0)  # about as the canvas has them
_BANDS = (6, 2)  # boxes in so few columns, or so little wider than tall, stand in no bands
_LOOSE = 12  # named results that stand by themselves, and as many leaves


def in_parts(graph: Graph) -> Graph:
    """The graph with its parts as collapsed blocks; as it is where it has blocks, or is no large one.

    A part is a stretch of the order in which the nodes are computed, so no two parts wait for each other. It
    ends where few wires go on, and with a named node where there is one. The target and a few named nodes
    stand by themselves, as do a few leaves that several parts take; many of those are a box of their own.
    """
    if graph.blocks or len(graph) <= AS_IT_IS:
        return graph
    return _Cut(graph).whole()


class _Cut:
    """A graph that is being cut.

    Attributes:
        way: of each node, by its place in the order, the parts in which it is, the outermost first.
        crossing: by place, how many results from before it are taken there or later.
        titles: of each part its title, without the number of nodes in it, and the part around it.
        gathered: the boxes that hold leaves alone.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph, self.order = graph, graph.order
        nodes, ranks, users = graph.nodes, graph.wiring.ranks, graph.users
        self.users = [[ranks[user] for user, _ in users[number]] for number in self.order]
        self.computed = [nodes[number].op is not None for number in self.order]
        named = [at for at, number in enumerate(self.order) if self.computed[at] and nodes[number].label]
        few = named if len(named) <= _LOOSE else []
        self.named = set(named)
        self.loose = sorted({*few, ranks[graph.target]} if graph.target is not None else few)
        steps = [0] * (len(self.order) + 1)
        for at, taken in enumerate(self.users):
            if taken and self.computed[at]:
                steps[at + 1] += 1
                steps[max(taken) + 1] -= 1
        self.crossing = list(accumulate(steps))
        self.way: list[tuple[BlockId, ...]] = [()] * len(self.order)
        self.titles: dict[BlockId, tuple[str, BlockId | None]] = {}
        self.gathered: set[BlockId] = set()

    def whole(self) -> Graph:
        """The graph with its parts."""
        self._divide(0, len(self.order), (), "")
        self._place_leaves()
        members: dict[BlockId, list[NodeId]] = {block: [] for block in self.titles}
        outputs: dict[BlockId, list[NodeId]] = {block: [] for block in self.titles}
        sizes = dict.fromkeys(self.titles, 0)
        for at, way in enumerate(self.way):
            if way:
                members[way[-1]].append(self.order[at])
                taken = [each for user in self.users[at] if (each := self.way[user]) is not way]
                inside = len(_common([way, *taken])) if taken else len(way) if self.users[at] else 0
                for block in way:
                    sizes[block] += 1
                for block in way[inside:]:  # not all that take it are in there, too
                    outputs[block].append(self.order[at])
        blocks = tuple(
            Block(
                block,
                "part",
                title.format(sizes[block]),
                tuple(members[block]),
                tuple(outputs[block]),
                parent,
                collapsed=True,
            )
            for block, (title, parent) in self.titles.items()
        )
        places = _Places(self).placed()
        return replace(self.graph, blocks=blocks, places=places, same_wiring=self.graph.wiring)

    def _divide(self, begin: int, end: int, way: tuple[BlockId, ...], number: str) -> None:
        """The nodes from that place up to that one, as parts of about one size."""
        size = max((end - begin) // _PARTS, AS_IT_IS // _PARTS)
        parts = 0
        for first, stop in self._stretches(begin, end):
            for at, until in self._pieces(first, stop, size):
                if sum(self.computed[at:until]) < _FEWEST:
                    continue
                parts += 1
                block = len(self.titles) + 1
                called = f"{number}{parts}"
                self.titles[block] = tr("part {number}", number=called), way[-1] if way else None
                inner = (*way, block)
                self.way[at:until] = [inner] * (until - at)
                if until - at > AS_IT_IS:
                    self._divide(at, until, inner, f"{called}.")

    def _stretches(self, begin: int, end: int) -> Iterable[tuple[int, int]]:
        """What lies between the nodes that stand by themselves."""
        for at in self.loose[bisect_left(self.loose, begin) :]:
            if at >= end:
                break
            yield begin, at
            begin = at + 1
        yield begin, end

    def _pieces(self, begin: int, end: int, size: int) -> Iterable[tuple[int, int]]:
        """Of about that size each, from half of it to one and a half."""
        while end - begin > size + size // 2:
            middle = begin + size
            places = range(begin + size // 2, min(middle + size // 2, end - size // 2) + 1)
            after = [at for at in places if self.computed[at - 1]]
            cut = min(after or [middle], key=lambda at: (*self._price(at), abs(at - middle)))
            yield begin, cut
            begin = cut
        yield begin, end

    def _price(self, at: int) -> tuple[bool, int]:
        return at - 1 not in self.named, self.crossing[at]

    def _place_leaves(self) -> None:
        """Each leaf where all are that take it; many that are in one place so, in a box of their own."""
        shared: dict[tuple[BlockId, ...], list[int]] = {}
        for at, taken in enumerate(self.users):
            if self.computed[at] or not taken:
                continue
            way = _common([self.way[user] for user in taken])
            if len({self.way[user] for user in taken}) > 1 or not way:
                shared.setdefault(way, []).append(at)
            self.way[at] = way
        for way, leaves in shared.items():
            names = [at for at in leaves if self.graph.nodes[self.order[at]].label]
            seen = set(names) if len(names) <= _LOOSE else set()
            rest = leaves if len(leaves) > _LOOSE else []
            rest = [at for at in rest if at not in seen]
            if rest:
                block = len(self.titles) + 1
                self.gathered.add(block)
                self.titles[block] = "{:,} values", way[-1] if way else None
                for at in rest:
                    self.way[at] = (*way, block)


class _Places:
    """Places for all nodes: what is in a part in layers, about the middle of its box, and so the boxes.

    A step is what stands in a part or in the graph: a node by its place in the order, a part by minus its id.
    """

    def __init__(self, cut: _Cut) -> None:
        self.cut = cut
        self.steps: dict[int, list[int]] = {
            0: []
        }  # by the part in which they are, as a step; 0: in the graph
        self.reads: dict[int, dict[int, None]] = {}  # of parts, and of nodes that take anything
        self.turn: dict[int, tuple[bool, int]] = {}  # leaves come first
        for at, way in enumerate(cut.way):
            group, result = 0, cut.computed[at]
            for block in way:
                if -block not in self.steps:
                    self.steps[-block] = []
                    self.steps[group].append(-block)
                if result or block in cut.gathered:  # a part has its turn by its first result
                    self.turn.setdefault(-block, (result, at))
                group = -block
            self.steps[group].append(at)
            self.turn[at] = result, at
        for at, way in enumerate(cut.way):
            for user in cut.users[at]:
                its, one, other = cut.way[user], at, user
                if way is not its and way != its:
                    pairs = zip((*way, -at), (*its, -user), strict=False)
                    one, other = next((-one, -other) for one, other in pairs if one != other)
                self.reads.setdefault(other, {})[one] = None

    def placed(self) -> dict[NodeId, Place]:
        """The place of each node."""
        order = self.cut.order
        return {order[at]: (float(round(x)), float(round(y))) for at, (x, y) in self._within(0).items()}

    def _within(self, group: int) -> dict[int, Place]:
        steps = sorted(self.steps[group], key=self.turn.__getitem__)
        number = {step: at for at, step in enumerate(steps)}
        inputs = [[number[each] for each in self.reads.get(step, ())] for step in steps]
        sizes = [_BOX if step < 0 else _CARD for step in steps]
        few = any(step < 0 for step in steps)  # boxes have titles that are to be read
        corners = layered(inputs, sizes, _GAP)
        corners = folded(corners, sizes, _GAP, *_BANDS) if few else folded(corners, sizes, _GAP)
        found: dict[int, Place] = {}
        for step, (x, y), (width, height) in zip(steps, corners, sizes, strict=True):
            if step >= 0:
                found[step] = x, y
                continue
            inner = self._within(step)
            across, down = zip(*inner.values(), strict=True)
            dx = x + (width - min(across) - (max(across) + _CARD[0])) / 2
            dy = y + (height - min(down) - (max(down) + _CARD[1])) / 2
            found |= {at: (its_x + dx, its_y + dy) for at, (its_x, its_y) in inner.items()}
        return found


def _common(ways: Sequence[tuple[BlockId, ...]]) -> tuple[BlockId, ...]:
    """The parts that are on all of the ways."""
    first, last = min(ways), max(ways)
    depth = 0
    while depth < min(len(first), len(last)) and first[depth] == last[depth]:
        depth += 1
    return first[:depth]
