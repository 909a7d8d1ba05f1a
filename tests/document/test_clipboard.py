"""Copy and paste."""

import pytest

from micrograd_gui.document.clipboard import OFFSET, as_text, pasted
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rough_layout import ROW, arranged
from micrograd_gui.files.documents import load_example


def labels(graph: Graph, nodes: frozenset[int]) -> list[str]:
    return [graph.nodes[node].label for node in sorted(nodes)]


def test_a_copy_keeps_the_wires_inside_and_cuts_those_to_the_outside():
    graph = load_example("lecture")
    ids = {node.label: node.id for node in graph}
    whole, new = pasted(graph, as_text(graph, [ids["a"], ids["e"], ids["d"]]), None)
    a, e, d = (whole.nodes[number] for number in sorted(new))
    assert (a.label, e.label, d.label) == ("a′", "e′", "d′")
    assert e.inputs == (a.id, None)
    assert d.inputs == (e.id, None)
    assert all(whole.nodes[node.id] is node for node in graph)


def test_a_copy_of_an_inner_node_alone_has_empty_ports():
    graph = load_example("lecture")
    whole, new = pasted(graph, as_text(graph, [graph.named("e")]), None)
    (number,) = new
    assert (whole.nodes[number].op, whole.nodes[number].inputs) == ("*", (None, None))


def test_a_copy_keeps_both_wires_of_a_square_and_value_and_role():
    graph = load_example("square").marked(1, "parameter")
    whole, new = pasted(graph, as_text(graph, graph.nodes), None)
    a, b = (whole.nodes[number] for number in sorted(new))
    assert b.inputs == (a.id, a.id)
    assert (a.data, a.role) == (3.0, "parameter")


def test_copies_of_copies_have_labels_of_their_own():
    graph = load_example("square")
    for _ in range(3):
        graph, _ = pasted(graph, as_text(graph, [1]), None)
    assert [node.label for node in graph] == ["a", "b", "a′", "a′′", "a′′′"]


def test_a_copy_stands_a_little_beside_or_around_the_given_place():
    graph = load_example("lecture")
    whole, new = pasted(graph, as_text(graph, [1]), None)
    assert whole.places[max(new)] == (graph.places[1][0] + OFFSET[0], graph.places[1][1] + OFFSET[1])
    whole, new = pasted(graph, as_text(graph, graph.nodes), (1000.0, -50.0))
    xs = [whole.places[number][0] for number in new]
    assert (min(xs) + max(xs)) / 2 == 1000.0


def test_an_expression_can_be_pasted():
    whole, new = pasted(load_example("square"), "y = tanh(a*z)", (0.0, 0.0))
    assert labels(whole, new) == ["z", "", "y"], "the names of the graph are known"
    product = next(node for node in new if whole.nodes[node].op == "*")
    assert whole.named("a") in whole.nodes[product].inputs
    assert all(number in whole.places for number in new)


def test_what_is_pasted_does_not_take_the_targets_place():
    graph = load_example("square")
    whole, _ = pasted(graph, "y = tanh(z)", None)
    assert whole.target == graph.target
    assert pasted(Graph(), as_text(graph, graph.nodes), None)[0].target == graph.target


@pytest.mark.parametrize("text", ["", "  \n", '{"format": 1}', "{", "def f(): pass\nx", "a +", "\x00"])
def test_what_cannot_be_pasted_is_refused(text):
    with pytest.raises(Refusal):
        pasted(load_example("square"), text, None)


def test_an_empty_file_is_nothing_to_paste():
    with pytest.raises(Refusal, match="There is nothing to paste"):
        pasted(load_example("square"), as_text(Graph(), []), None)


def test_a_plain_number_can_be_pasted_as_a_leaf():
    whole, new = pasted(Graph(), "2.5", (7.0, 8.0))
    assert whole.nodes[max(new)].data == 2.5
    assert whole.places[max(new)] == (7.0, 8.0)
    assert graph_from_expression("2.5").nodes[1].data == 2.5


def test_blocks_go_along_that_are_copied_whole_and_no_others():
    graph, mlp = with_block(Graph(), BlockSpec("mlp", 2, (2, 1), seed=1, linear=True))
    neuron = next(block for block in graph.blocks if block.kind == "neuron")
    copied, _ = pasted(Graph(), as_text(graph, graph.within(neuron.id)), None)
    assert [(block.kind, block.parent) for block in copied.blocks] == [("neuron", None)]
    part, _ = pasted(Graph(), as_text(graph, neuron.members[:2]), None)
    assert part.blocks == ()
    whole, _ = pasted(Graph(), as_text(graph, graph.within(mlp)), None)
    assert [block.kind for block in whole.blocks] == [block.kind for block in graph.blocks]


def test_an_expression_is_pasted_below_what_is_there_and_covers_nothing():
    graph = arranged(graph_from_expression("a = 1; b = 2; L = a*b + a"))
    whole, new = pasted(graph, "x = 3; y = (x*2).tanh()", None)
    bottom = max(y for _, y in graph.places.values())
    assert min(whole.places[node][1] for node in new) >= bottom + ROW
    assert min(x for x, _ in whole.places.values()) == min(x for x, _ in graph.places.values())
