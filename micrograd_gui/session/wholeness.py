"""Wholeness: whether a gradient on screen is the slope of the target, or only a part or a multiple of it."""

from __future__ import annotations

from micrograd_gui.document.graph import NodeId
from micrograd_gui.session.state import State


def whole_slope(state: State, node: NodeId) -> float | None:
    """The node's gradient, where one backward pass has brought all of it; None while it is no slope.

    It is none while operations that use the node have still to hand theirs on, after a further pass
    without zero grad, and while it is of a pass before the present numbers.
    """
    trace, slope = state.trace, state.frame.grad.get(node)
    if trace is None or slope is None:
        return None
    script = trace.script_until(state.cursor)
    kinds = [each.kind for each in script]
    if "zero" in kinds:
        kinds = kinds[len(kinds) - kinds[::-1].index("zero") :]
    if kinds.count("backward") != 1 or kinds[-1] != "backward":
        return None
    if script[-1].steps is None and trace.problem is None:
        return slope
    begin = trace.ends[len(script) - 2] if len(script) > 1 else 0
    acted = {step.node for step in trace.steps[begin : state.cursor] if step.kind == "backward"}
    graph = state.graph
    missing = any(user in graph.feeding and user not in acted for user, _ in graph.users[node])
    return None if missing else slope
