"""The verbs of training: rows, plan, steps, runs; each run is one entry of the history."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from micrograd_gui.document.data import Data, Optimiser, Schedule, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.editing import Editing
from micrograd_gui.session.live import Live
from micrograd_gui.session.trace import Pass
from micrograd_gui.session.training.progress import TrainingState

if TYPE_CHECKING:  # it brings numpy, which the first paint does not need
    from micrograd_gui.session.training.trainer import Stepped, Training

_CYCLE = (Pass("forward"), Pass("backward"))
_KEEP = "keep"  # says of a setting that it stays as it is, where None has a meaning


class TrainingVerbs(Editing):
    """Giving a graph rows, choosing how it learns, and letting it."""

    _trainer: Training | None = None
    _left: TrainingState | None = None  # the state in which the trainer was left

    # What is learned from, and how -----------------------------------------------------------

    def set_rows(self, data: Data | None, *, match: bool = False) -> None:
        """The graph learns from those rows, and shows one of them; None: from none.

        ``match`` binds unbound columns to the inputs of their names, else to the inputs left, in order.
        """
        graph = self.state.graph
        if data is not None and match:
            data = data.matched(graph.nodes)
        self._edit(graph.fed(data), "Set the rows" if data is not None else "Remove the rows")

    def show_row(self, row: int, gesture: Hashable = "show row") -> None:
        """The inputs hold the numbers of that row, counted from 0; while a run goes on, as part of it."""
        graph = self.state.graph.showing(row)
        if self.state.is_training:
            self._follow(self.state.history.amended(graph), self.state.selection)
        else:
            self._edit(graph, f"Show row {row + 1}", gesture)

    def set_plan(
        self,
        *,
        rate: float | None = None,
        optimiser: Optimiser | None = None,
        schedule: Schedule | None = None,
        steps: int | None = None,
        seed: int | None = None,
        batch: int | str | None = _KEEP,
    ) -> None:
        """How the graph is trained from now on, also in the midst of a run. What is not named stays.

        The plan belongs to the document but is no edit of the graph: there is nothing to undo.
        """
        plan = self.state.graph.plan or TrainingPlan()
        if isinstance(batch, str) and batch != _KEEP:
            raise Refusal(f"A batch is a number of rows, or none, not “{batch[:40]}”.")
        new = TrainingPlan(
            plan.rate if rate is None else float(rate),
            plan.optimiser if optimiser is None else optimiser,
            plan.schedule if schedule is None else schedule,
            plan.steps if steps is None else steps,
            plan.seed if seed is None else seed,
            plan.batch if isinstance(batch, str) else batch,
        )
        graph = self.state.graph.planned(new)
        if graph is not self.state.graph:
            self._set(history=self.state.history.amended(graph))

    def redraw(self, seed: int) -> None:
        """New weights, as micrograd draws them with that seed, and a training that has not begun."""
        fault = TrainingPlan(seed=seed).fault()
        if fault is not None:
            raise Refusal(fault[1])
        graph = self.state.graph
        if not graph.parameters:
            raise Refusal("There is no parameter to draw.")
        from micrograd_gui.document import networks

        history = self.state.history.pushed(networks.redrawn(graph, seed), "Draw new weights")
        self._follow(history, self.state.selection, training=None)

    # Steps and runs --------------------------------------------------------------------------

    def train_step(self) -> None:
        """One step of gradient descent over the rows; raises Refusal where that cannot be done."""
        trainer = self._ready()
        training = self._training_of(trainer)
        self._learned(trainer, [trainer.step()], training)

    def train_start(self) -> None:
        """A run begins, or goes on: from now on ``train_tick`` makes its steps."""
        trainer = self._ready()
        training = self._training_of(trainer)
        steps = trainer.plan.steps
        begun = replace(training, running=True, until=(training.k // steps + 1) * steps, note="")
        self._put(begun)

    def train_tick(self, steps: int = 1, seconds: float | None = None) -> bool:
        """So many steps of the run, fewer where the time is up; gives whether the run goes on.

        A step that would go wrong ends the run, and its sentence is the ``note`` of the training.
        """
        training = self.state.training
        if training is None or not self.state.is_training:
            return False
        start, done, note = perf_counter(), [], ""
        try:
            trainer = self._ready()
            for _ in range(min(steps, training.until - trainer.k)):
                done.append(trainer.step())
                if seconds is not None and perf_counter() - start >= seconds:
                    break
        except Refusal as refusal:
            note = str(refusal)
        going_on = not note and trainer.k < training.until
        after = replace(training, running=going_on, note=note)
        if done:
            self._learned(trainer, done, after)
        elif not going_on:
            self._put(after)
        return going_on

    def train_stop(self) -> None:
        """The run rests; ``train_start`` goes on with it."""
        if self.state.training is not None and self.state.is_training:
            self._put(replace(self.state.training, running=False))

    def rewind(self) -> None:
        """The parameters are back where training began, and nothing has been learned."""
        training = self.state.training
        if training is None:
            raise Refusal("There is no training to go back to the start of.")
        start = dict(zip(training.parameters, training.start, strict=True))
        history = self.state.history.pushed(self.state.graph.numbered(start), "Rewind")
        self._follow(history, self.state.selection, training=None)

    # Within ----------------------------------------------------------------------------------

    def _ready(self) -> Training:
        """The graph of this moment compiled, at the step where its training stands."""
        from micrograd_gui.session.training.trainer import Training

        state, trainer = self.state, self._trainer
        graph = state.moment
        if trainer is None or state.training is not self._left or not trainer.fits(graph):
            trainer = Training(graph)
            if state.training is not None and state.training.parameters == trainer.parameters:
                trainer.resume(state.training.k, state.training.moments)
            self._trainer, self._left = trainer, state.training
        trainer.replan(graph.plan or TrainingPlan())
        return trainer

    def _training_of(self, trainer: Training) -> TrainingState:
        """How the training stands; where it has not begun, its start."""
        training = self.state.training
        if training is not None and training.parameters == trainer.parameters:
            return training
        numbers = tuple(trainer.numbers.tolist())
        runs = (_run_of(entry.gesture) for entry in self.state.history.entries)
        return TrainingState(
            trainer.parameters,
            numbers,
            numbers,
            loss=trainer.loss,
            accuracy=trainer.accuracy,
            rate=trainer.rate,
            moments=trainer.moments,
            run=1 + max(runs),
        )

    def _learned(self, trainer: Training, steps: list[Stepped], training: TrainingState) -> None:
        """The graph holds what the steps have led to; all of a run is one entry of the history."""
        numbers = trainer.numbers.tolist()
        graph = self.state.graph.numbered(dict(zip(trainer.parameters, numbers, strict=True)))
        trainer.graph = graph
        right = [math.nan if each.accuracy is None else each.accuracy for each in steps]
        training = replace(
            training,
            k=trainer.k,
            numbers=tuple(numbers),
            loss=trainer.loss,
            accuracy=trainer.accuracy,
            losses=training.losses.extended(each.loss for each in steps),
            accuracies=training.accuracies.extended(right if trainer.accuracy is not None else ()),
            rate=trainer.rate,
            moments=trainer.moments,
        )
        trace, cursor = self.state.trace, self.state.cursor
        script = () if trace is None else trace.script
        afresh = not script or any(each.kind == "update" for each in script)
        live = Live(graph, _CYCLE if afresh else script, lambda: trainer.frame(graph))
        if afresh:
            cursor = len(live)
        self._put(
            training,
            history=self.state.history.pushed(graph, "Train", training.gesture),
            trace=live,
            cursor=cursor,
            wanted_cursor=cursor,
            nudge=None,
            checked=(),
        )

    def _put(self, training: TrainingState, **changes: object) -> None:
        self._left = training
        self._set(training=training, **changes)


def _run_of(gesture: Hashable) -> int:
    """The number of the run that a gesture belongs to; 0 where it is none."""
    return int(gesture[1]) if isinstance(gesture, tuple) and gesture[:1] == ("train",) else 0
