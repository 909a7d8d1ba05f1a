"""Numbers that travel in a step: gaps between frames beside an idle window's, and how far keys fall behind.

    python benchmarks/motion.py [ROUNDS]

Over 801 boxes, seen from far off, a timer asks the idle canvas each 16 ms for the frame that a motion asks
for itself. p95 of what a frame costs, in time that the thread works from one paint event to the next (wanted:
under 16 ms), and of the gaps between them by the clock, beside those of the idle canvas (wanted: the same).
Then over 700 boxes a key that is held repeats 30 times per second: after each, how far they are behind.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from frames import Frames, p95, run_for
from origin import tell_own
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from step import chain

from micrograd_gui.app import create_window
from micrograd_gui.app.window import MainWindow

ZOOM = 0.3  # with much of the graph around the acting node
RATE = 30  # keys per second
PRESSES = 60


def opened(boxes: int, pace: str) -> MainWindow:
    """The window on a chain of so many boxes, run forward."""
    window = create_window(chain(boxes))
    window.resize(1600, 900)
    window.show()
    QTest.qWait(3000)  # the plot and the layouts come after the first paint
    window.settings.motion = pace
    window.session.forward()
    QTest.qWait(300)
    gc.freeze()  # as the program does, once all is loaded
    return window


def frames_of(rounds: int) -> None:
    window = opened(700, "slow")
    frames = Frames(window.canvas.viewport())
    timer = QTimer(window, interval=16, timerType=Qt.TimerType.PreciseTimer)
    idle, moving, work = [], [], []
    window.session.backward_step()  # the seed, which sends nothing along a wire
    for _ in range(rounds):
        window.session.backward_step()
        middle = window.canvas.box_of(window.session.state.step.node)  # type: ignore[union-attr,arg-type]
        window.canvas.look_at(middle.center(), ZOOM)
        run_for(200)
        frames.gaps()
        run_for(700)
        work += frames.work()
        moving += frames.gaps()
        run_for(400)
        ask = timer.timeout.connect(partial(window.canvas.refresh, [middle]))
        timer.start()
        run_for(100)
        frames.gaps()
        run_for(700)
        idle += frames.gaps()
        timer.stop()
        timer.timeout.disconnect(ask)
    rest, move = p95(idle), p95(moving)
    boxes = len(window.session.state.graph)
    print(f"{boxes} boxes: p95 of the work for {len(work)} frames while it moves {p95(work):.1f} ms (wanted: "
          f"under 16), of their gaps {move:.1f} ms, of {len(idle)} while it is idle {rest:.1f} ms; ratio "
          f"{move / rest:.2f} (wanted: 1)")  # fmt: skip
    window.session.saved_as_is()
    window.close()


def keys(pace: str) -> None:
    """Hold a key: the events come by the clock, whether or not the window has caught up."""
    window = opened(612, pace)
    window.session.backward()
    window.session.seek(window.session.state.trace.ends[0])  # type: ignore[union-attr]
    window.canvas.setFocus()
    QTest.qWait(2500)  # the first plots are drawn, and what the first step needs is loaded
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    QTest.qWait(500)
    first, behind, late = window.session.state.cursor, [], []
    began = time.perf_counter()
    for number in range(1, PRESSES + 1):
        due = began + number / RATE
        while (left := due - time.perf_counter()) > 0:
            QCoreApplication.processEvents()
            time.sleep(min(left, 0.001))
        late.append(time.perf_counter() - due)
        QTest.keyClick(window.canvas, Qt.Key.Key_Right)
        due_by_now = int((time.perf_counter() - began) * RATE)
        behind.append(due_by_now - (window.session.state.cursor - first))
    boxes = len(window.session.state.graph)
    print(f"{boxes} boxes, {RATE} keys per second, motion {pace}: most steps behind {max(behind)} (wanted: "
          f"at most 1), {statistics.median(late) * 1000:.1f} ms late in the middle")  # fmt: skip
    window.session.saved_as_is()
    window.close()


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    app = QApplication([])
    frames_of(rounds)
    for pace in ("none", "quick"):
        keys(pace)
    app.quit()


if __name__ == "__main__":
    main()
