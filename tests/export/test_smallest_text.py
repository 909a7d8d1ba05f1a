"""The smallest text of a figure, indices and all that stands beside the nodes included, in every form."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops, ImageStat

from micrograd_gui.document.graph import Graph
from micrograd_gui.door import parse, read, render
from tests.export.test_sizes import CM, SVG, said, svg_measured
from tests.export.test_tikz import compiled, needs_tex

needs_ghostscript = pytest.mark.skipif(shutil.which("gs") is None, reason="gs is not here")


def indexed() -> Graph:
    """A neuron whose names have indices."""
    graph = parse("x_1 = 2; x_2 = 0; w_1 = -3; w_2 = 1; b = 6.88; o = tanh(x_1*w_1 + x_2*w_2 + b)")
    return graph.relabelled(next(node.id for node in graph if node.label == "b"), "b_{12}")


def svg_smallest(path: Path) -> float:
    """The size of the smallest text of an SVG, with its indices, in points."""
    root = ElementTree.parse(path).getroot()
    wide = float(root.get("width", "").removesuffix("mm")) * 72 / 25.4
    sizes = [float(each.get("font-size", "0")) for each in root.iter() if each.get("font-size")]
    assert any(each.tag == f"{SVG}tspan" for each in root.iter()), "there are indices"
    return min(sizes) * wide / float(root.get("viewBox", "").split()[2])


def pdf_smallest(path: Path) -> float:
    """The size of the smallest letter of a PDF as Ghostscript reads it, in points."""
    told = said("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=txtwrite", "-dTextFormat=0",
                "-sOutputFile=-", path)  # fmt: skip
    return min(float(size) for size in re.findall(r'font="[^"]*" size="([\d.]+)"', told))


SHOWN: list[dict[str, Any]] = [
    {},
    {"rankdir": "TB", "wires": "all"},
    {"rankdir": "LR", "wires": "all", "notation": "leibniz"},
    {"bars": True, "panel": "sweep:w_1"},
    {"paths": "w_1", "card": True, "step": "9"},
    {"names": "formula", "card": True, "step": "5"},
    {"style": "canvas"},
    {"style": "canvas", "wires": "all"},
    {"style": "canvas", "step": "9", "card": True, "panel": "tanh"},
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("width", "shown"),
    [("column", each) for each in SHOWN]
    + [("two-columns", each) for each in (*SHOWN[::4], SHOWN[7] | {"rankdir": "TB"})],
)
def test_nothing_is_smaller_than_was_asked(tmp_path: Path, width: str, shown: dict[str, Any]) -> None:
    (path,) = render(indexed(), tmp_path / "a.svg", width=width, text="8pt", **shown)
    assert svg_smallest(path) == pytest.approx(8.0, rel=1e-3)
    assert svg_measured(path)[0] == pytest.approx((8.4 if width == "column" else 17.4) * CM, rel=1e-3)


@pytest.mark.parametrize("shown", [{}, {"style": "canvas"}, {"paths": "w_1"}], ids=str)
def test_text_alone_is_the_smallest_text(tmp_path: Path, shown: dict[str, Any]) -> None:
    (path,) = render(indexed(), tmp_path / "a.svg", text="8pt", **shown)
    assert svg_smallest(path) == pytest.approx(8.0, rel=1e-3)


@needs_ghostscript
@pytest.mark.parametrize("shown", [SHOWN[1], SHOWN[4], SHOWN[7]], ids=str)
def test_nothing_in_a_pdf_is_smaller(tmp_path: Path, shown: dict[str, Any]) -> None:
    (path,) = render(indexed(), tmp_path / "a.pdf", width="17.4cm", text="7pt", **shown)
    assert pdf_smallest(path) == pytest.approx(7.0, rel=2e-3)


@needs_tex
@needs_ghostscript
@pytest.mark.parametrize("graph", ["indexed", "neuron"])
def test_nothing_in_tex_is_smaller(tmp_path: Path, graph: str) -> None:
    """TeX makes an index of x1, too, and has its own sizes of indices."""
    what = indexed() if graph == "indexed" else read(graph)
    shown = {"card": True, "step": "9", "panel": "sweep", "wires": "all", "width": "two-columns"}
    (path,) = render(what, tmp_path / "a.tex", **shown)  # type: ignore[arg-type]
    assert compiled(path)[0] == 1
    assert pdf_smallest(path.with_suffix(".pdf")) == pytest.approx(8.0, rel=5e-3)


@pytest.mark.filterwarnings("default")
def test_nothing_in_a_player_is_smaller_at_any_moment(tmp_path: Path) -> None:
    (path,) = render(indexed(), tmp_path / "a.html", width="column", paths="w_1", wires="all")
    page = path.read_text("utf-8")
    wide, unit = re.search(r'width="([\d.]+)mm"', page), re.search(r'viewBox="0 0 ([\d.]+) ', page)
    assert wide is not None
    assert unit is not None
    smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)"', page))
    assert smallest * 84 / 25.4 * 72 / float(unit[1]) == pytest.approx(8.0, rel=1e-3)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_film_has_the_text_of_a_picture_in_pixels(tmp_path: Path, suffix: str) -> None:
    """Whose letters are measured in test_sizes.py: each pixel of the last frame is that of the PNG."""
    told: dict[str, Any] = {"width": "17.4cm", "text": "8pt", "dpi": 150, "card": False}
    (png,) = render(indexed(), tmp_path / "a.png", step="3", **told)
    (film,) = render(indexed(), tmp_path / f"a{suffix}", step="3", motion=False, **told)
    with Image.open(png) as one, Image.open(film) as moving:
        moving.seek(moving.n_frames - 1)
        assert one.width == round(17.4 / 2.54 * 150) == moving.width
        apart = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), moving.convert("RGB")))
    assert max(apart.mean) < 0.3  # of 255: letters of 9 pt in place of 8 are 12 apart


@pytest.mark.filterwarnings("default")
def test_paths_are_broken_into_lines_as_wide_as_the_column(tmp_path: Path) -> None:
    graph = parse("a = 2; b = -3; e = a*b; d = e + a*10; L = tanh(d*a)*0.25 + e")
    (path,) = render(graph, tmp_path / "a.svg", width="column", paths="a")
    root = ElementTree.parse(path).getroot()
    wide = float(root.get("viewBox", "").split()[2])
    below = [each for each in root.iter(f"{SVG}text") if "→" in (each.text or "")]
    assert len(below) > 3
    assert all(float(each.get("x", "0")) < wide / 2 for each in below)


@pytest.mark.filterwarnings("default")
def test_folded_blocks_too(tmp_path: Path) -> None:
    for style in ("notebook", "canvas"):
        (path,) = render(read("mlp"), tmp_path / "a.svg", width="column", style=style)
        assert svg_measured(path) == pytest.approx((8.4 * CM, 8.0), rel=1e-3)
