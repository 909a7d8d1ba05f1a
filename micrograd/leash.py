"""A leash for a program that is run: bounds of time and memory, nothing to read, and an end with ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from micrograd.language import tr

SECONDS = 10.0
MEMORY = 1 << 30  # bytes
_LOOK_UP_EVERY = 0.05  # seconds
_PATIENCE = 6  # times as long by the clock as a program may have of the processor
_WEIGH_EVERY = 0.5  # seconds, where the system holds nobody to a bound of memory
# What a program may know of its surroundings: not where Graphviz, fonts or libraries are looked for.
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "WINDIR", "TEMP", "TMP", "TMPDIR", "USERPROFILE")
# A Graphviz that finds the name of a server opens no file that a graph names.
_NO_FILES = {"SERVER_NAME": "none", "LC_ALL": "C"}
# Where no signal can be tied to a pipe, a shell beside the program reads it, and ends the program when
# whoever holds the other end has ended without a word.
_WATCHED = ('ulimit -t "$1"; ulimit -c 0; shift; (read -r _ <&"$1" || kill -9 $$) >/dev/null 2>&1 & '
            'shift; exec "$@"')  # as in code


class Snapped(Exception):
    """A program that was stopped; the message says why, as the end of a sentence about it."""


class TookTooLong(Snapped):
    """Its time was over."""


class Unwanted(Snapped):
    """Nobody waits for its answer any more."""


class Answer(NamedTuple):
    """How a program ended, and what it wrote."""

    status: int
    out: bytes
    said: bytes


def run_leashed(command: Sequence[str | Path], text: bytes, *, seconds: float = SECONDS, memory: int = MEMORY,
                unwanted: Callable[[], bool] = lambda: False, files: bool = False, sealed: bool = False,
                folder: Path | None = None) -> Answer:
    """What the program makes of the text on its standard input.

    It is stopped after so many seconds of the processor (on a machine that is busy with others these take
    longer by the clock, six times at most; only Linux tells them), with so many bytes of memory, as soon as
    it is ``unwanted``, and when this process ends, in whatever way. Where it needs no ``files`` it runs in an
    empty folder and finds a clean environment; one that is ``sealed`` can, on Linux, open nothing at all: no
    library, no font.
    Raises Snapped, or OSError where it cannot be started.
    """
    bounds = _Bounds(seconds, memory, files, sealed)
    with _Held([os.fspath(part) for part in command], bounds, folder) as held:
        begun, weigh_at = monotonic(), monotonic() + _WEIGH_EVERY
        given: bytes | None = text
        while True:
            if unwanted():
                raise Unwanted(tr("is not wanted any more"))
            passed = monotonic() - begun
            left = min(seconds - min(held.spent(), passed), _PATIENCE * seconds - passed)
            if left <= 0:
                raise TookTooLong(tr("took longer than {seconds:g} seconds and was stopped", seconds=seconds))
            if monotonic() > weigh_at:
                weigh_at += _WEIGH_EVERY
                if held.weight() > memory:
                    raise Snapped(_too_heavy(memory))
            try:
                out, said = held.process.communicate(given, timeout=min(left, _LOOK_UP_EVERY))
            except subprocess.TimeoutExpired:
                given = None  # it is on its way already
                continue
            status = held.process.returncode
            if (status < 0 and b"memory" in said) or said.rstrip().endswith(b"out of memory"):
                raise Snapped(_too_heavy(memory))
            return Answer(status, out, said)


def _too_heavy(memory: int) -> str:
    return tr("needed more than {megabytes:,} MB of memory and was stopped", megabytes=memory >> 20)


class _Bounds(NamedTuple):
    """What a program is held to."""

    seconds: float
    memory: int
    files: bool
    sealed: bool


class _Held:
    """A program while it runs; whatever happens, it has ended afterwards."""

    def __init__(self, command: list[str], bounds: _Bounds, folder: Path | None = None,
                 system: str = sys.platform) -> None:
        self._ends: list[int] = []
        self._job: object = None
        self._weighed = system not in ("linux", "win32")
        options: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        options["env"] = _surroundings(os.environ, bounds.files)
        tied = None
        if system != "win32":
            tied, ours = os.pipe()
            self._ends.append(ours)
            options["pass_fds"] = (tied,)
            if system != "linux":
                command = ["/bin/sh", "-c", _WATCHED, "sh", str(int(bounds.seconds) + 1), str(tied), *command]
        self._empty = None if bounds.files else tempfile.mkdtemp(prefix="micrograd-")
        try:
            self.process = subprocess.Popen(command, cwd=self._empty or folder, **options)
            if system == "linux":
                _bound(self.process.pid, bounds)
                if tied is not None:
                    _tie(tied, self.process.pid)
            elif system == "win32":
                self._job = _job_of(self.process, bounds.memory)
        except BaseException:
            self.let_go()
            self._leave_no_folder()
            raise
        finally:
            if tied is not None:
                os.close(tied)
            if bounds.sealed and system != "win32":
                self._leave_no_folder()  # who stands in one that is gone can leave nothing there

    def weight(self) -> int:
        """How many bytes it has in memory, where the system does not hold it to a bound; else 0."""
        if not self._weighed:
            return 0
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True)
        return int(shown.stdout.strip() or 0) * 1024

    def spent(self) -> float:
        """Seconds of the processor that it has had; where the system does not tell, more than there are."""
        if sys.platform == "linux":
            with suppress(OSError):  # it has ended
                return clock_gettime((~self.process.pid << 3) | 2)  # the clock that clock_getcpuclockid gives
        return float("inf")

    def __enter__(self) -> _Held:
        return self

    def __exit__(self, *_: object) -> None:
        with self.process:
            if self.process.poll() is None:
                self.process.kill()
        self.let_go()
        self._leave_no_folder()

    def _leave_no_folder(self) -> None:
        if self._empty is not None:
            shutil.rmtree(self._empty, ignore_errors=True)
            self._empty = None

    def let_go(self) -> None:
        """Whoever watched the program need not any more."""
        for end in self._ends:
            if self._weighed:
                with suppress(OSError):
                    os.write(end, b"\n")
            os.close(end)
        self._ends.clear()
        if sys.platform == "win32" and self._job is not None:
            _winapi.CloseHandle(self._job)


def _surroundings(all_of_them: Mapping[str, str], files: bool) -> dict[str, str]:
    if files:
        return dict(all_of_them)
    return {name: all_of_them[name] for name in _KEPT if name in all_of_them} | _NO_FILES


if sys.platform == "linux":
    import fcntl
    import resource
    import signal
    from time import clock_gettime

    def _bound(pid: int, bounds: _Bounds) -> None:
        """Hold a program that has not been given its text yet to its bounds, though it is not asked."""
        limits = {resource.RLIMIT_AS: bounds.memory, resource.RLIMIT_CORE: 0,
                  resource.RLIMIT_CPU: int(bounds.seconds) + 1}
        if bounds.sealed:
            limits[resource.RLIMIT_NOFILE] = 3  # those that it has
        for which, bound in limits.items():
            with suppress(OSError, ValueError):  # it has ended, or has been given less
                resource.prlimit(pid, which, (bound, bound))

    def _tie(end: int, pid: int) -> None:
        """Have the system kill the program when the pipe's other end is closed, hence when this process ends.

        A bound to the parent's death could only be set in the child, by code between fork and exec, which a
        program with threads must not run.
        """
        with suppress(OSError):
            fcntl.fcntl(end, fcntl.F_SETOWN, pid)
            fcntl.fcntl(end, fcntl.F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(end, fcntl.F_SETFL, fcntl.fcntl(end, fcntl.F_GETFL) | os.O_ASYNC)

else:

    def _bound(pid: int, bounds: _Bounds) -> None:
        """Elsewhere the shell or the job does it."""

    def _tie(end: int, pid: int) -> None:
        """Elsewhere the shell or the job does it."""


if sys.platform == "win32":
    import _winapi
    import ctypes
    from ctypes import wintypes

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, its inner structures written out."""

        _fields_ = [("of_process", ctypes.c_int64), ("of_job", ctypes.c_int64), ("flags", wintypes.DWORD),
                    ("least", ctypes.c_size_t), ("most", ctypes.c_size_t), ("processes", wintypes.DWORD),
                    ("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("class_", wintypes.DWORD),
                    ("counters", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t),
                    ("job_memory", ctypes.c_size_t), ("peak_process", ctypes.c_size_t),
                    ("peak_job", ctypes.c_size_t)]

    def _job_of(process: subprocess.Popen[bytes], memory: int) -> object:
        """A job that ends with this process, and the program in it; None where there can be none."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        job = kernel.CreateJobObjectW(None, None)
        if not job:
            return None
        limits = _Limits(flags=0x2000 | 0x100, process_memory=memory)  # kill on close, memory of the process
        kernel.SetInformationJobObject(wintypes.HANDLE(job), 9, ctypes.byref(limits), ctypes.sizeof(limits))
        kernel.AssignProcessToJobObject(wintypes.HANDLE(job), wintypes.HANDLE(int(process._handle)))
        return int(job)

else:

    def _job_of(process: subprocess.Popen[bytes], memory: int) -> object:
        """There are jobs on Windows alone."""
        return None
