"""The eight notebook examples and `moons` in every form, each opened by a reader that is not ours."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from micrograd_gui.document.graph import Graph
from micrograd_gui.door import render
from micrograd_gui.export import formats, matplotlib_writer
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.palette import Palette
from micrograd_gui.files import documents
from micrograd_gui.layout.graphviz import engine
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Pass
from tests.export import browser
from tests.export.test_tikz import compiled, compiled_together, needs_tex

EIGHT = ("parabola", "slopes", "lecture", "neuron", "neuron_exp", "reuse", "square", "diamond")
NAMES = (*EIGHT, "moons")
SVG = "{http://www.w3.org/2000/svg}"
DATA = re.compile(r"[−-]?\d+\.\d{4}")


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not here")


def said(*order: str | Path) -> str:
    return subprocess.run(order, capture_output=True, text=True, check=True, timeout=100).stdout


def boxes(graph: Graph, *, folded: bool = True) -> int:
    """How many nodes a picture shows: of `moons` five, and the three blocks that are collapsed."""
    return 6 if graph.blocks and folded else len(graph.nodes)


def an_svg(path: Path, graph: Graph) -> None:
    QtSvg = pytest.importorskip("PySide6.QtSvg")
    root = ElementTree.fromstring(path.read_bytes())
    names = [each.get("id", "") for each in root.iter(f"{SVG}g")]
    assert len([each for each in names if each.startswith(("node-", "block-"))]) == boxes(graph)
    assert len(set(names)) == len(list(root.iter(f"{SVG}g"))), "no id twice"
    seen = QtSvg.QSvgRenderer(str(path))
    assert seen.isValid()
    assert seen.defaultSize().width() == pytest.approx(float(root.get("width", "0")), abs=1)


def a_png(path: Path, graph: Graph) -> None:
    with Image.open(path) as picture:
        picture.load()
        assert picture.width > 100
        colours = picture.convert("RGB").getcolors(1 << 20) or []
    assert len(colours) > 20


def a_pdf(path: Path, graph: Graph) -> None:
    needs("pdftotext")
    assert "Pages:           1\n" in said("pdfinfo", path)
    assert len(DATA.findall(said("pdftotext", "-layout", path, "-"))) >= boxes(graph)


def a_dot(path: Path, graph: Graph) -> None:
    """A large graph is packed, not ranked: what its rows and edges are is read all the same."""
    packed = "osage" if graph.blocks else "dot"
    drawn = engine().run(path.read_text("utf-8"), "svg", layout=packed, time_limit=60)
    assert drawn.count(b'class="node"') == sum(2 - node.is_leaf for node in graph)
    assert drawn.count(b'class="edge"') == sum(len(node.inputs) + (not node.is_leaf) for node in graph)


def an_animation(path: Path, graph: Graph) -> None:
    with Image.open(path) as film:
        sizes = set()
        for at in range(film.n_frames):
            film.seek(at)
            sizes.add(film.size)
        steps = len(record(graph, (Pass("forward"), Pass("backward"))))
        # of a block the steps inside are one frame; the last tells the gradients over all rows
        assert film.n_frames == (9 if graph.blocks else steps + 1)
        assert len(sizes) == 1


def a_flowchart(path: Path, graph: Graph) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "flowchart LR"
    allowed = re.compile(
        r'    (n\d+\["[^"\[\]{}|]*"\]|n\d+op\(\("[^"()]*"\)\)|n\d+(op)? --> n\d+(op)?|classDef .*|class .*)'
    )
    words = re.compile(r'    (said\["[^"\[\]{}|]*"\]|style said .*)')  # what the gradients are of
    odd = [line for line in lines[1:] if not allowed.fullmatch(line)]
    assert all(words.fullmatch(line) for line in odd)
    assert len(odd) == (2 if graph.data and graph.blocks else 0)
    assert len([line for line in lines if re.match(r"    n\d+\[", line)]) == boxes(graph)


def a_script(path: Path, graph: Graph) -> None:
    found = json.loads(said(sys.executable, path, "--json"))["nodes"]
    trace = record(graph, (Pass("forward"), Pass("backward")))
    frame = trace.frame(len(trace))
    for key, ours in (("data", frame.data), ("grad", frame.grad)):
        expected = sorted(ours.get(node, 0.0) for node in graph.nodes)
        assert sorted(row[key] for row in found) == pytest.approx(expected, abs=1e-12)


def a_notebook(path: Path, graph: Graph) -> None:
    book = json.loads(path.read_text("utf-8"))
    assert (book["nbformat"], {cell["cell_type"] for cell in book["cells"]}) == (4, {"code", "markdown"})
    if importlib.util.find_spec("nbformat"):
        import nbformat

        nbformat.validate(nbformat.read(path, as_version=4))
    code = "\n".join("".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code")
    printed = said(sys.executable, "-c", code)
    assert len(printed.splitlines()) >= len(graph.nodes)


def a_table(path: Path, graph: Graph) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert len(rows) == len(graph.nodes)
    assert all(float(row["data"]) == float(row["data"]) and row["grad"] for row in rows)


def a_file(path: Path, graph: Graph) -> None:
    assert len(json.loads(path.read_text("utf-8"))["nodes"]) == len(graph.nodes)


READERS: dict[str, Callable[[Path, Graph], None]] = {
    ".svg": an_svg,
    ".png": a_png,
    ".pdf": a_pdf,
    ".dot": a_dot,
    ".mmd": a_flowchart,
    ".py": a_script,
    ".ipynb": a_notebook,
    ".csv": a_table,
    ".micrograd": a_file,
}
FILMS = (".gif", ".webp")


def test_every_form_has_a_reader() -> None:
    assert {*READERS, *FILMS, ".tex", ".html"} == set(formats.FORMS)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_in_every_form_is_read_by_a_program_that_is_not_ours(
    tmp_path: Path, name: str, suffix: str
) -> None:
    graph = documents.load_example(name)
    (path,) = render(graph, str(tmp_path / f"{name}{suffix}"))
    READERS[suffix](path, graph)


@pytest.mark.slow(4)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_moves_in_every_form_that_does(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each frame is drawn once, for both forms; a frame a moment, for nothing travels between them."""
    drawn: dict[str, Image.Image] = {}
    draw = matplotlib_writer.pixels

    def pixels(figure: Figure, palette: Palette, *, scale: float) -> Image.Image:
        frame = repr((figure, palette, scale))
        if frame not in drawn:
            drawn[frame] = draw(figure, palette, scale=scale)
        return drawn[frame]

    monkeypatch.setattr(matplotlib_writer, "pixels", pixels)
    graph = documents.load_example(name)
    for suffix in FILMS:
        (path,) = render(graph, str(tmp_path / f"{name}{suffix}"), scale="0.2", motion=False)
        an_animation(path, graph)


@pytest.mark.slow
@needs_tex
def test_all_examples_are_read_by_tex(tmp_path: Path) -> None:
    """The largest as it stands, the others on pages of one paper: TeX reads TikZ twice, not nine times."""
    graphs = [documents.load_example(name) for name in NAMES]
    paths = [render(graph, str(tmp_path / f"{at}.tex"))[0] for at, graph in enumerate(graphs)]
    pages, text = compiled(paths[-1])
    assert pages == 1
    for graph, said in zip(graphs, [*compiled_together(paths[:-1]), text], strict=True):
        assert len(DATA.findall(said)) >= boxes(graph)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_example_plays_in_a_browser_to_its_last_numbers(
    tmp_path: Path, page: browser.Page, name: str
) -> None:
    graph = documents.load_example(name)
    (path,) = render(graph, str(tmp_path / f"{name}.html"))
    page.open(path)
    page.press("End")
    shown = page.ask("[...document.querySelectorAll('#picture text')].map(t => t.textContent)")
    assert len([text for text in shown if DATA.fullmatch(text)]) >= boxes(graph)
    assert page.ask("document.getElementById('forward').disabled") is True
    assert page.complaints == []
