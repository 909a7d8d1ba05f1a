"""What the training script needs where runs are long, rows are many and devices differ."""

import json
import os
import re
from pathlib import Path

import pytest

from micrograd_gui.document.graph import Graph
from micrograd_gui.export.code.training import training_script
from tests.export.code.test_training_and_notebook import Run, needs_torch, network

pytestmark = needs_torch
TWO = """
import atexit, os, runpy, socket, sys

with socket.socket() as free:
    free.bind(("localhost", 0))
    port = str(free.getsockname()[1])
os.environ.update(WORLD_SIZE="2", LOCAL_WORLD_SIZE="2", MASTER_ADDR="localhost", MASTER_PORT=port)
sys.argv[:] = sys.argv[1:]
children = []
for rank in "0", "1":
    children.append(os.fork())
    if not children[-1]:
        os.environ.update(RANK=rank, LOCAL_RANK=rank)
        atexit._clear()
        atexit.register(os.write, 1, b"Python ends\\n")  # after all that is registered from here on
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
        finally:
            atexit._run_exitfuncs()
            os._exit(3)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""
PROBE = """
import runpy, sys, torch
script = runpy.run_path({path!r}, run_name="probe")
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return written(network(batch=7), tmp_path / "train.py")


def written(graph: Graph, path: Path, **constants: int) -> Path:
    text = training_script(graph)
    for name, number in constants.items():
        text, found = re.subn(rf"^{name} = \S+", f"{name} = {number}", text, flags=re.MULTILINE)
        assert found == 1
    path.write_text(text, "utf-8")
    return path


def table(path: Path, count: int) -> Path:
    """Rows as files have them: other columns, another order, blank lines, line ends within quotes."""
    lines = ["\ufeffnote,y,x2,x1\n"]
    for at in range(count):
        note = '"two\nlines, and ""quotes"""' if at % 5 == 0 else f"r{at}"
        lines.append(f"{note},{at % 2 * 2 - 1},{at / 70},{(at * 37 % count) / 90}\n")
        lines.append("\n" if at % 9 == 0 else "")
    path.write_text("".join(lines), "utf-8")
    return path


# Checkpoints -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "graph",
    [network(batch=7, optimiser="momentum", schedule="demo"), network(optimiser="adam", held_out=0.2)],
    ids=["momentum", "adam"],
)
def test_a_run_that_is_resumed_says_what_an_uninterrupted_one_says(
    graph: Graph, tmp_path: Path, in_torch: Run
) -> None:
    path, kept = written(graph, tmp_path / "train.py"), tmp_path / "c.pt"
    whole = in_torch(path, "--json", "--steps", 6)
    for steps, resumed in ((3, []), (4, ["--resume", kept])):
        in_torch(path, "--json", "--steps", steps, "--checkpoint", kept, "--every", 2, *resumed)
    assert in_torch(path, "--json", "--steps", 6, "--resume", kept) == whole
    assert sorted(each.name for each in tmp_path.glob("c.pt*")) == ["c.pt"]


def test_a_checkpoint_of_another_run_is_refused_in_one_sentence(
    script: Path, tmp_path: Path, in_torch: Run
) -> None:
    kept = tmp_path / "c.pt"
    in_torch(script, "--checkpoint", kept, "--save", tmp_path / "p.pt")
    other = written(network("squared", batch=7), tmp_path / "other.py")
    rows = table(tmp_path / "rows.csv", 20)
    for command, sentence in (
        ((other, "--resume", kept), "another graph"),
        ((script, "--resume", kept, "--data", rows), "another rows"),
        ((script, "--resume", kept, "--batch", 5), "another batch: 7, not 5"),
        ((script, "--resume", kept, "--steps", 2), "6 steps already, more than --steps 2"),
        ((script, "--resume", tmp_path / "p.pt"), "p.pt is no checkpoint"),
        ((script, "--resume", rows), "rows.csv is no checkpoint"),
        ((script, "--resume", tmp_path / "none"), "none is not there"),
    ):
        with pytest.raises(AssertionError, match=f"SystemExit: .*{sentence}.*"):
            in_torch(*command)


def test_a_checkpoint_that_cannot_be_written_whole_leaves_the_one_before(
    script: Path, tmp_path: Path, in_torch: Run
) -> None:
    kept = tmp_path / "c.pt"
    in_torch(script, "--steps", 2, "--checkpoint", kept)
    before = kept.read_bytes()
    probe = tmp_path / "probe.py"
    probe.write_text(
        PROBE.format(path=str(script))
        + "def full(state, file):\n    file.write(b'half')\n    raise OSError('disk full')\n"
        "torch.save = full\n"
        f"sys.argv[1:] = ['--checkpoint', {str(kept)!r}, '--every', '1']\nscript['main']()\n"
    )
    with pytest.raises(AssertionError, match="disk full"):
        in_torch(probe)
    assert kept.read_bytes() == before


@pytest.mark.parametrize("option", ["--checkpoint", "--save"])
def test_a_place_where_nothing_can_be_written_is_refused_before_all_else(
    option: str, script: Path, tmp_path: Path, in_torch: Run
) -> None:
    for path, sentence in (
        (tmp_path / "none" / "c.pt", "c.pt cannot be written: there is no folder .*none"),
        (tmp_path, "cannot be written: it is a folder"),
    ):
        with pytest.raises(AssertionError, match=f"SystemExit: .*{sentence}"):
            in_torch(script, option, path, "--data", tmp_path / "no rows.csv")


@pytest.mark.parametrize(("option", "text"), [("--steps", "-3"), ("--rate", "nan"), ("--rate", "inf")])
def test_numbers_that_no_run_can_have_are_refused(
    option: str, text: str, script: Path, in_torch: Run
) -> None:
    with pytest.raises(AssertionError, match=f"argument {option}: invalid .* value: '{text}'"):
        in_torch(script, option, text)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_processes_that_are_done_leave_before_python_ends(
    script: Path, tmp_path: Path, in_torch: Run
) -> None:
    """A thread of gloo's may give a tensor back after that: its process was aborted, once in eight runs."""
    (tmp_path / "two.py").write_text(TWO, "utf-8")
    lines = in_torch(tmp_path / "two.py", script, "--json").splitlines()
    assert [json.loads(line)["steps"] for line in lines[:-1]] == [6]
    assert lines[-1] == "[0, 0]"


# Rows of a file ----------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [[], ["--batch", 50]], ids=["all", "batch"])
def test_rows_that_are_streamed_give_the_losses_of_rows_in_memory(
    batch: list, tmp_path: Path, in_torch: Run
) -> None:
    rows = table(tmp_path / "rows.csv", 200)
    command = ("--json", "--steps", 3, "--data", rows, *batch)
    graph = network()
    held, streamed = (
        in_torch(written(graph, tmp_path / f"{size}.py", IN_MEMORY=size, PIECE=30), *command)
        for size in (2**24, 0)
    )
    at_once = json.loads(in_torch(written(graph, tmp_path / "train.py"), *command))
    assert held == streamed
    assert json.loads(held)["losses"] == pytest.approx(at_once["losses"], rel=1e-12)
    assert json.loads(held)["accuracy"] == at_once["accuracy"]


def test_of_a_file_that_is_streamed_memory_holds_a_small_part(tmp_path: Path, in_torch: Run) -> None:
    rows, path = table(tmp_path / "rows.csv", 5000), written(network(), tmp_path / "train.py")
    probe = tmp_path / "probe.py"
    probe.write_text(
        PROBE.format(path=str(path)) + "import tracemalloc\ntracemalloc.start()\n"
        f"rows = script['RowsOfFile']({str(rows)!r})\n"
        "pieces = [len(rows[range(at, at + 100)]) for at in range(0, 5000, 100)]\n"
        "print(sum(pieces), tracemalloc.get_traced_memory()[1])\n"
    )
    count, peak = map(int, in_torch(probe).split())
    assert count == 5000
    assert peak < rows.stat().st_size / 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x1,x2\n1,2\n", "rows.csv has no column y"),
        ("x1,x2,y\n", "rows.csv has no rows"),
        ("x1,x2,y\n1,2,3\n1,abc,3\n", "Row 2 of .*rows.csv does not have a number in each column: 1,abc,3"),
        ("x1,x2,y\n1,2\n", "Row 1 of .*rows.csv does not have"),
        ("x1,\xff,y\n", "no CSV file in UTF-8"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    text: str, sentence: str, script: Path, tmp_path: Path, in_torch: Run
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(text, "latin-1")
    with pytest.raises(AssertionError, match=f"SystemExit: .*{sentence}"):
        in_torch(script, "--data", rows)


# Devices -----------------------------------------------------------------------------------------


def test_the_device_is_the_best_there_is(script: Path, tmp_path: Path, in_torch: Run) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(
        PROBE.format(path=str(script)) + "import os\nfrom unittest.mock import patch\n"
        "def told(asked, cuda=0, mps=False, world=1, local=0):\n"
        "    os.environ.update(LOCAL_RANK=str(local), LOCAL_WORLD_SIZE=str(world))\n"
        "    script['device_of'].__globals__['WORLD'] = world\n"
        "    with (patch('torch.cuda.is_available', lambda: cuda > 0),\n"
        "          patch('torch.cuda.device_count', lambda: cuda),\n"
        "          patch('torch.backends.mps.is_available', lambda: mps)):\n"
        "        try:\n            print(script['device_of'](asked))\n"
        "        except SystemExit as refused:\n            print(refused)\n"
        "told('auto'); told('auto', cuda=1, mps=True)\n"
        "told('auto', cuda=4, world=4, local=3); told('auto', cuda=1, world=2)\n"
        "told('auto', mps=True); told('auto', mps=True, world=2); told('cpu', cuda=1)\n"
        "told('cuda'); told('cuda', cuda=1, world=2); told('mps'); told('mps', mps=True, world=2)\n"
        "rows = script['Rows'](script['ROWS']).numbers.float()\n"
        "print(script['Model']().float()(rows)[0].dtype)\n"
    )
    assert in_torch(probe).splitlines() == [
        *("cpu", "cuda:0", "cuda:3", "cpu", "mps", "cpu", "cpu"),
        "There is no cuda device here.",
        "Each process needs a cuda device: 2 processes, 1 here.",
        "There is no mps device here.",
        "On mps one process trains alone.",
        "torch.float32",
    ]
