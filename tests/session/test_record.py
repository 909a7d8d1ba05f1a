"""Running a graph: steps, frames, and the problem at which a run ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd import Value
from micrograd.nn import MLP
from micrograd.ops import OPS, Op
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.live.capture import graph_from_value
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session import record as recording
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Frame, Pass

FORWARD, BACKWARD, ZERO = Pass("forward"), Pass("backward"), Pass("zero")


def folded(trace, cursor: int) -> Frame:
    """A frame by the meaning of its steps, one after the other."""
    data, grad = dict(trace.start.data), dict(trace.start.grad)
    for step in trace.steps[:cursor]:
        if step.kind == "zero":
            grad = dict.fromkeys(data, 0.0)
        if step.kind == "seed":
            grad[step.node] = 1.0
        if step.data is not None:
            data[step.node] = step.data
        for each in step.contributions:
            assert each.after == pytest.approx((each.before or 0.0) + each.slope * each.upstream, nan_ok=True)
            grad[each.operand] = each.after
    return Frame(data, grad)


def test_before_the_first_step_only_the_leaves_are_known():
    trace = record(load_example("lecture"), (FORWARD, BACKWARD))
    assert trace.frame(0).data == {1: 2.0, 2: -3.0, 3: 10.0, 4: -2.0}
    assert trace.frame(0).grad == {}
    assert len(trace) == 3 + 1 + 3


def test_each_forward_step_adds_one_node_and_changes_no_other():
    trace = record(load_example("neuron_exp"), (FORWARD,))
    for cursor, step in enumerate(trace.steps, 1):
        before, after = trace.frame(cursor - 1).data, trace.frame(cursor).data
        assert set(after) - set(before) == {step.node}
        assert before.items() <= after.items()


def test_a_frame_far_into_a_long_run_is_the_sum_of_its_steps():
    graph = graph_from_value(MLP(4, [8, 8, 1], seed=2)([1.0, -1.0, 0.5, 2.0]))
    trace = record(graph, (FORWARD, BACKWARD, BACKWARD, ZERO, BACKWARD))
    assert len(trace) > 600
    for cursor in (0, 1, 127, 128, 129, 255, 256, 300, 511, 512, len(trace) - 1, len(trace)):
        assert trace.frame(cursor) == folded(trace, cursor)


@given(st.lists(st.sampled_from([BACKWARD, ZERO]), max_size=4), st.data())
def test_a_script_cut_at_any_moment_leads_to_that_moment(passes, data):
    graph = load_example("diamond")
    trace = record(graph, (FORWARD, *passes))
    cursor = data.draw(st.integers(0, len(trace)))
    again = record(graph, trace.script_until(cursor))
    assert again.steps == trace.steps[:cursor]
    assert again.frame(cursor) == trace.frame(cursor)


def test_a_pass_that_was_cut_is_followed_by_the_next_one_from_there():
    session = Session(load_example("reuse"))
    session.forward()
    session.backward_step()
    session.backward_step()
    session.zero_grad()
    assert [step.kind for step in session.state.trace.steps] == [
        "forward",
        "forward",
        "seed",
        "backward",
        "zero",
    ]
    session.backward()
    frame = session.state.frame
    assert frame.grad[1] == 4.0


def test_numbers_are_those_of_values_run_by_hand():
    graph = load_example("neuron_exp")
    trace = record(graph, (FORWARD, BACKWARD, BACKWARD))
    values = {}
    for number in graph.order:
        node = graph.nodes[number]
        operands = [values[source] for source in node.inputs]
        match node.op:
            case None:
                values[number] = Value(node.data)
            case "+":
                values[number] = operands[0] + operands[1]
            case "-":
                values[number] = operands[0] - operands[1]
            case "*":
                values[number] = operands[0] * operands[1]
            case "/":
                values[number] = operands[0] / operands[1]
            case "exp":
                values[number] = operands[0].exp()
            case other:
                raise AssertionError(other)
    values[graph.target].backward()
    values[graph.target].backward()
    frame = trace.frame(len(trace))
    assert frame.data == {number: value.data for number, value in values.items()}
    assert frame.grad == {number: value.grad for number, value in values.items()}


# Problems ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "node", "sentence"),
    [
        ("a = 0; b = a + 0; y = log(b); z = y*2", "y", "y = log(0.0000) is −inf: log of 0."),
        ("a = -1; b = a + 0; y = log(b); z = y*2", "y", "y = log(−1.0000) is nan: log of a negative number."),
        ("a = 0; b = a*2; y = 3/b; z = y*2", "y", "y = 3.0000 ÷ 0.0000 is inf: division by 0."),
        ("a = 0; b = a*2; y = b/b; z = y*2", "y", "y = 0.0000 ÷ 0.0000 is nan: 0 divided by 0."),
        ("a = 1000; b = a*2; y = exp(b); z = y*2", "y", "y = exp(2000.0000) is inf: overflow."),
        (
            "a = -4; b = a*2; y = sqrt(b); z = y*2",
            "y",
            "y = √−8.0000 is nan: square root of a negative number.",
        ),
        ("a = 0; b = a*2; y = b**-1; z = y*2", "y", "y = 0.0000^-1 is inf: 0 to a negative power."),
        ("a = -1e200; b = a*2; y = b**2; z = y*2", "y", "y = (−2.00e+200)^2 is inf: overflow."),
    ],
)
def test_a_forward_run_stops_at_the_faulty_node_and_shows_everything_before_it(text, node, sentence):
    session = Session(graph_from_expression(text))
    graph = session.state.graph
    session.forward()
    assert session.state.blocked
    assert session.state.step.node == graph.named(node)
    assert session.state.step.note == sentence
    assert graph.named("b") in session.state.frame.data
    assert graph.named("z") not in session.state.frame.data
    before = session.state
    for verb in (session.backward_step, session.backward, session.zero_grad):
        with pytest.raises(Refusal) as refused:
            verb()
        assert str(refused.value) == sentence
        assert refused.value.node == graph.named(node)
        assert session.state is before
    session.previous()
    assert not session.state.blocked


def test_backward_on_a_faulty_graph_goes_to_the_fault_at_first_and_then_refuses():
    session = Session(graph_from_expression("a = 0; y = log(a)"))
    session.backward_step()
    assert session.state.blocked
    with pytest.raises(Refusal, match="log of 0"):
        session.backward_step()


def test_an_empty_port_ends_the_run_with_the_ports_place():
    graph = load_example("lecture")
    session = Session(graph)
    session.forward()
    session.disconnect(graph.named("d"), 1)
    assert session.state.trace is None
    session.forward()
    assert session.state.step.note == "d (+) has nothing on its second port."
    assert graph.named("e") in session.state.frame.data
    session.disconnect(graph.named("d"), 0)
    session.forward()
    assert session.state.step.note == "d (+) has nothing on its first port."


def test_an_empty_port_of_a_one_input_op_needs_no_ordinal():
    session = Session(Graph().added("tanh", (0, 0)))
    session.forward()
    assert session.state.step.note == "a (tanh) has nothing on its port."


def test_a_leaf_that_is_not_finite_ends_the_run():
    session = Session(graph_from_expression("y = x*2"))
    session.set_value(1, math.nan)
    session.forward()
    assert session.state.step.note == "x holds nan, which is not a finite number."


@pytest.mark.parametrize("text", ["a = 0; y = sqrt(a); z = y + 1", "a = 0; y = a**0.5; z = y + 1"])
def test_a_backward_run_stops_at_the_node_whose_slope_is_infinite(text):
    session = Session(graph_from_expression(text))
    session.backward()
    state = session.state
    assert state.blocked
    assert state.step.node == state.graph.named("y")
    assert state.frame.grad[state.graph.named("y")] == 1.0
    assert state.step.note.startswith("The slope of ")
    assert state.step.note.endswith(" for a is inf here, so a.grad is inf: the backward pass stops.")
    with pytest.raises(Refusal, match="the backward pass stops"):
        session.zero_grad()
    session.previous()
    session.zero_grad()
    assert set(session.state.frame.grad.values()) == {0.0}


def test_what_does_not_feed_the_target_never_ends_the_run():
    session = Session(graph_from_expression("q = 0; bad = log(q); worse = bad*2; y = x*3"))
    session.add_node("+")
    session.set_target(session.state.graph.named("y"))
    session.forward()
    assert session.state.forward_done
    assert session.state.frame.data[session.state.graph.named("bad")] == -math.inf
    assert "log of 0" in next(step.note for step in session.state.trace.steps if step.note)
    session.backward()
    assert session.state.frame.grad == {
        session.state.graph.named("y"): 1.0,
        session.state.graph.named("x"): 3.0,
        6: 1.0,
    }
    assert all(row.ok for row in session.check_all())


def test_a_problem_names_hostile_labels_in_one_line():
    session = Session(graph_from_expression("a = 0; y = log(a)"))
    session.rename(2, "x\n{0}{x}|" * 2000)
    session.forward()
    assert session.state.step.note.isprintable()
    assert len(session.state.step.note) < 150


def test_renaming_the_faulty_node_renames_it_in_the_sentence():
    session = Session(graph_from_expression("a = 0; y = log(a)"))
    session.forward()
    session.rename(session.state.graph.named("y"), "loss")
    assert session.state.blocked
    assert session.state.step.note == "loss = log(0.0000) is −inf: log of 0."


def test_an_op_of_three_operands_runs_and_says_which_port_is_empty(monkeypatch):
    row = Op("mix", "mix", 3, lambda x, y, z: x * y + z, lambda x, y, z, out: (y, x, 1.0))
    monkeypatch.setitem(OPS, "mix", row)
    session = Session()
    for data in (2.0, 3.0, 4.0):
        session.add_node(None, data=data)
    mix = session.add_node("mix")
    session.connect(1, mix)
    session.connect(2, mix)
    session.forward()
    assert session.state.step.note.endswith("(mix) has nothing on its third port.")
    session.connect(3, mix)
    session.backward()
    assert session.state.frame.data[mix] == 10.0
    assert session.state.frame.grad == {mix: 1.0, 1: 3.0, 2: 2.0, 3: 1.0}


def test_a_chain_of_many_nodes_runs_without_recursion():
    x = Value(0.0)
    for _ in range(5_000):
        x = x + 1
    session = Session(graph_from_value(x))
    session.backward()
    assert session.state.frame.data[session.state.graph.target] == 5000.0
    assert set(session.state.frame.grad.values()) == {1.0}


def test_a_run_that_goes_on_runs_nothing_again_and_is_what_it_is_from_the_start(monkeypatch):
    graph = load_example("xor")
    script = (Pass("forward"), Pass("backward", steps=5), Pass("backward"), Pass("zero"), Pass("forward"))
    script += (Pass("backward"), Pass("update", rate=0.1, k=0), Pass("forward"))
    recording._latest.clear()
    whole = recording.record(graph, script)
    recording._latest.clear()
    run, gone = [], recording._Recorder.moves
    monkeypatch.setattr(
        recording._Recorder, "moves", lambda self, each: (run.append(each), gone(self, each))[1]
    )
    for passes in range(1, len(script) + 1):
        part = recording.record(graph, script[:passes])
    assert run == [*script]
    assert (part.steps, part.ends, part.script) == (whole.steps, whole.ends, whole.script)
    other = recording.record(graph, script[:2])  # an earlier moment: that is begun anew
    assert other.steps == whole.steps[: whole.ends[1]]
    moved = graph.numbered({graph.parameters[0]: 0.5})
    assert recording.record(moved, script).steps != whole.steps


def test_a_run_that_ended_at_a_problem_is_not_gone_on_with():
    graph = graph_from_expression("L = log(a)").valued(1, -1.0)
    first = recording.record(graph, (Pass("forward"),))
    assert recording.record(graph, (Pass("forward"), Pass("backward"))).steps == first.steps
