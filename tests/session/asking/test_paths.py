"""Paths to the target: all of them counted, the largest shown, and their sum the engine's gradient."""

import math

import pytest

from micrograd_gui.document.builder import GraphBuilder
from micrograd_gui.document.notation.reader import graph_from_expression
from micrograd_gui.files.documents import load_example
from micrograd_gui.session.asking.ledger_words import page_of
from micrograd_gui.session.asking.paths import MOST, paths_at, paths_of, slopes_by_rule
from micrograd_gui.session.asking.paths_words import described, paths_page
from micrograd_gui.session.build import build
from micrograd_gui.session.record import record
from micrograd_gui.session.session import Session
from micrograd_gui.session.trace import Pass
from tests.session.asking.graphs import random_graph


def every_path(graph, node) -> list[tuple]:
    """All ways to the target, gone through one by one."""
    if node == graph.target:
        return [()]
    uses = [use for use in graph.users[node] if use[0] in graph.feeding]
    return [((user, port), *rest) for user, port in uses for rest in every_path(graph, user)]


def ladder(rungs: int):
    """Each node is the one before added to itself: two paths a rung."""
    made = GraphBuilder()
    node = made.add(label="a", data=1.0)
    for _ in range(rungs):
        node = made.add("+", (node, node))
    return made.graph(node)


def test_on_a_thousand_random_graphs_the_paths_come_to_the_engines_gradients() -> None:
    seen = 0
    for seed in range(1000):
        graph = random_graph(seed)
        run = record(graph, [Pass("forward"), Pass("backward")])
        if run.problem is not None:
            continue
        values = build(graph)
        values[graph.target].backward()
        slopes = {(step.node, each.port): each.slope for step in run.steps for each in step.contributions}
        for node in graph.feeding:
            found = paths_of(graph, node, slopes)
            assert math.isclose(found.total, values[node].grad, rel_tol=1e-12), (seed, node)
            if seed % 6 or found.ways > 300:
                continue
            every = every_path(graph, node)
            products = [math.prod(slopes[wire] for wire in path) for path in every]
            assert found.ways == len(every) == len(set(every))
            most = sum(map(abs, products))
            shown = [path.product for path in found.shown]
            assert sum(shown) + found.rest == pytest.approx(found.total, rel=1e-12, abs=1e-12 * most)
            assert len(shown) == min(MOST, len(every))
            largest = sorted(map(abs, products), reverse=True)[:MOST]
            assert [abs(each) for each in shown] == pytest.approx(largest, rel=1e-9)
            for path in found.shown:
                assert math.prod(path.slopes) == pytest.approx(path.product, rel=1e-12)
                assert path.wires in every
            seen += 1
    assert seen > 500


def test_a_number_of_paths_that_nobody_could_go_through_is_counted() -> None:
    graph = ladder(300)
    run = record(graph, [Pass("forward"), Pass("backward")])
    slopes = {(step.node, each.port): each.slope for step in run.steps for each in step.contributions}
    found = paths_of(graph, 1, slopes)
    assert found.ways == 2**300
    assert found.total == 2.0**300
    assert len({path.wires for path in found.shown}) == MOST
    assert found.rest == pytest.approx(2.0**300 - 12)


def asked(text: str, name: str, *verbs: str):
    session = Session(graph_from_expression(text))
    for verb in verbs:
        getattr(session, verb)()
    session.select({session.state.graph.named(name)})
    return session, paths_at(session.state)


def test_there_are_symbols_only_until_the_pass_has_gone_all_the_way() -> None:
    text = "a = 2; b = -3; c = a*b; L = c*a"
    for verbs in ((), ("forward",), ("forward", "backward_step"), ("forward", "backward", "zero_grad")):
        _, found = asked(text, "a", *verbs)
        assert (found.ways, found.total, found.rest) == (2, None, None)
        assert all(path.product is None and not path.slopes for path in found.shown)
        assert found.missing == 3
    session, found = asked(text, "a", "forward", "backward")
    assert [path.product for path in found.shown] == [-6.0, -6.0]
    assert found.total == session.state.frame.grad[session.state.selected] == -12.0
    session.forward()
    assert paths_at(session.state).total is None, "these are the numbers of a new forward pass"


def test_a_second_pass_adds_to_the_grad_and_the_paths_stay_what_they_are() -> None:
    session, found = asked("a = 2; b = -3; c = a*b; L = c*a", "a", "forward", "backward", "backward")
    assert found.total == -12.0
    assert session.state.frame.grad[session.state.selected] != -12.0


def test_the_target_has_the_empty_path_and_what_does_not_feed_it_none() -> None:
    session, found = asked("a = 2; z = a*a; L = a + 1", "L", "forward", "backward")
    assert [(path.wires, path.product) for path in found.shown] == [((), 1.0)]
    assert found.total == 1.0
    session.select({session.state.graph.named("z")})
    assert paths_at(session.state).ways == 0
    session.select(())
    assert paths_at(session.state) is None


def test_slopes_that_are_0_or_none_are_told_as_they_are() -> None:
    _, found = asked("a = -2; L = relu(a) * 3", "a", "forward", "backward")
    assert [path.product for path in found.shown] == [0.0]
    _, found = asked("a = 0; b = 2; d = a**0.5; L = d*b + a", "a", "forward", "backward")
    assert found.missing == 0
    assert [path.product for path in found.shown] == [math.inf, 1.0]
    assert found.total == math.inf


def test_the_rules_give_the_slopes_that_the_pass_goes_by() -> None:
    for seed in range(50):
        graph = random_graph(seed)
        run = record(graph, [Pass("forward"), Pass("backward")])
        gone = {(step.node, each.port): each.slope for step in run.steps for each in step.contributions}
        if run.problem is None:
            assert slopes_by_rule(graph, run.frame(len(run))) == gone


def test_while_the_graph_trains_the_paths_are_of_one_row_and_the_grad_of_all() -> None:
    session = Session(load_example("mlp"))
    session.select({session.state.graph.parameters[0]})
    session.train_start()
    session.train_tick(2)
    page = paths_page(session.state)
    assert page.total is not None
    assert "alone" in page.notes[0]
    assert "sum of 4 rows" in page.notes[0]


def test_a_long_path_says_its_ends_and_counts_the_slopes_of_1() -> None:
    graph = ladder(30)
    run = record(graph, [Pass("forward"), Pass("backward")])
    slopes = {(step.node, each.port): each.slope for step in run.steps for each in step.contributions}
    row = described(graph, paths_of(graph, 1, slopes)).rows[0]
    assert row.cells[0].startswith("1  a → v2 → v3 → … 25 more … → v29")
    assert row.cells[1:] == ("1  (and 30 × 1)", "1", "1.0000")
    last = described(graph, paths_of(graph, 1, slopes)).rows[-1]
    assert last.cells[0] == "about 10^9 more, none larger"


def test_where_the_run_has_ended_early_the_reason_is_said() -> None:
    session, found = asked("a = 0; L = 1/a", "a", "forward")
    assert found.total is None
    assert any("division by 0" in each for each in paths_page(session.state).notes)
    assert any("division by 0" in each for each in page_of(session.state).notes)
