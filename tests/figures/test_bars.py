"""A bar below each number tells its sign and its size, without colours too."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.door import parse, render
from micrograd_gui.figures.figure import PIECES, Figure
from micrograd_gui.figures.moments import Options, film_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def graph() -> Graph:
    return parse("L = a*b + c", a=4, b=-4, c=0)


def picture(graph: Graph) -> Figure:
    film = film_of(graph, None, Options(bars=True))
    return next(film.pictures)


def test_a_bar_is_as_long_as_the_number_is_large_and_on_the_side_of_its_sign(graph: Graph) -> None:
    figure = picture(graph)
    lit = {label: figure.bar(graph.named(label), "data") for label in "abcL"}
    assert lit == {"a": 2, "b": -2, "c": 0, "L": -PIECES}
    assert figure.bar(graph.named("L"), "grad") == 2, "the largest is 4: the root of a quarter"


def test_infinite_numbers_have_the_whole_bar_and_what_is_no_number_none() -> None:
    graph = parse("L = a*b; z = L*0", a=1e308, b=-1e308)
    figure = picture(graph)
    assert figure.bar(graph.named("L"), "data") == -PIECES
    assert figure.bar(graph.named("z"), "data") == 0


@pytest.mark.parametrize("theme", ["light", "print"])
def test_sides_and_fillings_tell_the_sign_without_colours(graph: Graph, tmp_path: Path, theme: str) -> None:
    (path,) = render(graph, tmp_path / "a.svg", bars=True, theme=theme, gradients=False)  # type: ignore[arg-type]
    group = next(
        each for each in ElementTree.parse(path).iter(f"{SVG}g") if each.findtext(f"{SVG}title") == "b"
    )
    box, *bars = group.iter(f"{SVG}rect")
    assert len(bars) == 2
    assert all(
        float(bar.get("x", "0")) < float(box.get("x", "0")) + float(box.get("width", "0")) for bar in bars
    )
    assert {bar.get("fill") == "#ffffff" for bar in bars} == {True}, "hollow"
    full = next(
        each for each in ElementTree.parse(path).iter(f"{SVG}g") if each.findtext(f"{SVG}title") == "a"
    )
    assert "#ffffff" not in [bar.get("fill") for bar in list(full.iter(f"{SVG}rect"))[1:]]
