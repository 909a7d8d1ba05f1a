"""Layers: neurons of a graph that PyTorch computes at one stroke, as `nn.Linear`."""

from __future__ import annotations

from dataclasses import dataclass

from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, NodeId


@dataclass(frozen=True, slots=True)
class Neuron:
    """activation(w · x + b): the nodes that it is made of."""

    x: tuple[NodeId, ...]
    weights: tuple[NodeId, ...]
    bias: NodeId
    activation: str | None
    out: NodeId
    inside: frozenset[NodeId]


@dataclass(frozen=True, slots=True)
class Layer:
    """Neurons side by side over the same inputs."""

    neurons: tuple[Neuron, ...]

    @property
    def x(self) -> tuple[NodeId, ...]:
        return self.neurons[0].x

    @property
    def outputs(self) -> tuple[NodeId, ...]:
        return tuple(neuron.out for neuron in self.neurons)

    @property
    def activation(self) -> str | None:
        return self.neurons[0].activation

    @property
    def inside(self) -> frozenset[NodeId]:
        """The nodes that nothing outside the layer reads."""
        return frozenset().union(*(neuron.inside for neuron in self.neurons))


def layers_of(graph: Graph) -> list[Layer]:
    """The layers among the blocks of the graph whose neurons are wired as `micrograd.nn` wires them."""
    trained = set(graph.parameters)
    used: set[NodeId] = set()
    layers = []
    for block in graph.blocks:
        children = [each for each in graph.blocks if each.parent == block.id]
        alone = block.kind == "neuron" and not any(
            each.id == block.parent and each.kind == "layer" for each in graph.blocks
        )
        rows = children if block.kind == "layer" else [block] if alone else []
        found = [_neuron(graph, row.output, trained) for row in rows if row.kind == "neuron"]
        neurons = tuple(each for each in found if each is not None)
        parameters = [node for each in neurons for node in (*each.weights, each.bias)]
        if (
            neurons
            and len(neurons) == len(rows)
            and len({(each.x, each.activation) for each in neurons}) == 1
            and len(set(parameters)) == len(parameters)
            and used.isdisjoint(parameters)
        ):
            used.update(parameters)
            layers.append(Layer(neurons))
    return layers


def _neuron(graph: Graph, out: NodeId | None, trained: set[NodeId]) -> Neuron | None:
    """The neuron whose output that is; None where its nodes are wired otherwise."""
    if out is None or out not in graph.feeding:
        return None
    node = graph.nodes[out]
    inside: set[NodeId] = set()
    activation = None
    if node.op is not None and op_of(node.op).arity == 1 and op_of(node.op).group == "function":
        activation, source = node.op, node.inputs[0]
        if source is None:
            return None
        node = graph.nodes[source]
        inside.add(node.id)
    pairs: list[tuple[NodeId, NodeId]] = []
    while node.op == "+":
        below, product = node.inputs
        if below is None or product is None or graph.nodes[product].op != "*":
            return None
        weight, x = graph.nodes[product].inputs
        if weight is None or x is None or weight not in trained or x in trained:
            return None
        pairs.append((weight, x))
        inside |= {product, below}
        node = graph.nodes[below]
    bias = node.id
    inside -= {bias, out}
    whole = inside | {out}
    if (
        not pairs
        or bias not in trained
        or any(user not in whole for i in inside for user, _ in graph.users[i])
    ):
        return None
    weights, x_ids = zip(*reversed(pairs), strict=True)
    return Neuron(x_ids, weights, bias, activation, out, frozenset(inside))
