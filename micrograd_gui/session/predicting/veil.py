"""The veil: a State that knows nothing of what is still to be predicted, so that no view can tell it."""

from __future__ import annotations

from functools import cached_property, lru_cache

from msgspec.structs import replace

from micrograd_gui.document.graph import NodeId
from micrograd_gui.session.state import State, true_slope
from micrograd_gui.session.trace import Field, Frame, Pass, Run, Stage, Step


def hidden(state: State, node: NodeId, field: Field) -> bool:
    """Whether that number of the node is not to be told at this moment, for somebody predicts.

    It is for views that work a number out by themselves (a slope, a sum over paths): a gradient is hidden
    until the backward pass has brought all of it, data until it is computed. What stands in the frame of the
    moment is no secret.
    """
    if state.quiz is None:
        return False
    if field == "data":
        return node not in state.frame.data or (node, field) in state.frame.stale
    return true_slope(state, node) is None


def veiled(state: State) -> State:
    """The same moment, without anything that tells of later ones; the State itself where nobody predicts.

    Its run is as long as it was, and the steps to come say what kind they are and nothing more. Measured
    slopes, and what a notebook found, are not there.
    """
    return state if state.quiz is None else _veiled(state)


@lru_cache(maxsize=2)
def _veiled(state: State) -> State:
    quiz = state.quiz
    assert quiz is not None
    whose_turn = quiz.mode == "node"  # is the secret
    return replace(
        state,
        trace=None if state.trace is None else VeiledRun(state.trace, state.cursor, nameless=whose_turn),
        nudge=None,
        checked=(),
        found=None,
        held=None,
        lab=None,
        order_shown=state.order_shown and not whose_turn,
    )


class VeiledRun:
    """A run of which nothing is told after its moment ``cursor``; ``nameless``: not even who acts."""

    def __init__(self, run: Run, cursor: int, *, nameless: bool) -> None:
        self._run, self._cursor, self._nameless = run, cursor, nameless

    def __len__(self) -> int:
        return len(self._run)

    @property
    def script(self) -> tuple[Pass, ...]:
        """The passes that were asked for."""
        return self._run.script

    @property
    def ends(self) -> tuple[int, ...]:
        """The cursor at the end of each pass."""
        return self._run.ends

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Those that were made, then for each of the others only its kind."""
        steps = self._run.steps
        return (*map(_without_outlook, steps[: self._cursor]), *map(self._bare, steps[self._cursor :]))

    def _bare(self, step: Step) -> Step:
        kind = step.kind
        if kind == "problem":  # that something goes wrong is a result, too
            kind = "backward" if step.contributions else "forward"
        return Step(kind, None if self._nameless else step.node, hidden=True)

    @property
    def problem(self) -> Step | None:
        """The step at which the run ended early, where one stands there."""
        return self._run.problem if self.stopped_at(self._cursor) else None

    @property
    def noted(self) -> bool:
        """Whether a step carries a sentence about a fault."""
        return self._run.noted

    def frame(self, cursor: int) -> Frame:
        """All the numbers after the first ``cursor`` steps, none of a later moment."""
        return self._run.frame(min(cursor, self._cursor))

    def stopped_at(self, cursor: int) -> bool:
        """Whether the run ended early, and that is its end."""
        return self._run.stopped_at(cursor)

    def stage(self, cursor: int) -> Stage:
        """How the target stands at that moment."""
        return self._run.stage(cursor)

    def forward_end_after(self, cursor: int) -> int | None:
        """Where the forward pass ends that begins at that moment, or is on its way."""
        return self._run.forward_end_after(cursor)

    def updated(self, cursor: int) -> bool:
        """Whether parameters have moved before that moment."""
        return self._run.updated(cursor)

    def script_until(self, cursor: int) -> tuple[Pass, ...]:
        """The passes that lead to that moment, the last of them cut there."""
        return self._run.script_until(cursor)


def _without_outlook(step: Step) -> Step:
    """An update tells by how much the loss will have changed after the next forward pass."""
    return step if step.actual is None else replace(step, actual=None)
