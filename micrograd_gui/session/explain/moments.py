"""A moment of a run in a few words, for lists and tips; the step card says it whole."""

from __future__ import annotations

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import short, written
from micrograd_gui.session.explain.formulas import naming_of
from micrograd_gui.session.trace import Notation, Run, Step


def moment_in_words(graph: Graph, run: Run, cursor: int, notation: Notation = "grad") -> str:
    """``12 · backward through d``: how many steps there were, and what the last of them did."""
    said = "before the first step" if cursor == 0 else step_in_words(graph, run.steps[cursor - 1], notation)
    return f"{cursor} · {said}"


def step_in_words(graph: Graph, step: Step, notation: Notation = "grad") -> str:
    """What the step did, and to which node."""
    name = "" if step.node is None else graph.nodes[step.node].spoken
    if step.hidden:
        return f"{'backward' if step.kind == 'seed' else step.kind}: {name} ?".replace("  ", " ")
    match step.kind:
        case "forward":
            return f"forward: {name} = {written(step.data)}"
        case "seed":
            return f"backward begins: {_grad(graph, step.node, notation)} = 1"
        case "backward":
            return f"backward through {name}: {_operands(graph, step, notation)}"
        case "rows":
            return "gradients over the rows, for the parameters"
        case "zero":
            return "zero grad: every grad = 0"
        case "update":
            return f"update of {_count(len(step.changes))} at rate {short(step.rate)}"
        case "problem":
            return f"stopped at {name}" if name else "stopped"


def _grad(graph: Graph, number: NodeId | None, notation: Notation) -> str:
    node = graph.nodes[number or 0]
    names = naming_of(graph, notation)
    return names.grad(node) if names.leibniz else f"{node.spoken}.grad"


def _operands(graph: Graph, step: Step, notation: Notation) -> str:
    """Whose gradients it added to: each once, in the order of the ports."""
    shown = list(dict.fromkeys(_grad(graph, each.operand, notation) for each in step.contributions))
    if len(shown) > 3:
        shown = [*shown[:2], f"{len(shown) - 2} more"]
    return ", ".join(shown)


def _count(parameters: int) -> str:
    return f"{parameters:,} parameter{'' if parameters == 1 else 's'}"
