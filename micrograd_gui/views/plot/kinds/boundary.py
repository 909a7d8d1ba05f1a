"""The boundary: what the graph predicts all over the plane of its two inputs, or along its one input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from micrograd_gui.document.data import Data
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.text import short
from micrograd_gui.session.explain.formulas import operand_name
from micrograd_gui.session.state import State
from micrograd_gui.session.training.judge import Judge, judge_of
from micrograd_gui.views.plot.model import ABOVE, Field, Mark, PlotItem, Still, drawable_span

if TYPE_CHECKING:
    from micrograd_gui.session.training.trainer import Prediction

GRID = 50  # points along each side
_CURVE = 201
_ROWS_DRAWN = 600  # of more rows, every so many-th
_MARGIN = 0.18


@dataclass(frozen=True, eq=False)
class _BoundaryStill(Still):
    """``points`` are where the prediction is asked, at the end those of the rows, which have ``answers``.

    ``fixed`` are the leaves that must stay as they are.
    """

    asked: _Asked | None = None
    data: Data | None = None
    prediction: Prediction | None = None
    points: Any = None
    answers: Any = None
    fixed: tuple[NodeId, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """Which node is looked at over which inputs, and from where its answers differ."""

    judge: Judge
    inputs: tuple[NodeId, ...]
    columns: tuple[int, ...]


class BoundaryPlot:
    """Two inputs: a surface in two colours. One: the fitted curve."""

    name = "boundary"
    text = "Boundary"
    tip = "What the graph predicts everywhere, with the rows: where it changes sides, or the fitted curve."
    has_span = False
    has_log = log = False
    pace = 80

    def __init__(self) -> None:
        self._known: tuple[Graph, _Asked | str] | None = None
        # What was drawn last, and for which parameters.
        self._shown: tuple[Still, Any, tuple[PlotItem, ...]] | None = None

    def missing(self, state: State) -> str:
        asked = self._asked(state.graph)
        return asked if isinstance(asked, str) else ""

    def fits(self, still: Still, state: State) -> bool:
        graph, data = state.graph, state.graph.data
        if not isinstance(still, _BoundaryStill) or data is None or still.data is None:
            return False
        if data.rows is not still.data.rows or data.columns != still.data.columns:
            return False
        if self._asked(graph) is not still.asked:
            return False
        return all(graph.nodes[leaf].data == still.graph.nodes[leaf].data for leaf in still.fixed)

    def build(self, state: State, before: Still | None) -> Still:
        import numpy as np

        from micrograd_gui.session.training.trainer import Prediction

        graph, asked = state.moment, self._asked(state.graph)
        assert isinstance(asked, _Asked)
        assert graph.data is not None
        judge, data = asked.judge, graph.data
        rows = np.array(data.rows[:: max(1, len(data.rows) // _ROWS_DRAWN)], float)
        answers = rows[:, judge.column]
        places = rows[:, list(asked.columns)]
        spans = [_around(places[:, at]) for at in range(len(asked.inputs))]
        names = [operand_name(graph.nodes[node]) for node in asked.inputs]
        predicted = operand_name(graph.nodes[judge.prediction])
        if len(spans) == 2:
            across, upward = np.meshgrid(*(np.linspace(*span, GRID) for span in spans))
            points = np.stack([across.ravel(), upward.ravel()])
            curves = _sides(data.columns[judge.column].name, judge, answers, places)
        else:
            spans.append(_around(answers))
            names.append(predicted)
            points = np.linspace(*spans[0], _CURVE)[None]
            said = data.columns[judge.column].name
            x, y = tuple(places[:, 0].tolist()), tuple(answers.tolist())
            curves = [Mark("grad", "dots", x, y, f"rows ({said})")]
        flat = len(asked.inputs) == 2
        title = (
            f"what {predicted} says of every ({', '.join(names)})" if flat else f"{predicted} over {names[0]}"
        )
        behind = graph.ancestors(judge.prediction)
        learned = {*graph.parameters, *asked.inputs}
        fixed = tuple(n for n in behind if graph.nodes[n].is_leaf and n not in learned)
        return _BoundaryStill(
            graph,
            None,
            title,
            names[0],
            names[1],
            spans[0],
            spans[1],
            tuple(curves),
            key_at=ABOVE,
            asked=asked,
            data=data,
            prediction=Prediction(graph, judge.prediction, asked.inputs),
            points=np.concatenate([points, places.T], axis=1),
            answers=answers,
            fixed=fixed,
        )

    def update(self, state: State, still: Still) -> tuple[PlotItem, ...]:
        import numpy as np

        assert isinstance(still, _BoundaryStill)
        assert still.asked is not None
        assert still.prediction is not None
        graph = state.moment
        parameters = np.array([graph.nodes[each].data for each in graph.parameters])
        last = self._shown
        if last is not None and last[0] is still and np.array_equal(last[1], parameters):
            picture = last[2]
        else:
            picture = _picture(still, still.prediction.at(still.points, parameters), graph)
            self._shown = (still, parameters, picture)
        return (*picture, *_shown_row(still, graph))

    def _asked(self, graph: Graph) -> _Asked | str:
        """What is shown of that graph; or, in a sentence, why nothing is. The last answer is kept."""
        known = self._known
        answer = known[1] if known is not None and _alike(known[0], graph) else _asked_of(graph)
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


def _asked_of(graph: Graph) -> _Asked | str:
    data = graph.data
    if data is None or not data.rows:
        return "No boundary yet: give the graph rows in the Data pane."
    judge = judge_of(graph)
    if judge is None:
        return "The boundary needs one prediction that is compared with one answer of the rows."
    behind = graph.ancestors(judge.prediction)
    columns = tuple(at for at, column in enumerate(data.columns) if column.node in behind)
    inputs = tuple(node for at in columns if (node := data.columns[at].node) is not None)
    if not 1 <= len(inputs) <= 2:
        name = graph.nodes[judge.prediction].spoken
        return f"The boundary shows one input or two; {name} is computed from {len(inputs)}."
    if any(None in graph.nodes[node].inputs for node in behind):
        return "The prediction cannot be computed yet: wire the free ports first."
    return _Asked(judge, inputs, columns)


def _sides(name: str, judge: Judge, answers: Any, places: Any) -> list[Mark]:
    """The rows on either side: their colours and their signs differ."""
    threshold = judge.threshold
    middle = float(answers.mean()) if threshold is None else threshold
    values = sorted({*answers.tolist()})
    said = [f"{name} ≤ {short(middle)}", f"{name} > {short(middle)}"]
    if len(values) == 2:
        said = [f"{name} = {short(value)}" for value in values]
    marks = []
    for above in (True, False):
        chosen = places[(answers > middle) == above]
        if len(chosen):
            x, y = (tuple(chosen[:, at].tolist()) for at in (0, 1))
            marks.append(Mark("data" if above else "grad", "dots" if above else "squares", x, y, said[above]))
    return marks


def _picture(still: _BoundaryStill, numbers: Any, graph: Graph) -> tuple[PlotItem, ...]:
    """The surface, or the curve, and which rows are told wrong."""
    rows = len(still.answers)
    return _surface(still, numbers[:-rows], graph), *_wrong(still, numbers[-rows:])


def _wrong(still: _BoundaryStill, predictions: Any) -> Sequence[Mark]:
    """A cross on each row that is on the wrong side, and in the key how many there are."""
    assert still.asked is not None
    wrong = still.asked.judge.wrong(predictions, still.answers)
    if wrong is None:
        return ()
    x, *rest = still.points[:, -len(wrong) :][:, wrong]
    y = rest[0] if rest else still.answers[wrong]
    count = int(wrong.sum())
    words = f"{count:,} of {len(wrong):,} wrong"
    return (Mark("secant", "crosses", tuple(x.tolist()), tuple(y.tolist()), words, f"{count:,} wrong"),)


def _surface(still: _BoundaryStill, numbers: Any, graph: Graph) -> PlotItem:
    import numpy as np

    assert still.asked is not None
    judge = still.asked.judge
    name = operand_name(graph.nodes[judge.prediction])
    if len(still.asked.inputs) == 1:
        with np.errstate(all="ignore"):
            low, high = still.y_span
            curve = np.clip(numbers, low - 50 * (high - low), high + 50 * (high - low))
        x = still.points[0, : len(numbers)]
        return Mark("data", "line", tuple(x.tolist()), tuple(curve.tolist()), name)
    assert still.data is not None
    if judge.threshold is not None:
        level, far = judge.threshold, 0.5 if judge.threshold else 1.0
    else:
        answers = [row[judge.column] for row in still.data.rows]
        level = sum(answers) / len(answers)
        far = max(max(answers) - level, level - min(answers)) or 1.0
    return Field(numbers.reshape(GRID, GRID), level, far)


def _shown_row(still: _BoundaryStill, graph: Graph) -> Sequence[Mark]:
    """A ring round the row that the graph shows."""
    asked, data = still.asked, graph.data
    if asked is None or data is None or not 0 <= data.shown < len(data.rows):
        return ()
    row = data.rows[data.shown]
    places = [row[at] for at in asked.columns]
    if len(places) == 1:
        places.append(row[asked.judge.column])
    return (Mark("accent", "ring", (places[0],), (places[1],)),)


def _around(numbers: Any) -> Span:
    low, high = float(numbers.min()), float(numbers.max())
    pad = _MARGIN * (high - low) or max(1.0, 0.2 * abs(high))
    return drawable_span((low - pad, high + pad))
