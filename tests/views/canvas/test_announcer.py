"""What a screen reader is told, and the canvas that it walks: through Qt's own tree of what can be told."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest

from micrograd_gui.session.explain.verdicts import verdict_of_moment
from micrograd_gui.views.screen_reader import announcer
from micrograd_gui.views.screen_reader.announcer import Announcer
from micrograd_gui.views.screen_reader.roles import know_painted

Text, Role = QAccessible.Text, QAccessible.Role


class Heard:
    """QAccessible as the announcer knows it; what is told goes on to Qt, and is written down."""

    def __init__(self) -> None:
        self.events: list[object] = []

    def __getattr__(self, name: str) -> object:
        return getattr(QAccessible, name)

    def updateAccessibility(self, event) -> None:
        if hasattr(event, "message"):
            self.events.append((event.message(), event.politeness()))
        elif event.type() == QAccessible.Event.Focus:
            self.events.append(event.accessibleInterface().text(Text.Name))
        QAccessible.updateAccessibility(event)

    def last(self) -> object:
        loop = QEventLoop()
        QTimer.singleShot(announcer._PAUSE + 30, loop.quit)
        loop.exec()
        return self.events[-1] if self.events else None


@pytest.fixture
def heard(monkeypatch) -> Iterator[Heard]:
    know_painted()  # before there is one, as the window does
    made = Heard()
    was = QAccessible.isActive()
    QAccessible.setActive(True)
    monkeypatch.setattr(announcer, "QAccessible", made)
    yield made
    QAccessible.setActive(was)


def test_a_step_a_refusal_and_a_choice_are_told(heard, desk) -> None:
    desk.open()
    Announcer(desk.bridge, desk.view)
    desk.session.backward()
    desk.session.seek(0)
    desk.session.seek(5)
    polite = QAccessible.AnnouncementPoliteness
    said = "Step 5 of 7, backward through L. d, +: grad −2.0000. f, leaf: grad 4.0000."
    assert heard.last() == (said, polite.Polite)
    assert len(heard.events) == 1  # of all that was passed through, the moment one stands at
    desk.bridge.refused.emit("There is no target.", None)
    assert heard.events[-1] == ("There is no target.", polite.Assertive)
    desk.session.select({desk.named("f")})
    assert heard.last() == "f, data = -2, grad = 4"
    assert len(heard.events) == 3
    desk.session.check_all()
    assert heard.last() == (verdict_of_moment(desk.session.state), polite.Polite)
    QTest.keyClick(desk.view, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert heard.events[-1] == (
        "Enter takes the wire from f off port 2 of L. Tab goes to the next, Esc leaves.", polite.Assertive
    )  # fmt: skip


def test_what_was_done_before_there_was_an_announcer_is_told_once(heard, desk) -> None:
    desk.open()
    opened = desk.bridge.shown
    desk.session.forward()
    Announcer(desk.bridge, desk.view, opened)
    assert heard.last() == ("Step 3 of 3, forward: L = −8.0000.", QAccessible.AnnouncementPoliteness.Polite)
    assert len(heard.events) == 1


def test_where_no_screen_reader_runs_nothing_is_told(heard, desk) -> None:
    QAccessible.setActive(False)
    desk.open()
    Announcer(desk.bridge, desk.view)
    desk.session.backward()
    assert heard.last() is None


def test_the_canvas_is_a_list_that_tab_walks(heard, desk) -> None:
    desk.open()
    Announcer(desk.bridge, desk.view)
    canvas = QAccessible.queryAccessibleInterface(desk.view)
    assert (canvas.role(), canvas.text(Text.Name)) == (Role.List, "Canvas")
    items = [canvas.child(place) for place in range(canvas.childCount())]
    assert [item.text(Text.Name) for item in items] == [
        "a, data = 2", "b, data = -3", "e = a × b", "c, data = 10", "d = e + c",
        "f, data = -2", "L = d × f (target)",
    ]  # fmt: skip
    assert {item.role() for item in items} == {Role.ListItem}
    assert canvas.indexOfChild(items[2]) == 2
    assert "slope is the other operand" in items[2].text(Text.Description)
    walked = []
    while desk.view.keyboard.tab(forwards=True):
        assert items[len(walked)].state().focused
        walked.append(heard.events[-1])
    assert walked == [item.text(Text.Name) for item in items]
    at = desk.view.viewport().mapToGlobal(desk.on("d"))
    assert canvas.childAt(at.x(), at.y()) is items[4]
    desk.session.forward()
    assert items[6].text(Text.Name) == "L = d × f (target), data = -8"


def test_a_box_is_one_item_and_items_that_are_gone_are_no_more(heard, desk) -> None:
    desk.open("from micrograd.nn import Neuron\nn = Neuron(2)\no = n([1.0, 2.0])")
    Announcer(desk.bridge, desk.view)
    canvas = QAccessible.queryAccessibleInterface(desk.view)
    open_ = canvas.childCount()
    last = canvas.child(open_ - 1)
    desk.session.collapse(desk.graph.blocks[0].id)
    desk.settle()
    assert canvas.childCount() < open_
    assert not last.isValid()
    names = [canvas.child(place).text(Text.Name) for place in range(canvas.childCount())]
    assert any("output" in name and "nodes" in name for name in names), names
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
