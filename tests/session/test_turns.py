"""Turns: as which each node acts in the pass that is on, and what it waits for."""

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.session import Session
from micrograd_gui.session.turns import Turn, pass_on, turns


def _turns(session):
    graph = session.state.graph
    return {graph.nodes[key].name: turn for key, turn in turns(session.state, {}).items()}


@pytest.mark.parametrize("name", ["parabola", "lecture", "neuron_exp", "reuse", "diamond", "mlp"])
def test_the_order_before_a_pass_is_the_one_in_which_its_steps_come(name):
    session = Session(load_example(name))
    expected = pass_on(session.state).order
    session.forward()
    forward = session.state.trace.steps
    assert expected == tuple(step.node for step in forward)
    expected = pass_on(session.state).order
    session.backward_step()
    backward = session.state.trace.steps[len(forward) :]
    assert expected == tuple(step.node for step in backward if step.kind != "rows")
    assert pass_on(session.state).done == 1


def test_in_the_backward_pass_a_node_says_how_many_of_its_uses_it_waits_for():
    session = Session(graph_from_expression("a = 2; b = 3; d = a*b; e = a + b; f = d*e"))
    session.forward()
    assert not any(turn.waits for turn in _turns(session).values()), "no pass is on its way yet"
    session.backward_step()  # the seed
    said = _turns(session)
    assert said["f"] == Turn((1, 2), done=1, next=True)
    assert said["a"] == Turn((), waits=2, uses=2)
    assert said["d"].waits == said["e"].waits == 1
    session.backward_step()  # f
    said = _turns(session)
    assert said["f"].done == 2
    assert said["e"] == Turn((3,), uses=1, next=True)
    assert said["d"] == Turn((4,), uses=1)
    session.backward_step()  # e
    assert _turns(session)["a"] == Turn((), waits=1, uses=2)
    session.backward_step()  # d
    assert "a" not in _turns(session), "it has all of its gradient"


def test_both_wires_of_a_square_come_at_once():
    session = Session(graph_from_expression("a = 3; b = -a; c = b*b"))
    session.forward()
    session.backward_step()
    assert (_turns(session)["b"].waits, _turns(session)["b"].uses) == (2, 2)
    session.backward_step()
    assert (_turns(session)["b"].waits, _turns(session)["b"].uses) == (0, 2)


def test_a_box_has_the_turns_of_all_that_is_in_it_and_waits_for_what_is_outside():
    graph = load_example("mlp")
    session = Session(graph)
    session.forward()
    session.backward_step()
    from micrograd_gui.session.over_blocks import boxes_of

    boxes = {node: -block for node, block in boxes_of(graph).items()}
    first = next(-b.id for b in graph.blocks if b.title == "neuron 1_1")
    found = turns(session.state, boxes)
    assert (found[first].waits, found[first].uses) == (4, 4)
    assert len(found[first].steps) == 7
    assert sum(len(turn.steps) for turn in found.values()) == len(pass_on(session.state).order)
    session.backward()
    assert all(
        turn.done == len(turn.steps) and not turn.waits for turn in turns(session.state, boxes).values()
    )
