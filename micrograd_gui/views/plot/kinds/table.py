"""The table of kinds of plots: a row each, in the order of the buttons."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from micrograd.language import N_
from micrograd_gui.views.plot.model import PlotKind


class KindRow(Struct, frozen=True):
    """A kind of plot: its name, what its button says, and what makes it when it is first shown."""

    name: str
    text: str
    tip: str
    make: Callable[[], PlotKind]


def _sweep() -> PlotKind:
    from micrograd_gui.views.plot.kinds.sweep import SweepPlot

    return SweepPlot()


def _slice() -> PlotKind:
    from micrograd_gui.views.plot.kinds.slice import SlicePlot

    return SlicePlot()


def _activation() -> PlotKind:
    from micrograd_gui.views.plot.kinds.activation import ActivationPlot

    return ActivationPlot()


def _error() -> PlotKind:
    from micrograd_gui.views.plot.kinds.error import ErrorPlot

    return ErrorPlot()


def _loss() -> PlotKind:
    from micrograd_gui.views.plot.kinds.loss import LossPlot

    return LossPlot()


def _boundary() -> PlotKind:
    from micrograd_gui.views.plot.kinds.boundary import BoundaryPlot

    return BoundaryPlot()


def _gradients() -> PlotKind:
    from micrograd_gui.views.plot.kinds.gradients import GradientsPlot

    return GradientsPlot()


_ERROR = N_(
    "The error of the measured slope against h, for the selected node.\n"
    "One-sided (L(x + h) − L(x)) / h errs in proportion to h (slope 1), "
    "central (L(x + h) − L(x − h)) / 2h to h² (slope 2). "
    "For small h rounding takes over: ε·|L| / h grows as h shrinks."
)
_GRADIENTS = N_(
    "How large the gradients of each layer are, over all rows.\n"
    "Vanishing: typically below 1/1000 of the layer where they are largest. "
    "Exploding: typically above 100, or not finite.\n"
    "Dead ReLU: 0 in every row. Saturated tanh: |o| above 0.97 in more than half of the rows."
)
_ROWS = (
    KindRow("sweep", N_("Sweep"), N_("How the target answers while the selected node takes other "
        "numbers."), _sweep),
    KindRow("slice", N_("Slice"),
            N_("How the target answers to two leaves at once: lines of equal height, and the last updates."),
            _slice),
    KindRow("activation", N_("Activation"),
            N_("The curve of a one-input op (tanh, …), the point at which it works, and its slope there."),
            _activation),
    KindRow("error", N_("Error"), _ERROR, _error),
    KindRow("loss", N_("Loss"),
            N_("How the loss falls while the graph trains; and the accuracy, where it has a "
                "meaning."), _loss),
    KindRow("boundary", N_("Boundary"),
            N_("What the graph predicts everywhere, with the rows: where it changes sides, or the "
                "fitted curve."),
            _boundary),
    KindRow("gradients", N_("Gradients"), _GRADIENTS, _gradients),
)  # fmt: skip
KINDS = {row.name: row for row in _ROWS}
