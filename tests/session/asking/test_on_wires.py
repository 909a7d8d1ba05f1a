"""What stands on wires: the value that came along, the local slope, and what was carried back."""

import math
from collections import defaultdict

import pytest

from micrograd_gui.document.notation.reader import graph_from_expression as parse
from micrograd_gui.files import documents
from micrograd_gui.session.asking.on_wires import OnWire, on_wires_of
from micrograd_gui.session.explain.formulas import naming_of
from micrograd_gui.session.explain.slopes import bundle_words, wire_words
from micrograd_gui.session.session import Session
from tests.session.asking.graphs_of_kinds import random_graph


def said(session: Session, notation: str = "grad") -> dict[str, str]:
    graph = session.state.graph
    found = {}
    for wire, on in on_wires_of(session.state).items():
        words = wire_words(graph, wire, on, naming_of(graph, notation))
        operand = graph.nodes[wire[0]].inputs[wire[1]]
        above, below = "~" * words.past + words.above, "~" * words.stale + words.below
        found[f"{graph.nodes[operand].name}→{graph.nodes[wire[0]].name}"] = f"{above}|{below}"
    return found


def test_before_a_node_is_computed_its_wires_hold_no_number_and_symbols_at_most():
    session = Session(documents.load_example("lecture"))
    assert set(said(session).values()) == {"|"}
    assert said(session, "leibniz")["a→e"] == "|∂e/∂a"
    session.forward_step()
    assert said(session)["a→e"] == "2|slope −3"
    assert said(session, "leibniz")["a→e"] == "2|∂e/∂a = −3"
    assert said(session)["e→d"] == "|"


def test_a_slope_gives_way_to_what_was_carried_as_the_pass_comes_by():
    session = Session(documents.load_example("lecture"))
    session.backward_step()  # all of forward, and the seed
    session.backward_step()
    assert said(session) == {
        "a→e": "2|slope −3", "b→e": "−3|slope 2", "e→d": "−6|slope 1", "c→d": "10|slope 1",
        "d→L": "× −2|+= −2", "f→L": "× 4|+= 4",
    }  # fmt: skip
    session.backward()
    assert said(session)["d→L"] == "4|+= −2"
    assert said(session)["a→e"] == "× −3|+= 6"
    session.first()
    assert set(said(session).values()) == {"|"}


def test_zero_and_a_further_pass_leave_nothing_carried():
    session = Session(documents.load_example("lecture"))
    session.backward()
    session.zero_grad()
    assert said(session)["a→e"] == "2|slope −3"
    session.backward_step()
    session.backward_step()
    assert said(session)["d→L"] == "× −2|+= −2"
    assert said(session)["a→e"] == "2|slope −3"


def test_after_an_update_what_a_fresh_run_would_give_otherwise_is_stale_and_keeps_its_old_numbers():
    graph = parse("p = w * x; y = p + b; L = y * y")
    for name, number in (("w", 2.0), ("x", 5.0), ("b", 1.0)):
        graph = graph.valued(graph.named(name), number)
    session = Session(graph.marked(graph.named("w"), "parameter"))
    session.backward()
    session.update(0.1)
    now = said(session)
    assert session.state.frame.data[graph.named("w")] == -9.0
    assert now["w→p"] == "~2|~+= 110"
    assert now["x→p"] == "5|~+= 44"
    assert now["b→y"] == "1|~+= 22"
    session.zero_grad()
    assert said(session)["w→p"] == "~2|slope 5"  # that is as true as before
    assert said(session)["x→p"] == "5|~slope 2"
    session.forward()
    assert said(session)["x→p"] == "5|slope −9"


def test_while_it_trains_the_numbers_are_those_of_the_moment():
    session = Session(documents.load_example("line"))
    session.train_start()
    session.train_tick(3)
    state = session.state
    assert state.is_training
    found = on_wires_of(state)
    for (node, _), on in found.items():
        assert on.carried == on.slope * state.frame.grad[node]


def test_a_number_that_is_none_is_shown_as_it_is():
    session = Session(parse("y = sqrt(x); x = 0"))
    session.backward()
    (on,) = on_wires_of(session.state).values()
    assert on == OnWire(0.0, math.inf, math.inf, acting=True)
    assert said(session) == {"x→y": "× inf|+= inf"}


@pytest.mark.parametrize("part", range(4))
def test_what_wires_carried_adds_up_to_the_gradients_of_the_engine(part: int):
    for seed in range(part * 250, part * 250 + 250):
        graph, values = random_graph(seed)
        session = Session(graph)
        session.backward()
        sums: dict[int, list[float]] = defaultdict(list)
        for (node, port), on in on_wires_of(session.state).items():
            if node in graph.feeding:
                sums[graph.nodes[node].inputs[port]].append(on.carried)
        for number, carried in sums.items():
            if number in graph.feeding and number != graph.target:
                grad, scale = values[number - 1].grad, 1e-12 * max(map(abs, carried))
                assert math.isclose(sum(carried), grad, rel_tol=1e-12, abs_tol=scale), (seed, number)


def test_a_wire_into_a_block_says_what_its_operand_got_through_it_or_how_many_wires_it_is():
    graph = parse("a = 2; b = 3; c = a*b; d = a*a; L = c + d")
    session = Session(graph)
    of_a = [(wire, graph.nodes[wire[0]].inputs[wire[1]]) for wire in on_wires_of(session.state)]
    of_a = [wire for wire, operand in of_a if graph.nodes[operand].name == "a"]
    assert len(of_a) == 3
    said = []
    for _ in range(8):
        session.next()
        found = on_wires_of(session.state)
        said.append(bundle_words(graph, [(wire, found[wire]) for wire in of_a])[:3])
    session.backward()
    found = on_wires_of(session.state)
    assert bundle_words(graph, [(wire, found[wire]) for wire in of_a])[:3] == ("2", "3 wires += 7", True)
    several = [*of_a, (graph.named("L"), 0)]
    assert bundle_words(graph, [(wire, found[wire]) for wire in several])[:3] == ("", "4 wires", False)
