"""In every language there is a catalogue of, each text has room for itself: where it has none, rows break."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPointF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QPushButton,
    QStatusBar,
    QTabBar,
    QToolButton,
    QWidget,
)

from micrograd import language
from micrograd_gui import languages
from micrograd_gui.app.actions.language import translate_qt
from micrograd_gui.app.actions.tab_order import stops
from micrograd_gui.app.disk import ask_overwrite
from micrograd_gui.app.file_dialogs import ask_unsaved
from micrograd_gui.app.hall.projecting import THIRD
from micrograd_gui.app.learning.greeting import Greeting
from micrograd_gui.app.recovery.offer import RecoveryOffer
from micrograd_gui.app.status import Message, StatusBar
from micrograd_gui.app.tabs import AllTabs
from micrograd_gui.document.block import OFFERED_KINDS
from micrograd_gui.resource import resource
from micrograd_gui.session.apart.two_runs import TwoRuns
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.bugs.table import BUGS
from micrograd_gui.views.lab.flow import Flow
from micrograd_gui.views.lab.panes import LATE_PANES
from tests.app.unfit import overlapping, settle, unfit

LONGER = "longer"
CODES = ["en", LONGER, *sorted(path.stem for path in resource("languages").glob("*.po"))]
SIZE = (1280, 800)
BIG = (1920, 1080)


class Longer(dict):
    """English that is by three tenths longer, in words."""

    def get(self, key: str, default: object = None) -> str:
        text = key.rpartition(language.CONTEXT)[2]
        return text + " mmmm" * (len(text) * 3 // 50) + "m" * (len(text) * 3 // 10 % 5)


@pytest.fixture(params=CODES)
def speaking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The windows of this test speak that language, however much of it is translated by now."""
    if request.param == LONGER:
        language.use(Longer())
    else:
        monkeypatch.setattr(languages, "_asked", request.param)
    yield request.param
    languages.use("en")
    language.use()
    translate_qt()


def _tabs(text: str, parent: QWidget) -> QTabBar:
    bar = QTabBar(parent)
    bar.addTab(text)
    return bar


def _found(root: QWidget, where: str) -> list[str]:
    settle(root)
    return [f"{where}: {each}" for each in unfit(root)]


def test_what_stands_in_the_window_fits(qtbot, opened, act, speaking: str) -> None:
    window = opened("xor", SIZE)
    window.setUpdatesEnabled(False)  # to be laid out is enough
    session, panes = window.session, window.panes
    session.forward()
    session.backward_step()
    session.select({3})
    found = _found(window, "at first")
    for name in ("gradients", "training", "data"):
        window.docks[name].raise_()
        found += _found(window, name)
    session.room(TwoRuns).hold()
    session.room(BugLab).plant(BUGS[0].name)
    for name in LATE_PANES:
        if name != "lesson":
            panes.toggle(name)
            found += _found(window, name)
            window.docks[name].hide()
    session.room(BugLab).remove()
    session.seek(0)
    act(window, "predict")
    found += _found(window, "predicting")
    act(window, "predict", "start_here")
    found += _found(window, "lessons")
    window.classroom().choose("neuron")
    qtbot.waitUntil(lambda: session.state.lesson is not None)
    found += _found(window, "a lesson")
    assert found == []


def test_what_asks_fits(qtbot, opened, act, speaking: str) -> None:
    window = opened("neuron", SIZE)
    window.setUpdatesEnabled(False)  # to be laid out is enough
    panes = window.panes
    asking = {
        "overwriting": ask_overwrite(window, Path("a.micrograd"), *[lambda: None] * 4),
        "unsaved": ask_unsaved(window, "neuron", lambda _: None, lambda: None),
    }
    for kind in OFFERED_KINDS:
        asking[kind] = window.blocks.ask(kind, QPointF())
    for name in ("own_op", "export", "about"):
        act(window, name)
        asking[name] = window.findChildren(QDialog)[-1]
    asking["export"].findChild(QToolButton, "more").setChecked(True)
    found = [each for name, dialog in asking.items() for each in _found(dialog, name)]
    for dialog in asking.values():
        dialog.close()
    kept = SimpleNamespace(path=Path("some-name.micrograd"), name="some-name", at=time.time())
    left = SimpleNamespace(
        found=SimpleNamespace(kept=kept, graph=window.session.state.graph), standing="changed"
    )
    offer = RecoveryOffer(window, window.canvas, *[lambda *_: None] * 4)
    offer.add([(left, [])], offer.show)
    qtbot.waitUntil(offer.isVisible)
    found += _found(offer, "recovery")
    offer.hide()
    window.documents.watch._tell(Path("some-name.micrograd"), "changed")
    greeting = Greeting(window, panes.timeline, lambda: None)
    found += _found(panes.stage, "canvas")
    greeting.hide()
    act(window, "projector")
    settle(window)
    window.resize(*SIZE)  # the screen of this platform is smaller
    settle(window)
    assert window.size() == QSize(*SIZE)
    for name in ("", *THIRD[1:]):
        window.projector.choose(name)
        found += _found(window, f"hall {name}")
    assert found == []


@pytest.mark.parametrize(
    ("speaking", "size"), [("de", (1366, 768)), ("ja", SIZE), ("en", BIG)], indirect=["speaking"]
)
def test_text_of_twice_the_size_loses_nothing(opened, act, speaking: str, size: tuple[int, int]) -> None:
    window = opened("xor", size)
    window.setUpdatesEnabled(False)  # to be laid out is enough
    window.appearance.use_scale(2.0)
    assert window.look.scale == 2.0
    session, panes = window.session, window.panes
    session.forward()
    session.backward_step()
    session.select({3})
    found = _found(window, "at first")
    assert window.canvas.height() > size[1] * 0.45
    assert window.canvas.width() > size[0] * 0.5
    assert window.minimumSizeHint().height() < 2 * 344, "a screen of 1366 × 768 whose pixels are two wide"
    for button in (
        window.docks["step_card"].findChild(QAbstractButton, "qt_dockwidget_closebutton"),
        window.bars.expression_line.findChild(QToolButton),
    ):
        assert min(button.width(), button.height()) >= 2 * 15, "Qt's own stay as small"
    for name in ("gradients", "training", "data"):
        window.docks[name].raise_()
        found += _found(window, name)
    (listing,) = (each for each in window.findChildren(AllTabs) if each.isVisible())
    listing.menu().aboutToShow.emit()
    named = {action.text(): action for action in listing.menu().actions()}
    of_one_row = ("plot", "gradients", "training", "data")
    assert {window.docks[name].windowTitle() for name in of_one_row} <= {*named}, "its tabs have no room"
    named[window.docks["plot"].windowTitle()].trigger()
    found += _found(window, "plot")
    assert not panes.plot.visibleRegion().isEmpty()
    for name in set(LATE_PANES) - {"lesson", "ledger"}:
        panes.toggle(name)
        found += _found(window, name)
        panes.toggle(name)
    session.seek(0)
    act(window, "predict")
    found += _found(window, "predicting")
    assert window.canvas.height() > size[1] // 10, "what is asked about is seen"
    assert window.docks["step_card"].isVisible() is (size == BIG), "a question needs the room of the panes"
    act(window, "predict")
    settle(window)
    settle(window)
    assert window.docks["step_card"].isVisible()
    assert window.size() == QSize(*size), "it has not grown beyond the screen"
    for name in ("own_op", "export", "about", "keys"):
        act(window, name)
        dialog = window.findChildren(QDialog)[-1]
        found += _found(dialog, name)
        assert dialog.width() <= size[0], name
        assert dialog.height() <= size[1], name
        dialog.close()
    assert found == []


@pytest.mark.parametrize(
    ("speaking", "size"),
    [("de", (1366, 768)), ("fr", (1024, 700)), ("de", (1024, 700))],
    indirect=["speaking"],
)
def test_each_tool_is_in_its_row_or_named_at_its_end(
    qtbot, opened, speaking: str, size: tuple[int, int]
) -> None:
    window = opened("moons", size)

    def in_rows() -> set[str]:
        settle(window)
        assert _found(window, "a row") == []
        buttons = [
            each for bar in (window.bars.run, window.bars.measure) for each in bar.findChildren(QToolButton)
        ]
        shown = [each for each in buttons if each.isVisible()]
        named = [action for each in shown if each.menu() for action in each.menu().actions()]
        return {each.objectName() for each in (*named, *(each.defaultAction() for each in shown)) if each}

    more = window.findChild(QToolButton, "more_tools")
    tools = in_rows()
    assert "tidy" in tools
    assert not more.isVisible()
    window.appearance.use_scale(2.0)
    assert in_rows() == tools
    assert more.isVisible()
    assert more in stops(window)
    assert QAccessible.queryAccessibleInterface(more).text(QAccessible.Text.Name)
    QTimer.singleShot(0, lambda: qtbot.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape))
    qtbot.keyClick(more, Qt.Key.Key_Space)
    window.appearance.use_scale(1.0)
    assert in_rows() == tools
    assert not more.isVisible()


@pytest.mark.parametrize("speaking", ["fr", "de", "ja"], indirect=True)
def test_nothing_in_a_dialog_lies_on_its_neighbour(opened, act, speaking: str) -> None:
    window = opened("xor", (1366, 768))
    window.setUpdatesEnabled(False)  # to be laid out is enough
    found = []
    for scale in (1.0, 2.0):
        window.appearance.use_scale(scale)
        for name in ("export", "own_op", "about", "keys"):
            act(window, name)
            dialog = window.findChildren(QDialog)[-1]
            settle(dialog)
            found += [f"{name}, {scale}: {each}" for each in overlapping(dialog)]
            dialog.close()
    assert found == []


@pytest.mark.parametrize("make", [QPushButton, QLabel, _tabs], ids=["button", "label", "tab"])
def test_what_does_not_fit_is_found(qtbot, make: Callable[[str, QWidget], QWidget]) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    inside = make("as long as this", parent)
    inside.resize(inside.sizeHint())
    parent.resize(400, 60)
    parent.show()
    assert unfit(parent) == []
    parent.resize(60, 60)
    assert unfit(parent), "it is out of sight"
    parent.resize(400, 60)
    inside.resize(60, inside.height())
    assert unfit(parent), "it is too narrow"


def test_a_row_of_buttons_breaks_where_it_has_no_room(qtbot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    row = Flow()
    row.setSpacing(4)
    first, second, last = (QPushButton(text) for text in ("one", "and another", "the last"))
    page.setLayout(row)
    row.addWidget(first)
    row.add_gap()
    row.addWidget(second)
    row.addWidget(last)
    whole = row.sizeHint().width()
    page.resize(whole + 50, 200)
    row.activate()
    assert first.x() == 0
    assert last.geometry().right() == page.width() - 1, "what comes after the gap stands at the right"
    page.resize(whole - 1, 200)
    row.activate()
    row.setGeometry(page.rect())
    assert first.y() == second.y() < last.y()
    assert row.heightForWidth(page.width()) == last.geometry().bottom() + 1
    second.hide()
    row.setGeometry(page.rect())
    assert first.y() == last.y(), "what is hidden needs no room"


@pytest.mark.parametrize(("text", "same"), [("A tip.", True), ("A long tip, that goes on. " * 9, False)])
def test_a_tip_without_room_ends_in_dots(qtbot, text: str, same: bool) -> None:
    bars = StatusBar(), QStatusBar()
    bars[1].addWidget(Message())  # as high as ours
    for bar in bars:
        qtbot.addWidget(bar)
        bar.setSizeGripEnabled(False)
        bar.resize(400, 24)
        bar.showMessage(text)
    ours, plain = (bar.grab().toImage() for bar in bars)
    assert (ours == plain) is same
    assert bars[0].toolTip() == text


def test_a_list_that_is_narrower_than_what_is_in_it_is_found(qtbot) -> None:
    combo = QComboBox()
    qtbot.addWidget(combo)
    combo.addItems(["short", "as long as this"])
    combo.show()
    assert unfit(combo) == []
    combo.setFixedWidth(combo.sizeHint().width() - 10)  # there is some room beside the text
    assert unfit(combo)
