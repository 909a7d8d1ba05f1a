"""Index: what lies where on the canvas, as a grid of cells that follows the graph."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF

from micrograd_gui.document.arrange import arranged
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.views.canvas import geometry
from micrograd_gui.views.canvas.geometry import HEIGHT, WIDTH, Curve

Wire = tuple[NodeId, int]  # the node and the port on which it ends
Cell = tuple[int, int]
CELL = 400.0
_CELLS_AT_MOST = 64  # a wire over more cells than that is kept by the columns that it crosses
_REBUILD_ABOVE = 0.3  # when more than this part of the nodes differs, starting anew is quicker


class Index:
    """Nodes and wires of one graph by cell. ``follow`` brings it to another graph."""

    def __init__(self, graph: Graph) -> None:
        self._given = graph
        self._build(placed(graph))

    def _build(self, graph: Graph) -> None:
        self.graph = graph
        self._boxes: dict[Cell, set[NodeId]] = {}
        self._wires: dict[Cell, set[Wire]] = {}
        self._long: dict[int, set[Wire]] = {}  # by column of cells
        self._cells_of: dict[Wire, list[Cell]] = {}
        self._columns_of: dict[Wire, range] = {}
        self.curves: dict[Wire, Curve] = {}
        self.lines: dict[Wire, QLineF] = {}  # wires and boxes as Qt draws many of them at once
        self.boxes: dict[NodeId, QRectF] = {}
        self.leaving: dict[NodeId, set[Wire]] = {number: set() for number in graph.nodes}
        for number in graph.nodes:
            self._put_box(number)
        for node in graph:
            for port, source in enumerate(node.inputs):
                if source is not None:
                    self._put_wire((node.id, port), source)

    def follow(self, graph: Graph) -> list[QRectF] | None:
        """Take another graph in; gives where something was or is that differs (None: everywhere)."""
        if graph is self._given:
            return []
        old, new, self._given = self.graph, placed(graph), graph
        if old.nodes is new.nodes and old.places is new.places:
            self.graph = new
            return []
        before, places = old.nodes, new.places
        changed = {
            number
            for number, node in new.nodes.items()
            if before.get(number) is not node or old.places.get(number) != places[number]
        }
        gone = before.keys() - new.nodes.keys()
        if len(changed) + len(gone) > max(40, _REBUILD_ABOVE * len(new)):
            self._build(new)
            return None
        rects = []
        touched = {
            wire
            for number in changed | gone
            if number in before
            for wire in (*self.leaving[number], *((number, p) for p in range(len(before[number].inputs))))
            if wire in self.curves
        }
        for wire in touched:
            rects.append(self.wire_rect(wire))
            self._take_wire(wire)
        for number in changed | gone:
            if number in before:
                rects.append(self.box_rect(number))
                self._take_box(number)
        self.graph = new
        for number in gone:
            del self.leaving[number]
        for number in changed:
            self.leaving.setdefault(number, set())
            self._put_box(number)
            rects.append(self.box_rect(number))
        for number, port in touched | {(n, p) for n in changed for p in range(len(new.nodes[n].inputs))}:
            inputs = new.nodes[number].inputs if number in new.nodes else ()
            source = inputs[port] if port < len(inputs) else None  # another graph may use the id anew
            if source is not None:
                self._put_wire((number, port), source)
                rects.append(self.wire_rect((number, port)))
        return rects

    # Where things are ------------------------------------------------------------------------

    def box_rect(self, number: NodeId) -> QRectF:
        """The box with all that stands out of it."""
        reach = geometry.REACH
        return self.boxes[number].adjusted(-reach, -reach, reach, reach)

    def wire_rect(self, wire: Wire) -> QRectF:
        left, top, right, bottom = self.curves[wire].bounds()
        return QRectF(left - 5, top - 5, right - left + 10, bottom - top + 10)

    def bounds(self) -> QRectF:
        """A rectangle around all boxes; empty where there is none."""
        places = self.graph.places
        if not self.graph.nodes:
            return QRectF()
        xs = [places[number][0] for number in self.graph.nodes]
        ys = [places[number][1] for number in self.graph.nodes]
        left, top = min(xs), min(ys)
        return QRectF(left, top, max(xs) - left + WIDTH, max(ys) - top + HEIGHT)

    def nodes_in(self, rect: QRectF, *, rough: bool = False) -> set[NodeId]:
        """The nodes whose box, or what stands out of it, meets the rectangle; roughly: and some near it."""
        reach = geometry.REACH
        left, top = rect.left() - reach - WIDTH, rect.top() - reach - HEIGHT
        right, bottom = rect.right() + reach, rect.bottom() + reach
        cells = self._cells_met(self._boxes, left, top, right, bottom)
        if rough:
            return set().union(*(self._boxes[cell] for cell in cells))
        places = self.graph.places
        return {
            number
            for cell in cells
            for number in self._boxes[cell]
            if left <= places[number][0] <= right and top <= places[number][1] <= bottom
        }

    def wires_in(self, rect: QRectF, *, rough: bool = False) -> set[Wire]:
        """The wires whose surrounding rectangle meets the rectangle; roughly: and some near it."""
        left, top, right, bottom = rect.left() - 5, rect.top() - 5, rect.right() + 5, rect.bottom() + 5
        near: set[Wire] = set()
        for column in self._long:
            if left // CELL <= column <= right // CELL:
                near |= self._long[column]
        for cell in self._cells_met(self._wires, left, top, right, bottom):
            near |= self._wires[cell]
        if rough:
            return near
        found = set()
        for wire in near:
            x1, y1, hx1, hy1, hx2, hy2, x2, y2 = self.curves[wire]
            if (
                min(x1, hx2, x2) <= right
                and max(x1, hx1, x2) >= left
                and min(y1, hy1, hy2, y2) <= bottom
                and max(y1, hy1, hy2, y2) >= top
            ):
                found.add(wire)
        return found

    # The cells -------------------------------------------------------------------------------

    def _cells_met(
        self, cells: dict[Cell, set], left: float, top: float, right: float, bottom: float
    ) -> Iterable[Cell]:
        i1, i2, j1, j2 = int(left // CELL), int(right // CELL), int(top // CELL), int(bottom // CELL)
        if (i2 - i1 + 1) * (j2 - j1 + 1) > len(cells):
            return [(i, j) for i, j in cells if i1 <= i <= i2 and j1 <= j <= j2]
        return [(i, j) for i in range(i1, i2 + 1) for j in range(j1, j2 + 1) if (i, j) in cells]

    def _box_cell(self, number: NodeId) -> Cell:
        x, y = self.graph.places[number]
        return int(x // CELL), int(y // CELL)

    def _put_box(self, number: NodeId) -> None:
        self._boxes.setdefault(self._box_cell(number), set()).add(number)
        self.boxes[number] = geometry.box(self.graph.places[number])

    def _take_box(self, number: NodeId) -> None:
        self._boxes[self._box_cell(number)].discard(number)
        del self.boxes[number]

    def _put_wire(self, wire: Wire, source: NodeId) -> None:
        graph, places = self.graph, self.graph.places
        made = geometry.wire(graph.nodes[wire[0]], wire[1], places[source], places[wire[0]])
        self.curves[wire] = made
        self.lines[wire] = QLineF(made.x1, made.y1, made.x2, made.y2)
        self.leaving[source].add(wire)
        left, top, right, bottom = made.bounds()
        i1, i2, j1, j2 = int(left // CELL), int(right // CELL), int(top // CELL), int(bottom // CELL)
        if (i2 - i1 + 1) * (j2 - j1 + 1) > _CELLS_AT_MOST:
            self._columns_of[wire] = range(i1, i2 + 1)
            for column in self._columns_of[wire]:
                self._long.setdefault(column, set()).add(wire)
            return
        cells = [(i, j) for i in range(i1, i2 + 1) for j in range(j1, j2 + 1)]
        self._cells_of[wire] = cells
        for cell in cells:
            self._wires.setdefault(cell, set()).add(wire)

    def _take_wire(self, wire: Wire) -> None:
        del self.curves[wire], self.lines[wire]
        for column in self._columns_of.pop(wire, ()):
            self._long[column].discard(wire)
        for cell in self._cells_of.pop(wire, ()):
            self._wires[cell].discard(wire)
        source = self.graph.nodes[wire[0]].inputs[wire[1]]
        assert source is not None
        self.leaving[source].discard(wire)


def placed(graph: Graph) -> Graph:
    """The graph with a place for every node."""
    if len(graph.places) >= len(graph.nodes) and all(number in graph.places for number in graph.nodes):
        return graph
    return arranged(graph)
