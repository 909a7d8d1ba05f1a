"""On wires: what a wire of the graph holds at a moment: a value, a slope, and what it carried back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from math import nan

from msgspec import Struct
from msgspec.structs import replace

from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.record import differ, record
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Contribution, Frame, Pass, Run

GraphWire = tuple[NodeId, int]  # a node, and the port on which the wire ends


class OnWire(Struct, frozen=True):
    """The numbers of one wire; what is not known yet is None.

    ``value`` is what its operand handed on when the node was computed, ``slope`` the node's local slope for
    that operand, ``carried`` what the node has added to the operand's gradient in the pass that is on, or was
    last. Where what it says of the way back is ``stale``, or the value ``past``, it is from before an update,
    and a fresh run would give another number.
    """

    value: float | None = None
    slope: float | None = None
    carried: float | None = None
    stale: bool = False
    past: bool = False
    acting: bool = False  # the step of the moment put it there


@lru_cache(maxsize=2)  # of the State before and after a change
def on_wires_of(state: State) -> Mapping[GraphWire, OnWire]:
    """What stands on every wire at that moment."""
    if state.is_training:  # nothing is recorded: the numbers of whole passes, as a tape found them
        return dict(_of_whole_passes(state.graph, state.frame))
    found = on_wires(state.graph, state.trace, state.cursor, state.frame)
    if state.quiz is None:
        return found
    # a slope that nothing was carried along yet is the answer, or half of it
    return {wire: on if on.carried is not None else replace(on, slope=None) for wire, on in found.items()}


def on_wires(graph: Graph, trace: Run | None, cursor: int, frame: Frame) -> dict[GraphWire, OnWire]:
    """What stands on every wire after so many steps of the run."""
    carried = {} if trace is None else _carried(graph, trace, cursor)
    before, fresh = NumbersBefore(trace, cursor), _Fresh(graph, frame)
    step = trace.steps[cursor - 1] if trace is not None and cursor else None
    found: dict[GraphWire, OnWire] = {}
    for wire in wires_of(graph):
        node, port = wire
        data = before.data_of(node) if (node, "data") in frame.stale else frame.data
        slope, operand = local_slope(graph, data, wire), graph.nodes[node].inputs[port]
        each = carried.get(wire)
        value = data.get(operand) if operand is not None and slope is not None else None
        on = OnWire(value, slope) if each is None else OnWire(value, each.slope, each.amount)
        if frame.stale:
            on = replace(
                on,
                past=value is not None and differ(value, fresh.data.get(operand or 0, nan)),
                stale=on.slope is not None and fresh.gives_another(wire, on),
            )
        acting = each is not None and step is not None and step.node == node and each in step.contributions
        found[wire] = replace(on, acting=acting)
    return found


def wires_of(graph: Graph) -> Iterator[GraphWire]:
    """Every wire of the graph, by where it ends."""
    for number in graph.order:
        for port, source in enumerate(graph.nodes[number].inputs):
            if source is not None:
                yield number, port


def local_slope(graph: Graph, data: Mapping[NodeId, float], wire: GraphWire) -> float | None:
    """d node / d operand at those numbers; None where the node has not been computed."""
    node = graph.nodes[wire[0]]
    numbers = [data[source] for source in node.inputs if source is not None and source in data]
    if node.rule is None or len(numbers) < len(node.inputs) or node.id not in data:
        return None
    return float(node.rule.partials(*numbers, data[node.id])[wire[1]])


def _of_whole_passes(graph: Graph, frame: Frame) -> Iterator[tuple[GraphWire, OnWire]]:
    for wire in wires_of(graph):
        slope = local_slope(graph, frame.data, wire)
        operand, upstream = graph.nodes[wire[0]].inputs[wire[1]], frame.grad.get(wire[0])
        carried = None if slope is None or upstream is None else slope * upstream
        yield wire, OnWire(None if operand is None else frame.data.get(operand), slope, carried)


def _carried(graph: Graph, trace: Run, cursor: int) -> dict[GraphWire, Contribution]:
    """What went back along each wire, and has neither been zeroed nor computed anew since.

    A further pass begins with nothing on any wire: what it adds is not that of the pass before.
    """
    found: dict[GraphWire, Contribution] = {}
    for step in trace.steps[:cursor]:
        if step.kind in ("zero", "seed"):
            found.clear()
        elif step.data is not None and step.node is not None and found:
            for port in range(len(graph.nodes[step.node].inputs)):
                found.pop((step.node, port), None)
        for each in step.contributions:
            assert step.node is not None
            found[step.node, each.port] = each
    return found


class _Fresh:
    """What a fresh run with the numbers of now would give, made where something is stale."""

    def __init__(self, graph: Graph, frame: Frame) -> None:
        self.graph, self.frame = graph, frame

    @cached_property
    def _run(self) -> Run:
        held = {n: self.frame.data[n] for n in self.graph.given if n in self.frame.data}
        return record(self.graph.numbered(held), (Pass("forward"), Pass("backward")))

    @cached_property
    def data(self) -> Mapping[NodeId, float]:
        """The numbers of all nodes at its end."""
        return self._run.frame(len(self._run)).data

    @cached_property
    def _amounts(self) -> Mapping[GraphWire, float]:
        found = {}
        for step in self._run.steps:
            if step.node is not None:
                found.update({(step.node, each.port): each.amount for each in step.contributions})
        return found

    def gives_another(self, wire: GraphWire, on: OnWire) -> bool:
        """Whether what the wire says of the way back would be another number."""
        if on.carried is not None:
            return wire not in self._amounts or differ(self._amounts[wire], on.carried)
        slope = local_slope(self.graph, self.data, wire)
        return slope is None or on.slope is None or differ(slope, on.slope)


class NumbersBefore:
    """The numbers with which a node was computed that has not been computed again since an update."""

    def __init__(self, trace: Run | None, cursor: int) -> None:
        self.trace, self.cursor = trace, cursor
        self._frames: dict[int, Frame] = {}

    def data_of(self, node: NodeId) -> Mapping[NodeId, float]:
        """All data when the node was computed last, up to the update that followed."""
        if self.trace is None:
            return {}
        steps = self.trace.steps
        computed = [at for at in range(self.cursor) if steps[at].node == node and steps[at].data is not None]
        since = computed[-1] if computed else 0
        until = next((at for at in range(since, self.cursor) if steps[at].kind == "update"), self.cursor)
        if until not in self._frames:
            self._frames[until] = self.trace.frame(until)
        return self._frames[until].data
