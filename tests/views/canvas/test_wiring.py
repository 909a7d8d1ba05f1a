"""Wires drawn with the pointer."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

LOOSE = "a = 2; b = 3; c = a + b; d = tanh(c)"


@pytest.fixture
def loose(desk):
    """a, b, and an addition and a tanh with nothing on their ports."""
    desk.open(LOOSE)
    desk.session.disconnect(desk.named("c"), 0)
    desk.session.disconnect(desk.named("c"), 1)
    desk.session.disconnect(desk.named("d"), 0)
    return desk


def inputs(desk, label):
    return tuple(None if s is None else desk.graph.nodes[s].name for s in desk.node(label).inputs)


def test_a_wire_goes_from_an_output_to_an_input(loose):
    loose.drag(loose.out("a"), loose.port("c", 1))
    assert inputs(loose, "c") == (None, "a")


def test_a_wire_can_be_drawn_from_an_input_to_an_output(loose):
    loose.drag(loose.port("c", 0), loose.out("b"))
    assert inputs(loose, "c") == ("b", None)


def test_one_wire_is_one_undo(loose):
    before = loose.graph
    loose.drag(loose.out("a"), loose.port("c", 1))
    loose.session.undo()
    assert loose.graph is before


@pytest.mark.parametrize("miss", [QPoint(-16, -14), QPoint(-20, 0)])
def test_a_near_miss_snaps_to_the_port(loose, miss):
    loose.drag(loose.out("a"), loose.port("c", 0) + miss)
    assert inputs(loose, "c") == ("a", None)


def test_a_wire_let_go_on_a_box_takes_its_first_free_port(loose):
    loose.drag(loose.out("a"), loose.on("c", "grad"))
    loose.drag(loose.out("b"), loose.on("c", "grad"))
    assert inputs(loose, "c") == ("a", "b")


def test_a_box_as_the_source_of_a_wire_from_an_input(loose):
    loose.drag(loose.port("d"), loose.on("c", "grad"))
    assert inputs(loose, "d") == ("c",)


def test_a_wire_let_go_on_the_ground_is_nothing(loose):
    before = loose.graph
    loose.drag(loose.out("a"), loose.ground())
    assert loose.graph is before
    assert loose.refusals == []


def test_both_wires_of_a_times_a_can_be_drawn(loose):
    loose.drag(loose.out("a"), loose.port("c", 0))
    loose.drag(loose.out("a"), loose.port("c", 1))
    assert inputs(loose, "c") == ("a", "a")


def test_a_wire_that_would_close_a_cycle_is_refused_by_name(desk):
    desk.open()
    desk.session.disconnect(desk.named("e"), 0)
    before = desk.graph
    desk.drag(desk.out("L"), desk.port("e", 0))
    assert desk.graph is before
    ((sentence, node),) = desk.refusals
    assert "cycle" in sentence
    assert "L" in sentence
    assert "e" in sentence
    assert node == desk.named("e")


def test_a_wire_to_the_node_itself_is_refused(loose):
    before = loose.graph
    loose.drag(loose.out("c"), loose.port("c", 0))
    assert loose.graph is before
    assert "cycle" in loose.refusals[0][0]


@pytest.mark.parametrize("spot", ["box", "port"])
def test_a_wire_to_a_node_without_a_free_port_is_refused_by_name(desk, spot):
    desk.open()
    before = desk.graph
    desk.drag(desk.out("f"), desk.on("e", "grad") if spot == "box" else desk.port("e", 1))
    assert desk.graph is before
    assert "e has no free port for f" in desk.refusals[0][0]


def test_a_wire_to_a_leaf_is_refused(desk):
    desk.open()
    before = desk.graph
    desk.drag(desk.out("f"), desk.on("a", "grad"))
    assert desk.graph is before
    assert "a" in desk.refusals[0][0]


def test_the_preview_tells_of_a_refusal_before_the_button_is_let_go(desk):
    desk.open()
    desk.press(desk.out("f"))
    desk.move(desk.out("f") + QPoint(20, 20))
    assert desk.view.pointer.tool.reason == ""
    desk.move(desk.on("e", "grad"))
    assert "no free port" in desk.view.pointer.tool.reason
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert desk.view.pointer.tool is None
    desk.release(desk.on("e", "grad"))
    assert desk.refusals == []


def test_a_wire_taken_off_its_port_can_be_put_on_another(loose):
    loose.drag(loose.out("a"), loose.port("c", 0))
    undoable = loose.state.history.index
    loose.drag(loose.port("c", 0), loose.port("d", 0))
    assert inputs(loose, "c") == (None, None)
    assert inputs(loose, "d") == ("a",)
    assert loose.state.history.index == undoable + 1


def test_a_wire_can_change_to_the_other_port_of_its_node(loose):
    loose.drag(loose.out("a"), loose.port("c", 0))
    loose.drag(loose.port("c", 0), loose.port("c", 1))
    assert inputs(loose, "c") == (None, "a")


def test_a_wire_taken_off_and_dropped_on_the_ground_is_gone(desk):
    desk.open()
    desk.drag(desk.port("e", 0), desk.ground())
    assert inputs(desk, "e") == (None, "b")
    desk.session.undo()
    assert inputs(desk, "e") == ("a", "b")


def test_a_wire_taken_off_and_put_back_is_no_edit(desk):
    desk.open()
    before = desk.graph
    start = desk.port("e", 0)
    desk.press(start)
    desk.move(start + QPoint(-60, 40))
    desk.move(start)
    desk.release(start)
    assert desk.graph is before


def test_a_rewiring_that_is_refused_leaves_the_wire_where_it_was(desk):
    desk.open()
    before = desk.graph
    desk.drag(desk.port("e", 0), desk.on("L", "grad"))
    assert desk.graph is before
    assert "L has no free port for a" in desk.refusals[0][0]


def test_a_press_without_a_drag_wires_nothing(desk):
    desk.open()
    before = desk.graph
    desk.press(desk.port("e", 0))
    desk.move(desk.port("e", 0) + QPoint(2, 1))
    desk.release(desk.port("e", 0) + QPoint(2, 1))
    assert desk.graph is before
