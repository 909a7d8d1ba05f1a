"""Start to first painted window, beside an empty QMainWindow of the same Qt: medians and their ratio.

    python benchmarks/start.py [RUNS]

Each run is a fresh process, the two in turn, timed from its start to the first paint of its window.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "benchmarks")))}
CACHE = Path(tempfile.gettempdir()) / "micrograd-gui-benchmark"
_EMPTY = """
import sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, done)
def done():
    print(time.time(), flush=True)
    app.quit()
app = QApplication([])
window = Window()
window.resize(1600, 900)
window.show()
app.exec()
"""
_TOLD = "from origin import tell_own; tell_own('micrograd', 'micrograd_gui')"
_OURS = """
import sys, time
sys.modules["typing_extensions"] = None  # test tools bring it, and msgspec would load it; users have none
from micrograd_gui.app.start import hurry, load_qt
hurry()
load_qt()
from PySide6.QtCore import QTimer
from micrograd_gui.app.desktop.application import application
app = application()
from micrograd_gui.app import create_window
from micrograd_gui.views.canvas.view import CanvasView
def done():
    if not told:
        told.append(time.time())
        print(told[0], flush=True)
        window.session.saved_as_is()
        app.quit()
told = []
paint = CanvasView.paintEvent
def painted(self, event):
    paint(self, event)
    QTimer.singleShot(0, done)
CanvasView.paintEvent = painted
window = create_window()
window.resize(1600, 900)
window.show()
app.exec()
"""


def seconds(program: str) -> float:
    """From the start of a fresh process to the first paint."""
    environment = {**os.environ, **OURS}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # as for a user, only the very first start compiles
    environment["PYTHONPYCACHEPREFIX"] = str(CACHE)
    environment["XDG_CONFIG_HOME"] = str(CACHE / "settings")  # not what somebody has left open here
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout.split()[0]) - began


def main() -> None:
    if hasattr(os, "sched_setaffinity"):  # one processor for all, so that a busy neighbour slows both sides
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    subprocess.run([sys.executable, "-P", "-c", _TOLD], env={**os.environ, **OURS}, check=True)
    for program in (_EMPTY, _OURS):  # the first start reads files from disk
        seconds(program)
    pairs = [(seconds(_OURS), seconds(_EMPTY)) for _ in range(runs)]
    ours, empty = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"start to first paint: {ours * 1000:.0f} ms, an empty QMainWindow {empty * 1000:.0f} ms; "
          f"ratio {ratio:.2f} (median of {runs} pairs; wanted: at most 2.5)")  # fmt: skip


if __name__ == "__main__":
    main()
