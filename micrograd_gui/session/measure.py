"""Measuring slopes from outside: the nudge, the check of all nodes, the sweep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from micrograd.language import again, tr
from micrograd_gui.document.errors import OptionRefusal, Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.text import given_number, read_number, told_apart
from micrograd_gui.session.build import build
from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Change, Frame, Pass

if TYPE_CHECKING:
    import numpy as np

    from micrograd.check_row import Reason, Verdict
    from micrograd_gui.session.compiled import Compiled

Sides = Literal["forward", "central"]


class Nudge(Struct, frozen=True):
    """One node moved by h: what every node was and became, and the slope that follows.

    ``numeric`` is ``(L(x + h) − L(x)) / h`` where ``sides`` is "forward" (as in the lecture), and
    ``(L(x + h) − L(x − h)) / 2h`` where it is "central". ``lower`` is empty unless central.
    """

    node: NodeId
    target: NodeId
    h: float
    sides: Sides
    before: Mapping[NodeId, float]
    after: Mapping[NodeId, float]
    lower: Mapping[NodeId, float]
    numeric: float
    analytic: float

    @property
    def difference(self) -> float:
        """How far the numeric slope is above the analytic one."""
        return self.numeric - self.analytic

    @property
    def moved(self) -> frozenset[NodeId]:
        """The nodes whose number the nudge changed, the nudged one included."""
        return frozenset(number for number, data in self.after.items() if data != self.before.get(number))

    def shows(self, node: NodeId) -> tuple[str, str] | None:
        """The node's number before and after, as digits that tell them apart; None: it did not move."""
        before, after = self.before.get(node), self.after.get(node)
        if before is None or after is None or before == after:
            return None
        old, new = told_apart((before, after))
        return old, new

    @property
    def predicted(self) -> float:
        """By how much the target should move, to first order: the analytic slope times h."""
        return self.analytic * self.h

    @property
    def change(self) -> float:
        """By how much the target has moved."""
        return self.after[self.target] - self.before[self.target]


class Checked(Struct, frozen=True):
    """A row of the numeric check, by the graph's id of the node; the rest is as in `micrograd.check.Row`."""

    node: NodeId
    data: float
    analytic: float
    numeric: float
    error: float
    ok: bool | None
    reason: Reason | None = None
    detail: str = ""

    @property
    def words(self) -> str:
        """What is special, in a few words; empty where nothing is."""
        return "" if self.reason is None else self.reason.words(self.detail)

    @property
    def verdict(self) -> Verdict:
        """What the check says of the node."""
        from micrograd.check_row import verdict_by  # it has come for the check, and not before

        return verdict_by(self.ok, self.reason)


def checked_h(h: float | str) -> float:
    """An h that a slope can be divided by. Raises Refusal for 0 and for what is no finite number."""
    number = read_number(h, "h") if isinstance(h, str) else float(h)
    if number == 0 or not isfinite(number):
        raise Refusal(tr("h must be a number other than 0: the slope divides by it."))
    return number


def nudge(graph: Graph, node: NodeId, h: float, sides: Sides = "central") -> Nudge:
    """Move a node, leaf or inner, by h and see what the target does. The graph is untouched.

    Raises Refusal for h = 0 and where the target cannot be computed.
    """
    h = checked_h(h)
    final = complete(graph)
    target = graph.target
    assert target is not None
    name = graph.nodes[node].spoken
    start = final.data.get(node)
    if start is None or not isfinite(start):
        raise Refusal(tr("{name} cannot be nudged: it has no finite number.", name=name), node)
    if start + h == start:
        raise Refusal(
            tr("h = {h:g} is too small to move {name} = {start:g}.", h=h, name=name, start=start), node
        )
    after = numbers(graph, {node: start + h})
    lower = numbers(graph, {node: start - h}) if sides == "central" else {}
    if sides == "central":
        numeric = (after[target] - lower[target]) / (2 * h)
    else:
        numeric = (after[target] - final.data[target]) / h
    return Nudge(node, target, h, sides, final.data, after, lower, numeric, final.grad.get(node, 0.0))


def numbers(graph: Graph, held: Mapping[NodeId, float] | None = None) -> dict[NodeId, float]:
    """The data of every node that can be computed, with some nodes held at other numbers."""
    return {number: value.data for number, value in build(graph, held).items()}


def complete(graph: Graph) -> Frame:
    """The numbers after one forward and one backward pass; raises Refusal where either cannot be done."""
    return _done(graph, Pass("forward"), Pass("backward"))


def _forward(graph: Graph) -> Frame:
    return _done(graph, Pass("forward"))


def _done(graph: Graph, *passes: Pass) -> Frame:
    if graph.target is None:
        raise Refusal(tr("There is no node to measure yet."))
    trace = record(graph, passes)
    if trace.problem:
        raise Refusal(again(trace.problem.note), trace.problem.node)
    return trace.frame(len(trace))


def checked_step(given: object) -> float:
    """The step h that is given, a number or its text; raises OptionRefusal where it is not above 0."""
    h = given_number(given, "h")
    if h <= 0:
        raise OptionRefusal("h", tr("must be larger than 0: the slope divides by it."))
    return h


def check(graph: Graph, h: float) -> tuple[Checked, ...]:
    """The numeric slope of the target for every node that feeds it, beside the analytic one.

    ``h`` is the step; a negative one goes the same way. A slope that is not finite is a row that says so.
    Raises Refusal where the forward pass cannot be done.
    """
    from micrograd import gradcheck  # the first paint does not need it

    _forward(graph)
    values = build(graph)
    for number, value in values.items():
        value.label = graph.nodes[number].title
    ids = {id(value): number for number, value in values.items()}
    assert graph.target is not None
    rows = gradcheck(values[graph.target], h=abs(h))  # to both sides, so the sign does not matter
    return tuple(
        Checked(
            ids[id(row.node)],
            row.data,
            row.analytic,
            row.numeric,
            float(row.error),
            row.ok,
            row.reason,
            row.detail,
        )
        for row in rows
    )


def sweep(graph: Graph, node: NodeId, over: np.ndarray) -> np.ndarray:
    """The target's data while the node takes each of those numbers; nan where it cannot be computed.

    ``over`` has shape (numbers,), and so has what is given.
    """
    import numpy as np

    tape = _compiled(graph)
    if tape is None or graph.target is None:
        return np.full(len(over), np.nan)
    if node not in graph.feeding:
        return np.full(len(over), numbers(graph)[graph.target])
    return np.broadcast_to(tape.data([graph.target], {node: over})[0], len(over)).copy()


def _compiled(graph: Graph) -> Compiled | None:
    from micrograd_gui.session.compiled import compiled  # a nudge and a figure do without

    return compiled(graph)


def plane(graph: Graph, leaves: tuple[NodeId, NodeId], across: np.ndarray, upward: np.ndarray) -> np.ndarray:
    """The target's data while two leaves take each pair of those numbers, all else as it is.

    ``across`` has shape (columns,), ``upward`` shape (rows,), and what is given (rows, columns). Both leaves
    must feed the target, and the target be one that can be computed.
    """
    import numpy as np

    tape = _compiled(graph)
    assert tape is not None
    assert graph.target is not None
    pairs = [each.ravel() for each in np.meshgrid(across, upward)]
    (found,) = tape.data([graph.target], dict(zip(leaves, pairs, strict=True)))
    return found.reshape(len(upward), len(across))


def plane_over_rows(
    graph: Graph, leaves: tuple[NodeId, NodeId], across: np.ndarray, upward: np.ndarray
) -> np.ndarray:
    """The same of the loss over all rows that are learned from; no column may be bound to either leaf."""
    import numpy as np

    from micrograd_gui.session.training.rows import all_learned

    tape, data = _compiled(graph), graph.data
    assert tape is not None
    assert data is not None
    assert graph.target is not None
    columns, learned = np.array(data.rows, float).T, all_learned(graph)
    columns = columns if learned is None else columns[:, learned]
    pairs = [each.ravel() for each in np.meshgrid(across, upward)]
    many, count = len(pairs[0]), columns.shape[1]
    held = {
        column.node: np.tile(numbers, many)
        for column, numbers in zip(data.columns, columns, strict=True)
        if column.node in graph.feeding
    }
    held |= {leaf: numbers.repeat(count) for leaf, numbers in zip(leaves, pairs, strict=True)}
    (found,) = tape.data([graph.target], held)
    with np.errstate(all="ignore"):
        losses = np.asarray(found.reshape(many, count).sum(axis=1))
    return losses.reshape(len(upward), len(across)) / (count if data.reduction == "mean" else 1)


class Walked(Struct, frozen=True):
    """What a node and the target were at some places of the parameters, and the target's curve round there.

    ``x`` and ``y``, shape (places,), are the node's data and the target's. ``over`` and ``curve``, shape
    (places, numbers), are numbers for the node and what the target is for them, with the parameters as there.
    """

    x: np.ndarray
    y: np.ndarray
    over: np.ndarray
    curve: np.ndarray


def walked(graph: Graph, node: NodeId, places: Sequence[Sequence[float]], offsets: np.ndarray) -> Walked:
    """How the target answered to the node at each of those places, from ``offsets`` beside where it stood.

    A place has a number for each of ``graph.parameters``; all other leaves are as in the graph. ``offsets``
    has shape (numbers,). The node must feed the target, and the target be one that can be computed.
    """
    import numpy as np

    tape, target = _compiled(graph), graph.target
    assert tape is not None
    assert target is not None
    moved = np.array([list(place) for place in places], float).T
    x, y = (np.broadcast_to(each, len(places)) for each in tape.data([node, target], {}, moved))
    over = x[:, None] + offsets
    (curve,) = tape.data([target], {node: over.ravel()}, moved.repeat(len(offsets), axis=1))
    return Walked(x.copy(), y.copy(), over, np.broadcast_to(curve, over.size).reshape(over.shape))


_OCTAVES, _PER_OCTAVE = 60, 8
_EXACT = 2e-5  # of a rate: less than its third digit
_SHOWN = 8  # digits: one more than the card writes


def lowering_rate(
    graph: Graph, changes: Sequence[Change], rate: float, over: int | None = None
) -> float | None:
    """The largest rate below the given one that lowers the target along the line of an update, to 3 digits.

    The line is ``before − rate × by`` for each of the changes; all other leaves are as in the graph. With
    ``over`` it is the loss over the rows of that step of the training that is lowered. It is evaluated at
    eight rates an octave downwards until one lowers it, then between that and the one before it. None where
    no rate down to 2**-60 of the given one lowers it. The last digit is rounded down, and there are more of
    them where the loss swings along the line so that one of 3 digits does not lower it.
    """
    import numpy as np

    moved = [each for each in changes if each.node in graph.feeding]
    losses = _along(graph, moved) if over is None else _along_over_rows(graph, moved, over)
    if losses is None or not moved:
        return None
    start = losses(np.zeros(1))[0]

    def largest(rates: np.ndarray) -> int | None:
        with np.errstate(all="ignore"):
            found = np.flatnonzero(losses(rates) < start)
        return int(found[-1]) if len(found) else None

    edge = _octaves_down(rate, largest)
    if edge is None:
        return None
    low, high = edge
    at_once = 1 if over is not None else 62  # rows are run for each rate, columns of one row all together
    while high - low > _EXACT * low:
        between = np.linspace(low, high, at_once + 2)
        at = largest(between[1:-1])
        low, high = between[0 if at is None else at + 1], between[1 if at is None else at + 2]
    for digits in range(3, _SHOWN):
        digit = 10.0 ** (np.floor(np.log10(low)) - digits + 1)
        rounded = float(f"{np.floor(low / digit * (1 + 1e-9)) * digit:.{digits}g}")
        if largest(np.array([rounded])) is not None:
            return rounded
    # so fast does it swing that no rate which can be written is as good: the next smaller one that lowers it
    smaller = [float(f"{low * 2.0 ** (-k / _PER_OCTAVE):.3g}") for k in range(_OCTAVES * _PER_OCTAVE)][::-1]
    at = largest(np.array(smaller))
    return float(low) if at is None else smaller[at]


def _octaves_down(rate: float, largest: Callable[[np.ndarray], int | None]) -> tuple[float, float] | None:
    """The first rate, going downwards from that one, of which ``largest`` tells, and the one before it."""
    import numpy as np

    first, many = 0, _PER_OCTAVE
    while first <= _OCTAVES * _PER_OCTAVE:
        downwards = np.arange(min(first + many, _OCTAVES * _PER_OCTAVE + 1) - 1, first - 2, -1)
        rates = rate * 2.0 ** (-np.maximum(downwards, 0) / _PER_OCTAVE)
        at = largest(rates[:-1])
        if at is not None:
            return float(rates[at]), float(rates[at + 1])
        first, many = first + many, 2 * many
    return None


Losses = Callable[["np.ndarray"], "np.ndarray"]  # at so many rates along the line of an update


def _along(graph: Graph, moved: Sequence[Change]) -> Losses | None:
    """The target; None where it cannot be computed."""
    tape, target = _compiled(graph), graph.target
    if tape is None or target is None:
        return None
    start, line = _line_of(graph, moved)

    def losses(rates: np.ndarray) -> np.ndarray:
        (data,) = tape.data([target], {}, start[:, None] - line[:, None] * rates)
        return data

    return losses


def _along_over_rows(graph: Graph, moved: Sequence[Change], over: int) -> Losses:
    """The loss over the rows of that step."""
    import numpy as np

    from micrograd_gui.session.training.rows import batch_of, rows_loss

    loss, rows = rows_loss(graph), batch_of(graph, over)
    start, line = _line_of(graph, moved)

    def losses(rates: np.ndarray) -> np.ndarray:
        return np.array([loss.loss_at(start - rate * line, rows) for rate in rates])

    return losses


def _line_of(graph: Graph, moved: Sequence[Change]) -> tuple[np.ndarray, np.ndarray]:
    """Where the parameters set out, and what they move by at a rate of 1, each of shape (parameters,)."""
    import numpy as np

    before = {each.node: each.before for each in moved}
    by = {each.node: each.by for each in moved}
    start = np.array([before.get(node, graph.nodes[node].data) for node in graph.parameters])
    return start, np.array([by.get(node, 0.0) for node in graph.parameters])
