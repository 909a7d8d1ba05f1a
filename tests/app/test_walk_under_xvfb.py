"""The story walked in a real window on a real X server, with real mouse and keys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("Xvfb", "xdotool", "openbox")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(any(not shutil.which(tool) for tool in NEEDED), reason=f"needs {', '.join(NEEDED)}"),
]


class Walk:
    """The running program, a mouse and a keyboard."""

    def __init__(self, display: str, report: Path) -> None:
        self.report = report
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def told(self) -> dict:
        return json.loads(self.report.read_text())

    def until(self, fact: Callable[[dict], object], what: str) -> dict:
        """Wait until what the program tells has that property."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.report.exists() and fact(told := self.told()):
                return told
            time.sleep(0.05)
        pytest.fail(f"waited in vain: {what}; last told: {self.told() if self.report.exists() else None}")

    def do(self, *words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, timeout=30)

    def click(self, place: list[int], button: int = 1) -> None:
        self.do("mousemove", *place)
        self.do("click", button)

    def drag(self, start: list[int], end: list[int]) -> None:
        self.do("mousemove", *start, "mousedown", 1)
        for part in range(1, 11):
            x, y = (round(s + (e - s) * part / 10) for s, e in zip(start, end, strict=True))
            self.do("mousemove", x, y)
            time.sleep(0.03)
        self.do("mouseup", 1)


@pytest.fixture
def walk(tmp_path: Path, display: str) -> Iterator[Walk]:
    walk = Walk(display, tmp_path / "report.json")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    manager = subprocess.Popen(["openbox"], env=walk.environment, **quiet)
    said = (tmp_path / "stderr").open("w")
    program = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("walked_window.py"), walk.report],
        env={**walk.environment, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, stderr=said,
    )  # fmt: skip
    try:
        yield walk
        assert program.poll() is None, (tmp_path / "stderr").read_text()
    finally:
        for process in (program, manager):
            process.terminate()
            process.wait(30)
        said.close()


def test_a_user_walks_through_the_story(walk: Walk, tmp_path: Path) -> None:
    walk.until(lambda t: t["active"] and t["corner"][1] > 0, "the window manager has placed the window")
    walk.click(walk.told()["canvas"])

    walk.do("key", "F5")
    walk.until(lambda t: t["nodes"]["L"]["data"] == -8.0, "F5 runs forward")
    for _ in range(4):
        walk.do("key", "F10")
    told = walk.until(lambda t: t["nodes"]["a"]["grad"] == 6.0, "four backward steps reach a")
    assert {name: node["grad"] for name, node in told["nodes"].items()} == {
        "L": 1, "d": -2, "f": 4, "c": -2, "e": -2, "a": 6, "b": -4,
    }  # fmt: skip
    walk.do("key", "Prior")
    walk.until(lambda t: t["nodes"]["a"]["grad"] is None, "PgUp goes back")
    walk.do("key", "Next")
    walk.until(lambda t: t["nodes"]["a"]["grad"] == 6.0, "PgDn goes forth")

    walk.drag(told["tanh"], told["nodes"]["L"]["middle"])
    told = walk.until(lambda t: len(t["nodes"]) == 8, "tanh dropped on L is applied to L")
    assert [node["inputs"] for node in told["nodes"].values() if node["op"] == "tanh"] == [["L"]]
    walk.do("key", "ctrl+z")
    walk.until(lambda t: len(t["nodes"]) == 7, "undo takes it away")

    walk.click(told["nodes"]["a"]["middle"])
    walk.until(lambda t: t["selected"] == ["a"], "a click selects")
    walk.do("key", "ctrl+d")  # which the desktop's own list of keys gives to deleting
    walk.until(lambda t: t["count"] == 8, "Ctrl+D duplicates")
    walk.do("key", "ctrl+z")
    walk.until(lambda t: t["count"] == 7, "undo takes it away")
    time.sleep(0.6)  # or else this and the click before are a double click
    walk.click(told["nodes"]["a"]["middle"])
    walk.until(lambda t: t["selected"] == ["a"], "a click selects")
    walk.do("key", "Return")
    walk.until(lambda t: t["typed_in"] == "canvas_editor", "a field for the value opens")
    walk.do("key", "ctrl+a")
    walk.do("type", "4")
    walk.do("key", "Return")
    walk.until(lambda t: t["nodes"]["a"]["data"] == 4.0, "a value is typed")

    walk.click(told["expression"])
    walk.until(lambda t: t["typed_in"] == "expression", "the line for expressions is clicked")
    walk.do("key", "ctrl+a")
    walk.do("type", "--delay", "5", "o = tanh(x*w + b)")
    walk.do("key", "Return")
    walk.until(lambda t: set(t["nodes"]) >= {"x", "w", "b", "o"}, "an expression builds a graph")
    walk.click(walk.told()["canvas"])
    walk.do("key", "F5")
    walk.until(lambda t: t["nodes"]["o"]["data"], "it runs")

    walk.do("key", "ctrl+s")
    walk.until(lambda t: t["typed_in"] == "fileNameEdit", "a dialog asks for the name")
    path = tmp_path / "walked.micrograd"
    walk.do("key", "ctrl+a")
    walk.do("type", "--delay", "5", str(path))
    walk.do("key", "Return")
    walk.until(lambda t: t["path"] == str(path), "it is saved")
    assert len(json.loads(path.read_text())["nodes"]) == len(walk.told()["nodes"])

    corner = walk.told()["corner"]
    assert corner[1] > 0, "the title bar is above it"
    walk.do("key", "F11")
    walk.until(lambda t: t["projector"] and t["corner"] == [0, 0], "F11 is for the hall")
    walk.do("key", "Escape")
    walk.until(lambda t: not t["projector"], "Esc leaves it")
    walk.until(lambda t: t["corner"] == corner, "the window stands where it stood")
