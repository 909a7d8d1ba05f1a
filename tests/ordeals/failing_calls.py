"""Failing calls: the n-th system call of a piece of work is made to fail by the kernel itself (seccomp).

The work is done in a child whose calls are told to this process, which lets each pass, or answers it with an
error. Only calls between two marks are counted, those of the thread that does the work.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import select
import signal
import struct
import sys
import time
from collections.abc import Callable
from fcntl import ioctl
from typing import NamedTuple

MARK = 110  # getppid: nothing else here asks for it
_SECCOMP, _PIDFD_OPEN, _PIDFD_GETFD = 317, 434, 438
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_ALLOW, _NOTIFY, _PASS_ON = 0x7FFF0000, 0x7FC00000, 1
_QUICK = (202, 15, 60, 231, 24, 11, 28)  # futex, rt_sigreturn, exit, exit_group, sched_yield, munmap, madvise
NAMES = {
    0: "read", 1: "write", 3: "close", 4: "stat", 5: "fstat", 6: "lstat", 7: "poll", 8: "lseek",
    9: "mmap", 10: "mprotect", 12: "brk", 13: "rt_sigaction", 14: "rt_sigprocmask", 16: "ioctl",
    21: "access", 22: "pipe", 25: "mremap", 56: "clone", 57: "fork", 58: "vfork", 59: "execve",
    61: "wait4", 72: "fcntl", 73: "flock", 74: "fsync", 77: "ftruncate", 79: "getcwd", 82: "rename",
    83: "mkdir", 87: "unlink", 89: "readlink", 90: "chmod", 91: "fchmod", 186: "gettid",
    217: "getdents64", 257: "openat", 262: "newfstatat", 263: "unlinkat", 264: "renameat",
    268: "fchmodat", 269: "faccessat", 293: "pipe2", 316: "renameat2", 318: "getrandom", 332: "statx",
    439: "faccessat2",
}  # fmt: skip
_MEMORY = (9, 12, 25)  # for these the error is that there is none
_FULL = (1, 74)  # a disk is full when it is written to


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_ushort),
        ("yes", ctypes.c_ubyte),
        ("no", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("first", ctypes.POINTER(_Instruction)))


class Outcome(NamedTuple):
    """Which call was made to fail ("" where there were fewer), what was said, and how many there were."""

    failed: str
    said: str
    calls: int


def available() -> bool:
    """Whether this system can do it."""
    return sys.platform == "linux" and platform.machine() == "x86_64" and _try() is not None


def _try() -> Outcome | None:
    try:
        return failing(lambda: "well", 10**9)
    except (OSError, AssertionError):
        return None


def failing(work: Callable[[], str], nth: int) -> Outcome:
    """Do the work in a child, with its n-th call failing. ``work`` gives what it would say to a user."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        _be_watched(work, read, write)
    os.close(write)
    over, status = 0, 0
    try:
        outcome = _Watch(child, nth).attend(read)
        over, status = os.waitpid(child, 0)
    finally:
        os.close(read)
        if not over:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return outcome._replace(said=f"! ended by signal {os.WTERMSIG(status)}")
    return outcome


def _be_watched(work: Callable[[], str], read: int, write: int) -> None:
    """In the child; does not return. Its first word is the number that the kernel's listener will have."""
    try:
        os.close(read)
        libc = ctypes.CDLL(None, use_errno=True)
        listener = os.dup(write)
        os.close(listener)
        rules = [_Instruction(0x20, 0, 0, 0)]
        for at, call in enumerate(_QUICK):
            rules.append(_Instruction(0x15, len(_QUICK) - at, 0, call))
        rules += [_Instruction(6, 0, 0, _NOTIFY), _Instruction(6, 0, 0, _ALLOW)]
        program = _Program(len(rules), (_Instruction * len(rules))(*rules))
        libc.prctl(38, 1, 0, 0, 0)  # no new privileges: else only root may
        os.write(write, struct.pack("i", listener))
        if libc.syscall(_SECCOMP, 1, 8, ctypes.byref(program)) != listener:
            os._exit(3)
        os.set_inheritable(listener, False)
        os.getppid()
        try:
            said = work()
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is to be told)
            said = f"! {type(error).__name__}: {error}"
        os.getppid()
        os.write(write, said.encode("utf-8", "replace"))
    finally:
        os._exit(0)


class _Watch:
    """This process's side: it hears of each call of the child, and answers."""

    def __init__(self, child: int, nth: int) -> None:
        self.child, self.nth = child, nth
        self.calls = 0
        self.marks = 0
        self.failed = ""

    def attend(self, read: int) -> Outcome:
        number = struct.unpack("i", os.read(read, 4))[0]
        listener = self._listener(number)
        said = b""
        watched = select.poll()
        watched.register(listener, select.POLLIN)
        watched.register(read, select.POLLIN)
        until = time.monotonic() + 60
        try:
            while True:
                assert time.monotonic() < until, f"it waits for ever after {self.failed}"
                for ready, events in watched.poll(1000):
                    if ready == listener and events & select.POLLIN:
                        self._answer(listener)
                    elif ready == listener:
                        watched.unregister(listener)
                    elif events & select.POLLIN:
                        said += os.read(read, 65536)
                    else:
                        return Outcome(self.failed, said.decode("utf-8", "replace"), self.calls)
        finally:
            os.close(listener)

    def _listener(self, number: int) -> int:
        libc = ctypes.CDLL(None, use_errno=True)
        process = libc.syscall(_PIDFD_OPEN, self.child, 0)
        try:
            for _ in range(5000):
                try:
                    there = os.readlink(f"/proc/{self.child}/fd/{number}")
                except OSError:
                    there = ""
                if "seccomp" in there:
                    listener = libc.syscall(_PIDFD_GETFD, process, number, 0)
                    if listener >= 0:
                        return listener
                time.sleep(0.001)
            raise OSError(ctypes.get_errno(), "no listener")
        finally:
            os.close(process)

    def _answer(self, listener: int) -> None:
        told = bytearray(80)
        try:
            ioctl(listener, _RECEIVE, told)
        except OSError:  # whoever called is gone
            return
        ident, thread, _, call = struct.unpack_from("QIIi", told)
        error, flags = 0, _PASS_ON
        if thread == self.child:
            if call == MARK:
                self.marks += 1
            elif self.marks == 1:
                self.calls += 1
                if self.calls == self.nth:
                    self.failed = NAMES.get(call, f"call {call}")
                    error, flags = -self._error(call), 0
        try:
            ioctl(listener, _SEND, struct.pack("QqiI", ident, 0, error, flags))
        except OSError:
            return

    def _error(self, call: int) -> int:
        if call in _MEMORY:
            return errno.ENOMEM
        return errno.ENOSPC if call in _FULL else errno.EIO
