"""Undo and redo bring back a graph as it was left: its run, the moment and the selection."""

from collections.abc import Callable

import pytest

from micrograd_gui.document import clipboard
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import transitions
from micrograd_gui.session.session import Session


def paste(session: Session) -> None:
    session.paste(clipboard.as_text(session.state.graph, session.state.graph.nodes.keys()))


EDITS: list[Callable[[Session], object]] = [
    lambda s: s.delete(),
    paste,
    lambda s: s.add_node("tanh"),
    lambda s: s.disconnect(s.state.graph.named("d"), 0),
    lambda s: s.duplicate(),
    lambda s: s.apply_op("exp", s.state.graph.named("c")),
    lambda s: s.insert_op("tanh", s.state.graph.named("d"), 0, (0, 0)),
    lambda s: s.set_target(s.state.graph.named("e")),
    lambda s: s.build("x*2"),
]


@pytest.fixture
def midway() -> Session:
    """The lecture after the forward pass and three backward steps, at moment 6, with c selected."""
    session = Session(load_example("lecture"))
    session.forward()
    for _ in range(3):
        session.backward_step()
    assert session.state.cursor == 6
    session.select([session.state.graph.named("c")])
    return session


def seen(session: Session) -> tuple[object, ...]:
    state = session.state
    steps = None if state.trace is None else state.trace.steps
    return state.graph, steps, state.cursor, state.frame, state.selection


@pytest.mark.parametrize("edit", EDITS)
def test_undo_comes_back_to_the_moment_that_was_left(midway: Session, edit: Callable[[Session], object]):
    before = seen(midway)
    edit(midway)
    assert midway.state.trace is None
    midway.undo()
    assert seen(midway) == before
    assert midway.state.cursor == 6


@pytest.mark.parametrize("edit", EDITS)
def test_redo_comes_back_likewise(midway: Session, edit: Callable[[Session], object]):
    edit(midway)
    midway.forward()
    midway.previous()
    midway.select([])
    left = seen(midway)
    midway.undo()
    midway.redo()
    assert seen(midway) == left


def test_through_many_edits_and_back(midway: Session):
    moments = []
    for edit in (EDITS[1], EDITS[0], EDITS[2], EDITS[4], EDITS[3]):
        moments.append(seen(midway))
        edit(midway)
        if len(moments) % 2:
            midway.forward()
        if midway.state.graph.nodes.keys() >= {1}:
            midway.select([1])
    for moment in reversed(moments):
        midway.undo()
        assert seen(midway) == moment


def test_the_moment_is_the_last_one_in_that_graph(midway: Session):
    midway.delete()
    midway.undo()
    midway.seek(2)
    midway.redo()
    midway.undo()
    assert midway.state.cursor == 2


def test_numbers_come_back_with_the_same_run(midway: Session):
    midway.set_value(midway.state.graph.named("a"), 5.0)
    changed = seen(midway)
    midway.delete()
    midway.undo()
    assert seen(midway) == changed
    midway.undo()
    assert midway.state.cursor == 6
    assert midway.state.frame.data[midway.state.graph.named("a")] == 2.0


def test_a_graph_that_is_gone_from_the_history_is_not_kept(midway: Session):
    for _ in range(20):
        midway.delete([midway.state.graph.named("a")])
        midway.undo()
    assert len(midway.state.stands) <= len(midway.state.history.entries)


def test_a_graph_in_training_is_not_moved_to_another_moment():
    session = Session(load_example("moons"))
    session.forward()
    session.add_node("tanh")
    session.train_start()
    training = session.state
    back = transitions.with_history(training, training.history.undone())
    assert back.is_training
    assert back.trace is None
