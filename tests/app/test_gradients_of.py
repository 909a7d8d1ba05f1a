"""What the gradients are of, written below the canvas, and chosen there; the buttons do what is written."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton


def line_of(window) -> QPushButton | None:
    return window.findChild(QPushButton, "gradients_of")


def number_of(window, name: str) -> float:
    state = window.session.state
    return state.frame.data[state.graph.named(name)]


def left_of_words(line: QPushButton) -> int:
    """How many pixels are free before the first letter."""
    image = line.grab().toImage()
    ratio, middle = image.devicePixelRatio(), image.height() // 2
    ground = image.pixelColor(0, middle)
    heights = range(image.height() // 4, image.height() * 3 // 4)
    inked = (x for x in range(image.width()) if any(image.pixelColor(x, y) != ground for y in heights))
    return int(next(inked) / ratio)


def choose(window, of: str) -> None:
    actions = {each.objectName(): each for each in line_of(window).menu().actions()}
    actions[f"gradients_of_{of}"].trigger()


@pytest.mark.parametrize(
    ("of", "words", "w"), [("rows", "mean of 20 rows", -0.5516), ("row", "row 1 of 20", 1.0281)]
)
def test_update_and_one_step_do_what_is_written(opened, act, of: str, words: str, w: float) -> None:
    by_hand, trained = opened("line"), opened("line")
    for window in (by_hand, trained):
        choose(window, of)
    act(by_hand, "forward", "backward")
    assert words in line_of(by_hand).text()
    act(by_hand, "update")
    act(trained, "train_step")
    assert number_of(by_hand, "w") == number_of(trained, "w") == pytest.approx(w, abs=5e-5)
    assert words in line_of(trained).text()


def test_the_words_follow_the_pass_and_the_switch(opened, act) -> None:
    window = opened("line")
    line = line_of(window)
    assert line.isVisible()
    act(window, "backward_step")
    assert "so far: row 1 of 20" in line.text()
    act(window, "backward")
    assert "parameters: mean of 20 rows" in line.text()
    act(window, "gradients_of_row")
    assert line.text().startswith("gradients: row 1 of 20")
    assert window.findChild(QAction, "gradients_of_row").isChecked()
    act(window, "gradients_of_row")
    assert "parameters: mean of 20 rows" in line.text()


def test_it_takes_nothing_from_the_canvas_and_is_there_in_the_hall(opened, act, qtbot) -> None:
    window = opened("line", size=(1024, 700))
    canvas, line = window.findChild(object, "canvas"), line_of(window)
    for _ in range(2):
        assert line.isVisible()
        assert line.geometry().top() >= canvas.viewport().geometry().bottom()
        assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width()
        assert left_of_words(line) >= window.look.px(7)
        act(window, "projector")
        qtbot.wait(50)


def test_a_graph_without_rows_has_no_such_line(opened, act) -> None:
    window = opened("neuron")
    assert line_of(window) is None
    act(window, "backward")
    assert line_of(window) is None
    assert not window.findChild(QAction, "gradients_of_row").isEnabled()


def test_the_line_goes_with_the_rows_and_comes_back(opened) -> None:
    window = opened("line")
    canvas = window.findChild(object, "canvas")
    window.session.set_rows(None)
    assert line_of(window).isHidden()
    assert canvas.viewport().height() == canvas.height()
    window.session.undo()
    assert line_of(window).isVisible()
    assert canvas.viewport().height() == canvas.height() - line_of(window).height()
