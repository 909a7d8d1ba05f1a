"""Paths in words: each as a row of names, slopes and their product, and what they come to together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from micrograd.language import again, tr, trn
from micrograd.ops import by_letter
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import written
from micrograd_gui.session.asking.ledger import Wire
from micrograd_gui.session.asking.ledger_words import LabRow, sum_in_numbers
from micrograd_gui.session.asking.paths import Path, Paths, paths_at
from micrograd_gui.session.explain.formulas import EQUALS, Fragment, Line, fit_name, name_of, operand_name
from micrograd_gui.session.explain.of_rows import row_in_words, rows_in_words
from micrograd_gui.session.over_blocks import boxes_of
from micrograd_gui.session.over_rows import gathered_at, is_over_rows
from micrograd_gui.session.state import State

T = TypeVar("T")
_FACTORS = 5  # of a product that are written out
_NAMES = 7  # of nodes along a path
_TOLD = 10**9  # ways that are counted to the last one


class PathsPage(NamedTuple):
    """What is said of the paths of a node.

    Attributes:
        title: How many there are, and to where.
        rows: A row per path that is shown: names, symbols, numbers and product; last, of the others.
        total: Their sum; None where it is not known.
        notes: What else there is to say, in sentences.
    """

    title: str
    rows: tuple[LabRow, ...] = ()
    total: Line | None = None
    notes: tuple[str, ...] = ()


def paths_page(state: State) -> PathsPage:
    """What is said of the paths of the selected node at this moment."""
    found = paths_at(state)
    if found is None:
        return PathsPage("")  # the ledger says what to do
    notes = _notes(state, found)
    return described(state.graph, found)._replace(notes=notes)


def described(graph: Graph, found: Paths) -> PathsPage:
    """The paths of a graph in rows, and their sum."""
    if found.target is None or not found.ways:
        return PathsPage(tr("no path"))
    end = name_of(graph.nodes[found.target])
    titles = _titles(graph)
    rows = [
        LabRow(at, "past", _cells(graph, found.node, path, at, titles), (None, None, None, path.product))
        for at, path in enumerate(found.shown)
    ]
    left = found.ways - len(found.shown)
    if left:
        said = tr("{count} more", count=_counted(left))
        if found.rest is not None:
            said = tr("{count} more, none larger", count=_counted(left))
        together = tr("added up") if found.rest is not None else ""
        cells = (said, "", together, written(found.rest) if found.rest is not None else "")
        rows.append(LabRow(-1, "past", cells, (None, None, None, found.rest)))
    title = tr("{count} paths to {target}", count=_counted(found.ways), target=end)
    if found.ways == 1:
        title = tr("1 path to {target}", target=end)
    return PathsPage(title, tuple(rows), _total(graph, found))


def _total(graph: Graph, found: Paths) -> Line | None:
    """``∂L/∂a = −6.0000 − 6.0000 = −12.0000``."""
    if found.total is None or found.target is None:
        return None
    slope = f"∂{operand_name(graph.nodes[found.target])}/∂{operand_name(graph.nodes[found.node])}"
    amounts = [each.product for each in found.shown if each.product is not None]
    amounts += [found.rest] if found.rest is not None and found.ways > len(found.shown) else []
    parts = [Fragment("symbol", slope), EQUALS]
    if len(amounts) > _FACTORS:
        parts += [Fragment("plain", tr("the sum of all")), EQUALS]
    elif len(amounts) > 1:
        parts += [*sum_in_numbers(amounts), EQUALS]
    return Line("big", (*parts, Fragment("grad", written(found.total), strong=True)))


def _titles(graph: Graph) -> Mapping[NodeId, str]:
    """For each node that a box hides, what is written on that box."""
    titles = {block.id: fit_name(block.title) or tr("a block") for block in graph.blocks}
    return {node: titles[block] for node, block in boxes_of(graph).items()}


def _cells(
    graph: Graph, node: NodeId, path: Path, at: int, titles: Mapping[NodeId, str]
) -> tuple[str, str, str, str]:
    stops: list[NodeId | str] = [node]
    before = titles.get(node)
    for user, _ in path.wires:
        title = titles.get(user)
        if title is None:
            stops.append(user)
        elif title != before or len(stops) == 1:  # all of the way that is inside is one stop
            stops.append(f"[{title}]")
        before = title
    names = [each if isinstance(each, str) else name_of(graph.nodes[each]) for each in _short(stops, _NAMES)]
    kept: Sequence[int] = range(len(path.wires))
    if len(path.wires) > _FACTORS:  # what changes nothing has no room
        kept = [at for at, wire in enumerate(path.wires) if not _is_one(graph, wire)]
    ones = len(path.wires) - len(kept)
    seen = _short(kept, _FACTORS)
    symbols = _product(
        [each if isinstance(each, str) else slope_in_symbols(graph, path.wires[each]) for each in seen]
    )
    symbols += "  " + tr("(and {n:,} × 1)", n=ones) if ones else ""
    numbers = ""
    if path.slopes:
        numbers = _product([each if isinstance(each, str) else written(path.slopes[each]) for each in seen])
    product = "" if path.product is None else written(path.product)
    way = " → ".join(names) if path.wires else tr("{name} itself", name=names[0])
    return f"{at + 1}  {way}", symbols, numbers, product


def slope_in_symbols(graph: Graph, wire: Wire) -> str:
    """The slope along a wire, in names: ``b``, ``(1 − o²)``."""
    node = graph.nodes[wire[0]]
    rule = node.rule
    if rule is None:
        return "?"
    template = rule.slope_words(wire[1]) or rule.slope_name(wire[1])
    names = [operand_name(graph.nodes[each]) if each is not None else "?" for each in node.inputs]
    text = template.format(**by_letter(names, operand_name(node)))
    text = text.removesuffix("^1") if text.endswith("^1") else text
    return f"({text})" if " " in text and text not in names else text


def _product(factors: Sequence[str]) -> str:
    """``b × c``; of the empty product, 1."""
    return " × ".join(factors) if factors else "1"


def _is_one(graph: Graph, wire: Wire) -> bool:
    """Whether the slope along the wire is 1 whatever the numbers."""
    rule = graph.nodes[wire[0]].rule
    return rule is not None and rule.slope_words(wire[1]) == "1"


def _short(parts: Sequence[T], most: int) -> list[T | str]:
    """The parts; of many the first and the last ones, and how many there are between."""
    if len(parts) <= most:
        return list(parts)
    first, last = most // 2, most - most // 2 - 1
    return [*parts[:first], tr("… {n} more …", n=len(parts) - first - last), *parts[-last:]]


def _counted(ways: int) -> str:
    return f"{ways:,}" if ways < _TOLD else tr("about 10^{magnitude}", magnitude=_magnitude(ways))


def _magnitude(number: int) -> int:
    """How many zeros a power of ten of about that size has; floats do not reach so far."""
    beyond = max(0, number.bit_length() - 53)
    return round(beyond * math.log10(2) + math.log10(number >> beyond))


def _notes(state: State, found: Paths) -> tuple[str, ...]:
    graph, said = state.graph, []
    node = graph.nodes[found.node]
    if found.target is None:
        return (tr("There is no target that a path could lead to."),)
    if not found.ways:
        target = name_of(graph.nodes[found.target])
        return (
            tr(
                "No path leads from {name} to the target {target}: moving it moves nothing there.",
                name=name_of(node),
                target=target,
            ),
        )
    if found.missing:
        if found.ways > len(found.shown):
            told = trn(
                "In symbols only: backward has not gone along {n:,} wire of the way at this moment; "
                "the first "
                "of them are shown.",
                "In symbols only: backward has not gone along {n:,} wires of the way at this "
                "moment; the first "
                "of them are shown.",
                found.missing,
            )
        else:
            told = trn(
                "In symbols only: backward has not gone along {n:,} wire of the way at this moment.",
                "In symbols only: backward has not gone along {n:,} wires of the way at this moment.",
                found.missing,
            )
        said.append(told)
        if state.blocked and state.trace is not None and state.trace.problem is not None:
            said.append(again(state.trace.problem.note))
        return tuple(said)
    return (*said, *_beside_grad(state, found))


def _beside_grad(state: State, found: Paths) -> list[str]:
    """Why the grad that stands on the node is another number than the sum, where it is."""
    graph, grad = state.graph, state.frame.grad.get(found.node)
    node = graph.nodes[found.node]
    name = name_of(node)
    gathered = gathered_at(state.trace, state.cursor, found.node) if not state.is_training else None
    said = []
    over = gathered is not None and not gathered.adds
    over = over or (state.is_training and node.role == "parameter" and is_over_rows(graph))
    if over:
        said.append(
            tr(
                "This is {row} alone; {name} has the {rows}: {grad}.",
                row=row_in_words(graph),
                name=name,
                rows=rows_in_words(graph),
                grad=written(grad),
            )
        )
    elif grad is not None and found.total is not None and not _same(grad, found.total):
        said.append(
            tr(
                "The grad on {name} is {grad}: more than one pass has added to it.",
                name=name,
                grad=written(grad),
            )
        )
    if (found.node, "grad") in state.frame.stale:
        said.append(tr("These slopes are from before the update: run forward and backward again."))
    return said


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-9)
