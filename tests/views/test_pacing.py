"""Changes come at once; in a run they come at a pace, and none of them is lost."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QObject

from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import NEVER, Bridge, Paced
from tests.views import learning


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
    first = session.state
    session.train_start()
    for _ in range(200):
        session.train_tick(1)
        qtbot.wait(1)
    session.train_stop()
    assert 2 <= len(pairs) < 60
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
    import time

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
