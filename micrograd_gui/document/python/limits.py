"""Limits: how much a pasted cell may do and hold, and what is said where that is too much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal

STEPS = 100_000  # statements, turns of a comprehension, calls of a lambda
EVALUATIONS = 1_000_000  # parts of expressions
HELD = 1_500_000  # places in lists, letters / 10, Values × 5: all that is made, also what is dropped again
LETTERS = 100_000  # of one text, and of all that is printed
BITS = 2_000  # of a whole number
DEEPEST = 60  # calls in one another
CELLS_AT_MOST = 200  # pasted cells that are remembered with what they printed


_QUICK = ContextVar("quick", default=False)
_QUICK_WEIGHT = 30_000  # of what earlier cells have made, which is copied
_QUICK_EVALUATIONS = 4_000  # a few hundredths of a second


_COUNTED: ContextVar[list[Meter] | None] = ContextVar("counted", default=None)


@contextmanager
def counted() -> Iterator[list[Meter]]:
    """Within it all meters are listed: what several cells have done together."""
    meters: list[Meter] = []
    token = _COUNTED.set(meters)
    try:
        yield meters
    finally:
        _COUNTED.reset(token)


class Lengthy(Refusal):
    """A cell takes longer than a window may wait for it; nothing is wrong with it."""


@contextmanager
def quickly() -> Iterator[None]:
    """Within it a cell that takes longer than a few hundredths of a second raises Lengthy."""
    token = _QUICK.set(True)
    try:
        yield
    finally:
        _QUICK.reset(token)


class Wrong(Exception):
    """What cannot be, as half a sentence; whoever walks the tree knows at which line and column.

    ``kind`` is the error that Python would raise, where that is known; ``thing`` what a cell has raised.
    """

    def __init__(self, said: str, kind: type[BaseException] | None = None, thing: Any = None) -> None:
        super().__init__(said)
        self.kind, self.thing = kind, thing


class Endless(Wrong):
    """It is not wrong, but more than is walked through."""


class NoOp(Wrong):
    """A class of Values makes one by a rule that is none of the ops."""


class Meter:
    """Counts what a cell does and holds; each count raises Endless at its end."""

    def __init__(self, leaves: dict[int, Any] | None = None) -> None:
        """``leaves``: by the identity of a number it, and the Value that stands for it."""
        self.steps, self.evaluations, self.held = STEPS, EVALUATIONS, HELD
        self.quick = _QUICK.get()
        if self.quick:
            self.evaluations = _QUICK_EVALUATIONS
        if (meters := _COUNTED.get()) is not None:
            meters.append(self)
        self.leaves: dict[int, Any] = {} if leaves is None else leaves

    @property
    def done(self) -> int:
        """Parts of expressions so far, of a meter that is not quick."""
        return EVALUATIONS - max(self.evaluations, 0)

    @property
    def used(self) -> int:
        """How much room was given so far."""
        return HELD - self.held

    def begin(self, weight: int) -> None:
        """So much is there already, and is to be copied; raises Lengthy where that takes long, too."""
        if self.quick and weight > _QUICK_WEIGHT:
            raise Lengthy(tr("This cell takes a while."))

    def step(self) -> None:
        """A statement, a turn of a comprehension, or a call of a lambda."""
        self.steps -= 1
        if self.steps < 0:
            raise Endless(
                tr("this goes on for more than {most:,} steps, and is not followed further", most=STEPS)
            )

    @property
    def left(self) -> tuple[int, int, int]:
        """What it may still do and hold."""
        return self.steps, self.evaluations, self.held

    def will_be_over(self, before: tuple[int, int, int], done: int, turns: int) -> bool:
        """Whether ``turns`` more turns will be too much, where there was so much left before those done."""
        return any((a - b) * turns > b * done for a, b in zip(before, self.left, strict=True))

    def evaluate(self, count: int = 1) -> None:
        """Count so many parts of an expression. Raises Lengthy, where all is to be quick, and Endless."""
        self.evaluations -= count
        if self.evaluations < 0 and self.quick:
            raise Lengthy(tr("This cell takes a while."))
        if self.evaluations < 0:
            raise Endless(
                tr(
                    "this works out more than {most:,} expressions, and is not followed further",
                    most=EVALUATIONS,
                )
            )

    def hold(self, count: int) -> None:
        """Room for so many things."""
        self.held -= count
        if self.held < 0:
            raise Endless(tr("this makes more numbers than there is room for"))

    def text(self, text: str) -> str:
        """A text that was made."""
        if len(text) > LETTERS:
            raise Endless(tr("a text has at most {most:,} letters", most=LETTERS))
        self.hold(len(text) // 10)
        return text


def whole(number: int) -> int:
    """A whole number that was made; raises Endless for one of thousands of digits."""
    if type(number) is not bool and number.bit_length() > BITS:
        raise Endless(tr("the whole number is too large"))
    return number
