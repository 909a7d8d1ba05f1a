"""The wrong run: the script of a run once more by a backward that has a bug, moment by moment beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from micrograd.diagnosing.mistakes import added_up, left_on_leaves
from micrograd.diagnosing.passes import Alteration, FinishedGraph, gifts
from micrograd.diagnosing.right_pass import finished
from micrograd.engine import Value
from micrograd.foreign import read_graph
from micrograd_gui.document.data import OPTIMISERS
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.bugs.table import Bug
from micrograd_gui.session.build import compute_node
from micrograd_gui.session.trace import (
    Change,
    Contribution,
    Frame,
    Pass,
    RecordedRun,
    Run,
    Step,
)

_NOTHING = Step("backward")


class WrongPass(NamedTuple):
    """A backward pass of the wrong run.

    Attributes:
        begin: after how many steps it begins.
        graph: what it goes over, with the numbers that the nodes hold then.
        nodes: which node of the document stands at each place of that.
        change: what the bug does to it.
        acts: who acts, in which order, by place.
    """

    begin: int
    graph: FinishedGraph
    nodes: tuple[NodeId, ...]
    change: Alteration | None
    acts: Sequence[int]


class WrongRun(NamedTuple):
    """A wrong run: a step for each step of the right one, so that both stand at the same moment.

    It ends where the gradients become those over many rows: the bug is of one graph.
    """

    run: RecordedRun
    passes: tuple[WrongPass, ...]

    def pass_at(self, cursor: int) -> WrongPass | None:
        """The backward pass that is on at that moment, or was the last before."""
        return next((each for each in reversed(self.passes) if each.begin < cursor), None)


def wrong_run(graph: Graph, right: Run, bug: Bug) -> WrongRun:
    """The run of the same script with that bug."""
    recorder = _WrongRecorder(graph, right, bug)
    steps = tuple(recorder.steps())
    ends = tuple(min(end, len(steps)) for end in right.ends)
    run = RecordedRun(Frame(graph.given), steps, tuple(right.script), ends)
    return WrongRun(run, tuple(recorder.passes))


class _WrongRecorder:
    """The numbers of the wrong run as far as it has come, and the moves that are made over them."""

    def __init__(self, graph: Graph, right: Run, bug: Bug) -> None:
        self.graph = graph
        self.right = right
        self.bug = bug
        self.data: dict[NodeId, float] = dict(graph.given)
        self.grad: dict[NodeId, float] = {}
        self.memory: dict[NodeId, tuple[float, ...]] | None = None
        self.passes: list[WrongPass] = []
        self._on_top = 0  # backward passes since a zero grad has done what it should
        self._forward_since = False  # whether nodes were computed anew between those

    def steps(self) -> Iterator[Step]:
        """A step for each of the right run's."""
        early = self._early_updates()
        begin = 0
        for at, (each, end) in enumerate(zip(self.right.script, self.right.ends, strict=False)):
            rights = self.right.steps[begin:end]
            if any(step.kind == "rows" for step in rights):
                rights = rights[:-1]
            changes = self._update(self.right.script[early[at]]) if at in early else ()
            for step in self._moves(each, rights, begin, done=at in early.values()):
                yield replace(step, changes=changes) if changes else step
                changes = ()
            if len(rights) < end - begin:
                return
            begin = end

    def _early_updates(self) -> Mapping[int, int]:
        """By the pass before which an update comes, which pass of the script that is."""
        if not self.bug.early:
            return {}
        script, ends = self.right.script, self.right.ends
        early = {}
        for at in range(1, len(ends)):
            if script[at].kind == "update" and script[at - 1].kind == "backward" and ends[at] > ends[at - 1]:
                first = at - 1
                while first and script[first - 1].kind == "zero":
                    first -= 1
                if ends[first] > (ends[first - 1] if first else 0):
                    early[first] = at
        return early

    def _moves(self, each: Pass, rights: Sequence[Step], begin: int, *, done: bool) -> Iterator[Step]:
        match each.kind:
            case "forward":
                self._forward_since = True
                yield from map(self._computed, rights)
            case "zero":
                yield from (self._zero() for _ in rights)
            case "update":
                yield from (_NOTHING if done else self._moved(each) for _ in rights)
            case "backward" if rights:
                yield from self._backward(rights, begin)

    def _computed(self, right: Step) -> Step:
        """The node computed from what its operands hold here."""
        assert right.node is not None
        node = self.graph.nodes[right.node]
        number = right.data
        if node.rule is not None and all(source in self.data for source in node.inputs):
            number = float(node.rule.forward(*[self.data[source or 0] for source in node.inputs]))
        if number is not None:
            self.data[node.id] = number
            self.grad.pop(node.id, None)
        return replace(right, data=number, note="")

    def _zero(self) -> Step:
        if self.bug.zeroes == "nothing":
            return _NOTHING
        if self.bug.zeroes == "leaves":
            leaves = [number for number in self.grad if self.graph.nodes[number].is_leaf]
            cleared = [Contribution(n, 0, 0.0, 0.0, 0.0, self.grad[n], 0.0) for n in leaves]
            self.grad.update(dict.fromkeys(leaves, 0.0))
            return replace(_NOTHING, contributions=tuple(cleared))
        self.grad = dict.fromkeys(self.data, 0.0)
        self._on_top = 0
        return Step("zero")

    def _moved(self, each: Pass) -> Step:
        return Step("update", changes=self._update(each), rate=each.rate, rule=each.rule)

    def _update(self, each: Pass) -> tuple[Change, ...]:
        """Each parameter that has a gradient here moves by that, as in the right run by its own."""
        rule = OPTIMISERS[each.rule]
        if self.memory is None:
            self.memory = dict(each.memory)
        nothing = (0.0,) * len(rule.columns)
        changes = []
        for number in self.graph.parameters:
            if number in self.grad:
                before, grad, had = self.data[number], self.grad[number], self.memory.get(number, nothing)
                had = had if len(had) == len(nothing) else nothing
                by = -rule.update(0.0, grad, 1.0, had, each.k)[0]
                self.data[number], self.memory[number] = rule.update(before, grad, each.rate, had, each.k)
                changes.append(Change(number, grad, before, self.data[number], by))
        return tuple(changes)

    def _backward(self, rights: Sequence[Step], begin: int) -> Iterator[Step]:
        """The seed, then as many acts as the right pass has, of whom the bug has act."""
        graph, nodes = self._finished()
        places = {node: place for place, node in enumerate(nodes)}
        self._on_top += 1
        self._forward_since = self._forward_since and self._on_top > 1
        change = self._change(graph)
        acts = [places[step.node] for step in rights[1:] if step.node in places]
        if change is not None and change.order is not None:
            acts = change.order
        self.passes.append(WrongPass(begin, graph, nodes, change, acts))
        target = nodes[graph.root]
        before = self.grad.get(target)
        self.grad[target] = 1.0
        yield replace(rights[0], before=before)
        for turn, _ in enumerate(rights[1:]):
            yield self._act(graph, nodes, change, acts[turn]) if turn < len(acts) else _NOTHING

    def _change(self, graph: FinishedGraph) -> Alteration | None:
        """What the bug does to this pass, with the words for so many passes as there were."""
        bug = self.bug
        if bug.zeroes == "all":
            return bug.change(graph)
        if self._on_top < 2:
            return None
        if bug.zeroes == "nothing" and self._forward_since:
            return left_on_leaves(self._on_top)
        return next(each for each in added_up(self._on_top) if bug.picks(each))

    def _finished(self) -> tuple[FinishedGraph, tuple[NodeId, ...]]:
        """What feeds the target, with the numbers that the nodes hold, and which node is at which place."""
        graph = self.graph
        values: dict[NodeId, Value] = {}
        for number in graph.order:
            node = graph.nodes[number]
            value = compute_node(node, values) if number in graph.feeding else None
            if value is not None:
                value.data, value.label = self.data[number], node.spoken
                values[number] = value
        assert graph.target is not None
        live = read_graph(values[graph.target])
        ids = {id(value): number for number, value in values.items()}
        return finished(live), tuple(ids[id(node.value)] for node in live)

    def _act(
        self, graph: FinishedGraph, nodes: Sequence[NodeId], change: Alteration | None, who: int
    ) -> Step:
        """A node hands on what the bug makes of its gradient."""
        change = change or Alteration("")
        slopes = change.slopes.get(who, graph.slopes[who])
        upstream = self.grad.get(nodes[who], 0.0)
        made = []
        for gift in gifts(graph, who, slopes, change):
            operand, amount = nodes[gift.operand], gift.slope * upstream
            before = self.grad.get(operand)
            after = amount if gift.sets else (before or 0.0) + amount
            self.grad[operand] = after
            made.append(Contribution(operand, gift.port, gift.slope, upstream, amount, before, after))
        return Step("backward", nodes[who], contributions=tuple(made))
