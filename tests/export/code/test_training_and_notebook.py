"""Scripts, notebooks and tables written as files, and read by Python, nbformat and the csv module."""

import ast
import csv
import importlib.util
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from micrograd_gui.app.cli import main
from micrograd_gui.document import datasets
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.door import render
from micrograd_gui.export.code.training import training_script
from micrograd_gui.files import documents
from micrograd_gui.session.measure import complete
from micrograd_gui.session.training.trainer import Trainer
from tests.export.code.test_python import python
from tests.naughty import naughty

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
Run = Callable[..., str]
LECTURE = documents.load_example("lecture")


def network(
    loss: str = "margin", rows: str = "moons", layers: tuple[int, ...] = (4, 1), **plan: object
) -> Graph:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, layers, activation="relu", seed=1, linear=True))
    graph, _ = with_block(graph, BlockSpec("loss", form=loss))
    graph, _ = with_block(graph, BlockSpec("loss", form="l2"))
    data = datasets.make(rows, *((20,) if rows == "moons" else ()))
    return graph.fed(data.matched(graph.nodes)).planned(TrainingPlan(**{"steps": 6, "rate": 0.1, **plan}))  # type: ignore[arg-type]


def trained(graph: Graph, folder: Path, run: Run, *command: object) -> dict:
    path = folder / "train.py"
    path.write_text(training_script(graph), "utf-8")
    return json.loads(run(*command, path, "--json"))


# Training ----------------------------------------------------------------------------------------


@needs_torch
@pytest.mark.parametrize(
    ("graph", "tolerance"),
    [
        (network(), 1e-12),
        (network("squared", optimiser="momentum", schedule="demo"), 1e-12),
        (network("squared", layers=(3, 2, 1), rows="xor", optimiser="adam"), 1e-9),
        (network("margin", layers=(1,), rows="or"), 1e-12),
    ],
    ids=["moons", "momentum", "adam", "neuron"],
)
def test_a_training_script_has_the_losses_and_parameters_of_the_window(
    graph: Graph, tolerance: float, tmp_path: Path, in_torch: Run
) -> None:
    training = Trainer(graph)
    losses = [training.step().loss for _ in range(6)]
    said = trained(graph, tmp_path, in_torch)
    assert said["losses"] == pytest.approx(losses, rel=tolerance)
    assert list(said["parameters"].values()) == pytest.approx(training.numbers.tolist(), rel=tolerance)
    assert said["accuracy"] == training.accuracy


def test_rows_held_out_are_written_apart_from_those_learned_from() -> None:
    graph = network(held_out=0.2)
    lines = ast.parse(training_script(graph)).body
    lists = {
        line.targets[0].id: ast.literal_eval(line.value)
        for line in lines
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.List)
    }
    rows = [list(row) for row in graph.data.rows]
    held = graph.plan.rows_held_out(len(rows))
    assert lists["HELD_OUT"] == [rows[at] for at in held]
    assert lists["ROWS"] == [row for at, row in enumerate(rows) if at not in held]


@needs_torch
def test_a_training_script_learns_from_the_same_rows_as_the_window(tmp_path: Path, in_torch: Run) -> None:
    graph = network(held_out=0.2)
    training = Trainer(graph)
    losses = [training.step().loss for _ in range(6)]
    said = trained(graph, tmp_path, in_torch)
    assert said["losses"] == pytest.approx(losses, rel=1e-12)
    assert said["held_out"]["loss"] == pytest.approx(training.held_out.loss, rel=1e-12)
    assert said["held_out"]["accuracy"] == training.held_out.accuracy


TORCHRUN = """
import os, sys
from torch.distributed.run import main

os.environ["OMP_NUM_THREADS"] = "1"  # else it is told in five lines that this is so
main(["--standalone", *sys.argv[1:]])
"""
COUNTED = """
import os, runpy, sys

open(f"{sys.argv[1]}.{os.environ['RANK']}", "x").close()
sys.argv[:] = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@needs_torch
@pytest.mark.slow(5)
@pytest.mark.parametrize("processes", [1, 2, 3, 4])
def test_under_torchrun_the_processes_together_have_the_same_losses(
    processes: int, tmp_path: Path, in_torch: Run
) -> None:
    """By torchrun itself, where it can be in a Python that has PyTorch loaded; each process is a new one.

    Forked ones would be quicker, and waited for ever now and then: a thread of the launcher looks up who has
    connected, under a lock of the C library that a child which is forked meanwhile never gets.
    """
    graph = network(rows="xor")  # four rows: three processes have shares of different sizes
    for name, text in (("torchrun.py", TORCHRUN), ("counted.py", COUNTED)):
        (tmp_path / name).write_text(text, "utf-8")
    command = (tmp_path / "torchrun.py", "--nproc-per-node", processes, tmp_path / "counted.py")
    training = Trainer(graph)
    losses = [training.step().loss for _ in range(6)]
    assert trained(graph, tmp_path, in_torch, *command)["losses"] == pytest.approx(losses, rel=1e-12)
    assert len(list(tmp_path.glob("train.py.*"))) == processes


@needs_torch
@pytest.mark.slow
def test_batches_rows_of_ones_own_and_saved_parameters(tmp_path: Path, in_torch: Run) -> None:
    path = tmp_path / "train.py"
    path.write_text(training_script(network(batch=5)), "utf-8")
    rows = tmp_path / "rows.csv"
    rows.write_text("y,x2,x1\n1,0.5,0.25\n-1,-0.5,2\n", "utf-8")
    said = json.loads(in_torch(path, "--json", "--data", rows, "--steps", "3", "--save", tmp_path / "p.pt"))
    assert len(said["losses"]) == 3
    assert (tmp_path / "p.pt").stat().st_size
    assert "step 5 loss" in in_torch(path)


@needs_torch
def test_a_graph_drawn_by_hand_trains_with_parameters_called_anything(tmp_path: Path, in_torch: Run) -> None:
    graph = graph_from_expression("x = 1; y = 1; w = 0.5; b = 0; L = (w*x + b - y)**2")
    labels = {"w": "forward\n@@rows@@", "b": 'self"'}
    for node in list(graph):
        if node.label in labels:
            graph = graph.marked(node.id, "parameter").relabelled(node.id, labels[node.label])
    graph = graph.fed(datasets.make("line").matched(graph.nodes)).planned(TrainingPlan(steps=4, rate=0.1))
    training = Trainer(graph)
    losses = [training.step().loss for _ in range(4)]
    said = trained(graph, tmp_path, in_torch)
    assert said["losses"] == pytest.approx(losses, rel=1e-12)
    assert set(said["parameters"]) == set(labels.values())


def test_layers_are_written_as_layers_and_only_what_trains_is_written() -> None:
    text = training_script(network())
    assert "nn.Linear(2, 4, dtype=torch.float64)" in text
    assert "nn.Linear(4, 1, dtype=torch.float64)" in text
    with pytest.raises(Refusal, match="no row to train on"):
        training_script(LECTURE)


def test_a_training_script_with_hostile_labels_is_python_that_calls_nothing_of_theirs() -> None:
    graph = network()
    for node, label in zip(list(graph), naughty(), strict=False):
        graph = graph.relabelled(node.id, label)
    plain, hostile = (ast.parse(training_script(each)) for each in (network(), graph))
    calls = [
        {ast.unparse(each.func) for each in ast.walk(tree) if isinstance(each, ast.Call)}
        for tree in (plain, hostile)
    ]
    assert {call for call in calls[1] if "." not in call} == {call for call in calls[0] if "." not in call}


# Files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".csv"])
def test_the_command_line_writes_it_as_one_file(
    suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / f"out{suffix}"
    assert main(["render", "lecture", "-o", str(path), "--step", "all"]) == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_dialects_are_chosen_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "out.py"
    for dialect, words in (("torch", "import torch"), ("jax", "import jax"), ("micrograd", "import Value")):
        assert main(["render", "lecture", "-o", str(path), "--dialect", dialect]) == 0
        assert words in path.read_text("utf-8")
    assert main(["render", "lecture", "-o", str(path), "--dialect", "jax", "--train"]) == 2
    assert "--dialect must be torch where train is set, not “jax”." in capsys.readouterr().err
    other = tmp_path / "out.ipynb"
    for asked in (["--dialect", "torch"], ["--train"]):
        assert main(["render", "xor", "-o", str(other), *asked]) == 2
        assert capsys.readouterr().err == f"{asked[0]} is of no use to a .ipynb: it goes with a .py.\n"
    assert not other.exists()


def test_code_is_written_without_qt_torch_or_matplotlib(tmp_path: Path) -> None:
    said = python(
        "-c",
        "import sys\nfrom micrograd_gui.app.cli import main\n"
        f"main(['render', 'lecture', '-o', {str(tmp_path / 'a.py')!r}, '--dialect', 'torch'])\n"
        "print([name for name in ('PySide6', 'torch', 'matplotlib') if name in sys.modules])",
    )
    assert said.splitlines()[-1] == "[]"


# Notebooks ---------------------------------------------------------------------------------------


def notebook(graph: Graph, folder: Path) -> dict:
    (path,) = render(graph, str(folder / "a.ipynb"))
    return json.loads(path.read_text("utf-8"))


def test_a_notebook_has_cells_that_run_one_after_the_other(tmp_path: Path) -> None:
    whole = notebook(LECTURE, tmp_path)
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    code = ["".join(cell["source"]) for cell in whole["cells"] if cell["cell_type"] == "code"]
    said = python("-c", "\n".join(code).replace("draw_dot(L)", "print(draw_dot(L).source)"))
    assert 'label="{ a | data 2.0000 | grad 6.0000 }"' in said
    assert any(line.split() == ["a", "data", "2.0", "grad", "6.0"] for line in said.splitlines())


def test_a_notebook_with_hostile_labels_is_python_in_every_cell(tmp_path: Path) -> None:
    labels = naughty()
    graph = Graph({at: Node(at, label=label) for at, label in enumerate(labels, 1)})
    for number in (1, len(labels)):
        whole = notebook(graph.targeted(number), tmp_path)
        for cell in whole["cells"]:
            if cell["cell_type"] == "code":
                ast.parse("".join(cell["source"]))


def test_a_large_graph_is_not_drawn_in_its_notebook(tmp_path: Path) -> None:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (16, 16, 1), seed=1, linear=True))
    assert "draw_dot(" not in json.dumps(notebook(graph, tmp_path)["cells"][2:])


def test_a_notebook_shows_its_picture_and_numbers_before_it_is_run(tmp_path: Path) -> None:
    graph = graph_from_expression("a = 2; b = -3; L = (a*b).tanh() + a")
    code = [cell for cell in notebook(graph, tmp_path)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    (drawn,) = (cell for cell in code if cell["source"][0].startswith("draw_dot("))
    assert "<svg" in "".join(drawn["outputs"][0]["data"]["image/svg+xml"])
    program = "\n".join("".join(cell["source"]) for cell in code)
    assert "".join(code[-1]["outputs"][0]["text"]) == python("-c", program)


def test_jupyter_opens_and_runs_a_notebook(tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook(LECTURE, tmp_path)
    book = nbformat.read(tmp_path / "a.ipynb", as_version=4)
    nbformat.validate(book)
    nbclient.NotebookClient(book, timeout=100).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/svg+xml" in output.get("data", {}) for output in outputs)
    assert any("grad 6.0" in output.get("text", "") for output in outputs)


# CSV ---------------------------------------------------------------------------------------------


def lines(graph: Graph, folder: Path, step: str | None = None) -> list[dict[str, str]]:
    (path,) = render(graph, str(folder / "a.csv"), step=step)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))


def test_a_table_has_every_number_exactly(tmp_path: Path) -> None:
    graph = graph_from_expression("a = 0.1; b = 1e-300; L = tanh(a*b) + a")
    frame = complete(graph)
    for row in lines(graph, tmp_path):
        assert float(row["data"]) == frame.data[int(row["id"])]
        assert float(row["grad"]) == frame.grad[int(row["id"])]


def test_with_all_steps_each_moment_has_its_lines(tmp_path: Path) -> None:
    rows = lines(LECTURE, tmp_path, "all")
    assert [row["step"] for row in rows] == [str(at) for at in range(8) for _ in range(7)]
    first = {row["node"]: row for row in rows[:7]}
    assert (first["L"]["data"], first["a"]["data"], first["a"]["grad"]) == ("", "2.0", "")
    assert [row["move"] for row in rows if row["move"]] == ["forward"] * 3 + ["seed"] + ["backward"] * 3
    assert {row["step"] for row in lines(LECTURE, tmp_path, "3")} == {"3"}
    assert {row["step"] for row in lines(LECTURE, tmp_path)} == {"7"}


def test_no_label_becomes_a_formula_and_all_can_be_read_back(tmp_path: Path) -> None:
    labels = naughty()
    graph = Graph({at: Node(at, label=label) for at, label in enumerate(labels, 1)})
    rows = lines(graph, tmp_path)
    assert len(rows) == len(labels)
    for row in rows:
        cell, label = row["node"], graph.nodes[int(row["id"])].label
        assert cell.removeprefix("'") == label.replace("\0", "�")
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_script_is_read_by_the_python_of_this_test(tmp_path: Path) -> None:
    (path,) = render(LECTURE, str(tmp_path / "a.py"))
    assert subprocess.run([sys.executable, "-m", "py_compile", path]).returncode == 0
