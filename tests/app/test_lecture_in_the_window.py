"""A notebook that follows the lecture line by line, pasted cell by cell into the window."""

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QTextBrowser

from tests.document.python.notebooks import BY_HAND, CLASSES, LOOP, NEURON, ROWS, SLOPES
from tests.document.python.oracle import by_python
from tests.document.python.test_value_classes import LECTURE

VALUE = (
    LECTURE
    + """
  def __rmul__(self, other):
    return self * other

  def __radd__(self, other):
    return self + other

  def __neg__(self):
    return self * -1

  def __sub__(self, other):
    return self + (-other)

  def __pow__(self, other):
    out = Value(self.data**other, (self,), f'**{other}')
    def _backward():
      self.grad += other * self.data**(other - 1) * out.grad
    out._backward = _backward
    return out
"""
)
FIRST_HALF = [SLOPES[0], SLOPES[1], "g(2.0)", SLOPES[5], VALUE, *BY_HAND[:4], BY_HAND[5]]
AGAIN = ["p.grad = q.grad = r.grad = w.grad = 0.0", *NEURON[:3]]
SECOND_HALF = [
    CLASSES,
    "random.seed(42)\nx = [2.0, 3.0, -1.0]\nn = MLP(3, [2, 1])\nn(x)",
    "len(n.parameters())",
    ROWS,
    "ypred = [n(x) for x in xs]\nypred",
    "loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))\nloss",
    "loss.backward()",
    "n.layers[0].neurons[0].w[0].grad, n.layers[0].neurons[0].w[0].data",
    "for p in n.parameters():\n  p.data += -0.01 * p.grad",
    LOOP.replace("range(20)", "range(4)"),
    "ypred",
]


@pytest.fixture
def pane(opened):
    window = opened("square", (1400, 900))
    window.session.new()

    def paste(cell: str) -> None:
        QApplication.clipboard().setText(cell)
        window.findChild(QAction, "paste").trigger()

    return window, paste


def same(found: str, wanted: str) -> bool:
    """Whether both are the same text, but for the last digits of its numbers."""
    a, b = (
        text.replace("(", " ").replace(")", " ").replace(",", " ").replace("=", " ").split()
        for text in (found, wanted)
    )
    numbers = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return all(float(x) == pytest.approx(float(y), rel=1e-9) for x, y in numbers)


def test_each_cell_prints_what_python_prints_and_the_graph_is_the_one_of_the_lecture(pane, qtbot):
    window, paste = pane
    cells = [*FIRST_HALF, *AGAIN, *SECOND_HALF]
    (told,) = by_python([cells])
    for cell, wanted in zip(cells, told, strict=True):
        paste(cell)
        qtbot.waitUntil(lambda: not window.documents.behind.reads, timeout=20_000)
        assert not window.message.text().startswith("⚠"), cell
        assert same(window.session.state.graph.workspace.cells[-1].printed, wanted), cell
        if cell is BY_HAND[3]:  # grads by hand, beside the rule
            state = window.session.state
            assert state.frame.grad[state.graph.named("p")] == 4.5
        if cell is NEURON[1]:  # the neuron, passed back node by node
            assert "✗" not in window.findChild(QTextBrowser, "cells").toPlainText().split("o.grad = 1.0")[-1]
    graph = window.session.state.graph
    assert (graph.plan.steps, graph.plan.rate, len(graph.data)) == (4, 0.05, 4)
    assert [block.title for block in graph.blocks[:2]] == ["n: MLP", "layers[0]"]
    shown = window.findChild(QTextBrowser, "cells").toPlainText()
    assert f"In [{len(cells)}]" in shown
