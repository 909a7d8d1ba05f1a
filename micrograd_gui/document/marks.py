"""Marks on the moments of a run, kept with the document: cue points, breakpoints, and which was seen last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from micrograd.language import tr
from micrograd_gui.document.data import OptimiserName
from micrograd_gui.document.node import FARTHEST, NodeId

Condition = Literal["acts", "changes", "small grad", "not finite"]
OF_A_NODE = ("acts", "changes")  # the conditions that need one
SMALL = 1e-6  # a grad nearer to 0 teaches a parameter nothing
MOST_MARKS = 10_000
LAST_MOMENT = 2**53

PassKind = Literal["forward", "backward", "zero", "update"]
Memory = tuple[tuple[NodeId, tuple[float, ...]], ...]  # what an optimiser remembers, by parameter
MOST_PASSES = 10_000


class Cue(Struct, frozen=True, order=True):
    """A moment to come back to, by name, and what is to be said there."""

    moment: int
    name: str
    note: str = ""


class Breakpoint(Struct, frozen=True):
    """Where forward, backward and playing stop.

    acts: the node is computed, or hands its gradient on. changes: its data or grad gets its first number.
    small grad: a grad that is whole is smaller than 1e-6. not finite: a number becomes nan or infinite. The
    last two are of any node where ``node`` is None.
    """

    on: Condition
    node: NodeId | None = None


class Marks(Struct, frozen=True):
    """All of a document, cues in the order of their moments."""

    cues: tuple[Cue, ...] = ()
    breakpoints: tuple[Breakpoint, ...] = ()

    def toggled(self, mark: Breakpoint) -> Marks:
        """With that breakpoint, or without it where it is there."""
        others = tuple(each for each in self.breakpoints if each != mark)
        return replace(self, breakpoints=others if mark in self.breakpoints else (*others, mark))

    def cued(self, cue: Cue) -> Marks:
        """With that cue in place of any at its moment; one without a name takes that one away."""
        others = [each for each in self.cues if each.moment != cue.moment]
        return replace(self, cues=tuple(sorted([*others, cue] if cue.name else others)))

    def without(self, gone: Iterable[NodeId]) -> Marks:
        """Without the breakpoints of those nodes."""
        left = frozenset(gone)
        return replace(self, breakpoints=tuple(each for each in self.breakpoints if each.node not in left))

    def fault(self, nodes: Mapping[NodeId, object]) -> tuple[str, str] | None:
        """The first thing that cannot be: its place, and a sentence; None where there is none."""
        for field, marks in (("cues", self.cues), ("breakpoints", self.breakpoints)):
            if len(marks) > MOST_MARKS:
                return field, tr("{n} are more than {most}", n=len(marks), most=MOST_MARKS)
        for at, cue in enumerate(self.cues):
            if not 0 <= cue.moment < LAST_MOMENT:
                return f"cues[{at}].moment", tr("a moment is a whole number, 0 or more")
            if not cue.name:
                return f"cues[{at}].name", tr("a cue point has a name")
        if len({cue.moment for cue in self.cues}) < len(self.cues):
            return "cues", tr("two are of one moment")
        for at, each in enumerate(self.breakpoints):
            if each.node is None and each.on in OF_A_NODE:
                return f"breakpoints[{at}].node", tr("it needs a node")
            if each.node is not None and each.node not in nodes:
                return f"breakpoints[{at}].node", tr("there is no node {node}", node=each.node)
        return None


NO_MARKS = Marks()


class Pass(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One pass of a script; ``steps`` bounds how many of its moves are kept (None: all).

    A backward pass with ``over`` ends with the gradients of the parameters over those rows that step ``over``
    of the training looks at, counted from 0. An update goes as far as ``rate``, by the optimiser ``rule``, as
    its step ``k``, and with ``memory`` of those before, where it is the first of the script.
    The nodes in ``first`` act before all others, in that order; the others go as the engine does.
    """

    kind: PassKind
    steps: int | None = None
    rate: float = 0.0
    over: int | None = None
    rule: OptimiserName = "sgd"
    k: int = 0
    memory: Memory = ()
    first: tuple[NodeId, ...] = ()


class Sight(Struct, frozen=True, omit_defaults=True):
    """What was seen when the document was saved, to be seen again when it is opened.

    Attributes:
        moment: After how many steps of the run one stood; ``passes`` are the script of the run, none: no run.
        selection: The selected nodes, in order.
        plot: The name of the kind of plot; empty: the one that suits the document.
        middle, scale: What was in the middle of the canvas, and how large; None: the whole graph was in view.
    """

    moment: int = 0
    passes: tuple[Pass, ...] = ()
    selection: tuple[NodeId, ...] = ()
    plot: str = ""
    middle: tuple[float, float] | None = None
    scale: float | None = None

    def kept(self, nodes: Mapping[NodeId, object]) -> Sight:
        """As far as those nodes go: what is selected is there, and a run of others is none of theirs."""
        named = {node for each in self.passes for node in each.first}
        named |= {node for each in self.passes for node, _ in each.memory}
        selection = tuple(node for node in self.selection if node in nodes)
        if not named <= nodes.keys():
            return replace(self, moment=0, passes=(), selection=selection)
        return self if selection == self.selection else replace(self, selection=selection)

    def fault(self, nodes: Mapping[NodeId, object]) -> tuple[str, str] | None:
        """The first thing that cannot be: its place, and a sentence; None where there is none."""
        if not 0 <= self.moment < LAST_MOMENT:
            return "moment", tr("a moment is a whole number, 0 or more")
        if len(self.passes) > MOST_PASSES:
            return "passes", tr("{n} are more than {most}", n=len(self.passes), most=MOST_PASSES)
        for at, each in enumerate(self.passes):
            for name, number in (("steps", each.steps), ("over", each.over), ("k", each.k)):
                if number is not None and not 0 <= number < LAST_MOMENT:
                    return f"passes[{at}].{name}", tr("it is a whole number, 0 or more")
            if not isfinite(each.rate):
                return f"passes[{at}].rate", tr("it is a finite number")
            for name, named in (("first", each.first), ("memory", [node for node, _ in each.memory])):
                for node in named:
                    if node not in nodes:
                        return f"passes[{at}].{name}", tr("there is no node {node}", node=node)
        for at, node in enumerate(self.selection):
            if node not in nodes:
                return f"selection[{at}]", tr("there is no node {node}", node=node)
        if self.middle is not None and not max(map(abs, self.middle)) <= FARTHEST:
            return "middle", tr("it is too far out")
        if self.scale is not None and not 0.0 < self.scale < LAST_MOMENT:
            return "scale", tr("it is a number above 0")
        return None


UNSEEN = Sight()
