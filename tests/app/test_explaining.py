"""Everything on screen explains itself: under the pointer, and to who comes there by keys."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QTabBar,
    QTextEdit,
    QToolTip,
    QWidget,
)

from micrograd_gui.app.learning.explaining import PARTS, sentence_of
from micrograd_gui.views.lab.panes import LATE_PANES

SEEN = (
    QAbstractButton, QAbstractItemView, QComboBox, QGraphicsView, QLabel, QLineEdit, QProgressBar, QTextEdit,
)  # fmt: skip


@pytest.fixture
def window(opened):
    window = opened("xor")
    window.explain()
    yield window
    QToolTip.hideText()


def test_there_is_a_sentence_about_every_part_of_the_window(window):
    window.panes.ensure_learning_panes()
    for name in LATE_PANES:
        window.panes.toggle(name)
    silent = [
        (type(part).__name__, part.objectName())
        for part in window.findChildren(QWidget)
        if isinstance(part, SEEN)
        and part.window() is window  # not the list of a choice, which stands open for a moment
        and not part.objectName().startswith("qt_")
        and not isinstance(part.parent(), QTabBar)  # Qt's own arrows
        and not sentence_of(part)
    ]
    assert silent == []


def test_every_sentence_is_about_something_that_is_there(window):
    window.panes.ensure_learning_panes()
    for name in LATE_PANES:
        window.panes.toggle(name)
    there = {part.objectName() for part in window.findChildren(QWidget)}
    assert PARTS.keys() - there == set()


def test_pointing_at_what_has_no_tip_of_its_own_shows_one(window):
    label = window.panes.ensure_learning_panes()[0].progress
    window.docks["training"].raise_()
    QTest.qWait(0)
    at = label.mapTo(window, label.rect().center())
    QApplication.sendEvent(window, QHelpEvent(QEvent.Type.ToolTip, at, window.mapToGlobal(at)))
    assert QToolTip.text() == PARTS["training_progress"]


def test_the_status_bar_says_what_has_the_keys(window):
    field = window.findChild(QLineEdit, "h")
    window.canvas.setFocus()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.statusBar().currentMessage() == field.toolTip().partition("\n")[0]
    window.say("No.", refused=True)
    window.canvas.setFocus()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    assert window.statusBar().currentMessage() == ""  # what was refused stays to be read


def test_selecting_a_node_says_why_it_has_its_number(opened, act):
    window = opened("diamond")
    window.explain()
    act(window, "backward")
    window.session.select([window.session.state.graph.named("a")])
    said = window.statusBar().currentMessage()
    assert said == "a: Its grad is a sum, for it is used more than once: −6 from e and 3 from d."
    assert said.removeprefix("a: ") in window.canvas.accessibleDescription()
    act(window, "first")
    assert window.statusBar().currentMessage() == ""


def test_pointing_at_a_number_says_why_it_is_so(opened, act):
    window = opened("lecture")
    act(window, "backward")
    canvas = window.canvas
    card = canvas.node_rect(window.session.state.graph.named("e"))
    at = card.center() + QPoint(0, -card.height() // 3)
    event = QHelpEvent(QEvent.Type.ToolTip, at, canvas.viewport().mapToGlobal(at))
    QApplication.sendEvent(canvas.viewport(), event)
    assert "Its data is computed: e = a × b = 2.0000 × −3.0000 = −6.0000." in QToolTip.text()
    assert "Its grad came from d: the slope 1 × d's grad −2 = −2." in QToolTip.text().replace("&#x27;", "'")
    QToolTip.hideText()
