"""Rough layout: first places for nodes that have none, in columns by depth, until a real layout arrives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from math import hypot

from micrograd_gui.document.graph import Graph, NodeId, Place

COLUMN = 232.0
ROW = 90.0
APART = (COLUMN - 60.0, ROW - 10.0)  # places this far from each other leave a gap between boxes
TALLEST = 24  # so many nodes stand one below the other; more go on beside them


def arranged(graph: Graph) -> Graph:
    """The graph with a place for every node; those that have one keep it."""
    if graph.nodes.keys() <= graph.places.keys():  # asked first: the order takes long to find out
        return graph
    missing = [number for number in graph.order if number not in graph.places]
    depth: dict[NodeId, int] = {}
    for number in graph.order:
        depth[number] = 1 + max((depth[s] for s in graph.nodes[number].inputs if s is not None), default=-1)
    users = graph.users
    for number in reversed(graph.order):  # a leaf stands one column before its first user
        if users[number] and graph.nodes[number].is_leaf:
            depth[number] = min(depth[user] for user, _ in users[number]) - 1
    bottom = max((y for _, y in graph.places.values()), default=-ROW) + ROW if graph.places else 0.0
    columns: defaultdict[int, list[NodeId]] = defaultdict(list)
    for number in missing:
        columns[depth[number]].append(number)
    places: dict[NodeId, Place] = {}
    left = COLUMN * min(columns)
    for here in sorted(columns):
        left = max(left, COLUMN * here)
        for at, number in enumerate(columns[here]):
            places[number] = (left + at // TALLEST * COLUMN, bottom + at % TALLEST * ROW)
        left += COLUMN * ((len(columns[here]) - 1) // TALLEST + 1)
    return graph.moved(places)


def placed_beside(graph: Graph, otherwise: Collection[NodeId] = ()) -> Graph:
    """The graph with a place for every node, the new ones right of what feeds them or left of what they feed.

    That is for few new nodes among many that stand where they stood; more are arranged by themselves.
    ``otherwise`` are nodes that are computed otherwise than when they got their place: it is not kept where a
    wire to one would run against the flow, and so on from there; all others stay.
    """
    missing = graph.nodes.keys() - graph.places.keys()
    if not graph.places or len(missing) > TALLEST:
        return arranged(graph)
    places, set_anew = dict(graph.places), set[NodeId]()
    for number in graph.order:
        inputs = [source for source in graph.nodes[number].inputs if source is not None and source in places]
        if number in places:
            moved = inputs if number in otherwise else [source for source in inputs if source in set_anew]
            if all(_flows(places[source], places[number]) for source in moved):
                continue
            del places[number]
        wanted = _wanted(graph, number, places)
        if wanted is not None:  # else nothing of what is beside it stands anywhere yet
            leaving = {user for user, _ in graph.users[number] if user in otherwise}  # they go further right
            taken = [place for node, place in places.items() if node not in leaving]
            places[number] = free_place(wanted, taken)
            set_anew.add(number)
    if len(set_anew) > TALLEST:
        return arranged(graph)
    for number in missing - places.keys():
        wanted = _wanted(graph, number, places)
        if wanted is not None:
            places[number] = free_place(wanted, places.values())
    return arranged(graph.moved(places))


def _wanted(graph: Graph, number: NodeId, places: Mapping[NodeId, Place]) -> Place | None:
    """Where a node best stands beside its neighbours; None where none of them stands anywhere."""
    inputs = graph.nodes[number].inputs
    feeding = [places[source] for source in inputs if source is not None and source in places]
    if feeding:
        return max(x for x, _ in feeding) + COLUMN, sum(y for _, y in feeding) / len(feeding)
    fed = [places[user] for user, _ in graph.users[number] if user in places]
    if fed:
        return min(x for x, _ in fed) - COLUMN, sum(y for _, y in fed) / len(fed)
    return None


def _flows(source: Place, user: Place) -> bool:
    """Whether a wire goes from left to right, with a gap between both boxes."""
    return user[0] - source[0] >= APART[0]


def free_place(wanted: Place, taken: Collection[Place]) -> Place:
    """The place nearest to the wanted one at which a box covers no other; below all where none is near."""
    offsets = [(column * COLUMN, row * ROW) for column in range(-4, 5) for row in range(-5, 6)]
    for x, y in sorted(offsets, key=lambda offset: (hypot(*offset), -offset[1], -offset[0])):
        place = wanted[0] + x, wanted[1] + y
        if not any(abs(place[0] - a) < APART[0] and abs(place[1] - b) < APART[1] for a, b in taken):
            return place
    return wanted[0], max(y for _, y in taken) + ROW
