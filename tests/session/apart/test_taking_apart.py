"""Taking an op apart changes no other number, and one undo takes it back."""

import random

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.rewriting.expansions import expression_of
from micrograd_gui.session.apart.same_moment import apart
from micrograd_gui.session.apart.taking_apart import TakingApart
from micrograd_gui.session.session import Session

TEXT = (
    "x = 2; w = -3; b = 6.9; n = x*w + b; o = tanh(n); p = sigmoid(n); q = (o - p)**3 / (o*o + 2); L = q - n"
)


def _session(text=TEXT):
    session = Session()
    session.build(text)
    return session


@pytest.mark.parametrize("seed", range(8))
def test_the_gradients_of_all_other_nodes_are_the_same(seed):
    random.seed(seed)
    session = _session()
    session.backward()
    before, room = session.state, session.room(TakingApart)
    for _ in range(5):
        graph = session.state.graph
        room.expand(random.choice([n.id for n in graph if n.op and expression_of(n.op)]))
        now = session.state.frame
        for node in before.graph.nodes:
            assert not apart(before.frame.data[node], now.data[node]), before.graph.nodes[node].name
            assert not apart(before.frame.grad[node], now.grad[node]), before.graph.nodes[node].name
    for _ in range(5):
        session.undo()
    assert session.state.graph is before.graph
    assert session.state.cursor == before.cursor


def test_it_says_what_became_of_it():
    session = _session("a = 3; c = a**3; L = c*a")
    said = session.room(TakingApart).expand(session.state.graph.named("c"))
    assert (
        said == "c = x³ is 2 nodes now. The data and gradients of the 3 nodes that stay are exactly the same."
    )
    assert session.state.history.undo_name == "Take c apart"
    said = session.room(TakingApart).fold()
    assert said.startswith("c is one node again, x³.")


def test_where_floats_are_not_the_same_it_says_so():
    session = _session("a = 800; c = tanh(a); L = 2*c")
    said = session.room(TakingApart).expand(session.state.graph.named("c"))
    assert "not the same floats" in said
    assert "overflow" in said


@pytest.mark.parametrize("moves", range(9))
def test_one_stands_at_the_same_moment_after_it(moves):
    session = _session("a = 2; b = 3; c = a - b; d = tanh(c); L = d*a")
    session.backward()
    session.seek(moves)
    before = session.state
    session.room(TakingApart).expand(session.state.graph.named("d"))
    frame = session.state.frame
    known = before.graph.nodes.keys() & frame.data.keys()
    assert before.frame.data.keys() <= known
    graded = {node for node in before.frame.grad if node in before.graph.nodes}
    assert graded <= frame.grad.keys()
    if 3 < moves < 8:  # no node that stays has acted that had not
        assert {n for n in frame.grad if n in before.graph.nodes} == graded


def test_what_was_not_run_is_not_run_then():
    session = _session()
    session.room(TakingApart).expand(session.state.graph.named("o"))
    assert session.state.trace is None


def test_what_becomes_one_node_of_another_op_is_said_so():
    session = Session(graph_from_expression("a = 3; L = a**2"))
    said = session.room(TakingApart).expand(session.state.graph.named("L"))
    assert said.startswith("L = x² is one node of × now.")
