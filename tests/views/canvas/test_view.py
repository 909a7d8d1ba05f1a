"""Looking: zoom, fit, scroll, the projector; what the view says and offers."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip

from micrograd_gui.document.graph import Graph
from micrograd_gui.figures.geometry import NUMBER_SIZE, WIDTH
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.predicting.question import asked_about
from micrograd_gui.session.predicting.room import Predicting
from micrograd_gui.views.canvas.card_geometry import FIT_AT_MOST, WORDS_FROM
from micrograd_gui.views.canvas.layers import verdicts
from micrograd_gui.views.canvas.layers.turn_marks import mark_of
from micrograd_gui.views.canvas.menu import give_letters
from micrograd_gui.views.canvas.pens import ROW_NUMBER
from micrograd_gui.views.canvas.tips import tip
from micrograd_gui.views.theme import DARK, LIGHT, Look


def seen(desk):
    return desk.view.viewportTransform().inverted()[0].mapRect(desk.view.viewport().rect().toRectF())


def wheel(desk, at, turn, modifiers=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(at),
        QPointF(desk.view.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(desk.view.viewport(), event)


def test_it_has_the_names_that_programs_and_screen_readers_rely_on(desk):
    assert desk.view.objectName() == "canvas"
    assert desk.view.accessibleName() == "Canvas"
    desk.open()
    assert "7 nodes" in desk.view.accessibleDescription()
    desk.session.forward()
    desk.session.select({desk.named("e")})
    assert "Selected: e, data -6" in desk.view.accessibleDescription()


@pytest.mark.parametrize("size", [(300, 200), (580, 261), (1100, 600), (1900, 1000)])
def test_fit_brings_the_whole_graph_into_view(desk, size):
    desk.open()
    desk.view.resize(*size)
    desk.view.fit()
    assert seen(desk).contains(desk.view.graph_scene.bounds())
    assert desk.view.zoom <= max(FIT_AT_MOST, size[0] / (8 * WIDTH))


@pytest.mark.parametrize(("size", "narrow"), [((300, 200), True), ((580, 261), True), ((1900, 1000), False)])
def test_a_small_canvas_spends_no_more_on_margins_than_what_stands_out_of_cards_needs(desk, size, narrow):
    desk.session.open_graph(load_example("mlp"))
    desk.session.forward()
    desk.session.backward()
    desk.session.check_all()
    desk.session.show_order(True)
    desk.view.resize(*size)
    desk.view.fit()
    view, scene = desk.view, desk.view.graph_scene
    at = view.mapFromScene(scene.bounds().topLeft())
    room = view.viewport().rect()
    assert (min(at.x(), at.y()) < 20) == narrow
    for key, box in scene.boxes.items():
        hanging = box.adjusted(0, 0, 0, verdicts.HALL.hangs)
        sign = verdicts.sign_rect(view.picture, key, view.zoom)
        turn = view.picture.turns.get(key)
        mark = mark_of(view.picture, key, turn, view.pens, view.zoom)[0] if turn else sign
        for each in (hanging, sign, mark):
            assert room.contains(view.mapFromScene(each).boundingRect())


def test_a_little_more_room_never_makes_the_numbers_of_a_whole_graph_much_smaller(desk):
    desk.session.open_graph(load_example("neuron"))
    before = 0.0
    for width in range(400, 1000, 10):
        desk.view.resize(width, 400)
        desk.view.fit()
        near = desk.view.zoom >= WORDS_FROM
        pixels = desk.view.zoom * (NUMBER_SIZE if near else ROW_NUMBER)
        assert pixels >= 0.8 * before, width
        before = max(before, pixels)


def test_a_small_graph_is_not_blown_up(desk):
    desk.open("a = 1")
    assert desk.view.zoom == pytest.approx(FIT_AT_MOST)
    desk.view.resize(2500, 1400)
    assert desk.view.zoom == pytest.approx(2500 / (8 * WIDTH)), "a large screen is not left empty"


def test_an_empty_graph_fits_too(desk):
    desk.open_graph(Graph())
    assert desk.view.zoom == 1.0


def test_the_whole_graph_stays_in_view_while_the_window_changes_until_one_zooms(desk):
    desk.open()
    desk.view.resize(500, 300)
    assert seen(desk).contains(desk.view.graph_scene.bounds())
    desk.session.set_value(desk.state.graph.named("a"), 7.0)
    desk.view.resize(300, 200)
    assert seen(desk).contains(desk.view.graph_scene.bounds()), "a number was dragged, nothing moved"
    desk.view.zoom_in()
    zoom = desk.view.zoom
    desk.view.resize(900, 500)
    assert desk.view.zoom == zoom


def test_the_wheel_zooms_at_the_pointer(desk):
    desk.open()
    at = desk.on("L")
    before = desk.view.scene_point(QPointF(at))
    wheel(desk, at, 240)
    assert desk.view.zoom > FIT_AT_MOST / 2
    after = desk.view.scene_point(QPointF(at))
    assert (after - before).manhattanLength() * desk.view.zoom < 2
    wheel(desk, at, -240)
    assert (desk.view.scene_point(QPointF(at)) - before).manhattanLength() * desk.view.zoom < 4


def test_zoom_keeps_within_sense(desk):
    desk.open()
    for _ in range(60):
        desk.view.zoom_in()
    assert desk.view.zoom == pytest.approx(8.0)
    for _ in range(120):
        desk.view.zoom_out()
    assert desk.view.zoom == pytest.approx(0.01)
    desk.view.zoom_by_hand(1 / desk.view.zoom)
    assert desk.view.zoom == pytest.approx(1.0)


def test_show_node_scrolls_only_where_it_must(desk):
    desk.open()
    before = desk.view.viewportTransform()
    desk.view.show_node(desk.named("a"))
    assert desk.view.viewportTransform() == before
    desk.view.scroll_by(QPoint(2500, 900))
    desk.view.show_node(desk.named("a"))
    assert seen(desk).contains(desk.view.box_of(desk.named("a")))


def test_in_a_hall_text_is_28_pixels_or_more_and_the_acting_node_is_kept_in_view(desk):
    desk.open()
    desk.view.resize(1290, 860)
    desk.view.set_look(Look(LIGHT).projected(1080))
    desk.view.fit()
    assert min(desk.view.text_px(node) for node in desk.state.graph.nodes) >= 28
    assert all(desk.view.viewport().rect().contains(desk.view.node_rect(n)) for n in desk.state.graph.nodes)
    chips = desk.view.graph_scene.form.chips
    assert min(chips) * desk.view.pens.rule.qfont.pixelSize() * desk.view.zoom >= 20
    desk.session.forward()
    for _ in range(4):
        desk.session.backward_step()
        assert seen(desk).contains(desk.view.box_of(desk.state.step.node))
        assert all(seen(desk).contains(chip.rect) for chip in desk.view.picture.chips)
    for _ in range(8):
        desk.session.previous()
        if desk.state.step is not None:
            assert seen(desk).contains(desk.view.box_of(desk.state.step.node))


def test_stepping_outside_a_hall_does_not_scroll(desk):
    desk.open()
    desk.view.zoom_at(4.0, QPointF(10, 10))
    before = desk.view.viewportTransform()
    desk.session.forward()
    desk.session.backward()
    assert desk.view.viewportTransform() == before


def test_another_theme_is_another_picture_of_the_same_view(desk):
    desk.open()
    desk.view.zoom_in()
    before, picture = desk.view.viewportTransform(), desk.picture()
    desk.view.set_look(Look(DARK))
    assert desk.view.viewportTransform() == before
    assert desk.picture() != picture
    assert desk.picture().pixelColor(desk.ground()).lightness() < 60


def test_larger_text_makes_the_picture_larger(desk):
    desk.open()
    desk.view.zoom_in()
    zoom = desk.view.zoom
    desk.view.set_look(replace(desk.view.look, scale=1.5))
    assert desk.view.zoom == pytest.approx(1.5 * zoom)


def test_chips_grow_when_seen_from_further_off(desk):
    desk.open()
    desk.session.forward()
    for _ in range(4):
        desk.session.backward_step()
    desk.view.look_at(QPointF(0, 0), 1.0)
    near = desk.view.picture.chips[0].rect.width()
    desk.view.look_at(QPointF(0, 0), 0.45)
    assert desk.view.picture.chips[0].rect.width() > near


# Tips and menus ------------------------------------------------------------------------------


def tip_of(desk, pixel):
    return tip(desk.view.picture, desk.view.pointer.hit(QPointF(pixel)))


def test_tips_give_the_whole_name_the_rule_and_the_exact_numbers(desk):
    desk.open("a_name_that_no_box_can_hold_at_all = 1/3; L = tanh(a_name_that_no_box_can_hold_at_all)")
    desk.session.forward()
    assert "a_name_that_no_box_can_hold_at_all" in tip_of(desk, desk.on("a_name_that_no_box_can_hold_at_all"))
    assert "L = tanh(a_name_that_no_box_can_hold_at_all)" in tip_of(desk, desk.on("L"))
    assert "data = 0.32151273753163434" in tip_of(desk, desk.on("L"))


def test_the_tip_of_a_faulty_node_says_why(desk):
    desk.open("a = 0; L = log(a)")
    desk.session.forward()
    assert "log of 0" in tip_of(desk, desk.on("L"))
    assert "log of 0" not in tip_of(desk, desk.on("a"))


def test_tips_of_ports_and_wires_name_the_operands(desk):
    desk.open()
    assert "second operand is b" in tip_of(desk, desk.port("e", 1))
    assert "first operand is e" in tip_of(desk, desk.wire("d", 0))
    assert tip_of(desk, desk.ground()) == ""


def test_a_label_is_no_markup_in_a_tip(desk):
    desk.open("a = 1; L = a + 1")
    desk.session.rename(desk.named("a"), "<b>x</b>")
    assert "&lt;b&gt;x" in tip_of(desk, desk.on("<b>x</b>"))


def test_resting_on_a_node_shows_its_tip(desk):
    desk.open()
    at = desk.on("e")
    event = QHelpEvent(QEvent.Type.ToolTip, at, desk.view.viewport().mapToGlobal(at))
    QApplication.sendEvent(desk.view.viewport(), event)
    assert "e = a × b" in QToolTip.text()
    QToolTip.hideText()


def menu_at(desk, pixel, reason=QContextMenuEvent.Reason.Mouse):
    event = QContextMenuEvent(reason, pixel, desk.view.viewport().mapToGlobal(pixel))
    QApplication.sendEvent(desk.view.viewport(), event)
    desk.settle()
    menu = desk.view.findChild(QMenu, "canvas_menu")
    return menu, {action.text().replace("&", ""): action for action in menu.actions() if action.text()}


def test_the_menu_of_a_leaf(desk):
    desk.open()
    menu, actions = menu_at(desk, desk.on("a"))
    assert list(actions) == [
        "Rename",
        "Set value",
        "Input",
        "Parameter",
        "Plain value",
        "Make target",
        "Nudge by h",
        "Duplicate",
        "Delete",
    ]
    assert desk.state.selected == desk.named("a")
    actions["Parameter"].trigger()
    assert desk.node("a").role == "parameter"
    actions["Nudge by h"].trigger()
    assert desk.state.nudge.node == desk.named("a")
    actions["Set value"].trigger()
    assert desk.editor is not None
    menu.close()


def test_the_menu_of_an_op_node(desk):
    desk.open()
    menu, actions = menu_at(desk, desk.on("d"))
    assert "Set value" not in actions
    assert "Take off the wire from e" in actions
    actions["Make target"].trigger()
    assert desk.graph.target == desk.named("d")
    actions["Take off the wire from e"].trigger()
    assert desk.node("d").inputs[0] is None
    actions["Delete"].trigger()
    assert len(desk.graph) == 6
    menu.close()


def test_the_menu_of_a_wire_removes_it(desk):
    desk.open()
    menu, actions = menu_at(desk, desk.wire("d", 1))
    actions["Remove wire"].trigger()
    assert desk.node("d").inputs == (desk.named("e"), None)
    menu.close()


def test_the_menu_of_the_ground_pastes_there(desk):
    desk.open()
    QGuiApplication.clipboard().setText("q = p + 1")
    spot = desk.ground()
    menu, actions = menu_at(desk, spot)
    actions["Paste"].trigger()
    assert len(desk.graph) == 10
    boxes = [desk.view.box_of(number) for number in desk.state.selection]
    middle = boxes[0].united(boxes[1]).united(boxes[2]).center()
    assert (desk.pixel(middle.toTuple()) - spot).manhattanLength() < 160
    actions["Select all"].trigger()
    assert len(desk.state.selection) == 10
    desk.view.scroll_by(QPoint(900, 900))
    actions["Fit"].trigger()
    assert seen(desk).contains(desk.view.graph_scene.bounds())
    menu.close()


def test_the_menu_key_opens_the_menu_of_the_selected_node(desk):
    desk.open()
    desk.session.select({desk.named("b")})
    menu, actions = menu_at(desk, QPoint(3, 3), QContextMenuEvent.Reason.Keyboard)
    assert "Set value" in actions
    assert desk.state.selected == desk.named("b")
    menu.close()


def test_hovering_marks_ports_and_wires_and_leaves_no_trace(desk):
    desk.open()
    plain = desk.picture()
    for pixel in (desk.out("a"), desk.port("e", 1), desk.wire("L", 0)):
        desk.move(pixel, buttons=Qt.MouseButton.NoButton)
        assert desk.picture() != plain
    desk.move(desk.ground(), buttons=Qt.MouseButton.NoButton)
    assert desk.picture() == plain


@pytest.mark.parametrize("verb", ["new", "undo", "delete"])
def test_what_changes_under_a_running_gesture_does_no_harm(desk, verb):
    desk.open()
    desk.session.rename(desk.named("L"), "M")
    for start in (
        desk.on("a", "data"),
        desk.on("e", "grad"),
        desk.out("a"),
        desk.port("e", 0),
        desk.ground(),
    ):
        desk.open()
        desk.session.rename(desk.named("L"), "M")
        desk.press(start)
        desk.move(start + QPoint(30, 30))
        desk.hover_drag("tanh", desk.on("d"))
        if verb == "delete":
            desk.session.delete(desk.graph.nodes.keys())
        else:
            getattr(desk.session, verb)()
        desk.settle()
        desk.move(start + QPoint(40, 40))
        desk.release(start + QPoint(40, 40))
        desk.view.pointer.drag_away()
        assert desk.refusals == []


def test_no_letter_stands_for_two_rows_of_a_menu_of_the_canvas(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    elsewhere = QAction("&Take apart")  # stands in the menu Edit, too
    for text in ("Make &target", "目标(&T)", "&One\tN", "t&o", "A && &b", "B&"):
        menu.addAction(text)
    menu.addAction(elsewhere)
    give_letters(menu)
    texts = [action.text() for action in menu.actions()]
    assert texts == ["&Make target", "目标", "&One\tN", "to", "A && &b", "B&", "&Take apart"]


@pytest.mark.parametrize(("mode", "near"), [("contribution", True), ("node", False)])
def test_in_a_low_window_who_predicts_reads_the_numbers_that_are_asked_about(desk, mode, near):
    desk.session.open_graph(load_example("mlp"))
    desk.view.resize(851, 207)
    desk.view.fit()
    whole = desk.view.zoom
    desk.session.room(Predicting).begin(mode)
    desk.view.fit()
    assert (desk.view.zoom > 1.5 * whole) == near, "who is asked which node acts is not led to it"
    asked = asked_about(desk.state)
    assert all(desk.view.viewport().rect().contains(desk.view.node_rect(each)) for each in asked)
    assert bool(asked) == near
    desk.session.room(Predicting).leave()
    desk.view.fit()
    assert desk.view.zoom == whole
