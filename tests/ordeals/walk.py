"""The walk: 100,000 random moves in a real window; nothing is raised, nothing warned of, nothing waits long.

Now and then all is undone: then the document is, byte for byte, what it was at first; and all is done again.
"""

from __future__ import annotations

import faulthandler
import logging
import math
import os
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog

from micrograd_gui.app.desktop.application import application
from micrograd_gui.app.start import create_window, errors_shown
from micrograd_gui.document import codec
from micrograd_gui.document.errors import Refusal
from micrograd_gui.files import documents
from micrograd_gui.log import attach, detach
from tests.ordeals.hands import Hands
from tests.ordeals.originals import EXPRESSIONS, originals
from tests.ordeals.report import Report

COUNTED = "moves"
SLOW = 2.0  # seconds of the processor that the window's thread may need for one move
LONG = (60, 400)  # moves in one document
LARGE = 600  # nodes, where the next document is begun
HUNG = 180  # seconds after which a move is given up, and the walk with it
IGNORED = (
    "This plugin does not support",
    "QFontDatabase: Cannot find font directory",
    "Note that Qt no longer ships",
)


class Ears(logging.Handler):
    """What the program says that it should not: exceptions in slots and threads, warnings of Qt, its log.

    Who catches an exception, and logs it, has a sentence for the user; a fault of the program it stays.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """The log says something."""
        kind, error, trace = record.exc_info or (None, None, None)
        if kind is not None and error is not None:
            self.error(kind, error, trace)
        else:
            self.heard.append(f"log: {record.getMessage()[:160]}")

    def error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Refusal):
            return
        where = traceback.extract_tb(trace)
        ours = next(
            (each for each in reversed(where) if "micrograd" in each.filename), where[-1] if where else None
        )
        place = "" if ours is None else f", {Path(ours.filename).name}:{ours.lineno}"
        said = f"{kind.__name__}: {str(error)[:120]}{place}"
        if said not in self.heard:  # else a slot's: it was heard before it was logged
            self.heard.append(said)
        if said not in self.told:
            self.told.add(said)
            traceback.print_exception(kind, error, trace, limit=-12)

    def message(self, kind: QtMsgType, _context: object, text: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg and not text.startswith(IGNORED):
            self.heard.append(f"Qt: {text[:160]}")

    @contextmanager
    def open(self) -> Iterator[None]:
        before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self.error
        threading.excepthook = lambda told: self.error(told.exc_type, told.exc_value, told.exc_traceback)
        sys.unraisablehook = lambda told: self.error(told.exc_type, told.exc_value, told.exc_traceback)
        handler = qInstallMessageHandler(self.message)
        attach(self)
        try:
            yield
        finally:
            detach(self)
            qInstallMessageHandler(handler)
            sys.excepthook, threading.excepthook, sys.unraisablehook = before


class Walk:
    """One window, and somebody who does whatever there is to do."""

    def __init__(self, draw: Random, report: Report, folder: Path) -> None:
        self.draw, self.report, self.folder = draw, report, folder
        self.ears = Ears()
        self.last: deque[str] = deque(maxlen=8)
        self.window: Any = None
        self.slowest = 0.0
        self.begun = time.monotonic()  # of the last move

    def open(self) -> None:
        """A window, with the hands at it."""
        self.window = create_window("lecture")
        self.window.resize(1024, 700)
        self.window.show()
        self.hands = Hands(self.draw, self.window, self.folder)
        self.entry: object = None
        self.first = ""
        self.window.session.listen(self._follow)  # the bridge goes where another language is chosen
        self._follow(None, self.window.session.state)

    def close(self) -> None:
        """It goes without a question."""
        self.hands.let_go()
        self._close_dialogs()
        self.window.session.saved_as_is()
        self.window.close()
        self.window.deleteLater()
        self.window = self.hands = self.entry = None
        _delete()

    def _follow(self, _old: object, new: Any) -> None:
        """Keep what the document was at first, as a file would have it: if it is replaced, that is seen."""
        if new.history.entries[0] is not self.entry:
            self.entry = new.history.entries[0]
            self.first = codec.encode(self.entry.graph)

    def move(self) -> None:
        """One move, and what comes of it; judged."""
        begun = time.thread_time()
        self.begun = time.monotonic()
        name = "?"
        try:
            name = self.hands.do()
            if self.draw.random() < 0.7:
                QApplication.processEvents()
                _delete()
        except Refusal as refusal:
            self.ears.heard.append(f"a refusal that nobody took: {str(refusal)[:100]}")
        except Exception as error:  # noqa: BLE001  (that is what is looked for)
            self.ears.error(type(error), error, error.__traceback__)
        seconds = time.thread_time() - begun
        self.last.append(name)
        self.report.done[COUNTED] += 1
        if seconds > self.slowest:
            self.slowest = seconds
            self.report.notes["the longest move"] = f"{seconds:.2f} s of the processor ({name})"
        if seconds > SLOW:
            self.ears.heard.append(f"a wait of more than {SLOW:.0f} s after {name}")
        for sentence in self.ears.heard:
            self.report.fault(sentence, " > ".join(self.last).encode())
        self.ears.heard.clear()

    def go(self) -> None:
        """A document, many moves in it, and all of them undone."""
        self._begin()
        for _ in range(self.draw.randrange(*LONG)):
            if self.report.full or len(self.window.session.state.graph) > LARGE:
                break
            self.move()
            if not self.window.isVisible():
                self.report.done["windows closed"] += 1
                self.close()
                self.open()
        self.undo_all()

    def _begin(self) -> None:
        names = documents.example_names()
        source = self.draw.choice((*names, *EXPRESSIONS[:3], *sorted(self.folder.glob("*.micrograd"))))
        try:
            opened = documents.resolve(source)
        except Refusal:
            opened = documents.resolve("lecture")
        self.window.documents.open_source(opened)
        self.report.done["documents"] += 1
        QApplication.processEvents()

    def _close_dialogs(self) -> None:
        for _ in range(20):
            open_ = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if open_ is None:
                return
            open_.done(0) if isinstance(open_, QDialog) else open_.close()
            QApplication.processEvents()

    def undo_all(self) -> None:
        """Back to the first document, and again to the last; each byte for byte."""
        self.hands.let_go()
        self._close_dialogs()
        session = self.window.session
        session.train_stop()
        self.window.background.cancel_all()  # a layout that comes now would be part of the last edit
        if self.window.projector.on:
            self.window.projector.leave()
        while session.state.history.redo_name is not None:
            session.redo()
        last, steps = codec.encode(session.state.graph), 0
        while session.state.history.undo_name is not None:
            session.undo()
            steps += 1
        self.report.done["edits undone"] += steps
        if codec.encode(session.state.graph) != self.first:
            self.report.fault("undo-all gives another document than the first", self.first.encode())
        while session.state.history.redo_name is not None:
            session.redo()
        if codec.encode(session.state.graph) != last:
            self.report.fault("redo-all gives another document than the last", last.encode())
        QApplication.processEvents()


def _delete() -> None:
    """What is to be deleted later goes, as it does in a loop of events: `processEvents` leaves it."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def give_up_where_hung(walk: Walk) -> None:
    """In a thread of its own: where a move does not end, all is told, and the process ends."""
    while time.monotonic() - walk.begun < HUNG:
        time.sleep(1)
    faulthandler.dump_traceback()
    walk.report.fault(f"a move did not end in {HUNG} s", " > ".join(walk.last).encode())
    print(*walk.report.lines(), sep="\n    ", flush=True)
    os._exit(1)


def files_for(folder: Path) -> None:
    """What can be opened and dropped."""
    for suffix, contents in originals(quick=True).items():
        name = {"rows": "rows.csv", "lesson": "own.toml"}.get(
            suffix, f"a{suffix}" if suffix[0] == "." else ""
        )
        if name:
            (folder / name).write_bytes(contents[0])
    (folder / "broken.micrograd").write_bytes(b'{"format": "micrograd-graph", "version": 1, "nodes": [7]}')


def run(draw: Random, report: Report) -> None:
    """Walk until the report is full."""
    report.counted = COUNTED
    app = application()
    app.setApplicationName("micrograd-gui")
    with tempfile.TemporaryDirectory() as name:
        files_for(Path(name))
        walk = Walk(draw, report, Path(name))
        with walk.ears.open():
            walk.open()
            with errors_shown(walk.window.say):
                threading.Thread(target=give_up_where_hung, args=(walk,), daemon=True).start()
                while not report.full:
                    walk.go()
            walk.close()
            QGuiApplication.clipboard().clear()  # what Python put there must go before Python does
            walk.begun = math.inf
