"""Cells pasted into the window: what they print is seen, and what takes long goes on behind it."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QPushButton, QTextBrowser, QWidget

import micrograd_gui as mg
from micrograd_gui.app.window import MainWindow
from micrograd_gui.document.python import limits
from micrograd_gui.files.dot_reader import graph_from_dot
from tests.document.python.notebooks import BY_HAND, CLASSES, LOOP, NEURON, ROWS, SLOPES


def paste(window: MainWindow, *cells: str) -> None:
    for cell in cells:
        QApplication.clipboard().setText(cell)
        window.findChild(QAction, "paste").trigger()


@pytest.fixture
def empty(reopened):
    window = reopened("square")
    window.session.new()
    return window


def test_what_a_cell_prints_and_passes_over_is_said(empty):
    paste(empty, *SLOPES[:3])
    assert empty.message.text() == "Printed: 6.0."
    paste(empty, SLOPES[3])
    assert empty.message.text() == "Passed over: line 3, plt.plot(xs, ys)."
    for _ in range(4):
        empty.session.undo()
    paste(empty, "g(3.0)")
    assert "there is no function “g”" in empty.message.text(), "what a cell defined is taken back with it"


def test_what_a_cell_before_has_printed_is_not_said_again(empty):
    paste(empty, "print(6.0)", "1/0")
    assert "Printed" not in empty.message.text(), "Python would print nothing: it divides by no 0"


def test_more_than_a_line_stands_in_the_pane_of_the_cells(empty):
    paste(empty, "for k in range(3):\n  print('turn', k)")
    pane = empty.findChild(QTextBrowser, "cells")
    assert pane.isVisible()
    assert "turn 0\nturn 1\nturn 2" in pane.toPlainText()


def test_the_last_cell_stays_in_view_when_the_pane_of_the_cells_gets_another_width(empty):
    paste(empty, CLASSES, BY_HAND[0], "L.grad = 1.0\nw.grad = v.data\nv.grad = w.data")
    pane = empty.findChild(QTextBrowser, "cells")
    bar = pane.verticalScrollBar()
    pane.resize(pane.width() // 2, 60)
    seen = bar.value()
    pane.scrollToAnchor("3")
    assert seen == bar.value() > 0
    bar.setValue(0)
    pane.resize(pane.width() * 2, 90)
    assert bar.value() == 0, "who reads elsewhere stays there"


def test_what_was_to_be_said_with_the_layout_is_not_said_of_what_came_meanwhile(empty, qtbot):
    paste(empty, "a = Value(2.0)\nL = a * 3.0\nL", "rows = [[1.0, 2.0], [3.0, 4.0]]")
    qtbot.waitUntil(lambda: not empty.background.busy("tidy"))
    assert empty.message.text() == ""


def test_a_pass_by_hand_is_stood_in_step_by_step(empty):
    paste(empty, NEURON[0], "o.grad = 1.0\no._backward()\nn._backward()")
    state = empty.session.state
    assert [step.node for step in state.trace.steps[: state.cursor] if step.kind == "backward"] == [
        state.graph.named("o"),
        state.graph.named("n"),
    ]
    assert state.frame.grad[state.graph.named("b")] == pytest.approx(0.5)
    assert "✓ right" in empty.findChild(QTextBrowser, "cells").toPlainText()
    assert state.found is None


def test_a_grad_that_is_wrong_by_hand_is_found_beside_the_rule(empty):
    paste(empty, BY_HAND[0], "L.grad = 1.0\nw.grad = v.data\nv.grad = v.data")
    said = "Line 3: v.grad = v.data gives −4.0000 by hand; the rule gives −3.0000."
    assert empty.message.text() == said
    found = empty.session.state.found
    assert found.node == empty.session.state.graph.named("v")
    assert "✗ wrong" in empty.findChild(QTextBrowser, "cells").toPlainText()


def waiting(window):
    """What is said beside the button that cancels it, as soon as that is seen."""
    return window.findChild(QWidget, "waiting").accessibleName()


def test_what_is_read_behind_the_window_can_be_cancelled(empty, qtbot, monkeypatch):
    monkeypatch.setattr(limits, "_QUICK_EVALUATIONS", 200)
    paste(empty, "for k in range(50000):\n  x = k*2\ny = 1 + x")
    button = empty.findChild(QPushButton, "cancel_waiting")
    qtbot.waitUntil(button.isVisible)
    button.click()
    assert not button.isVisible()
    paste(empty, "a = 3")
    assert [node.label for node in empty.session.state.graph] == ["a"]


def test_a_cell_that_takes_long_goes_on_behind_the_window(empty, qtbot, monkeypatch):
    paste(empty, CLASSES, ROWS, "random.seed(42)\nn = MLP(3, [4, 4, 1])")
    monkeypatch.setattr(limits, "_QUICK_EVALUATIONS", 200)
    paste(empty, LOOP.replace("20", "2"))
    assert "walked through behind the window" in waiting(empty)
    paste(empty, "a = 1")
    assert "The cell before is still walked through" in empty.message.text()
    qtbot.waitUntil(lambda: empty.session.state.graph.plan is not None, timeout=20_000)
    assert len(empty.session.state.graph.data) == 4
    qtbot.waitUntil(lambda: "The loop is the plan: 2 steps" in empty.message.text(), timeout=20_000)
    empty.session.undo()
    assert not empty.session.state.graph.nodes


def test_what_takes_long_and_is_refused_changes_nothing(empty, qtbot, monkeypatch):
    monkeypatch.setattr(limits, "_QUICK_EVALUATIONS", 200)
    before = empty.session.state.graph
    paste(empty, "for k in range(1000):\n  x = k*2\nfoo")
    qtbot.waitUntil(lambda: "foo is not defined" in empty.message.text(), timeout=20_000)
    assert empty.session.state.graph is before


def test_a_cell_that_calls_backward_shows_the_grads(empty):
    paste(empty, BY_HAND[0], "L.backward()")
    state = empty.session.state
    assert [state.frame.grad[state.graph.named(name)] for name in "pqrw"] == [4.5, -12.0, -3.0, -4.0]
    paste(empty, "print(p.grad)")
    assert empty.message.text() == "Printed: 4.5."


def test_dot_is_pasted_as_its_file_opens(empty, qtbot, tmp_path):
    graph = mg.parse("v0 = b + b; v1 = 0.5 + b")
    mg.render(graph, tmp_path / "a.dot")
    text = (tmp_path / "a.dot").read_text(encoding="utf-8")
    paste(empty, text)
    qtbot.waitUntil(lambda: bool(empty.session.state.graph.nodes), timeout=20_000)
    got = empty.session.state.graph
    assert [(node.op, node.label, node.data) for node in got] == [
        (node.op, node.label, node.data) for node in graph_from_dot(text)
    ]
    assert got.nodes[got.target].label == graph.nodes[graph.target].label
    paste(empty, "digraph { a [shape=record, label=oops")
    qtbot.waitUntil(lambda: "cannot be read as DOT" in empty.message.text(), timeout=20_000)


def test_a_right_click_pastes_a_cell_as_ctrl_v_does(empty, monkeypatch, qtbot):
    paste(empty, "a = Value(2.0, label='a')")
    empty.canvas.paste_at("for k in range(2):\n  print('turn', k)", (300.0, 200.0))
    assert "turn 0\nturn 1" in empty.findChild(QTextBrowser, "cells").toPlainText()
    empty.canvas.paste_at("q = a * 3.0", (300.0, 200.0))
    assert "a" in {node.label for node in empty.session.state.graph}
    empty.canvas.paste_at("no such thing", (0.0, 0.0))
    assert "“such thing” cannot stand here" in empty.message.text()
    monkeypatch.setattr(limits, "_QUICK_EVALUATIONS", 20)
    empty.canvas.paste_at("s = 0\nfor k in range(50):\n  s += k\nprint('sum', s)", (0.0, 0.0))
    assert "walked through behind the window" in waiting(empty)
    qtbot.waitUntil(lambda: "sum 1225" in empty.message.text(), timeout=20_000)
