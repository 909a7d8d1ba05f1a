"""Graphs that Graphviz takes too much for when they are large: by a number that says how large."""

from collections.abc import Callable

from micrograd_gui.document.graph import Graph, Node, NodeId


class _Growing:
    """A graph that grows node by node."""

    def __init__(self) -> None:
        self.nodes: dict[NodeId, Node] = {}

    def add(self, op: str | None = None, *inputs: NodeId, label: str = "") -> NodeId:
        number = len(self.nodes) + 1
        self.nodes[number] = Node(number, op, inputs, label, 1.0)
        return number

    @property
    def graph(self) -> Graph:
        return Graph(self.nodes)


def squared_errors_of_a_line(rows: int) -> Graph:
    made = _Growing()
    w, b, total = made.add(label="w"), made.add(label="b"), None
    for _ in range(rows):
        x, y = made.add(label="x"), made.add(label="y")
        error = made.add("**2", made.add("-", made.add("+", made.add("*", w, x), b), y))
        total = error if total is None else made.add("+", total, error)
    return made.graph


def sums_of_one_node(times: int) -> Graph:
    made = _Growing()
    x = total = made.add(label="x")
    for _ in range(times):
        total = made.add("+", total, x, label="s")
    return made.graph


def products_with_one_node(times: int) -> Graph:
    made = _Growing()
    y, g = made.add(label="y"), made.add(label="g")
    for _ in range(times):
        y = made.add("*", y, g, label="y")
    return made.graph


def two_hubs(times: int) -> Graph:
    made = _Growing()
    one, other = made.add(label="one"), made.add(label="other")
    total = made.add("+", one, other)
    for at in range(times):
        total = made.add("+", total, (one, other)[at % 2])
    return made.graph


def star(leaves: int) -> Graph:
    made = _Growing()
    x = made.add(label="x")
    for _ in range(leaves):
        made.add("tanh", x)
    return made.graph


def each_with_each(side: int) -> Graph:
    made = _Growing()
    ones = [made.add(label="a") for _ in range(side)]
    others = [made.add(label="b") for _ in range(side)]
    for one in ones:
        for other in others:
            made.add("*", one, other)
    return made.graph


def chain(length: int) -> Graph:
    made = _Growing()
    x = made.add(label="x")
    for _ in range(length):
        x = made.add("tanh", x)
    return made.graph


FAR: dict[str, Callable[[int], Graph]] = {
    "squared errors of a line": squared_errors_of_a_line,
    "sums of one node": sums_of_one_node,
    "products with one node": products_with_one_node,
    "two hubs": two_hubs,
    "star": star,
    "each with each": each_with_each,
    "chain": chain,
}


def operands(graph: Graph) -> list[list[int]]:
    """The operands of each node, numbered from 0 in the order of the graph."""
    at = {number: index for index, number in enumerate(graph.order)}
    return [[at[s] for s in graph.nodes[number].inputs if s is not None] for number in graph.order]
