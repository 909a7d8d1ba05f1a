"""PyTorch's reductions and products in nodes: extremes, spread, lengths, running totals, matrices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any

import numpy as np

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.torch_constants import Item, saved_by
from micrograd_gui.document.live.torch_shapes import Items, along, axes_of, given, signed

EXTREMES = {"Max": "max", "Amax": "max", "Min": "min", "Amin": "min"}
PRODUCTS = {  # and what each of them saves of its operands
    "Addmm": ("mat1", "mat2"), "Mm": ("self", "mat2"), "Mv": ("self", "vec"), "Dot": ("self", "tensor"),
    "Bmm": ("self", "mat2"),
}  # fmt: skip
WITH_MEAN = ("VarMean", "StdMean")  # which give the mean, too
OVER_NUMBERS = ("Var", "Std", "LinalgVectorNorm", "Norm", "Prod", *WITH_MEAN)  # one number for several
RUNNING = {"Cumsum": "+", "Cumprod": "*"}

New = Callable[..., Item]  # a node of an op and its operands
Constant = Callable[[float], Item]
Number = Callable[[Item], float | None]  # what is known of an item


def extreme(fn: Any, kind: str, x: Items, new: New, number: Number) -> Items:
    """The largest or smallest of all numbers, or along dimensions, as one comparison after the other.

    Raises Refusal where two are equal, of which PyTorch chooses one, or shares out otherwise, and where it
    is not known whether some are.
    """
    op = EXTREMES[kind]

    def come_to(group: list[Item]) -> Item:
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
        return reduce(lambda one, other: new(op, one, other), group)

    return along(x, axes_of(fn, x), come_to)


def over_numbers(fn: Any, kind: str, x: Items, new: New, constant: Constant) -> Items:
    """What such a function comes to, of all numbers or along dimensions; two results one after the other."""

    def come_to(items: list[Item]) -> Any:
        if kind == "Prod":
            return reduce(lambda one, other: new("*", one, other), items)
        if kind.startswith(("Var", "Std")):
            mean = new("/", total(items, new), constant(float(len(items))))
            spread = _variance(fn, items, mean, new, constant)
            spread = new("sqrt", spread) if kind.startswith("Std") else spread
            return (spread, mean) if kind in WITH_MEAN else spread
        return _length(float(fn._saved_ord if kind == "LinalgVectorNorm" else fn._saved_p), items, new)

    found = along(x, axes_of(fn, x), come_to)
    if kind not in WITH_MEAN:
        return found
    return np.array([[pair[at] for pair in found.ravel()] for at in range(2)], object)


def _variance(fn: Any, items: list[Item], mean: Item, new: New, constant: Constant) -> Item:
    """The squares of what each is apart from the mean, over one less than there are, or what is said."""
    correction = 1 if fn._saved_correction is None else fn._saved_correction
    squares = [new("**2", new("-", each, mean)) for each in items]
    return new("/", total(squares, new), constant(float(max(len(items) - correction, 0))))


def _length(order: float, items: list[Item], new: New) -> Item:
    """The root of the sum of powers; of the order 1 the sum, of an endless one the largest or smallest."""
    if order == 2:
        return new("sqrt", total([new("**2", each) for each in items], new))
    sizes = [new("abs", each) for each in items]
    if math.isinf(order):
        return reduce(lambda one, other: new("max" if order > 0 else "min", one, other), sizes)
    if order == 1:
        return total(sizes, new)
    powers = [new(op_of(f"**{order:g}").name, each) for each in sizes]
    return new(op_of(f"**{1 / order!r}").name, total(powers, new))


def running(fn: Any, kind: str, x: Items, new: New) -> Items:
    """Of each number the total, or the product, up to it along a dimension."""
    (dim,) = signed((fn._saved_dim,))
    moved = np.moveaxis(x.reshape(x.shape or (1,)), dim, -1)
    found = np.empty(moved.shape, object)
    for at in np.ndindex(moved.shape[:-1]):
        found[at] = list(accumulate(moved[at], lambda one, other: new(RUNNING[kind], one, other)))
    return np.moveaxis(found, -1, dim)


def refuse_filled(fn: Any) -> None:
    """Raises Refusal for a masked_fill that fills something in: PyTorch does not keep what."""
    mask = saved_by(fn, "mask")
    if mask is None:
        given(None)
    if bool(mask.any()):
        raise Refusal(tr("PyTorch does not keep what masked_fill fills in, so the graph cannot be opened."))


def total(items: Sequence[Item], new: New) -> Item:
    """The sum of the items, of which there is one at least, added one by one."""
    return reduce(lambda one, other: new("+", one, other), items)


def shape_at(fn: Any, kind: str, port: int, shape: tuple[int, ...], other: Items | None) -> tuple[int, ...]:
    """The shape of a factor that PyTorch keeps no longer, from those of the other one and of the product."""
    if kind in ("Mm", "Addmm"):
        return tuple(getattr(fn, f"_saved_{PRODUCTS[kind][port]}_sym_sizes"))
    known = given(other).shape
    if kind == "Bmm":
        return (shape[0], known[2], shape[2]) if port else (*shape[:2], known[1])
    return known if kind == "Dot" else (known[-1],) if port else (shape[0], known[0])


def product(kind: str, x: Items, y: Items, new: Callable[..., Item]) -> Items:
    """The product of these factors; that of a batch is one of matrices for each."""
    if kind == "Bmm":
        return np.stack([product("Mm", *pair, new) for pair in zip(x, y, strict=True)])
    rows, columns = np.atleast_2d(x), y.reshape(len(y), -1)
    found = np.empty((len(rows), columns.shape[1]), object)
    for row, column in np.ndindex(found.shape):
        pairs = zip(rows[row], columns[:, column], strict=True)
        found[row, column] = reduce(lambda a, b: new("+", a, b), [new("*", a, b) for a, b in pairs])
    return found if kind in ("Mm", "Addmm") else found[:, 0]
