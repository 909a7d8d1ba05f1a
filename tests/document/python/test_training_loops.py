# ruff: noqa: E501
"""Loops that train, by hand: which plan they are, and that Train does what the cell printed."""

import pytest

import micrograd_gui as mg
from micrograd_gui.document.clipboard import pasted
from micrograd_gui.document.graph import Graph
from micrograd_gui.document.python.pasted import PastedCell
from micrograd_gui.document.python.workspace import Workspace
from tests.document.python.notebooks import CLASSES, LOOP, ROWS

NET = "random.seed(42)\nn = MLP(3, [4, 1])"
ROLLING = LOOP.replace("20", "5").replace(
    "    p.data += -0.05 * p.grad", "    p.v = 0.9*p.v - 0.02*p.grad\n    p.data += p.v"
)
ADAM = """m = [0.0]*len(n.parameters())
v = [0.0]*len(n.parameters())
b1, b2, lr, eps = 0.9, 0.999, 0.05, 1e-8
for k in range(5):
  ypred = [n(x) for x in xs]
  loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))
  for p in n.parameters():
    p.grad = 0.0
  loss.backward()
  for i, p in enumerate(n.parameters()):
    m[i] = b1*m[i] + (1-b1)*p.grad
    v[i] = b2*v[i] + (1-b2)*p.grad**2
    p.data -= lr*(m[i]/(1-b1**(k+1)))/((v[i]/(1-b2**(k+1)))**0.5 + eps)
  print(k, loss.data)
"""
AT_REST = "for p in n.parameters():\n  p.v = 0.0"
TWO = "xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5]]\nys = [1.0, -1.0]"
ONE = "xs = [[2.0, 3.0, -1.0]]\nys = [1.0]"
ALONE = "w = Value(1.0)\nv = 0.0\nfor t in range(5):\n    L = (w*3 - 2)**2\n    w.grad = 0.0\n    L.backward()\n    v = 0.9*v + w.grad\n    w.data -= 0.05*v\n    print(t, L.data)"


def after(*cells: str) -> tuple[Graph, PastedCell]:
    graph = Graph()
    for cell in cells:
        graph, _ = pasted(graph, cell, None)
    assert isinstance(graph.workspace, Workspace)
    return graph, graph.workspace.cells[-1]


@pytest.mark.parametrize(
    ("cells", "optimiser", "rate", "rows"),
    [
        ((CLASSES, ROWS, NET, AT_REST, ROLLING), "momentum", 0.02, 4),
        ((CLASSES, ROWS, NET, ADAM), "adam", 0.05, 4),
        ((CLASSES, TWO, NET, LOOP.replace("20", "5")), "sgd", 0.05, 2),
        ((CLASSES, ONE, NET, LOOP.replace("20", "5")), "sgd", 0.05, 1),
        ((ALONE,), "momentum", 0.05, 1),
    ],
)
def test_train_does_what_the_loop_has_printed(cells, optimiser, rate, rows):
    graph, cell = after(*cells)
    assert graph.plan is not None
    assert graph.data is not None
    assert (graph.plan.optimiser, graph.plan.rate, graph.plan.steps) == (optimiser, pytest.approx(rate), 5)
    assert len(graph.data) == rows
    assert graph.nodes[graph.target or 0].title in ("loss (row)", "loss", "L")
    losses = [float(line.split()[1]) for line in cell.printed.splitlines()]
    assert mg.train(graph, steps=5, rate=graph.plan.rate).losses == pytest.approx(losses, rel=1e-9)


@pytest.mark.parametrize(
    "loop",
    [
        ROLLING.replace("0.9*", "0.8*"),
        ADAM.replace("**0.5 + eps", "**0.5 + 0.1"),
        LOOP.replace("20", "5").replace("p.grad\n", "p.grad - 0.01*p.data\n"),
    ],
)
def test_a_rule_of_its_own_is_no_plan_and_says_so(loop):
    graph, cell = after(CLASSES, ROWS, NET, AT_REST, loop)
    assert graph.plan is None
    assert len(cell.printed.splitlines()) == 5
    assert "a rule that is none of SGD, momentum 0.9 and Adam" in cell.notes[0]


def test_steps_for_one_batch_after_the_other_are_no_plan_and_the_sentence_blames_no_rule():
    batches = "for epoch in range(2):\n  for at in range(0, 4, 2):\n"
    inner = LOOP.split("\n", 1)[1].replace("xs]", "xs[at:at + 2]]").replace("zip(ys,", "zip(ys[at:at + 2],")
    loop = batches + inner.replace("\n  ", "\n    ").replace("  ypred", "    ypred", 1).replace(
        "print(k", "print(at"
    )
    graph, cell = after(CLASSES, ROWS, NET, loop)
    assert graph.plan is None
    assert len(cell.printed.splitlines()) == 4
    assert cell.notes[0].startswith("A turn of the loop goes backward more than once, as with batches")


def test_the_optimiser_is_told_with_the_plan():
    assert "5 steps by Adam at the rate 0.05 over 4 rows" in after(CLASSES, ROWS, NET, ADAM)[1].notes[0]
