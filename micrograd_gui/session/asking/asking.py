"""Asking: what somebody wants to know of the selected node, and the verbs for that."""

from __future__ import annotations

from msgspec.structs import replace

from micrograd_gui.session.asking.ledger import NOTHING, Asked, Wire
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.stepping import Position, standing_at


class Asking(Room):
    """The verbs of ledger and paths.

    What is asked is of the selected node, and of the moment one stands at: it is no edit, and cannot be
    undone. Selecting another node asks the same of that one.
    """

    def go_to(self, moment: int, wire: Wire | None) -> None:
        """Stand at that moment of the run, with the wire lit along which the chosen row came."""
        state = self.state
        if state.trace is not None and not state.is_training:
            there = standing_at(state, Position(state.trace, moment))
            self.session.take(replace(there, asked=_asked(state)._replace(wire=wire)))

    def show_paths(self, shown: bool) -> None:
        """All paths from the selected node to the target, or none."""
        asked = _asked(self.state)._replace(paths=shown, path=None)
        self.session.take(replace(self.state, asked=asked))

    def choose_path(self, path: int | None) -> None:
        """That one of the paths alone, or (None) all again."""
        asked = _asked(self.state)
        if asked.paths and asked.path != path:
            self.session.take(replace(self.state, asked=asked._replace(path=path)))

    def follow(self, old: State, new: State) -> State:
        """A lit wire belongs to a moment, a chosen path to a node; in another document nothing is asked."""
        asked = new.asked
        if asked is None or asked is not old.asked:
            return new
        if not new.same_document(old):
            return replace(new, asked=None)
        same_node = new.selection == old.selection and new.graph.wiring is old.graph.wiring
        if not same_node:
            left = asked._replace(wire=None, path=None)
        elif (new.trace, new.cursor) != (old.trace, old.cursor):
            left = asked._replace(wire=None)
        else:
            return new
        return new if left == asked else replace(new, asked=left)


def _asked(state: State) -> Asked:
    return NOTHING if state.asked is None else state.asked
