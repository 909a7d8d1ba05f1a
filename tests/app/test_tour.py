"""README's tour, as a reader takes it: what it says is what is seen."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def tour():
    """The steps of the tour, each as one line."""
    text = README.read_text("utf-8").partition("## A tour of one minute")[2].partition("\n## ")[0]
    return [" ".join(step.split()) for step in re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]]


def typed(window, text):
    line = window.findChild(QLineEdit, "expression")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def test_each_step_of_the_tour_shows_what_it_says(opened, act, tour, qtbot):
    window = opened()
    build, _, backward = tour[:3]
    typed(window, re.findall("`([^`]*)`", build)[-1])
    assert window.windowTitle().startswith("expression")
    act(window, "forward")
    card = window.panes.step_card
    said = re.findall("`([^`]*)`", backward)[-1]
    for _ in range(len(window.session.state.graph)):
        assert said not in card.toPlainText()
        act(window, "backward_step")
        if said in card.toPlainText().replace("\xa0", " "):
            break
    assert said in card.toPlainText().replace("\xa0", " ")
    assert window.session.state.step.kind == "backward"
    assert not window.session.state.following, "it is the last step"
    selected = window.session.state.graph.named("a")
    window.session.select([selected])
    act(window, "nudge")
    assert window.session.state.nudge.numeric == pytest.approx(6.0)
    act(window, "backward")
    assert window.session.state.frame.grad[selected] == 24.0, "those of the first pass are added to"


def test_the_title_is_of_the_graph_on_screen(opened, act):
    window = opened("neuron")
    typed(window, "y = 2*x")
    assert window.windowTitle().startswith("expression")
    act(window, "undo")
    assert window.windowTitle().startswith("neuron")
    act(window, "redo")
    assert window.windowTitle().startswith("expression")
