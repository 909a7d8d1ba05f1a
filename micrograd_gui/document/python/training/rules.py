"""Rules: by which of the optimisers a loop moves its parameters, told from its first turns on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from micrograd.engine import Value
from micrograd.optim import Moments, adam, momentum

_CLOSE = 1e-9  # as near as rounding leaves an update to what its rate says
_EPSILON = 1e-8  # of Adam, beside the size of a gradient


class Update(NamedTuple):
    """A parameter that was moved by its gradient: its number before and after, and that gradient."""

    value: Value
    before: float
    after: float
    grad: float


class Fit(Protocol):
    """A rule that the turns of a loop may follow.

    Attributes:
        optimiser: its name in the table of optimisers.
        rates: the rate of each turn.
    """

    optimiser: str
    rates: list[float]

    def takes(self, updates: Sequence[Update]) -> bool:
        """Whether a further turn follows it, too."""


class PlainDescent:
    """p −= rate × p.grad, at one rate in each turn."""

    optimiser = "sgd"

    def __init__(self) -> None:
        self.rates: list[float] = []

    def takes(self, updates: Sequence[Update]) -> bool:
        """Whether all of them follow their gradients at one rate."""
        most = _steepest(updates)
        rate = (most.before - most.after) / most.grad if most.grad else 0.0
        self.rates.append(rate)
        return rate > 0 and all(_near(each, each.before - rate * each.grad, rate) for each in updates)


class Remembering:
    """Momentum or Adam: a rule with a memory of each parameter, at one rate in all turns."""

    def __init__(self, optimiser: str, rule: Callable[..., tuple[Any, Moments]], columns: int) -> None:
        self.optimiser, self.rule = optimiser, rule
        self.rates: list[float] = []
        self._columns = columns
        self._moments: dict[Value, Moments] = {}

    def takes(self, updates: Sequence[Update]) -> bool:
        """Whether all of them are what the rule gives, with what it remembers of the turns before."""
        rate = self.rates[0] if self.rates else self._first(_steepest(updates))
        if not rate > 0:
            return False
        k = len(self.rates)
        self.rates.append(rate)
        for each in updates:
            held = self._moments.get(each.value, (0.0,) * self._columns)
            wanted, self._moments[each.value] = self.rule(each.before, each.grad, rate, held, k)
            if not _near(each, wanted, rate):
                return False
        return True

    def _first(self, most: Update) -> float:
        if not most.grad:
            return 0.0
        scale = abs(most.grad) + _EPSILON if self.optimiser == "adam" else 1.0
        return (most.before - most.after) / most.grad * scale


def fits() -> list[Fit]:
    """All that a loop may follow, the plainest first."""
    return [PlainDescent(), Remembering("momentum", momentum, 1), Remembering("adam", adam, 2)]


def _steepest(updates: Sequence[Update]) -> Update:
    return max(updates, key=lambda each: abs(each.grad))


def _near(each: Update, wanted: float, rate: float) -> bool:
    return abs(each.after - wanted) <= _CLOSE * max(1.0, abs(each.before), abs(rate * each.grad))
