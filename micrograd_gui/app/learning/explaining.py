"""Explaining: one sentence about every part of the window, for the pointer and for who comes by keys."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow, QToolTip, QWidget

from micrograd.language import N_, tr, with_colon
from micrograd_gui.session.state import State
from micrograd_gui.views.bridge import Bridge

# What has no tip of its own, by the objectName of the nearest that has a row here.
PARTS: Mapping[str, str] = {
    "canvas": N_(
        "The graph: a card for each node, a wire for each use. Point at anything to hear what it is."
    ),
    "breadcrumb": N_("Which block is looked into; a press leads back out of it."),
    "palette": N_("What a graph is made of: drag it onto the canvas, a node or a wire, or press it."),
    "step_card": N_("The arithmetic of this moment: what the last step computed, or handed back."),
    "rendered_graph": N_(
        "Graphviz's picture of the graph, as in the notebook, with the numbers of this moment."
    ),
    "plot": N_("A curve of this graph; the point on it is the present moment."),
    "plot_kind": N_("Which curve is drawn: what it shows stands above it."),
    "gradients_pane": N_(
        "Every node: its data, its gradient by rule, and its slope by measuring, side by side."
    ),
    "gradients": N_("A row per node; choosing one selects the node, on the canvas too."),
    "timeline": N_("Every moment of the run: press to go there, drag to go along."),
    "moments": N_("Every moment of the run in words; choosing one goes there."),
    "training": N_("Gradient descent: how it is done, and how far it has come."),
    "training_progress": N_("How many of the planned steps are done."),
    "training_loss": N_("How wrong the graph is over its rows, at this moment of the training."),
    "training_accuracy": N_("The share of the rows that are told right, where a sign or a class is learned."),
    "training_rate": N_("How far the next step goes against the gradient."),
    "training_held_out": N_("The same of the rows that are not learned from."),
    "data_pane": N_("The rows that the graph learns from; each column feeds a leaf, and one row is shown."),
    "two_runs": N_("The run that is held beside the present one: what a change has changed, node by node."),
    "ledger_pane": N_("Why the selected node has its numbers: each addition to its gradient, in order."),
    "bug_lab": N_("Classic mistakes to switch on: the wrong run beside the right one, and where they part."),
    "lesson": N_("A lesson: what to do next on the live graph, and whether it is done."),
    "toolbar_run": N_("Run the graph: forward computes the numbers, backward the gradients."),
    "toolbar_measure": N_("Measure a slope from outside by moving a node by h; build a graph by typing it."),
    "message": N_("What was done or refused last is said here."),
    "summary": N_("How large the graph is, where its run stands, and what the check has found."),
}


def sentence_of(widget: QWidget | None) -> str:
    """What that part of the window is, in a sentence: its own tip, else that of the nearest around it."""
    while widget is not None:
        said = widget.statusTip() or widget.toolTip() or tr(PARTS.get(widget.objectName(), ""))
        if isinstance(widget, QDockWidget):
            said = said or f"{widget.windowTitle()}."  # of a pane that has no row yet
        if said or widget.isWindow():
            return said
        widget = widget.parentWidget()
    return ""


def why_selected(state: State) -> str:
    """Of the one node that is selected: why it has its grad, or where there is none yet its data."""
    from micrograd_gui.session.asking.why import why

    number = state.selected
    if number is None:
        return ""
    data, grad = why(state, number)
    return with_colon(state.graph.nodes[number].spoken, grad if number in state.frame.grad else data)


class Explaining(QObject):
    """Tips for what has none of its own; in the status bar what has the keys, or why a number is what it is.

    What was said or refused there stays: it speaks only where the ``message`` is empty.
    """

    def __init__(self, window: QMainWindow, bridge: Bridge, message: QLabel) -> None:
        super().__init__(window)
        self._window = window
        self._bridge = bridge
        self._message = message
        window.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)
        bridge.changed.connect(self._on_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A question that none of the parts has answered comes to the window."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return False
        said = sentence_of(self._window.childAt(event.pos()))
        if said:
            QToolTip.showText(event.globalPos(), said, self._window)
        return bool(said)

    def _on_focus(self, old: QWidget | None, now: QWidget | None) -> None:
        """What has got the keys says what it is; the canvas says what is selected."""
        if old is None or now is None or now.window() is not self._window or self._message.text():
            return
        self._window.statusBar().clearMessage()
        said = "" if now.objectName() == "canvas" else sentence_of(now)
        if said:
            self._window.statusBar().showMessage(said.partition("\n")[0])

    def _on_changed(self, old: State, new: State) -> None:
        """Another node is selected: in the status bar stands why it has its number."""
        selected = new.selection is not old.selection and new.selected is not None
        if selected and not new.is_training and not self._message.text():
            self._window.statusBar().showMessage(why_selected(self._bridge.shown))
