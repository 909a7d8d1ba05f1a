"""The built-in examples that train: networks put together from blocks, with rows and a plan."""

from dataclasses import dataclass

from msgspec.structs import replace

from micrograd_gui.document import datasets
from micrograd_gui.document.data import Data, TrainingPlan
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression


@dataclass(frozen=True)
class Lesson:
    name: str
    title: str
    sentence: str
    graph: Graph


def mlp() -> Graph:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 3, (4, 4, 1), activation="tanh", seed=1337))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    graph = fed(graph, replace(datasets.make("lecture"), reduction="sum"), TrainingPlan(rate=0.05, steps=20))
    return folded(graph, "neuron")


def moons() -> Graph:
    network = BlockSpec("mlp", 2, (16, 16, 1), activation="relu", linear=True, seed=1337)
    graph, _ = with_block(Graph(), network)
    graph, _ = with_block(graph, BlockSpec("loss", form="margin"))
    graph, _ = with_block(graph, BlockSpec("loss", form="l2", alpha=1e-4))
    graph = fed(graph, datasets.make("moons"), TrainingPlan(rate=1.0, schedule="demo", steps=100))
    return folded(folded(folded(graph, "neuron"), "mlp"), "loss")


def xor() -> Graph:
    graph, _ = with_block(Graph(), BlockSpec("mlp", 2, (4, 1), activation="tanh", seed=1337))
    graph, _ = with_block(graph, BlockSpec("loss", form="squared"))
    return folded(fed(graph, datasets.make("xor"), TrainingPlan(rate=0.5, steps=200)), "neuron")


def line() -> Graph:
    graph = graph_from_expression("x = 1; w = -1.0; b = 1.0; y = 1; o = w*x + b; L = (o - y)**2")
    for label in ("w", "b"):
        graph = graph.marked(graph.named(label), "parameter")
    return fed(graph, datasets.make("line"), TrainingPlan(rate=0.2, steps=100))


def fed(graph: Graph, data: Data, plan: TrainingPlan) -> Graph:
    return graph.fed(data.matched(graph.nodes)).planned(plan)


def folded(graph: Graph, kind: str) -> Graph:
    for block in graph.blocks:
        if block.kind == kind:
            graph = graph.collapsed(block.id)
    return graph


LESSONS = (
    Lesson(
        "mlp",
        "The lecture's network",
        "MLP(3, [4, 4, 1]) with tanh on the lecture's four rows: 41 parameters learn four answers.",
        mlp(),
    ),
    Lesson(
        "moons",
        "micrograd's demo: two moons",
        "MLP(2, [16, 16, 1]) with the max-margin loss learns to tell 100 points of two moons apart.",
        moons(),
    ),
    Lesson(
        "xor",
        "XOR",
        "A network with four hidden neurons learns what no single neuron can: whether two inputs differ.",
        xor(),
    ),
    Lesson(
        "line",
        "A line through points",
        "Two parameters, the slope w and the height b, are fitted to 20 noisy points.",
        line(),
    ),
)
