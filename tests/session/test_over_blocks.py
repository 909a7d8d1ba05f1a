"""Stepping over blocks: a collapsed block is one step, and the card sums it up."""

import re

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.over_blocks import box_by_box, boxes_of, end_of_step, stretch_at
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.stepping import Position
from micrograd_gui.session.trace import Pass


def _presses(session):
    """Steps over until the run's recorded end; the moments they lead to."""
    moments = []
    while session.state.following is not None or not moments:
        session.step_over()
        moments.append(session.state.cursor)
    return moments


@pytest.mark.parametrize(
    ("name", "forward", "backward"), [("mlp", 11, 13), ("moons", 3, 5), ("xor", 7, 9), ("neuron", 5, 6)]
)
def test_a_pass_takes_a_press_for_each_box(name, forward, backward):
    session = Session(load_example(name))
    assert len(_presses(session)) == forward
    assert session.state.forward_done
    assert len(_presses(session)) == backward
    whole = Session(load_example(name))
    whole.backward()
    assert session.state.frame.grad == pytest.approx(whole.state.frame.grad, rel=1e-12)  # summed otherwise
    assert session.state.frame.data == whole.state.frame.data
    before = session.state.trace
    session.first()
    assert len(_presses(session)) == forward + backward
    assert session.state.trace is before, "it goes box by box already"


def test_boxes_that_need_each_other_act_in_several_stretches_as_the_engine_has_them():
    graph = graph_from_expression("x = 2; a = -x; b = -a; c = -b; d = c*a")
    a, b, c, d = (graph.named(each) for each in "abcd")
    run = record(graph, (Pass("forward"), Pass("backward")))
    for cursor in (0, 5):
        here = Position(run, cursor)
        assert box_by_box(graph, here, {a: 1, c: 1}) is here, "b is between them"
        assert box_by_box(graph, here, {a: 1, d: 1, b: 2, c: 2}) is here
    there = box_by_box(graph, Position(run, 1), {a: 1, c: 1})
    assert there.run is run, "what is left of the box acts at once"


def test_a_step_over_stays_in_one_box_and_one_pass():
    session = Session(load_example("mlp"))
    session.forward()
    session.backward()
    trace, boxes = session.state.trace, boxes_of(session.state.graph)
    cursor = 0
    while cursor < len(trace):
        end = end_of_step(trace, cursor, boxes)
        steps = trace.steps[cursor:end]
        assert len({(step.kind, boxes.get(step.node, -1)) for step in steps}) == 1
        assert len(steps) == 1 or boxes.get(steps[0].node) is not None
        cursor = end
    assert end_of_step(trace, cursor, boxes) == len(trace)


def test_in_a_block_that_is_looked_into_each_node_is_a_step():
    graph = load_example("moons")
    outer, boxes = next(b for b in graph.blocks if b.parent is None), boxes_of(graph)
    looked_into = boxes_of(graph, outer.id)
    inner = graph.within(outer.id)
    assert {boxes[node] for node in inner if node in boxes} == {outer.id}
    assert outer.id not in looked_into.values()
    assert {n: b for n, b in boxes.items() if n not in inner} == {
        n: b for n, b in looked_into.items() if n not in inner
    }


def test_the_card_sums_up_what_went_in_and_out():
    session = Session(load_example("mlp"))
    session.step_over()
    state = session.state
    text = as_text(card(state))
    assert "forward over neuron 1_1, 7 steps as one" in text
    out = next(b for b in state.graph.blocks if b.title == "neuron 1_1").output
    assert f"{state.frame.data[out]:.4f}".replace("-", "−") in text
    session.forward()
    while (stretch := stretch_at(session.state)) is None or stretch.block.title != "neuron 1_4":
        session.step_over()
    for step in stretch.steps:
        for each in step.contributions:
            if state.graph.nodes[each.operand].name == "x1":
                assert f"x1.grad += {each.amount:.4f}".replace("-", "−") in as_text(card(session.state))
                break


def test_going_back_and_forth_by_single_moments_shows_single_steps_and_says_where_they_are_hidden():
    session = Session(load_example("mlp"))
    session.step_over()
    assert stretch_at(session.state) is not None
    session.previous()
    assert stretch_at(session.state) is None
    assert "is inside neuron 1_1" in as_text(card(session.state))
    session.step_over()  # the rest of the block
    assert session.state.cursor == 7


def test_an_operand_whose_name_stands_on_the_card_is_said_to_be_in_the_box_that_hides_it():
    session = Session(load_example("mlp"))
    session.forward()
    said = []
    for _ in range(3):
        session.backward_step()
        said.append(as_text(card(session.state)))
    assert "v119.grad +=" in said[1]
    assert "inside" not in "".join(said[:2]), "v119 is seen"
    assert "o.grad +=" in said[2]
    assert said[2].endswith("o is inside neuron 3_1.")
    session.step_over()
    assert re.search(
        r"out:  o2_4.grad \+= −\S+   \(neuron 2_4\)$", as_text(card(session.state)), re.MULTILINE
    )
    session.previous()
    for block in session.state.graph.blocks:
        session.collapse(block.id, False)
    assert "neuron" not in as_text(card(session.state))


def test_the_card_says_where_the_engine_would_let_others_act_in_between():
    session = Session(load_example("mlp"))
    said = {}
    for _ in range(9):
        session.step_over()
        said[stretch_at(session.state).block.title] = "every sum is the same" in as_text(card(session.state))
    assert said["neuron 3_1"]
    assert not said["neuron 1_1"]


def test_a_live_edit_keeps_the_sum_and_gives_it_the_new_numbers():
    session = Session(load_example("mlp"))
    session.step_over()
    graph = session.state.graph
    x1 = next(node.id for node in graph if node.name == "x1")
    session.set_value(x1, 0.5)
    assert stretch_at(session.state) is not None
    assert "x1.data = 0.5000" in as_text(card(session.state))
