"""Graph → the statements that describe it: what the expression line shows."""

from __future__ import annotations

import keyword
from unicodedata import normalize

from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.numbers import exact

_INFIX = {"+": (1, "{} + {}"), "-": (1, "{} - {}"), "*": (2, "{}*{}"), "/": (2, "{}/{}"), "**": (4, "{}**{}")}
_ATOM = 9


def expression_of(graph: Graph) -> str:
    """Statements, separated by ``; ``, that give the same graph again: ``a = 2; b = -3; e = a*b; …``.

    Nodes whose label is no plain name are written into their users, or named ``v`` and their id.
    Empty where the graph is empty or a port of it is.
    """
    if any(None in node.inputs for node in graph):
        return ""
    aside = [number for number in graph.order if number not in graph.feeding]
    nodes = [graph.nodes[number] for number in (*graph.order[: len(graph.feeding)], *aside)]
    names = _names(graph, nodes)
    texts: dict[NodeId, tuple[int, str]] = {}
    leaves: list[str] = []
    statements: list[str] = []
    for node in nodes:
        text = _written(node, texts)
        name = names.get(node.id)
        if name is None:
            texts[node.id] = text
        else:
            (leaves if node.is_leaf else statements).append(f"{name} = {text[1]}")
            texts[node.id] = (_ATOM, name)
    lines = [*leaves, *statements]
    if graph.target is not None:  # the last statement is the target
        target = texts[graph.target][1]
        if graph.target not in names or not lines[-1].startswith(f"{target} = "):
            lines.append(target)
    return "; ".join(lines)


def _names(graph: Graph, nodes: list[Node]) -> dict[NodeId, str]:
    names: dict[NodeId, str] = {}
    taken: set[str] = set()
    for node in nodes:
        label = node.label
        plain = label.isidentifier() and not keyword.iskeyword(label) and normalize("NFKC", label) == label
        if plain and label not in taken:
            names[node.id] = label
            taken.add(label)
    for node in nodes:
        alone = not graph.users[node.id] and node.id != graph.target
        if node.id not in names and (alone or len(graph.users[node.id]) > 1):
            names[node.id] = f"v{node.id}" if f"v{node.id}" not in taken else f"v{node.id}_"
    return names


def _written(node: Node, texts: dict[NodeId, tuple[int, str]]) -> tuple[int, str]:
    """How tightly the text binds, and the text."""
    if node.op is None:
        return (_ATOM if node.data >= 0 else 3), exact(node.data)
    operands = [texts[source] for source in node.inputs if source is not None]
    if node.op in _INFIX:
        bind, form = _INFIX[node.op]
        left, right = operands
        right_bind = bind + (node.op in "-/*+")
        return bind, form.format(_in(left, bind + (node.op == "**")), _in(right, right_bind))
    if node.op == "neg":
        return 3, "-" + _in(operands[0], 3)
    if node.op.startswith("**"):
        return 4, f"{_in(operands[0], 5)}{node.op}"
    return _ATOM, f"{op_of(node.op).name}({operands[0][1]})"


def _in(operand: tuple[int, str], bind: int) -> str:
    return operand[1] if operand[0] >= bind else f"({operand[1]})"
