"""The verbs of the bug lab: a bug on or off, and to the moment at which it shows."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.errors import Refusal
from micrograd_gui.session.bugs.lab import Lab
from micrograd_gui.session.bugs.table import bug_called
from micrograd_gui.session.record import record
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position, refuse_where_stopped, standing_at
from micrograd_gui.session.trace import Pass


class BugLab(Room):
    """A bug stays on until it is switched off: over edits, and over another document."""

    def plant(self, name: str) -> None:
        """The wrong run with that bug goes beside the right one. Raises Refusal while the graph trains."""
        state = self.state
        if state.is_training:
            raise Refusal("Training goes by the right rules: let it rest, then switch a bug on.")
        if state.lab is None or state.lab.name != name:
            self.session.take(replace(state, lab=Lab(name, state.graph, state.trace)))

    def remove(self) -> None:
        """No bug is on."""
        if self.state.lab is not None:
            self.session.take(replace(self.state, lab=None))

    def show_difference(self) -> None:
        """Stand where a number first differs, in this run, else in the run of the passes that it takes.

        Raises Refusal, with the reason, where no bug is on, and where it does not show in this graph.
        """
        state = self.state
        if state.lab is None:
            raise Refusal("Switch a bug on first.")
        here = state.lab
        if here.first is None or here.run is None:
            refuse_where_stopped(state)
            here = tried(state, here.name)
            if here.first is None or here.run is None:
                raise Refusal(not_shown(state, here))
        after = standing_at(state, Position(here.run, here.first))
        self.session.take(replace(after, lab=here))

    def follow(self, old: State, new: State) -> State:
        """The bug is on over what is run now; over another document, too."""
        lab = new.lab
        if lab is None and old.lab is not None and not new.same_document(old):
            lab = old.lab
        if lab is None:
            return new
        run = None if new.is_training else new.trace
        if lab.run is run and lab.graph.nodes is new.graph.nodes:
            return new if new.lab is lab else replace(new, lab=lab)
        return replace(new, lab=Lab(lab.name, new.graph, run))


def tried(state: State, name: str) -> Lab:
    """The bug over the run of the passes in which it shows."""
    graph = state.graph
    plan = graph.plan or TrainingPlan()
    script: list[Pass] = []
    for each in bug_called(name).script:
        if each.kind == "update":
            done = sum(other.kind == "update" for other in script)
            each = each._replace(rate=plan.rate, rule=plan.optimiser, k=done)
        script.append(each)
    return Lab(name, graph, record(graph, script) if graph.nodes else None)


def not_shown(state: State, lab: Lab) -> str:
    """Why the bug changes no number of this graph, in one sentence."""
    graph, bug = state.graph, lab.bug
    if graph.target is None or graph.nodes[graph.target].is_leaf:
        return "There is nothing to run backward here: the graph needs a target that is computed."
    missing = bug.missing(graph)
    if missing:
        return missing
    if lab.run is not None and lab.run.problem is not None:
        return f"The run stops before the bug shows: {lab.run.problem.note}"
    return "By chance this bug changes none of the numbers that stand here."
