"""`micrograd-gui train`: what it prints, what it draws, what it refuses, and how it stops."""

import functools
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from micrograd_gui import interrupts
from micrograd_gui.app.cli import main
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.training.trainer import Trainer

COMMAND = [sys.executable, "-m", "micrograd_gui", "train"]


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["train", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    status, out, err = ran(capsys, *arguments, "--json")
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)


def test_who_closed_standard_error_is_served(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    assert main(["train", "line", "--steps", "1"]) == 0
    assert "After 1 step" in capsys.readouterr().out


def test_json_has_what_the_contract_names(capsys: pytest.CaptureFixture[str]) -> None:
    whole = as_json(capsys, "moons")
    assert whole["steps"] == len(whole["losses"]) == 100
    assert whole["losses"][0] == pytest.approx(0.8958441028683222, abs=1e-12)
    assert whole["accuracy"] == 1.0
    assert len(whole["parameters"]) == 337


def test_a_loss_that_runs_away_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    whole = as_json(capsys, "moons", "--rate", "50", "--steps", "20")
    assert whole["losses"][1] > 1000 * whole["losses"][0]
    assert whole["diverges_since"] == 1
    assert as_json(capsys, "moons", "--steps", "20")["diverges_since"] is None
    _, out, _ = ran(capsys, "line", "--rate", "3", "--steps", "5")
    assert "The loss diverges since step 1" in out


def test_parameters_are_called_as_in_the_graph(capsys: pytest.CaptureFixture[str]) -> None:
    whole = as_json(capsys, "line")
    assert whole["accuracy"] is None
    assert whole["parameters"].keys() == {"w", "b"}
    assert whole["parameters"]["w"] == pytest.approx(2.0, abs=0.1)


def test_steps_rate_and_seed_are_as_asked(capsys: pytest.CaptureFixture[str]) -> None:
    whole = as_json(capsys, "mlp", "--steps", "5", "--rate", "0.01", "--seed", "3")
    again = as_json(capsys, "mlp", "--steps", "5", "--rate", "0.01", "--seed", "3")
    other = as_json(capsys, "mlp", "--steps", "5", "--rate", "0.01", "--seed", "4")
    assert whole == again
    assert whole["steps"] == 5
    assert whole["losses"] != other["losses"]


def test_no_step_shows_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    whole = as_json(capsys, "line", "--steps", "0")
    assert (whole["steps"], whole["losses"]) == (0, [])
    assert whole["parameters"] == {"w": -1.0, "b": 1.0}
    assert whole["loss"] == Trainer(load_example("line")).loss


def test_a_person_reads_how_the_loss_fell(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = ran(capsys, "xor")
    assert (status, err) == (0, "")
    assert "After 200 steps the loss is 0.0026." in out
    assert "100%" in out


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_loss_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"loss{suffix}"
    assert ran(capsys, "xor", "--plot", str(path))[0] == 0
    first = path.read_bytes()
    assert first[:5] in (b"\x89PNG\r", b"<?xml", b"%PDF-")
    assert ran(capsys, "xor", "--plot", str(path))[0] == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("neuron",), "There is no row to train on"),
        (("nope",), "neither a file nor an example"),
        (("mlp", "--rate", "0"), "The rate must be more than 0"),
        (("mlp", "--rate", "-0.1"), "The rate must be more than 0"),
        (("mlp", "--rate", "1e300"), "at most 1,000,000"),
        (("mlp", "--rate", "fast"), "--rate must be a number, not “fast”"),
        (("mlp", "--steps", "1.5"), "--steps must be a whole number"),
        (("mlp", "--steps", "-3"), "--steps must be a whole number"),
        (("mlp", "--steps", "99999999999"), "steps must be from 1"),
        (("mlp", "--seed", "-1"), "--seed must be a whole number"),
        (("mlp", "--seed", "99999999999"), "seed must be a whole number"),
        (("mlp", "--plot", "loss.gif"), "its suffix must be one of"),
        (("mlp", "--plot", "no/such/folder/loss.png"), "there is no folder"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_else(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    status, out, err = ran(capsys, *arguments, "--json")
    assert (status, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_training_needs_no_qt() -> None:
    code = (
        "import sys; from micrograd_gui.app.cli import main; main(['train', 'line', '--json']); "
        "sys.exit(any(name.startswith(('PySide6', 'shiboken6')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0


def started(*command: str) -> subprocess.Popen[str]:
    """Python as a terminal starts it: it heeds Ctrl+C even if the tests do not (`pytest &` in a script)."""
    pipe = subprocess.PIPE
    heeding = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    whole = [sys.executable, *command]
    return subprocess.Popen(whole, stdout=pipe, stderr=pipe, text=True, preexec_fn=heeding)


def told_by(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it printed to its end, which it finds within a minute."""
    try:
        return process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()


terminal = pytest.mark.skipif(sys.platform == "win32", reason="signals of a terminal")


TELLING_OF_ITS_SECOND_STEP = """
import pathlib, runpy, sys
from micrograd_gui.session.training.trainer import Trainer

begun, step, steps = pathlib.Path(sys.argv.pop()), Trainer.step, []

def told(self, *given, **named):
    steps.append(1)
    if len(steps) == 2:
        begun.touch()
    return step(self, *given, **named)

Trainer.step = told
runpy.run_module("micrograd_gui", run_name="__main__", alter_sys=True)
"""


@terminal
def test_ctrl_c_stops_and_tells_what_was_learned(tmp_path: Path) -> None:
    begun, until = tmp_path / "begun", time.monotonic() + 60
    command = ("train", "moons", "--steps", "9000000", "--json", str(begun))
    process = started("-c", TELLING_OF_ITS_SECOND_STEP, *command)
    while not begun.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = told_by(process)
    assert process.returncode == 130
    assert err == ""
    whole = json.loads(out)
    assert whole["stopped"] is True
    assert whole["steps"] == len(whole["losses"]) > 0


@terminal
def test_a_second_ctrl_c_ends_it_on_the_spot(monkeypatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(interrupts, "leave", ended.append)
    before = signal.signal(signal.SIGINT, interrupts._leave)
    try:
        with interrupts.StopAsked() as stop:
            signal.raise_signal(signal.SIGINT)
            assert (stop.wanted, ended) == (True, [])
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)  # while it is told what was learned
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == [130, 130]


INTERRUPTED_AT_AN_IMPORT = """
import os, runpy, signal, sys

module = sys.argv.pop()

class Finder:
    def find_spec(name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder)
runpy.run_module("micrograd_gui", run_name="__main__", alter_sys=True)
"""


@terminal
@pytest.mark.parametrize(
    "module", ["argparse", "micrograd_gui.app.cli", "micrograd_gui.session.training.trainer", "numpy"]
)
def test_ctrl_c_while_it_loads_ends_it_without_a_word(module: str) -> None:
    process = started("-c", INTERRUPTED_AT_AN_IMPORT, "train", "moons", "--steps", "9000000", module)
    assert told_by(process) == ("", "")
    assert process.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of its own")
def test_a_terminal_sees_a_bar_that_leaves_nothing_behind() -> None:
    try:
        ours, theirs = pty.openpty()
    except OSError as none:  # as in a bare chroot
        pytest.skip(f"no terminal can be had here: {none}")
    with subprocess.Popen([*COMMAND, "mlp", "--json"], stdout=subprocess.PIPE, stderr=theirs) as process:
        try:
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert json.loads(out)["steps"] == 20
    assert "20/20" in shown
    assert shown.endswith("\r\x1b[K")


def test_rows_held_out_are_told_beside_the_others(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = as_json(capsys, "line", "--steps", "4", "--held-out", "0.25")
    held = whole["held_out"]
    assert isinstance(held, dict)
    assert len(held["rows"]) == 5
    assert len(held["losses"]) == 4
    assert held["accuracy"] is None
    assert as_json(capsys, "line", "--steps", "4")["held_out"] is None
    curve = tmp_path / "loss.svg"
    _, printed, _ = ran(capsys, "moons", "--steps", "3", "--held-out", "0.2", "--plot", str(curve))
    assert printed.splitlines()[0].split() == ["step", "loss", "accuracy", "held", "out", "accuracy"]
    assert "Over 20 rows held out it is" in printed
    assert curve.stat().st_size > 1000
