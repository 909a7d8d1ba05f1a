"""The table of kinds of plots: a row each, in the order of the buttons."""

from __future__ import annotations

from micrograd_gui.views.plot.kinds.activation import ActivationPlot
from micrograd_gui.views.plot.kinds.boundary import BoundaryPlot
from micrograd_gui.views.plot.kinds.error import ErrorPlot
from micrograd_gui.views.plot.kinds.gradients import GradientsPlot
from micrograd_gui.views.plot.kinds.loss import LossPlot
from micrograd_gui.views.plot.kinds.slice import SlicePlot
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.model import PlotKind

KINDS: tuple[type[PlotKind], ...] = (
    SweepPlot,
    SlicePlot,
    ActivationPlot,
    ErrorPlot,
    LossPlot,
    BoundaryPlot,
    GradientsPlot,
)
