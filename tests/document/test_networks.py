"""Blocks: neurons, layers, MLPs and losses are micrograd's own, number for number."""

import math
import random

import pytest

from micrograd import Value, nn
from micrograd_gui.document import block as parts
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.networks import LOSSES, BlockSpec, redrawn, with_block
from micrograd_gui.session.build import build


def neuron() -> Graph:
    return with_block(Graph(), BlockSpec("neuron", 2))[0]


def number(graph: Graph, node: NodeId | None) -> float:
    assert node is not None
    return build(graph)[node].data


def labels(graph: Graph) -> set[str]:
    return {node.label for node in graph if node.label}


def weights(graph: Graph) -> list[float]:
    return [node.data for node in graph if node.role == "parameter" and node.label.startswith("w")]


def test_a_neuron_is_named_as_in_the_lecture() -> None:
    graph, block = with_block(Graph(), BlockSpec("neuron", 2, seed=1))
    assert labels(graph) == {"x1", "x2", "w1", "w2", "b", "n", "o"}
    assert {node.label for node in graph if node.role == "input"} == {"x1", "x2"}
    assert {node.label for node in graph if node.role == "parameter"} == {"w1", "w2", "b"}
    made = graph.blocks[0]
    assert (made.id, made.kind, made.output) == (block, "neuron", graph.named("o"))
    assert graph.named("x1") not in made.members
    assert len(graph) == 2 + len(made.members)


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("linear", [True, False])
def test_an_mlp_computes_what_nn_computes(activation: str, linear: bool) -> None:
    spec = BlockSpec("mlp", 3, (4, 2, 1), activation=activation, linear=linear, seed=5)
    graph, _ = with_block(Graph(), spec)
    options = {} if linear else {"nonlin": True}
    theirs = nn.MLP(3, [4, 2, 1], activation=activation, seed=5, **options)
    x = {graph.named(name): data for name, data in zip(("x1", "x2", "x3"), (0.5, -2.0, 3.0), strict=True)}
    out = theirs([Value(data) for data in x.values()])
    assert number(graph.numbered(x), graph.named("o")) == out.data


def test_without_a_seed_weights_are_drawn_as_micrograd_draws_them() -> None:
    random.seed(1337)
    theirs = [p.data for p in nn.MLP(2, [16, 16, 1]).parameters() if p.data]
    random.seed(1337)
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (16, 16, 1), activation="relu", linear=True))
    assert weights(graph) == theirs


def test_drawing_anew_draws_what_a_new_network_would_draw() -> None:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (3, 1), seed=1, linear=True))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    graph, _ = with_block(graph, BlockSpec("loss", form="l2"))
    other, _ = with_block(Graph(), BlockSpec("mlp", 2, (3, 1), seed=9, linear=True))
    assert weights(redrawn(graph, 9)) == weights(other)
    assert all(node.data == 0 for node in redrawn(graph, 9) if node.label.startswith("b"))
    assert redrawn(graph, 9).nodes[graph.named("alpha")].data == 1e-4


def test_a_layer_has_an_output_per_neuron_and_nested_blocks() -> None:
    graph, block = with_block(Graph(), BlockSpec("layer", 2, (3,), seed=1))
    layer = next(each for each in graph.blocks if each.id == block)
    assert len(layer.outputs) == 3
    assert layer.output is None
    assert [each.parent for each in graph.blocks if each.kind == "neuron"] == [block] * 3
    assert parts.nodes_of(graph.blocks, block) == {node.id for node in graph if node.role != "input"}


def test_a_node_belongs_to_at_most_one_block() -> None:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (3, 2), seed=1, linear=True))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    members = [node for block in graph.blocks for node in block.members]
    assert len(members) == len(set(members))
    assert parts.fault(graph.blocks, graph.nodes) is None
    assert labels(graph) >= {"y1", "y2", "L"}


def test_a_network_can_stand_on_nodes_that_are_there() -> None:
    graph = Graph().added(None, (0, 0), label="a").added(None, (0, 0), label="b")
    graph, _ = with_block(graph, BlockSpec("neuron", (1, 2), seed=1))
    assert graph.users[1]
    assert graph.users[2]
    assert "b′" in labels(graph), "a label that is taken gets a stroke"


def test_a_block_that_is_ungrouped_leaves_its_nodes() -> None:
    graph, block = with_block(Graph(), BlockSpec("mlp", 2, (2, 1), seed=1, linear=True))
    neuron = next(each for each in graph.blocks if each.kind == "neuron")
    outer = graph.collapsed(neuron.id).collapsed(block)
    assert outer.ungrouped(block).blocks == ()
    assert len(outer.ungrouped(block)) == len(graph)


def test_deleting_nodes_leaves_blocks_that_name_only_what_is_there() -> None:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (2, 1), seed=1, linear=True))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    first = next(each for each in graph.blocks if each.kind == "neuron")
    rest = graph.without(first.members)
    assert first.id not in {block.id for block in rest.blocks}
    assert parts.fault(rest.blocks, rest.nodes) is None
    assert graph.without({graph.named("y")}).blocks[-1].judges == ()
    assert graph.without(graph.nodes).blocks == ()


@pytest.mark.parametrize("answer", [1.0, -1.0])
def test_losses_are_their_formulas(answer: float) -> None:
    for form, expected in (
        ("squared", lambda o: (o - answer) ** 2),
        ("margin", lambda o: max(0.0, 1 - answer * o)),
        ("cross_entropy", lambda o: math.log(1 + math.exp(-o if answer == 1 else o))),
    ):
        graph, _ = with_block(Graph(), BlockSpec("neuron", 2, linear=True, seed=3))
        graph, block = with_block(graph, BlockSpec("loss", form=form))
        shown = (answer + 1) / 2 if form == "cross_entropy" else answer
        graph = graph.numbered({graph.named("y"): shown, graph.named("x2"): 2.5})
        assert number(graph, graph.target) == pytest.approx(expected(number(graph, graph.named("o"))))
        assert graph.target == graph.named("L")
        assert graph.blocks[-1].id == block


def test_cross_entropy_takes_a_sigmoid_that_is_there_and_stays_finite_where_it_rounds_to_1() -> None:
    graph, _ = with_block(Graph(), BlockSpec("neuron", 1, activation="sigmoid", seed=3))
    graph, _ = with_block(graph, BlockSpec("loss", form="cross_entropy"))
    assert "p" not in labels(graph)
    graph = graph.numbered({graph.named("x1"): 1.0, graph.named("w1"): 40.0, graph.named("y"): 1.0})
    assert number(graph, graph.named("o")) == 1.0
    assert number(graph, graph.target) == pytest.approx(0.0, abs=1e-15)
    wrong = graph.numbered({graph.named("y"): 0.0})
    assert number(wrong, graph.target) == pytest.approx(40.0)


def test_l2_adds_alpha_times_the_squares_of_all_parameters() -> None:
    graph, _ = with_block(Graph(), BlockSpec("neuron", 2, seed=3))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    more, _ = with_block(graph, BlockSpec("loss", form="l2", alpha=0.5))
    squares = sum(node.data**2 for node in graph if node.role == "parameter")
    assert number(more, more.target) == pytest.approx(number(graph, graph.target) + 0.5 * squares)
    assert more.nodes[more.target or 0].label == "total"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: with_block(Graph(), BlockSpec("loss", form="squared")),
        lambda: with_block(Graph(), BlockSpec("loss", form="l2")),
        lambda: with_block(neuron(), BlockSpec("loss", form="nope")),
        lambda: with_block(neuron(), BlockSpec("loss", form="squared", answers=(1, 2))),
        lambda: with_block(neuron(), BlockSpec("loss", form="l2", alpha=0.0)),
        lambda: with_block(Graph(), BlockSpec("neuron", 0)),
        lambda: with_block(Graph(), BlockSpec("neuron", ())),
        lambda: with_block(Graph(), BlockSpec("neuron", 2, activation="+")),
        lambda: with_block(Graph(), BlockSpec("mlp", 2, (), linear=True)),
        lambda: with_block(Graph(), BlockSpec("mlp", 2, (3, 0), linear=True)),
        lambda: with_block(Graph(), BlockSpec("mlp", 1000, (1000, 1000), linear=True)),
        lambda: with_block(Graph(), BlockSpec("layer", 2, (10**6,))),
    ],
)
def test_what_cannot_be_built_is_refused(attempt: object) -> None:
    assert callable(attempt)
    with pytest.raises(Refusal):
        attempt()


def test_every_loss_has_words() -> None:
    assert all(loss.title and loss.sentence.endswith(".") for loss in LOSSES.values())
