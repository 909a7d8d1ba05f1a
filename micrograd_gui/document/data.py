"""Data: the rows a graph learns from, and the plan by which it does, with its optimisers and schedules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from micrograd.language import N_, tr
from micrograd_gui.document.node import Node, NodeId
from micrograd_gui.document.text import saveable, spoken

Reduction = Literal["mean", "sum"]
GradientsOf = Literal["row", "rows"]
Moments = tuple[Any, ...]  # arrays of shape (parameters,), one for each column of the optimiser
RATE_AT_MOST = 1e6
STEPS_AT_MOST = 10_000_000
HELD_OUT_AT_MOST = 0.9
ROWS_AT_MOST = 1_000_000
NUMBERS_AT_MOST = 1_600_000  # in all rows together: so many can be saved, and opened again


class Column(Struct, frozen=True):
    """A column of numbers: its name, and the input leaf that takes them (None: bound to nothing)."""

    name: str
    node: NodeId | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "name", saveable(self.name))


class Data(Struct, frozen=True):
    """The rows; the graph describes one of them, the one ``shown``, and its target is that row's loss.

    ``reduction`` says what the loss over several rows is: their mean or their sum.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    shown: int = 0
    reduction: Reduction = "mean"

    def __len__(self) -> int:
        return len(self.rows)

    def column_of(self, node: NodeId) -> int | None:
        """Which column the leaf takes its numbers from."""
        return next((at for at, column in enumerate(self.columns) if column.node == node), None)

    def numbers(self, row: int) -> Mapping[NodeId, float]:
        """What the bound leaves hold in that row."""
        pairs = zip(self.columns, self.rows[row], strict=True)
        return {column.node: number for column, number in pairs if column.node is not None}

    def without(self, gone: Collection[NodeId]) -> Data:
        """With the columns of those leaves bound to nothing."""
        if not any(column.node in gone for column in self.columns):
            return self
        kept = tuple(replace(c, node=None) if c.node in gone else c for c in self.columns)
        return replace(self, columns=kept)

    def matched(self, nodes: Mapping[NodeId, Node]) -> Data:
        """With each unbound column bound to the leaf of its name, else to the next free input leaf."""
        taken = {column.node for column in self.columns}
        free = [node for node in nodes.values() if node.is_leaf and node.id not in taken]
        named = {node.label: node.id for node in reversed(free) if node.role != "parameter" and node.label}
        columns = [replace(c, node=named.pop(c.name, None)) if c.node is None else c for c in self.columns]
        used = {column.node for column in columns}
        inputs = iter([node.id for node in free if node.role == "input" and node.id not in used])
        columns = [replace(c, node=next(inputs, None)) if c.node is None else c for c in columns]
        return replace(self, columns=tuple(columns))

    def too_much(self) -> tuple[str, str] | None:
        """Where they are more than can be saved and opened again; None where they are not."""
        rows, numbers = len(self.rows), len(self.rows) * len(self.columns)
        if rows > ROWS_AT_MOST:
            return "rows", tr("{rows:,} rows are more than {most:,}", rows=rows, most=ROWS_AT_MOST)
        if numbers > NUMBERS_AT_MOST:
            return "rows", tr(
                "{rows:,} rows have {numbers:,} numbers, more than {most:,}",
                rows=rows,
                numbers=numbers,
                most=NUMBERS_AT_MOST,
            )
        return None

    def fault(self, nodes: Mapping[NodeId, Node]) -> tuple[str, str] | None:
        """Where these data do not fit the nodes, and what is wrong there; None where all is well."""
        seen: set[NodeId] = set()
        for at, column in enumerate(self.columns):
            if column.node is None:
                continue
            if column.node not in nodes or not nodes[column.node].is_leaf:
                return f"columns[{at}].node", tr(
                    "“{name}” is bound to no leaf of the graph", name=spoken(column.name)
                )
            if column.node in seen:
                leaf = nodes[column.node].spoken
                return f"columns[{at}].node", tr("two columns are bound to {leaf}", leaf=leaf)
            seen.add(column.node)
        if (many := self.too_much()) is not None:
            return many
        if (of_rows := self._fault_of_rows()) is not None:
            return of_rows
        if not 0 <= self.shown < max(len(self.rows), 1):
            return "shown", tr("there is no row {row}", row=self.shown + 1)
        return None

    def _fault_of_rows(self) -> tuple[str, str] | None:
        width = len(self.columns)
        alike = all(len(row) == width for row in self.rows)
        if alike and all(map(isfinite, chain.from_iterable(self.rows))):
            return None  # a hundred thousand rows are judged at each edit of one
        for at, row in enumerate(self.rows):
            if len(row) != width:
                return f"rows[{at}]", tr(
                    "row {row} has {numbers} numbers for {columns} columns",
                    row=at + 1,
                    numbers=len(row),
                    columns=width,
                )
            for place, number in enumerate(row):
                if not isfinite(number):
                    name = spoken(self.columns[place].name)
                    return f"rows[{at}][{place}]", tr(
                        "“{name}” of row {row} is not a finite number", name=name, row=at + 1
                    )
        return None


class Optimiser(Struct, frozen=True):
    """One row: how parameters follow their gradients. All that knows of an optimiser is in its row.

    ``update(parameters, grads, rate, moments, k)``, a rule of `micrograd.optim`, gives the parameters and
    moments after step ``k``, counted from 0; all arrays have the shape (parameters,). ``columns`` names what
    it remembers per parameter. ``by`` is how that is written which it multiplies by the rate. ``torch`` is
    the line that makes the same one in a script for PyTorch.
    """

    name: str
    title: str
    sentence: str
    columns: tuple[str, ...]
    update: Callable[[Any, Any, float, Moments, int], tuple[Any, Moments]]
    by: str
    torch: str

    def start(self, parameters: Any) -> Moments:
        """What it remembers before the first step: nothing, as zeros of shape (parameters,)."""
        from numpy import zeros_like  # the table itself is read without it

        return tuple(zeros_like(parameters) for _ in self.columns)


class RateSchedule(Struct, frozen=True):
    """One row: step k, counted from 0, has ``factor(k)`` × rate; ``python`` is that factor in a script."""

    name: str
    title: str
    sentence: str
    factor: Callable[[int], float]
    python: str


def _rule(name: str) -> Callable[[Any, Any, float, Moments, int], tuple[Any, Moments]]:
    """The rule of that name in `micrograd.optim`, which is loaded for the first step."""

    def update(p: Any, grad: Any, rate: float, moments: Moments, k: int) -> tuple[Any, Moments]:
        from micrograd import optim

        rule: Callable[..., tuple[Any, Moments]] = getattr(optim, name)
        return rule(p, grad, rate, moments, k)

    return update


_OPTIMISERS = (
    Optimiser(
        "sgd",
        "SGD",
        N_("p −= rate × p.grad, as in the lecture."),
        (),
        _rule("sgd"),
        "p.grad",
        "torch.optim.SGD(model.parameters(), lr=given.rate)",
    ),
    Optimiser(
        "momentum",
        "Momentum",
        N_("v = 0.9 × v + p.grad; p −= rate × v: it rolls on."),
        ("v",),
        _rule("momentum"),
        "v",
        "torch.optim.SGD(model.parameters(), lr=given.rate, momentum=0.9)",  # as in code
    ),
    Optimiser(
        "adam",
        "Adam",
        N_("Steps of about one rate per parameter, whatever its gradient."),
        ("m", "v"),
        _rule("adam"),
        "m̂ / (√v̂ + 10⁻⁸)",
        "torch.optim.Adam(model.parameters(), lr=given.rate)",
    ),
)
OPTIMISERS = {row.name: row for row in _OPTIMISERS}

_DEMO_STEPS = 100
_SCHEDULES = (
    RateSchedule("constant", N_("constant"), N_("The rate stays as it is."), lambda k: 1.0, "1.0"),
    RateSchedule(
        "demo",
        "1 − 0.9·k/100",
        N_("As in micrograd's demo: down to a tenth of the rate within 100 steps."),
        lambda k: 1.0 - 0.9 * min(k, _DEMO_STEPS) / _DEMO_STEPS,
        "1.0 - 0.9 * min(k, 100) / 100",
    ),
)
SCHEDULES = {row.name: row for row in _SCHEDULES}

if TYPE_CHECKING:
    OptimiserName = str
    ScheduleName = str
else:  # at run time they are the names of the tables: by these a file is read, and its schema published
    OptimiserName = Literal[tuple(OPTIMISERS)]
    ScheduleName = Literal[tuple(SCHEDULES)]


class TrainingPlan(Struct, frozen=True):
    """How the graph is trained. ``batch`` is how many rows a step looks at (None: all of them).

    ``gradients_of`` says whose loss is learned from, and so what the gradients of the parameters are of: that
    of the "rows", or of the one "row" that the graph shows, whatever the batch. ``held_out`` is the share of
    the rows that training never looks at; which ones they are, the seed says.
    """

    rate: float = 0.05
    optimiser: OptimiserName = "sgd"
    schedule: ScheduleName = "constant"
    steps: int = 100
    seed: int = 1337
    batch: int | None = None
    gradients_of: GradientsOf = "rows"
    held_out: float = 0.0

    def rows_held_out(self, count: int) -> tuple[int, ...]:
        """Which of so many rows are held out, counted from 0, in order.

        Each row draws a number by ``random.Random(seed).random()``, and those with the smallest are held out:
        the share of them, rounded, but at least one, and never all.
        """
        if not self.held_out or count < 2:
            return ()
        return _rows_held_out(self.held_out, self.seed, count)

    def fault(self) -> tuple[str, str] | None:
        """Which field cannot be, and why; None where all is well."""
        if not isfinite(self.rate) or not 0 < self.rate <= RATE_AT_MOST:
            return "rate", tr(
                "The rate must be more than 0 and at most {most:,.0f}, not {rate:g}.",
                most=RATE_AT_MOST,
                rate=self.rate,
            )
        if self.optimiser not in OPTIMISERS:
            return "optimiser", tr(
                "There is no optimiser “{name}”; there are {names}.",
                name=spoken(self.optimiser),
                names=", ".join(OPTIMISERS),
            )
        if self.schedule not in SCHEDULES:
            return "schedule", tr(
                "There is no schedule “{name}”; there are {names}.",
                name=spoken(self.schedule),
                names=", ".join(SCHEDULES),
            )
        if not 1 <= self.steps <= STEPS_AT_MOST:
            return "steps", tr(
                "The steps must be from 1 to {most:,}, not {steps:,}.", most=STEPS_AT_MOST, steps=self.steps
            )
        if not 0 <= self.seed < 2**32:
            return "seed", tr(
                "The seed must be a whole number from 0 to {most:,}, not {seed:,}.",
                most=2**32 - 1,
                seed=self.seed,
            )
        if self.batch is not None and not 1 <= self.batch <= ROWS_AT_MOST:
            return "batch", tr(
                "A batch has from 1 to {most:,} rows, not {batch:,}.", most=ROWS_AT_MOST, batch=self.batch
            )
        if self.gradients_of not in ("row", "rows"):
            sentence = tr(
                "Gradients are of the row or of the rows, not of “{given}”.", given=spoken(self.gradients_of)
            )
            return "gradients_of", sentence
        if not 0 <= self.held_out <= HELD_OUT_AT_MOST:
            sentence = tr(
                "The share of rows held out must be from 0 to {most}, not {share:g}.",
                most=HELD_OUT_AT_MOST,
                share=self.held_out,
            )
            return "held_out", sentence
        return None


@lru_cache(maxsize=8)
def _rows_held_out(share: float, seed: int, count: int) -> tuple[int, ...]:
    from random import Random  # the first paint does not need it

    generator = Random(seed)
    drawn = [generator.random() for _ in range(count)]
    many = min(max(1, round(share * count)), count - 1)
    return tuple(sorted(sorted(range(count), key=drawn.__getitem__)[:many]))
