"""Log: what the program does, a logger for each room, written to standard error or kept for a report."""

from __future__ import annotations

import logging
from collections import deque

NAME = "micrograd_gui"  # above the loggers of the rooms: micrograd_gui.files, micrograd_gui.session, …
LINES_KEPT = 200
_FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")


def logger_of(module: str) -> logging.Logger:
    """The logger of the room that the module of that name (``__name__``) is in."""
    return logging.getLogger(".".join(module.split(".")[:2]))


def write_to_stderr() -> None:
    """From now on every line of the log stands on standard error too (``--debug``)."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMAT)
    attach(handler)


def log_fault(message: str, *about: object, error: Exception) -> None:
    """An error of the program, with its traceback, for whoever hears the log.

    Where nobody does, Python would write it to standard error, where one sentence shall stand.
    """
    room = logger_of(_room_of(error))
    if room.hasHandlers():
        room.error(message, *about, exc_info=error)


def _room_of(error: Exception) -> str:
    """The module of ours that it came from."""
    trace, module = error.__traceback__, NAME
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        module = name if name.startswith(NAME) else module
        trace = trace.tb_next
    return module


class LastLines(logging.Handler):
    """The last lines of the log, for a report of a fault; ``lines`` are oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_FORMAT)
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, in place of the oldest."""
        self.lines.append(self.format(record))


def keep_last_lines() -> LastLines:
    """From now on the last lines of the log are kept; gives what keeps them."""
    kept = LastLines()
    attach(kept)
    return kept


def last_lines() -> LastLines:
    """What keeps the last lines, one for the whole process; from the first call on they are kept."""
    attached = logging.getLogger(NAME).handlers
    return next((each for each in attached if isinstance(each, LastLines)), None) or keep_last_lines()


def detach(handler: logging.Handler) -> None:
    """The handler hears no more of the log."""
    log = logging.getLogger(NAME)
    log.removeHandler(handler)
    if not log.handlers:
        log.setLevel(logging.NOTSET)


def attach(handler: logging.Handler) -> None:
    """From now on the handler hears all of the log."""
    log = logging.getLogger(NAME)
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
