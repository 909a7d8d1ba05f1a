"""Why a node has its numbers, in a sentence, at every moment."""

import re

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.asking.ledger_words import page_of
from micrograd_gui.session.asking.paths_words import paths_page
from micrograd_gui.session.asking.why import why, why_data, why_grad, why_wire
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.verdicts import verdict_of, verdict_of_moment
from micrograd_gui.session.session import Session


@pytest.fixture
def session():
    return Session(load_example("diamond"))


def of(session, name):
    return session.state.graph.named(name)


def test_before_a_run_it_is_said_what_is_to_come(session) -> None:
    assert why_data(session.state, of(session, "a")).startswith("Its data is given")
    assert "d = a × b comes when the forward pass gets there" in why_data(session.state, of(session, "d"))
    assert "after the forward pass" in why_grad(session.state, of(session, "a"))
    session.forward()
    assert why_grad(session.state, of(session, "a")) == "It has no grad yet: it comes when d or e act."
    assert "gets 1 when the backward pass begins" in why_grad(session.state, of(session, "f"))


def test_a_half_sum_says_who_has_still_to_add(session) -> None:
    session.forward()
    for _ in range(3):
        session.backward_step()
    said = why_grad(session.state, of(session, "a"))
    assert said == "Its grad came from e: the slope 1 × e's grad −6 = −6. d has still to add a share."
    session.backward()
    assert "−6 from e and 3 from d" in why_grad(session.state, of(session, "a"))
    session.zero_grad()
    assert "is 0: it was set so" in why_grad(session.state, of(session, "a"))


def test_what_a_wire_carried_before_an_update_is_said_to_be_of_then() -> None:
    session = Session(graph_from_expression("w = 2; x = 3; c = w*x; L = c**2"))
    session.mark({of(session, "w")}, "parameter")
    session.backward()
    session.update(0.01)
    session.forward_step()
    c, end = of(session, "c"), of(session, "L")
    assert why_wire(session.state, (c, 0)).startswith("It carries 1.64 to c; its share")
    assert why_wire(session.state, (end, 0)) == (
        "It carries 6 to L, and has brought 12 back: slope × L's grad. It is from before the update."
    )


def test_a_further_pass_is_no_further_use_and_who_has_still_to_add_is_of_that_pass() -> None:
    session = Session(graph_from_expression("a = 2; b = 3; c = a*b; L = c + b"))
    session.backward()
    session.backward()
    assert why_grad(session.state, of(session, "a")) == (
        "The grad on a is 9: more than one pass has added to it."
    )
    for _ in range(2):  # the second finds nothing to set
        session.zero_grad()
        assert why_grad(session.state, of(session, "a")).startswith("Its grad is 0: it was set so")
    session.backward_step()
    session.backward_step()
    assert why_grad(session.state, of(session, "b")).endswith("= 1. c has still to add a share.")


def test_after_two_passes_over_rows_no_grad_is_said_to_be_that_of_one() -> None:
    session = Session(load_example("line"))
    session.select({of(session, "w")})
    for verb in ("backward", "update", "forward", "check_all", "backward"):
        getattr(session, verb)()
    state, w = session.state, of(session, "w")
    assert why_grad(state, w) == "The grad on w is −4.1538: more than one pass has added to it."
    assert verdict_of(state, w).words == "accumulated"
    assert "accumulated at" in verdict_of_moment(state)
    assert page_of(state).grad[-1].cells[1:3] == ("mean of 20 rows", "−2.2421 − 1.9117 = −4.1538")
    assert any("more than one pass" in each for each in paths_page(state).notes)
    assert "alone" not in card(state)[1].text


def test_what_does_not_feed_the_target_and_what_has_no_target_says_so() -> None:
    session = Session(graph_from_expression("a = 2; b = 3; q = a + 1; d = a*b"))
    assert "does not depend on it" in why_grad(session.state, of(session, "q"))


def test_an_empty_port_is_a_question_mark() -> None:
    session = Session(graph_from_expression("a = 2"))
    node = session.add_node("+")
    assert "= ? + ?" in why_data(session.state, node)


def test_an_update_and_rows_are_told() -> None:
    session = Session(load_example("line"))
    session.backward()
    assert "row 1 of 20" in why_data(session.state, of(session, "x"))
    assert "mean of 20 rows" in why_grad(session.state, of(session, "w"))
    session.update()
    assert "moved by an update" in why_data(session.state, of(session, "w"))
    assert "from before the update" in why_data(session.state, of(session, "o"))
    session.train_step()
    assert "what training has made of it" in why_data(session.state, of(session, "w"))


def test_a_wire_says_what_it_carries_and_what_it_brought_back() -> None:
    session = Session(load_example("lecture"))
    wire = (of(session, "e"), 0)
    assert why_wire(session.state, wire) == "It has carried nothing yet: e is not computed."
    session.forward()
    assert why_wire(session.state, wire).startswith("It carries 2 to e; its share")
    session.backward()
    assert why_wire(session.state, wire) == "It carries 2 to e, and has brought 6 back: slope × e's grad."


@pytest.mark.parametrize("example", ["parabola", "neuron", "neuron_exp", "reuse", "square", "diamond", "xor"])
def test_at_every_moment_every_node_says_something_whole(example) -> None:
    session = Session(load_example(example))
    session.backward()
    last = session.state.cursor
    for cursor in range(0, last + 1, max(1, last // 12)):
        session.seek(cursor)
        for node in session.state.graph.nodes:
            for said in why(session.state, node):
                assert re.fullmatch(r"It.*\.", said), (cursor, node, said)


def test_the_shares_that_are_told_sum_to_the_gradient(session) -> None:
    session.backward()
    for name in ("a", "b"):
        node = of(session, name)
        shares = re.findall(r"(−?[\d.]+) from", why_grad(session.state, node))
        assert sum(float(each.replace("−", "-")) for each in shares) == session.state.frame.grad[node]
