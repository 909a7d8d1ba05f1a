"""The ledger: a closed account of each gradient, and where data came from."""

import math

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.document.text import written
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.asking.asking import Asking
from micrograd_gui.session.asking.ledger import account, origins, postings
from micrograd_gui.session.asking.ledger_words import ordinal, page_of
from micrograd_gui.session.build import build
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Pass
from tests.session.asking.graphs import random_graph

SCRIPTS = (
    ("forward", "backward"),
    ("forward", "backward", "backward"),
    ("forward", "backward", "zero", "backward"),
    ("forward", "backward", "forward", "backward", "zero"),
)


def asked(session: Session, name: str):
    """The page of the node of that name."""
    session.select({session.state.graph.named(name)})
    return page_of(session.state)


def test_on_a_thousand_random_graphs_the_rows_come_to_the_engines_gradients() -> None:
    rows = 0
    for seed in range(1000):
        graph = random_graph(seed)
        values = build(graph)
        run = record(graph, [Pass("forward"), Pass("backward")])
        if run.problem is not None or not all(math.isfinite(each.data) for each in values.values()):
            continue
        values[graph.target].backward()
        for node in graph.feeding:
            found = postings(graph, run, node)
            added = [each.contribution.amount for each in found if each.contribution is not None]
            total = sum(added) if node != graph.target else 1.0
            rounding = 1e-15 * sum(map(abs, added))  # later Pythons add floats more exactly than one by one
            assert math.isclose(total, values[node].grad, rel_tol=1e-12, abs_tol=rounding), (seed, node)
            assert account(found, len(run)).total == values[node].grad
            rows += len(added)
            assert len(added) == len([use for use in graph.users[node] if use[0] in graph.feeding])
    assert rows > 5000


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_one_row_leaves_the_next_one_finds_at_every_moment(script) -> None:
    for seed in range(60):
        graph = random_graph(seed)
        run = record(graph, [Pass(each) for each in script])
        for node in graph.nodes:
            found, grad = postings(graph, run, node), None
            for each in found:
                assert each.before == grad
                grad = each.after
            for cursor in range(len(run) + 1):
                shown = run.frame(cursor).grad.get(node)
                until = [each for each in found if each.moment <= cursor]
                assert (until[-1].after if until else None) == shown
                book = account(found, cursor)
                assert book.total == shown
                if shown is not None:
                    assert sum(book.amounts, book.start or 0.0) == pytest.approx(shown, rel=1e-12, abs=1e-300)


def test_both_operands_of_a_square_are_two_rows_with_the_numbers_of_the_engine() -> None:
    session = Session(graph_from_expression("a = 3; L = a*a"))
    session.forward()
    session.backward()
    page = asked(session, "a")
    assert [row.cells for row in page.grad] == [
        ("3 · 1st backward", "L, 1st operand", "1.0000 × 3.0000 = 3.0000", "· → 3.0000"),
        ("3 · 1st backward", "L, 2nd operand", "1.0000 × 3.0000 = 3.0000", "3.0000 → 6.0000"),
    ]
    assert [row.numbers[2:] for row in page.grad] == [(3.0, 3.0), (3.0, 6.0)]
    assert page.total.text == "a.grad = 3.0000 + 3.0000 = 6.0000"
    assert [row.wire for row in page.grad] == [(session.state.graph.named("L"), port) for port in (0, 1)]


def test_a_second_pass_and_zero_grad_are_told_apart_and_what_is_to_come_says_so() -> None:
    session = Session(graph_from_expression("a = 2; b = -3; L = a*b"))
    session.forward()
    session.backward()
    session.backward()
    session.zero_grad()
    page = asked(session, "a")
    assert [row.cells[0] for row in page.grad] == ["3 · 1st backward", "5 · 2nd backward", "6 · zero grad"]
    assert [row.cells[3] for row in page.grad] == ["· → −3.0000", "−3.0000 → −6.0000", "−6.0000 → 0.0000"]
    session.seek(3)
    page = asked(session, "a")
    assert [row.when for row in page.grad] == ["now", "later", "later"]
    assert page.grad[1].cells[0] == "5 · 2nd backward · later"
    assert page.total.text == "a.grad = −3.0000"
    assert asked(session, "L").grad[0].cells[1:] == ("itself", "dL/dL = 1", "· → 1.0000")


def test_data_says_what_it_was_computed_from_and_what_an_update_made_of_it() -> None:
    session = Session(graph_from_expression("a = 2; b = -3; L = a*b"))
    assert asked(session, "L").notes[0] == "L = a × b is not computed at this moment."
    session.mark({session.state.graph.named("a")}, "parameter")
    session.forward()
    session.backward()
    session.update(0.1)
    session.forward()
    computed = [row.cells for row in asked(session, "L").data]
    assert computed == [
        ("1", "L = a × b = 2.0000 × −3.0000 = −6.0000"),
        ("5", "L = a × b = 2.3000 × −3.0000 = −6.9000"),
    ]
    assert [row.cells[1] for row in asked(session, "a").data] == [
        "given: a.data = 2.0000",
        "update: a.data − rate × a.grad = 2.0000 − 0.1000 × −3.0000 = 2.3000",
    ]
    assert [each.moment for each in origins(session.state.graph, session.state.trace, 1)] == [0, 4]
    ends = [row.cells for row in asked(session, "L").grad]
    assert ends[-1] == ("5 · forward", "forward", "a new value, without a grad yet", "1.0000 → ·")


def test_over_rows_the_last_row_puts_their_mean_in_place_of_what_one_row_had_added() -> None:
    session = Session(load_example("line"))
    session.forward()
    session.backward()
    state = session.state
    for node in state.graph.parameters:
        session.select({node})
        page = page_of(session.state)
        assert page.grad[-1].numbers[3] == state.frame.grad[node]
        assert "rows" in page.grad[-1].cells[1]
        assert page.total.text.endswith(written(state.frame.grad[node]))
    session.train_start()
    session.train_tick(1)
    page = page_of(session.state)
    assert not page.grad
    assert "Pause" in page.notes[-1]


def test_there_is_always_a_sentence_where_there_is_no_row() -> None:
    session = Session()
    assert "no node" in page_of(session.state).notes[0]
    session.build("a = 2; b = 3; L = a*b; z = a + 1")
    session.set_target(session.state.graph.named("L"))
    session.select(())
    assert "Select a node" in page_of(session.state).notes[0]
    session.select_all()
    assert "Several nodes" in page_of(session.state).notes[0]
    assert "does not feed the target L" in asked(session, "z").notes[-1]
    assert "run forward (F5)" in asked(session, "a").notes[0]
    session.forward()
    assert "step backward (F10)" in asked(session, "a").notes[0]
    session.backward()
    session.seek(2)
    assert "still to come" in asked(session, "a").notes[0]
    session.set_target(None)


def test_going_to_a_row_lights_its_wire_until_one_stands_elsewhere() -> None:
    session = Session(graph_from_expression("a = 3; L = a*a"))
    session.forward()
    session.backward()
    asking = session.room(Asking)
    target = session.state.graph.named("L")
    session.first()
    asking.go_to(3, (target, 1))
    assert (session.state.cursor, session.state.asked.wire) == (3, (target, 1))
    session.previous()
    assert session.state.asked.wire is None
    asking.show_paths(True)
    asking.choose_path(1)
    session.select({session.state.graph.named("a")})
    assert session.state.asked == (None, True, None)
    session.new()
    assert session.state.asked is None


def test_places_in_a_list_are_said_as_people_do() -> None:
    said = [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 112)]
    assert said == ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]


def test_an_infinite_slope_is_told_as_it_is() -> None:
    session = Session(graph_from_expression("a = 0; L = a**0.5"))
    session.forward()
    session.backward()
    row = asked(session, "a").grad[-1]
    assert row.cells[2:] == ("1.0000 × inf = inf", "· → inf")


def test_while_the_graph_trains_a_node_with_an_empty_port_can_be_asked_about() -> None:
    session = Session()
    session.open_graph(load_example("xor"))
    session.set_plan(steps=1_000_000)
    session.select({session.add_node("+")})
    session.train_start()
    page = page_of(session.state)
    assert page.notes[0].endswith("= ? + ? = · + · = ·")
    assert "The graph trains" in page.notes[1]
