"""Paths in figures: on every wire that they go along, told apart, with their products below."""

from itertools import combinations

import pytest

import micrograd_gui as mg
from micrograd_gui.export.options import read_options
from micrograd_gui.figures.moments import film_of
from micrograd_gui.figures.palette import PALETTES
from micrograd_gui.figures.paths import DASH_OF, beside
from micrograd_gui.figures.shapes import PATH_TONES, Curve, groups, shapes_of

TEXT = "a = 3; b = 2; d = a*a; L = d*b + a"


def film(graph, step=None, **options):
    return film_of(graph, step, read_options(graph, options)[1])


def on_wires(figure) -> list:
    return [line for line in figure.paths if line.way is None]


def below(figure) -> list[str]:
    return ["".join(text.text for text in line.texts) for line in figure.paths if line.way is not None]


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_each_path_lies_on_its_wires_from_the_node_to_the_target(style) -> None:
    graph = mg.parse(TEXT)
    (figure,) = film(graph, style=style, paths="a").pictures
    lines = on_wires(figure)
    ends = {wire.points[0] for wire in figure.wires} | {wire.points[-1] for wire in figure.wires}
    assert all({line.points[0], line.points[-1]} <= ends for line in lines)
    counts = [sum(line.number == number for line in lines) for number in range(3)]
    assert counts == ([3, 3, 1] if style == "canvas" else [6, 6, 2])
    assert len({line.points for line in lines}) == len(lines), "beside each other"
    assert below(figure) == [
        "1  a → d → v4 → L:  a × b × 1 = 3.0000 × 2.0000 × 1.0000 = 6.0000",
        "2  a → d → v4 → L:  a × b × 1 = 3.0000 × 2.0000 × 1.0000 = 6.0000",
        "3  a → L:  1 = 1.0000",
        "∂L/∂a = 6.0000 + 6.0000 + 1.0000 = 13.0000",
    ]


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_in_a_column_wires_are_long_enough_for_dashes_and_go_straight_on(style) -> None:
    (figure,) = film(mg.read("reuse"), style=style, width="column", paths="a").pictures
    for line in on_wires(figure):
        (x1, y1), (x2, y2) = line.points[0], line.points[-1]
        assert abs(x2 - x1) + abs(y2 - y1) > 20
    across = [[x for x, _ in wire.points] for wire in figure.wires]
    assert style == "notebook" or across == [*map(sorted, across)], "handles beyond the ends make a kink"


def test_at_every_moment_there_are_the_same_lines_and_numbers_once_the_pass_has_been_there() -> None:
    graph = mg.parse(TEXT)
    pictures = [film.figure_at(each) for film in [film(graph, "all", paths="a")] for each in film.moments]
    assert len({len(groups(picture)) for picture in pictures}) == 1
    assert len({tuple(line.points for line in picture.paths) for picture in pictures}) == 1
    said = [below(picture) for picture in pictures]
    assert said[0][:2] == ["1  a → d → v4 → L:  a × b × 1", "2  a → d → v4 → L:  a × b × 1"]
    assert said[-1][-1].endswith("= 13.0000")
    assert [each[-1].endswith("13.0000") for each in said].index(True) == len(said) - 1


def test_a_path_through_a_collapsed_block_is_drawn_to_its_box() -> None:
    graph = mg.read("mlp")
    (figure,) = film(graph, style="canvas", paths="x1").pictures
    assert {line.number for line in on_wires(figure)} == set(range(12))
    said = below(figure)
    assert len(said) == 14
    assert "[neuron 1_3] → [neuron 2_1] → [neuron 3_1]" in said[0]
    assert said[-2].startswith("4 more, none larger, added up = ")


def test_paths_are_told_apart_by_colour_and_by_dashes_and_in_print_by_dashes_alone(tmp_path) -> None:
    assert len(set(DASH_OF)) == len(PATH_TONES) == 12
    for name, palette in PALETTES.items():
        colours = [palette.colour(tone) for tone in PATH_TONES]
        assert len(set(colours)) == (1 if name == "print" else 12)
        assert min(contrast(colour, palette.ground) for colour in colours) >= 3
    (path,) = mg.render(mg.parse(TEXT), tmp_path / "a.svg", paths="a")
    text = path.read_text("utf-8")
    used = [PALETTES["light"].colour(tone) in text for tone in PATH_TONES]
    assert used[:3] == [True] * 3
    assert text.count("stroke-dasharray") == 6 + 6 - 6 + 2 + 2
    assert "13.0000" in text


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(light, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def light(colour: str) -> float:
    parts = ((0.2126, 1), (0.7152, 3), (0.0722, 5))
    return sum(part * _linear(int(colour[at : at + 2], 16) / 255) for part, at in parts)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_the_wires_of_the_step_are_thin_under_paths_whose_dashes_they_would_hide(style) -> None:
    graph = mg.parse("a = 3; c = 2; b = a*a + c")
    strong, thin = [], []
    for figure in film(graph, "all", style=style, paths="a").pictures:
        lined = {(line.points[0], line.points[-1]) for line in on_wires(figure)}
        for wire in filter(figure.lit, figure.wires):
            stroke = shapes_of(wire, figure)[0]
            (strong if stroke.weight == "strong" else thin).append((wire.points[0], wire.points[-1]) in lined)
    assert strong
    assert thin
    assert not any(strong)
    assert all(thin)


def test_a_curve_beside_another_has_its_ends_and_stays_on_its_side() -> None:
    points = ((0.0, 0.0), (40.0, 0.0), (60.0, 50.0), (100.0, 50.0))
    left, right = beside(points, -6), beside(points, 6)
    assert left[0] == right[0] == points[0]
    assert left[-1] == right[-1] == points[-1]
    middles = [
        sum(w * y for w, (_, y) in zip((1, 3, 3, 1), each, strict=True)) / 8 for each in (left, points, right)
    ]
    assert middles == sorted(middles)
    assert all(abs(a - b) > 4 for a, b in combinations(middles, 2))
    assert beside(points, 0) == points
    assert Curve(left).points == left


def test_what_cannot_be_is_refused_in_a_sentence(tmp_path) -> None:
    graph = mg.parse(TEXT)
    for wrong, said in (("nobody", "no node called"), (3.5, "must be the name of a node"), (99, "99")):
        with pytest.raises(mg.Refusal, match=said):
            mg.render(graph, tmp_path / "a.svg", paths=wrong)
    (figure,) = film(graph, paths="L").pictures
    assert below(figure) == ["1  L itself:  1 = 1.0000", "∂L/∂L = 1.0000"]
    unfed = mg.parse("a = 1; z = a*2; L = a + 1")
    (figure,) = film(unfed, paths="z").pictures
    assert below(figure) == ["No path leads from z to L."]
