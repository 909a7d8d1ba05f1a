"""A run that is held, beside the present one."""

import pytest
from msgspec.structs import replace

from micrograd_gui.document.marks import Pass
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.apart.same_moment import run_of
from micrograd_gui.session.apart.taking_apart import TakingApart
from micrograd_gui.session.apart.two_runs import TwoRuns, beside, what_differs
from micrograd_gui.session.bugs.room import BugLab
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session


def _held(text="w = 2; x = 3; L = (w*x - 1)**2", steps=None):
    session = Session()
    session.build(text)
    session.backward()
    if steps is not None:
        session.seek(steps)
    session.room(TwoRuns).hold()
    return session


def _rows(state):
    return {(row.name, row.field): row for row in beside(state)}


def test_a_changed_value_is_told_with_both_numbers_of_every_node():
    session = _held()
    session.set_value(session.state.graph.named("w"), 1.0)
    rows = _rows(session.state)
    assert (rows["w", "data"].held, rows["w", "data"].now) == (2.0, 1.0)
    assert (rows["w", "grad"].held, rows["w", "grad"].now) == (30.0, 12.0)  # 2 (w x − 1) x
    assert (rows["L", "data"].held, rows["L", "data"].now) == (25.0, 4.0)
    assert rows["L", "data"].difference == -21.0
    assert not rows["x", "data"].differs
    assert what_differs(session.state) == ("w: 2.0000 → 1.0000",)


@pytest.mark.parametrize("cursor", range(8))
def test_both_are_of_the_same_moment(cursor):
    session = _held()
    session.set_value(session.state.graph.named("w"), 1.0)
    session.seek(cursor)
    rows = _rows(session.state)
    assert all((row.held is None) == (row.now is None) for row in rows.values())


def test_what_an_update_made_stale_in_either_run_is_told_to_be():
    session = _held()
    session.mark({session.state.graph.named("w")}, "parameter")
    session.update()
    rows = _rows(session.state)
    assert rows["L", "data"].stale == rows["w", "grad"].stale == (False, True)  # w was no parameter there
    session.room(TwoRuns).hold()
    rows = _rows(session.state)
    assert (rows["L", "data"].stale, rows["w", "data"].stale) == ((True, True), (False, False))


def test_nothing_differs_until_something_is_changed():
    session = _held()
    assert not [row for row in beside(session.state) if row.differs]
    assert what_differs(session.state)[0].startswith("Nothing differs yet")


def test_numbers_no_further_apart_than_rounding_are_told_as_the_same():
    session = _held("a = 0.3; L = sigmoid(a)*a")
    session.room(TakingApart).expand(next(n.id for n in session.state.graph if n.op == "sigmoid"))
    rows = beside(session.state)
    assert not [row for row in rows if row.differs]
    assert {row.only_in for row in rows} == {"", "now"}


def test_two_rates_have_two_curves_of_the_loss():
    session = Session(load_example("line"))
    for _ in range(3):
        session.train_step()
    session.room(TwoRuns).hold()
    first = list(session.state.training.losses)
    session.rewind()
    session.set_plan(rate=0.1)
    for _ in range(4):
        session.train_step()
    held = session.state.held
    assert list(held.training.losses) == first
    said = what_differs(session.state)
    assert "rate: 0.2 → 0.1" in said
    assert "3 → 4 steps of training" in said
    session.set_plan(seed=7)
    assert any(each.startswith("seed") for each in what_differs(session.state))


def test_a_further_hold_takes_the_place_of_the_first_and_another_document_ends_it():
    session = _held()
    session.set_value(session.state.graph.named("w"), 1.0)
    session.room(TwoRuns).hold()
    assert session.state.held.held is None
    assert not [row for row in beside(session.state) if row.differs]
    session.new()
    assert session.state.held is None


def test_a_bug_is_a_change_like_any_other():
    session = _held("a = 3; b = a + a; L = b*b")
    session.room(BugLab).plant("assign")
    rows = _rows(session.state)
    assert (rows["b", "grad"].held, rows["b", "grad"].now) == (12.0, 6.0)  # what came last, alone
    assert (rows["a", "grad"].held, rows["a", "grad"].now) == (24.0, 6.0)
    assert not rows["L", "grad"].differs
    assert what_differs(session.state) == ("with the bug “= for +=”",)
    session.room(TwoRuns).hold()  # what is held is the right run
    session.room(BugLab).remove()
    assert not [row for row in beside(session.state) if row.differs]


def test_a_run_that_stops_is_told_as_far_as_it_goes():
    session = _held("a = 2; b = log(a); L = b*a")
    session.set_value(session.state.graph.named("a"), -1.0)
    rows = _rows(session.state)
    assert rows["L", "data"].now is None
    assert rows["L", "data"].held is None or rows["L", "data"].differs


@pytest.mark.parametrize("kind", ["forward", "backward"])
def test_an_order_that_the_wires_of_the_held_graph_forbid_is_its_own_there(kind):
    """Found by a walk: c, which acted first, takes b in the graph that is held."""
    free = graph_from_expression("a = 1; b = tanh(a); c = exp(a); d = b*c")
    bound = graph_from_expression("a = 1; b = tanh(a); c = exp(b); d = b*c")
    first = {"forward": "c", "backward": "db"}[kind]
    passes = [Pass("forward"), Pass("backward")]
    passes = [
        replace(each, first=tuple(map(free.named, first if each.kind == kind else ""))) for each in passes
    ]
    assert record(free, passes).problem is None
    other = run_of(bound, tuple(passes))
    assert other.problem is None
    plain = record(bound, [Pass("forward"), Pass("backward")])
    assert other.frame(len(other)).grad == plain.frame(len(plain)).grad
    assert [step.node for step in other.steps] == [step.node for step in plain.steps]
