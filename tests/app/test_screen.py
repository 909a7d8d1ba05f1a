"""A display that is dead, silent or of no use is told before Qt is asked, which would end the process."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays are named in variables on Linux")

ASK = """
import json, os, sys
from micrograd_gui.app import screen
screen.WAIT = 0.3
told = []
for environment in json.loads(sys.argv[1]):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    told.append(screen.why_no_screen())
assert "PySide6.QtGui" not in sys.modules
print(json.dumps(told))
"""


def bare(**given: str) -> dict[str, str]:
    """The environment without a display."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QT_", "WAYLAND", "DISPLAY"))
    }
    return {**kept, **given}


@pytest.mark.qt
def test_why_there_is_no_screen_is_said(tmp_path: Path) -> None:
    silent = socket.socket(socket.AF_UNIX)
    silent.bind(str(tmp_path / "silent"))
    silent.listen()
    folder = {"XDG_RUNTIME_DIR": str(tmp_path)}
    cases: list[tuple[dict[str, str], str]] = [
        ({}, "neither DISPLAY nor WAYLAND_DISPLAY is set"),
        ({"DISPLAY": ":999"}, "the display that DISPLAY names, “:999”, is not there"),
        ({"DISPLAY": "localhost:999.0"}, "“localhost:999.0”, is not there"),
        ({"DISPLAY": "nonsense"}, "DISPLAY is “nonsense”, which names no display"),
        ({"DISPLAY": str(tmp_path / "silent") + ":0"}, "is not there"),
        (
            {"WAYLAND_DISPLAY": "gone", **folder},
            "the display that WAYLAND_DISPLAY names, “gone”, is not there",
        ),
        ({"WAYLAND_DISPLAY": "silent", **folder}, "“silent”, does not answer"),
        ({"WAYLAND_DISPLAY": "silent"}, "XDG_RUNTIME_DIR is not set"),
        (
            {"WAYLAND_DISPLAY": "gone", "DISPLAY": ":999", **folder},
            "“gone”, is not there; the display that DISPLAY",
        ),
        ({"QT_QPA_PLATFORM": "xcb"}, "DISPLAY is not set"),
        ({"QT_QPA_PLATFORM": "nonsense"}, "nonsense"),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":999"}, ""),
    ]
    order = [sys.executable, "-c", ASK, json.dumps([each for each, _ in cases])]
    done = subprocess.run(order, capture_output=True, text=True, env=bare(), timeout=60)
    silent.close()
    assert done.returncode == 0, done.stderr
    for (environment, words), said in zip(cases, json.loads(done.stdout), strict=True):
        assert words in said, environment
        assert bool(said) == bool(words)
        assert said == "" or (said.startswith("There is no screen here: ") and said.endswith("."))


def test_a_dead_display_gives_a_notebook_the_picture_and_its_kernel_lives() -> None:
    cell = (
        "from micrograd import Value; from micrograd_gui import show; print(type(show(Value(2.0))).__name__)"
    )
    order = [sys.executable, "-c", cell]
    done = subprocess.run(order, capture_output=True, text=True, env=bare(DISPLAY=":999"), timeout=60)
    assert (done.returncode, done.stdout) == (0, "DotGraph\n")
    why = "the display that DISPLAY names, “:999”, is not there"
    assert done.stderr == f"There is no screen here: {why}. This is the picture instead.\n"


def test_a_lesson_on_a_dead_display_is_refused_with_the_reason() -> None:
    order = [sys.executable, "-m", "micrograd_gui", "--lesson", "slope"]
    done = subprocess.run(order, capture_output=True, text=True, env=bare(DISPLAY=":999"), timeout=60)
    assert done.returncode == 2
    assert "“:999”, is not there. A lesson needs a screen" in done.stderr
