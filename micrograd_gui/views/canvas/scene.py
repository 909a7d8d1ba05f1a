"""Scene: what lies where on the canvas, as a grid of cells that follows the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtCore import QLineF, QRectF

from micrograd_gui.document.block import Block, BlockId, Key, is_block
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.node import LARGE, differing, gone_from
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.figures.folding import (
    Folding,
    Wire,
    framed,
    in_point,
    out_point,
    plain_routes,
    route,
    title_room,
)
from micrograd_gui.figures.geometry import WIDE, Bezier, CardForm, Size
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.card_geometry import Near

Cell = tuple[int, int]
CELL = 400.0
_CELLS_AT_MOST = 64  # a wire over more cells than that is kept by the columns that it crosses
_SOME = 6_000  # wires of a large graph, and twice as many boxes, that are drawn where they are dust
_REBUILD_ABOVE = 0.3  # when more than this part of the nodes differs, starting anew is quicker


class _Straight(dict[Wire, QLineF]):
    """The wires as straight lines, each made when it is first asked for."""

    def __init__(self, curves: Mapping[Wire, Bezier]) -> None:
        super().__init__()
        self._curves = curves

    def __missing__(self, wire: Wire) -> QLineF:
        curve = self._curves[wire]
        line = self[wire] = QLineF(curve.x1, curve.y1, curve.x2, curve.y2)
        return line


class Scene:
    """Nodes, boxes and wires of one folding of a graph, by cell. ``follow`` brings it to another.

    ``folding``: what is drawn of ``graph``; ``nodes``, ``places``: its nodes and boxes, and where they stand.
    ``boxes``, ``curves``, ``lines``, ``leaving``: their rectangles, and their wires as curves, as straight
    lines, and by where they leave. ``frames``: the open blocks. ``large``: there are very many.
    ``seen()``: what of it is in view.
    """

    def __init__(
        self, graph: Graph, within: BlockId | None = None, *, seen: Callable[[], QRectF] | None = None
    ) -> None:
        self._given = graph
        self.seen = self.bounds if seen is None else seen
        self._ready: Scene | None = None
        self.frames: Frames = {}
        self._build(Folding(arranged(graph), within))

    @property
    def form(self) -> CardForm:
        """The form of the cards."""
        return self.folding.form

    @property
    def reach(self) -> float:
        """How far something stands out of a box."""
        return card_geometry.REACH if self.folding.stand is None else card_geometry.HALL_REACH

    def as_in_document(self) -> Scene:
        """The same where it stands in the document: itself, but for a hall."""
        return self if self.folding.stand is None else Scene(self.graph, self.folding.within)

    def document_place(self, corner: Place) -> Place:
        """Where in the document that is: in a hall boxes stand elsewhere, so as seen from the nearest."""
        if self.folding.stand is None or not self.nodes:
            return corner
        x, y = corner
        key = min(self.nodes, key=lambda key: abs(self.places[key][0] - x) + abs(self.places[key][1] - y))
        (was_x, was_y), (at_x, at_y) = Folding(self.graph, self.folding.within).places[key], self.places[key]
        form = self.form
        return was_x + (x - at_x) * WIDE.width / form.width, was_y + (y - at_y) * WIDE.height / form.height

    def _build(self, folding: Folding) -> None:
        self._take_in(folding)
        wires = sum(len(node.inputs) for node in folding.nodes.values()) if folding.boxes else 0
        self.large = max(len(folding.nodes), wires) > LARGE  # then nothing is kept by cells
        self._near: tuple[Near[Key], Near[Wire]] | None = None
        self._boxes: dict[Cell, set[Key]] = {}
        self._wires: dict[Cell, set[Wire]] = {}
        self._long: dict[int, set[Wire]] = {}  # by column of cells
        self._cells_of: dict[Wire, list[Cell]] = {}
        self._columns_of: dict[Wire, range] = {}
        self.curves: dict[Wire, Bezier] = {}
        self.lines = _Straight(self.curves)  # wires and boxes as Qt draws many of them at once
        self.boxes: dict[Key, QRectF] = {}
        self._leaving: dict[Key, set[Wire]] | None = None
        if self.large and not folding.boxes:
            width, height = folding.form.width, folding.form.height
            corners = ((key, self.places[key]) for key in folding.nodes)
            self.boxes = {key: QRectF(x, y, width, height) for key, (x, y) in corners}
            self.curves.update(plain_routes(folding))
        else:
            for key in folding.nodes:
                self._put_box(key)
            for key, node in folding.nodes.items():
                for port, source in enumerate(node.inputs):
                    if source is not None:
                        self._put_wire((key, port), source)
        self._place_frames()

    def _take_in(self, folding: Folding) -> None:
        self.folding, self.graph = folding, folding.graph
        self.nodes, self.places = folding.nodes, folding.places
        sizes = [folding.size(key) for key in folding.boxes]
        self._widest = max((width for width, _ in sizes), default=folding.form.width)
        self._tallest = max((height for _, height in sizes), default=folding.form.height)

    def stand_in(self, room: Size | None) -> None:
        """Make what is drawn wholly seen in a hall with that room, or (None) as in the document."""
        if room != self.folding.room:
            self._build(Folding(arranged(self._given), self.folding.within, room=room))

    def prepare(self) -> Scene:
        """Have all at hand that is asked for first; the scene itself, for another to `expect`."""
        if self.large:
            for wire in self.wires_in(self.bounds(), dust=True):
                self.lines[wire]
        return self

    def ahead(self, graph: Graph) -> Scene | None:
        """What this will be where that graph has come, for another thread to make; None of a hall."""
        return None if self.folding.room is not None else Scene(graph, self.folding.within).prepare()

    def expect(self, ready: Scene | None) -> None:
        """A scene that another thread has made: it is taken over when its graph comes."""
        self._ready = ready

    def _took_over(self, graph: Graph, within: BlockId | None) -> bool:
        ready, self._ready = self._ready, None
        if ready is None or ready._given is not graph or self.folding.room is not None:
            return False
        if ready.folding.within != within:
            return False
        vars(self).update({**vars(ready), "seen": self.seen})
        return True

    def follow(self, graph: Graph, within: BlockId | None = None) -> list[QRectF] | None:
        """Take another graph in; gives where something was or is that differs (None: everywhere)."""
        return None if self._took_over(graph, within) else self._follow(graph, within)

    def _follow(self, graph: Graph, within: BlockId | None) -> list[QRectF] | None:
        was = self.folding
        if graph is self._given and within == was.within:
            return []
        now, self._given = Folding(arranged(graph), within, was, was.room), graph
        if was.nodes is now.nodes and was.places is now.places:
            self._take_in(now)
            if was.frames == now.frames:
                return []
            return self._place_frames()
        before, after = was.nodes, now.nodes
        changed, written = set(), set()  # what stands or is wired otherwise; what only says something else
        for key in _touched(was, now):
            node, old = after[key], before.get(key)
            wired = old is not None and old.inputs == node.inputs and was.boxes.get(key) == now.boxes.get(key)
            if not wired or was.places.get(key) != now.places[key]:
                changed.add(key)
            elif old != node:
                written.add(key)
        gone = set(gone_from(before, after))
        if (
            within != was.within
            or now.form != was.form
            or len(changed) + len(gone) > max(40, _REBUILD_ABOVE * len(after))
        ):
            self._build(now)
            return None
        rects = [self.box_rect(key) for key in written]
        touched = {
            wire
            for key in changed | gone
            if key in before
            for wire in (*self._leaving_from(key), *((key, p) for p in range(len(before[key].inputs))))
            if wire in self.curves
        }
        for wire in touched:
            rects.append(self.wire_rect(wire))
            self._take_wire(wire)
        for key in changed | gone:
            if key in before:
                rects.append(self.box_rect(key))
                self._take_box(key)
        self._take_in(now)
        if self._leaving is not None:
            for key in gone:
                del self._leaving[key]
            for key in changed:
                self._leaving.setdefault(key, set())
        for key in changed:
            self._put_box(key)
            rects.append(self.box_rect(key))
        for key, port in touched | {(n, p) for n in changed for p in range(len(after[n].inputs))}:
            inputs = after[key].inputs if key in after else ()
            source = inputs[port] if port < len(inputs) else None  # another graph may use the id anew
            if source is not None:
                self._put_wire((key, port), source)
                rects.append(self.wire_rect((key, port)))
        if self._near is not None and any(each.outgrown for each in self._near):
            self._near = None
        return rects + self._place_frames()

    def _place_frames(self) -> list[QRectF]:
        """Put the frames around what they hold; gives where that differs."""
        before, self.frames = self.frames, frames_of(self.folding)
        return frame_differences(before, self.frames)

    # Where things are ------------------------------------------------------------------------

    @property
    def leaving(self) -> dict[Key, set[Wire]]:
        """The wires of each node or box, by where they leave; found out when something is first edited."""
        if self._leaving is None:
            self._leaving = {key: set() for key in self.nodes}
            for key, port in self.curves:
                source = self.nodes[key].inputs[port]
                assert source is not None
                self._leaving[source].add((key, port))
        return self._leaving

    def _leaving_from(self, key: Key) -> Collection[Wire]:
        """The wires that leave there; of a large graph without boxes it knows them itself."""
        if self.large and not is_block(key) and not self.folding.boxes and not self.folding.guests:
            return self.graph.users[key]
        return self.leaving[key]

    def key(self, number: Key | None) -> Key | None:
        """The node, or the box that stands for it; None where neither is drawn."""
        return self.folding.key(number)

    def in_turn(self) -> list[Key]:
        """All that is drawn, in the order of the pass: a box where the first of its nodes is."""
        keys = (self.folding.key(number) for number in self.graph.order)
        return list(dict.fromkeys(key for key in keys if key is not None))

    def box_of(self, number: Key) -> QRectF:
        """The box of a node, or of the block that stands for it; empty where neither is drawn."""
        key = self.folding.key(number)
        return QRectF() if key is None else self.boxes[key]

    def nodes_of(self, keys: Iterable[Key]) -> frozenset[NodeId]:
        """The nodes that those stand for: of a box, all that are in it."""
        boxes = self.folding.boxes
        return frozenset().union(*(boxes[key].nodes if is_block(key) else (key,) for key in keys))

    def box_rect(self, number: Key) -> QRectF:
        """The box with all that stands out of it."""
        reach = self.reach
        return self.boxes[number].adjusted(-reach, -reach, reach, reach)

    def out_point(self, number: Key) -> Place:
        """Where wires leave a node; of a node in a box, where they leave the box."""
        return out_point(self.folding, number)

    def titles(self, letter: float) -> list[QRectF]:
        """About where the titles of the open blocks stand, of letters so wide."""
        return [
            QRectF(*title_room(block, rect.getRect(), letter))  # type: ignore[arg-type]  # four floats
            for block, rect in self.frames.values()
        ]

    def has_port(self, wire: Wire) -> bool:
        """Whether that input port is drawn."""
        shown = self.folding.drawn_wire(wire)
        return shown is not None and shown[0] in self.nodes and shown[1] < len(self.nodes[shown[0]].inputs)

    def in_point(self, wire: Wire) -> Place:
        """Where that wire comes in."""
        return in_point(self.folding, wire)

    def wire_rect(self, wire: Wire) -> QRectF:
        """A rectangle around a drawn wire."""
        left, top, right, bottom = self.curves[wire].bounds()
        return QRectF(left - 5, top - 5, right - left + 10, bottom - top + 10)

    def bounds(self) -> QRectF:
        """A rectangle around all boxes and frames; empty where there is none."""
        if not self.nodes:
            return QRectF()
        if self.large:
            left, top, right, bottom = self._all_near()[0].around()
            return self._with_frames(QRectF(left, top, right - left, bottom - top))
        places, form = self.places, self.form
        xs = [places[key][0] for key in self.nodes]
        ys = [places[key][1] for key in self.nodes]
        right, bottom = max(xs) + form.width, max(ys) + form.height
        for key in self.folding.boxes:
            width, height = self.folding.size(key)
            right = max(right, places[key][0] + width)
            bottom = max(bottom, places[key][1] + height)
        return self._with_frames(QRectF(min(xs), min(ys), right - min(xs), bottom - min(ys)))

    def _with_frames(self, whole: QRectF) -> QRectF:
        for _, rect in self.frames.values():
            whole = whole.united(rect)
        return whole

    def nodes_in(self, rect: QRectF, *, rough: bool = False, dust: bool = False) -> set[Key]:
        """The nodes whose box, or what stands out of it, meets the rectangle; roughly: and some near it.

        Where they are as fine as dust, of a large graph only some: no eye tells one from its neighbour.
        """
        reach = self.reach
        left, top = rect.left() - reach - self._widest, rect.top() - reach - self._tallest
        right, bottom = rect.right() + reach, rect.bottom() + reach
        if self.large:
            grown = rect.adjusted(-reach, -reach, reach, reach)
            some = 2 * _SOME if dust else 0
            return self._all_near()[0].met(grown.left(), grown.top(), grown.right(), grown.bottom(), some)
        cells = self._cells_met(self._boxes, left, top, right, bottom)
        if rough:
            return set().union(*(self._boxes[cell] for cell in cells))
        places = self.places
        found = {
            key
            for cell in cells
            for key in self._boxes[cell]
            if left <= places[key][0] <= right and top <= places[key][1] <= bottom
        }
        if self.folding.boxes:
            grown = rect.adjusted(-reach, -reach, reach, reach)
            found = {key for key in found if meets(self.boxes[key], grown)}
        return found

    def wires_in(self, rect: QRectF, *, rough: bool = False, dust: bool = False) -> set[Wire]:
        """The wires whose surrounding rectangle meets the rectangle; roughly: and some near it.

        As fine as dust: some of them, as in `nodes_in`.
        """
        left, top, right, bottom = rect.left() - 5, rect.top() - 5, rect.right() + 5, rect.bottom() + 5
        if self.large:
            return self._all_near()[1].met(left, top, right, bottom, _SOME if dust else 0)
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

    def _all_near(self) -> tuple[Near[Key], Near[Wire]]:
        """Of a large graph all boxes and all wires, to be asked at one stroke; made anew after an edit."""
        if self._near is None:
            places, size = self.places, self.folding.size
            corners = ((*places[key], *size(key)) for key in self.boxes)
            boxes = ((x, y, x + width, y + height) for x, y, width, height in corners)
            self._near = Near(self.boxes.keys(), boxes, 2), Near(self.curves.keys(), self.curves.values(), 4)
        return self._near

    def _box_cell(self, key: Key) -> Cell:
        x, y = self.places[key]
        return int(x // CELL), int(y // CELL)

    def _put_box(self, key: Key) -> None:
        (x, y), (width, height) = self.places[key], self.folding.size(key)
        if not self.large:
            self._boxes.setdefault(self._box_cell(key), set()).add(key)
        elif self._near is not None:
            self._near[0].put(key, (x, y, x + width, y + height))
        self.boxes[key] = QRectF(x, y, width, height)

    def _take_box(self, key: Key) -> None:
        if self._near is not None:
            self._near[0].take(key)
        if not self.large:
            self._boxes[self._box_cell(key)].discard(key)
        del self.boxes[key]

    def _put_wire(self, wire: Wire, source: Key) -> None:
        made = route(self.folding, wire, source)
        self.curves[wire] = made
        if self._leaving is not None:
            self._leaving[source].add(wire)
        if self._near is not None:
            self._near[1].put(wire, made)
        if self.large:
            return
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
        if self._near is not None:
            self._near[1].take(wire)
        del self.curves[wire]
        self.lines.pop(wire, None)
        for column in self._columns_of.pop(wire, ()):
            self._long[column].discard(wire)
        for cell in self._cells_of.pop(wire, ()):
            self._wires[cell].discard(wire)
        source = self.nodes[wire[0]].inputs[wire[1]]
        assert source is not None
        if self._leaving is not None:
            self._leaving[source].discard(wire)


def _touched(was: Folding, now: Folding) -> list[Key]:
    """What is another thing than before, or stands elsewhere; and all boxes, which nobody has compared."""
    before, after = was.places, now.places
    moved = (key for key in differing(before, after) if before.get(key) != after[key] and key in now.nodes)
    return [*dict.fromkeys((*differing(was.nodes, now.nodes), *moved, *now.boxes))]


def meets(one: QRectF, other: QRectF) -> bool:
    """Whether the rectangles have a point in common, an edge included."""
    return (
        one.left() <= other.right()
        and one.right() >= other.left()
        and one.top() <= other.bottom()
        and one.bottom() >= other.top()
    )


Frames = dict[BlockId, tuple[Block, QRectF]]  # a block stands after those within it


def frames_of(folding: Folding) -> Frames:
    """The frames of all open blocks that hold something."""
    return {number: (block, QRectF(*rect)) for number, (block, rect) in framed(folding).items()}


def frame_differences(before: Frames, after: Frames) -> list[QRectF]:
    """Where a frame was or is that differs."""
    return [
        each[1].adjusted(-3, -3, 3, 3)
        for number in before.keys() | after.keys()
        if before.get(number) != after.get(number)
        for each in (before.get(number), after.get(number))
        if each is not None
    ]
