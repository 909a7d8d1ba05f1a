"""Replay: the same numbers as Value, for any columns, any node held, with numpy and with numba."""

import importlib.util
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd import Value
from micrograd.engine import apply, topological_order
from micrograd.nn import MLP
from micrograd.ops import OPS, power
from micrograd.replay.tape import Tape, TapeError, batch
from tests.engine.demo import loss, moons
from tests.engine.test_steps import graphs
from tests.engine.test_values import own_sine

NUMBA = importlib.util.find_spec("numba") is not None
both = pytest.mark.parametrize(
    "fast", [False, pytest.param(True, marks=pytest.mark.skipif(not NUMBA, reason="numba is not installed"))]
)


def same(ours, theirs, rel=1e-12):
    return np.allclose(ours, theirs, rtol=rel, atol=1e-14, equal_nan=True)


@pytest.mark.skipif(not NUMBA, reason="numba is not installed")
@pytest.mark.parametrize("op", OPS.values(), ids=lambda op: op.name)
def test_numba_knows_each_op_at_kinks_ties_and_where_it_leaves_the_numbers_too(op):
    x, y = Value(0.5), Value(0.5)
    root = apply(op, *(x, y)[: op.arity])
    hard = np.array([0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 30.0, -800.0, 800.0, np.inf, -np.inf, np.nan])
    xs, ys = (each.ravel() for each in np.meshgrid(hard, hard if op.arity == 2 else [0.0]))
    held = {x: xs, y: ys} if op.arity == 2 else {x: xs}
    compiled, plain = (Tape(root, fast=fast) for fast in (True, False))
    assert compiled._program is not None
    ours, theirs = compiled.forward(held), plain.forward(held)
    for node in compiled.nodes:
        assert same(ours.data[node], theirs.data[node])
        at = np.isfinite(theirs.grad[node])
        assert same(ours.grad[node][at], theirs.grad[node][at])


@given(graphs(), st.lists(st.floats(-3, 3), min_size=1, max_size=4))
def test_a_replay_gives_what_value_gives(root, numbers):
    tape = Tape(root, fast=False)
    leaf = next(node for node in topological_order(root) if not node._prev)
    replay = tape.forward({leaf: np.array(numbers)})
    assert replay.columns == len(numbers)
    for column, number in enumerate(numbers):
        leaf.data = number
        for node in tape.nodes:
            if node.op:
                node.data = node.op.forward(*[x.data for x in node._prev])
        root.zero_grad()
        root.backward()
        for node in tape.nodes:
            assert same(replay.data[node][column], node.data, 1e-14)
            assert same(replay.grad[node][column], node.grad, 1e-9) or not np.isfinite(node.grad)


@both
def test_the_demo_whole_and_by_samples(fast):
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    points, labels = moons()
    total = loss(model, points, labels, Value)
    total.backward()
    parameters = tuple(model.parameters())
    wanted = [p.grad for p in parameters]
    whole = Tape(total, fast=fast)
    replay = whole.forward()
    assert replay.data[total][0] == pytest.approx(0.8958441028683222, abs=1e-12)
    assert same(replay.grad[parameters][:, 0], wanted)
    assert len(whole.schedule.groups) < 20
    x, y = (Value(0.0), Value(0.0)), Value(0.0)
    sample = (1 + -y * model(x)).relu()
    replay = Tape(sample, fast=fast).forward({x: points.T, y: labels})
    decay = 2e-4 * np.array([p.data for p in parameters])
    assert same(replay.grad[parameters].mean(axis=1) + decay, wanted)
    assert replay.columns == 100


@both
def test_every_op_is_replayed_alike(fast):
    x, y = Value(0.7), Value(1.3)
    root = Value(0.0)
    for op in [*OPS.values(), power(3), power(0.5), power(-0.5), power(-2), power(-1.5), power(0)]:
        one = apply(op, *(x, y)[: op.arity])
        root = root + one * one
    grid = np.array([0.25, 1.0, 2.5, 3.0])
    replay = Tape(root, fast=fast).forward({x: grid, y: grid[::-1]})
    plain = Tape(root, fast=False).forward({x: grid, y: grid[::-1]})
    for node in plain.tape.nodes:
        assert same(replay.data[node], plain.data[node])
        assert same(replay.grad[node], plain.grad[node])


@pytest.mark.skipif(not NUMBA, reason="numba is not installed")
@settings(max_examples=60)
@given(graphs(), st.lists(st.floats(-3, 3), min_size=1, max_size=3))
def test_numba_and_numpy_agree(root, numbers):
    leaf = next(node for node in topological_order(root) if not node._prev)
    for held in ({}, {leaf: np.array(numbers)}):
        ours, theirs = (Tape(root, fast=fast).forward(held) for fast in (True, False))
        assert same(ours.data.matrix, theirs.data.matrix)
        finite = np.isfinite(theirs.grad.matrix) & (np.abs(theirs.grad.matrix) < 1e12)
        assert same(ours.grad.matrix[finite], theirs.grad.matrix[finite], 1e-9)


@pytest.mark.skipif(not NUMBA, reason="numba is not installed")
def test_a_changed_row_is_left_to_numpy(monkeypatch):
    row = OPS["tanh"]._replace(forward=lambda x: x * 7)
    monkeypatch.setitem(OPS, "tanh", row)
    x = Value(2.0)
    assert Tape(apply(row, x), fast=True).forward().data[x][0] == 2.0
    assert Tape(y := apply(row, x), fast=True).forward().data[y][0] == 14.0


@pytest.mark.skipif(not NUMBA, reason="numba is not installed")
def test_for_a_leaf_alone_nothing_is_compiled():
    tape = Tape(x := Value(3.0), fast=True)
    assert tape._program is None
    assert tape.forward({x: [1.0, 2.0]}).grad[x].tolist() == [1.0, 1.0]


@both
def test_an_inner_node_can_be_held_and_passes_nothing_on(fast):
    a, b, c = Value(2.0), Value(-3.0), Value(10.0)
    e = a * b
    d = e + c
    L = d * 2
    replay = Tape(L, fast=fast).forward({e: np.array([0.0, 1.0, -6.0])})
    assert replay.data[L].tolist() == [20.0, 22.0, 8.0]
    assert replay.grad[e].tolist() == [2.0, 2.0, 2.0]
    assert replay.grad[a].tolist() == [0.0, 0.0, 0.0]
    assert replay.grad[c].tolist() == [2.0, 2.0, 2.0]


def test_a_mask_holds_some_columns_only():
    a, b = Value(2.0), Value(-3.0)
    e = a * b
    L = e * 2
    held = np.ma.array([5.0, 5.0], mask=[True, False])
    replay = Tape(L).forward({e: held})
    assert replay.data[L].tolist() == [-12.0, 10.0]
    assert replay.grad[a].tolist() == [-6.0, 0.0]
    replay = Tape(L).forward({a: held})
    assert replay.data[L].tolist() == [-12.0, -30.0]


def test_leaves_that_are_not_named_keep_the_numbers_they_have_now():
    a, b = Value(2.0), Value(3.0)
    L = a * b
    tape = Tape(L)
    assert tape.forward().data[L].tolist() == [6.0]
    b.data = 10.0
    assert tape.forward().data[L].tolist() == [20.0]
    assert tape.forward({a: [1.0, 2.0]}).data[L].tolist() == [10.0, 20.0]
    assert L.data == 6.0


def test_keys_may_be_tuples_with_a_number_or_a_row_each():
    a, b = Value(2.0), Value(3.0)
    L = a * b
    tape = Tape(L)
    assert tape.forward({(a, b): [4.0, 5.0]}).data[L].tolist() == [20.0]
    replay = tape.forward({(a, b): [[1.0, 2.0], [3.0, 4.0]]})
    assert replay.data[L].tolist() == [3.0, 8.0]
    assert replay.grad[b, a].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert tape.forward({(a, b): [1.0, 2.0], L: 7.0}).data[L].tolist() == [7.0]
    with pytest.raises(TapeError, match="2 nodes want"):
        tape.forward({(a, b): [1.0, 2.0, 3.0]})


def test_a_node_of_another_graph_is_refused():
    a = Value(2.0)
    with pytest.raises(TapeError, match="does not feed"):
        Tape(a * 2).forward({Value(1.0): 3.0})


def test_a_users_own_op_is_refused_unless_it_is_held():
    x = Value(0.5)
    sine = own_sine(x)
    root = sine * 2
    with pytest.raises(TapeError, match=r"the sin node of data 0\.47"):
        Tape(root)
    replay = Tape(root, leaves=[sine]).forward({sine: [1.0, 2.0]})
    assert replay.data[root].tolist() == [2.0, 4.0]


def test_the_root_alone_and_a_leaf_alone_replay():
    x = Value(3.0)
    replay = Tape(x).forward({x: [1.0, 2.0]})
    assert replay.data[x].tolist() == [1.0, 2.0]
    assert replay.grad[x].tolist() == [1.0, 1.0]


def test_sums_are_added_in_the_order_of_the_graph_to_the_bit():
    random.seed(3)
    terms = [Value(random.uniform(-1, 1) * 10.0 ** random.randint(-8, 8)) for _ in range(500)]
    total = sum(terms)
    backwards = Value(0.0)
    for t in terms:
        backwards = t + backwards
    root = total * backwards
    replay = Tape(root, fast=False).forward()
    assert replay.data[total][0] == total.data
    assert replay.data[root][0] == root.data
    wide = Tape(root, fast=False).forward({terms[0]: np.full(100, terms[0].data)})
    assert set(wide.data[root]) == {root.data}


def test_many_different_uses_add_up():
    x = [Value(0.1 * k) for k in range(40)]
    root = sum(x[k] * x[j] for k in range(40) for j in range(k))
    root.backward()
    replay = Tape(root, fast=False).forward()
    assert same(replay.grad[tuple(x)][:, 0], [v.grad for v in x])
    wide = Tape(root, fast=False).forward({x[0]: np.zeros(5)})
    assert same(wide.grad[tuple(x)][:, 4], [v.grad for v in x])


def test_a_batch_of_samples_has_a_column_each_and_shares_the_parameters():
    net = MLP(2, [4, 1], activation="tanh", seed=2)
    points, labels = moons(samples=10)
    losses = [(net(point) - label) ** 2 for point, label in zip(points, labels, strict=True)]
    tape = batch(losses)
    replay = tape.forward()
    assert same(replay.data[losses[0]], [one.data for one in losses])
    mean = sum(losses) / len(losses)
    mean.backward()
    parameters = tuple(net.parameters())
    assert same(replay.grad[parameters].mean(axis=1), [p.grad for p in parameters])
    net.parameters()[0].data += 0.5
    again = [((net(point) - label) ** 2).data for point, label in zip(points, labels, strict=True)]
    assert same(tape.forward().data[losses[0]], again)


@both
def test_grads_are_summed_over_the_columns_with_weights(fast):
    a, b, x = Value(2.0), Value(3.0), Value(0.0)
    replay = Tape(a * x + b * x * x, fast=fast).forward({x: [1.0, 2.0, -3.0]})
    weights = np.array([1.0, 0.5, 2.0])
    assert replay.grad.weighted_sum((b, a), weights).tolist() == [21.0, -4.0]
    assert replay.grad.weighted_sum(a, weights) == -4.0
    assert replay.grad.weighted_sum((a, b, x, *replay.tape.nodes), weights)[:2].tolist() == [-4.0, 21.0]


def test_samples_of_different_structure_are_refused_with_the_place():
    w = Value(2.0)

    def branching(number):
        x = Value(number)
        return (x * w).tanh() if number > 0 else (x * w).relu()

    with pytest.raises(TapeError, match=r"sample 1 differs .* the ReLU node .* the tanh node"):
        batch([branching(1.0), branching(-1.0)])
    with pytest.raises(TapeError, match="sample 1 has 5 nodes where sample 0 has 4"):
        batch([branching(1.0), (Value(1.0) * w).tanh() * w])
    with pytest.raises(TapeError, match="structure"):
        batch([Value(1.0) * w, w * Value(1.0)])
    x = Value(1.0)
    with pytest.raises(TapeError, match="structure"):
        batch([x * x, x * Value(1.0)])
    with pytest.raises(TapeError, match="at least one"):
        batch([])


def test_infinities_and_nans_flow_without_a_warning():
    x = Value(1.0)
    root = x.log() + 1 / x + x.exp() + x.sqrt() + x**-2
    replay = Tape(root, fast=False).forward({x: np.array([0.0, -1.0, 1e4, np.inf, np.nan])})
    assert replay.data[root].shape == replay.grad[x].shape == (5,)
    assert np.isnan(replay.data[root][1])
    assert Tape(root).forward({x: 0.0}).grad[x].shape == (1,)


def test_a_complex_step_gives_the_slope():
    x = Value(0.8)
    root = (x.tanh() * x.exp()).sin() / (1 + x**2)
    root.backward()
    slope = Tape(root).forward({x: 0.8 + 1e-30j}).data[root][0].imag / 1e-30
    assert slope == pytest.approx(x.grad, rel=1e-14)
