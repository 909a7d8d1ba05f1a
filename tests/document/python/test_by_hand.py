"""Grads set, ``_backward`` called, numbers moved by hand: what they are, and what the rule gives."""

import pytest

import micrograd_gui as mg
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.pasted import ByHand
from micrograd_gui.document.python.workspace import Workspace
from tests.document.python.notebooks import BY_HAND, NEURON


def paste_all(*cells: str) -> Graph:
    graph = Graph()
    for cell in cells:
        graph, _ = pasted(graph, cell, None)
    return graph


def by_hand(graph: Graph) -> tuple[ByHand, ...]:
    assert isinstance(graph.workspace, Workspace)
    return graph.workspace.cells[-1].by_hand


def test_each_grad_that_is_set_stands_beside_what_the_rule_gives():
    graph = paste_all(*BY_HAND[:4])
    name = {each: graph.nodes[each].name for each in graph.nodes}
    rows = [(row.line, row.told, name[row.node or 0], row.own, row.rule, row.right) for row in by_hand(graph)]
    assert rows == [
        (1, "u.grad = v.grad * 1.0", "u", -3.0, -3.0, True),
        (2, "r.grad = v.grad * 1.0", "r", -3.0, -3.0, True),
        (3, "p.grad = u.grad * q.data", "p", 4.5, 4.5, True),
        (4, "q.grad = u.grad * p.data", "q", -12.0, -12.0, True),
    ]


def test_a_grad_that_is_wrong_says_what_is_right():
    graph = paste_all(BY_HAND[0], "L.grad = 1.0\nv.grad = v.data")
    assert [(row.own, row.rule, row.right) for row in by_hand(graph)] == [
        (1.0, 1.0, True),
        (-4.0, -3.0, False),
    ]


def test_a_node_that_acts_before_its_grad_is_complete_is_told():
    graph = paste_all(NEURON[0], "o.grad = 1.0\nn._backward()\no._backward()")
    rows = [(row.kind, row.own, row.right) for row in by_hand(graph)]
    assert rows == [("grad", 1.0, True), ("_backward", 0.0, False), ("_backward", 1.0, True)]


def test_the_lectures_passes_by_hand_are_right_step_by_step():
    graph = paste_all(*NEURON[:2])
    assert [row.kind for row in by_hand(graph)] == ["grad"] + ["_backward"] * 5, "a leaf hands nothing on"
    assert all(row.right for row in by_hand(graph))
    graph = paste_all(*NEURON[:6])
    assert [row.right for row in by_hand(graph)] == [True] * 5


def test_numbers_that_are_moved_by_hand_are_those_of_the_canvas():
    graph = paste_all(*BY_HAND)
    assert [graph.nodes[graph.named(name)].data for name in "pqrw"] == [4.045, -1.62, 1.97, -3.04]
    assert mg.run(graph).frame(-1).data["L"] == 13.932016
    assert len(graph) == 7, "the forward pass that is written again computes the same nodes"


def test_a_forward_pass_that_is_run_again_makes_no_further_nodes():
    cells = ["xs = [1.0, 2.0]\nw = Value(0.5, label='w')", "loss = sum((w*x - 1)**2 for x in xs)"]
    first = paste_all(*cells)
    again = paste_all(*cells, "w.data -= 0.1", *cells[1:])
    assert len(again) == len(first)
    assert mg.run(again).frame(-1).data["loss"] == pytest.approx((0.4 - 1) ** 2 + (0.8 - 1) ** 2)


def test_what_is_passed_back_or_drawn_is_the_target_also_where_it_stands_apart():
    graph = paste_all("x = Value(2.0)\ny = x*3", "a = Value(1.0)\nb = a + a\nb.backward()")
    assert graph.nodes[graph.target or 0].label == "b"
    graph, _ = pasted(graph, "draw_dot(y)", None)
    assert graph.nodes[graph.target or 0].label == "y"


def test_a_node_that_an_earlier_cell_has_passed_back_is_named_when_it_acts_again():
    graph = paste_all("x = Value(2.0)\ny = x*x + 1\ny.backward()", "y._backward()")
    assert [(graph.nodes[row.node or 0].name, row.rule) for row in by_hand(graph)] == [("y", 1.0)]
    typed = mg.parse("a = Value(2.0)\nc = a*a + 1\nd = c*3")
    graph, _ = pasted(typed, "d.grad = 1.0\nd._backward()\nc._backward()", None)
    assert [graph.nodes[row.node or 0].name for row in by_hand(graph)] == ["d", "d", "c"]
    assert all(row.right for row in by_hand(graph))


def test_a_pass_by_hand_that_begins_further_on_is_judged_from_there():
    cells = ["a = Value(2.0, label='a')\nb = Value(3.0, label='b')\nc = a*b", "c.grad = 1.0"]
    graph = paste_all(*cells, "d = c * 4.0\nd.grad = 1.0\nc.grad = 4.0")
    assert [(row.own, row.rule) for row in by_hand(graph)] == [(1.0, 1.0), (4.0, 4.0)]
    graph = paste_all(*cells, "x = Value(1.0, label='x')\ny = x.tanh()", "y.grad = 1.0\ny._backward()")
    assert [row.right for row in by_hand(graph)] == [True, True], "what stands apart is a pass of its own"
