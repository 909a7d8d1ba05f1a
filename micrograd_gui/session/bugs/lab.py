"""Lab: the bug that is switched on, the run beside which the wrong one goes, and how far they are apart."""

from __future__ import annotations

import dataclasses
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from micrograd.diagnosing.mistakes import MOVED
from micrograd.diagnosing.passes import Alteration
from micrograd.diagnosis import why
from micrograd.language import N_, kept_by, tr
from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.bugs.table import Bug, bug_called, why_not
from micrograd_gui.session.bugs.wrong_run import WrongPass, WrongRun, wrong_run
from micrograd_gui.session.found import WRONG_RUN, Apart, Found
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Frame, NumberField, Pass, Run, Step


class Lab(Struct, frozen=True, eq=False, dict=True):
    """A bug over the run of a graph; ``run`` is None where nothing is run, and while the graph trains."""

    name: str
    graph: Graph
    run: Run | None
    _found: dict[int, Found | None] = field(default_factory=dict)

    @property
    def bug(self) -> Bug:
        """The row of the table."""
        return bug_called(self.name)

    @cached_property
    def wrong(self) -> WrongRun | None:
        """The wrong run; None where there is none."""
        return None if self.run is None else wrong_run(self.graph, self.run, self.bug)

    def followed(self, cursor: int) -> bool:
        """Whether there is a moment of the wrong run that corresponds to that one."""
        return self.wrong is not None and cursor <= len(self.wrong.run)

    def step(self, cursor: int) -> Step | None:
        """The step of the wrong run that led to that moment."""
        if self.wrong is None or not 0 < cursor <= len(self.wrong.run):
            return None
        return self.wrong.run.steps[cursor - 1]

    def found_at(self, cursor: int) -> Found | None:
        """How far the wrong run is from the right one at that moment; None where both have the same."""
        if cursor not in self._found:
            self._found[cursor] = self._compared(cursor)
        return self._found[cursor]

    @cached_property
    def first(self) -> int | None:
        """The first moment at which a number differs; None where none does in this run."""
        if self.wrong is None or self.run is None:
            return None
        both = self.run, self.wrong.run
        right: _Numbers = {}
        wrong: _Numbers = {}
        for cursor, (one, other) in enumerate(zip(*(run.steps for run in both), strict=False), 1):
            mine, theirs = _written(one), _written(other)
            right |= mine
            wrong |= theirs
            suspect = "zero" in (one.kind, other.kind)  # it wrote all grads
            suspect = suspect or any(_others(right.get(at), wrong.get(at)) for at in mine | theirs)
            if suspect and any(_differing(*(run.frame(cursor) for run in both))):
                return cursor
            if "zero" in (one.kind, other.kind):
                for numbers, run in ((right, both[0]), (wrong, both[1])):
                    numbers |= {(node, "grad"): number for node, number in run.frame(cursor).grad.items()}
        return None

    @property
    def missing(self) -> str:
        """Why this graph cannot show the bug; nothing where it may."""
        return why_not(self.graph, self.bug)

    @cached_property
    def tried(self) -> Lab:
        """The bug over a run of this graph, of the passes in which it shows."""
        graph = self.graph
        plan = graph.plan or TrainingPlan()
        script: list[Pass] = []
        for each in self.bug.script:
            done = sum(other.kind == "update" for other in script)
            moves = replace(each, rate=plan.rate, rule=plan.optimiser, k=done)
            script.append(moves if each.kind == "update" else each)
        return Lab(self.name, graph, record(graph, script) if graph.nodes else None)

    def _compared(self, cursor: int) -> Found | None:
        if self.run is None or self.wrong is None or cursor > len(self.wrong.run):
            return None
        data, grad = _differing(self.run.frame(cursor), self.wrong.run.frame(cursor))
        if not data and not grad:
            return None
        node, sentence = self._told(cursor, data, grad)
        said = kept_by(sentence, lambda: self._told(cursor, data, grad)[1])
        return Found(node, said, data, grad, dismissed=True, whose=WRONG_RUN)

    def _told(self, cursor: int, data: dict[NodeId, Apart], grad: dict[NodeId, Apart]) -> tuple[NodeId, str]:
        """The first node whose number differs, and why it does."""
        assert self.wrong is not None
        during = self.wrong.pass_at(cursor)
        if data:
            node = next(number for number in self.graph.order if number in data)
            return node, self._of_data(node, data[node], cursor)
        if during is not None:
            places = {number: place for place, number in enumerate(during.nodes)}
            there = [places[number] for number in grad if number in places]
            if there:
                place = self._first_place(there, during)
                return during.nodes[place], self._of_grad(place, cursor, during, grad)
        node = next(number for number in reversed(self.graph.order) if number in grad)
        return node, self._not_zeroed(node, grad)

    def _not_zeroed(self, node: NodeId, grad: dict[NodeId, Apart]) -> str:
        told = N_("{numbers}: {why}.")
        return tr(told, numbers=self._numbers(node, "grad", grad[node]), why=tr(_NOT_ZEROED[self.bug.zeroes]))

    def _first_place(self, there: list[int], during: WrongPass) -> int:
        """The first in backward order; of another order, first of what is wrong when the pass is over.

        What a run in another order has brought a little later than the right one is not wrong for that.
        """
        assert self.run is not None
        assert self.wrong is not None
        if during.change is not None and during.change.order is not None:
            end = next(end for end in self.wrong.run.ends if end > during.begin)
            _, grad = _differing(self.run.frame(end), self.wrong.run.frame(end))
            there = [place for place in there if during.nodes[place] in grad] or there
        return max(there)

    def _of_grad(self, place: int, cursor: int, during: WrongPass, grad: dict[NodeId, Apart]) -> str:
        """The library's sentence on the grad that differs first, with what of the pass has been by now."""
        assert self.run is not None
        change = during.change
        if change is None:
            node = during.nodes[place]
            return self._not_zeroed(node, grad)
        frame = self.run.frame(cursor)
        right = [frame.grad.get(node, 0.0) for node in during.nodes]
        acted = during.acts[: max(0, cursor - during.begin - 1)]
        so_far = dataclasses.replace(change, order=list(acted))
        said = why(place, during.graph, right, self.bug.known, so_far, frozenset(acted))
        numbers = self._numbers(during.nodes[place], "grad", grad[during.nodes[place]])
        return tr("{numbers}, as if {why}.", numbers=numbers, why=said)

    def _of_data(self, node: NodeId, apart: Apart, cursor: int) -> str:
        during = None if self.wrong is None else self.wrong.pass_at(cursor)
        said = self._numbers(node, "data", apart)
        leaf = self.graph.nodes[node].is_leaf
        if self.bug.early:
            why = tr("; ").join(filter(None, (tr(MOVED), self._moved_by(node, cursor) if leaf else "")))
            return tr("{numbers}, as if {why}.", numbers=said, why=why)
        if not leaf:
            return tr("{numbers}: it was computed from other numbers.", numbers=said)
        change: Alteration | None = None if during is None else during.change
        if change is None:
            return tr("{numbers}: it was moved by a wrong gradient.", numbers=said)
        told = N_("{numbers}: it was moved by a wrong gradient, as if {why}.")
        return tr(told, numbers=said, why=change.said)

    def _moved_by(self, node: NodeId, cursor: int) -> str:
        """By which grad an update has moved the parameter that came too early."""
        steps = () if self.wrong is None else self.wrong.run.steps[:cursor]
        moved = any(change.node == node for step in steps for change in step.changes)
        return (
            tr("it moved by its grad of the pass before") if moved else tr("there was no grad yet to move by")
        )

    def _numbers(self, node: NodeId, part: str, apart: Apart) -> str:
        other, fresh = Found.texts(apart)
        name = f"{self.graph.nodes[node].spoken}.{part}"
        if apart.other is None:
            return tr("{name} is not there yet, but {fresh} is right", name=name, fresh=fresh)
        if apart.fresh is None:
            return tr("{name} is {other}, but in the right run it is not there yet", name=name, other=other)
        return tr("{name} is {other}, but {fresh} is right", name=name, other=other, fresh=fresh)


_NOT_ZEROED = {
    "all": N_("it is so since an update moved parameters by wrong gradients"),
    "nothing": N_("no grad was set to 0"),
    "leaves": N_("only the leaves were set to 0"),
}
_Numbers = dict[NumberField, float]


def _written(step: Step) -> _Numbers:
    """The numbers that a step wrote; a node that is computed anew has no grad yet."""
    new: _Numbers = {(each.operand, "grad"): each.after for each in step.contributions}
    new.update({(each.node, "data"): each.after for each in step.changes})
    if step.node is not None and step.data is not None:
        new |= {(step.node, "data"): step.data, (step.node, "grad"): 0.0}
    if step.node is not None and step.kind == "seed":
        new[step.node, "grad"] = 1.0
    return new


def _differing(right: Frame, wrong: Frame) -> tuple[dict[NodeId, Apart], dict[NodeId, Apart]]:
    """The data and the grads that differ, by node; a grad that is not there yet is as good as 0."""
    data = {
        number: Apart(other, fresh)
        for number, fresh in right.data.items()
        if (other := wrong.data.get(number)) is not None and _others(other, fresh)
    }
    grad = {}
    for number in right.grad.keys() | wrong.grad.keys():
        other, fresh = wrong.grad.get(number), right.grad.get(number)
        if _others(other, fresh):
            grad[number] = Apart(other, fresh)
    return data, grad


def _others(one: float | None, other: float | None) -> bool:
    """Whether they are not the same number; one that is not there is as good as 0."""
    one, other = one or 0.0, other or 0.0
    return one != other and (one == one or other == other)
