"""Running a graph through the engine: Graph → Steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, takewhile
from threading import Event, Lock, get_ident
from typing import NamedTuple, TypeGuard

from msgspec.structs import replace

from micrograd.engine import Value
from micrograd.language import kept, tr
from micrograd.ops import domain_note, op_of
from micrograd.steps import BackwardStep, backward_steps
from micrograd_gui.document.data import OPTIMISERS
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.text import MINUS, written
from micrograd_gui.session.build import build, compute_node
from micrograd_gui.session.trace import (
    Change,
    Contribution,
    Frame,
    Gathered,
    NumberField,
    Pass,
    RecordedRun,
    Step,
)

_ahead: list[tuple[Graph, RecordedRun]] = []  # runs of a large graph, recorded before they are asked for
_latest: list[tuple[Graph, RecordedRun, _Recorder]] = []  # the run that was recorded last, to go on with
_working: list[_Recording] = []  # what other threads record
_keeping = Lock()  # held by who changes what is ahead: else a run of a document that is gone would be kept
_impatient: set[int] = set()  # the threads that would rather be told than wait for such a run


class Busy(Refusal):
    """The run that is asked for is being recorded by another thread: who asks again later gets it at once."""


@contextmanager
def impatient() -> Iterator[None]:
    """Whoever asks for a run that is being recorded is told by Busy, and does not wait."""
    thread = get_ident()
    inner = thread in _impatient
    _impatient.add(thread)
    try:
        yield
    finally:
        if not inner:
            _impatient.discard(thread)


class _Recording(NamedTuple):
    """A graph whose runs another thread records: whether that is done, whether nobody wants them any more."""

    graph: Graph
    done: Event
    stop: Event


def working_on(graph: Graph) -> bool:
    """Whether another thread records the runs of that graph."""
    return any(each.graph is graph for each in _working)


def record_ahead(graph: Graph, script: Sequence[Pass]) -> None:
    """Record the run of a large graph, and of its first passes, in another thread: `record` finds them.

    Until then who asks for one waits, or is told by Busy.
    """
    work = _Recording(graph, Event(), Event())
    _working.append(work)
    try:
        run = _recorded(graph, tuple(script), work.stop)
        found = []
        for passes in range(1, len(script) + 1):
            if work.stop.is_set():
                return
            length = run.ends[passes - 1] if passes <= len(run.ends) else len(run)
            part = RecordedRun(run.start, run.steps[:length], run.script[:passes], run.ends[:passes])
            part.frame(length)  # with the frames between, which take as long as the run
            found.append((graph, part))
        with _keeping:
            if not work.stop.is_set():
                _ahead[:] = found
    finally:
        _working.remove(work)
        work.done.set()


def forget_ahead() -> None:
    """Another document is opened: nobody asks for those runs any more, nor for one that is being recorded."""
    with _keeping:
        for work in tuple(_working):
            work.stop.set()
        gone = [part for _, run in _ahead for part in parts_of(run)]
        _ahead.clear()
    if gone:
        from micrograd_gui.document.in_parts import let_go_by_turns

        let_go_by_turns(gone)


def parts_of(run: object) -> list[object]:
    """What a recorded run has many of, to be let go of by turns."""
    return [*run.steps, *vars(run).get("_keyframes", ())] if isinstance(run, RecordedRun) else []


def known_ahead(graph: Graph, run: RecordedRun) -> None:
    """That is the run of the graph that will be asked for first, recorded by another thread."""
    _ahead[:] = [(graph, run)]


def script_of(graph: Graph) -> tuple[Pass, ...]:
    """Forward and backward, the gradients of what the plan says."""
    if graph.data is None:
        return Pass("forward"), Pass("backward")
    from micrograd_gui.session.over_rows import passes

    return passes(graph)


def record(graph: Graph, script: Sequence[Pass]) -> RecordedRun:
    """Run the passes of the script over the graph and write down each move.

    The run ends early, with a step of kind ``problem``, at the first node that cannot be computed:
    an empty port, a number that leaves the domain or overflows. Nodes that do not feed the target
    never end it: what cannot be computed there is left out, or carries a note. Raises Busy for a thread that
    does not wait for another one that records the same.
    """
    for work in tuple(_working):
        if work.graph is graph:
            if get_ident() in _impatient:
                raise Busy(
                    tr("The run of {n:,} nodes is being worked out: it is there in a moment.", n=len(graph))
                )
            work.done.wait()
    for known, run in _ahead:
        if known is graph and run.script == tuple(script):
            return run
    return _recorded(graph, tuple(script))


def _recorded(graph: Graph, script: tuple[Pass, ...], stop: Event | None = None) -> RecordedRun:
    known, recorder = _begun(graph, script)
    steps: list[Step] = [] if known is None else [*known.steps]
    ends: list[int] = [] if known is None else [*known.ends]
    for each in script[len(ends) :]:
        moves = recorder.moves(each)
        if stop is not None:
            moves = takewhile(lambda _: not stop.is_set(), moves)
        steps.extend(islice(moves, each.steps))
        ends.append(len(steps))
        if steps and steps[-1].kind == "problem":
            break
    run = RecordedRun(Frame(graph.given), tuple(steps), script, tuple(ends))
    whole = stop is None or not stop.is_set()
    if whole and len(graph) <= LARGE and steps and steps[-1].kind != "problem":
        _latest[:] = [(graph, run, recorder)]
    return run


def _begun(graph: Graph, script: tuple[Pass, ...]) -> tuple[RecordedRun | None, _Recorder]:
    """The run that was recorded last, where the script goes on from it: else each pass ran all again."""
    try:
        known, run, recorder = _latest.pop()  # nobody else goes on from it
    except IndexError:
        return None, _Recorder(graph)
    if known is graph and script[: len(run.script)] == run.script:
        return run, recorder
    return None, _Recorder(graph)


class _Recorder:
    """The engine's values of one run, and the moves made over them.

    Attributes:
        values: The engine's Value of each node computed so far; ``ids`` leads back from them.
        touched: The nodes whose gradient is one: until then the engine's 0 stands for nothing.
        zeroed: Those of them to which nothing was added since all gradients were set to 0.
        backward_passes: How many there were since the gradients were nothing or 0.
        over: The step of training at whose rows the last backward pass looked; None: at none.
        loss: The loss that it was the pass of, at the numbers that the parameters hold by now.
        memory: What the optimiser remembers, by parameter; None before the first update.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.values: dict[NodeId, Value] = {}
        self.ids: dict[int, NodeId] = {}
        self.touched: set[NodeId] = set()
        self.zeroed: set[NodeId] = set()
        self.backward_passes = 0
        self.over: int | None = None
        self.loss: float | None = None
        self.memory: dict[NodeId, tuple[float, ...]] | None = None

    def moves(self, each: Pass) -> Iterator[Step]:
        """The steps of that pass, each made when it is asked for."""
        match each.kind:
            case "forward":
                yield from self.forward(each.first)
            case "backward":
                yield from self.backward(each.over, each.first)
            case "zero":
                yield self.zero()
            case "update":
                yield self.update(each)

    def forward(self, first: Sequence[NodeId]) -> Iterator[Step]:
        """Every op node computed, in order, those in ``first`` before all others; a leaf is no step."""
        graph = self.graph
        early = [each for n in first for each in (*filter(self._leaf, graph.nodes[n].inputs), n)]
        for number in dict.fromkeys((*early, *graph.order)) if early else graph.order:
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
            if note and number in graph.feeding:  # a leaf is not computed: it keeps what stands on it
                yield Step("problem", number, None if node.is_leaf else value.data, note=note)
                return
            if node.op is not None:
                yield Step("forward", number, value.data, note=note)

    def _leaf(self, number: NodeId | None) -> TypeGuard[NodeId]:
        return number is not None and self.graph.nodes[number].is_leaf

    def backward(self, over: int | None, first: Sequence[NodeId]) -> Iterator[Step]:
        """The seed, then every op node that hands its gradient on; nothing where there is no target.

        Those in ``first`` act before all others. With ``over`` last the gradients of the parameters become
        those over the rows of that step.
        """
        target = self.graph.target
        if target is None or target not in self.values:
            return
        before = {n: self.values[n].grad for n in self.graph.parameters if n in self.touched}
        self.backward_passes += 1
        for move in backward_steps(self.values[target], [self.values[number] for number in first]):
            step = self._step(move)
            yield step
            if step.kind == "problem":
                return
        self.over, self.loss = None, self.values[target].data
        if over is not None:
            yield self.gather(over, before)

    def gather(self, k: int, before: Mapping[NodeId, float]) -> Step:
        """What the pass through one row added to the parameters gives way to what it is over all rows.

        ``before`` is what those had that had a gradient when the pass began.
        """
        from micrograd_gui.session.training.rows import batch_of, rows_loss  # it brings numpy

        graph = self._moved()
        rows = batch_of(graph, k)
        found = rows_loss(graph).at([graph.nodes[n].data for n in graph.parameters], rows)
        if not found.finite:
            wrong = first_wrong(graph, found.losses.tolist(), None if rows is None else rows.tolist())
            if wrong is None:
                note = kept("What the rows add up to is too large a number.")
                return Step("problem", graph.target, note=note)
            note = kept("In row {row}, {note}", row=wrong.row + 1, note=wrong.problem.note)
            return Step("problem", wrong.problem.node, note=note)
        gathered = []
        for number, amount in zip(graph.parameters, found.grads.tolist(), strict=True):
            value = self.values[number]
            base = before.get(number)
            own, value.grad = value.grad - (base or 0.0), (base or 0.0) + amount
            self.touched.add(number)
            self.zeroed.discard(number)
            gathered.append(Gathered(number, own, amount, base, value.grad))
        self.over, self.loss = k, found.loss
        return Step(
            "rows",
            gathered=tuple(gathered),
            over=k,
            loss=found.loss,
            backward_pass=self.backward_passes,
        )

    def _moved(self) -> Graph:
        """The graph with the numbers that its parameters hold by now."""
        graph = self.graph
        if self.memory is None:
            return graph
        return graph.numbered({number: self.values[number].data for number in graph.parameters})

    def zero(self) -> Step:
        """Every gradient set to 0."""
        for value in self.values.values():
            value.grad = 0.0
        self.touched.update(self.values)
        self.zeroed = set(self.touched)
        self.backward_passes = 0
        return Step("zero")

    def update(self, given: Pass) -> Step:
        """Each parameter that has a gradient moves as the optimiser says; plainly p.data −= rate × p.grad."""
        rule, rate = OPTIMISERS[given.rule], given.rate
        if self.memory is None:
            self.memory = dict(given.memory)
        nothing = (0.0,) * len(rule.columns)
        slopes, changes = self._slopes(), []
        for number in self.graph.parameters:
            if number in self.touched:
                value = self.values[number]
                before, grad, had = value.data, value.grad, self.memory.get(number, nothing)
                had = had if len(had) == len(nothing) else nothing  # another optimiser remembers anew
                by = -rule.update(0.0, grad, 1.0, had, given.k)[0]
                value.data, self.memory[number] = rule.update(before, grad, rate, had, given.k)
                changes.append(Change(number, grad, before, value.data, by))
        anew, loss = self._anew()
        moved = any(differ(change.before, change.after) for change in changes)
        step = Step(
            "update",
            changes=tuple(changes),
            rate=rate,
            predicted=-rate * sum(slopes.get(each.node, each.grad) * each.by for each in changes),
            by_slopes=_others(slopes, changes),
            actual=None if loss is None or self.loss is None else loss - self.loss,
            stale=self._other_than(anew) if moved else frozenset(),
            over=self.over,
            loss=self.loss,
            rule=given.rule,
            memory=tuple(self.memory.items()),
        )
        self.loss = loss  # a further update sets out from here, run forward or not
        return step

    def _slopes(self) -> dict[NodeId, float]:
        """What a fresh run would give the parameters as gradients: theirs may be of other numbers."""
        anew, _ = self._anew()
        return {number: anew[number].grad for number in self.graph.parameters if number in anew}

    def _anew(self) -> tuple[dict[NodeId, Value], float | None]:
        """The values of a fresh run with the numbers of now, gradients included, and the loss it finds."""
        graph = self._moved()
        anew, target = build(graph), graph.target
        if target is None or target not in anew:
            return anew, None
        anew[target].backward()
        if self.over is None:
            return anew, anew[target].data
        from micrograd_gui.session.training.rows import batch_of, rows_loss

        numbers = [graph.nodes[number].data for number in graph.parameters]
        found = rows_loss(graph).at(numbers, batch_of(graph, self.over))
        for number, grad in zip(graph.parameters, found.grads.tolist(), strict=True):
            anew[number].grad = grad
        return anew, found.loss

    def _other_than(self, anew: Mapping[NodeId, Value]) -> frozenset[NumberField]:
        """The numbers that stand on nodes and are not those of a fresh run: if it stops, all grads."""
        known = [(number, value) for number, value in self.values.items() if number in anew]
        stale: set[NumberField] = {(n, "data") for n, value in known if differ(value.data, anew[n].data)}
        added_to = self.touched - self.zeroed
        stops = not all(math.isfinite(anew[n].data) for n in self.graph.feeding if n in anew)
        stale |= {
            (n, "grad") for n, value in known if n in added_to and (stops or differ(value.grad, anew[n].grad))
        }
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
        return replace(
            step,
            kind="problem",
            note=kept(
                "The slope of {op} for {name} is {slope} here, so {name}.grad is {grad}: "
                "the backward pass stops.",
                op=_call(graph, graph.nodes[node]),
                name=name,
                slope=written(wild.slope),
                grad=written(wild.after),
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
            return kept(
                "{name} holds {data}, which is not a finite number.",
                name=node.spoken,
                data=written(value.data),
            )
        operands = [self.values[source].data for source in node.inputs if source is not None]
        reason = domain_note(op_of(node.op), operands)
        numbers = _call(self.graph, node, [written(operand) for operand in operands])
        return kept(
            "{name} = {numbers} is {data}: {reason}.",
            name=node.spoken,
            numbers=numbers,
            data=written(value.data),
            reason=reason,
        )


class WrongRow(NamedTuple):
    """A row that goes wrong, from 0 on, and the step that says how."""

    row: int
    problem: Step


def first_wrong(graph: Graph, losses: Sequence[float], rows: Sequence[int] | None) -> WrongRow | None:
    """The first of some rows (None: all) that goes wrong; None where only their sum is no finite number.

    ``losses`` are those of the rows: what is not finite there is looked at first.
    """
    numbers = range(len(losses)) if rows is None else rows
    for _, row in sorted(zip(map(math.isfinite, losses), numbers, strict=True)):
        problem = record(graph.showing(row), (Pass("forward"), Pass("backward"))).problem
        if problem is not None:
            return WrongRow(row, problem)
    return None


def _others(slopes: Mapping[NodeId, float], changes: Sequence[Change]) -> bool:
    """Whether the grads by which parameters moved are not the slopes there, but for rounding."""
    pairs = [(slopes.get(each.node, each.grad), each.grad) for each in changes]
    least = 1e-12 * max((abs(slope) for slope, _ in pairs if math.isfinite(slope)), default=0.0)
    return any(differ(*each) and not math.isclose(*each, rel_tol=1e-9, abs_tol=least) for each in pairs)


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
    if not which:
        return kept("{name} ({op}) has nothing on its port.", name=node.spoken, op=rule.symbol)
    return kept(
        "{name} ({op}) has nothing on its {which} port.", name=node.spoken, op=rule.symbol, which=kept(which)
    )
