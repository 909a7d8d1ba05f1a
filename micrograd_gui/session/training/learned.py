"""Learned: a training under way step by step, and what has come of it in the end."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_gui.document.graph import Graph
from micrograd_gui.session.explain.of_rows import learned_from
from micrograd_gui.session.over_rows import held_out
from micrograd_gui.session.training.trainer import Held, Trainer


@dataclass(frozen=True)
class HeldOut:
    """What was found over the rows that a training did not look at; ``rows`` are their numbers, from 1.

    ``losses`` and ``accuracies`` (empty where accuracy has no meaning) are those before each step, ``loss``
    and ``accuracy`` those at the end. A loss that is not finite is nan.
    """

    rows: tuple[int, ...]
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    loss: float
    accuracy: float | None


@dataclass(frozen=True)
class Trained:
    """What has come of a training.

    ``of`` says whose loss each step lowered, “mean of 20 rows”; empty where there are not several rows.
    ``losses`` and ``accuracies`` (empty where accuracy has no meaning) are those before each step, ``loss``
    and ``accuracy`` those at the end, over all rows that were learned from. ``graph`` has the trained
    parameters, ``parameters`` are the same numbers by name. ``held_out`` is of the other rows; None: there
    are none.
    """

    graph: Graph
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]
    loss: float
    accuracy: float | None
    parameters: dict[str, float]
    held_out: HeldOut | None = None
    of: str = ""

    @property
    def steps(self) -> int:
        """How many there were."""
        return len(self.losses)


class Learned:
    """A training under way, and what has come of its steps so far."""

    def __init__(self, training: Trainer) -> None:
        self.training = training
        self.losses: list[float] = []
        self.accuracies: list[float] = []
        self.held: list[Held] = []

    def step(self) -> None:
        """One step of gradient descent; raises Refusal where it cannot be, and then nothing has changed."""
        done = self.training.step()
        self.losses.append(done.loss)
        if done.accuracy is not None:
            self.accuracies.append(done.accuracy)
        if done.held_out is not None:
            self.held.append(done.held_out)

    def result(self) -> Trained:
        """Where it stands now."""
        training, (loss, accuracy) = self.training, self.training.evaluate()
        graph = training.graph.numbered(training.by_node(training.numbers))
        named, of, held = dict(training.named()), learned_from(graph), self._held_out()
        return Trained(graph, tuple(self.losses), tuple(self.accuracies), loss, accuracy, named, held, of)

    def _held_out(self) -> HeldOut | None:
        now = self.training.held_out
        if now is None:
            return None
        rows = tuple(row + 1 for row in held_out(self.training.graph))
        right = tuple(each.accuracy for each in self.held if each.accuracy is not None)
        return HeldOut(rows, tuple(each.loss for each in self.held), right, now.loss, now.accuracy)
