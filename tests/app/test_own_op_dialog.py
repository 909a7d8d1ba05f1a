"""The dialog for an op of one's own, in the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from micrograd.ops import OPS
from micrograd_gui.app.adding.own_op_dialog import OwnOpDialog
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rewriting.own_ops import OWN, own_op, taken_up
from micrograd_gui.session.session import Session


@pytest.fixture(autouse=True)
def nothing_stays():
    before = dict(OPS)
    yield
    OWN.clear()
    for name in OPS.keys() - before.keys():
        del OPS[name]


def _type(dialog, **fields):
    for name, text in fields.items():
        line = dialog.findChild(QLineEdit, f"own_{name}")
        line.clear()
        QTest.keyClicks(line, text)


def test_it_is_checked_and_then_stands_in_the_palette_and_in_the_graph(opened, act):
    window = opened("neuron")
    act(window, "own_op")
    dialog = window.findChild(OwnOpDialog)
    sentence = dialog.findChild(QLabel, "own_sentence")
    _type(dialog, name="swish", function="x*sigmoid(x)")
    derived = dialog.findChild(QLineEdit, "own_slope_x").placeholderText()
    assert derived == "sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))"
    _type(dialog, slope_x="sigmoid(x)")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert sentence.text().startswith("⚠ At x = -3 the slope sigmoid(x) is 0.0474")
    assert "swish" not in OPS
    before = window.session.state.graph
    _type(dialog, slope_x="")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    graph = window.session.state.graph
    assert [graph.nodes[n].op for n in graph.nodes.keys() - before.nodes.keys()] == ["swish"]
    assert window.panes.palette.findChild(QPushButton, "offer_swish").text() == "swish"
    assert "its slope was checked" in window.message.text()
    window.panes.palette.findChild(QPushButton, "offer_swish").click()
    assert len(window.session.state.graph) == len(graph) + 1
    window.session.undo()
    window.session.undo()
    assert window.session.state.graph.same_structure(before)


def test_two_operands_are_asked_for_both_slopes(opened, act):
    window = opened("neuron")
    act(window, "own_op")
    dialog = window.findChild(OwnOpDialog)
    second = dialog.findChild(QLineEdit, "own_slope_y")
    assert second.isHidden()
    _type(dialog, function="x*y")
    assert not second.isHidden()
    assert second.placeholderText() == "x"
    _type(dialog, function="x*")
    assert dialog.findChild(QLabel, "own_sentence").text().startswith("⚠ The function cannot be read")


def test_a_file_that_brings_an_op_fills_the_palette(opened, act, tmp_path, qtbot):
    window = opened("neuron")
    act(window, "own_op")
    dialog = window.findChild(OwnOpDialog)
    _type(dialog, name="cube", function="x*x*x")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    path = tmp_path / "own.micrograd"
    window.documents.save_to(path)
    OWN.clear()
    del OPS["cube"]
    other = opened(path)
    assert any(node.op == "cube" for node in other.session.state.graph)
    qtbot.waitUntil(lambda: other.panes.palette.findChild(QPushButton, "offer_cube") is not None)


def test_what_is_pasted_brings_its_ops_into_the_palette(opened, act):
    taken_up(own_op("cube", "x*x*x"))
    text = Session(graph_from_expression("a = 2; y = cube(a)")).copied([1, 2])
    OWN.clear()
    del OPS["cube"]
    window = opened("neuron")
    QApplication.clipboard().setText(text)
    act(window, "paste")
    assert window.panes.palette.findChild(QPushButton, "offer_cube") is not None
