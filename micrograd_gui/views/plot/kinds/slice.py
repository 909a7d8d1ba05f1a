"""The slice: lines of equal height of the target over two leaves, and the last updates among them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from micrograd.language import tr
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import MINUS, told_apart, written
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.explain.of_rows import row_in_words, rows_in_words
from micrograd_gui.session.measure import plane, plane_over_rows
from micrograd_gui.session.over_rows import gathered_at, held_out, is_over_rows, learned_rows
from micrograd_gui.session.state import State
from micrograd_gui.session.trail import Place, trail
from micrograd_gui.views.plot.model import (
    ABOVE,
    TELLS,
    Arrow,
    Contours,
    Mark,
    PlotItem,
    StaticPlot,
    Trail,
    tells,
    told,
)
from micrograd_gui.views.plot.standing import (
    after_update,
    known_data,
    loose_end,
    nothing_to_compute,
    others_moved,
    same_trail,
    slope_of,
    span_round,
    stood_at,
    updates_in_brief,
    updates_in_words,
)

if TYPE_CHECKING:
    import numpy as np

_POINTS, _FEWEST = 61, 15  # along each side
_NUMBERS = 1_500_000  # of all nodes at all points, at most
_LEVELS, _FEW_LEVELS = 9, 5
_FINEST = 500  # parts of the span of heights, below which none is told from another
_ARROW = 0.2  # how long, in shares of the axes
_CROSSES = 12  # along each side, at most
_HUGE = 1e150
_FLAT = 1e-12


class SliceStatic(StaticPlot, frozen=True, eq=False):
    """What else a slice rests on.

    Attributes:
        leaves: those it is drawn over.
        trail: where the parameters stood before the last updates.
        now: the target as a fresh run gives it; None: no update before the moment.
        others: whether other parameters moved, too.
        rows: over which rows the loss is shown, in words; empty: it is the target, as the graph has it.
    """

    leaves: tuple[NodeId, NodeId] = (0, 0)
    trail: tuple[Place, ...] = ()
    now: float | None = None
    others: bool = False
    rows: str = ""


class SlicePair:
    """The two leaves of a slice; `LeafPair` says what each is."""

    def __init__(self) -> None:
        self.chosen: tuple[NodeId | None, NodeId | None] = (None, None)

    def offered(self, state: State) -> Sequence[NodeId]:
        """Parameters first, then named leaves, then constants."""
        graph = state.graph
        leaves = [each for each in graph.order if graph.nodes[each].is_leaf and each in graph.feeding]
        return sorted(leaves, key=lambda each: _rank(graph, each))

    def shown(self, state: State) -> tuple[NodeId, NodeId] | None:
        """Those that were chosen; in place of others the selected leaves, then the first that there are."""
        offered = self.offered(state)
        pool = [*(each for each in offered if each in state.selection), *offered]
        across, upward = (each if each in offered else None for each in self.chosen)
        if across is None:
            across = next((each for each in pool if each != upward), None)
        if upward is None or upward == across:
            upward = next((each for each in pool if each != across), None)
        return None if across is None or upward is None else (across, upward)


class SlicePlot:
    """Contour lines with their heights; the point, the way down, and where the last updates came from."""

    name = "slice"
    has_span = False
    has_log = log = False

    def __init__(self) -> None:
        self.pair: SlicePair = SlicePair()

    def why_empty(self, state: State) -> str:
        """What to do before there is something to slice."""
        graph = state.graph
        if words := nothing_to_compute(graph):
            return words
        leaves = self.pair.shown(state)
        if leaves is None:
            return tr("A slice needs a target that depends on two leaves.")
        if words := loose_end(graph):
            return words
        if tells(state, leaves):
            return tr(TELLS)
        for leaf in leaves:
            if not math.isfinite(graph.nodes[leaf].data):
                return tr(
                    "{name} holds no finite number to slice round.",
                    name=operand_name(graph.nodes[leaf]),
                )
        return ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the graph, the two leaves and the trail are the same."""
        graph = state.moment
        return (
            isinstance(static, SliceStatic)
            and static.leaves == self.pair.shown(state)
            and (static.graph.nodes is graph.nodes or static.graph.nodes == graph.nodes)
            and static.graph.target == graph.target
            and all(static.graph.ranges.get(each) == graph.ranges.get(each) for each in static.leaves)
            and static.rows == _rows(graph, static.leaves)
            and row_in_words(static.graph) == row_in_words(graph)
            and (not static.rows or _same_rows(static.graph, graph))
            and same_trail(static.trail, trail(state))
        )

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The lines."""
        import numpy as np

        graph, leaves, places = state.moment, self.pair.shown(state), trail(state)
        assert leaves is not None
        assert graph.target is not None
        spans = _spans(state, leaves, places, before)
        rows = _rows(graph, leaves)
        cases = len(graph.feeding) * (learned_rows(graph) if rows else 1)
        points = int(max(_FEWEST, min(_POINTS, math.sqrt(_NUMBERS / cases))))
        found = plane_over_rows if rows else plane
        numbers = found(graph, leaves, *(np.linspace(*span, points) for span in spans))
        numbers[~(np.abs(numbers) < _HUGE)] = np.nan
        levels = heights(numbers)
        x, y, target = (operand_name(graph.nodes[each]) for each in (*leaves, graph.target))
        row = rows or row_in_words(graph)
        of = f"{target} ({row})" if row else target
        title = tr("lines of equal {target}", target=of) if levels else tr("{target} is flat here", target=of)
        here = graph.nodes[leaves[0]].data, graph.nodes[leaves[1]].data
        now = after_update(state, (graph.target,))
        if rows:
            now = (float(plane_over_rows(graph, leaves, *(np.array([each]) for each in here))[0, 0]),)
        return SliceStatic(
            graph,
            None,
            title,
            x,
            y,
            spans[0],
            spans[1],
            (Contours("data", numbers, levels, here, of if row else ""), *_gaps(numbers, *spans)),
            key_at=ABOVE,
            leaves=leaves,
            trail=places,
            now=None if now is None else now[0],
            others=others_moved(graph, leaves, places),
            rows=rows,
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """The trail, the way down and the point."""
        assert isinstance(static, SliceStatic)
        here = [static.graph.nodes[leaf].data for leaf in static.leaves]
        if not all(map(math.isfinite, here)):
            return ()
        items: list[PlotItem] = []
        if static.trail:
            x, y = (stood_at(static.graph, leaf, static.trail) for leaf in static.leaves)
            items.append(_trail(static, [*x, here[0]], [*y, here[1]]))
        grads = [state.frame.grad.get(leaf) for leaf in static.leaves]
        slopes = [slope_of(state, leaf) for leaf in static.leaves]
        if static.rows and state.is_training:
            slopes = grads
        elif static.rows and None not in slopes:
            gathered = [gathered_at(state.trace, state.cursor, leaf) for leaf in static.leaves]
            slopes = [None if each is None else each.amount for each in gathered]
        what = brief = "grad"
        if slopes != grads:
            what, brief = tr("slope in {row}", row=row_in_words(static.graph)), tr("slope")
        known = [each for each in slopes if each is not None]
        items.extend(_way_down(static, here, known, what, brief))
        items.append(_point(state, static, here))
        return tuple(items)


def heights(numbers: np.ndarray) -> tuple[float, ...]:
    """Round numbers at which lines are drawn, that part the plane about evenly; none where it is flat.

    ``numbers`` may have any shape, and gaps.
    """
    import numpy as np

    known = numbers[~np.isnan(numbers)]
    if not len(known) or known.max() - known.min() <= _FLAT * np.abs(known).max():
        return ()
    low, high = float(known.min()), float(known.max())
    found = _rounded(np.quantile(known, np.linspace(0.0, 1.0, _LEVELS + 2)), (high - low) / _FINEST)
    if len([each for each in found if low < each < high]) < _FEW_LEVELS:
        found |= _rounded(np.linspace(low, high, _FEW_LEVELS + 2), (high - low) / _FINEST)
    return tuple(sorted(each for each in found if low < each < high))


def _rounded(parts: np.ndarray, finest: float) -> set[float]:
    """The inner ones of those numbers, each with as few digits as tell it from its neighbours."""
    found = set()
    for below, height, above in zip(parts, parts[1:-1], parts[2:], strict=False):
        gap = max(float(min(above - height, height - below)), finest)
        unit = 10.0 ** math.floor(math.log10(gap))
        rounded = round(float(height) / unit) * unit
        found.add(float(f"{rounded:.12g}"))
    return found


def _rows(graph: Graph, leaves: tuple[NodeId, NodeId]) -> str:
    """Over which rows the loss is shown, in words: of a large graph with many rows only the target is."""
    if not is_over_rows(graph) or not graph.wiring.bound.isdisjoint(leaves):
        return ""
    count = learned_rows(graph)
    many = len(graph.feeding) * count * _FEWEST**2 > _NUMBERS
    return "" if many else rows_in_words(graph, count)


def _same_rows(graph: Graph, other: Graph) -> bool:
    a, b = graph.data, other.data
    assert a is not None
    assert b is not None
    same = a.rows is b.rows and (a.columns, a.reduction) == (b.columns, b.reduction)
    return same and held_out(graph) == held_out(other)


def _rank(graph: Graph, leaf: NodeId) -> int:
    if leaf in graph.parameters:
        return 0
    return 1 if graph.nodes[leaf].label else 2


def _spans(
    state: State, leaves: tuple[NodeId, NodeId], places: Sequence[Place], before: StaticPlot | None
) -> list[Span]:
    graph = state.moment
    shown: list[Span | None] = [None, None]
    if isinstance(before, SliceStatic) and before.leaves == leaves:
        kept = zip(leaves, (before.x_span, before.y_span), strict=True)
        shown = [None if leaf in before.graph.ranges else span for leaf, span in kept]
    return [
        span_round(
            graph,
            leaf,
            known_data(state, leaf),
            stood_at(graph, leaf, places)[-1] if places else None,
            span,
        )
        for leaf, span in zip(leaves, shown, strict=True)
    ]


def _gaps(numbers: np.ndarray, x_span: Span, y_span: Span) -> list[Mark]:
    """Crosses where the target has no finite number."""
    import numpy as np

    every = max(1, math.ceil(len(numbers) / _CROSSES))
    thin = np.isnan(numbers)[every // 2 :: every, every // 2 :: every]
    if not thin.any():
        return []
    places = (np.linspace(*span, len(numbers))[every // 2 :: every] for span in (x_span, y_span))
    across, upward = np.meshgrid(*places)
    return [Mark("muted", "crosses", across[thin], upward[thin], tr("no finite number"), tr("not finite"))]


def _trail(static: SliceStatic, x: Sequence[float], y: Sequence[float]) -> Trail:
    import numpy as np

    said = updates_in_words(len(x) - 1)
    words = tr("{updates}; other parameters moved, too", updates=said) if static.others else said
    return Trail("accent", np.array(x), np.array(y), legend=words, brief=updates_in_brief(len(x) - 1))


def _way_down(
    static: SliceStatic, here: Sequence[float], slopes: Sequence[float], what: str, brief: str
) -> list[Arrow]:
    """An arrow against the slopes, which are called that; it is always of one length on the axes."""
    if len(slopes) < 2 or not all(map(math.isfinite, slopes)):
        return []
    sizes = [high - low for low, high in (static.x_span, static.y_span)]
    shares = [-slope / size for slope, size in zip(slopes, sizes, strict=True)]
    length = math.hypot(*shares)
    if not 0 < length < math.inf:
        return []
    x, y = (
        (at, at + _ARROW * share / length * size) for at, share, size in zip(here, shares, sizes, strict=True)
    )
    told = ", ".join(written(-slope) for slope in slopes)
    return [Arrow("grad", x, y, f"{MINUS}{what} = ({told})", f"{MINUS}{brief}")]


def _point(state: State, static: SliceStatic, here: Sequence[float]) -> Mark:
    target = static.graph.target
    assert target is not None
    known = state.frame.data.get(target)
    name = operand_name(static.graph.nodes[target])
    shown = [None if state.nudge is None else state.nudge.shows(each) for each in (*static.leaves, target)]
    words = ", ".join(map(told, (static.x_name, static.y_name), here, shown[:2]))
    brief = ""
    if static.rows:
        assert static.now is not None
        brief = f"{name} = {written(static.now)} ({static.rows})"
    elif known is not None and (static.now is None or static.now == known):
        brief = told(name, known, shown[2])
    elif known is not None and static.now is not None:
        brief = tr(
            "{name}: {numbers} (not run yet)", name=name, numbers=" → ".join(told_apart((known, static.now)))
        )
    if static.rows and shown[:2] != [None, None]:
        brief = ""  # a nudge is of the row that is shown: what it does to the loss over rows is not known
    full = f"{words}, {brief}" if brief else words
    return Mark("accent", "point", (here[0],), (here[1],), full, brief or words)
