"""The built-in examples hold the numbers of the notebook."""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from micrograd import language
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.files import documents
from micrograd_gui.resource import resource
from micrograd_gui.session.measure import check, nudge
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Frame, Pass

NEURON_DATA = {"n": 0.8813735870195432, "o": 0.7071067811865476}
NEURON_GRADS = {
    "o": 1, "n": 0.5, "b": 0.5, "x1w1": 0.5, "x2w2": 0.5, "x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0,
}  # fmt: skip
NUMBERS: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "parabola": ({"f": 20.0}, {"x": 14.0}),
    "slopes": ({"d": 4.0}, {"a": -3.0, "b": 2.0, "c": 1.0}),
    "lecture": ({"L": -8.0}, {"L": 1, "d": -2, "f": 4, "c": -2, "e": -2, "a": 6, "b": -4}),
    "neuron": (NEURON_DATA, NEURON_GRADS),
    "neuron_exp": (NEURON_DATA, NEURON_GRADS),
    "reuse": ({"c": 4.0}, {"a": 4.0}),
    "square": ({"b": 9.0}, {"a": 6.0}),
    "diamond": ({"f": -6.0}, {"a": -3.0, "b": -8.0}),
}


def after(graph: Graph, *passes: str) -> Frame:
    trace = record(graph, [Pass(each) for each in passes])  # type: ignore[arg-type]  # names of passes
    return trace.frame(len(trace))


@pytest.mark.parametrize("name", NUMBERS)
def test_an_example_holds_the_numbers_of_the_notebook(name: str) -> None:
    graph = documents.load_example(name)
    frame = after(graph, "forward", "backward")
    data, grads = NUMBERS[name]
    for label, number in data.items():
        assert frame.data[graph.named(label)] == pytest.approx(number, abs=1e-12)
    for label, number in grads.items():
        assert frame.grad[graph.named(label)] == pytest.approx(number, abs=1e-12)


@pytest.mark.parametrize("name", NUMBERS)
def test_analytic_and_numeric_gradients_of_an_example_agree(name: str) -> None:
    assert all(row.ok for row in check(documents.load_example(name), 1e-6))


def test_the_parabola_turns_at_two_thirds_and_is_swept_from_minus_5_to_5() -> None:
    graph = documents.load_example("parabola")
    x = graph.named("x")
    assert graph.ranges[x] == (-5.0, 5.0)
    assert after(graph.valued(x, 2 / 3), "forward", "backward").grad[x] == pytest.approx(0, abs=1e-12)


def test_the_three_slopes_come_out_by_nudging_as_in_the_notebook() -> None:
    graph = documents.load_example("slopes")
    for label, slope in (("a", -3.0), ("b", 2.0), ("c", 1.0)):
        measured = nudge(graph, graph.named(label), 0.0001, "forward").numeric
        assert measured == pytest.approx(slope, abs=1e-6)


def test_the_lecture_moves_from_minus_8_to_minus_7_994() -> None:
    graph = documents.load_example("lecture")
    moved = nudge(graph, graph.named("a"), 0.001, "forward")
    assert moved.before[moved.target] == -8.0
    assert moved.after[moved.target] == pytest.approx(-7.994, abs=1e-12)


def test_backward_again_without_zero_grad_gives_12_for_reuse() -> None:
    graph = documents.load_example("reuse")
    assert after(graph, "forward", "backward", "backward").grad[graph.named("a")] == 12.0


def test_the_square_has_both_wires() -> None:
    graph = documents.load_example("square")
    a = graph.named("a")
    assert graph.nodes[graph.named("b")].inputs == (a, a)


def test_both_neurons_are_the_same_function() -> None:
    for w1 in (-3.0, 0.5, 2.0):
        results = []
        for name in ("neuron", "neuron_exp"):
            graph = documents.load_example(name)
            frame = after(graph.valued(graph.named("w1"), w1), "forward", "backward")
            results.append([frame.data[graph.named("o")], *(frame.grad[graph.named(x)] for x in ("x1", "b"))])
        assert results[0] == pytest.approx(results[1], abs=1e-12)


def test_every_example_says_what_it_is_and_stands_well() -> None:
    for example in documents.examples():
        graph = documents.load_example(example.name)
        assert example.title
        assert example.sentence.endswith(".")
        assert graph.places.keys() == graph.nodes.keys()
        assert all(math.isfinite(part) for place in graph.places.values() for part in place)
        assert any(node.role for node in graph)


def test_an_example_that_is_not_there_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(Refusal, match="no example “nix”; there are parabola, slopes"):
        documents.load_example("nix")


def test_the_script_makes_the_examples_that_are_kept(tmp_path: Path) -> None:
    source = resource("examples")
    copy = tmp_path / "resources" / "examples"
    copy.mkdir(parents=True)
    for script in source.glob("*.py"):
        shutil.copy(script, copy)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    subprocess.run([sys.executable, str(copy / "make.py")], env=environment, check=True)
    made = {path.name: path.read_text("utf-8") for path in copy.iterdir() if path.is_file()}
    kept = {path.name: path.read_text("utf-8") for path in source.iterdir() if path.is_file()}
    moons = [codec.decode(each.pop("moons.micrograd")) for each in (made, kept)]
    assert made == kept
    rows = [graph.data.rows for graph in moons if graph.data is not None]
    for row, other in zip(*rows, strict=True):  # a processor's sine may differ in the last digit
        assert row == pytest.approx(other, abs=1e-12)
    assert moons[0].blocks == moons[1].blocks


def test_the_blocks_of_an_example_are_called_as_the_language_does() -> None:
    language.use({"layer {number}": "couche {number}", "squared error": "erreur quadratique"})
    try:
        titles = [block.title for block in documents.load_example("xor").blocks]
    finally:
        language.use()
    assert titles[:3] == ["MLP(2, [4, 1])", "couche 1", "neuron 1_1"]
    assert titles[-1] == "erreur quadratique"
    assert "layer 1" in [block.title for block in documents.load_example("xor").blocks]
