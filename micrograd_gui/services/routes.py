"""Routes: where wires leave, come in and run, and where the frames of open blocks are, in a folding."""

from __future__ import annotations

from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.document.graph import Graph, Place
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.services import measures
from micrograd_gui.services.folding import Folding, Key, Wire
from micrograd_gui.services.measures import FRAME, FRAME_TITLE, SIDE_PORT, Curve, Rect, Size

FRAMES = (FRAME, FRAME_TITLE)  # what a frame takes at its sides and at its top


def out_point(folding: Folding, number: Key) -> Place:
    """Where wires leave a node; of a node in a box, where they leave the box."""
    key = folding.key(number)
    assert key is not None
    if key >= 0:
        return measures.out_port(folding.places[key])
    (x, y), (width, height) = folding.places[key], folding.boxes[key].size
    outputs = folding.boxes[key].block.outputs
    return x + width, y + height * (0.5 if number == key or number in outputs else SIDE_PORT)


def in_point(folding: Folding, wire: Wire) -> Place:
    """Where that wire comes in."""
    key, port = folding.shown(wire) or wire
    (x, y), ports = folding.places[key], len(folding.nodes[key].inputs)
    if key >= 0:
        return measures.in_port((x, y), port, ports)
    return x, y + folding.boxes[key].size[1] * (port + 1) / (ports + 1)


def route(folding: Folding, wire: Wire, source: Key) -> Curve:
    """The curve of a drawn wire from that node or box."""
    key, port = wire
    if source < 0:  # which of the nodes in that box it comes from tells where it leaves it
        user, at = wire if key >= 0 else folding.boxes[key].ports[port].wires[0]
        source_node = folding.graph.nodes[user].inputs[at]
        assert source_node is not None
        start = out_point(folding, source_node)
    else:
        start = out_point(folding, source)
    bow = measures.bow(folding.nodes[key], port) if key >= 0 else 0.0
    return measures.curve(start, in_point(folding, wire), bow)


def framed(folding: Folding) -> dict[BlockId, tuple[Block, Rect]]:
    """The frames of all open blocks that hold something; a block stands after those within it."""
    places, size = folding.places, folding.size
    corners: dict[BlockId, Rect] = {}  # left, top, right, bottom
    found: dict[BlockId, tuple[Block, Rect]] = {}
    for block, keys, inner in folding.frames:
        held = [(*places[key], places[key][0] + size(key)[0], places[key][1] + size(key)[1])
                for key in keys if key in places]  # fmt: skip
        held += [corners[number] for number in inner if number in corners]
        if held:
            lefts, tops, rights, bottoms = zip(*held, strict=True)
            left, top = min(lefts) - FRAME, min(tops) - FRAME_TITLE
            right, bottom = max(rights) + FRAME, max(bottoms) + FRAME
            corners[block.id] = left, top, right, bottom
            found[block.id] = block, (left, top, right - left, bottom - top)
    return found


def title_room(block: Block, frame: Rect) -> Rect:
    """About where the title of an open block stands: nothing else should."""
    left, top, width, _ = frame
    return left + 8, top + 3, min(width - 16, 34 + 9 * len(block.title)), 28.0


def box_sizes(graph: Graph) -> dict[BlockId, Size]:
    """The sizes of all collapsed blocks' boxes."""
    whole = arranged(graph)
    found: dict[BlockId, Size] = {}
    for parent in dict.fromkeys(block.parent for block in graph.blocks if block.collapsed):
        shown = Folding(whole, parent).boxes.values()
        found |= {box.block.id: box.size for box in shown if box.block.parent == parent}
    return found
