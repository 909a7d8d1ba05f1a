"""The canvas worked by keys alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

from micrograd_gui.views.canvas.keyboard import KEYS

K, M = Qt.Key, Qt.KeyboardModifier


def selected(desk):
    number = desk.state.selected
    return None if number is None else desk.graph.nodes[number].name


def test_tab_goes_through_the_nodes_in_the_order_of_the_pass(desk):
    desk.open()
    seen = []
    for _ in desk.graph.order:
        desk.key(K.Key_Tab)
        seen.append(selected(desk))
    assert seen == [desk.graph.nodes[number].name for number in desk.graph.order]
    desk.key(K.Key_Backtab, M.ShiftModifier)
    assert selected(desk) == seen[-2]


def test_tab_leads_from_all_nodes_back_to_one_and_escape_to_none(desk):
    desk.open()
    desk.session.select_all()
    desk.key(K.Key_Tab)
    assert selected(desk) == desk.graph.nodes[desk.graph.order[0]].name
    desk.key(K.Key_Escape)
    assert desk.state.selection == frozenset()


def test_tab_after_the_last_node_goes_on_to_the_next_pane(desk, qtbot):
    desk.open()
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(desk.view)
    line = QLineEdit()
    bar = window.addToolBar("bar")
    bar.addWidget(line)
    window.show()
    window.activateWindow()
    desk.view.setFocus()
    qtbot.waitUntil(desk.view.hasFocus)
    desk.session.select({desk.graph.order[-1]})
    desk.key(K.Key_Tab)
    assert not desk.view.hasFocus()
    desk.view.setParent(None)


def test_tab_brings_the_node_into_view(desk):
    desk.open()
    desk.view.zoom_at(6.0, desk.view.rect().center().toPointF())
    for _ in desk.graph.order:
        desk.key(K.Key_Tab)
        middle = desk.view.viewportTransform().map(desk.view.box_of(desk.state.selected).center())
        assert desk.view.viewport().rect().contains(middle.toPoint())


def test_alt_and_arrows_move_the_selected_nodes_as_one_undo_while_held(desk):
    desk.open()
    x, y = desk.place("e")
    before, index = desk.graph, desk.state.history.index
    desk.session.select({desk.named("e")})
    for _ in range(3):
        QTest.keyPress(desk.view, K.Key_Right, M.AltModifier)
    QTest.keyPress(desk.view, K.Key_Down, M.AltModifier)
    assert desk.place("e") == (x + 30, y + 10)
    assert desk.state.history.index == index + 1
    QTest.keyRelease(desk.view, K.Key_Down, M.AltModifier)
    QTest.keyClick(desk.view, K.Key_Up, M.AltModifier)
    assert desk.state.history.index == index + 2
    desk.session.undo()
    desk.session.undo()
    assert desk.graph is before


def test_w_wires_the_selected_node_with_tab_and_enter(desk):
    desk.open("a = 2; b = 3; c = a + b; d = tanh(c)")
    for node, port in (("c", 0), ("c", 1), ("d", 0)):
        desk.session.disconnect(desk.named(node), port)
    desk.session.select({desk.named("a")})
    desk.key(K.Key_W)
    offered = set()
    for _ in range(3):
        offered.add(desk.view.pointer.tool.chosen[1:])
        desk.key(K.Key_Tab)
    assert offered == {(desk.named("c"), 0), (desk.named("c"), 1), (desk.named("d"), 0)}
    while desk.view.pointer.tool.chosen[1:] != (desk.named("c"), 1):
        desk.key(K.Key_Down)
    desk.key(K.Key_Return)
    assert desk.node("c").inputs == (None, desk.named("a"))
    assert desk.view.pointer.tool is None


def test_w_offers_no_wire_that_would_close_a_cycle(desk):
    desk.open()
    desk.session.disconnect(desk.named("e"), 0)
    desk.session.select({desk.named("L")})
    desk.key(K.Key_W)
    assert desk.view.pointer.tool is None
    assert "L" in desk.refusals[0][0]


def test_esc_leaves_the_wiring(desk):
    desk.open()
    desk.session.disconnect(desk.named("e"), 0)
    before = desk.graph
    desk.session.select({desk.named("c")})
    desk.key(K.Key_W)
    desk.key(K.Key_Escape)
    assert desk.view.pointer.tool is None
    assert desk.graph is before


def test_shift_w_takes_a_wire_off(desk):
    desk.open()
    desk.session.select({desk.named("e")})
    desk.key(K.Key_W, M.ShiftModifier)
    assert len(desk.view.pointer.tool.choices) == 3
    desk.key(K.Key_Tab)
    desk.key(K.Key_Return)
    assert desk.node("e").inputs == (desk.named("a"), None)


def test_m_goes_through_the_roles(desk):
    desk.open()
    desk.session.select({desk.named("a")})
    seen = [desk.node("a").role]
    for _ in range(3):
        desk.key(K.Key_M)
        seen.append(desk.node("a").role)
    assert set(seen) == {"", "input", "parameter"}
    assert seen[0] == seen[3]


def test_g_makes_the_target(desk):
    desk.open()
    desk.session.select({desk.named("d")})
    desk.key(K.Key_G)
    assert desk.graph.target == desk.named("d")


def test_up_and_down_change_a_value_as_one_undo_while_held(desk):
    desk.open()
    desk.session.select({desk.named("a")})
    index = desk.state.history.index
    for _ in range(3):
        QTest.keyPress(desk.view, K.Key_Up)
    assert desk.node("a").data == pytest.approx(2.3)
    assert desk.state.history.index == index + 1
    QTest.keyRelease(desk.view, K.Key_Up)
    desk.key(K.Key_Down, M.ShiftModifier)
    assert desk.node("a").data == pytest.approx(2.29)
    assert desk.state.history.index == index + 2


def test_up_and_down_change_an_exponent_by_one(desk):
    desk.open("x = 3; y = x**2")
    desk.session.select({desk.named("y")})
    desk.key(K.Key_Up)
    assert desk.node("y").op == "**3"


def test_ctrl_and_arrows_scroll(desk):
    desk.open()
    before = desk.on("e")
    desk.key(K.Key_Right, M.ControlModifier)
    assert desk.on("e").x() < before.x()


@pytest.mark.parametrize(
    "key",
    [
        K.Key_PageUp,
        K.Key_PageDown,
        K.Key_Left,
        K.Key_Right,
        K.Key_Home,
        K.Key_End,
        K.Key_B,
        K.Key_H,
        K.Key_Z,
        K.Key_T,
        K.Key_Delete,
        K.Key_F5,
    ],
)
def test_the_windows_keys_are_left_to_it(desk, key):
    desk.open()
    desk.session.select({desk.named("a")})
    before = desk.state
    override = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, M.NoModifier)
    override.ignore()
    QApplication.sendEvent(desk.view, override)
    assert not override.isAccepted()
    press = QKeyEvent(QKeyEvent.Type.KeyPress, key, M.NoModifier)
    QApplication.sendEvent(desk.view, press)
    assert not press.isAccepted()
    assert desk.state is before


def test_a_graph_is_built_wired_and_changed_by_keys_alone(desk):
    for op in ("value", "value", "*"):
        desk.session.add_node(op, (0.0, 100.0 * len(desk.graph)))
    first, second, product = desk.graph.nodes
    desk.session.select({first})
    desk.keys("3")
    QTest.keyClick(desk.editor, K.Key_Return)
    for number in (first, second):
        desk.session.select({number})
        desk.key(K.Key_W)
        desk.key(K.Key_Return)
    assert set(desk.graph.nodes[product].inputs) == {first, second}
    desk.session.forward()
    assert desk.state.frame.data[product] == 3.0


def test_every_key_is_told_in_the_list_for_the_help_page():
    text = " ".join(keys for keys, _ in KEYS)
    for key in ("Tab", "Alt", "Enter", "F2", "M", "G", "W", "Shift+W", "Up", "Ctrl", "Menu"):
        assert key in text
