"""Aside: what takes long and changes nothing is worked out by another thread, where a window gives one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State

T = TypeVar("T")


def aside(session: Session, size: int, make: Callable[[], T]) -> T:
    """What ``make`` gives, of about so many nodes; the window goes on meanwhile, as it does in a large edit.

    Raises Refusal where it is cancelled, and where another graph has come.
    """
    made: list[T] = []

    def change(state: State) -> State:
        made.append(make())
        return state

    session.work(size, change)
    return made[-1]
