"""The notebook's style in layers: what is drawn where Graphviz would take too much, or is not there."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import render
from micrograd_gui.export.formats import LaidOutPlainly
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.notebook_layers import _rounded
from micrograd_gui.figures.notebook_style import lay_out_notebook
from micrograd_gui.figures.parts import CardBox
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import Engine
from tests.layout.far_graphs import FAR, sums_of_one_node

NO_ENGINE = Engine("nothing", Path("/nonexistent/engine"))


def far_apart(boxes: tuple[CardBox, ...]) -> bool:
    rects = sorted(box.rect for box in boxes)
    for at, (x, y, wide, tall) in enumerate(rects):
        for other in rects[at + 1 :]:
            if other[0] >= x + wide:
                break
            if other[1] < y + tall and y < other[1] + other[3]:
                return False
    return True


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("name", FAR)
def test_boxes_stand_apart_and_each_wire_goes_from_one_to_the_next(name: str, rankdir: str) -> None:
    graph = FAR[name](20)
    made = lay_out_notebook(graph, by=NO_ENGINE, rankdir=rankdir)
    assert "plain layers" in made.note
    assert [box.node for box in made.boxes] == list(graph.order)
    assert far_apart(made.boxes)
    assert len(made.wires) == graph.wiring.wires + len(made.ovals)
    boxes = {box.node: box.rect for box in made.boxes}
    ovals = {oval.node: oval for oval in made.ovals}
    axis = 0 if rankdir == "LR" else 1
    for wire in made.wires:
        assert len(wire.points) % 3 == 1
        along = [point[axis] for point in wire.points]
        assert all(one <= other + 0.1 for one, other in pairwise(along))  # a wire never turns back
        if wire.port is not None:
            x, y, wide, tall = boxes[wire.source]
            assert wire.points[0] == pytest.approx(
                (x + wide, y + tall / 2) if axis == 0 else (x + wide / 2, y + tall), abs=0.1
            )
            oval, (ex, ey) = ovals[wire.node], wire.head[1]
            assert ((ex - oval.x) / oval.rx) ** 2 + ((ey - oval.y) / oval.ry) ** 2 == pytest.approx(
                1, abs=0.02
            )
        for point in (*wire.points, *wire.head):
            assert 0 <= point[0] <= made.width
            assert 0 <= point[1] <= made.height


def test_a_blank_has_the_fields_and_signs_that_graphviz_gives_it() -> None:
    graph = documents.load_example("neuron_exp")
    plain, usual = lay_out_notebook(graph, by=NO_ENGINE), lay_out_notebook(graph)
    assert [[cell.role for cell in box.cells] for box in plain.boxes] == [
        [cell.role for cell in box.cells] for box in usual.boxes
    ]
    assert [oval.symbol for oval in plain.ovals] == [oval.symbol for oval in usual.ovals]
    assert not usual.note


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_a_picture_that_stands_in_layers_is_made_and_told(tmp_path: Path, style: str) -> None:
    graph = sums_of_one_node(200)
    with pytest.warns(
        LaidOutPlainly, match=r"^The graph stands in plain layers: Graphviz would take too long"
    ):
        (made,) = render(graph, tmp_path / "sums.svg", style=style)
    assert made.stat().st_size > 10_000


def test_many_numbers_are_rounded_as_one_is() -> None:
    draw = random.Random(5)
    numbers = [draw.uniform(-1e5, 1e5) for _ in range(2000)]
    numbers += [draw.randint(-9999, 9999) / 1000 for _ in range(2000)]
    numbers += [0.0, -0.0, -0.001, 0.005, 1.005, 2.675, -2.675, 1e12 + 0.005]
    assert [*map(repr, _rounded(numbers))] == [repr(round(number, 2)) for number in numbers]


def test_cards_stand_in_layers_downwards_too_and_a_width_that_is_enough_is_told(tmp_path: Path) -> None:
    graph = sums_of_one_node(160)
    wanted: dict[str, Any] = {"style": "canvas", "rankdir": "TB", "text": "8pt"}
    with pytest.raises(Refusal, match=r"it needs a width of [\d.]+ cm") as refused:
        render(graph, tmp_path / "a.svg", width="6cm", **wanted)
    enough = str(refused.value).partition("a width of ")[2].partition(",")[0]
    with pytest.warns(LaidOutPlainly, match="^The graph stands in plain layers: Graphviz would take"):
        render(graph, tmp_path / "a.svg", width=enough, **wanted)
    made = film_of(graph, None, Options(style="canvas", rankdir="TB")).blank
    assert far_apart(made.boxes)
    tops = {box.number_of: box.rect[1] for box in made.boxes}
    assert all(tops[source] < tops[node.id] for node in graph for source in node.inputs if source is not None)
