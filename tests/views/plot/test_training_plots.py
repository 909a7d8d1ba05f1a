"""The plots of a graph that learns: loss, boundary, error against h, gradients; live, and as numbers."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QToolButton

from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from micrograd_gui.session.training.health import Health
from micrograd_gui.session.training.progress import Series
from micrograd_gui.views.plot.kinds.boundary import GRID, BoundaryPlot
from micrograd_gui.views.plot.kinds.error import ErrorPlot
from micrograd_gui.views.plot.kinds.gradients import GradientsPlot
from micrograd_gui.views.plot.kinds.loss import LossPlot, UpToNow
from micrograd_gui.views.plot.model import Bars, Field, GrowingCurve, Mark, Note
from micrograd_gui.views.plot.surface import PlotSurface
from micrograd_gui.views.theme import DARK, Look, load_fonts
from tests.views import learning


@pytest.fixture
def session():
    return Session(learning.plane())


@pytest.fixture
def pane(qtbot, session, plot_pane):
    made = plot_pane(session, 620, 640)
    made.show()
    qtbot.wait(5)
    return made


def shown(pane, kind, qtbot):
    """The surface with that kind drawn on it."""
    pane.show_kind(kind)
    qtbot.waitUntil(lambda: pane.view.static is not None)
    qtbot.wait(5)
    return pane.view.surface


def pixels(surface):
    return np.asarray(surface.buffer_rgba()).copy()


def run(session, steps):
    session.set_plan(steps=steps)
    session.train_start()
    while session.train_tick(1):
        pass


# Loss -------------------------------------------------------------------------------------------------


def test_before_training_the_loss_says_how_to_begin(pane, session, qtbot):
    pane.show_kind("loss")
    qtbot.waitUntil(lambda: "train one step" in pane.view.words.text())
    session.set_rows(None)
    qtbot.waitUntil(lambda: "rows in the Data pane" in pane.view.words.text())


def test_the_curve_holds_every_loss_and_the_accuracy_its_own_axis(pane, session, qtbot):
    run(session, 30)
    surface = shown(pane, "loss", qtbot)
    loss, accuracy = (mark for mark in pane.view.items if isinstance(mark, GrowingCurve))
    training = session.state.training
    assert list(loss.y) == [*training.losses, training.loss]
    assert len(loss.y) == 31
    assert accuracy.right
    assert surface._frame.right.get_visible()
    point = next(mark for mark in pane.view.items if isinstance(mark, Mark))
    assert (point.x, point.y) == ((30.0,), (session.state.training.loss,))


def test_a_graph_without_accuracy_has_no_second_axis(pane, session, qtbot):
    session.open_graph(learning.line())
    run(session, 5)
    surface = shown(pane, "loss", qtbot)
    assert not surface._frame.right.get_visible()


def test_what_is_extended_looks_like_what_is_drawn_at_once(pane, session, qtbot):
    session.set_plan(steps=40)
    session.train_start()
    session.train_tick(10)
    surface = shown(pane, "loss", qtbot)
    draws = []
    surface.mpl_connect("draw_event", draws.append)
    for _ in range(29):
        session.train_tick(1)
        qtbot.wait(1)
        pane.view.refresh()
    session.train_stop()
    extended = pixels(surface)
    assert not draws, "the axes were drawn anew while the curve only grew"
    surface.draw()
    # Where two segments meet, a few pixels of their smoothed edges differ.
    differing = (np.abs(extended.astype(int) - pixels(surface)).max(axis=2) > 60).mean()
    assert differing < 0.002


def test_the_axes_grow_with_a_loss_that_leaves_them(session):
    kind = LossPlot()
    session.train_step()
    static = kind.build(session.state, None)
    run(session, 200)
    assert not kind.still_valid(static, session.state)
    assert kind.still_valid(kind.build(session.state, static), session.state)


def test_a_logarithmic_loss_is_one_button_away(pane, session, qtbot):
    run(session, 20)
    surface = shown(pane, "loss", qtbot)
    pane.findChild(QToolButton, "plot_log").click()
    qtbot.waitUntil(lambda: surface.axes.get_yscale() == "log")
    pane.findChild(QToolButton, "plot_log").click()
    qtbot.waitUntil(lambda: surface.axes.get_yscale() == "linear")


def test_rewind_takes_the_curve_away(pane, session, qtbot):
    run(session, 5)
    shown(pane, "loss", qtbot)
    session.rewind()
    qtbot.waitUntil(lambda: pane.view.static is None)
    run(session, 3)
    qtbot.waitUntil(lambda: pane.view.static is not None)
    growing = next(mark for mark in pane.view.items if isinstance(mark, GrowingCurve))
    assert len(growing.y) == 4


def test_the_loss_stands_below_other_plots_of_a_graph_that_learns(pane, session, qtbot):
    pane.show_kind("sweep")
    assert pane.below.isVisible()
    pane.findChild(QToolButton, "plot_with_loss").click()
    assert not pane.below.isVisible()
    pane.findChild(QToolButton, "plot_with_loss").click()
    pane.show_kind("loss")
    assert not pane.below.isVisible()
    session.set_rows(None)
    pane.show_kind("sweep")
    assert not pane.below.isVisible()


# Boundary ---------------------------------------------------------------------------------------------


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


# Error against h --------------------------------------------------------------------------------------


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


# Gradients --------------------------------------------------------------------------------------------


def chain(layers, activation, scale):
    """Layers one after the other, all weights alike."""
    graph, inputs = Graph(), 2
    for _ in range(layers):
        graph, block = with_block(graph, BlockSpec("layer", inputs, (2,), activation=activation, seed=1))
        inputs = next(each for each in graph.blocks if each.id == block).outputs
    end = graph.added("+", (0.0, 0.0), inputs=tuple(inputs), label="L")
    graph = end.targeted(graph.next_id)
    return graph.numbered(dict.fromkeys(graph.parameters, scale))


@pytest.mark.parametrize(
    ("graph", "verdicts"),
    [
        (chain(3, "tanh", 0.5), {"healthy"}),
        (chain(3, "tanh", 0.001), {"healthy", "vanishing"}),
        (chain(3, "exp", 1.2), {"exploding"}),
        (chain(2, "relu", -1.0), {"all zero"}),
    ],
)
def test_layers_are_told_healthy_vanishing_exploding_or_zero(graph, verdicts):
    assert {layer.verdict for layer in Health(graph).at(graph)} == verdicts


def test_dead_relus_and_saturated_tanhs_are_counted():
    dead = chain(2, "relu", -1.0)
    assert [(layer.dead, layer.relus) for layer in Health(dead).at(dead)] == [(2, 2), (2, 2)]
    pressed = chain(1, "tanh", 9.0)
    assert [(layer.saturated, layer.tanhs) for layer in Health(pressed).at(pressed)] == [(2, 2)]


def test_the_gradient_is_the_mean_over_all_rows():
    session = Session(learning.plane())
    graph = session.state.graph
    found = np.sort(np.concatenate([layer.sizes for layer in Health(graph).at(graph)]))
    means = np.zeros(len(graph.parameters))
    for row in range(4):
        one = Session(graph.showing(row))
        one.backward()
        means += [one.state.frame.grad[node] / 4 for node in graph.parameters]
    assert found == pytest.approx(np.sort(np.abs(means)))


def test_a_histogram_stands_in_the_row_of_its_layer_with_its_verdict(session):
    kind = GradientsPlot()
    static = kind.build(session.state, None)
    assert [words for _, words in static.y_labels] == ["layer 1", "layer 2"]
    drawn = kind.live_items(session.state, static)
    bars = [each for each in drawn if isinstance(each, Bars)]
    assert [int(each.base) for each in bars] == [1, 0]
    assert next(each.words for each in drawn if isinstance(each, Note)) == "✓ healthy"
    session.train_step()
    assert kind.still_valid(static, session.state)


def test_the_rules_are_told_in_the_tooltip():
    for word in ("Vanishing", "Exploding", "Dead ReLU", "Saturated tanh", "0.97"):
        assert word in GradientsPlot.tip


# The key above the axes --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LossPlot, BoundaryPlot])
@pytest.mark.parametrize(
    ("look", "size"),
    [
        (Look(), (480, 200)),
        (Look(), (400, 330)),
        (Look(DARK, 1.5), (700, 700)),
        (Look().projected(900), (533, 540)),
        (Look().projected(700), (340, 420)),
    ],
)
def test_the_key_hides_nothing_and_none_of_its_words_is_cut(session, qtbot, kind, look, size):
    load_fonts()
    run(session, 20)
    static = kind().build(session.state, None)
    marks = kind().live_items(session.state, static)
    surface = PlotSurface(look)
    qtbot.addWidget(surface)
    surface.resize(*size)
    surface.show()
    surface.show_plot(static, marks)
    surface.draw()
    axes, texts = surface.axes.bbox.y1, [text for text in surface._key._texts if text.get_text()]
    said = {word for mark in (*static.curves, *marks) for word in (mark.legend, mark.brief)}
    assert len(texts) >= 2
    for text in texts:
        box = text.get_window_extent()
        assert box.y0 >= axes - 1, "it stands on the axes"
        assert box.y1 <= size[1] + 1, "it is above the picture"
        assert 0 <= box.x0 < box.x1 <= size[0] + 1, "it is beside the picture"
        assert text.get_text() in said, "it is cut"
    title = surface.axes.title
    if title.get_visible() and title.get_text():
        assert title.get_window_extent().y0 >= max(text.get_window_extent().y1 for text in texts) - 2


@pytest.mark.parametrize("width", range(300, 560, 20))
def test_the_key_stays_where_it_is_while_its_numbers_grow(session, qtbot, width):
    load_fonts()
    kind, surface = LossPlot(), PlotSurface(Look().projected(900))
    qtbot.addWidget(surface)
    surface.resize(width, 350)
    surface.show()
    session.train_step()
    static, places = kind.build(session.state, None), []
    for k in (1, 9, 10, 99, 150):
        training = replace(session.state.training, k=k)
        surface.show_plot(static, kind.live_items(replace(session.state, training=training), static))
        places.append([text.get_position() for text in surface._key._texts])
    assert all(each == places[0] for each in places)


def test_the_curve_goes_on_to_the_point_where_the_graph_stands():
    curve = UpToNow(Series([4.0, 3.0, 2.0]), 1.0)
    assert list(curve) == [4.0, 3.0, 2.0, 1.0]
    assert [curve[0], curve[3], curve[-1], curve[-4]] == [4.0, 1.0, 1.0, 4.0]
    for part in (
        slice(1, 3),
        slice(2, None),
        slice(3, 4),
        slice(4, 9),
        slice(None, None, -1),
        slice(-2, None),
    ):
        assert list(curve[part]) == [4.0, 3.0, 2.0, 1.0][part]
    with pytest.raises(IndexError):
        curve[4]


def test_the_title_says_what_the_loss_is_of(session):
    session.train_step()
    assert LossPlot().build(session.state, None).title == "loss: mean of 4 rows"
    kind = LossPlot()
    static = kind.build(session.state, None)
    session.set_plan(batch=2)
    assert not kind.still_valid(static, session.state)
    assert kind.build(session.state, static).title == "loss: mean of 2 of 4 rows"


# All of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["error", "loss", "boundary", "gradients"])
@pytest.mark.parametrize("look", [Look(), Look(DARK, 1.5), Look(DARK).projected(700)])
def test_every_kind_is_drawn_in_every_look_and_exported_with_its_numbers(
    pane, session, qtbot, tmp_path, kind, look
):
    run(session, 5)
    pane.set_look(look)
    shown(pane, kind, qtbot)
    assert len(np.unique(pixels(pane.view.surface).reshape(-1, 4), axis=0)) > 20
    for suffix in ("svg", "pdf", "png", "csv"):
        pane.save(tmp_path / f"plot.{suffix}")
    rows = list(csv.reader((tmp_path / "plot.csv").read_text("utf-8").splitlines()))
    assert rows[0][0] == "what"
    assert len(rows) > 5
    assert (tmp_path / "plot.svg").stat().st_size > 1000


def test_in_a_saved_picture_the_point_lies_on_the_curve_as_on_screen(pane, session, qtbot, tmp_path):
    run(session, 8)
    surface = shown(pane, "loss", qtbot)
    pane.save(tmp_path / "loss.png")
    training = session.state.training
    x, y = 2 * surface.axes.transData.transform((training.k, training.loss))  # saved at twice the size
    picture = QImage(str(tmp_path / "loss.png"))
    middle = picture.pixelColor(round(x), picture.height() - 1 - round(y)).name().lower()
    assert middle == Look().theme.accent.lower()


def test_the_numbers_of_the_loss_are_all_there_to_the_last_digit(pane, session, qtbot, tmp_path):
    run(session, 12)
    shown(pane, "loss", qtbot)
    pane.save(tmp_path / "loss.csv")
    rows = list(csv.reader((tmp_path / "loss.csv").read_text("utf-8").splitlines()))
    losses = [float(row[2]) for row in rows if row[0] == "loss"]
    assert losses == [*session.state.training.losses, session.state.training.loss]


def test_a_narrow_pane_offers_the_kinds_in_a_list(pane, qtbot):
    from PySide6.QtWidgets import QComboBox

    choice = pane.findChild(QComboBox, "plot_kind")
    pane.resize(900, 500)
    assert not choice.isVisible()
    pane.resize(300, 500)
    qtbot.waitUntil(choice.isVisible)
    choice.setCurrentIndex(choice.findData("gradients"))
    choice.activated.emit(choice.currentIndex())
    assert pane.kind == "gradients"


def test_a_very_long_curve_keeps_its_peaks(qtbot):
    from micrograd_gui.views.plot.artists import GrowingLine

    losses = np.full(100_000, 0.5)
    losses[77_777] = 9.0
    line = GrowingLine(GrowingCurve("data", "line", losses), Look())
    assert len(line.get_xdata()) < 20_000
    assert line.get_ydata().max() == 9.0


def test_a_plan_of_many_steps_does_not_squeeze_the_curve(session):
    session.open_graph(session.state.graph.planned(TrainingPlan(rate=0.1, steps=1_000_000)))
    session.train_start()
    session.train_tick(30)
    assert LossPlot().build(session.state, None).x_span[1] < 150
