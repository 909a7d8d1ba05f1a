"""The soak: hours of the same work in one window; memory stays flat, and no process, thread or file is left.

A round opens each example, runs, steps, edits, trains, undoes, looks at each pane, saves, exports and changes
the look. The first rounds fill what is kept on purpose (fonts, layouts, pictures); from then on memory is
measured.
"""

from __future__ import annotations

import ctypes
import gc
import os
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QMetaMethod, QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from micrograd_gui import door
from micrograd_gui.app.desktop.application import application
from micrograd_gui.app.start import create_window, errors_shown
from micrograd_gui.files import documents
from tests.ordeals.report import Report
from tests.ordeals.walk import Ears

COUNTED = "rounds"
GROWTH = 0.02  # of the memory after the first quarter of the time
MEASURED_WITH = "lecture"  # what is open then: "moons" alone holds 10 MB more
QSIGNAL_CODE = 2  # what Qt's macro SIGNAL puts before a signature
FEWEST = 8  # rounds, before memory is judged
_ACTIONS = (
    "forward", "backward_step", "backward_step", "backward", "previous", "first", "last", "check_all",
    "zero_grad", "update", "theme", "theme", "order", "order", "wires", "wires", "select_all", "duplicate",
    "undo", "why", "why", "fit",
)  # fmt: skip


def held() -> int:
    """Bytes of memory that this process has written.

    Pages of libraries do not count, though they are its own (`Private_Clean`) as long as no other program has
    the same ones open: Qt's are 57 MB, which come and go with each other window.
    """
    with open("/proc/self/smaps_rollup") as file:
        rows = dict(line.split(":", 1) for line in file if ":" in line and "-" not in line.split(":")[0])
    return 1024 * int(rows["Private_Dirty"].split()[0])


def used() -> int:
    """The same without what the C library keeps for later: `held` has it, in pieces, and more or less of it.

    The program itself gives that back 5 s after another document was opened: from one round to the next it
    is a tenth more or a tenth less, which says nothing of hours.
    """
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
    return held()


def left() -> dict[str, int]:
    """How many widgets, processes, threads, open files and temporary files are there."""
    me = os.getpid()
    children = 0
    for each in os.listdir("/proc"):
        if each.isdigit():
            try:
                with open(f"/proc/{each}/stat") as file:
                    children += int(file.read().rpartition(")")[2].split()[1]) == me
            except OSError:
                continue
    files = sum(len(names) for _, _, names in os.walk(tempfile.gettempdir()))
    return {
        "widgets": len(QApplication.allWidgets()),
        "processes": children,
        "threads": len(os.listdir("/proc/self/task")),
        "threads of Python": threading.active_count(),
        "open files": len(os.listdir("/proc/self/fd")),
        "temporary files": files,
    }


def connections() -> int:
    """How many slots all signals have: where each change makes one more, the next change is slower."""
    tops = QApplication.topLevelWidgets()
    objects = {*tops, *(each for top in tops for each in top.findChildren(QObject))}
    return sum(
        each.receivers(f"{QSIGNAL_CODE}{bytes(method.methodSignature()).decode()}")
        for each in objects
        for method in map(each.metaObject().method, range(each.metaObject().methodCount()))
        if method.methodType() == QMetaMethod.MethodType.Signal
    )


def settle(seconds: float = 0.3) -> None:
    """What was put off is done, and what nobody holds is gone."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.01)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


def work(window: Any, name: str, folder: Path) -> None:
    """An hour of teaching in a few seconds, on one example."""
    window.documents.open_source(documents.resolve(name))
    QApplication.processEvents()
    session = window.session
    for action in _ACTIONS:
        found = window.findChild(QAction, action)
        if found is not None and found.isEnabled():
            found.trigger()
        QApplication.processEvents()
    leaf = next(node.id for node in session.state.graph if node.is_leaf)
    for number in range(20):
        window.bridge.attempt(session.set_value, leaf, number / 7)
        QApplication.processEvents()
    if session.state.graph.data is not None:
        window.bridge.attempt(session.train_tick, 20)
        session.train_stop()
        QApplication.processEvents()
    for dock in window.docks.values():  # what lies behind another pane is not even loaded
        if not dock.isHidden():
            dock.raise_()
            settle(0.05)
    path = folder / f"{name}.micrograd"
    door.write(session.state.graph, path)
    door.render(session.state.graph, folder / f"{name}.svg")
    while session.state.history.undo_name is not None:
        session.undo()
    settle(0.05)


def run(draw: Random, report: Report) -> None:
    """Rounds until the time is over; then the figures are compared."""
    report.counted = COUNTED
    app = application()
    app.setApplicationName("micrograd-gui")
    ears = Ears()
    sizes: list[int] = []  # after each round
    with_free: list[int] = []
    with tempfile.TemporaryDirectory() as name, ears.open():
        window = create_window("lecture")
        window.resize(1024, 700)
        window.show()
        before, held_then = left(), (0, 0)
        with errors_shown(window.say):
            while not report.full or not sizes:
                names = list(documents.example_names())
                draw.shuffle(names)
                for each in names:
                    work(window, each, Path(name))
                report.done[COUNTED] += 1
                work(window, MEASURED_WITH, Path(name))
                settle(1.0)
                with_free.append(held())
                sizes.append(used())
                for sentence in ears.heard:
                    report.fault(sentence)
                ears.heard.clear()
                if report.done[COUNTED] <= 2:
                    before, held_then = left(), (len(gc.get_objects()), connections())
            after, held_now = left(), (len(gc.get_objects()), connections())
        window.session.saved_as_is()
        window.close()
        window.deleteLater()
        settle()
    _judge_memory(sizes, with_free, report)
    for what, then, now in zip(("objects of Python", "connections of Qt"), held_then, held_now, strict=True):
        report.notes[what] = f"{then} after two rounds, {now} at the end"
        if now > then * (1 + GROWTH):
            report.fault(f"{what} grow by more than {GROWTH:.0%}")
    for what, number in after.items():
        report.notes[what] = f"{before[what]} after two rounds, {number} at the end"
        if number > before[what]:
            report.fault(f"{what} are left: {before[what]} before, {number} after")


def _judge_memory(sizes: list[int], with_free: list[int], report: Report) -> None:
    """What is in use in the second quarter of the rounds beside that in the last."""
    quarter = len(sizes) // 4
    second = slice(quarter, 2 * quarter) if quarter else slice(1)
    last = slice(-quarter, None) if quarter else slice(-1, None)
    growth = median(sizes[last]) / median(sizes[second]) - 1
    for what, counted in (("memory in use", sizes), ("with what is free", with_free)):
        mega = [median(counted[part]) / 1e6 for part in (second, last)]
        report.notes[what] = f"{mega[0]:.1f} MB in the second quarter, {mega[1]:.1f} MB in the last"
    report.notes["growth"] = f"{growth:+.1%}"
    if len(sizes) >= FEWEST and growth > GROWTH:
        report.fault(f"memory grows by more than {GROWTH:.0%}")
