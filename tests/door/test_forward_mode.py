"""Forward mode for programs: derivatives by one leaf, by the names of the nodes."""

import pytest

import micrograd_gui as mg
from micrograd_gui.files import documents


def test_every_node_by_one_leaf_and_the_target_as_a_backward_pass_has_it() -> None:
    graph = mg.parse("L = (a*b + c) * f", a=2, b=-3, c=10, f=-2)
    for leaf in "abcf":
        found = mg.forward_mode(graph, leaf)
        assert found["L"] == mg.run(graph)[-1].grad[leaf]
        assert found[leaf] == 1.0
    assert mg.forward_mode(graph, graph.named("a"))["b"] == 0.0


def test_what_is_no_leaf_is_refused_in_a_sentence() -> None:
    graph = documents.load_example("lecture")
    for wrong in ("e", 99):
        with pytest.raises(mg.Refusal, match="leaf must be a leaf of the graph"):
            mg.forward_mode(graph, wrong)
    with pytest.raises(mg.Refusal):
        mg.forward_mode(graph, "nobody")
