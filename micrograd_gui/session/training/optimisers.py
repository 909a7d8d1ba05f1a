"""The optimisers as a table: how parameters follow their gradients, and what each remembers meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from micrograd_gui.document.data import Optimiser, Schedule

Moments = tuple[Any, ...]  # arrays with a number per parameter, one array per column of the optimiser


@dataclass(frozen=True, slots=True)
class Rule:
    """One optimiser: ``update(parameters, grads, rate, moments, k)`` gives the next parameters and moments.

    ``columns`` are the names of what it remembers per parameter, for the table of gradients.
    """

    name: Optimiser
    title: str
    sentence: str
    columns: tuple[str, ...]
    update: Callable[[Any, Any, float, Moments, int], tuple[Any, Moments]]

    def start(self, parameters: Any) -> Moments:
        """What it remembers before the first step: nothing."""
        return tuple(parameters * 0.0 for _ in self.columns)


def _sgd(p: Any, grad: Any, rate: float, moments: Moments, k: int) -> tuple[Any, Moments]:
    return p - rate * grad, ()


def _momentum(p: Any, grad: Any, rate: float, moments: Moments, k: int) -> tuple[Any, Moments]:
    velocity = 0.9 * moments[0] + grad
    return p - rate * velocity, (velocity,)


def _adam(p: Any, grad: Any, rate: float, moments: Moments, k: int) -> tuple[Any, Moments]:
    """Kingma and Ba 2015, algorithm 1, with the constants it proposes."""
    mean = 0.9 * moments[0] + 0.1 * grad
    square = 0.999 * moments[1] + 0.001 * grad * grad
    unbiased = mean / (1 - 0.9 ** (k + 1))
    spread = (square / (1 - 0.999 ** (k + 1))) ** 0.5
    return p - rate * unbiased / (spread + 1e-8), (mean, square)


_RULES = (
    Rule("sgd", "SGD", "p −= rate × p.grad, as in the lecture.", (), _sgd),
    Rule("momentum", "Momentum", "v = 0.9 × v + p.grad; p −= rate × v: it rolls on.", ("v",), _momentum),
    Rule("adam", "Adam", "Steps of about one rate per parameter, whatever its gradient.", ("m", "v"), _adam),
)
OPTIMISERS: dict[str, Rule] = {rule.name: rule for rule in _RULES}

_DEMO_STEPS = 100
# rate(k) = factor(k) × rate; the demo's falls to a tenth over 100 steps, and stays there.
SCHEDULES: dict[Schedule, Callable[[int], float]] = {
    "constant": lambda k: 1.0,
    "demo": lambda k: 1.0 - 0.9 * min(k, _DEMO_STEPS) / _DEMO_STEPS,
}
