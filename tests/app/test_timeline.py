"""The strip of all moments below the canvas, in a real window: what it shows, what the mouse does there."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget

from micrograd_gui.document.marks import NO_MARKS
from micrograd_gui.session.explain.moments import moment_in_words
from micrograd_gui.views.time_axis import Span, spans_of


def strip_of(window) -> QWidget:
    return window.findChild(QWidget, "timeline")


def point(strip, moment: int) -> QPoint:
    return QPoint(round(strip.x_of(moment)), strip.height() // 3)


def move(strip, moment: int, buttons=Qt.MouseButton.NoButton) -> None:
    at = QPointF(point(strip, moment))
    strip.mouseMoveEvent(
        QMouseEvent(
            QMouseEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier(0)
        )
    )


def test_its_room_is_there_before_anything_was_run_so_the_canvas_keeps_its_size(opened, act) -> None:
    window = opened("neuron")
    strip = strip_of(window)
    size, height = window.canvas.size(), strip.height()
    assert strip.y() == window.canvas.geometry().bottom() + 1
    act(window, "forward", "backward", "first")
    assert (window.canvas.size(), strip.height()) == (size, height)


def test_a_press_goes_to_the_moment_there_and_a_drag_goes_along(opened, act, qtbot) -> None:
    window = opened("neuron")
    strip, session = strip_of(window), window.session
    act(window, "forward", "backward")
    last = len(session.state.trace)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=point(strip, 3))
    assert session.state.cursor == 3
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=point(strip, 3))
    for moment in (5, 8, last):
        move(strip, moment, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.state.cursor == last)
    move(strip, 0, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=point(strip, 0))
    assert session.state.cursor == 0


def test_moves_that_wait_are_gone_along_at_one_stroke(opened, act, qtbot) -> None:
    window = opened("neuron")
    strip, session = strip_of(window), window.session
    act(window, "forward", "backward")
    seen = []
    session.listen(lambda _old, new: seen.append(new.cursor))
    for moment in range(9, 1, -1):
        move(strip, moment, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [2]


def test_pointing_tells_the_step_and_goes_nowhere(opened, act) -> None:
    window = opened("neuron")
    strip, state = strip_of(window), None
    act(window, "forward", "backward")
    state = window.session.state
    move(strip, 7)
    assert strip.hovered == "7 · backward through o: n.grad"
    move(strip, 0)
    assert strip.hovered == "0 · before the first step"
    assert window.session.state is state
    strip.leaveEvent(None)
    assert strip.hovered == ""


def test_a_step_of_each_kind_is_told_in_words_and_has_a_form_of_its_own(opened, act) -> None:
    window = opened("mlp")
    act(window, "forward", "backward", "update", "zero_grad")
    state, strip = window.session.state, strip_of(window)
    spans = spans_of(state.trace)
    assert [span.kind for span in spans] == ["forward", "seed", "backward", "rows", "update", "zero"]
    assert spans[0] == Span("forward", 1, state.trace.ends[0])
    assert spans[-1].last == len(state.trace)
    words = [moment_in_words(state.graph, state.trace, span.first) for span in spans]
    assert [text.split(" · ")[1].split(":")[0].split(" ")[0] for text in words] == [
        "forward", "backward", "backward", "gradients", "update", "zero",
    ]  # fmt: skip
    moments = [0, *(span.last for span in spans)]
    window.session.seek(0)
    forms = set()
    for moment in moments[1:]:
        image = strip.grab().toImage().convertToFormat(strip.grab().toImage().Format.Format_Grayscale8)
        x, y = round(strip.x_of(moment)), round(strip._middle)
        around = range(-7, 8)
        paper = image.pixel(2, 4)
        forms.add(
            tuple(image.pixel(x + i, y + j) != paper for j in around for i in around if x + i < strip.width())
        )
    assert len(forms) == len(spans)


def test_of_thousands_of_moments_each_can_still_be_gone_to_and_the_passes_are_told_apart(opened, act) -> None:
    window = opened("moons")
    act(window, "forward", "backward")
    strip, session = strip_of(window), window.session
    last = len(session.state.trace)
    assert last > 2500
    for share in (0.25, 0.75):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=point(strip, round(share * last)))
        assert abs(session.state.cursor - share * last) <= last / strip.width() + 1


def test_while_the_graph_trains_there_is_no_moment_to_go_to(opened) -> None:
    window = opened("xor")
    window.session.forward()
    window.session.train_start()
    window.session.train_tick(2)
    strip = strip_of(window)
    before = window.session.state.cursor
    move(strip, 0)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert strip.hovered == ""
    assert window.session.state.cursor == before
    window.session.train_stop()


def test_playing_goes_forward_then_backward_and_pauses_at_the_end(opened, act, qtbot) -> None:
    window = opened("neuron")
    session, playing = window.session, window.panes.timeline.playing
    for _ in range(9):
        act(window, "play_faster")
    act(window, "play")
    assert playing.on
    qtbot.waitUntil(lambda: not playing.on)
    assert session.state.forward_done
    assert not session.state.frame.grad
    act(window, "play")
    qtbot.waitUntil(lambda: not playing.on)
    assert session.state.step.kind == "backward"
    assert session.state.following is None
    act(window, "play")  # from the start again
    qtbot.waitUntil(lambda: session.state.cursor > 0)
    playing.pause()
    assert session.state.following is not None or session.state.cursor == len(session.state.trace)


def test_another_hand_on_the_cursor_ends_the_playing(opened, act) -> None:
    window = opened("neuron")
    act(window, "play")
    assert window.panes.timeline.playing.on
    act(window, "forward", "backward", "first")
    assert not window.panes.timeline.playing.on
    act(window, "play", "play")
    assert not window.panes.timeline.playing.on
    assert window.session.state.cursor == 0


def test_the_list_of_moments_says_each_and_goes_to_the_one_that_is_chosen(opened, act, qtbot) -> None:
    window = opened("neuron")
    act(window, "show_moments")
    rows = window.findChild(QWidget, "moments")
    qtbot.waitUntil(rows.isVisible)
    assert rows.model().rowCount() == 0
    act(window, "forward", "backward")
    assert rows.model().rowCount() == len(window.session.state.trace) + 1
    assert rows.currentIndex().row() == window.session.state.cursor
    rows.setCurrentIndex(rows.model().index(7, 0))
    assert window.session.state.cursor == 7
    assert rows.model().index(7, 0).data() == "7 · backward through o: n.grad"
    act(window, "previous")
    assert rows.currentIndex().row() == 6
    act(window, "show_moments")
    assert not rows.isVisible()


def test_breakpoints_and_cues_stand_on_the_strip_and_playing_stops_there(opened, act, qtbot) -> None:
    window = opened("neuron")
    session, strip = window.session, strip_of(window)
    act(window, "forward", "backward")
    node = session.state.trace.steps[2].node
    session.select((node,))
    act(window, "break_here")
    act(window, "first")
    move(strip, 3)
    assert strip.hovered.endswith("breakpoint")
    session.seek(2)
    act(window, "cue")
    dialog = window.findChild(QInputDialog)
    dialog.setTextValue("half way: ask the class")
    dialog.accept()
    move(strip, 2)
    assert strip.hovered.startswith("⚑ half way: ask the class")
    for _ in range(9):
        act(window, "play_faster")
    act(window, "first")
    stood = []
    for _ in range(2):
        act(window, "play")
        qtbot.waitUntil(lambda: not strip.playing.on)
        stood.append(session.state.cursor)
    assert stood == [2, 3]
    act(window, "undo", "undo")
    assert session.state.graph.marks == NO_MARKS


def test_what_is_stepped_over_has_one_mark_and_what_lies_inside_can_still_be_gone_to(opened, act) -> None:
    window = opened("mlp")
    session, strip = window.session, strip_of(window)
    act(window, "forward", "backward", "first")
    stood = [0]
    while session.state.following is not None:
        act(window, "step_over")
        stood.append(session.state.cursor)
    assert (0, *strip._axis.ticks) == tuple(stood)
    places = [strip.x_of(moment) for moment in stood]
    assert min(b - a for a, b in pairwise(places)) >= strip._look.px(13)
    inside = stood[1] // 2
    for moment in (stood[1], inside, stood[-2]):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=point(strip, moment))
        assert session.state.cursor == moment
    move(strip, inside)
    assert strip.hovered.endswith(" · in neuron 1_1")
    session.collapse(session.state.graph.blocks[0].id, True)
    assert len(strip._axis.ticks) < len(stood) - 1
    assert strip._axis.ticks[-1] == len(session.state.trace)


def test_a_node_with_a_breakpoint_bears_a_sign_until_it_is_taken_away(opened, act) -> None:
    window = opened("neuron")
    session, canvas = window.session, window.canvas
    act(window, "forward")
    node = session.state.trace.steps[2].node
    plain = canvas.grab().toImage()
    session.toggle_breakpoint("changes", node)
    assert canvas.picture.breaks == {node}
    assert canvas.grab().toImage() != plain
    session.toggle_breakpoint("changes", node)
    assert canvas.grab().toImage() == plain


def test_another_moment_has_the_window_neither_laid_out_nor_its_bars_anew(opened, act, qtbot) -> None:
    window = opened("neuron")
    act(window, "forward", "backward")
    window.docks["plot"].hide()  # it is laid out anew when matplotlib has come
    window.session.seek(8)
    asked: list[QEvent.Type] = []

    class Heard(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            asked.append(event.type())
            return False

    def rests() -> bool:
        """Whether it does; QMainWindow lets its panes glide where the line of the moment became longer."""
        asked.clear()
        qtbot.wait(50)
        return QEvent.Type.LayoutRequest not in asked

    heard = Heard()
    window.installEventFilter(heard)
    made_after_the_paint = {"moments", "ledger"}
    qtbot.waitUntil(lambda: made_after_the_paint <= set(window.panes.late), timeout=20_000)
    qtbot.waitUntil(rests, timeout=20_000)
    for moment in (7, 9, 8):
        window.session.seek(moment)
        QApplication.processEvents()
        assert f"moment {moment} of" in window.summary.text()
        assert window.summary.toolTip() == window.summary.text()
    assert not {QEvent.Type.LayoutRequest, QEvent.Type.ActionChanged, QEvent.Type.ModifiedChange} & set(asked)


def test_the_line_of_the_moment_has_the_room_that_it_needs(opened, act) -> None:
    window = opened("neuron")
    wide = window.summary.width()
    act(window, "forward", "backward", "check_all")
    QApplication.sendPostedEvents()
    assert window.summary.width() > wide
    act(window, "text_larger", "text_larger")
    QApplication.sendPostedEvents()
    words = QFontMetrics(window.summary.font()).horizontalAdvance(window.summary.text())
    assert window.summary.width() >= words
    assert window.summary.geometry().right() <= window.statusBar().width()


def test_a_breakpoint_of_any_node_shows_at_which_it_stopped(opened, act) -> None:
    window = opened("neuron")
    session, canvas = window.session, window.canvas
    act(window, "forward")
    session.toggle_breakpoint("small grad")
    assert not canvas.picture.breaks
    act(window, "backward")
    stopped = {session.state.graph.nodes[node].label for node in canvas.picture.breaks}
    assert stopped == {"w2"}, "x2 is 0"
    session.previous()
    assert not canvas.picture.breaks


@pytest.mark.parametrize("source", ["neuron", "; ".join(f"y{n + 1} = y{n}*a + x" for n in range(40))])
def test_what_is_painted_in_part_looks_as_if_it_were_painted_whole(opened, act, source) -> None:
    window = opened(source, (900, 700))
    strip, session = strip_of(window), window.session
    act(window, "forward", "backward", "zero_grad", "backward")
    last = len(session.state.trace)
    session.seek(3)
    session.set_cue("here")
    session.toggle_breakpoint("acts", session.state.graph.target)

    def on_screen() -> QImage:
        QApplication.processEvents()
        shown = window.screen().grabWindow(window.winId()).toImage()
        return shown.copy(QRect(strip.mapTo(window, QPoint()), strip.size()))

    on_screen()
    for moment in (0, last, 2, 3, last - 1, last // 2, 1):
        if moment in (3, 1):
            move(strip, moment, Qt.MouseButton.LeftButton)
            strip.mouseReleaseEvent(None)
        else:
            session.seek(moment)
        if moment == last // 2:
            strip.leaveEvent(None)
        in_part = on_screen()
        strip.repaint()
        assert in_part == on_screen(), moment
