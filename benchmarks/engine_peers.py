"""The demo step by others than a scalar engine: PyTorch, and numpy by hand."""

from __future__ import annotations

from typing import Any

from engine_demo import Measure, moons, network, timed


def matmul() -> Measure:
    import numpy as np

    model = network()
    points, labels = moons()
    weights = [np.array([[w.data for w in n.w] for n in layer.neurons]) for layer in model.layers]
    biases = [np.zeros((len(w), 1)) for w in weights]

    def step() -> None:
        acts = [points.T]
        for k in (0, 1):
            acts.append(np.maximum(weights[k] @ acts[k] + biases[k], 0))
        scores = (weights[2] @ acts[2] + biases[2])[0]
        back = (np.where(1 - labels * scores > 0, -labels, 0) / 100)[None]
        for k in (2, 1, 0):
            by_weight, by_bias = back @ acts[k].T, back.sum(axis=1, keepdims=True)
            if k:
                back = (weights[k].T @ back) * (acts[k] > 0)
            weights[k] -= 0.1 * (by_weight + 2e-4 * weights[k])
            biases[k] -= 0.1 * (by_bias + 2e-4 * biases[k])

    return timed(step, 200)


def torch_tensors() -> Measure:
    import torch

    torch.set_num_threads(1)
    points, labels = (torch.tensor(a) for a in moons())
    layers = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in ((2, 16), (16, 16), (16, 1))]
    net = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    parameters = list(net.parameters())

    def step() -> None:
        total = (1 - labels * net(points)[:, 0]).relu().mean() + 1e-4 * sum((p * p).sum() for p in parameters)
        net.zero_grad()
        total.backward()
        with torch.no_grad():
            for p in parameters:
                p -= 0.1 * p.grad

    return timed(step, 20)


def torch_scalars() -> Measure:
    import torch

    torch.set_num_threads(1)
    points, labels = moons()
    numbers = [[torch.tensor(v) for v in row] for row in points]
    model = [
        [
            (
                [torch.tensor(w.data, dtype=torch.float64, requires_grad=True) for w in n.w],
                torch.tensor(0.0, dtype=torch.float64, requires_grad=True),
            )
            for n in layer.neurons
        ]
        for layer in network().layers
    ]
    parameters = [p for layer in model for w, b in layer for p in (*w, b)]

    def score(x: list[Any]) -> Any:
        for k, layer in enumerate(model):
            acts = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), b) for w, b in layer]
            x = [act.relu() for act in acts] if k < len(model) - 1 else acts
        return x[0]

    def step() -> None:
        losses = [(1 + -y * score(x)).relu() for x, y in zip(numbers, labels, strict=True)]
        total = sum(losses) / 100 + 1e-4 * sum(p * p for p in parameters)
        total.backward()
        with torch.no_grad():
            for p in parameters:
                p -= 0.1 * p.grad
                p.grad = None

    return timed(step, 1)
