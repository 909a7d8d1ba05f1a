"""What can be chosen for a picture: its style, direction, digits, margin, gradients, part, card and speed."""

import re
import shutil
import subprocess
from pathlib import Path
from threading import Event
from xml.etree import ElementTree

import pytest
from PIL import Image

from micrograd import language
from micrograd_gui.document.errors import FileRefusal, Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import render, run
from micrograd_gui.export import formats
from micrograd_gui.figures import moments
from micrograd_gui.figures.geometry import HEIGHT, WIDTH
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.shapes import groups
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import Cancelled, Progress
from micrograd_gui.session.record import record
from tests.hostile import LABELS

SVG = "{http://www.w3.org/2000/svg}"
LECTURE = documents.load_example("lecture")


def drawn(path: Path, graph: Graph = LECTURE, **told: object) -> ElementTree.Element:
    render(graph, str(path), **told)  # type: ignore[arg-type]  # keywords of render
    return ElementTree.parse(path).getroot()


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def size(root: ElementTree.Element) -> tuple[float, float]:
    return float(root.get("width", 0)), float(root.get("height", 0))


# The canvas's style ------------------------------------------------------------------------------


def test_in_the_canvas_style_nodes_stand_where_they_stand_on_the_canvas(tmp_path: Path) -> None:
    graph = LECTURE.moved({number: (300.0 * number, 40.0 * number) for number in LECTURE.nodes})
    root = drawn(tmp_path / "a.svg", graph, style="canvas")
    corners = {}
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        assert (rect.get("width"), rect.get("height"), rect.get("rx")) == (f"{WIDTH:g}", f"{HEIGHT:g}", "8")
        corners[int((group.get("id") or "").removeprefix("node-"))] = (
            float(rect.get("x", 0)),
            float(rect.get("y", 0)),
        )
    x, y = corners[1]
    assert all(corner == (x + 300 * (n - 1), y + 40 * (n - 1)) for n, corner in corners.items())


@pytest.mark.parametrize("name", documents.example_names()[:8])
def test_a_card_has_its_name_numbers_sign_and_marks_and_all_lies_within(tmp_path: Path, name: str) -> None:
    graph = documents.load_example(name)
    root = drawn(tmp_path / "a.svg", graph, style="canvas")
    width, height = size(root)
    said = texts(root)
    assert said.count("data") == said.count("grad") == len(graph)
    assert said.count("target") == 1
    assert said.count("parameter") == sum(node.role == "parameter" for node in graph)
    assert len(root.findall(f"{SVG}path")) == sum(len(node.inputs) for node in graph)
    for rect in root.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", 0)) <= float(rect.get("x", 0)) + float(rect.get("width", 0)) <= width
        assert (
            0 <= float(rect.get("y", 0)) <= float(rect.get("y", 0)) + float(rect.get("height", 0)) <= height
        )


def test_the_marks_of_a_card_are_said_in_the_language_in_use(tmp_path: Path) -> None:
    language.use({"input": "Eingabe", "parameter": "Parameter", "target": "Ziel"})
    try:
        said = texts(drawn(tmp_path / "a.svg", documents.load_example("neuron"), style="canvas"))
    finally:
        language.use()
    assert [said.count(mark) for mark in ("Eingabe", "Parameter", "Ziel", "target")] == [2, 3, 1, 0]


def test_a_graph_without_places_gets_some(tmp_path: Path) -> None:
    graph = Graph(graph_from_expression("L = tanh(a*b)").nodes)
    assert len(list(drawn(tmp_path / "a.svg", graph, style="canvas").iter(f"{SVG}g"))) == 4


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_a_card_takes_a_label_of_any_kind(tmp_path: Path, label: str) -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, label)
    assert len(list(drawn(tmp_path / "a.svg", graph, style="canvas").iter(f"{SVG}g"))) == 3


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_each_moment_has_the_same_shapes_and_texts_in_the_same_order(style: str) -> None:
    options = Options(style=style, card=False)  # type: ignore[arg-type]
    film = film_of(documents.load_example("neuron"), "all", options)
    outlines = [[s.outline for group in groups(each) for s in group.shapes] for each in film.pictures]
    assert all(each == outlines[0] for each in outlines)
    assert len({sum(len(group.texts) for group in groups(each)) for each in film.pictures}) == 1


# What is shown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_gradients_can_be_left_out(tmp_path: Path, style: str) -> None:
    said = texts(drawn(tmp_path / "a.svg", style=style, gradients=False))
    assert "grad" not in said
    assert "6.0000" not in said
    assert said.count("data") == len(LECTURE)
    render(LECTURE, str(tmp_path / "a.dot"), gradients=False)
    assert "grad" not in (tmp_path / "a.dot").read_text()


def test_numbers_have_as_many_digits_as_asked_for(tmp_path: Path) -> None:
    assert "−8.00" in texts(drawn(tmp_path / "a.svg", digits="2"))
    assert "−8.00000000" in texts(drawn(tmp_path / "a.svg", digits="8"))


def test_a_margin_is_added_on_all_sides(tmp_path: Path) -> None:
    none, wide = (size(drawn(tmp_path / "a.svg", margin=margin)) for margin in ("0", "50"))
    assert (wide[0] - none[0], wide[1] - none[1]) == pytest.approx((100, 100))


def test_from_top_to_bottom(tmp_path: Path) -> None:
    width, height = size(drawn(tmp_path / "a.svg", rankdir="TB"))
    assert height > width / 2
    render(LECTURE, str(tmp_path / "a.dot"), rankdir="TB")
    assert "rankdir=TB" in (tmp_path / "a.dot").read_text()
    render(LECTURE, str(tmp_path / "a.mmd"), rankdir="TB")
    assert (tmp_path / "a.mmd").read_text().startswith("flowchart TB\n")


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_a_part_of_the_graph_shows_the_numbers_of_the_whole(tmp_path: Path, style: str) -> None:
    root = drawn(tmp_path / "a.svg", style=style, nodes="L, d")
    titles = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert sorted(title or "" for title in titles) == ["L", "d"]
    assert {"−8.0000", "4.0000", "1.0000", "−2.0000"} <= set(texts(root))


def test_what_is_still_to_come_is_grey_and_what_is_now_is_bold(tmp_path: Path) -> None:
    palette = PALETTES["light"]
    root = drawn(tmp_path / "a.svg", step="1")
    groups_ = {group.findtext(f"{SVG}title"): group for group in root.iter(f"{SVG}g")}
    fills = {
        name: next(each.get("fill") for each in group.iter(f"{SVG}text")) for name, group in groups_.items()
    }
    assert fills == {name: palette.muted if name in "dL" else palette.text for name in "abcdefL"}
    bold = [t.text for t in groups_["e"].iter(f"{SVG}text") if t.get("font-weight") == "bold"]
    assert bold == ["e", "−6.0000"]


def test_the_card_can_be_had_below_one_picture_and_left_out_of_many(tmp_path: Path) -> None:
    with_card = drawn(tmp_path / "a.svg", step="last", card=True)
    assert any("moment 7 of 7" in text for text in texts(with_card))
    assert size(with_card)[1] > size(drawn(tmp_path / "b.svg", step="last"))[1] + 40
    render(LECTURE, str(tmp_path / "a.gif"), card=False, scale=0.3)
    render(LECTURE, str(tmp_path / "b.gif"), scale=0.3)
    with Image.open(tmp_path / "a.gif") as bare, Image.open(tmp_path / "b.gif") as carded:
        assert bare.height < carded.height


def test_numbered_files_with_cards_are_of_one_size(tmp_path: Path) -> None:
    written = render(LECTURE, str(tmp_path / "a.svg"), step="all", card=True)
    assert len({size(ElementTree.parse(path).getroot()) for path in written}) == 1


def test_the_step_card_alone_is_a_figure_that_carries_the_graph(tmp_path: Path) -> None:
    root = drawn(tmp_path / "a.svg", step="last", only="card")
    said = "".join(texts(root))
    assert "moment 7 of 7" in said
    assert "a.grad" in said
    assert not list(root.iter(f"{SVG}g")), "no node"
    assert len(documents.read(tmp_path / "a.svg")) > 1
    width, height = size(root)
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", 0)) < width
        assert 0 < float(text.get("y", 0)) < height
    assert "".join(texts(drawn(tmp_path / "b.svg", only="card"))) == said, "a result tells of its last step"


def test_step_cards_in_numbered_files_and_frames_are_of_one_size(tmp_path: Path) -> None:
    written = render(LECTURE, str(tmp_path / "a.svg"), step="all", only="card")
    sizes = {size(ElementTree.parse(path).getroot()) for path in written}
    assert len(written) == 8
    assert len(sizes) == 1
    render(LECTURE, str(tmp_path / "a.gif"), only="card")
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.n_frames == 8
        assert animation.size == pytest.approx(sizes.pop(), abs=1)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not here")
def test_a_step_card_as_pdf_and_png_is_what_the_svg_is(tmp_path: Path) -> None:
    width, height = size(drawn(tmp_path / "a.svg", step="last", only="card"))
    for suffix in (".pdf", ".png"):
        render(LECTURE, str(tmp_path / f"a{suffix}"), step="last", only="card")
    said = subprocess.run(["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True)
    assert "a.grad" in said.stdout
    assert "data 2.0000" not in said.stdout, "no node"
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == pytest.approx((2 * width, 2 * height), abs=2)


@pytest.mark.parametrize("suffix", [".dot", ".mmd", ".html", ".py", ".ipynb", ".csv", ".micrograd"])
def test_a_step_card_alone_is_refused_where_a_form_has_none(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(Refusal, match=r"one of \.svg, \.png, \.pdf, \.gif, \.webp, \.tex"):
        render(LECTURE, str(tmp_path / f"a{suffix}"), only="card")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("told", "milliseconds"), [({}, 1600), ({"fps": "10"}, 100), ({"seconds": "0.5"}, 500)]
)
def test_an_animation_goes_as_fast_as_asked_for(
    tmp_path: Path, told: dict[str, str], milliseconds: int
) -> None:
    graph = documents.load_example("square")
    render(graph, str(tmp_path / "a.gif"), scale=0.3, **told)  # type: ignore[arg-type]
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.info["duration"] == milliseconds


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"style": "baroque"}, "no style “baroque”"),
        ({"rankdir": "RL"}, "LR or TB"),
        ({"margin": "-1"}, "^margin must be a number from 0 to 1000"),
        ({"digits": "13"}, "^digits must be a whole number from 0 to 12"),
        ({"digits": "2.5"}, "whole number"),
        ({"fps": "0"}, "^fps must be a number"),
        ({"fps": "2", "seconds": "2"}, "one of them"),
        ({"seconds": "1e9"}, "^seconds must be a number"),
        ({"only": "card", "card": False}, "nothing to draw"),
        ({"only": "graph", "card": True}, "opposite things"),
        ({"nodes": "a,zz"}, "no node called “zz”"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tmp_path: Path, told: dict[str, object], words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        render(LECTURE, str(tmp_path / "a.svg"), **told)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


# Waiting and giving up ---------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".gif", ".tex", ".html"])
def test_who_waits_is_told_how_far_it_is(tmp_path: Path, suffix: str) -> None:
    heard: list[tuple[int, int]] = []
    progress = Progress(lambda done, total: heard.append((done, total)))
    formats.export(film_of(LECTURE, "all", Options(scale=0.3), progress=progress), tmp_path / f"a{suffix}")
    assert heard[0] == (0, 8)
    assert heard[-1] == (8, 8)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf", ".gif", ".webp", ".tex", ".html", ".mmd"])
@pytest.mark.parametrize("after", [0, 3])
def test_an_export_that_is_cancelled_leaves_nothing_behind(tmp_path: Path, suffix: str, after: int) -> None:
    stop = Event()
    (tmp_path / f"a{suffix}").write_bytes(b"old")

    def told(done: int, total: int) -> None:
        if done == after:
            stop.set()

    film = film_of(LECTURE, "all", Options(scale=0.3), progress=Progress(told, stop))
    with pytest.raises(Cancelled):
        formats.export(film, tmp_path / f"a{suffix}")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {f"a{suffix}": b"old"}


def test_of_numbered_files_none_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a-05.svg").mkdir()
    with pytest.raises(FileRefusal, match=r"“a-05\.svg” cannot be written: it is a folder"):
        render(LECTURE, str(tmp_path / "a.svg"), step="all")
    assert [path.name for path in tmp_path.iterdir()] == ["a-05.svg"]


# Mermaid -----------------------------------------------------------------------------------------


def test_a_flowchart_has_every_node_op_and_wire(tmp_path: Path) -> None:
    render(documents.load_example("square"), str(tmp_path / "a.mmd"), step="last")
    lines = (tmp_path / "a.mmd").read_text("utf-8").splitlines()
    assert lines[0] == "flowchart LR"
    assert '    n1["<b>a</b><br/>data 3.0000<br/>grad 6.0000"]' in lines
    assert '    n2op(("×"))' in lines
    assert lines.count("    n1 --> n2op") == 2, "a * a has two wires"
    assert "    n2op --> n2" in lines
    assert "    class n2,n2op acting" in lines


def test_a_flowchart_draws_a_collapsed_block_as_one_box_and_says_when_all_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "a.mmd"
    moons = documents.load_example("moons")
    through = next(at for at, step in reversed([*enumerate(run(moons).steps, 1)]) if step.kind == "backward")
    render(moons, str(path), step=str(through))
    folded = path.read_text("utf-8")
    assert "row 1 of 100" in folded
    assert len(re.findall(r'^    n\d+\["', folded, re.MULTILINE)) == 6
    assert folded.count("MLP#40;2, #91;16, 16, 1#93;#41;") == 1
    assert re.search(r"class n\d+,n\d+op acting", folded)
    assert "maxTextSize" not in folded
    render(documents.load_example("moons"), str(path), open_blocks=True)
    whole = path.read_text("utf-8")
    assert len(re.findall(r'^    n\d+\["', whole, re.MULTILINE)) == len(documents.load_example("moons").nodes)
    assert "    %% Mermaid draws as much as this only where the page raises its maxTextSize" in whole


@pytest.mark.parametrize("label", LABELS, ids=range(len(LABELS)))
def test_in_a_flowchart_a_label_is_entity_codes_but_for_letters_and_digits(
    tmp_path: Path, label: str
) -> None:
    graph = graph_from_expression("a = 2; b = 3; L = a*b").relabelled(1, label)
    render(graph, str(tmp_path / "a.mmd"))
    lines = (tmp_path / "a.mmd").read_text("utf-8").splitlines()
    line = next(each for each in lines if each.startswith("    n1["))
    inside = line.removeprefix('    n1["').removesuffix('"]').removeprefix("<b>").replace("</b><br/>", "", 1)
    inside = re.sub("<br/>(?=grad)|</?sub>", "", inside)  # an index is a low one
    assert not set(inside) & set('"<>[](){}|`$\\*_&'), inside
    assert len([each for each in lines if "-->" in each]) == 3


def test_a_run_is_recorded_once_for_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(moments, "record", lambda *given: asked.append(given) or record(*given))
    film = film_of(LECTURE, None, Options())
    assert next(film.pictures).frame.data
    assert film.widest
    assert len(asked) == 1
