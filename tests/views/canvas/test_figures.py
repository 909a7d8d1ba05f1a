"""The window's canvas and a figure in its style: both have the same things at the same places."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.history import Entry, History
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.moments import SCRIPT, Options, film_of
from micrograd_gui.files import documents
from micrograd_gui.session.record import record
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.pens import pens_of
from micrograd_gui.views.canvas.picture import CanvasFrame, picture_of
from micrograd_gui.views.canvas.scene import Index
from micrograd_gui.views.theme import Look

MOMENTS = [("neuron", 8), ("square", 3), ("xor", 40), ("mlp", 117), ("moons", 1400), ("moons", 1328)]


def both(graph: Graph, step: int) -> tuple[CanvasFrame, Figure]:
    state = State(History((Entry(graph),)), trace=record(graph, SCRIPT), cursor=step)
    canvas = picture_of(state, Index(graph), pens_of(Look()))
    (figure,) = film_of(graph, str(step), Options(style="canvas", card=False)).pictures
    return canvas, figure


def shift(canvas: CanvasFrame, figure: Figure) -> tuple[float, float]:
    """How far the figure's own origin is from the canvas's."""
    box = figure.boxes[0]
    place = canvas.index.places[box.node]
    return box.rect[0] - place[0], box.rect[1] - place[1]


@pytest.mark.parametrize(("name", "step"), MOMENTS)
def test_cards_boxes_frames_and_wires_are_where_the_window_has_them(
    qapp: object, name: str, step: int
) -> None:
    canvas, figure = both(documents.load_example(name), step)
    dx, dy = shift(canvas, figure)
    index = canvas.index
    assert {box.node for box in figure.boxes} == index.boxes.keys()
    for box in figure.boxes:
        rect = index.boxes[box.node].translated(dx, dy)
        assert box.rect == pytest.approx(rect.getRect(), abs=0.02)
    assert {-each.block for each in figure.enclosures} == index.frames.keys()
    for each in figure.enclosures:
        rect = index.frames[-each.block][1].translated(dx, dy)
        assert (each.x, each.y, each.width, each.height) == pytest.approx(rect.getRect(), abs=0.02)
    assert {(wire.node, wire.port) for wire in figure.wires} == index.curves.keys()
    for wire in figure.wires:
        curve = index.curves[wire.node, wire.port]  # type: ignore[index]  # of cards, every wire has a port
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
