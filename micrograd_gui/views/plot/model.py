"""What a plot shows, as values: its static part, which is slow to make, and its live part, which is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from micrograd.language import N_, with_colon
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import written
from micrograd_gui.session.state import State

if TYPE_CHECKING:
    import numpy as np

    from micrograd_gui.session.measure import Nudge

TELLS = N_("While that is predicted, the plot would tell it.")
Color = Literal["data", "grad", "secant", "accent", "muted", "good", "bad"]
Style = Literal[
    "open dots",
    "open squares",
    "line",
    "dashed",
    "dotted",
    "points",
    "point",
    "squares",
    "dots",
    "ring",
    "crosses",
    "thin",
    "upright",
]
Scale = Literal["linear", "log"]
ABOVE = "above"  # the key stands above the axes, side by side, and hides nothing
_CLEAR = 100  # points of a curve that one point to be kept clear counts for
_HUGE = 1e150  # beyond it, the spans that matplotlib works out overflow


class Mark(Struct, frozen=True):
    """One thing drawn over the axes: a line or points; what the key says about it, and with little room."""

    color: Color
    style: Style
    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray
    legend: str = ""
    brief: str = ""


class Trail(Struct, frozen=True, eq=False):
    """Points joined in their order, each smaller and fainter than the one after it.

    ``x`` and ``y`` have shape (points + 1,); the last place ends the line: something else is drawn there.
    ``across`` and ``upward``, shape (points, numbers), are a piece of a curve through each point.
    """

    color: Color
    x: np.ndarray
    y: np.ndarray
    across: np.ndarray | None = None
    upward: np.ndarray | None = None
    legend: str = ""
    brief: str = ""


class GrowingCurve(Struct, frozen=True, eq=False):
    """A curve over 0, 1, 2, … that grows at its end; ``right``: by the right edge, from 0 to 100 %."""

    color: Color
    style: Style
    y: Sequence[float]
    legend: str = ""
    brief: str = ""
    right: bool = False


def tells(state: State, nodes: Iterable[NodeId]) -> bool:
    """Whether a curve over those nodes would tell what is predicted: the target's number, or their slope."""
    if state.quiz is None:
        return False
    from micrograd_gui.session.predicting.veil import hidden  # seldom somebody predicts

    return not state.computed or any(hidden(state, node, "grad") for node in nodes)


class Field(Struct, frozen=True, eq=False):
    """Numbers over the whole of the axes, as two colours that part where the number is ``level``.

    ``numbers`` has shape (rows upward, columns across); at ``far`` from the level a colour is strongest.
    """

    numbers: np.ndarray
    level: float
    far: float
    legend: str = ""
    brief: str = ""


class Contours(Struct, frozen=True, eq=False):
    """Lines of equal height, each with its number beside it, for numbers over the whole of the axes.

    ``numbers`` has shape (rows upward, columns across), and gaps where it is nan. No number stands at
    ``clear``.
    """

    color: Color
    numbers: np.ndarray
    levels: tuple[float, ...]
    clear: tuple[float, float] | None = None
    legend: str = ""
    brief: str = ""


class Arrow(Struct, frozen=True):
    """An arrow from one point to another."""

    color: Color
    x: Span
    y: Span
    legend: str = ""
    brief: str = ""


class Bars(Struct, frozen=True, eq=False):
    """Bars side by side on ``base``: ``heights`` has shape (bars,), ``edges`` shape (bars + 1,)."""

    color: Color
    edges: np.ndarray
    heights: np.ndarray
    base: float
    legend: str = ""
    brief: str = ""


class Note(Struct, frozen=True):
    """A few words in the axes, their left or right end at that point."""

    color: Color
    words: str
    x: float
    y: float
    right: bool = False
    bold: bool = False
    legend: str = ""
    brief: str = ""


PlotItem = Mark | Trail | Contours | Arrow | GrowingCurve | Field | Bars | Note


class StaticPlot(Struct, frozen=True, eq=False):
    """All that stays while stepping: axes, names and curves.

    Attributes:
        graph: what it was worked out on.
        subject: the node whose span may be edited.
        title, x_name, y_name: the words above and beside the axes.
        x_span, y_span: from where to where the axes go.
        curves: what is drawn in them, the first below the others.
        x_scale, y_scale: how numbers go along the axes.
        right_name: what the right edge counts, from 0 to 100 %; empty: it counts nothing.
        y_labels: places upward, and words that stand there in place of numbers.
        key_at: the corner of the key, or ABOVE; empty: where the curves leave most room.
        kept_clear: points that a key in a corner should not hide.
    """

    graph: Graph
    subject: NodeId | None
    title: str
    x_name: str
    y_name: str
    x_span: Span
    y_span: Span
    curves: tuple[PlotItem, ...]
    x_scale: Scale = "linear"
    y_scale: Scale = "linear"
    right_name: str = ""
    y_labels: tuple[tuple[float, str], ...] | None = None
    key_at: str = ""
    kept_clear: tuple[tuple[float, float], ...] = ()

    @property
    def axes(self) -> tuple[object, ...]:
        """All but the curves: what takes long to draw."""
        scales = self.x_scale, self.y_scale, self.right_name, self.y_labels
        return self.title, self.x_name, self.y_name, self.x_span, self.y_span, scales


class LeafPair(Protocol):
    """Two leaves of which each can be chosen, or follows the selection.

    Attributes:
        chosen: the leaves that were chosen; None: that one follows the selection.
    """

    chosen: tuple[NodeId | None, NodeId | None]

    def offered(self, state: State) -> Sequence[NodeId]:
        """The leaves that there are to choose from."""
        ...

    def shown(self, state: State) -> tuple[NodeId, NodeId] | None:
        """The two leaves, across and upward; None where there are not as many."""
        ...


class PlotKind(Protocol):
    """One kind of plot: a row of KINDS in kinds/table.py. Knows neither Qt nor matplotlib.

    Attributes:
        name: what the program calls it; that of its row.
        has_span: whether the span across can be set.
        has_log, log: whether its numbers may be shown by their size, and whether they are.
    """

    name: str
    has_span: bool
    has_log: bool
    log: bool

    @property
    def pair(self) -> LeafPair | None:
        """What two leaves it is drawn over, where they can be chosen; None: it has no such choice."""
        ...

    def why_empty(self, state: State) -> str:
        """What to do before there is something to draw, in a sentence; empty where there is."""
        ...

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the static part holds for that State. Called at every change: must be quick."""
        ...

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The static part, worked out anew; ``before`` is what is on screen, so that axes need not jump."""
        ...

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """The live part at this moment. Called at every step: must be quick."""
        ...


def tangent(static: StaticPlot, x: float, y: float, slope: float) -> tuple[Span, Span]:
    """A straight line through a point, from one edge of the axes to the other."""
    left, right = static.x_span
    return (left, right), (y + slope * (left - x), y + slope * (right - x))


def point(static: StaticPlot, x: float, y: float, nudge: Nudge | None = None, *nodes: NodeId) -> Mark:
    """Where the graph stands; of numbers of those two nodes that a nudge moves, what they become, too."""
    moved = [None if nudge is None else nudge.shows(node) for node in nodes] or [None, None]
    across, upward = told(static.x_name, x, moved[0]), told(static.y_name, y, moved[1])
    brief = f"({written(x)}, {written(y)})" if moved[1] is None else " → ".join(moved[1])
    return Mark("accent", "point", (x,), (y,), f"{across}, {upward}", brief)


def told(name: str, number: float, moved: tuple[str, str] | None) -> str:
    """``o = 0.7071``, or ``o: 0.7071 → 0.7076`` where a nudge moves it."""
    return f"{name} = {written(number)}" if moved is None else with_colon(name, " → ".join(moved))


def visible(y: np.ndarray) -> tuple[np.ndarray, Span]:
    """A curve fit to be drawn, in the same shape, and the span to draw it in.

    It has gaps where there is no number, or where it jumps. A few huge numbers (a pole, an exponential) do
    not flatten the rest.
    """
    import numpy as np

    curve = np.asarray(y, float).copy()
    with np.errstate(all="ignore"):
        curve[~np.isfinite(curve) | (np.abs(curve) > _HUGE)] = np.nan
        known = curve[~np.isnan(curve)]
        if not len(known):
            return curve, (-1.0, 1.0)
        low, high = float(known.min()), float(known.max())
        inner_low, inner_high = (float(each) for each in np.percentile(known, (15, 85)))
        inner = inner_high - inner_low
        if inner > 0 and high - low > 12 * inner:
            low, high = max(low, inner_low - 3 * inner), min(high, inner_high + 3 * inner)
        low, high = padded((low, high))
        height = high - low
        curve = np.clip(curve, low - 20 * height, high + 20 * height)
        jumps = np.abs(np.diff(curve)) > 2 * height
        jumps &= np.sign(curve[1:] - (low + high) / 2) != np.sign(curve[:-1] - (low + high) / 2)
        curve[1:][jumps] = np.nan
    return curve, (low, high)


def steady(span: Span, before: StaticPlot | None, graph: Graph, x_span: Span) -> Span:
    """The vertical span on screen as long as the curve fills it well: axes must not jump at every change."""
    if before is None or before.x_span != x_span or not before.graph.same_structure(graph):
        return span
    low, high = before.y_span
    inside = low <= span[0] and span[1] <= high
    return before.y_span if inside and span[1] - span[0] > 0.55 * (high - low) else span


def padded(span: Span, share: float = 0.06) -> Span:
    """A little more than the span; never so narrow that its ends fall together."""
    low, high = span
    size = max(abs(low), abs(high))
    pad = max((high - low) * share, 1e-6 * size)
    if high - low < 1e-6 * size or high == low:
        pad = max(0.1 * size, 1.0 if size == 0 else 0.0)
    return low - pad, high + pad


def including(span: Span, number: float | None) -> Span:
    """The span, widened where the number is just outside of it."""
    low, high = span
    if number is None or not abs(number) < _HUGE:
        return span
    return (min(low, number), max(high, number))


def drawable_span(span: Span) -> Span:
    """The span within what can be drawn, wide enough to have two different ends."""
    low, high = (max(-_HUGE, min(_HUGE, float(each))) for each in span)
    size = max(abs(low), abs(high))
    if high - low > 1e-9 * size and high - low > 1e-290:
        return low, high
    pad = max(1e-9 * size, 1e-280)
    return low - pad, high + pad


def free_corner(static: StaticPlot, wide: float, tall: float) -> str:
    """The corner, so wide and tall in shares of the axes, in which the curves have the fewest points."""
    import numpy as np

    (left, right), (low, high) = static.x_span, static.y_span
    counts = {}
    if static.key_at:
        return static.key_at
    hidden = [(each.x, each.y, 1) for each in static.curves if isinstance(each, Mark)]
    hidden += [([x], [y], _CLEAR) for x, y in static.kept_clear]
    for corner in ("upper left", "upper right", "lower left", "lower right"):  # as in code
        inside = 0
        for curve_x, curve_y, weight in hidden:
            with np.errstate(all="ignore"):
                x = (np.asarray(curve_x, float) - left) / (right - left)
                y = (np.asarray(curve_y, float) - low) / (high - low)
                in_x = x < wide if "left" in corner else x > 1 - wide
                in_y = y > 1 - tall if "upper" in corner else y < tall
            inside += weight * int(np.count_nonzero(in_x & in_y))
        counts[corner] = inside
    return min(counts, key=counts.__getitem__)
