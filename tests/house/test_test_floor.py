"""The ground the tests stand on gives way where it should: a leak and an error in a slot fail a test."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LEAK = """
from PySide6.QtWidgets import QWidget
kept = []
def test_leak(qtbot):
    kept.append(QWidget())
"""
ERROR_IN_A_SLOT = """
from PySide6.QtCore import QTimer
def test_error(qtbot):
    QTimer.singleShot(0, lambda: 1 / 0)
    qtbot.wait(50)
"""
WARNING_OF_QT = """
from PySide6.QtCore import qWarning
def test_warning(qtbot):
    qWarning("something is wrong")
"""
SETTINGS = """
from PySide6.QtCore import QSettings
def test_writes(qtbot):
    settings = QSettings("micrograd-gui", "micrograd-gui")
    assert settings.value("look") is None
    settings.setValue("look", "dark")
    settings.sync()
def test_reads(qtbot):
    test_writes(qtbot)
"""


ALONE = """
import time
from pathlib import Path
import pytest
BUSY = Path(__file__).with_name("busy")
@pytest.mark.parametrize("number", range(40))
def test_with_others(number):
    time.sleep(0.02)
    assert not BUSY.exists()
@pytest.mark.alone
@pytest.mark.parametrize("number", range(2))
def test_alone(number):
    BUSY.touch()
    time.sleep(0.3)
    BUSY.unlink()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "status", "words", "more"),
    [
        (LEAK, 1, "widgets left behind: QWidget", []),
        (ERROR_IN_A_SLOT, 1, "ZeroDivisionError", []),
        (WARNING_OF_QT, 1, "something is wrong", []),
        (SETTINGS, 0, "2 passed", []),
        (ALONE, 0, "42 passed", ["-n", "2"]),
    ],
    ids=["leak", "error in a slot", "warning of Qt", "settings", "alone"],
)
def test_the_floor_of_the_tests(tmp_path: Path, code: str, status: int, words: str, more: list[str]) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "test_it.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_it.py", *more],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout


SKIPS = """
import pytest
@pytest.mark.parametrize("number", range(3))
def test_often(number):
    pytest.importorskip("{module}", reason="a module is not installed")
def test_always():
    pass
"""


@pytest.mark.slow
def test_what_was_skipped_is_named_with_its_reason_and_can_be_run_alone(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def said(module: str) -> str:
        (tmp_path / "test_it.py").write_text(SKIPS.format(module=module))
        words = ["-p", "no:cacheprovider", "-n", "1", "--only-skipped", "left", "test_it.py"]
        command = [sys.executable, "-m", "pytest", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    first = said("no_such_module")
    assert "SKIPPED, a module is not installed:\n    test_it.py::test_often (3 cases)\n" in first
    assert "1 passed, 3 skipped" in first
    assert "3 passed in" in said("json")
    assert (tmp_path / "left").read_text() == ""
