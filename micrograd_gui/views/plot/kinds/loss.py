"""The loss: how it falls step by step, and beside it the share of rows that are told right."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import lru_cache
from typing import overload

from micrograd.language import tr
from micrograd_gui.document.graph import Graph, Span
from micrograd_gui.document.text import written
from micrograd_gui.session.explain.of_rows import learned_from
from micrograd_gui.session.over_rows import held_out
from micrograd_gui.session.state import State
from micrograd_gui.session.training.progress import TrainingState
from micrograd_gui.views.plot.model import ABOVE, GrowingCurve, Mark, PlotItem, StaticPlot, drawable_span

_SHORTEST, _AT_FIRST = 10, 100  # steps across
_RECENT = 64  # losses that may be new since the last look
_SMALLEST = 1e-300  # what the logarithm can show


class LossPlot:
    """The curve grows at its end; the axes are drawn anew only where it would leave them."""

    name = "loss"
    has_span = False
    pair = None
    has_log = True

    def __init__(self) -> None:
        self.log = False

    def why_empty(self, state: State) -> str:
        """Why there is no loss yet."""
        if state.training is not None and len(state.training.losses):
            return ""
        if state.graph.data is None or not state.graph.data.rows:
            return tr("No loss yet: give the graph rows in the Data pane, then train it.")
        return tr("No loss yet: train one step (T), or let it train (Ctrl+T).")

    def still_valid(self, static: StaticPlot, state: State) -> bool:
        """Whether the curve is within the axes as they are."""
        training = state.training
        if training is None or (static.y_scale == "log") != self.log:
            return False
        held = _held(state)
        if held is not None and (held.k > static.x_span[1] or not _within(held, static, self.log)):
            return False
        if training.k > static.x_span[1] or bool(training.accuracies) != bool(static.right_name):
            return False
        if static.title != _title(state.graph):
            return False
        low, high = static.y_span
        recent = [*training.losses[-_RECENT:], training.loss]
        if training.held_loss is not None:
            recent += [
                each for each in (*training.held_losses[-_RECENT:], training.held_loss) if each == each
            ]
        return all(low <= loss <= high or (self.log and loss < _SMALLEST) for loss in recent)

    def build(self, state: State, before: StaticPlot | None) -> StaticPlot:
        """The axes alone."""
        training = state.training
        assert training is not None
        again = before is not None and before.graph.same_structure(state.graph)
        span = _y_span(training, _held(state), self.log, before if again else None)
        return StaticPlot(
            state.graph,
            None,
            _title(state.graph),
            tr("step"),
            tr("loss"),
            (0.0, 1.03 * max(_last_step(training), 0 if (held := _held(state)) is None else held.k)),
            span,
            (),
            y_scale="log" if self.log else "linear",
            right_name=tr("accuracy") if training.accuracies else "",
            key_at=ABOVE,
        )

    def live_items(self, state: State, static: StaticPlot) -> tuple[PlotItem, ...]:
        """The curve of the loss, that of the accuracy, and the point where the graph stands."""
        training = state.training
        if training is None:
            return ()
        loss = tr("loss {loss}", loss=written(training.loss))
        said = tr("loss {loss}  at step {step:,}", loss=written(training.loss), step=training.k)
        marks: list[PlotItem] = [
            GrowingCurve("data", "line", UpToNow(training.losses, training.loss), said, loss)
        ]
        if training.held_loss is not None:
            held = tr("held out {loss}", loss=written(training.held_loss))
            curve = UpToNow(training.held_losses, training.held_loss)
            marks.append(GrowingCurve("grad", "dashed", curve, held))
        if (other := _held(state)) is not None:
            said = tr("held run {loss}  at step {step:,}", loss=written(other.loss), step=other.k)
            marks.append(
                GrowingCurve("muted", "dashed", UpToNow(other.losses, other.loss), said, tr("held run"))
            )
        if training.accuracies:
            share = training.accuracy or 0.0
            right = f"{100 * share:.0f} %"
            curve = UpToNow(training.accuracies, share)
            marks.append(GrowingCurve("good", "thin", curve, tr("accuracy {share}", share=right), right=True))
            if training.held_accuracies and training.held_accuracy is not None:
                curve = UpToNow(training.held_accuracies, training.held_accuracy)
                held = tr("held out {share:.0f} %", share=100 * training.held_accuracy)
                marks.append(GrowingCurve("good", "dotted", curve, held, right=True))
        marks.append(Mark("accent", "point", (float(training.k),), (training.loss,)))
        return tuple(marks)


def _held(state: State) -> TrainingState | None:
    """How the run that is held was trained; None where it was not, or none is held."""
    held = None if state.held is None else state.held.training
    return held if held is not None and len(held.losses) else None


@lru_cache(maxsize=2)
def _extent(held: TrainingState) -> Span:
    """The smallest and the largest loss of a run that is held, which does not go on."""
    losses = [loss for loss in (*held.losses, held.loss) if math.isfinite(loss)]
    return (min(losses), max(losses)) if losses else (0.0, 0.0)


def _within(held: TrainingState, static: StaticPlot, log: bool) -> bool:
    (low, high), (least, most) = static.y_span, _extent(held)
    return (low <= least or (log and least < _SMALLEST)) and most <= high


class UpToNow(Sequence[float]):
    """What was before each step, and what is now: a curve that goes to the point where the graph stands."""

    def __init__(self, before: Sequence[float], now: float) -> None:
        self._before, self._now = before, now

    def __len__(self) -> int:
        return len(self._before) + 1

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        last = len(self._before)
        if isinstance(index, int):
            return self._now if index in (last, -1) else self._before[index if index >= 0 else index + 1]
        start, stop, step = index.indices(last + 1)
        if step != 1:
            return [self[at] for at in range(start, stop, step)]
        numbers = array("d", self._before[start:stop])  # only what is asked for: the curve may be long
        if start <= last < stop:
            numbers.append(self._now)
        return numbers


def _title(graph: Graph) -> str:
    """What the loss is of: the node that is the target holds that of one row only."""
    learned, held = learned_from(graph), len(held_out(graph))
    if not learned:
        return ""
    if held:
        return tr("loss: {learned}, {held:,} held out", learned=learned, held=held)
    return tr("loss: {learned}", learned=learned)


def _last_step(training: TrainingState) -> int:
    """Where the axis ends: at the end of the run; of a long one, at twice as far as it has come."""
    k, until = training.k, training.until
    if k <= until <= max(_AT_FIRST, 3 * k):
        return max(_SHORTEST, until)
    longer = max(_SHORTEST, 2 * k) if k > until else max(_AT_FIRST, 2 * k)
    digits = 10 ** max(0, len(str(longer)) - 2)
    return -(-longer // digits) * digits


def _y_span(
    training: TrainingState, other: TrainingState | None, log: bool, before: StaticPlot | None
) -> Span:
    """Room for every loss so far, of another run too; where it has left its axes, for more to come."""
    held = () if training.held_loss is None else (*training.held_losses, training.held_loss)
    beside = () if other is None else _extent(other)
    losses = [loss for loss in (*training.losses, training.loss, *held, *beside) if math.isfinite(loss)]
    if log:
        losses = [loss for loss in losses if loss >= _SMALLEST] or [1.0]
    low, high = min(losses), max(losses)
    rising = before is not None and high > before.y_span[1]
    if log:
        falling = before is not None and before.y_scale == "log" and low < before.y_span[0]
        return low / (10 if falling else 1.5), high * (10 if rising else 1.5)
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    bottom = min(0.0, low) - (pad if low <= 0 else 0.0)
    return drawable_span((bottom, high + pad + (0.5 * (high - bottom) if rising else 0.0)))
