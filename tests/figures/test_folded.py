"""Collapsed blocks in pictures: one box each, and one moment for all that happens inside."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace
from PIL import Image

from micrograd_gui.document.block import block_key
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.door import render
from micrograd_gui.figures.folding import Folding
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.notebook_style import shape_of, with_stand_ins
from micrograd_gui.files import documents

SVG = "{http://www.w3.org/2000/svg}"


def collapsed(graph: Graph, *kinds: str) -> Graph:
    """The graph with the blocks of those kinds collapsed, and all others open."""
    return replace(graph, blocks=tuple(replace(each, collapsed=each.kind in kinds) for each in graph.blocks))


def titles(path: Path) -> list[str]:
    groups = ElementTree.parse(path).getroot().iter(f"{SVG}g")
    return [group.findtext(f"{SVG}title") or "" for group in groups]


MLP = documents.load_example("mlp")


def test_an_open_graph_is_drawn_as_it_is() -> None:
    graph = collapsed(MLP)
    assert with_stand_ins(graph).graph is graph
    assert with_stand_ins(graph).stands_for == {}


def test_a_collapsed_block_is_one_node_between_what_it_reads_and_what_reads_it() -> None:
    graph = collapsed(MLP, "mlp")
    (block,) = (each for each in graph.blocks if each.kind == "mlp")
    shown = with_stand_ins(graph)
    assert block.output is not None
    box = shown.graph.nodes[block.output]
    assert box.op == "mlp"
    assert {shown.graph.nodes[each].label for each in box.inputs if each is not None} == {"x1", "x2", "x3"}
    assert all(set(node.inputs) <= shown.graph.nodes.keys() for node in shown.graph)
    assert shown.graph.target == graph.target


def test_of_nested_collapsed_blocks_the_outermost_is_drawn() -> None:
    assert with_stand_ins(collapsed(MLP, "mlp", "layer", "neuron")).graph.nodes.keys() == (
        with_stand_ins(collapsed(MLP, "mlp")).graph.nodes.keys()
    )


def test_a_collapsed_block_hides_its_nodes_behind_the_outermost() -> None:
    graph, block = with_block(Graph(), BlockSpec("mlp", 2, (2, 1), seed=1, linear=True))
    neuron = next(each for each in graph.blocks if each.kind == "neuron")
    inner = graph.collapsed(neuron.id)
    assert Folding(arranged(inner)).owner == dict.fromkeys(neuron.members, block_key(neuron.id))
    hidden = Folding(arranged(inner.collapsed(block))).owner
    assert set(hidden.values()) == {block_key(block)}
    assert len(hidden) == len(graph) - 2


def test_what_only_numbers_and_names_change_is_folded_as_from_anew() -> None:
    graph = arranged(collapsed(MLP, "neuron"))
    before = Folding(graph)
    leaf = next(node for node in graph if node.is_leaf and node.id not in before.owner)
    for after in (graph.valued(leaf.id, 7.0), graph.relabelled(leaf.id, "new")):
        quick, anew = Folding(after, before=before), Folding(after)
        assert quick.nodes == anew.nodes
        assert quick.nodes[leaf.id] is after.nodes[leaf.id]
        assert (quick.boxes, quick.owner, quick.frames) == (anew.boxes, anew.owner, anew.frames)
        assert quick.places is before.places
    for after in (graph.moved({leaf.id: (0.0, 0.0)}), graph.marked(leaf.id, "parameter")):
        assert Folding(after, before=before).boxes is not before.boxes


def test_moving_a_node_leaves_the_order_of_what_a_stand_in_reads() -> None:
    graph = arranged(collapsed(MLP, "mlp"))
    first = graph.named("x1")
    shown = with_stand_ins(graph).graph
    assert shape_of(with_stand_ins(graph.moved({first: (0.0, 9000.0)})).graph) == shape_of(shown)


def test_a_block_with_several_outputs_shows_none_of_their_numbers(tmp_path: Path) -> None:
    shown = with_stand_ins(collapsed(MLP, "layer"))
    assert len(shown.silent) == 2, "the third layer has one neuron"
    film = film_of(collapsed(MLP, "layer"), None, Options())
    picture = next(film.pictures)
    for box in picture.boxes:
        numbers = [text.text for text in picture.texts_of(box) if text.role in ("data", "grad")]
        assert ("" in numbers) == (box.node in shown.silent)


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_every_step_acts_in_a_box_that_is_there(style: str) -> None:
    film = film_of(collapsed(MLP, "neuron"), "all", Options(style=style, card=False))  # type: ignore[arg-type]
    boxes = {box.node for box in film.blank.boxes}
    pictures = list(film.pictures)
    assert all(each.acting is None or each.acting in boxes for each in pictures)
    stand_ins = set(film.blank.stands_for.values())
    for one, other in pairwise(pictures):
        assert one.acting not in stand_ins or one.acting != other.acting
    assert len(pictures) < len(film_of(collapsed(MLP), "all", Options()).moments) / 2


def test_blocks_are_opened_where_that_is_asked_for_and_the_file_keeps_all(tmp_path: Path) -> None:
    graph = collapsed(MLP, "mlp")
    render(graph, str(tmp_path / "a.svg"))
    render(graph, str(tmp_path / "b.svg"), open_blocks=True)
    assert len(titles(tmp_path / "a.svg")) < 10 < len(titles(tmp_path / "b.svg")) == len(graph)
    assert len(documents.read(tmp_path / "a.svg")) == len(graph)


@pytest.mark.parametrize("suffix", [".tex", ".html", ".gif"])
def test_the_largest_example_is_exported_where_no_reader_is_here_and_where_numbers_travel(
    tmp_path: Path, suffix: str
) -> None:
    """All its forms are read back in tests/export/test_every_form.py, where what reads them is here."""
    told = {"scale": 0.3} if suffix == ".gif" else {}  # most of the time goes into its pixels
    written = render(documents.load_example("moons"), str(tmp_path / f"moons{suffix}"), **told)
    assert all(path.stat().st_size > 500 for path in written)


def test_a_table_of_numbers_has_every_moment_and_every_node_of_a_collapsed_block(tmp_path: Path) -> None:
    folded = collapsed(MLP, "mlp")
    for name, graph in (("a.csv", folded), ("b.csv", collapsed(MLP))):
        render(graph, str(tmp_path / name), step="all")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_however_large_it_is_drawn_with_as_many_pixels_as_programs_open(tmp_path: Path) -> None:
    """A long picture, and one as large as all of `moons` open (89,775 by 23,978) without its 1,661 cards."""
    chain = "x = 1\ny = " + "tanh(" * 150 + "x" + ")" * 150
    corners = {1: (0.0, 0.0), 2: (89_500.0, 23_900.0)}
    wide = Graph({1: Node(1, None, (), "x", 1.0), 2: Node(2, "tanh", (1,), "y")}, corners, 2, 3)
    sizes = []
    for graph in (graph_from_expression(chain), wide):
        render(graph, str(tmp_path / "a.png"), style="canvas")
        with Image.open(tmp_path / "a.png") as picture:  # a warning of Pillow for a bomb would fail this
            sizes.append(picture.size)
    assert all(max(size) <= 16_000 for size in sizes)
    assert sizes[0][0] > 15_000
    assert 59_000_000 < sizes[1][0] * sizes[1][1] <= 60_000_000
