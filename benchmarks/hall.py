"""A step in the hall (verb and repaint of every pane) beside the same step in the plain window.

    python benchmarks/hall.py [ROUNDS]

For the neuron, and for two networks whose blocks are collapsed; two windows of 1920 by 1080 in one process,
one of them projecting, stepped in turn; medians and the median of their ratios.
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from origin import tell_own
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from step import settle, timed

from micrograd_gui.app import create_window
from micrograd_gui.app.window import MainWindow

SIZE = (1920, 1080)


def opened(name: str, *, hall: bool) -> MainWindow:
    """The window on an example, run forward and backward; perhaps projecting."""
    window = create_window(name)
    window.resize(*SIZE)
    window.show()
    window.canvas.motion_seconds = lambda: 0.0  # benchmarks/motion.py is about that
    QTest.qWait(2500)  # the plot and the layouts come after the first paint
    if hall:
        action = window.findChild(QAction, "projector")
        assert action is not None
        action.trigger()
        window.resize(*SIZE)
        QTest.qWait(500)
        assert window.canvas.graph_scene.folding.stand is not None, "the whole graph is in the hall"
    window.session.forward()
    window.session.backward()
    settle()
    return window


def step(window: MainWindow, cursor: int) -> None:
    """To that moment, and all that it repaints."""
    window.session.seek(cursor)
    settle()


def measure(name: str, rounds: int) -> None:
    plain, hall = opened(name, hall=False), opened(name, hall=True)
    trace = plain.session.state.trace
    assert trace is not None
    first, last = trace.ends[0], len(trace)
    pairs = []
    for number in range(rounds):
        cursor = first + 1 + number % (last - first - 1)
        both = []
        for window in (hall, plain):
            window.session.seek(cursor - 1)
            settle()
            QTest.qWait(40)
            both.append(timed(step, window, cursor))
        pairs.append(both)
    there, here = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name}: step in the hall {there:.1f} ms, in the window {here:.1f} ms; ratio {ratio:.2f} "
          f"(median of {rounds} pairs; wanted: at most 1.5)")  # fmt: skip
    for window in (hall, plain):
        window.session.saved_as_is()
        window.close()


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    app = QApplication([])
    for name in ("neuron", "mlp", "moons"):
        measure(name, rounds)
    app.quit()


if __name__ == "__main__":
    main()
