"""A node typed where it shall be, and one looked for."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

K = Qt.Key


TYPED = (("+", "+", None), ("tanh", "tanh", None), ("2", None, 2.0), ("2/3", None, 2 / 3), ("×", "*", None))


@pytest.mark.parametrize("way", ["double-click", "action"])
def test_a_node_is_typed_on_the_ground(reopened, act, way):
    window = reopened("lecture")
    for text, op, data in TYPED:
        graph = window.session.state.graph
        if way == "action":
            act(window, "add_node")
        else:
            QTest.mouseDClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
            QTest.mouseRelease(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
        editor = window.canvas.editing.editor
        editor.insert(text)
        QTest.keyClick(editor, K.Key_Return)
        new = window.session.state.graph.nodes[graph.next_id]
        assert new.op == op, text
        assert data is None or new.data == data, text
        act(window, "undo")
        assert window.session.state.graph.nodes.keys() == graph.nodes.keys(), text


def test_digits_begin_a_node_where_nothing_is_selected(reopened):
    window = reopened("lecture")
    window.session.select(())
    window.canvas.setFocus()
    before = len(window.session.state.graph)
    QTest.keyClicks(window.canvas, "2")
    editor = window.canvas.editing.editor
    QTest.keyClicks(editor, ".5")
    QTest.keyClick(editor, K.Key_Return)
    graph = window.session.state.graph
    assert len(graph) == before + 1
    assert graph.nodes[max(graph.nodes)].data == 2.5


def test_what_is_no_node_is_refused_and_esc_makes_none(reopened, act):
    window = reopened("lecture")
    before = window.session.state.graph.nodes.keys()
    act(window, "add_node")
    editor = window.canvas.editing.editor
    editor.insert("a +* b")
    QTest.keyClick(editor, K.Key_Return)
    assert "⚠" in window.message.text()
    QTest.keyClick(editor, K.Key_Escape)
    assert window.session.state.graph.nodes.keys() == before


def test_find_goes_to_a_node_by_name_or_value(reopened, act):
    window = reopened("lecture")
    act(window, "forward")
    for text, name in (("d", "d"), ("-3", "b"), ("10", "c")):
        act(window, "find")
        line = window.findChild(QLineEdit, "find_line")
        line.selectAll()
        QTest.keyClicks(line, text)
        assert window.session.state.selected == window.session.state.graph.named(name), text


def test_return_goes_on_and_esc_gives_the_keys_back(reopened, act):
    window = reopened("lecture")
    act(window, "find")
    line = window.findChild(QLineEdit, "find_line")
    QTest.keyClicks(line, "*")
    graph = window.session.state.graph
    first = window.session.state.selected
    QTest.keyClick(line, K.Key_Return)
    second = window.session.state.selected
    assert {graph.nodes[first].op, graph.nodes[second].op} == {"*"}
    assert first != second
    QTest.keyClick(line, K.Key_Escape)
    assert line.isHidden()


def _click(field, qtbot):
    field.window().activateWindow()
    qtbot.waitUntil(field.window().isActiveWindow)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(60, field.height() // 2))


@pytest.mark.parametrize(("name", "typed"), [("expression", "L = p*q"), ("h", "0.5")])
def test_what_is_typed_after_a_click_into_a_line_takes_the_place_of_all_that_stood_there(
    reopened, qtbot, name, typed
):
    window = reopened("lecture")
    window.canvas.setFocus()
    field = window.findChild(QLineEdit, name)
    _click(field, qtbot)
    QTest.keyClicks(field, typed)
    assert field.text() == typed
    QTest.keyClick(field, K.Key_Escape)


def test_a_click_back_into_what_is_being_typed_places_the_cursor(reopened, qtbot):
    window = reopened("lecture")
    field = window.findChild(QLineEdit, "expression")
    _click(field, qtbot)
    QTest.keyClicks(field, "L = p*q*")
    window.canvas.setFocus()
    _click(field, qtbot)
    assert not field.hasSelectedText()
    QTest.keyClick(field, K.Key_Escape)


def test_a_second_click_and_a_drag_choose_where_one_types(reopened, qtbot):
    window = reopened("lecture")
    field = window.findChild(QLineEdit, "expression")
    window.canvas.setFocus()
    whole = field.text()
    _click(field, qtbot)
    assert field.selectedText() == whole
    qtbot.wait(QApplication.doubleClickInterval() + 50)
    _click(field, qtbot)
    assert not field.hasSelectedText()
    assert 0 < field.cursorPosition() < len(whole)
    window.canvas.setFocus()
    place = QPoint(20, field.height() // 2)
    QTest.mousePress(field, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(field, place + QPoint(60, 0))
    QTest.mouseRelease(field, Qt.MouseButton.LeftButton, pos=place + QPoint(60, 0))
    assert 0 < len(field.selectedText()) < len(whole)
