"""Planning: a loop that was found to be gradient descent, as a graph with rows and a plan, before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from micrograd.engine import Value
from micrograd.foreign import read_graph
from micrograd_gui.document.data import RATE_AT_MOST, STEPS_AT_MOST, Column, Data, TrainingPlan
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.row_graph import row_graph
from micrograd_gui.document.live.samples import FEWEST, found_samples
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.python.drawing import drawn
from micrograd_gui.document.python.operations import is_number, plain
from micrograd_gui.document.python.training.watching import DescentLoop

FEWEST_LEARNED = 2  # samples of a loop that trains, whose parameters are known
_LONG = 2_000  # things in a list that is looked through for its numbers


def plan_of(
    learned: DescentLoop, onto: Graph, objects: dict[NodeId, Any], names: Mapping[str, Any]
) -> tuple[Graph, dict[NodeId, Any]]:
    """The graph on which Train does what the loop does, and what is behind its nodes.

    Where the loop adds up the losses of samples alike it is the graph of one of them, with the rows of all,
    in place of what was there; else the nodes of its loss come to what is there.
    """
    called = {**names, learned.name: learned.loss} if learned.name else names
    live = over_rows(learned.loss, called, learned.start)
    if live is not None:
        graph, behind = live.graph, dict(live.objects)
    else:
        behind = dict(objects)
        graph = _marked(drawn([learned.loss], learned.loss, onto, behind, called), learned, behind)
        graph = graph if graph.data is not None else _one_row(graph)
    plan = graph.plan or TrainingPlan()
    rate = min(float(f"{learned.rates[0]:.12g}"), RATE_AT_MOST)
    steps = max(1, min(learned.turns, STEPS_AT_MOST))
    graph = graph.planned(
        replace(
            plan,
            rate=rate,
            steps=steps,
            schedule=learned.schedule or "constant",
            optimiser=learned.optimiser,
            batch=None,
        )
    )
    return graph, behind


def _one_row(graph: Graph) -> Graph:
    """With the one row that it shows, to be trained on where there are no samples."""
    leaves = [node for node in graph if node.is_leaf and node.role != "parameter"]
    given = [node for node in leaves if node.title] or leaves[:1]
    titles = [node.title or "constant" for node in given]
    if not given or len(set(titles)) < len(titles):
        return graph
    columns = tuple(Column(title, node.id) for title, node in zip(titles, given, strict=True))
    return graph.fed(Data(columns, (tuple(node.data for node in given),)))


def over_rows(root: Value, names: Mapping[str, Any], start: Mapping[Value, float]) -> LiveGraph | None:
    """The graph of one of the samples whose losses the root adds up, with the rows of all.

    None where it adds up none. ``start`` are numbers that leaves had, where they have others by now.
    """
    nodes = [
        node._replace(data=start[node.value], grad=0.0) if node.value in start else node
        for node in read_graph(root, NODES_AT_MOST)
    ]
    samples = found_samples(nodes, FEWEST_LEARNED if start else FEWEST)
    if samples is None:
        return None
    live = row_graph(samples, {name: unlisted(names[name]) for name in names})
    if live is None or live.graph.data is None or not start:
        return live
    columns = {live.objects.get(column.node or 0) for column in live.graph.data.columns}
    return None if columns & start.keys() else live  # what moves is no column of numbers


def _marked(graph: Graph, learned: DescentLoop, behind: Mapping[NodeId, Any]) -> Graph:
    """With what the loop moves as parameters, at the numbers that they had before it."""
    for node, thing in behind.items():
        if isinstance(thing, Value) and thing in learned.start and graph.nodes[node].is_leaf:
            graph = graph.marked(node, "parameter").valued(node, learned.start[thing])
    return graph


def unlisted(thing: Any) -> Any:
    """A list of numbers, or of lists of them, with the numbers alone; anything else as it is."""
    if not isinstance(thing, list) or not 0 < len(thing) <= _LONG:
        return thing
    if all(is_number(each) for each in thing):
        return [plain(each) for each in thing]
    rows = all(isinstance(each, (list, tuple)) and len(each) <= _LONG for each in thing)
    if rows and all(is_number(each) for row in thing for each in row):
        return [[plain(each) for each in row] for row in thing]
    return thing
