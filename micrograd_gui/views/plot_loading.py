"""Matplotlib, loaded in another thread: it takes most of a second, and the window is in use already."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module

from micrograd_gui.views.background import Background

# What knows nothing of Qt: the rest is quick.
_PARTS = ("matplotlib.figure", "matplotlib.axes", "matplotlib.backends.backend_agg")


def load_then(call: Callable[[], object], background: Background) -> None:
    """Call it in this thread as soon as matplotlib is there."""
    if all(part in sys.modules for part in _PARTS):
        call()
    else:
        background.start("matplotlib", _load, done=lambda _: call())


def _load() -> None:
    for part in _PARTS:
        import_module(part)
