"""Writing: what stands on wires, how derivatives are written, and by which leaf nodes are derived forward."""

from __future__ import annotations

from typing import get_args

from msgspec.structs import replace

from micrograd.language import N_, tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import NodeId
from micrograd_gui.session.room import Room
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Notation, Wires

WIRES: tuple[Wires, ...] = get_args(Wires)
SAID: dict[Wires, str] = {
    "acting": N_("Numbers stand on the wires of the acting step."),
    "all": N_(
        "On the wires, where there is room: above the value that came; below the local slope, then += "
        "what it carried back."
    ),
    "none": N_("No numbers stand on the wires."),
}


class Writing(Room):
    """What of the numbers is shown, and how they are written; none of it is an edit."""

    def show_wires(self, wires: Wires) -> None:
        """Numbers stand on the wires of the acting step, on all, or on none."""
        if wires != self.state.wires:
            self.session.take(replace(self.state, wires=wires))

    def write_as(self, notation: Notation) -> None:
        """Derivatives are written ``a.grad``, or ``∂L/∂a``."""
        if notation != self.state.notation:
            self.session.take(replace(self.state, notation=notation))

    def derive_by(self, leaf: NodeId | None) -> None:
        """Every node shows its derivative by that leaf, found forward; None: no longer.

        Raises Refusal for what is no leaf.
        """
        node = None if leaf is None else self.state.graph.nodes.get(leaf)
        if node is not None and not node.is_leaf:
            raise Refusal(
                tr("{name} is computed: forward mode derives by a leaf, so select one.", name=node.spoken)
            )
        self.session.take(replace(self.state, forward_leaf=leaf))

    def follow(self, old: State, new: State) -> State:
        """Forward mode ends where its leaf is none any more."""
        node = new.graph.nodes.get(new.forward_leaf or 0)
        gone = node is None or not node.is_leaf or not new.same_document(old)
        return replace(new, forward_leaf=None) if new.forward_leaf is not None and gone else new
