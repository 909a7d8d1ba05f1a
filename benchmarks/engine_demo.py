"""What the sides of the engine's benchmark share: micrograd's demo, and how work is timed."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

Measure = Callable[[], float]


def moons() -> tuple[Any, Any]:
    """scikit-learn's `make_moons(100, noise=0.1)` after `np.random.seed(1337)`, labels ±1."""
    import numpy as np

    draw = np.random.RandomState(1337)
    t = np.linspace(0, np.pi, 50)
    points = np.vstack([np.append(np.cos(t), 1 - np.cos(t)), np.append(np.sin(t), 0.5 - np.sin(t))]).T
    order = np.arange(100)
    draw.shuffle(order)
    labels = np.append(-np.ones(50), np.ones(50))
    return points[order] + draw.normal(scale=0.1, size=points.shape), labels[order]


def network() -> Any:
    from micrograd.nn import MLP

    random.seed(1337)
    return MLP(2, [16, 16, 1])


def loss(model: Any, points: Any, labels: Any) -> Any:
    from micrograd.engine import Value

    inputs = [list(map(Value, row)) for row in points]
    losses = [(1 + -y * model(x)).relu() for x, y in zip(inputs, labels, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def grid() -> Any:
    import numpy as np

    return np.stack([axis.ravel() for axis in np.meshgrid(np.linspace(-2, 3, 50), np.linspace(-2, 2, 50))])


def timed(work: Callable[[], Any], times: int) -> Measure:
    def measure() -> float:
        start = perf_counter()
        for _ in range(times):
            work()
        return (perf_counter() - start) / times

    work()
    work()
    return measure
