"""While a run trains, all panes show the same moment, at every paint, and its last one when it is over."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from micrograd_gui.document.notation.writer import expression_of
from micrograd_gui.session.measure import numbers
from micrograd_gui.views import bridge
from micrograd_gui.views.plot.model import Field
from tests.views import learning

SPEED = "20 steps/s"  # some steps between two rounds; more of them would only cost the tests time


class Seen(QObject):
    """Which step of the run each pane has on the screen, told by what is drawn in it, whenever it is drawn.

    ``differing`` are the moments at which the window was about to be painted again, or the run was looked at,
    and panes that are visible showed different steps; ``rounds`` the steps that all of them have shown.
    """

    def __init__(self, window):
        super().__init__(window)
        self.window = window
        # The numbers of all parameters, and after how many steps they were that.
        self.steps = {}
        self.graphs, self.corners = {}, {}  # what it is then; what it says of a corner of the boundary
        self.on_screen, self.differing, self.rounds = {}, [], []
        self._tellers = {}
        window.session.listen(self._note)
        panes = window.panes
        self._watch("canvas", window.canvas.viewport(), lambda: self._of(window.canvas.picture.frame))
        self._watch("rendered", panes.rendered_graph, lambda: self._of(panes.rendered_graph.figure.frame))
        self._watch("card", panes.step_card.viewport(), self._of_card)
        self._watch("table", panes.gradients.table.viewport(), self._of_table)
        self._watch("progress", panes.training.progress, self._of_progress)
        self._watch("loss", window.plot.below.surface, self._of_loss)
        self._watch("plot", window.plot.view.surface, self._of_plot)
        window.installEventFilter(self)
        # What has changed may be out of sight, or be no other text: the canvas then would not be painted.
        bridge.Together(window.bridge, self).changed.connect(lambda *_: window.canvas.viewport().update())
        self._note(None, window.session.state)

    def _watch(self, name, widget, tell):
        self._tellers[widget] = (name, tell)
        widget.installEventFilter(self)

    def _note(self, _old, new):
        graph = new.graph
        k = 0 if new.training is None else new.training.k
        self.steps[tuple(graph.nodes[node].data for node in graph.parameters)] = k
        self.graphs[k] = graph

    # What is drawn ---------------------------------------------------------------------------

    def _of(self, frame):
        return self.steps[tuple(frame.data[node] for node in self.window.session.state.graph.parameters)]

    def _of_card(self):
        text = self.window.panes.step_card.toPlainText()
        found = re.search(r"TRAINING\s+step (\d+) of", text)
        if found is not None:
            return int(found[1])
        training = self.window.session.state.training  # no run goes on
        return 0 if training is None else training.k

    def _of_table(self):
        model = self.window.panes.gradients.model
        parameters = self.window.session.state.graph.parameters
        return self.steps[tuple(model.number(node, 1) for node in parameters)]

    def _of_progress(self):
        return int(self.window.panes.training.progress.format().split()[1].replace(",", ""))

    def _of_loss(self):
        surface = self.window.plot.below.surface
        if getattr(surface, "held", None) is not None:
            return self.on_screen["loss"]
        return int(next(each for each in surface._lines if each.shape[1] == "point").get_xdata()[0])

    def _of_plot(self):
        view = self.window.plot.view
        if getattr(view.surface, "held", None) is not None:
            return self.on_screen["plot"]
        field = next((each for each in view.items if isinstance(each, Field)), None)
        if field is None:
            return None  # another kind, of which the moment cannot be told from outside
        corner = float(field.numbers[0, 0])
        near = (k for k in reversed(self.graphs) if np.isclose(self._corner(k), corner, rtol=1e-12, atol=0))
        found = next(near, None)
        return self.on_screen.get("plot") if found is None else found

    def _corner(self, k):
        """What the graph said of the corner of the boundary after so many steps."""
        static = self.window.plot.view.static
        corner = (static.x_span[0], static.y_span[0])
        if (k, corner) not in self.corners:
            query = static.query
            found = numbers(self.graphs[k], dict(zip(query.inputs, corner, strict=True)))
            self.corners[k, corner] = found[query.judge.prediction]
        return self.corners[k, corner]

    # When ------------------------------------------------------------------------------------

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.UpdateRequest and watched is self.window:
            self.look()
        elif event.type() == QEvent.Type.Paint and watched in self._tellers:
            name, tell = self._tellers[watched]
            self.on_screen[name] = tell()
        elif event.type() == QEvent.Type.Hide and watched in self._tellers:
            self.on_screen.pop(self._tellers[watched][0], None)
        return False

    def look(self):
        """What the screen shows now."""
        seen = {
            name: self.on_screen[name]
            for widget, (name, _) in self._tellers.items()
            if widget.isVisible() and self.on_screen.get(name) is not None
        }
        if len(set(seen.values())) > 1:
            self.differing.append(str(seen))
        else:
            self.rounds += [k for k in set(seen.values()) if k not in self.rounds]


def action(window, name):
    return window.findChild(QAction, name)


@pytest.fixture
def seen(opened, qtbot, monkeypatch):
    """A window in which every pane is visible, and a run that has been at work for a moment."""
    monkeypatch.setattr(bridge, "_SHARE", 2)  # its rest is no part of this, and would be most of the time
    window = opened(learning.plane("moons", steps=1_000_000))
    qtbot.wait(100)  # so that it is arranged
    window.docks["palette"].hide()
    window.panes.touched = True
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks["gradients"])
    window.resizeDocks([window.docks["gradients"]], [460], Qt.Orientation.Horizontal)
    window.plot.show_kind("boundary")
    window.panes.training.set_speed(SPEED)
    window.session.train_step()
    panes, plot = window.panes, window.plot
    qtbot.waitUntil(
        lambda: bool(plot.view.items and plot.below.items) and panes.rendered_graph.figure is not None,
        timeout=60_000,
    )
    qtbot.wait(300)
    watcher = Seen(window)
    window.repaint()
    for widget in watcher._tellers:
        assert widget.isVisible()
        widget.repaint()
    names = {"canvas", "rendered", "card", "table", "progress", "loss", "plot"}
    assert watcher.on_screen == dict.fromkeys(names, 1)
    yield watcher
    window.panes.touched = False  # else this arrangement is kept for the next start


def until_rounds(qtbot, seen, count):
    """So many further moments have been shown by all panes; none by some of them alone."""
    begin = len(seen.rounds)
    qtbot.waitUntil(lambda: seen.differing or len(seen.rounds) >= begin + count, timeout=30_000)
    assert seen.differing == []


def at_rest(qtbot, seen):
    """The run is over: wait until what came last has been painted; gives what is on the screen."""
    window = seen.window
    k = window.session.state.training.k
    qtbot.waitUntil(lambda: set(seen.on_screen.values()) == {k}, timeout=10_000)
    return k


def test_all_panes_show_one_moment_at_every_paint_of_a_run(seen, qtbot):
    undo_takes_all_panes_back_together(seen, qtbot)
    the_expression_waits_until_the_run_rests_and_says_so(seen, qtbot)
    as_fast_as_it_can_be_too(seen, qtbot)
    the_hall_shows_one_moment_too(seen, qtbot)


def as_fast_as_it_can_be_too(seen, qtbot):
    seen.window.panes.training.set_speed("fastest")
    action(seen.window, "train").trigger()
    until_rounds(qtbot, seen, 4)
    assert seen.differing == []
    action(seen.window, "train").trigger()
    at_rest(qtbot, seen)
    assert seen.differing == []
    assert seen.window.bridge.shown is seen.window.session.state
    seen.window.panes.training.set_speed(SPEED)


def test_what_is_done_meanwhile_brings_no_pane_to_another_moment(seen, qtbot):
    window = seen.window
    action(window, "train").trigger()
    until_rounds(qtbot, seen, 2)
    for at in range(4):  # the view, a selection, a place: seen at once, of the moment that is seen
        QTest.keyClick(window.canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        node = window.session.state.graph.order[at]
        window.session.select({node})
        assert window.bridge.shown.selection == {node}
        assert window.canvas.picture.chosen == {node}
        qtbot.wait(3)
        window.session.move({node: (10.0 * at, 400.0)})
        qtbot.wait(20)
    until_rounds(qtbot, seen, 2)
    assert window.bridge.shown.selection == {node}
    assert seen.differing == []
    window.panes.rendered_graph.hide()
    until_rounds(qtbot, seen, 1)
    window.panes.rendered_graph.show()  # it comes with the moment that the others show
    until_rounds(qtbot, seen, 2)
    window.plot.show_kind("gradients")
    window.session.set_plan(rate=0.01)
    until_rounds(qtbot, seen, 1)
    window.plot.show_kind("boundary")
    until_rounds(qtbot, seen, 2)
    window.training.stop()
    at_rest(qtbot, seen)
    assert seen.differing == []


def the_expression_waits_until_the_run_rests_and_says_so(seen, qtbot):
    window = seen.window
    line = window.findChild(QLineEdit, "expression")
    before = line.text()
    assert before.startswith("b2_1 = ")
    action(window, "train").trigger()
    until_rounds(qtbot, seen, 1)
    assert line.text() == ""
    assert "when the run rests" in line.placeholderText()
    graph = window.session.state.graph
    QTest.keyClick(line, Qt.Key.Key_Return)  # nothing is read from an empty line
    assert window.session.state.graph.wiring is graph.wiring
    assert window.training.running
    qtbot.waitUntil(lambda: window.session.state.graph.nodes != graph.nodes, timeout=20_000)  # it has stepped
    action(window, "train").trigger()
    assert line.text() == expression_of(window.session.state.graph) != before
    at_rest(qtbot, seen)


def undo_takes_all_panes_back_together(seen, qtbot):
    window = seen.window
    start = window.session.state.training.start
    action(window, "train").trigger()
    until_rounds(qtbot, seen, 3)
    action(window, "undo").trigger()
    graph = window.session.state.graph
    assert tuple(graph.nodes[node].data for node in graph.parameters) == start
    assert window.session.state.training is None
    panes = ("canvas", "rendered", "card", "table", "progress")  # the plot of the loss is no more
    qtbot.waitUntil(lambda: {seen.on_screen[pane] for pane in panes} == {0})
    assert seen.differing == []
    assert window.bridge.shown is window.session.state
    assert not window.panes.step_card.toPlainText().startswith("TRAINING")


def the_hall_shows_one_moment_too(seen, qtbot):
    window = seen.window
    action(window, "projector").trigger()
    qtbot.wait(300)
    action(window, "train").trigger()
    until_rounds(qtbot, seen, 3)
    action(window, "train").trigger()
    qtbot.waitUntil(lambda: window.bridge.shown is window.session.state)
    qtbot.wait(50)
    assert seen.differing == []
    action(window, "projector").trigger()
    qtbot.wait(300)  # until it has settled
