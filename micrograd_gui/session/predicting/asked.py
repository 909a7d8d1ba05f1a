"""Asked: what of the graph somebody looks at who predicts its next number, and how near."""

from __future__ import annotations

from micrograd_gui.document.graph import NodeId
from micrograd_gui.session.state import State

_READ_FROM, _READ_AT = 0.4, 0.5  # below this zoom numbers are too small to reckon with; at that they are not


def asked_about(state: State) -> tuple[NodeId, ...]:
    """The node whose step is asked for and its operands; none where nobody predicts, or the node is asked."""
    if state.quiz is None:
        return ()
    from micrograd_gui.session.predicting.question import question_at  # for those who predict

    question = question_at(state)
    if question.kind not in ("number", "sign") or question.node is None:
        return ()
    acting = None if question.step is None else question.step.node
    if acting is None or acting not in state.graph.nodes:
        return (question.node,)
    return (acting, *(each for each in state.graph.nodes[acting].inputs if each is not None))


def zoom_asked(state: State, zoom: float, scale: float) -> float:
    """The zoom at which all is in view, or one at which the numbers that are asked about can be read."""
    return _READ_AT * scale if zoom < _READ_FROM * scale and asked_about(state) else zoom
