"""Interrupts: how the program ends at Ctrl+C, and where the system tells it to, from its first import on."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is a tenth of what is loaded until this stands
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, NoReturn
else:
    import _signal as signal  # the same without enum, which takes longer to load than all the rest

INTERRUPTED = 130  # the exit status of what Ctrl+C has ended
_ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")  # not every system has all of them


def leave_at_once() -> None:
    """From here on Ctrl+C ends the program on the spot, where nothing is to be told or asked.

    KeyboardInterrupt would be raised anywhere, in the midst of an import or of what cleans up, where it is
    printed, or lost. A Ctrl+C that is ignored (in the background of a script) stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    if hasattr(signal, "pthread_sigmask"):  # run.py has it wait until here
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class StopAsked:
    """While this lasts Ctrl+C asks to stop, where it would end the program on the spot; a second one does.

    Attributes:
        wanted: Whether it has.
    """

    wanted = False

    def __enter__(self) -> StopAsked:
        self._ours = signal.getsignal(signal.SIGINT) is _leave
        if self._ours:
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, _leave)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            leave(INTERRUPTED)
        self.wanted = True


def let_finish() -> None:
    """Nothing is left to be ended: Python, which is about to, would otherwise still die of Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    leave(INTERRUPTED)


def leave(status: int) -> NoReturn:
    """End the program now, whatever it is about; what it has half-written goes."""
    atomic = sys.modules.get("micrograd_gui.files.atomic")
    if atomic is not None and hasattr(atomic, "drop_unfinished"):  # else it is being loaded
        atomic.drop_unfinished()
    os._exit(status)


class Signals:
    """The signals of a window, whose event loop runs no Python while nothing happens.

    Each of them is also a byte that comes at the file number ``waiting``: who waits there calls ``answer``.
    Ctrl+C asks the window to close, as its own button does; while the question about unsaved work is open,
    which ``asking`` tells, and where the window is too busy to ask it, another one ends it at once. TERM and
    HUP do that in any case; ``keep`` is called before. A signal that is ignored, as by nohup, stays so.
    """

    def __init__(
        self, close: Callable[[], object], asking: Callable[[], object], keep: Callable[[], object]
    ) -> None:
        self._close, self._asking, self._keep = close, asking, keep
        self._wanted = False  # it is to close, and does not know it yet
        self._ending = False
        self._before: dict[int, Any] = {}
        self.waiting, waking, self._drain, self._shut = _channel()
        self._woken = signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        for number in (signal.SIGINT, *(getattr(signal, name, None) for name in _ENDING)):
            if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
                heard = self._interrupt if number == signal.SIGINT else self._end
                self._before[number] = signal.signal(number, heard)

    def answer(self) -> None:
        """Do what signals asked for since."""
        self._drain()
        if self._wanted:
            self._wanted = False
            self._close()

    def end(self) -> None:
        """Signals do what they did before."""
        signal.set_wakeup_fd(self._woken)
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}
        self._shut()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Called between any two moves of the program, so the window is asked when it has its turn again."""
        if self._wanted or self._asking():
            try:
                self._last_wish()
            finally:
                leave(INTERRUPTED)
        self._wanted = True

    def _end(self, number: int, frame: FrameType | None) -> None:
        try:
            self._last_wish()
        finally:
            if sys.platform == "win32":
                leave(1)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    def _last_wish(self) -> None:
        """What is to be done before the end, unless it takes so long that one more signal has come.

        Whatever it raises, the end comes: it was called for once, and where it came from nobody asks again.
        """
        if not self._ending:
            self._ending = True
            self._keep()


def _channel() -> tuple[int, int, Callable[[], object], Callable[[], object]]:
    """Two file numbers, what takes away the bytes of the second at the first, and what closes both."""
    if sys.platform == "win32":  # which waits for sockets alone; they take 2 ms to load
        import socket

        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        return near.fileno(), far.fileno(), lambda: near.recv(64), lambda: [near.close(), far.close()]
    first, second = os.pipe()
    os.set_blocking(first, False)
    os.set_blocking(second, False)

    def drain() -> None:
        try:
            os.read(first, 64)
        except BlockingIOError:
            return  # somebody was here before

    def shut() -> None:
        os.close(first)
        os.close(second)

    return first, second, drain, shut
