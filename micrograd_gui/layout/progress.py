"""Progress: who waits for a long export, is told how far it is, and may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event

from micrograd.language import tr
from micrograd_gui.layout.graphviz import Cancelled


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
