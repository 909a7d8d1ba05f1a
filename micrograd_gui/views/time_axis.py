"""Time axis: the moments of a run along a strip, which stands where, and those of one kind as spans."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from micrograd_gui.session.trace import Kind, Run


class Span(Struct, frozen=True):
    """Steps of one kind that follow each other: the moments from ``first`` to ``last``, both included."""

    kind: Kind
    first: int
    last: int


def spans_of(run: Run) -> tuple[Span, ...]:
    """The steps of a run, those of one kind that follow each other as one."""
    spans, moment = [], 0
    for kind, steps in groupby(map(attrgetter("kind"), run.steps)):
        count = sum(map(bool, steps))
        spans.append(Span(kind, moment + 1, moment + count))
        moment += count
    return tuple(spans)


class TimeAxis:
    """The moments from 0 to the last, from the left of a strip to its right.

    ``ticks`` are the moments that have a mark of their own, in order, the last moment among them. Where all
    of them have room, each gets it first, and what is left is shared out by how many moments lie between:
    a block that is stepped over is as wide as it is long, and a single step beside it can still be hit.
    Where they have no room (``crowded``), all moments stand equally far apart.
    """

    def __init__(self, ticks: Sequence[int], left: float, right: float, room: float) -> None:
        self.ticks = tuple(ticks)
        self._last = self.ticks[-1] if self.ticks else 0
        width = max(1.0, right - left)
        self.crowded = len(self.ticks) * room > width
        self._moments = [0] if self.crowded else [0, *self.ticks]
        self._places = [left]
        if self.crowded or not self.ticks:
            self._moments.append(max(1, self._last))
            self._places.append(left + width)
            return
        each = (width - len(self.ticks) * room) / self._last
        for number, tick in enumerate(self.ticks, 1):
            self._places.append(left + number * room + each * tick)

    def x_of(self, moment: float) -> float:
        """Where the moment stands."""
        at = min(max(bisect_left(self._moments, moment), 1), len(self._moments) - 1)
        return _between(moment, self._moments[at - 1 : at + 1], self._places[at - 1 : at + 1])

    def moment_at(self, x: float, near: float) -> int:
        """The moment that stands nearest there; a tick that is as ``near`` goes before what lies between."""
        at = min(max(bisect_left(self._places, x), 1), len(self._places) - 1)
        if not self.crowded:
            tick = min((at - 1, at), key=lambda each: abs(self._places[each] - x))
            if abs(self._places[tick] - x) <= near:
                return self._moments[tick]
        moment = _between(x, self._places[at - 1 : at + 1], self._moments[at - 1 : at + 1])
        return min(max(round(moment), 0), self._last)


def _between(value: float, known: Sequence[float], wanted: Sequence[float]) -> float:
    """What stands to the two wanted numbers as the value stands to the two known ones."""
    share = (value - known[0]) / (known[1] - known[0])
    return wanted[0] + share * (wanted[1] - wanted[0])
