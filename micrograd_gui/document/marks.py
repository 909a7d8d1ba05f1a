"""Marks on the moments of a run, kept with the document: cue points of whoever teaches, and breakpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from micrograd_gui.document.node import NodeId

Condition = Literal["acts", "changes", "small grad", "not finite"]
OF_A_NODE = ("acts", "changes")  # the conditions that need one
SMALL = 1e-6  # a grad nearer to 0 teaches a parameter nothing
MOST_MARKS = 10_000
LAST_MOMENT = 2**53


class Cue(NamedTuple):
    """A moment to come back to, by name, and what is to be said there."""

    moment: int
    name: str
    note: str = ""


class Breakpoint(NamedTuple):
    """Where forward, backward and playing stop.

    acts: the node is computed, or hands its gradient on. changes: its data or grad gets its first number.
    small grad: a grad that is whole is smaller than 1e-6. not finite: a number becomes nan or infinite. The
    last two are of any node where ``node`` is None.
    """

    on: Condition
    node: NodeId | None = None


class Marks(NamedTuple):
    """All of a document, cues in the order of their moments."""

    cues: tuple[Cue, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()

    def toggled(self, mark: Breakpoint) -> Marks:
        """With that breakpoint, or without it where it is there."""
        others = tuple(each for each in self.breakpoints if each != mark)
        return self._replace(breakpoints=others if mark in self.breakpoints else (*others, mark))

    def cued(self, cue: Cue) -> Marks:
        """With that cue in place of any at its moment; one without a name takes that one away."""
        others = [each for each in self.cues if each.moment != cue.moment]
        return self._replace(cues=tuple(sorted([*others, cue] if cue.name else others)))

    def without(self, gone: Iterable[NodeId]) -> Marks:
        """Without the breakpoints of those nodes."""
        left = frozenset(gone)
        return self._replace(breakpoints=tuple(each for each in self.breakpoints if each.node not in left))

    def fault(self, nodes: Mapping[NodeId, object]) -> tuple[str, str] | None:
        """The first thing that cannot be: its place, and a sentence; None where there is none."""
        for field, marks in (("cues", self.cues), ("breakpoints", self.breakpoints)):
            if len(marks) > MOST_MARKS:
                return field, f"{len(marks)} are more than {MOST_MARKS}"
        for at, cue in enumerate(self.cues):
            if not 0 <= cue.moment < LAST_MOMENT:
                return f"cues[{at}].moment", "a moment is a whole number, 0 or more"
            if not cue.name:
                return f"cues[{at}].name", "a cue point has a name"
        if len({cue.moment for cue in self.cues}) < len(self.cues):
            return "cues", "two are of one moment"
        for at, each in enumerate(self.breakpoints):
            if each.node is None and each.on in OF_A_NODE:
                return f"breakpoints[{at}].node", "it needs a node"
            if each.node is not None and each.node not in nodes:
                return f"breakpoints[{at}].node", f"there is no node {each.node}"
        return None


NO_MARKS = Marks()
