"""Forward mode: derivatives by one leaf, found with the numbers, are those of the engine's backward pass."""

import math

import pytest

from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.notation.reader import graph_from_expression as parse
from micrograd_gui.files import documents
from micrograd_gui.session.asking.forward_mode import ByLeaf, by_leaf, derivatives
from micrograd_gui.session.asking.writing import Writing
from micrograd_gui.session.explain.card import card
from micrograd_gui.session.explain.formulas import as_text
from micrograd_gui.session.session import Session
from tests.session.asking.graphs_of_kinds import random_graph


@pytest.mark.parametrize("part", range(4))
def test_the_target_s_derivative_by_each_leaf_is_the_leaf_s_gradient(part: int):
    for seed in range(part * 250, part * 250 + 250):
        graph, values = random_graph(seed)
        data = {number: value.data for number, value in enumerate(values, 1)}
        scale = _scale(graph, data)
        for leaf in (node.id for node in graph if node.is_leaf and node.id in graph.feeding):
            found = derivatives(graph, data, leaf)
            assert found.keys() == graph.nodes.keys()
            grad = values[leaf - 1].grad
            assert math.isclose(found[graph.target], grad, rel_tol=1e-12, abs_tol=1e-12 * scale[leaf]), seed


def _scale(graph, data) -> dict[int, float]:
    """By leaf the sum of all paths' sizes: where they cancel, what is left is no more exact than that."""
    sizes = dict.fromkeys(graph.nodes, 0.0) | {graph.target: 1.0}
    for number in reversed(graph.order):
        node = graph.nodes[number]
        if node.rule is not None:
            numbers = [data[source] for source in node.inputs]
            for source, slope in zip(node.inputs, node.rule.partials(*numbers, data[number]), strict=True):
                sizes[source] += abs(slope) * sizes[number]
    return sizes


def chosen(name: str, leaf: str) -> Session:
    session = Session(documents.load_example(name))
    session.room(Writing).derive_by(session.state.graph.named(leaf))
    return session


def shown(session: Session) -> dict[str, float]:
    return {session.state.graph.nodes[n].name: each.value for n, each in by_leaf(session.state).items()}


def test_each_forward_step_brings_one_more_beside_its_number():
    session = chosen("lecture", "a")
    assert shown(session) == {"a": 1.0, "b": 0.0, "c": 0.0, "f": 0.0}
    session.forward_step()
    assert shown(session)["e"] == -3.0
    assert "d" not in shown(session)
    assert "∂e/∂a = ∂e/∂a × ∂a/∂a = −3.0000 × 1.0000 = −3.0000" in as_text(card(session.state))
    session.forward()
    assert shown(session)["L"] == 6.0
    text = as_text(card(session.state))
    assert "This one has found ∂L/∂a alone; 4 leaves take 4 passes, 12 steps." in text
    assert "Backward: one pass of 3 steps gives all 4." in text
    session.backward()
    assert "forward mode ∂L/∂a = 6.0000,  backward a.grad = 6.0000:  the same" in as_text(card(session.state))
    session.first()
    assert shown(session) == {"a": 1.0, "b": 0.0, "c": 0.0, "f": 0.0}


def test_a_node_that_the_leaf_does_not_reach_has_0_whatever_its_slopes():
    session = Session(parse("r = sqrt(z); y = x * 2 + r; z = 0; x = 3"))
    session.room(Writing).derive_by(session.state.graph.named("x"))
    session.forward()
    assert shown(session)["r"] == 0.0
    assert shown(session)["y"] == 2.0
    session.room(Writing).derive_by(session.state.graph.named("z"))
    assert shown(session)["y"] == math.inf


def test_what_an_update_has_made_old_is_stale():
    graph = parse("L = w * w")
    session = Session(graph.marked(graph.named("w"), "parameter"))
    session.room(Writing).derive_by(graph.named("w"))
    session.backward()
    session.update(0.25)
    assert by_leaf(session.state)[graph.named("L")] == ByLeaf(2.0, True)
    assert by_leaf(session.state)[graph.named("w")] == ByLeaf(1.0)
    session.forward()
    assert by_leaf(session.state)[graph.named("L")] == ByLeaf(1.0)


def test_it_ends_with_its_leaf_and_takes_nothing_but_leaves():
    session = chosen("lecture", "a")
    with pytest.raises(Refusal, match="e is computed: forward mode derives by a leaf, so select one"):
        session.room(Writing).derive_by(session.state.graph.named("e"))
    assert session.state.forward_leaf == session.state.graph.named("a")
    session.set_value(session.state.graph.named("a"), 5)
    assert session.state.forward_leaf is not None
    session.delete([session.state.graph.named("a")])
    assert session.state.forward_leaf is None
    session = chosen("lecture", "a")
    session.new()
    assert session.state.forward_leaf is None
