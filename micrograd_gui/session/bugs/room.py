"""The verbs of the bug lab: a bug on or off, and to the moment at which it shows."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd.language import again, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.bugs.lab import Lab
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position, refuse_where_stopped, standing_at


class BugLab(Room):
    """A bug stays on until it is switched off: over edits, and over another document."""

    def plant(self, name: str) -> None:
        """The wrong run with that bug goes beside the right one. Raises Refusal while the graph trains."""
        state = self.state
        if state.is_training:
            raise Refusal(tr("Training goes by the right rules: let it rest, then switch a bug on."))
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
            raise Refusal(tr("Switch a bug on first."))
        here = state.lab
        if here.first is None or here.run is None:
            refuse_where_stopped(state)
            here = here if here.missing else here.tried
            if here.first is None or here.run is None:
                raise Refusal(not_shown(here))
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
        if lab.run is run and _alike(lab.graph, new.graph):
            return new if new.lab is lab else replace(new, lab=lab)
        return replace(new, lab=Lab(lab.name, new.graph, run))


def _alike(one: Graph, other: Graph) -> bool:
    """Whether they differ in nothing that a run with a bug, or the words on it, depends on: in places."""
    return one.nodes is other.nodes and one.target == other.target and one.plan == other.plan


def not_shown(lab: Lab) -> str:
    """Why the bug changes no number of this graph, in one sentence."""
    if lab.missing:
        return lab.missing
    if lab.run is not None and lab.run.problem is not None:
        return tr("The run stops before the bug shows: {note}", note=again(lab.run.problem.note))
    return tr("By chance this bug changes none of the numbers that stand here.")
