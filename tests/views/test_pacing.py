"""Changes come at once; in a run they come at a pace, and none of them is lost."""

import re
import time
from itertools import count, pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import NEVER, Bridge, Frames, Pace, Paced
from tests.views import learning

PACKAGE = Path(__file__).parents[2] / "micrograd_gui"


@pytest.fixture
def session():
    return Session(learning.line(steps=1_000_000))


def heard(session, rest, *others):
    """A bridge, and the pairs of States that come through at that pace."""
    bridge = Bridge(session)
    owner = QObject(bridge)
    lists = []
    for each in (rest, *others):
        pairs = []
        Paced(bridge, each, owner).changed.connect(lambda old, new, pairs=pairs: pairs.append((old, new)))
        lists.append(pairs)
    return bridge, lists


def test_without_a_run_each_change_comes_at_once(qapp, session):
    bridge, (pairs,) = heard(session, 100)
    states = [session.state]
    for value in (1.0, 2.0, 3.0):
        session.set_value(session.state.graph.named("w"), value)
        states.append(session.state)
    assert pairs == list(pairwise(states))
    bridge.deleteLater()


def test_in_a_run_many_changes_are_shown_as_one_and_the_last_is_never_missed(qtbot, session):
    bridge, (pairs,) = heard(session, 30)
    first, began = session.state, time.perf_counter()
    session.train_start()
    for _ in range(200):
        session.train_tick(1)
        qtbot.wait(1)
    session.train_stop()
    qtbot.waitUntil(lambda: pairs[-1][1] is session.state)
    assert 2 <= len(pairs) <= 2 + (time.perf_counter() - began) / 0.029
    assert pairs[0][0] is first
    assert pairs[-1][1] is session.state
    assert all(a[1] is b[0] for a, b in pairwise(pairs))
    bridge.deleteLater()


def test_what_can_wait_is_shown_when_the_run_is_over(qtbot, session):
    bridge, (pairs,) = heard(session, NEVER)
    first = session.state
    session.train_start()
    for _ in range(20):
        session.train_tick(1)
        qtbot.wait(2)
    assert pairs == []
    session.train_stop()
    assert pairs == [(first, session.state)]
    bridge.deleteLater()


def test_two_views_are_not_shown_in_the_same_frame(qtbot, session):
    bridge, lists = heard(session, 20, 20)
    times = []
    for owner in bridge.findChildren(Paced):
        owner.changed.connect(lambda *_: times.append(time.perf_counter()))
    session.train_start()
    for _ in range(60):
        session.train_tick(1)
        qtbot.wait(3)
    gaps = [b - a for a, b in pairwise(times)]
    assert len(times) > 6
    assert min(gaps) > 0.012
    assert all(lists)
    session.train_stop()
    bridge.deleteLater()


class Drawn(QObject):
    """Notes in ``order`` which view was shown, and when an event that came meanwhile was answered."""

    def __init__(self, bridge, order):
        super().__init__(bridge)
        self.order = order
        for name, owner in enumerate(bridge.findChildren(Paced)):
            owner.changed.connect(lambda *_, name=name: self.draw(name))

    def draw(self, name):
        self.order.append(name)
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))

    def event(self, event):
        if event.type() == QEvent.Type.User:
            self.order.append("answered")
            return True
        return super().event(event)


def test_between_two_heavy_views_events_are_answered_whatever_the_clock_says(qtbot, session, monkeypatch):
    # on this clock any two looks are an hour apart, as where the process rests between two timers
    monkeypatch.setattr("micrograd_gui.views.bridge.perf_counter", count(0.0, 3600.0).__next__)
    bridge, _ = heard(session, 0, 0, 0)
    order = []
    Drawn(bridge, order)
    session.train_start()
    qtbot.waitUntil(lambda: len(order) == 6)
    assert sorted(order[::2]) == [0, 1, 2]
    assert order[1::2] == ["answered"] * 3
    session.train_stop()
    bridge.deleteLater()


def test_the_end_of_a_run_comes_to_heavy_views_one_by_one_and_to_all_of_them(qtbot, session):
    bridge, lists = heard(session, NEVER, NEVER, NEVER)
    light = []
    Paced(bridge, 100, bridge, heavy=False).changed.connect(lambda old, new: light.append((old, new)))
    first, order = session.state, []
    session.train_start()
    session.train_tick(3)
    Drawn(bridge, order)
    session.train_stop()
    assert light[-1][1] is session.state
    qtbot.waitUntil(lambda: all(lists))
    qtbot.wait(1)
    assert lists == [[(first, session.state)]] * 3
    heavy = [each for each in order if each != 3]  # 3: the light one
    assert all({a, b} & {"answered"} for a, b in pairwise(heavy))
    bridge.deleteLater()


def test_an_edit_after_a_run_brings_its_end_at_once(qapp, session):
    bridge, lists = heard(session, NEVER, NEVER, NEVER)
    first = session.state
    session.train_start()
    session.train_tick(3)
    session.train_stop()
    session.set_value(session.state.graph.named("w"), 2.0)
    assert all(pairs[0][0] is first and pairs[-1][1] is session.state for pairs in lists)
    assert all(a[1] is b[0] for pairs in lists for a, b in pairwise(pairs))
    bridge.deleteLater()


def test_a_run_that_ends_with_another_graph_is_shown_at_once(qapp, session):
    bridge, lists = heard(session, NEVER, NEVER, NEVER)
    session.train_start()
    session.train_tick(3)
    session.open_graph(learning.plane())
    assert [pairs[-1][1] for pairs in lists] == [session.state] * 3
    bridge.deleteLater()


def test_the_bridge_lists_all_who_listen_to_it():
    listening = re.compile(r"bridge\.changed\.connect|\bPaced\(")
    listeners = {
        path.relative_to(PACKAGE).as_posix()
        for floor in ("views", "app")
        for path in (PACKAGE / floor).rglob("*.py")
        if path.name != "bridge.py" and listening.search(path.read_text("utf-8"))
    }
    listed = set(re.findall(r"^    ((?:app|views)/\S+\.py) ", Bridge.__doc__, re.MULTILINE))
    assert listed == listeners


# Frames and Pace, by a clock of the test ---------------------------------------------------------


@pytest.fixture
def clock(qapp, monkeypatch):
    """What ``perf_counter`` tells the bridge; a list of one number."""
    now = [100.0]
    monkeypatch.setattr("micrograd_gui.views.bridge.perf_counter", lambda: now[0])
    return now


def test_one_heavy_view_has_its_turn_in_a_frame(qtbot, clock):
    frames = Frames()
    assert frames.take_turn()
    clock[0] += 0.010
    qtbot.wait(1)
    assert not frames.take_turn()
    clock[0] += 0.006
    assert frames.take_turn()


def test_after_a_heavy_view_events_have_their_turn_before_the_next_however_long_it_took(qtbot, clock):
    frames = Frames()
    first, other = Pace(frames, 0), Pace(frames, 0)
    assert first.delay() == 0
    with first.drawing():
        clock[0] += 0.070
    again = other.delay()
    assert again > 0
    clock[0] += again / 1000
    assert other.delay() > 0  # time is not enough
    qtbot.wait(1)
    assert other.delay() == 0


def test_steps_have_less_of_a_frame_where_ticks_come_late_or_a_view_is_drawn(clock):
    frames = Frames()
    frames.begin()
    full = frames.budget
    clock[0] += 0.016
    assert frames.tick() == pytest.approx(0.016)
    assert frames.budget == full
    clock[0] += 0.040
    frames.tick()
    late = frames.budget
    assert late < full
    clock[0] += 0.016
    frames.tick()
    assert late < frames.budget <= full
    frames.take_turn()
    assert frames.budget < late
    clock[0] += 0.013
    assert frames.budget > late


def test_a_view_rests_its_pace_or_eight_times_what_its_drawing_took(clock):
    pace = Pace(Frames(), 50)
    assert pace.wait() == 0
    with pace.drawing():
        clock[0] += 0.001
    assert pace.wait() == 50
    with pace.drawing():
        clock[0] += 0.020
    assert pace.wait() == 160
    clock[0] += 0.100
    assert pace.wait() == 60
    pace.forget()
    assert pace.wait() == 0


def test_what_is_heavy_asks_again_when_it_is_not_its_turn(clock):
    frames = Frames()
    heavy, light = Pace(frames, 0), Pace(frames, 0, heavy=False)
    assert heavy.delay() == 0
    assert heavy.delay() > 0
    assert light.delay() == 0
