"""Bugs: the classic mistakes that can be switched on, a row each, told as the library's known mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from micrograd.diagnosing.mistakes import MISTAKES, Mistake
from micrograd.diagnosing.passes import Alteration, FinishedGraph
from micrograd.language import N_, tr
from micrograd.ops import op_of
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session.trace import Pass

_ONE = (Pass("forward"), Pass("backward"))
_TWO = (*_ONE, Pass("zero"), Pass("backward"))
_DESCENT = (*_ONE, Pass("update"), Pass("forward"), Pass("zero"), Pass("backward"), Pass("update"))


class Made(NamedTuple):
    """The graph made for a bug: as an expression, and which of its leaves are parameters."""

    text: str
    parameters: tuple[str, ...] = ()

    def graph(self) -> Graph:
        """The graph, without places."""
        from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

        graph = graph_from_expression(self.text)
        for node in tuple(graph):
            if node.label in self.parameters:
                graph = graph.marked(node.id, "parameter")
        return graph


class Bug(NamedTuple):
    """A bug that can be switched on.

    Attributes:
        name: what it is called in the State.
        title: what its switch says.
        mistake: the known mistake that it is, by its name in the library.
        wrong, right: the line of a class as the lecture's that has the bug, and the one that has not.
        made: the graph in which it shows.
        missing: why the graph at hand cannot show it; nothing where it may.
        picks: whether that is what it does to a pass, among all that the mistake can do.
        script: the passes in which it shows.
        zeroes: what a zero grad still sets to 0: all, nothing, or the leaves alone.
        early: an update comes before the backward pass that it belongs to.
    """

    name: str
    title: str
    mistake: str
    wrong: str
    right: str
    made: Made
    missing: Callable[[Graph], str]
    picks: Callable[[Alteration], bool]
    script: tuple[Pass, ...] = _ONE
    zeroes: str = "all"
    early: bool = False

    @property
    def known(self) -> Mistake:
        """The row of the library's table."""
        return next(each for each in MISTAKES if each.name == self.mistake)

    def change(self, graph: FinishedGraph) -> Alteration | None:
        """What it does to a pass over that graph; None: nothing."""
        return next((each for each in self.known.changes(graph, None) if self.picks(each)), None)


# ---------------------------------------------------------------- the lines of code

_OF_PRODUCT = "other.data"
_SLOPES = {  # by op, of its first operand, as the lecture would write it
    "+": "1.0", "-": "1.0", "*": _OF_PRODUCT, "/": "other.data**-1", "neg": "-1.0",
    "**": "other.data * self.data**(other.data - 1)", "tanh": "(1 - t**2)", "exp": "out.data",
    "relu": "(out.data > 0)", "sigmoid": "out.data * (1 - out.data)", "log": "self.data**-1",
    "sqrt": "(2 * out.data)**-1", "sin": "math.cos(self.data)", "cos": "-math.sin(self.data)",
    "tan": "(1 + out.data**2)", "atan": "(self.data**2 + 1)**-1", "sinh": "math.cosh(self.data)",
    "cosh": "math.sinh(self.data)", "log1p": "(self.data + 1)**-1", "expm1": "(out.data + 1)",
    "erf": "2 / math.pi**0.5 * math.exp(-self.data**2)",
    "max": "(self.data > other.data)", "min": "(self.data < other.data)",
}  # fmt: skip


def lines_of_code(bug: Bug, op: str | None) -> tuple[str, str]:
    """The right line and the wrong one; a line that every op has, as the op that acts has it."""
    if bug.mistake != "= for +=" or op is None:
        return bug.right, bug.wrong
    row = op_of(op)
    slope = _SLOPES.get(op, "slope")  # of an op of one's own
    if row.exponent is not None:
        slope = f"{row.exponent:g} * self.data**{row.exponent - 1:g}"
    return bug.right.replace(_OF_PRODUCT, slope), bug.wrong.replace(_OF_PRODUCT, slope)


# ---------------------------------------------------------------- why a graph cannot show it


def _ops(graph: Graph) -> Iterable[NodeId]:
    return (number for number in graph.feeding if not graph.nodes[number].is_leaf)


def _wires_from(graph: Graph, number: NodeId) -> list[NodeId]:
    return [user for user, _ in graph.users[number] if user in graph.feeding]


def _no_second_use(graph: Graph) -> str:
    if any(len(_wires_from(graph, number)) > 1 for number in graph.feeding):
        return ""
    return tr(
        "No node is used twice here: each gradient comes in one piece, and there is nothing to overwrite."
    )


def _no_op_used_twice(graph: Graph) -> str:
    if any(len(set(_wires_from(graph, number))) > 1 for number in _ops(graph)):
        return ""
    twice = any(len(_wires_from(graph, number)) > 1 for number in _ops(graph))
    if twice:
        return tr(
            "No result is used by two ops here: each op has all of its gradient as soon as one has "
            "handed it on."
        )
    return tr(
        "No result is used twice here: each op has all of its gradient as soon as one has handed it on."
    )


def _no_node_twice_in_one(graph: Graph) -> str:
    if any(len(set(graph.nodes[number].inputs)) < len(graph.nodes[number].inputs) for number in _ops(graph)):
        return ""
    return tr("No op takes the same node twice here: a set loses nothing.")


def _no(op: str, called: str) -> Callable[[Graph], str]:
    def missing(graph: Graph) -> str:
        here = any(graph.nodes[number].op == op for number in _ops(graph))
        return "" if here else tr("There is no {op} here.", op=tr(called))

    return missing


def _no_op(graph: Graph) -> str:
    return (
        "" if any(True for _ in _ops(graph)) else tr("Nothing is computed here, so no gradient is handed on.")
    )


def _no_parameter(graph: Graph) -> str:
    if any(number in graph.feeding for number in graph.parameters):
        return ""
    return tr("There is no parameter here that an update could move.")


# ---------------------------------------------------------------- the table


def _slope(kind: str, wrong: str, port: int | None) -> Callable[[Alteration], bool]:
    def picks(change: Alteration) -> bool:
        row = change.wrong
        return change.kind == kind and row is not None and row.wrong == wrong and change.port == port

    return picks


BUGS: tuple[Bug, ...] = (
    Bug("assign", N_("= for +="), "= for +=",
        "self.grad = other.data * out.grad", "self.grad += other.data * out.grad",
        Made("a = -2; b = 3; d = a*b; e = a + b; f = d*e"), _no_second_use,
        lambda change: not change.kind and bool(change.assigns)),
    Bug("no_zero", N_("No zero grad"), "not zeroed",
        "loss.backward()", "loss.zero_grad()\nloss.backward()",
        Made("a = 2; b = -3; c = 10; f = -2; e = a*b; d = e + c; L = d*f"), _no_op,
        lambda change: change.zeroes == "nothing" and not change.adds_seed, _TWO, zeroes="nothing"),
    Bug("only_leaves", N_("Zeroing only the leaves"), "not zeroed",
        "for p in leaves: p.grad = 0.0", "for v in topo: v.grad = 0.0",
        Made("a = 2; b = -3; c = 10; f = -2; e = a*b; d = e + c; L = d*f"), _no_op,
        lambda change: change.zeroes == "leaves", _TWO, zeroes="leaves"),
    Bug("no_order", N_("No topological order"), "no topological order",
        "v = stack.pop()  # each node once\nv._backward()\nstack.extend(v._prev)",
        "for v in reversed(topo):\n    v._backward()",
        Made("a = 2; b = -3; c = 1; d = a*b; p = d*c; q = d + c; L = p*q"), _no_op_used_twice,
        lambda change: change.walk == "stack"),
    Bug("tanh_input", N_("tanh's slope at its input"), "wrong slope",
        "self.grad += (1 - x**2) * out.grad", "self.grad += (1 - t**2) * out.grad",
        Made("x = 0.5; w = 1.6; n = x*w; o = tanh(n)"), _no("tanh", "tanh"),
        _slope("tanh", "1 − x²", None)),
    Bug("exp_input", N_("exp's slope from its input"), "wrong slope",
        "self.grad += self.data * out.grad", "self.grad += out.data * out.grad",
        Made("x = 0.5; w = 2; n = x*w; e = exp(n)"), _no("exp", "exp"), _slope("exp", "x", None)),
    Bug("set", N_("Children in a set"), "operand once",
        "self._prev = set(_children)\nfor x in out._prev: x.grad += …",
        "self._prev = tuple(_children)\nfor x in out._prev: x.grad += …",
        Made("a = 3; b = a*a"), _no_node_twice_in_one, lambda change: change.once),
    Bug("minus", N_("− with the wrong sign"), "wrong slope",
        "other.grad += out.grad", "other.grad += -out.grad",
        Made("w = 2; x = 3; y = 5; p = w*x; d = y - p; L = d**2"), _no("-", N_("subtraction")),
        _slope("-", "1", 1)),
    Bug("early_update", N_("Update before backward"), "update before backward",
        "p.data += -rate * p.grad\nloss.backward()", "loss.backward()\np.data += -rate * p.grad",
        Made("w = 2; x = 2; b = 1; y = 9; p = w*x; q = p + b; d = q - y; L = d**2", ("w", "b")),
        _no_parameter, lambda change: True, _DESCENT, early=True),
)  # fmt: skip


def bug_called(name: str) -> Bug:
    """The row of that name."""
    return next(bug for bug in BUGS if bug.name == name)


def why_not(graph: Graph, bug: Bug) -> str:
    """Why the graph cannot show the bug; nothing where it may."""
    if graph.target is None or graph.nodes[graph.target].is_leaf:
        return tr("There is nothing to run backward here: the graph needs a target that is computed.")
    return bug.missing(graph)
