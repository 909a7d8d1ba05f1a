"""Numbers on all wires, and gradients as ∂L/∂a, in every form that draws; refused where nothing is drawn."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import micrograd_gui as mg
from micrograd_gui.app.cli import main
from micrograd_gui.export.formats import FORMS
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.moments import Options, film_of
from micrograd_gui.files import documents

SVG = "{http://www.w3.org/2000/svg}"
EXPRESSIONS = tuple(documents.example_names()[:8])


def texts(path: Path) -> list[str]:
    return [each.text or "" for each in ElementTree.parse(path).iter(f"{SVG}text")]


def pictures(name: str, step: str | None = "all", **options: object) -> list[Figure]:
    given = Options(card=False, wires="all", **options)  # type: ignore[arg-type]
    return list(film_of(documents.load_example(name), step, given).pictures)


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return any(one[i] + one[i + 2] <= other[i] or other[i] + other[i + 2] <= one[i] for i in (0, 1))


@pytest.mark.parametrize("style", ["notebook", "canvas"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_chips_hold_exactly_what_the_engine_carried_and_cover_nothing(name: str, style: str) -> None:
    graph = documents.load_example(name)
    run = mg.run(graph)
    frame = run.frame(-1)
    (result,) = pictures(name, None, style=style)
    carried = {(s.node, each.port): each.amount for s in run.steps for each in s.contributions}
    assert {(chip.node, chip.port) for chip in result.chips} == carried.keys()  # none is left out
    for chip in result.chips:
        number = float(chip.amount.removeprefix("+= ").replace("−", "-"))
        assert number == float(f"{carried[chip.node, chip.port]:.4g}")
        operand = graph.nodes[chip.node].inputs[chip.port]
        if not chip.brief:  # where there is little room, the value is on the card alone
            assert float(chip.rule.replace("−", "-")) == float(f"{frame.data[operand]:.4g}")
    for picture in pictures(name, style=style):
        for at, chip in enumerate(picture.chips):
            x, y, width, height = chip.rect
            assert 0 <= x <= x + width <= picture.width
            assert 0 <= y <= y + height <= picture.height
            assert all(apart(chip.rect, box.rect) for box in picture.boxes)
            assert all(apart(chip.rect, other.rect) for other in picture.chips[:at])
    first, *_, last = pictures(name, style=style)
    assert [chip.rect for chip in first.chips] == [chip.rect for chip in last.chips]  # nothing moves
    assert not any(chip.amount for chip in first.chips)


def test_in_leibniz_notation_no_grad_is_left(tmp_path: Path) -> None:
    for style in ("notebook", "canvas"):
        path = tmp_path / f"{style}.svg"
        mg.render(documents.load_example("lecture"), path, step=6, wires="all", notation="leibniz",
                  style=style, card=True)  # fmt: skip
        found = texts(path)
        assert "∂L/∂a" in found
        assert "∂e/∂a = −3" in found
        assert not any("grad" in each for each in found), found


def test_acting_is_what_there_was_and_none_leaves_no_chips(tmp_path: Path) -> None:
    graph = documents.load_example("lecture")
    for name, options in {"a": {}, "b": {"wires": "acting"}, "c": {"wires": "none"}}.items():
        mg.render(graph, tmp_path / f"{name}.svg", step=6, style="canvas", **options)
    a, b, c = (texts(tmp_path / f"{name}.svg") for name in "abc")
    assert a == b
    assert "× 1" in a
    assert "× 1" not in c
    assert set(c) <= set(a)


def test_leibniz_names_the_slope_on_the_wires_of_the_acting_step(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    mg.render(documents.load_example("lecture"), path, step="last", style="canvas", notation="leibniz")
    assert "× ∂e/∂a = −3" in texts(path)


def test_dot_and_mermaid_have_them_on_their_edges_and_dot_opens_again(tmp_path: Path) -> None:
    graph = documents.load_example("lecture")
    (dot,) = mg.render(graph, tmp_path / "x.dot", wires="all", notation="leibniz")
    text = dot.read_text("utf-8")
    assert r'n1 -> n5op [label="2\n+= 6"]' in text
    assert "∂L/∂a 6.0000" in text
    again = mg.read(dot)
    assert {node.label for node in again} == {node.label for node in graph}
    assert mg.run(again).frame(7).grad[again.named("a")] == 6.0
    (mermaid,) = mg.render(graph, tmp_path / "x.mmd", wires="all", notation="leibniz")
    assert '-->|"2<br/>#43;#61; 6"|' in mermaid.read_text("utf-8")


def test_a_player_has_them_at_every_moment(tmp_path: Path) -> None:
    (path,) = mg.render(documents.load_example("lecture"), tmp_path / "x.html", wires="all",
                        notation="leibniz", style="canvas")  # fmt: skip
    page = path.read_text("utf-8")
    assert "∂L/∂·" in page
    film = re.search(r"\[\[\[\d+.*?\]\]\]", page)
    assert film is not None
    said = json.dumps(json.loads(film[0]), ensure_ascii=False)
    assert "∂e/∂a = −3" in said
    assert "+= 6" in said


def test_the_command_line_knows_them_and_refuses_what_cannot_be(tmp_path: Path, capsys) -> None:
    out = tmp_path / "x.svg"
    assert main(["render", "lecture", "--wires", "all", "--notation", "leibniz", "-o", str(out)]) == 0
    assert "+= 6" in texts(out)
    out.unlink()
    for wrong, said in (
        (["--wires", "some"], "Argument --wires: invalid choice: 'some'"),
        (["--notation", "newton"], "Argument --notation: invalid choice: 'newton'"),
    ):
        capsys.readouterr()
        assert main(["render", "lecture", *wrong, "-o", str(out)]) == 2
        assert said in capsys.readouterr().err
        assert not out.exists()
    for suffix in (".csv", ".py", ".ipynb", ".micrograd"):
        capsys.readouterr()
        assert main(["render", "lecture", "--wires", "all", "-o", str(out.with_suffix(suffix))]) == 2
        assert "is of no use to a" in capsys.readouterr().err
        assert not out.with_suffix(suffix).exists()


@pytest.mark.parametrize("style", ["notebook", "canvas"])
@pytest.mark.parametrize("name", ["neuron_exp", "xor", "mlp", "moons"])
def test_something_stands_on_every_wire_those_into_blocks_too(name: str, style: str) -> None:
    (picture,) = pictures(name, None, style=style)
    ends = {(wire.node, wire.port) for wire in picture.wires if wire.port is not None}
    assert {(chip.node, chip.port) for chip in picture.chips if chip.amount} == ends


@pytest.mark.parametrize("width", ["240pt", "346pt"])
def test_in_rows_chips_make_room_for_each_other(width: str) -> None:
    graph = mg.parse(
        "z = -2.5; c = 1; v = relu(z) + c; t = max(c, v); u = c**2; w = u*c; m = max(w, c); o = t - u*2; "
        "h = max(v, o); p = o - c*2; L = o + h + p"
    )
    _, options = FORMS[".svg"].read(graph, {"width": width, "text": "7pt", "digits": 2, "wires": "all"})
    (figure,) = film_of(graph, None, options).pictures
    air = 1.5
    rects = [(x, y, wide - air, tall - air) for x, y, wide, tall in (chip.rect for chip in figure.chips)]
    assert all(apart(one, other) for at, one in enumerate(rects) for other in rects[:at])
