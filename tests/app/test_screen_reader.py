"""What a real client of assistive technology is told of the window over AT-SPI, and what it can do there."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("Xvfb", "dbus-run-session")
LAUNCHERS = [Path(folder, "at-spi-bus-launcher") for folder in ("/usr/libexec", "/usr/lib/at-spi2-core")]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(any(not shutil.which(tool) for tool in NEEDED), reason=f"needs {', '.join(NEEDED)}"),
    pytest.mark.skipif(not any(each.exists() for each in LAUNCHERS), reason="needs at-spi2-core"),
]
BOTH = '"$0" -m micrograd_gui neuron & "$0" "$1" "$2"; told=$?; kill $!; wait $!; exit $told'


def test_a_screen_reader_finds_presses_and_hears(tmp_path: Path, display: str) -> None:
    report = tmp_path / "told.json"
    environment = {
        **os.environ,
        **{f"XDG_{each}_HOME": str(tmp_path) for each in ("CONFIG", "STATE", "DATA", "CACHE")},
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    tmp_path.chmod(0o700)
    client = Path(__file__).with_name("screen_reader.py")
    session = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", BOTH, sys.executable, client, report],
        env=environment, cwd=tmp_path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said = session.communicate(timeout=90)[1]
    finally:
        if session.poll() is None:
            os.killpg(session.pid, signal.SIGKILL)
    assert report.exists(), said
    told = json.loads(report.read_text())
    things = [tuple(thing[:2]) for thing in told["things"]]
    assert told["program"] == "micrograd-gui"
    assert ("frame", "neuron — micrograd-gui") in things
    assert {"menu bar", "tool bar", "list", "slider", "text", "page tab"} <= {role for role, _ in things}
    assert {("menu item", "File"), ("slider", "Timeline"), ("text", "Expression")} <= set(things)
    pressed = [name for role, name in things if "button" in role]
    assert {"Forward", "Backward step", "Check all gradients", "Add tanh"} <= set(pressed)
    assert all(pressed), "each button has a name"
    items = [name for role, name, within in told["things"] if role == "list item" and within[-1] == "Canvas"]
    assert items[0] == "x1 (input), data = 2"
    assert items[-1] == "o = tanh(n) (target)", "not run yet"
    assert told["nodes"][-1] == ["list item", "o = tanh(n) (target), data = 0.7071067811865477"]
    assert told["heard"] == ["Step 5 of 5, forward: o = 0.7071."]
