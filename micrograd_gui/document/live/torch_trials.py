"""PyTorch's constants that only a trial tells: held numbers and short decimals, until all comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, product

from micrograd_gui.document.live.torch_constants import DOUBLE, MOST_DIGITS, Item, Working
from micrograd_gui.document.live.torch_gradients import Search, agrees

_MOST = 3  # constants that are looked for
_VISITS = 40_000  # nodes that are computed for it, at most
_FITTING = 3  # more constants that all fit tell nothing: one of the numbers is free
_MARGIN = 2  # digits that the simplest choice needs less than the next
_NEAR = 50  # roundings that a number may be off
_ENOUGH = 8  # choices, to see whether the other constants follow from such a one
_DIGITS = {True: 9, False: 4}  # of a constant at most; in double precision or single


def work_out_by_trial(working: Working, held: Mapping[float, str], *, chosen: bool = False) -> None:
    """Fill in the constants where exactly one simple choice gives each number and gradient that is known.

    ``held`` are the numbers that the caller holds, with their names: they are tried first, then decimals of
    one or two digits. What is left follows from the numbers as elsewhere. Where several choices fit, the one
    of clearly the fewest digits is taken, unless there are many: then nothing is filled in.
    ``chosen``: a tensor was chosen for one that is lost.
    """
    before = [item.data for item in working.order]
    search = Search(working.order, working.precision)
    while search.step():  # what the gradients tell without a trial
        working.fill()
    unknown = [item for item in working.order if item.data is None and item.op is None]
    found: list[tuple[int, list[float | None]]] = []
    for count in range(1, 3) if len(unknown) <= _MOST else ():
        found = found or _fitting(working, unknown, count, held, before, chosen)
    found.sort(key=lambda each: each[0])
    sure = (
        bool(found) and len(found) <= _FITTING and (len(found) == 1 or found[0][0] + _MARGIN <= found[1][0])
    )
    _put(working.order, found[0][1] if sure else before)
    for item in unknown if sure else ():
        item.label = item.label or held.get(item.data or 0.0, "")


def _fitting(
    working: Working,
    unknown: Sequence[Item],
    count: int,
    held: Mapping[float, str],
    before: Sequence[float | None],
    lent: bool,
) -> list[tuple[int, list[float | None]]]:
    """All numbers with each choice of so many constants that fits, and how many digits the constants have."""
    found: dict[tuple[float | None, ...], tuple[int, list[float | None]]] = {}
    order, begin = working.order, [item.data for item in working.order]
    visits, trials, most = 0, _simple(count, held), _DIGITS[working.precision <= DOUBLE]
    for chosen in combinations(unknown, count):
        follow = False  # whether the other constants follow from such a choice
        for at, numbers in enumerate(product(trials, repeat=count)):
            visits += len(order)
            if visits > _VISITS or len(found) > _FITTING:
                break
            trial = working.again(most if follow else MOST_DIGITS)
            for item, number in zip(chosen, numbers, strict=True):
                item.data = number
            trial.fill()
            constants = tuple(item.data for item in unknown)
            whole = working.is_whole
            follow = follow or whole
            if (
                whole
                and constants not in found
                and agrees(order, before, _NEAR * working.precision, chosen=lent)
            ):
                digits = [0 if each in held else _digits(each or 0.0) for each in constants]
                if max(digits) <= most:
                    found[constants] = (sum(digits), [item.data for item in order])
            _put(order, begin)
            if not follow and at == _ENOUGH:
                break
    return list(found.values())


def _simple(count: int, held: Mapping[float, str]) -> list[float]:
    """What is tried for a constant: more of it for one than for each of two at a time."""
    digits, powers = (range(1, 100), range(-4, 3)) if count == 1 else (range(1, 10), range(-1, 2))
    sizes = {float(f"{digit}e{power}") for digit in digits for power in powers}
    simple = sorted(sizes, key=lambda size: (_digits(size), abs(math.log10(size))))
    return list(dict.fromkeys((*held, *(each for size in simple for each in (size, -size)), 0.0)))


def _digits(number: float) -> int:
    """How many digits a number has that is written as short as can be."""
    return len(repr(number).partition("e")[0].replace(".", "").strip("-0"))


def _put(order: Sequence[Item], numbers: Sequence[float | None]) -> None:
    for item, number in zip(order, numbers, strict=True):
        item.data = number
