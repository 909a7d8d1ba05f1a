"""Graphviz: the one adapter over its engines; always a process of its own, on a leash."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from time import monotonic

from micrograd.dot import embedded_dot
from micrograd.language import tr, within
from micrograd.leash import Snapped, TookTooLong, Unwanted, run_leashed
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.text import one_line

TIME_LIMIT = 6.0  # seconds: then there is time left for another layout, and for the picture, within ten
MEMORY = 640 << 20  # bytes: with a window beside it less than 1 GB
_ONE_AT_A_TIME, _LOOK_UP_EVERY = Lock(), 0.05
SMALL = 40  # boxes: nothing in them can take long


class LayoutRefusal(Refusal):
    """A layout that could not be made; the sentence says why."""


class TooMuch(LayoutRefusal):
    """A layout that is not begun, for it would take too much."""


class Cancelled(LayoutRefusal):
    """A layout that nobody waits for any more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Who waits for a long export: sees how many moments it has, is told how far it is, and may end it."""

    tell: Callable[[int, int], object] = lambda done, total: None
    stop: Event | None = None
    see: Callable[[int], object] = lambda count: None

    def tick(self, done: int, total: int) -> None:
        """So many moments of so many are done; raises Cancelled where nobody waits any more."""
        if self.stop is not None and self.stop.is_set():
            raise Cancelled(tr("The export was cancelled."))
        self.tell(done, total)

    def waiting(self, cursors: Sequence[int]) -> Iterator[int]:
        """The same, as long as somebody waits; raises Cancelled as above."""
        self.see(len(cursors))
        for each in cursors:
            Progress(stop=self.stop).tick(0, 0)
            yield each


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that reads DOT on its standard input and understands ``-T``.

    One that is ``alone`` needs no file but its own.
    """

    name: str
    path: Path
    alone: bool = False

    def run(
        self,
        dot: str,
        format: str = "json",
        *,
        layout: str = "dot",
        time_limit: float = TIME_LIMIT,
        stop: Event | None = None,
    ) -> bytes:
        """What the engine makes of the DOT text; raises LayoutRefusal, or Cancelled once ``stop`` is set.

        One engine runs at a time: canvas and rendered graph of a large one would take the memory of two. Who
        waits has so much less time.
        """
        deadline = monotonic() + time_limit
        while not _ONE_AT_A_TIME.acquire(timeout=_LOOK_UP_EVERY):
            if stop is not None and stop.is_set():
                raise Cancelled(tr("The layout was cancelled."))
            if monotonic() > deadline:
                raise LayoutRefusal(
                    tr(
                        "The layout waited {seconds:g} seconds for another one.",
                        seconds=time_limit,
                    )
                )
        try:
            left = min(time_limit, max(0.0, deadline - monotonic()))
            return self._answer(dot, format, layout, left, time_limit, stop)
        finally:
            _ONE_AT_A_TIME.release()

    def _answer(
        self, dot: str, format: str, layout: str, left: float, time_limit: float, stop: Event | None
    ) -> bytes:
        try:
            answer = run_leashed(
                [self.path, f"-K{layout}", f"-T{format}"],
                dot.encode("utf-8", "replace"),
                seconds=left,
                memory=MEMORY,
                unwanted=stop.is_set if stop is not None else lambda: False,
                sealed=self.alone,
            )
        except OSError as error:
            raise LayoutRefusal(
                tr(
                    "The layout engine {engine} cannot be started: {reason}.",
                    engine=self.name,
                    reason=error.strerror,
                )
            ) from None
        except Unwanted:
            raise Cancelled(tr("The layout was cancelled.")) from None
        except TookTooLong:
            raise LayoutRefusal(
                tr("The layout took longer than {seconds:g} seconds and was stopped.", seconds=time_limit)
            ) from None
        except Snapped as why:
            raise LayoutRefusal(tr("The layout {reason}.", reason=why)) from None
        if answer.status != 0 or not answer.out:
            said = answer.said.decode("utf-8", "replace").strip().splitlines()
            last = next(
                (line for line in reversed(said) if not line.startswith("note: ")), tr("it said nothing")
            )
            raise LayoutRefusal(
                tr(
                    "The layout engine {engine} failed: {reason}.",
                    engine=self.name,
                    reason=one_line(last, 200),
                )
            )
        return answer.out


def engines() -> tuple[Engine, ...]:
    """The engines that are there, the best first: the embedded one, then the system's ``dot``."""
    embedded, system = embedded_dot(), shutil.which("dot")
    found = [Engine("graphviz-pure", embedded, alone=True)] if embedded else []
    return (*found, Engine("dot", Path(system))) if system else tuple(found)


def engine() -> Engine:
    """The best engine; raises LayoutRefusal where there is none."""
    found = engines()
    if not found:
        raise LayoutRefusal(
            tr("There is no Graphviz here: neither the package graphviz-pure nor a program dot.")
        )
    return found[0]


def effort(inputs: Sequence[Sequence[int]]) -> dict[str, str]:
    """The graph attributes that keep the time for boxes with those operands within bounds.

    Boxes are numbered from 0, each after its operands. Raises TooMuch where no attribute would do.
    """
    if len(inputs) <= SMALL:
        return {}
    from micrograd.drawing.layers import (
        CROWDED,
        FAR,
        FARTHEST,
        LARGE,
        LARGEST,
        LESS_EFFORT,
        crowd,
        span,
    )

    if len(inputs) > LARGEST:
        raise TooMuch(tr("Graphviz would take too long for {boxes:,} boxes.", boxes=len(inputs)))
    far = span(inputs)
    if far > FARTHEST:
        raise TooMuch(tr("Graphviz would take too long, for many wires go far."))
    if crowd(inputs) > CROWDED:
        raise TooMuch(tr("Graphviz would take too long, for too many wires run side by side."))
    return dict(LESS_EFFORT) if len(inputs) > LARGE or far > FAR else {}


def in_layers(refusal: LayoutRefusal) -> str:
    """The sentence that says why nodes stand in layers."""
    said = str(refusal)
    reason = within(said) if said.startswith(("The ", "There ")) else said  # else it begins with a name
    return tr("The graph stands in plain layers: {reason}", reason=reason)
