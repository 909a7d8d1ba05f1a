"""PyTorch's losses and its functions over classes, in the nodes that come to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from micrograd_gui.document.live.torch_constants import Item

LOSSES = (
    "MseLoss", "BinaryCrossEntropy", "BinaryCrossEntropyWithLogits", "SmoothL1Loss", "HuberLoss",
    "SoftMarginLoss",
)  # fmt: skip
OVER_CLASSES = ("LogSoftmax", "Softmax", "Logsumexp")
_LARGE = 30.0  # a score from which on exp and log lose digits, or all of them

New = Callable[..., Item]  # a node of an op and its operands
Constant = Callable[[float], Item]


def loss_at(
    fn: Any, kind: str, x: Item, y: Item, positive: Item | None = None, *, new: New, constant: Constant
) -> Item:
    """What the loss is for one prediction or logit, and its target; ``positive`` weighs a target of 1."""
    if kind == "MseLoss":
        return new("**2", new("-", x, y))
    if kind == "SoftMarginLoss":  # of targets 1 and -1
        return new("softplus", new("neg", new("*", y, x)))
    if positive is not None:  # -log σ(x) × (1 + (p - 1) y), and x more where the target is 0
        one = constant(1.0)
        weight = new("+", new("*", new("-", positive, one), y), one)
        hit = new("*", weight, new("softplus", new("neg", x)))
        return new("+", new("*", new("-", one, y), x), hit)
    if kind == "BinaryCrossEntropyWithLogits":  # -log σ(x) where the target is 1, -log σ(-x) where it is 0
        return new("-", new("softplus", x), new("*", y, x))
    if kind == "BinaryCrossEntropy":
        one = constant(1.0)
        hit = new("*", y, new("log", x))
        miss = new("*", new("-", one, y), new("log", new("-", one, x)))
        return new("neg", new("+", hit, miss))
    # with d = |x - y| and m = min(d, δ): m²/2 + δ × (d - m), which smooth_l1 divides by δ
    edge = float(fn._saved_beta if kind == "SmoothL1Loss" else fn._saved_delta)
    apart = new("abs", new("-", x, y))
    if edge == 0:
        return apart
    near = new("min", apart, constant(edge))
    squared, beyond = new("**2", near), new("-", apart, near)
    if kind == "SmoothL1Loss":
        return new("+", new("/", squared, constant(2 * edge)), beyond)
    return new("+", new("/", squared, constant(2.0)), new("*", constant(edge), beyond))


def over_classes(
    kind: str, scores: Sequence[Item], largest: float, new: New, constant: Constant, add: Callable[..., Item]
) -> list[Item]:
    """What softmax, log_softmax or logsumexp gives for the scores of one row.

    Where the scores are large, the ``largest`` one is taken from each of them first, as PyTorch does.
    """
    shift = constant(largest) if abs(largest) > _LARGE else None
    less = list(scores) if shift is None else [new("-", each, shift) for each in scores]
    powers = [new("exp", each) for each in less]
    total = add(powers)
    if kind == "Softmax":
        return [new("/", each, total) for each in powers]
    log = new("log", total)
    if kind == "LogSoftmax":
        return [new("-", each, log) for each in less]
    return [log if shift is None else new("+", log, shift)]
