"""The hall: what stands in it, the pane of choice, and the way back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QTabBar


def seen(dock) -> bool:
    """Not behind another tab, where Qt keeps it anywhere left of and above the window."""
    return dock.isVisible() and dock.geometry().bottom() > 0


def rooms(window) -> dict:
    """Where everything is: the window, its bars, and each pane."""
    return {
        "window": (window.size(), window.windowState()),
        "bars": (window.menuBar().isVisible(), window.statusBar().isVisible()),
        **{
            name: (dock.isVisible(), dock.isFloating(), dock.geometry() if seen(dock) else None)
            for name, dock in window.docks.items()
        },
    }


@pytest.mark.parametrize("maximised", [False, True])
def test_the_hall_gives_everything_back(opened, act, qtbot, maximised):
    window = opened("neuron", size=(1300, 800))
    if maximised:
        window.showMaximized()
    window.docks["plot"].hide()
    window.menuBar().hide()
    window.docks["palette"].setFloating(True)
    line = window.findChild(QLineEdit, "expression")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    line.setFocus()
    qtbot.waitUntil(lambda: "ledger" in window.docks)  # all that is made without being asked for
    before = rooms(window)
    act(window, "projector")
    assert window.menuBar().isHidden()
    QTest.keyClick(window, Qt.Key.Key_2)
    act(window, "projector")
    assert line.hasFocus()
    assert maximised or rooms(window) == before
    qtbot.wait(250)  # until it has settled
    assert rooms(window) == before


def test_a_card_that_floats_when_a_question_ends_stays_as_large(opened, act, qtlog, qtbot):
    window = opened("neuron", size=(1280, 800))
    act(window, "predict")
    card = window.docks["step_card"]
    card.setFloating(True)
    card.resize(500, 900)  # more than twice as high as in its place
    act(window, "predict")
    qtbot.waitUntil(lambda: not window.docks["rendered_graph"].isHidden())
    assert (card.width(), card.height()) == (500, 900)
    assert not [each.message for each in qtlog.records if "resizeDocks" in each.message]


def test_a_card_that_has_lost_its_place_has_one_in_the_hall_and_nothing_is_warned_of(opened, act, qtlog):
    window = opened("neuron", size=(800, 700))
    card = window.docks["step_card"]
    window.tabifyDockWidget(card, card)  # Qt takes it out, and puts it nowhere
    act(window, "projector")
    assert card.isVisible()
    window.tabifyDockWidget(card, card)
    window.resize(900, 700)
    act(window, "projector")
    assert not [each.message for each in qtlog.records if "resizeDocks" in each.message]


def test_in_the_hall_the_canvas_has_the_full_width_and_digits_choose_what_is_beside_the_card(
    opened, act, qtbot
):
    window = opened("neuron", size=(1920, 1080))
    act(window, "projector")

    def shown() -> set[str]:
        return {name for name, dock in window.docks.items() if not dock.isHidden()}

    assert shown() == {"step_card"}
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_1)
    assert shown() == {"step_card"}  # nothing has run: a plot would have nothing to say
    act(window, "forward")
    qtbot.waitUntil(lambda: shown() == {"step_card", "plot"})
    digits = {Qt.Key.Key_2: "gradients", Qt.Key.Key_3: "rendered_graph", Qt.Key.Key_4: "moments"}
    for key, name in digits.items():
        QTest.keyClick(window, key)
        assert shown() == {"step_card", name}
        assert window.canvas.width() == window.width()
    QTest.keyClick(window, Qt.Key.Key_5)  # there are no rows
    assert shown() == {"step_card"}
    QTest.keyClick(window, Qt.Key.Key_3)
    QTest.keyClick(window, Qt.Key.Key_0)
    assert shown() == {"step_card"}
    act(window, "projector")
    assert window.docks["moments"].isHidden()  # as before: it was made in the hall


def test_equations_on_a_projected_card_are_44_pixels_where_they_fit(opened, act):
    window = opened("neuron")
    act(window, "projector")
    window.resize(1920, 1080)
    act(window, "forward", "backward_step", "backward_step")
    card = window.panes.step_card
    window.bridge.session.next()
    assert card._largest_fit() >= 44
    assert card.verticalScrollBar().maximum() == 0
    act(window, "projector")


def test_blank_pen_and_spotlight_are_the_halls_and_one_key_clears_them(opened, act, enabled, qtbot):
    window = opened("neuron")
    names = ("blank", "pen", "spotlight")
    assert not any(enabled(window, name) for name in names)
    act(window, "projector")
    qtbot.wait(50)  # the screen has given its size
    before, moment = window.canvas.grab().toImage(), window.session.state
    act(window, "pen")
    sheet = window.projector.glass
    QTest.mousePress(sheet, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(sheet, QPoint(200, 150))
    QTest.mouseRelease(sheet, Qt.MouseButton.LeftButton, pos=QPoint(200, 150))
    assert sheet.strokes
    assert window.canvas.grab().toImage() != before
    act(window, "spotlight")
    assert (sheet.mode, len(sheet.strokes)) == ("spotlight", 1)
    act(window, "blank")
    assert window.grab().toImage().pixelColor(50, 50).name() == "#000000"
    act(window, "blank")
    assert window.grab().toImage().pixelColor(50, 50).name() != "#000000"
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    assert sheet.isHidden()
    assert window.canvas.grab().toImage() == before
    assert window.session.state is moment
    act(window, "projector")
    assert not any(enabled(window, name) for name in names)


def test_another_example_is_chosen_without_leaving_the_hall(opened, act, qtbot):
    window = opened("neuron")
    act(window, "projector")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E)
    offer = window.findChild(QMenu, "hall_chooser")
    names = [action.objectName() for action in offer.actions()]
    assert "example_reuse" in names
    while offer.activeAction().objectName() != "example_reuse":
        QTest.keyClick(offer, Qt.Key.Key_Down)
    QTest.keyClick(offer, Qt.Key.Key_Return)
    assert len(window.session.state.graph) == 3
    assert window.projector.on
    act(window, "projector")


def test_what_is_refused_in_the_hall_is_said_there_and_goes_with_the_next_change(opened, act, qtbot):
    window = opened("neuron", size=(1920, 1080))
    act(window, "forward")
    window.say("Before.", refused=True)
    act(window, "projector")
    assert window.findChild(QLabel, "hall_message") is None  # nothing was said since
    leaf = next(key for key, node in window.session.state.graph.nodes.items() if node.is_leaf)
    window.bridge.attempt(window.session.set_value, leaf, "two")
    said = window.findChild(QLabel, "hall_message")
    assert said.isVisible()
    assert said.text() == window.message.text()
    assert said.text().startswith("⚠ ")
    timeline = window.panes.timeline
    below = timeline.mapTo(window, QPoint(0, timeline.height())).y()
    assert (said.x(), said.geometry().bottom() + 1, said.width()) == (0, below, window.width())
    assert QFontMetrics(said.font()).height() >= 28 * window.look.hall_unit
    assert window.rect().contains(said.geometry())
    places = [window.canvas.node_rect(key) for key in window.session.state.graph.nodes]
    act(window, "backward_step")
    qtbot.waitUntil(said.isHidden)
    assert places == [window.canvas.node_rect(key) for key in window.session.state.graph.nodes]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_5)
    assert "no rows" in said.text()
    QTest.mouseClick(said, Qt.MouseButton.LeftButton)
    assert said.isHidden()
    act(window, "motion")
    assert said.isVisible()
    act(window, "projector")
    assert said.isHidden()
    window.say("After.", refused=True)
    assert said.isHidden()


def test_text_in_the_hall_goes_with_the_height_of_its_window(opened, act):
    window = opened("neuron")
    act(window, "projector", "forward")
    window.showNormal()  # as a window manager may have it
    scales = {}
    for height in (1080, 720, 2160, 1080):
        window.resize(height * 16 // 9, height)
        QApplication.processEvents()
        scales.setdefault(height, []).append(window.appearance.look.scale)
    assert scales[720][0] == pytest.approx(scales[1080][0] * 720 / 1080)
    assert scales[2160][0] == pytest.approx(scales[1080][0] * 2)
    assert scales[1080][0] == pytest.approx(scales[1080][1])
    act(window, "text_larger")
    larger = window.appearance.look.scale / scales[1080][1]
    assert larger > 1
    window.resize(1280, 720)
    QApplication.processEvents()
    assert window.appearance.look.scale == pytest.approx(scales[720][0] * larger)
    act(window, "projector")


def test_what_is_said_of_a_pane_to_come_goes_when_it_has_come(opened, act, qtbot):
    window = opened("neuron")
    act(window, "forward", "projector")
    window.projector.choose("data")
    said = window.findChild(QLabel, "hall_message")
    assert "no rows" in said.text()
    assert said.isVisible()
    window.documents.choose_example("xor")
    qtbot.waitUntil(window.docks["data"].isVisible)
    assert said.isHidden()
    window.projector.choose("")
    window.documents.choose_example("neuron")
    window.projector.choose("data")
    assert said.isVisible()
    window.projector.choose("")
    assert said.isHidden()
    act(window, "projector")


def test_no_row_of_tabs_is_left_over_by_the_hall(opened, act, qtbot):
    window = opened("neuron", size=(1024, 700))
    left = QTabBar(window)  # as Qt leaves them, in some arrangements
    left.addTab("Step")
    left.addTab("Rendered graph")
    left.setGeometry(235, 662, 410, 38)
    left.show()
    act(window, "projector")
    qtbot.waitUntil(left.isHidden)
    left.show()
    act(window, "projector")
    qtbot.waitUntil(left.isHidden)
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    found = [bar for bar in bars if bar.isVisible() and bar.x() >= 0 and bar.count()]
    tabs = {tuple(bar.tabText(at) for at in range(bar.count())) for bar in found}
    assert tabs == {("Plot", "Gradients"), ("Step", "Rendered graph")}
