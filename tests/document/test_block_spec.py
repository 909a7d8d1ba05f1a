"""What a BlockSpec says is what comes."""

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import NEURONS_IN_VIEW, BlockSpec, with_block


def test_a_neuron_has_the_names_of_the_lecture():
    graph, block = with_block(Graph(), BlockSpec("neuron", inputs=2, activation="tanh", seed=1), boxes=True)
    labels = {node.label for node in graph if node.label}
    assert labels == {"x1", "x2", "w1", "w2", "b", "n", "o"}
    assert graph.blocks[0].id == block
    assert not graph.blocks[0].collapsed


def test_a_block_reads_the_nodes_it_is_given():
    graph = Graph().added(None, (0.0, 0.0), label="a").added(None, (0.0, 90.0), label="c")
    grown, _block = with_block(graph, BlockSpec("layer", inputs=(1, 2), layers=(3,), seed=1), boxes=True)
    assert len(grown.blocks[0].outputs) == 3
    assert {node.label for node in grown if node.role == "input"} == set()
    assert all(grown.nodes[number] is graph.nodes[number] for number in graph.nodes)
    assert all(grown.places[number] == graph.places[number] for number in graph.nodes)


def test_the_neurons_of_a_network_come_as_boxes():
    graph, _block = with_block(Graph(), BlockSpec("mlp", inputs=3, layers=(4, 4, 1), seed=1), boxes=True)
    assert {b.kind for b in graph.blocks if b.collapsed} == {"neuron"}


def test_a_large_network_comes_as_one_box():
    large = BlockSpec("mlp", inputs=1, layers=(NEURONS_IN_VIEW, 1), seed=1)
    graph, block = with_block(Graph(), large, boxes=True)
    assert graph.blocks[0].id == block
    assert graph.blocks[0].collapsed


def test_the_same_seed_makes_the_same_weights():
    one, other = (with_block(Graph(), BlockSpec("mlp", seed=7), boxes=True)[0] for _ in range(2))
    assert [node.data for node in one] == [node.data for node in other]


def test_a_loss_with_nothing_to_judge_is_refused():
    with pytest.raises(Refusal, match="no prediction"):
        with_block(Graph(), BlockSpec("loss"), boxes=True)
