"""What follows from the wires: shared by graphs that differ in numbers alone, right for all others."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression

FACTS = ("users", "target", "order", "feeding", "parameters")
LEAF, OP, POWER = 1, 4, 6


def example() -> Graph:
    graph = graph_from_expression("a = 2; b = -3; c = 10; e = a*b; d = e + c; f = d**2; L = f.tanh()")
    graph = graph.marked(1, "parameter").marked(2, "parameter")
    graph = graph.fed(Data((Column("c", 3),), ((1.0,), (2.0,))))
    return with_block(graph, BlockSpec("neuron", 2, seed=1))[0]


EDITS: dict[str, tuple[bool, Callable[[Graph], Graph]]] = {
    "a leaf's number": (True, lambda graph: graph.valued(LEAF, 7.0)),
    "many numbers": (True, lambda graph: graph.numbered({1: 5.0, 2: 6.0})),
    "another row": (True, lambda graph: graph.showing(1)),
    "places": (True, lambda graph: graph.moved({LEAF: (1.0, 2.0)})),
    "a span": (True, lambda graph: graph.ranged(LEAF, (0.0, 1.0))),
    "a plan": (True, lambda graph: graph.planned(TrainingPlan(steps=7))),
    "a box": (True, lambda graph: graph.collapsed(1)),
    "a block's title": (True, lambda graph: graph.retitled(1, "first")),
    "members": (True, lambda graph: graph.joined([LEAF], 1)),
    "no block": (True, lambda graph: graph.ungrouped(1)),
    "a name": (False, lambda graph: graph.relabelled(LEAF, "z")),
    "a role": (False, lambda graph: graph.marked(1, "")),
    "an exponent": (False, lambda graph: graph.operated(POWER, "**3")),
    "an op": (False, lambda graph: graph.operated(OP, "+")),
    "a target": (False, lambda graph: graph.targeted(graph.nodes[OP].id)),
    "a wire": (False, lambda graph: graph.wired(3, OP, 1)),
    "no wire": (False, lambda graph: graph.unwired(OP, 0)),
    "a node": (False, lambda graph: graph.added("tanh", (0.0, 0.0))),
    "fewer nodes": (False, lambda graph: graph.without([OP])),
    "no rows": (False, lambda graph: graph.fed(None)),
    "an unbound column": (False, lambda graph: graph.fed(Data((Column("c"),), ((1.0,),)))),
}


def worked_out_anew(graph: Graph) -> dict[str, object]:
    fresh = replace(graph, nodes=dict(graph.nodes))
    assert fresh.wiring is not graph.wiring
    return {name: getattr(fresh, name) for name in FACTS}


@pytest.mark.parametrize("edit", EDITS)
def test_what_follows_is_right_after_every_edit_and_shared_where_only_numbers_differ(edit: str) -> None:
    shared, make = EDITS[edit]
    before = example()
    known = worked_out_anew(before)
    after = make(before)
    assert after is not before
    assert (after.wiring is before.wiring) is shared
    assert {name: getattr(after, name) for name in FACTS} == worked_out_anew(after)
    assert {name: getattr(before, name) for name in FACTS} == known


@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=12))
def test_graphs_of_one_wiring_are_of_one_structure_after_any_edits(edits: list[str]) -> None:
    graphs = [example()]
    for edit in edits:
        try:
            graphs.append(EDITS[edit][1](graphs[-1]))
        except (Refusal, KeyError):  # what it is about is gone
            continue
        assert {name: getattr(graphs[-1], name) for name in FACTS} == worked_out_anew(graphs[-1])
    for graph in graphs:
        if graph.wiring is graphs[0].wiring:
            assert graph.nodes.keys() == graphs[0].nodes.keys()
            assert all(
                (node.shape, node.label, node.role) == (its.shape, its.label, its.role)
                for node, its in zip(graph, graphs[0], strict=True)
            )
        same = {node.id: node.shape for node in graph} == {node.id: node.shape for node in graphs[0]}
        assert graph.same_structure(graphs[0]) is (same and graph.target == graphs[0].target)
