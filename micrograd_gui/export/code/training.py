"""Graph with rows → a PyTorch script that trains it: module, data loader, loop; alone or under torchrun."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.data import OPTIMISERS, SCHEDULES, Data, TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.rewriting.expansions import without_own_ops
from micrograd_gui.export.code.python import DIALECTS, computable_nodes, number, variable_names
from micrograd_gui.resource import resource
from micrograd_gui.session.over_rows import held_out, wants_rows
from micrograd_gui.session.training.judge import judge_of
from micrograd_gui.session.training.trainer import training_data

_RESERVED = (
    "argparse",
    "csv",
    "json",
    "os",
    "torch",
    "distributed",
    "nn",
    "DataLoader",
    "Dataset",
    "Sampler",
    "DistributedDataParallel",
    "Rows",
    "Pieces",
    "Model",
    "COLUMNS",
    "ROWS",
    "HELD_OUT",
    "judged",
    "REDUCTION",
    "THRESHOLD",
    "ANSWER",
    "LABELS",
    "main",
    "read",
    "self",
    "rows",
    "loss",
    "prediction",
    "given",
    "world",
    "rank",
    "layer",
    "scalars",
    "numbers",
    "x",
)


def training_script(graph: Graph) -> str:
    """The script; raises Refusal where there is nothing to train."""
    graph = without_own_ops(graph)
    plan = graph.plan or TrainingPlan()
    data = training_data(graph)
    writer = _Writer(graph, data)
    judge = judge_of(graph)
    known = judge is not None and judge.threshold is not None
    prediction = writer.of(judge.prediction) if known and judge is not None else "None"
    loss = writer.of(graph.target or 0)
    body = [*writer.lines, f"        return ({loss}).expand(len(rows)), {prediction}"]
    rows = data.rows
    if not wants_rows(graph):  # then the window trains on what the graph shows
        rows = (tuple(graph.nodes[column.node or 0].data for column in data.columns),)
    columns = [(column.name, writer.names[column.node]) for column in data.columns if column.node is not None]
    held = held_out(graph)
    named = "\n".join(writer.named)
    unbind = f"        {', '.join(name for _, name in columns)}, = rows.unbind(1)"
    optimiser, factor = OPTIMISERS[plan.optimiser].torch, SCHEDULES[plan.schedule].python
    facts = (columns, data.reduction, writer.init, body, named, optimiser, factor)
    template = resource("code", "train.py.txt").read_text("utf-8")
    parts = {
        "columns": repr(tuple(name for name, _ in columns)),
        "rows": _rows(row for at, row in enumerate(rows) if at not in held),
        "held_out": _rows(data.rows[at] for at in held),
        "reduction": repr(data.reduction),
        "threshold": repr(judge.threshold if judge is not None and known else None),
        "answer": repr(judge.column if judge is not None and known else None),
        "init": "\n".join(writer.init),
        "unbind": unbind,
        "body": "\n".join(body),
        "named": named,
        "optimiser": optimiser,
        "factor": factor,
        "graph": repr(sha256(repr(facts).encode()).hexdigest()[:16]),
        "rate": number(plan.rate),
        "steps": repr(plan.steps),
        "seed": repr(plan.seed),
        "batch": repr(plan.batch),
    }
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], template)  # in one go: labels may say @@rows@@


def _rows(rows: Iterable[tuple[float, ...]]) -> str:
    return "".join(f"\n    [{', '.join(map(number, row))}]," for row in rows)


class _Writer:
    """Writes the module: its parameters, and the statements of its forward pass."""

    def __init__(self, graph: Graph, data: Data) -> None:
        self.graph = graph
        self.torch = DIALECTS["torch"]
        self.nodes = [node for node in computable_nodes(graph) if node.id in graph.feeding]
        bound = [graph.nodes[column.node] for column in data.columns if column.node is not None]
        all_nodes = {node.id: node for node in (*bound, *self.nodes)}
        self.names = variable_names(list(all_nodes.values()), _RESERVED)
        self.written: dict[NodeId, str] = {node.id: self.names[node.id] for node in bound}
        self.lines: list[str] = []
        self.init: list[str] = []
        self.named: list[str] = []
        self.layers = layers_of(graph)
        self._parameters()
        self._forward()

    def of(self, node: NodeId) -> str:
        """What stands for the node in the forward pass."""
        return self.written[node]

    # Parameters ------------------------------------------------------------------------------

    def _parameters(self) -> None:
        homes: dict[NodeId, str] = {}
        for at, layer in enumerate(self.layers, 1):
            self._linear(at, layer)
            for row, neuron in enumerate(layer.neurons):
                homes |= {w: f"self.layer{at}.weight[{row}, {col}]" for col, w in enumerate(neuron.weights)}
                homes[neuron.bias] = f"self.layer{at}.bias[{row}]"
        free = [node for node in self.graph.parameters if node not in homes]
        if free:
            numbers = ", ".join(number(self.graph.nodes[node].data) for node in free)
            tensor = f"torch.tensor([{numbers}], dtype=torch.float64)"
            self.init.append(f"        self.scalars = nn.Parameter({tensor})")
            homes |= {node: f"self.scalars[{at}]" for at, node in enumerate(free)}
        for node in self.graph.parameters:
            self.written[node] = homes[node]
            self.named.append(f"            {self._label(node)!r}: {homes[node]}.item(),")

    def _label(self, node: NodeId) -> str:
        """The parameter's name; with its id where two have the same."""
        name = self.graph.nodes[node].name
        same = [each for each in self.graph.parameters if self.graph.nodes[each].name == name]
        return name if same[0] == node else f"{name} ({node})"

    def _linear(self, at: int, layer: ScriptLayer) -> None:
        def numbers(nodes: tuple[NodeId, ...]) -> str:
            return f"[{', '.join(number(self.graph.nodes[node].data) for node in nodes)}]"

        ins, outs = len(layer.x), len(layer.neurons)
        weights = ", ".join(numbers(neuron.weights) for neuron in layer.neurons)
        biases = numbers(tuple(neuron.bias for neuron in layer.neurons))
        self.init += [
            f"        self.layer{at} = nn.Linear({ins}, {outs}, dtype=torch.float64)",
            "        with torch.no_grad():  # the numbers that the graph has",
            f"            self.layer{at}.weight.copy_(torch.tensor([{weights}], dtype=torch.float64))",
            f"            self.layer{at}.bias.copy_(torch.tensor({biases}, dtype=torch.float64))",
        ]

    # The forward pass ------------------------------------------------------------------------

    def _forward(self) -> None:
        inside = frozenset().union(*(layer.inside for layer in self.layers))
        by_output = {out: (at, layer) for at, layer in enumerate(self.layers, 1) for out in layer.outputs}
        stacked: dict[tuple[NodeId, ...], str] = {}
        pending = set(self.written)
        for node in self.nodes:
            if node.id in pending or node.id in inside:
                continue
            if node.id in by_output:
                at, layer = by_output[node.id]
                if all(x in self.written for x in layer.x):
                    self._layer(at, layer, stacked)
                    pending |= set(layer.outputs)
                    continue
                raise Refusal(tr("{node} cannot be written as a layer.", node=node.spoken), node.id)
            if node.is_leaf:
                self.written[node.id] = f"rows.new_tensor({number(node.data)})"  # on the rows' device
                continue
            operands = tuple(self.written[source] for source in node.inputs if source is not None)
            name = self.names[node.id]
            self.lines.append(f"        {name} = {self.torch.call(node, operands)}")
            self.written[node.id] = name

    def _layer(self, at: int, layer: ScriptLayer, stacked: dict[tuple[NodeId, ...], str]) -> None:
        x = stacked.get(layer.x)
        if x is None:
            columns = ", ".join(f"{self.written[each]}.expand(len(rows))" for each in layer.x)
            x = f"torch.stack(({columns},), 1)"
        call = f"self.layer{at}({x})"
        if layer.activation is not None:
            call = self.torch.calls[layer.activation].format(x=call)
        outs = f"_layer{at}"
        self.lines.append(f"        {outs} = {call}")
        stacked[layer.outputs] = outs
        for column, out in enumerate(layer.outputs):
            self.written[out] = f"{outs}[:, {column}]"


@dataclass(frozen=True, slots=True)
class ScriptNeuron:
    """activation(w · x + b): the nodes that it is made of."""

    x: tuple[NodeId, ...]
    weights: tuple[NodeId, ...]
    bias: NodeId
    activation: str | None
    out: NodeId
    inside: frozenset[NodeId]


@dataclass(frozen=True, slots=True)
class ScriptLayer:
    """Neurons side by side over the same inputs."""

    neurons: tuple[ScriptNeuron, ...]

    @property
    def x(self) -> tuple[NodeId, ...]:
        """What all of its neurons read."""
        return self.neurons[0].x

    @property
    def outputs(self) -> tuple[NodeId, ...]:
        """The node of each neuron that others read."""
        return tuple(neuron.out for neuron in self.neurons)

    @property
    def activation(self) -> str | None:
        """The op behind each neuron; None: it is linear."""
        return self.neurons[0].activation

    @property
    def inside(self) -> frozenset[NodeId]:
        """The nodes that nothing outside the layer reads."""
        return frozenset().union(*(neuron.inside for neuron in self.neurons))


def layers_of(graph: Graph) -> list[ScriptLayer]:
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
            layers.append(ScriptLayer(neurons))
    return layers


def _neuron(graph: Graph, out: NodeId | None, trained: set[NodeId]) -> ScriptNeuron | None:
    """The neuron whose output that is; None where its nodes are wired otherwise."""
    if out is None or out not in graph.feeding:
        return None
    node = graph.nodes[out]
    inside: set[NodeId] = set()
    activation = None
    if node.op is not None and op_of(node.op).arity == 1 and op_of(node.op).group != "arithmetic":
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
    return ScriptNeuron(x_ids, weights, bias, activation, out, frozenset(inside))
