"""The trail: where the parameters stood before the last updates, by the run and by the history."""

import pytest

from micrograd_gui.document.data import Column, Data
from micrograd_gui.session.session import Session
from micrograd_gui.session.trail import KEPT, trail

ROWS = ((1.0, 2.0), (2.0, 3.0), (3.0, 5.0))


def line(rate=0.1):
    """``(w*x + b - y)**2`` over three rows, from w = 0.5 and b = 0."""
    session = Session()
    session.build("w = 0.5; b = 0; x = 1; y = 2; L = (w*x + b - y)**2")
    graph = session.state.graph
    session.mark([graph.named("w"), graph.named("b")], "parameter")
    session.set_rows(Data((Column("x", graph.named("x")), Column("y", graph.named("y"))), ROWS))
    session.set_plan(rate=rate, batch=None)
    return session


def descended(steps, rate=0.1, w=0.5, b=0.0):
    """Where plain descent over the rows stood before each step, and where it ends, by hand."""
    places = []
    for _ in range(steps):
        places.append((w, b))
        misses = [(w * x + b - y, x) for x, y in ROWS]
        w, b = (
            w - rate * sum(2 * miss * x for miss, x in misses) / len(ROWS),
            b - rate * sum(2 * miss for miss, _ in misses) / len(ROWS),
        )
    return [*places, (w, b)]


def close(found, expected):
    assert [list(each) for each in found] == [pytest.approx(list(each)) for each in expected]


def test_updates_leave_a_trail_that_follows_the_cursor():
    session = Session()
    session.build("w = 2; x = 3; L = (w*x - 1)**2")
    session.mark(session.state.graph.named("w"), "parameter")
    session.set_plan(rate=0.05)
    assert trail(session.state) == ()
    session.update()
    assert trail(session.state) == ((2.0,),)
    session.forward()
    session.zero_grad()
    session.backward()
    session.update()
    assert [each[0] for each in trail(session.state)] == pytest.approx([2.0, 0.5])
    session.previous()
    assert trail(session.state) == ((2.0,),)
    session.first()
    assert trail(session.state) == ()
    session.last()
    assert len(trail(session.state)) == 2


def test_steps_of_training_leave_a_trail_and_so_does_a_run_as_far_as_it_is_kept():
    session = line()
    for _ in range(3):
        session.train_step()
    close(trail(session.state), descended(3)[:-1])
    session.set_plan(steps=20)
    session.train_start()
    while session.train_tick(7):
        pass
    whole = descended(session.state.training.k)
    close(trail(session.state), whole[-1 - KEPT : -1])


def test_undo_takes_the_trail_away_and_redo_brings_it_back():
    session = line()
    session.train_step()
    session.train_step()
    session.undo()
    assert trail(session.state) == ()
    session.redo()
    close(trail(session.state), descended(2)[:-1])
    session.train_step()  # on from there, as a run of its own: the trail goes on
    close(trail(session.state), descended(3)[:-1])
    session.undo()
    close(trail(session.state), descended(2)[:-1])


def test_a_trail_outlives_what_moves_no_parameter_and_ends_where_one_is_set():
    session = line()
    session.train_step()
    session.move({1: (3.0, 4.0)})
    session.show_row(2)
    close(trail(session.state), descended(1)[:-1])
    session.set_value(session.state.graph.named("w"), 7.0)
    assert trail(session.state) == ()
    session.undo()
    close(trail(session.state), descended(1)[:-1])
    session.add_node("tanh")
    assert trail(session.state) == ()
    session.undo()
    close(trail(session.state), descended(1)[:-1])
    session.rewind()
    assert trail(session.state) == ()


def test_an_update_by_hand_goes_before_the_training_that_follows_it():
    session = line()
    session.update(0.01)
    by_hand = trail(session.state)
    start = [session.state.moment.nodes[node].data for node in session.state.graph.parameters]
    session.train_step()
    close(trail(session.state), [*by_hand, start])
