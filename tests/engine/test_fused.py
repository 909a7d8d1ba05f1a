"""Fused: the same numbers and slopes as Value, for any graph, over any columns."""

import math
import random

import numpy as np
import pytest

from micrograd import Value, nn
from micrograd.engine import topological_order
from micrograd.ops import OPS
from micrograd.replay.fused import Fused

KINDS = ("+", "+", "+", "*", "*", "-", "tanh", "relu", "sigmoid", "sin", "neg", "abs", "**2")


def grown(seed: int, size: int) -> tuple[Value, list[Value], list[Value]]:
    """A graph of random ops over three inputs, three parameters and a constant, finite everywhere."""
    draw = random.Random(seed)
    inputs = [Value(draw.uniform(-2, 2)) for _ in range(3)]
    parameters = [Value(draw.uniform(-2, 2)) for _ in range(3)]
    nodes = [*inputs, *parameters, Value(0.5)]
    for _ in range(size):
        x, y = draw.choice(nodes[-8:]), draw.choice(nodes)
        kind = draw.choice(KINDS)
        match kind:
            case "+":
                nodes.append(x + y)
            case "*":
                nodes.append((x * y).tanh() if draw.random() < 0.3 else x * y * 0.5)
            case "-":
                nodes.append(x - y)
            case "**2":
                nodes.append(x.tanh() ** 2)
            case _:
                nodes.append(getattr(x, {"neg": "__neg__"}.get(kind, kind))())
    total = nodes[-1]
    for node in nodes[-6:-1]:
        total = total + node.tanh()
    return total, inputs, parameters


def by_values(
    root: Value, inputs: list[Value], parameters: list[Value], columns: list[list[float]]
) -> tuple[list[float], list[float]]:
    """Data per column, and slopes summed over them, one Value graph at a time."""
    order = topological_order(root)
    data, slopes = [], [0.0] * len(parameters)
    for column in zip(*columns, strict=True):
        for node, number in zip(inputs, column, strict=True):
            node.data = number
        for node in order:
            node.grad = 0.0
            if node.op is not None:
                node.data = node.op.forward(*[x.data for x in node._prev])
        for p in parameters:
            p.grad = 0.0
        root.backward()
        data.append(root.data)
        slopes = [slope + p.grad for slope, p in zip(slopes, parameters, strict=True)]
    return data, slopes


@pytest.mark.parametrize("seed", range(60))
def test_a_random_graph_gives_the_numbers_and_slopes_of_values(seed: int) -> None:
    root, inputs, parameters = grown(seed, 5 + seed)
    draw = random.Random(seed)
    columns = [[draw.uniform(-2, 2) for _ in range(4)] for _ in inputs]
    run = Fused(root, inputs, parameters).forward(columns)
    data, slopes = by_values(root, inputs, parameters, columns)
    assert run[root].tolist() == pytest.approx(data, rel=1e-9, abs=1e-9)
    assert run.slopes(np.ones(4)).tolist() == pytest.approx(slopes, rel=1e-9, abs=1e-9)


def test_a_network_is_a_few_matrix_products() -> None:
    model = nn.MLP(4, [8, 8, 2], seed=1)
    x = [Value(0.0) for _ in range(4)]
    a, b = model(x)
    fused = Fused(a + b, x, model.parameters(), [a, b])
    assert len(fused._groups) == 6
    columns = np.random.RandomState(0).normal(size=(4, 5))
    run = fused.forward(columns)
    for at, column in enumerate(columns.T.tolist()):
        out = model([Value(number) for number in column])
        assert [run[a][at], run[b][at]] == pytest.approx([each.data for each in out])


def test_parameters_take_the_numbers_they_are_given_else_their_own_of_that_moment() -> None:
    x, w = Value(1.0), Value(2.0)
    root = x * w
    fused = Fused(root, [x], [w])
    assert fused.forward([[3.0]])[root].tolist() == [6.0]
    assert fused.forward([[3.0]], [5.0])[root].tolist() == [15.0]
    w.data = 7.0
    assert fused.forward([[3.0]])[root].tolist() == [21.0]


def test_what_no_column_touches_is_the_same_in_all_of_them() -> None:
    x, w = Value(1.0), Value(3.0)
    root = w * w
    run = Fused(root, [x], [w]).forward([[1.0, 2.0, 4.0]])
    assert run[root].tolist() == [9.0] * 3
    assert run.slopes(np.full(3, 1 / 3)).tolist() == pytest.approx([6.0])


def test_a_parameter_that_feeds_nothing_has_no_slope() -> None:
    x, w, alone = Value(1.0), Value(3.0), Value(5.0)
    run = Fused(x * w, [x], [w, alone]).forward([[2.0]])
    assert run.slopes([1.0]).tolist() == [2.0, 0.0]


def test_the_root_may_be_a_leaf() -> None:
    x = Value(1.0)
    assert Fused(x, [x]).forward([[2.0, 3.0]])[x].tolist() == [2.0, 3.0]
    assert Fused(Value(4.0), [x]).forward([[2.0]]).slopes([1.0]).tolist() == []


def test_a_node_on_both_ports_and_a_term_twice_in_a_sum_count_twice() -> None:
    x, w, v = Value(0.0), Value(3.0), Value(-2.0)
    root = w * x + v * x + x * x + (x + x) + w + w
    run = Fused(root, [x], [w, v]).forward([[2.0, -1.0]])
    assert run[root].tolist() == [16.0, 4.0]
    assert run.slopes([1.0, 1.0]).tolist() == [5.0, 1.0]


def test_a_watched_node_inside_a_sum_can_be_read() -> None:
    x, w, b = Value(0.0), Value(3.0), Value(1.0)
    inner = w * x
    partial = inner + b
    root = partial + x
    run = Fused(root, [x], [w, b], [inner, partial]).forward([[2.0, 5.0]])
    assert run[inner].tolist() == [6.0, 15.0]
    assert run[partial].tolist() == [7.0, 16.0]
    assert run[root].tolist() == [9.0, 21.0]


def test_numbers_out_of_the_domain_come_out_as_they_do_of_values() -> None:
    x, w = Value(0.0), Value(1.0)
    root = (w * x).log() + (w * x).relu()
    run = Fused(root, [x], [w]).forward([[1.0, 0.0, -1.0, math.nan]])
    assert run[root].tolist()[:2] == [1.0, -math.inf]
    assert all(math.isnan(number) for number in run[root].tolist()[2:])


def test_a_user_s_own_op_is_refused() -> None:
    x = Value(1.0, label="x")
    own = Value(2.0, (x,), "mine", label="own")
    with pytest.raises(ValueError, match="own was made by code of its own"):
        Fused(own, [x])


@pytest.mark.parametrize("name", OPS)
def test_every_row_of_the_table_can_be_fused(name: str) -> None:
    op = OPS[name]
    x, w = Value(0.7), Value(1.3)
    from micrograd.engine import apply

    root = apply(op, *([x, w] if op.arity == 2 else [x * w]))
    run = Fused(root, [x], [w]).forward([[0.7, 0.2]])
    data, slopes = by_values(root, [x], [w], [[0.7, 0.2]])
    assert run[root].tolist() == pytest.approx(data)
    assert run.slopes([1.0, 1.0]).tolist() == pytest.approx(slopes)


def test_a_run_over_another_gives_what_a_fresh_one_gives() -> None:
    x, w, b = Value(1.0), Value(0.5), Value(0.25)
    root = ((w * x + b).tanh() * w + b).relu()
    fused = Fused(root, [x], [w, b])
    few, many = np.linspace(-1, 1, 5)[None], np.linspace(-3, 3, 9)[None]
    run = fused.forward(many)
    for points, numbers in ((many, [0.5, 0.25]), (few, [2.0, -1.0]), (few, [-1.0, 3.0])):
        run = fused.forward(points, numbers, over=run)
        fresh = fused.forward(points, numbers)
        assert run[root].tolist() == fresh[root].tolist()
        weights = np.ones(points.shape[1])
        assert run.slopes(weights).tolist() == fresh.slopes(weights).tolist()
