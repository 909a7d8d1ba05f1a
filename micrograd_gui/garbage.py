"""Garbage: Python's search for it rests while much is made that stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Meanwhile nobody looks for garbage that holds itself; all other goes at once, as always.

    For what makes a hundred thousand objects that all stay: Python would go through them again and again, a
    quarter of all the time.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
