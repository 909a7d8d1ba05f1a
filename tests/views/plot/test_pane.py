"""The pane of plots: when matplotlib comes in, what is drawn when, and its buttons."""

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QToolButton

from micrograd_gui.views.plot.kinds.activation import ActivationPlot
from micrograd_gui.views.plot.kinds.sweep import SweepPlot
from micrograd_gui.views.plot.view import COMING
from tests.lecture import LECTURE
from tests.views.plot.reading import drawn, named, settle, surface


def test_matplotlib_comes_in_by_another_thread_once_the_pane_was_painted():
    code = """
import sys
import time
from PySide6.QtWidgets import QApplication
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.plot.pane import PlotPane
from micrograd_gui.views.theme import Look
app = QApplication([])
session = Session()
session.build("a = 2; b = a*a")
bridge = Bridge(session)
pane = PlotPane(bridge, Look())
pane.resize(300, 200)
pane.show()
heavy = {"matplotlib", "numpy"} & set(sys.modules)
assert not heavy, heavy
turns, until = 0, time.monotonic() + 50
while "matplotlib.backends.backend_qtagg" not in sys.modules and time.monotonic() < until:
    app.processEvents()
    turns += 1
    time.sleep(0.001)
assert "matplotlib.backends.backend_qtagg" in sys.modules
assert turns > 10, turns  # the thread of the window went on all the while
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_the_pane_holds_the_canvas(shown):
    assert shown.objectName() == "plot"
    assert surface(shown).isVisible()


def test_a_graph_that_comes_after_the_first_paint_is_drawn(qtbot, pane, session):
    session.new()
    pane.show()
    qtbot.waitUntil(lambda: "Nothing to plot yet" in pane.view.words.text(), timeout=30_000)
    assert pane.view.words.isVisible()
    session.build(LECTURE)
    drawn(pane, qtbot)
    assert surface(pane).isVisible()
    session.new()
    settle(qtbot)
    assert not surface(pane).isVisible()
    assert pane.view.words.isVisible()


def test_nothing_is_drawn_while_it_is_hidden_and_all_is_right_when_it_comes_back(shown, session, qtbot):
    shown.hide()
    session.select([named(session, "b")])
    session.forward()
    settle(qtbot)
    assert surface(shown).axes.get_xlabel() == "a"
    shown.show()
    qtbot.waitUntil(lambda: surface(shown).axes.get_xlabel() == "b")


def test_buttons_switch_the_kind(shown, qtbot):
    qtbot.mouseClick(shown.findChild(QToolButton, "plot_activation"), Qt.MouseButton.LeftButton)
    assert shown.kind == "activation"
    assert not shown.findChild(QLineEdit, "plot_from").isVisible()
    shown.show_kind("sweep")
    assert shown.findChild(QToolButton, "plot_sweep").isChecked()
    settle(qtbot)
    assert shown.findChild(QLineEdit, "plot_from").isVisible()


@pytest.mark.parametrize("kind", [SweepPlot, ActivationPlot])
def test_a_still_part_holds_for_every_moment_of_the_run_it_was_made_for(session, kind):
    session.build("n = 0.8813735870195432; o = tanh(n)")
    session.backward()
    made = kind()
    static = made.build(session.state, None)
    for moment in range(len(session.state.trace) + 1):
        session.seek(moment)
        assert made.still_valid(static, session.state)


def test_no_word_of_the_row_is_cut_at_any_width(plot_pane, session, qtbot):
    shown = plot_pane(session, 560, 400)
    shown.show()
    for width in (560, 640, 760):
        shown.resize(width, 400)
        settle(qtbot)
        see_the_words_of_the_row(shown, qtbot)


def see_the_words_of_the_row(shown, qtbot):
    for name in ("sweep", "slice", "activation", "error", "gradients"):
        shown.show_kind(name)
        qtbot.waitUntil(
            lambda: shown.view.static is not None or shown.view.currentWidget() is shown.view.words
        )
        settle(qtbot)
        for button in shown.findChildren(QToolButton):
            if button.isVisible():
                assert button.width() >= button.sizeHint().width(), (shown.width(), name, button.text())


def test_a_plot_that_is_still_to_be_drawn_says_so(plot_pane, session, qtbot):
    shown = plot_pane(session, 500, 400)
    shown.show()
    qtbot.waitUntil(lambda: bool(shown.view.words.text()))
    assert shown.view.words.text() == COMING
    shown.show_kind("loss")
    assert "rows" in shown.view.words.text()
