"""Blocks put into a graph by what they are to be like: neuron, layer, MLP (micrograd's own `nn`), losses."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from micrograd import nn
from micrograd.engine import Value, topological_order
from micrograd.ops import OPS
from micrograd_gui.document.block import Block, BlockId, BlockKind, free_id, inside
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId, Role
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import spoken

NEURONS_AT_MOST = 2_000
Inputs = int | Sequence[NodeId]
Seed = int | random.Random | None


def with_neuron(
    graph: Graph, inputs: Inputs, *, activation: str = "tanh", linear: bool = False, seed: Seed = None
) -> tuple[Graph, BlockId]:
    """One neuron over those nodes, or over so many new input leaves ``x1``, ``x2``, …"""
    plants = Planting(graph)
    x = _inputs(plants, inputs)
    _refuse_size(len(x), (1,))
    _refuse_activation(activation)
    neuron = nn.Neuron(len(x), nonlin=not linear, activation=activation, seed=seed)
    block, _ = _neuron(plants, neuron, x, "", "neuron", None)
    return _grown(plants), block


def with_layer(
    graph: Graph,
    inputs: Inputs,
    outputs: int,
    *,
    activation: str = "tanh",
    linear: bool = False,
    seed: Seed = None,
) -> tuple[Graph, BlockId]:
    """So many neurons side by side, all over the same inputs."""
    plants = Planting(graph)
    x = _inputs(plants, inputs)
    _refuse_size(len(x), (outputs,))
    _refuse_activation(activation)
    layer = nn.Layer(len(x), outputs, nonlin=not linear, activation=activation, seed=seed)
    block, _ = _layer(plants, layer, x, "", "layer", None)
    return _grown(plants), block


def with_mlp(
    graph: Graph,
    inputs: Inputs,
    layers: Sequence[int],
    *,
    activation: str = "tanh",
    linear: bool = True,
    seed: Seed = None,
) -> tuple[Graph, BlockId]:
    """Layers one after the other; ``linear``: the last one has no activation, as in micrograd.

    The weights are the numbers that `micrograd.nn.MLP` draws with that seed.
    """
    plants = Planting(graph)
    x = _inputs(plants, inputs)
    _refuse_size(len(x), tuple(layers))
    _refuse_activation(activation)
    options = {} if linear else {"nonlin": True}
    mlp = nn.MLP(len(x), list(layers), activation=activation, seed=seed, **options)
    title = f"MLP({len(x)}, [{', '.join(map(str, layers))}])"
    block = plants.open("mlp", title, None)
    for number, layer in enumerate(mlp.layers, 1):
        last = number == len(mlp.layers)
        _, x = _layer(plants, layer, x, f"{number}_", f"layer {number}", block, "o" if last else None)
    plants.close(block, x)
    return _grown(plants), block


def with_loss(
    graph: Graph,
    form: str,
    outputs: Sequence[NodeId] = (),
    answers: Sequence[NodeId] = (),
    *,
    alpha: float = 1e-4,
) -> tuple[Graph, BlockId]:
    """The loss of that form over those predictions (none: the outputs of the newest block); the new target.

    The answers are those nodes, or new input leaves ``y``. "l2" adds alpha × Σp² to the loss there is.
    """
    if form == "l2":
        return _with_l2(graph, alpha)
    if form not in LOSSES:
        known = ", ".join([*LOSSES, "l2"])
        raise Refusal(f"There is no loss “{spoken(form)}”; there are {known}.")
    outputs = tuple(outputs) or predictions(graph)
    if not outputs:
        raise Refusal("There is no prediction for a loss to judge: add a neuron, a layer or an MLP first.")
    if answers and len(answers) != len(outputs):
        raise Refusal(f"{len(outputs)} predictions cannot be judged by {len(answers)} answers.")
    plants = Planting(graph)
    scores = [plants.value(node) for node in outputs]
    if answers:
        ys = [plants.value(node) for node in answers]
    else:
        names = ["y"] if len(scores) == 1 else [f"y{n}" for n in range(1, len(scores) + 1)]
        ys = [plants.leaf(name, 1.0, "input") for name in names]
    block = plants.open("loss", LOSSES[form].title, None)
    losses, judges = [], []
    for score, y in zip(scores, ys, strict=True):
        loss, prediction = LOSSES[form].build(plants, score, y)
        losses.append(loss)
        judges.append((prediction, y))
    total = _total(losses)
    total.label = "L"
    plants.plant(total, block)
    plants.close(block, [total], judges)
    return replace(_grown(plants), chosen_target=plants.id_of(total)), block


def predictions(graph: Graph) -> tuple[NodeId, ...]:
    """What a loss would judge: the outputs of the newest network, else the target."""
    networks = [block for block in graph.blocks if block.kind != "loss" and block.parent is None]
    if networks:
        return networks[-1].outputs
    target = graph.target
    return () if target is None or graph.nodes[target].is_leaf else (target,)


def redrawn(graph: Graph, seed: int) -> Graph:
    """With weights drawn anew, as micrograd draws them: from −1 … 1, in order; biases 0.

    A weight is a parameter that is multiplied by another node; every other parameter is a bias.
    """
    draw = random.Random(seed)
    numbers = {}
    for node in sorted(graph, key=lambda node: node.id):
        if node.role == "parameter" and node.is_leaf:
            users = [graph.nodes[user] for user, _ in graph.users[node.id]]
            weighs = any(user.op == "*" and len(set(user.inputs)) == 2 for user in users)
            numbers[node.id] = draw.uniform(-1, 1) if weighs else 0.0
    return graph.numbered(numbers)


# Losses ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loss:
    """A form of loss: ``build`` gives a prediction's loss, and the node that an answer is held against."""

    title: str
    sentence: str
    build: Callable[[Planting, Value, Value], tuple[Value, Value]]


def _squared(plants: Planting, o: Value, y: Value) -> tuple[Value, Value]:
    return (o - y) ** 2, o


def _margin(plants: Planting, o: Value, y: Value) -> tuple[Value, Value]:
    return (1 + -y * o).relu(), o


def _cross_entropy(plants: Planting, o: Value, y: Value) -> tuple[Value, Value]:
    """−(y·log p + (1 − y)·log(1 − p)), with 1 − p = σ(−o), which stays exact where p rounds to 1."""
    node = plants.nodes[plants.id_of(o)]
    if node.op == "sigmoid" and node.inputs[0] is not None:
        p, o = o, plants.value(node.inputs[0])
    else:
        p = o.sigmoid()
        p.label = "p"
    q = (-o).sigmoid()
    q.label = "1 − p"
    return -(y * p.log() + (1 - y) * q.log()), p


LOSSES: dict[str, Loss] = {
    "squared": Loss("squared error", "(o − y)²: for any answer.", _squared),
    "margin": Loss("max-margin", "relu(1 − y·o), as in micrograd's demo: for answers 1 and −1.", _margin),
    "cross_entropy": Loss(
        "binary cross-entropy", "−(y·log p + (1 − y)·log(1 − p)), p = σ(o): for 0 and 1.", _cross_entropy
    ),
}


def _with_l2(graph: Graph, alpha: float) -> tuple[Graph, BlockId]:
    if not 0 < alpha <= 1e6:
        raise Refusal(f"alpha must be more than 0 and at most 1,000,000, not {alpha:g}.")
    target = graph.target
    weights = [n.id for n in graph if n.role == "parameter" and n.is_leaf and n.id in graph.feeding]
    if target is None or graph.nodes[target].is_leaf:
        raise Refusal("There is no loss yet that a regularisation could be added to.")
    if not weights:
        raise Refusal("There is no parameter yet whose square could be added to the loss.")
    plants = Planting(graph)
    block = plants.open("loss", "L2 regularisation", None)
    factor = plants.leaf("alpha", alpha, "", block)
    penalty = factor * _total([p * p for p in map(plants.value, sorted(weights))])
    penalty.label = "reg"
    total = plants.value(target) + penalty
    total.label = "total"
    plants.plant(total, block)
    plants.close(block, [total])
    return replace(_grown(plants), chosen_target=plants.id_of(total)), block


def _total(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


# Networks ----------------------------------------------------------------------------------------


def _layer(
    plants: Planting,
    layer: nn.Layer,
    x: list[Value],
    prefix: str,
    title: str,
    parent: BlockId | None,
    only: str | None = None,
) -> tuple[BlockId, list[Value]]:
    """The layer's neurons; the output of a last layer with one neuron is called ``only``."""
    block = plants.open("layer", title, parent)
    outputs = []
    for number, neuron in enumerate(layer.neurons, 1):
        name = only if len(layer.neurons) == 1 else None
        _, out = _neuron(plants, neuron, x, f"{prefix}{number}", f"neuron {prefix}{number}", block, name)
        outputs.append(out)
    plants.close(block, outputs)
    return block, outputs


def _neuron(
    plants: Planting,
    neuron: nn.Neuron,
    x: list[Value],
    index: str,
    title: str,
    parent: BlockId | None,
    name: str | None = None,
) -> tuple[BlockId, Value]:
    """One neuron, its nodes named as in the lecture: w1 … b n o, with the place in a network behind."""
    block = plants.open("neuron", title, parent)
    out: Value = neuron(x)
    if neuron.nonlin:
        out._prev[0].label = f"n{index}"
    out.label = name or f"o{index}"
    neuron.b.label = f"b{index}"
    for number, weight in enumerate(neuron.w, 1):
        weight.label = f"w{index}_{number}" if index else f"w{number}"
    plants.plant(out, block, parameters=neuron.parameters())
    plants.close(block, [out])
    return block, out


def _inputs(plants: Planting, inputs: Inputs) -> list[Value]:
    if isinstance(inputs, int):
        if not 1 <= inputs <= NEURONS_AT_MOST:
            raise Refusal(f"A neuron has from 1 to {NEURONS_AT_MOST:,} inputs, not {inputs}.")
        return [plants.leaf(f"x{number}", 1.0, "input") for number in range(1, inputs + 1)]
    return [plants.value(node) for node in inputs]


def _refuse_size(inputs: int, layers: tuple[int, ...]) -> None:
    if not layers or min(layers) < 1 or inputs < 1:
        raise Refusal("A network has at least one input, one layer, and one neuron in each layer.")
    sizes = (inputs, *layers)
    weights = sum(a * b for a, b in zip(sizes, layers, strict=False))
    if weights > NEURONS_AT_MOST * 10 or sum(layers) > NEURONS_AT_MOST:
        raise Refusal(f"A network of {weights:,} weights is too large to be drawn.")


def _refuse_activation(activation: str) -> None:
    known = [op.name for op in OPS.values() if op.arity == 1]
    if activation not in known:
        raise Refusal(f"There is no activation “{spoken(activation)}”; there are {', '.join(known)}.")


def _grown(plants: Planting) -> Graph:
    return arranged(plants.graph())


class Planting:
    """A graph that grows; ``value(node)`` stands for a node that is there, so that code can build on it."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.nodes = dict(graph.nodes)
        self._next = graph.next_id
        self._ids: dict[Value, NodeId] = {}
        self._values: dict[NodeId, Value] = {}
        self._taken = {node.label for node in graph}
        self._blocks = list(graph.blocks)
        self._members: dict[BlockId, list[NodeId]] = {}

    def value(self, node: NodeId) -> Value:
        """What stands for a node that is there."""
        if node not in self._values:
            value = Value(self.nodes[node].data)
            self._values[node] = value
            self._ids[value] = node
        return self._values[node]

    def leaf(self, label: str, data: float, role: Role, block: BlockId | None = None) -> Value:
        """A new leaf."""
        value = Value(data, label=label)
        self._add(value, role, block)
        return value

    def plant(self, root: Value, block: BlockId, parameters: Collection[Value] = ()) -> None:
        """All that feeds the root and is not there yet becomes nodes of the block."""
        trained = set(parameters)
        for value in topological_order(root):
            if value not in self._ids:
                self._add(value, "parameter" if value in trained else "", block)

    def _add(self, value: Value, role: Role, block: BlockId | None) -> None:
        label = value.label
        while label and label in self._taken:
            label += "′"
        self._taken.add(label)
        number, self._next = self._next, self._next + 1
        op = None if value.op is None else value.op.name
        inputs = tuple(self._ids[operand] for operand in value._prev)
        self.nodes[number] = Node(number, op, inputs, label, value.data if op is None else 1.0, role)
        self._ids[value] = number
        self._values[number] = value
        if block is not None:
            self._members[block].append(number)

    def id_of(self, value: Value) -> NodeId:
        return self._ids[value]

    def open(self, kind: BlockKind, title: str, parent: BlockId | None) -> BlockId:
        """A new block, which gets the nodes planted for it."""
        block = Block(free_id(self._blocks), kind, title, parent=parent)
        self._blocks.append(block)
        self._members[block.id] = []
        return block.id

    def close(
        self, block: BlockId, outputs: Iterable[Value], judges: Sequence[tuple[Value, Value]] = ()
    ) -> None:
        """The block is complete, and those are its outputs."""
        at = next(at for at, each in enumerate(self._blocks) if each.id == block)
        self._blocks[at] = replace(
            self._blocks[at],
            members=tuple(self._members[block]),
            outputs=tuple(self._ids[value] for value in outputs),
            judges=tuple((self._ids[a], self._ids[b]) for a, b in judges),
        )

    def graph(self) -> Graph:
        """The graph as it has grown."""
        return replace(self._graph, nodes=self.nodes, next_id=self._next, blocks=tuple(self._blocks))


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
            return with_loss(graph, self.form, self.outputs, self.answers, alpha=self.alpha)
        first = self.layers[0] if self.layers else 0
        if self.kind == "neuron":
            return with_neuron(
                graph, self.inputs, activation=self.activation, linear=self.linear, seed=self.seed
            )
        if self.kind == "layer":
            grown = with_layer(
                graph, self.inputs, first, activation=self.activation, linear=self.linear, seed=self.seed
            )
        else:
            grown = with_mlp(
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
