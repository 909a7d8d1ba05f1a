"""The ground the tests stand on gives way where it should: a leak and an error in a slot fail a test."""

import re
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
import sys
from PySide6.QtCore import QSettings
from micrograd_gui import languages
def test_writes(qtbot):
    assert hasattr(sys.modules["numpy"], "isscalar")
    assert languages.used() == languages.wanted() == "en"
    languages.begin("de")
    settings = QSettings("micrograd-gui", "micrograd-gui")
    assert settings.value("look") is None
    settings.setValue("look", "dark")
    settings.sync()
def test_reads(qtbot):
    test_writes(qtbot)
"""
MIXED = """
import pytest
def test_quick(): pass
@pytest.mark.slow
def test_long(): pass
def test_quick_too(): pass
@pytest.mark.slow
@pytest.mark.alone
def test_alone(): pass
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
SKIPS = """
import pytest
@pytest.mark.parametrize("number", range(3))
def test_often(number):
    pytest.importorskip("{module}", reason="a module is not installed")
def test_always():
    pass
"""
# For tests that have no use for Qt or Hypothesis: each worker would load both.
LIGHT = ("-p", "no:pytest-qt", "-p", "no:hypothesispytest", "-o", "addopts=--import-mode=importlib")


def said(folder: Path, *words: str) -> tuple[int, str]:
    """The exit status and the words of pytest on the tests in that folder, which have this conftest."""
    for name in ("tests/conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.qt
@pytest.mark.slow
def test_what_is_wrong_fails_a_test_settings_are_its_own_and_what_takes_long_comes_first(
    tmp_path: Path,
) -> None:
    codes = {
        "leak": LEAK, "slot": ERROR_IN_A_SLOT, "warning": WARNING_OF_QT, "settings": SETTINGS, "turns": MIXED
    }  # fmt: skip
    for name, code in codes.items():
        (tmp_path / f"test_{name}.py").write_text(code)
    status, words = said(tmp_path, "-v", *(f"test_{name}.py" for name in codes))
    assert status == 1, words
    told = {line for line in words.splitlines() if line.startswith(("PASSED", "FAILED", "ERROR"))}
    for start in (
        "ERROR test_leak.py::test_leak - Failed: widgets left behind: QWidget",
        "FAILED test_slot.py::test_error - Failed: ",
        "FAILED test_warning.py::test_warning",
        "PASSED test_settings.py::test_writes",
        "PASSED test_settings.py::test_reads",
    ):
        assert any(line.startswith(start) for line in told), words
    assert not any(line.startswith(("ERROR test_settings", "FAILED test_settings")) for line in told)
    assert "ZeroDivisionError" in words
    assert "something is wrong" in words
    # before all what has others wait, then what takes long
    names = re.findall(r"^test_\w+[.]py::(\w+) PASSED", words, re.MULTILINE)
    unmarked = ["test_leak", "test_writes", "test_reads", "test_quick", "test_quick_too"]
    assert names == ["test_alone", "test_long", *unmarked]


@pytest.mark.slow
def test_while_a_test_alone_runs_the_others_wait_and_what_was_skipped_is_named_and_can_be_run_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "test_alone.py").write_text(ALONE)

    def with_module(name: str, *words: str) -> str:
        (tmp_path / "test_it.py").write_text(SKIPS.format(module=name))
        status, told = said(tmp_path, *LIGHT, "--only-skipped", "left", "test_it.py", *words)
        assert status == 0, told
        return told

    first = with_module("no_such_module", "test_alone.py", "-n", "2")
    assert "SKIPPED, a module is not installed:\n    test_it.py::test_often (3 cases)\n" in first
    assert "43 passed, 3 skipped" in first
    assert "3 passed in" in with_module("json", "-n", "1")
    assert (tmp_path / "left").read_text() == ""
