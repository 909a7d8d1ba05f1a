"""Matplotlib, loaded in another thread: it takes most of a second, and the window is in use already."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module

from PySide6.QtCore import QObject, QTimer

from micrograd_gui.views.background import Background

# What knows nothing of Qt: the rest is quick.
_PARTS = ("matplotlib.figure", "matplotlib.axes", "matplotlib.backends.backend_agg")
_EVERY, _PAUSE = 8, 0.004  # milliseconds, seconds


def load_then(call: Callable[[], object], parent: QObject) -> None:
    """Call it in this thread as soon as matplotlib is there."""
    if all(part in sys.modules for part in _PARTS):
        call()
        return
    # A loop of events that keeps Python's lock, as QTest.qWait does, would keep the other thread waiting.
    pauses = QTimer(parent)
    pauses.timeout.connect(partial(time.sleep, _PAUSE))
    pauses.start(_EVERY)

    def done(_: None) -> None:
        pauses.stop()
        call()

    Background(parent).start("matplotlib", _load, done=done)


def _load() -> None:
    for part in _PARTS:
        import_module(part)
