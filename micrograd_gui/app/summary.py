"""The one line that says where one stands."""

from __future__ import annotations

from micrograd_gui.session.state import State


def summary(state: State) -> str:
    """``7 nodes · 6 wires · forward done · moment 7 of 7 · all gradients agree``."""
    graph = state.graph
    if not graph.nodes:
        return "empty graph"
    wires = sum(source is not None for node in graph for source in node.inputs)
    parts = [_count(len(graph), "node"), _count(wires, "wire")]
    if state.trace is None:
        parts.append("not run yet")
    else:
        parts.append(_phase(state))
        parts.append(f"moment {state.cursor} of {len(state.trace)}")
    if state.checked:
        wrong = [graph.nodes[row.node].name for row in state.checked if not row.ok]
        worst = max(row.error for row in state.checked)
        parts.append(f"gradients differ at {', '.join(wrong[:3])}" if wrong
                     else f"all gradients agree (largest relative error {worst:.0e})")  # fmt: skip
    return " · ".join(parts)


def _phase(state: State) -> str:
    if state.blocked:
        return "stopped at a problem"
    if state.training is not None and state.training.running:
        return "training"
    if not state.forward_done:
        return "parameters updated" if state.computed else "running forward"
    step = state.step
    if step is None or step.kind == "forward":
        return "forward done"
    if step.kind == "zero":
        return "gradients set to 0"
    following = state.following
    return "running backward" if following is not None and following.kind == "backward" else "backward done"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
