"""The pane to train in: its fields, what it shows, and what it refuses."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from micrograd_gui.session.session import Session
from micrograd_gui.views.training.panel import TrainingPanel
from tests.views import learning


@pytest.fixture
def session():
    return Session(learning.line())


@pytest.fixture
def panel(make_view, session):
    made = make_view(TrainingPanel, session, 460, 300)
    made.show()
    return made


def type_in(panel, name, text):
    line = panel.lines[name]
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def choose(panel, name, key):
    from PySide6.QtWidgets import QComboBox

    combo = panel.findChild(QComboBox, f"plan_{name}")
    combo.setCurrentIndex(combo.findData(key))
    combo.activated.emit(combo.currentIndex())


def test_what_is_typed_becomes_the_plan(panel, session):
    for name, text in (("rate", "0,25"), ("steps", "1e3"), ("batch", "4"), ("seed", "7")):
        type_in(panel, name, text)
    choose(panel, "optimiser", "adam")
    choose(panel, "schedule", "demo")
    plan = session.state.graph.plan
    assert (plan.rate, plan.steps, plan.batch, plan.seed) == (0.25, 1000, 4, 7)
    assert (plan.optimiser, plan.schedule) == ("adam", "demo")
    type_in(panel, "batch", "all")
    assert session.state.graph.plan.batch is None


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rate", "0", "more than 0"),
        ("rate", "-1", "more than 0"),
        ("rate", "1e300", "at most"),
        ("rate", "fast", "must be a number"),
        ("steps", "0", "from 1"),
        ("steps", "2.5", "whole number"),
        ("batch", "0", "from 1"),
        ("batch", "1e308", "from 1"),  # a recovery file holds no whole number of more than 64 bits
        ("seed", "-3", "whole number"),
        ("steps", "9" * 50, "steps must be"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_the_plan_stays(panel, session, name, text, said):
    before = session.state.graph.plan
    type_in(panel, name, text)
    line = panel.lines[name]
    assert said in line.refusal.text()
    assert line.refusal.isVisible()
    assert line.property("refused")
    assert session.state.graph.plan is before
    type_in(panel, name, "1")
    assert not line.refusal.isVisible()


def test_loss_accuracy_rate_and_progress_are_those_of_the_moment(panel, session):
    assert panel.numbers["loss"].text() == "·"
    assert panel.progress.format() == "step 0 of 50"
    session.train_step()
    assert panel.numbers["loss"].text() == f"{session.state.training.loss:.4f}"
    assert panel.numbers["rate"].text() == "0.1"
    assert panel.numbers["accuracy"].text() == "·"
    session.train_start()
    while session.train_tick(7):
        pass
    assert panel.progress.value() == 50
    assert panel.progress.format() == "step 50 of 50"


def test_single_steps_are_counted_towards_the_end_of_a_run(panel, session):
    session.set_plan(steps=3)
    seen = []
    for _ in range(4):
        session.train_step()
        seen.append(panel.progress.format())
    assert seen == ["step 1 of 3", "step 2 of 3", "step 3 of 3", "step 4 of 6"]


def test_an_update_by_hand_is_a_step_like_others(panel, session):
    assert panel.progress.text() == "step 0 of 50"
    session.update()
    assert panel.progress.text() == "step 1 of 50"
    assert panel.numbers["loss"].text() == "·"  # it is not known before it is run
    session.train_step()
    assert panel.progress.text() == "step 2 of 50"
    assert panel.numbers["loss"].text() not in ("·", "")
    session.update()
    assert panel.progress.text() == "step 3 of 50"
    session.previous()
    assert panel.progress.text() == "step 2 of 50"


def test_after_an_update_by_hand_the_loss_over_the_rows_held_out_is_not_known_either(panel, session):
    session.set_plan(held_out=0.2)
    session.train_step()
    assert ": loss " in panel.held_out.text()
    session.update()
    assert panel.held_out.text() == "4 rows held out"


def test_the_rate_is_that_of_the_next_step_by_the_plan_as_it_is(panel, session):
    session.train_step()
    type_in(panel, "rate", "0.5")
    choose(panel, "schedule", "demo")
    assert panel.numbers["rate"].text() == "0.4955"
    session.train_step()
    assert panel.numbers["rate"].text() == "0.491"


def test_accuracy_is_shown_where_it_has_a_meaning(panel, session):
    session.open_graph(learning.plane())
    session.train_step()
    assert panel.numbers["accuracy"].text().endswith(" %")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: s.set_rows(None), "no row"),
        (lambda s: [s.mark(s.state.graph.named(name), "") for name in ("w", "b")], "no parameter"),
        (lambda s: s.new(), "no target"),
    ],
)
def test_what_stands_in_the_way_is_said_in_the_pane(panel, session, spoil, said):
    assert not panel.reason.isVisible()
    spoil(session)
    assert said in panel.reason.text()
    assert panel.reason.isVisible()


def test_an_unbound_column_is_named(panel, session):
    from msgspec.structs import replace

    data = session.state.graph.data
    columns = (replace(data.columns[0], node=None), *data.columns[1:])
    session.set_rows(replace(data, columns=columns))
    assert "“x” is bound to nothing" in panel.reason.text()


def test_a_run_that_bursts_says_node_and_row(panel, session):
    session.open_graph(learning.bursting())
    session.train_start()
    while session.train_tick(1):
        pass
    assert "row" in panel.reason.text()
    assert "L" in panel.reason.text()


def test_new_weights_are_drawn_with_the_seed(panel, session):
    type_in(panel, "seed", "5")
    session.train_step()
    QTest.mouseClick(panel.redraw, Qt.MouseButton.LeftButton)
    first = session.state.graph.nodes[session.state.graph.named("w")].data
    assert session.state.training is None
    type_in(panel, "seed", "6")
    QTest.mouseClick(panel.redraw, Qt.MouseButton.LeftButton)
    assert session.state.graph.nodes[session.state.graph.named("w")].data != first
    assert -1 <= first <= 1


def test_a_speed_is_so_many_steps_a_second_or_so_long_a_run(panel, session):
    assert panel.speed == pytest.approx(50 / 3), "at first a run can be watched"
    session.set_plan(steps=30_000)
    assert panel.speed == pytest.approx(10_000)
    panel.set_speed("fastest")
    assert panel.speed == float("inf")
    panel.set_speed("5 steps/s")
    assert panel.speed == 5.0


def test_every_field_stays_in_view_in_a_narrow_pane(panel):
    panel.resize(330, 320)
    assert panel.body.minimumSizeHint().width() <= 330


def test_a_loss_that_runs_away_is_said_while_it_runs_and_after(panel, session):
    session.set_plan(rate=3.0, steps=6)
    session.train_start()
    session.train_tick(4)
    panel._show(session.state)
    assert session.state.is_training
    assert panel.reason.text() == "The loss diverges since step 1: the rate is too large."
    session.train_stop()
    panel._show(session.state)
    assert "diverges since step 1" in panel.reason.text()
    assert panel.reason.isVisible()
    session.rewind()
    panel._show(session.state)
    assert panel.reason.text() == ""


def test_what_is_not_there_yet_is_a_quiet_hint_with_the_button_that_mends_it(panel, session, qtbot):
    session.set_rows(None)
    assert panel.reason.isVisible()
    assert not panel.reason.property("refused")
    assert panel.rows.isVisible()
    with qtbot.waitSignal(panel.rows_asked):
        QTest.mouseClick(panel.rows, Qt.MouseButton.LeftButton)
    session.new()
    assert not panel.reason.property("refused")
    assert not panel.rows.isVisible()  # rows are not what is missing first
    session.open_graph(learning.bursting())
    session.train_start()
    while session.train_tick(1):
        pass
    assert panel.reason.property("refused"), "a run that burst went wrong"


def test_longer_buttons_stand_in_two_rows_where_one_has_no_room(panel, qtbot):
    actions = [QAction(text, panel) for text in ("Entraîner", "Un pas", "Rembobiner", "Mettre à jour")]
    panel.take_actions(*actions)
    buttons = panel.findChildren(QToolButton)
    panel.resize(700, 300)
    qtbot.waitUntil(lambda: len({each.y() for each in buttons}) == 1)
    panel.resize(300, 300)
    qtbot.waitUntil(lambda: len({each.y() for each in buttons}) == 2)
    assert max(each.geometry().right() for each in buttons) < panel.viewport().width()
