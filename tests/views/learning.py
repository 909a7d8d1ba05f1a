"""Small graphs that learn, for the tests of what shows them."""

from micrograd_gui.document import datasets
from micrograd_gui.document.data import Column, Data, TrainingPlan
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression


def line(steps: int = 50) -> Graph:
    """o = w·x + b over twenty rows near a line."""
    graph = graph_from_expression("w = 0.5; x = 1; b = 0; o = w*x + b; y = 1; L = (o - y)**2")
    for name in ("w", "b"):
        graph = graph.marked(graph.named(name), "parameter")
    graph = graph.fed(datasets.make("line").matched(graph.nodes))
    return graph.planned(TrainingPlan(rate=0.1, steps=steps))


def plane(name: str = "xor", steps: int = 100, activation: str = "tanh") -> Graph:
    """A small network over two inputs, with answers of 1 and −1."""
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (4, 1), activation=activation, seed=1))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    return graph.fed(datasets.make(name).matched(graph.nodes)).planned(TrainingPlan(rate=0.2, steps=steps))


def bursting() -> Graph:
    """exp of what grows: a few steps at this rate and no number is left."""
    graph = graph_from_expression("w = 1; x = 1; L = exp(w*x)")
    graph = graph.marked(graph.named("w"), "parameter")
    data = Data((Column("x", graph.named("x")),), ((-3.0,), (5.0,)))
    return graph.fed(data).planned(TrainingPlan(rate=1000.0, steps=10))
