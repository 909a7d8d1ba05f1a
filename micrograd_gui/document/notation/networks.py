"""Networks in pasted cells: ``n = Neuron(2)``, ``x = [2.0, 3.0]``, ``o = n(x)``; parsed, never executed.

The weights are those that `micrograd.nn` draws after ``random.seed(n)``, where the text says that, else after
``random.seed(1337)``. Numbers and Values in a list become inputs, called by their places.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from msgspec import structs

from micrograd.language import N_, tr
from micrograd_gui.document.block import BLOCK_KINDS
from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.errors import ExpressionRefusal, Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.networks import NEURONS_AT_MOST, BlockSpec, add_network
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.notation.literals import given_number
from micrograd_gui.document.text import after_colon, spoken

SEED = 1337
_KINDS = {row.module: row.name for row in BLOCK_KINDS.values() if row.module}
_MODULES = ("nn", "micrograd")
_WORDS = ("nonlin", "activation", "seed")
_SEED_IS = N_("a seed is a whole number")
_INPUTS_ARE = N_("the number of inputs is a whole number")
_NEURONS_ARE = N_("the number of neurons is a whole number")


class NodeReader(Protocol):
    """What networks ask of the reader that reads the statements and expressions around them."""

    builder: GraphBuilder

    def value(self, root: ast.expr) -> NodeId:
        """The node of an expression."""

    def has_name(self, name: str) -> bool:
        """Whether a node goes by that name."""

    def forget(self, name: str) -> None:
        """The name stands for no node from here on."""

    def aim_at(self, node: NodeId) -> None:
        """The node is the target, unless another statement follows."""

    def refuse(self, where: ast.AST, sentence: str) -> ExpressionRefusal:
        """The sentence, said of that part of the text."""


@dataclass
class Network:
    """A Neuron, a Layer or an MLP that was made, and what became of its first call.

    ``nin`` and ``nouts`` are the numbers of inputs and of neurons in each layer, as in `micrograd.nn`.
    """

    spec: BlockSpec
    nin: int
    nouts: tuple[int, ...]
    inputs: tuple[NodeId, ...] = ()
    members: range = range(0)
    outputs: tuple[NodeId, ...] = ()

    @property
    def weights(self) -> int:
        """How many numbers are drawn for it."""
        return sum(a * b for a, b in zip((self.nin, *self.nouts), self.nouts, strict=False))


class Networks:
    """The lists and networks that have names, and their calls."""

    def __init__(self, reader: NodeReader) -> None:
        self.reader = reader
        self.lists: dict[str, tuple[NodeId, ...]] = {}
        self.networks: dict[str, Network] = {}
        self.random = random.Random(SEED)

    # Statements ------------------------------------------------------------------------------

    def statement(self, statement: ast.stmt) -> bool:
        """Whether it was one of a list, of a network, or of the seed, and has been read.

        Raises ExpressionRefusal where it was, and cannot be.
        """
        match statement:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="random"), attr="seed"), args=[seed])
            ):
                self.random = random.Random(self._whole(seed, _SEED_IS, 0))
            case ast.Assign(targets=[ast.Name(id=name)], value=(ast.List() | ast.Tuple()) as value):
                self.forget(name)
                self.lists[name] = self._listed(value, name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if self.makes_one(call):
                self.forget(name)
                self.networks[name] = self._network(call)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if self.has_several(call):
                outputs = self.call(call)
                self.forget(name)
                self.lists[name] = outputs
                self.reader.aim_at(outputs[-1])
            case _:
                return False
        return True

    def forget(self, name: str) -> None:
        """The name stands for something else from here on."""
        self.lists.pop(name, None)
        self.networks.pop(name, None)
        self.reader.forget(name)

    # Parts of expressions --------------------------------------------------------------------

    def node(self, each: ast.expr) -> NodeId | None:
        """The node of ``x[0]`` or ``n(x)``; None for what is neither. Raises ExpressionRefusal."""
        match each:
            case ast.Subscript(value=ast.Name(id=name), slice=place) if name in self.lists:
                listed = self.lists[name]
                match place:
                    case ast.Constant(value=int(at)) if at < len(listed):
                        return listed[at]
                    case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(at))) if (
                        0 < at <= len(listed)
                    ):
                        return listed[-at]
                raise self.reader.refuse(
                    each, tr("{name} has the places 0 to {last}", name=spoken(name), last=len(listed) - 1)
                )
            case ast.Call() if self.called_one(each) is not None:
                outputs = self.call(each)
                if len(outputs) != 1:
                    raise self.reader.refuse(
                        each, tr("this gives {n} numbers: give them a name, then y[0]", n=len(outputs))
                    )
                return outputs[0]
        return None

    def knows(self, each: ast.expr) -> bool:
        """Whether it is ``x[0]`` of a list, or a call of a network."""
        match each:
            case ast.Subscript(value=ast.Name(id=name)):
                return name in self.lists
            case ast.Call():
                return self.called_one(each) is not None
        return False

    def makes_one(self, call: ast.Call) -> bool:
        """Whether it makes a network: ``Neuron(2)``, ``nn.MLP(3, [4, 1])``."""
        match call.func:
            case ast.Name(id=kind):
                return kind in _KINDS and not self.reader.has_name(kind)
            case ast.Attribute(value=ast.Name(id=module), attr=kind):
                return kind in _KINDS and module in _MODULES
        return False

    def called_one(self, call: ast.Call) -> Network | ast.Call | None:
        """The network that it calls: one that has a name, or one that is made on the spot."""
        match call.func:
            case ast.Name(id=name) if name in self.networks:
                return self.networks[name]
            case ast.Call() as maker if self.makes_one(maker):
                return maker
        return None

    def has_several(self, call: ast.Call) -> bool:
        """Whether it calls a network with more than one output."""
        called = self.called_one(call)
        return isinstance(called, Network) and called.nouts[-1] > 1

    # Doing it --------------------------------------------------------------------------------

    def call(self, call: ast.Call) -> tuple[NodeId, ...]:
        """The nodes of the network's outputs for these inputs; raises ExpressionRefusal."""
        called = self.called_one(call)
        assert called is not None
        network = called if isinstance(called, Network) else self._network(called)
        if len(call.args) != 1 or call.keywords:
            raise self.reader.refuse(call, tr("a network is called with one list of inputs, like n(x)"))
        inputs = self._inputs(call.args[0])
        if len(inputs) != network.nin:
            raise self.reader.refuse(
                call,
                tr(
                    "this network has {wanted} inputs, not {given}",
                    wanted=network.nin,
                    given=len(inputs),
                ),
            )
        if len(self.reader.builder.nodes) + 3 * network.weights > NODES_AT_MOST:
            raise self.reader.refuse(
                call,
                tr("with this network there would be more than {most:,} nodes", most=NODES_AT_MOST),
            )
        outputs = (
            self._again(call, network, inputs) if network.outputs else self._first(call, network, inputs)
        )
        if len(outputs) == 1:  # what it is assigned to names it
            self.reader.builder.relabel(outputs[0], "")
        return outputs

    def _inputs(self, given: ast.expr) -> tuple[NodeId, ...]:
        match given:
            case ast.Name(id=name) if name in self.lists:
                return self.lists[name]
            case ast.List() | ast.Tuple():
                return self._listed(given, "")
            case ast.Call() if self.called_one(given) is not None:
                return self.call(given)
        raise self.reader.refuse(given, tr("a network is called with a list, like n([2.0, 3.0])"))

    def _listed(self, given: ast.List | ast.Tuple, name: str) -> tuple[NodeId, ...]:
        """The nodes of a list; a bare number becomes an input that is called by its place."""
        nodes = []
        for at, each in enumerate(given.elts):
            if isinstance(each, (ast.List, ast.Tuple, ast.Starred)):
                raise self.reader.refuse(each, tr("a list holds numbers and values, no further list"))
            node = self.reader.value(each)
            plain = isinstance(each, (ast.Constant, ast.UnaryOp)) or given_number(each) is not None
            builder = self.reader.builder
            if name and plain and not builder.nodes[node].label:
                new = structs.replace(builder.nodes[node], label=f"{name}[{at}]")
                builder.put(structs.replace(new, role="input") if new.is_leaf else new)
            nodes.append(node)
        if not nodes:
            raise self.reader.refuse(given, tr("the list is empty"))
        return tuple(nodes)

    def _first(self, where: ast.Call, network: Network, inputs: tuple[NodeId, ...]) -> tuple[NodeId, ...]:
        builder = self.reader.builder
        first = builder.next_id
        try:
            block = add_network(builder, replace(network.spec, inputs=inputs))
        except Refusal as refusal:
            raise self.reader.refuse(where, after_colon(str(refusal))) from None
        network.inputs, network.members = inputs, range(first, builder.next_id)
        network.outputs = builder.block(block).outputs
        return network.outputs

    def _again(self, where: ast.Call, network: Network, inputs: tuple[NodeId, ...]) -> tuple[NodeId, ...]:
        """A further call: the same weights, everything computed from them a second time."""
        if len(set(network.inputs)) < len(network.inputs) and inputs != network.inputs:
            raise self.reader.refuse(
                where, tr("its first call had one node on two inputs, so this one is not told apart")
            )
        new, builder = dict(zip(network.inputs, inputs, strict=True)), self.reader.builder
        for number in network.members:
            node = builder.nodes[number]
            if node.op is not None:
                sources = tuple(None if s is None else new.get(s, s) for s in node.inputs)
                new[number] = builder.add(node.op, sources)
        return tuple(new[number] for number in network.outputs)

    def _network(self, call: ast.Call) -> Network:
        assert isinstance(call.func, ast.Name | ast.Attribute), "so it was found"
        kind = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
        words = {word.arg: word.value for word in call.keywords}
        if len(call.args) != (1 if kind == "Neuron" else 2) or not set(words) <= set(_WORDS):
            form = {"Neuron": "Neuron(2)", "Layer": "Layer(2, 3)", "MLP": "MLP(3, [4, 4, 1])"}[kind]
            raise self.reader.refuse(
                call, tr("a network is written like {form}, with activation, nonlin or seed", form=form)
            )
        nin = self._whole(call.args[0], _INPUTS_ARE, 1)
        nouts: Sequence[int] = (1,)
        if kind == "Layer":
            nouts = (self._whole(call.args[1], _NEURONS_ARE, 1),)
        elif kind == "MLP":
            if not isinstance(call.args[1], (ast.List, ast.Tuple)) or not call.args[1].elts:
                raise self.reader.refuse(call.args[1], tr("the layers are a list of numbers, like [4, 4, 1]"))
            nouts = [self._whole(each, _NEURONS_ARE, 1) for each in call.args[1].elts]
        activation = words.get("activation", ast.Constant("relu"))
        nonlin = words.get("nonlin", ast.Constant(kind != "MLP"))
        if not (isinstance(activation, ast.Constant) and isinstance(activation.value, str)):
            raise self.reader.refuse(activation, tr("an activation is a text in quotes"))
        if not (isinstance(nonlin, ast.Constant) and isinstance(nonlin.value, bool)):
            raise self.reader.refuse(nonlin, tr("nonlin is True or False"))
        seed = words.get("seed")
        draw = self.random if seed is None else random.Random(self._whole(seed, _SEED_IS, 0))
        own = random.Random()
        own.setstate(draw.getstate())  # weights are drawn when a network is made, and used when it is called
        linear = not nonlin.value
        spec = BlockSpec(_KINDS[kind], layers=nouts, activation=activation.value, linear=linear, seed=own)
        network = Network(spec, nin, tuple(nouts))
        if network.weights > 10 * NEURONS_AT_MOST:
            raise self.reader.refuse(
                call, tr("a network of {weights:,} weights is too large to be drawn", weights=network.weights)
            )
        for _ in range(network.weights):
            draw.uniform(-1, 1)
        return network

    def _whole(self, given: ast.expr, otherwise: str, least: int) -> int:
        match given:
            case ast.Constant(value=int(number)) if number >= least and not isinstance(number, bool):
                return number
        raise self.reader.refuse(given, tr(otherwise))
