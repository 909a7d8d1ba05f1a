"""A first place for nodes that have none: columns by depth, until a real layout arrives."""

from __future__ import annotations

from collections import defaultdict

from micrograd_gui.document.graph import Graph, NodeId, Place

COLUMN = 190.0
ROW = 90.0


def arranged(graph: Graph) -> Graph:
    """The graph with a place for every node; those that have one keep it."""
    missing = [number for number in graph.order if number not in graph.places]
    if not missing:
        return graph
    depth: dict[NodeId, int] = {}
    for number in graph.order:
        depth[number] = 1 + max((depth[s] for s in graph.nodes[number].inputs if s is not None), default=-1)
    for number in reversed(graph.order):  # a leaf stands one column before its first user
        users = [depth[user] for user, _ in graph.users[number]]
        if users and graph.nodes[number].is_leaf:
            depth[number] = min(users) - 1
    bottom = max((y for _, y in graph.places.values()), default=-ROW) + ROW if graph.places else 0.0
    rows: defaultdict[int, int] = defaultdict(int)
    places: dict[NodeId, Place] = {}
    for number in missing:
        places[number] = (depth[number] * COLUMN, bottom + rows[depth[number]] * ROW)
        rows[depth[number]] += 1
    return graph.moved(places)
