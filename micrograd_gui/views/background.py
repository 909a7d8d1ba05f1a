"""Background: pure functions run off the GUI thread, their results delivered in it, outdated ones dropped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from importlib import import_module
from threading import Event, Lock, Thread
from typing import Any

from msgspec import Struct, field
from PySide6.QtCore import QCoreApplication, QObject, QThreadPool, QTimer, Signal, Slot
from shiboken6 import isValid

from micrograd_gui.log import logger_of

STACK = 16 << 20  # bytes: Python 3.12 and 3.13 free a long chain by calls that macOS's 512 kB do not hold
_LOOK = 10  # milliseconds until it is looked again whether a thread has ended
HANDED_BACK_AFTER = 0.0005  # seconds that a thread keeps the interpreter while the window's waits for it

_log = logger_of(__name__)
_writing: set[_Job] = set()
_one_loads = Lock()  # what else loads waits: two would leave the window's thread a third of the interpreter


class Background(QObject):
    """One running function per key: a later start with the same key outdates the earlier one.

    ``done(result)`` and ``failed(error)`` are called in the GUI thread. A function that is started with
    ``stoppable=True`` is given ``stop=``, a threading.Event that is set as soon as nobody wants its result
    any more, so that it can end a subprocess early. One with ``writes=True`` is waited for when the program
    ends (`all_written`).

    The window's thread lets go of the interpreter at each call into Qt, a dozen times for a key. A busy
    function here would keep it for 5 ms each time: 60 ms and more, where a held key repeats each 33.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(HANDED_BACK_AFTER)
        QThreadPool.globalInstance().setStackSize(STACK)
        QThreadPool.globalInstance().setExpiryTimeout(-1)  # Python remembers each thread that has gone
        self._jobs: dict[Hashable, _Job] = {}
        self._relay = _Relay()  # without a parent: it must outlive this object while a thread still holds it
        self._relay.finished.connect(self._deliver)
        jobs = self._jobs  # not self: what stands here runs when self is half gone
        self.destroyed.connect(lambda: _stop_all(jobs))
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.cancel_all)

    def start(
        self,
        key: Hashable,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
        stoppable: bool = False,
        writes: bool = False,
    ) -> None:
        """Run ``function(*args)`` in another thread; with no ``failed``, its error is raised in this one."""
        self.cancel(key)
        job = _Job(key, function, args, done, failed, stoppable)
        self._jobs[key] = job
        if writes:
            _writing.add(job)
        QThreadPool.globalInstance().start(partial(_run, job, self._relay))

    def load(self, modules: Sequence[str], then: Callable[[], object] = lambda: None) -> None:
        """Load these modules in another thread, one such list after the other, then call it in this one.

        For what is large and not wanted at once: matplotlib, the export dialog.
        """
        if all(each in sys.modules for each in modules):
            then()
        else:
            self.start(modules, _load, modules, done=lambda _: then())

    def busy(self, key: Hashable) -> bool:
        """Whether a result is still awaited for that key."""
        return key in self._jobs

    def cancel(self, key: Hashable) -> None:
        """Nobody wants the result for that key any more."""
        job = self._jobs.pop(key, None)
        if job is not None:
            job.drop()

    @Slot()
    def cancel_all(self) -> None:
        """Nobody wants any result any more."""
        _stop_all(self._jobs)

    def cancel_all_but(self, key: Hashable) -> None:
        """Of all results only the one for that key is wanted still."""
        for each in [each for each in self._jobs if each != key]:
            self.cancel(each)

    @Slot(object)
    def _deliver(self, job: _Job) -> None:
        if self._jobs.get(job.key) is not job:
            return
        del self._jobs[job.key]
        done, failed, result, error = job.done, job.failed, job.result, job.error
        job.drop()  # its thread may be the last that holds it: what is Qt's must not go there
        if error is None:
            done(result)
        elif failed is not None:
            failed(error)
        else:
            raise error


class Newest(QObject):
    """One question of a kind at a time, a little after it was asked last; what came before it is dropped.

    A function is given ``stop=``, as above, and never runs beside one that was asked for earlier: who
    types quickly would have a dozen of them at work.
    """

    def __init__(self, background: Background, key: Hashable, pause: int, parent: QObject) -> None:
        """``pause`` are the milliseconds in which another question may come."""
        super().__init__(parent)
        self._background = background
        self._key = key
        self._wanted: tuple[Callable[..., Any], Callable[[Any], object], Callable[[Exception], object]] | None
        self._wanted = None
        self._stop = Event()
        self._clock = QTimer(self, singleShot=True, interval=pause)
        self._clock.timeout.connect(self._begin)

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self._wanted is not None

    def ask(
        self,
        function: Callable[..., Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Run ``function(stop=…)`` soon, in another thread; only the answer to the newest is told."""
        self._wanted = function, done, failed
        self._stop.set()
        self._clock.start()

    def drop(self) -> None:
        """Nobody wants to know any more."""
        self._wanted = None
        self._stop.set()
        self._clock.stop()
        self._background.cancel(self._key)

    def _begin(self) -> None:
        asked = self._wanted
        if asked is None or self._clock.isActive() or self._background.busy(self._key):
            return  # the one that runs begins this one when it ends
        self._stop = Event()
        work = partial(asked[0], stop=self._stop)
        self._background.start(
            self._key,
            work,
            done=lambda result: self._end(asked, asked[1], result),
            failed=lambda error: self._end(asked, asked[2], error),
        )

    def _end(self, asked: object, tell: Callable[[Any], object], what: Any) -> None:
        if asked is self._wanted:
            self._wanted = None
            tell(what)
        else:
            self._begin()


def later(parent: QObject, call: Callable[[], object], *, after: int = 0) -> None:
    """Call it after so many milliseconds, in a turn of its own; never, where the parent is gone by then.

    PySide's `QTimer.singleShot` lets a method that waits for its turn never go where its object is deleted
    before that, and so a whole window stays; of one that waits for some milliseconds it keeps a reference.
    """
    timer, waiting = QTimer(parent, singleShot=True, interval=after), [call]

    # What is called may be the last that holds its parent, which must not take along a timer that is going.
    # As a function: a method would make its object another class to Qt, which styles it once more then.
    def ring() -> None:
        timer.setParent(None)
        timer.deleteLater()
        waiting.pop()()

    timer.timeout.connect(ring)
    timer.start()


def load_by_turns(parent: QObject, modules: Sequence[str], then: Callable[[], object]) -> None:
    """Load one module in each turn of the event loop, then call it: soon, whatever other threads do."""

    def load() -> None:
        import_module(modules[0])
        load_by_turns(parent, modules[1:], then)

    if modules:
        later(parent, load)
    else:
        then()


def load_at_once(parent: QObject, module: str, then: Callable[[], object]) -> None:
    """Load a module in a thread of its own, which waits behind no plot and no layout, then call it here.

    For what has to be there soon whatever else is going on: what keeps unsaved work.
    """
    loading = Thread(target=import_module, args=(module,), daemon=True)
    loading.start()

    def look() -> None:
        if loading.is_alive():
            later(parent, look, after=_LOOK)
        else:
            then()

    look()


def give_back_memory() -> None:
    """Let the system have what was let go: a document of 150,000 nodes left 80 MB that nobody used.

    On Linux alone, whose C library keeps them for itself else; it takes some milliseconds.
    """
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not every C library has it
        if trim is not None:
            trim(0)


def all_written(patience: float) -> bool:
    """Wait for what writes; for what only reads and works out no longer than so many seconds.

    Gives whether that has ended, too: else the end of the program would wait for it.
    """
    pool, until = QThreadPool.globalInstance(), time.monotonic() + patience
    while pool.activeThreadCount() and (_writing or time.monotonic() < until):
        time.sleep(0.005)
    return not pool.activeThreadCount()


def _load(modules: Sequence[str]) -> None:
    with _one_loads:
        for each in modules:
            import_module(each)


def _nobody(_: object) -> None:
    """Who wants to know of a result that was dropped."""


class _Job(Struct, eq=False):
    """What was asked for, and what came of it."""

    key: Hashable
    function: Callable[..., Any]
    args: tuple[Any, ...]
    done: Callable[[Any], object]
    failed: Callable[[Exception], object] | None
    stoppable: bool
    stop: Event = field(default_factory=Event)
    result: Any = None
    error: Exception | None = None

    def drop(self) -> None:
        """Nobody wants it any more: it may go on for long, and holds none of those who asked."""
        self.stop.set()
        self.done, self.failed, self.result = _nobody, None, None

    def run(self) -> None:
        try:
            extra = {"stop": self.stop} if self.stoppable else {}
            self.result = self.function(*self.args, **extra)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is handed to the GUI thread
            _log.info("%s in the background failed: %s", self.key, error)
            self.error = error


class _Relay(QObject):
    """Carries finished jobs from any thread into the one it was made in."""

    finished = Signal(object)


def _run(job: _Job, relay: _Relay) -> None:
    """In a thread of the pool; a function, of which PySide6 lets go.

    Of a QRunnable it takes hold once it has been started: where that has ended by then, it is kept for ever,
    and with it the job, with all that it was given and gave.
    """
    try:
        wanted = job in _writing and not job.stoppable  # it is written in any case
        if wanted or not job.stop.is_set():
            job.run()
    finally:
        _writing.discard(job)
    if isValid(relay):  # else the program has ended meanwhile, and nobody waits any more
        relay.finished.emit(job)


def _stop_all(jobs: dict[Hashable, _Job]) -> None:
    for job in jobs.values():
        job.drop()
    jobs.clear()
