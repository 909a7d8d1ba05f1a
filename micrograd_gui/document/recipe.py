"""Recipe: what a block is to be like, before it is put into a graph."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd_gui.document import blocks
from micrograd_gui.document.block import BlockId, BlockKind, inside
from micrograd_gui.document.graph import Graph, NodeId

NEURONS_IN_VIEW = 40  # a network of more neurons comes as one box


@dataclass(frozen=True)
class Recipe:
    """A neuron, a layer, an MLP or a loss, with all that can be chosen about it.

    ``inputs`` are nodes, or how many new inputs there are to be; ``layers`` the number of neurons in each.
    ``linear``: the last layer has no activation. A loss is of that ``form``; it judges ``outputs`` (none:
    those of the newest network) by ``answers`` (none: new inputs).
    """

    kind: BlockKind
    inputs: int | tuple[NodeId, ...] = 2
    layers: tuple[int, ...] = (3, 1)
    activation: str = "tanh"
    linear: bool = False
    seed: int | None = None
    form: str = "squared"
    outputs: tuple[NodeId, ...] = ()
    answers: tuple[NodeId, ...] = ()
    alpha: float = 1e-4

    def grown(self, graph: Graph) -> tuple[Graph, BlockId]:
        """The graph with the block; raises Refusal where it cannot be made."""
        if self.kind == "loss":
            return blocks.with_loss(graph, self.form, self.outputs, self.answers, alpha=self.alpha)
        first = self.layers[0] if self.layers else 0
        if self.kind == "neuron":
            return blocks.with_neuron(
                graph, self.inputs, activation=self.activation, linear=self.linear, seed=self.seed
            )
        if self.kind == "layer":
            grown = blocks.with_layer(
                graph, self.inputs, first, activation=self.activation, linear=self.linear, seed=self.seed
            )
        else:
            grown = blocks.with_mlp(
                graph,
                self.inputs,
                self.layers,
                activation=self.activation,
                linear=self.linear,
                seed=self.seed,
            )
        return readable(*grown), grown[1]


def readable(graph: Graph, block: BlockId) -> Graph:
    """With the neurons of a network as one box each; with many of them, the network as one box too."""
    within = inside(graph.blocks, block)
    neurons = [each.id for each in graph.blocks if each.id in within and each.kind == "neuron"]
    for number in [*neurons, *([block] if len(neurons) > NEURONS_IN_VIEW else [])]:
        graph = graph.collapsed(number)
    return graph
