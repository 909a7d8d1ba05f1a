"""Behind the window: what takes long is read, worked out and written in another thread, or cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget
from shiboken6 import isValid

from micrograd.language import tr
from micrograd_gui.app.context import Context
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.in_parts import uncollected_for_long
from micrograd_gui.document.node import LARGE, differing
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.files.atomic import quoted_name
from micrograd_gui.files.documents import OpenedGraph, resolve
from micrograd_gui.session.filed import moves_seen, run_seen
from micrograd_gui.session.over_rows import backward_pass
from micrograd_gui.session.record import record, record_ahead
from micrograd_gui.session.session import Change
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Pass, RecordedRun
from micrograd_gui.session.transitions import with_layout
from micrograd_gui.views.background import later
from micrograd_gui.views.canvas.scene import Scene

PAINTED_AFTER = 250  # milliseconds
SHOWN_AFTER = 200  # milliseconds that something takes before it is told
_DOCUMENT, _TEXT = "document", "text"  # what is opened or saved, and what was pasted or typed
_ANEW = 0.1  # of the nodes: with more of them new the whole scene is made anew
_MOVES_AT_ONCE = 10_000  # of a run: a twentieth of a second
T = TypeVar("T")


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
    with uncollected_for_long(stop, another=True):
        opened = resolve(source)
        if stop.is_set():
            return None
        graph = arranged(opened.graph)
        _look_up(graph)
        run = run_seen(graph) if script is None else record(graph, script)
        if run is not None:
            run.frame(len(run))  # with the frames on the way, which are asked for at once
        return None if stop.is_set() else Prepared(opened, graph, Scene(graph).prepare(), run)


def _look_up(graph: Graph) -> None:
    """Find out what panes ask first of a graph; it is kept with it."""
    wiring = graph.wiring
    for _ in (wiring.users, wiring.wires, wiring.ranks, wiring.parameters, wiring.computes, wiring.loose_end):
        pass
    _ = graph.given


class Worked(Struct, frozen=True):
    """What a change has made of a State, and where on the canvas it lies, if that is all another picture."""

    state: State
    scene: Scene | None = None


def worked_out(change: Change, before: State, scene: Scene, stop: Event) -> Worked:
    """What the change makes of the State, with what the window asks first; ``scene`` is of what there is."""
    if len(before.graph) <= LARGE:
        return _worked_out(change, before, scene, stop)
    with uncollected_for_long(stop):
        return _worked_out(change, before, scene, stop)


def _worked_out(change: Change, before: State, scene: Scene, stop: Event) -> Worked:
    state = change(before)
    graph, was = state.graph, before.graph
    if state.trace is not None and not stop.is_set():
        state.trace.frame(state.cursor)
    if graph is before.graph or stop.is_set():
        return Worked(state)
    _look_up(graph)
    other = len(differing(was.nodes, graph.nodes)) + len(differing(was.places, graph.places))
    folded = (graph.blocks or was.blocks) and not (graph.blocks is was.blocks and graph.places is was.places)
    if len(graph) <= LARGE or not (folded or other >= _ANEW * len(graph)):
        return Worked(state)
    return Worked(state, scene.ahead(graph))


def run_ahead(graph: Graph, stop: Event) -> None:
    """Record the run of a large graph before somebody asks for it."""
    with uncollected_for_long(stop):
        record_ahead(graph, (Pass("forward"), backward_pass(graph, 0)))


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
        self.button = QPushButton(tr("Cancel"))
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


_INPUT = {
    QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride,
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.ContextMenu, QEvent.Type.Drop,
}  # fmt: skip


class Wait(QObject):
    """A wait within a verb, in which the window paints and heeds one button, and nothing else is done."""

    def __init__(self, button: QPushButton) -> None:
        super().__init__()
        self._button = button
        self._loop = QEventLoop()
        self._told = QTimer(singleShot=True, interval=SHOWN_AFTER)
        self._told.timeout.connect(self._loop.quit)
        self._ended: list[tuple[Worked | None, Exception | None]] = []
        self._to_close: list[QWidget] = []

    def until_done(self, start: Callable[..., object], tell: Callable[[], object]) -> Worked:
        """What is given to ``done``, waited for; ``tell`` is called where that takes long.

        Raises what is given to ``failed``, and Refusal where it was cancelled.
        """
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        try:
            start(done=lambda made: self._end(made), failed=lambda error: self._end(error=error))
            self._told.start()
            self._loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)  # keys wait for their turn
            if not self._ended:
                tell()
                self._loop.exec()
        finally:
            self._told.stop()
            application.removeEventFilter(self)
        for window in self._to_close:
            if isValid(window):  # it may have gone meanwhile
                later(window, window.close)
        made, error = self._ended[0] if self._ended else (None, None)
        if error is not None:
            raise error
        if made is None:
            raise Refusal(tr("Cancelled: the graph is as it was."))
        return made

    def cancel(self) -> None:
        """Nobody wants it any more."""
        self._end()

    def _end(self, made: Worked | None = None, error: Exception | None = None) -> None:
        self._ended.append((made, error))
        self._loop.quit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only the button is heeded, and Esc; a window is closed when this is over."""
        if event.type() == QEvent.Type.Close and isinstance(watched, QWidget) and watched.isWindow():
            self._to_close.append(watched)
            event.ignore()
            return True
        if event.type() == QEvent.Type.Shortcut:
            return True
        if event.type() not in _INPUT or not isinstance(watched, QWidget) or watched is self._button:
            return False
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.cancel()
        return True


class Behind(QObject):
    """Opens, saves and reads what is large without the window having to wait; one of a kind at a time."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.dialog_parent)
        self._context = context
        self._waiting = Waiting(context)
        self._waiting.button.clicked.connect(self.cancel)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_AFTER)
        self._timer.timeout.connect(self._waiting.show)
        self._wait: Wait | None = None  # for a change that is being worked out

    @property
    def busy(self) -> bool:
        """Whether something is being opened, saved or read."""
        return self.reads or self._context.background.busy(_DOCUMENT)

    @property
    def reads(self) -> bool:
        """Whether a text is being read."""
        return self._context.background.busy(_TEXT)

    def open(
        self,
        source: OpenedGraph | Path,
        done: Callable[[Prepared], object],
        script: Sequence[Pass] | None = None,
    ) -> None:
        """Have it read and made ready; ``done`` is called with it, unless it is cancelled or refused."""
        path = source if isinstance(source, Path) else source.path or Path(source.title or tr("a graph"))
        self._begin(tr("Opening {file} …", file=quoted_name(path)), cancel=True)

        def ended(made: Prepared | None) -> None:
            if made is not None:
                done(made)

        self._context.background.start(
            _DOCUMENT, prepared, source, script,
            done=self._ending(ended), failed=self._ending(self._refused), stoppable=True,
        )  # fmt: skip

    def save(self, path: Path, write: Callable[[], object], done: Callable[[object], object]) -> None:
        """Have that file written; ``done`` is called with what ``write`` gives."""
        self._begin(tr("Saving {file} …", file=quoted_name(path)), cancel=False)
        self._context.background.start(
            _DOCUMENT, write, done=self._ending(done), failed=self._ending(self._refused), writes=True
        )

    def read(
        self, sentence: str, read: Callable[..., T], *args: object,
        done: Callable[[T], object], failed: Callable[[Exception], object],
    ) -> None:  # fmt: skip
        """Have a text read, which ``sentence`` tells of; ``done`` is called with it, unless it is cancelled.

        ``read`` is given ``stop=``, an event that is set when nobody wants it any more.
        """
        self._begin(sentence, cancel=True)
        self._context.background.start(
            _TEXT, read, *args, done=self._ending(done), failed=self._ending(failed), stoppable=True
        )

    def work(self, change: Change, scene: Scene) -> State:
        """What a change makes of the State; another thread does it, and the window goes on meanwhile.

        Keys and presses wait, and after a while there is a button to cancel it. Raises Refusal then, and
        where another graph has come. ``scene`` is that of the canvas, which takes over another one.
        """
        session = self._context.session
        before = session.state
        if self._wait is not None:  # a timer wants something meanwhile
            return change(before)
        self._wait = Wait(self._waiting.button)
        try:
            made = self._wait.until_done(
                lambda **ends: self._context.background.start(
                    "work", worked_out, change, before, scene, stoppable=True, **ends
                ),
                lambda: self._begin(tr("Working out the change …"), cancel=True),
            )
        finally:
            self._wait = None
            self._context.background.cancel("work")
            self._end()
        if session.state is before:
            if made.scene is not None:
                scene.expect(made.scene)
            return made.state
        if session.state.graph is before.graph:
            return change(session.state)
        if session.state.graph.nodes is before.graph.nodes:  # it was laid out: a run is the same there
            if not only_laid_out(before, session.state):
                laid_out = session.state.graph
                return with_places_of(laid_out, before.graph, self.work(change, scene))
            return laid_out_since(made.state, before, session.state)
        raise Refusal(tr("The graph has become another one meanwhile."))

    def work_out(self, graph: Graph) -> None:
        """Record the run of a large graph, once it has been painted."""

        def begin() -> None:
            if self._context.session.state.graph is graph and self._context.session.state.trace is None:
                name = "run ahead"  # as in code
                background = self._context.background
                background.start(name, run_ahead, graph, done=lambda _: None, stoppable=True)

        later(self, begin, after=PAINTED_AFTER)

    def cancel(self) -> None:
        """Nobody wants it any more."""
        if self._wait is not None:
            self._wait.cancel()
            return
        self._context.background.cancel(_DOCUMENT)
        self._context.background.cancel(_TEXT)
        self._end()

    def _begin(self, sentence: str, *, cancel: bool) -> None:
        self._waiting.say(sentence, cancel)
        self._timer.start()

    def _end(self) -> None:
        if not self.busy:
            self._timer.stop()
            self._waiting.hide()

    def _ending(self, tell: Callable[[T], object]) -> Callable[[T], None]:
        def ended(what: T) -> None:
            self._end()
            tell(what)

        return ended

    def _refused(self, error: Exception) -> None:
        self._context.bridge.attempt(_again, error)


def only_laid_out(before: State, now: State) -> bool:
    """Whether a layout is all that came between these."""
    others = [name for name in State.__struct_fields__ if name not in ("history", "saved")]
    entries = zip(before.history.entries, now.history.entries, strict=False)
    return (
        all(getattr(before, name) is getattr(now, name) for name in others)
        and before.history.index == now.history.index
        and len(before.history.entries) == len(now.history.entries)
        and all(was is each or was.graph is before.graph for was, each in entries)
    )


def laid_out_since(made: State, before: State, now: State) -> State:
    """What was made of the State before, as if it had been laid out then: also what undo goes back to."""
    entries = (
        replace(each, graph=now.graph) if each.graph is before.graph else each
        for each in made.history.entries
    )
    history = replace(made.history, entries=tuple(entries))
    saved = now.saved if made.saved is before.saved else made.saved
    return with_places_of(now.graph, before.graph, replace(made, history=history, saved=saved))


def with_places_of(laid_out: Graph, before: Graph, made: State) -> State:
    """It, with the places of a layout that came meanwhile, where the edit itself has moved nothing.

    An edit is made of the graph as it was when it was asked for; it would take the layout back.
    """
    if made.graph is laid_out:
        return made
    old, now = before.places, made.graph.places
    unmoved = {node for node, place in now.items() if place == old.get(node)}
    came = {node: place for node, place in laid_out.places.items() if node in unmoved}
    return with_layout(made, made.graph, came)


def _again(error: Exception) -> None:
    raise error
