"""PyTorch's reductions by the largest or smallest number, and layer norm, in the nodes that come to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.torch_constants import Item
from micrograd_gui.document.live.torch_shapes import Items, given, saved, signed

EXTREMES = {"Max": "max", "Amax": "max", "Min": "min", "Amin": "min"}
_EPSILON = 1e-5  # of layer norm, where nothing else is said

New = Callable[..., Item]  # a node of an op and its operands
Number = Callable[[Item], float | None]  # what is known of an item


def extreme(fn: Any, kind: str, x: Items, new: New, number: Number) -> Items:
    """The largest or smallest of all numbers, or along dimensions, as one comparison after the other.

    Raises Refusal where two are equal, of which PyTorch chooses one, or shares out otherwise, and where it
    is not known whether some are.
    """
    op = EXTREMES[kind]
    dims = getattr(fn, "_saved_dim", None)
    axes = signed(() if dims is None else (dims,) if isinstance(dims, int) else dims)
    axes = axes or list(range(x.ndim))
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    rest = moved.shape[: moved.ndim - len(axes)]
    found = np.empty(rest, object)
    for at in np.ndindex(rest):
        group: list[Item] = list(np.asarray(moved[at], object).ravel())
        numbers = [known for each in group if (known := number(each)) is not None]
        if len(numbers) < len(group):
            given(None)
        if numbers.count(max(numbers) if op == "max" else min(numbers)) > 1:
            raise Refusal(
                tr(
                    "Two of the numbers that “{op}” of PyTorch compares are equal: how it shares the "
                    "gradient between them is a rule of its own, which is not unrolled.",
                    op=kind.lower(),
                )
            )
        found[at] = reduce(lambda one, other: new(op, one, other), group)
    return found


def refuse_filled(fn: Any) -> None:
    """Raises Refusal for a masked_fill that fills something in: PyTorch does not keep what."""
    mask = saved(fn, "mask")
    if mask is None:
        given(None)
    if bool(mask.any()):
        raise Refusal(tr("PyTorch does not keep what masked_fill fills in, so the graph cannot be opened."))


def layer_norm(
    fn: Any,
    x: Items,
    weight: Items | None,
    bias: Items | None,
    new: New,
    number: Number,
    constant: Callable[[float], Item],
) -> Items:
    """Each number less the mean of its row, over the root of the row's variance; then weight and bias."""
    size = int(np.prod(fn._saved_normalized_shape))
    rows = x.reshape(-1, size)
    epsilon = constant(_epsilon(fn, rows, number))
    weights, biases = (None if each is None else each.reshape(-1) for each in (weight, bias))
    found = np.empty(rows.shape, object)
    for row, items in enumerate(rows):
        mean = new("/", _sum(list(items), new), constant(float(size)))
        apart = [new("-", each, mean) for each in items]
        variance = new("/", _sum([new("**2", each) for each in apart], new), constant(float(size)))
        scale = new("**-0.5", new("+", variance, epsilon))
        for column, each in enumerate(apart):
            out = new("*", each, scale)
            out = out if weights is None else new("*", out, weights[column])
            found[row, column] = out if biases is None else new("+", out, biases[column])
    return found


def _sum(items: Sequence[Item], new: New) -> Item:
    return reduce(lambda one, other: new("+", one, other), items)


def _epsilon(fn: Any, rows: Items, number: Number) -> float:
    """What was added to the variance: PyTorch keeps the root of both, by which it follows."""
    scales = saved(fn, "result2")
    known = [[number(each) for each in row] for row in rows]
    if scales is None or any(None in row for row in known):
        return _EPSILON
    wholes = 1.0 / np.asarray(scales.detach().cpu().double().numpy()).reshape(-1) ** 2
    variances = np.var(np.array(known, float), axis=1)
    at = int(np.argmin(variances))
    off = (1e-5 if str(scales.dtype) == "torch.float32" else 1e-13) * wholes[at]
    found = float(wholes[at] - variances[at])
    return _EPSILON if abs(found - _EPSILON) <= off else float(f"{found:.4g}")
