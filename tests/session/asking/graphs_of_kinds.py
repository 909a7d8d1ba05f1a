"""Graphs of eight kinds by a seed, as the program has them, and the engine's values of the same lines."""

from micrograd import Value
from micrograd_gui.document.graph import Graph, Node
from tests.engine.kinds_of_graphs import KINDS, program, run


def random_graph(seed: int) -> tuple[Graph, list[Value]]:
    """The graph, whose nodes are numbered from 1, and its values after a backward pass of the engine."""
    lines = program(KINDS[seed % len(KINDS)], seed)
    nodes = {
        at: Node(at, line.op or None, tuple(each + 1 for each in line.operands), f"v{at}", line.number)
        for at, line in enumerate(lines, 1)
    }
    values = run(lines)
    values[-1].backward()
    return Graph(nodes, {}, len(nodes), len(nodes) + 1), values
