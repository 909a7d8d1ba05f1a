"""Update: a step of the run like any other, and a whole cycle that can be gone through both ways."""

import math

import pytest

from micrograd import Value
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.session import Session
from tests.views import learning


def trained(text: str = "w = 3; b = 1; x = 2; y = 0.5; L = (w*x + b - y)**2") -> Graph:
    graph = graph_from_expression(text)
    for label in ("w", "b"):
        graph = graph.marked(graph.named(label), "parameter")
    return graph


def test_an_update_moves_every_parameter_against_its_gradient() -> None:
    session = Session(trained())
    session.backward()
    graph, frame = session.state.graph, session.state.frame
    w, b = graph.named("w"), graph.named("b")
    session.update(0.1)
    step = session.state.step
    assert step is not None
    assert step.kind == "update"
    for change in step.changes:
        assert change.before == frame.data[change.node]
        assert change.after == change.before - 0.1 * frame.grad[change.node]
        assert session.state.frame.data[change.node] == change.after
    assert [change.node for change in step.changes] == [w, b]
    assert step.predicted == pytest.approx(-0.1 * (26.0**2 + 13.0**2))


def test_the_true_change_is_what_the_next_forward_pass_shows() -> None:
    session = Session(trained())
    session.update(0.01)
    target = session.state.graph.target
    assert target is not None
    before, step = session.state.frame.data[target], session.state.step
    assert step is not None
    session.forward()
    assert step.actual == session.state.frame.data[target] - before
    assert step.predicted < step.actual < 0


@pytest.mark.parametrize("verbs", [("update",), ("backward",), ("backward", "update")])
def test_the_predicted_change_is_by_the_slopes_of_now_where_the_grads_are_others(
    verbs: tuple[str, ...],
) -> None:
    """Where they are stale or of two passes added up, −rate × Σ grad² predicts nothing."""
    session = Session(trained("w = 3; b = 1; x = 2; L = (w*x - 1)**2 + b*w"))
    session.backward()
    for verb in verbs:
        getattr(session, verb)()
    graph, frame = session.state.graph, session.state.frame
    w, b = frame.data[graph.named("w")], frame.data[graph.named("b")]
    moved = {each: frame.grad[graph.named(each)] for each in "wb"}
    slopes = {"w": 4 * (2 * w - 1) + b, "b": w}
    session.update(0.001)
    step = session.state.step
    assert step is not None
    assert step.predicted == pytest.approx(-0.001 * sum(slopes[each] * grad for each, grad in moved.items()))
    said = "".join(fragment.text for line in card(session.state) for fragment in line.fragments)
    assert "slope × grad" in said
    assert "The grads are not the slopes here" in said


def test_a_whole_cycle_is_what_micrograd_does() -> None:
    w, b = Value(3.0), Value(1.0)
    session = Session(trained())
    for _ in range(3):
        loss = (w * 2.0 + b - 0.5) ** 2
        loss.backward()
        session.forward()
        session.backward()
        frame, graph = session.state.frame, session.state.graph
        assert frame.data[graph.target or 0] == loss.data
        assert (frame.grad[graph.named("w")], frame.grad[graph.named("b")]) == (w.grad, b.grad)
        for p in (w, b):
            p.data -= 0.05 * p.grad
            p.grad = 0.0
        session.update(0.05)
        session.zero_grad()
    kinds = [each.kind for each in session.state.trace.script] if session.state.trace else []
    assert kinds == ["forward", "backward", "update", "zero"] * 3


def test_without_zero_grad_gradients_of_parameters_stay_over_a_forward_pass() -> None:
    session = Session(trained())
    session.update(0.01)
    w = session.state.graph.named("w")
    first = session.state.frame.grad[w]
    session.forward()
    assert session.state.frame.grad[w] == first
    assert session.state.graph.target not in session.state.frame.grad
    session.backward()
    assert abs(session.state.frame.grad[w]) > abs(first)


def test_a_cycle_can_be_gone_through_both_ways() -> None:
    session = Session(trained())
    for verb in ("forward", "backward", "update", "zero_grad", "forward", "backward"):
        getattr(session, verb)()
    frames = []
    session.first()
    for _ in range(len(session.state.trace or ())):
        frames.append(session.state.frame)
        assert card(session.state)
        session.next()
    for frame in reversed(frames):
        session.previous()
        assert session.state.frame == frame


def test_a_value_edited_after_an_update_is_recorded_through_the_same_passes() -> None:
    session = Session(trained())
    session.update(0.1)
    session.forward()
    cursor = session.state.cursor
    session.set_value(session.state.graph.named("x"), 1.0)
    assert session.state.cursor == cursor
    assert session.state.trace is not None
    assert [each.kind for each in session.state.trace.script] == ["forward", "backward", "update", "forward"]


def test_a_nudge_after_an_update_starts_from_the_moved_parameters() -> None:
    session = Session(trained())
    session.update(0.1)
    session.forward()
    w = session.state.graph.named("w")
    nudged = session.nudge(w, 0.001)
    assert nudged.before[w] == session.state.frame.data[w] != session.state.graph.nodes[w].data


def test_an_update_too_far_stops_the_next_forward_pass_at_its_node() -> None:
    session = Session(trained("w = 3; b = 1; x = 2; L = log(w*x + b)"))
    session.update(100.0)
    session.forward()
    assert session.state.blocked
    step = session.state.step
    assert step is not None
    assert step.kind == "problem"
    assert "log" in step.note


@pytest.mark.parametrize("rate", [0.0, -1.0, 1e300, math.nan, math.inf])
def test_a_rate_that_cannot_be_is_refused_and_nothing_changes(rate: float) -> None:
    session = Session(trained())
    before = session.state
    with pytest.raises(Refusal, match="rate"):
        session.update(rate)
    assert session.state is before


def test_without_a_parameter_there_is_nothing_to_update() -> None:
    session = Session(graph_from_expression("a = 1; L = a*2"))
    with pytest.raises(Refusal, match="no parameter"):
        session.update()


def test_what_is_no_parameter_any_more_was_not_moved_by_the_update() -> None:
    session = Session(trained())
    w = session.state.graph.named("w")
    session.update()
    assert session.state.frame.data[w] != 3.0
    session.mark([w], "")
    assert session.state.frame.data[w] == 3.0


def test_a_nudge_after_an_update_is_measured_anew_where_the_parameters_stand() -> None:
    session = Session(trained())
    graph = session.state.graph
    session.update()
    session.nudge(graph.named("w"))
    session.set_value(graph.named("b"), 2.0)
    nudge, moment = session.state.nudge, session.state.moment
    assert nudge is not None
    assert nudge.before[graph.named("w")] == moment.nodes[graph.named("w")].data
    assert nudge.before[graph.named("w")] != session.state.graph.nodes[graph.named("w")].data


def test_of_two_updates_in_a_row_each_tells_its_own_change() -> None:
    session = Session(graph_from_expression("w = 2; x = 3; L = (w*x - 1)**2"))
    session.mark(session.state.graph.named("w"), "parameter")
    session.update(0.05)  # from w = 2 to 0.5: L from 25 to 0.25
    assert session.state.step.actual == -24.75
    session.update(0.05)  # and on to −1, where L is 16
    assert session.state.step.actual == 15.75


def test_the_grad_of_what_is_no_parameter_any_more_is_of_the_row_and_not_over_rows() -> None:
    session = Session(learning.line())
    session.backward()
    graph = session.state.graph
    w, x, o, y = (graph.named(name) for name in ("w", "x", "o", "y"))
    data = session.state.frame.data
    of_row = 2 * (data[o] - data[y]) * data[x]
    assert not math.isclose(session.state.frame.grad[w], of_row)
    session.mark(w, "input")
    assert math.isclose(session.state.frame.grad[w], of_row)
