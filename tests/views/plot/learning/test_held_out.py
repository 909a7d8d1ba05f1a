"""Rows held out, where they are seen: in boundary, loss, rows and training pane."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from micrograd_gui.session.session import Session
from micrograd_gui.views.data.pane import DataPane
from micrograd_gui.views.plot.kinds.boundary import BoundaryPlot
from micrograd_gui.views.plot.kinds.loss import LossPlot
from micrograd_gui.views.plot.model import Mark
from micrograd_gui.views.training.panel import TrainingPanel
from tests.views import learning
from tests.views.plot.reading import run, shown


def apart(session):
    """The rows held out, by the plan, and where they are."""
    graph = session.state.graph
    rows = graph.plan.rows_held_out(len(graph.data))
    return {graph.data.rows[at] for at in rows}


def points(static, style):
    marks = [each for each in static.curves if isinstance(each, Mark) and each.style == style]
    return {(x, y) for each in marks for x, y in zip(each.x, each.y, strict=True)}


def test_the_boundary_draws_them_hollow_and_says_so():
    session = Session(learning.plane("moons"))
    session.set_plan(held_out=0.3)
    kind = BoundaryPlot()
    static = kind.build(session.state, None)
    rows, held = session.state.graph.data.rows, apart(session)
    assert points(static, "open dots") == {row[:2] for row in held if row[2] > 0}
    assert points(static, "open squares") == {row[:2] for row in held if row[2] < 0}
    assert points(static, "dots") == {row[:2] for row in rows if row[2] > 0 and row not in held}
    assert [each.legend for each in static.curves] == [
        "y = 1",
        "y = 1, held out",
        "y = −1",
        "y = −1, held out",
    ]
    session.set_plan(held_out=0.0)
    assert not kind.still_valid(static, session.state)
    assert not points(kind.build(session.state, static), "open dots")


def test_a_fitted_curve_has_them_hollow_too():
    session = Session(learning.line())
    session.set_plan(held_out=0.25)
    static = BoundaryPlot().build(session.state, None)
    assert points(static, "open dots") == apart(session)
    assert len(points(static, "dots")) == 15


def test_the_loss_over_them_is_a_dashed_curve_of_its_own():
    session = Session(learning.plane("moons"))
    session.set_plan(held_out=0.2)
    run(session, 15)
    kind, training = LossPlot(), session.state.training
    static = kind.build(session.state, None)
    assert static.title.endswith("rows, 20 held out")
    solid, dashed, _, dotted, _ = kind.live_items(session.state, static)
    assert (solid.style, list(solid.y)) == ("line", [*training.losses, training.loss])
    assert (dashed.style, list(dashed.y)) == ("dashed", [*training.held_losses, training.held_loss])
    assert dashed.legend == f"held out {training.held_loss:.4f}"
    assert list(dotted.y) == [*training.held_accuracies, training.held_accuracy]
    low, high = static.y_span
    assert all(low <= loss <= high for loss in dashed.y)
    assert kind.still_valid(static, session.state)


def test_both_curves_are_drawn_whole_after_every_step(pane, session, qtbot):
    session.set_plan(held_out=0.25)
    session.train_step()
    surface = shown(pane, "loss", qtbot)
    for _ in range(4):
        session.train_step()
        qtbot.wait(5)
    growing = next(each for each in surface._lines if each.shape[1] == "dashed")
    assert np.allclose(
        growing._store[:6], [*session.state.training.held_losses, session.state.training.held_loss]
    )
    assert len(growing.get_xdata()) == 6


def test_the_rows_are_marked_in_the_data_pane(make_view):
    session = Session(learning.line())
    pane = make_view(DataPane, session, 400, 400)
    session.set_plan(held_out=0.25)
    heads = [pane.model.headerData(at, Qt.Orientation.Vertical) for at in range(20)]
    held = session.state.graph.plan.rows_held_out(20)
    assert [at for at, head in enumerate(heads) if "○" in head] == list(held)
    assert pane.status.text() == "20 rows · 5 held out (○) · the graph shows row 1"
    tip = pane.model.headerData(held[0], Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole)
    assert "training does not look at this row" in tip


def test_the_training_pane_has_the_share_and_tells_what_is_found(make_view, qtbot):
    session = Session(learning.plane("moons"))
    panel = make_view(TrainingPanel, session, 400, 600)
    panel.show()
    field = panel.findChild(QLineEdit, "plan_held_out")
    assert field.text() == "0"
    field.setFocus()
    field.clear()
    qtbot.keyClicks(field, "0.2")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.state.graph.plan.held_out == 0.2
    told = panel.findChild(QLabel, "training_held_out")
    assert told.text() == "20 rows held out"
    session.train_step()
    qtbot.waitUntil(lambda: told.text().startswith("20 rows held out: loss "))
    field.clear()
    qtbot.keyClicks(field, "1.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (
        panel.lines["held_out"].refusal.text() == "The share of rows held out must be from 0 to 0.9, not 1.5."
    )
    assert session.state.graph.plan.held_out == 0.2
