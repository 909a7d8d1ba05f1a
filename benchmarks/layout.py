"""What plain layers take, by how large a graph is, beside Graphviz where that can do it at all.

    python benchmarks/layout.py [--largest 30000]

For each kind of graph (of `tests/layout/far_graphs.py`) and each size: processor time of the layers, how much
more that is than of ten times fewer nodes beside what n log n would be (1 or less is as promised), and the
time and memory that Graphviz takes, for graphs that it is still asked to lay out.
"""

from __future__ import annotations

import argparse
import resource
import sys
from math import log
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from origin import tell_own

from micrograd.drawing.layers import layered
from micrograd_gui.document.graph import Graph
from micrograd_gui.layout.graphviz import LayoutRefusal
from micrograd_gui.layout.layout import places
from tests.layout.far_graphs import FAR, operands

SIZE, GAP = (140.0, 60.0), (88.0, 30.0)


def of_size(name: str, nodes: int) -> Graph:
    """A graph of that kind of about so many nodes."""
    if name == "each with each":
        return FAR[name](max(2, round(nodes**0.5)))
    return FAR[name](max(2, nodes // (7 if name == "squared errors of a line" else 1)))


def seconds(graph: Graph) -> float:
    """How long the layers take: the median of three."""
    inputs = operands(graph)
    sizes = [SIZE] * len(inputs)

    def once() -> float:
        start = process_time()
        layered(inputs, sizes, GAP)
        return process_time() - start

    return median(once() for _ in range(3))


def of_graphviz(graph: Graph) -> str:
    """What Graphviz takes for the same; where it is not asked, or takes too much, that."""
    told: list[str] = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    try:
        places(graph, dict.fromkeys(graph.nodes, SIZE), time_limit=10.0, told=told.append)
    except LayoutRefusal as refusal:
        return str(refusal)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return told[0].partition(": ")[2] if told else f"Graphviz {took:.2f} s"


def main() -> None:
    """Print a line for each graph."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=30_000)
    largest = parser.parse_args().largest
    tell_own("micrograd")
    for name in FAR:
        before: tuple[float, float] | None = None
        for nodes in (300, 3_000, 30_000, 300_000):
            if nodes > largest:
                break
            graph = of_size(name, nodes)
            n = len(graph) + graph.wiring.wires
            took = seconds(graph)
            ratio = "" if before is None else f"{took / before[1] / (n * log(n) / before[0]):5.2f} of n log n"
            print(
                f"{name:26} {len(graph):7,} nodes {took:8.3f} s {ratio:20} {of_graphviz(graph)}", flush=True
            )
            before = n * log(n), took


if __name__ == "__main__":
    main()
