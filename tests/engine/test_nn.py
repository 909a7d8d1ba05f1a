"""Networks: micrograd's repr, its draws, its published losses."""

import random

import numpy as np
import pytest

from micrograd import Value, nn
from micrograd.engine import topological_order, weighted_sum
from micrograd.nn import MLP, Layer, Module, Neuron
from tests.engine.demo import PUBLISHED, moons, step


def test_the_demo_begins_with_the_losses_micrograd_publishes():
    """The first three; a run of the whole notebook is asked for all ten of them."""
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    assert len(model.parameters()) == 337
    points, labels = moons()
    losses = [step(model, points, labels, Value, k).data for k in range(3)]
    assert losses == pytest.approx(PUBLISHED[:3], abs=1e-9)


def test_weights_are_the_draws_of_random_in_micrograds_order():
    random.seed(7)
    draws = [random.uniform(-1, 1) for _ in range(6)]
    random.seed(7)
    layer = Layer(3, 2)
    assert [w.data for n in layer.neurons for w in n.w] == draws
    assert [n.b.data for n in layer.neurons] == [0.0, 0.0]
    assert [p.data for p in layer.parameters()] == [*draws[:3], 0.0, *draws[3:], 0.0]


def test_reprs_are_micrograds():
    assert repr(Neuron(2)) == "ReLUNeuron(2)"
    assert repr(Neuron(2, nonlin=False)) == "LinearNeuron(2)"
    assert repr(MLP(2, [2, 1])) == (
        "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
    )
    assert repr(Neuron(1, activation="tanh")) == "tanhNeuron(1)"


def test_a_layer_of_one_gives_a_value_and_of_more_a_list():
    x = [1.0, -2.0]
    assert isinstance(Layer(2, 1)(x), Value)
    assert len(Layer(2, 3)(x)) == 3
    assert isinstance(MLP(2, [4, 1])([Value(1.0), Value(2.0)]), Value)


def test_a_seed_gives_the_same_weights_each_time_and_leaves_random_alone():
    state = random.getstate()
    one, two = MLP(2, [4, 1], seed=5), MLP(2, [4, 1], seed=5)
    assert random.getstate() == state
    weights = [p.data for p in one.parameters()]
    assert weights == [p.data for p in two.parameters()]
    assert len(set(weights)) == 4 * 2 + 4 + 1  # all weights differ, all biases are 0
    assert weights != [p.data for p in MLP(2, [4, 1], seed=6).parameters()]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "sin", "abs"])
def test_activations_are_rows_of_the_table_and_the_last_layer_is_linear(activation):
    net = MLP(2, [3, 1], activation=activation, seed=1)
    out = net([0.3, -0.8])
    assert out._op == "+"
    assert {n.activation for layer in net.layers for n in layer.neurons} == {activation}
    hidden = net.layers[0]([0.3, -0.8])
    assert {h.op.name for h in hidden} == {activation}


def test_an_unknown_activation_is_refused_with_the_list():
    for name in ("softmix", "+"):
        with pytest.raises(ValueError, match=r"no activation named .* tanh"):
            Neuron(2, activation=name)


def test_zero_grad_clears_the_parameters():
    net = nn.MLP(2, [2, 1], seed=1)
    net([1.0, 2.0]).backward()
    assert any(p.grad for p in net.parameters())
    net.zero_grad()
    assert not any(p.grad for p in net.parameters())


def test_a_users_own_module_takes_part():
    class Twice(Module):
        def __init__(self):
            self.n = Neuron(1, nonlin=False)

        def parameters(self):
            return self.n.parameters()

    assert Module().parameters() == []
    own = Twice()
    own.n([1.0]).backward()
    own.zero_grad()
    assert [p.grad for p in own.parameters()] == [0.0, 0.0]


def as_written_out(start, weights, inputs):
    """The graph of micrograd's own loop: `act = act + w * x`."""
    act = start
    for w, x in zip(weights, inputs, strict=True):
        act = act + w * x
    return act


def parts(root):
    """Op, data and the places of the operands of each node of a graph."""
    order = topological_order(root)
    place = {node: at for at, node in enumerate(order)}
    return [(node._op, node.data, tuple(place[x] for x in node._prev)) for node in order]


class Loud(Value):
    """A class with a product of its own."""

    def __rmul__(self, other):
        return Value(100.0)

    __mul__ = __rmul__


@pytest.mark.parametrize(
    "inputs",
    [
        [Value(2.0), Value(-1.0), Value(0.5)],
        [2.0, Value(-1.0), 3],
        [Value(2.0)] * 3,
        [Loud(1.0), Value(1.0), 2.0],
        np.array([0.5, 1.5, -2.0]),
    ],
)
def test_a_weighted_sum_is_the_graph_of_micrograds_loop(inputs):
    weights = [Value(0.1), Value(0.2), Value(0.3)]
    weights[1].data = 2  # as users do by hand
    quick, plain = (make(Value(1.0), weights, inputs) for make in (weighted_sum, as_written_out))
    assert parts(quick) == parts(plain)
    assert all(type(node.data) is float for node in topological_order(quick) if node._prev)
    for root in (quick, plain):
        root.backward()
    assert weighted_sum(Value(1.0), [], []).data == 1.0
    with pytest.raises(ValueError, match="shorter"):
        weighted_sum(Value(1.0), weights, [1.0])
