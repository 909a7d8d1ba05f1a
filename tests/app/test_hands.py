"""What hands do without thinking: Return, Esc, paging, sideways wheels, and keys of other keyboards."""

from functools import partial

from PySide6.QtCore import SIGNAL, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QKeyEvent, QStatusTipEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QTableView, QWidget

K, M = Qt.Key, Qt.KeyboardModifier


def press(widget, key, modifiers=M.NoModifier, text="", code=0):
    """As Qt hands it out: first the shortcuts are asked for, then the widget."""
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text))


def typed(window, text):
    field = window.findChild(QLineEdit, "expression")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    return field


def test_after_return_the_keys_are_the_canvas_s_again(reopened):
    window = reopened("lecture")
    field = typed(window, "y = 3x² + 1")
    QTest.keyClick(field, K.Key_Return)
    assert window.focusWidget() is window.canvas
    field = typed(window, "y = nonsense(")
    QTest.keyClick(field, K.Key_Return)
    assert window.focusWidget() is field  # it is to be mended
    QTest.keyClick(field, K.Key_Escape)
    assert window.focusWidget() is window.canvas
    assert "nonsense" not in field.text()
    assert not field.property("refused")


def test_a_refusal_goes_when_its_text_is_changed(reopened):
    window = reopened("lecture")
    field = typed(window, "L = a +* b")
    QTest.keyClick(field, K.Key_Return)
    assert "Column" in window.message.text()
    QTest.keyClick(field, K.Key_Backspace)
    assert not window.message.text()


def test_a_tip_does_not_cover_what_is_said_nor_outlive_the_next_change(reopened, act):
    window = reopened("lecture")
    QApplication.sendEvent(window, QStatusTipEvent("Compute one more node."))
    assert window.statusBar().currentMessage()
    window.say("No.", refused=True)
    assert not window.statusBar().currentMessage()
    QApplication.sendEvent(window, QStatusTipEvent("Compute one more node."))
    act(window, "forward")
    QTest.qWait(0)
    assert not window.statusBar().currentMessage()


def test_return_presses_a_button_of_the_palette(reopened):
    window = reopened("lecture")
    button = window.findChild(QPushButton, "offer_tanh")
    before = len(window.session.state.graph)
    button.setFocus()
    QTest.keyClick(button, K.Key_Return)
    assert len(window.session.state.graph) == before + 1


def test_shift_f10_opens_the_menu_of_what_is_selected(reopened):
    window = reopened("lecture")
    window.session.select((window.session.state.graph.named("a"),))
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, K.Key_F10, M.ShiftModifier)
    menu = window.canvas.viewport().findChild(QMenu, "canvas_menu")
    assert menu is not None
    assert "Nudge by &h" in [action.text() for action in menu.actions()]
    menu.close()


def test_keys_jump_from_pane_to_pane_and_back(reopened, act):
    window = reopened("lecture")
    window.activateWindow()
    window.canvas.setFocus()
    been = []
    for _ in range(12):
        act(window, "next_pane")
        been.append(window.focusWidget())
        if been[-1] is window.canvas:
            break
    assert been[-1] is window.canvas
    assert len(set(been)) >= 3
    act(window, "previous_pane")
    assert window.focusWidget() is been[-2]


def test_a_table_that_has_the_keys_is_paged(reopened, act):
    window = reopened("lecture")
    act(window, "forward", "backward_step")
    table = window.findChild(QTableView, "gradients")
    cursor = window.session.state.cursor
    for key in (K.Key_Home, K.Key_End, K.Key_PageUp, K.Key_PageDown):
        table.selectRow(2)
        table.setFocus()
        QTest.keyClick(table, key)
        assert window.session.state.cursor == cursor, key
        at = table.currentIndex().row()
        assert at == (0 if key in (K.Key_Home, K.Key_PageUp) else table.model().rowCount() - 1), key


def test_a_wheel_turned_sideways_scrolls(reopened):
    window = reopened("lecture")
    for where in ("canvas", "rendered_graph"):
        for turn, modifiers in (
            ((120, 0), M.NoModifier),
            ((0, 120), M.ShiftModifier),
            ((-240, 30), M.NoModifier),
        ):
            see_that_a_wheel_scrolls_sideways(window, where, turn, modifiers)


def see_that_a_wheel_scrolls_sideways(window, where, turn, modifiers):
    if where == "canvas":
        target = window.canvas.viewport()
        seen = lambda: (window.canvas.zoom, window.canvas.viewportTransform().dx())  # noqa: E731
    else:
        target = window.findChild(QWidget, "rendered_graph")
        seen = lambda: (target._zoom, target._origin.x())  # noqa: E731
    before = seen()
    at = QPointF(target.rect().center())
    event = QWheelEvent(
        at, target.mapToGlobal(at), QPoint(), QPoint(*turn), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(target, event)
    after = seen()
    assert after[0] == before[0]
    assert after[1] != before[1], (where, turn)
    assert (after[1] > before[1]) == (sum(turn) > 0), (where, turn)


BY_PLACE = (
    ("И", M.NoModifier, 0, "backward_step"),
    ("Β", M.NoModifier, 0, "backward_step"),
    ("Я", M.NoModifier, 0, "zero_grad"),
    ("Я", M.ControlModifier, 0, "undo"),
    ("Ζ", M.ControlModifier, 0, "undo"),
    ("Р", M.NoModifier, 0, "nudge"),
    ("Η", M.NoModifier, 0, "nudge"),
    ("À", M.ControlModifier, 0, "fit"),
    ("נ", M.NoModifier, 48 + 8, "backward_step"),  # Hebrew has no table: the place tells
)


def test_keys_work_by_their_place_on_other_keyboards(reopened, act):
    window = reopened("lecture")
    graph = window.session.state.graph
    window.session.set_value(graph.named("a"), 3.0)
    window.session.select((graph.named("a"),))
    act(window, "backward")
    QTest.qWait(200)
    done = []
    for action in window.findChildren(QAction):
        action.triggered.connect(partial(lambda name, *_: done.append(name), action.objectName()))
    for letter, modifiers, code, name in BY_PLACE:
        done.clear()
        window.findChild(QAction, name).setEnabled(True)
        window.canvas.setFocus()
        press(window.canvas, ord(letter), modifiers, letter.lower(), code)
        assert done == [name], letter


def test_the_keys_of_the_hall_work_by_their_place_too(opened, act):
    window = opened("lecture")
    act(window, "forward", "projector")
    asked = []
    window.projector.choice_wanted.disconnect()
    window.projector.choice_wanted.connect(lambda: asked.append("example"))
    seen = set()
    for sign, code, does in (("У", 18 + 8, "example"), ("&", 2 + 8, "plot"), (":", 52 + 8, "blank")):
        press(window.canvas, ord(sign), text=sign.lower(), code=code)
        seen.add(does)
        assert seen == {
            each
            for each, is_so in {
                "blank": window.findChild(QWidget, "hall_blank") is not None,
                "plot": window.docks["plot"].isVisible(),
                "example": asked == ["example"],
            }.items()
            if is_so
        }
    act(window, "projector")


def test_keys_jump_to_a_pane_that_floats(opened, act):
    window = opened("lecture")
    window.activateWindow()
    dock = window.docks["gradients"]
    dock.setFloating(True)
    dock.show()
    QApplication.processEvents()
    window.canvas.setFocus()
    been = []
    for _ in range(12):
        act(window, "next_pane")
        QApplication.processEvents()
        been.append(QApplication.focusWidget())
    inside = [each for each in been if dock.isAncestorOf(each)]
    assert inside
    assert inside[0].window() is dock
    assert been.count(window.canvas) >= 1, "and back"


def test_what_was_refused_on_the_canvas_and_dropped_is_said_no_longer(reopened):
    window = reopened("lecture")
    for end in ("drop", "change"):
        window.canvas.edit_value(window.session.state.graph.named("a"))
        field = window.canvas.editing.editor
        field.setText("nonsense(")
        QTest.keyClick(field, K.Key_Return)
        assert window.message.text()
        QTest.keyClick(field, K.Key_Escape if end == "drop" else K.Key_Backspace)
        assert not window.message.text()
        QApplication.processEvents()


def test_a_label_with_a_small_digit_is_the_name_that_the_expression_line_reads(reopened):
    window = reopened("lecture")
    graph = window.session.state.graph
    window.session.rename(graph.named("a"), "x₁₂")
    assert window.session.state.graph.named("x12") == graph.named("a")
    window.session.rename(graph.named("b"), "Δ rate ₂")
    assert window.session.state.graph.nodes[graph.named("b")].label == "Δ rate ₂"
    window.canvas.type_node("w₁")
    QTest.keyClick(window.findChild(QLineEdit, "canvas_editor"), K.Key_Return)
    assert window.session.state.graph.named("w1") is not None


def test_steps_stay_as_quick_however_many_there_were(reopened):
    """Qt 6.11 connects a button to its action once more at each change, and asks all of them at the next."""
    window = reopened("xor")
    window.panes.ensure_learning_panes()
    steps = [window.findChild(QAction, name) for name in ("backward_step", "previous", "train_step", "first")]

    def connections():
        return {
            each.objectName(): each.receivers(SIGNAL("changed()")) for each in window.menus.actions.values()
        }

    def go():
        for each in (*steps, *steps):
            each.trigger()
            QApplication.processEvents()

    go()
    before = connections()
    for _ in range(5):
        go()
    assert connections() == before
