"""Step, Frame, Trace: what a run did, and all the numbers at any moment of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from micrograd_gui.document.graph import NodeId

Kind = Literal["forward", "seed", "backward", "zero", "update", "problem"]
Stage = Literal["", "forward", "done", "updated"]
_KEYFRAMES = 64  # at most so many frames are kept beside the steps
_KEYFRAME_EVERY = 128  # steps at least


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one backward step adds to one operand: ``after = before + slope × upstream``.

    ``before`` is None where the operand had no gradient yet.
    """

    operand: NodeId
    port: int
    slope: float
    upstream: float
    amount: float
    before: float | None
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """What an update does to one parameter: ``after = before − rate × grad``."""

    node: NodeId
    grad: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a run.

    forward: ``node`` was computed and holds ``data``. seed: the target's gradient was set to 1.
    backward: one op node handed its gradient to its operands. zero: all gradients became 0.
    update: every parameter moved against its gradient, by ``rate`` times as much; the target should move by
    ``predicted`` = −rate × Σ grad², and moves by ``actual`` at the next forward pass.
    problem: the run ended at ``node``; ``note`` says why, ``data`` or ``contributions`` what came out.
    ``backward_pass`` counts the backward passes since the gradients were nothing or 0, from 1.
    """

    kind: Kind
    node: NodeId | None = None
    data: float | None = None
    contributions: tuple[Contribution, ...] = ()
    before: float | None = None
    backward_pass: int = 0
    note: str = ""
    changes: tuple[Change, ...] = ()
    rate: float = 0.0
    predicted: float = 0.0
    actual: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """All the numbers at one moment. A node not reached yet is missing."""

    data: Mapping[NodeId, float] = field(default_factory=dict)
    grad: Mapping[NodeId, float] = field(default_factory=dict)

    def after(self, *steps: Step) -> Frame:
        """The frame so many steps later."""
        data, grad = dict(self.data), dict(self.grad)
        for step in steps:
            if step.data is not None and step.node is not None:
                data[step.node] = step.data
                grad.pop(step.node, None)  # computed anew: a new Value, which has no gradient yet
            if step.kind == "seed" and step.node is not None:
                grad[step.node] = 1.0
            elif step.kind == "zero":
                grad = dict.fromkeys(data, 0.0)
            for each in step.contributions:
                grad[each.operand] = each.after
            for change in step.changes:
                data[change.node] = change.after
        return Frame(data, grad)


@dataclass(frozen=True, eq=False)
class Trace:
    """A recorded run: the frame before it and its steps; ``frame(cursor)`` is the moment after so many.

    ``script`` lists the passes that were asked for, so that the same run can be recorded again on
    another graph; ``ends`` says after how many steps each of them was over.
    """

    start: Frame
    steps: tuple[Step, ...]
    script: tuple[Pass, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def problem(self) -> Step | None:
        """The step at which the run ended early; None where it did not."""
        return self.steps[-1] if self.steps and self.steps[-1].kind == "problem" else None

    @cached_property
    def noted(self) -> bool:
        """Whether a step carries a sentence about a fault."""
        return any(step.note for step in self.steps)

    @cached_property
    def forward_end(self) -> int:
        """The cursor at which the first forward pass is done (or has ended early)."""
        return self.ends[0] if self.ends else 0

    def stage(self, cursor: int) -> Stage:
        """How the target stands at that moment.

        "": nothing is computed yet. "forward": a forward pass is on its way. "done": the target is computed.
        "updated": it was, but the parameters have moved since.
        """
        stage: Stage = ""
        begin = 0
        for each, end in zip(self.script, self.ends, strict=False):
            if begin < cursor or end <= cursor:
                if each.kind == "forward":
                    stage = "done" if end <= cursor else "forward"
                elif each.kind == "update":
                    stage = "updated"
            begin = end
        return stage

    def forward_end_after(self, cursor: int) -> int | None:
        """Where the forward pass ends that begins at that moment, or is on its way; None: there is none."""
        begin = 0
        for each, end in zip(self.script, self.ends, strict=False):
            if each.kind == "forward" and begin <= cursor < end:
                return end
            begin = end
        return None

    def updated(self, cursor: int) -> bool:
        """Whether parameters have moved before that moment."""
        if not any(each.kind == "update" for each in self.script):
            return False
        return any(each.kind == "update" for each in self.script_until(cursor))

    def script_until(self, cursor: int) -> tuple[Pass, ...]:
        """The passes that lead to that moment, the last of them cut there."""
        script: list[Pass] = []
        begin = 0
        for at, (each, end) in enumerate(zip(self.script, self.ends, strict=False)):
            if begin < cursor or at == 0:
                script.append(each if end <= cursor else replace(each, steps=cursor - begin))
            begin = end
        return tuple(script)

    @cached_property
    def _spacing(self) -> int:
        return max(_KEYFRAME_EVERY, len(self.steps) // _KEYFRAMES)

    @cached_property
    def _keyframes(self) -> tuple[Frame, ...]:
        frames = [self.start]
        for end in range(self._spacing, len(self.steps) + 1, self._spacing):
            frames.append(frames[-1].after(*self.steps[end - self._spacing : end]))
        return tuple(frames)

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps."""
        key = cursor // self._spacing
        steps = self.steps[key * self._spacing : cursor]
        return self._keyframes[key].after(*steps) if steps else self._keyframes[key]


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass of a script; ``steps`` bounds how many of its moves are kept (None: all).

    ``rate`` is how far an update goes.
    """

    kind: Literal["forward", "backward", "zero", "update"]
    steps: int | None = None
    rate: float = 0.0


NO_FRAME = Frame(MappingProxyType({}), MappingProxyType({}))
