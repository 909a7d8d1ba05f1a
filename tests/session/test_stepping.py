"""Where the next step is: running, and moving through a run."""

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.history import Entry, History
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import stepping
from micrograd_gui.session.session import Session
from micrograd_gui.session.state import State


@pytest.fixture
def session() -> Session:
    return Session(load_example("lecture"))


def test_forward_step_computes_one_node_at_a_time(session):
    seen = []
    for _ in range(3):
        session.forward_step()
        seen.append(session.state.graph.nodes[session.state.step.node].label)
    assert seen == ["e", "d", "L"]
    assert session.state.forward_done
    session.forward_step()
    assert session.state.cursor == 1
    assert len(session.state.frame.data) == 5


def test_forward_goes_to_the_end_of_the_pass_from_anywhere(session):
    session.forward_step()
    trace = session.state.trace
    session.forward()
    assert session.state.trace is trace
    assert session.state.cursor == 3


def test_forward_after_a_backward_pass_starts_afresh(session):
    session.backward()
    session.forward()
    assert session.state.frame.grad == {}
    assert session.state.following is None


def test_a_backward_step_runs_forward_first(session):
    session.backward_step()
    assert session.state.step.kind == "seed"
    assert session.state.frame.grad == {session.state.graph.target: 1.0}


def test_the_cursor_goes_to_any_moment_and_stays_within_the_run(session):
    session.backward()
    frames = []
    for cursor in range(8):
        session.seek(cursor)
        frames.append(session.state.frame)
    session.seek(10**9)
    assert session.state.cursor == 7
    session.next()
    assert session.state.cursor == 7
    for cursor in reversed(range(8)):
        assert session.state.frame == frames[cursor]
        session.previous()
    session.seek(-5)
    assert (session.state.cursor, session.state.step) == (0, None)
    session.last()
    session.first()
    assert session.state.following.kind == "forward"


def test_going_back_and_on_runs_nothing_again(session):
    session.backward()
    trace = session.state.trace
    session.seek(5)
    session.backward_step()
    session.backward()
    assert session.state.trace is trace
    assert session.state.cursor == 7


def test_zero_grad_in_mid_pass_drops_what_was_recorded_after_it(session):
    session.backward()
    session.seek(5)
    session.zero_grad()
    kinds = [step.kind for step in session.state.trace.steps]
    assert kinds == ["forward"] * 3 + ["seed", "backward", "zero"]
    assert set(session.state.frame.grad.values()) == {0.0}
    session.backward()
    assert session.state.frame.grad[session.state.graph.named("a")] == 6.0


def test_backward_from_mid_pass_goes_on_with_the_same_pass(session):
    session.backward_step()
    session.backward_step()
    session.backward()
    assert len(session.state.trace) == 7
    assert session.state.frame.grad[session.state.graph.named("b")] == -4.0


def test_backward_three_times_accumulates_like_micrograd():
    session = Session(load_example("reuse"))
    expected = []
    from micrograd import Value

    a = Value(1.0)
    b = a + a
    c = b + b
    for _ in range(3):
        c.backward()
        session.backward()
        expected.append(a.grad)
        assert session.state.frame.grad == {1: a.grad, 2: b.grad, 3: c.grad}
    assert expected == [4.0, 12.0, 24.0]


def test_a_graph_that_is_one_leaf_runs():
    session = Session(graph_from_expression("x = 5"))
    session.forward_step()
    assert session.state.cursor == 0
    assert session.state.step is None
    session.forward()
    assert session.state.forward_done
    session.backward_step()
    assert session.state.frame.grad == {1: 1.0}
    session.zero_grad()
    session.backward_step()
    assert session.state.frame.grad == {1: 1.0}


def test_a_node_aside_has_no_gradient():
    session = Session(graph_from_expression("z = q*2; y = x*3"))
    session.backward()
    assert {session.state.graph.nodes[n].label for n in session.state.frame.grad} == {"y", "x", ""}
    assert session.state.frame.data[session.state.graph.named("z")] == 2.0


def test_selecting_takes_only_nodes_that_are_there(session):
    session.select([1, 2, 99])
    assert session.state.selection == frozenset((1, 2))
    assert type(session.state.selection) is frozenset
    assert session.state.selected is None
    session.select([2])
    assert session.state.selected == 2
    session.select_all()
    assert len(session.state.selection) == 7


# The functions behind the verbs: they change nothing, so the same State can be asked again -------


def test_where_the_next_step_is_leaves_the_state_as_it_is(session):
    before = session.state
    move = stepping.next_backward_move(before)
    assert session.state is before
    assert (move.cursor, move.next_kind) == (3, "seed")
    assert [step.kind for step in move.run.steps[3:]] == ["seed", "backward", "backward", "backward"]
    assert len(stepping.next_forward_move(before).run) == 3
    assert stepping.end_of_forward(before).cursor == 3


def test_a_pass_that_is_on_its_way_is_gone_on_with_in_the_same_run(session):
    session.backward_step()
    session.backward_step()
    move = stepping.next_backward_move(session.state)
    assert move.run is session.state.trace
    assert (move.cursor, move.next_kind, move.at_end_of_pass().cursor) == (5, "backward", 7)


def test_from_the_end_of_a_pass_a_further_one_starts(session):
    session.backward()
    move = stepping.next_backward_move(session.state)
    assert move.run is not session.state.trace
    assert (move.cursor, move.next_kind, move.at_end_of_pass().cursor) == (7, "seed", 11)
    assert [each.kind for each in move.run.script] == ["forward", "backward", "backward"]
    assert stepping.next_forward_move(session.state).cursor == 0


def test_a_position_stays_within_its_run(session):
    session.backward()
    here = stepping.Position(session.state.trace, 6)
    assert here.later(100).cursor == 7
    assert here.later(-100).cursor == 0
    assert here.later(1).next_kind is None
    assert here.later(1).at_end_of_pass() == here.later(1)


def test_standing_at_another_moment_ends_the_nudge_and_standing_here_is_nothing(session):
    session.backward()
    session.nudge(1)
    state = session.state
    assert stepping.standing_at(state, stepping.Position(state.trace, 7)) is state
    after = stepping.standing_at(state, stepping.Position(state.trace, -3))
    assert (after.cursor, after.wanted_cursor, after.nudge) == (0, 0, None)
    assert (after.h, after.selection, after.history) == (state.h, state.selection, state.history)


def test_where_a_run_has_stopped_nothing_goes_on():
    session = Session(graph_from_expression("x = 0; y = log(x)"))
    assert stepping.next_backward_move(session.state).stopped
    session.forward()
    problem = session.state.trace.problem
    for ask in (
        stepping.refuse_where_stopped,
        stepping.next_backward_move,
        stepping.after_zero_grad,
        lambda state: stepping.after_update(state, None),
    ):
        with pytest.raises(Refusal) as refused:
            ask(session.state)
        assert (str(refused.value), refused.value.node) == (problem.note, problem.node)


def test_an_update_before_any_run_does_both_passes_first():
    graph = graph_from_expression("w = 3; L = w*2")
    graph = graph.marked(graph.named("w"), "parameter")
    after = stepping.after_update(State(History((Entry(graph),))), 0.5)
    assert [step.kind for step in after.run.steps] == ["forward", "seed", "backward", "update"]
    assert after.cursor == 4
    assert after.run.frame(4).data[graph.named("w")] == 3 - 0.5 * 2
