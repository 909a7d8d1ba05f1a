"""GraphBuilder: what it is told is what the graph has, and the graph it started from stays as it was."""

from micrograd_gui.document.block import fault
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression


def test_nodes_are_numbered_on_from_the_graph_that_is_there() -> None:
    before = graph_from_expression("a = 2; b = 3; L = a*b")
    builder = GraphBuilder(before)
    new = builder.add("tanh", (3,), "t")
    graph = builder.graph()
    assert (new, graph.next_id) == (4, 5)
    assert graph.nodes[new].inputs == (3,)
    assert graph.target == before.target == 3
    assert builder.graph(new).target == new
    assert len(before) == 3


def test_a_graph_that_was_given_out_does_not_grow_any_more() -> None:
    builder = GraphBuilder()
    builder.add(label="x", data=2.0, role="input")
    first = builder.graph()
    builder.relabel(1, "y")
    builder.add("exp", (1,))
    assert [node.label for node in first] == ["x"]
    assert [node.label for node in builder.graph()] == ["y", ""]
    assert first.nodes[1].role == "input"


def test_blocks_have_the_nodes_that_were_added_while_they_were_open() -> None:
    builder = GraphBuilder(Graph())
    x = builder.add(label="x")
    outer = builder.open("layer", "layer 1")
    inner = builder.open("neuron", "neuron 1", outer)
    n = builder.add("neg", (x,), block=inner)
    o = builder.add("tanh", (n,), block=inner)
    builder.close(inner, [o], [(o, x)])
    builder.close(outer, [o])
    graph = builder.graph()
    assert [(b.id, b.parent, b.members, b.outputs) for b in graph.blocks] == [
        (outer, None, (), (o,)),
        (inner, outer, (n, o), (o,)),
    ]
    assert graph.blocks[1].judges == ((o, x),)
    assert fault(graph.blocks, graph.nodes) is None
    assert GraphBuilder(graph).open("loss", "loss") == 3
