"""Tidy up: places for all nodes of a graph, worked out by Graphviz."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from threading import Event

import graphviz

from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.rough_layout import COLUMN, ROW, arranged
from micrograd_gui.services.engines import Cancelled, Engine, LayoutRefusal, effort, engine

Size = tuple[float, float]

COLUMN_GAP = 88.0  # a wire's chip stands in it
ROW_GAP = 30.0
_POINTS = 72.0


def places(
    graph: Graph,
    sizes: Mapping[NodeId, Size],
    *,
    time_limit: float = 5.0,
    stop: Event | None = None,
    by: Engine | None = None,
) -> dict[NodeId, Place]:
    """The top left corner of every node, y downwards, inputs left, operands from top to bottom.

    Where there is no engine, or it fails or takes too long, nodes stand in columns by their depth.
    Raises Cancelled, and nothing else.
    """
    if not graph.nodes:
        return {}
    try:
        answer = (by or engine()).run(_dot(graph, sizes), time_limit=time_limit, stop=stop)
        return _corners(json.loads(answer), sizes)
    except Cancelled:
        raise
    except LayoutRefusal:
        return _in_columns(graph, sizes)


def _dot(graph: Graph, sizes: Mapping[NodeId, Size]) -> str:
    """The graph as blank boxes of the given sizes, with a port for each operand."""
    dot = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "ranksep": f"{COLUMN_GAP / _POINTS:.4f}",
            "nodesep": f"{ROW_GAP / _POINTS:.4f}",
            "splines": "false",
            **effort(len(graph)),
        },
        node_attr={"shape": "record", "fixedsize": "true"},
    )
    for number in graph.order:
        width, height = sizes[number]
        # The blank keeps the graphviz package from reading a label that begins with < as HTML.
        ports = " " + "|".join(f"<p{port}>" for port in range(len(graph.nodes[number].inputs)))
        dot.node(f"n{number}", label=ports, width=f"{width / _POINTS:.4f}", height=f"{height / _POINTS:.4f}")
    for number in graph.order:
        for port, source in enumerate(graph.nodes[number].inputs):
            if source is not None:
                dot.edge(f"n{source}", f"n{number}:p{port}:w")
    return str(dot.source)


def _corners(answer: Mapping[str, object], sizes: Mapping[NodeId, Size]) -> dict[NodeId, Place]:
    objects = answer.get("objects", [])
    assert isinstance(objects, list)
    corners: dict[NodeId, Place] = {}
    for each in objects:
        number = int(each["name"][1:])
        x, y = (float(part) for part in each["pos"].split(","))
        width, height = sizes[number]
        corners[number] = (x - width / 2, -y - height / 2)
    return _from_origin(corners)


def _in_columns(graph: Graph, sizes: Mapping[NodeId, Size]) -> dict[NodeId, Place]:
    column = max(width for width, _ in sizes.values()) + COLUMN_GAP
    row = max(height for _, height in sizes.values()) + ROW_GAP
    rough = arranged(replace(graph, places={})).places
    return _from_origin({number: (x / COLUMN * column, y / ROW * row) for number, (x, y) in rough.items()})


def _from_origin(corners: Mapping[NodeId, Place]) -> dict[NodeId, Place]:
    left = min(x for x, _ in corners.values())
    top = min(y for _, y in corners.values())
    return {number: (float(round(x - left)), float(round(y - top))) for number, (x, y) in corners.items()}
