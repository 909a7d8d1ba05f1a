"""P: the next step is asked first, and nothing in the window tells what it gives."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from micrograd_gui.document.block import block_key
from micrograd_gui.document.text import short, written
from micrograd_gui.session.predicting.question import question_at
from micrograd_gui.views.canvas.hit import Hit
from micrograd_gui.views.canvas.tips import tip

CHAIN = "a = 2.3; b = -0.7; c = 1.9; e = a*b; g = exp(e); f = g*c; o = tanh(f)"  # no two numbers are the same
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


@pytest.fixture
def line(opened, act, qtbot):
    """A window in which somebody predicts, after some actions; gives it and its line."""

    def begin(source, *actions, size=(1600, 900)):
        window = opened(source, size)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        act(window, *actions, "predict")
        qtbot.waitUntil(lambda: window.panes.predict_line.isVisible())
        return window, window.panes.predict_line

    return begin


def say(line, text):
    QTest.keyClicks(line.answer, text)
    QTest.keyClick(line.answer, Qt.Key.Key_Return)


def texts(window):
    """All that the window says, in words or numbers: on labels, fields, cards, in tables, lists and tips."""
    said = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        said += [widget.toolTip(), widget.accessibleDescription(), widget.accessibleName()]
        if isinstance(widget, (QLabel, QLineEdit)) and widget.objectName() != "predict_answer":
            said.append(widget.text())
    panes, canvas = window.panes, window.canvas
    said.append(panes.step_card.toPlainText())
    for model, columns in ((panes.gradients.model, 6), (panes.late["moments"].model(), 1)):
        for row in range(model.rowCount()):
            for column in range(columns):
                index = model.index(row, column)
                said += [str(model.data(index, role) or "") for role in ROLES]
                number = model.data(index, Qt.ItemDataRole.UserRole)
                said.append("" if number is None else written(number))
    for node in window.session.state.graph.nodes:
        said += [tip(canvas.picture, Hit(part, node)) for part in ("title", "data", "grad")]
        said.append(panes.rendered_graph._node_tip(node))
    said += [f"{chip.rule} {chip.amount}" for chip in canvas.picture.chips]
    frames = [canvas.picture.frame]
    if panes.rendered_graph.figure is not None:
        frames.append(panes.rendered_graph.figure.frame)
    for frame in frames:
        said += [written(number) for numbers in (frame.data, frame.grad) for number in numbers.values()]
    for moment in range(len(window.session.state.trace or ()) + 1):
        panes.timeline._hover(moment)
        said.append(panes.timeline.hovered)
    static = window.plot.view.static
    if static is not None:
        items = window.plot.view.kind.live_items(window.bridge.shown, static)
        said += [f"{getattr(each, 'legend', '')} {getattr(each, 'brief', '')}" for each in items]
    return "\n".join(said)


def told(window, number):
    said = texts(window)
    return any(text in said for text in (written(number), short(float(f"{number:.4g}")), repr(number)))


def test_no_pane_tells_the_next_numbers_though_all_was_run_and_checked_before(reopened, act, qtbot):
    window = reopened(CHAIN)
    act(window, "forward", "backward", "check_all", "show_moments")
    done = window.session.state.trace.ends[0]
    window.session.seek(done)
    results = [step.contributions for step in window.session.state.trace.steps[done + 1 :]]
    amounts = [each.amount for step in results for each in step if abs(each.amount) != 1]
    assert any(told(window, amount) for amount in amounts)
    act(window, "predict")
    qtbot.waitUntil(lambda: "would tell" in window.plot.view.kind.why_empty(window.bridge.shown))
    line = window.panes.predict_line
    for turn in range(12):
        window.plot.show_kind("sweep" if turn % 2 else "activation")
        question = question_at(window.session.state)
        if "further" in question.context:
            break
        if abs(question.right) != 1 and not question.part:
            assert not told(window, question.right), question
        say(line, repr(question.right))
        assert "✓ Right" in line.said.text()
        if not question_at(window.session.state).part:
            assert told(window, question.right)
    act(window, "predict")
    assert window.bridge.shown.checked
    assert not line.isVisible()


def test_the_keys_go_to_the_line_and_back_and_escape_brings_all_back(line, act, enabled, qtbot):
    window, strip = line("lecture", "forward", "backward", "check_all")
    assert window.focusWidget() is strip.answer
    assert not enabled(window, "nudge")
    assert not enabled(window, "check_all")
    say(strip, "abc")
    assert "“abc”" in strip.said.text()
    assert window.session.state.cursor == 7
    QTest.keyClick(strip.answer, Qt.Key.Key_Escape)
    assert not strip.isVisible()
    assert window.focusWidget() is window.canvas
    assert window.session.state.quiz is None
    assert window.bridge.shown is window.session.state
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    assert strip.isVisible()
    assert strip.answer.text() == ""
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    assert not strip.isVisible()
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    say(strip, "p")
    assert not strip.isVisible()


def test_hints_score_and_the_answer_beside_the_right_number(line):
    window, strip = line("lecture", "forward", "backward_step")
    QTest.keyClick(strip.answer, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert strip.said.text() == "Hint: d.grad += f.data × L.grad"
    strip.buttons["hint"].click()
    assert strip.said.text().endswith("−2.0000 × 1.0000")
    assert not strip.buttons["hint"].isEnabled()
    say(strip, "2")
    assert strip.said.text() == "✗ Not right: you said 2, d.grad += −2.0000. That has the wrong sign."
    say(strip, "8/2")
    assert "✓ Right: f.grad += 4.0000 (you said 8/2)" in strip.said.text()
    assert strip.score.text() == "1 of 2 right"
    assert window.session.state.cursor == 5


def test_the_clicker_shows_and_the_teacher_ticks(line):
    window, strip = line("lecture", "forward")
    QTest.keyClick(strip.answer, Qt.Key.Key_PageDown)
    assert window.session.state.cursor == 4
    assert strip.said.text() == "Shown: L.grad = 1.0000."
    assert strip.score.text() == ""
    strip.buttons["had"].click()
    assert strip.score.text() == "1 of 1 right"
    assert not strip.buttons["had"].isVisible()
    strip.buttons["show"].click()
    assert window.session.state.cursor == 5


def test_a_click_on_the_canvas_says_which_node_acts_next(line):
    window, strip = line("lecture", "forward", "backward_step")
    strip.mode.setCurrentIndex(3)
    strip.mode.activated.emit(3)
    assert strip.ask.text().startswith("Which node acts next?")
    of = {node.name: node.id for node in window.session.state.graph}
    viewport = window.canvas.viewport()

    def click(name):
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=window.canvas.node_rect(of[name]).center())

    click("e")
    assert "✗ Not right: you said e, next acts L. e has to wait until d has acted." in strip.said.text()
    click("d")
    assert "✓ Right" in strip.said.text()
    click("a")
    assert "a is a leaf" in strip.said.text()
    window.session.seek(4)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=window.canvas.node_rect(of["L"]).center())
    QTest.mouseMove(viewport, window.canvas.node_rect(of["L"]).center() + QPoint(60, 40))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert window.session.state.cursor == 4  # a drag is no answer


def test_predicting_in_the_hall(line, act, qtbot):
    window, strip = line("lecture", "forward")
    act(window, "projector")
    qtbot.wait(50)
    assert strip.isVisible()
    assert strip.ask.font().pixelSize() >= 28 * window.height() / 1080
    card = window.docks["step_card"]
    assert card.height() < 0.25 * window.height(), "the answer may take data and grad, which need room"
    assert window.canvas.graph_scene.folding.stand.form.numbers == 2
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_2)
    assert window.docks["gradients"].isVisible()
    QTest.keyClick(window.canvas, Qt.Key.Key_PageDown)
    assert window.session.state.cursor == 4
    assert "Shown" in strip.said.text()
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert window.session.state.quiz is None
    assert window.projector.on
    qtbot.waitUntil(lambda: card.height() > 0.3 * window.height())
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    assert window.focusWidget() is strip.answer
    say(strip, "-2")
    assert "✓ Right" in strip.said.text()
    act(window, "projector")
    strip.resize(1000, strip.height())
    whole = strip.ask.text()
    strip.resize(470, strip.height())
    assert whole == f"{strip.ask.text()}  —  {strip.filler.text()}", "nothing of a question is cut"


def test_another_document_or_training_ends_it(line, act, qtbot):
    window, strip = line("lecture", "forward")
    act(window, "new")
    assert not strip.isVisible()
    assert not window.findChild(QAction, "predict").isChecked()
    learning, strip = line("line")
    act(learning, "train")
    qtbot.waitUntil(lambda: not strip.isVisible())
    act(learning, "train")


def test_a_click_on_a_collapsed_block_means_the_node_in_it_whose_turn_it_is(line):
    window, strip = line("mlp", "forward")
    strip.mode.activated.emit(3)
    graph = window.session.state.graph
    hidden = [block for block in graph.blocks if block.collapsed and block.output is not None]

    def click(block):
        at = window.canvas.mapFromScene(window.canvas.box_of(block_key(block.id)).center())
        QTest.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)

    for _ in range(6):  # the seed, the loss, and into the last neuron
        question = question_at(window.session.state)
        box = next((block for block in hidden if question.node in graph.within(block.id)), None)
        if box is not None:
            break
        window.session.next()
    click(next(block for block in hidden if block is not box))
    assert "✗ Not right" in strip.said.text()
    click(box)
    assert "✓ Right" in strip.said.text()


def test_no_plot_of_the_target_before_it_is_predicted(line, qtbot):
    window, strip = line("lecture")
    assert "would tell" in window.plot.view.kind.why_empty(window.bridge.shown)
    for answer in ("-6", "4", "-8"):
        say(strip, answer)
    assert "would tell" in window.plot.view.kind.why_empty(window.bridge.shown)  # the slope, and its sign
    window.session.last()
    assert window.plot.view.kind.why_empty(window.bridge.shown) == ""
