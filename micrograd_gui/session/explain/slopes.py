"""Slopes: what a backward step multiplies by and adds, short enough to stand on a wire."""

from __future__ import annotations

import math
import re

from micrograd.ops import by_letter
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import MINUS, short
from micrograd_gui.session.trace import Contribution

LONGEST_RULE = 20  # letters; a longer rule gives way to the number alone, the step card has the whole
_FIRST_POWER = re.compile(r"\^1(?![\d.])")


def rule_text(graph: Graph, number: NodeId, each: Contribution) -> str:
    """The slope of one operand, in symbols and as a number: ``× b = −3``."""
    node = graph.nodes[number]
    rule = node.rule
    slope = _rounded(each.slope)
    if rule is None:
        return f"× {slope}"
    template = rule.slope_words(each.port) or rule.slope_name(each.port)
    names = [graph.nodes[source].name if source is not None else "?" for source in node.inputs]
    text = _FIRST_POWER.sub("", template.format(**by_letter(names, node.name)))
    if "{" not in template or text == slope or len(text) > LONGEST_RULE:
        return f"× {slope}"
    is_sum = " " in text and text not in names  # a name may have blanks in it and is one thing all the same
    return f"× ({text}) = {slope}" if is_sum else f"× {text} = {slope}"


def amount_text(each: Contribution) -> str:
    """What is added to the operand's grad: ``+= 6``."""
    return f"+= {_rounded(each.amount)}"


def _rounded(number: float) -> str:
    """Four digits that matter: enough to follow, short enough for a wire."""
    if not math.isfinite(number):
        return str(number).replace("-", MINUS)
    return short(float(f"{number:.4g}"))
