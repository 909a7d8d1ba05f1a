"""Starting the program: what is imported when, so that the first paint comes soon."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import TracebackType

from micrograd_gui.document.errors import Refusal

# What the first paint needs and knows nothing of Qt.
_FIRST = (
    "document.catalogue", "document.live.values", "document.notation.writer",
    "files.documents",
    "session.explain.card", "session.explain.slopes", "session.session", "session.training.judge",
    "document.optimisers",
)  # fmt: skip


def hurry() -> None:
    """Import what knows nothing of Qt, and let the garbage collector rest until the first paint.

    What is imported is kept, so there is nothing to collect. PySide6 reads the source of every module that
    is imported after it, to see whether it uses PySide6; what is imported before is spared that.
    """
    gc.disable()
    for name in _FIRST:
        import_module(f"micrograd_gui.{name}")


def run_window(source: object = None) -> int:
    """The program: the window, until it is closed. Gives the exit status; raises Refusal for a bad source."""
    hurry()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from micrograd_gui.app import start
    from micrograd_gui.app.window import create_window

    app = QApplication.instance() or QApplication(["micrograd-gui"])
    app.setApplicationName("micrograd-gui")
    window = create_window(source)
    with start.caught(window.say):
        window.show()
        QTimer.singleShot(0, gc.enable)
        return app.exec()


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


def has_screen() -> bool:
    """Windows and macOS always have one; elsewhere a variable tells (else a QApplication would abort)."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
