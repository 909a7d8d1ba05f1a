"""The keeper: a thread that writes what is not saved into the recovery file, soon after each change."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Condition, RLock, Thread

from msgspec import Struct

from micrograd.language import tr
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.marks import UNSEEN, Sight
from micrograd_gui.files import recovery
from micrograd_gui.files.recovery import Slot
from micrograd_gui.log import logger_of
from micrograd_gui.session.state import State

DELAY = 0.8  # seconds from a change to the write that has it: with the write itself less than two
_AGAIN = 5.0  # seconds until a write that failed is tried again
_BREATH = 0.001  # seconds in which the window may work between two parts of a large graph
_PATIENCE = 3.0  # seconds that the end of a window waits for a write at the most
_log = logger_of(__name__)


class Present(Struct, frozen=True):
    """What there is to keep: a State, what it is called, and its plot and zoom."""

    state: State
    name: str
    sight: Sight = UNSEEN


class Keeper:
    """Writes the newest Present it was told of; all of it can be called in any thread.

    Nothing is made on the disk before there is something to keep. It has a thread of its own, not one of
    Qt's: what the event loop is busy with must not put off the write. ``tell`` is called with a sentence, and
    whether it is of a failure: when writing fails, and when it succeeds again.
    """

    def __init__(self, folder: Path, tell: Callable[[str, bool], object]) -> None:
        self._folder = folder
        self._tell = tell
        self._slot: Slot | None = None
        self._wanted: Present | None = None
        self._number = 0  # of what is wanted
        self._done = 0  # of what is on the disk
        self._at_once = False
        self._ended = False
        self._said = False
        self._took = 0.0  # seconds that the last write did
        self._changed = Condition()
        self._writing = RLock()  # a signal may come where its own thread writes
        self._thread: Thread | None = None

    @property
    def pending(self) -> bool:
        """Whether the disk does not know yet what it is to know."""
        return self._number != self._done and not self._ended

    def keep(self, present: Present | None, *, at_once: bool = False) -> None:
        """That is to be on the disk soon; None: nothing is."""
        with self._changed:
            if present is None and self._wanted is None:
                return
            fresh = self._number == self._done
            self._wanted = present
            self._number += 1
            self._at_once |= at_once or present is None
            if self._thread is None:
                self._thread = Thread(target=self._run, name="recovery", daemon=True)
                self._thread.start()
            elif fresh or self._at_once:
                self._changed.notify()

    def write_now(self, present: Present | None) -> None:
        """Have it on the disk when this returns; what goes wrong is logged."""
        with self._changed:
            if self._ended or (present is None and self._wanted is None):
                return
            self._wanted = present
            self._number += 1
            number = self._number
        try:
            self._put(present, number, lambda: None)
        except FileRefusal as refusal:
            _log.error("recovery: %s", refusal)

    def adopt(self, slot: Slot) -> None:
        """From now on that is the file: it holds what was recovered from it, until something newer does.

        What was to be written before is of a document that was given up.
        """
        with self._writing:
            with self._changed:
                self._wanted = None
                self._number += 1
                self._done = self._number
            mine, self._slot = self._slot, slot
            if mine is not None:
                mine.remove()
                mine.release()

    def end(self, *, keep: bool) -> None:
        """The window is closed; the file goes, but where it is to be found by the next start (``keep``)."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        with self._writing:
            if self._slot is not None:
                if not keep:
                    self._slot.remove()
                self._slot.release()
                self._slot = None
            if not keep:
                self._done = self._number  # a write that took longer than anybody waits comes too late

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._number != self._done)
                delay = max(0.1, DELAY - self._took)
                self._changed.wait_for(lambda: self._ended or self._at_once, delay)
                if self._ended:
                    return
                present, number = self._wanted, self._number
                self._at_once = False
            begun = time.monotonic()
            try:
                self._put(present, number, self._give_way)
                said, self._said = self._said, False
                if said and present is not None:
                    self._tell(tr("What is not saved is kept again."), False)
            except _GivenUp:
                return
            except Exception as error:  # noqa: BLE001 - a thread that dies would keep nothing any more
                self._fail(error)
                with self._changed:
                    self._changed.wait_for(lambda: self._ended, _AGAIN)
            self._took = time.monotonic() - begun

    def _put(self, present: Present | None, number: int, give_way: Callable[[], object]) -> None:
        """Have the disk hold that, where it does not hold something newer already."""
        if present is None:
            content = b""
        else:
            content = recovery.content(present.state, present.name, present.sight, give_way)
        with self._writing:
            if number <= self._done:
                return
            if present is not None:
                if self._slot is None or self._slot.lost:
                    lost, self._slot = self._slot, Slot.begun(self._folder)
                    if lost is not None:
                        lost.give_up()
                self._slot.write(content)
            elif self._slot is not None:
                self._slot.remove()
            self._done = max(self._done, number)  # by who writes alone: a signal may come within `keep`

    def _give_way(self) -> None:
        if self._ended:
            raise _GivenUp
        time.sleep(_BREATH)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, FileRefusal):
            _log.warning("recovery: %s", error)
        else:
            _log.error("recovery failed", exc_info=error)
        if not self._said:
            self._said = True
            self._tell(tr("What is not saved would be lost in a crash: {reason}", reason=error), True)


class _GivenUp(Exception):
    """The window is closed: nobody needs what is being written."""
