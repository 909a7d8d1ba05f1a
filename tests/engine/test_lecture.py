"""The lecture's cells, with the numbers it shows on screen."""

import math

import pytest

from micrograd import Value, draw_dot, trace


def test_the_first_expression_and_its_hand_made_gradients():
    a = Value(2.0, label="a")
    b = Value(-3.0, label="b")
    c = Value(10.0, label="c")
    e = a * b
    e.label = "e"
    d = e + c
    d.label = "d"
    f = Value(-2.0, label="f")
    L = d * f
    L.label = "L"
    assert L.data == -8.0
    assert (d._prev, d._op) == ((e, c), "+")
    L.grad = 1.0
    d.grad, f.grad = L.grad * f.data, L.grad * d.data
    c.grad = e.grad = d.grad
    a.grad, b.grad = e.grad * b.data, e.grad * a.data
    by_hand = [v.grad for v in (a, b, c, d, e, f, L)]
    L.zero_grad()
    L.backward()
    assert [v.grad for v in (a, b, c, d, e, f, L)] == by_hand == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0, 1.0]
    for p in (a, b, c, f):
        p.data += 0.01 * p.grad
    assert ((a * b + c) * f).data == pytest.approx(-7.286496, abs=1e-12)


def neuron(bias=6.8813735870195432):
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(bias, label="b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    return x1, x2, w1, w2, b, n


def test_the_neuron_gives_the_numbers_of_the_lecture():
    x1, x2, w1, w2, b, n = neuron()
    o = n.tanh()
    o.backward()
    assert o.data == pytest.approx(0.7071067811865476, rel=1e-15)
    for node, grad in ((x1, -1.5), (w1, 1.0), (x2, 0.5), (w2, 0.0), (b, 0.5), (n, 0.5)):
        assert node.grad == pytest.approx(grad, abs=1e-12)


def test_calling_backward_by_hand_in_the_lectures_order():
    x1, x2, w1, w2, b, n = neuron()
    x1w1x2w2 = n._prev[0]
    x1w1, x2w2 = x1w1x2w2._prev
    o = n.tanh()
    o.grad = 1.0
    for node in (o, n, b, x1w1x2w2, x2w2, x1w1):
        node._backward()
    assert [round(v.grad, 10) for v in (x1, w1, x2, w2)] == [-1.5, 1.0, 0.5, 0.0]


def test_tanh_broken_up_into_exp_gives_the_same():
    x1, x2, w1, w2, _, n = neuron()
    e = (2 * n).exp()
    o = (e - 1) / (e + 1)
    o.backward()
    assert o.data == pytest.approx(0.7071067811865476, rel=1e-14)
    assert [v.grad for v in (x1, w1, x2, w2)] == pytest.approx([-1.5, 1.0, 0.5, 0.0], rel=1e-12)


def test_the_two_bugs_the_lecture_shows_are_not_here():
    a = Value(3.0)
    (a + a).backward()
    assert a.grad == 2.0
    a, b = Value(-2.0), Value(3.0)
    d, e = a * b, a + b
    (d * e).backward()
    assert (a.grad, b.grad) == (-3.0, -8.0)


def test_micrograds_readme_example():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_trace_and_draw_dot_as_in_the_lecture():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    e = a * b
    e.label = "e"
    nodes, edges = trace(e)
    assert nodes == {a, b, e}
    assert edges == {(a, e), (b, e)}
    e.backward()
    source = draw_dot(e).source
    assert "{ a | data 2.0000 | grad -3.0000 }" in source
    assert "{ e | data -6.0000 | grad 1.0000 }" in source
    assert 'label="*"' in source


def test_a_softmax_with_cross_entropy_as_in_the_successor():
    logits = [Value(0.1), Value(-1.2), Value(2.0)]
    powers = [x.exp() for x in logits]
    total = sum(powers)
    loss = -(powers[2] / total).log()
    loss.backward()
    bottom = sum(math.exp(x.data) for x in logits)
    wanted = [math.exp(x.data) / bottom - (k == 2) for k, x in enumerate(logits)]
    assert [x.grad for x in logits] == pytest.approx(wanted, rel=1e-12)
