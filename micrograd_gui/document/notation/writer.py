"""Writer: the statements that describe a graph, as the expression line shows them."""

from __future__ import annotations

import keyword
import math

from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.notation.signs import is_name
from micrograd_gui.document.text import exact

_INFIX = {"+": (1, "{} + {}"), "-": (1, "{} - {}"), "*": (2, "{}*{}"), "/": (2, "{}/{}"), "**": (4, "{}**{}")}
_ATOM = 9
_LONGEST_NAME = 60
_LONGEST_PART = 160  # characters; what grows longer gets a name, so that brackets stay few


def expression_of(graph: Graph) -> str:
    """Statements, separated by ``; ``, that give the same graph again: ``a = 2; b = -3; e = a*b; …``.

    Nodes whose label is no plain name are written into their users, or named ``v`` and their id.
    Empty where the graph or a port of it is empty, and where a leaf is not finite.
    """
    if any(None in node.inputs or not math.isfinite(node.data) for node in graph):
        return ""
    aside = [number for number in graph.order if number not in graph.feeding]
    nodes = [graph.nodes[number] for number in (*graph.order[: len(graph.feeding)], *aside)]
    names, taken = _names(graph, nodes)
    texts: dict[NodeId, tuple[int, str]] = {}
    leaves: list[str] = []
    statements: list[str] = []
    for node in nodes:
        text = _text_of(node, texts)
        name = names.get(node.id)
        if name is None and len(text[1]) > _LONGEST_PART and node.id != graph.target:
            name = names[node.id] = _free_name(node, taken)
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


def _names(graph: Graph, nodes: list[Node]) -> tuple[dict[NodeId, str], set[str]]:
    """The nodes that get a name of their own, and all the names."""
    names: dict[NodeId, str] = {}
    taken: set[str] = set()
    for node in nodes:
        if node.title not in taken and _is_plain(node.title):
            names[node.id] = node.title
            taken.add(node.title)
    for node in nodes:
        users = graph.users[node.id]
        alone = (node.id == graph.target) == bool(users)  # an end aside, or a target that is used
        if node.id not in names and (alone or len(users) > 1 or _read_otherwise(graph, node)):
            names[node.id] = _free_name(node, taken)
    return names, taken


def _is_plain(label: str) -> bool:
    return len(label) <= _LONGEST_NAME and is_name(label) and not keyword.iskeyword(label)


def _free_name(node: Node, taken: set[str]) -> str:
    name = f"v{node.id}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _read_otherwise(graph: Graph, node: Node) -> bool:
    """Whether the bare number would be read as a part of its user: ``-2``, ``x**2``."""
    uses = [(graph.nodes[user].op, port) for user, port in graph.users[node.id]]
    return node.is_leaf and any(use in (("neg", 0), ("**", 1)) for use in uses)


def _text_of(node: Node, texts: dict[NodeId, tuple[int, str]]) -> tuple[int, str]:
    """How tightly the text binds, and the text."""
    if node.op is None:
        return (_ATOM if math.copysign(1.0, node.data) > 0 else 3), exact(node.data)
    operands = [texts[source] for source in node.inputs if source is not None]
    if node.op in _INFIX:
        bind, form = _INFIX[node.op]
        left, right = operands
        power = node.op == "**"
        return bind, form.format(_in(left, bind + power), _in(right, bind + (not power)))
    if node.op == "neg":
        return 3, "-" + _in(operands[0], 3)
    if node.exponent is not None:
        return 4, f"{_in(operands[0], 5)}{node.op}"
    return _ATOM, f"{op_of(node.op).name}({', '.join(text for _, text in operands)})"


def _in(operand: tuple[int, str], bind: int) -> str:
    return operand[1] if operand[0] >= bind else f"({operand[1]})"
