"""Optimisers and schedules as tables: what a plan of training can choose, and how it is told of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from micrograd.language import N_

Moments = tuple[Any, ...]  # arrays of shape (parameters,), one for each column of the optimiser


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
