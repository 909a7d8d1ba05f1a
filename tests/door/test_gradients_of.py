"""What gradients are of, on the command line, in the library and on figures: the same words and numbers."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

import micrograd_gui as mg
from micrograd_gui.app.cli import main
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.graph import Graph

SVG = "{http://www.w3.org/2000/svg}"
LINE = mg.read("line")
OF_ROW = LINE.planned(TrainingPlan(rate=0.2, gradients_of="row"))


@pytest.mark.parametrize(
    ("graph", "words", "grad"), [(LINE, "mean of 20 rows", -2.2421), (OF_ROW, "row 1 of 20", -10.1406)]
)
def test_a_run_and_a_step_of_training_go_by_the_same_gradients(graph: Graph, words: str, grad: float) -> None:
    run, trained = mg.run(graph), mg.train(graph, steps=1)
    last = run.frame(-1)
    assert last.grad["w"] == pytest.approx(grad, abs=5e-5)
    assert trained.parameters["w"] == pytest.approx(last.data["w"] - 0.2 * last.grad["w"], rel=1e-14)
    assert words in run.of
    assert trained.of == words


def test_the_row_alone_can_be_asked_for_and_every_moment_says_what_it_shows() -> None:
    run = mg.run(LINE, rows=False)
    assert run.of == "gradients: row 1 of 20"
    assert run.frame(-1).grad["w"] == pytest.approx(-10.1406, abs=5e-5)
    whole = mg.run(OF_ROW, rows=True)
    assert "so far: row 1 of 20" in whole.of_at(len(whole) - 2)
    assert whole.of_at(len(whole) - 1) == whole.of
    assert mg.run(mg.read("neuron")).of == ""
    with pytest.raises(mg.Refusal):
        run.of_at(len(run))


def test_a_check_says_which_row_it_is_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert "in row 1 of 20" in repr(mg.check(LINE))
    assert main(["check", "line", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["of"] == "row 1 of 20"
    assert main(["check", "neuron", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["of"] is None


def test_training_says_whose_loss_it_lowers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "line", "--steps", "2"]) == 0
    assert "Gradients were of: mean of 20 rows." in capsys.readouterr().out
    assert main(["train", "line", "--steps", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["of"] == "mean of 20 rows"


def said_in(path: Path) -> str:
    texts = [each.text or "" for each in ElementTree.parse(path).getroot().iter(f"{SVG}text")]
    return next((each for each in texts if "row" in each), "")


@pytest.mark.parametrize("style", ["notebook", "canvas"])
def test_a_figure_says_what_its_gradients_are_of(tmp_path: Path, style: str) -> None:
    end = len(mg.run(LINE)) - 1
    heights = set()
    moments = ("0", "row 1 of 20"), (str(end - 1), "so far: row 1 of 20"), ("last", "mean of 20 rows")
    for step, words in moments:
        path = tmp_path / "a.svg"
        mg.render(LINE, path, step=step, style=style)  # type: ignore[arg-type]
        assert words in said_in(path)
        heights.add(ElementTree.parse(path).getroot().get("height"))
    assert len(heights) == 1
    mg.render(LINE, tmp_path / "b.svg", style=style, gradients=False)  # type: ignore[arg-type]
    assert said_in(tmp_path / "b.svg") == ""
    mg.render(mg.read("neuron"), tmp_path / "c.svg", style=style)  # type: ignore[arg-type]
    assert said_in(tmp_path / "c.svg") == ""


@pytest.mark.parametrize("suffix", [".tex", ".html", ".pdf", ".gif"])
def test_every_form_of_many_moments_has_room_for_the_words(tmp_path: Path, suffix: str) -> None:
    scale = 0.3 if suffix == ".gif" else None
    (path,) = mg.render(LINE, tmp_path / f"a{suffix}", step="all", scale=scale)
    assert path.stat().st_size
    if suffix in (".tex", ".html"):
        assert "mean of 20 rows" in path.read_text("utf-8")
