"""Watching: what a cell does by hand to data and grads, and loops that train, which are a plan."""

from __future__ import annotations

import ast
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

from micrograd.engine import Value, topological_order
from micrograd.language import N_, kept, tr
from micrograd_gui.document.live.modules import is_spoken
from micrograd_gui.document.python import ints
from micrograd_gui.document.python.limits import Endless
from micrograd_gui.document.python.objects import Running, Scope
from micrograd_gui.document.python.pasted import ByHandKind
from micrograd_gui.document.python.training.rules import Update, fits
from micrograd_gui.document.text import exact

_TURNS_TRIED = (2, 3)  # of a loop that trains, before it is judged whether all of them are too many
_STEPS_BY_HAND, _NODES_BY_HAND = 200, 3_000  # that are compared with the rule
# What a loop does, by its optimiser: on its own, and over the rows of a table.
_STEPS_BY = {
    "sgd": (
        N_("{steps:,} steps at the rate {rate}"),
        N_("{steps:,} steps at the rate {rate} over {rows:,} rows"),
    ),
    "momentum": (
        N_("{steps:,} steps with momentum 0.9 at the rate {rate}"),
        N_("{steps:,} steps with momentum 0.9 at the rate {rate} over {rows:,} rows"),
    ),
    "adam": (
        N_("{steps:,} steps by Adam at the rate {rate}"),
        N_("{steps:,} steps by Adam at the rate {rate} over {rows:,} rows"),
    ),
}
_FACTOR_OF_DEMO = 0.9 / 100  # of micrograd's demo, by which its rate falls with each step


class ByHandStep(NamedTuple):
    """A line that sets a grad or a number, or hands a grad on, outside of a loop that trains.

    ``own`` is what was set, or the grad with which the node acted; ``rule`` what the rule gives, if any does.
    """

    where: ast.AST
    value: Value
    kind: ByHandKind
    own: float
    rule: float | None


class DescentLoop(NamedTuple):
    """A loop that was found to be gradient descent.

    Attributes:
        loss: what was passed back in its first turn.
        start: the parameters, each with the number that it had before.
        rates: the rate of each turn that was gone through.
        turns: how many turns the loop has.
        whole: whether all of them were gone through.
        optimiser: by which of the table of optimisers they move.
        name: the name that the loss had; empty where it had none.
    """

    loss: Value
    start: dict[Value, float]
    rates: tuple[float, ...]
    turns: int
    whole: bool
    optimiser: str = "sgd"
    name: str = ""

    @property
    def schedule(self) -> str | None:
        """The schedule by which the rate goes; None: by none of the table."""
        first = self.rates[0]
        if all(abs(each - first) <= 1e-6 * abs(first) for each in self.rates):
            return "constant"
        fall = [first * (1 - _FACTOR_OF_DEMO * turn) for turn in range(len(self.rates))]
        near = zip(self.rates, fall, strict=True)
        return "demo" if all(abs(a - b) <= 1e-6 * abs(first) for a, b in near) else None

    def told(self, rows: int) -> str:
        """What became of the loop, in a sentence that can be said `again`."""
        rate = exact(float(f"{self.rates[0]:.6g}"))
        if self.schedule is None:
            rate = kept("{rate} at first (here it changes in a way of its own)", rate=rate)
        elif self.schedule == "demo":
            rate = kept("{rate}, falling as in micrograd’s demo", rate=rate)
        of_one, of_rows = _STEPS_BY[self.optimiser]
        steps = kept(of_rows if rows > 1 else of_one, steps=self.turns, rate=rate, rows=rows)
        if self.whole:
            return kept(
                "The loop is the plan: {steps}; the graph stands before them, Train goes through them.",
                steps=steps,
            )
        return kept(
            "The loop is the plan: {steps}; the graph stands before them. It is too long to be walked "
            "through here, so nothing of it is printed, and what follows it in the cell was left out: "
            "Train goes through it.",
            steps=steps,
        )


class Watched:
    """A loop that is gone through, and what its turns have done to data and grads."""

    def __init__(self, watcher: Watcher, outermost: bool, turns: int | None, at_top: bool) -> None:
        self.watcher, self.outermost, self.turns, self.at_top = watcher, outermost, turns, at_top
        self.losses: list[Value] = []
        self.first: dict[Value, Update] = {}
        self.names: list[str] = []  # of the losses
        self.done = 0  # turns that are steps of descent
        self.fits = fits()
        self.updates: list[Update] = []
        self.passed: list[Value] = []
        self.grads: dict[Value, float] = {}
        self.plain = True
        self.left = watcher.run.meter.left

    def __enter__(self) -> Watched:
        if self.outermost:
            self.watcher.outer = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not self.outermost:
            return False
        self.watcher.outer = None
        endless = isinstance(error, Endless) or (error is not None and self.watcher.is_endless(error))
        if error is not None and not (self.at_top and endless):
            return False
        learned = self._learned(whole=error is None)
        if learned is None:
            return False
        self.watcher.learned = learned
        if error is not None:
            for value, before in learned.start.items():
                value.data, value.grad = before, 0.0
        return True

    def turn(self) -> None:
        """A turn is over."""
        if self.outermost and self.plain and (self.updates or self.passed):
            self._judge()
        if self.outermost:
            self.updates, self.passed = [], []
        done = self.done
        if done in _TURNS_TRIED and self.plain and self.at_top and self.turns is not None:
            meter = self.watcher.run.meter
            if not meter.quick and meter.will_be_over(self.left, done, self.turns - done):
                raise Endless(tr("this trains for more turns than are gone through here"))

    def _judge(self) -> None:
        """Whether the turn was a step of descent: one pass, and each parameter moved once, by a rule."""
        moved = {each.value: each for each in self.updates}
        fresh = all(not self.grads.get(each, 0.0) for each in moved)
        once = len(self.passed) == 1 and 0 < len(moved) == len(self.updates)
        same = not self.first or moved.keys() == self.first.keys()
        self.plain = once and fresh and same
        if self.plain:
            self.fits = [each for each in self.fits if each.takes(self.updates)]
            self.plain = bool(self.fits)
        if self.plain:
            self.first = self.first or moved
            self.losses.append(self.passed[0])
            self.names.append(self.watcher.name_of(self.passed[0]))
            del self.losses[1:], self.names[1:]
            self.done += 1
        elif self.passed and self.updates:
            adds_up = once and not fresh
            self.watcher.say_once(_SEVERAL if len(self.passed) > 1 else _ADDING if adds_up else _OF_ITS_OWN)

    def _learned(self, whole: bool) -> DescentLoop | None:
        if not self.plain or not self.done:
            return None
        start = {value: each.before for value, each in self.first.items()}
        turns = self.done if whole or self.turns is None else self.turns
        for fit in self.fits:
            loop = DescentLoop(
                self.losses[0], start, tuple(fit.rates), turns, whole, fit.optimiser, self.names[0]
            )
            if len(start) > 1 or loop.schedule is not None:
                return loop  # else one number tells nothing: it goes like that by many a rule
        self.watcher.say_once(_OF_ITS_OWN)
        return None


_ADDING = N_(
    "The loop does not set the grads to 0, so they add up from turn to turn: it is no plan, "
    "and was gone through as it stands."
)
_SEVERAL = N_(
    "A turn of the loop goes backward more than once, as with batches: it is no plan, "
    "and was gone through as it stands."
)
_OF_ITS_OWN = N_(
    "The loop moves its parameters by a rule that is none of SGD, momentum 0.9 and Adam: it is no plan, "
    "and was gone through as it stands."
)


def right_grads(root: Value, at_most: int) -> dict[Value, float]:
    """The derivative of the root by each Value that feeds it, by the rules; nothing is written on them.

    Of a graph that is larger than that, and of one with ops of no table, it is that of none.
    """
    order = topological_order(root)
    if len(order) > at_most or any(each._prev and each.op is None for each in order):
        return {}
    grads = dict.fromkeys(order, 0.0)
    grads[root] = 1.0
    for each in reversed(order):
        if each._prev:
            for operand, slope in zip(each._prev, each._slopes(), strict=True):
                grads[operand] += slope * grads[each]
    return grads


class Watcher:
    """Who is told of each change of data and grads, each pass, and each loop of a cell.

    Attributes:
        outer: the loop of the document that is gone through, around all others; None: none is.
        learned: the last loop that was found to be gradient descent.
        steps: what was done by hand, outside of such a loop.
        aims: whether the cell says itself what the target is.
        passed: whether it calls ``backward()``, outside of a loop.
        root: the Value whose derivatives grads are: the target, or what was given a grad of 1.
    """

    def __init__(self, run: Running, say: Callable[[str], None]) -> None:
        self.run, self.say_once = run, say
        self.root: Value | None = None
        self.aims = self.passed = False
        self.outer: Watched | None = None
        self.learned: DescentLoop | None = None
        self.steps: list[ByHandStep] = []

    def is_endless(self, error: BaseException) -> bool:
        """Whether it says that something goes on for too long."""
        return self.run.is_endless(error)

    def loop(self, scope: Scope, turns: int | None) -> Watched:
        """A loop begins."""
        return Watched(self, self.outer is None, turns, scope.outer is None)

    def name_of(self, value: Value) -> str:
        """What the cell calls it; empty for nothing."""
        names = self.run.scope.names.items()
        return next((name for name, thing in names if thing is value and is_spoken(name)), "")

    def set_by_hand(self, where: ast.AST, value: Value, field: str, before: float) -> None:
        """The data or the grad of a Value was set."""
        after = getattr(value, field)
        if self.outer is not None and field == "data" and not value._prev:
            self.outer.updates.append(Update(value, before, after, value.grad))
        trains = self.outer is not None and bool(self.outer.passed)
        if trains or len(self.steps) >= _STEPS_BY_HAND:
            return
        if field == "data":
            if after != before:
                self.steps.append(ByHandStep(where, value, "data", after, None))
        elif after:
            if after == 1.0 and value._prev and self._begins(value):
                self.root, self.aims = value, True
            self.steps.append(ByHandStep(where, value, "grad", after, self._rule(value)))

    def _begins(self, value: Value) -> bool:
        """Whether a pass begins at that Value: none has begun, or it is no part of that one."""
        if self.root is None or not self.root.grad:
            return True
        order = topological_order(self.root)
        self.run.meter.evaluate(len(order))
        return value not in order

    def passed_back(self, where: ast.AST, value: Value) -> None:
        """``value._backward()``: right where the node has all of its grad by then."""
        if value._prev and len(self.steps) < _STEPS_BY_HAND:
            self.steps.append(ByHandStep(where, value, "_backward", value.grad, self._rule(value)))
        value._backward()
        if self.run.values is not None:
            ints.acted(value, self.run.values.begins_whole)

    def _rule(self, value: Value) -> float | None:
        """The derivative of the root by it; None where it does not feed the root."""
        return None if self.root is None else right_grads(self.root, _NODES_BY_HAND).get(value)

    def backward(self, value: Value) -> None:
        """``value.backward()``."""
        order = topological_order(value)
        self.run.meter.evaluate(len(order))
        if self.outer is not None:
            self.outer.passed.append(value)
            self.outer.grads = {each: each.grad for each in order if not each._prev and each.grad}
        value.backward()
        if (kind := self.run.values) is not None:
            ints.passed_back(value, kind.begins_whole, kind.stays_whole)
        self.run.spoken_of, self.aims = value, True
        self.passed = self.passed or self.outer is None
