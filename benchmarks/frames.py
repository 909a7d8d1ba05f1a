"""While `moons` trains live: the gaps between frames, beside those of the same window when it is idle.

    python benchmarks/frames.py [SECONDS]

A 60 Hz timer repaints the canvas in both; boundary and loss are drawn. Idle and training in turn; p95 of the
gaps between paint events, and the ratio (wanted: at most 1.2).
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from origin import tell_own
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from micrograd_gui.app import create_window
from micrograd_gui.app.window import MainWindow

FRAME = 1000 // 60
ROUNDS = 5


class Frames(QObject):
    """Notes when a widget is painted, by the clock and by the time that this thread has worked."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times: list[float] = []
        self._worked: list[float] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.times.append(time.perf_counter())
            self._worked.append(time.thread_time())
        return False

    def gaps(self) -> list[float]:
        """Milliseconds between one frame and the next; they are counted anew after that."""
        gaps = _between(self.times)
        self.times, self._worked = [], []
        return gaps

    def work(self) -> list[float]:
        """Milliseconds of work from one frame to the next; without what the thread had to wait."""
        return _between(self._worked)


def _between(times: list[float]) -> list[float]:
    return [1000 * (b - a) for a, b in pairwise(times)]


def run_for(milliseconds: int) -> None:
    """Let an event loop run, as in use. QTest.qWait sleeps for 10 ms again and again, so frames come late."""
    loop = QEventLoop()
    timer = QTimer(singleShot=True, interval=milliseconds, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(loop.quit)
    timer.start()
    loop.exec()


def p95(gaps: list[float]) -> float:
    return statistics.quantiles(gaps, n=20)[-1]


def trained(window: MainWindow, frames: Frames, seconds: float) -> tuple[list[float], int]:
    """Gaps while it trains, and the steps that were made meanwhile."""
    session = window.session
    window.panes.training.set_speed("fastest")  # as many steps as fit between two frames
    session.train_start()
    run_for(500)  # what is made once (axes, a compiled graph) is made
    frames.gaps()
    before = session.state.training
    run_for(round(1000 * seconds))
    gaps, after = frames.gaps(), session.state.training
    assert before is not None
    assert after is not None
    steps = after.k - before.k
    assert window.training.running, "the run was over too soon"
    session.train_stop()
    return gaps, steps


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    app = QApplication([])
    window = create_window("moons")
    window.resize(1600, 900)
    window.show()
    window.session.set_plan(steps=1_000_000)
    window.plot.show_kind("boundary")
    QTest.qWait(4000)
    window.session.train_step()
    plots = (window.plot.view, window.plot.below)  # matplotlib's import takes what a busy machine lets it
    until = time.monotonic() + 60
    while any(plot.surface is None for plot in plots) and time.monotonic() < until:
        QTest.qWait(100)
    assert all(plot.surface is not None for plot in plots)
    QTest.qWait(1000)
    viewport = window.canvas.viewport()
    frames, painting = Frames(viewport), QTimer()
    painting.setTimerType(Qt.TimerType.PreciseTimer)
    painting.timeout.connect(viewport.update)
    painting.start(FRAME)
    ratios = []
    for _ in range(ROUNDS):
        run_for(300)
        frames.gaps()
        run_for(round(1000 * seconds))
        idle = frames.gaps()
        training, steps = trained(window, frames, seconds)
        ratios.append(p95(training) / p95(idle))
        print(
            f"p95 gap: idle {p95(idle):.1f} ms, training {p95(training):.1f} ms "
            f"(median {statistics.median(training):.1f}), {steps / seconds:.0f} steps a second; "
            f"ratio {ratios[-1]:.2f}"
        )
    print(f"ratio {statistics.median(ratios):.2f} (median of {ROUNDS} rounds; wanted: at most 1.2)")
    window.session.saved_as_is()
    window.close()
    app.quit()


if __name__ == "__main__":
    main()
