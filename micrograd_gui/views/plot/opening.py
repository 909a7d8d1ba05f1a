"""What a document opens with: its plot, and whether training and rows are seen beside it."""

from __future__ import annotations

from msgspec import Struct

from micrograd_gui.session.state import State
from micrograd_gui.views.plot.pane import PlotPane

OF_LEARNING = ("loss", "boundary", "gradients")  # the plots of what learns


class Opening(Struct, frozen=True):
    """What a document opens with: the kind of plot, and whether training and rows are seen."""

    plot: str
    learns: bool


def for_document(state: State, plot: PlotPane) -> Opening:
    """What the document of that State opens with: one with rows shows its boundary, or how its loss falls.

    One that was seen with another plot is seen with that.
    """
    learns = state.graph.data is not None and bool(state.graph.parameters)
    if plot.knows(state.graph.sight.plot):
        return Opening(state.graph.sight.plot, learns)
    if state.graph.data is not None and plot.offers("boundary", state):
        return Opening("boundary", learns)
    if learns:
        return Opening("loss", learns)
    return Opening("sweep" if plot.kind in OF_LEARNING else plot.kind, learns)


def for_first_rows(state: State, plot: PlotPane) -> str:
    """The kind of plot once a document has been given its first rows; what was chosen by hand stays."""
    return "boundary" if plot.kind == "sweep" and plot.offers("boundary", state) else plot.kind
