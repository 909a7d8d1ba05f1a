"""Where the next step is: from a State to the moment of a run that a verb goes to, changing nothing."""

from __future__ import annotations

import math

from msgspec import Struct
from msgspec.structs import replace

from micrograd.language import again, tr
from micrograd_gui.document.data import SCHEDULES, OptimiserName, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.over_rows import backward_pass
from micrograd_gui.session.record import record
from micrograd_gui.session.state import State
from micrograd_gui.session.stops import first_stop
from micrograd_gui.session.trace import Field, Kind, Memory, Pass, Run

BACKWARD: tuple[Kind, ...] = ("seed", "backward", "rows", "problem")  # the kinds of steps of a backward pass


class Descent(Struct, frozen=True):
    """Where gradient descent stands at a moment: the next is its step ``k``, counted from 0.

    ``memory`` is what the optimiser ``rule`` remembers; ``losses`` are those before the updates of the run.
    """

    rule: OptimiserName
    k: int
    memory: Memory
    losses: tuple[float, ...]


class Position(Struct, frozen=True):
    """A moment of a run: the ``cursor`` after so many steps of the ``run``."""

    run: Run
    cursor: int

    @property
    def stopped(self) -> bool:
        """Whether the run ended at a problem, and here is its end."""
        return self.run.stopped_at(self.cursor)

    @property
    def next_kind(self) -> Kind | None:
        """The kind of the recorded step that comes next; None at the end."""
        return self.run.steps[self.cursor].kind if self.cursor < len(self.run) else None

    def later(self, moves: int) -> Position:
        """So many steps later, or earlier, within what was recorded."""
        return Position(self.run, min(max(self.cursor + moves, 0), len(self.run)))

    def at_end_of_pass(self) -> Position:
        """Where the pass is over that begins here, or is on its way; here, where none is."""
        return replace(self, cursor=next((end for end in self.run.ends if end > self.cursor), self.cursor))

    def continued(self, graph: Graph, then: Pass) -> Position:
        """The same moment of a run that goes on with that pass; what was recorded after it is dropped."""
        return Position(record(graph, (*self.run.script_until(self.cursor), then)), self.cursor)


def next_forward_move(state: State) -> Position:
    """The moment at which a forward pass begins, or is on its way; after a whole pass it starts afresh.

    After an update it goes on from there: the parameters keep their new numbers, and their gradients.
    Raises Refusal where the graph is empty, and where the run has stopped.
    """
    if state.trace is None:
        return _afresh(state.graph)
    here = Position(state.trace, state.cursor)
    stage, moved = here.run.stage(here.cursor), here.run.updated(here.cursor)
    if stage == "done" and not moved:
        return _afresh(state.graph)
    if stage in ("done", "updated"):
        refuse_where_stopped(state)
        if stage == "done" or here.run.forward_end_after(here.cursor) is None:
            return here.continued(state.graph, Pass("forward"))
    return here


def end_of_forward(state: State) -> Position:
    """The moment at which the next forward pass is done, or has ended early. Raises Refusal as that does."""
    here = next_forward_move(state)
    end = here.run.forward_end_after(here.cursor)
    return here if end is None else replace(here, cursor=end)


def next_backward_move(state: State) -> Position:
    """The moment from which the next backward move starts; runs forward first where need be.

    After the end of a pass a further one begins. Where the forward pass ends at a problem, it is that end.
    Raises Refusal where the run has stopped already, and where there is no target that is computed.
    """
    refuse_where_stopped(state)
    if state.trace is not None and state.trace.stage(state.cursor) == "done":
        here = Position(state.trace, state.cursor)
    else:
        here = end_of_forward(state)
    if here.stopped:
        return here
    if here.next_kind not in BACKWARD:
        here = here.continued(state.graph, backward_pass(state.graph, descent_at(state).k))
    if here.next_kind is None:
        raise Refusal(tr("There is nothing to run backward: choose a target that is computed."))
    return here


def start_of_playing(state: State) -> Position:
    """The moment from which steps are gone through one after the other.

    It is here where there are some; at the end of a first forward pass the backward pass is recorded, and at
    the end of all the run begins again. Raises Refusal where nothing can be run.
    """
    if state.trace is None or not len(state.trace):
        return next_forward_move(state)
    if state.following is not None:
        return Position(state.trace, state.cursor)
    if state.graph.target is not None and not state.blocked and not state.frame.grad:
        return next_backward_move(state)
    return Position(state.trace, 0)


def forward_until_stop(state: State) -> Position:
    """Where the next forward pass is done, or a breakpoint holds before. Raises Refusal as that does."""
    here = next_forward_move(state)
    end = here.run.forward_end_after(here.cursor)
    return here if end is None else replace(here, cursor=first_stop(state.graph, here.run, here.cursor, end))


def backward_until_stop(state: State) -> Position:
    """Where the backward pass is over, or a breakpoint holds before, in the forward pass before it, too.

    Raises Refusal as ``next_backward_move`` does.
    """
    if state.graph.marks.breakpoints and not state.computed and not state.blocked:
        there = forward_until_stop(state)
        if there.cursor < (there.run.forward_end_after(there.cursor) or 0):
            return there
    here = next_backward_move(state)
    end = here.at_end_of_pass().cursor
    return replace(here, cursor=first_stop(state.graph, here.run, here.cursor, end))


def after_zero_grad(state: State) -> Position:
    """The moment at which all gradients have become 0, as a step of its own.

    Raises Refusal where the run has stopped, and before the forward pass is done.
    """
    refuse_where_stopped(state)
    if state.trace is None or not state.computed:
        raise Refusal(tr("There are no gradients to set to 0 before the forward pass is done."))
    return Position(state.trace, state.cursor).continued(state.graph, Pass("zero")).later(1)


def after_update(state: State, rate: float | None) -> Position:
    """The moment at which all parameters have moved, as the plan's optimiser moves them in training.

    They go as far as ``rate`` says (None: the plan, and its schedule).

    What of the passes has not been done yet runs first; where they end at a problem, it is that end.
    Raises Refusal where the run has stopped, for a rate that is none, and where there is no parameter.
    """
    refuse_where_stopped(state)
    parameters = state.graph.parameters
    if not parameters:
        raise Refusal(tr("There is no parameter to update: mark a leaf behind the target as a parameter."))
    plan = state.graph.plan or TrainingPlan()
    plan = plan if rate is None else replace(plan, rate=rate)
    fault = plan.fault()
    if fault is not None:
        raise Refusal(fault[1])
    has_grads = not state.frame.grad.keys().isdisjoint(parameters)
    if state.trace is None or not state.computed or not has_grads or state.cursor not in state.trace.ends:
        here = next_backward_move(state).at_end_of_pass()
    else:
        here = Position(state.trace, state.cursor)
    if here.stopped:
        return here
    done = descent_at(state)
    far = plan.rate * (SCHEDULES[plan.schedule].factor(done.k) if rate is None else 1.0)
    update = Pass("update", rate=far, rule=plan.optimiser, k=done.k, memory=done.memory)
    return here.continued(state.graph, update).later(1)


def descent_at(state: State) -> Descent:
    """Where the descent stands that the training of the graph and the updates of its run have made."""
    training, trace = state.training, state.trace
    rule = (state.graph.plan or TrainingPlan()).optimiser
    k = 0
    memory: Memory = ()
    losses: list[float] = []
    if training is not None:
        k = training.k
        columns = [column.tolist() for column in training.moments]
        numbers = list(zip(*columns, strict=True)) or [()] * len(training.parameters)
        memory = tuple(zip(training.parameters, numbers, strict=True))
    if trace is not None and trace.updated(state.cursor):
        for each, end in zip(trace.script, trace.ends, strict=False):
            if each.kind == "update" and end <= state.cursor:
                step = trace.steps[end - 1]
                memory = step.memory
                losses.append(math.nan if step.loss is None else step.loss)
    return Descent(rule, k + len(losses), memory, tuple(losses))


def before_difference(state: State) -> Position:
    """The moment of the right run before the step that writes the number at which a notebook's differ first.

    Raises Refusal where nothing differs.
    """
    finding, trace = state.finding, state.trace
    if finding is None or trace is None:
        raise Refusal(tr("No number of a notebook differs from a run here."))
    field: Field = "data" if finding.node in finding.data else "grad"
    writing = (at for at, step in enumerate(trace.steps) if (finding.node, field) in step.wrote)
    return Position(trace, next(writing, 0))


def standing_at(state: State, position: Position) -> State:
    """The State at that moment, or the nearest there is, of that run; the nudged node is back."""
    cursor = min(max(position.cursor, 0), len(position.run))
    if position.run is state.trace and cursor == state.cursor:
        return state
    return replace(state, trace=position.run, cursor=cursor, wanted_cursor=cursor, over=None, nudge=None)


def refuse_where_stopped(state: State) -> None:
    """Raises Refusal, with the sentence of the problem, where the run has ended early and cannot go on."""
    if state.trace is not None and state.trace.problem is not None and state.blocked:
        raise Refusal(again(state.trace.problem.note), state.trace.problem.node)


def _afresh(graph: Graph) -> Position:
    if not graph.nodes:
        raise Refusal(tr("The graph is empty: drop a node or type an expression first."))
    return Position(record(graph, (Pass("forward"),)), 0)
