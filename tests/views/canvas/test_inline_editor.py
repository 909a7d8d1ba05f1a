"""Names and numbers typed where they stand."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit


def type_and(desk, text, key=Qt.Key.Key_Return):
    QTest.keyClicks(desk.editor, text)
    QTest.keyClick(desk.editor, key)
    desk.settle()


def test_double_click_on_the_title_renames(desk):
    desk.open()
    desk.double_click(desk.on("e", "name") + QPoint(20, 0))
    assert desk.editor.text() == "e"
    type_and(desk, "product")
    assert desk.editor is None
    assert desk.node("product").op == "*"


def test_f2_renames_the_selected_node(desk):
    desk.open()
    desk.click(desk.on("c"))
    desk.key(Qt.Key.Key_F2)
    type_and(desk, "offset")
    assert desk.node("offset").data == 10.0


def composed(desk, preedit, commit=""):
    """An input method shows what is being composed, then gives what became of it."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(desk.editor, event)
    desk.settle()


def test_a_name_is_composed_by_an_input_method(desk):
    desk.open()
    before = desk.graph
    desk.view.edit_label(desk.named("c"))
    composed(desk, "おもみ")
    assert desk.editor.text() == ""  # what was selected gave way; what is composed is no text yet
    assert desk.graph is before
    composed(desk, "", "重み")
    type_and(desk, "")
    assert desk.node("重み").data == 10.0


def test_a_number_is_composed_by_an_input_method(desk):
    desk.open()
    desk.view.edit_value(desk.named("c"))
    composed(desk, "", "－３．５")
    type_and(desk, "")
    assert desk.node("c").data == -3.5


def test_esc_leaves_the_name_as_it_was(desk):
    desk.open()
    before = desk.graph
    desk.view.edit_label(desk.named("e"))
    type_and(desk, "other", Qt.Key.Key_Escape)
    assert desk.editor is None
    assert desk.graph is before


def test_return_on_an_unchanged_text_is_no_edit(desk):
    desk.open()
    before = desk.graph
    desk.view.edit_value(desk.named("a"))
    QTest.keyClick(desk.editor, Qt.Key.Key_Return)
    assert desk.graph is before
    assert desk.editor is None


def test_double_click_on_a_leafs_number_sets_it(desk):
    desk.open()
    desk.session.forward()
    desk.double_click(desk.on("a", "data"))
    assert desk.editor.text() == "2"
    type_and(desk, "4.5")
    assert desk.node("a").data == 4.5
    assert desk.state.frame.data[desk.named("L")] == 7.0


def test_enter_sets_the_selected_leafs_value(desk):
    desk.open()
    desk.click(desk.on("b"))
    desk.key(Qt.Key.Key_Return)
    type_and(desk, "-1,5")
    assert desk.node("b").data == -1.5


def test_a_digit_starts_typing_the_value(desk):
    desk.open()
    desk.click(desk.on("b"))
    desk.keys("7")
    assert desk.editor.text() == "7"
    type_and(desk, "5")
    assert desk.node("b").data == 75.0


def test_a_digit_does_nothing_on_an_op_node(desk):
    desk.open()
    desk.click(desk.on("e"))
    desk.keys("7")
    assert desk.editor is None


@pytest.mark.parametrize("typed", ["abs", "", "1e999", "nan", "2+a"])
def test_what_is_no_number_keeps_the_editor_open_with_the_sentence(desk, typed):
    desk.open()
    before = desk.graph
    desk.view.edit_value(desk.named("a"))
    desk.editor.clear()
    type_and(desk, typed)
    assert desk.editor is not None
    assert desk.editor.property("refused")
    assert "a" in desk.refusals[0][0]
    assert desk.graph is before
    QTest.keyClick(desk.editor, Qt.Key.Key_Escape)
    assert desk.editor is None


def test_a_refused_number_can_be_mended(desk):
    desk.open()
    desk.view.edit_value(desk.named("a"))
    type_and(desk, "2x")
    desk.editor.selectAll()
    type_and(desk, "3")
    assert desk.editor is None
    assert desk.node("a").data == 3.0


def test_a_click_elsewhere_keeps_what_was_typed(desk):
    desk.open()
    desk.view.edit_value(desk.named("a"))
    QTest.keyClicks(desk.editor, "8")
    desk.view.setFocus(Qt.FocusReason.MouseFocusReason)
    desk.settle()
    assert desk.editor is None
    assert desk.node("a").data == 8.0


def test_the_exponent_of_a_power_is_typed_on_its_badge(desk):
    desk.open("x = 3; y = x**2")
    desk.double_click(desk.on("y", "badge"))
    assert desk.editor.text() == "2"
    type_and(desk, "3")
    assert desk.node("y").op == "**3"


def test_the_editor_stands_over_the_number_and_follows_the_zoom(desk):
    desk.open()
    desk.view.edit_value(desk.named("a"))
    for _ in range(2):
        assert desk.editor.geometry().contains(desk.on("a", "data"))
        desk.view.zoom_in()


def test_the_editor_goes_with_its_node(desk):
    desk.open()
    desk.view.edit_value(desk.named("a"))
    desk.session.delete({desk.named("a")})
    desk.settle()
    assert desk.editor is None


def test_the_focus_comes_back_to_the_canvas(desk):
    desk.open()
    desk.view.activateWindow()
    desk.qtbot.waitUntil(lambda: desk.view.isActiveWindow())
    desk.view.edit_value(desk.named("a"))
    type_and(desk, "5")
    assert desk.view.hasFocus()


def test_opening_an_editor_in_view_does_not_scroll(desk):
    desk.open()
    seen = desk.view.viewportTransform()
    desk.view.edit_label(desk.named("L"))
    type_and(desk, "M")
    assert desk.view.viewportTransform() == seen


def test_a_name_that_is_taken_is_said_and_the_editor_stays_open(desk):
    desk.open()
    said = []
    desk.view.bridge.refused.connect(lambda sentence, _node: said.append(sentence))
    a, e = desk.named("a"), desk.named("e")
    desk.view.edit_label(e)
    editor = desk.view.findChild(QLineEdit, "canvas_editor")
    editor.setText("a")
    editor.commit()
    assert said == ["There is a node “a” already; “a′” is free."]
    assert editor.property("refused")
    assert (desk.named("a"), desk.named("e")) == (a, e)
    editor.setText("a′")
    editor.commit()
    assert desk.named("a′") == e


@pytest.mark.parametrize("size", [(1280, 460), (1920, 560), (3840, 1100)])
def test_in_a_hall_one_types_where_the_thing_stands_as_large_as_it_is(desk, size):
    view, height = desk.view, size[0] * 9 // 16
    view.resize(*size)
    view.set_look(view.look.projected(height))
    desk.open()
    desk.session.forward()
    assert view.graph_scene.folding.stand is not None
    for label, edit in (("c", view.edit_value), ("L", view.edit_label), ("a", view.edit_label)):
        node = desk.named(label)
        edit(node)
        desk.settle()
        card, box = view.node_rect(node), desk.editor.geometry()
        assert view.viewport().rect().contains(box)
        assert box.intersects(card)
        row = card.height() / 3
        if edit == view.edit_value:
            assert abs(box.center().y() - (card.top() + 1.5 * row)) < row / 2
        else:
            assert abs(box.center().y() - (card.top() + 0.5 * row)) < row / 2
        assert desk.editor.fontInfo().pixelSize() >= view.text_px(node) - 1
        desk.editor.close_editor()


def test_a_node_typed_in_a_hall_stands_in_the_document_beside_what_it_was_typed_beside(desk):
    view = desk.view
    view.resize(1920, 560)
    view.set_look(view.look.projected(1080))
    desk.open()
    before = desk.graph.places
    at = view.node_rect(desk.named("L")).center()
    view.editing.new_node(
        view.scene_point(QPointF(at.x(), at.y() - view.node_rect(desk.named("L")).height()))
    )
    type_and(desk, "far")
    place, near = desk.graph.places[desk.named("far")], before[desk.named("L")]
    assert max(abs(place[0] - near[0]), abs(place[1] - near[1])) < 160
