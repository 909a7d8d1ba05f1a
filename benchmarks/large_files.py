"""A large file opened, stepped through and saved in the window, beside json.loads and the window at rest.

    python benchmarks/large_files.py [NODES …]

Per size, in seconds: opening until it is painted beside Python's json reading the same file, by the clock
and of a processor; how long the window did not answer at most, beside the same at rest, and the longest turn
of its event loop, of a processor (what other programs take does not count); a step beside a repaint of the
canvas; saving.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from origin import tell_own
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from micrograd_gui.app import create_window
from micrograd_gui.app.desktop.application import application
from micrograd_gui.app.start import SETTLED_AFTER
from micrograd_gui.app.window import MainWindow
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.files import documents

SIZES = (1_000, 10_000, 100_000)


def sums(count: int) -> Graph:
    """Leaves, and a running sum over a product of two of them for every second node, in a square."""
    half = count // 2
    nodes = {n: Node(n, label=f"w{n}", data=0.5 + n / count, role="parameter") for n in range(1, half + 1)}
    last = 1
    for n in range(half + 1, count + 1):
        if (n - half) % 2:
            nodes[n] = Node(n, "*", (n - half, 1 + (n - half) % half))
        else:
            nodes[n] = Node(n, "+", (last, n - 1))
            last = n
    side = round(count**0.5)
    return Graph(nodes, {n: (n % side * 230.0, n // side * 100.0) for n in nodes}, last, count + 1)


class Pulse:
    """Notes how long the event loop did not come round, by the clock and of this thread's processor."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self.busiest, self._busy = 0.0, time.thread_time()
        self._timer = QTimer(interval=2)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now
        busy = time.thread_time()
        self.busiest, self._busy = max(self.busiest, busy - self._busy), busy

    def during(self, until: Callable[[], bool]) -> tuple[float, float]:
        """Let the window run until then; gives how long that took, and the longest silence."""
        began = self.begin()
        while not until():
            QApplication.processEvents()
            time.sleep(0.0005)
        QApplication.processEvents()
        self._beat()
        return time.perf_counter() - began, self.longest

    def begin(self) -> float:
        """From now on; gives when that is."""
        self._last, self._busy = time.perf_counter(), time.thread_time()
        self.longest = self.busiest = 0.0
        return self._last

    def of(self, work: Callable[[], object]) -> tuple[float, float]:
        """How long it takes until it is painted, and the longest turn meanwhile, of a processor."""
        began = self.begin()
        work()
        QApplication.processEvents()
        self._beat()
        took, busiest = time.perf_counter() - began, self.busiest
        rest(self, 0.3)
        return took, max(busiest, self.busiest)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    QApplication.processEvents()
    return time.perf_counter() - began


def rest(pulse: Pulse, seconds: float) -> float:
    end = time.perf_counter() + seconds
    return pulse.during(lambda: time.perf_counter() > end)[1]


def measure(window: MainWindow, pulse: Pulse, path: Path, count: int) -> str:
    documents.write(path, sums(count))
    window.session.new()
    rest(pulse, 1.0)
    still = rest(pulse, 1.0)
    text = path.read_bytes()
    worked = time.process_time()
    plain = timed(lambda: json.loads(text))
    worked, plain_worked = time.process_time(), time.process_time() - worked
    window.documents.choose_recent(path)
    opened, silent = pulse.during(lambda: len(window.session.state.graph) == count)
    worked = time.process_time() - worked
    busiest = pulse.busiest
    began = time.perf_counter()
    rest(pulse, 1.0)
    pulse.during(lambda: not window.background.busy("run ahead"))
    ready = time.perf_counter() - began
    window.session.forward()
    window.session.backward_step()
    rest(pulse, 0.5)
    steps = [timed(window.session.backward_step) for _ in range(9)]
    repaints = [timed(window.canvas.viewport().repaint) for _ in range(9)]
    window.session.rename(1, "renamed")
    window.documents.save()
    saving, silent_saving = pulse.during(lambda: not window.session.state.unsaved)
    step, repaint = sorted(steps)[4], sorted(repaints)[4]
    return (
        f"{count:7,d} nodes {len(text) / 1e6:5.1f} MB: "
        f"open {opened:.2f}, json {plain:.2f}, ratio {opened / plain:.1f}; "
        f"of a processor {worked:.2f}, json {plain_worked:.2f}, ratio {worked / plain_worked:.1f}; "
        f"silent {silent:.3f}, at rest {still:.3f}; longest turn {busiest:.3f}; run recorded {ready:.1f}; "
        f"step {step:.4f}, repaint {repaint:.4f}, ratio {step / repaint:.1f}; "
        f"save {saving:.2f}, silent {silent_saving:.3f}"
    )


def main() -> None:
    """Measure, and print a line for each size."""
    tell_own("micrograd", "micrograd_gui")
    app = application()
    sizes = [int(each) for each in sys.argv[1:]] or SIZES
    window = create_window("lecture")
    window.resize(1600, 900)
    window.show()
    pulse = Pulse()
    rest(pulse, SETTLED_AFTER / 1000 + 1)
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            print(measure(window, pulse, Path(folder) / f"{count}.micrograd", count), flush=True)
    window.session.saved_as_is()
    app.quit()


if __name__ == "__main__":
    main()
