"""Each control of the window has a name and says what it is: a screen reader can read all of it."""

import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton, QTableView, QToolButton, QWidget

from micrograd_gui.app.disk import ask_overwrite
from micrograd_gui.app.file_dialogs import ask_unsaved
from micrograd_gui.app.recovery.offer import RecoveryOffer
from micrograd_gui.document.block import OFFERED_KINDS
from micrograd_gui.views.lab.panes import LATE_PANES
from micrograd_gui.views.screen_reader.roles import name_choice
from tests.app.told import told_of, untold, walk
from tests.app.unfit import settle

_Role = QAccessible.Role


def _untold(root: QWidget, where: str) -> list[str]:
    settle(root)
    return [f"{where}: {each}" for each in untold(root)]


def test_each_control_of_the_window_is_named(qtbot, opened, act) -> None:
    window = opened("xor")
    window.setUpdatesEnabled(False)  # to be laid out is enough
    session, panes = window.session, window.panes
    session.forward()
    session.backward_step()
    session.select({3})
    for name in set(LATE_PANES) - {"lesson"}:
        panes.toggle(name)
    for name in ("gradients", "training", "data"):
        window.docks[name].raise_()
    found = _untold(window, "panes")
    tables = [table for table in window.findChildren(QTableView) if table.objectName() != "find_list"]
    for table in tables:
        heads = [each for each in walk(told_of(table)) if each.role() == _Role.ColumnHeader]
        found += [] if heads else [f"no headers: {table.objectName()}"]
    session.seek(0)
    act(window, "predict")
    found += _untold(panes.predict_line, "predicting")
    act(window, "predict", "start_here")
    found += _untold(window.docks["lesson"], "lessons")
    window.classroom().choose("neuron")
    qtbot.waitUntil(lambda: session.state.lesson is not None)
    found += _untold(window.docks["lesson"], "a lesson")
    act(window, "projector")
    assert found == []
    assert untold(window) == [], "hall"


def test_each_control_that_asks_is_named(qtbot, opened, act) -> None:
    window = opened("neuron")
    window.setUpdatesEnabled(False)  # to be laid out is enough
    asking: dict[str, QWidget] = {
        "overwriting": ask_overwrite(window, Path("a.micrograd"), *[lambda: None] * 4),
        "unsaved": ask_unsaved(window, "neuron", lambda _: None, lambda: None),
    }
    for kind in OFFERED_KINDS:
        asking[kind] = window.blocks.ask(kind, QPointF())
    for name in ("own_op", "export", "about", "keys"):
        act(window, name)
        asking[name] = window.findChildren(QDialog)[-1]
    asking["export"].findChild(QToolButton, "more").setChecked(True)
    kept = SimpleNamespace(path=Path("some-name.micrograd"), name="some-name", at=time.time())
    left = SimpleNamespace(
        found=SimpleNamespace(kept=kept, graph=window.session.state.graph), standing="changed"
    )
    offer = asking["recovery"] = RecoveryOffer(window, window.canvas, *[lambda *_: None] * 4)
    offer.add([(left, [])], offer.show)
    qtbot.waitUntil(offer.isVisible)
    assert [each for name, dialog in asking.items() for each in _untold(dialog, name)] == []
    for dialog in asking.values():
        dialog.close()


def test_what_is_painted_says_what_it_is(opened) -> None:
    window = opened("neuron")
    session, timeline = window.session, told_of(window.findChild(QWidget, "timeline"))
    session.forward()
    roles = {"timeline": _Role.Slider, "rendered_graph": _Role.Graphic, "canvas": _Role.List}
    for name, role in roles.items():
        assert told_of(window.findChild(QWidget, name)).role() == role
    assert timeline.actionInterface() is not None
    assert timeline.textInterface() is None, "a screen reader asks for all that there is"
    assert timeline.attributesInterface() is None
    place = timeline.valueInterface()
    run = len(session.state.trace)
    assert (place.minimumValue(), place.currentValue(), place.maximumValue()) == (0, run, run)
    place.setCurrentValue(2)
    assert session.state.cursor == 2, "a screen reader goes along it"
    place.setCurrentValue(run + 7)
    assert session.state.cursor == run


@pytest.mark.parametrize("name", ["", "▶", "…", "7"])
def test_a_control_without_words_is_found(qtbot, name: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    button, choice = QPushButton(name, parent), QComboBox(parent)
    choice.addItem(name)
    assert len(untold(parent)) == 2
    button.setAccessibleName("Play")
    name_choice(choice, "Speed")
    assert untold(parent) == []
    parent.setFocusPolicy(button.focusPolicy())
    assert len(untold(parent)) == 1, "what can have the focus says what it is"
