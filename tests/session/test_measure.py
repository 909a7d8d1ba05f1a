"""Nudge, check and sweep, beside the slopes that calculus gives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd.check import Reason
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import example_names, load_example
from micrograd_gui.session import measure
from micrograd_gui.session.session import Session

CLASSIC = ["parabola", "slopes", "lecture", "neuron", "neuron_exp", "reuse", "square", "diamond"]


@pytest.mark.parametrize("name", CLASSIC)
@pytest.mark.parametrize(("sides", "tolerance"), [("forward", 1e-3), ("central", 1e-7)])
def test_the_nudge_of_every_node_agrees_with_its_gradient(name, sides, tolerance):
    graph = load_example(name)
    for node in graph.feeding:
        nudge = measure.nudge(graph, node, 1e-5, sides)
        assert nudge.numeric == pytest.approx(nudge.analytic, abs=tolerance)
        assert nudge.difference == nudge.numeric - nudge.analytic
        assert nudge.after[node] == nudge.before[node] + 1e-5
        assert bool(nudge.lower) == (sides == "central")


def test_all_classic_examples_are_there():
    assert set(CLASSIC) <= set(example_names())


def test_nudging_an_inner_node_moves_only_what_follows_it():
    graph = load_example("lecture")
    nudge = measure.nudge(graph, graph.named("e"), 0.001, "forward")
    assert {graph.nodes[n].label for n in nudge.moved} == {"e", "d", "L"}
    assert nudge.numeric == pytest.approx(-2.0, abs=1e-9)


def test_nudging_the_target_moves_it_by_h():
    graph = load_example("lecture")
    nudge = measure.nudge(graph, graph.target, 0.5, "central")
    assert (nudge.numeric, nudge.analytic, nudge.after[graph.target]) == (1.0, 1.0, -7.5)


def test_nudging_a_node_aside_moves_the_target_nowhere():
    graph = graph_from_expression("z = q*2; y = x*3")
    nudge = measure.nudge(graph, graph.named("z"), 0.1)
    assert (nudge.numeric, nudge.analytic) == (0.0, 0.0)
    assert nudge.moved == {graph.named("z")}


def test_one_side_and_both_sides_differ_as_the_curve_bends():
    graph = graph_from_expression("x = 3; y = x*x")
    assert measure.nudge(graph, 1, 0.5, "forward").numeric == 6.5
    assert measure.nudge(graph, 1, 0.5, "central").numeric == 6.0
    assert measure.nudge(graph, 1, -0.5, "forward").numeric == 5.5


@pytest.mark.parametrize("h", [0.0, -0.0, math.nan, math.inf])
def test_an_h_that_gives_no_slope_is_refused(h):
    with pytest.raises(Refusal, match="h must be a number other than 0"):
        measure.nudge(load_example("lecture"), 1, h)


def test_an_h_too_small_to_move_the_number_is_refused():
    with pytest.raises(Refusal, match=r"^h = 1e-17 is too small to move a = 2\.$"):
        measure.nudge(load_example("lecture"), 1, 1e-17)


def test_a_node_without_a_number_cannot_be_nudged():
    session = Session(load_example("lecture"))
    aside = session.add_node("+")
    bad = session.apply_op("log", session.add_node(None, data=0.0, label="zero"))
    session.set_target(session.state.graph.named("L"))
    before = session.state
    for node in (aside, bad):
        with pytest.raises(Refusal, match="cannot be nudged: it has no finite number"):
            session.nudge(node)
        assert session.state is before


def test_a_graph_that_cannot_be_computed_cannot_be_measured():
    graph = graph_from_expression("a = 0; y = log(a)")
    for verb in (lambda: measure.nudge(graph, 1, 0.1), lambda: measure.check(graph, 0.1)):
        with pytest.raises(Refusal, match="log of 0") as refused:
            verb()
        assert refused.value.node == 2


def test_a_nudge_on_the_way_runs_forward_and_is_one_change():
    session = Session(load_example("lecture"))
    told = []
    session.listen(lambda old, new: told.append(new))
    nudge = session.nudge(1, 0.01)
    assert len(told) == 1
    assert session.state.nudge is nudge
    assert session.state.forward_done
    assert session.state.h == 0.01
    assert session.state.selected == 1
    session.next()
    session.end_nudge()
    assert session.state.nudge is None


def test_a_nudge_keeps_the_moment_and_leaves_the_graph_alone():
    session = Session(load_example("lecture"))
    session.backward()
    session.seek(5)
    graph, trace = session.state.graph, session.state.trace
    session.nudge(2)
    assert (session.state.graph, session.state.trace, session.state.cursor) == (graph, trace, 5)


def test_a_nudge_follows_a_value_that_is_edited():
    session = Session(load_example("lecture"))
    session.backward()
    session.nudge(1, 0.001)
    session.set_value(session.state.graph.named("b"), 5.0)
    assert session.state.nudge.numeric == pytest.approx(-10.0, abs=1e-6)
    assert session.state.nudge.before[1] == 2.0
    session.add_node("tanh")
    assert session.state.nudge is None


def test_a_nudge_goes_while_the_graph_cannot_be_computed():
    session = Session(graph_from_expression("x = 2; y = log(x)"))
    session.nudge(session.state.graph.named("x"))
    session.set_value(session.state.graph.named("x"), -1.0)
    assert session.state.nudge is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 0; y = relu(x)", Reason.KINK),
        ("x = 0; y = abs(x)", None),
        ("x = -1; y = relu(x)", Reason.BOTH_ZERO),
        ("x = 0; y = x*x", Reason.BOTH_ZERO),
        ("x = 100; y = tanh(x)", Reason.BOTH_ZERO),
        ("x = 1e8; y = x*x + x", None),
        ("x = 1e-8; y = x*x*x", None),
        ("x = 0.0000001; y = relu(x)", None),
    ],
)
def test_the_verdict_is_not_fooled(text, reason):
    session = Session(graph_from_expression(text))
    session.set_h(1e-6)
    rows = {session.state.graph.nodes[row.node].label: row for row in session.check_all()}
    assert rows["x"].ok
    if reason is not None:
        assert rows["x"].reason == reason
    assert session.state.checked == tuple(session.state.checked)


def test_the_check_has_a_row_for_every_node_that_feeds_the_target():
    session = Session(graph_from_expression("z = q*2; y = tanh(x*3)"))
    rows = session.check_all()
    assert {row.node for row in rows} == session.state.graph.feeding
    for row in rows:
        assert row.numeric == pytest.approx(row.analytic, abs=1e-6)
        assert isinstance(row.ok, bool)


def test_a_value_edit_takes_the_check_away_and_a_move_does_not():
    session = Session(load_example("lecture"))
    session.check_all()
    session.move({1: (7.0, 7.0)})
    assert session.state.checked
    session.set_value(1, 7.0)
    assert session.state.checked == ()


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_analytic_and_numeric_slopes_agree_wherever_the_curve_is_smooth(x, y):
    text = f"x = {x!r}; y = {y!r}; z = tanh(x*y + x) * exp(y) + sin(x)/(2 + cos(y)) - sigmoid(x - y)**2"
    rows = measure.check(graph_from_expression(text), 1e-6)
    for row in rows:
        assert row.ok, row
        assert row.numeric == pytest.approx(row.analytic, abs=1e-5, rel=1e-5)


def test_a_sweep_is_the_curve():
    graph = load_example("parabola")
    over = np.linspace(-5, 5, 41)
    curve = measure.sweep(graph, graph.named("x"), over)
    assert curve == pytest.approx(3 * over**2 - 4 * over + 5)


def test_a_sweep_of_an_inner_node_holds_it():
    graph = load_example("lecture")
    over = np.array([0.0, 1.0, 2.0])
    assert measure.sweep(graph, graph.named("d"), over) == pytest.approx(-2 * over)


def test_a_sweep_of_what_does_not_feed_the_target_is_flat():
    graph = graph_from_expression("z = q*2; y = x*3")
    assert list(measure.sweep(graph, graph.named("q"), np.array([0.0, 9.0]))) == [3.0, 3.0]


def test_a_sweep_over_a_pole_has_gaps_and_no_warning():
    graph = graph_from_expression("y = log(x) + 1/x")
    curve = measure.sweep(graph, graph.named("x"), np.array([-1.0, 0.0, 1.0]))
    assert not np.isfinite(curve[:2]).any()
    assert curve[2] == 1.0


def test_a_sweep_of_an_unfinished_graph_is_nowhere():
    session = Session(load_example("lecture"))
    session.disconnect(session.state.graph.named("d"), 0)
    assert np.isnan(measure.sweep(session.state.graph, 1, np.array([0.0, 1.0]))).all()
