"""The sweep: the target over one leaf, its point, tangent and secant, and numbers that cannot be drawn."""

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from micrograd_gui.session.record import record
from micrograd_gui.session.trace import Pass
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.model import visible
from tests.views.plot.reading import line, named, settle, surface, words

PARABOLA = "x = 3; f = 3*x**2 - 4*x + 5"


def test_the_sweep_starts_with_the_first_leaf_and_follows_the_selection(shown, session, qtbot):
    axes = surface(shown).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "L")
    assert axes.get_title() == "how L answers to a"
    session.select([named(session, "e")])
    settle(qtbot)
    assert axes.get_xlabel() == "e"


def test_a_parameter_is_swept_before_other_leaves(shown, session, qtbot):
    session.mark(named(session, "c"), "parameter")
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "c"


def test_the_curve_is_the_target_over_the_node(shown):
    x, y = line(shown, "line")
    assert np.allclose(y, (x * -3 + 10) * -2)
    assert x[0] < 2 < x[-1]
    assert 2.0 in x


def test_the_point_comes_with_the_forward_pass_and_the_tangent_with_the_gradient(shown, session):
    assert words(shown) == ["L(a)"]
    session.forward()
    assert words(shown) == ["L(a)", "a = 2.0000, L = −8.0000"]
    for _ in range(3):
        session.backward_step()
    assert len(words(shown)) == 2
    session.backward_step()
    assert words(shown) == ["L(a)", "slope = a.grad = 6.0000", "a = 2.0000, L = −8.0000"]
    x, y = line(shown, "dashed")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(6.0)
    session.previous()
    assert len(words(shown)) == 2


def test_a_gradient_that_is_no_slope_yet_or_no_more_draws_no_tangent(shown, session, qtbot):
    session.build("a = -2; b = 3; d = a*b; e = a + b; f = d*e")
    settle(qtbot)
    a = named(session, "a")
    session.forward()
    for _ in range(3):
        session.backward_step()
    assert session.state.frame.grad[a] == -6.0  # through e; what comes through d is still to be added
    assert not any("slope" in each for each in words(shown))
    session.backward_step()
    assert "slope = a.grad = −3.0000" in words(shown)
    session.backward()
    assert session.state.frame.grad[a] == -9.0  # three times the slope: inner nodes added up too
    assert not any("slope" in each for each in words(shown))
    session.zero_grad()
    assert not any("slope" in each for each in words(shown))
    session.backward()
    assert "slope = a.grad = −3.0000" in words(shown)


def test_a_nudge_adds_the_secant(shown, session, qtbot):
    session.set_sides("forward")
    session.build(PARABOLA)
    session.backward()
    session.nudge(named(session, "x"), 1.5)
    settle(qtbot)
    assert "secant, h = 1.5: 18.5000" in words(shown)
    x, y = line(shown, "dotted")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(18.5)
    assert [list(each) for each in line(shown, "points")] == [[3.0, 4.5], [20.0, 47.75]]
    session.end_nudge()
    assert not any("secant" in each for each in words(shown))


def test_a_step_does_not_draw_the_axes_again(shown, session, monkeypatch):
    drawings = []
    monkeypatch.setattr(surface(shown), "draw_idle", lambda: drawings.append(1))
    session.forward()
    session.backward()
    session.first()
    session.last()
    assert drawings == []


def test_scrubbing_is_drawn_once_for_many_changes(shown, session, qtbot, monkeypatch):
    builds = []
    kind = shown.view.kind
    build = kind.build
    monkeypatch.setattr(kind, "build", lambda *args: builds.append(1) or build(*args))
    for step in range(20):
        session.set_value(named(session, "b"), -3 + step / 10, gesture="scrub")
    assert builds == []
    qtbot.waitUntil(lambda: bool(builds))
    settle(qtbot)
    assert builds == [1]
    x, y = line(shown, "line")
    assert np.allclose(y, (x * -1.1 + 10) * -2)


def test_moving_a_node_sweeps_nothing_anew(shown, session):
    before = shown.view.static
    session.move({named(session, "a"): (50.0, 60.0)})
    assert shown.view.kind.still_valid(before, session.state)


def test_the_axes_stay_while_the_swept_node_is_scrubbed(shown, session, qtbot):
    before = surface(shown).axes.get_xlim()
    session.set_value(named(session, "a"), 2.7)
    settle(qtbot)
    assert surface(shown).axes.get_xlim() == before
    session.set_value(named(session, "a"), 40.0)
    settle(qtbot)
    low, high = surface(shown).axes.get_xlim()
    assert low < 40 < high


def test_the_span_can_be_typed(shown, session, qtbot):
    start, end = shown.findChild(QLineEdit, "plot_from"), shown.findChild(QLineEdit, "plot_to")
    assert (start.text(), end.text()) == ("−2", "6")
    start.selectAll()
    qtbot.keyClicks(start, "-5")
    qtbot.keyClick(start, Qt.Key.Key_Return)
    assert session.state.graph.ranges == {named(session, "a"): (-5.0, 6.0)}
    settle(qtbot)
    assert surface(shown).axes.get_xlim() == (-5.0, 6.0)
    session.undo()
    settle(qtbot)
    assert start.text() == "−2"


@pytest.mark.parametrize("typed", ["abs", "99", "inf"])
def test_a_span_that_makes_no_sense_is_refused_and_taken_back(shown, session, qtbot, typed):
    refusals = []
    shown._bridge.refused.connect(lambda sentence, node: refusals.append(sentence))
    start = shown.findChild(QLineEdit, "plot_from")
    start.selectAll()
    qtbot.keyClicks(start, typed)
    qtbot.keyClick(start, Qt.Key.Key_Return)
    assert len(refusals) == 1
    assert start.text() == "−2"
    assert session.state.graph.ranges == {}


def test_a_node_the_target_does_not_depend_on_is_a_flat_line(shown, session, qtbot):
    session.add_node(None, (0, 0), label="z")
    session.set_target(named(session, "L"))
    session.select([named(session, "z")])
    settle(qtbot)
    assert surface(shown).axes.get_title() == "L does not depend on z"


def test_a_free_port_is_told_in_words(shown, session, qtbot):
    node = session.add_node("tanh", (0, 0))
    session.set_target(node)
    settle(qtbot)
    assert "wire the free ports" in shown.view.words.text()


WILD = (
    "x = 0.5; y = log(x)",
    "x = 0.5; y = 1/(x - 1)",
    "x = 2; y = exp(exp(exp(x)))",
    "x = 2; y = x*1e300*1e8",
    "x = 1e300; y = x*x",
    "x = 1e-300; y = x*1e-10",
    "x = 2; y = x*0",
    "x = 0; y = x**0.5",
    "x = 1e16; y = x + 1",
    "x = 5; y = 1e16 + x*1e-3",
)


@pytest.mark.parametrize("name", ["sweep", "activation"])
def test_wild_numbers_leave_gaps_and_raise_nothing(shown, session, qtbot, name):
    shown.show_kind(name)
    for expression in WILD:
        session.new()
        session.build(expression)
        session.backward()
        settle(qtbot)
        low, high = surface(shown).axes.get_ylim()
        assert np.isfinite([low, high]).all(), expression
        assert low < high, expression


def test_a_pole_is_a_gap_and_does_not_flatten_the_rest():
    x = np.linspace(-4, 4, 401)
    with np.errstate(all="ignore"):
        curve, (low, high) = visible(1 / x)
    assert np.isnan(curve[200])
    assert high - low < 40
    beside = np.linspace(-4, 4, 400)  # no point is at 0: the jump itself must be the gap
    curve, _ = visible(1 / beside)
    assert np.isnan(curve[200])
    step, _ = visible(np.sign(beside))
    assert not np.isnan(step).any()


def test_a_curve_without_any_number_has_a_span_all_the_same():
    curve, span = visible(np.full(10, np.nan))
    assert np.isnan(curve).all()
    assert span == (-1.0, 1.0)


def test_after_an_update_the_curve_runs_through_the_point_again(session):
    session.build("w = -3; x = 2; y = w*w*x")
    session.mark(named(session, "w"), "parameter")
    trace = record(
        session.state.graph, (Pass("forward"), Pass("backward"), Pass("update", rate=0.1), Pass("forward"))
    )
    kind = SweepPlot()
    before = replace(
        session.state, trace=trace, cursor=trace.ends[1], selection=frozenset((named(session, "x"),))
    )
    after = replace(before, cursor=len(trace))
    static = kind.build(before, None)
    assert kind.still_valid(static, before)
    assert not kind.still_valid(static, after)
    moved = kind.build(after, static)
    assert kind.still_valid(moved, replace(after, sides="forward"))
    curve, point = moved.curves[0], kind.live_items(after, moved)[-1]
    assert np.interp(point.x[0], curve.x, curve.y) == pytest.approx(point.y[0])
