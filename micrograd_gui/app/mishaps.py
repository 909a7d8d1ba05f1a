"""What happens to an exception that nobody caught: it is told, and the window stays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from micrograd_gui.document.errors import Refusal


@contextmanager
def caught(say: Callable[..., object]) -> Iterator[None]:
    """While this lasts, an exception in a slot becomes a sentence in the status bar.

    A Refusal is shown as it is. Anything else is a fault of the program: it is also written to
    standard error in full, and the graph stays as the last verb left it.
    """
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Refusal):
            say(str(error), refused=True)
            return
        before(kind, error, trace)
        if isinstance(error, Exception):
            say(f"Something went wrong inside the program ({error}). Your graph is as it was.", refused=True)

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = before
