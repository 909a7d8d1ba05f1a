"""The window's canvas and a figure in its style: both have the same things at the same places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPolygonF

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import CHIP_RADIUS, LIT_RADIUS
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.shapes import Ellipse, Polygon, Rect, Shape, ShapeGroup, groups
from micrograd_gui.figures.text_metrics import pieces, width
from micrograd_gui.files import documents
from micrograd_gui.session.over_rows import passes
from micrograd_gui.session.record import record
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.paint import paint
from micrograd_gui.views.canvas.pens import pens_of
from micrograd_gui.views.canvas.picture import CanvasFrame, picture_of
from micrograd_gui.views.canvas.scene import Scene
from micrograd_gui.views.theme import Look

MOMENTS = [("neuron", 8), ("square", 3), ("xor", 40), ("mlp", 117), ("moons", 1400), ("moons", 1328)]


def both(graph: Graph, step: int) -> tuple[CanvasFrame, Figure]:
    state = State(History((Entry(graph),)), trace=record(graph, passes(graph)), cursor=step)
    canvas = picture_of(state, Scene(graph), pens_of(Look()))
    (figure,) = film_of(graph, str(step), Options(style="canvas", card=False)).pictures
    return canvas, figure


def shift(canvas: CanvasFrame, figure: Figure) -> tuple[float, float]:
    """How far the figure's own origin is from the canvas's."""
    box = figure.boxes[0]
    place = canvas.scene.places[box.node]
    return box.rect[0] - place[0], box.rect[1] - place[1]


@pytest.mark.parametrize(("name", "step"), MOMENTS)
def test_cards_boxes_frames_and_wires_are_where_the_window_has_them(
    qapp: object, name: str, step: int
) -> None:
    canvas, figure = both(documents.load_example(name), step)
    dx, dy = shift(canvas, figure)
    scene = canvas.scene
    assert {box.node for box in figure.boxes} == scene.boxes.keys()
    for box in figure.boxes:
        rect = scene.boxes[box.node].translated(dx, dy)
        assert box.rect == pytest.approx(rect.getRect(), abs=0.02)
    assert {-each.block for each in figure.enclosures} == scene.frames.keys()
    for each in figure.enclosures:
        rect = scene.frames[-each.block][1].translated(dx, dy)
        assert (each.x, each.y, each.width, each.height) == pytest.approx(rect.getRect(), abs=0.02)
    assert {(wire.node, wire.port) for wire in figure.wires} == scene.curves.keys()
    for wire in figure.wires:
        curve = scene.curves[wire.node, wire.port]  # type: ignore[index]  # of cards, every wire has a port
        ends = [(x + dx, y + dy) for x, y in zip(curve[0::2], curve[1::2], strict=True)]
        assert [number for point in wire.points for number in point] == pytest.approx(
            [number for point in ends for number in point], abs=0.02
        )


@pytest.mark.parametrize(("name", "step"), MOMENTS)
def test_chips_say_the_same_at_the_same_places_and_the_same_wires_are_lit(
    qapp: object, name: str, step: int
) -> None:
    canvas, figure = both(documents.load_example(name), step)
    dx, dy = shift(canvas, figure)
    assert canvas.chips
    assert {(wire.node, wire.port) for wire in figure.wires if figure.lit(wire)} == canvas.lit
    there = sorted(
        (chip.wire, chip.rule, chip.amount, chip.rect.center().x() + dx, chip.rect.center().y() + dy)
        for chip in canvas.chips
    )
    drawn = sorted(
        ((chip.node, chip.port), chip.rule, chip.amount, chip.x + chip.width / 2, chip.y + chip.height / 2)
        for chip in figure.chips
    )
    assert [each[:3] for each in drawn] == [each[:3] for each in there]
    for one, other in zip(drawn, there, strict=True):
        assert one[3:] == pytest.approx(other[3:], abs=1.0), "letters are as wide to a pixel"


def test_a_step_in_a_collapsed_block_that_hands_down_twice_says_both_on_one_wire(qapp: object) -> None:
    graph = documents.load_example("moons")
    blocks = tuple(replace(each, collapsed=each.parent is None) for each in graph.blocks)
    canvas, figure = both(replace(graph, blocks=blocks), 1400)
    assert len(figure.chips) == len(canvas.chips) == 2
    assert len({(chip.node, chip.port) for chip in figure.chips}) == 1


Numbers = tuple[float, ...]


@dataclass
class Drawn:
    """What was drawn, by the kind of its outline; texts with where each begins."""

    polygons: list[Numbers] = field(default_factory=list)
    ellipses: list[Numbers] = field(default_factory=list)  # centre and radii
    rects: list[Numbers] = field(default_factory=list)
    texts: list[tuple[str, Numbers]] = field(default_factory=list)


class Witness(QPainter):
    """A painter that notes what it is told to draw."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.drawn = Drawn()

    def _at(self, points: Iterable[QPointF]) -> Numbers:
        placed = (self.worldTransform().map(point) for point in points)
        return tuple(number for point in placed for number in (point.x(), point.y()))

    def drawPolygon(self, polygon: QPolygonF | list[QPointF]) -> None:
        self.drawn.polygons.append(self._at(polygon))

    def drawEllipse(self, centre: QPointF, rx: float, ry: float) -> None:
        self.drawn.ellipses.append((*self._at([centre]), rx, ry))

    def drawRoundedRect(self, rect: QRectF, rx: float, ry: float) -> None:
        corners = self._at([rect.topLeft(), rect.bottomRight()])
        self.drawn.rects.append((*corners, rx))

    def drawText(self, point: QPointF, text: str) -> None:
        self.drawn.texts.append((text, self._at([point])))


def drawn_by_the_window(canvas: CanvasFrame, dx: float, dy: float) -> Drawn:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = Witness(image)
    painter.translate(dx, dy)
    paint(painter, canvas, Look(), ground=False)
    painter.end()
    return painter.drawn


def drawn_in_the_figure(figure: Figure) -> Drawn:
    drawn = Drawn()
    for group in groups(figure):
        for shape in (each for each in group.shapes if each.fill or each.edge):
            match shape.outline:
                case Polygon(points):
                    drawn.polygons.append(tuple(number for point in points for number in point))
                case Ellipse(x, y, rx, ry):
                    drawn.ellipses.append((x, y, rx, ry))
                case Rect(x, y, width, height, round) if _shows(shape, group, figure):
                    drawn.rects.append((x, y, x + width, y + height, round))
    return drawn


def _shows(shape: Shape, group: ShapeGroup, figure: Figure) -> bool:
    """Whether it is more than a field in the colour of its card."""
    is_field = isinstance(shape.outline, Rect) and shape.outline.round == LIT_RADIUS
    return not is_field or (shape.fill == "accent_fill" and group.node != figure.acting)


def without_like(some: list[Numbers], others: list[Numbers], *, near: float) -> list[Numbers]:
    """Those of the first for which none of the others has the same numbers, so nearly."""
    return [
        each
        for each in some
        if not any(
            len(each) == len(other) and all(abs(x - y) <= near for x, y in zip(each, other, strict=True))
            for other in others
        )
    ]


CASES = [("neuron", 0), ("neuron", 8), ("square", 3), ("mlp", 117), ("xor", 40)]


@pytest.mark.parametrize(("name", "step"), CASES)
@pytest.mark.parametrize("collapsed", [False, True])
def test_marks_rings_ports_dots_badges_and_fields_are_drawn_as_the_window_draws_them(
    qapp: object, name: str, step: int, collapsed: bool
) -> None:
    graph = documents.load_example(name)
    blocks = tuple(replace(each, collapsed=collapsed) for each in graph.blocks)
    canvas, figure = both(replace(graph, blocks=blocks), step)
    window, drawn = drawn_by_the_window(canvas, *shift(canvas, figure)), drawn_in_the_figure(figure)
    assert drawn.polygons
    assert len(drawn.polygons) == len(window.polygons), "arrows of inputs, diamonds of parameters"
    assert not without_like(drawn.polygons, window.polygons, near=0.03)
    assert len(drawn.ellipses) == len(window.ellipses), "rings of the target, ports, dots for no number yet"
    assert not without_like(drawn.ellipses, window.ellipses, near=0.03)
    lit = [each for each in drawn.rects if each[-1] == LIT_RADIUS]
    assert len(lit) == sum(each[-1] == LIT_RADIUS for each in window.rects)
    plates = [each for each in drawn.rects if each[-1] != CHIP_RADIUS]  # of chips another test tells
    assert not without_like(plates, window.rects, near=0.6), "letters in badges may differ so much in width"


@pytest.mark.parametrize(("name", "step"), CASES)
def test_words_and_numbers_begin_where_the_window_writes_them(qapp: object, name: str, step: int) -> None:
    canvas, figure = both(documents.load_example(name), step)
    window = drawn_by_the_window(canvas, *shift(canvas, figure)).texts
    for text in figure.texts:
        if text.role == "foot" and canvas.within and text.node == canvas.acting:
            assert any(canvas.within.startswith(said.rstrip("…")) for said, _ in window if said != "")
            continue  # the window says which of the hidden nodes acts; a figure shows a box's steps as one
        wide = width(text.text, text.size, bold=text.bold)
        left = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
        if text.text and text.role != "label":  # a long name is shrunk here and cut there
            for piece in pieces(text.text, text.size, bold=text.bold):  # two with an index
                places = [at for said, at in window if said == piece.text]
                begin = left + piece.x, text.y + piece.down
                assert not without_like([begin], places, near=1.0), text
