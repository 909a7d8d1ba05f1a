"""Figures with a size: in every form the width and the smallest text are measured by readers not ours."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Literal, Unpack
from xml.etree import ElementTree

import pytest
from PIL import Image

from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import parse, read, render
from micrograd_gui.export.options import RenderOptions
from micrograd_gui.figures.text_metrics import width as width_of
from tests.export.test_tikz import compiled, needs_tex

CM = 72 / 2.54  # points
SVG = "{http://www.w3.org/2000/svg}"


def said(*order: str | Path) -> str:
    if shutil.which(str(order[0])) is None:
        pytest.skip(f"{order[0]} is not here")
    return subprocess.run(order, capture_output=True, text=True, check=True, timeout=100).stdout


def svg_measured(path: Path) -> tuple[float, float]:
    """Width and smallest text, in points."""
    root = ElementTree.parse(path).getroot()
    wide = re.fullmatch(r"([\d.]+)mm", root.get("width", ""))
    assert wide is not None
    points = float(wide[1]) * 72 / 25.4
    unit = points / float(root.get("viewBox", "").split()[2])
    return points, unit * min(float(each.get("font-size", "0")) for each in root.iter(f"{SVG}text"))


@pytest.mark.parametrize(
    ("width", "points"),
    [("40cm", 40 * CM), ("400mm", 40 * CM), ("15.5in", 1116.0), ("1200pt", 1200.0), ("1600px", 1200.0)],
)
def test_a_length_is_said_in_any_unit(tmp_path: Path, width: str, points: float) -> None:
    (path,) = render(read("lecture"), tmp_path / "a.svg", width=width, text="8pt")
    assert svg_measured(path) == pytest.approx((points, 8.0), rel=1e-3)


def test_a_slide_is_no_higher_with_the_step_card_and_holds_a_card_alone(tmp_path: Path) -> None:
    for name, said_of in (("both", {"card": True}), ("card", {"only": "card"})):
        graph, path = parse("L = a*b", a=2, b=3), tmp_path / f"{name}.svg"
        render(graph, path, width="slide", step="1", **said_of)  # type: ignore[arg-type]  # one of either kind
        assert svg_measured(path) == pytest.approx((16 * CM, 8.0), rel=1e-3)
        root = ElementTree.parse(path).getroot()
        assert root.get("height") == "90mm"
        shown = [each.text or "" for each in root.iter(f"{SVG}text")]
        assert any(each.startswith("STEP") for each in shown)
        assert ("grad" in shown) == (name == "both"), "a card alone has no graph"


def test_no_figure_is_higher_than_a_page_can_be(tmp_path: Path) -> None:
    long = parse("y = " + "tanh(" * 8 + "x" + ")" * 8)
    with pytest.raises(Refusal, match="does not get into"):
        render(long, tmp_path / "a.svg", width="14000pt", text="300pt", rankdir="TB")
    assert not list(tmp_path.iterdir())


def test_what_says_where_the_numbers_are_is_broken_where_it_is_wider_than_the_figure(tmp_path: Path) -> None:
    (path,) = render(
        parse("y = p"), tmp_path / "a.svg", width="2.4cm", text="8pt", rankdir="TB", style="canvas"
    )
    root = ElementTree.parse(path).getroot()
    wide = float(root.get("viewBox", "").split()[2])
    shown = [each for each in root.iter(f"{SVG}text") if each.text and "a" in each.text]
    assert " ".join(each.text or "" for each in shown) == "in each box: name, data, grad"
    assert len(shown) > 1
    for each in shown:
        x, size = float(each.get("x", "0")), float(each.get("font-size", "0"))
        assert x + width_of(each.text or "", size) <= wide


def test_what_has_no_room_is_refused_with_a_width_that_does(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="it needs a width of") as refused:
        render(read("neuron"), tmp_path / "a.svg", width="20mm", text="8pt")
    enough = re.search(r"width of (\d+) mm", str(refused.value))
    assert enough is not None
    (path,) = render(read("neuron"), tmp_path / "a.svg", width=f"{enough[1]}mm", text="8pt")
    assert svg_measured(path) == pytest.approx((int(enough[1]) * 72 / 25.4, 8.0), rel=1e-3)


def test_a_text_that_takes_a_longer_page_than_a_pdf_has_is_refused_with_one_that_does(tmp_path: Path) -> None:
    long = parse("y = tanh(tanh(tanh(tanh(x))))")
    with pytest.raises(Refusal, match="a PDF knows none above 14400") as refused:
        render(long, tmp_path / "a.pdf", text="300pt")
    enough = re.search(r"a text of ([\d.]+) pt", str(refused.value))
    assert enough is not None
    assert 100 < float(enough[1]) < 300
    render(long, tmp_path / "a.pdf", text=f"{enough[1]}pt")
    render(long, tmp_path / "b.pdf")  # as it comes: nobody has said a size


def test_text_alone_gives_that_text_and_width_alone_that_width(tmp_path: Path) -> None:
    (path,) = render(read("neuron"), tmp_path / "a.svg", text="9pt", card=True)
    assert svg_measured(path)[1] == pytest.approx(9.0, rel=1e-3)
    with pytest.warns(UserWarning, match=r"smallest text is 1\.\d pt"):
        (path,) = render(read("neuron"), tmp_path / "b.svg", width="8.4cm")
    assert svg_measured(path)[0] == pytest.approx(8.4 * CM, rel=1e-3)


@pytest.mark.filterwarnings("default")
def test_pixels_are_width_times_resolution(tmp_path: Path) -> None:
    graph = read("lecture")
    for said_of, pixels, dpi in (
        ({"width": "8.4cm"}, 992, 300),
        ({"width": "8.4cm", "dpi": 120}, 397, 120),
        ({"width": "640px"}, 640, 96),
    ):
        (path,) = render(graph, tmp_path / "a.png", **said_of)  # type: ignore[arg-type]
        with Image.open(path) as picture:
            assert picture.width == pixels
            assert picture.info["dpi"] == pytest.approx((dpi, dpi), rel=1e-3)
    (path,) = render(graph, tmp_path / "a.gif", width="5cm", step="3", motion=False)
    with Image.open(path) as film:
        assert film.width == round(5 / 2.54 * 150)


def test_where_gradients_have_no_room_it_is_told_what_would_show_them(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"no room for gradients.* need a text of \d+(\.5)? pt") as told:
        render(read("mlp"), tmp_path / "a.svg", width="beamer")
    assert "gradients of" not in (tmp_path / "a.svg").read_text("utf-8"), "none is drawn"
    text = re.search(r"a text of ([\d.]+) pt", str(told[0].message))
    assert text is not None
    with_gradients(tmp_path / "a.svg", width="beamer", text=f"{text[1]}pt")
    tall: RenderOptions = {"text": "12pt", "rankdir": "LR", "bars": True}
    with pytest.warns(UserWarning, match=r"no room for gradients.* need a width of \d+ mm") as told:
        render(read("mlp"), tmp_path / "a.svg", width="55mm", **tall)
    enough = re.search(r"a width of (\d+) mm", str(told[0].message))
    assert enough is not None
    with_gradients(tmp_path / "a.svg", width=f"{enough[1]}mm", **tall)


def with_gradients(path: Path, **options: Unpack[RenderOptions]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", r"The figure is .* high, more than a page")
        render(read("mlp"), path, **options)
    assert "parameters: sum of 4 rows" in path.read_text("utf-8")


@pytest.mark.parametrize("wrong", ["8.4", "wide", "-3cm", "0cm", "3 furlongs", "1e9cm", 8.4, True])
def test_what_is_no_length_is_refused(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(Refusal, match=r"^width must be"):
        render(read("lecture"), tmp_path / "a.svg", width=wrong)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("name", "style"),
    [("neuron", "notebook"), ("neuron_exp", "notebook"), ("lecture", "canvas"), ("mlp", "notebook")],
)
@pytest.mark.parametrize(
    ("width", "points"), [("column", 8.4 * CM), ("two-columns", 17.4 * CM), ("slide", 16 * CM)]
)
def test_the_lectures_figures_have_room_in_a_column_on_a_page_and_on_a_slide(
    tmp_path: Path, name: str, style: Literal["notebook", "canvas"], width: str, points: float
) -> None:
    graph = read(name)
    (path,) = render(graph, tmp_path / "a.svg", width=width, style=style)
    assert svg_measured(path) == pytest.approx((points, 8.0), rel=1e-3)
    root = ElementTree.parse(path).getroot()
    shown = [each.text or "" for each in root.iter(f"{SVG}text")]
    target = graph.nodes[graph.target or 0]
    assert target.label in shown
    numbers = [each for each in shown if re.fullmatch(r"−?\d+\.\d{4}", each)]
    assert len(numbers) % 2 == 0, "data and grad of each"
    tall = float(root.get("height", "").removesuffix("mm")) * 72 / 25.4
    assert tall == pytest.approx(9 * CM, rel=1e-3) if width == "slide" else tall < 24 * CM


def test_blocks_are_drawn_in_a_column_and_their_frames_broken_with_the_rows(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"25\.4 cm high, more than a page"):
        (path,) = render(read("mlp"), tmp_path / "a.svg", width="8.4cm", text="8pt", style="canvas", step="9")
    assert svg_measured(path) == pytest.approx((8.4 * CM, 8.0), rel=1e-3)
    root = ElementTree.parse(path).getroot()
    ids = [each.get("id") for each in root.iter(f"{SVG}g") if each.get("id")]
    assert len(set(ids)) == len(ids)
    wide, tall = (float(each) for each in root.get("viewBox", "").split()[2:])
    for each in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(each.get(name, "0")) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= 0
        assert x + w <= wide + 0.01
        assert y + h <= tall + 0.01


def words_measured(path: Path) -> list[float]:
    """The heights of all words in a PDF, in points: a line of the font is 1.164 times its size."""
    told = said("pdftotext", "-bbox", path, "-")
    boxes = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)"', told)
    return [float(bottom) - float(top) for top, bottom in boxes]


def test_text_and_width_in_a_pdf_with_the_step_card(tmp_path: Path) -> None:
    (path,) = render(read("neuron"), tmp_path / "a.pdf", width="8.4cm", text="8pt", card=True, step="last")
    assert min(words_measured(path)) == pytest.approx(8.0 * 1.164, rel=0.02)
    assert re.search(r"Page size: +238.\d+ x", said("pdfinfo", path))


@needs_tex
def test_text_and_width_in_tex(tmp_path: Path) -> None:
    said_of = {"width": "8.4cm", "text": "9pt", "card": True, "step": "5", "panel": "sweep:a"}
    (path,) = render(read("lecture"), tmp_path / "a.tex", **said_of)  # type: ignore[arg-type]
    assert compiled(path)[0] == 1
    assert re.search(r"Page size: +238.\d+ x", said("pdfinfo", path.with_suffix(".pdf")))
    upright = words_measured(path.with_suffix(".pdf"))
    assert min(upright) == pytest.approx(9.0, rel=0.15)


def test_text_in_pixels(tmp_path: Path) -> None:
    """The name I stands in the left cell: 14 units where the smallest text has 12, and 0.73 of that tall."""
    (path,) = render(parse("I = 1"), tmp_path / "a.png", text="12pt", dpi=360, theme="print", gradients=False)
    with Image.open(path) as picture:
        grey = picture.convert("L")
    tallest = 0
    for x in range(40, grey.width // 3):
        dark = [y for y in range(grey.height) if grey.getpixel((x, y)) < 128]
        inner = [y for y in dark if grey.height // 4 < y < grey.height * 3 // 4]
        if len(inner) < grey.height // 2 - 2:  # not the border of the cell
            tallest = max(tallest, len(inner))
    assert tallest == pytest.approx(0.73 * 14 * 5, abs=3)


def test_text_and_width_of_the_player(tmp_path: Path) -> None:
    (path,) = render(read("lecture"), tmp_path / "a.html", width="8.4cm", text="8pt", theme="light")
    page = path.read_text("utf-8")
    wide, unit = re.search(r'width="([\d.]+)mm"', page), re.search(r'viewBox="0 0 ([\d.]+) ', page)
    assert wide is not None
    assert unit is not None
    assert float(wide[1]) == pytest.approx(84, rel=1e-3)
    smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)"', page))
    assert smallest * 84 / 25.4 * 72 / float(unit[1]) == pytest.approx(8.0, rel=1e-3)


def test_a_figure_that_is_higher_than_a_page_says_so_and_on_a_screen_it_may_be(tmp_path: Path) -> None:
    steps = "".join(f"; v{at} = v{at - 1}*w{at}" for at in range(1, 60))
    long = parse(f"v0 = x{steps}")
    with pytest.warns(UserWarning, match=r"^The figure is (\d+\.?\d*) cm high, more than a page: it") as told:
        (path,) = render(long, tmp_path / "a.svg", width="8.4cm", text="8pt", gradients=False)
    high = ElementTree.parse(path).getroot().get("height", "").removesuffix("mm")
    assert f" {float(high) / 10:.1f}".removesuffix(".0") + " cm" in str(told[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        render(long, tmp_path / "b.svg", width="320px", text="8pt", gradients=False)
        render(long, tmp_path / "b.html", width="8.4cm", text="8pt", gradients=False)
        render(read("neuron"), tmp_path / "c.svg", width="column", text="8pt")
