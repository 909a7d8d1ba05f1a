"""One side of benchmarks/engine.py: it answers each line with the seconds of one measurement."""

from __future__ import annotations

import gc
import json
import math
import os
import random
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from engine_demo import Measure, grid, loss, moons, network, timed
from engine_peers import matmul, torch_scalars, torch_tensors
from origin import file_of, karpathys, own


def steps_of_values(collector: bool) -> Measure:
    """The demo step as the notebook has it, on whichever micrograd is on the path."""
    model = network()
    points, labels = (a.tolist() for a in moons())

    def step() -> Any:
        total = loss(model, points, labels)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
        return total

    def measure() -> float:
        if not collector:
            gc.collect()
            gc.disable()
        start = perf_counter()
        total = step()
        if collector:
            total = None  # freeing is part of it
        seconds = perf_counter() - start
        del total
        gc.enable()
        return seconds

    step()
    return measure


def neuron(collector: bool) -> Measure:
    """The lecture's neuron, a thousand times; micrograd 0.1.0 gets its tanh as the lecture writes it."""
    from micrograd.engine import Value

    def tanh(n: Any) -> Any:
        out = Value(math.tanh(n.data), (n,), "tanh")

        def _backward() -> None:
            n.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    if hasattr(Value, "tanh"):
        tanh = Value.tanh

    def once() -> None:
        x1, x2, w1, w2, b = Value(2.0), Value(0.0), Value(-3.0), Value(1.0), Value(6.8813735870195432)
        tanh(x1 * w1 + x2 * w2 + b).backward()

    def measure() -> float:
        gc.collect()
        if not collector:
            gc.disable()
        start = perf_counter()
        for _ in range(1000):
            once()
        seconds = (perf_counter() - start) / 1000
        gc.enable()
        return seconds

    return measure


def whole(fast: bool) -> Measure:
    import numpy as np

    from micrograd.replay.tape import Tape

    _need(fast)
    model = network()
    parameters = tuple(model.parameters())
    tape = Tape(loss(model, *(a.tolist() for a in moons())), fast=fast)
    theta = np.array([p.data for p in parameters])

    held = {parameters: theta}

    def step() -> None:
        theta[:] -= 0.1 * tape.forward(held).grad[parameters][:, 0]

    return timed(step, 20)


def over_the_batch(fast: bool) -> Measure:
    import numpy as np

    from micrograd.engine import Value
    from micrograd.replay.tape import Tape

    _need(fast)
    model = network()
    parameters = tuple(model.parameters())
    x, y = (Value(0.0), Value(0.0)), Value(0.0)
    tape = Tape((1 + -y * model(x)).relu(), fast=fast)
    points, labels = moons()
    theta, share = np.array([p.data for p in parameters]), np.full(100, 0.01)
    held: dict[Any, Any] = {parameters: theta, x: points.T.copy(), y: labels}

    def step() -> None:
        replay = tape.forward(held)
        theta[:] -= 0.1 * (replay.grad.weighted_sum(parameters, share) + 2e-4 * theta)

    return timed(step, 50)


def fused_step() -> Measure:
    """The step as the window trains: sums of products as matrix products, slopes summed over the batch."""
    import numpy as np

    from micrograd.engine import Value
    from micrograd.replay.fused import Fused

    model = network()
    parameters = model.parameters()
    x, y = (Value(0.0), Value(0.0)), Value(0.0)
    fused = Fused((1 + -y * model(x)).relu(), (*x, y), parameters)
    points, labels = moons()
    columns, share = np.vstack([points.T, labels]), np.full(100, 0.01)
    theta = np.array([p.data for p in parameters])

    def step() -> None:
        theta[:] -= 0.1 * (fused.forward(columns, theta).slopes(share) + 2e-4 * theta)

    return timed(step, 50)


def boundary(fast: bool) -> Measure:
    from micrograd.engine import Value
    from micrograd.replay.tape import Tape

    _need(fast)
    x = (Value(0.0), Value(0.0))
    score = network()(x)
    tape, points = Tape(score, fast=fast), grid()
    return timed(lambda: tape.forward({x: points}).data[score] > 0, 10)


def fused_boundary() -> Measure:
    from micrograd.engine import Value
    from micrograd.replay.fused import Fused

    x = (Value(0.0), Value(0.0))
    score = network()(x)
    fused, points = Fused(score, x), grid()
    return timed(lambda: fused.forward(points)[score] > 0, 50)


def boundary_of_values(every: int, kept: bool) -> Measure:
    """The scores of every so many points, scaled up: one by one, or all kept at once as the notebook does."""
    from micrograd.engine import Value

    model = network()
    points = grid().T[::every].tolist()

    def measure() -> float:
        start = perf_counter()
        if kept:
            scores = list(map(model, [list(map(Value, point)) for point in points]))
            sum(score.data > 0 for score in scores)
        else:
            sum(model(list(map(Value, point))).data > 0 for point in points)
        return (perf_counter() - start) * every

    return measure


def large_network() -> Any:
    from micrograd.nn import MLP

    return MLP(4, [56, 56, 1], activation="tanh", seed=1)([0.1, -0.2, 0.3, 0.4])


def check() -> Measure:
    from micrograd import gradcheck

    score = large_network()
    return timed(lambda: gradcheck(score), 1)


def naive_check() -> Measure:
    from micrograd.engine import topological_order

    order = topological_order(large_network())

    def evaluate() -> None:
        for node in order:
            if node.op is not None:
                node.data = node.op.forward(*[x.data for x in node._prev])

    def measure() -> float:
        start = perf_counter()
        for _ in range(30):
            evaluate()
        return (perf_counter() - start) / 30 * 2 * len(order)

    return measure


def growth() -> Iterator[float]:
    """Seconds of `Value`, its bytes, and seconds of a replay, at the size asked for."""
    from micrograd.engine import Value
    from micrograd.replay.tape import Tape

    count = int(sys.argv[2])
    draw = random.Random(1)
    choices = [(draw.random() < 0.5, draw.random()) for _ in range(count)]
    leaves = [Value(draw.uniform(-1, 1)) for _ in range(8)]

    def build() -> Any:
        y = leaves[0]
        for product, number in choices:
            x = leaves[int(number * 8)]
            y = y * x if product else y + x
        return y

    def once() -> float:
        start = perf_counter()
        build().backward()
        return perf_counter() - start

    yield min(once() for _ in range(max(3, min(1000, 300_000 // count))))
    tracemalloc.start()
    y = build()
    y.backward()
    yield float(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    if count > 100_000:
        yield 0.0  # a chain is one group per node: nothing new to learn from it
    tape = Tape(y, fast=False)
    yield timed(lambda: tape.forward().grad, max(1, 3000 // count))()


def _need(fast: bool) -> None:
    if fast:
        import numba  # noqa: F401  (absent: this side is left out)


SIDES: dict[str, Callable[[], Measure]] = {
    "karpathy": lambda: steps_of_values(False),
    "karpathy-gc": lambda: steps_of_values(True),
    "value": lambda: steps_of_values(False),
    "value-gc": lambda: steps_of_values(True),
    "karpathy-neuron": lambda: neuron(False),
    "value-neuron": lambda: neuron(False),
    "karpathy-neuron-gc": lambda: neuron(True),
    "value-neuron-gc": lambda: neuron(True),
    "whole": lambda: whole(False),
    "whole-numba": lambda: whole(True),
    "batch": lambda: over_the_batch(False),
    "batch-numba": lambda: over_the_batch(True),
    "boundary": lambda: boundary(False),
    "boundary-numba": lambda: boundary(True),
    "karpathy-boundary": lambda: boundary_of_values(10, True),
    "kept-boundary": lambda: boundary_of_values(10, True),
    "value-boundary": lambda: boundary_of_values(1, False),
    "fused": fused_step,
    "fused-boundary": fused_boundary,
    "check": check,
    "naive-check": naive_check,
    "matmul": matmul,
    "torch": torch_tensors,
    "torch-scalars": torch_scalars,
    "growth": lambda: growth().__next__,
}


def files(name: str) -> list[str]:
    """Files of the packages that a side measures. Raises ImportError where one is missing or another's."""
    if name.startswith("karpathy"):
        return [str(karpathys(Path(os.environ["KARPATHY"])))]
    peers = [peer for peer in ("numba", "torch") if peer in name]
    return [str(own("micrograd")), *(str(file_of(peer)) for peer in peers)]


def main() -> None:
    try:
        found = files(sys.argv[1])
        measure = SIDES[sys.argv[1]]()
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}), flush=True)
        return
    print(json.dumps({"files": found}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure()), flush=True)


if __name__ == "__main__":
    main()
