"""Slopes: what a step multiplies by and adds, and what else is said on wires, short enough to stand there."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from micrograd.language import tr
from micrograd.ops import by_letter
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import MINUS, short
from micrograd_gui.session.asking.on_wires import GraphWire, OnWire
from micrograd_gui.session.explain.formulas import GRAD, Naming
from micrograd_gui.session.trace import Contribution

LONGEST_RULE = 20  # letters; a longer rule gives way to the number alone, the step card has the whole
_FIRST_POWER = re.compile(r"\^1(?![\d.])")


class WireWords(NamedTuple):
    """What stands on a wire: the number that came along it, and below what it says of the way back.

    ``below`` is a local slope until the node has ``carried`` something back; from before an update it is
    ``stale``, and the number above is ``past``.
    """

    above: str
    below: str
    carried: bool = False
    stale: bool = False
    past: bool = False
    acting: bool = False


def wire_words(graph: Graph, wire: GraphWire, found: OnWire, names: Naming = GRAD) -> WireWords:
    """What stands on that wire while something stands on all; before the node is computed, symbols at most.

    ``2`` above and ``slope −3`` below, or ``∂e/∂a = −3``; once it has carried it ``+= 6``.
    """
    node, operand = graph.nodes[wire[0]], graph.nodes[graph.nodes[wire[0]].inputs[wire[1]] or 0]
    symbols = names.slope(node, operand)
    if found.slope is None:
        return WireWords("", symbols)
    value = "" if found.value is None else _rounded(found.value)
    if found.carried is None:
        number = _rounded(found.slope)
        said = f"{symbols} = {number}" if symbols else tr("slope {slope}", slope=number)
        return WireWords(value, said, False, found.stale, found.past)
    above = f"× {_rounded(found.slope)}" if found.acting else value
    below = f"+= {_rounded(found.carried)}"
    return WireWords(above, below, True, found.stale, found.past, found.acting)


def bundle_words(graph: Graph, wires: Sequence[tuple[GraphWire, OnWire]], names: Naming = GRAD) -> WireWords:
    """What stands on a wire that is drawn for all of these, for they end in one folded block.

    Where they are of one operand, what they carried back adds up to what its gradient got through the block;
    what is of several operands has no number of its own.
    """
    if len(wires) == 1:
        return wire_words(graph, *wires[0], names)
    each = [on for _, on in wires]
    many = tr("{n} wires", n=len(each))
    if len({graph.nodes[node].inputs[port] for (node, port), _ in wires}) > 1:
        return WireWords("", many)
    carried = [on.carried for on in each if on.carried is not None]
    value = "" if each[0].value is None else _rounded(each[0].value)
    past, acting = any(on.past for on in each), any(on.acting for on in each)
    if not carried:
        return WireWords(value, many, past=past)
    of = many if len(carried) == len(each) else tr("{n} of {wires} wires", n=len(carried), wires=len(each))
    below = f"{of} += {_rounded(math.fsum(carried))}"
    return WireWords(value, below, True, any(on.stale for on in each), past, acting)


def rule_text(graph: Graph, number: NodeId, each: Contribution, names: Naming = GRAD) -> str:
    """The slope of one operand, in symbols and as a number: ``× b = −3``, or ``× ∂e/∂a = −3``."""
    node = graph.nodes[number]
    rule = node.rule
    slope = _rounded(each.slope)
    if names.leibniz:
        symbols = names.slope(node, graph.nodes[each.operand])
        return f"× {symbols} = {slope}" if symbols else f"× {slope}"
    if rule is None:
        return f"× {slope}"
    template = rule.slope_words(each.port) or rule.slope_name(each.port)
    called = [graph.nodes[source].name if source is not None else "?" for source in node.inputs]
    text = _FIRST_POWER.sub("", template.format(**by_letter(called, node.name)))
    if "{" not in template or text == slope or len(text) > LONGEST_RULE:
        return f"× {slope}"
    is_sum = " " in text and text not in called  # a name may have blanks in it and is one thing all the same
    return f"× ({text}) = {slope}" if is_sum else f"× {text} = {slope}"


def amount_text(each: Contribution) -> str:
    """What is added to the operand's grad: ``+= 6``."""
    return f"+= {_rounded(each.amount)}"


def _rounded(number: float) -> str:
    """Four digits that matter: enough to follow, short enough for a wire."""
    if not math.isfinite(number):
        return str(number).replace("-", MINUS)
    return short(float(f"{number:.4g}")).replace("e-", f"e{MINUS}")  # as on the boxes and the card
