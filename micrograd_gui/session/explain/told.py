"""A moment for those who hear it: how far the run is, what the step did, and every number that it changed."""

from __future__ import annotations

from micrograd.language import tr
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.text import written
from micrograd_gui.session.explain.moments import step_in_words
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Contribution


def moment_told(state: State) -> str:
    """``Step 12 of 18, backward through d: e, c. e, +: grad 1. c, input: grad 3, was 2.``

    Of a step that is to be predicted it gives no number.
    """
    step = state.step
    if state.trace is None:
        return ""
    if step is None:
        return tr("Before the first step.")
    if step.contributions and step.node is not None and not step.hidden:  # whose numbers follow
        what = tr("backward through {name}", name=state.graph.nodes[step.node].spoken)
    else:
        what = step_in_words(state.graph, step, state.notation)
    head = tr("Step {step:,} of {steps:,}, {what}.", step=state.cursor, steps=len(state.trace), what=what)
    if step.hidden:
        return head
    return " ".join([head, *(_grad_told(state.graph, each) for each in step.contributions)])


def _grad_told(graph: Graph, changed: Contribution) -> str:
    node = graph.nodes[changed.operand]
    rule = "" if node.rule is None else node.rule.symbol
    name, role = node.spoken, tr(node.role) if node.role else rule or tr("leaf")
    grad, before = written(changed.after), changed.before
    if before is None:
        return tr("{name}, {role}: grad {grad}.", name=name, role=role, grad=grad)
    return tr(
        "{name}, {role}: grad {grad}, was {before}.", name=name, role=role, grad=grad, before=written(before)
    )
