"""Numeric slopes of every node, compared with the analytic ones: is the backward pass right?"""

from __future__ import annotations

import math
from dataclasses import dataclass


import numpy as np

from micrograd.engine import Value, topological_order

from micrograd.tape import Tape


@dataclass(frozen=True, slots=True)
class Row:
    """One node: its slope as backward gives it, as central differences give it, and whether they agree."""

    label: str
    data: float
    analytic: float
    numeric: float
    error: float
    ok: bool
    reason: str
    node: Value


def gradcheck(root: Value, h: float = 1e-6) -> list[Row]:
    """A row per node, operands first: (root(x + h) − root(x − h)) / 2h beside the grad of a fresh backward pass.

    The step is h times the size of the number, at least h. The grads of the graph are left as they were.
    """
    order = topological_order(root)
    analytic = _fresh_grads(root, order)
    tape = Tape(root, leaves=[node for node in order if node._prev and node.op is None])
    rows = []
    for node, slope in zip(order, analytic):
        step = h * max(1.0, abs(node.data)) if math.isfinite(node.data) else h
        points = np.array([node.data - step, node.data, node.data + step])
        low, here, high = tape.forward({node: points}).data[root]
        rows.append(_row(node, slope, float(low), float(here), float(high), float(points[2] - points[0])))
    return rows


def _row(node: Value, analytic: float, low: float, here: float, high: float, width: float) -> Row:
    numeric = (high - low) / width
    scale = max(abs(analytic), abs(numeric))
    error = abs(analytic - numeric) / scale if scale else 0.0
    reason = ""
    if not math.isfinite(error):
        ok, reason, error = False, "not finite", math.nan
    elif scale == 0:
        ok, reason = True, "both zero"
    else:
        noise = 4 * np.finfo(float).eps * (abs(low) + abs(here) + abs(high)) / width
        ok = abs(analytic - numeric) <= 1e-4 * scale + noise
        left, right = (here - low) / (width / 2), (high - here) / (width / 2)
        if not ok and min(left, right) - noise <= analytic <= max(left, right) + noise:
            ok, reason = True, "kink"
    return Row(node.label, node.data, analytic, numeric, error, ok, reason, node)


def _fresh_grads(root: Value, order: list[Value]) -> list[float]:
    before = [node.grad for node in order]
    try:
        root.zero_grad()
        root.backward()
        return [node.grad for node in order]
    finally:
        for node, grad in zip(order, before):
            node.grad = grad
