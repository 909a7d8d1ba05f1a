"""What those hear who do not see the step: the numbers of the lecture, and none that is to be predicted."""

import micrograd_gui as mg
from micrograd_gui.document.graph import Graph
from micrograd_gui.session.explain.moments import moment_told
from micrograd_gui.session.predicting.room import Predicting
from micrograd_gui.session.predicting.veil import veiled
from micrograd_gui.session.session import Session


def opened(graph: Graph) -> Session:
    session = Session()
    session.open_graph(graph)
    return session


def test_before_anything_is_run_nothing_is_told() -> None:
    assert moment_told(opened(mg.read("lecture")).state) == ""


def test_each_step_of_the_lecture_tells_role_name_and_number() -> None:
    session = opened(mg.read("lecture"))
    session.backward()
    told = []
    for cursor in range(len(session.state.trace) + 1):
        session.seek(cursor)
        told.append(moment_told(session.state))
    assert told == [
        "Before the first step.",
        "Step 1 of 7, forward: e = −6.0000.",
        "Step 2 of 7, forward: d = 4.0000.",
        "Step 3 of 7, forward: L = −8.0000.",
        "Step 4 of 7, backward begins: L.grad = 1.",
        "Step 5 of 7, backward through L. d, +: grad −2.0000. f, parameter: grad 4.0000.",
        "Step 6 of 7, backward through d. e, ×: grad −2.0000. c, parameter: grad −2.0000.",
        "Step 7 of 7, backward through e. a, input: grad 6.0000. b, input: grad −4.0000.",
    ]


def test_what_was_there_before_is_told_with_what_is_there_now() -> None:
    session = opened(mg.parse("b = a + a", a=3))
    session.backward()
    assert moment_told(session.state).endswith("a, leaf: grad 1.0000. a, leaf: grad 2.0000, was 1.0000.")


def test_what_is_to_be_predicted_is_not_given_away() -> None:
    session = opened(mg.read("lecture"))
    session.backward()
    session.first()
    session.room(Predicting).begin("contribution")
    told = moment_told(veiled(session.state))
    assert told == "Before the first step."
    session.room(Predicting).answer("-6")
    assert moment_told(veiled(session.state)) == "Step 1 of 7, forward: e = −6.0000."
