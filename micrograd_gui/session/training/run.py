"""A run of training behind the verbs of the session: from a State follows the State some steps later."""

from __future__ import annotations

import math
from collections.abc import Hashable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from micrograd.language import kept, tr
from micrograd_gui.document.data import Data, GradientsOf, OptimiserName, ScheduleName, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import spoken
from micrograd_gui.session.over_rows import adapted, passes, same_rows
from micrograd_gui.session.over_rows import held_out as rows_held_out
from micrograd_gui.session.record import record
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import descent_at
from micrograd_gui.session.trace import LiveRun
from micrograd_gui.session.trail import KEPT, way_after
from micrograd_gui.session.training.progress import TrainingState
from micrograd_gui.session.transitions import Edit, with_history

if TYPE_CHECKING:  # it brings numpy, which the first paint does not need
    from micrograd_gui.session.training.trainer import Stepped, Trainer

KEEP = "keep"  # says of a batch that it stays as it is, where None has a meaning


# What is learned from, and how -------------------------------------------------------------------


def set_rows(graph: Graph, data: Data | None, match: bool) -> Edit:
    """The graph learns from those rows; ``match`` binds unbound columns to inputs.

    Raises Refusal where the rows do not fit the graph.
    """
    if data is not None and match:
        data = data.matched(graph.nodes)
    return Edit(graph.fed(data), kept("Set the rows") if data is not None else kept("Remove the rows"))


def planned(
    state: State,
    rate: float | None,
    optimiser: OptimiserName | None,
    schedule: ScheduleName | None,
    steps: int | None,
    seed: int | None,
    batch: int | str | None,
    gradients_of: GradientsOf | None,
    held_out: float | None,
) -> State:
    """Another plan, which is no edit; None, and for a batch KEEP, leaves what is.

    Where gradients are of other rows then, the same passes are run anew. With other rows held out, a training
    begins anew.
    Raises Refusal for what no plan can have.
    """
    plan = state.graph.plan or TrainingPlan()
    if isinstance(batch, str) and batch != KEEP:
        raise Refusal(tr("A batch is a number of rows, or none, not “{batch}”.", batch=spoken(batch)))
    new = TrainingPlan(
        plan.rate if rate is None else float(rate),
        plan.optimiser if optimiser is None else optimiser,
        plan.schedule if schedule is None else schedule,
        plan.steps if steps is None else steps,
        plan.seed if seed is None else seed,
        plan.batch if isinstance(batch, str) else batch,
        plan.gradients_of if gradients_of is None else gradients_of,
        plan.held_out if held_out is None else float(held_out),
    )
    graph = state.graph.planned(new)
    if graph is state.graph:
        return state
    after = with_history(state, state.history.amended(graph))
    if state.training is None or same_rows(graph, state.graph):
        return after
    if rows_held_out(graph) != rows_held_out(state.graph):
        return replace(after, training=None)
    return replace(after, training=_looked_at_again(after))


def _looked_at_again(state: State) -> TrainingState | None:
    """The training, its loss that of the rows which the next step looks at now."""
    from micrograd_gui.session.training.trainer import Trainer

    training = state.training
    if training is None:
        return None
    try:
        trainer = Trainer(state.graph)
        trainer.resume(training.k, training.moments)
        return replace(training, loss=trainer.loss, accuracy=trainer.accuracy)
    except Refusal as refusal:  # there is no loss to go on from
        return replace(training, running=False, note=refusal.sentence)


def redrawn(state: State, seed: int) -> State:
    """New weights, and a training that has not begun.

    Raises Refusal for a bad seed, and where there is no parameter.
    """
    fault = TrainingPlan(seed=seed).fault()
    if fault is not None:
        raise Refusal(fault[1])
    if not state.graph.parameters:
        raise Refusal(tr("There is no parameter to draw."))
    from micrograd_gui.document import networks  # with nn and random: the first paint does without

    history = state.history.pushed(networks.redrawn(state.graph, seed), kept("Draw new weights"))
    return replace(with_history(state, history), training=None)


def rewound(state: State) -> State:
    """The parameters are back where training began, and nothing has been learned.

    Raises Refusal where it has not begun.
    """
    training = state.training
    if training is None:
        raise Refusal(tr("There is no training to go back to the start of."))
    start = dict(zip(training.parameters, training.start, strict=True))
    history = state.history.pushed(state.graph.numbered(start), kept("Rewind"))
    return replace(with_history(state, history), training=None)


# Steps -------------------------------------------------------------------------------------------


class Learner:
    """Gives the State after each verb of training.

    It holds the graph compiled, since compiling takes longer than a step, and trusts that only where the
    training of a State is the very one that it gave; else it compiles anew and resumes where that stands.
    So what it holds makes nothing different but the time.
    """

    def __init__(self) -> None:
        self._trainer: Trainer | None = None
        self._given: TrainingState | None = None

    def step(self, state: State) -> State:
        """After one step over the rows. Raises Refusal where there is nothing to train, or it goes wrong."""
        trainer = self._trainer_at(state)
        training = _training_of(state, trainer)
        start = trainer.numbers
        return self._learned(state, trainer, start, [trainer.step()], training)

    def start(self, state: State) -> State:
        """A run begins, or goes on. Raises Refusal where there is nothing to train."""
        trainer = self._trainer_at(state)
        training = _training_of(state, trainer)
        steps = trainer.plan.steps
        until = (trainer.k // steps + 1) * steps
        return self._at(state, replace(training, running=True, until=until, note=""))

    def tick(self, state: State, steps: int, seconds: float | None) -> State:
        """After so many steps of the run, fewer where the time is up; a step that goes wrong ends it."""
        training, begun = state.training, perf_counter()
        if training is None or not training.running:
            return state
        try:
            trainer = self._trainer_at(state)
        except Refusal as refusal:
            return self._at(state, replace(training, running=False, note=refusal.sentence))
        until, start = None if seconds is None else begun + seconds, trainer.numbers
        done, note = _steps(trainer, min(steps, training.until - trainer.k), until)
        after = replace(training, running=not note and trainer.k < training.until, note=note)
        if done:
            return self._learned(state, trainer, start, done, after)
        return state if after.running else self._at(state, after)

    def stop(self, state: State) -> State:
        """The run rests."""
        if state.training is None or not state.training.running:
            return state
        return self._at(state, replace(state.training, running=False))

    def _trainer_at(self, state: State) -> Trainer:
        """The graph of this moment compiled, at the step where its training stands."""
        import numpy as np

        from micrograd_gui.session.training.trainer import Trainer

        trainer, graph = self._trainer, state.moment
        if trainer is None or state.training is not self._given or not trainer.fits(graph):
            trainer = Trainer(graph)
            done = descent_at(state)
            memory = dict(done.memory)
            if memory.keys() >= set(trainer.parameters):  # one that is no parameter any more may be in it
                columns = np.array([memory[node] for node in trainer.parameters]).T
                trainer.resume(done.k, tuple(columns))
            self._trainer, self._given = trainer, state.training
        trainer.replan(graph.plan or TrainingPlan())
        return trainer

    def _learned(
        self, state: State, trainer: Trainer, start: Any, steps: list[Stepped], training: TrainingState
    ) -> State:
        """The graph holds what the steps from ``start`` led to; all of a run is one entry of the history.

        Updates that were made by hand before them are steps like they are.
        """
        numbers = trainer.numbers.tolist()
        graph = state.graph.numbered(dict(zip(trainer.parameters, numbers, strict=True)))
        trainer.graph = graph
        by_hand = descent_at(state).losses
        right = [math.nan] * len(by_hand)
        right += [math.nan if each.accuracy is None else each.accuracy for each in steps]
        training = replace(
            training,
            k=trainer.k,
            numbers=tuple(numbers),
            loss=trainer.loss,
            accuracy=trainer.accuracy,
            losses=training.losses.extended((*by_hand, *(each.loss for each in steps))),
            **_held_out(training, trainer, len(by_hand), steps),
            accuracies=training.accuracies.extended(right if trainer.accuracy is not None else ()),
            rate=trainer.rate,
            moments=trainer.moments,
        )
        script = () if state.trace is None else state.trace.script
        afresh = not script or any(each.kind == "update" for each in script)
        script = passes(graph, trainer.k) if afresh else adapted(graph, script, trainer.k)
        script = tuple(replace(each, first=()) for each in script)  # a tape knows the engine's order alone
        grads = trainer.grads if any(each.over is not None for each in script) else None
        run = LiveRun(graph, script, lambda: trainer.frame(graph, grads), record)
        cursor = len(run) if afresh else state.cursor
        way = way_after(state, [start, *(each.parameters for each in steps[-KEPT - 1 : -1])])
        history = state.history.pushed(graph, kept("Train"), training.gesture, way)
        learned = replace(state, history=history, trace=run, cursor=cursor, wanted_cursor=cursor, found=None)
        return self._at(replace(learned, nudge=None, checked=()), training)

    def _at(self, state: State, training: TrainingState) -> State:
        self._given = training
        return replace(state, training=training)


def _held_out(
    training: TrainingState, trainer: Trainer, by_hand: int, steps: list[Stepped]
) -> dict[str, Any]:
    """What the training tells of the rows held out after those steps: of updates by hand it is not known."""
    now = trainer.held_out
    if now is None:
        return {}
    held = [each.held_out for each in steps]
    losses = [math.nan if each is None else each.loss for each in held]
    right = [math.nan if each is None or each.accuracy is None else each.accuracy for each in held]
    unknown = [math.nan] * by_hand
    known = now.accuracy is not None
    return {
        "held_loss": now.loss,
        "held_accuracy": now.accuracy,
        "held_losses": training.held_losses.extended((*unknown, *losses)),
        "held_accuracies": training.held_accuracies.extended((*unknown, *right) if known else ()),
    }


def _steps(trainer: Trainer, most: int, until: float | None) -> tuple[list[Stepped], str]:
    """So many steps, or until that time; and the sentence why there is no further one, or nothing."""
    done: list[Stepped] = []
    try:
        for _ in range(most):
            done.append(trainer.step())
            if until is not None and perf_counter() >= until:
                break
    except Refusal as refusal:
        return done, refusal.sentence
    return done, ""


def _training_of(state: State, trainer: Trainer) -> TrainingState:
    """How the training stands; where it has not begun, its start."""
    training = state.training
    if training is not None and training.parameters == trainer.parameters:
        return training
    numbers = tuple(trainer.numbers.tolist())
    runs = (_run_of(entry.gesture) for entry in state.history.entries)
    held = trainer.held_out
    return TrainingState(
        trainer.parameters,
        numbers,
        numbers,
        loss=trainer.loss,
        accuracy=trainer.accuracy,
        held_loss=None if held is None else held.loss,
        held_accuracy=None if held is None else held.accuracy,
        rate=trainer.rate,
        moments=trainer.moments,
        run=1 + max(runs),
    )


def _run_of(gesture: Hashable) -> int:
    """The number of the run that a gesture belongs to; 0 where it is none."""
    return int(gesture[1]) if isinstance(gesture, tuple) and gesture[:1] == ("train",) else 0
