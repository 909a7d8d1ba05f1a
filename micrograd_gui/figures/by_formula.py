"""By formula: what is computed and has no label is called by what it is computed of: x1w1 + x2w2 for v7."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from micrograd.ops import op_of, superscript
from micrograd_gui.document.graph import Graph, Node, NodeId

LONGEST = 26  # characters: what is longer keeps its number, and is called by that in what reads it
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = 1, 2, 3, 4, 9  # how tightly a text binds
_FACTOR = re.compile(r"[A-Za-zα-ωΑ-Ω](?:_?\d+|_\w)?")  # x, x1 and x_1, which can stand side by side
_SIDE_BY_SIDE = re.compile(rf"(?:{_FACTOR.pattern})+|\d+(?:\.\d+)?")
_Bound = tuple[int, str]


def named_by_formula(graph: Graph) -> Graph:
    """The graph whose nodes without a label have formulas for labels; what would be long keeps its name."""
    texts: dict[NodeId, _Bound] = {}
    nodes: dict[NodeId, Node] = dict(graph.nodes)
    for number in graph.order:
        node = graph.nodes[number]
        if node.is_leaf or node.label or None in node.inputs:
            texts[number] = (_ATOM if node.label or node.data >= 0 else _SIGN, node.name)
            continue
        bound = _formula(node, texts)
        if len(bound[1]) > LONGEST:
            texts[number] = _ATOM, node.name
        else:
            texts[number] = bound
            nodes[number] = replace(node, label=bound[1])
    return replace(graph, nodes=nodes)


def _formula(node: Node, texts: Mapping[NodeId, _Bound]) -> _Bound:
    """What the node is computed of, by what its operands are called."""
    operands = [texts[each] for each in node.inputs if each is not None]
    if node.exponent is not None:
        return _POWER, _in(operands[0], _ATOM) + superscript(f"{node.exponent:g}")
    match node.op:
        case "+":
            return _SUM, f"{operands[0][1]} + {_in(operands[1], _SUM)}"
        case "-":
            return _SUM, f"{operands[0][1]} − {_in(operands[1], _PRODUCT)}"
        case "*":
            return _PRODUCT, _product(*operands)
        case "/":
            return _PRODUCT, f"{_in(operands[0], _PRODUCT)} / {_in(operands[1], _SIGN)}"
        case "neg":
            return _SIGN, f"−{_in(operands[0], _PRODUCT)}"
        case "**":
            return _POWER, f"{_in(operands[0], _ATOM)}^{_in(operands[1], _ATOM)}"
    within = ", ".join(text for _, text in operands)
    return _ATOM, f"{op_of(node.op or '').name}({within})"


def _product(left: _Bound, right: _Bound) -> str:
    one, other = _in(left, _PRODUCT), _in(right, _PRODUCT)
    close = _SIDE_BY_SIDE.fullmatch(one) and _FACTOR.fullmatch(other)
    return f"{one}{other}" if close else f"{one}·{other}"


def _in(operand: _Bound, bind: int) -> str:
    return operand[1] if operand[0] >= bind else f"({operand[1]})"
