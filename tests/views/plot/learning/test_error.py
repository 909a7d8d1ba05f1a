"""The plot of the error against h: truncation, rounding, and the guides along them."""

import numpy as np
import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from micrograd_gui.views.plot.kinds.error import ErrorPlot


def errors(text, name, h=0.001):
    session = Session(graph_from_expression(text))
    session.set_h(str(h))
    session.select([session.state.graph.named(name)])
    static = ErrorPlot().build(session.state, None)
    return {mark.legend: (np.asarray(mark.x), np.asarray(mark.y)) for mark in static.curves}


def slope(curve, low, high):
    x, y = curve
    among = (x >= low) & (x <= high)
    return np.polyfit(np.log10(x[among]), np.log10(y[among]), 1)[0]


def test_the_errors_of_a_smooth_graph_fall_with_slopes_one_and_two_and_rise_with_rounding():
    found = errors("x = 0.7; L = exp(x) * sin(x)", "x")
    assert slope(found["one-sided"], 1e-5, 1e-1) == pytest.approx(1, abs=0.05)
    assert slope(found["central"], 1e-3, 1e-1) == pytest.approx(2, abs=0.05)
    assert slope(found["one-sided"], 1e-14, 1e-9) == pytest.approx(-1, abs=0.35)
    assert slope(found["slope 1: ~ h"], 1e-6, 1e-1) == pytest.approx(1)
    assert slope(found["slope 2: ~ h²"], 1e-4, 1e-1) == pytest.approx(2)
    assert slope(found["round-off: ~ ε·|L| / h"], 1e-12, 1e-2) == pytest.approx(-1)


def test_the_guides_lie_on_the_curves():
    found = errors("x = 0.7; L = exp(x)", "x")
    for curve, guide in (("one-sided", "slope 1: ~ h"), ("central", "slope 2: ~ h²")):
        (x, y), (gx, gy) = found[curve], found[guide]
        at = np.searchsorted(x, 0.01)
        assert y[at] == pytest.approx(gy[np.searchsorted(gx, x[at])], rel=0.1)


def test_a_straight_line_has_no_truncation_to_mark():
    found = errors("x = 3; L = 2*x", "x")
    assert not any(name.startswith("slope") for name in found)


def test_a_parabola_errs_from_one_side_only():
    found = errors("x = 3; L = x**2", "x")
    assert "slope 1: ~ h" in found
    assert "slope 2: ~ h²" not in found


def test_the_current_h_is_marked():
    assert errors("x = 3; L = x**2", "x", 0.01)["h = 0.01"][0].tolist() == [0.01, 0.01]


def test_another_h_or_another_number_is_worked_out_anew():
    session = Session(graph_from_expression("x = 3; L = x**2"))
    session.select([session.state.graph.named("x")])
    kind = ErrorPlot()
    static = kind.build(session.state, None)
    assert kind.still_valid(static, session.state)
    session.set_h("0.01")
    assert not kind.still_valid(static, session.state)
    static = kind.build(session.state, static)
    session.set_value(session.state.graph.named("x"), 4.0)
    assert not kind.still_valid(static, session.state)


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [("x = 3; L = x**2", "L", "is 1"), ("x = 3; y = 2*x; L = x**2", "y", "does not depend")],
)
def test_where_there_is_nothing_to_measure_it_says_so(text, name, said):
    session = Session(graph_from_expression(text))
    session.select([session.state.graph.named(name)])
    words = ErrorPlot().why_empty(session.state)
    assert words
    assert said in words
