"""PyTorch's constants that only the gradients tell: after one backward pass each leaf knows a slope."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from micrograd.ops import op_of
from micrograd_gui.document.live.torch_constants import Item, Working

_CHOOSING = ("relu", "leaky_relu", "abs", "max", "min")  # slopes that are known only where the operands are
_SURE = 20  # how many times its doubt the last digit of a constant has to be
_EXACT = 100  # a constant of many digits is taken as it is, where its doubt is so many roundings at most


class Sum(NamedTuple):
    """A number that was worked out, and how far it may be off."""

    number: float
    doubt: float


def work_out_by_gradients(working: Working) -> None:
    """Fill in what follows from the numbers and from the gradients of leaves that took part in one pass only.

    The root's gradient is 1 and is followed down; where all but one of the paths to a leaf are known, its
    gradient tells the slope of that one, and the slope the constant. All is then run again, forward and
    backward: where it does not give what PyTorch has, nothing is filled in.
    """
    order, precision = working.order, working.precision
    near = math.sqrt(precision)  # of what is lost where numbers nearly cancel, the doubts have told already
    before = [item.data for item in order]
    search = Search(order, precision)
    while any(item.data is None for item in order) and search.step():
        working.fill()
    if any(item.data is None for item in order) or not agrees(order, before, near):
        for item, data in zip(order, before, strict=True):
            item.data = data


class Search:
    """Gradients that are followed from the root, as far as the numbers are known."""

    def __init__(self, order: Sequence[Item], precision: float) -> None:
        self._order, self._precision = order, precision
        self._uses: dict[Item, list[tuple[Item, int]]] = {item: [] for item in order}
        for item in order:
            for port, operand in enumerate(item.operands):
                self._uses[operand].append((item, port))

    def step(self) -> bool:
        """Follow the gradients as far as numbers are known, and take one number more from them."""
        grads: dict[Item, Sum] = {self._order[-1]: Sum(1.0, 0.0)}
        for item in self._order:
            if item.grad is not None and item.once:
                grads[item] = Sum(item.grad, self._precision * abs(item.grad))
        count = 0
        while len(grads) > count:
            count = len(grads)
            for item in reversed(self._order[:-1]):
                paths = [self._path(grads, user, port) for user, port in self._uses[item]]
                known = [path for path in paths if path is not None]
                if len(known) == len(paths):
                    grads.setdefault(item, _added(known))
                elif item in grads:
                    rest = _added([grads[item], *(Sum(-path.number, path.doubt) for path in known)])
                    lacking = [use for use, path in zip(self._uses[item], paths, strict=True) if path is None]
                    user, port = lacking[0]
                    if any(other is not user for other, _ in lacking):
                        continue
                    if user in grads:
                        if len(lacking) == 1 and self._taken(rest, grads[user], user, port):
                            return True
                    elif (slope := self._slope_of_all(lacking)) is not None and slope.number:
                        grads[user] = _divided(rest, slope)  # the way up
        return False

    def _path(self, grads: dict[Item, Sum], user: Item, port: int) -> Sum | None:
        """What one use of an operand adds to its gradient; None where its numbers are not known yet."""
        if user not in grads or (slope := self._slope(user, port)) is None:
            return None
        above = grads[user]
        size = abs(slope.number * above.number)
        doubt = abs(above.number) * slope.doubt + abs(slope.number) * above.doubt
        return Sum(slope.number * above.number, doubt + self._precision * size)

    def _slope_of_all(self, uses: Sequence[tuple[Item, int]]) -> Sum | None:
        """The slope of one that takes the same operand at several ports: p × p."""
        slopes = [self._slope(user, port) for user, port in uses]
        known = [slope for slope in slopes if slope is not None]
        return _added(known) if len(known) == len(slopes) else None

    def _slope(self, user: Item, port: int) -> Sum | None:
        op = op_of(user.op or "")
        operands = [math.nan if each.data is None else each.data for each in user.operands]
        if op.name in _CHOOSING and any(map(math.isnan, operands)):
            return None
        out = math.nan if user.data is None else user.data
        slope = float(op.partials(*operands, out)[port])
        if math.isnan(slope):
            return None
        moved = float(op.partials(*operands, out * (1 + self._precision))[port])
        return Sum(slope, abs(moved - slope))

    def _taken(self, path: Sum, above: Sum, user: Item, port: int) -> bool:
        """Whether what comes by the one path that is not known gives a number."""
        if not above.number:
            return False
        slope = _divided(path, above)
        unknown, number = _from_slope(user, port, slope.number)
        if unknown is None or unknown.data is not None or not math.isfinite(number):
            return False
        doubt = abs(number) * (slope.doubt / abs(slope.number) if slope.number else math.inf)
        taken = number if unknown.op is not None else _written(number, doubt, self._precision)
        unknown.data = taken
        return taken is not None


def _from_slope(user: Item, port: int, slope: float) -> tuple[Item | None, float]:
    """The operand that is told by the slope of another one, or by its own, and its number."""
    operands = user.operands
    match user.op:
        case "*" if operands[0] is not operands[1]:
            return operands[1 - port], slope
        case "/" if port == 0 and slope:
            return operands[1], 1 / slope
        case "**2":
            return operands[0], slope / 2
    return None, math.nan


def _written(number: float, doubt: float, precision: float) -> float | None:
    """The constant as somebody may have written it: the shortest decimal within the doubt, where it is sure.

    None where more than one of them may be meant.
    """
    size = math.floor(math.log10(abs(number))) if number else 0
    for digits in range(1, 16):
        if 10.0 ** (size - digits + 1) < _SURE * doubt:
            break
        short = float(f"{number:.{digits - 1}e}")
        if abs(short - number) <= doubt:
            return short
    return number if doubt <= _EXACT * precision * abs(number) else None


def _divided(x: Sum, y: Sum) -> Sum:
    number = x.number / y.number
    return Sum(number, (x.doubt + abs(number) * y.doubt) / abs(y.number))


def _added(sums: Sequence[Sum]) -> Sum:
    return Sum(math.fsum(each.number for each in sums), math.fsum(each.doubt for each in sums))


def agrees(
    order: Sequence[Item], before: Sequence[float | None], near: float, *, chosen: bool = False
) -> bool:
    """Whether a run with the constants gives each number that was there, and each gradient of one pass.

    ``near``: how far it may be off, relative to its size, or to 1 where that is larger. Where a tensor was
    ``chosen`` for one that is lost, a constant that was worked out makes up for a wrong one: then each
    gradient that is known has to come out, and there must be one.
    """
    data: dict[Item, float] = {}
    for item in order:
        if item.op is None:
            data[item] = math.nan if item.data is None else item.data
        else:
            data[item] = float(op_of(item.op).forward(*(data[each] for each in item.operands)))

    def is_near(ours: float, theirs: float) -> bool:
        return math.isclose(ours, theirs, rel_tol=near, abs_tol=near)

    if not all(was is None or is_near(data[item], was) for item, was in zip(order, before, strict=True)):
        return False
    grads = dict.fromkeys(order, 0.0)
    grads[order[-1]] = 1.0
    for item, operand, slope in _slopes(order, data):
        grads[operand] += slope * grads[item]
    lacked = chosen and any(was is None for item, was in zip(order, before, strict=True) if item.op is None)
    known = [item for item in order if item.grad is not None and (item.once or lacked)]
    return bool(known or not lacked) and all(is_near(grads[item], item.grad or 0.0) for item in known)


def _slopes(order: Sequence[Item], data: dict[Item, float]) -> Iterator[tuple[Item, Item, float]]:
    """Each item with an operand and its slope, results before operands."""
    for item in reversed(order):
        if item.op is not None:
            slopes = op_of(item.op).partials(*(data[each] for each in item.operands), data[item])
            for operand, slope in zip(item.operands, slopes, strict=True):
                yield item, operand, float(slope)
