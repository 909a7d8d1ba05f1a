"""Choosing the node that acts next: the run records it, or nothing changes and the wrong number is said."""

import random
import re

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.session import Session
from micrograd_gui.session.turns import pass_on

DIAMOND = "a = 2; b = 3; d = a*b; e = a + b; f = d*e"


def _session(text=DIAMOND):
    session = Session(graph_from_expression(text))
    return session, session.state.graph.named


def _names(session, kind):
    graph = session.state.graph
    return "".join(graph.nodes[step.node].name for step in session.state.trace.steps if step.kind == kind)


def _refused(session, node):
    before = session.state
    with pytest.raises(Refusal) as refusal:
        session.act_next(node)
    assert session.state is before
    assert refusal.value.node == node
    return str(refusal.value)


def test_a_node_that_may_acts_next_and_the_run_records_it():
    session, named = _session()
    session.act_next(named("e"))
    assert session.state.frame.data[named("e")] == 5
    assert named("d") not in session.state.frame.data
    session.forward()
    assert _names(session, "forward") == "edf"
    session.act_next(named("f"))  # the seed
    session.act_next(named("f"))
    session.act_next(named("d"))
    session.backward()
    assert _names(session, "backward") == "fde"
    whole = Session(session.state.graph)
    whole.backward()
    assert session.state.frame == whole.state.frame


def test_the_chosen_order_stays_with_a_live_edit_with_undo_and_with_the_passes_after_it():
    session, named = _session()
    session.forward()
    for node in "ffd":
        session.act_next(named(node))
    session.backward()
    session.zero_grad()
    session.backward()
    length = len(session.state.trace)
    session.set_value(named("a"), 4)
    assert _names(session, "backward") == "fde" + "fed"
    assert len(session.state.trace) == length
    session.seek(4)  # the seed is set
    session.act_next(named("f"))
    session.act_next(named("e"))
    assert _names(session, "backward") == "fed" + "fed"
    session.add_node("tanh")
    session.undo()
    assert _names(session, "backward") == "fed" + "fed"


def test_training_goes_back_to_the_engine_s_order():
    session = Session(load_example("xor"))
    for _ in range(5):
        session.step_over()
    session.backward()
    session.act_next(session.state.graph.target)
    assert not all(each.first == () for each in session.state.trace.script)
    session.train_step()
    assert all(each.first == () for each in session.state.trace.script)


def test_where_it_may_not_nothing_changes_and_the_wrong_number_is_said_and_why():
    session, named = _session()
    assert "f needs d and e, not computed yet" in (said := _refused(session, named("f")))
    assert "f would be 0.0000 instead of 30.0000" in said
    session.forward()
    assert "until f has its seed" in _refused(session, named("d"))
    session.act_next(named("f"))
    said = _refused(session, named("e"))
    assert "e has to wait until f has acted" in said
    assert "hand on 0.0000 instead of 6.0000" in said
    assert "a.grad would end as 15.0000 instead of 21.0000" in said
    session.act_next(named("f"))
    session.act_next(named("d"))
    said = _refused(session, named("d"))
    assert "d has acted in this pass" in said
    assert "would hand on 5.0000 twice" in said
    assert "a.grad would end as 36.0000 instead of 21.0000" in said
    assert "is a leaf" in _refused(session, named("a"))


def test_after_an_update_the_number_from_before_would_be_taken():
    session, named = _session("a = 2; d = a*3; f = d*d")
    session.mark(named("a"), "parameter")
    session.backward()
    session.update(0.01)
    said = _refused(session, named("f"))
    assert "with what is there from before f would be 36.0000 instead of" in said


@pytest.mark.parametrize("name", ["neuron_exp", "mlp"])
def test_whatever_is_chosen_the_gradients_are_the_same_or_it_is_refused(name):
    session = Session(load_example(name))
    whole = Session(session.state.graph)
    whole.backward()
    chance, refused = random.Random(1), 0
    while not (session.state.forward_done and session.state.frame.grad and session.state.following is None):
        on = pass_on(session.state)
        seed = on.kind == "backward" and not on.done
        left = [node for node in on.order if node not in on.acted] or [None]
        cursor, node = session.state.cursor, session.state.graph.target if seed else chance.choice(left)
        if node is None:
            session.backward_step()
            continue
        try:
            session.act_next(node)
        except Refusal as refusal:
            refused += re.search(r"needs|wait", str(refusal)) is not None
        else:
            assert (session.state.cursor, session.state.step.node) == (cursor + 1, node)
    assert refused
    assert session.state.frame.data == whole.state.frame.data
    assert session.state.frame.grad == pytest.approx(whole.state.frame.grad, rel=1e-12)
