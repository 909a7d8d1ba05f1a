"""Slopes of expressions, derived: the expression of d f / d x, from the rules of calculus.

Derivatives of the ops: Abramowitz & Stegun, Handbook of Mathematical Functions, 3.3 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.node import Node
from micrograd_gui.document.text import exact

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4  # how tightly an expression holds together


class _Text(NamedTuple):
    """An expression, and what its outermost op is."""

    text: str
    holds: int = _ATOM

    def within(self, holds: int) -> str:
        """As it stands in a place that wants something that holds so tightly."""
        return self.text if self.holds >= holds else f"({self.text})"


_ZERO, _ONE = _Text("0"), _Text("1")
# Of the ops of one operand: d f / d x over {x}, the operand, and {f}, the op of it; both hold tightly.
_OF_ONE: Mapping[str, _Text] = {
    "neg": _Text("-1"),
    "tanh": _Text("(1 - {f}**2)"),
    "sigmoid": _Text("{f}*(1 - {f})", _PRODUCT),
    "exp": _Text("{f}"),
    "log": _Text("1/{x}", _PRODUCT),
    "sqrt": _Text("0.5/{f}", _PRODUCT),
    "sin": _Text("cos({x})"),
    "cos": _Text("-sin({x})", _PRODUCT),
    "tan": _Text("(1 + {f}**2)"),
    "atan": _Text("1/({x}**2 + 1)", _PRODUCT),
    "sinh": _Text("cosh({x})"),
    "cosh": _Text("sinh({x})"),
    "log1p": _Text("1/({x} + 1)", _PRODUCT),
    "expm1": _Text("({f} + 1)"),
    "erf": _Text("2/sqrt(3.141592653589793)*exp(-{x}**2)", _PRODUCT),
    "softplus": _Text("sigmoid({x})"),
    "silu": _Text("sigmoid({x})*(1 + {x}*(1 - sigmoid({x})))", _PRODUCT),
    "relu": _Text("step({x})"),  # these two are words alone: the language has no such functions
    "abs": _Text("sign({x})"),
}


def slope_of(graph: Graph, operand: str) -> str:
    """The slope of the target with respect to the leaf of that name, as an expression in the same names.

    Raises Refusal where the expression grows beyond measure.
    """
    texts: dict[NodeId, _Text] = {}
    slopes: dict[NodeId, _Text] = {}
    for number in graph.order:
        node = graph.nodes[number]
        operands = [source for source in node.inputs if source is not None]
        texts[number] = _text(node, [texts[each] for each in operands])
        slopes[number] = (
            (_ONE if node.label == operand else _ZERO)
            if node.op is None
            else _slope(node, texts[number], [(texts[each], slopes[each]) for each in operands])
        )
        if len(slopes[number].text) > 4_000:
            raise Refusal(tr("The slope grows too long to be derived: type it."))
    assert graph.target is not None
    return slopes[graph.target].text


def _text(node: Node, operands: list[_Text]) -> _Text:
    """The node as an expression of its operands' expressions."""
    if node.op is None:
        return _Text(node.label) if node.label else _number(node.data)
    if node.exponent is not None:
        return _Text(f"{operands[0].within(_ATOM)}**{_number(node.exponent).within(_ATOM)}", _POWER)
    match node.op, operands:
        case "+", (a, b):
            return _plus(a, b)
        case "-", (a, b):
            return _Text(f"{a.text} - {b.within(_PRODUCT)}", _SUM)
        case "*", (a, b):
            return _times(a, b)
        case "/", (a, b):
            return _Text(f"{a.within(_PRODUCT)}/{b.within(_POWER)}", _PRODUCT)
        case "**", (a, b):
            return _Text(f"{a.within(_ATOM)}**{b.within(_ATOM)}", _POWER)
        case "neg", (a,):
            return _Text(f"-{a.within(_POWER)}", _PRODUCT)
        case _, (a,):
            return _Text(f"{node.op}({a.text})")
    raise Refusal(tr("The slope of {name} cannot be derived: type it.", name=op_of(node.op).name))


def _slope(node: Node, out: _Text, operands: list[tuple[_Text, _Text]]) -> _Text:
    """The chain rule for one node: of each operand its expression and its slope."""
    if node.exponent is not None:
        ((a, da),) = operands
        n = node.exponent
        lower = _Text(f"{a.within(_ATOM)}**{_number(n - 1).within(_ATOM)}", _POWER)
        power = a if n == 2 else _ONE if n == 1 else lower
        return _times(_times(_number(n), power), da)
    match node.op, operands:
        case "+", ((_, da), (_, db)):
            return _plus(da, db)
        case "-", ((_, da), (_, db)):
            return _plus(da, _times(_Text("-1"), db))
        case "*", ((a, da), (b, db)):
            return _plus(_times(b, da), _times(a, db))
        case "/", ((a, da), (b, db)):
            less = _Text(f"-{a.within(_POWER)}/{b.within(_ATOM)}**2", _PRODUCT)
            return _plus(_over(da, b), _times(less, db))
        case "**", ((a, da), (b, db)):
            base = _times(_times(b, _Text(f"{a.within(_ATOM)}**({b.text} - 1)", _POWER)), da)
            return _plus(base, _times(_times(out, _Text(f"log({a.text})")), db))
        case str(name), ((a, da),) if name in _OF_ONE:
            rule = _OF_ONE[name]
            return _times(rule._replace(text=rule.text.format(x=a.within(_ATOM), f=out.within(_ATOM))), da)
    raise Refusal(tr("The slope of {name} cannot be derived: type it.", name=op_of(node.op or "").name))


def _number(number: float) -> _Text:
    return _Text(exact(number), _ATOM if number >= 0 else _PRODUCT)


def _plus(a: _Text, b: _Text) -> _Text:
    if "0" in (a.text, b.text):
        return b if a.text == "0" else a
    if b.text.startswith("-") and b.holds > _SUM:
        return _Text(f"{a.text} - {b.text[1:]}", _SUM)
    return _Text(f"{a.text} + {b.text}", _SUM)


def _times(a: _Text, b: _Text) -> _Text:
    if "0" in (a.text, b.text):
        return _ZERO
    if "1" in (a.text, b.text):
        return b if a.text == "1" else a
    if "-1" in (a.text, b.text):
        other = b if a.text == "-1" else a
        if other.text.startswith("-") and other.holds > _SUM:
            return other._replace(text=other.text[1:])
        return _Text(f"-{other.within(_PRODUCT)}", _PRODUCT)
    if b.text.startswith("-") and b.holds > _SUM:
        return _times(_Text("-1"), _times(a, b._replace(text=b.text[1:])))
    left, right = a.within(_PRODUCT), b.within(_PRODUCT)
    return _Text(f"{left}*{right if '/' not in right else b.within(_POWER)}", _PRODUCT)


def _over(a: _Text, b: _Text) -> _Text:
    return _ZERO if a.text == "0" else _Text(f"{a.within(_PRODUCT)}/{b.within(_POWER)}", _PRODUCT)
