"""TrainingState: how far a graph has been trained, what came of it, and where it began."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, overload

from msgspec import Struct, field

from micrograd.language import tr
from micrograd_gui.document.graph import Graph, NodeId


class Series(Sequence[float]):
    """Frozen for all who hold it. Longer ones share its store, as long as they grow from its end."""

    __slots__ = ("_length", "_store")

    def __init__(self, numbers: Iterable[float] = ()) -> None:
        self._store = array("d", numbers)
        self._length = len(self._store)

    def extended(self, numbers: Iterable[float]) -> Series:
        """With more numbers at the end."""
        longer = Series()
        longer._store = self._store if len(self._store) == self._length else self._store[: self._length]
        longer._store.extend(numbers)
        longer._length = len(longer._store)
        return longer

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        if isinstance(index, slice):
            return self._store[: self._length][index]
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._store[index if index >= 0 else self._length + index]

    def __iter__(self) -> Iterator[float]:
        return iter(self._store[: self._length])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


DIVERGED = 10.0  # times the loss at the start
_NOT_BACK = 10  # steps


def diverges_since(losses: Sequence[float]) -> int | None:
    """The step from which the losses run away; None where they do not.

    ``losses[k]`` is the loss after k steps. They run away where the last is more than ten times that of the
    start, and they do not come back: it is no smaller than at the step from which they have all been above
    the start's (that step is given), or the last ten have all been more than ten times the start's. One high
    loss alone is a spike, which may come back.
    """
    if not losses:
        return None
    start = losses[0]
    limit = start + (DIVERGED - 1) * (abs(start) or 1.0)
    if not losses[-1] > limit:
        return None
    known = list(losses)
    since = max(k for k, loss in enumerate(known) if not loss > start) + 1
    if since == len(known) - 1:
        return None
    stays = len(known) - since >= _NOT_BACK and min(known[-_NOT_BACK:]) > limit
    return since if stays or known[-1] >= known[since] else None


def diverging(since: int) -> str:
    """That the loss runs away since that step, and what to do, in a sentence."""
    return tr("The loss diverges since step {since}: the rate is too large.", since=since)


class TrainingState(Struct, frozen=True, eq=False, dict=True):
    """How far a graph has been trained, what came of it, and where it began.

    Attributes:
        parameters: The nodes that are trained, in the order of all their numbers.
        start, numbers: What they held at first, and hold now.
        k: How many steps have been made.
        loss, accuracy: As they are now, over the rows that the next step looks at; None: no meaning.
        losses: ``losses[k]`` is the loss before step k, over the rows that step looked at.
        accuracies: Likewise, empty where accuracy has no meaning.
        rate: That of the next step.
        moments: What the optimiser remembers, an array of shape (parameters,) for each of its columns.
        running, until: Whether a run goes on, and until which step.
        held_loss, held_accuracy: The same as they are now over the rows that are held out; None: there are
            none. ``held_losses`` and ``held_accuracies`` are those before each step.
        note: Why a run ended by itself; empty where it did not.
        run: The number of the run, from 1, by which its steps are one undo.
    """

    parameters: tuple[NodeId, ...]
    start: tuple[float, ...]
    numbers: tuple[float, ...]
    k: int = 0
    loss: float = 0.0
    accuracy: float | None = None
    losses: Series = field(default_factory=Series)
    accuracies: Series = field(default_factory=Series)
    held_loss: float | None = None
    held_accuracy: float | None = None
    held_losses: Series = field(default_factory=Series)
    held_accuracies: Series = field(default_factory=Series)
    rate: float = 0.0
    moments: tuple[Any, ...] = ()
    running: bool = False
    until: int = 0
    note: str = ""
    run: int = 0

    @cached_property
    def diverges_since(self) -> int | None:
        """The step since which the loss runs away; None where it does not."""
        first = self.losses[0] if len(self.losses) else self.loss
        if self.loss <= first:  # the common case, without a copy of all losses
            return None
        return diverges_since([*self.losses, self.loss])

    @property
    def gesture(self) -> tuple[str, int]:
        """All steps of one run are one edit."""
        return "train", self.run


def training_after(
    training: TrainingState | None, old: Graph, new: Graph, travelled: bool
) -> TrainingState | None:
    """What is left of the training when another graph becomes current, by an edit or by undo and redo.

    Other parameters or other rows are another training. An undo that takes the parameters back takes the
    training back too.
    """
    if training is None or old is new:
        return training
    if new.nodes is not old.nodes and new.parameters != training.parameters:
        return None
    if old.target != new.target or not _same_rows(old, new):
        return None
    if travelled and any(
        new.nodes[node].data != number
        for node, number in zip(training.parameters, training.numbers, strict=True)
    ):
        return None
    return training


def _same_rows(old: Graph, new: Graph) -> bool:
    if old.data is new.data:
        return True
    if old.data is None or new.data is None:
        return False
    return (old.data.columns, old.data.reduction) == (new.data.columns, new.data.reduction) and (
        old.data.rows is new.data.rows or old.data.rows == new.data.rows
    )
