"""The bug lab in a real window: its pane, both numbers on each node, and the graphs made for bugs."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QScrollArea

from micrograd_gui.document.block import is_block
from micrograd_gui.session.asking.ledger_words import page_of
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.bugs.table import BUGS
from micrograd_gui.session.found import Apart


def pane(window):
    """The pane of the lab."""
    return window.findChild(QScrollArea, "bug_lab")


def click(qtbot, window, name):
    """A press on one of its buttons."""
    qtbot.mouseClick(pane(window).findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def said(window):
    """Its sentence."""
    return pane(window).findChild(QLabel, "bug_why").text()


def number_of(window, label):
    """The number of a node."""
    return next(node.id for node in window.session.state.graph if node.label == label)


def test_the_wrong_run_is_stepped_beside_the_right_one(opened, act, qtbot):
    window = opened("diamond")
    act(window, "bug_lab")
    assert pane(window).isVisible()
    click(qtbot, window, "bug_assign")
    a, b = number_of(window, "a"), number_of(window, "b")
    for _ in range(3):
        act(window, "backward_step")
    assert window.session.state.finding is None
    assert "No number differs yet: the first one does at moment 7" in said(window)
    act(window, "backward_step")
    picture = window.canvas.picture
    assert picture.apart(b, "grad") == Apart(-2.0, -8.0)
    assert picture.apart(a, "grad") == Apart(3.0, -3.0)
    assert picture.differing == b
    assert "what came last to b, −2 from d, overwrote −6 from e" in said(window)
    window.session.select([b])
    notes = page_of(window.session.state).notes
    assert "The wrong run has grad −2.0000; this run, which is told here, gives −8.0000." in notes
    both = pane(window).findChild(QLabel, "bug_both").text()
    assert "b.grad = −2.0000 × 1.0000 → −2.0000" in both
    assert "self.grad = other.data * out.grad" in both
    assert "self.grad += other.data * out.grad" in both
    assert "as if = stood where += should" in said(window)  # no marks of code
    act(window, "previous")
    assert window.canvas.picture.finding is None
    both = pane(window).findChild(QLabel, "bug_both").text()
    assert "self.grad = 1.0 * out.grad" in both  # of the + that acts here
    assert "self.grad += 1.0 * out.grad" in both
    window.session.seek(7)
    assert window.canvas.picture.apart(b, "grad") == Apart(-2.0, -8.0)
    table = window.panes.gradients.model
    assert table.text(b, 2) == "−2 (wrong run) · −8"
    act(window, "check_all")
    assert "the wrong run differs at 2 nodes · the right run: all gradients agree" in window.summary.text()
    click(qtbot, window, "bug_assign")
    assert window.session.state.lab is None
    assert window.canvas.picture.finding is None


def test_one_press_goes_to_where_a_bug_shows_in_the_graph_made_for_it(opened, act, qtbot):
    window = opened("a = 2; b = 3; L = a*b")
    act(window, "bug_lab")
    for bug in BUGS:
        click(qtbot, window, f"bug_{bug.name}")
        assert window.session.state.lab.name == bug.name
        click(qtbot, window, "bug_open")
        assert window.windowTitle().startswith(f"bug lab: {bug.title}")
        assert window.session.state.lab.name == bug.name
        click(qtbot, window, "bug_go")
        assert window.session.state.finding is not None, bug.name
        assert said(window)
        click(qtbot, window, f"bug_{bug.name}")


def test_unsaved_work_is_asked_about_before_the_graph_made_for_a_bug_opens(opened, act, qtbot):
    window = opened("a = 2; b = 3; L = a*b")
    act(window, "bug_lab")
    click(qtbot, window, "bug_minus")
    window.session.add_node("value")
    click(qtbot, window, "bug_open")
    box = window.findChild(QMessageBox, "unsaved")
    assert box is not None
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert len(window.session.state.graph) == 4
    click(qtbot, window, "bug_open")
    window.findChild(QMessageBox, "unsaved").button(QMessageBox.StandardButton.Discard).click()
    assert window.windowTitle().startswith("bug lab")


def test_what_the_graph_cannot_show_is_said_with_the_reason(opened, act, qtbot):
    window = opened("a = 2; b = 3; L = a + b")
    act(window, "bug_lab")
    click(qtbot, window, "bug_tanh_input")
    assert said(window) == "There is no tanh here."
    click(qtbot, window, "bug_go")
    assert "There is no tanh here." in window.message.text()
    click(qtbot, window, "bug_assign")
    assert said(window).startswith("No node is used twice here")
    act(window, "forward", "backward")
    assert said(window).startswith("No node is used twice here")


@pytest.mark.parametrize("size", [(1024, 700), (1600, 900)])
def test_in_the_hall_it_is_the_third_pane_and_both_numbers_are_on_the_cards(opened, act, qtbot, size):
    window = opened("diamond", size)
    act(window, "projector")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert pane(window).isVisible()
    click(qtbot, window, "bug_assign")
    click(qtbot, window, "bug_go")
    qtbot.wait(20)
    assert not window.canvas.grab().isNull()
    assert window.canvas.picture.apart(number_of(window, "b"), "grad") == Apart(-2.0, -8.0)
    act(window, "bug_lab")
    assert not pane(window).isVisible()
    assert window.session.state.lab is not None
    act(window, "projector")


def test_the_action_that_opens_its_graph_needs_a_bug(opened, act, qtbot):
    window = opened("diamond")
    action = window.findChild(QAction, "bug_graph")
    assert not action.isEnabled()
    act(window, "bug_lab")
    click(qtbot, window, "bug_set")
    assert action.isEnabled()


def test_in_the_hall_no_wrong_number_is_cut_off(opened, act, qtbot):
    from micrograd_gui.views.canvas.hall import cards

    window = opened("neuron_exp", (1600, 900))
    act(window, "projector", "bug_lab")
    click(qtbot, window, "bug_assign")
    click(qtbot, window, "bug_go")
    picture, pens = window.canvas.picture, cards_pens(window)
    e = number_of(window, "e")
    shown = cards.ShownNumber.of(picture, e, "grad", picture.frame.grad[e])
    assert shown.other == "0.1464"
    assert cards._hung(picture, e, shown, 1000.0, pens) == "wrong 0.1464"
    narrow = cards._hung(picture, e, shown, pens.font(cards.HALL.words, bold=True).width("✗ 0.1464"), pens)
    assert narrow == "✗ 0.1464"
    act(window, "projector")


def cards_pens(window):
    """The pens that the canvas draws with."""
    from micrograd_gui.views.canvas.pens import pens_of

    return pens_of(window.appearance.look)


def test_a_box_at_which_the_runs_part_names_the_node_in_it(opened, act):
    window = opened("mlp")
    window.session.room(BugLab).plant("tanh_input")
    act(window, "backward")
    window.session.room(BugLab).show_difference()
    canvas = window.canvas
    assert canvas.picture.differing is not None
    assert is_block(canvas.picture.differing)
    assert canvas.picture.tag == "differs first: n3_1"
    canvas.grab()
