"""Every lesson, played from its begin to its end through the real window, and what is round it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QLineEdit, QListWidget, QMessageBox, QPushButton, QWidget

from micrograd_gui.files.lessons import lesson_names, lessons
from micrograd_gui.session.lessons.doings import read_doing
from micrograd_gui.session.lessons.following import Lessons
from micrograd_gui.session.lessons.lesson import ANSWER_AFTER

ACTIONS = {
    "forward step": "forward_step", "forward": "forward", "backward step": "backward_step",
    "backward": "backward", "zero grad": "zero_grad", "update": "update", "next": "next",
    "previous": "previous", "first": "first", "last": "last", "check": "check_all", "order": "order",
    "undo": "undo", "train": "train_step", "rewind": "rewind", "nudge": "nudge",
    "parameter": "mark_parameter",
    "target": "make_target", "act": "act_next", "select": "",
}  # fmt: skip
OF_A_NODE = ("nudge", "parameter", "target", "act", "select", "set")


def typed(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def pressed(window, name: str) -> None:
    """Press that button of the lesson."""
    button = window.findChild(QPushButton, name)
    assert button.isEnabled(), name
    button.click()


class Learner:
    """Does in the window what an answer says, with the mouse on nodes, with fields and with actions."""

    def __init__(self, window, act) -> None:
        self.window, self.act = window, act

    @property
    def here(self):
        return self.window.session.state.lesson

    def click(self, name: str) -> None:
        canvas = self.window.canvas
        canvas.fit()
        card = canvas.node_rect(self.window.session.state.graph.named(name))
        at = QPoint(card.center().x(), card.top() + card.height() // 5)  # on the name, not on a number
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def do(self, line: str) -> None:
        doing = read_doing(line)
        name = doing.row.name
        if name in OF_A_NODE:
            self.click(doing.text)
        if name == "type":
            typed(self.window.findChild(QLineEdit, "lesson_answer"), doing.text)
        elif name == "build":
            typed(self.window.findChild(QLineEdit, "expression"), doing.text)
        elif name == "set":
            self.act(self.window, "set_value")
            typed(self.window.canvas.editing.editor, doing.parts["number"])
        elif ACTIONS[name]:
            for _ in range(doing.times):
                self.act(self.window, ACTIONS[name])


@pytest.fixture
def learner(opened, act):
    window = opened("square")
    window.findChild(QAction, "start_here").trigger()
    return Learner(window, act)


def texts(window) -> str:
    """What the lesson says that can be seen."""
    parts = ("text", "said", "hint", "told")
    labels = [window.findChild(QWidget, f"lesson_{part}") for part in parts]
    return " ".join(label.text() for label in labels if not label.isHidden())


def test_all_lessons_are_played_through_the_window(learner):
    window = learner.window
    assert window.findChild(QListWidget, "lessons").count() == len(lessons()) == 10
    for name in lesson_names():
        if learner.here is None:
            window.classroom().choose(name)  # later ones follow from the button of the end
        assert (learner.here.lesson.name, learner.here.at) == (name, 0)
        for at, step in enumerate(learner.here.lesson.steps):
            assert learner.here.at == at
            assert not learner.here.reached, f"{name}, steps[{at}]: the goal is met before anything is done"
            assert not window.findChild(QPushButton, "lesson_on").isEnabled()
            for line in step.answer:
                learner.do(line)
            assert learner.here.reached, f"{name}, steps[{at}]: the goal is not reached"
            assert learner.here.tries == 0, f"{name}, steps[{at}]: the right way counts as a wrong try"
            assert "✓" in texts(window)
            pressed(window, "lesson_on")
        assert learner.here.over
        pressed(window, "lesson_on")
    assert learner.here is None
    assert [done for _, done in window.settings.lessons.values()] == [True] * 10


def test_a_hint_comes_after_one_wrong_answer_and_the_way_after_three(learner):
    window = learner.window
    window.classroom().choose("three-slopes")
    learner.do("forward")
    pressed(window, "lesson_on")
    hint, show = learner.here.step.hint, window.findChild(QPushButton, "lesson_show")
    assert hint[:20] not in texts(window)
    learner.do("type 5")
    assert "5 is not it" in texts(window)
    assert hint[:20] in texts(window)
    assert show.isHidden()
    for number in range(ANSWER_AFTER - 1):
        learner.do(f"type {number}")
    assert not show.isHidden()
    pressed(window, "lesson_show")
    assert learner.here.reached
    assert learner.here.shown
    assert hint[:20] not in texts(window)


def test_one_can_leave_come_back_and_forget(learner, opened):
    window = learner.window
    window.classroom().choose("chain-rule")
    learner.do("forward")
    learner.do("backward step")
    pressed(window, "lesson_leave")  # the step is done, though one has not gone on
    assert learner.here is None
    assert window.session.state.graph.named("L")  # the graph stays
    again = opened("square")
    again.classroom().toggle()
    assert "step 2 of 8" in again.findChild(QListWidget, "lessons").item(3).text()
    again.classroom().choose("chain-rule")
    assert again.session.state.lesson.at == 1
    target = again.session.state.graph.named("L")
    assert again.session.state.frame.grad == {target: 1.0}  # what was done before has been done
    pressed(again, "lesson_back")
    assert again.session.state.trace is None
    pressed(again, "lesson_on")  # one has been there already
    assert again.session.state.lesson.at == 1
    pressed(again, "lesson_leave")
    pressed(again, "lesson_forget")
    assert again.settings.lessons == {}
    assert "step 2" not in again.findChild(QListWidget, "lessons").item(3).text()


def test_a_graph_of_ones_own_is_asked_about_and_that_of_a_lesson_is_not(learner):
    window = learner.window
    window.session.set_value(1, 7.0)
    window.classroom().choose("neuron")
    question = window.findChild(QMessageBox, "unsaved")
    assert learner.here is None
    question.button(QMessageBox.StandardButton.Cancel).click()
    assert learner.here is None
    assert window.session.state.graph.nodes[1].data == 7.0
    window.classroom().choose("neuron")
    window.findChildren(QMessageBox, "unsaved")[-1].button(QMessageBox.StandardButton.Discard).click()
    assert learner.here.lesson.name == "neuron"
    window.session.set_value(1, 1.0)
    window.classroom().choose("slope")
    assert learner.here.lesson.name == "slope"


def test_what_somebody_built_in_a_lesson_that_did_not_ask_for_it_is_asked_about(learner):
    window = learner.window
    window.classroom().choose("chain-rule")
    window.session.build("mine = tanh(q) * q")
    window.classroom().choose("neuron")
    assert learner.here.lesson.name == "chain-rule"
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Cancel).click()
    assert window.session.state.graph.named("mine")
    window.classroom().choose("neuron")
    window.findChildren(QMessageBox, "unsaved")[-1].button(QMessageBox.StandardButton.Discard).click()
    assert learner.here.lesson.name == "neuron"


LOCKED = """
format = "micrograd-lesson"
title = "Only look"
opens = "a = 2; b = a*a"
hide = ["plot", "palette", "timeline"]
lock = true
[[steps]]
text = "Run it."
goal = { moment = "forward done" }
hint = "F5"
answer = ["forward"]
"""


def test_a_teacher_can_hide_panes_and_lock_the_graph(learner, tmp_path):
    window, path = learner.window, tmp_path / "look.toml"
    path.write_text(LOCKED, "utf-8")
    plot, data = window.findChild(QDockWidget, "dock_plot"), window.findChild(QDockWidget, "dock_data")
    assert not plot.isHidden()
    window.classroom().choose(path)
    assert plot.isHidden()
    assert window.panes.timeline.isHidden()
    assert not plot.toggleViewAction().isEnabled()
    graph = window.session.state.graph
    window.bridge.attempt(window.session.set_value, 1, 5.0)
    window.bridge.attempt(window.session.add_node, "tanh")
    window.findChild(QAction, "select_all").trigger()
    window.findChild(QAction, "delete").trigger()
    assert window.session.state.graph is graph
    assert "Only look" in window.message.toolTip()
    learner.do("forward")
    assert learner.here.reached
    pressed(window, "lesson_leave")
    assert not plot.isHidden()
    assert not window.panes.timeline.isHidden()
    assert data.isHidden()  # what was hidden stays so
    window.session.set_value(1, 5.0)
    assert window.session.state.graph.nodes[1].data == 5.0


def test_in_the_hall_a_lesson_stands_beside_the_card_and_can_be_chosen(learner, act):
    window = learner.window
    window.classroom().choose("slope")
    act(window, "projector")
    pane = window.findChild(QWidget, "lesson")
    assert pane.isVisible()
    learner.do("forward")
    assert "✓" in texts(window)
    window._offer_documents()
    menu = window.findChild(QWidget, "hall_chooser")
    offered = [action for action in menu.findChildren(QAction) if action.objectName() == "lesson_neuron"]
    offered[0].trigger()
    menu.close()
    assert learner.here.lesson.name == "neuron"
    act(window, "projector")


def test_a_window_can_begin_with_a_lesson(qtbot):
    from micrograd_gui.app import create_window

    window = create_window()
    qtbot.addWidget(window)
    window.show()
    window.begin_lesson("slope")  # before the window has settled, as the command line does
    qtbot.wait(50)
    assert window.session.state.lesson.lesson.name == "slope"
    assert window.findChild(QWidget, "lesson").isVisible()


def test_a_lesson_that_is_not_there_is_refused_in_a_sentence(learner):
    learner.window.begin_lesson("nowhere")
    assert "neither a lesson nor a file" in learner.window.message.toolTip()
    assert learner.here is None


@pytest.mark.parametrize("kept", ["", "[1]", '{"slope": 3}', '{"slope": [-4, true]}'])
def test_progress_that_somebody_else_has_written_is_none(kept):
    from PySide6.QtCore import QSettings

    from micrograd_gui.app.settings import Settings

    QSettings("micrograd-gui", "micrograd-gui").setValue("lessons", kept)
    assert Settings().lessons in ({}, {"slope": (0, True)})


# The greeting ------------------------------------------------------------------------------------


def test_a_new_user_is_greeted_once_and_led_to_the_lessons(opened):
    window = opened()
    window.greet(asked=True)
    greeting = window.findChild(QWidget, "greeting")
    assert greeting.isVisible()
    assert not greeting.isModal()
    assert greeting.geometry() == window.panes.timeline.geometry()
    pressed(window, "greeting_start")
    assert not greeting.isVisible()
    assert window.findChild(QWidget, "lesson").isVisible()
    again = opened()
    again.greet(asked=True)
    assert again.findChild(QWidget, "greeting") is None


@pytest.mark.parametrize("how", ["greeting_dismiss", "forward"])
def test_the_greeting_goes_when_it_is_dismissed_or_something_is_done(opened, act, how):
    window = opened()
    window.greet(asked=True)
    greeting = window.findChild(QWidget, "greeting")
    if how == "forward":
        act(window, how)
    else:
        pressed(window, how)
    assert not greeting.isVisible()
    assert window.findChild(QWidget, "lesson") is None


def test_nobody_is_greeted_where_nobody_looks_or_something_was_kept(opened):
    window = opened()
    window.greet()
    assert window.findChild(QWidget, "greeting") is None
    window.settings.text_scale = 1.5
    window.greet(asked=True)
    assert window.findChild(QWidget, "greeting") is None


OF_A_FILE = """format = "micrograd-lesson"
title = "Mine"
opens = "a = 2; b = a*a"
"""
A_STEP = """[[steps]]
text = "Run."
goal = {{ moment = "{moment}" }}
hint = "Run."
answer = ["{answer}"]
"""


def test_a_file_has_a_progress_of_its_own_and_can_be_begun_after_it_was_changed(learner, tmp_path, qtbot):
    window, path = learner.window, tmp_path / "slope.toml"
    forward = A_STEP.format(moment="forward done", answer="forward")
    backward = A_STEP.format(moment="backward done", answer="backward")
    path.write_text(OF_A_FILE + forward + backward)
    window.classroom().choose(path)
    learner.do("forward")
    window.session.room(Lessons).go_on()
    qtbot.waitUntil(lambda: window.settings.lessons.get(str(path)) == (1, False))
    window.session.room(Lessons).leave()
    window.classroom().choose("slope")
    assert learner.here.at == 0  # that one was never begun
    window.classroom().choose(path)
    assert learner.here.at == 1
    window.session.room(Lessons).leave()
    path.write_text(OF_A_FILE + A_STEP.format(moment="updated", answer="update") + backward)
    window.classroom().choose(path)  # its first answer is refused, so nothing leads to the second step
    assert learner.here.at == 0
