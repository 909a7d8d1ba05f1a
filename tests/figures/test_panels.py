"""A plot beside or below the graph, in the same figure."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.door import parse, read, render, run
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.figures.panels import Plotted, panel_at, plotted, ticks
from micrograd_gui.figures.shapes import shapes_of
from micrograd_gui.figures.text_metrics import width as width_of

SVG = "{http://www.w3.org/2000/svg}"


def texts(path: Path) -> list[str]:
    return [each.text or "" for each in ElementTree.parse(path).iter(f"{SVG}text")]


def test_a_sweep_shows_the_target_over_a_node_with_its_point_and_slope() -> None:
    graph = parse("L = a*a + b", a=3, b=1)
    shown = plotted(graph, run(graph).trace, "sweep:a", None, None)
    assert shown.title == "L over a"
    assert all(y == pytest.approx(x * x + 1) for x, y in zip(shown.xs, shown.ys, strict=True))
    assert shown.point == (3.0, 10.0)
    assert shown.slope == pytest.approx(6.0, abs=1e-6)


def test_an_op_is_shown_where_the_last_node_of_it_works() -> None:
    graph = read("neuron")
    shown = plotted(graph, run(graph).trace, "tanh", None, None)
    assert shown.title == "tanh(n)"
    assert shown.point == pytest.approx((0.8814, 0.7071), abs=1e-4)
    assert shown.slope == pytest.approx(0.5, abs=1e-4)


def test_all_its_words_and_numbers_are_within_its_place() -> None:
    long = "regularised_loss over learning_rate_of_the_first_layer"
    shown = Plotted(long, long, (0.0, 1000.0), (0.0, 1.0))
    for text in panel_at(shown, (10.0, 0.0, 200.0, 190.0)).texts:
        wide = width_of(text.text, text.size, bold=text.bold)
        left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * wide
        assert left >= 9.9, text.text
        assert left + wide <= 210.1, text.text


def test_a_training_is_shown_by_its_loss() -> None:
    graph = read("mlp")
    shown = plotted(graph, run(graph).trace, "loss", None, None)
    assert shown.xs[-1] == graph.plan.steps
    assert shown.ys[-1] < shown.ys[0]


@pytest.mark.parametrize("suffix", [".svg", ".pdf", ".png", ".tex", ".html"])
@pytest.mark.parametrize("where", ["beside", "below"])
def test_it_is_drawn_in_every_form(tmp_path: Path, suffix: str, where: str) -> None:
    said = {"panel": "sweep:w", "panel_at": where, "step": "last"}
    (path,) = render(parse("o = tanh(x*w + b)"), tmp_path / f"a{suffix}", **said)  # type: ignore[arg-type]
    if suffix == ".svg":
        assert {"o over w", "w"} <= set(texts(path))
    assert path.stat().st_size


def test_with_a_size_graph_and_plot_share_the_width(tmp_path: Path) -> None:
    for width, points in (("8.4cm", 238.11), ("17.4cm", 493.23)):
        (path,) = render(read("neuron"), tmp_path / "a.svg", width=width, text="8pt", panel="tanh")
        root = ElementTree.parse(path).getroot()
        unit = points / float(root.get("viewBox", "").split()[2])
        assert min(float(each.get("font-size", "0")) for each in root.iter(f"{SVG}text")) * unit >= 7.99
        assert root.get("width") == f"{float(width[:-2]) * 10:g}mm"


def test_the_point_is_seen_once_its_numbers_are_known() -> None:
    graph = read("neuron")
    film = film_of(graph, "all", Options(panel="tanh", card=False))
    dots = []
    for picture in film.pictures:
        assert picture.panel is not None
        dots.append(all(node in picture.frame.data for node in picture.panel.needs))
    assert not dots[0]
    assert dots[-1]


def test_the_tangent_of_a_sweep_is_seen_once_the_gradient_that_it_shows_is_known() -> None:
    graph = parse("L = a*b + c", a=2, b=3)
    film = film_of(graph, "all", Options(panel="sweep:a", card=False))
    for picture in film.pictures:
        assert picture.panel is not None
        lines = [shape for shape in shapes_of(picture.panel, picture) if shape.edge == "grad"]
        assert bool(lines) == (graph.named("a") in picture.frame.grad)


@pytest.mark.parametrize("wrong", ["wave", "tanh:x1", "exp", "sweep:nobody", ""])
def test_what_cannot_be_shown_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Refusal):
        render(read("neuron"), tmp_path / "a.svg", panel=wrong)
    assert not list(tmp_path.iterdir())


def test_ticks_are_round_numbers_within() -> None:
    assert ticks(-1.1, 1.1, 4) == [-1.0, 0.0, 1.0]
    assert ticks(0, 20, 4) == [0, 5, 10, 15, 20]
    assert ticks(2, 2, 4) == [2]
