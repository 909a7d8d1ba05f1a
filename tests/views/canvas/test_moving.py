"""Selecting, moving, scrubbing."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def names(desk):
    return {desk.graph.nodes[number].name for number in desk.state.selection}


def test_a_click_selects_and_a_click_on_the_ground_selects_nothing(desk):
    desk.open()
    desk.click(desk.on("e"))
    assert names(desk) == {"e"}
    desk.click(desk.on("L"))
    assert names(desk) == {"L"}
    desk.click(desk.ground())
    assert names(desk) == set()


@pytest.mark.parametrize("modifier", [CTRL, SHIFT])
def test_ctrl_or_shift_and_a_click_extend_the_selection_and_take_away(desk, modifier):
    desk.open()
    desk.click(desk.on("a"))
    desk.click(desk.on("b"), modifier)
    assert names(desk) == {"a", "b"}
    desk.click(desk.on("a"), modifier)
    assert names(desk) == {"b"}


def test_a_click_on_one_of_several_selected_nodes_selects_it_alone(desk):
    desk.open()
    desk.session.select_all()
    desk.click(desk.on("d"))
    assert names(desk) == {"d"}


def test_a_rubber_band_selects_what_it_touches(desk):
    desk.open()
    corner = desk.on("a", "title") + QPoint(-300, -60)
    desk.drag(desk.pixel((desk.place("a")[0] - 30, desk.place("a")[1] - 20)), desk.on("b", "data"))
    assert names(desk) == {"a", "b"}
    assert corner is not None


def test_a_rubber_band_with_ctrl_joins_what_is_selected(desk):
    desk.open()
    desk.click(desk.on("L"))
    x, y = desk.place("a")
    desk.drag(desk.pixel((x - 30, y - 20)), desk.on("b", "data"), CTRL)
    assert names(desk) == {"a", "b", "L"}


def test_esc_gives_the_selection_back(desk):
    desk.open()
    desk.click(desk.on("L"))
    x, y = desk.place("a")
    desk.press(desk.pixel((x - 30, y - 20)), CTRL)
    desk.move(desk.on("b", "data"), CTRL)
    assert names(desk) == {"a", "b", "L"}
    desk.key(Qt.Key.Key_Escape)
    assert names(desk) == {"L"}


def test_a_drag_moves_the_node_by_what_the_pointer_moved_and_no_other(desk):
    desk.open()
    before = dict(desk.graph.places)
    start = desk.on("e", "grad")
    desk.drag(start, start + QPoint(80, 50))
    moved = {n for n in before if desk.graph.places[n] != before[n]}
    assert moved == {desk.named("e")}
    zoom = desk.view.zoom
    x, y = before[desk.named("e")]
    assert desk.place("e") == pytest.approx((x + 80 / zoom, y + 50 / zoom))


def test_a_drag_moves_the_whole_selection_as_one_undo(desk):
    desk.open()
    before, index = desk.graph, desk.state.history.index
    desk.session.select({desk.named("a"), desk.named("b")})
    start = desk.on("a", "title")
    desk.drag(start, start + QPoint(-40, -30), pieces=12)
    assert desk.state.history.index == index + 1
    shifts = {
        (desk.graph.places[n][0] - before.places[n][0], desk.graph.places[n][1] - before.places[n][1])
        for n in before.nodes
    }
    assert len(shifts) == 2
    desk.session.undo()
    assert desk.graph is before


def test_two_drags_are_two_undos(desk):
    desk.open()
    index = desk.state.history.index
    for _ in range(2):
        start = desk.on("e")
        desk.drag(start, start + QPoint(30, 30))
    assert desk.state.history.index == index + 2


def test_a_tremble_is_no_move(desk):
    desk.open()
    before = desk.graph
    desk.drag(desk.on("e"), desk.on("e") + QPoint(3, 2))
    assert desk.graph is before


def test_esc_puts_the_node_back(desk):
    desk.open()
    place = desk.place("e")
    start = desk.on("e")
    desk.press(start)
    desk.move(start + QPoint(60, 60))
    assert desk.place("e") != place
    desk.key(Qt.Key.Key_Escape)
    desk.release(start + QPoint(60, 60))
    assert desk.place("e") == place


def test_moving_keeps_the_moment_of_the_run(desk):
    desk.open()
    desk.session.forward()
    desk.session.backward_step()
    cursor = desk.state.cursor
    desk.drag(desk.on("e"), desk.on("e") + QPoint(60, 60))
    assert desk.state.cursor == cursor
    assert desk.state.trace is not None


def test_a_number_is_scrubbed_live_and_as_one_undo(desk):
    desk.open()
    desk.session.forward()
    before, index = desk.graph, desk.state.history.index
    start = desk.on("a", "data")
    desk.press(start)
    seen = []
    for x in (20, 40, 60):
        desk.move(start + QPoint(x, 0))
        seen.append(desk.state.frame.data[desk.named("L")])
    desk.release(start + QPoint(60, 0))
    assert desk.node("a").data > 2.0
    assert len(set(seen)) == 3
    assert desk.state.history.index == index + 1
    desk.session.undo()
    assert desk.graph is before


@pytest.mark.parametrize(
    ("modifiers", "change"), [(SHIFT, 0.05), (Qt.KeyboardModifier.NoModifier, 0.5), (CTRL, 5.0)]
)
def test_shift_scrubs_finer_and_ctrl_coarser(desk, modifiers, change):
    desk.open()
    desk.click(desk.on("a"))
    start = desk.on("a", "data")
    desk.press(start)
    for x in (10, 30, 50):
        desk.move(start + QPoint(x, 0), modifiers)
    desk.release(start + QPoint(50, 0))
    assert desk.node("a").data - 2.0 == pytest.approx(change, rel=0.01)


@pytest.mark.parametrize("value", [0.0, 2.0, -3.0, 0.001, 6.8813735870195432, 4000.0, 1e20, 1e-12])
def test_scrubbing_moves_a_number_by_a_part_of_its_own_size(desk, value):
    desk.open(f"a = {value!r}; L = tanh(a)")
    start = desk.on("a", "data")
    desk.drag(start, start + QPoint(30, 0))
    moved = abs(desk.node("a").data - value)
    size = abs(value) if abs(value) > 1e-6 else 1.0
    assert 0.005 * min(size, 1e13) <= moved <= 0.5 * size


def test_scrubbed_numbers_have_few_digits(desk):
    desk.open()
    start = desk.on("a", "data")
    desk.drag(start, start + QPoint(-37, 0))
    assert len(repr(desk.node("a").data)) <= 5


def test_esc_gives_the_number_back(desk):
    desk.open()
    start = desk.on("a", "data")
    desk.press(start)
    desk.move(start + QPoint(50, 0))
    assert desk.node("a").data != 2.0
    desk.key(Qt.Key.Key_Escape)
    assert desk.node("a").data == 2.0


def test_the_exponent_is_scrubbed_on_the_badge(desk):
    desk.open("x = 3; y = x**2")
    start = desk.on("y", "badge")
    desk.drag(start, start + QPoint(20, 0))
    assert float(desk.node("y").op[2:]) == pytest.approx(4.0, abs=0.3)


def test_dragging_the_number_of_an_op_node_moves_the_node(desk):
    desk.open()
    desk.session.forward()
    before = desk.place("e")
    desk.drag(desk.on("e", "data"), desk.on("e", "data") + QPoint(40, 0))
    assert desk.place("e") != before


def test_the_middle_button_pans(desk):
    desk.open()
    before, place = desk.on("e"), desk.place("e")
    desk.drag(desk.ground(), desk.ground() + QPoint(70, -40), button=Qt.MouseButton.MiddleButton)
    assert desk.on("e") - before == QPoint(70, -40)
    assert desk.place("e") == place


def test_space_and_a_drag_pan(desk):
    desk.open()
    before, place = desk.on("e"), desk.place("e")
    QTest.keyPress(desk.view, Qt.Key.Key_Space)
    start = desk.on("e")
    desk.drag(start, start + QPoint(-50, 30))
    QTest.keyRelease(desk.view, Qt.Key.Key_Space)
    assert desk.on("e") - before == QPoint(-50, 30)
    assert desk.place("e") == place
    desk.drag(desk.on("e"), desk.on("e") + QPoint(30, 30))
    assert desk.place("e") != place
