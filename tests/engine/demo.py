"""The demo of karpathy/micrograd: two moons, a network of 337 parameters, max-margin loss and L2."""

from __future__ import annotations

from typing import Any

import numpy as np

# The losses of the first ten steps.
PUBLISHED = [
    0.8958441028683222,
    1.723590533697202,
    0.742900631385113,
    0.7705641260584198,
    0.3692793385976538,
    0.313545481918522,
    0.28142343497724337,
    0.26888733313983904,
    0.2567147286057417,
    0.2704862551637922,
]


def moons(samples: int = 100, noise: float = 0.1, seed: int = 1337) -> tuple[Any, Any]:
    """Points and labels ±1, by scikit-learn's rule for `make_moons` after `np.random.seed(seed)`."""
    draw = np.random.RandomState(seed)
    outer, inner = np.linspace(0, np.pi, samples // 2), np.linspace(0, np.pi, samples - samples // 2)
    points = np.vstack(
        [np.append(np.cos(outer), 1 - np.cos(inner)), np.append(np.sin(outer), 1 - np.sin(inner) - 0.5)]
    ).T
    labels = np.append(-np.ones(len(outer), int), np.ones(len(inner), int))
    order = np.arange(samples)
    draw.shuffle(order)
    return points[order] + draw.normal(scale=noise, size=points.shape), labels[order]


def loss(model: Any, points: Any, labels: Any, value: Any) -> Any:
    """The loss as the notebook writes it; `value` is the Value class."""
    inputs = [list(map(value, row)) for row in points]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    return data_loss + 1e-4 * sum(p * p for p in model.parameters())


def step(model: Any, points: Any, labels: Any, value: Any, k: int) -> Any:
    """One step of the notebook's training: forward, backward, update."""
    total = loss(model, points, labels, value)
    model.zero_grad()
    total.backward()
    for p in model.parameters():
        p.data -= (1.0 - 0.9 * k / 100) * p.grad
    return total
