"""Step, Frame and Run: what a run did, and all the numbers at any moment of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Literal, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from micrograd.language import N_
from micrograd_gui.document.data import OptimiserName
from micrograd_gui.document.errors import OptionRefusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.marks import Memory, Pass
from micrograd_gui.document.text import quoted

__all__ = [
    "Change", "Contribution", "Field", "Frame", "Gathered", "Kind", "LiveRun", "Memory", "Notation",
    "NumberField", "Pass", "RecordedRun", "Run", "Stage", "Step", "Wires", "cursors_named",
]  # fmt: skip

Kind = Literal["forward", "seed", "backward", "rows", "zero", "update", "problem"]
Stage = Literal["", "forward", "done", "updated"]
Field = Literal["data", "grad"]
Wires = Literal["acting", "all", "none"]  # on which of them numbers stand
Notation = Literal["grad", "leibniz"]  # a.grad, or ∂L/∂a
NumberField = tuple[NodeId, Field]
_KEYFRAMES = 64  # at most so many frames are kept beside the steps
_FEW_KEYFRAMES, _LONG = 16, 20_000  # of a run of more steps than that, whose frames are large
_KEYFRAME_EVERY = 128  # steps at least
_WHOLE = (("forward",), ("forward", "backward"))  # the scripts whose end a tape can tell


class Contribution(Struct, frozen=True):
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


class Gathered(Struct, frozen=True):
    """What a backward pass over rows leaves on one parameter: ``after = before + amount``.

    ``amount`` is the gradient over the rows, ``own`` what the pass through the graph, of one row, had added.
    ``before`` is None where the parameter had no gradient when the pass began.
    """

    node: NodeId
    own: float
    amount: float
    before: float | None
    after: float

    @property
    def adds(self) -> bool:
        """Whether an earlier pass had left a gradient there, so that the present one is a sum of passes."""
        return bool(self.before)


class Change(Struct, frozen=True):
    """What an update does to one parameter: ``after = before − rate × by``.

    ``by`` is what the optimiser makes of ``grad``, and of what it remembers: for plain descent, the same.
    """

    node: NodeId
    grad: float
    before: float
    after: float
    by: float


class Step(Struct, frozen=True):
    """One move of a run.

    forward: ``node`` was computed and holds ``data``. seed: the target's gradient was set to 1.
    backward: one op node handed its gradient to its operands. zero: all gradients became 0.
    rows: the gradients of the parameters, ``gathered``, are those over the rows of step ``over`` of the
    training, whose loss is ``loss``. update: every parameter moved by ``rate``, as the optimiser ``rule``
    says, which remembers ``memory`` of it; the loss was ``loss`` (over the rows of step ``over``; None: of
    the target), should move by ``predicted`` = −rate × Σ slope × by, and moves by ``actual`` in truth; the
    slopes are the gradients, but where those are of other numbers or passes: ``by_slopes``.
    problem: the run ended at ``node``; ``note`` says why, ``data`` or ``contributions`` what came out.
    ``backward_pass`` counts the backward passes since the gradients were nothing or 0, from 1.
    ``stale`` are the numbers that a fresh run would change once the update has moved the parameters.
    ``hidden``: what it did is not told yet, for somebody predicts it.
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
    by_slopes: bool = False
    actual: float | None = None
    stale: frozenset[NumberField] = frozenset()
    gathered: tuple[Gathered, ...] = ()
    over: int | None = None
    loss: float | None = None
    rule: OptimiserName = "sgd"
    memory: Memory = ()
    hidden: bool = False

    @property
    def wrote(self) -> frozenset[NumberField]:
        """The numbers that stand out for it: of which nodes, and whether their data or their grad.

        Zeroing is of all grads alike, so none of them stands out.
        """
        if self.changes:
            return frozenset((each.node, "data") for each in self.changes)
        if self.gathered:
            return frozenset((each.node, "grad") for each in self.gathered)
        if self.contributions:
            return frozenset((each.operand, "grad") for each in self.contributions)
        if self.node is None:
            return frozenset()
        return frozenset({(self.node, "grad" if self.kind == "seed" else "data")})

    @property
    def writes_grad(self) -> bool:
        """Whether it gives a node another gradient."""
        return self.kind in ("seed", "zero") or bool(self.contributions) or bool(self.gathered)

    def renewed(self, stale: Iterable[NumberField]) -> set[NumberField]:
        """Those of the stale numbers that are no longer what they were: it wrote them, or took them away.

        An update that moves a parameter judges all of them anew.
        """
        if any(each.before != each.after for each in self.changes):
            return set(stale)
        if self.kind == "zero":
            return {each for each in stale if each[1] == "grad"}
        if self.data is not None and self.node is not None:
            return {(self.node, "data"), (self.node, "grad")}
        return set(self.wrote)


class Frame(Struct, frozen=True):
    """All the numbers at one moment. A node not reached yet is missing.

    ``stale`` are those that stand there from before an update, where a fresh run would give others.
    """

    data: Mapping[NodeId, float] = field(default_factory=dict)
    grad: Mapping[NodeId, float] = field(default_factory=dict)
    stale: frozenset[NumberField] = frozenset()

    def after(self, *steps: Step) -> Frame:
        """The frame so many steps later; what none of them writes is the same object as here."""
        data, grad, stale = dict(self.data), dict(self.grad), set(self.stale)
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
            for parameter in step.gathered:
                grad[parameter.node] = parameter.after
            for change in step.changes:
                data[change.node] = change.after
            if stale:
                stale -= step.renewed(stale)
            stale |= step.stale
        told = any(step.changes or (step.data is not None and step.node is not None) for step in steps)
        graded = any(step.writes_grad or (step.data is not None and step.node in self.grad) for step in steps)
        # A film of a large graph holds the frames of thousands of moments.
        return Frame(data if told else self.data, grad if graded else self.grad, frozenset(stale))


NO_FRAME = Frame(MappingProxyType({}), MappingProxyType({}))


class Run(Protocol):
    """What was done over a graph: steps, and the frame at any moment, the cursor: after so many steps.

    ``script`` lists the passes that were asked for, so that the same run can be recorded again on another
    graph; ``ends`` says after how many steps each of them was over.
    """

    @property
    def script(self) -> tuple[Pass, ...]:
        """The passes that were asked for."""

    @property
    def ends(self) -> tuple[int, ...]:
        """The cursor at the end of each pass."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every move, in order."""

    @property
    def problem(self) -> Step | None:
        """The step at which the run ended early; None where it did not."""

    @property
    def noted(self) -> bool:
        """Whether a step carries a sentence about a fault."""

    def __len__(self) -> int: ...

    def __hash__(self) -> int:
        """Runs are told apart by identity: what follows from one can be kept by it."""

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps."""

    def kind_before(self, cursor: int) -> Kind | None:
        """The kind of the step that led to that moment; None at the very start."""

    def stopped_at(self, cursor: int) -> bool:
        """Whether the run ended early, and that is its end: it cannot go on."""

    def stage(self, cursor: int) -> Stage:
        """How the target stands at that moment.

        "": nothing is computed yet. "forward": a forward pass is on its way. "done": the target is computed.
        "updated": it was, but the parameters have moved since.
        """

    def forward_end_after(self, cursor: int) -> int | None:
        """Where the forward pass ends that begins at that moment, or is on its way; None: there is none."""

    def updated(self, cursor: int) -> bool:
        """Whether parameters have moved before that moment."""

    def script_until(self, cursor: int) -> tuple[Pass, ...]:
        """The passes that lead to that moment, the last of them cut there."""


class _FromPasses:
    """What the passes of a run and their ends tell, however the run came about; `Run` says what each is."""

    @property
    def noted(self: Run) -> bool:
        return any(step.note for step in self.steps)

    def kind_before(self: Run, cursor: int) -> Kind | None:
        return self.steps[cursor - 1].kind if cursor else None

    def stopped_at(self: Run, cursor: int) -> bool:
        return self.problem is not None and cursor == len(self)

    def stage(self: Run, cursor: int) -> Stage:
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

    def forward_end_after(self: Run, cursor: int) -> int | None:
        begin = 0
        for each, end in zip(self.script, self.ends, strict=False):
            if each.kind == "forward" and begin <= cursor < end:
                return end
            begin = end
        return None

    def updated(self: Run, cursor: int) -> bool:
        if not any(each.kind == "update" for each in self.script):
            return False
        return any(each.kind == "update" for each in self.script_until(cursor))

    def script_until(self: Run, cursor: int) -> tuple[Pass, ...]:
        script: list[Pass] = []
        begin = 0
        for at, (each, end) in enumerate(zip(self.script, self.ends, strict=False)):
            if begin < cursor or at == 0:
                script.append(each if end <= cursor else replace(each, steps=cursor - begin))
            begin = end
        return tuple(script)


class RecordedRun(_FromPasses, Struct, frozen=True, eq=False, dict=True):
    """A run that was written down: the frame before it and its steps."""

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

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps."""
        at, frame = self._asked_last.get(0, (-1, self.start))
        key = cursor // self._spacing
        if not key * self._spacing <= at <= cursor:
            at, frame = key * self._spacing, self._keyframes[key]
        if at < cursor:  # what none of the steps between wrote is the same object in both
            frame = frame.after(*self.steps[at:cursor])
        self._asked_last[0] = cursor, frame
        return frame

    @cached_property
    def _asked_last(self) -> dict[int, tuple[int, Frame]]:
        return {}

    @cached_property
    def _spacing(self) -> int:
        many = _KEYFRAMES if len(self.steps) <= _LONG else _FEW_KEYFRAMES
        return max(_KEYFRAME_EVERY, len(self.steps) // many)

    @cached_property
    def _keyframes(self) -> tuple[Frame, ...]:
        frames = [self.start]
        for end in range(self._spacing, len(self.steps) + 1, self._spacing):
            frames.append(frames[-1].after(*self.steps[end - self._spacing : end]))
        return tuple(frames)


class LiveRun(_FromPasses):
    """A run that is not recorded until somebody looks at its steps, for graphs that change all the time.

    It is the run of ``record(graph, script)``, at once. ``replay`` gives the numbers of all nodes after a
    forward and a backward pass, as a tape finds them: the moments at which those passes end are answered
    from there; every other question has the run recorded.
    """

    def __init__(
        self,
        graph: Graph,
        script: Sequence[Pass],
        replay: Callable[[], Frame],
        record: Callable[[Graph, Sequence[Pass]], RecordedRun],
    ) -> None:
        self.script = tuple(script)
        self._graph = graph
        self._replay = replay
        self._record = record

    def __len__(self) -> int:
        return self._lengths[-1] if self._lengths else len(self.steps)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every move, in order; the run is recorded for them."""
        return self._recorded.steps

    @property
    def ends(self) -> tuple[int, ...]:
        """The cursor at the end of each pass."""
        return self._lengths or self._recorded.ends

    @property
    def problem(self) -> Step | None:
        """The step at which the run ended early; None where it did not."""
        return None if self._at_end is not None else self._recorded.problem

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps."""
        if self._at_end is not None and cursor in self._lengths:
            return self._at_end if cursor > self._lengths[0] else Frame(self._at_end.data, {})
        return self._recorded.frame(min(cursor, len(self)))

    def kind_before(self, cursor: int) -> Kind | None:
        """The kind of the step that led to that moment; None at the very start."""
        if cursor not in self._lengths:
            return super().kind_before(cursor)
        last = self.script[self._lengths.index(cursor)]
        return last.kind if last.over is None else "rows"

    @cached_property
    def _recorded(self) -> RecordedRun:
        return self._record(self._graph, self.script)

    @cached_property
    def _at_end(self) -> Frame | None:
        """The numbers at the end, where the run is one of whole passes that nothing stops."""
        graph = self._graph
        kinds = tuple(each.kind for each in self.script)
        if kinds not in _WHOLE or any(each.steps is not None or each.first for each in self.script):
            return None
        if len(graph.feeding) < len(graph):  # the tape knows only what feeds the target
            return None
        frame = self._replay()
        numbers = (*frame.data.values(), *frame.grad.values())
        return frame if all(map(math.isfinite, numbers)) else None

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        """How many steps there are up to the end of each pass; empty where only a record can tell."""
        if self._at_end is None:
            return ()
        ops = sum(node.op is not None for node in self._graph)
        over = any(each.over is not None for each in self.script)
        return (ops, 2 * ops + 1 + over)[: len(self.script)]


def cursors_named(trace: Run, step: str) -> Sequence[int]:
    """Those that ``step`` names: a number, "last" or "all"; raises OptionRefusal."""
    step = str(len(trace)) if step == "last" else step
    if step == "all":
        return range(len(trace) + 1)
    if not step.isdecimal() or len(step) > 9 or int(step) > len(trace):
        raise OptionRefusal(
            "step",
            N_("{option} must be a whole number from 0 to {steps}, last or all, not {given}."),
            steps=len(trace),
            given=quoted(step),
        )
    return [int(step)]
