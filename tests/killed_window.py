"""The real program in a process of its own, at work until it is killed, and started again to recover.

    with Work(folder, seed=7) as work:      # the window is open and somebody edits, three moves a second
        work.wait(1.5)
        work.kill(signal.SIGKILL)
    lost = work.lost(recovered(folder))     # seconds of work that are gone; at most 2.0 are promised

`folder` stands for a user's home: settings, state and data of the program are in it. `python
-m tests.killed_window 20 [seed]` does so 20 times and tells of each.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROMISED = 2.0  # seconds of work that are lost at the most
_PATIENCE = 60.0


def environment(folder: Path) -> dict[str, str]:
    """Of a process whose user's home is that folder, and who has no screen."""
    homes = {
        name: str(folder / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    }
    return {**os.environ, **homes, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}


class Program:
    """The program, started on ``source``, with the moves of this file made in it; its reports by the line."""

    def __init__(self, folder: Path, *moves: str, source: str = "neuron", **given: Any) -> None:
        told = json.dumps({"source": source, "moves": moves, **given})
        pipe = subprocess.PIPE
        heeding = {} if os.name == "nt" else {"preexec_fn": _heed_signals}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.killed_window", "--inside", told], cwd=ROOT, text=True,
            env=environment(folder), stdin=pipe, stdout=pipe, stderr=pipe, **heeding,
        )  # fmt: skip
        self.reports: list[dict[str, Any]] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def report(self, kind: str) -> dict[str, Any]:
        """The next one of that kind; those before it are kept in ``reports``."""
        until = time.monotonic() + _PATIENCE
        while (line := self._lines.get(timeout=max(0.1, until - time.monotonic()))) is not None:
            self.reports.append(json.loads(line))
            if self.reports[-1]["kind"] == kind:
                return self.reports[-1]
        raise AssertionError(f"it ended before “{kind}”: {self.process.stderr.read()[-2000:]}")

    def wait_until_kept(self, folder: Path) -> None:
        """Until a recovery file is there that is newer than the last report."""
        begun, since = time.monotonic(), self.reports[-1]["at"]
        while not any(file.stat().st_mtime >= since for file in folder.rglob("*.recovery")):
            assert time.monotonic() - begun < _PATIENCE
            time.sleep(0.02)

    def ended(self) -> int:
        """The exit status, and all reports are there."""
        status = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        while (line := self._lines.get()) is not None:
            self.reports.append(json.loads(line))
        return status

    def complaints(self) -> str:
        """What it wrote to standard error, but for what Qt says where there is no screen."""
        lines = self.process.stderr.read().splitlines()
        return "\n".join(line for line in lines if not line.startswith("This plugin does not support"))

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


class Work(Program):
    """Somebody edits, steps and selects, at random but always the same for one seed."""

    def __init__(self, folder: Path, *, seed: int = 0, source: str = "neuron", every: int = 300) -> None:
        super().__init__(folder, "work", source=source, seed=seed, every=every)
        self.killed_at = 0.0
        self.report("ready")

    def wait(self, seconds: float) -> None:
        """So long the work goes on."""
        time.sleep(seconds)

    def kill(self, number: int) -> int:
        """Send the signal; gives the exit status."""
        self.killed_at = time.time()
        self.process.send_signal(number)
        return self.ended()

    def lost(self, found: dict[str, Any] | None) -> float:
        """How many seconds before the kill the first move was made that is not in what was found.

        0: all of it is there. Raises AssertionError where it is nothing that ever was on screen.
        """
        moves = [each for each in self.reports if each["kind"] == "moved"]
        if found is None:
            begun = [each["at"] for each in moves if each["unsaved"]]
            return self.killed_at - begun[0] if begun else 0.0
        same = [at for at, each in enumerate(moves) if each["state"] == found["state"]]
        if not same and self.reports[-1]["kind"] == "moving":
            return 0.0  # it was killed between a move and the report of it
        assert same, f"what was recovered was never on screen: {found}"
        later = moves[same[-1] + 1 :]
        return max(0.0, self.killed_at - later[0]["at"]) if later else 0.0


def recovered(folder: Path) -> dict[str, Any] | None:
    """Start the program again, recover the newest of what it offers, and end it; None: it offers nothing.

    Gives the ``state`` (a digest of graph, moment and selection), ``name``, ``path``, and how many were
    ``offered``.
    """
    with Program(folder, "recover") as program:
        found = program.report("recovered")
        program.ended()
    return found if found["offered"] else None


def _heed_signals() -> None:
    """As a terminal starts it, even where the tests run in the background of a script, or by nohup."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


# Inside the program ------------------------------------------------------------------------------


def digest(state: Any) -> str:
    """Of what is to survive: the graph, the run and the moment in it, the selection."""
    script = None if state.trace is None else state.trace.script
    return _digest(state.graph, script, state.cursor, state.selection)


def digest_found(found: Any) -> str:
    """The same of what a recovery file holds."""
    return _digest(found.graph, found.kept.script, found.kept.cursor, found.kept.selection)


def _digest(graph: Any, script: Any, cursor: int, selection: Any) -> str:
    from micrograd_gui.document import codec
    from micrograd_gui.document.marks import UNSEEN

    passes = None if script is None else list(script)
    seen = repr((codec.encode(graph.seen(UNSEEN)), passes, cursor, sorted(selection)))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def tell(kind: str, **more: Any) -> None:
    print(json.dumps({"kind": kind, "at": time.time(), **more}), flush=True)


def _work(window: Any, given: dict[str, Any]) -> None:
    from PySide6.QtCore import QTimer

    from micrograd_gui.document.errors import Refusal

    draw, session, count = random.Random(given["seed"]), window.session, itertools.count()
    moves = (
        lambda: session.set_value(draw.choice(leaves()), round(draw.uniform(-3, 3), 2)),
        lambda: session.set_value(draw.choice(leaves()), round(draw.uniform(-3, 3), 2)),
        lambda: session.add_node(draw.choice(("tanh", "+", "×", "exp"))),
        lambda: session.select(draw.sample(sorted(session.state.graph.nodes), 2)),
        lambda: session.backward_step(),
        lambda: session.forward(),
        lambda: session.previous(),
        lambda: session.rename(draw.choice(leaves()[1:]), f"n{draw.randrange(1000)}"),
        lambda: session.undo(),
    )

    def leaves() -> list[int]:
        return [node.id for node in session.state.graph if node.is_leaf]

    def move() -> None:
        tell("moving")
        with contextlib.suppress(Refusal):  # it is turned down now and then
            draw.choice(moves)()
        session.rename(leaves()[0], f"m{next(count)}")  # no two reports are of one state, whatever was undone
        tell("moved", state=digest(session.state), unsaved=session.state.unsaved)

    timer = QTimer(window)
    timer.timeout.connect(move)
    timer.start(given["every"])
    tell("ready")


def _edit(window: Any, given: dict[str, Any]) -> None:
    """A few edits, and then nothing any more."""
    session = window.session
    session.set_value(min(node.id for node in session.state.graph if node.is_leaf), 7.25)
    session.backward_step()
    session.backward_step()
    session.select([1, 2])
    tell("edited", state=digest(session.state))


def _nothing(window: Any, given: dict[str, Any]) -> None:
    tell("ready")


def _tell_question(window: Any, given: dict[str, Any]) -> None:
    """Report when the question about unsaved work is open."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QMessageBox

    if window.findChild(QMessageBox, "unsaved") is not None:
        tell("asked")
    else:
        QTimer.singleShot(20, window, lambda: _tell_question(window, given))


def _recover(window: Any, given: dict[str, Any]) -> None:
    """When the window has looked for what was left behind: recover the newest, where there is some."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QPushButton, QWidget

    def wait_until_open(count: int) -> None:
        state = window.session.state
        if state.saved is not None:
            QTimer.singleShot(10, window, lambda: wait_until_open(count))
            return
        path = None if state.path is None else str(state.path)
        tell("recovered", offered=count, state=digest(state), name=window.documents.name, path=path,
             said=window.message.text())  # fmt: skip
        if given.get("then") == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        end()

    def end() -> None:
        window.session.saved_as_is()
        window.close()

    offer = window.findChild(QWidget, "recovery")
    if offer is None:
        tell("recovered", offered=0)
        end()
    else:
        count = len(offer.findChildren(QWidget, "recovery_entry"))
        offer.findChild(QPushButton, "recovery_recover").click()
        wait_until_open(count)


def _end_with_parent() -> None:
    """Who started it has gone when nothing can come from there any more."""
    sys.stdin.buffer.read()
    os._exit(1)


def _inside(given: dict[str, Any]) -> int:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from PySide6.QtCore import Qt, QTimer

    from micrograd_gui.__main__ import start
    from micrograd_gui.app import start as starting

    doing = {
        "work": _work,
        "edit": _edit,
        "nothing": _nothing,
        "tell_question": _tell_question,
    }
    make = starting.create_window

    def made(source: object = None) -> Any:
        window = make(source)
        for name in given["moves"]:
            if name == "recover":
                once = Qt.ConnectionType.SingleShotConnection  # it looks again, 3 s later
                window.recovering().looked.connect(lambda: _recover(window, given), once)
            else:
                QTimer.singleShot(600, window, lambda name=name: doing[name](window, given))
        return window

    starting.create_window = made
    sys.argv = ["micrograd-gui", given["source"]]
    return start()


def main() -> int:
    if sys.argv[1:2] == ["--inside"]:
        return _inside(json.loads(sys.argv[2]))
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    draw, worst = random.Random(seed), 0.0
    for number in range(count):
        kind = draw.choice([signal.SIGKILL, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)])
        with tempfile.TemporaryDirectory() as name, Work(Path(name), seed=draw.randrange(2**32)) as work:
            work.wait(draw.uniform(0, 5))
            print(f"{number + 1}: {signal.Signals(kind).name}", end="", flush=True)
            work.kill(kind)
            lost = work.lost(recovered(Path(name)))
        worst = max(worst, lost)
        print(f", {lost:.2f} s lost", flush=True)
    print(f"{count} kills, at most {worst:.2f} s lost")
    return int(worst > PROMISED)


if __name__ == "__main__":
    sys.exit(main())
