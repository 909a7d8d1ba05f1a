"""The canvas's style: a folding of a graph → Figure, everything where it stands on the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING

from msgspec import structs

from micrograd.language import trn
from micrograd_gui.document.block import Block, Key, block_key, is_block
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.figures.figure import MARGIN, Figure
from micrograd_gui.figures.fitting.detours import Detours
from micrograd_gui.figures.folding import (
    FRAMES,
    FoldedBox,
    Folding,
    box_sizes,
    framed,
    in_point,
    out_point,
    route,
    title_room,
)
from micrograd_gui.figures.geometry import (
    HEIGHT,
    PORT,
    SIDE_PORT_RADIUS,
    STACK,
    TITLE,
    Bezier,
    Rect,
    Sign,
    Size,
    around,
    block_port_radius,
    in_port,
    node_sizes,
    number_fields,
    points_of,
    port_radius,
    room,
    through,
)
from micrograd_gui.figures.on_wires import Words, rooms_on_all, words_size
from micrograd_gui.figures.parts import (
    CardBox,
    CardPort,
    Cell,
    ChipText,
    Enclosure,
    End,
    Role,
    Wire,
    symbol_of,
)
from micrograd_gui.figures.text_metrics import shown_label
from micrograd_gui.layout import layout

if TYPE_CHECKING:
    from micrograd_gui.session.trace import Run

_REACH = 6.0  # how far ports and thick outlines stand out of a card


def ensure_places(
    graph: Graph, *, stop: Event | None = None, time_limit: float, told: layout.Tell = layout.tell_nobody
) -> Graph:
    """The graph with a place for every node; where one has none, Graphviz gives all of them theirs."""
    if graph.places.keys() == graph.nodes.keys():
        return graph
    return tidy(graph, stop=stop, time_limit=time_limit, told=told)


def open_blocks(
    graph: Graph, *, stop: Event | None = None, time_limit: float, told: layout.Tell = layout.tell_nobody
) -> Graph:
    """The graph with no block collapsed; where one was, all is laid out anew: what was in it needs room."""
    if not any(block.collapsed for block in graph.blocks):
        return graph
    blocks = tuple(structs.replace(block, collapsed=False) for block in graph.blocks)
    return tidy(structs.replace(graph, blocks=blocks), stop=stop, time_limit=time_limit, told=told)


def folding_of(graph: Graph, opened: bool, stop: Event | None, time_limit: float) -> tuple[Folding, str]:
    """What is drawn of the graph, or with all its blocks ``opened``; and what is to be told of its places."""
    told: list[str] = []
    if opened:
        graph = open_blocks(graph, stop=stop, time_limit=time_limit, told=told.append)
    placed = ensure_places(graph, stop=stop, time_limit=time_limit, told=told.append)
    return Folding(placed), told[0] if told else ""


def tidy(
    graph: Graph, *, stop: Event | None, time_limit: float, told: layout.Tell = layout.tell_nobody
) -> Graph:
    """Laid out as the window does it; ``told`` is given a sentence where Graphviz would take too much."""
    boxes = box_sizes(graph)
    made = layout.nested_places(
        graph,
        node_sizes(graph),
        boxes,
        frame=FRAMES,
        afresh=True,
        time_limit=time_limit,
        stop=stop,
        told=told,
    )
    return graph.moved(made)


def lay_out_canvas(
    folding: Folding,
    words: Iterable[Words] = (),
    *,
    gradients: bool = True,
    margin: float = MARGIN,
    least: float = 0.0,
    down: bool = False,
) -> Figure:
    """The folding with no numbers yet, and with room for those words on its wires, none below ``least``.

    ``down``: its wires go downwards, from the lower edge of a card to the upper edge of another.
    """
    graph = folding.graph
    if not folding.nodes:
        return Figure(2 * margin, 2 * margin, style="canvas")
    bare = tuple(_wires(folding, (0.0, 0.0), down))
    frames = [(block, rect) for block, rect in reversed(framed(folding).values())]  # the outer ones first
    standing = [(*folding.places[key], *folding.size(key)) for key in folding.nodes]
    plates = room_for(bare, standing, frames, words, least)
    corners = [point for wire in bare for point in wire.points]  # a bow may stand out above
    for x, y, wide, tall in standing:
        corners += [(x - _REACH, y - _REACH), (x + wide + _REACH, y + tall + _REACH)]
    for x, y, wide, tall in [rect for _, rect in frames] + [chip.rect for chip in plates]:
        corners += [(x - 1, y - 1), (x + wide + 1, y + tall + 1)]
    xs, ys = zip(*corners, strict=True)
    origin = dx, dy = margin - min(xs), margin - min(ys)
    keys = dict.fromkeys(key for number in graph.order if (key := folding.key(number)) is not None)
    return Figure(
        round(max(xs) + dx + margin, 2),
        round(max(ys) + dy + margin, 2),
        tuple(_box(folding, key, origin, gradients, down) for key in keys),
        (),
        tuple(_wires(folding, origin, down)),
        tuple(chip.moved(dx, dy) for chip in plates),
        tuple(
            Enclosure(block_key(block.id), shown_label(block.title), *map(_r, (x + dx, y + dy, *size)))
            for block, (x, y, *size) in frames
        ),
        style="canvas",
        words=folding.form.words,
        stands_for=folding.owner,
        drawn_as=folding.drawn_as,
        least=least,
    )


def _r(number: float) -> float:
    return round(number, 2)


def _wires(folding: Folding, origin: Place, down: bool) -> Iterable[Wire]:
    dx, dy = origin
    detours = Detours([(key, (*folding.places[key], *folding.size(key))) for key in folding.nodes], down)
    for key, node in folding.nodes.items():
        for port, source in enumerate(node.inputs):
            if source is not None:
                each = (_route_down if down else route)(folding, (key, port), source)
                curve = detours.around(list(zip(each[0::2], each[1::2], strict=True)), source, key)
                points = tuple((_r(x + dx), _r(y + dy)) for x, y in curve)
                yield Wire(source, key, port, points, (), folding.bundle((key, port)) > 1)


def _above(folding: Folding, wire: End) -> Place:
    """Where a wire comes in from above."""
    key, port = wire
    (x, y), (wide, _) = folding.places[key], folding.size(key)
    return x + wide * (port + 1) / (len(folding.nodes[key].inputs) + 1), y


def _below(folding: Folding, key: Key) -> Place:
    """Where wires go out downwards."""
    (x, y), (wide, tall) = folding.places[key], folding.size(key)
    return x + wide / 2, y + tall


def _route_down(folding: Folding, wire: End, source: Key) -> Bezier:
    """The curve of a drawn wire that goes downwards."""
    (x1, y1), (x2, y2) = _below(folding, source), _above(folding, wire)
    reach = max(14.0, (y2 - y1) / 2)
    return Bezier(x1, y1, x1, y1 + reach, x2, y2 - reach, x2, y2)


def _ports_down(folding: Folding, key: Key, origin: Place) -> Iterable[CardPort]:
    """The ports at the upper edge, and that at the lower one."""
    dx, dy = origin
    for port, source in enumerate(folding.nodes[key].inputs):
        x, y = _above(folding, (key, port))
        yield CardPort(_r(x + dx), _r(y + dy), port_radius(source is not None), source is not None)
    x, y = _below(folding, key)
    yield CardPort(_r(x + dx), _r(y + dy), PORT)


def _box(folding: Folding, key: Key, origin: Place, gradients: bool, down: bool) -> CardBox:
    x, y = _r(folding.places[key][0] + origin[0]), _r(folding.places[key][1] + origin[1])
    (wide, tall), words = folding.size(key), folding.form.words
    title = Cell("label", x, y, wide, TITLE)
    roles: tuple[Role, ...] = ("data", "grad") if gradients else ("data",)
    fields = number_fields((x, y), wide, numbers=len(roles))
    if not words:
        top, row = y + TITLE, (tall - TITLE) / len(roles)
        fields = tuple((x, _r(top + at * row), wide, _r(row)) for at in range(len(roles)))
    numbers = [Cell(role, *field) for role, field in zip(roles, fields, strict=True)]
    marks: list[Sign] = ["target"] if folding.key(folding.graph.target) == key else []
    if is_block(key):
        box = folding.boxes[key]
        if box.output is None:
            said = trn("{n} output", "{n} outputs", len(box.block.outputs))
            numbers = [Cell("count", x, y + TITLE, wide, HEIGHT - TITLE, said)]
        foot = (Cell("foot", x, y + HEIGHT, wide, tall - HEIGHT, box.content),) if words else ()
        name, shows = shown_label(box.block.title) or box.block.word, _shown_by(box)
        ports = tuple(_ports_down(folding, key, origin) if down else _block_ports(folding, box, origin))
        cells = (title, *numbers, *foot)
        return CardBox(key, name, cells, "", tuple(marks), ports, shows, True, STACK, words)
    node = folding.nodes[key]
    marks += [node.role] if node.role else []
    ports = tuple(
        CardPort(*in_port((x, y), port, len(node.inputs), folding.form), port_radius(source is not None),
             source is not None)
        for port, source in enumerate(node.inputs)
    )  # fmt: skip
    ports += (CardPort(x + wide, _r(y + tall / 2), PORT),)
    if down:
        ports = tuple(_ports_down(folding, key, origin))
    cells, named, name = (title, *numbers), bool(node.label), shown_label(node.name)
    return CardBox(key, name, cells, symbol_of(node), tuple(marks), ports, named=named, words=words)


def _shown_by(box: FoldedBox) -> Key:
    """The node whose numbers the box shows, or by which it is known whether there are any yet."""
    return box.block.outputs[-1] if box.block.outputs else max(box.nodes)


def _block_ports(folding: Folding, box: FoldedBox, origin: Place) -> Iterable[CardPort]:
    dx, dy = origin
    out = out_point(folding, box.key)
    yield CardPort(out[0] + dx, out[1] + dy, PORT)
    starts = _starts(folding).get(box.key, {})
    yield from (CardPort(x + dx, y + dy, SIDE_PORT_RADIUS) for x, y in starts if (x, y) != out)
    radius = block_port_radius(len(box.ports), box.size[1])
    for at, port in enumerate(box.ports):
        x, y = in_point(folding, (box.key, at))
        yield CardPort(x + dx, y + dy, radius, port.source is not None)


def _starts(folding: Folding) -> Mapping[Key, dict[Place, None]]:
    """For each box where wires leave it."""
    found: dict[Key, dict[Place, None]] = {}
    for key, node in folding.nodes.items():
        for port, source in enumerate(node.inputs):
            if source is not None and is_block(source):
                each = route(folding, (key, port), source)
                found.setdefault(source, {})[each.x1, each.y1] = None
    return found


def room_for(
    wires: Iterable[Wire],
    boxes: Sequence[Rect],
    frames: Iterable[tuple[Block, Rect]],
    all_words: Iterable[Words],
    least: float = 0.0,
) -> tuple[ChipText, ...]:
    """A chip with nothing on it for each thing that is ever said, as wide as its widest words."""
    widest: dict[tuple[End, int], tuple[float, bool]] = {}
    tall, all_words = 0.0, list(all_words)
    if any(said.rest is not None for each in all_words for said in each.values()):
        titles = [title_room(*framed) for framed in frames]
        return rooms_on_all(wires, [*boxes, *titles], all_words, least)
    for each in all_words:
        for at, said in each.items():
            wide, tall = words_size(said.rule or " ", said.amount, least)
            widest[at] = max(widest.get(at, (0.0, False))[0], wide), said.below
    if not widest:
        return ()
    ends = {(wire.node, wire.port): wire for wire in wires}
    obstacles = [*boxes, *(title_room(block, rect) for block, rect in frames)]
    made: dict[NodeId, list[ChipText]] = {}  # those of one node are seen together
    for (end, nth), (wide, below) in widest.items():
        if end in ends:
            beside = made.setdefault(end[0], [])
            beside.append(_place_chip(ends[end], nth, (wide, tall), below, obstacles, beside))
    return tuple(chip for chips in made.values() for chip in chips)


def _place_chip(
    wire: Wire, nth: int, size: Size, below: bool, obstacles: Iterable[Rect], beside: Iterable[ChipText]
) -> ChipText:
    points = points_of(through(wire.points))
    near = around(points, *size)
    walls = [rect for rect in obstacles if _meet(rect, near)] + [chip.rect for chip in beside]
    (x, y), anchor, _ = room(points, *size, walls, downwards=below)
    assert wire.port is not None, "of cards, every wire ends on a port"
    return ChipText(wire.node, wire.port, x, y, round(size[0], 2), round(size[1], 2), anchor, nth=nth)


def _meet(one: Rect, other: Rect) -> bool:
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )


def without_inner(cursors: Sequence[int], trace: Run, graph: Graph) -> Sequence[int]:
    """Without the moments between two steps in the same collapsed block, of which nothing is seen."""
    owner = Folding(arranged(graph)).owner

    def box(cursor: int) -> Key | None:
        step = trace.steps[cursor - 1] if 0 < cursor <= len(trace) else None
        return None if step is None or step.node is None else owner.get(step.node)

    return [each for each in cursors if box(each) is None or box(each) != box(each + 1)]
