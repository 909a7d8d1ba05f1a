"""Pasting cells into the window, on the line and on the canvas; what is refused changes nothing."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

CELL = """# inputs
a = Value(2.0, label='a')  # the first
b = Value(-3.0, label='b')
e = a*b; e.label = 'e'
L = e.tanh()
draw_dot(L)
"""
LOOP = "# inputs\na = Value(2.0)  # note\nfor k in a:\n    L = a*2\n"


def paste_into_line(line: QLineEdit, how: str) -> None:
    line.setFocus()
    line.selectAll()
    if how == "key":
        QTest.keyClick(line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    else:
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, QPoint(5, 5), line.mapToGlobal(QPoint(5, 5))
        )
        QApplication.sendEvent(line, event)
        menu = QApplication.activePopupWidget()
        menu.findChild(QAction, "edit-paste").trigger()
        menu.close()


@pytest.mark.parametrize("how", ["key", "menu"])
def test_a_cell_pasted_on_the_expression_line_is_the_graph_after_return(reopened, how):
    window = reopened("square")
    line = window.findChild(QLineEdit, "expression")
    QApplication.clipboard().setText(CELL)
    paste_into_line(line, how)
    QTest.keyClick(line, Qt.Key.Key_Return)
    graph = window.session.state.graph
    assert [node.label for node in graph] == ["a", "b", "e", "L"]
    assert line.text() == "a = 2; b = -3; e = a*b; L = tanh(e)"


@pytest.mark.parametrize("how", ["key", "menu"])
def test_a_cell_that_is_refused_stays_with_the_cursor_where_it_is_wrong(reopened, how):
    window = reopened("square")
    before = window.session.state
    line = window.findChild(QLineEdit, "expression")
    QApplication.clipboard().setText(LOOP)
    paste_into_line(line, how)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert window.session.state is before
    assert "Line 3, column 10: a Value is one number" in window.message.text()
    assert line.text()[line.cursorPosition() :].startswith("a:")


def test_a_cell_pasted_on_the_canvas_comes_beside_the_graph_or_not_at_all(reopened):
    window = reopened("square")
    paste = window.findChild(QAction, "paste")
    QApplication.clipboard().setText(LOOP)
    before = window.session.state
    paste.trigger()
    assert window.session.state is before
    assert "Line 3, column 10" in window.message.text()
    QApplication.clipboard().setText(CELL)
    paste.trigger()
    assert len(window.session.state.graph) == 6
    window.session.undo()
    assert window.session.state.graph is before.graph


@pytest.mark.parametrize("how", ["key", "menu"])
def test_what_has_no_room_on_the_line_is_refused_and_not_cut(reopened, how):
    window = reopened("square")
    line = window.findChild(QLineEdit, "expression")
    QApplication.clipboard().setText("x = 1" + " + 1" * 60_000)
    before = line.text()
    paste_into_line(line, how)
    assert line.text() == before
    assert "longer than 200000 characters" in window.message.text()


def test_what_is_pasted_below_is_scrolled_into_view(opened, qtbot):
    window = opened("mlp")
    canvas = window.canvas
    qtbot.waitUntil(lambda: not canvas.graph_scene.bounds().isEmpty())
    canvas.zoom_by_hand(2.3 / canvas.zoom)  # what is pasted is nearly as wide as the view
    QApplication.clipboard().setText(CELL)
    window.findChild(QAction, "paste").trigger()
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    places = window.session.state.graph.places
    assert any(seen.contains(*places[node]) for node in window.session.state.selection)


def test_a_text_of_remarks_alone_is_looked_through_once(reopened, qtbot):
    window = reopened("square")
    QApplication.clipboard().setText("/* */" * 60_000)
    window.findChild(QAction, "paste").trigger()
    qtbot.waitUntil(lambda: "longer than 200000 characters" in window.message.text())


def test_an_empty_clipboard_says_so(reopened):
    window = reopened("square")
    QApplication.clipboard().setMimeData(QMimeData())
    window.findChild(QAction, "paste").trigger()
    assert "There is nothing to paste." in window.message.text()
