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


def lost_by(number: int, source: str, seed: int, after: float) -> float | None:
    """Kill a session so long after its start; seconds of work that the next start did not offer.

    None: it closed as one wants it to.
    """
    with tempfile.TemporaryDirectory() as name, Work(Path(name), seed=seed, source=source) as work:
        work.wait(after)
        if number == signal.SIGINT and closed_at_once(work):
            return None
        if work.kill(number) == 0:  # it was about to close
            return None
        found = recovered(Path(name))
        return work.lost(found) if found is not None else lost_without_offer(work)


def lost_without_offer(work: Work) -> float:
    """How long before the kill the last edits began that no file holds; 0 where the document was as saved."""
    begun = work.killed_at
    for each in reversed([each for each in work.reports if each["kind"] == "moved"]):
        if not each["unsaved"]:
            break
        begun = each["at"]
    return work.killed_at - begun


def run(draw: Random, report: Report) -> None:
    """Sessions until the report is full."""
    report.counted = COUNTED
    worst = 0.0
    while not report.full:
        number, source, seed = draw.choice(SIGNALS), draw.choice(SOURCES), draw.randrange(2**32)
        name = signal.Signals(number).name
        after = draw.uniform(0, LONGEST)
        report.done[COUNTED] += 1
        report.done[f"by {name}"] += 1
        try:
            lost = lost_by(number, source, seed, after)
        except AssertionError as error:
            report.fault(f"{name}: {str(error)[:300]}", f"{source} {seed} {after}".encode())
            continue
        if lost is None:
            report.done["closed by Ctrl+C, nothing being unsaved"] += 1
            continue
        report.done["with nothing lost"] += lost == 0
        worst = max(worst, lost)
        report.notes["most that was lost"] = f"{worst:.2f} s"
        if lost > PROMISED:
            report.fault(f"{name}: more than {PROMISED} s are lost", f"{source} {seed} {after}".encode())
