"""Hands: a formula stays in its order in a field of code, whatever script it begins with."""

from PySide6.QtCore import SIGNAL, QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QLineEdit, QToolBar, QToolButton

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import as_typed, in_order
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from micrograd_gui.views.canvas.inline_editor import InlineEditor
from micrograd_gui.views.expression_line import ExpressionLine
from micrograd_gui.views.hands import connect_once, from_left

TURNED = "س = a*b"


def goes_right(field: QLineEdit) -> bool:
    """Whether what stands first is left of what stands last."""
    field.home(False)
    first = field.cursorRect().center().x()
    field.end(False)
    return first < field.cursorRect().center().x()


def test_a_line_of_code_goes_from_left_to_right_whatever_it_begins_with(qtbot) -> None:
    line, plain = QLineEdit(), QLineEdit(TURNED)
    qtbot.addWidget(line)
    qtbot.addWidget(plain)
    assert not goes_right(plain)
    from_left(line)
    for write in (line.setText, line.insert, line.setText):
        write(TURNED)
        assert goes_right(line)
        assert line.text() == TURNED, "nothing is put into the text"
        line.clear()
        line.setReadOnly(write == line.insert)


def test_expression_line_and_the_editor_on_the_canvas_are_such(qtbot) -> None:
    editor = InlineEditor(None, TURNED, *[lambda *_: None] * 4)
    bridge = Bridge(Session())
    expression = ExpressionLine(bridge, lambda _: None)
    bridge.setParent(expression)
    for field in (editor, expression):
        qtbot.addWidget(field)
        field.setText(TURNED)
        assert goes_right(field)


def test_a_text_of_code_goes_from_left_to_right(qtbot) -> None:
    document = QTextDocument()
    from_left(document)
    document.setPlainText(TURNED)
    document.size()  # lays it out
    line = document.firstBlock().layout().lineAt(0)
    assert line.cursorToX(0)[0] < line.cursorToX(len(TURNED))[0]


def test_two_names_from_right_to_left_stay_in_their_order_while_they_are_typed(qtbot) -> None:
    built = []
    bridge = Bridge(Session())
    line = ExpressionLine(bridge, built.append)
    bridge.setParent(line)
    qtbot.addWidget(line)
    line.clear()
    for sign in "ال = אב*ג":
        press = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, sign)
        QApplication.sendEvent(line, press)

    def place(letter: str) -> int:
        line.setCursorPosition(line.text().index(letter))
        return line.cursorRect().center().x()

    assert place("=") < place("ב") < place("*") < place("ג")
    line.end(False)
    done, typed = [as_typed(line.text())], "ال = אב*ג"
    for again, more in ((False, line.isUndoAvailable), (True, line.isRedoAvailable)):
        while more():
            shift = Qt.KeyboardModifier.ShiftModifier if again else Qt.KeyboardModifier.NoModifier
            qtbot.keyClick(line, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | shift)
            done.append(as_typed(line.text()))
            assert line.text() == in_order(done[-1])
    assert done == done[::-1], "undo and redo pass through the same"
    assert len({*done} & {typed[:end] for end in range(len(typed) + 1)}) > 3
    line.end(False)
    for key, left in ((Qt.Key.Key_Backspace, "ال = אב*"), (Qt.Key.Key_Backspace, "ال = אב")):
        qtbot.keyClick(line, key)
        assert as_typed(line.text()) == left
    line.home(False)
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert as_typed(line.text()) == "ل = אב"
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "ل = אב"
    line._read()
    assert built == ["ل = אב"]
    marked = graph_from_expression("\u200fא\u200e = ב*2")
    assert {node.label for node in marked.nodes.values()} >= {"א", "ב"}, "marks are passed over"


def test_an_action_that_changes_often_is_connected_to_each_of_its_buttons_once(qtbot):
    bar, button, action = QToolBar(), QToolButton(), QAction()
    qtbot.addWidget(bar)
    qtbot.addWidget(button)
    for _ in range(2):  # it is put there anew, as Tidy is
        bar.addAction(action)
        connect_once(action)
    button.setDefaultAction(action)
    connect_once(action)
    bar.show()
    buttons = button, bar.widgetForAction(action)
    for number in range(50):
        action.setEnabled(number % 2 == 1)
    assert action.receivers(SIGNAL("changed()")) <= 2
    action.setText("another")
    action.setToolTip("more")
    action.setCheckable(True)
    action.setChecked(True)
    for each in buttons:
        assert (each.text(), each.toolTip(), each.isEnabled()) == ("another", "more", True)
        assert each.isCheckable()
        assert each.isChecked()
