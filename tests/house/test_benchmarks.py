"""A benchmark's side says which file its package came from, and never measures ours under a peer's name."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
ENGINE = ("engine_sides.py", "karpathy-neuron")
TRAINING = ("training.py", "--side", "values_step")


def first_line(folder: Path, script: str, *arguments: str) -> str:
    """What the side says before it measures, where the peer is looked for in that folder."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(map(str, (folder, BENCHMARKS))), "KARPATHY": str(folder),
        "ROWS": "0 0 1",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", BENCHMARKS / script, *arguments], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    return line


@pytest.mark.parametrize("side", [ENGINE, TRAINING], ids=["engine", "training"])
def test_a_folder_without_the_peer_is_not_installed_though_ours_can_be_imported(
    tmp_path: Path, side: tuple[str, ...]
) -> None:
    line = first_line(tmp_path, *side)
    assert "not from" in line
    assert str(ROOT / "micrograd") in line
    assert "missing" in line if side is ENGINE else line.startswith("not installed")


@pytest.mark.parametrize("side", [ENGINE, TRAINING], ids=["engine", "training"])
def test_a_copy_of_our_package_is_not_the_peer(tmp_path: Path, side: tuple[str, ...]) -> None:
    shutil.copytree(ROOT / "micrograd", tmp_path / "micrograd", ignore=shutil.ignore_patterns("__pycache__"))
    line = first_line(tmp_path, *side)
    assert f"{tmp_path / 'micrograd'} is not karpathy's micrograd" in line
    assert "missing" in line if side is ENGINE else line.startswith("not installed")


def test_our_checkout_is_not_the_peer_either() -> None:
    assert "is not karpathy's micrograd" in first_line(ROOT, *ENGINE)


def test_a_package_of_an_engine_and_nn_is_the_peer_and_is_named(tmp_path: Path) -> None:
    package = tmp_path / "micrograd"
    package.mkdir()
    for name in ("__init__", "nn"):
        (package / f"{name}.py").touch()
    (package / "engine.py").write_text("Value = complex\n")
    assert json.loads(first_line(tmp_path, *ENGINE)) == {"files": [str(package / "__init__.py")]}


def test_our_side_names_the_file_of_this_checkout_and_refuses_a_copy(tmp_path: Path) -> None:
    own = str(ROOT / "micrograd" / "__init__.py")
    assert json.loads(first_line(ROOT, "engine_sides.py", "value-neuron")) == {"files": [own]}
    shutil.copytree(ROOT / "micrograd", tmp_path / "micrograd", ignore=shutil.ignore_patterns("__pycache__"))
    assert "missing" in json.loads(first_line(tmp_path, "engine_sides.py", "value-neuron"))


@pytest.mark.parametrize("name", ["canvas", "frames", "hall", "plots", "start", "step"])
def test_a_benchmark_of_the_window_tells_the_files_that_it_ran(name: str) -> None:
    assert "tell_own(" in (BENCHMARKS / f"{name}.py").read_text("utf-8")


def test_what_is_told_is_the_file_of_this_checkout() -> None:
    code = "from origin import tell_own; tell_own('micrograd_gui')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == f"micrograd_gui: {ROOT / 'micrograd_gui' / '__init__.py'}\n"
