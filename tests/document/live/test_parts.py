"""A large live graph that nothing else folds, opened as parts."""

import random
from functools import cache
from graphlib import TopologicalSorter

import pytest

from micrograd import Value
from micrograd_gui.document import codec
from micrograd_gui.document.block import fault
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.live.capture import capture, graph_from_value
from micrograd_gui.document.live.live_graph import LiveGraph
from micrograd_gui.document.live.parts import AS_IT_IS, in_parts
from micrograd_gui.figures.folding import Folding


def unlike(terms: int, named: bool = False) -> Value:
    """A sum of terms that are no two alike."""
    draw = random.Random(terms)
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(60)]
    total = Value(0.0)
    for at in range(terms):
        term = draw.choice(leaves)
        for _ in range(draw.randint(2, 9)):
            term = getattr(term * draw.choice(leaves), draw.choice(("tanh", "sin", "exp")))()
        total = total + term
        total.label = f"sum{at}" if named else ""
    return total


def chain() -> Value:
    x = Value(0.5)
    for _ in range(1500):
        x = x + 1
    return x


def dense() -> Value:
    """Ten wide layers, each node of which reads all of the one before; no class keeps anything."""
    draw = random.Random(5)
    layer = [Value(draw.uniform(-1, 1)) for _ in range(9)]
    for _ in range(8):
        layer = [sum((Value(draw.uniform(-1, 1)) * x for x in layer), Value(0.0)).tanh() for _ in range(9)]
    return sum(layer, Value(0.0))


def tree() -> Value:
    draw = random.Random(6)
    row = [Value(draw.uniform(-1, 1)) for _ in range(700)]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [(a * b).tanh() if draw.random() < 0.5 else a - b for a, b in pairs] + row[len(row) // 2 * 2 :]
    return row[0]


def reused() -> Value:
    """Each node reads two of all that were made before, however far away."""
    draw = random.Random(7)
    made = [Value(draw.uniform(-1, 1)) for _ in range(5)]
    for _ in range(1500):
        made.append((draw.choice(made[-400:]) * made[-1]).tanh())
    return made[-1]


FORMS = {
    "unlike": lambda: unlike(200),
    "named": lambda: unlike(200, named=True),
    "nested": lambda: unlike(1050),
    "chain": chain,
    "dense": dense,
    "tree": tree,
    "reused": reused,
}


@cache
def captured(form: str) -> LiveGraph:
    return capture(FORMS[form]())


def drawn(graph: Graph, within: int | None = None) -> Folding:
    """What is drawn; raises CycleError where its wires close a circle."""
    folding = Folding(graph, within)
    own = {key: set(node.inputs) for key, node in folding.nodes.items()}
    tuple(TopologicalSorter(own).static_order())
    return folding


@pytest.mark.parametrize("form", FORMS)
def test_few_boxes_are_seen_at_first_and_not_too_much_in_each(form):
    found = captured(form)
    graph = found.graph
    assert len(graph) > AS_IT_IS
    assert fault(graph.blocks, graph.nodes) is None
    whole = drawn(graph)
    assert len(whole.nodes) <= 100
    assert graph.target in whole.nodes  # it stands by itself
    assert (
        found.note
        == f"{len(graph):,} nodes, in {len(whole.boxes)} boxes at first: double-click one to look inside."
    )
    for block in graph.blocks[:40]:
        inside = drawn(graph, block.id)
        assert len(inside.nodes) - len(inside.guests) <= AS_IT_IS
        outside = {user for node in graph.within(block.id) for user, _ in graph.users[node]} - graph.within(
            block.id
        )
        taken = {source for user in outside for source in graph.nodes[user].inputs}
        assert set(block.outputs) == taken & graph.within(block.id)
    assert {block.kind for block in graph.blocks} == {"part"}
    assert codec.decode(codec.encode(graph)).blocks == graph.blocks
    assert found.data.keys() == graph.nodes.keys()  # node for node all the same


@pytest.mark.parametrize("form", FORMS)
def test_no_box_stands_on_another(form):
    graph = captured(form).graph
    for within in (None, graph.blocks[0].id):
        folding = Folding(graph, within)
        rects = [
            (*folding.places[key], *folding.size(key)) for key in folding.nodes if key not in folding.guests
        ]
        for at, (x, y, width, height) in enumerate(rects):
            for its_x, its_y, its_width, its_height in rects[:at]:
                apart = x >= its_x + its_width or its_x >= x + width
                assert apart or y >= its_y + its_height or its_y >= y + height


def test_a_few_named_nodes_stand_by_themselves_and_many_bound_the_parts():
    a, b = unlike(60), unlike(80)
    scale = Value(2.0, label="scale")
    first = a * scale
    second = b - first * first
    loss = second.exp()
    names = {"first": first, "second": second, "loss": loss}
    graph = capture(loss, names).graph
    seen = {graph.nodes[key].name for key in drawn(graph).nodes if key in graph.nodes}
    assert {"scale", *names} <= seen
    named = graph_from_value(unlike(200, named=True))
    ends = [block.outputs[-1] for block in named.blocks if block.title.startswith("part")][:-1]
    assert all(named.nodes[end].label for end in ends)


def test_what_is_small_or_has_blocks_stays_as_it_is():
    graph = graph_from_value(unlike(20))
    assert not graph.blocks
    assert in_parts(graph) is graph
    parted = graph_from_value(unlike(200))
    assert in_parts(parted) is parted


@pytest.mark.parametrize(("cap", "many"), [(1_000, "{:,}"), (100, "more than 500")])
def test_a_graph_above_the_cap_is_refused_with_its_size_before_it_is_read(monkeypatch, cap, many):
    root = unlike(200)
    many = many.format(len(capture(root).graph))
    monkeypatch.setattr("micrograd_gui.document.live.values.NODES_AT_MOST", cap)
    monkeypatch.setattr("micrograd.foreign.label_of", None)  # which each node is asked for that is read
    with pytest.raises(Refusal, match=f"^The graph has {many} nodes, and no more than {cap:,} can be shown"):
        capture(root)
