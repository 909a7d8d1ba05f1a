"""Panels: a small plot beside or below a graph, drawn of the same shapes: loss, an activation, a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from msgspec import Struct, structs

from micrograd.language import N_, tr
from micrograd.ops import OPS, op_of
from micrograd_gui.document.errors import OptionRefusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import quoted, short
from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.fitting.moving import moved
from micrograd_gui.figures.fitting.sizing import Sizing
from micrograd_gui.figures.geometry import Line, Point
from micrograd_gui.figures.parts import SIZE, Panel, Text
from micrograd_gui.figures.text_metrics import shortened, shown_label, width
from micrograd_gui.session.trace import Run

Place = tuple[float, float, float, float]  # left, top, width, height
WIDE, TALL, GAP = 300.0, 190.0, 18.0  # of a panel, and between it and the graph
_WIDEST = 1.5 * WIDE  # of one that stands below a graph that is as wide
_POINTS, _TICK = 81, 4.0
_LINE = 18.0  # of text
_NARROW = 400.0  # points: on a page no wider a plot stands below
_SPREAD = 3.0  # how far to both sides of where a node stands it is swept, at least


class Plotted(Struct, frozen=True):
    """A curve in numbers; the point that the run is at, where nodes have numbers, and the slope there."""

    title: str
    across: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    point: Point | None = None
    slope: float | None = None
    needs: tuple[NodeId, ...] = ()
    beside: bool = True  # else below the graph
    free: bool = False  # whether nobody said which of them

    @property
    def takes(self) -> float:
        """How much of the width of a page it takes from the graph."""
        return GAP + WIDE if self.beside else 0.0

    def put_on(self, figure: Figure, margin: float) -> Figure:
        """The figure with the plot at its right, or below it, on a page that is as much larger."""
        if self.beside:
            high = max(figure.height, TALL + 2 * margin)
            figure = moved(figure, 0.0, (high - figure.height) / 2, figure.width, high)
            place = figure.width + GAP - margin, (high - TALL) / 2, WIDE, TALL
            whole = replace(figure, width=figure.width + GAP + WIDE)
        else:
            wide = max(figure.width, WIDE + 2 * margin)
            figure = moved(figure, (wide - figure.width) / 2, 0.0, wide, figure.height)
            own = min(wide - 2 * margin, _WIDEST)
            place = (wide - own) / 2, figure.height + GAP - margin, own, TALL
            whole = replace(figure, height=figure.height + GAP + TALL)
        return replace(whole, panel=panel_at(self, place))


def plotted(graph: Graph, trace: Run, said: str, where: str | None, sizing: Sizing | None) -> Plotted:
    """What was asked for, beside the graph unless it was said ``where``, or the page is narrow.

    That is ``loss``, an op (``tanh``, ``tanh:n``) or ``sweep`` (``sweep:w1``). Raises OptionRefusal.
    """
    width = None if sizing is None else sizing.width
    beside = where == "beside" or (where is None and (width is None or width > _NARROW))
    return structs.replace(_plotted(graph, trace, said), beside=beside, free=where is None)


def _plotted(graph: Graph, trace: Run, said: str) -> Plotted:
    kind, _, name = said.partition(":")
    node = graph.named(name.strip()) if name.strip() else None
    data = trace.frame(len(trace)).data
    if kind == "loss":
        return _loss(graph)
    if kind == "sweep":
        return _swept(graph, node, data)
    if kind in OPS and op_of(kind).arity == 1:
        return _activation(graph, kind, node, data)
    ops = ", ".join(name for name, op in OPS.items() if op.arity == 1 and name.isalpha())
    raise OptionRefusal(
        "panel",
        N_("{option} must be loss, sweep or sweep:NODE, or one of {ops}, not {given}."),
        ops=ops,
        given=quoted(said),
    )


def _loss(graph: Graph) -> Plotted:
    """The loss of each step of a training by the graph's plan."""
    from micrograd_gui.document.data import TrainingPlan
    from micrograd_gui.session.training.trainer import Trainer

    plan = graph.plan or TrainingPlan()
    training = Trainer(graph.planned(plan))
    losses = [training.step().loss for _ in range(plan.steps)]
    losses.append(training.evaluate()[0])
    return Plotted(tr("loss"), tr("steps"), tuple(map(float, range(len(losses)))), tuple(losses))


def _swept(graph: Graph, node: NodeId | None, values: Mapping[NodeId, float]) -> Plotted:
    """The target while a node takes many numbers; without one the first parameter, or leaf, that feeds it."""
    from numpy import array, linspace

    from micrograd_gui.session.measure import sweep

    target = graph.target
    feeding = [each for each in graph.order if each in graph.feeding and graph.nodes[each].is_leaf]
    feeding.sort(key=lambda each: graph.nodes[each].role != "parameter")
    subject = node if node is not None else next((each for each in feeding if graph.nodes[each].label), None)
    if target is None or subject is None or target not in values or subject not in values:
        raise OptionRefusal(
            "panel", N_("{option} needs a target that can be computed, and a node that it answers to.")
        )
    x = values[subject]
    if not math.isfinite(x):
        raise OptionRefusal("panel", N_("{option} sweeps no node whose number is not finite."))
    span = graph.ranges.get(subject) or (x - max(_SPREAD, abs(x)), x + max(_SPREAD, abs(x)))
    xs = linspace(*span, _POINTS)
    ys = sweep(graph, subject, xs)
    h = (span[1] - span[0]) * 1e-5
    below, above = sweep(graph, subject, array([x - h, x + h]))
    over, across = (shown_label(graph.nodes[each].name) for each in (target, subject))
    slope = float(above - below) / (2 * h)
    title = tr("{target} over {node}", target=over, node=across)
    point = x, values[target]
    return Plotted(title, across, tuple(xs.tolist()), tuple(ys.tolist()), point, slope, (target, subject))


def _activation(graph: Graph, op: str, node: NodeId | None, values: Mapping[NodeId, float]) -> Plotted:
    """The curve of an op of one operand, where a node of it works, and its slope there."""
    found = [each for each in graph.order if graph.nodes[each].op == op and node in (None, each)]
    if not found:
        said = (
            N_("{option} shows the {op} of a node, and that node is of another op.")
            if node is not None
            else N_("{option} shows the {op} of a node, and the graph has none.")
        )
        raise OptionRefusal("panel", said, op=op)
    shown = found[-1]
    source = graph.nodes[shown].inputs[0]
    x = values.get(source, math.nan) if source is not None else math.nan
    reach = max(_SPREAD, 1.3 * abs(x)) if math.isfinite(x) else _SPREAD
    rule = op_of(op)
    xs = tuple(-reach + 2 * reach * at / (_POINTS - 1) for at in range(_POINTS))
    ys = tuple(float(rule.forward(each)) for each in xs)
    across = "x" if source is None else shown_label(graph.nodes[source].name)
    title = f"{op}({across})"
    if not math.isfinite(x) or source is None:
        return Plotted(title, across, xs, ys)
    y = float(rule.forward(x))
    return Plotted(title, across, xs, ys, (x, y), float(rule.partials(x, y)[0]), (source, shown))


# On the page ---------------------------------------------------------------------------------------------


def panel_at(shown: Plotted, place: Place) -> Panel:
    """The plot drawn there."""
    left, top, wide, tall = place
    known = [y for y in shown.ys if math.isfinite(y)]
    y_low, y_high = _padded(min(known, default=0.0), max(known, default=1.0))
    x_low, x_high = shown.xs[0], shown.xs[-1] if shown.xs[-1] > shown.xs[0] else shown.xs[0] + 1
    x_ticks, y_ticks = ticks(x_low, x_high, 4), ticks(y_low, y_high, 4)
    gutter = max(width(short(each), SIZE) for each in y_ticks) + _TICK + 4
    air = max(8.0, width(short(x_ticks[-1]), SIZE) / 2 if x_ticks else 0.0)  # a number stands at the very end
    box = left + gutter, top + _LINE, wide - gutter - air, tall - 3 * _LINE - _TICK

    def x_at(x: float) -> float:
        return round(box[0] + box[2] * (x - x_low) / (x_high - x_low), 2)

    def y_at(y: float) -> float:
        return round(box[1] + box[3] * (y_high - y) / (y_high - y_low), 2)

    floor = box[1] + box[3]
    lines = [((x_at(x), floor), (x_at(x), floor + _TICK)) for x in x_ticks]
    lines += [((box[0] - _TICK, y_at(y)), (box[0], y_at(y))) for y in y_ticks]
    title = shortened(shown.title, SIZE, left + wide - box[0])
    texts = [Text(0, "label", box[0], top + 12, "start", title, SIZE, bold=True)]
    foot, side = floor + _TICK + 14, box[0] - _TICK - 3
    texts += [Text(0, "label", x_at(x), foot, "middle", short(x), SIZE, faint=True) for x in x_ticks]
    texts += [Text(0, "label", side, y_at(y) + 5, "end", short(y), SIZE, faint=True) for y in y_ticks]
    across = shortened(shown.across, SIZE, box[2])
    name = Text(0, "label", box[0] + box[2] / 2, foot + _LINE, "middle", across, SIZE)
    dot = None if shown.point is None else (x_at(shown.point[0]), y_at(shown.point[1]))
    if dot is not None and not box[1] - 1 <= dot[1] <= floor + 1:
        dot = None
    return Panel(
        box,
        tuple(_pieces(shown, x_at, y_at)),
        tuple(lines),
        (*texts, name),
        dot,
        None if dot is None or shown.slope is None else _tangent(dot, shown.slope, box, x_at, y_at),
        shown.needs,
    )


def _padded(low: float, high: float) -> tuple[float, float]:
    pad = 0.06 * (high - low) or 0.5
    return low - pad, high + pad


def _pieces(
    shown: Plotted, x_at: Callable[[float], float], y_at: Callable[[float], float]
) -> Iterator[tuple[Point, ...]]:
    """The curve, broken where it cannot be computed."""
    piece: list[Point] = []
    for x, y in zip(shown.xs, shown.ys, strict=True):
        if math.isfinite(y):
            piece.append((x_at(x), y_at(y)))
            continue
        if len(piece) > 1:
            yield tuple(_curve(piece))
        piece = []
    if len(piece) > 1:
        yield tuple(_curve(piece))


def _curve(points: Sequence[Point]) -> Iterator[Point]:
    """The points joined: a start, then three points for each cubic Bézier curve."""
    yield points[0]
    for (x1, y1), (x2, y2) in pairwise(points):
        third = (x2 - x1) / 3, (y2 - y1) / 3
        yield from ((x1 + third[0], y1 + third[1]), (x2 - third[0], y2 - third[1]), (x2, y2))


def _tangent(
    dot: Point, slope: float, box: Place, x_at: Callable[[float], float], y_at: Callable[[float], float]
) -> Line | None:
    """A piece of the tangent to both sides of the point, as long however steep it is."""
    across, up = x_at(1.0) - x_at(0.0), y_at(slope) - y_at(0.0)
    long = math.hypot(across, up)
    if not math.isfinite(long) or not long:
        return None
    (x, y), reach = dot, 0.16 * box[2] / long
    room = min(y - box[1], box[1] + box[3] - y)  # it stays within the frame
    reach = min(reach, room / abs(up)) if up else reach
    dx, dy = across * reach, up * reach
    return (round(x - dx, 2), round(y - dy, 2)), (round(x + dx, 2), round(y + dy, 2))


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between the two, at most one more than so many."""
    if not low < high or not math.isfinite(high - low):
        return [low]
    power = 10 ** math.floor(math.log10((high - low) / most))
    step = next(power * each for each in (1, 2, 5, 10) if power * each * most >= high - low)
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 12) for at in range(first, math.floor(high / step + 1e-9) + 1)]
