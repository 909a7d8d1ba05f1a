"""Verdicts: the words for what a check found, and for a grad that is not to be compared."""

import pytest
from msgspec.structs import replace

from micrograd import language
from micrograd.check import Reason
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.explain.verdicts import (
    Marked,
    OnNode,
    on_node,
    verdict_in_print,
    verdict_in_short,
    verdict_of,
    verdict_of_moment,
    verdict_on,
    verdict_on_all,
)
from micrograd_gui.session.session import Session


@pytest.fixture
def session() -> Session:
    return Session(load_example("lecture"))


def mark(session: Session, label: str) -> str:
    return verdict_of(session.state, session.state.graph.named(label)).mark


def test_without_a_check_there_is_no_verdict_but_the_way_to_one(session):
    verdict = verdict_of(session.state, session.state.graph.named("a"))
    assert verdict.mark == ""
    assert verdict.sentence.startswith("Check all gradients")


def test_the_verdict_says_when_a_grad_is_not_to_be_compared_yet(session):
    session.check_all()
    assert mark(session, "a") == "will agree"
    assert verdict_of_moment(session.state).startswith("gradients of all ")
    session.backward()
    assert mark(session, "a") == "✓"
    session.backward()
    assert mark(session, "a") == "accumulated"
    session.zero_grad()
    assert mark(session, "a") == "zeroed"
    assert verdict_of_moment(session.state) == "gradients zeroed at all 7 nodes: run backward to compare"


def test_a_grad_that_more_may_be_added_to_is_so_far():
    session = Session(graph_from_expression("a = 3; b = a*a; c = b + a"))
    session.check_all()
    session.backward_step()
    session.backward_step()
    assert mark(session, "a") == "so far"
    session.backward()
    assert mark(session, "a") == "✓"


def test_the_sign_of_a_verdict_stays_apart_from_its_words_in_every_language():
    session = Session(graph_from_expression("a = 3; z = 0; L = a*z"))
    session.check_all()
    session.backward()
    language.use({"both 0": "beides ist 0", "will agree": "wird stimmen"})
    try:
        assert on_node(session.state, session.state.graph.named("a")) == OnNode("✓", "beides ist 0", True)
        assert mark(session, "a") == "✓ beides ist 0"
    finally:
        language.use()


def test_every_reason_has_words_a_mark_and_a_sentence(session):
    row = session.check_all()[0]
    for ok in (True, False, None):
        for reason in (*Reason, None):
            verdict = verdict_on(replace(row, ok=ok, reason=reason, detail="log of 0"))
            assert verdict.mark
            assert verdict.sentence.endswith(".")
    assert verdict_on(replace(row, ok=False, reason=Reason.NOT_FINITE, detail="log of 0")) == Marked(
        "✗",
        "not finite",
        "One of the two slopes is no finite number: log of 0.",
    )


def test_in_print_a_verdict_is_a_mark_and_few_words(session):
    row = session.check_all()[0]
    assert verdict_in_print(row) == "✓"
    assert verdict_in_print(replace(row, reason=Reason.KINK)) == "✓ kink"
    assert verdict_in_print(replace(row, ok=False)) == "✗"


def test_of_all_nodes_those_are_named_at_which_slopes_differ(session):
    graph, rows = session.state.graph, session.check_all()
    assert verdict_on_all(graph, rows) == "Analytic and numeric gradients agree at every node."
    assert verdict_in_short(graph, rows).startswith("all gradients agree (largest relative error ")
    wrong = [replace(row, ok=row.node != graph.named("a")) for row in rows]
    assert verdict_on_all(graph, wrong) == "Analytic and numeric gradients disagree at a."
    assert verdict_in_short(graph, wrong) == "gradients differ at a"


def marks(session: Session) -> list[str]:
    return [verdict_of(session.state, row.node).mark for row in session.state.checked]


def test_the_line_says_of_a_second_backward_pass_what_the_table_says():
    session = Session(graph_from_expression("L = (a*b + c) * f; a = 2; b = -3; c = 10; f = -2"))
    session.backward()
    session.check_all()
    assert set(marks(session)) == {"✓"}
    assert verdict_of_moment(session.state).startswith("all gradients agree")
    session.backward()
    count = marks(session).count("accumulated")
    assert 0 < count < len(marks(session))  # the seed is set, not added: the root's grad is what it was
    assert verdict_of_moment(session.state) == (
        f"gradients accumulated at {count} of 7 nodes: zero them to compare"
    )


@pytest.mark.parametrize("moment", range(13))
def test_no_verdict_stands_beside_a_grad_that_is_not_there(moment):
    session = Session(graph_from_expression("a = 3; b = a*a; c = tanh(b) + a"))
    session.backward()
    session.check_all()
    session.seek(moment)
    here = session.state
    for row in here.checked:
        if verdict_of(here, row.node).mark.startswith("✓"):
            assert here.frame.grad[row.node] == row.analytic
    assert verdict_of_moment(here).startswith("all gradients agree") == (set(marks(session)) == {"✓"})


def test_the_line_tells_kinks_and_what_cannot_be_told_from_agreement():
    for text, words in {
        "x = 0; y = relu(x) + 0*x": "gradients agree, but for a kink at x",
        "a = 1e8; b = 1e8; y = sin(a*b)": "gradients cannot be told at a, b, v3, agree elsewhere",
        "a = -2; b = -3; L = a**b + a": "gradients cannot be told at b, agree elsewhere",
    }.items():
        session = Session(graph_from_expression(text))
        session.backward()
        session.check_all()
        graph, rows = session.state.graph, session.state.checked
        assert verdict_in_short(graph, rows) == words
        if not session.state.blocked:  # else the pass ended at the slope that is nan
            assert verdict_of_moment(session.state) == words


def test_where_the_pass_has_not_been_the_line_says_what_it_will_bring():
    session = Session(graph_from_expression("a = -2; b = -3; L = a**b + a"))
    session.check_all()
    assert verdict_of_moment(session.state) == (
        "gradients of a, v3, L will agree once backward has reached them, nothing can be told at b"
    )
