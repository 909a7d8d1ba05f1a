"""PyTorch's answer: a graph computed there, its data and grads beside ours, where PyTorch is installed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from micrograd.check_words import as_lines
from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.node import Node
from micrograd_gui.document.text import for_json, one_line, told_apart, written
from micrograd_gui.session.explain.of_rows import row_in_words
from micrograd_gui.session.measure import complete

_ROUNDING = 1e-9  # relative to the number, or to 1 where that is larger
_LABEL_AT_MOST = 24
_HEADINGS = ("node", "data", "PyTorch", "grad", "PyTorch", "")


class InTorch(NamedTuple):
    """A node's numbers here and in PyTorch; its grad is None where the target does not depend on it."""

    node: NodeId
    data: float
    torch_data: float
    grad: float | None
    torch_grad: float | None

    @property
    def ok(self) -> bool:
        """Whether they are the same but for rounding; of not finite ones, whether both are."""
        return _same(self.data, self.torch_data) and _same(self.grad or 0.0, self.torch_grad or 0.0)


def verify(graph: Graph) -> tuple[InTorch, ...]:
    """Data and grad of every node that feeds the target, here and in PyTorch in double precision.

    Raises Refusal where PyTorch is not installed, has not an op of the graph, or where the graph cannot be
    computed.
    """
    frame = complete(graph)
    if find_spec("torch") is None:
        raise Refusal(tr("PyTorch is not installed here: with “pip install torch” it can be asked."))
    torch = import_module("torch")
    ops = _ops(torch)
    assert graph.target is not None
    tensors: dict[NodeId, Any] = {}
    fed = [number for number in graph.order if number in frame.data]
    for number in fed:
        node = graph.nodes[number]
        if node.is_leaf:
            made = torch.tensor(frame.data[number], dtype=torch.float64, requires_grad=True)
        else:
            operands = [tensors[source] for source in node.inputs if source is not None]
            made = _apply(torch, ops, node, operands)
        made.retain_grad()
        tensors[number] = made
    tensors[graph.target].backward()
    return tuple(
        InTorch(
            number,
            frame.data[number],
            tensors[number].item(),
            frame.grad.get(number),
            None if tensors[number].grad is None else tensors[number].grad.item(),
        )
        for number in fed
    )


def _apply(torch: Any, ops: dict[str, Callable[..., Any]], node: Node, operands: Sequence[Any]) -> Any:
    if (exponent := node.exponent) is not None:
        return torch.pow(operands[0], exponent)
    function = ops.get(node.op or "")
    if function is None:
        raise Refusal(
            tr("PyTorch has no op {op} to compare {name} with.", op=node.op, name=node.spoken), node.id
        )
    return function(*operands)


def _ops(torch: Any) -> dict[str, Callable[..., Any]]:
    """PyTorch's function of each op of the table."""
    functional = import_module("torch.nn.functional")
    alike = ("tanh", "exp", "log", "relu", "sigmoid", "sin", "cos", "sqrt", "abs", "neg",
             "tan", "atan", "sinh", "cosh", "log1p", "expm1", "erf")  # fmt: skip
    of_nets = ("softplus", "silu", "gelu", "leaky_relu")
    return {
        "+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div, "**": torch.pow,
        "max": torch.maximum, "min": torch.minimum,
        **{name: getattr(torch, name) for name in alike},
        **{name: getattr(functional, name) for name in of_nets},
    }  # fmt: skip


def _same(one: float, other: float) -> bool:
    if not (math.isfinite(one) and math.isfinite(other)):
        return math.isnan(one) == math.isnan(other) and (math.isnan(one) or one == other)
    return abs(one - other) <= _ROUNDING * max(1.0, abs(one), abs(other))


def in_short(graph: Graph, rows: Sequence[InTorch]) -> str:
    """How all of them stand, in a sentence."""
    wrong = [graph.nodes[row.node].spoken for row in rows if not row.ok]
    if wrong:
        names = tr(", ").join(wrong[:3])
        if len(wrong) > 3:
            return tr("PyTorch has other numbers at {names} and {n} more.", names=names, n=len(wrong) - 3)
        return tr("PyTorch has other numbers at {names}.", names=names)
    return tr("PyTorch has the same data and grads at all {n} nodes.", n=len(rows))


def as_table(graph: Graph, rows: Sequence[InTorch]) -> str:
    """One line per node, our numbers and PyTorch's side by side, and a last line that says how it stands."""
    of = row_in_words(graph)
    table = as_lines([_cells(graph, row) for row in rows], _HEADINGS)
    return "\n".join([*([tr("of {row}", row=of), ""] if of else []), *table, "", in_short(graph, rows)])


def _cells(graph: Graph, row: InTorch) -> tuple[str, ...]:
    name = one_line(graph.nodes[row.node].name, _LABEL_AT_MOST, instead="�", ends=True)
    return name, *_pair(row.data, row.torch_data), *_pair(row.grad, row.torch_grad), "✓" if row.ok else "✗"


def _pair(ours: float | None, theirs: float | None) -> tuple[str, str]:
    if ours is None or theirs is None or _same(ours, theirs):
        return written(ours), written(theirs)
    one, other = told_apart((ours, theirs))
    return one, other


def as_json(graph: Graph, rows: Sequence[InTorch]) -> str:
    """One JSON object; a number that is not finite becomes null."""
    nodes = [
        {
            "id": row.node,
            "label": graph.nodes[row.node].title,
            "op": graph.nodes[row.node].op,
            "data": for_json(row.data),
            "torch_data": for_json(row.torch_data),
            "grad": for_json(row.grad),
            "torch_grad": for_json(row.torch_grad),
            "ok": row.ok,
        }
        for row in rows
    ]
    target = graph.nodes[graph.target].name if graph.target is not None else None
    return json.dumps({"target": target, "nodes": nodes, "ok": all(row.ok for row in rows)}, allow_nan=False)
