"""Dragging along the timeline over all moments of `moons`: frames beside those of the idle window.

    python benchmarks/scrub.py [ROUNDS]

The pointer goes from end to end and back, a move each 16 ms by the clock. A frame is from the move to the
last paint it leads to: by the clock, and as work, which is the time that this thread had a processor,
whatever else the machine had to do. Idle, canvas and timeline are painted anew each 16 ms. In the window and
in the hall.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from frames import p95
from origin import tell_own
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from step import settle

from micrograd_gui.app import create_window
from micrograd_gui.app.window import MainWindow

FRAME = 0.016
MOVES = 150  # from end to end, and as many back
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def dragged(window: MainWindow, x: float, kind: QEvent.Type) -> None:
    """The pointer is there, with its left button down."""
    at = QPointF(x, 12.0)
    strip = window.panes.timeline
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, at, strip.mapToGlobal(at), button, LEFT, Qt.KeyboardModifier(0))
    QApplication.sendEvent(strip, event)


def paced(work: Callable[[float], None]) -> tuple[list[float], list[float], list[float]]:
    """Do the work each frame for there and back; milliseconds that each took, worked, and came late."""
    took, worked, late = [], [], []
    due = time.perf_counter()
    for number in range(2 * MOVES):
        while (left := due - time.perf_counter()) > 0:
            QApplication.processEvents()
            time.sleep(min(max(left, 0.0), 0.001))
        began = time.perf_counter()
        late.append(1000 * max(0.0, began - due))
        share, at_work = number / MOVES, time.thread_time()
        work(share if share <= 1 else 2 - share)
        settle()
        took.append(1000 * (time.perf_counter() - began))
        worked.append(1000 * (time.thread_time() - at_work))
        due = max(due + FRAME, began)  # what is late is not made up for
    return took, worked, late


def measure(window: MainWindow, name: str, rounds: int) -> None:
    strip, session = window.panes.timeline, window.session
    moments = len(session.state.trace or ())
    first, last = strip.x_of(0), strip.x_of(moments)

    def scrub(share: float) -> None:
        dragged(window, first + share * (last - first), QEvent.Type.MouseMove)

    def idle(_share: float) -> None:
        strip.update()
        window.canvas.viewport().update()

    moved, works, still, lates = [], [], [], []
    for _ in range(rounds):
        QTest.qWait(300)
        still += paced(idle)[0]
        dragged(window, first, QEvent.Type.MouseButtonPress)
        took, worked, late = paced(scrub)
        dragged(window, first, QEvent.Type.MouseButtonRelease)
        moved += took
        works += worked
        lates += late
    print(
        f"{name} ({moments:,} moments): p95 of {len(moved)} frames {p95(moved):.1f} ms (wanted: under 16), "
        f"most {max(moved):.1f}, work {p95(works):.1f}, late {p95(lates):.1f}; idle {p95(still):.1f} ms; "
        f"ratio {p95(moved) / p95(still):.2f}"
    )


def main() -> None:
    tell_own("micrograd", "micrograd_gui")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    app = QApplication([])
    window = create_window("moons")
    window.resize(1600, 900)
    window.show()
    QTest.qWait(3000)  # the plot and the layouts come after the first paint
    window.session.forward()
    window.session.backward()
    settle()
    measure(window, "moons, folded, window", rounds)
    window.findChild(QAction, "projector").trigger()
    QTest.qWait(1000)
    measure(window, "moons, folded, hall", rounds)
    window.session.saved_as_is()
    window.close()
    app.quit()


if __name__ == "__main__":
    main()
