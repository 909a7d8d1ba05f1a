"""Labels with an index: parsed in one place, measured and written alike in every form."""

import io
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

import micrograd_gui as mg
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import lowered, runs
from micrograd_gui.export.svg import svg
from micrograd_gui.export.tex import label
from micrograd_gui.figures.geometry import INDEX
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.text_metrics import pieces, shortened, width

W = [("w", False), ("1", True)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("w_1", W),
        ("x_{12}", [("x", False), ("12", True)]),
        ("w1_4_1", [("w", False), ("1,4,1", True)]),
        ("w_1x_1", [*W, ("x", False), ("1", True)]),
        ("y_out", [("y", False), ("out", True)]),
        ("∂L/∂w_1", [("∂L/∂w", False), ("1", True)]),
        ("w_1.grad", [*W, (".grad", False)]),
        ("σ_ж", [("σ", False), ("ж", True)]),
        *((each, [(each, False)]) for each in ("w1", "_", "__", "w_", "_1", "a_b_c", "learning_rate", "x_{",
                                               "leaky_relu", "______", "Name ____", "x_{}", "x_{ 1}", "")),
    ],
)  # fmt: skip
def test_what_is_an_index(text: str, found: list[tuple[str, bool]]) -> None:
    assert list(runs(text)) == found


def test_what_is_written_is_as_wide_as_it_is_measured() -> None:
    base, index = pieces("w_{12}", 20.0, bold=True)
    assert (base.down, index.size) == (0.0, 20.0 * INDEX)
    assert index.down > 0
    assert index.x + width("12", index.size, bold=True) == pytest.approx(width("w_{12}", 20.0, bold=True))
    assert width("w_{12}", 20.0) < width("w12", 20.0)


def test_tex_has_the_same_indices() -> None:
    assert label("w_1") == label("w_{1}") == "$w_{1}$"
    assert label("x_{12}") == "$x_{12}$"
    assert label("w1_4_1") == "$w_{1,4,1}$"


def indexed() -> Graph:
    graph = mg.parse("L = w_1*x + learning_rate")
    return graph.relabelled(next(node.id for node in graph if node.label == "x"), "x_{12}")


@pytest.mark.parametrize("style", ["canvas", "notebook"])
def test_pictures_have_indices_and_files_the_labels_as_typed(tmp_path: Path, style: str) -> None:
    graph = indexed()
    labels = {node.label for node in graph}
    for suffix in (".svg", ".pdf", ".png", ".html"):
        mg.render(graph, tmp_path / f"a{suffix}", style=style)
        assert {node.label for node in mg.read(tmp_path / f"a{suffix}")} == labels
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {"".join(each.itertext()): each for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"w1", "x12", "learning_rate"} <= texts.keys()
    (index,) = texts["x12"]
    assert float(index.get("dy", "0")) > 0
    page = (tmp_path / "a.html").read_text("utf-8")
    assert re.search(r">x<tspan[^>]*>12</tspan></text>", page)
    try:
        said = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return
    assert "x12" in said
    assert "x_{" not in said


def test_for_qt_which_knows_no_lower_part_of_a_text_an_index_is_one_of_its_own() -> None:
    made = svg(next(film_of(indexed(), None, Options()).pictures), PALETTES["light"], apart=True)
    texts = [each for each in ElementTree.fromstring(made).iter() if each.tag.endswith("}text")]
    at = next(at for at, each in enumerate(texts) if each.text == "12")
    base, index = ({key: float(each.get(key)) for key in ("x", "y")} for each in texts[at - 1 : at + 1])
    assert texts[at - 1].text == "x"
    assert index["y"] > base["y"]
    assert index["x"] > base["x"]
    assert b"tspan" not in made


def test_pixels_of_an_index_stand_lower(tmp_path: Path) -> None:
    graph = mg.parse("a = 1")
    found = {}
    for name in ("w_1", "w1"):
        mg.render(graph.relabelled(1, name), tmp_path / "a.png", gradients=False, scale=4)
        picture = Image.open(io.BytesIO((tmp_path / "a.png").read_bytes())).convert("L")
        cell = picture.crop((50, 44, 130, picture.height - 44))  # without the borders of its cell
        found[name] = cell.point(lambda value: 255 * (value < 128)).getbbox()
    assert found["w_1"][3] > found["w1"][3] + 4, "the index reaches below the baseline"


def test_dot_has_the_signs_of_unicode_and_comes_back_as_typed(tmp_path: Path) -> None:
    assert (lowered("w_1"), lowered("x_{12}"), lowered("w1_4_1")) == ("w₁", "x₁₂", "w₁,₄,₁")
    mg.render(indexed(), tmp_path / "a.dot")
    text = (tmp_path / "a.dot").read_text("utf-8")
    assert "{ x₁₂ |" in text
    assert {node.label for node in mg.read(tmp_path / "a.dot")} == {"w_1", "x_{12}", "learning_rate", "L", ""}
    (tmp_path / "a.dot").write_text(text.replace("{ x₁₂ |", "{ z |"), "utf-8")
    assert "z" in {node.label for node in mg.read(tmp_path / "a.dot")}


def test_mermaid_has_them_as_a_page_does(tmp_path: Path) -> None:
    mg.render(indexed(), tmp_path / "a.mmd", notation="leibniz")
    text = (tmp_path / "a.mmd").read_text("utf-8")
    assert "<b>w<sub>1</sub></b>" in text
    assert "<b>learning#95;rate</b>" in text
    assert "#8706;x<sub>12</sub> " in text


def test_the_table_of_a_check_has_them_in_a_notebook_and_the_names_as_typed_in_print() -> None:
    checked = mg.check(indexed())
    assert "x₁₂" in checked._repr_html_()
    assert "w_1 " in repr(checked)


@pytest.mark.parametrize(
    ("name", "left"), [("a neuron of many 1_2", "…1_2"), ("layers[1].neurons[3]", "…[3]")]
)
def test_a_name_without_room_keeps_the_number_at_its_end(name: str, left: str) -> None:
    made = shortened(name, 10.0, width(name, 10.0, bold=True) * 0.7)
    assert made.endswith(left)
    assert made[0] == name[0]
    assert width(made, 10.0, bold=True) <= width(name, 10.0, bold=True) * 0.7
    assert shortened(name, 10.0, 20.0).endswith("…"), "there is room for no letter before it"
