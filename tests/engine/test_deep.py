"""Size: chains, sums and diamonds that would break a recursion, at Python's default recursion limit."""

import gc
import itertools
import subprocess
import sys
import threading
import weakref

import pytest

from micrograd import Value
from micrograd.engine import apply, topological_order
from micrograd.ops import OPS, power
from micrograd.steps import backward_steps


@pytest.fixture(autouse=True)
def _default_limit():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


def test_a_chain_of_hundreds_of_thousands_of_additions_runs_forward_backward_and_is_freed():
    x = Value(1.0)
    y = x
    for _ in range(200_000):
        y = y + 1
    assert y.data == 200_001.0
    y.backward()
    assert x.grad == 1.0
    del y


EACH = {**OPS, "**3": power(1)}


@pytest.mark.parametrize(
    ("names", "length"),
    [*(([name], 5_000) for name in EACH), ([*EACH], 20_000)],
    ids=[*EACH, "all in turn"],
)
def test_a_chain_of_thousands_of_each_op_and_of_tens_of_thousands_of_all_in_turn(names, length):
    turns = itertools.cycle(EACH[name] for name in names)
    x, one = Value(0.5), Value(1.0)
    y = x
    for op in itertools.islice(turns, length):
        y = apply(op, y) if op.arity == 1 else apply(op, y, one)
    y.backward()
    assert y.grad == 1.0
    assert len(topological_order(y)) > length
    y.zero_grad()
    del y
    assert x.grad == 0.0


def test_a_sum_of_a_hundred_thousand_terms():
    terms = [Value(1.0) for _ in range(100_000)]
    total = sum(terms)
    total.backward()
    assert total.data == 100_000.0
    assert all(t.grad == 1.0 for t in terms)


def test_a_diamond_of_2_to_the_62_paths():
    x = Value(1.0)
    y = x
    for _ in range(62):
        y = y + y
    y.backward()
    assert (y.data, x.grad) == (2.0**62, 2.0**62)


def test_a_graph_is_freed_at_once_without_the_collector():
    gc.disable()
    try:
        x = Value(2.0)
        gone = weakref.ref(x)
        y = (x * 3 + x).tanh() ** 2
        y.backward()
        list(backward_steps(y))
        del x, y
        assert gone() is None
    finally:
        gc.enable()


# In a process of its own: what threads of other tests keep meanwhile would count as well.
BYTES_OF_A_NODE = """
import tracemalloc
from micrograd import Value
x = Value(1.5)
tracemalloc.start()
y = x
for _ in range(20_000):
    y = y * 1.0000001 + x
y.backward()
print(tracemalloc.get_traced_memory()[0] / 60_000)  # the constants are nodes too
"""


def test_a_node_takes_at_most_240_bytes():
    size = float(subprocess.check_output([sys.executable, "-c", BYTES_OF_A_NODE]))
    assert 100 < size <= (240 if sys.version_info < (3, 14) else 248)


def test_an_interrupted_backward_leaves_the_graph_usable():
    x = Value(3.0)
    a = x * x
    b = Value(a.data, (a,), "stop")

    def interrupted():
        raise KeyboardInterrupt

    b._backward = interrupted
    y = b * 2 + a
    with pytest.raises(KeyboardInterrupt):
        y.backward()
    b._backward = lambda: setattr(a, "grad", a.grad + b.grad)
    y.zero_grad()
    y.backward()
    assert x.grad == 18.0


def test_steps_that_are_abandoned_leave_the_graph_usable():
    x = Value(3.0)
    y = (x * x).tanh()
    steps = backward_steps(y)
    next(steps)
    next(steps)
    del steps
    y.zero_grad()
    y.backward()
    wanted = Value(3.0)
    (wanted * wanted).tanh().backward()
    assert x.grad == wanted.grad


def test_a_small_thread_stack_is_enough():
    done = []

    def work():
        x = Value(1.0)
        y = x
        for _ in range(100_000):
            y = y.tanh() + 1
        y.backward()
        done.append(y.grad)
        if sys.version_info[:2] in ((3, 12), (3, 13)):  # they free it by calls as deep as 8 MB of stack allow
            kept.append(y)

    kept: list[Value] = []
    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert done == [1.0]
