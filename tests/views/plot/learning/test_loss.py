"""The plot of the loss: every step, the accuracy on its own axis, and a curve that grows."""

import csv

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton

from micrograd_gui.document.data import TrainingPlan
from micrograd_gui.export import loss_curve
from micrograd_gui.session.training.progress import Series
from micrograd_gui.views.plot.kinds.loss import LossPlot, UpToNow
from micrograd_gui.views.plot.model import GrowingCurve, Mark
from micrograd_gui.views.theme import LIGHT, Look
from tests.views import learning
from tests.views.plot.reading import pixels, run, shown


def test_a_curve_in_a_file_has_the_colours_of_the_window():
    assert (LIGHT.data, LIGHT.good) == (loss_curve.LOSS, loss_curve.ACCURACY)


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


def test_the_drawing_of_axes_is_a_turn_that_ends(pane, session, qtbot, monkeypatch):
    run(session, 5)
    surface, ended = shown(pane, "loss", qtbot), []
    monkeypatch.setattr(pane.view._bridge.frames, "end_turn", lambda: ended.append("axes"))
    surface.draw()
    assert ended == ["axes"]


def test_a_graph_without_accuracy_has_no_second_axis(pane, session, qtbot):
    session.open_graph(learning.line())
    run(session, 5)
    surface = shown(pane, "loss", qtbot)
    assert surface.figure.axes == [surface.axes]


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


def test_the_numbers_of_the_loss_are_all_there_to_the_last_digit(pane, session, qtbot, tmp_path):
    run(session, 12)
    shown(pane, "loss", qtbot)
    pane.save(tmp_path / "loss.csv")
    rows = list(csv.reader((tmp_path / "loss.csv").read_text("utf-8").splitlines()))
    losses = [float(row[2]) for row in rows if row[0] == "loss"]
    assert losses == [*session.state.training.losses, session.state.training.loss]


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
