"""Kills in sessions: the real window is killed in the midst of work, by any signal, and started again.

What the next start offers is what was on screen at most two seconds before.
"""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path
from random import Random

from tests.killed_window import PROMISED, Work, recovered
from tests.ordeals.report import Report

COUNTED = "sessions killed"
LONGEST = 6.0  # seconds of work before the kill
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGKILL", "SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
)
SOURCES = ("neuron", "lecture", "mlp", "parabola")


def closed_at_once(work: Work) -> bool:
    """The first Ctrl+C closes the window where nothing is unsaved; else it asks, and the second ends it."""
    work.process.send_signal(signal.SIGINT)
    until = time.monotonic() + 2
    while time.monotonic() < until and work.process.poll() is None:
        time.sleep(0.05)
    return work.process.poll() is not None


def run(draw: Random, report: Report) -> None:
    """Sessions until the report is full."""
    report.counted = COUNTED
    worst = 0.0
    while not report.full:
        number, source = draw.choice(SIGNALS), draw.choice(SOURCES)
        with (
            tempfile.TemporaryDirectory() as name,
            Work(Path(name), seed=draw.randrange(2**32), source=source) as work,
        ):
            work.wait(draw.uniform(0, LONGEST))
            if number == signal.SIGINT and closed_at_once(work):
                report.done["windows closed by Ctrl+C, nothing being unsaved"] += 1
                continue
            work.kill(number)
            try:
                lost = work.lost(recovered(Path(name)))
            except AssertionError as error:
                report.fault(f"{signal.Signals(number).name}: {str(error)[:300]}")
                lost = 0.0
        report.done[COUNTED] += 1
        report.done[f"by {signal.Signals(number).name}"] += 1
        report.done["with nothing lost"] += lost == 0
        worst = max(worst, lost)
        report.notes["most that was lost"] = f"{worst:.2f} s"
        if lost > PROMISED:
            report.fault(f"{signal.Signals(number).name}: more than {PROMISED} s are lost")
