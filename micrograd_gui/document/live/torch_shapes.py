"""PyTorch's tensors in other shapes: turned, cut, picked from; and what its functions have saved of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.torch_constants import saved_by

Items = np.ndarray[Any, np.dtype[np.object_]]
CUTS = ("Select", "Slice", "Cat", "Stack", "Unbind", "Index", "Gather")


def is_freed(fn: Any, name: str) -> bool:
    """Whether it had something of that name which PyTorch has let go of since."""
    try:
        getattr(fn, f"_saved_{name}", None)
    except RuntimeError:
        return True
    return False


def signed(numbers: Iterable[int]) -> list[int]:
    """Negative numbers come out of PyTorch as those of 64 bits without a sign."""
    return [each - 2**64 if each >= 2**63 else each for each in numbers]


def axes_of(fn: Any, x: Items) -> list[int]:
    """The dimensions that a function goes along: those that are said, else all."""
    dims = getattr(fn, "_saved_dim", None)
    axes = signed(() if dims is None else (dims,) if isinstance(dims, int) else dims)
    return axes or list(range(x.ndim))


def along(x: Items, axes: Sequence[int], come_to: Callable[[list[Any]], Any]) -> Items:
    """What all items along those dimensions come to, at each place of the others."""
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    rest = moved.shape[: moved.ndim - len(axes)]
    found = np.empty(rest, object)
    for at in np.ndindex(rest):
        found[at] = come_to(list(np.asarray(moved[at], object).ravel()))
    return found


def given(items: Items | None) -> Items:
    """The items; raises Refusal where PyTorch does not keep them."""
    if items is None:
        raise Refusal(
            tr(
                "PyTorch does not keep a vector of constants of this graph: show the tensor before "
                "backward(), or call it with retain_graph=True."
            )
        )
    return items


def broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of what comes of operands of these; None where they do not go together."""
    try:
        return np.broadcast_shapes(one, other)
    except ValueError:
        return None


def turned(fn: Any, kind: str, x: Items) -> Items:
    """The same with its dimensions in another order."""
    if kind == "Permute":
        return x.transpose([each % x.ndim for each in signed(fn._saved_dims)])
    if kind == "Transpose":
        return np.swapaxes(x, *signed((fn._saved_dim0, fn._saved_dim1)))
    return x.T


def cut(fn: Any, kind: str, sources: list[Items | None]) -> Items:
    """A part of it, or several put together. Raises Refusal where the places are freed."""
    if kind in ("Index", "Gather"):
        return _picked(fn, kind, given(sources[0]))
    dim = signed((fn._saved_dim,))[0]
    if kind in ("Cat", "Stack"):
        parts = [given(each) for each in sources]
        return np.concatenate(parts, dim) if kind == "Cat" else np.stack(parts, dim)
    x = given(sources[0])
    if kind == "Unbind":
        return np.moveaxis(x, dim, 0)
    if kind == "Select":
        return np.asarray(np.take(x, signed((fn._saved_index,))[0], dim), object)
    start, end = signed((fn._saved_start, fn._saved_end))
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, end, fn._saved_step),)]


def _picked(fn: Any, kind: str, x: Items) -> Items:
    """``x[rows, columns]`` by whole numbers or True and False, and ``x.gather(dim, places)``."""
    if kind == "Gather":
        index = saved_by(fn, "index")
        if index is None:
            return given(None)
        return np.take_along_axis(x, index.detach().cpu().numpy(), signed((fn._saved_dim,))[0])
    places = saved_by(fn, "indices")
    if places is None:  # they are freed
        return given(None)
    taken = tuple(slice(None) if each is None else each.detach().cpu().numpy() for each in places)
    return np.asarray(x[taken], object)


def are_classes(tensor: Any, shape: tuple[int, ...], dims: int) -> bool:
    """Whether it may tell the right one of the classes for each row of that shape."""
    wanted = shape[:1] if dims > 1 else ()
    if tensor.is_floating_point() or tensor.is_complex() or tuple(tensor.shape) != wanted:
        return False
    return bool(((tensor >= 0) & (tensor < shape[1])).all())


def masks(
    lent: Iterable[Any],
    pair: Sequence[Items | None],
    others: Iterable[Items],
    shape: tuple[int, ...],
    number: Callable[[Any], float | None],
) -> list[Any]:
    """What `where` may have asked, which is kept no longer: what the caller holds, or which of the numbers of
    its operands, or of something else, are larger or smaller than 0, or than one another."""
    found = [
        tensor.cpu().numpy()
        for tensor in lent
        if str(tensor.dtype) == "torch.bool" and broadcast(tuple(tensor.shape), shape) == shape
    ]
    numbers = [_numbers(each, number) for each in pair if each is not None and each.shape == shape]
    for each in (*numbers, *(_numbers(each, number) for each in others if each.shape == shape)):
        found += [] if np.isnan(each).any() else [each > 0, each < 0]
    if len(numbers) == 2 and not np.isnan(numbers).any():
        found += [numbers[0] > numbers[1], numbers[0] < numbers[1]]
    return list({each.tobytes(): each for each in reversed(found)}.values())[::-1]


def _numbers(items: Items, number: Callable[[Any], float | None]) -> Any:
    known = [number(each) for each in items.ravel()]
    return np.array([math.nan if each is None else each for each in known]).reshape(items.shape)
