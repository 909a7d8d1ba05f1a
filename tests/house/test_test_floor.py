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


def said(folder: Path, *words: str) -> tuple[int, str]:
    """The exit status and the words of pytest on the tests in that folder, which have this conftest."""
    for name in ("tests/conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.slow
def test_a_leak_an_error_in_a_slot_and_a_warning_of_qt_fail_a_test_and_settings_are_its_own(
    tmp_path: Path,
) -> None:
    codes = {"leak": LEAK, "slot": ERROR_IN_A_SLOT, "warning": WARNING_OF_QT, "settings": SETTINGS}
    for name, code in codes.items():
        (tmp_path / f"test_{name}.py").write_text(code)
    status, words = said(tmp_path, *(f"test_{name}.py" for name in codes))
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


@pytest.mark.slow
def test_while_a_test_alone_runs_the_others_wait(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(ALONE)
    status, words = said(tmp_path, "-n", "2", "test_it.py")
    assert status == 0, words
    assert "42 passed" in words


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


@pytest.mark.slow
def test_what_has_others_wait_comes_first_then_what_takes_long(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MIXED)
    status, words = said(tmp_path, "--collect-only", "-q", "test_it.py")
    assert status == 0, words
    names = [line.split("::")[1] for line in words.splitlines() if "::" in line]
    assert names == ["test_alone", "test_long", "test_quick", "test_quick_too"]


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
    def with_module(name: str) -> str:
        (tmp_path / "test_it.py").write_text(SKIPS.format(module=name))
        return said(tmp_path, "-n", "1", "--only-skipped", "left", "test_it.py")[1]

    first = with_module("no_such_module")
    assert "SKIPPED, a module is not installed:\n    test_it.py::test_often (3 cases)\n" in first
    assert "1 passed, 3 skipped" in first
    assert "3 passed in" in with_module("json")
    assert (tmp_path / "left").read_text() == ""
