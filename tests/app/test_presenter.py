"""The presenter's window: the hall on the second screen, notes and the clock on the first."""

import json
import os
import subprocess
import sys

from micrograd_gui.app.hall.presenter import words
from micrograd_gui.session.session import Session

SCREENS = [
    {
        "name": name,
        "x": x,
        "y": 0,
        "width": wide,
        "height": high,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
    for name, x, wide, high in (("desk", 0, 1366, 768), ("hall", 1366, 1920, 1080))
]
SCRIPT = """
import json
import time
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from micrograd_gui.app.desktop.application import application
app = application()
from micrograd_gui.app import create_window
def settled(as_it_is_to_be):
    QTest.qWait(300)  # a window manager, and what waits for one, may be at work for as long
    until = time.monotonic() + 20
    while not as_it_is_to_be() and time.monotonic() < until:
        QTest.qWait(20)
def answers(how):
    window = create_window("lecture")
    window.setGeometry(60, 40, 1000, 650)
    window.show()
    if how == "maximised":
        window.showMaximized()
    QTest.qWaitForWindowActive(window)
    QTest.qWait(100)
    def there():
        return [window.screen().name(), *window.geometry().getRect(), str(window.windowState())]
    before = there()
    press = lambda name: window.findChild(QAction, name).trigger()
    press("forward")
    window.session.set_cue("Half of it", "Ask who sees why.")
    press("projector")
    settled(lambda: window.geometry() == window.screen().geometry())
    notes = window.projector._presenter
    said = {name: line.text() for name, line in notes.lines.items() if line.isVisible()}
    answer = {"hall": there(), "notes": [notes.screen().name(), notes.isVisible()], "said": said}
    answer["inside"] = notes.rect().contains(notes.childrenRect())
    press("backward_step")
    answer["later"] = notes.lines["now"].text()
    press("projector")
    settled(lambda: there() == before and window.projector._left is None)
    answer |= {"same": there() == before, "before": before, "after": there(), "gone": notes.isHidden()}
    window.hide()
    return answer
import sys
print(json.dumps([answers(how) for how in ("as it is", "maximised")]))
sys.stdout.flush()
import os; os._exit(0)
"""


def test_with_a_second_screen_the_hall_is_there_and_the_notes_are_here(tmp_path):
    places = tmp_path / "screens.json"
    places.write_text(json.dumps({"screens": SCREENS, "windowFrameMargins": False}))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            **os.environ,
            "QT_QPA_PLATFORM": f"offscreen:configfile={places}",
            "XDG_CONFIG_HOME": str(tmp_path),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    first, maximised = json.loads(done.stdout)
    assert maximised["before"] != first["before"]
    for answer in (first, maximised):
        see_that_the_hall_was_there(answer)


def see_that_the_hall_was_there(answer):
    assert answer["hall"][:5] == ["hall", 1366, 0, 1920, 1080]
    assert answer["notes"] == ["desk", True]
    assert answer["inside"]
    said = answer["said"]
    assert "0 min in the hall" in said["clock"]
    assert (said["cue"], said["note"]) == ("⚑ Half of it", "Ask who sees why.")
    assert said["next"] == "Next: backward (B)"
    assert "backward begins" in answer["later"]
    assert answer["same"], (answer["before"], answer["after"])
    assert answer["gone"]


def test_it_says_what_comes_next_and_how_far_the_next_cue_is():
    session = Session()
    session.build("e = a*b; d = e + c; L = d*f")
    assert words(session.state) == {
        "now": "Not run yet.",
        "next": "Next: forward (F5, or step by step F6)",
        "cue": "",
        "note": "",
        "next_cue": "",
    }
    session.forward()
    session.set_cue("Now backwards")
    session.first()
    said = words(session.state)
    assert said["next_cue"] == "⚑ Now backwards in 3 steps"
    assert said["next"].startswith("Next: forward: e = ")
    assert said["cue"] == ""
