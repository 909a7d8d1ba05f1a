"""Blocks in the canvas's style, read from the SVG by a parser of XML: frames, boxes, and what is in them."""

import re
from collections import Counter
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from msgspec.structs import replace

from micrograd import language
from micrograd_gui.document.block import Block, nodes_of
from micrograd_gui.document.graph import Graph
from micrograd_gui.door import read, render
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.files import documents

SVG = "{http://www.w3.org/2000/svg}"
DASHED = "stroke-dasharray"
WITH_BLOCKS = ("mlp", "xor", "moons")


class Drawn:
    """A picture in the canvas's style: its groups by their ids."""

    def __init__(self, path: Path) -> None:
        self.root = ElementTree.parse(path).getroot()
        self.groups = {group.get("id") or "": group for group in self.root.iter(f"{SVG}g")}

    @cached_property
    def frames(self) -> dict[int, Element]:
        return {
            int(name.removeprefix("block-")): group
            for name, group in self.groups.items()
            if name.startswith("block-") and group.find(f"{SVG}rect[@{DASHED}]") is not None
        }

    @cached_property
    def boxes(self) -> dict[int, Element]:
        return {
            int(name.removeprefix("block-")): group
            for name, group in self.groups.items()
            if name.startswith("block-") and int(name.removeprefix("block-")) not in self.frames
        }

    @cached_property
    def nodes(self) -> dict[int, Element]:
        return {
            int(name.removeprefix("node-")): group
            for name, group in self.groups.items()
            if name.startswith("node-")
        }


@cache
def example(name: str, opened: bool) -> Drawn:
    """An example with its blocks as they are, or all of them open; what a test looks at, none changes."""
    with TemporaryDirectory() as folder:
        return drawn(documents.load_example(name), Path(folder) / "a.svg", open_blocks=opened)


def drawn(graph: Graph, path: Path, **options: object) -> Drawn:
    render(graph, str(path), style="canvas", **options)  # type: ignore[arg-type]
    return Drawn(path)


def texts(group: Element) -> list[str]:
    return [each.text or "" for each in group.iter(f"{SVG}text")]


def bounds(group: Element) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the largest rectangle in the group."""
    rects = [
        tuple(float(each.get(name) or 0) for name in ("x", "y", "width", "height"))
        for each in group.iter(f"{SVG}rect")
    ]
    x, y, wide, tall = max(rects, key=lambda rect: rect[2] * rect[3])
    return x, y, x + wide, y + tall


def within(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def shut(graph: Graph, block: Block) -> bool:
    """Whether the block is in a collapsed one, or is one."""
    by_id = {each.id: each for each in graph.blocks}
    at: Block | None = block
    while at is not None:
        if at.collapsed:
            return True
        at = None if at.parent is None else by_id[at.parent]
    return False


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_every_open_block_has_one_frame_with_its_title_around_all_that_is_in_it(
    name: str, folded: bool
) -> None:
    graph = documents.load_example(name)
    picture = example(name, not folded)
    is_open = {block.id: block for block in graph.blocks if not folded or not shut(graph, block)}
    assert picture.frames.keys() == is_open.keys()
    for number, block in is_open.items():
        frame = picture.frames[number]
        assert texts(frame) == [block.title] == [frame.findtext(f"{SVG}title")]
        inner = [f"node-{each}" for each in nodes_of(graph.blocks, number)]
        inner += [f"block-{each.id}" for each in graph.blocks if each.parent == number]
        there = [picture.groups[each] for each in inner if each in picture.groups]
        assert there
        around = bounds(frame)
        assert all(within(bounds(each), around) for each in there)


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_a_node_outside_a_block_is_not_in_its_frame_and_cards_stand_clear_of_each_other(
    name: str,
) -> None:
    graph = documents.load_example(name)
    picture = example(name, True)
    cards = {int(key[5:]): bounds(group) for key, group in picture.groups.items() if key.startswith("node-")}
    assert cards.keys() == graph.nodes.keys()
    for number, frame in picture.frames.items():
        outside, around = cards.keys() - nodes_of(graph.blocks, number), bounds(frame)
        assert not any(_meet(cards[each], around) for each in outside)
    some = list(cards.items())[:300]
    assert not any(_meet(one, other) for a, one in some for b, other in some if a < b)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_a_collapsed_block_says_its_title_its_outputs_numbers_and_how_much_is_in_it(
    name: str,
) -> None:
    graph = documents.load_example(name)
    picture = example(name, False)
    (result,) = film_of(graph, None, Options()).moments
    by_id = {block.id: block for block in graph.blocks}
    assert picture.boxes
    for number, group in picture.boxes.items():
        block, words = by_id[number], texts(group)
        hidden = [graph.nodes[each] for each in nodes_of(graph.blocks, number)]
        parameters = sum(each.is_leaf and each.role == "parameter" for each in hidden)
        many = f"{parameters} parameters" if parameters else f"{len(hidden)} nodes"
        assert block.title in words
        assert many in words
        assert block.output is not None
        for frame in (result.frame.data, result.frame.grad):
            assert f"{frame[block.output]:.4f}".replace("-", "−") in words
        assert not any(f"node-{each.id}" in picture.groups for each in hidden)


def test_a_collapsed_block_with_several_outputs_says_how_many(tmp_path: Path) -> None:
    graph = documents.load_example("mlp")
    blocks = tuple(replace(each, collapsed=each.kind == "layer") for each in graph.blocks)
    picture = drawn(replace(graph, blocks=blocks), tmp_path / "a.svg")
    said = Counter(text for group in picture.boxes.values() for text in texts(group))
    assert said["4 outputs"] == 2
    assert said["data"] == 1, "the last layer has one neuron"


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_wire_for_several_nodes_is_thicker_than_one_for_one_and_thinner_than_a_lit_one(
    theme: str, tmp_path: Path
) -> None:
    """In moons, every weight goes from the network to the regularisation."""
    picture = drawn(documents.load_example("moons"), tmp_path / "a.svg", theme=theme)
    wires = [each for each in picture.root.iter(f"{SVG}path") if " C" in (each.get("d") or "")]
    widths = sorted(float(each.get("stroke-width") or 0) for each in wires)
    assert len(widths) == 6
    assert 1.5 * widths[-2] < widths[-1] < PALETTES[theme].strong / 1.4


def test_only_the_wires_that_a_step_in_a_collapsed_block_uses_light_up() -> None:
    graph = documents.load_example("xor")
    counted = []
    for picture in film_of(graph, "all", Options(style="canvas", card=False)).pictures:
        lit = [wire for wire in picture.wires if picture.lit(wire)]
        counted.append(len(lit))
        if picture.acting is not None and picture.acting < 0:
            assert len(lit) <= 1, "a product in a neuron has one operand that is outside"
    assert {0, 1, 2} <= set(counted)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_in_every_theme_a_frame_is_seen_by_its_line_and_not_only_by_its_fill(
    theme: str, tmp_path: Path
) -> None:
    picture = drawn(documents.load_example("xor"), tmp_path / "a.svg", theme=theme)
    ground = picture.root.find(f"{SVG}rect")
    assert ground is not None
    for frame in picture.frames.values():
        outline = frame.find(f"{SVG}rect")
        assert outline is not None
        assert outline.get("stroke") != ground.get("fill")
        assert 0 < float(outline.get("fill-opacity") or 1) < 1


def test_a_graph_of_which_a_part_is_shown_has_frames_around_that_part(tmp_path: Path) -> None:
    graph = documents.load_example("mlp")
    picture = drawn(graph, tmp_path / "a.svg", nodes="L", open_blocks=True)
    assert [texts(frame) for frame in picture.frames.values()] == [["squared error"]]


@pytest.mark.parametrize(
    ("name", "more"),
    [("neuron", {}), ("neuron", {"width": "column", "wires": "all"}), ("mlp", {"step": "9"})],
)
def test_downwards_what_is_used_stands_above_what_uses_it_and_wires_end_at_edges(
    name: str, more: dict[str, str], tmp_path: Path
) -> None:
    graph = read(name)
    found = drawn(graph, tmp_path / "a.svg", rankdir="TB", **more)
    boxes = {number: bounds(each) for number, each in found.nodes.items()}
    for node in graph:
        for source in node.inputs:
            if node.id in boxes and source in boxes:
                assert boxes[source][3] < boxes[node.id][1], "above"
    edges = {round(y, 1) for box in boxes.values() for y in (box[1], box[3])}
    for wire in found.root.findall(f"{SVG}path"):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", wire.get("d", ""))]
        if len(boxes) == len(graph) and len(numbers) == 8:
            assert round(numbers[1], 1) in edges
            assert round(numbers[-1], 1) in edges


def test_the_roles_of_nodes_are_said_in_the_language_in_use(tmp_path: Path) -> None:
    language.use({"input": "Eingabe", "parameter": "Größe", "target": "Ziel"})
    try:
        render(read("neuron"), tmp_path / "neuron.svg", style="canvas")
    finally:
        language.use()
    drawn = Drawn(tmp_path / "neuron.svg")
    said = Counter("".join(each.itertext()) for each in drawn.root.iter(f"{SVG}text"))
    assert (said["Eingabe"], said["Größe"], said["Ziel"]) == (2, 3, 1)
    assert not {"input", "parameter", "target"} & said.keys()
