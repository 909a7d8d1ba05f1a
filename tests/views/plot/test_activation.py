"""The activation: the function of the selected neuron, where it works, and its slope."""

import numpy as np
import pytest

from tests.views.plot.reading import line, named, settle, surface, words


def test_without_a_function_in_the_graph_the_activation_is_tanh(shown, qtbot):
    shown.show_kind("activation")
    settle(qtbot)
    x, y = line(shown, "line")
    assert np.allclose(y, np.tanh(x))
    assert words(shown) == ["tanh(x)"]


def test_the_activation_shows_where_the_neuron_works_and_its_slope(shown, session, qtbot):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.forward()
    shown.show_kind("activation")
    settle(qtbot)
    assert words(shown) == ["tanh(n)", "slope = 1 − o² = 0.5000", "n = 0.8814, o = 0.7071"]
    x, y = line(shown, "dashed")
    assert (y[1] - y[0]) / (x[1] - x[0]) == pytest.approx(0.5)


def test_the_selected_function_is_shown(shown, session, qtbot):
    session.build("a = -9; b = tanh(a); c = relu(a); d = b + c")
    session.forward()
    shown.show_kind("activation")
    session.select([named(session, "c")])
    settle(qtbot)
    assert surface(shown).axes.get_title() == "c = relu(a)"
    low, high = surface(shown).axes.get_xlim()
    assert low < -9 < high
    x, y = line(shown, "line")
    assert np.allclose(y, np.maximum(x, 0))


def test_after_an_update_the_point_is_on_the_curve_and_said_to_be_of_before_or_not_run(shown, session, qtbot):
    session.build("w = 0.5; x = 2; n = w*x; o = tanh(n); p = tanh(w); L = o + p")
    session.mark(named(session, "w"), "parameter")
    shown.show_kind("activation")
    for name, said in (("o", "n = 1.0000, o = 0.7616 (from before the update)"), ("p", None)):
        session.first()
        session.backward()
        session.update(0.1)
        session.select([named(session, name)])
        settle(qtbot)
        x, y = line(shown, "point")
        assert y[0] == pytest.approx(np.tanh(x[0]))
        w = session.state.frame.data[named(session, "w")]
        said = said or f"w = {w:.4f}, p = {np.tanh(w):.4f} (not run yet)"
        assert words(shown)[-1].replace("−", "-") == said
    session.forward()
    settle(qtbot)
    assert "run" not in words(shown)[-1]
