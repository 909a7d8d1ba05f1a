"""The chips of exported cards: a backward step said on its wires, as the canvas says it."""

import re
from math import hypot
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from micrograd_gui.document.block import Block
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import render
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import Bezier
from micrograd_gui.figures.moments import Film, Options, film_of
from micrograd_gui.figures.on_wires import places
from micrograd_gui.figures.parts import ChipText
from micrograd_gui.files import documents

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = documents.load_example("lecture")


def film(graph: Graph, step: str | None = "all", **options: object) -> Film:
    return film_of(graph, step, Options(style="canvas", card=False, **options))  # type: ignore[arg-type]


def said(picture: Figure) -> list[tuple[str, str]]:
    return [(chip.rule, chip.amount) for chip in picture.chips if chip.amount]


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return any(
        one[axis] + one[axis + 2] <= other[axis] or other[axis] + other[axis + 2] <= one[axis]
        for axis in (0, 1)
    )


def rect(chip: ChipText) -> tuple[float, float, float, float]:
    return chip.x, chip.y, chip.width, chip.height


def test_each_backward_step_says_rule_and_amount_on_the_wires_of_its_node_and_no_other() -> None:
    assert [said(each) for each in film(LECTURE).pictures] == [
        [], [], [], [], [],
        [("× f = −2", "+= −2"), ("× d = 4", "+= 4")],
        [("× 1", "+= −2"), ("× 1", "+= −2")],
        [("× b = −3", "+= 6"), ("× a = 2", "+= −4")],
    ]  # fmt: skip


def test_a_result_has_no_chips_and_a_picture_without_gradients_none_either() -> None:
    (result,) = film(LECTURE, None).pictures
    assert not result.chips
    (bare,) = film(LECTURE, "last", gradients=False).pictures
    assert not bare.chips


@pytest.mark.parametrize("name", documents.example_names()[:8])
def test_no_chip_covers_a_card_or_another_chip_or_stands_out_of_the_picture(name: str) -> None:
    for picture in film(documents.load_example(name)).pictures:
        shown = [chip for chip in picture.chips if chip.amount]
        for chip in shown:
            x, y, width, height = rect(chip)
            assert 0 <= x <= x + width <= picture.width
            assert 0 <= y <= y + height <= picture.height
            assert all(apart(rect(chip), box.rect) for box in picture.boxes), chip
            assert all(apart(rect(chip), rect(other)) for other in shown if other is not chip), chip


def test_both_wires_of_a_square_have_their_own(tmp_path: Path) -> None:
    (picture,) = film(documents.load_example("square"), "last").pictures
    assert said(picture) == [("× a = 3", "+= 3"), ("× a = 3", "+= 3")]


def test_they_are_in_the_files_at_their_step_only(tmp_path: Path) -> None:
    def texts(step: str) -> list[str]:
        render(LECTURE, str(tmp_path / "a.svg"), style="canvas", step=step)
        return [
            each.text or "" for each in ElementTree.parse(tmp_path / "a.svg").getroot().iter(f"{SVG}text")
        ]

    assert {"× b = −3", "+= 6"} <= set(texts("last"))
    assert not [text for text in texts("6") if text.startswith("× b") or text == ""]
    render(LECTURE, str(tmp_path / "a.tex"), style="canvas", step="all")
    deck = (tmp_path / "a.tex").read_text("utf-8")
    assert re.search(r"\\only<8>\{\\node.*\+= \}\$\\mathbf\{6\}", deck)
    assert not re.search(r"\\only<[1-7]>\{\\node.*\+= 6", deck)


def test_nodes_beside_a_collapsed_block_stand_where_the_canvas_has_them() -> None:
    graph = documents.load_example("mlp")
    graph = replace(graph, blocks=tuple(replace(each, collapsed=each.kind == "mlp") for each in graph.blocks))
    graph = graph.moved({number: (10.0 * number, 3.0 * number) for number in graph.nodes})
    blank = film(graph, "last").blank
    boxes = {box.node: box for box in blank.boxes}
    alone = [number for number in boxes if number >= 0]
    first = alone[0]
    for number in alone:
        x, y = (boxes[number].rect[axis] - boxes[first].rect[axis] for axis in (0, 1))
        assert (x, y) == pytest.approx((10.0 * (number - first), 3.0 * (number - first)))
    (block,) = boxes.keys() - set(alone)
    members = [number for number, owner in blank.stands_for.items() if owner == block]
    middle = (min(members) + max(members)) / 2
    found = [each.rect[0] + each.rect[2] / 2 for each in (boxes[block], boxes[first])]
    assert found[0] - found[1] == pytest.approx(10.0 * (middle - first))


def test_a_wire_for_several_operands_of_a_collapsed_block_says_something_for_each_of_them() -> None:
    nodes = {1: Node(1, label="a", data=3.0), 2: Node(2, "*", (1, 1), "s"), 3: Node(3, "+", (2, 1), "L")}
    block = Block(1, "neuron", "n", (2, 3), (3,), collapsed=True)
    graph = Graph(nodes, chosen_target=3, next_id=4, blocks=(block,))
    (through_sum,) = film(graph, "4").pictures
    assert said(through_sum) == [("× 1", "+= 1")]
    (through_square,) = film(graph, "5").pictures
    assert len(through_square.wires) == 1
    assert said(through_square) == [("× a = 3", "+= 3"), ("× a = 3", "+= 3")]
    one, other = through_square.chips
    assert apart(rect(one), rect(other))


def test_a_label_of_any_length_makes_no_endless_chip() -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, "w" * 1000)
    (picture,) = film(graph, "last").pictures
    assert all(chip.width < 200 for chip in picture.chips)
    assert {amount for _, amount in said(picture)} == {"+= 3", "+= 2"}


def test_a_chip_beside_its_wire_is_not_taken_for_one_of_another_wire() -> None:
    """Two wires that come to one card with little room between them, as a product has them in a hall."""
    x1 = Bezier(256, 71, 343.5, 71, 343.5, 176.6, 431, 176.6)
    w1 = Bezier(256, 232, 343.5, 232, 343.5, 213.4, 431, 213.4)
    curves, narrow = {"x1": x1, "w1": w1}, [(125.8, 57.2), (83.8, 57.2)]
    sizes = {"x1": [(217.8, 57.2), *narrow], "w1": [(205.6, 57.2), *narrow]}
    cards = [(20.0, y, 236.0, 102.0) for y in (20.0, 181.0, 342.0)] + [(431.0, 156.2, 236.0, 102.0)]
    below, outside = (262.0, 285.0, 300.0, 57.0), (-9e3, -9e3, 18e3, 9e3)  # another chip; above is no room
    found = places(curves, sizes, [*cards, below, outside])
    for key, other in (("x1", "w1"), ("w1", "x1")):
        rect, (x, y) = found[key].rect, found[key].anchor
        on_its_own = rect[1] <= y <= rect[1] + rect[3]
        covers = [at for at in map(curves[other].at, (k / 40 for k in range(41)))
                  if rect[0] < at[0] < rect[0] + rect[2] and rect[1] < at[1] < rect[1] + rect[3]]  # fmt: skip
        assert on_its_own or not covers
        line = (x - 1, min(y, rect[1] + rect[3]), 2.0, max(0.0, rect[1] - y, y - rect[1] - rect[3]))
        assert apart(line, found[other].rect)


@pytest.mark.parametrize("name", ["neuron_exp", "xor"])
def test_what_stands_on_all_wires_of_records_is_nearer_to_its_own_wire_than_to_any_other(name: str) -> None:
    def way(chip: ChipText, points: tuple[tuple[float, float], ...]) -> float:
        curves = [Bezier(*sum(points[at : at + 4], ())) for at in range(0, len(points) - 3, 3)]
        drawn = [curve.at(k / 16) for curve in curves for k in range(17)]
        ends = chip.x + chip.width, chip.y + chip.height
        return min(hypot(max(chip.x - x, 0, x - ends[0]), max(chip.y - y, 0, y - ends[1])) for x, y in drawn)

    figure = film_of(documents.load_example(name), "last", Options(wires="all", rankdir="LR")).blank
    assert len(figure.chips) > 10
    for chip in figure.chips:
        ways = {(wire.node, wire.port): way(chip, wire.points) for wire in figure.wires}
        assert ways[chip.node, chip.port] == min(ways.values()), chip
