"""A moment of a run in a few words, for lists, tips and screen readers; the step card says it whole."""

from __future__ import annotations

from micrograd.language import N_, tr, trn, with_colon
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import short, written
from micrograd_gui.session.explain.formulas import naming_of
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Contribution, Notation, Run, Step

KINDS = (N_("forward"), N_("backward"), N_("zero"), N_("update"), N_("rows"), N_("problem"))  # of steps


def moment_in_words(graph: Graph, run: Run, cursor: int, notation: Notation = "grad") -> str:
    """``12 · backward through d``: how many steps there were, and what the last of them did."""
    said = (
        tr("before the first step") if cursor == 0 else step_in_words(graph, run.steps[cursor - 1], notation)
    )
    return f"{cursor} · {said}"


def step_in_words(graph: Graph, step: Step, notation: Notation = "grad") -> str:
    """What the step did, and to which node."""
    name = "" if step.node is None else graph.nodes[step.node].spoken
    if step.hidden:
        return with_colon(tr("backward" if step.kind == "seed" else step.kind), f"{name} ?".lstrip())
    match step.kind:
        case "forward":
            return tr("forward: {name} = {data}", name=name, data=written(step.data))
        case "seed":
            return tr("backward begins: {grad} = 1", grad=_grad(graph, step.node, notation))
        case "backward":
            operands = _operands(graph, step, notation)
            return tr("backward through {name}: {operands}", name=name, operands=operands)
        case "rows":
            return tr("gradients over the rows, for the parameters")
        case "zero":
            return tr("zero grad: every grad = 0")
        case "update":
            return trn(
                "update of {n:,} parameter at rate {rate}",
                "update of {n:,} parameters at rate {rate}",
                len(step.changes),
                rate=short(step.rate),
            )
        case "problem":
            return tr("stopped at {name}", name=name) if name else tr("stopped")


def _grad(graph: Graph, number: NodeId | None, notation: Notation) -> str:
    node = graph.nodes[number or 0]
    names = naming_of(graph, notation)
    return names.grad(node) if names.leibniz else f"{node.spoken}.grad"


def _operands(graph: Graph, step: Step, notation: Notation) -> str:
    """Whose gradients it added to: each once, in the order of the ports."""
    shown = list(dict.fromkeys(_grad(graph, each.operand, notation) for each in step.contributions))
    if len(shown) > 3:
        shown = [*shown[:2], tr("{n} more", n=len(shown) - 2)]
    return ", ".join(shown)


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
