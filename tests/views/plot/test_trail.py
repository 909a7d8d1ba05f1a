"""The trail in the sweep: where the node stood before the last updates, each point on its curve then."""

import csv
import math

import numpy as np
import pytest

from micrograd_gui.session.session import Session
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.model import Mark, Trail
from tests.views.plot.reading import named, settle, surface, words


def made(expression, parameters, rate):
    session = Session()
    session.build(expression)
    session.mark([named(session, each) for each in parameters], "parameter")
    session.set_plan(rate=rate)
    return session


def plotted(session, subject):
    session.select([named(session, subject)])
    kind = SweepPlot()
    static = kind.build(session.state, None)
    assert kind.still_valid(static, session.state)
    items = kind.live_items(session.state, static)
    trail = next((each for each in items if isinstance(each, Trail)), None)
    return static, trail, next(each for each in items if isinstance(each, Mark) and each.style == "point")


def test_after_an_update_the_old_point_and_the_new_one_are_on_the_curve_and_the_words_are_true():
    session = made("w = 2; x = 3; L = (w*x - 1)**2", ["w"], 0.05)
    session.forward()
    session.backward()
    session.update()
    static, trail, point = plotted(session, "w")
    assert (point.x[0], point.y[0]) == (0.5, 0.25)
    assert (trail.x.tolist(), trail.y.tolist()) == ([2.0, 0.5], [25.0, 0.25])
    assert point.legend == "w: 2.0000 → 0.5000, L: 25.0000 → 0.2500 (not run yet)"
    assert trail.legend == "before the last update"
    curve = static.curves[0]
    assert np.allclose(curve.y, (3 * curve.x - 1) ** 2)
    session.forward()
    _, trail, point = plotted(session, "w")
    assert point.legend == "w = 0.5000, L = 0.2500"
    assert trail.y.tolist() == [25.0, 0.25]


def test_on_the_way_through_the_next_forward_pass_the_point_stays_on_the_curve():
    session = made("w = 2; x = 3; L = (w*x - 1)**2", ["w"], 0.05)
    session.update()
    for _ in range(2):
        session.forward_step()
        _, _, point = plotted(session, "w")
        assert (point.x[0], point.y[0]) == (0.5, 0.25)
        assert point.legend.endswith("L: 25.0000 → 0.2500 (not run yet)")
    session.forward_step()
    assert plotted(session, "w")[2].legend == "w = 0.5000, L = 0.2500"


def test_what_is_computed_from_a_moved_parameter_is_shown_where_a_fresh_run_has_it():
    session = made("w = 2; x = 3; p = w*x; L = (p - 1)**2", ["w"], 0.05)
    session.update()
    _, trail, point = plotted(session, "p")
    assert (point.x[0], point.y[0]) == (1.5, 0.25)
    assert point.legend == "p: 6.0000 → 1.5000, L: 25.0000 → 0.2500 (not run yet)"
    assert (trail.x[0], trail.y[0]) == (6.0, 25.0)
    _, trail, point = plotted(session, "x")
    assert point.legend == "x = 3.0000, L: 25.0000 → 0.2500 (not run yet)"
    assert (trail.x[0], trail.y[0]) == (3.0, 25.0)


def test_where_several_parameters_move_each_point_is_on_the_curve_of_its_moment():
    session = made("u = 1.5; v = -1; L = (u*v + 2)**2 + u**2", ["u", "v"], 0.02)
    places, (u, v) = [], (1.5, -1.0)
    for _ in range(4):
        session.forward()
        session.zero_grad()
        session.backward()
        session.update()
        places.append((u, v))
        miss = 2 * (u * v + 2)
        u, v = u - 0.02 * (miss * v + 2 * u), v - 0.02 * miss * u
    session.forward()
    _, trail, point = plotted(session, "u")
    assert (point.x[0], trail.x[-1]) == pytest.approx((u, u))
    assert trail.legend == "before the last 4 updates, each on its curve then"
    for at, (then_u, then_v) in enumerate(places):
        assert trail.x[at] == pytest.approx(then_u)
        assert trail.y[at] == pytest.approx((then_u * then_v + 2) ** 2 + then_u**2)
        across = trail.across[at]
        assert across[0] < then_u < across[-1]
        assert trail.upward[at] == pytest.approx((across * then_v + 2) ** 2 + across**2)


def test_a_step_too_far_is_seen_whole():
    session = made("w = 2; x = 3; L = (w*x - 1)**2", ["w"], 1.0)
    session.update()
    static, trail, point = plotted(session, "w")
    assert (point.x[0], point.y[0]) == (-28.0, 7225.0)
    low, high = static.x_span
    assert low < -28 < 2 < high
    assert static.y_span[0] < 25 < 7225 < static.y_span[1]
    assert trail.y[0] == 25.0


def test_updates_that_leave_the_range_of_numbers_leave_gaps_and_raise_nothing():
    session = made("w = 3; L = exp(w*w) * w", ["w"], 1e6)
    session.update()
    session.select([named(session, "w")])
    kind = SweepPlot()
    items = kind.live_items(session.state, kind.build(session.state, None))
    assert all(math.isfinite(y) for each in items if isinstance(each, Trail) for y in each.y)


def test_the_trail_goes_with_undo_and_comes_back_with_redo(shown, session, qtbot):
    session.mark(named(session, "a"), "parameter")
    session.update(0.01)
    settle(qtbot)
    assert "before the last update" in words(shown)
    session.previous()
    settle(qtbot)
    assert not any(each.startswith("before") for each in words(shown))
    session.next()
    settle(qtbot)
    assert "before the last update" in words(shown)
    session.undo()  # the mark, and with it the parameter
    settle(qtbot)
    assert not any(each.startswith("before") for each in words(shown))


def test_the_trail_is_in_what_is_saved(shown, session, qtbot, tmp_path):
    session.mark(named(session, "a"), "parameter")
    session.select([named(session, "a")])
    session.update(0.01)
    settle(qtbot)
    for suffix in ("svg", "pdf", "png", "csv"):
        shown.save(tmp_path / f"plot.{suffix}")
    assert "before the last update" in (tmp_path / "plot.svg").read_text("utf-8")
    rows = list(csv.reader((tmp_path / "plot.csv").read_text("utf-8").splitlines()))
    assert ["before the last update", "2.0", "-8.0", ""] in rows


def test_older_points_are_smaller_and_fainter(shown, session, qtbot):
    session.mark(named(session, "a"), "parameter")
    for _ in range(3):
        session.forward()
        session.update(0.01)
    settle(qtbot)
    drawn = next(each for each in surface(shown)._lines if each.shape[0] == "Trail")
    sizes, shades = drawn.get_sizes(), drawn.get_facecolor()[:, 3]
    assert len(sizes) == 3
    assert (np.diff(sizes) > 0).all()
    assert (np.diff(shades) > 0).all()
