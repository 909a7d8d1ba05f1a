"""The gradients: a histogram of their sizes for each layer, and what is wrong with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from micrograd.language import N_, tr, trn
from micrograd_gui.document.text import written
from micrograd_gui.session.explain.of_rows import rows_in_words
from micrograd_gui.session.state import State
from micrograd_gui.views.plot.model import Bars, Color, Note, PlotItem, StaticPlot
from micrograd_gui.views.plot.standing import loose_end

if TYPE_CHECKING:
    from micrograd_gui.session.training.health import Health, LayerHealth

_SPAN = (-10, 4)  # decades
_BINS_PER_DECADE = 2
_TALL = 0.62  # of the height of a layer
_LAYERS_AT_MOST = 12
_MARKS: dict[str, tuple[str, Color]] = {
    "healthy": (N_("✓ healthy"), "good"),
    "vanishing": (N_("▼ vanishing"), "bad"),
    "exploding": (N_("▲ exploding"), "bad"),
    "all zero": (N_("○ all 0"), "bad"),
}


class GradientsPlot:
    """A row per layer, the first one on top; at each line to the right, gradients are ten times larger."""

    name = "gradients"
    has_span = False
    pair = None
    has_log = log = False

    def __init__(self) -> None:
        self._health: Health | None = None

    def why_empty(self, state: State) -> str:
        """Why there are no gradients."""
        graph = state.graph
        if graph.target is None or not graph.parameters:
            return tr("No gradients to compare: mark leaves behind the target as parameters.")
        return loose_end(graph)

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the layers are the same."""
        return self._health is not None and self._health.fits(state.graph)

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """A row per layer."""
        from micrograd_gui.session.training.health import Health

        graph = state.moment
        if self._health is None or not self._health.fits(graph):
            self._health = Health(graph)
        layers = self._health.at(graph)[:_LAYERS_AT_MOST]
        count = len(layers)
        return StaticPlot(
            graph,
            None,
            tr("sizes of the gradients, layer by layer"),
            "|grad|" if self._health.rows < 2 else f"|grad| ({rows_in_words(graph, self._health.rows)})",
            "",
            (10.0 ** _SPAN[0], 10.0 ** _SPAN[1]),
            (0.0, float(count)),
            (),
            x_scale="log",
            y_labels=tuple((count - at - 0.5, layer.title) for at, layer in enumerate(layers)),
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """The histograms, and a verdict on each."""
        import numpy as np

        assert self._health is not None
        layers = self._health.at(state.moment)[:_LAYERS_AT_MOST]
        edges = np.logspace(*_SPAN, (_SPAN[1] - _SPAN[0]) * _BINS_PER_DECADE + 1)
        drawn: list[PlotItem] = []
        for at, layer in enumerate(layers):
            base = float(len(layers) - at - 1)
            within = np.clip(layer.sizes, edges[0] * 1.01, edges[-1] * 0.99)
            counts, _ = np.histogram(within, edges)
            heights = _TALL * counts / max(1, counts.max())
            words, color = _MARKS[layer.verdict]
            drawn.append(Bars("data" if color == "good" else "grad", edges, heights, base + 0.04))
            drawn.append(Note(color, tr(words), 10.0 ** (_SPAN[0] + 0.3), base + 0.84, bold=True))
            ill = bool(layer.dead or layer.saturated)
            right = 10.0 ** (_SPAN[1] - 0.3)
            drawn.append(Note("bad" if ill else "muted", _layer_words(layer), right, base + 0.84, right=True))
        return tuple(drawn)


def _layer_words(layer: LayerHealth) -> str:
    """What else there is to say of a layer, in a few words."""
    parts = []
    if layer.dead:
        parts.append(tr("✗ {dead} of {relus} ReLU dead", dead=layer.dead, relus=layer.relus))
    if layer.saturated:
        parts.append(
            tr("✗ {saturated} of {tanhs} tanh saturated", saturated=layer.saturated, tanhs=layer.tanhs)
        )
    if layer.zeros:
        parts.append(trn("{n} grad 0", "{n} grads 0", layer.zeros))
    if not parts and math.isfinite(layer.typical) and layer.typical:
        parts.append(tr("typically {typical}", typical=written(layer.typical, 3)))
    return ", ".join(parts)
