"""Verdicts: the words for what a check found, and for a grad that is not to be compared."""

import pytest

from micrograd.check import Reason
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.explain.verdicts import (
    verdict_in_print,
    verdict_in_short,
    verdict_of,
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
    assert mark(session, "a") == "✓"
    session.backward()
    assert mark(session, "a") == "✓"
    session.backward()
    assert mark(session, "a") == "accumulated"
    session.zero_grad()
    assert mark(session, "a") == "zeroed"


def test_a_grad_that_more_may_be_added_to_is_so_far():
    session = Session(graph_from_expression("a = 3; b = a*a; c = b + a"))
    session.check_all()
    session.backward_step()
    session.backward_step()
    assert mark(session, "a") == "so far"
    session.backward()
    assert mark(session, "a") == "✓"


def test_every_reason_has_words_a_mark_and_a_sentence(session):
    row = session.check_all()[0]
    for ok in (True, False):
        for reason in (*Reason, None):
            verdict = verdict_on(row._replace(ok=ok, reason=reason, detail="log of 0"))
            assert verdict.mark
            assert verdict.sentence.endswith(".")
    assert verdict_on(row._replace(ok=False, reason=Reason.NOT_FINITE, detail="log of 0")) == (
        "✗ not finite",
        "One of the two slopes is no finite number: log of 0.",
    )


def test_in_print_a_verdict_is_a_mark_and_few_words(session):
    row = session.check_all()[0]
    assert verdict_in_print(row) == "✓"
    assert verdict_in_print(row._replace(reason=Reason.KINK)) == "✓ kink"
    assert verdict_in_print(row._replace(ok=False)) == "✗"


def test_of_all_nodes_those_are_named_at_which_slopes_differ(session):
    graph, rows = session.state.graph, session.check_all()
    assert verdict_on_all(graph, rows) == "Analytic and numeric gradients agree at every node."
    assert verdict_in_short(graph, rows).startswith("all gradients agree (largest relative error ")
    wrong = [row._replace(ok=row.node != graph.named("a")) for row in rows]
    assert verdict_on_all(graph, wrong) == "Analytic and numeric gradients disagree at a."
    assert verdict_in_short(graph, wrong) == "gradients differ at a"
