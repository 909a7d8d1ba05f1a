"""Running a graph through the engine: Graph → Steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from micrograd.engine import Value, apply
from micrograd.ops import domain_note, op_of
from micrograd.steps import BackwardStep, backward_steps
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.text import MINUS, written
from micrograd_gui.session.trace import Change, Contribution, Frame, NumberField, Pass, RecordedRun, Step


def record(graph: Graph, script: Sequence[Pass]) -> RecordedRun:
    """Run the passes of the script over the graph and write down each move.

    The run ends early, with a step of kind ``problem``, at the first node that cannot be computed:
    an empty port, a number that leaves the domain or overflows. Nodes that do not feed the target
    never end it: what cannot be computed there is left out, or carries a note.
    """
    recorder = _Recorder(graph)
    steps: list[Step] = []
    ends: list[int] = []
    for each in script:
        steps.extend(islice(recorder.moves(each), each.steps))
        ends.append(len(steps))
        if steps and steps[-1].kind == "problem":
            break
    return RecordedRun(Frame(leaf_data(graph)), tuple(steps), tuple(script), tuple(ends))


def leaf_data(graph: Graph) -> dict[NodeId, float]:
    """What is known before any step: the numbers that the leaves hold."""
    return {node.id: node.data for node in graph if node.is_leaf}


def build(graph: Graph, held: Mapping[NodeId, float] | None = None) -> dict[NodeId, Value]:
    """One engine Value per node that can be computed; ``held`` nodes are given numbers instead."""
    held = held or {}
    values: dict[NodeId, Value] = {}
    for number in graph.order:
        node = graph.nodes[number]
        if number in held:
            values[number] = Value(held[number])
        elif (value := compute_node(node, values)) is not None:
            values[number] = value
    return values


def compute_node(node: Node, values: Mapping[NodeId, Value]) -> Value | None:
    """The node's Value over its operands' Values; None where an operand is missing."""
    if node.op is None:
        return Value(node.data)
    operands = [values[source] for source in node.inputs if source is not None and source in values]
    return apply(op_of(node.op), *operands) if len(operands) == len(node.inputs) else None


class _Recorder:
    """The engine's values of one run, and the moves made over them.

    Attributes:
        values: The engine's Value of each node computed so far; ``ids`` leads back from them.
        touched: The nodes whose gradient is one: until then the engine's 0 stands for nothing.
        zeroed: Those of them to which nothing was added since all gradients were set to 0.
        backward_passes: How many there were since the gradients were nothing or 0.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values: dict[NodeId, Value] = {}
        self.ids: dict[int, NodeId] = {}
        self.touched: set[NodeId] = set()
        self.zeroed: set[NodeId] = set()
        self.backward_passes = 0

    def moves(self, each: Pass) -> Iterator[Step]:
        """The steps of that pass, each made when it is asked for."""
        match each.kind:
            case "forward":
                yield from self.forward()
            case "backward":
                yield from self.backward()
            case "zero":
                yield self.zero()
            case "update":
                yield self.update(each.rate)

    def forward(self) -> Iterator[Step]:
        """Every op node computed, in order; a leaf is no step."""
        graph = self.graph
        for number in graph.order:
            node = graph.nodes[number]
            value = self.values.get(number) if node.is_leaf else compute_node(node, self.values)
            if value is None and node.is_leaf:  # in a further pass leaves are the same ones, with their grads
                value = compute_node(node, self.values)
            if value is None:
                if number in graph.feeding:
                    yield Step("problem", number, note=_missing_operand(node))
                    return
                continue
            self.values[number] = value
            self.ids[id(value)] = number
            if node.op is not None:
                self.touched.discard(number)
            note = "" if math.isfinite(value.data) else self._not_finite(node, value)
            if note and number in graph.feeding:
                yield Step("problem", number, value.data, note=note)
                return
            if node.op is not None:
                yield Step("forward", number, value.data, note=note)

    def backward(self) -> Iterator[Step]:
        """The seed, then every op node that hands its gradient on; nothing where there is no target."""
        target = self.graph.target
        if target is None or target not in self.values:
            return
        self.backward_passes += 1
        for move in backward_steps(self.values[target]):
            step = self._step(move)
            yield step
            if step.kind == "problem":
                return

    def zero(self) -> Step:
        """Every gradient set to 0."""
        for value in self.values.values():
            value.grad = 0.0
        self.touched.update(self.values)
        self.zeroed = set(self.touched)
        self.backward_passes = 0
        return Step("zero")

    def update(self, rate: float) -> Step:
        """p.data −= rate × p.grad for each parameter that has a gradient."""
        changes = []
        for number in self.graph.parameters:
            if number in self.touched:
                value = self.values[number]
                before = value.data
                value.data -= rate * value.grad
                changes.append(Change(number, value.grad, before, value.data))
        predicted = -rate * sum(change.grad * change.grad for change in changes)
        target = self.graph.target
        anew = build(self.graph, {node.id: self.values[node.id].data for node in self.graph if node.is_leaf})
        actual = None
        if target is not None and target in anew:
            actual = anew[target].data - self.values[target].data
            anew[target].backward()
        moved = any(differ(change.before, change.after) for change in changes)
        stale = self._other_than(anew) if moved else frozenset()
        return Step(
            "update", changes=tuple(changes), rate=rate, predicted=predicted, actual=actual, stale=stale
        )

    def _other_than(self, anew: Mapping[NodeId, Value]) -> frozenset[NumberField]:
        """The numbers that stand on nodes, and are not those of a fresh run."""
        known = [(number, value) for number, value in self.values.items() if number in anew]
        stale: set[NumberField] = {(n, "data") for n, value in known if differ(value.data, anew[n].data)}
        added_to = self.touched - self.zeroed
        stale |= {(n, "grad") for n, value in known if n in added_to and differ(value.grad, anew[n].grad)}
        return frozenset(stale)

    def _step(self, move: BackwardStep) -> Step:
        node = self.ids[id(move.node)]
        if not move.contributions:
            before = self._had(node, move.before)
            return Step("seed", node, before=before, backward_pass=self.backward_passes)
        contributions = []
        for each in move.contributions:
            operand = self.ids[id(each.operand)]
            before = self._had(operand, each.before)
            contributions.append(
                Contribution(operand, each.port, each.slope, each.upstream, each.amount, before, each.after)
            )
        step = Step("backward", node, contributions=tuple(contributions), backward_pass=self.backward_passes)
        wild = next((each for each in contributions if not math.isfinite(each.after)), None)
        if wild is None:
            return step
        graph = self.graph
        name = graph.nodes[wild.operand].spoken
        return step._replace(
            kind="problem",
            note=(
                f"The slope of {_call(graph, graph.nodes[node])} for {name} is {written(wild.slope)} "
                f"here, so {name}.grad is {written(wild.after)}: the backward pass stops."
            ),
        )

    def _had(self, node: NodeId, before: float) -> float | None:
        """The gradient that the node had; None the first time, when the engine's 0 stands for nothing."""
        self.zeroed.discard(node)
        if node in self.touched:
            return before
        self.touched.add(node)
        return None

    def _not_finite(self, node: Node, value: Value) -> str:
        if node.op is None:
            return f"{node.spoken} holds {written(value.data)}, which is not a finite number."
        operands = [self.values[source].data for source in node.inputs if source is not None]
        reason = domain_note(op_of(node.op), operands)
        numbers = _call(self.graph, node, [written(operand) for operand in operands])
        return f"{node.spoken} = {numbers} is {written(value.data)}: {reason}."


def differ(one: float, other: float) -> bool:
    """Whether two numbers are not the same; two that are no numbers are."""
    return one != other and not (math.isnan(one) and math.isnan(other))


def _call(graph: Graph, node: Node, operands: Sequence[str] | None = None) -> str:
    """An op node in words: ``log(a)``, ``a ÷ b``."""
    rule = op_of(node.op or "")
    if operands is None:
        operands = [graph.nodes[source].spoken for source in node.inputs if source is not None]
    elif rule.text.replace(" ", "").startswith("{x}^") and operands[0].startswith(MINUS):
        operands = [f"({operands[0]})", *operands[1:]]  # −3^2 is −9
    return rule.filled(operands)


def _missing_operand(node: Node) -> str:
    rule = op_of(node.op or "")
    which = rule.ordinal(node.inputs.index(None))
    return f"{node.spoken} ({rule.symbol}) has nothing on its {which + ' ' if which else ''}port."
