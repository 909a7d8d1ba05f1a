"""Depth: chains of up to a million ops are run, copied, shown, written and freed; tests take shorter ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random

from micrograd import Value
from micrograd.engine import apply
from micrograd_gui.document import codec
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.live.capture import graph_from_value
from tests.engine.test_copies import WAYS, chain
from tests.engine.test_deep import EACH
from tests.ordeals.report import Report

COUNTED = "chains"


def run_through(length: int, *names: str) -> bool:
    """Whether a chain of those ops in turn has a gradient, forward, backward and freed."""
    x, one = Value(0.5), Value(1.0)
    y = x
    for op in itertools.islice(itertools.cycle(EACH[name] for name in names), length):
        y = apply(op, y) if op.arity == 1 else apply(op, y, one)
    y.backward()
    return y.grad == 1.0


def copied(way: Callable[[Value], Value]) -> bool:
    """Whether a copy of 100,000 ops has the same number."""
    y = chain(100_000)[1]
    return bool(way(y).data == y.data)


def opened() -> bool:
    """Whether a live chain is a graph, node for node."""
    x = Value(0.0)
    for _ in range(20_000):
        x = x + 1
    return len(graph_from_value(x)) == 40_001


def written_and_read() -> bool:
    """Whether a chain of as many nodes as a file may hold is read again."""
    most = range(1, codec.NODES_AT_MOST + 1)
    nodes = {n: Node(n, "tanh", (n - 1,)) if n > 1 else Node(n, label="x", data=0.5) for n in most}
    return len(codec.decode(codec.encode(Graph(nodes, next_id=len(nodes) + 1)))) == len(nodes)


TRIED: dict[str, Callable[[], bool]] = {
    "a million additions": lambda: run_through(1_000_000, "+"),
    "100,000 ops in turn": lambda: run_through(100_000, *EACH),
    **{f"20,000 times {name}": lambda name=name: run_through(20_000, name) for name in EACH},
    **{f"100,000 ops copied {way.__name__}": lambda way=way: copied(way) for way in WAYS[:2]},
    "a live chain of 40,001 nodes": opened,
    "a file of as many nodes as one may have": written_and_read,
}


def run(draw: Random, report: Report) -> None:
    """Try each, again and again, until the report is full."""
    report.counted = COUNTED
    for name, holds in itertools.cycle(TRIED.items()):
        if report.full:
            return
        report.done[COUNTED] += 1
        try:
            if not holds():
                report.fault(f"{name}: the numbers are wrong")
        except (RecursionError, MemoryError) as error:
            report.fault(f"{name}: {type(error).__name__}")
