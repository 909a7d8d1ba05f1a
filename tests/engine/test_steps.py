"""The backward pass seen from inside: the steps, and that `backward()` does the same."""

import math
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd import Value
from micrograd.engine import apply, topological_order
from micrograd.ops import OPS, power
from micrograd.steps import backward_steps

NUMBERS = st.floats(-3, 3, allow_subnormal=False)
ROWS = [*OPS.values(), power(2), power(-1), power(0.5)]


@st.composite
def graphs(draw, rows=tuple(ROWS)):
    """A root over some leaves, made by a random program: each line takes results of earlier lines."""
    nodes = [Value(draw(NUMBERS)) for _ in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(0, 12))):
        op = draw(st.sampled_from(rows))
        operands = [nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(op.arity)]
        nodes.append(apply(op, *operands))
    return nodes[-1]


@given(graphs())
def test_draining_the_steps_is_backward(root):
    order = topological_order(root)
    for _ in range(2):  # the second pass accumulates
        before = [node.grad for node in order]
        root.backward()
        by_backward = [node.grad for node in order]
        for node, grad in zip(order, before, strict=True):
            node.grad = grad
        steps = list(backward_steps(root))
        assert list(map(repr, by_backward)) == [repr(node.grad) for node in order]
        assert [s.node for s in steps[1:]] == [node for node in reversed(order) if node._prev]
        assert steps[0].contributions == ()


@given(graphs())
def test_each_contribution_is_the_chain_rule_and_explains_what_changed(root):
    grads = {}
    for step in backward_steps(root):
        if not step.contributions:
            assert step.node is root
            grads[root] = 1.0
        for port, c in enumerate(step.contributions):
            assert c.operand is step.node._prev[port]
            assert c.port == port
            assert repr(c.amount) == repr(c.slope * c.upstream)
            assert repr(c.before) == repr(grads.get(c.operand, 0.0))
            assert repr(c.after) == repr(c.before + c.amount)
            grads[c.operand] = c.after


def test_each_step_is_done_when_it_is_yielded():
    a, b = Value(2.0), Value(-3.0)
    e = a * b
    steps = backward_steps(e.tanh())
    next(steps)
    assert (e.grad, a.grad) == (0.0, 0.0)
    next(steps)
    assert e.grad != 0.0
    assert a.grad == 0.0
    next(steps)
    assert a.grad == -3.0 * e.grad


def test_a_square_makes_two_contributions_one_after_the_other():
    a = Value(3.0)
    *_, step = backward_steps(a * a)
    first, second = step.contributions
    assert (first.before, first.after, second.before, second.after) == (0.0, 3.0, 3.0, 6.0)


def test_a_step_tells_the_grad_the_node_had():
    a = Value(2.0)
    b = a * 3
    seed, step = backward_steps(b)
    assert (seed.node, seed.before, step.before) == (b, 0.0, 1.0)
    seed = next(iter(backward_steps(b)))
    assert seed.before == 1.0


PROGRAM = """
import random
from micrograd import Value
from micrograd.engine import topological_order
random.seed(5)
nodes = [Value(random.uniform(-1, 1)) for _ in range(9)]
for _ in range(400):
    x, y = random.choice(nodes), random.choice(nodes)
    nodes.append((random.choice([x + y, x * y, x - y, x.tanh()])).tanh())
root = sum(nodes)
root.backward()
print([node.grad for node in topological_order(root)])
"""


@pytest.mark.slow
def test_grads_do_not_depend_on_hash_seeds_or_addresses():
    texts = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        texts.add(done.stdout)
    assert len(texts) == 1
    assert len(texts.pop()) > 1000


def test_nan_and_inf_pass_through_both():
    for x in (0.0, -1.0, math.inf, math.nan):
        twins = []
        for run in (lambda root: root.backward(), lambda root: list(backward_steps(root))):
            leaf = Value(x)
            run(leaf.log() * leaf.sqrt() + leaf**-1)
            twins.append(repr(leaf.grad))
        assert twins[0] == twins[1]
