"""Trainer: gradient descent over the rows of a graph's data, compiled once and stepped as often as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from micrograd.engine import Value
from micrograd.language import again, kept, tr
from micrograd.replay.fused import Fused, FusedRun
from micrograd.replay.tape import Tape
from micrograd_gui.document.data import OPTIMISERS, SCHEDULES, Data, Moments, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.build import build
from micrograd_gui.session.over_rows import held_out, untrainable, wants_rows
from micrograd_gui.session.record import first_wrong, record
from micrograd_gui.session.trace import Frame, Pass
from micrograd_gui.session.training.judge import Judge, judge_of
from micrograd_gui.session.training.rows import OverRows, RowsLoss, all_learned, batch_of


class Diverged(Refusal):
    """A step that would make the loss or a slope not finite; the parameters are as before it."""


class Held(NamedTuple):
    """The loss over the rows held out, nan where it is not finite, and the share of them told right."""

    loss: float
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class Stepped:
    """One step of gradient descent.

    Attributes:
        k: How many steps came before.
        loss: The loss before the update, over the rows that the step looked at.
        accuracy: The share of those rows that are told right; None where that has no meaning.
        rate: How far the step went.
        grads: The gradient before the update, shape (parameters,).
        parameters: The numbers after the update, shape (parameters,).
        held_out: What was found before the update over the rows that are held out; None: there are none.
    """

    k: int
    loss: float
    accuracy: float | None
    rate: float
    grads: Any
    parameters: Any
    held_out: Held | None = None


@dataclass(frozen=True, slots=True)
class _Point:
    """The parameters, shape (parameters,), at a moment, and what was ``found`` there.

    ``rows`` are the numbers of the rows looked at, shape (batch,), or None for all there are.
    """

    parameters: Any
    rows: Any
    found: OverRows


class Trainer:
    """A graph's rows, inputs and parameters, ready to step.

    The point that a step leads to is evaluated before the step is taken, so that the parameters never get to
    where the loss cannot be computed. Made for a graph, it raises Refusal where there is nothing to train.

    Attributes:
        graph: The graph that is trained; its rows are ``data``.
        parameters: The node ids in the order of all arrays of shape (parameters,).
        numbers: What the parameters hold now, shape (parameters,).
        moments: What the optimiser remembers, an array of shape (parameters,) for each of its columns.
        judge: Which node predicts and which answers; None where the graph does not say.
        k: How many steps have been made.
    """

    def __init__(self, graph: Graph, plan: TrainingPlan | None = None) -> None:
        self.graph = graph if plan is None else graph.planned(plan)
        self.data = training_data(self.graph)
        self.parameters = graph.parameters
        self._order: list[NodeId] = []
        self._leaves: tuple[Value, ...] = ()
        self._leaf_ids: list[NodeId] = []
        self.judge: Judge | None = judge_of(graph)
        assert graph.target is not None
        if graph.target not in build(graph):
            raise Refusal(_why_not_computed(graph), graph.target)
        watched = () if self.judge is None else (self.judge.prediction,)
        self._rows = RowsLoss(self.graph, watched)
        self.k = 0
        self.numbers = np.array([graph.nodes[p].data for p in self.parameters])
        self.moments: Moments = OPTIMISERS[self.plan.optimiser].start(self.numbers)
        self._tape: Tape | None = None
        self._here: _Point | None = None

    @property
    def plan(self) -> TrainingPlan:
        """How it is trained; `replan` puts another in place."""
        return self.graph.plan or TrainingPlan()

    @property
    def rate(self) -> float:
        """The rate of the next step."""
        return SCHEDULES[self.plan.schedule].factor(self.k) * self.plan.rate

    @property
    def loss(self) -> float:
        """The loss at the parameters as they are, over the rows that the next step looks at."""
        return self._point().found.loss

    @property
    def grads(self) -> Any:
        """The gradients there, shape (parameters,)."""
        return self._point().found.grads

    @property
    def accuracy(self) -> float | None:
        """The share of those rows that are told right; None where that has no meaning."""
        return self._accuracy(self._point())

    def evaluate(self) -> tuple[float, float | None]:
        """The loss and the accuracy at the parameters as they are, over all rows learned from.

        Raises Diverged.
        """
        point = self._evaluate(self.numbers, all_learned(self.graph))
        return point.found.loss, self._accuracy(point)

    @property
    def held_out(self) -> Held | None:
        """Loss and accuracy at the parameters as they are, over the rows held out; None: there are none."""
        rows = held_out(self.graph)
        if not rows:
            return None
        run, loss = self._rows.seen_at(self.numbers, list(rows))
        right = None
        if self.judge is not None:
            answers = self._rows.columns[self.judge.column][list(rows)]
            right = self.judge.accuracy(run[self._rows.values[self.judge.prediction]], answers)
        return Held(loss if np.isfinite(loss) else np.nan, right)

    def step(self) -> Stepped:
        """One step of gradient descent. Raises Diverged where it would go wrong; then nothing has changed."""
        here = self._point()
        rule, rate = OPTIMISERS[self.plan.optimiser], self.rate
        with np.errstate(all="ignore"):
            numbers, moments = rule.update(self.numbers, here.found.grads, rate, self.moments, self.k)
        there = self._evaluate(numbers, batch_of(self.graph, self.k + 1))
        done = Stepped(
            self.k, here.found.loss, self._accuracy(here), rate, here.found.grads, numbers, self.held_out
        )
        self.numbers, self.moments, self._here = numbers, moments, there
        self.k += 1
        return done

    def replan(self, plan: TrainingPlan) -> None:
        """Go on by another plan; another optimiser starts remembering anew."""
        if plan.optimiser != self.plan.optimiser:
            self.moments = OPTIMISERS[plan.optimiser].start(self.numbers)
        old = self.plan
        if (plan.seed, plan.batch, plan.held_out) != (old.seed, old.batch, old.held_out):
            self._here = None
        self.graph = self.graph.planned(plan)

    def resume(self, k: int, moments: Moments) -> None:
        """Go on as after k steps, with what the optimiser remembers of them, unless it was another one."""
        self.k = k
        if len(moments) == len(self.moments):
            self.moments = moments
        self._here = None

    def fits(self, graph: Graph) -> bool:
        """Whether it is still that graph which is trained, with those numbers, wires and rows."""
        mine, data = self.data, graph.data
        if data is None or graph.nodes is not self.graph.nodes or graph.target != self.graph.target:
            return False
        if wants_rows(graph) != wants_rows(self.graph):
            return False
        return data.rows is mine.rows and (data.columns, data.reduction) == (mine.columns, mine.reduction)

    def frame(self, graph: Graph, grads: Any = None) -> Frame:
        """All the numbers after a forward and a backward pass over a graph of the same wires, by a tape.

        ``grads``, shape (parameters,), are those of the parameters where they are over rows.
        """
        if self._tape is None:
            self._tape = Tape(self._rows.root)
            node_of = {value: node for node, value in self._rows.values.items()}
            self._order = [node_of[value] for value in self._tape.nodes]
            self._leaves = tuple(value for value in self._tape.nodes if not value._prev)
            self._leaf_ids = [node_of[value] for value in self._leaves]
        replay = self._tape.forward({self._leaves: np.array([graph.nodes[n].data for n in self._leaf_ids])})
        data, grad = replay.data.matrix[:, 0].tolist(), replay.grad.matrix[:, 0].tolist()
        slopes = dict(zip(self._order, grad, strict=True))
        slopes |= {} if grads is None else self.by_node(grads)
        return Frame(dict(zip(self._order, data, strict=True)), slopes)

    def by_node(self, numbers: Any) -> dict[NodeId, float]:
        """Numbers in the order of the parameters, shape (parameters,), by node."""
        return dict(zip(self.parameters, numbers.tolist(), strict=True))

    def named(self) -> dict[str, float]:
        """The parameters by the names of their nodes; where two have one name, the id tells them apart."""
        named: dict[str, float] = {}
        for node, number in self.by_node(self.numbers).items():
            name = self.graph.nodes[node].name
            named[f"{name} ({node})" if name in named else name] = number
        return named

    def _point(self) -> _Point:
        if self._here is None:
            self._here = self._evaluate(self.numbers, batch_of(self.graph, self.k))
        return self._here

    def _evaluate(self, parameters: Any, rows: Any) -> _Point:
        found = self._rows.at(parameters, rows)
        if not found.finite:
            raise Diverged(*self._first_wrong(parameters, rows, found.losses))
        return _Point(parameters, rows, found)

    def _accuracy(self, point: _Point) -> float | None:
        if self.judge is None:
            return None
        answers = self._rows.columns[self.judge.column]
        answers = answers if point.rows is None else answers[point.rows]
        prediction = self._rows.values[self.judge.prediction]
        return self.judge.accuracy(point.found.run[prediction], answers)

    def _first_wrong(self, parameters: Any, rows: Any, losses: Any) -> tuple[str, NodeId | None]:
        """A sentence that names the first row and node that went wrong, and the node."""
        at_start = self.k == 0 and self._here is None

        def said(why: str) -> str:
            if at_start:
                return kept("The loss is not finite: {why}", why=why)
            return kept(
                "Step {step} would make the loss not finite: {why} The parameters stay as before it; "
                "a smaller rate may help.",
                step=self.k + 1,
                why=why,
            )

        if not np.isfinite(parameters).all():
            wild = self.parameters[int(np.flatnonzero(~np.isfinite(parameters))[0])]
            name = self.graph.nodes[wild].spoken
            return said(kept("{name} would leave the range of numbers.", name=name)), wild
        graph = self.graph.numbered(self.by_node(parameters))
        if wants_rows(graph):
            wrong = first_wrong(graph, losses.tolist(), None if rows is None else rows.tolist())
            if wrong is None:
                return said(kept("what the rows add up to is too large a number.")), graph.target
            row, problem = wrong
        else:
            found = record(graph, (Pass("forward"), Pass("backward"))).problem
            if found is None:
                return said(kept("a number is too large.")), graph.target
            row, problem = self.data.shown, found
        return said(kept("in row {row}, {note}", row=row + 1, note=problem.note)), problem.node


def training_data(graph: Graph) -> Data:
    """The data of a graph that can be trained. Raises Refusal with a sentence on what is missing."""
    fault = (graph.plan or TrainingPlan()).fault()
    missing = untrainable(graph) if fault is None else fault[1]
    if missing:
        raise Refusal(missing)
    data, plan = graph.data, graph.plan or TrainingPlan()
    assert data is not None
    if not wants_rows(graph) and data.shown in plan.rows_held_out(len(data)):
        raise Refusal(
            tr(
                "Row {row} is held out, so nothing is learned from it: show another row, "
                "or learn from all of them.",
                row=data.shown + 1,
            )
        )
    return data


class Prediction:
    """What a node holds at many points at once: a decision surface, or a fitted curve. Compiled once.

    ``inputs`` are the leaves that the points move; all others keep their numbers. Raises Refusal for a node
    that cannot be computed.
    """

    def __init__(self, graph: Graph, node: NodeId, inputs: Sequence[NodeId]) -> None:
        values = build(graph)
        if node not in values:
            raise Refusal(_why_not_computed(graph), node)
        self._node = values[node]
        fused_parameters = [values[each] for each in graph.parameters]
        self._fused = Fused(self._node, [values[each] for each in inputs], fused_parameters)
        self._run: FusedRun | None = None  # fresh memory for each one would cost more than the arithmetic

    def at(self, points: Any, parameters: Any = None) -> Any:
        """The node's numbers, shape (points,), at ``points`` of shape (inputs, points).

        ``parameters``, shape (parameters,), take the place of those of the graph.
        """
        self._run = self._fused.forward(points, parameters, over=self._run)
        return self._run[self._node].copy()


def _why_not_computed(graph: Graph) -> str:
    problem = record(graph, (Pass("forward"),)).problem
    return again(problem.note) if problem is not None else tr("The target cannot be computed.")
