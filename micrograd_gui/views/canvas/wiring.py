"""Wiring: a wire drawn from port to port with the pointer or with keys, and refused before it is wrong."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from micrograd.language import tr
from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.figures import geometry
from micrograd_gui.figures.folding import Wire
from micrograd_gui.views.canvas import card_geometry
from micrograd_gui.views.canvas.hit import Hit, box_at, nearest_port
from micrograd_gui.views.canvas.host import Host
from micrograd_gui.views.canvas.tools import Modifiers, Tool

SNAP = 24.0  # pixels

Ends = tuple[NodeId, NodeId, int | None]  # source, node, and its port (None: its first free one)


class PointerWiring(Tool):
    """A wire that follows the pointer and snaps to what it can be put on.

    It starts at an output port, at an empty input port, or at a wired one: then the wire that is there
    is taken off and put elsewhere, or dropped on the ground and gone.

    ``ends``: what it would connect if it were let go now. ``reason``: why that is refused, or empty.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, host: Host, origin: QPointF, hit: Hit) -> None:
        super().__init__(host, origin)
        assert hit.node is not None
        graph = host.graph_scene.graph
        self._source: NodeId | None = None
        self._port: Wire | None = None
        if hit.part == "out":
            self._source = hit.node
        elif hit.wire is not None:
            source = graph.nodes[hit.node].inputs[hit.wire[1]]
            if source is None:
                self._port = hit.wire
            else:
                self._source, self.hidden_wire = source, hit.wire
        self._end = origin
        self.ends: Ends | None = None
        self.reason = ""

    def drag(self, point: QPointF, _modifiers: Modifiers) -> None:
        ends = self._aim(point)
        self._end = self._tip(point, ends)
        if ends != self.ends:
            self.ends = ends
            self.reason = "" if ends is None or self._back(ends) else refusal(self._graph(), ends)
            self.host.say(self.reason)

    def drop(self, point: QPointF) -> None:
        self.drag(point, Modifiers.NoModifier)
        self.host.say("")
        session, attempt = self.host.session, self.host.attempt
        if self.ends is None:
            if self.hidden_wire is not None:
                attempt(session.disconnect, *self.hidden_wire)
        elif self._back(self.ends):
            return
        elif self.hidden_wire is not None:
            attempt(session.rewire, self.hidden_wire, *self.ends)
        else:
            attempt(session.connect, *self.ends)

    def cancel(self) -> None:
        self.host.say("")

    def paint(self, painter: QPainter) -> None:
        pens = self.host.pens
        colour = pens.bad if self.reason else pens.selection
        style = Qt.PenStyle.DashLine if self.ends is None or self.reason else Qt.PenStyle.SolidLine
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 3.0, style, Qt.PenCapStyle.RoundCap))
        painter.drawPath(card_geometry.path_of(geometry.curve(*self._from_to())))
        if self.ends is not None:
            painter.setPen(QPen(colour, 2.0))
            painter.setBrush(pens.panel)
            painter.drawEllipse(self._end, geometry.PORT + 2.5, geometry.PORT + 2.5)
        if self.reason:  # a cross as well: colour alone tells nothing to some
            x, y = self._end.x(), self._end.y()
            painter.drawLine(QPointF(x - 3.5, y - 3.5), QPointF(x + 3.5, y + 3.5))
            painter.drawLine(QPointF(x - 3.5, y + 3.5), QPointF(x + 3.5, y - 3.5))

    def rect(self) -> QRectF:
        left, top, right, bottom = geometry.curve(*self._from_to()).bounds()
        return QRectF(left - 12, top - 12, right - left + 24, bottom - top + 24)

    # What it aims at -------------------------------------------------------------------------

    def _graph(self) -> Graph:
        graph = self.host.session.state.graph
        return graph if self.hidden_wire is None else graph.unwired(*self.hidden_wire)

    def _back(self, ends: Ends) -> bool:
        return self.hidden_wire is not None and self.hidden_wire == ends[1:]

    def _aim(self, point: QPointF) -> Ends | None:
        """The ends of the wire if it were let go at that point; None over the ground."""
        scene, graph, reach = self.host.graph_scene, self._graph(), SNAP / self.host.zoom
        if self._port is not None:
            taker = self._port[0]
            found = nearest_port(scene, point, reach, outputs=True, wanted=lambda node, _: node != taker)
            number = found[0] if found else self._node_of(box_at(scene, point, reach / 2), outputs=True)
            return None if number is None or number == taker else (number, *self._port)
        assert self._source is not None
        source = self._source

        def wanted(node: NodeId, port: int | None) -> bool:
            return port is not None and graph.nodes[node].inputs[port] is None

        over = box_at(scene, point)
        found = nearest_port(scene, point, reach, outputs=False, wanted=wanted)
        if found is not None and over in (None, scene.key(found[0])):
            return source, *found
        number = self._node_of(over if over is not None else box_at(scene, point, reach), outputs=False)
        if number is None or (number == source and self._still_leaving(point)):
            return None
        free = [port for port, held in enumerate(graph.nodes[number].inputs) if held is None]
        return source, number, free[0] if free else None

    def _node_of(self, key: Key | None, *, outputs: bool) -> NodeId | None:
        """The node itself; of a box its output, or the first node inside that has a free port."""
        if key is None or not is_block(key):
            return key
        box = self.host.graph_scene.folding.boxes[key]
        if outputs:
            return box.output
        return next((port.wires[0][0] for port in box.ports if port.source is None), None)

    def _still_leaving(self, point: QPointF) -> bool:
        """Whether the pointer has hardly left the port where it began."""
        away = point - self.origin
        return self.hidden_wire is None and abs(away.x()) + abs(away.y()) < geometry.WIDTH / 2

    def _tip(self, point: QPointF, ends: Ends | None) -> QPointF:
        """Where the free end shows: on the port it would go to, else under the pointer."""
        if ends is None:
            return point
        scene = self.host.graph_scene
        if self._port is not None:
            return QPointF(*scene.out_point(ends[0]))
        if ends[2] is None or not scene.has_port((ends[1], ends[2])):
            return point
        return QPointF(*scene.in_point((ends[1], ends[2])))

    def _from_to(self) -> tuple[Place, Place]:
        scene, end = self.host.graph_scene, (self._end.x(), self._end.y())
        if self._port is not None:
            return end, scene.in_point(self._port)
        assert self._source is not None
        return scene.out_point(self._source), end


def refusal(graph: Graph, ends: Ends) -> str:
    """Why such a wire cannot be; empty where it can."""
    try:
        graph.wired(*ends)
    except Refusal as reason:
        return str(reason)
    return ""


class KeyWiring(Tool):
    """A wire chosen with keys: each candidate is shown in turn, Enter takes it.

    ``remove`` chooses among the wires that are there, to take one off. ``choices``: all candidates; without
    any there is nothing to start. No pointer drags it: ``turn`` goes on, ``accept`` ends it.
    """

    def __init__(self, host: Host, node: NodeId, *, remove: bool = False) -> None:
        scene, graph = host.graph_scene, host.graph_scene.graph
        super().__init__(host, QPointF(*scene.out_point(node)))
        self.remove = remove
        self.choices: list[Ends] = []
        if remove:
            inputs = graph.nodes[node].inputs
            self.choices = [(source, node, port) for port, source in enumerate(inputs) if source is not None]
            self.choices += [(node, user, port) for user, port in graph.users[node]]
            self.choices = [ends for ends in self.choices if self._is_drawn(ends)]
        else:
            above = graph.ancestors(node)
            free = [
                (node, other.id, port)
                for other in graph
                if other.id not in above
                for port, source in enumerate(other.inputs)
                if source is None
            ]
            x, y = scene.out_point(node)

            def away(ends: Ends) -> float:
                there = scene.in_point((ends[1], ends[2] or 0))
                return abs(there[0] - x) + abs(there[1] - y)

            self.choices = sorted((ends for ends in free if self._is_drawn(ends)), key=away)
        self._chosen = 0

    def _is_drawn(self, ends: Ends) -> bool:
        scene = self.host.graph_scene
        return scene.has_port((ends[1], ends[2] or 0)) and scene.key(ends[0]) is not None

    @property
    def chosen(self) -> Ends:
        """The candidate that is shown."""
        return self.choices[self._chosen]

    def start(self) -> None:
        self.turn(0)

    def turn(self, by: int) -> None:
        """The next or the previous candidate, and what Enter would do with it."""
        before = self.rect()
        self._chosen = (self._chosen + by) % len(self.choices)
        self.host.show_node(self.chosen[1])
        self.host.refresh([before, self.rect()])
        self.host.say(self.sentence(), self.rect().bottomRight())

    def accept(self) -> None:
        """Connect, or disconnect, what is chosen."""
        session, attempt = self.host.session, self.host.attempt
        source, node, port = self.chosen
        if self.remove:
            assert port is not None
            attempt(session.disconnect, node, port)
        else:
            attempt(session.connect, source, node, port)

    def sentence(self) -> str:
        """What Enter would do, for the tooltip and a screen reader."""
        graph = self.host.session.state.graph
        source, node, port = self.chosen
        names = {"source": graph.nodes[source].name, "name": graph.nodes[node].name, "port": (port or 0) + 1}
        said = tr("Enter wires {source} to port {port} of {name}. Tab goes to the next, Esc leaves.")
        if self.remove:
            said = tr(
                "Enter takes the wire from {source} off port {port} of {name}. "
                "Tab goes to the next, Esc leaves."
            )
        return said.format(**names)

    def paint(self, painter: QPainter) -> None:
        pens = self.host.pens
        painter.setBrush(Qt.BrushStyle.NoBrush)
        colour = pens.bad if self.remove else pens.selection
        style = Qt.PenStyle.SolidLine if self.remove else Qt.PenStyle.DashLine
        painter.setPen(QPen(colour, 3.5, style, Qt.PenCapStyle.RoundCap))
        curve = self._curve()
        painter.drawPath(card_geometry.path_of(curve))
        painter.setBrush(pens.panel)
        painter.drawEllipse(QPointF(curve.x2, curve.y2), geometry.PORT + 3, geometry.PORT + 3)

    def rect(self) -> QRectF:
        left, top, right, bottom = self._curve().bounds()
        return QRectF(left - 12, top - 12, right - left + 24, bottom - top + 24)

    def _curve(self) -> geometry.Bezier:
        source, node, port = self.chosen
        scene, wire = self.host.graph_scene, (node, port or 0)
        shown = scene.folding.drawn_wire(wire)
        if self.remove and shown is not None and shown in scene.curves:
            return scene.curves[shown]
        return geometry.curve(scene.out_point(source), scene.in_point(wire))
