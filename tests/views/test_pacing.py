"""Changes come at once; in a run they come to all at once, at a pace, and none of them is lost."""

import re
import time
from itertools import count, pairwise
from pathlib import Path
from threading import get_ident

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from micrograd_gui.files.documents import load_example
from micrograd_gui.session import record as recording
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import NEVER, Bridge, Frames, Paced, Together
from tests.views import learning

PACKAGE = Path(__file__).parents[2] / "micrograd_gui"


@pytest.fixture
def session():
    return Session(learning.line(steps=1_000_000))


def paced(session, rest):
    """A bridge, and the pairs of States that come through at that pace."""
    bridge, pairs = Bridge(session), []
    Paced(bridge, rest, bridge).changed.connect(lambda old, new: pairs.append((old, new)))
    return bridge, pairs


class Pane(QObject):
    """Notes what it prepares and shows, and where in the order of all panes and events."""

    def __init__(self, bridge, name, order, prepares=True):
        super().__init__(bridge)
        self.name, self.order, self.pairs, self.prepared = name, order, [], []
        self.prepares = prepares
        Together(bridge, self, self.prepare if prepares is not None else None).changed.connect(self.show)

    def prepare(self, state):
        self.prepared.append(state)
        if self.prepares:
            self.order.append(("prepares", self.name))
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
        return self.prepares

    def show(self, old, new):
        self.pairs.append((old, new))
        self.order.append(("shows", self.name))

    def event(self, event):
        if event.type() == QEvent.Type.User:
            self.order.append("answered")
            return True
        return super().event(event)


def together(session, *prepares):
    """A bridge, and panes upon it: True: one that prepares; False: has nothing to; None: never does."""
    bridge, order = Bridge(session), []
    return bridge, [Pane(bridge, name, order, each) for name, each in enumerate(prepares)], order


def train(qtbot, session, until):
    while not until():
        session.train_tick(1)
        qtbot.wait(1)


def test_without_a_run_each_change_comes_at_once(qapp, session):
    bridge, (pane,), _ = together(session, True)
    pairs = []
    Paced(bridge, 100, bridge).changed.connect(lambda old, new: pairs.append((old, new)))
    states = [session.state]
    for value in (1.0, 2.0, 3.0):
        session.set_value(session.state.graph.named("w"), value)
        states.append(session.state)
    assert pairs == pane.pairs == list(pairwise(states))
    assert pane.prepared == []
    bridge.deleteLater()


def test_in_a_run_many_changes_are_shown_as_one_and_the_last_is_never_missed(qtbot, session):
    bridge, pairs = paced(session, 30)
    first, began = session.state, time.perf_counter()
    session.train_start()
    for _ in range(200):
        session.train_tick(1)
        qtbot.wait(1)
    session.train_stop()
    assert 2 <= len(pairs) <= 2 + (time.perf_counter() - began) / 0.029
    assert pairs[0][0] is first
    assert pairs[-1][1] is session.state
    assert all(a[1] is b[0] for a, b in pairwise(pairs))
    bridge.deleteLater()


def test_what_can_wait_is_shown_when_the_run_is_over(qtbot, session):
    bridge, pairs = paced(session, NEVER)
    first = session.state
    session.train_start()
    for _ in range(20):
        session.train_tick(1)
        qtbot.wait(2)
    assert pairs == []
    session.train_stop()
    assert pairs == [(first, session.state)]
    bridge.deleteLater()


def test_in_a_run_all_show_the_same_states_and_each_of_them_in_one_turn(qtbot, session):
    bridge, panes, order = together(session, True, None, True, False)
    first = session.state
    session.train_start()
    train(qtbot, session, lambda: len(panes[0].pairs) >= 4)
    assert all(pane.pairs == panes[0].pairs for pane in panes)
    assert panes[0].pairs[0][0] is first
    assert all(a[1] is b[0] for a, b in pairwise(panes[0].pairs))
    assert panes[0].pairs[-1][1] is bridge.shown
    assert [new for _, new in panes[0].pairs] == panes[0].prepared[:4] == panes[2].prepared[:4]
    shown = [each for each in order if each[0] == "shows"]
    at = [place for place, each in enumerate(order) if each == ("shows", 0)]
    assert shown[:4] == [("shows", name) for name in range(4)]
    assert all(order[begin : begin + 4] == shown[:4] for begin in at)
    session.train_stop()
    bridge.deleteLater()


def test_moments_follow_each_other_at_a_pace(qtbot, session):
    bridge, _, _ = together(session, None)
    times = []
    bridge.findChild(Together).changed.connect(lambda *_: times.append(time.perf_counter()))
    session.train_start()
    train(qtbot, session, lambda: len(times) >= 6)
    assert min(b - a for a, b in pairwise(times)) > 0.06
    session.train_stop()
    bridge.deleteLater()


def test_between_two_that_prepare_events_are_answered_whatever_the_clock_says(qtbot, session, monkeypatch):
    # on this clock any two looks are an hour apart, as where the process rests between two timers
    monkeypatch.setattr("micrograd_gui.views.bridge.perf_counter", count(0.0, 3600.0).__next__)
    bridge, panes, order = together(session, True, True, True)
    session.train_start()
    qtbot.waitUntil(lambda: bool(panes[0].pairs))
    assert order[:6] == [part for name in range(3) for part in (("prepares", name), "answered")]
    assert order[6:9] == [("shows", name) for name in range(3)]
    session.train_stop()
    bridge.deleteLater()


def test_the_end_of_a_run_comes_to_all_in_one_turn_once_it_is_prepared(qtbot, session):
    bridge, _, order = together(session, True, True, None)
    session.train_start()
    session.train_tick(3)
    order.clear()
    session.train_stop()
    assert order == []
    qtbot.waitUntil(lambda: bridge.shown is session.state)
    assert order == [
        ("prepares", 0),
        "answered",
        ("prepares", 1),
        "answered",
        *(("shows", at) for at in range(3)),
    ]
    assert bridge.shown is session.state
    qtbot.wait(100)
    assert len(order) == 7
    bridge.deleteLater()


def test_the_run_of_many_nodes_is_recorded_beside_the_window(qtbot, monkeypatch):
    session, real, threads = Session(load_example("moons")), recording._recorded, []
    monkeypatch.setattr(recording, "_recorded", lambda *run: (threads.append(get_ident()), real(*run))[1])
    bridge, _, _ = together(session, True)
    session.train_start()
    session.train_tick(1)
    session.train_stop()
    qtbot.waitUntil(lambda: bridge.shown is session.state)
    assert bridge.shown.step is not None
    assert len(threads) == 1
    assert get_ident() not in threads
    bridge.deleteLater()


def test_the_end_of_a_run_comes_at_once_where_nobody_prepares(qapp, session):
    bridge, (pane,), _ = together(session, None)
    session.train_start()
    session.train_tick(3)
    session.train_stop()
    assert pane.pairs[-1][1] is session.state
    bridge.deleteLater()


def test_an_edit_after_a_run_brings_its_end_at_once(qtbot, session):
    bridge, panes, _ = together(session, True, None)
    first = session.state
    session.train_start()
    session.train_tick(3)
    session.train_stop()
    session.set_value(session.state.graph.named("w"), 2.0)
    assert [pane.pairs for pane in panes] == [[(first, session.state)]] * 2
    qtbot.wait(100)
    assert len(panes[0].pairs) == 1
    bridge.deleteLater()


def test_another_structure_is_shown_at_once_by_all_and_so_is_another_document(qtbot, session):
    bridge, panes, _ = together(session, True, None)
    session.train_start()
    session.train_tick(3)
    session.add_node("tanh", (0.0, 0.0))
    assert [pane.pairs[-1][1] for pane in panes] == [session.state] * 2
    session.open_graph(learning.plane())
    assert [pane.pairs[-1][1] for pane in panes] == [session.state] * 2
    bridge.deleteLater()


def test_a_selection_in_a_run_is_shown_at_once_with_the_numbers_that_are_seen(qtbot, session):
    bridge, panes, _ = together(session, True, None)
    w = session.state.graph.named("w")
    session.train_start()
    train(qtbot, session, lambda: len(panes[0].pairs) >= 2)
    session.train_tick(5)
    seen = bridge.shown
    session.select({w})
    session.move({w: (70.0, 80.0)})
    shown = bridge.shown
    assert all(pane.pairs[-1][1] is shown for pane in panes)
    assert shown.selection == {w}
    assert shown.graph.places[w] == (70.0, 80.0)
    assert shown.frame == seen.frame
    assert shown.training is seen.training
    assert shown.graph.nodes[w].data == seen.graph.nodes[w].data != session.state.graph.nodes[w].data
    train(qtbot, session, lambda: bridge.shown.training is not seen.training)
    assert bridge.shown.selection == {w}
    assert bridge.shown.graph.places[w] == (70.0, 80.0)
    session.train_stop()
    bridge.deleteLater()


def test_the_bridge_lists_all_who_listen_to_it():
    listening = re.compile(r"bridge\.changed\.connect|\b(?:Paced|Together)\(")
    listeners = {
        path.relative_to(PACKAGE).as_posix()
        for floor in ("views", "app")
        for path in (PACKAGE / floor).rglob("*.py")
        if path.name != "bridge.py" and listening.search(path.read_text("utf-8"))
    }
    listed = set(re.findall(r"^ *((?:app|views)/\S+\.py) ", Bridge.__doc__, re.MULTILINE))
    assert listed == listeners


# Frames, by a clock of the test ------------------------------------------------------------------


@pytest.fixture
def clock(qapp, monkeypatch):
    """What ``perf_counter`` tells the bridge; a list of one number."""
    now = [100.0]
    monkeypatch.setattr("micrograd_gui.views.bridge.perf_counter", lambda: now[0])
    return now


def test_one_heavy_turn_is_taken_in_a_frame(qtbot, clock):
    frames = Frames()
    assert frames.take_turn()
    clock[0] += 0.010
    qtbot.wait(1)
    assert not frames.take_turn()
    clock[0] += 0.006
    assert frames.take_turn()


def test_after_a_heavy_turn_events_are_heard_before_the_next_however_long_it_took(qtbot, clock):
    frames = Frames()
    assert frames.take_turn()
    clock[0] += 0.070
    frames.end_turn()
    assert not frames.take_turn()
    clock[0] += 0.070  # time is not enough
    assert not frames.take_turn()
    qtbot.wait(1)
    assert frames.take_turn()


def test_steps_have_less_of_a_frame_where_ticks_come_late_or_a_turn_is_taken(clock):
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


def test_panes_rest_eight_times_as_long_as_it_took_them_to_show_a_moment(qtbot, session, clock):
    bridge, (pane, _), _ = together(session, True, None)
    began = []

    def draw(state):
        began.append(clock[0])
        clock[0] += 0.020
        return True

    bridge.findChildren(Together)[0].prepare = draw
    session.train_start()
    since = time.monotonic()
    while len(began) < 3:
        session.train_tick(1)
        qtbot.wait(1)
        before, since = since, time.monotonic()
        clock[0] += 0.005 + since - before  # it must not lag behind Qt's timers
    assert all(b - a >= 0.020 + 8 * 0.020 for a, b in pairwise(began))
    assert len(pane.pairs) == 2
    session.train_stop()
    bridge.deleteLater()
