"""Cards: Graph → Picture in the canvas's own style, nodes where they stand there; drawn without a window."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event

from micrograd_gui.document.graph import Graph, Node, NodeId, Place
from micrograd_gui.services.layout import places
from micrograd_gui.services.picture import MARGIN, Box, Cell, Picture, Point, Wire
from micrograd_gui.services.rendering import label_of, symbol_of

WIDTH, HEIGHT, TITLE = 144.0, 60.0, 24.0  # of a card, as on the canvas
PORT = 4.5  # the radius of a port
_REACH = 6.0  # how far ports and thick outlines stand out of a card
_BOW = 26.0  # how far the wires of a * a bend away from each other


def carded(
    graph: Graph, *, gradients: bool = True, margin: float = MARGIN, stop: Event | None = None
) -> Picture:
    """The graph with no numbers yet; where a node has no place, Graphviz gives all of them theirs."""
    if not graph.nodes:
        return Picture(2 * margin, 2 * margin, style="canvas")
    where = graph.places
    if where.keys() != graph.nodes.keys():
        where = places(graph, dict.fromkeys(graph.nodes, (WIDTH, HEIGHT)), stop=stop)
    corners = [point for wire in _wires(graph, where) for point in wire.points]  # a bow may stand out above
    for x, y in where.values():
        corners += [(x - _REACH, y - _REACH), (x + WIDTH + _REACH, y + HEIGHT + _REACH)]
    left, top, right, bottom = (
        end(corner[axis] for corner in corners) for end in (min, max) for axis in (0, 1)
    )
    where = {n: (round(x - left + margin, 2), round(y - top + margin, 2)) for n, (x, y) in where.items()}
    boxes = tuple(_card(graph, number, where[number], gradients) for number in graph.order)
    width, height = round(right - left + 2 * margin, 2), round(bottom - top + 2 * margin, 2)
    return Picture(width, height, boxes, (), _wires(graph, where), style="canvas")


def _wires(graph: Graph, where: Mapping[NodeId, Place]) -> tuple[Wire, ...]:
    return tuple(
        Wire(source, node.id, port, _curve(node, port, where[source], where[node.id]), ())
        for node in graph
        for port, source in enumerate(node.inputs)
        if source is not None
    )


def _card(graph: Graph, number: NodeId, place: Place, gradients: bool) -> Box:
    node, (x, y) = graph.nodes[number], place
    wide, tall = (WIDTH / 2 if gradients else WIDTH), HEIGHT - TITLE
    cells = [Cell("label", x, y, WIDTH, TITLE), Cell("data", x, y + TITLE, wide, tall)]
    if gradients:
        cells.append(Cell("grad", x + wide, y + TITLE, wide, tall))
    marks = [mark for mark in ("target" if graph.target == number else "", node.role) if mark]
    ports = [_in_port(place, port, len(node.inputs)) for port in range(len(node.inputs))]
    ports.append((x + WIDTH, y + HEIGHT / 2))
    return Box(number, label_of(node), tuple(cells), symbol_of(node), tuple(marks), tuple(ports))


def _in_port(place: Place, port: int, arity: int) -> Point:
    if arity == 1:
        return place[0], place[1] + HEIGHT / 2
    return place[0], place[1] + HEIGHT * (0.2 + 0.36 * port / (arity - 1))


def _curve(node: Node, port: int, start: Place, end: Place) -> tuple[Point, ...]:
    """The canvas's wire, from a right edge to a port."""
    (x1, y1), (x2, y2) = (start[0] + WIDTH, start[1] + HEIGHT / 2), _in_port(end, port, len(node.inputs))
    bow = 0.0
    if node.inputs.count(node.inputs[port]) > 1:  # a * a: its two wires must be seen as two
        bow = _BOW * (2 * port - len(node.inputs) + 1)
    reach = (x2 - x1) / 2 if x2 - x1 > 48 else 24 + min(120.0, (48 - (x2 - x1)) / 3)
    return (x1, y1), (x1 + reach, y1 + bow), (x2 - reach, y2 + bow), (x2, y2)
