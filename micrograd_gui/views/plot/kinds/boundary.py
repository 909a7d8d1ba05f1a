"""The boundary: what the graph predicts all over the plane of its two inputs, or along its one input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from micrograd.language import N_, tr
from micrograd_gui.document.data import Data
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import short
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.over_rows import held_out, some_rows
from micrograd_gui.session.state import State
from micrograd_gui.session.training.judge import Judge, judge_of
from micrograd_gui.views.plot.model import (
    ABOVE,
    Color,
    Field,
    Mark,
    PlotItem,
    StaticPlot,
    Style,
    drawable_span,
)

if TYPE_CHECKING:
    from micrograd_gui.session.training.trainer import Prediction

GRID = 50  # points along each side
_CURVE = 201
_ROWS_DRAWN = 600
_MARGIN = 0.18


class BoundaryStatic(StaticPlot, frozen=True, eq=False):
    """What else a boundary rests on.

    Attributes:
        query: what is asked.
        data: the rows.
        prediction: what answers, for any parameters.
        points: where it is asked, shape (inputs, points); the last ones are those of the rows.
        answers: what the rows say, shape (rows,).
        fixed: the leaves that must stay as they are.
    """

    query: BoundaryQuery | None = None
    data: Data | None = None
    prediction: Prediction | None = None
    points: Any = None
    answers: Any = None
    fixed: tuple[NodeId, ...] = ()


class BoundaryQuery(Struct, frozen=True):
    """Which node is looked at over which inputs, where those stand in the rows, and how it is judged."""

    judge: Judge
    inputs: tuple[NodeId, ...]
    columns: tuple[int, ...]


class BoundaryPlot:
    """Two inputs: a surface in two colours. One: the fitted curve."""

    name = "boundary"
    has_span = False
    pair = None
    has_log = log = False

    def __init__(self) -> None:
        self._known: tuple[Graph, BoundaryQuery | str] | None = None
        # What was drawn last, and for which parameters.
        self._shown: tuple[StaticPlot, Any, tuple[PlotItem, ...]] | None = None

    def why_empty(self, state: State) -> str:
        """Why the graph has no boundary."""
        query = self._query(state.graph)
        return query if isinstance(query, str) else ""

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the rows and what is asked are the same."""
        graph, data = state.graph, state.graph.data
        if not isinstance(static, BoundaryStatic) or data is None or static.data is None:
            return False
        if data.rows is not static.data.rows or data.columns != static.data.columns:
            return False
        if held_out(graph) != held_out(static.graph):
            return False
        if self._query(graph) is not static.query:
            return False
        return all(graph.nodes[leaf].data == static.graph.nodes[leaf].data for leaf in static.fixed)

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The rows, and the points at which the prediction is asked."""
        import numpy as np

        from micrograd_gui.session.training.trainer import Prediction

        graph, query = state.moment, self._query(state.graph)
        assert isinstance(query, BoundaryQuery)
        assert graph.data is not None
        judge, data = query.judge, graph.data
        drawn = some_rows(len(data.rows), _ROWS_DRAWN)
        rows = np.array([data.rows[at] for at in drawn], float)
        apart = frozenset(held_out(graph))
        held = np.array([at in apart for at in drawn], bool)
        answers = rows[:, judge.column]
        places = rows[:, list(query.columns)]
        spans = [_around(places[:, at]) for at in range(len(query.inputs))]
        names = [operand_name(graph.nodes[node]) for node in query.inputs]
        predicted = operand_name(graph.nodes[judge.prediction])
        if len(spans) == 2:
            across, upward = np.meshgrid(*(np.linspace(*span, GRID) for span in spans))
            points = np.stack([across.ravel(), upward.ravel()])
            curves = _sides(data.columns[judge.column].name, judge, answers, places, held)
        else:
            spans.append(_around(answers))
            names.append(predicted)
            points = np.linspace(*spans[0], _CURVE)[None]
            said = data.columns[judge.column].name
            curves = _points("grad", "dots", places[:, 0], answers, held, tr("rows ({column})", column=said))
        flat = len(query.inputs) == 2
        title = (
            tr("what {predicted} says of every ({inputs})", predicted=predicted, inputs=", ".join(names))
            if flat
            else tr("{predicted} over {input}", predicted=predicted, input=names[0])
        )
        behind = graph.ancestors(judge.prediction)
        learned = {*graph.parameters, *query.inputs}
        fixed = tuple(n for n in behind if graph.nodes[n].is_leaf and n not in learned)
        return BoundaryStatic(
            graph,
            None,
            title,
            names[0],
            names[1],
            spans[0],
            spans[1],
            tuple(curves),
            key_at=ABOVE,
            query=query,
            data=data,
            prediction=Prediction(graph, judge.prediction, query.inputs),
            points=np.concatenate([points, places.T], axis=1),
            answers=answers,
            fixed=fixed,
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """The surface or the curve, the rows told wrong, and the row that is shown."""
        import numpy as np

        assert isinstance(static, BoundaryStatic)
        assert static.query is not None
        assert static.prediction is not None
        graph = state.moment
        parameters = np.array([graph.nodes[each].data for each in graph.parameters])
        last = self._shown
        if last is not None and last[0] is static and np.array_equal(last[1], parameters):
            picture = last[2]
        else:
            picture = _picture(static, static.prediction.at(static.points, parameters), graph)
            self._shown = (static, parameters, picture)
        return (*picture, *_shown_row(static, graph))

    def _query(self, graph: Graph) -> BoundaryQuery | str:
        """What is shown of that graph; or, in a sentence, why nothing is. The last answer is kept."""
        known = self._known
        answer = known[1] if known is not None and _alike(known[0], graph) else _find_query(graph)
        self._known = (graph, answer)
        return answer


def _alike(graph: Graph, other: Graph) -> bool:
    mine, its = graph.data, other.data
    if mine is None or its is None:
        return mine is its
    return (
        mine.rows is its.rows
        and mine.columns == its.columns
        and graph.blocks is other.blocks
        and graph.parameters == other.parameters
        and graph.same_structure(other)
    )


def _find_query(graph: Graph) -> BoundaryQuery | str:
    """What can be shown of the graph; or, in a sentence, why nothing can."""
    data = graph.data
    if data is None or not data.rows:
        return tr("No boundary yet: give the graph rows in the Data pane.")
    judge = judge_of(graph)
    if judge is None:
        return tr("The boundary needs one prediction that is compared with one answer of the rows.")
    behind = graph.ancestors(judge.prediction)
    columns = tuple(at for at, column in enumerate(data.columns) if column.node in behind)
    inputs = tuple(node for at in columns if (node := data.columns[at].node) is not None)
    if not 1 <= len(inputs) <= 2:
        name = graph.nodes[judge.prediction].spoken
        count = len(inputs)
        return tr(
            "The boundary shows one input or two; {name} is computed from {inputs}.", name=name, inputs=count
        )
    if any(None in graph.nodes[node].inputs for node in behind):
        return tr("The prediction cannot be computed yet: wire the free ports first.")
    return BoundaryQuery(judge, inputs, columns)


def _points(color: Color, style: Style, x: Any, y: Any, held: Any, said: str) -> list[Mark]:
    """Rows as points; those held out are hollow."""
    marks = []
    for hollow in (False, True):
        chosen = held == hollow
        if chosen.any():
            shape = style
            if hollow:
                shape = "open dots" if style == "dots" else "open squares"  # as in code
            words = tr("{rows}, held out", rows=said) if hollow else said
            marks.append(Mark(color, shape, tuple(x[chosen].tolist()), tuple(y[chosen].tolist()), words))
    return marks


def _sides(name: str, judge: Judge, answers: Any, places: Any, held: Any) -> list[Mark]:
    """The rows on either side: their colours and their signs differ."""
    threshold = judge.threshold
    middle = float(answers.mean()) if threshold is None else threshold
    values = sorted({*answers.tolist()})
    said = [f"{name} ≤ {short(middle)}", f"{name} > {short(middle)}"]
    if len(values) == 2:
        said = [f"{name} = {short(value)}" for value in values]
    marks: list[Mark] = []
    for above in (True, False):
        chosen = (answers > middle) == above
        x, y = places[chosen, 0], places[chosen, 1]
        color: Color = "data" if above else "grad"
        marks += _points(color, "dots" if above else "squares", x, y, held[chosen], said[above])
    return marks


def _picture(static: BoundaryStatic, numbers: Any, graph: Graph) -> tuple[PlotItem, ...]:
    """The surface, or the curve, and which rows are told wrong."""
    rows = len(static.answers)
    return _surface(static, numbers[:-rows], graph), *_wrong(static, numbers[-rows:])


def _wrong(static: BoundaryStatic, predictions: Any) -> Sequence[Mark]:
    """A cross on each row that is on the wrong side, and in the key how many there are."""
    assert static.query is not None
    wrong = static.query.judge.wrong(predictions, static.answers)
    if wrong is None:
        return ()
    x, *rest = static.points[:, -len(wrong) :][:, wrong]
    y = rest[0] if rest else static.answers[wrong]
    count = int(wrong.sum())
    words = tr("{wrong:,} of {rows:,} wrong", wrong=count, rows=len(wrong))
    if static.data is not None and len(wrong) < (rows := len(static.data.rows)):
        told = N_("{wrong:,} wrong of {drawn:,} drawn ({rows:,} rows)")
        words = tr(told, wrong=count, drawn=len(wrong), rows=rows)
    return (
        Mark(
            "secant",
            "crosses",
            tuple(x.tolist()),
            tuple(y.tolist()),
            words,
            tr("{wrong:,} wrong", wrong=count),
        ),
    )


def _surface(static: BoundaryStatic, numbers: Any, graph: Graph) -> PlotItem:
    import numpy as np

    assert static.query is not None
    judge = static.query.judge
    name = operand_name(graph.nodes[judge.prediction])
    if len(static.query.inputs) == 1:
        with np.errstate(all="ignore"):
            low, high = static.y_span
            curve = np.clip(numbers, low - 50 * (high - low), high + 50 * (high - low))
        x = static.points[0, : len(numbers)]
        return Mark("data", "line", tuple(x.tolist()), tuple(curve.tolist()), name)
    assert static.data is not None
    if judge.threshold is not None:
        level, far = judge.threshold, 0.5 if judge.threshold else 1.0
    else:
        level = float(static.answers.mean())
        far = max(float(static.answers.max()) - level, level - float(static.answers.min())) or 1.0
    return Field(numbers.reshape(GRID, GRID), level, far)


def _shown_row(static: BoundaryStatic, graph: Graph) -> Sequence[Mark]:
    """A ring round the row that the graph shows."""
    query, data = static.query, graph.data
    if query is None or data is None or not 0 <= data.shown < len(data.rows):
        return ()
    row = data.rows[data.shown]
    places = [row[at] for at in query.columns]
    if len(places) == 1:
        places.append(row[query.judge.column])
    return (Mark("accent", "ring", (places[0],), (places[1],)),)


def _around(numbers: Any) -> Span:
    low, high = float(numbers.min()), float(numbers.max())
    pad = _MARGIN * (high - low) or max(1.0, 0.2 * abs(high))
    return drawable_span((low - pad, high + pad))
