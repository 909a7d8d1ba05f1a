"""What is shown, held against the oracle: every number equal, or marked as stale, or not there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from micrograd.check_row import Reason
from micrograd_gui.session.explain.verdicts import verdict_of, verdict_of_moment
from tests.session.oracle import fresh_at

if TYPE_CHECKING:
    from tests.session.walks import Walk

# Two ways to the same number differ by rounding: numpy's tanh by a last place, sums over rows by their order,
# and what is subtracted later makes more of it. A wrong rule, or a number of another moment, is off by more.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


def close(one: float, other: float, scale: float = 0.0) -> bool:
    """Whether they are the same number but for rounding; ``scale`` is that of what they were made from."""
    if one == other or (one != one and other != other):
        return True
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE * (1.0 + scale))


def wrong(what: str, shown: object, right: object) -> AssertionError:
    return AssertionError(f"{what} is {shown}, and right is {right}")


def compare(walk: Walk) -> None:
    """Raises AssertionError where the State shows what is not so."""
    _structure(walk)
    _place(walk)
    _numbers(walk)
    _stale(walk)
    _nudge(walk)
    _check(walk)
    _training(walk)


def _structure(walk: Walk) -> None:
    graph, sheet = walk.session.state.graph, walk.oracle.sheet
    if list(graph.nodes) != list(sheet.boxes):
        raise wrong("the list of nodes", list(graph.nodes), list(sheet.boxes))
    for node in graph:
        box = sheet.boxes[node.id]
        if (node.op, node.inputs, node.role) != (box.op, box.inputs, box.role):
            raise wrong(f"node {node.id}", node, box)
        if node.op is None and not close(node.data, box.number):
            raise wrong(f"the number that leaf {node.id} holds", node.data, box.number)
    if graph.target != sheet.target:
        raise wrong("the target", graph.target, sheet.target)
    if list(graph.parameters) != sheet.parameters:
        raise wrong("the list of parameters", graph.parameters, sheet.parameters)
    history = walk.session.state.history
    if (len(history.entries), history.index) != (len(walk.oracle.entries), walk.oracle.index):
        raise wrong(
            "the history",
            (len(history.entries), history.index),
            (len(walk.oracle.entries), walk.oracle.index),
        )


def _place(walk: Walk) -> None:
    state, oracle = walk.session.state, walk.oracle
    length = None if state.trace is None else len(state.trace)
    if length != (None if oracle.passes is None else oracle.length):
        raise wrong("the number of steps", length, None if oracle.passes is None else oracle.length)
    if state.cursor != oracle.cursor:
        raise wrong("the cursor", state.cursor, oracle.cursor)
    over = (
        state.step is not None and state.step.kind == "problem" and oracle.moment.box is None
    )  # in some row
    step = None if state.step is None else (state.step.kind, None if over else state.step.node)
    if state.step is not None and step != (oracle.moment.kind, oracle.moment.box):
        raise wrong("the step", (state.step.kind, state.step.node), (oracle.moment.kind, oracle.moment.box))
    if state.step is None or state.step.kind not in ("seed", "backward", "rows"):
        return
    if state.step.backward_pass != oracle.moment.passes:
        raise wrong("the count of backward passes", state.step.backward_pass, oracle.moment.passes)


def scale_of(walk: Walk) -> float:
    numbers = (*walk.oracle.moment.data.values(), *walk.oracle.moment.grad.values())
    return max((abs(x) for x in numbers if math.isfinite(x)), default=0.0)


def _numbers(walk: Walk) -> None:
    frame, moment = walk.session.state.frame, walk.oracle.moment
    scale = scale_of(walk)
    for part, shown, right in (("data", frame.data, moment.data), ("grad", frame.grad, moment.grad)):
        if shown.keys() != right.keys():
            there, not_there = set(shown) - set(right), set(right) - set(shown)
            raise wrong(f"what has a {part}", f"{there} too", f"{not_there} as well and not these")
        for n, x in shown.items():
            if not close(x, right[n], scale):
                raise wrong(f"{part} of {n}", x, right[n])


def _stale(walk: Walk) -> None:
    """Marked is what a fresh run gives otherwise, and nothing else."""
    shown, right = walk.session.state.frame.stale, walk.oracle.stale
    if shown == right:
        return
    data, slopes = fresh_at(walk.oracle.sheet, walk.oracle.moment, walk.oracle.rows_of)
    moved = [(walk.oracle.moment.data[n], x) for n, x in walk.oracle.moment.before.items()]
    if shown - right and all(map(close, *zip(*moved, strict=True))):
        return  # a last place: who of the two has it is rounding
    for n, part in shown ^ right:
        now = (walk.oracle.moment.data if part == "data" else walk.oracle.moment.grad)[n]
        fresh = data[n] if part == "data" else slopes.get(n, 0.0)
        if now == fresh or not close(now, fresh):
            raise wrong(f"whether {part} of {n} is stale", (n, part) in shown, f"{now}, fresh {fresh}")


def _nudge(walk: Walk) -> None:
    shown, right = walk.session.state.nudge, walk.oracle.nudged
    if (shown is None) != (right is None):
        raise wrong("the nudge", shown, right)
    if shown is None or right is None:
        return
    if (shown.node, shown.h, shown.sides == "central") != (right.box, right.h, right.central):
        raise wrong("what is nudged", (shown.node, shown.h, shown.sides), (right.box, right.h, right.central))
    scale = max(abs(x) for each in (right.before, right.after) for x in each.values() if math.isfinite(x))
    for part in ("before", "after", "lower"):
        ours, its = getattr(right, part), getattr(shown, part)
        if ours.keys() != its.keys():
            raise wrong(f"what the nudge has {part}", set(its), set(ours))
        for n, x in its.items():
            if not close(x, ours[n], scale):
                raise wrong(f"{part} the nudge {n}", x, ours[n])
    if not close(shown.analytic, right.analytic, scale):
        raise wrong("the analytic slope of the nudge", shown.analytic, right.analytic)
    if not close(shown.numeric, right.numeric, scale / abs(right.h)):
        raise wrong("the numeric slope of the nudge", shown.numeric, right.numeric)


def _check(walk: Walk) -> None:
    state, oracle = walk.session.state, walk.oracle
    if bool(state.checked) != (oracle.checked is not None):
        raise wrong("whether there is a check", bool(state.checked), oracle.checked is not None)
    if not state.checked:
        return
    if state.check_is_stale != oracle.check_is_stale:
        raise wrong("whether the check is of other numbers", state.check_is_stale, oracle.check_is_stale)
    said = verdict_of_moment(state)
    marks = {row.node: verdict_of(state, row.node).mark for row in state.checked}
    if state.check_is_stale:
        if "agree" in said or any(mark.startswith("✓") for mark in marks.values()):
            raise wrong("the verdict on a check of other numbers", said, "that it is")
        return
    data, slopes = oracle.fresh
    scale = max((abs(x) for x in (*data.values(), *slopes.values()) if math.isfinite(x)), default=0.0)
    for row in state.checked:
        if not close(row.data, data[row.node], scale) or not close(row.analytic, slopes[row.node], scale):
            raise wrong(
                f"the check of {row.node}", (row.data, row.analytic), (data[row.node], slopes[row.node])
            )
        asked = (
            abs(state.h) >= 0.1 and row.reason is Reason.NOT_FINITE
        )  # so large an h leads out of the numbers
        if row.ok is False and math.isfinite(row.analytic) and not asked:
            raise wrong(f"the verdict on {row.node}", marks[row.node], "that the slopes agree")
        grad = state.frame.grad.get(row.node)
        if marks[row.node].startswith("✓") and (grad is None or not close(grad, slopes[row.node], scale)):
            raise wrong(f"✓ beside the grad of {row.node}", grad, slopes[row.node])
        _measured(walk, row.node, row.numeric, row.ok, row.reason)
    if said.startswith("all gradients agree"):
        for row in state.checked:
            if not marks[row.node].startswith("✓") or (row.node, "grad") in state.frame.stale:
                raise wrong("the summary", said, f"{marks[row.node]!r} at {row.node}")


def _measured(walk: Walk, n: int, numeric: float, ok: bool | None, reason: object) -> None:
    """The numeric slope is what a difference gives, where one is good enough: with no reason beside it."""
    if not ok or reason is not None:
        return
    h = abs(walk.session.state.h) * max(1.0, abs(walk.oracle.leaves.get(n, walk.oracle.fresh[0][n])))
    right, after, lower = walk.oracle.difference(n, h)
    target = walk.oracle.sheet.target
    assert target is not None
    if not math.isclose(
        numeric, right, rel_tol=1e-6, abs_tol=1e-11 * max(abs(after[target]), abs(lower[target])) / h
    ):
        raise wrong(f"the numeric slope of {n}", numeric, right)


def _training(walk: Walk) -> None:
    shown, right = walk.session.state.training, walk.oracle.learned
    if (shown is None) != (right is None):
        raise wrong("the training", shown, right)
    if shown is None or right is None:
        return
    if (list(shown.parameters), shown.k, shown.running) != (right.parameters, right.k, right.running):
        raise wrong("how far it has been trained", (shown.parameters, shown.k, shown.running), right)
    pairs = [("number", shown.numbers, right.numbers), ("start", shown.start, right.start)]
    pairs += [("loss", shown.losses, right.losses), ("last loss", (shown.loss,), (right.loss,))]
    for name, its, ours in pairs:
        if len(its) != len(ours) or not all(map(close, its, ours)):
            raise wrong(f"the {name} of the training", list(its), list(ours))
    for its, ours in zip(shown.moments, zip(*right.memory, strict=True), strict=True):
        if not all(map(close, its.tolist(), ours)):
            raise wrong("what the optimiser remembers", its.tolist(), ours)
