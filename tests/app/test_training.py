"""Training in a real window: play, pause, stop at once, cycles by keys, and a long run."""

import gc
import time

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files import documents
from micrograd_gui.views.canvas import paint_cards
from tests.views import learning


@pytest.fixture
def window(opened):
    return opened(learning.plane(steps=1_000_000))


def action(window, name):
    return window.findChild(QAction, name)


def message(window):
    return window.findChild(QLabel, "message").text()


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier):
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, key, modifier)


def test_t_trains_one_step(window):
    press(window, Qt.Key.Key_T)
    assert window.session.state.training.k == 1
    assert not window.training.running


def test_ctrl_t_trains_until_it_is_pressed_again(window, qtbot):
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert action(window, "train").isChecked()
    qtbot.waitUntil(lambda: window.session.state.training.k > 20)
    press(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert not action(window, "train").isChecked()
    k = window.session.state.training.k
    qtbot.wait(60)
    assert window.session.state.training.k == k
    assert len(window.session.state.losses) == k


def test_escape_stops_at_once_and_the_hall_is_left_by_the_next_one(window, qtbot):
    action(window, "projector").trigger()
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: window.session.state.training.k > 5)
    press(window, Qt.Key.Key_Escape)
    assert not window.training.running
    assert window.projector.on
    press(window, Qt.Key.Key_Escape)
    assert not window.projector.on
    qtbot.waitUntil(lambda: not window.panes.touched)  # else the arrangement is kept for the next start


def test_escape_stops_in_the_window_too(window, qtbot):
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: window.session.state.training.k > 5)
    press(window, Qt.Key.Key_Escape)
    assert not window.training.running


def test_the_button_in_the_pane_is_the_same_action(window, qtbot):
    assert window.docks["training"].isVisible()
    button = window.findChild(QToolButton, "training_train")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.state.training.k > 5)
    assert "Pause" in button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "Train" in button.text()
    assert not window.training.running


def test_a_run_ends_by_itself_and_one_undo_takes_it_back(window, qtbot):
    before = window.session.state.graph
    window.session.set_plan(steps=40)
    numbers = [before.nodes[node].data for node in before.parameters]
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: not window.training.running)
    assert window.session.state.training.k == 40
    action(window, "undo").trigger()
    graph = window.session.state.graph
    assert [graph.nodes[node].data for node in graph.parameters] == numbers
    assert window.session.state.training is None


def test_undo_in_the_midst_of_a_run_stops_it(window, qtbot):
    action(window, "train").trigger()
    qtbot.waitUntil(action(window, "undo").isEnabled)
    action(window, "undo").trigger()
    assert not window.training.running
    qtbot.wait(50)
    assert window.session.state.training is None


def test_rewind_keeps_the_start(window, qtbot):
    graph = window.session.state.graph
    numbers = [graph.nodes[node].data for node in graph.parameters]
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: window.session.state.training.k > 5)
    window.training.stop()
    action(window, "rewind").trigger()
    graph = window.session.state.graph
    assert [graph.nodes[node].data for node in graph.parameters] == numbers
    assert not action(window, "rewind").isEnabled()


def test_as_many_steps_a_second_as_were_asked_for(window, qtbot, monkeypatch):
    ticks = []
    monkeypatch.setattr(window.bridge.frames, "tick", lambda: ticks.append(1) or 0.025)  # seconds that passed
    window.panes.training.set_speed("20 steps/s")
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: len(ticks) >= 12)
    window.training.stop()
    assert window.session.state.training.k == 1 + len(ticks) // 2, "the first one at once"


def test_a_run_that_bursts_names_node_and_row_and_keeps_the_last_good_numbers(window, qtbot):
    window.session.open_graph(learning.bursting())
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: not window.training.running)
    assert "row" in message(window)
    assert "not finite" in message(window)
    assert "row" in window.panes.training.reason.text()
    w = window.session.state.graph.nodes[window.session.state.graph.named("w")]
    assert abs(w.data) < float("inf")
    assert not action(window, "train").isChecked()


def test_what_cannot_train_is_disabled_or_refused_with_a_sentence(window):
    window.session.set_rows(None)
    for name in ("train", "train_step", "rewind"):
        assert not action(window, name).isEnabled(), name
    window.session.open_graph(learning.plane())
    window.panes.data.bind(0, None)
    action(window, "train").trigger()
    assert "bound to nothing" in message(window)
    assert not action(window, "train").isChecked()


def test_a_document_without_rows_hides_the_panes_of_training_and_one_with_rows_shows_them(opened):
    window = opened()
    assert not window.docks["training"].isVisible()
    assert not window.docks["data"].isVisible()
    window.session.open_graph(learning.line())
    assert not window.docks["training"].isHidden()
    assert not window.docks["data"].isHidden()


def test_a_whole_cycle_is_stepped_both_ways_by_keys(opened, qtbot):
    window = opened("w = 3; x = 2; y = 1; L = (w*x - y)**2")
    qtbot.waitUntil(window.isActiveWindow)
    session = window.session
    w = session.state.graph.named("w")
    session.mark(w, "parameter")
    session.set_plan(rate=0.01)
    moments = []
    for key in (Qt.Key.Key_F5, Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_F10, Qt.Key.Key_U,
                Qt.Key.Key_F5, Qt.Key.Key_Z):  # fmt: skip
        press(window, key)
        moments.append(session.state.frame)
    kinds = [step.kind for step in session.state.trace.steps]
    assert [kind for at, kind in enumerate(kinds) if not at or kinds[at - 1] != kind] == [
        "forward", "seed", "backward", "update", "forward", "zero",
    ]  # fmt: skip
    assert moments[-1].data[w] == pytest.approx(3 - 0.01 * 20)
    assert set(moments[-1].grad.values()) == {0.0}
    end = session.state.cursor
    while session.state.cursor:
        press(window, Qt.Key.Key_PageUp)
    assert session.state.frame.data[w] == 3.0
    for _ in range(end):
        press(window, Qt.Key.Key_PageDown)
    assert session.state.cursor == end
    assert session.state.frame.data == moments[-1].data


def test_the_update_shows_old_and_new_on_card_node_and_table(opened, act):
    window = opened("w = 3; x = 2; y = 1; L = (w*x - y)**2")
    session = window.session
    w = session.state.graph.named("w")
    session.mark(w, "parameter")
    session.set_plan(rate=0.01)
    act(window, "backward", "update")
    card = window.panes.step_card.toPlainText()
    assert "3.0000" in card
    assert "2.8000" in card
    assert paint_cards.before_and_after(window.canvas.picture, w) == ("3.0000", "2.8000")
    model = window.panes.gradients.model
    assert model.number(w, 1) == pytest.approx(2.8)
    assert "parameters updated" in window.summary.text()


def test_moments_of_the_optimiser_stand_in_the_table(window):
    model = window.panes.gradients.model
    assert model.columns[-1] == "verdict"
    window.session.set_plan(optimiser="adam")
    window.session.train_step()
    assert model.columns[-2:] == ("m", "v")
    training = window.session.state.training
    first = training.parameters[0]
    assert model.number(first, 6) == training.moments[0][0] != 0
    assert model.text(first, 7)
    assert model.text(window.session.state.graph.target, 6) == ""
    assert "\tm\tv\n" in window.panes.gradients.table.as_text()
    window.session.rewind()
    assert model.columns[-1] == "verdict"


def test_rows_can_be_opened_and_saved_from_the_menu(window, qtbot, tmp_path):
    from PySide6.QtWidgets import QFileDialog

    path = tmp_path / "rows.csv"
    action(window, "save_rows").trigger()
    dialog = window.findChild(QFileDialog, "file")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert path.read_text().startswith("x1,x2,y\n")
    path.write_text("x1,x2,y\n0,0,1\n")
    window.panes.data.open_file(path)
    qtbot.waitUntil(lambda: len(window.session.state.graph.data) == 1)


def test_editing_while_it_trains_goes_on_or_stops_but_never_breaks(window, qtbot):
    session = window.session
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: session.state.training.k > 5)
    session.show_row(2)
    session.set_plan(rate=0.05, optimiser="momentum")
    assert window.training.running
    k = session.state.training.k
    qtbot.waitUntil(lambda: session.state.training.k > k)
    session.set_rows(None)
    qtbot.wait(50)
    assert not window.training.running


class Answers(QObject):
    """How long posted events wait: a probe every few milliseconds, which knows when it was sent.

    ``waits`` is by the clock, without the time that the system had other work though this thread was ready
    (Linux tells that). ``busy`` is what the process itself did meanwhile: more, where numpy has threads that
    wait for work on another processor. So what both say of a wait is the program's, on any machine.
    """

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self):
        super().__init__()
        self.waits, self.busy = [], []
        self._sent = self._spent = 0.0

    @staticmethod
    def clock():
        return time.perf_counter() - held_up()

    def forget(self):
        """Count from here on: what has just been done was the test's own."""
        self._sent, self._spent = self.clock(), time.process_time()

    def send(self):
        self.forget()
        QApplication.postEvent(self, QEvent(self.KIND))

    def event(self, event):
        if event.type() == self.KIND:
            self.waits.append(self.clock() - self._sent)
            self.busy.append(time.process_time() - self._spent)
            QTimer.singleShot(7, self.send)
            return True
        return super().event(event)


def held_up():
    """Seconds that this thread was ready and the system ran something else; 0 where nobody counts them."""
    try:
        with open("/proc/thread-self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except OSError:
        return 0.0


def resident():
    """Bytes of this process in memory, once all that is garbage is gone."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(600)
def test_ten_thousand_steps_keep_memory_and_answer_input(opened, qtbot):
    window = opened("moons")
    session = window.session
    session.set_plan(steps=700, rate=0.1)
    rendered = window.panes.rendered_graph  # Graphviz's picture of 1,661 nodes is large, and comes late
    boundary, loss = window.plot.view, window.plot.below
    answers, keys = Answers(), []

    def zoom():
        sent = time.process_time()
        QTest.keyClick(window.canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(window.canvas, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
        keys.append(time.process_time() - sent)

    def train_on(until, most=1_000):  # with hardly a pause, in bites of half a frame
        session.set_plan(steps=until)
        action(window, "train").trigger()
        while session.state.training.running and session.state.training.k < until:
            session.train_tick(min(most, until - session.state.training.k), seconds=0.008)
            if len(answers.busy) // 20 > len(keys):
                zoom()
            QTest.qWait(0)
        assert session.state.training.k == until, session.state.training.note

    def rest():
        qtbot.waitUntil(lambda: window.bridge.shown is session.state, timeout=30_000)
        qtbot.wait(200)  # what is drawn when the run is over counts as well

    answers.send()
    action(window, "train").trigger()  # before there is a plot: matplotlib comes in while the graph trains
    qtbot.waitUntil(
        lambda: bool(boundary.items and loss.items) and rendered.figure is not None, timeout=120_000
    )
    window.training.stop()
    train_on(max(700, session.state.training.k))
    rest()
    session.set_plan(steps=1_200)
    action(window, "train").trigger()
    began = time.perf_counter()
    while session.state.training.running and time.perf_counter() - began < 400:  # at the pace of the window
        zoom()
        QTest.qWait(100)
    assert session.state.training.k == 1_200, session.state.training.note
    rest()
    # A step of a small network is soon done, and hardly a byte of it may stay.
    # What a run and its end need once is there after two of them; a leak grows with the steps, or the ends.
    session.open_graph(learning.plane(steps=500))
    for steps in (500, 1_000):
        train_on(steps, 40)
        rest()
    before = resident()
    answers.forget()  # the search for garbage took 0.1 s
    train_on(11_000, 40)
    rest()
    answers.blockSignals(True)
    assert resident() < 1.005 * before, (resident(), before)
    waits = sorted(answers.waits)
    assert waits[int(0.99 * len(waits))] < 0.1
    assert max(map(min, answers.waits, answers.busy)) < 0.1
    assert max(keys) < 0.1


# What a document opens with ----------------------------------------------------------------------


def test_a_document_that_learns_opens_with_its_boundary_or_its_loss(opened):
    window = opened("xor")
    assert window.plot.kind == "boundary"
    window.session.open_graph(documents.load_example("mlp"))
    assert window.plot.kind == "loss"
    assert not window.docks["training"].isHidden()
    window.session.open_graph(graph_from_expression("a = 2; b = a*a"))
    assert window.plot.kind == "sweep"
    assert window.docks["training"].isHidden()


def test_first_rows_bring_the_boundary_where_nothing_else_was_chosen(opened):
    window = opened("xor")
    rows = window.session.state.graph.data
    window.session.set_rows(None)
    window.plot.show_kind("sweep")
    window.session.set_rows(rows)
    assert window.plot.kind == "boundary"
    window.session.set_rows(None)
    window.plot.show_kind("error")
    window.session.set_rows(rows)
    assert window.plot.kind == "error"


def test_a_window_made_small_after_a_step_of_training_shows_the_whole_graph(opened, act, qtbot):
    window = opened("line", size=(1600, 900))
    for name in ("forward", "backward", "train_step", "check_all"):
        act(window, name)
    qtbot.waitUntil(lambda: "parameters show the mean" in window.summary.text())
    window.resize(1024, 700)
    qtbot.wait(50)
    assert window.width() == 1024 > window.summary.geometry().right()  # a long summary widens no window
    assert window.canvas.seen().contains(window.canvas.graph_scene.bounds())
