"""PyTorch's functions that are no single op of the table, in the nodes that come to them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from micrograd_gui.document.live.torch_constants import Item

CLAMPS = ("Clamp", "ClampMin", "ClampMax", "Hardtanh")
Last = tuple[str, list[Item]]  # the op that gives the result, and its operands


def is_composed(fn: Any, kind: str) -> bool:
    """Whether this function of one operand has constants that no op of the table has."""
    match kind:
        case "LeakyRelu":
            return bool(fn._saved_negative_slope != 0.01)
        case "Softplus":
            return bool(fn._saved_beta != 1)
        case "Gelu":
            return bool(fn._saved_approximate != "none")
    return kind in CLAMPS or kind in ("Elu", "LogSigmoid", "Mish")


def composed(fn: Any, kind: str, x: Item, node: Callable[..., Item], constant: Callable[[Any], Item]) -> Last:
    """The last op of the function at ``x``; ``node(op, …)`` and ``constant(number)`` make the rest."""
    if kind in CLAMPS:
        ends = "_val" * (kind == "Hardtanh")
        low: Any
        high: Any
        low, high = (getattr(fn, f"_saved_{end}{ends}", None) for end in ("min", "max"))
        if low is not None and high is not None:
            return "min", [node("max", x, constant(low)), constant(high)]
        return ("min", [x, constant(high)]) if low is None else ("max", [x, constant(low)])
    if kind == "LeakyRelu":  # of another slope than the table's
        slope = float(fn._saved_negative_slope)
        return "max" if slope <= 1 else "min", [x, node("*", constant(slope), x)]
    if kind == "Softplus":
        beta = constant(fn._saved_beta)
        return "/", [node("softplus", node("*", beta, x)), beta]
    if kind == "LogSigmoid":
        return "neg", [node("softplus", node("neg", x))]
    if kind == "Mish":
        return "*", [x, node("tanh", node("softplus", x))]
    if kind == "Elu":  # scale × (relu(x) + α × (exp(β × min(x, 0)) - 1)), and min(x, 0) is x - relu(x)
        above = node("relu", x)
        below = node("-", x, above)
        if fn._saved_input_scale != 1:
            below = node("*", constant(fn._saved_input_scale), below)
        below = node("expm1", below)
        if fn._saved_alpha != 1:
            below = node("*", constant(fn._saved_alpha), below)
        if fn._saved_scale == 1:
            return "+", [above, below]
        return "*", [constant(fn._saved_scale), node("+", above, below)]
    # gelu by tanh: x/2 × (1 + tanh(√(2/π) × (x + 0.044715 x³)))
    inner = node("+", x, node("*", constant(0.044715), node("**3", x)))
    curve = node("tanh", node("*", constant(math.sqrt(2 / math.pi)), inner))
    return "*", [node("*", constant(0.5), x), node("+", constant(1), curve)]
