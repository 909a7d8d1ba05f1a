"""Rewriting: an op in place of the expression that it stands for, and the other way round.

What an op stands for is an expression over its operands x and y, in the language of the expression line; so
a row of `EXPANSIONS` is all that it takes. The node that is rewritten keeps its id, its name and its users:
what the graph computes elsewhere is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.rewriting.own_ops import OPERANDS, OWN
from micrograd_gui.document.rough_layout import APART, COLUMN, arranged

EXPANSIONS: Mapping[str, str] = {
    "tanh": "e = exp(2*x); (e - 1) / (e + 1)",  # the lecture's, and Abramowitz & Stegun 4.5.4
    "sigmoid": "1 / (1 + exp(-x))",
    "-": "x + -1*y",
    "/": "x * y**-1",
    "neg": "-1 * x",
    "sqrt": "x**0.5",
    "**": "exp(y * log(x))",
    "softplus": "log1p(exp(x))",
    "silu": "x * sigmoid(x)",
    "leaky_relu": "relu(x) - 0.01 * relu(-x)",
    "max": "x + relu(y - x)",
    "min": "x - relu(x - y)",
    "tan": "sin(x) / cos(x)",
    "sinh": "(exp(x) - exp(-x)) / 2",
    "cosh": "(exp(x) + exp(-x)) / 2",
    "log1p": "log(1 + x)",
    "expm1": "exp(x) - 1",
}
POWERS = range(2, 10)  # the exponents that are written as products
COMMUTATIVE = ("+", "*")


class Rewritten(NamedTuple):
    """A graph with one node rewritten: the nodes that are new, and those that are gone."""

    graph: Graph
    node: NodeId
    op: str
    new: tuple[NodeId, ...] = ()
    gone: frozenset[NodeId] = frozenset()


class _Match(NamedTuple):
    """What of a template stands for what of a graph."""

    operands: Mapping[str, NodeId]
    nodes: Mapping[NodeId, NodeId]  # by the template's ids: all but the operands


def expression_of(op: str) -> str | None:
    """What the op stands for, over x and y: ``x * x * x`` of ``**3``; None: it stands for itself alone."""
    if op in EXPANSIONS:
        return EXPANSIONS[op]
    if op in OWN:
        return OWN[op].expression
    return next((" * ".join("x" * n) for n in POWERS if op == f"**{n}"), None)


@lru_cache(maxsize=64)
def _template(expression: str) -> Graph:
    from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

    graph = graph_from_expression(expression)
    return arranged(graph.without(graph.nodes.keys() - graph.feeding))  # a = 3; x*x has a line for nothing


# Expanding -----------------------------------------------------------------------------------------


def expanded(graph: Graph, number: NodeId) -> Rewritten:
    """The op node taken apart: it is the last op of what it stands for, and the others are before it.

    Those that stand to its right, and it itself, go to the right by as many columns as there are new. Raises
    Refusal for a leaf, an op that is as simple as can be, and one that lacks an operand.
    """
    node = graph.nodes[number]
    expression = None if node.op is None else expression_of(node.op)
    if node.op is None:
        raise Refusal(tr("{name} is a value: there is nothing to take apart.", name=node.spoken), number)
    if expression is None:
        raise Refusal(
            tr("{symbol} is as simple as can be: it stands for no other ops.", symbol=op_of(node.op).symbol),
            number,
        )
    operands = tuple(source for source in node.inputs if source is not None)
    if len(operands) < len(node.inputs):
        raise Refusal(
            tr("{name} lacks an operand: wire it before it is taken apart.", name=node.spoken), number
        )
    template = _template(expression)
    target = template.target
    assert target is not None
    known = {
        each.id: operand
        for letter, operand in zip(OPERANDS, operands, strict=False)
        for each in template
        if each.is_leaf and each.label == letter
    }
    inner = [each for each in template.order if each not in known and each != target]
    graph, places = _with_room(arranged(graph), number, {each: template.places[each] for each in inner})
    block = next((each.id for each in graph.blocks if number in each.members), None)
    for each in inner:
        part, known[each] = template.nodes[each], graph.next_id
        inputs = _renamed(part.inputs, known)
        graph = graph.added(part.op, places[each], inputs=inputs, label="", data=part.data)
    last = template.nodes[target]
    assert last.op is not None
    graph = graph.computed(number, last.op, _renamed(last.inputs, known))
    new = tuple(known[each] for each in inner)
    return Rewritten(graph if block is None else graph.joined(new, block), number, node.op, new)


def without_own_ops(graph: Graph) -> Graph:
    """The graph with every op of one's own taken apart: for what knows the table of ops alone."""
    for node in [each.id for each in graph if each.op in OWN] if OWN else ():
        graph = expanded(graph, node).graph
    return graph


def _renamed(inputs: tuple[NodeId | None, ...], known: Mapping[NodeId, NodeId]) -> tuple[NodeId | None, ...]:
    return tuple(None if source is None else known[source] for source in inputs)


def _with_room(
    graph: Graph, number: NodeId, wanted: Mapping[NodeId, Place]
) -> tuple[Graph, dict[NodeId, Place]]:
    """The graph with room before a node for things at those places, which are about one another only.

    Gives it with the places at which they stand there, in columns, where the node was and to its right.
    """
    if not wanted:
        return graph, {}
    x, y = graph.places[number]
    columns = sorted({column for column, _ in wanted.values()})
    middle = (min(row for _, row in wanted.values()) + max(row for _, row in wanted.values())) / 2
    heights = {each: y + row - middle for each, (_, row) in wanted.items()}
    left = [
        place
        for place in graph.places.values()
        if place[0] < x and any(abs(place[1] - height) < APART[1] for height in heights.values())
    ]
    begin = max((x, *(a + COLUMN for a, _ in left)))
    by = begin - x + COLUMN * len(columns)
    moved = {each: (a + by, b) for each, (a, b) in graph.places.items() if a >= x}
    places = {each: (begin + COLUMN * columns.index(wanted[each][0]), heights[each]) for each in wanted}
    return graph.moved(moved), places


# Folding -------------------------------------------------------------------------------------------


def folded(graph: Graph, number: NodeId) -> Rewritten:
    """The op that the node is the end of, in one node again: the largest there is.

    What stood between goes, and what stands to the right of it comes nearer, where there is room. Raises
    Refusal where the node is the end of no such op, and where a part of it is used elsewhere.
    """
    graph = arranged(graph)
    node, kept = graph.nodes[number], None
    found: list[tuple[frozenset[NodeId], str, _Match]] = []
    for op, template in _templates(node.op):
        for match in _matches(graph, number, template):
            inner = frozenset(match.nodes.values()) - {number}
            ops = frozenset(each for each in inner if not graph.nodes[each].is_leaf)
            kept = next((each for each in ops if _used_elsewhere(graph, each, inner | {number})), kept)
            if not any(_used_elsewhere(graph, each, inner | {number}) for each in ops):
                loose = (each for each in inner - ops if not _used_elsewhere(graph, each, inner | {number}))
                found.append((ops.union(loose), op, match))
    if not found and kept is not None:
        raise Refusal(
            tr("{name} is used elsewhere too, so it cannot be folded away.", name=graph.nodes[kept].spoken),
            kept,
        )
    if not found:
        raise Refusal(tr("{name} is not the end of what another op stands for.", name=node.spoken), number)
    gone, op, match = max(found, key=lambda each: len(each[0]))
    operands = tuple(match.operands[letter] for letter in OPERANDS[: op_of(op).arity])
    return Rewritten(_closed(graph.computed(number, op, operands), number, gone), number, op, gone=gone)


def _templates(op: str | None) -> Iterator[tuple[str, Graph]]:
    """What ends in that op and stands for another one."""
    for name in (*OWN, *EXPANSIONS, *(f"**{n}" for n in POWERS)):
        expression = expression_of(name)
        assert expression is not None
        template = _template(expression)
        if op is not None and template.target is not None and template.nodes[template.target].op == op:
            yield name, template


def _used_elsewhere(graph: Graph, number: NodeId, own: frozenset[NodeId]) -> bool:
    return number == graph.target or any(user not in own for user, _ in graph.users[number])


def _matches(graph: Graph, number: NodeId, template: Graph) -> Iterator[_Match]:
    """Every way in which the template ends in the node."""
    assert template.target is not None
    yield from _matched(graph, template, ((template.target, number),), _Match({}, {}))


def _matched(
    graph: Graph, template: Graph, pairs: tuple[tuple[NodeId, NodeId], ...], so_far: _Match
) -> Iterator[_Match]:
    """What is matched so far with each way to match the pairs that are left."""
    if not pairs:
        yield so_far
        return
    (wanted, number), *rest = pairs
    part, node = template.nodes[wanted], graph.nodes[number]
    if part.is_leaf and part.label in OPERANDS:
        if so_far.operands.get(part.label, number) == number:
            operands = {**so_far.operands, part.label: number}
            yield from _matched(graph, template, tuple(rest), so_far._replace(operands=operands))
        return
    if so_far.nodes.get(wanted, number) != number or part.op != node.op or None in node.inputs:
        return
    if part.is_leaf and (part.data != node.data or node.role):
        return
    matched = so_far._replace(nodes={**so_far.nodes, wanted: number})
    ways = [node.inputs]
    if node.op in COMMUTATIVE and node.inputs[0] != node.inputs[1]:
        ways.append(node.inputs[::-1])
    for way in ways:
        ports = [(a, b) for a, b in zip(part.inputs, way, strict=True) if a is not None and b is not None]
        yield from _matched(graph, template, (*ports, *rest), matched)


def _closed(graph: Graph, number: NodeId, gone: frozenset[NodeId]) -> Graph:
    """Without those nodes, the node and what is to its right moved to where they were, where that is free."""
    x, _ = graph.places[number]
    places = [graph.places[each] for each in gone]
    graph = graph.without(gone)
    begin = min((a for a, _ in places if a < x), default=x)
    staying = [(a, b) for each, (a, b) in graph.places.items() if a < x]
    moved = {each: (a - (x - begin), b) for each, (a, b) in graph.places.items() if a >= x}
    covered = any(
        abs(a - c) < APART[0] and abs(b - d) < APART[1] for a, b in staying for c, d in moved.values()
    )
    return graph if covered else graph.moved(moved)
