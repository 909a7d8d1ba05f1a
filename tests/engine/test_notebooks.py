"""Programs of micrograd's users from end to end: its two notebooks, and EurekaLabs' three-class program."""

import gc
import math
import random

import graphviz
import numpy as np
import pytest

from micrograd.engine import Value
from micrograd.nn import MLP, Neuron
from micrograd.replay.tape import Tape
from tests.engine.demo import PUBLISHED, moons


@pytest.fixture
def uncollected():
    """Nothing here needs the collector of garbage: Values go by their count, as long as it finds no cycle."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.slow
@pytest.mark.usefixtures("uncollected")
def test_the_demo_notebook_ends_where_micrograds_does():
    """Its cells, with its learning rate, and the losses and accuracies that they print there."""
    np.random.seed(1337)
    random.seed(1337)
    X, y = moons()
    model = MLP(2, [16, 16, 1])

    def loss(batch_size=None):
        if batch_size is None:
            Xb, yb = X, y
        else:
            ri = np.random.permutation(X.shape[0])[:batch_size]
            Xb, yb = X[ri], y[ri]
        inputs = [list(map(Value, xrow)) for xrow in Xb]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(yb, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores, strict=True)]
        return data_loss + reg_loss, sum(accuracy) / len(accuracy)

    printed = {}

    def updated(k, grads):
        learning_rate = 1.0 - 0.9 * k / 100
        for p, grad in zip(model.parameters(), grads, strict=True):
            p.data -= learning_rate * grad

    def step(k):
        total_loss, acc = loss()
        model.zero_grad()
        total_loss.backward()
        updated(k, [p.grad for p in model.parameters()])
        printed[k] = total_loss.data, acc
        return total_loss

    for k in range(10):
        total_loss = step(k)
    tape, parameters = Tape(total_loss, fast=False), tuple(model.parameters())
    for k in range(10, 97):  # by replays of the graph of a step, which take a tenth of the time
        updated(k, tape.forward().grad[parameters][:, 0].tolist())
    for k in range(97, 100):
        step(k)
    assert [acc for _, acc in list(printed.values())[:3]] == [0.5, 0.81, 0.77]
    assert [printed[k][0] for k in range(len(PUBLISHED))] == pytest.approx(PUBLISHED, abs=1e-9)
    assert [printed[k][0] for k in (97, 98, 99)] == pytest.approx(
        [0.010979446081684675, 0.010978888332907229, 0.010978370135492717], abs=1e-9
    )
    assert printed[99][1] == 1.0
    assert 0 <= loss(batch_size=10)[0].data < 0.1
    xx, yy = np.meshgrid(np.arange(-1, 2, 0.5), np.arange(-1, 1.5, 0.5))
    inputs = [list(map(Value, xrow)) for xrow in np.c_[xx.ravel(), yy.ravel()]]
    Z = np.array([s.data > 0 for s in map(model, inputs)]).reshape(xx.shape)
    assert Z.any()
    assert not Z.all()


def drawn(root):
    """The graph notebook's picture, made with the graphviz package from a Value's own fields."""
    nodes, edges = set(), set()

    def build(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
    for n in nodes:
        label = "{ data %.4f | grad %.4f }" % (n.data, n.grad)  # noqa: UP031  (the notebook does)
        dot.node(name=str(id(n)), label=label, shape="record")
        if n._op:
            dot.node(name=str(id(n)) + n._op, label=n._op)
            dot.edge(str(id(n)) + n._op, str(id(n)))
    for n1, n2 in edges:
        dot.edge(str(id(n1)), str(id(n2)) + n2._op)
    return dot.source


def test_the_graph_notebook_draws_an_expression_and_a_neuron():
    x = Value(1.0)
    y = (x * 2 + 1).relu()
    y.backward()
    source = drawn(y)
    assert "{ data 3.0000 | grad 1.0000 }" in source
    assert "{ data 1.0000 | grad 2.0000 }" in source
    assert source.count(" -> ") == 3 + 5  # an edge from each op, and one from each operand
    random.seed(1337)
    n = Neuron(2)
    y = n([Value(1.0), Value(-2.0)])
    y.backward()
    source = drawn(y)
    assert "label=ReLU" in source
    assert source.count("shape=record") == 10


class Draws:
    """xorshift* with the numbers of its author (Vigna 2014): `uniform` as EurekaLabs' programs have it."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self, a, b):
        mask = 0xFFFFFFFFFFFFFFFF
        self.state ^= self.state >> 12
        self.state = (self.state ^ (self.state << 25)) & mask
        self.state ^= self.state >> 27
        bits = ((self.state * 0x2545F4914F6CDD1D) & mask) >> 32
        return a + (b - a) * ((bits >> 8) / 2**24)


def three_classes(draws, samples):
    """Points and the third of the plane that each lies in."""
    points = [(draws.uniform(-2.0, 2.0), draws.uniform(-2.0, 2.0)) for _ in range(samples)]
    return [((x, y), 0 if x < 0 else 1 if y < 0 else 2) for x, y in points]


class Layer3:
    """A tanh layer as that program builds it: weights scaled by nin^-0.5, the sum begun with the bias."""

    def __init__(self, draws, nin, nout, nonlin):
        self.w = [[Value(draws.uniform(-1, 1) * nin**-0.5) for _ in range(nin)] for _ in range(nout)]
        self.b = [Value(0) for _ in range(nout)]
        self.nonlin = nonlin
        for p in (*self.b, *(w for row in self.w for w in row)):
            setattr(p, "_vis_color", "lightgreen")  # noqa: B010  (that program does)

    def __call__(self, x):
        acts = [
            sum((wi * xi for wi, xi in zip(w, x, strict=True)), b)
            for w, b in zip(self.w, self.b, strict=True)
        ]
        return [act.tanh() for act in acts] if self.nonlin else acts

    def parameters(self):
        return [p for w, b in zip(self.w, self.b, strict=True) for p in (*w, b)]


def cross_entropy(logits, target):
    ex = [x.exp() for x in logits]
    denom = sum(ex)
    probs = [x / denom for x in ex]
    logp = (probs[target]).log()
    return -logp


def adamw(p, t, grad, rate=0.1, beta1=0.9, beta2=0.95, decay=1e-4):
    """A step of AdamW (Loshchilov & Hutter 2019) on anything with data, m and v."""
    p.m = beta1 * p.m + (1 - beta1) * grad
    p.v = beta2 * p.v + (1 - beta2) * (grad**2)
    m_hat, v_hat = p.m / (1 - beta1**t), p.v / (1 - beta2**t)
    p.data -= rate * (m_hat / (v_hat**0.5 + 1e-8) + decay * p.data)


class Matrix:
    """A numpy array with a place for what AdamW remembers."""

    def __init__(self, data):
        self.data, self.m, self.v = np.array(data), 0.0, 0.0


def by_matrices(layers, split, steps):
    """The same training written out in numpy: losses before each step."""
    w1, w2 = (Matrix([[w.data for w in row] for row in layer.w]) for layer in layers)
    b1, b2 = (Matrix([b.data for b in layer.b]) for layer in layers)
    x, target = np.array([p for p, _ in split]), np.array([t for _, t in split])
    losses = []
    for t in range(1, steps + 1):
        hidden = np.tanh(x @ w1.data.T + b1.data)
        logits = hidden @ w2.data.T + b2.data
        probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        losses.append(-np.log(probs[np.arange(len(x)), target]).mean())
        back = (probs - np.eye(3)[target]) / len(x)
        hidden_back = (back @ w2.data) * (1 - hidden**2)
        for p, grad in (
            (w2, back.T @ hidden),
            (b2, back.sum(axis=0)),
            (w1, hidden_back.T @ x),
            (b1, hidden_back.sum(axis=0)),
        ):
            adamw(p, t, grad)
    return losses


def test_eurekalabs_program_trains_as_matrices_do():
    draws = Draws(42)
    split = three_classes(draws, 40)
    layers = [Layer3(draws, 2, 8, nonlin=True), Layer3(draws, 8, 3, nonlin=False)]
    wanted = by_matrices(layers, split, 8)
    parameters = [p for layer in layers for p in layer.parameters()]
    for p in parameters:
        p.m = 0
        p.v = 0
    losses = []
    for t in range(1, 9):
        total_loss = Value(0.0)
        for point, target in split:
            x = point
            for layer in layers:
                x = layer(x)
            total_loss = total_loss + cross_entropy(x, target)
        mean_loss = total_loss * (1.0 / len(split))
        mean_loss.backward()
        for p in parameters:
            adamw(p, t, p.grad)
        for p in parameters:
            p.grad = 0
        losses.append(mean_loss.data)
    assert losses == pytest.approx(wanted, rel=1e-9)
    assert losses[-1] < losses[0] / 2
    assert all(p._vis_color == "lightgreen" for p in parameters)


def test_its_value_takes_operands_second_and_the_ops_text_third():
    a, b = Value(2.0), Value(3.0)
    out = Value(5.0, (a, b), "+")
    assert (out._prev, out._op, repr(out)) == ((a, b), "+", "Value(data=5.0, grad=0)")
    assert Value(5.0, _prev=(a, b), _op="+")._prev == (a, b)
    logits = [Value(0.0), Value(0.0), Value(0.0)]
    loss = cross_entropy(logits, 1)
    loss.backward()
    assert loss.data == pytest.approx(math.log(3))
    assert [x.grad for x in logits] == pytest.approx([1 / 3, -2 / 3, 1 / 3])
