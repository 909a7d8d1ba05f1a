"""PyTorch's layers that norm numbers, in nodes: over a row, a batch or a group, or by what they have kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from micrograd_gui.document.live.torch_constants import Item, saved_by
from micrograd_gui.document.live.torch_reductions import Constant, New, Number, total
from micrograd_gui.document.live.torch_shapes import Items

NORMS = ("NativeLayerNorm", "NativeBatchNorm", "NativeGroupNorm")
_EPSILON = 1e-5  # of layer norm, where nothing else is said


def normed(
    fn: Any,
    kind: str,
    x: Items,
    scaled: tuple[Items | None, Items | None],
    kept: Sequence[Items],
    new: New,
    number: Number,
    constant: Constant,
) -> Items:
    """What a layer gives: each number less a mean, over the root of a variance; times a weight, plus a bias.

    Mean and variance are those that were ``kept``, or of the numbers beside it: those of its row, of its
    channel in the whole batch, or of its group of channels. Weight and bias are None where it has none.
    """
    if kind == "NativeLayerNorm":
        rows = x.reshape(-1, int(np.prod(fn._saved_normalized_shape)))
        epsilon = constant(_epsilon(fn, rows, number))
    else:
        rows = np.moveaxis(x, 1, 0) if kind == "NativeBatchNorm" else x
        rows = rows.reshape(rows.shape[0] * (1 if kind == "NativeBatchNorm" else fn._saved_group), -1)
        epsilon = constant(fn._saved_eps)
    found = _by(kept, rows, epsilon, new) if kept else _by_itself(rows, epsilon, new, constant)
    if kind == "NativeBatchNorm":
        found = np.moveaxis(found.reshape(x.shape[1], x.shape[0], *x.shape[2:]), 0, 1)
    found = found.reshape(x.shape)
    for op, each in zip("*+", scaled, strict=True):
        if each is None:
            continue
        beside = each if kind == "NativeLayerNorm" else each.reshape(-1, *[1] * (x.ndim - 2))
        pairs = zip(found.ravel(), np.broadcast_to(beside, x.shape).ravel(), strict=True)
        found = np.array([new(op, *pair) for pair in pairs], object).reshape(x.shape)
    return found


def _by(kept: Sequence[Items], rows: Items, epsilon: Item, new: New) -> Items:
    """Each row by the mean and the variance that were kept for it."""
    found = np.empty(rows.shape, object)
    for row, (items, mean, variance) in enumerate(zip(rows, *kept, strict=True)):
        scale = new("**-0.5", new("+", variance, epsilon))
        found[row] = [new("*", new("-", each, mean), scale) for each in items]
    return found


def _by_itself(rows: Items, epsilon: Item, new: New, constant: Constant) -> Items:
    """Each row by its own mean and variance."""
    size = float(rows.shape[1])
    found = np.empty(rows.shape, object)
    for row, items in enumerate(rows):
        mean = new("/", total(list(items), new), constant(size))
        apart = [new("-", each, mean) for each in items]
        variance = new("/", total([new("**2", each) for each in apart], new), constant(size))
        scale = new("**-0.5", new("+", variance, epsilon))
        found[row] = [new("*", each, scale) for each in apart]
    return found


def _epsilon(fn: Any, rows: Items, number: Number) -> float:
    """What was added to the variance: PyTorch keeps the root of both, by which it follows."""
    scales = saved_by(fn, "result2")
    known = [[number(each) for each in row] for row in rows]
    if scales is None or any(None in row for row in known):
        return _EPSILON
    wholes = 1.0 / np.asarray(scales.detach().cpu().double().numpy()).reshape(-1) ** 2
    variances = np.var(np.array(known, float), axis=1)
    at = int(np.argmin(variances))
    off = (1e-5 if str(scales.dtype) == "torch.float32" else 1e-13) * wholes[at]
    found = float(wholes[at] - variances[at])
    return _EPSILON if abs(found - _EPSILON) <= off else float(f"{found:.4g}")
