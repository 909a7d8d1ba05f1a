"""The story of the debugger, told to a real window by drops, actions and fields."""

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTableView, QTextBrowser

MIME = "application/x-micrograd-op"


def drop(window, payload, place):
    """What the palette does, at a place in the canvas's viewport."""
    data = QMimeData()
    data.setData(MIME, QByteArray(payload.encode()))
    port = window.canvas.viewport()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for make in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(port, make(place.toPoint(), Qt.DropAction.CopyAction, data, left, none))
    event = QDropEvent(place, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(port, event)


def labelled(window):
    graph = window.session.state.graph
    return {node.label: node.id for node in graph}


def grads(window):
    graph, frame = window.session.state.graph, window.session.state.frame
    return {graph.nodes[number].name: grad for number, grad in frame.grad.items()}


def test_the_window_opens_on_the_lectures_neuron(reopened):
    window = reopened()
    assert set(labelled(window)) >= {"x1", "w1", "x2", "w2", "b", "n", "o"}
    assert "neuron" in window.windowTitle()
    assert not window.isWindowModified()


def test_a_graph_is_built_by_drops_and_run_by_actions(reopened, act, enabled, qtbot):
    window = reopened()
    act(window, "new")
    assert window.session.state.graph.nodes == {}
    for name in ("forward", "backward_step", "backward", "next", "previous", "zero_grad", "nudge", "undo"):
        assert not enabled(window, name), name
    for payload, x in (("value", 100), ("value", 160), ("*", 420)):
        drop(window, payload, QPointF(x, x))
    a, b, c = window.session.state.graph.nodes
    middle = window.canvas.mapToScene(420, 420)
    x, y = window.session.state.graph.places[c]
    assert x < middle.x() < x + 200
    assert y < middle.y() < y + 100
    session = window.session
    session.connect(a, c)
    session.connect(b, c)
    session.set_value(a, 2.0)
    session.set_value(b, -3.0)
    act(window, "forward", "backward_step", "backward_step")
    assert session.state.frame.data[c] == -6.0
    assert session.state.frame.grad == {c: 1.0, a: -3.0, b: 2.0}
    for _ in range(7):
        act(window, "undo")
    assert session.state.graph.nodes == {}
    assert not enabled(window, "undo")


def test_a_backward_pass_is_stepped_forth_and_back(reopened, act, enabled):
    window = reopened("lecture")
    act(window, "forward")
    act(window, *["backward_step"] * 4)
    assert grads(window) == {"L": 1, "d": -2, "f": 4, "c": -2, "e": -2, "a": 6, "b": -4}
    assert not enabled(window, "next")
    act(window, "previous")
    assert "a" not in grads(window)
    act(window, "first")
    assert grads(window) == {}
    assert not enabled(window, "previous")
    act(window, "last")
    assert grads(window)["a"] == 6
    act(window, "zero_grad")
    assert set(grads(window).values()) == {0}


def test_accumulation_is_seen_when_zero_grad_is_forgotten(reopened, act):
    window = reopened("reuse")
    act(window, "forward", "backward")
    assert grads(window)["a"] == 4
    act(window, "backward")
    assert grads(window)["a"] == 12


def test_the_table_shows_numeric_beside_analytic(reopened, act):
    window = reopened("lecture")
    act(window, "forward", "backward", "check_all")
    model = window.findChild(QTableView, "gradients").model()
    rows = {}
    for row in range(model.rowCount()):
        numbers = [model.index(row, column).data(Qt.ItemDataRole.UserRole) for column in (1, 2, 3)]
        rows[model.index(row, 0).data()] = numbers
    assert rows["a"][:2] == [2.0, 6.0]
    assert rows["a"][2] == pytest.approx(6.0, abs=1e-6)
    assert rows["L"][:2] == [-8.0, 1.0]


def test_the_lectures_nudge_is_on_the_card(reopened, act):
    window = reopened("lecture")
    window.session.select([labelled(window)["a"]])
    field = window.findChild(QLineEdit, "h")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.001")
    QTest.keyClick(field, Qt.Key.Key_Return)
    act(window, "nudge")
    nudge = window.session.state.nudge
    assert nudge.after[nudge.target] == pytest.approx(-7.994)
    assert nudge.numeric == pytest.approx(6.0)
    assert nudge.analytic == 6.0


def test_h_of_0_is_refused_at_its_field_and_nothing_changes(reopened):
    window = reopened("lecture")
    before = window.session.state
    field = window.findChild(QLineEdit, "h")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.session.state is before
    assert field.property("refused")
    assert "other than 0" in field.toolTip()
    assert "other than 0" in window.message.text()


def test_an_expression_builds_the_graph_and_lays_it_out(reopened, qtbot):
    window = reopened()
    field = window.findChild(QLineEdit, "expression")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "L = (a*b + c) * f")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert set(labelled(window)) >= {"a", "b", "c", "f", "L"}
    assert window.session.state.graph.nodes.keys() == window.session.state.graph.places.keys()
    before = window.session.state.graph.places
    qtbot.waitUntil(lambda: window.session.state.graph.places is not before, timeout=20_000)
    window.session.undo()
    assert "o" in labelled(window)


def test_a_broken_expression_is_refused_at_its_column_and_stays_to_be_mended(reopened):
    window = reopened("lecture")
    before = window.session.state
    field = window.findChild(QLineEdit, "expression")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "L = a +* b")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.session.state is before
    assert field.text() == "L = a +* b"
    assert field.property("refused")
    assert "Column 8" in field.toolTip()


def test_letters_typed_into_a_field_are_no_shortcuts(reopened):
    window = reopened("lecture")
    before = window.session.state
    field = window.findChild(QLineEdit, "expression")
    field.setFocus()
    field.selectAll()
    for key in "bhzg":
        QTest.keyClick(field, key)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Backspace):
        QTest.keyClick(field, key)
    assert field.text() == "bhz"
    assert window.session.state is before


def test_log_of_0_stops_the_run_at_its_node_with_a_sentence(opened, act, enabled):
    window = opened("y = log(x); x = 0; z = y + 1")
    act(window, "forward")
    state = window.session.state
    assert state.step.kind == "problem"
    assert "log of 0" in window.message.text()
    assert labelled(window)["z"] not in state.frame.data
    assert not enabled(window, "backward_step")


def test_undo_takes_back_one_scrub_as_a_whole(reopened, act):
    window = reopened("lecture")
    act(window, "forward", "backward")
    a = labelled(window)["a"]
    scrub = object()
    for value in (2.5, 3.0, 4.0):
        window.session.set_value(a, value, gesture=scrub)
    assert window.session.state.cursor == len(window.session.state.trace)
    assert window.session.state.graph.nodes[a].data == 4.0
    act(window, "undo")
    assert window.session.state.graph.nodes[a].data == 2.0
    assert grads(window)["b"] == -4.0


def test_copy_and_paste_go_through_the_clipboard(reopened, act):
    window = reopened("lecture")
    act(window, "select_all", "copy", "paste")
    assert len(window.session.state.graph) == 14
    act(window, "undo")
    QApplication.clipboard().setText("q = Value(2.0, label='q')\np = q.tanh(); p.label = 'p'")
    act(window, "paste")
    assert {"p", "q"} <= set(labelled(window))


def test_every_pane_can_be_closed_and_brought_back(opened):
    window = opened()
    for dock in window.docks.values():
        toggle = dock.toggleViewAction()
        if toggle.isChecked():
            toggle.trigger()
        assert dock.isHidden()
        toggle.trigger()
        assert not dock.isHidden()


def test_projector_hides_the_chrome_and_escape_brings_it_back(opened, act, qtbot):
    window = opened("lecture")
    act(window, "forward", "projector")
    assert window.projector.on
    assert window.menuBar().isHidden()
    assert window.docks["palette"].isHidden()
    assert not window.docks["step_card"].isHidden()
    assert window.docks["plot"].isHidden()  # the canvas has the full width until a third pane is chosen
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F10)
    assert window.session.state.step.kind == "seed"
    QTest.keyClick(window, Qt.Key.Key_PageUp)
    assert window.session.state.step.kind == "forward"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.projector.on
    assert not window.menuBar().isHidden()
    assert not window.docks["palette"].isHidden()
    assert not window.look.projector


def test_after_a_hall_the_palette_is_as_wide_as_before(opened, act, qtbot):
    window = opened("lecture")
    before = window.docks["palette"].width()
    act(window, "projector")
    act(window, "projector")
    qtbot.waitUntil(lambda: not window.panes.touched)  # the panes are given their shares back a little later
    assert window.docks["palette"].width() == before


def test_in_a_hall_text_follows_the_window_when_it_grows_late(opened, act):
    window = opened("lecture", size=(1200, 700))
    act(window, "projector")
    window.resize(1920, 1080)  # as a window manager does, some time after it was asked for a full screen
    assert window.look.scale * 13 >= 28


def test_text_can_be_made_larger_in_a_hall_and_never_smaller_than_the_back_row_reads(opened, act):
    window = opened("lecture")
    before, kept = window.look.scale, window.settings.text_scale
    act(window, "projector")
    QApplication.processEvents()  # until the window has its new size, it has text of the screen's
    least = window.look.scale
    act(window, "text_larger")
    assert window.look.scale > least
    act(window, "text_smaller", "text_smaller")
    assert window.look.scale == least
    act(window, "projector")
    assert window.look.scale == before
    assert window.settings.text_scale == kept


def test_nodes_that_are_added_with_keys_do_not_cover_each_other(reopened, act):
    window = reopened()
    act(window, "new")
    for offer in ("value", "value", "*", "value", "+"):
        QTest.keyClick(window.findChild(QPushButton, f"offer_{offer}"), Qt.Key.Key_Space)
    boxes = [window.canvas.box_of(node.id) for node in window.session.state.graph]
    assert len(boxes) == 5
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_one_sided_or_central_is_chosen_by_menu_button_or_key(reopened, act):
    window = reopened("lecture")
    button = window.bars.measure.widgetForAction(window.findChild(QAction, "sides"))
    assert button.text() == "central"
    act(window, "sides")
    assert window.session.state.sides == "forward"
    assert button.text() == "one-sided"
    assert window.findChild(QAction, "sides").isChecked()
    window.session.set_sides("central")
    assert not window.findChild(QAction, "sides").isChecked()
    assert button.text() == "central"


def test_the_page_of_keys_fits_the_screen_and_names_every_key(opened, act, qtbot):
    window = opened("lecture")
    for scale in (1.0, 2.0):
        window.appearance.use_scale(scale)
        act(window, "keys")
        see_the_page_of_keys(window, qtbot)


def see_the_page_of_keys(window, qtbot):
    page = window.findChild(QTextBrowser, "page")
    dialog = page.window()
    qtbot.wait(50)
    room = window.screen().availableGeometry()
    assert dialog.width() <= room.width()
    assert dialog.height() <= room.height()
    said = page.toPlainText()
    assert all(words in said for words in ("F10", "Backward step", "PgDown", "Ctrl+D", "Shift+W"))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: window.findChild(QTextBrowser, "page") is None)


def test_titles_of_panes_are_as_large_as_the_rest_of_the_text(opened, qtbot):
    window = opened("lecture", size=(1900, 1000))
    window.appearance.use_theme("light")
    for scale in (1.0, 0.75, 2.0):
        window.appearance.use_scale(scale)
        see_that_titles_are_as_large(window, qtbot)


def see_that_titles_are_as_large(window, qtbot):
    qtbot.wait(50)  # the window lays its panes out
    dock = window.docks["step_card"]
    picture = dock.grab().toImage()
    bar = range(dock.widget().geometry().top() - 2)  # without the line below the title
    ground = picture.pixelColor(3, 3)
    inked = [y for y in bar if any(picture.pixelColor(x, y) != ground for x in range(2, dock.width() // 2))]
    wanted = QFontMetrics(window.look.font()).tightBoundingRect("Step").height()
    assert len(inked) == pytest.approx(wanted, abs=2)


def test_theme_and_text_size_are_remembered_between_starts(opened, act):
    window = opened()
    dark = window.look.theme.dark
    act(window, "theme", "contrast", "text_larger")
    scale = window.look.scale
    assert scale > 1
    again = opened()
    assert again.look.theme.dark is not dark
    assert again.look.theme.contrast
    assert again.look.scale == scale


def test_pictures_that_qt_drew_in_the_last_theme_are_not_kept(opened, act):
    window = opened()
    picture = QPixmap(1, 1)
    picture.fill(window.look.theme.text)
    assert QPixmapCache.insert("as it was", picture)
    act(window, "theme")
    assert QPixmapCache.find("as it was") is None


def test_a_slot_that_fails_is_told_and_the_window_stays(reopened, capsys, monkeypatch):
    import sys

    from micrograd_gui.app import start

    window = reopened("lecture")
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)  # not the one by which tests fail
    before = window.session.state
    with start.errors_shown(window.say):
        try:
            raise ZeroDivisionError("on purpose")
        except ZeroDivisionError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    assert "on purpose" in window.message.text()
    assert "on purpose" in capsys.readouterr().err
    assert window.session.state is before
    assert window.isVisible()


def test_examples_open_from_their_menu_with_a_thumbnail(reopened, qtbot):
    window = reopened()
    window.menus.examples.aboutToShow.emit()
    actions = window.menus.examples.actions()
    assert not any(action.icon().isNull() for action in actions)  # it has its room at once
    least = QSize(160, 90)

    def drawn(action):
        picture = action.icon().pixmap(QSize(999, 999)).toImage()
        assert picture.size().expandedTo(least) == picture.size()
        across, down = range(0, picture.width(), 2), range(0, picture.height(), 2)
        return len({picture.pixelColor(x, y).name() for x in across for y in down}) > 5

    qtbot.waitUntil(lambda: drawn(actions[-1]))
    assert all(map(drawn, actions))
    window.findChild(QAction, "example_diamond").trigger()
    assert window.windowTitle().startswith("diamond")


def test_a_cell_of_the_lecture_pasted_into_the_expression_line_builds_its_graph(reopened):
    window = reopened()
    QApplication.clipboard().setText(
        "a = Value(2.0, label='a')  # an input\nb = Value(-3.0, label='b')\n\ne = a*b; e.label = 'e'\n"
    )
    field = window.findChild(QLineEdit, "expression")
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Return)
    graph = window.session.state.graph
    assert {node.label: node.data for node in graph if node.is_leaf} == {"a": 2.0, "b": -3.0}
    assert "e" in labelled(window)


def at_rest(window, qtbot):
    """The panes have followed the window to the size that it was shown with."""
    qtbot.waitUntil(lambda: not window._sized.isActive())


def shares(window) -> dict[str, tuple[int, int]]:
    return {name: dock.size().toTuple() for name, dock in window.docks.items() if not dock.isHidden()}


def test_the_panes_follow_the_window_to_another_size_and_back(opened, qtbot):
    window = opened()
    at_rest(window, qtbot)
    first = shares(window)
    window.resize(1300, 800)
    qtbot.waitUntil(lambda: shares(window) != first)
    window.resize(1600, 900)
    qtbot.waitUntil(lambda: shares(window) == first)


def test_panes_that_are_arranged_are_at_their_places_before_anything_is_painted(opened, qtbot):
    window = opened()
    at_rest(window, qtbot)
    first = shares(window)
    assert first["plot"][0] == 480  # 0.3 of 1600
    window.docks["plot"].setFloating(True)
    window.panes.arrange_as_at_first()
    assert shares(window) == first
    qtbot.wait(1)
    assert shares(window) == first


def test_an_h_that_is_none_is_said_and_nothing_is_measured_by_the_old_one(reopened, act):
    window = reopened("lecture")
    for verb in ("nudge", "check_all"):
        for good, typed in enumerate(("0", "abs", "", "nan", "1e999"), 1):
            window.documents.open_example("lecture")
            see_that_no_h_is_said(window, act, verb, typed, f"0.0{good}")


def see_that_no_h_is_said(window, act, verb, typed, good):
    act(window, "forward", "backward")
    window.session.select([window.session.state.graph.named("a")])
    field = window.findChild(QLineEdit, "h")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    said = window.message.text()
    assert said.startswith("⚠ h "), "the sentence stands in the status bar"
    window.say("")
    act(window, verb)
    assert window.message.text() == said, "and is said again where something is measured"
    assert window.session.state.nudge is None
    assert not window.session.state.checked
    assert field.text() == typed, "what was typed stays, to be mended"
    field.selectAll()
    QTest.keyClicks(field, good)
    act(window, verb)  # without Return: what stands there is taken over
    state = window.session.state
    assert state.h == float(good)
    assert state.checked if verb == "check_all" else state.nudge.h == float(good)
