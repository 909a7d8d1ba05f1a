"""Tab goes through all that takes the keys, in the order in which one reads, and is caught nowhere."""

from pathlib import Path

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QToolButton, QWidget
from shiboken6 import isValid

from micrograd_gui.app.actions.tab_order import stops
from micrograd_gui.app.disk import ask_overwrite
from micrograd_gui.app.file_dialogs import ask_unsaved
from tests.app.unfit import settle

TOOLS = ["button_forward", "button_backward_step", "button_backward", "button_nudge", "h", "button_sides",
         "button_check_all", "expression", "button_tidy"]  # fmt: skip
IN_PANE = {
    "training": [
        "training_train",
        "training_speed",
        "plan_rate",
        "plan_schedule",
        "plan_optimiser",
        "redraw",
    ],
    "data": ["data_sets", "data_open", "data_add_row", "data", "data_reduction"],
}
_MOST = 200  # stops


def _walk(root: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """What has the keys, press by press, until it is what had them at first."""
    passed = [root.focusWidget()]
    for _ in range(_MOST):
        QTest.keyClick(passed[-1], key)
        here = root.focusWidget()
        assert here is not None
        if here is passed[0]:
            return passed
        if here is not passed[-1]:
            passed.append(here)
    raise AssertionError(f"it does not come round: {_names(passed[-5:])}")


def _names(widgets: list[QWidget]) -> list[str]:
    return [widget.objectName() for widget in widgets]


def test_tab_goes_through_the_window_as_one_reads_it(qtbot, opened) -> None:
    window = opened("xor")
    window.session.select({51})
    for name in ("training", "data"):
        window.docks[name].raise_()
        settle(window)
        window.findChild(QToolButton, "button_forward").setFocus()
        passed = _walk(window)
        names = _names(passed)
        assert names[: len(TOOLS)] == TOOLS
        assert names[len(TOOLS)] == "canvas"
        order = [
            "gradients_of",
            "offer_value",
            "offer_+",
            "offer_-",
            "step_card",
            "plot_kind",
            *IN_PANE[name],
        ]
        assert [each for each in names if each in order] == order
        assert len(passed) == len({*passed}) == len(stops(window))
        for widget in passed:
            assert window.rect().intersects(
                widget.rect().translated(widget.mapTo(window, QPointF()).toPoint())
            )
    window.findChild(QToolButton, "button_forward").setFocus()
    window.session.select(range(35, 49))  # the first of the canvas: backwards, one goes on from there
    back = _walk(window, Qt.Key.Key_Backtab)
    assert back == [passed[0], *reversed(passed[1:])]


def test_tab_goes_nowhere_that_is_not_seen(opened, act) -> None:
    window = opened("neuron")  # there are panes behind tabs, and a row of tabs that Qt has left
    window.findChild(QWidget, "step_card").setFocus()
    unseen = [each for each in _walk(window) if each is not window.canvas and each.visibleRegion().isEmpty()]
    assert _names(unseen) == []
    act(window, "projector")
    settle(window)
    window.findChild(QWidget, "step_card").setFocus()
    assert _names(_walk(window)) == ["step_card", "canvas"]


def test_what_is_scrolled_away_comes_into_sight(opened) -> None:
    window = opened("neuron", (1300, 500))
    window.findChild(QWidget, "offer_value").setFocus()
    last = window.findChild(QWidget, "more_offers")
    assert last.visibleRegion().isEmpty()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)  # onto the canvas, and its last node
    window.findChild(QWidget, "step_card").setFocus()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
    assert window.focusWidget() is last
    assert not last.visibleRegion().isEmpty()


_FIRST = {
    "mlp": "block_inputs", "loss": "block_form", "own_op": "own_name", "export": "form", "keys": "page",
    "about": "page", "overwriting": "", "unsaved": "",
}  # fmt: skip


def _ask(window, name: str, act) -> QDialog:
    if name == "overwriting":
        return ask_overwrite(window, Path("a.micrograd"), *[lambda: None] * 4)
    if name == "unsaved":
        return ask_unsaved(window, "neuron", lambda _: None, lambda: None)
    if name in ("mlp", "loss"):
        return window.blocks.ask(name, QPointF())
    act(window, name)
    return window.findChildren(QDialog)[-1]


def test_a_dialog_begins_at_its_first_field_and_is_left_by_esc(opened, act) -> None:
    window = opened("neuron")
    for name, first in _FIRST.items():
        dialog = _ask(window, name, act)
        settle(dialog)
        assert [button.isDefault() for button in dialog.findChildren(QPushButton)].count(True) == 1, name
        begin = dialog.focusWidget()
        assert begin.objectName() == first, name
        assert first or begin.isDefault(), f"where nothing is typed the keys are at the usual answer: {name}"
        assert all(each.isVisible() for each in _walk(dialog)), name
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Escape)
        QApplication.processEvents()
        assert not isValid(dialog) or not dialog.isVisible(), name
