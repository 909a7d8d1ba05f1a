"""The plot of gradients: a histogram for each layer, and what is told of its health."""

import numpy as np
import pytest
from msgspec.structs import replace

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.networks import BlockSpec, with_block
from micrograd_gui.session.session import Session
from micrograd_gui.session.training import health
from micrograd_gui.session.training.health import Health
from micrograd_gui.views.plot.kinds.gradients import GradientsPlot
from micrograd_gui.views.plot.kinds.table import KINDS
from micrograd_gui.views.plot.model import Bars, Note
from tests.views import learning


def chain(layers, activation, scale):
    """Layers one after the other, all weights alike."""
    graph, inputs = Graph(), 2
    for _ in range(layers):
        graph, block = with_block(graph, BlockSpec("layer", inputs, (2,), activation=activation, seed=1))
        inputs = next(each for each in graph.blocks if each.id == block).outputs
    end = graph.added("+", (0.0, 0.0), inputs=tuple(inputs), label="L")
    graph = end.targeted(graph.next_id)
    return graph.numbered(dict.fromkeys(graph.parameters, scale))


def test_the_tip_says_by_which_numbers_health_is_judged():
    tip = KINDS["gradients"].tip
    assert f"below 1/{1 / health.VANISHING:.0f} of the layer" in tip
    assert f"above {health.EXPLODING:.0f}, or not finite" in tip
    assert f"|o| above {health.SATURATED:g} in more than half of the rows" in tip


@pytest.mark.parametrize(
    ("graph", "verdicts"),
    [
        (chain(3, "tanh", 0.5), {"healthy"}),
        (chain(3, "tanh", 0.001), {"healthy", "vanishing"}),
        (chain(3, "exp", 1.2), {"exploding"}),
        (chain(2, "relu", -1.0), {"all zero"}),
    ],
)
def test_layers_are_told_healthy_vanishing_exploding_or_zero(graph, verdicts):
    assert {layer.verdict for layer in Health(graph).at(graph)} == verdicts


def test_dead_relus_and_saturated_tanhs_are_counted():
    dead = chain(2, "relu", -1.0)
    assert [(layer.dead, layer.relus) for layer in Health(dead).at(dead)] == [(2, 2), (2, 2)]
    pressed = chain(1, "tanh", 9.0)
    assert [(layer.saturated, layer.tanhs) for layer in Health(pressed).at(pressed)] == [(2, 2)]


def test_the_gradient_is_the_mean_over_all_rows():
    session = Session(learning.plane())
    graph = session.state.graph
    found = np.sort(np.concatenate([layer.sizes for layer in Health(graph).at(graph)]))
    means = np.zeros(len(graph.parameters))
    for row in range(4):
        one = Session(graph.showing(row))
        one.backward()
        means += [one.state.frame.grad[node] / 4 for node in graph.parameters]
    assert found == pytest.approx(np.sort(np.abs(means)))


def test_of_a_sum_over_rows_the_gradients_are_the_sum_and_the_axis_says_of_how_many_rows():
    graph = learning.plane()
    data = replace(graph.data, reduction="sum", rows=graph.data.rows * 300)
    sums = replace(graph, data=data)
    kind = GradientsPlot()
    static = kind.build(Session(sums).state, None)
    assert static.x_name == "|grad| (sum of 500 of 1,200 rows)"
    means = replace(graph, data=replace(data, reduction="mean"))
    mean, total = (np.concatenate([each.sizes for each in Health(g).at(g)]) for g in (means, sums))
    assert total == pytest.approx(500 * mean)
    assert not kind.still_valid(static, Session(means).state)
    assert kind.build(Session(replace(graph, data=None)).state, None).x_name == "|grad|"


def test_a_histogram_stands_in_the_row_of_its_layer_with_its_verdict(session):
    kind = GradientsPlot()
    static = kind.build(session.state, None)
    assert [words for _, words in static.y_labels] == ["layer 1", "layer 2"]
    drawn = kind.live_items(session.state, static)
    bars = [each for each in drawn if isinstance(each, Bars)]
    assert [int(each.base) for each in bars] == [1, 0]
    assert next(each.words for each in drawn if isinstance(each, Note)) == "✓ healthy"
    session.train_step()
    assert kind.still_valid(static, session.state)


def test_the_rules_are_told_in_the_tooltip():
    for word in ("Vanishing", "Exploding", "Dead ReLU", "Saturated tanh", "0.97"):
        assert word in KINDS["gradients"].tip
