"""Nudging every node of a graph in turn, hundreds at a stroke: what the root becomes, a column per nudge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from micrograd.plan import Plan

_TOGETHER = 512  # nodes nudged at one stroke: the rows in flight stay in the processor's cache


def roots(plan: Plan, base: Sequence[float], rows: Sequence[int], nudges: Any) -> tuple[Any, Any]:
    """The root, and whether a kink was crossed, with rows[k] held at base[rows[k]] + nudges[i, k].

    Only what a nudge moves is computed again, and a row's numbers are dropped after their last use.
    """
    result = np.empty(np.shape(nudges), np.asarray(nudges).dtype)
    crossed = np.zeros(len(rows), bool)
    last_use = _last_uses(plan)
    order = np.argsort(rows, kind="stable")
    with np.errstate(all="ignore"):
        for first in range(0, len(rows), _TOGETHER):
            some = order[first:first + _TOGETHER]
            targets = {rows[k]: column for column, k in enumerate(some)}
            held = np.array([base[rows[k]] for k in some]) + nudges[:, some]
            root, kinks = _moved(plan, base, targets, held, last_use)
            result[:, some] = root
            crossed[some] = kinks
    return result, crossed


def _moved(plan: Plan, base: Sequence[float], targets: dict[int, int], held: Any, last_use: list[int]) -> Any:
    copies, width = held.shape
    moved: dict[int, Any] = {}
    crossed = np.zeros(width, bool)
    for row in range(min(targets), len(plan.nodes)):
        ports = plan.ports[row]
        numbers = None
        if any(x in moved for x in ports):
            op = plan.nodes[row].op
            assert op is not None
            operands = [moved.get(x, base[x]) for x in ports]
            for kink in op.kinks:
                crossed |= _across(operands[0], kink)
            numbers = op.forward(*operands)
            for x in ports:
                if last_use[x] == row:
                    moved.pop(x, None)
        if row in targets:
            if numbers is None:
                numbers = np.full((copies, width), base[row], held.dtype)
            numbers[:, targets[row]] = held[:, targets[row]]
        if numbers is not None:
            moved[row] = numbers
    return moved.get(len(plan.nodes) - 1, base[-1]), crossed


def _across(operand: Any, kink: float) -> Any:
    """The columns whose nudges have the kink between them, or on one of them."""
    low, high = operand.real.min(axis=0), operand.real.max(axis=0)
    return (low <= kink) & (kink <= high) & (low < high)


def _last_uses(plan: Plan) -> list[int]:
    last = list(range(len(plan.nodes)))
    for row, x in _uses(plan):
        last[x] = row
    return last


def _uses(plan: Plan) -> Iterator[tuple[int, int]]:
    for row, ports in enumerate(plan.ports):
        for x in ports:
            yield row, x
