"""A nudge is seen in every pane that shows data: each number that it moves before and after, and no other."""

import math

import pytest

from micrograd_gui.views.canvas import paint_cards
from tests.views.plot.reading import words

B = 6.8813735870195432  # the lecture's bias: n = 0.8814, and 1 − tanh(n)² is a half
N = B - 6.0


def texts_of(window, node):
    """What the rendered graph writes in the data field of the node."""
    figure = window.panes.rendered_graph.figure
    box = next(each for each in figure.boxes if each.node == node)
    return [text.text for text in figure.texts_of(box) if text.role == "data" and text.text != "data"]


@pytest.fixture
def window(opened, act, qtbot):
    made = opened("neuron")
    surfaces = lambda: made.plot.view.surface is not None and made.plot.view.static is not None  # noqa: E731
    qtbot.waitUntil(lambda: surfaces() and made.panes.rendered_graph.figure is not None, timeout=30_000)
    act(made, "backward")
    return made


@pytest.mark.parametrize("h", [0.001, -0.25, 1e-9])
def test_every_pane_shows_what_the_nudge_moves_before_and_after(window, qtbot, h):
    session, panes = window.session, window.panes
    graph = session.state.graph
    n, o, b = (graph.named(name) for name in "nob")
    session.nudge(n, h)
    qtbot.wait(20)
    model = panes.gradients.model
    for node, was, now in ((n, N, N + h), (o, math.tanh(N), math.tanh(N + h))):
        old, new = (
            text.replace("\u2212", "-") for text in paint_cards.before_and_after(window.canvas.picture, node)
        )
        assert old != new
        digits = len(old.partition(".")[2])
        assert (float(old), float(new)) == pytest.approx((was, now), abs=0.51 * 10**-digits)
        shown = " → ".join(paint_cards.before_and_after(window.canvas.picture, node))
        assert model.text(node, 1) == shown
        assert " ".join(texts_of(window, node)) == shown
        assert f"{graph.nodes[node].name}: {shown}" in window.plot.view.items[-1].legend
        assert shown in panes.step_card.toPlainText()
    assert any("→" in line or "…" in line for line in words(window.plot))  # of many digits no more has room
    for other in graph.nodes.keys() - {n, o}:
        assert paint_cards.before_and_after(window.canvas.picture, other) == (None, None)
        assert "→" not in model.text(other, 1)
        assert len(texts_of(window, other)) == 1
    assert model.number(b, 1) == B
    session.previous()  # the node is back where it was
    qtbot.wait(20)
    for node in (n, o):
        assert "→" not in model.text(node, 1)
        assert len(texts_of(window, node)) == 1
        assert paint_cards.before_and_after(window.canvas.picture, node) == (None, None)
    assert not any("→" in line for line in words(window.plot))


def test_the_card_says_the_predicted_change_beside_the_true_one(window):
    session = window.session
    session.nudge(session.state.graph.named("n"), 0.25)
    nudge = session.state.nudge
    assert nudge.predicted == pytest.approx(0.5 * 0.25)
    assert nudge.change == pytest.approx(math.tanh(N + 0.25) - math.tanh(N))
    last = window.panes.step_card.toPlainText().splitlines()[-1]
    assert last.startswith("To first order o changes by n.grad × h = 0.5000 × 0.25 = 0.125; it changed by")
    assert float(last.rpartition(" ")[2].rstrip(".")) == pytest.approx(
        math.tanh(N + 0.25) - math.tanh(N), abs=1e-7
    )
