"""Which node first left the numbers; why, `ops.domain_note` says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from micrograd.order import topological_order

if TYPE_CHECKING:
    from micrograd.engine import Value


def first_nonfinite(root: Value) -> Value | None:
    """The first node, operands before results, whose data is inf or nan."""
    return next((node for node in topological_order(root) if not math.isfinite(node.data)), None)
