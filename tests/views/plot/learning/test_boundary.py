"""The plot of the boundary: the surface of a network over its inputs, with the rows."""

import numpy as np
import pytest
from msgspec.structs import replace

from micrograd_gui.session.session import Session
from micrograd_gui.views.plot.kinds.boundary import GRID, BoundaryPlot
from micrograd_gui.views.plot.model import Field
from tests.views import learning
from tests.views.plot.reading import pixels, run, shown


def test_the_surface_is_what_the_graph_says_at_every_point(session):
    kind = BoundaryPlot()
    static = kind.build(session.state, None)
    field = next(mark for mark in kind.live_items(session.state, static) if isinstance(mark, Field))
    assert field.numbers.shape == (GRID, GRID)
    other = Session(session.state.graph)
    judge = static.query.judge
    for column, row in ((0, 0), (7, 31), (49, 49)):
        x1 = np.linspace(*static.x_span, GRID)[column]
        x2 = np.linspace(*static.y_span, GRID)[row]
        other.set_value(other.state.graph.named("x1"), float(x1))
        other.set_value(other.state.graph.named("x2"), float(x2))
        other.forward()
        assert field.numbers[row, column] == pytest.approx(other.state.frame.data[judge.prediction])


def test_training_moves_the_surface_and_keeps_what_is_compiled(session):
    kind = BoundaryPlot()
    static = kind.build(session.state, None)
    before = kind.live_items(session.state, static)[0]
    assert kind.live_items(session.state, static)[0] is before
    session.train_step()
    assert kind.still_valid(static, session.state)
    assert not np.array_equal(kind.live_items(session.state, static)[0].numbers, before.numbers)


def test_an_update_step_moves_the_surface_and_going_back_moves_it_back(session):
    kind = BoundaryPlot()
    static = kind.build(session.state, None)
    first = kind.live_items(session.state, static)[0].numbers
    session.update()
    assert not np.array_equal(kind.live_items(session.state, static)[0].numbers, first)
    session.previous()
    assert np.array_equal(kind.live_items(session.state, static)[0].numbers, first)


def test_both_sides_of_the_rows_differ_in_colour_and_sign(session):
    static = BoundaryPlot().build(session.state, None)
    assert [(mark.color, mark.style, mark.legend) for mark in static.curves] == [
        ("data", "dots", "y = 1"),
        ("grad", "squares", "y = −1"),
    ]
    assert sum(len(mark.x) for mark in static.curves) == 4


def test_the_shown_row_is_ringed(session):
    kind = BoundaryPlot()
    session.show_row(2)
    ring = kind.live_items(session.state, kind.build(session.state, None))[-1]
    assert (ring.style, ring.x, ring.y) == ("ring", (1.0,), (0.0,))


def crosses(kind, session, static):
    items = kind.live_items(session.state, static)
    return next(mark for mark in items if getattr(mark, "style", "") == "crosses")


def test_of_very_many_rows_some_are_drawn_of_each_class_though_they_take_turns_and_that_is_said():
    graph = learning.plane()
    turns = [next(row for row in graph.data.rows if row[2] == side) for side in (-1, 1)]
    kind, session = BoundaryPlot(), Session(graph.fed(replace(graph.data, rows=tuple(turns * 600))))
    static = kind.build(session.state, None)
    assert [mark.legend for mark in static.curves] == ["y = 1", "y = −1"]
    assert crosses(kind, session, static).legend.endswith(" wrong of 600 drawn (1,200 rows)")


def test_rows_that_are_told_wrong_are_crossed_and_counted(session):
    kind = BoundaryPlot()
    static = kind.build(session.state, None)
    judge, graph = static.query.judge, session.state.graph
    other, wrong = Session(graph), set()
    for row, (x1, x2, answer) in enumerate(graph.data.rows):
        other.show_row(row)
        other.forward()
        if (other.state.frame.data[judge.prediction] > 0) != (answer > 0):
            wrong.add((x1, x2))
    found = crosses(kind, session, static)
    assert 0 < len(wrong) < 4
    assert set(zip(found.x, found.y, strict=True)) == wrong
    assert (found.legend, found.brief) == (f"{len(wrong)} of 4 wrong", f"{len(wrong)} wrong")
    run(session, 300)
    assert session.state.training.accuracy == 1.0
    assert (crosses(kind, session, static).x, crosses(kind, session, static).legend) == ((), "0 of 4 wrong")


def test_where_accuracy_has_no_meaning_no_row_is_crossed():
    session, kind = Session(learning.line()), BoundaryPlot()
    drawn = kind.live_items(session.state, kind.build(session.state, None))
    assert not any(getattr(mark, "style", "") == "crosses" for mark in drawn)


def test_one_input_gives_the_fitted_curve():
    session, kind = Session(learning.line()), BoundaryPlot()
    static = kind.build(session.state, None)
    curve = kind.live_items(session.state, static)[0]
    assert np.allclose(curve.y, 0.5 * np.asarray(curve.x))
    assert len(static.curves[0].x) == 20
    run(session, 200)
    curve = kind.live_items(session.state, static)[0]
    assert np.allclose(curve.y, 2 * np.asarray(curve.x) - 1, atol=0.25)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: s.set_rows(None), "give the graph rows"),
        (lambda s: s.open_graph(learning.bursting()), "compared with one answer"),
    ],
)
def test_where_there_is_no_boundary_it_says_why(session, spoil, said):
    kind = BoundaryPlot()
    assert kind.why_empty(session.state) == ""
    spoil(session)
    assert said in kind.why_empty(session.state)


def test_three_inputs_are_refused_by_number():
    from micrograd_gui.files import documents

    assert "3" in BoundaryPlot().why_empty(Session(documents.load_example("mlp")).state)


def test_the_boundary_is_drawn_where_rows_and_colours_meet(pane, session, qtbot):
    run(session, 100)
    surface = shown(pane, "boundary", qtbot)
    axes = surface.axes
    seen = pixels(surface)
    height = seen.shape[0]
    for x, y, side in ((0.5, 0.5, -1), (1.1, -0.1, 1), (-0.1, 1.1, 1)):
        column, row = axes.transData.transform((x, y))
        red, _, blue = (int(each) for each in seen[height - 1 - round(row), round(column), :3])
        assert (blue > red) == (side > 0)
