"""A step of the debugger (verb and repaint of every pane) beside one plain repaint of the same window.

    python benchmarks/step.py [ROUNDS]

For the lecture's neuron and for a graph of 700 boxes; steps and repaints in turn; medians and their ratio.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from origin import tell_own
from PySide6.QtCore import QEventLoop
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from micrograd_gui.app import create_window
from micrograd_gui.app.window import MainWindow


def chain(boxes: int) -> str:
    """An expression of about that many boxes: layers of tanh neurons that share their inputs."""
    lines = ["h0 = x"]
    for number in range(boxes // 7):
        lines.append(f"h{number + 1} = tanh(h{number}*w{number} + b{number}) + h{number}*0.5")
    return "; ".join(lines)


def repaint(window: MainWindow) -> None:
    """Paint every pane of the window anew, as after it was uncovered."""
    for widget in window.findChildren(QWidget):
        if widget.isVisible():
            widget.update()
    settle()


def settle() -> None:
    """Let every pending paint happen."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def timed(work: object, *args: object) -> float:
    began = time.perf_counter()
    work(*args)  # type: ignore[operator]
    return time.perf_counter() - began


def measure(name: str, source: str, rounds: int) -> None:
    window = create_window(source)
    window.resize(1600, 900)
    window.show()
    session = window.session
    QTest.qWait(3000)  # the plot and the layouts come after the first paint
    session.forward()
    session.backward()
    first, last = session.state.trace.ends[0], len(session.state.trace)  # type: ignore[union-attr]
    settle()

    def step(cursor: int) -> None:
        session.seek(cursor)
        settle()

    pairs = []
    for number in range(rounds):
        cursor = first + 1 + number % (last - first - 1)
        session.seek(cursor - 1)
        QTest.qWait(60)
        pairs.append((timed(step, cursor), timed(repaint, window)))
    steps, repaints = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    boxes = len(session.state.graph)
    print(f"{name} ({boxes} boxes): step {steps:.1f} ms, plain repaint {repaints:.1f} ms; ratio {ratio:.2f} "
          f"(median of {rounds} pairs; wanted: at most 2)")  # fmt: skip
    session.saved_as_is()
    window.close()


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    app = QApplication([])
    measure("neuron", "neuron", rounds)
    measure("chain", chain(700), rounds)
    app.quit()


if __name__ == "__main__":
    main()
