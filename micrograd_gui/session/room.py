"""Room: the verbs of one feature, made when the first of them is said; and what one has worked out aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from micrograd_gui.session.state import State

T = TypeVar("T")


class Holder(Protocol):
    """What a room asks of its Session."""

    state: State
    work: Callable[[int, Callable[[State], State]], State]

    def take(self, state: State) -> None:
        """That State in place of the present one."""


class Room:
    """Verbs of one feature of a Session; it keeps no facts, for these are fields of the State.

    ``session.room(Kind)`` gives it. A verb decides by functions that change nothing, and ends in
    ``session.take(state)``; one that raises has changed nothing.
    """

    def __init__(self, session: Holder) -> None:
        self.session = session

    @property
    def state(self) -> State:
        """The State as it is now."""
        return self.session.state

    def follow(self, old: State, new: State) -> State:
        """What becomes of the feature's own fields when another State is to take the place of the old one."""
        return new


def aside(session: Holder, size: int, make: Callable[[], T]) -> T:
    """What ``make`` gives, which changes nothing, of about so many nodes; a window goes on meanwhile.

    Raises Refusal where it is cancelled, and where another graph has come.
    """
    made: list[T] = []

    def change(state: State) -> State:
        made.append(make())
        return state

    session.work(size, change)
    return made[-1]
