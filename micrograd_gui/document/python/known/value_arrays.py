"""Arrays of Values: what numpy does with one, element by element, by the rules that the cell's Values have.

Numpy itself would call the Values' operators past the meter, and past what a cell knows of its numbers.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from typing import Any

from micrograd.engine import Value
from micrograd.language import tr
from micrograd_gui.document.python import operations as ops
from micrograd_gui.document.python.limits import Wrong
from micrograd_gui.document.python.objects import Running, kind_name


def meet_in_array(x: Any, y: Any) -> bool:
    """Whether one is an array of Values, or one a Value and the other an array."""
    return any(
        ops.holds_values(each) or (ops.is_array(other) and _begins_with_value(each))
        for each, other in ((x, y), (y, x))
    )


def _begins_with_value(thing: Any) -> bool:
    """Whether it is a Value, or a list that begins with one."""
    for _ in range(4):
        thing = thing[0] if isinstance(thing, list) and thing else thing
    return isinstance(thing, Value)


def of_two(run: Running, sign: str, x: Any, y: Any) -> Any:
    """``x sign y`` of arrays, one of which holds Values, or of such an array and a number; raises Wrong."""
    if run.values is not None and isinstance(x, Value):  # the lecture's own takes the array for a number
        raise Wrong(
            tr(
                "there is no {sign} of {thing} and {other}", sign=sign, thing=kind_name(x), other=kind_name(y)
            ),
            TypeError,
        )
    import numpy as np

    if not all(
        isinstance(each, (Value, list)) or ops.is_number(each) or ops.is_array(each) for each in (x, y)
    ):
        raise Wrong(
            tr(
                "there is no {sign} of {thing} and {other}", sign=sign, thing=kind_name(x), other=kind_name(y)
            ),
            TypeError,
        )
    a, b = (_objects(run, each) for each in (x, y))
    if sign == "@":
        return _matrix(run, a, b)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        ops.refuse_shapes(sign, (a.shape, b.shape), False)
    a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    return _each(run, shape, (run.binary(sign, p, q) for p, q in zip(a.flat, b.flat, strict=True)))


def negative(run: Running, thing: Any) -> Any:
    """``-a``."""
    return _each(run, thing.shape, (ops.unary(ast.USub(), each, run.meter) for each in thing.flat))


def _objects(run: Running, thing: Any) -> Any:
    """The thing as an array whose elements are Python's."""
    import numpy as np

    if ops.is_array(thing) or isinstance(thing, list):
        return ops.array(thing, run.meter, values=True).astype(object)
    out = np.empty((), object)
    out[()] = ops.plain(thing)
    return out


def _each(run: Running, shape: tuple[int, ...], things: Iterator[Any]) -> Any:
    """An array of that shape of what is made one after the other."""
    import numpy as np

    many = math.prod(shape)
    ops.refuse_size(many)
    run.meter.hold(many)
    run.meter.evaluate(many)
    out = np.empty(shape, object)
    for at, each in enumerate(things):
        out.flat[at] = ops.plain(each)
    return out


def _matrix(run: Running, a: Any, b: Any) -> Any:
    """``a @ b``, whose sums begin with their first product, as numpy's do."""
    shapes = a.shape, b.shape
    ops.refuse_shapes("@", shapes, 0 < a.ndim < 3 and 0 < b.ndim < 3 and shapes[0][-1] == shapes[1][0])
    rows, columns = a.reshape(-1, shapes[0][-1]), b.reshape(shapes[1][0], -1)
    sums = (
        _folded(run, "+", [run.binary("*", x, y) for x, y in zip(row, column, strict=True)])
        for row in rows
        for column in columns.T
    )
    out = _each(run, (*shapes[0][:-1], *shapes[1][1:]), sums)
    return out if out.shape else out.item()


def _folded(run: Running, sign: str, things: list[Any]) -> Any:
    """Their sum or their product, from left to right."""
    if not things:
        return 0 if sign == "+" else 1
    out, *rest = things
    for each in rest:
        out = run.binary(sign, out, each)
    return out


def over_array(run: Running, thing: Any, name: str, axis: int | None, keepdims: bool) -> Any:
    """``a.sum()``, ``a.mean(axis=0)`` and ``a.prod()`` of an array of Values; raises Wrong for others."""
    import numpy as np

    if name not in ("sum", "mean", "prod"):
        raise Wrong(tr("{thing} has no {name} here", thing=kind_name(thing), name=name))
    shape = np.sum(np.zeros(thing.shape), axis=axis, keepdims=keepdims).shape
    many = thing.size if axis is None else thing.shape[axis]
    sign = "*" if name == "prod" else "+"
    rows = thing.reshape(1, -1) if axis is None else np.moveaxis(thing, axis, -1).reshape(-1, many)

    def of_row(row: Any) -> Any:
        out = _folded(run, sign, list(row))
        return run.binary("/", out, many) if name == "mean" else out

    out = _each(run, shape, map(of_row, rows))
    return out if shape else out.item()


def of_each(run: Running, name: str, thing: Any) -> Any:
    """``np.tanh(a)``: of each Value the function that it has by that name, as numpy asks for it."""
    called = (run.call(run.attribute(each, name), [], {}) for each in thing.flat)
    return _each(run, thing.shape, called)
