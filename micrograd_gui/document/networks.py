"""Networks: neurons, layers, MLPs and losses, put into a graph as a BlockSpec says.

The numbers are those of micrograd's own `nn`: its Values are computed with, and become nodes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from micrograd import losses, nn
from micrograd.engine import Value, topological_order
from micrograd.language import N_, tr
from micrograd.ops import OPS
from micrograd_gui.document.block import BlockId, BlockKind, inside
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId, Role
from micrograd_gui.document.node import further_label
from micrograd_gui.document.rough_layout import arranged
from micrograd_gui.document.text import spoken

NEURONS_AT_MOST = 2_000
NEURONS_IN_VIEW = 40  # a network of more neurons comes as one box


@dataclass(frozen=True)
class BlockSpec:
    """What a block is to be like: a neuron, a layer, an MLP or a loss, with all that can be chosen about it.

    Attributes:
        kind: Which of the four.
        inputs: The nodes that a network reads, or how many new input leaves it gets: ``x1``, ``x2``, …
        layers: How many neurons each layer has; of a layer the first number counts, a neuron needs none.
        activation: The op behind each neuron.
        linear: Whether the last layer has no activation, as in micrograd.
        seed: What the weights are drawn after, as `micrograd.nn` draws them (None: others each time).
        form: A name in ``LOSSES``, or "l2", which adds alpha × Σp² to the loss there is.
        outputs: The predictions that a loss judges (none: those of the newest network, else the target).
        answers: What they are held against (none: new input leaves ``y``).
        alpha: How strongly "l2" counts.
    """

    kind: BlockKind
    inputs: int | Sequence[NodeId] = 2
    layers: Sequence[int] = (3, 1)
    activation: str = "tanh"
    linear: bool = False
    seed: int | random.Random | None = None
    form: str = "squared"
    outputs: Sequence[NodeId] = ()
    answers: Sequence[NodeId] = ()
    alpha: float = 1e-4


def with_block(graph: Graph, spec: BlockSpec, *, boxes: bool = False) -> tuple[Graph, BlockId]:
    """The graph with such a block below all that is there, and the block; a loss becomes the target.

    ``boxes``: the neurons of a network come as one box each, and one of many neurons as a box itself.
    Raises Refusal where the block cannot be made.
    """
    builder = ValueBuilder(GraphBuilder(graph))
    if spec.kind == "loss":
        make = _add_l2 if spec.form == "l2" else _add_loss
        block, target = make(builder, graph, spec)
        return arranged(builder.graph()).targeted(builder.node_of(target).id), block
    block = NETWORKS[spec.kind](builder, _inputs(builder, spec.inputs), spec)
    grown = arranged(builder.graph())
    return (_in_boxes(grown, block) if boxes else grown), block


def add_network(graph: GraphBuilder, spec: BlockSpec) -> BlockId:
    """Such a network in a graph that is being made, at a cost that does not depend on what is there.

    Raises Refusal where it cannot be made.
    """
    builder = ValueBuilder(graph)
    return NETWORKS[spec.kind](builder, _inputs(builder, spec.inputs), spec)


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
    """A form of loss: ``build`` gives a prediction's loss, and what an answer is held against."""

    title: str
    sentence: str
    build: Callable[[ValueBuilder, Value, Value], tuple[Value, Value]]


def _squared(builder: ValueBuilder, o: Value, y: Value) -> tuple[Value, Value]:
    return losses.squared(o, y), o


def _margin(builder: ValueBuilder, o: Value, y: Value) -> tuple[Value, Value]:
    return losses.margin(o, y), o


def _cross_entropy(builder: ValueBuilder, o: Value, y: Value) -> tuple[Value, Value]:
    """−(y·log p + (1 − y)·log(1 − p)), with 1 − p = σ(−o), which stays exact where p rounds to 1."""
    node = builder.node_of(o)
    if node.op == "sigmoid" and node.inputs[0] is not None:
        p, o = o, builder.value(node.inputs[0])
    else:
        p = o.sigmoid()
        p.label = "p"
    q = (-o).sigmoid()
    q.label = "1 − p"
    return losses.log_loss(p, q, y), p


LOSSES: dict[str, Loss] = {
    "squared": Loss(N_("squared error"), N_("(o − y)²: for any answer."), _squared),
    "margin": Loss(
        N_("max-margin"), N_("relu(1 − y·o), as in micrograd's demo: for answers 1 and −1."), _margin
    ),
    "cross_entropy": Loss(
        N_("binary cross-entropy"),
        N_("−(y·log p + (1 − y)·log(1 − p)), p = σ(o): for 0 and 1."),
        _cross_entropy,
    ),
}


def _add_loss(builder: ValueBuilder, graph: Graph, spec: BlockSpec) -> tuple[BlockId, Value]:
    """The block, and the total over all predictions."""
    if spec.form not in LOSSES:
        known = ", ".join([*LOSSES, "l2"])
        raise Refusal(
            tr("There is no loss “{form}”; there are {known}.", form=spoken(spec.form), known=known)
        )
    outputs = tuple(spec.outputs) or predictions(graph)
    if not outputs:
        raise Refusal(
            tr("There is no prediction for a loss to judge: add a neuron, a layer or an MLP first.")
        )
    if spec.answers and len(spec.answers) != len(outputs):
        raise Refusal(
            tr(
                "{predictions} predictions cannot be judged by {answers} answers.",
                predictions=len(outputs),
                answers=len(spec.answers),
            )
        )
    scores = [builder.value(node) for node in outputs]
    if spec.answers:
        ys = [builder.value(node) for node in spec.answers]
    else:
        names = ["y"] if len(scores) == 1 else [f"y{n}" for n in range(1, len(scores) + 1)]
        ys = [builder.leaf(name, 1.0, "input") for name in names]
    form = LOSSES[spec.form]
    block = builder.open("loss", tr(form.title))
    terms, judges = [], []
    for score, y in zip(scores, ys, strict=True):
        loss, prediction = form.build(builder, score, y)
        terms.append(loss)
        judges.append((prediction, y))
    total = _total(terms)
    total.label = "L"
    builder.add_all(total, block)
    builder.close(block, [total], judges)
    return block, total


def _add_l2(builder: ValueBuilder, graph: Graph, spec: BlockSpec) -> tuple[BlockId, Value]:
    """The block, and the loss there is with the weights' squares added."""
    if not 0 < spec.alpha <= 1e6:
        raise Refusal(tr("alpha must be more than 0 and at most 1,000,000, not {alpha:g}.", alpha=spec.alpha))
    target = graph.target
    weights = [n.id for n in graph if n.role == "parameter" and n.is_leaf and n.id in graph.feeding]
    if target is None or graph.nodes[target].is_leaf:
        raise Refusal(tr("There is no loss yet that a regularisation could be added to."))
    if not weights:
        raise Refusal(tr("There is no parameter yet whose square could be added to the loss."))
    block = builder.open("loss", tr("L2 regularisation"))
    factor = builder.leaf("alpha", spec.alpha, "", block)
    penalty = factor * _total([p * p for p in map(builder.value, sorted(weights))])
    penalty.label = "reg"
    total = builder.value(target) + penalty
    total.label = "total"
    builder.add_all(total, block)
    builder.close(block, [total])
    return block, total


def _total(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


# Networks ----------------------------------------------------------------------------------------


def _add_neuron(builder: ValueBuilder, x: list[Value], spec: BlockSpec) -> BlockId:
    _refuse(len(x), (1,), spec.activation)
    neuron = nn.Neuron(len(x), nonlin=not spec.linear, activation=spec.activation, seed=spec.seed)
    return _neuron(builder, neuron, x, "", tr("neuron"), None)[0]


def _add_layer(builder: ValueBuilder, x: list[Value], spec: BlockSpec) -> BlockId:
    outputs = tuple(spec.layers[:1])
    _refuse(len(x), outputs, spec.activation)
    layer = nn.Layer(len(x), outputs[0], nonlin=not spec.linear, activation=spec.activation, seed=spec.seed)
    return _layer(builder, layer, x, "", tr("layer"), None)[0]


def _add_mlp(builder: ValueBuilder, x: list[Value], spec: BlockSpec) -> BlockId:
    layers = list(spec.layers)
    _refuse(len(x), tuple(layers), spec.activation)
    options = {} if spec.linear else {"nonlin": True}
    mlp = nn.MLP(len(x), layers, activation=spec.activation, seed=spec.seed, **options)
    block = builder.open("mlp", f"MLP({len(x)}, [{', '.join(map(str, layers))}])")
    for number, each in enumerate(mlp.layers, 1):
        only = "o" if number == len(mlp.layers) else None
        _, x = _layer(builder, each, x, f"{number}_", tr("layer {number}", number=number), block, only)
    builder.close(block, x)
    return block


# How a kind of block is built that reads inputs; its words stand in `block.BLOCK_KINDS`.
NETWORKS: dict[BlockKind, Callable[[ValueBuilder, list[Value], BlockSpec], BlockId]] = {
    "neuron": _add_neuron,
    "layer": _add_layer,
    "mlp": _add_mlp,
}


def _layer(
    builder: ValueBuilder,
    layer: nn.Layer,
    x: list[Value],
    prefix: str,
    title: str,
    parent: BlockId | None,
    only: str | None = None,
) -> tuple[BlockId, list[Value]]:
    """The layer's neurons; the output of a last layer with one neuron is called ``only``."""
    block = builder.open("layer", title, parent)
    outputs = []
    for number, neuron in enumerate(layer.neurons, 1):
        name = only if len(layer.neurons) == 1 else None
        _, out = _neuron(
            builder,
            neuron,
            x,
            f"{prefix}{number}",
            tr("neuron {number}", number=f"{prefix}{number}"),
            block,
            name,
        )
        outputs.append(out)
    builder.close(block, outputs)
    return block, outputs


def _neuron(
    builder: ValueBuilder,
    neuron: nn.Neuron,
    x: list[Value],
    index: str,
    title: str,
    parent: BlockId | None,
    name: str | None = None,
) -> tuple[BlockId, Value]:
    """One neuron, its nodes named as in the lecture: w1 … b n o, with the place in a network behind."""
    block = builder.open("neuron", title, parent)
    out: Value = neuron(x)
    if neuron.nonlin:
        out._prev[0].label = f"n{index}"
    out.label = name or f"o{index}"
    neuron.b.label = f"b{index}"
    for number, weight in enumerate(neuron.w, 1):
        weight.label = f"w{index}_{number}" if index else f"w{number}"
    builder.add_all(out, block, parameters=neuron.parameters())
    builder.close(block, [out])
    return block, out


def _inputs(builder: ValueBuilder, inputs: int | Sequence[NodeId]) -> list[Value]:
    if isinstance(inputs, int):
        if not 1 <= inputs <= NEURONS_AT_MOST:
            raise Refusal(
                tr(
                    "A neuron has from 1 to {most:,} inputs, not {inputs}.",
                    most=NEURONS_AT_MOST,
                    inputs=inputs,
                )
            )
        return [builder.leaf(f"x{number}", 1.0, "input") for number in range(1, inputs + 1)]
    return [builder.value(node) for node in inputs]


def _refuse(inputs: int, layers: tuple[int, ...], activation: str) -> None:
    """Raises Refusal for a network of no size, or of too large a one, and for an unknown activation."""
    if not layers or min(layers) < 1 or inputs < 1:
        raise Refusal(tr("A network has at least one input, one layer, and one neuron in each layer."))
    sizes = (inputs, *layers)
    weights = sum(a * b for a, b in zip(sizes, layers, strict=False))
    if weights > NEURONS_AT_MOST * 10 or sum(layers) > NEURONS_AT_MOST:
        raise Refusal(tr("A network of {weights:,} weights is too large to be drawn.", weights=weights))
    known = [op.name for op in OPS.values() if op.arity == 1]
    if activation not in known:
        raise Refusal(
            tr(
                "There is no activation “{activation}”; there are {names}.",
                activation=spoken(activation),
                names=", ".join(known),
            )
        )


class ValueBuilder:
    """Builds a graph from micrograd's own Values: what is computed with them becomes nodes.

    ``value(node)`` stands for a node that is there, so that code can compute with it.
    """

    def __init__(self, builder: GraphBuilder) -> None:
        self._builder = builder
        self._ids: dict[Value, NodeId] = {}
        self._values: dict[NodeId, Value] = {}

    def value(self, node: NodeId) -> Value:
        """What stands for a node that is there."""
        if node not in self._values:
            value = Value(self._builder.nodes[node].data)
            self._values[node] = value
            self._ids[value] = node
        return self._values[node]

    def node_of(self, value: Value) -> Node:
        """The node that the value stands for."""
        return self._builder.nodes[self._ids[value]]

    def leaf(self, label: str, data: float, role: Role, block: BlockId | None = None) -> Value:
        """A new leaf."""
        value = Value(data, label=label)
        self._add(value, role, block)
        return value

    def add_all(self, root: Value, block: BlockId, parameters: Collection[Value] = ()) -> None:
        """All that feeds the root and is no node yet becomes one, in that block."""
        trained = set(parameters)
        for value in topological_order(root):
            if value not in self._ids:
                self._add(value, "parameter" if value in trained else "", block)

    def _add(self, value: Value, role: Role, block: BlockId | None) -> None:
        label = further_label(value.label, self._builder.labels)
        op = None if value.op is None else value.op.name
        inputs = tuple(self._ids[operand] for operand in value._prev)
        data = value.data if op is None else 1.0
        number = self._builder.add(op, inputs, label, data, role, block=block)
        self._ids[value] = number
        self._values[number] = value

    def open(self, kind: BlockKind, title: str, parent: BlockId | None = None) -> BlockId:
        """A new block, which gets what is added for it."""
        return self._builder.open(kind, title, parent)

    def close(
        self, block: BlockId, outputs: Iterable[Value], judges: Sequence[tuple[Value, Value]] = ()
    ) -> None:
        """The block is complete, and those are its outputs."""
        pairs = [(self._ids[a], self._ids[b]) for a, b in judges]
        self._builder.close(block, [self._ids[value] for value in outputs], pairs)

    def graph(self) -> Graph:
        """The graph as it is by now."""
        return self._builder.graph()


def _in_boxes(graph: Graph, block: BlockId) -> Graph:
    """With the neurons of a network as one box each; with many of them, the network as one box too."""
    within = inside(graph.blocks, block) - {block}
    neurons = [each.id for each in graph.blocks if each.id in within and each.kind == "neuron"]
    for number in [*neurons, *([block] if len(neurons) > NEURONS_IN_VIEW else [])]:
        graph = graph.collapsed(number)
    return graph
