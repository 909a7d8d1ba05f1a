"""Help > About > Copy diagnostics: what a report of a fault needs, and no more."""

import logging
import os
import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from unittest.mock import Mock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QTextBrowser

from micrograd_gui import log, version
from micrograd_gui.app import start
from micrograd_gui.app.learning.help import LICENSES
from micrograd_gui.app.settings import Settings
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents
from micrograd_gui.files.recovery import Slot

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(autouse=True)
def _log_is_kept():
    kept = log.last_lines()
    kept.lines.clear()
    yield
    for handler in list(logging.getLogger(log.NAME).handlers):
        log.detach(handler)


def copied(window, qtbot) -> str:
    window.findChild(QAction, "about").trigger()
    box = window.findChild(QDialog)
    button = box.findChild(QPushButton, "copy_diagnostics")
    QApplication.clipboard().clear()
    button.click()
    qtbot.waitUntil(lambda: QApplication.clipboard().text() != "")
    return QApplication.clipboard().text()


def test_about_copies_versions_screen_window_graph_and_the_log(opened, act, qtbot):
    window = opened("lecture")
    act(window, "forward")
    text = copied(window, qtbot)
    head, _, lines = text.partition("\nlog:\n")
    assert head.startswith(f"micrograd-gui {version.told()}\n")
    for part in ("PySide6-Essentials 6.", "numpy ", "Python 3.", "Qt 6.", "Qt platform: ", "screen 1: "):
        assert part in head
    assert "window: 1600×900" in head
    assert f"theme {window.look.theme.name}" in head
    assert f"graph: {len(window.session.state.graph)} nodes" in head
    assert "micrograd_gui.app: opened lecture" in lines
    assert "micrograd_gui.app: action forward" in lines
    assert "clipboard" in window.message.text()


def test_return_closes_about_and_leaves_the_clipboard_alone(opened, act, qtbot):
    window = opened("lecture")
    QApplication.clipboard().setText("mine")
    act(window, "about")
    box = window.findChild(QDialog)
    qtbot.waitUntil(lambda: box.focusWidget() is not None)
    qtbot.keyClick(box.focusWidget(), Qt.Key.Key_Return)
    assert not box.isVisible()
    assert QApplication.clipboard().text() == "mine"


def test_the_log_tells_files_without_the_home_of_their_user(opened, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    window = opened("lecture")
    window.documents.save_to(tmp_path / "mine.micrograd")
    text = copied(window, qtbot)
    assert "mine.micrograd" in text
    assert str(tmp_path) not in text


def test_a_refusal_and_an_error_in_a_slot_stand_in_the_log(opened, act, qtbot, monkeypatch, capsys):
    window = opened("lecture")
    window.bridge.attempt(window.session.set_h, "no number")
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)  # not the one by which tests fail
    with start.errors_shown(window.say):
        try:
            raise ZeroDivisionError("on purpose")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    text = copied(window, qtbot)
    assert "micrograd_gui.views: refused: " in text
    assert "ERROR micrograd_gui.app: an error in a slot" in text
    assert "Traceback (most recent call last)" in text
    assert "on purpose" in capsys.readouterr().err


def test_the_log_keeps_its_last_200_lines(opened, qtbot):
    window = opened("lecture")
    for number in range(300):
        log.logger_of("micrograd_gui.app.window").info("line %d", number)
    lines = copied(window, qtbot).partition("\nlog:\n")[2].splitlines()
    assert len(lines) == 200
    assert lines[0] > ""
    assert "line 299" in "\n".join(lines)
    assert "line 50" not in "\n".join(lines)


def test_settings_are_nobody_elses_business(qapp):
    settings = Settings()
    file = Path(settings._kept.fileName())
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    settings = Settings()
    settings.theme = "dark"
    settings._kept.sync()
    assert "dark" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_licenses_of_all_that_comes_with_it_are_named_in_about_and_readme(opened, act):
    window = opened("lecture")
    act(window, "about")
    box = window.findChild(QDialog)
    said = box.findChild(QTextBrowser).toPlainText()
    page = (ROOT / "README.md").read_text("utf-8")
    for row in LICENSES:
        assert all(each in said for each in (row[0], *row[2:]))
        assert f"| {' | '.join(row)} |" in page
    box.close()


def test_each_package_that_is_installed_with_it_has_its_license_named():
    def needs(name):
        try:
            asked = [each for each in metadata.requires(name) or () if not re.search("extra|python_", each)]
        except metadata.PackageNotFoundError:  # one of another system
            return set()
        found = {re.match(r"[\w.-]+", each)[0].lower() for each in asked}
        return found | {each for known in found for each in needs(known)}

    wanted = {re.match(r"[\w.-]+", each)[0].lower() for each in PROJECT["dependencies"]}
    wanted |= {each for name in wanted for each in needs(name)}
    said = {" ".join(row[:1]).lower(): row[2] for row in LICENSES}
    for name in wanted - {"pyside6-essentials", "shiboken6", "six"}:
        assert name in said, name
        with suppress(metadata.PackageNotFoundError):
            license = metadata.metadata(name).get("License-Expression") or ""
            assert license.partition("-")[0] in said[name], name
    assert "LGPL" in said["pyside6, shiboken and qt"]


def test_folders_without_rights_keep_no_window_from_its_work(opened, tmp_path, monkeypatch):
    """To root, as whom tests may run, every folder is open: here whatever pathlib asks is refused."""
    documents.write(path := tmp_path / "a.micrograd", graph_from_expression("L = a*b"))
    window = opened(str(path))
    window.settings.remember(path)
    window.session.set_value(1, 5.0)
    with monkeypatch.context() as shut:
        shut.setattr(Path, "stat", Mock(side_effect=PermissionError))
        assert Settings().fault == ""
        assert Settings().folder == tmp_path
        window.documents.watch._on_changed(None, window.session.state)
        slot = Slot.begun(tmp_path / "recovery")
        slot.release()
    assert not list((tmp_path / "recovery").iterdir())


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="settings are in no file of their own here")
@pytest.mark.parametrize("name", ["micrograd-gui/micrograd-gui.conf", "micrograd-gui.conf", "kdeglobals"])
def test_a_pipe_in_the_place_of_the_settings_keeps_nobody_waiting(name, tmp_path):
    (tmp_path / "micrograd-gui").mkdir()
    os.mkfifo(tmp_path / name)
    script = (
        "from micrograd_gui.app.desktop.application import application; app = application()\n"
        "from micrograd_gui.app import create_window; window = create_window('neuron'); window.show()\n"
        "window.settings.text_scale = 1.5; app.processEvents(); app.processEvents()\n"
        "from micrograd_gui.views.canvas.layers.pace import _plasma_rests; _plasma_rests()\n"
        "print(window.settings.text_scale, window.message.text())"
    )
    there = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", script], env=there, capture_output=True, text=True, timeout=60, check=True
    )
    scale, _, said = ran.stdout.strip().partition(" ")
    assert scale == "1.5"
    assert (f"{tmp_path / name} is not a file: what you choose is forgotten" in said) == name.endswith("conf")
    assert (tmp_path / name).is_fifo()
