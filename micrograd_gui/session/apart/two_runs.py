"""Two runs side by side: one that is held, and the present one taken to the same moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import fields, replace

from micrograd.language import N_, tr, trn, with_colon
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import exact, told_apart, written
from micrograd_gui.session.apart.same_moment import apart, moment_in, run_of
from micrograd_gui.session.found import Apart
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Field, Frame

_LISTED = 5  # so many changed numbers are named; of more it is said how many
_PLAN_WORDS = {
    "gradients_of": N_("gradients of"),
    "held_out": N_("held out"),
}  # what a field of the plan is called, where that is not its name
_UNTIL_CHANGED = N_("Nothing differs yet: change a value, the rate, the seed, or the graph, and see.")


class TwoRuns(Room):
    """Verbs: `hold` the run as it is, and `release` it."""

    def hold(self) -> None:
        """Hold what is run now, beside what comes; what was held before goes. Raises Refusal for no graph."""
        if not self.state.graph.nodes:
            raise Refusal(tr("There is no graph to hold."))
        held = replace(self.state, held=None, nudge=None, lab=None)
        self.session.take(replace(self.state, held=held))

    def release(self) -> None:
        """Nothing is held any more."""
        if self.state.held is not None:
            self.session.take(replace(self.state, held=None))


class Beside(NamedTuple):
    """A number of a node in both runs; None where there is none.

    ``stale``: whether that of the held run, and that of now, is from before an update.
    """

    node: NodeId
    name: str
    field: Field
    held: float | None
    now: float | None
    only_in: str = ""  # "held" or "now", where the other graph has no such node
    stale: tuple[bool, bool] = (False, False)

    @property
    def differs(self) -> bool:
        """Whether the two are further apart than rounding; a number of only one of the graphs is not."""
        return not self.only_in and apart(self.held, self.now)

    @property
    def texts(self) -> tuple[str, str]:
        """Both numbers in words, with as many digits as tell them apart; empty where there is none."""
        if self.held is None or self.now is None or not self.differs:
            return written(self.held), written(self.now)
        held, now = told_apart((self.held, self.now))
        return held, now

    @property
    def difference(self) -> float | None:
        """By how much the present number is larger; None where one of them is missing."""
        return None if self.held is None or self.now is None else self.now - self.held


def held_frame(state: State) -> Frame:
    """The numbers of the held run at the moment at which the present one stands.

    Where the present one has not been run, it is what the leaves of the held one hold.
    """
    assert state.held is not None
    if state.trace is None:
        return Frame(state.held.graph.given)
    held, done = state.held.graph, 0 if state.held.training is None else state.held.training.k
    run = run_of(held, tuple(replace(each, steps=None) for each in state.trace.script), done)
    common = held.nodes.keys() & state.graph.nodes.keys()
    return run.frame(moment_in(run, state.trace, state.cursor, common))


def _present_frame(state: State) -> Frame:
    """The numbers of now; where a bug is switched on, those of the wrong run."""
    wrong = None if state.lab is None else state.finding
    if wrong is None:
        return state.frame
    numbers = _with_others(state.frame.data, wrong.data), _with_others(state.frame.grad, wrong.grad)
    return Frame(*numbers, state.frame.stale)


def _with_others(numbers: Mapping[NodeId, float], wrong: Mapping[NodeId, Apart]) -> dict[NodeId, float]:
    both = {**numbers, **{node: each.other for node, each in wrong.items()}}
    return {node: number for node, number in both.items() if number is not None}


def beside(state: State) -> tuple[Beside, ...]:
    """The numbers of all nodes of both runs, two a node; empty where nothing is held.

    In the order of the present graph, and after it what only the held one has.
    """
    if state.held is None:
        return ()
    now, held = _present_frame(state), held_frame(state)
    only_held = (node for node in state.held.graph.order if node not in state.graph.nodes)
    nodes = [*state.graph.order, *only_held]
    return tuple(row for node in nodes for row in _of_node(state, node, held, now))


def _of_node(state: State, node: NodeId, held: Frame, now: Frame) -> Iterator[Beside]:
    assert state.held is not None
    graph = state.graph if node in state.graph.nodes else state.held.graph
    name = graph.nodes[node].name
    both = node in state.graph.nodes and node in state.held.graph.nodes
    only = "" if both else "now" if graph is state.graph else "held"
    stale = {field: ((node, field) in held.stale, (node, field) in now.stale) for field in ("data", "grad")}
    yield Beside(node, name, "data", held.data.get(node), now.data.get(node), only, stale["data"])
    yield Beside(node, name, "grad", held.grad.get(node), now.grad.get(node), only, stale["grad"])


def what_differs(state: State) -> tuple[str, ...]:
    """What was changed since the run was held: numbers, nodes, the plan, how far it was trained."""
    held = state.held
    if held is None:
        return ()
    parts = (*_nodes(held.graph, state.graph), *_numbers(held.graph, state.graph))
    plans = tuple(_plan(held.graph.plan or TrainingPlan(), state.graph.plan or TrainingPlan()))
    steps = [0 if each.training is None else each.training.k for each in (held, state)]
    trained: tuple[str, ...] = ()
    if steps[0] != steps[1]:
        trained = (tr("{held:,} → {now:,} steps of training", held=steps[0], now=steps[1]),)
    bug = () if state.lab is None else (tr("with the bug “{title}”", title=tr(state.lab.bug.title)),)
    return (*parts, *plans, *trained, *bug) or (tr(_UNTIL_CHANGED),)


def _nodes(old: Graph, new: Graph) -> Iterator[str]:
    gone, come = old.nodes.keys() - new.nodes.keys(), new.nodes.keys() - old.nodes.keys()
    if come:
        name = new.nodes[next(iter(come))].spoken
        yield trn("{n} node more ({name})", "{n} nodes more", len(come), name=name)
    if gone:
        name = old.nodes[next(iter(gone))].spoken
        yield trn("{n} node fewer ({name})", "{n} nodes fewer", len(gone), name=name)
    both = old.nodes.keys() & new.nodes.keys()
    rewired = [n for n in both if old.nodes[n].shape != new.nodes[n].shape]
    if rewired:
        names = _listed([new.nodes[n].spoken for n in sorted(rewired)])
        yield tr("other ops or wires at {names}", names=names)
    if old.target != new.target and new.target is not None:
        yield tr("the target is {name}", name=new.nodes[new.target].spoken)


def _numbers(old: Graph, new: Graph) -> Iterator[str]:
    both = [n for n in new.order if n in old.nodes and old.nodes[n].number != new.nodes[n].number]
    moved = [(new.nodes[n].spoken, old.nodes[n].number, new.nodes[n].number) for n in both]
    known = [(name, *told_apart((a, b))) for name, a, b in moved if a is not None and b is not None]
    if known:
        yield _listed([with_colon(name, f"{a} → {b}") for name, a, b in known])


def _listed(words: list[str]) -> str:
    more = len(words) - _LISTED
    listed = tr(", ").join(words[:_LISTED])
    return tr("{listed} and {n} more", listed=listed, n=more) if more > 0 else listed


def _plan(old: TrainingPlan, new: TrainingPlan) -> Iterator[str]:
    for field in fields(TrainingPlan):
        one, other = getattr(old, field.name), getattr(new, field.name)
        if one != other:
            called = tr(_PLAN_WORDS.get(field.name, field.name))
            yield with_colon(called, f"{_word(one)} → {_word(other)}")


def _word(value: object) -> str:
    return tr("all rows") if value is None else exact(value) if isinstance(value, float) else str(value)
