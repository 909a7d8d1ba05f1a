"""Folding: what of a graph is drawn when some of its blocks are collapsed, or when one is looked into."""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from micrograd.language import trn
from micrograd_gui.document.block import (
    Block,
    BlockId,
    BlockKey,
    Key,
    block_key,
    inside,
    is_block,
    nodes_of,
)
from micrograd_gui.document.graph import Graph, Node, NodeId, Place
from micrograd_gui.document.node import differing
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.figures import geometry
from micrograd_gui.figures.geometry import (
    BLOCK_WIDTH,
    FOOT,
    FRAME,
    FRAME_TITLE,
    HEIGHT,
    SIDE_PORT,
    WIDE,
    WIDTH,
    Bezier,
    CardForm,
    Rect,
    Size,
)

if TYPE_CHECKING:
    from micrograd_gui.figures.hall import Spread

__all__ = ["FRAMES", "FoldedBox", "Folding", "Key", "Wire"]

Wire = tuple[Key, int]  # the node or box, and the port on which it ends

_ROOM = 9.0  # between two ports of a box, while it is not too tall
_TALLEST = 160.0
_GUEST_COLUMN, _GUEST_ROW, _GUESTS_AT_MOST = WIDTH + 56.0, HEIGHT + 16.0, 24
_GUEST_GAP = 120.0


class FoldedPort(Struct, frozen=True):
    """Where wires come into a box: from which node or box (None: an empty port), and the real wires."""

    source: Key | None
    wires: tuple[Wire, ...]


class FoldedBox(Struct, frozen=True, dict=True):
    """A collapsed block as it is drawn."""

    block: Block
    nodes: frozenset[NodeId]
    ports: tuple[FoldedPort, ...]
    parameters: int

    @property
    def key(self) -> BlockKey:
        """By what the box is known among nodes."""
        return block_key(self.block.id)

    @property
    def output(self) -> NodeId | None:
        """The node whose numbers it shows; None where the block has several outputs."""
        return self.block.output

    @property
    def content(self) -> str:
        """How much the box hides."""
        count = self.parameters
        if count:
            return trn("{n:,} parameter", "{n:,} parameters", count)
        return trn("{n:,} nodes", "{n:,} nodes", len(self.nodes))

    @cached_property
    def size(self) -> Size:
        """Width and height."""
        if self.block.kind == "neuron":  # many of them stand one below the other
            return WIDTH, HEIGHT + FOOT
        return BLOCK_WIDTH, min(_TALLEST, max(HEIGHT + FOOT, _ROOM * (len(self.ports) + 1)))


class Framed(NamedTuple):
    """An open block, and what stands in its frame: nodes, boxes, and further frames."""

    block: Block
    keys: tuple[Key, ...]
    frames: tuple[BlockId, ...]


class _Structure(Struct, frozen=True, eq=False):
    """What a folding has whatever the numbers and names; its parts are told of there.

    ``ports`` tells where the wires of what is in a box are drawn, ``as_is`` that all of the graph is drawn,
    ``bundles`` how many nodes' wires are drawn as one, as far as that was asked.
    """

    places: Mapping[Key, Place]
    frames: tuple[Framed, ...] = ()
    boxes: Mapping[Key, FoldedBox] = field(default_factory=dict)
    owner: Mapping[NodeId, Key] = field(default_factory=dict)
    guests: frozenset[NodeId] = frozenset()
    ports: Mapping[Wire, Wire] = field(default_factory=dict)
    as_is: bool = True
    stand: Spread | None = None
    bundles: dict[Wire, int] = field(default_factory=dict)


class Folding:
    """The nodes and boxes of a graph to draw, and where. ``within`` is the block that is looked into.

    ``nodes`` has a node for each box too, whose operands are what is wired to the box's ports; ``owner``
    gives for each node in a box the key of that box. ``frames`` are the open blocks. From inside a block, the
    nodes outside that it reads stand at the left as ``guests``, with no wires of their own.

    ``form`` is that of the cards. In a hall with that ``room`` it is one in which all have room: ``stand``
    says how they stand there, and ``places`` are of the hall. Where none has, there is no ``stand``.

    Every node of the graph must have a place. Where only numbers and names have changed since the folding
    ``before``, all else is taken from that.
    """

    def __init__(
        self,
        graph: Graph,
        within: BlockId | None = None,
        before: Folding | None = None,
        room: Size | None = None,
    ) -> None:
        self.graph, self.within, self.room = graph, within, room
        changed = None
        if before is not None and (before.within, before.room) == (within, room) and (graph.blocks or room):
            changed = _changed(before.graph, graph)
        if before is None or changed is None:
            self._structure, self.nodes = _fold(graph, within)
            if room is not None:
                self._structure = _in_hall(self._structure, self.nodes, room)
        else:
            self._structure = before._structure
            self.nodes = graph.nodes if self._structure.as_is else _redrawn(before, graph, changed)
        parts = self._structure
        self.places, self.frames, self.guests = parts.places, parts.frames, parts.guests
        self.boxes, self.owner, self.stand = parts.boxes, parts.owner, parts.stand
        self.form: CardForm = WIDE if parts.stand is None else parts.stand.form

    # What is where ---------------------------------------------------------------------------

    def key(self, number: Key | None) -> Key | None:
        """The node itself, or the box that stands for it; None where neither is drawn."""
        if number is None:
            return None
        found = self.owner.get(number, number)
        return found if found in self.nodes else None

    def keys(self, numbers: Iterable[NodeId]) -> frozenset[Key]:
        """The nodes and boxes that stand for those nodes."""
        if self.nodes is self.graph.nodes:
            return frozenset(numbers)  # itself, where it is one
        return frozenset(key for number in numbers if (key := self.key(number)) is not None)

    def drawn_wire(self, wire: Wire) -> Wire | None:
        """Where a wire of the graph is drawn; None where it lies within a box."""
        if wire[0] in self.owner or is_block(wire[0]):
            return self._structure.ports.get(wire)
        return wire if wire[0] in self.nodes and wire[0] not in self.guests else None

    @property
    def drawn_as(self) -> Mapping[Wire, Wire]:
        """Where the wires of what is in a box are drawn: on its ports."""
        return self._structure.ports

    def real(self, wire: Wire) -> Wire | None:
        """The wire of the graph that is drawn so; None where several are."""
        if not is_block(wire[0]):
            return wire
        wires = self.boxes[wire[0]].ports[wire[1]].wires
        return wires[0] if len(wires) == 1 else None

    def bundle(self, wire: Wire) -> int:
        """How many nodes' wires are drawn as that one."""
        if not is_block(wire[0]):
            return 1
        bundles = self._structure.bundles
        found = bundles.get(wire)
        if found is None:  # asked for each wire that is painted
            nodes, wires = self.graph.nodes, self.boxes[wire[0]].ports[wire[1]].wires
            found = bundles[wire] = len({nodes[user].inputs[port] for user, port in wires})
        return found

    def whole(self, numbers: Iterable[NodeId]) -> frozenset[NodeId]:
        """Those nodes, and with one in a box all that are in it; guests stay out."""
        if not self.boxes and not self.guests:
            return frozenset(numbers)
        found: set[NodeId] = set()
        for number in numbers:
            key = self.key(number)
            if key is not None and key not in self.guests:
                found |= self.boxes[key].nodes if is_block(key) else {key}
        return frozenset(found)

    def size(self, key: Key) -> Size:
        """Width and height of what is drawn there."""
        if self.stand is None and is_block(key):
            return self.boxes[key].size
        return self.form.width, self.form.height


# How it comes about ----------------------------------------------------------------------------------


def _in_hall(drawn: _Structure, nodes: Mapping[Key, Node], room: Size) -> _Structure:
    """The same in a form and in places that all have room in, where there are such."""
    boxes = {
        key: (x, y, *(drawn.boxes[key].size if is_block(key) else (WIDTH, HEIGHT)))
        for key, (x, y) in drawn.places.items()
    }
    from micrograd_gui.figures.hall import stand_in  # only where it is projected

    operands = {key: node.inputs for key, node in nodes.items()}
    stand = stand_in(boxes, operands, room, FRAME_TITLE / 2 if drawn.frames else 0.0)
    return drawn if stand is None else replace(drawn, places=stand.places, stand=stand)


def _changed(old: Graph, new: Graph) -> Collection[NodeId] | None:
    """The nodes whose numbers or names have changed; None where more has."""
    if old.blocks is not new.blocks or old.places is not new.places or len(old) != len(new):
        return None
    changed = differing(old.nodes, new.nodes)
    for number in changed:
        was, node = old.nodes.get(number), new.nodes[number]
        if was is None or was.inputs != node.inputs or was.role != node.role:
            return None
    return changed


def _redrawn(before: Folding, graph: Graph, changed: Iterable[NodeId]) -> dict[Key, Node]:
    """What that folding draws, with those nodes as they are now."""
    nodes = dict(before.nodes)
    for number in changed:
        if number in nodes:
            nodes[number] = _with_boxes(graph.nodes[number], before.owner, before.guests)
    return nodes


def _fold(graph: Graph, within: BlockId | None) -> tuple[_Structure, Mapping[Key, Node]]:
    """What of the graph is drawn, and the nodes and boxes as they are drawn."""
    blocks = graph.blocks
    below = inside(blocks, within) if within is not None else None
    here = [b for b in blocks if below is None or (b.id in below and b.id != within)]
    shut: dict[BlockId, BlockId] = {}  # for a block that is not to be seen: the outermost that is shut
    owner: dict[NodeId, Key] = {}
    for block in here:
        outer = shut.get(block.parent or 0)
        if outer is not None:
            shut[block.id] = outer
        elif block.collapsed:
            shut[block.id] = block.id
        if block.id in shut:
            owner.update(dict.fromkeys(block.members, block_key(shut[block.id])))
    frames = _framed(here, shut)
    if not owner and below is None:
        return _Structure(graph.places, frames), graph.nodes
    inner = graph.nodes.keys() if below is None else nodes_of(blocks, within or 0)
    guests: frozenset[NodeId] = frozenset()
    if below is not None:
        sources = (source for number in inner for source in graph.nodes[number].inputs)
        guests = frozenset(source for source in sources if source is not None) - inner
    boxes = _boxes(graph, owner, [block for block in blocks if shut.get(block.id) == block.id])
    drawn: dict[Key, Node] = {
        number: _with_boxes(node, owner, guests)
        for number, node in graph.nodes.items()
        if number not in owner and (number in inner or number in guests)
    }
    for key, box in boxes.items():
        drawn[key] = Node(key, None, tuple(port.source for port in box.ports), box.block.title)
    places = _places(graph, drawn, boxes, guests)
    ports = {
        wire: (key, at)
        for key, box in boxes.items()
        for at, port in enumerate(box.ports)
        for wire in port.wires
    }
    return _Structure(places, frames, boxes, owner, guests, ports, as_is=False), drawn


def _with_boxes(node: Node, owner: Mapping[NodeId, Key], guests: Container[NodeId]) -> Node:
    """The node, with boxes as operands in place of what is in them."""
    if node.id in guests:
        return replace(node, inputs=()) if node.inputs else node
    if not any(source in owner for source in node.inputs):
        return node
    return replace(node, inputs=tuple(owner.get(s, s) if s is not None else None for s in node.inputs))


def _boxes(graph: Graph, owner: Mapping[NodeId, Key], blocks: Iterable[Block]) -> dict[Key, FoldedBox]:
    """The boxes: one port for each node outside that is read, one for each other box."""
    hidden: dict[Key, list[NodeId]] = {block_key(block.id): [] for block in blocks}
    for number, key in owner.items():
        hidden[key].append(number)
    places = graph.places
    heights: dict[Key | None, float] = {number: y for number, (_, y) in places.items()}
    heights[None] = math.inf
    for key, numbers in hidden.items():
        if numbers:  # ports in the order of what is wired to them: fewer wires cross
            heights[key] = sum(places[number][1] for number in numbers) / len(numbers)
    found: dict[Key, FoldedBox] = {}
    for block in blocks:
        numbers = hidden[block_key(block.id)]
        if numbers:
            ports = sorted(_ports(graph, owner, numbers), key=lambda port: heights[port.source])
            parameters = sum(
                graph.nodes[number].is_leaf and graph.nodes[number].role == "parameter" for number in numbers
            )
            found[block_key(block.id)] = FoldedBox(block, frozenset(numbers), tuple(ports), parameters)
    return found


def _ports(graph: Graph, owner: Mapping[NodeId, Key], hidden: Sequence[NodeId]) -> list[FoldedPort]:
    """The ports of the box that hides those nodes."""
    own = owner[hidden[0]]
    ports: dict[Key | Wire, list[Wire]] = {}
    for number in sorted(hidden):
        for port, source in enumerate(graph.nodes[number].inputs):
            if source is None:
                ports[(number, port)] = [(number, port)]
            elif (outside := owner.get(source, source)) != own:
                ports.setdefault(outside, []).append((number, port))
    return [
        FoldedPort(None if isinstance(source, tuple) else source, tuple(wires))
        for source, wires in ports.items()
    ]


def _places(
    graph: Graph, drawn: Mapping[Key, Node], boxes: Mapping[Key, FoldedBox], guests: Collection[NodeId]
) -> dict[Key, Place]:
    known = graph.places
    places = {key: known[key] for key in drawn if not is_block(key) and key not in guests}
    for key, box in boxes.items():
        places[key] = standing(known, box.nodes, box.size)
    return places | _guest_places(drawn, places, guests)


def _guest_places(
    drawn: Mapping[Key, Node], places: Mapping[Key, Place], guests: Collection[NodeId]
) -> dict[Key, Place]:
    """At the left of all else, each near the height of what reads it."""
    if not guests or not places:
        return {}
    heights: dict[Key, list[float]] = {number: [] for number in guests}
    for key in places:
        for source in drawn[key].inputs:
            if source in heights:
                heights[source].append(places[key][1])
    middle = {number: sum(ys) / len(ys) if ys else 0.0 for number, ys in heights.items()}
    order = sorted(guests, key=lambda number: (middle[number], number))
    left = min(x for x, _ in places.values()) - _GUEST_GAP - WIDTH
    tops = [y for _, y in places.values()]
    centre = (min(tops) + max(tops)) / 2
    found: dict[Key, Place] = {}
    for at, number in enumerate(order):
        column, row = divmod(at, _GUESTS_AT_MOST)
        rows = min(_GUESTS_AT_MOST, len(order) - column * _GUESTS_AT_MOST)
        found[number] = (left - column * _GUEST_COLUMN, centre + (row - (rows - 1) / 2) * _GUEST_ROW)
    return found


def standing(places: Mapping[NodeId, Place], nodes: Iterable[NodeId], size: Size) -> Place:
    """Where a box stands that hides those nodes: about their middle."""
    there = [places[number] for number in nodes]
    xs, ys = [x for x, _ in there], [y for _, y in there]
    x, y = (min(xs) + max(xs) + WIDTH) / 2, (min(ys) + max(ys) + HEIGHT) / 2
    return x - size[0] / 2, y - size[1] / 2


def _framed(blocks: Iterable[Block], shut: Mapping[BlockId, BlockId]) -> tuple[Framed, ...]:
    """The open blocks, each after those within it."""
    keys: dict[BlockId, list[Key]] = {}
    frames: dict[BlockId, list[BlockId]] = {}
    still_open = [block for block in blocks if block.id not in shut]
    for block in still_open:
        keys[block.id], frames[block.id] = list(block.members), []
        if block.parent in frames:
            frames[block.parent].append(block.id)
    for block in blocks:
        if shut.get(block.id) == block.id and block.parent in keys:
            keys[block.parent].append(block_key(block.id))
    return tuple(Framed(b, tuple(keys[b.id]), tuple(frames[b.id])) for b in reversed(still_open))


FRAMES = (FRAME, FRAME_TITLE)  # what a frame takes at its sides and at its top


def out_point(folding: Folding, number: Key) -> Place:
    """Where wires leave a node; of a node in a box, where they leave the box."""
    key = folding.key(number)
    assert key is not None
    (x, y), (width, height) = folding.places[key], folding.size(key)
    if not is_block(key):
        return x + width, y + height / 2
    outputs = folding.boxes[key].block.outputs
    return x + width, y + height * (0.5 if number == key or number in outputs else SIDE_PORT)


def in_point(folding: Folding, wire: Wire) -> Place:
    """Where that wire comes in."""
    key, port = folding.drawn_wire(wire) or wire
    (x, y), ports = folding.places[key], len(folding.nodes[key].inputs)
    if not is_block(key):
        return geometry.in_port((x, y), port, ports, folding.form)
    return x, y + folding.size(key)[1] * (port + 1) / (ports + 1)


def route(folding: Folding, wire: Wire, source: Key) -> Bezier:
    """The curve of a drawn wire from that node or box."""
    key, port = wire
    if is_block(source):  # which of the nodes in that box it comes from tells where it leaves it
        user, at = wire if not is_block(key) else folding.boxes[key].ports[port].wires[0]
        source_node = folding.graph.nodes[user].inputs[at]
        assert source_node is not None
        start = out_point(folding, source_node)
    else:
        start = out_point(folding, source)
    bow = 0.0 if is_block(key) else geometry.bow(folding.nodes[key], port) * folding.form.height / HEIGHT
    return geometry.curve(start, in_point(folding, wire), bow, folding.form)


def plain_routes(folding: Folding) -> Iterator[tuple[Wire, Bezier]]:
    """The curve of every wire of a folding without boxes, as `route` has them one by one."""
    places, form, nodes = folding.places, folding.form, folding.nodes
    outs = {key: geometry.out_port(place, form) for key, place in places.items()}
    for key, node in nodes.items():
        ports = len(node.inputs)
        for port, source in enumerate(node.inputs):
            if source is not None:
                bow = geometry.bow(node, port) * form.height / HEIGHT
                end = geometry.in_port(places[key], port, ports, form)
                yield (key, port), geometry.curve(outs[source], end, bow, form)


def framed(folding: Folding) -> dict[BlockId, tuple[Block, Rect]]:
    """The frames of all open blocks that hold something; a block stands after those within it."""
    places, size = folding.places, folding.size
    corners: dict[BlockId, Rect] = {}  # left, top, right, bottom
    found: dict[BlockId, tuple[Block, Rect]] = {}
    within: dict[BlockId, frozenset[Key]] = {}
    for block, keys, inner in folding.frames:
        within[block.id] = frozenset(keys).union(*(within.get(number, ()) for number in inner))
        held = [(*places[key], places[key][0] + size(key)[0], places[key][1] + size(key)[1])
                for key in keys if key in places]  # fmt: skip
        held += [corners[number] for number in inner if number in corners]
        if held:
            lefts, tops, rights, bottoms = zip(*held, strict=True)
            left, top = min(lefts) - FRAME, min(tops) - FRAME_TITLE
            right, bottom = max(rights) + FRAME, max(bottoms) + FRAME
            corners[block.id] = left, top, right, bottom
            if folding.stand is not None and _encloses(folding, (left, top, right, bottom), within[block.id]):
                continue  # in a hall others had to stand there: a frame would say that they are of the block
            found[block.id] = block, (left, top, right - left, bottom - top)
    return found


def _encloses(folding: Folding, corners: Rect, own: Container[Key]) -> bool:
    """Whether anything but its own stands within those corners."""
    left, top, right, bottom = corners
    width, height = folding.form.width, folding.form.height
    return any(
        key not in own and x < right and x + width > left and y < bottom and y + height > top
        for key, (x, y) in folding.places.items()
    )


def title_room(block: Block, frame: Rect, letter: float = 9.0) -> Rect:
    """About where the title of an open block stands: nothing else should; ``letter`` is as wide as one is."""
    left, top, width, _ = frame
    return left + 8, top + 3, min(width - 16, 34 + letter * len(block.title)), 28.0


def box_sizes(graph: Graph) -> dict[BlockId, Size]:
    """The sizes of all collapsed blocks' boxes."""
    whole = arranged(graph)
    found: dict[BlockId, Size] = {}
    for parent in dict.fromkeys(block.parent for block in graph.blocks if block.collapsed):
        shown = Folding(whole, parent).boxes.values()
        found |= {box.block.id: box.size for box in shown if box.block.parent == parent}
    return found
