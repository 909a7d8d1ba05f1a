"""Opening behind the window: what takes long is read and made ready in another thread, or cancelled."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from msgspec import Struct
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from micrograd_gui.app.context import Context
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.files.documents import OpenedGraph, resolve
from micrograd_gui.session.filed import moves_seen, run_seen
from micrograd_gui.session.over_rows import backward_pass
from micrograd_gui.session.record import record, record_ahead
from micrograd_gui.session.trace import Pass, RecordedRun
from micrograd_gui.views.canvas.scene import Scene

PAINTED_AFTER = 250  # milliseconds
SHOWN_AFTER = 200  # milliseconds that something takes before it is told
_MOVES_AT_ONCE = 10_000  # of a run: a twentieth of a second


class Prepared(Struct, frozen=True):
    """What was read, with a place for every node, where it lies on the canvas, and the run to stand in."""

    opened: OpenedGraph
    graph: Graph
    scene: Scene
    run: RecordedRun | None


def is_large(graph: Graph) -> bool:
    """Whether to show a graph that is read already may take longer than the window should wait."""
    return len(graph) > LARGE or moves_seen(graph) > _MOVES_AT_ONCE


def prepared(source: OpenedGraph | Path, script: Sequence[Pass] | None, stop: Event) -> Prepared | None:
    """Read it, and find out what the window asks first; None where nobody wants it any more.

    Where a script is given, its run is made ready, else the one that the file tells of.
    """
    with _uncollected():
        opened = resolve(source)
        if stop.is_set():
            return None
        graph = arranged(opened.graph)
        wiring = graph.wiring
        for _ in (
            wiring.users,
            wiring.wires,
            wiring.ranks,
            wiring.parameters,
            graph.given,
            wiring.computes,
            wiring.loose_end,
        ):
            if stop.is_set():
                return None
        run = run_seen(graph) if script is None else record(graph, script)
        if run is not None:
            run.frame(len(run))  # with the frames on the way, which are asked for at once
        return None if stop.is_set() else Prepared(opened, graph, Scene(graph).prepare(), run)


def run_ahead(graph: Graph) -> None:
    """Record the run of a large graph before somebody asks for it."""
    with _uncollected():
        record_ahead(graph, (Pass("forward"), backward_pass(graph, 0)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage is looked for meanwhile, nor in what is made: it takes a tenth of a second at a time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()


class Waiting(QWidget):
    """A line in the status bar: what goes on, that it goes on, and a button that ends it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self.setObjectName("waiting")
        row, look = QHBoxLayout(self), context.look
        row.setContentsMargins(0, 0, 0, 0)
        self._words = QLabel()
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedSize(look.px(90), look.px(10))
        self.button = QPushButton("Cancel")
        self.button.setObjectName("cancel_waiting")
        for each in (self._words, bar, self.button):
            row.addWidget(each)
        context.dialog_parent.statusBar().insertWidget(0, self)
        self.hide()

    def say(self, sentence: str, cancel: bool) -> None:
        """Tell of that from now on."""
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        self.button.setVisible(cancel)


class Behind(QObject):
    """Opens and saves what is large without the window having to wait; one thing at a time."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._waiting = Waiting(context)
        self._waiting.button.clicked.connect(self.cancel)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_AFTER)
        self._timer.timeout.connect(self._waiting.show)

    @property
    def busy(self) -> bool:
        """Whether something is being opened or saved."""
        return self._context.background.busy("document")

    def open(
        self,
        source: OpenedGraph | Path,
        done: Callable[[Prepared], object],
        script: Sequence[Pass] | None = None,
    ) -> None:
        """Have it read and made ready; ``done`` is called with it, unless it is cancelled or refused."""
        path = source if isinstance(source, Path) else source.path or Path(source.title or "a graph")
        self._begin(f"Opening {quoted_name(path)} …", cancel=True)

        def ended(made: Prepared | None) -> None:
            self._end()
            if made is not None:
                done(made)

        self._context.background.start(
            "document", prepared, source, script, done=ended, failed=self._failed, stoppable=True
        )

    def save(self, path: Path, write: Callable[[], object], done: Callable[[object], object]) -> None:
        """Have that file written; ``done`` is called with what ``write`` gives."""
        self._begin(f"Saving {quoted_name(path)} …", cancel=False)

        def ended(known: object) -> None:
            self._end()
            done(known)

        self._context.background.start("document", write, done=ended, failed=self._failed)

    def work_out(self, graph: Graph) -> None:
        """Record the run of a large graph, once it has been painted."""

        def begin() -> None:
            if self._context.session.state.graph is graph and self._context.session.state.trace is None:
                self._context.background.start("run ahead", run_ahead, graph, done=lambda _: None)

        QTimer.singleShot(PAINTED_AFTER, self, begin)

    def cancel(self) -> None:
        """Nobody wants it any more."""
        self._context.background.cancel("document")
        self._end()

    def _begin(self, sentence: str, *, cancel: bool) -> None:
        self._waiting.say(sentence, cancel)
        self._timer.start()

    def _end(self) -> None:
        self._timer.stop()
        self._waiting.hide()

    def _failed(self, error: Exception) -> None:
        self._end()
        self._context.bridge.attempt(_again, error)


def _again(error: Exception) -> None:
    raise error
