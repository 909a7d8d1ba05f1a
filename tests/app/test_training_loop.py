"""The loop of the training, without a window: a session, a bridge and a speed are all it knows."""

import math
import time

import pytest

from micrograd_gui.app.training_loop import TrainingLoop
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.session.session import Session
from micrograd_gui.views.bridge import Bridge
from tests.views import learning


@pytest.fixture
def loop_on(qapp):
    owners = []

    def make(graph, speed=math.inf):
        bridge = Bridge(Session(graph))
        owners.append(bridge)
        return bridge.session, TrainingLoop(bridge, lambda: speed, bridge)

    yield make
    for owner in owners:
        owner.session.train_stop()
        owner.deleteLater()


def test_it_runs_while_the_state_says_so_whoever_began_it(qtbot, loop_on):
    session, loop = loop_on(learning.line(steps=1_000_000))
    heard = []
    loop.running_changed.connect(heard.append)
    session.train_start()
    qtbot.waitUntil(lambda: session.state.training.k > 3)
    assert loop.running
    loop.stop()
    k = session.state.training.k
    qtbot.wait(60)
    assert session.state.training.k == k
    assert heard == [True, False]


def test_a_run_of_so_many_steps_a_second_makes_no_more(qtbot, loop_on):
    session, loop = loop_on(learning.line(steps=1_000_000), speed=5.0)
    began = time.perf_counter()
    loop.toggle()
    qtbot.waitUntil(lambda: session.state.training is not None and session.state.training.k >= 3)
    loop.toggle()
    assert session.state.training.k == 3
    assert time.perf_counter() - began > 0.39  # the first one at once


def test_why_a_run_ended_is_told_after_all_have_seen_the_state_it_ended_with(qtbot, loop_on):
    session, loop = loop_on(learning.bursting())
    order = []
    loop.stopped_itself.connect(lambda sentence: order.append(sentence))
    loop.toggle()
    session.listen(lambda old, new: order.append("changed"))
    qtbot.waitUntil(lambda: not loop.running)
    assert order[-1] == session.state.training.note != ""
    assert order.count(order[-1]) == 1


def test_what_cannot_be_trained_is_refused_and_nothing_runs(loop_on):
    _, loop = loop_on(graph_from_expression("a = 2; b = a*a"))
    with pytest.raises(Refusal):
        loop.toggle()
    assert not loop.running
