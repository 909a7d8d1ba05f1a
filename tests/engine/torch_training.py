"""Losses of a small network over some steps, ours and PyTorch's; run as a script, it freezes PyTorch's.

python -m tests.engine.torch_training       where PyTorch is installed
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from micrograd import losses, nn, optim

FROZEN = Path(__file__).with_name("torch_training.json")
STEPS = 12
ROWS = [[0.2, -1.0], [1.5, 0.3], [-0.7, 0.8], [0.0, 0.0], [2.0, -0.5], [-1.2, -1.1]]
ANSWERS: dict[str, list[Any]] = {
    "mse": [0.5, -1.0, 2.0, 0.0, 0.3, -0.2],
    "max_margin": [1, -1, 1, 1, -1, -1],
    "binary_cross_entropy": [1, 0, 1, 0.25, 0, 1],
    "cross_entropy": [2, 0, 1, 1, 0, 2],
}
OPTIMISERS: dict[str, dict[str, Any]] = {
    "sgd": {"lr": 0.1},
    "momentum": {"lr": 0.05, "momentum": 0.9},
    "adam": {"lr": 0.05},
}


def network(loss: str) -> nn.MLP:
    """The network as it starts: three outputs where there are classes."""
    return nn.MLP(2, [4, 3 if loss == "cross_entropy" else 1], activation="tanh", seed=7)


def ours(loss: str, optimiser: str) -> list[float]:
    """The loss before each step."""
    net = network(loss)
    kind = optim.Adam if optimiser == "adam" else optim.SGD
    steps = kind(net.parameters(), **OPTIMISERS[optimiser])
    return [net.train_step(ROWS, ANSWERS[loss], getattr(losses, loss), steps) for _ in range(STEPS)]


def pytorchs(loss: str, optimiser: str) -> list[float]:
    """The same by PyTorch, with tensors of double precision."""
    import torch
    from torch.nn import functional

    net = network(loss)
    weights = [
        torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64)
        for layer in net.layers
    ]
    biases = [torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64) for layer in net.layers]
    for each in (*weights, *biases):
        each.requires_grad_()
    kind = torch.optim.Adam if optimiser == "adam" else torch.optim.SGD
    steps = kind([*weights, *biases], **OPTIMISERS[optimiser])
    rows = torch.tensor(ROWS, dtype=torch.float64)
    answers = torch.tensor(ANSWERS[loss], dtype=torch.int64 if loss == "cross_entropy" else torch.float64)
    found = []
    for _ in range(STEPS):
        out = functional.linear(functional.linear(rows, weights[0], biases[0]).tanh(), weights[1], biases[1])
        out = out if loss == "cross_entropy" else out[:, 0]
        total = {
            "mse": functional.mse_loss,
            "max_margin": lambda o, y: (1 - y * o).relu().mean(),
            "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
            "cross_entropy": functional.cross_entropy,
        }[loss](out, answers)
        steps.zero_grad()
        total.backward()
        steps.step()
        found.append(total.item())
    return found


def cases() -> list[tuple[str, str]]:
    """Each loss with each optimiser."""
    return [(loss, optimiser) for loss in ANSWERS for optimiser in OPTIMISERS]


if __name__ == "__main__":
    import torch

    numbers = {f"{loss} {optimiser}": pytorchs(loss, optimiser) for loss, optimiser in cases()}
    lines = [json.dumps(name) + ": " + json.dumps(found) for name, found in numbers.items()]
    version = torch.__version__.split("+")[0]
    FROZEN.write_text("{" + ",\n".join([f'"torch": "{version}"', *lines]) + "}\n", "utf-8")
