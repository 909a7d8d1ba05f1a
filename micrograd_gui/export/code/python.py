"""Graph → a Python script that computes it, with micrograd, PyTorch or JAX: the table of dialects."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from micrograd.language import tr
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.notation.signs import is_name
from micrograd_gui.document.rewriting.expansions import without_own_ops
from micrograd_gui.document.text import spoken

DIALECT = "micrograd"  # what a script is written in when nothing is said


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write a graph: the call of each op over {x} and {y}, and what writes the script."""

    name: str
    title: str
    calls: Mapping[str, str]
    write: Callable[[Dialect, Graph], str]
    package: str = ""

    def call(self, node: Node, operands: tuple[str, ...]) -> str:
        """The expression of an op node; raises Refusal for an op that the dialect has no call for."""
        known = self.calls.get("**n" if node.exponent is not None else node.op or "")
        if known is not None:
            n = (node.op or "").removeprefix("**")  # as it is written: 3, or 3.0
            exponent = n if node.exponent is None or math.isfinite(node.exponent) else number(node.exponent)
            return known.format(**dict(zip("xy", operands, strict=False)), n=exponent)
        fallback = self.calls.get("")
        if fallback is not None:
            return fallback.format(op=repr(node.op), operands=", ".join(operands))
        raise Refusal(
            tr(
                "{language} has no counterpart of the op “{op}” of {node}.",
                language=self.title,
                op=node.op,
                node=node.spoken,
            ),
            node.id,
        )


def script(graph: Graph, dialect: str = DIALECT) -> str:
    """A script that runs the graph forward and backward and prints its numbers; raises Refusal."""
    if dialect not in DIALECTS:
        raise Refusal(
            tr(
                "There is no dialect “{dialect}”; there are {dialects}.",
                dialect=spoken(dialect),
                dialects=", ".join(DIALECTS),
            )
        )
    row = DIALECTS[dialect]
    return row.write(row, without_own_ops(graph))


def number(value: float) -> str:
    """A float as Python reads it back, the same number."""
    return repr(value) if math.isfinite(value) else f'float("{value}")'


# The parts that scripts have in common -----------------------------------------------------------

_INFIX = {"+": "{x} + {y}", "-": "{x} - {y}", "*": "{x} * {y}", "/": "{x} / {y}", "**": "{x} ** {y}",
          "neg": "-{x}", "**n": "{x} ** {n}"}  # fmt: skip
_METHODS = ("tanh", "relu", "sigmoid", "exp", "log", "sqrt", "sin", "cos", "abs",
            "tan", "atan", "sinh", "cosh", "log1p", "expm1", "erf")  # fmt: skip
_ACTIVATIONS = ("leaky_relu", "softplus", "silu", "gelu")

_SHOW = """
if "--json" in sys.argv[1:]:
    for row in rows:  # JSON has no word for what is not finite
        row.update({key: None for key in ("data", "grad") if not math.isfinite(row[key])})
    print(json.dumps({"target": TARGET, "nodes": rows}))
else:
    for row in rows:
        print(f"{row['name']:24} {row['op'] or '':8} data {row['data']!r:24} grad {row['grad']!r}")
"""
_RESERVED = ("json", "sys", "math", "rows", "row", "key", "TARGET", "NODES", "name", "label",
             "op", "kind")  # fmt: skip


def _opening(how: str) -> str:
    return (
        f'"""A graph made with micrograd-gui, in {how}: forward, backward, and all its numbers.\n\n'
        'With --json they are one JSON object: target, nodes (name, label, op, data, grad).\n"""\n\n'
        "import json\nimport math\nimport sys\n"
    )


def _table(nodes: list[Node], names: Mapping[NodeId, str], third: Callable[[Node], str]) -> str:
    lines = [f"    ({names[n.id]!r}, {n.label!r}, {n.op_text!r}, {third(n)})," for n in nodes]
    return "\n".join(["NODES = [", *lines, "]"])


def _operands(node: Node, names: Mapping[NodeId, str]) -> tuple[str, ...]:
    return tuple(names[source] for source in node.inputs if source is not None)


# micrograd ---------------------------------------------------------------------------------------


def statements(dialect: Dialect, nodes: list[Node], names: Mapping[NodeId, str]) -> list[str]:
    """One statement per node, in micrograd's words; a label that the name does not say is kept beside it."""
    lines = []
    for node in nodes:
        name = names[node.id]
        if node.is_leaf:
            label = f", label={node.label!r}" if node.label else ""
            lines.append(f"{name} = Value({number(node.data)}{label})")
        else:
            label = f"; {name}.label = {node.label!r}" if node.label else ""
            lines.append(f"{name} = {dialect.call(node, _operands(node, names))}{label}")
    return lines


def imports(nodes: list[Node]) -> str:
    """What the statements need of micrograd."""
    own = any(node.op is not None and node.exponent is None and node.op not in _KNOWN for node in nodes)
    return "from micrograd import Value" + (
        "\nfrom micrograd.engine import apply\nfrom micrograd.ops import op_of" if own else ""
    )


_KNOWN = frozenset((*_INFIX, *_METHODS, *_ACTIVATIONS, "max", "min"))
RESERVED = (*_RESERVED, "Value", "apply", "op_of", "value", "draw_dot", "micrograd")


def _micrograd(dialect: Dialect, graph: Graph) -> str:
    nodes = computable_nodes(graph)
    names = variable_names(nodes, RESERVED)
    target = names[graph.target or 0]
    return "\n".join(
        (
            _opening("Python with micrograd"),
            imports(nodes),
            "",
            *statements(dialect, nodes, names),
            "",
            f"{target}.backward()",
            "",
            f"TARGET = {target!r}",
            _table(nodes, names, lambda node: names[node.id]),
            'rows = [{"name": name, "label": label, "op": op, "data": value.data, "grad": value.grad}',
            "        for name, label, op, value in NODES]",
            _SHOW,
        )
    )


# PyTorch -----------------------------------------------------------------------------------------


def _torch(dialect: Dialect, graph: Graph) -> str:
    nodes = computable_nodes(graph)
    names = variable_names(nodes, (*_RESERVED, "torch", "leaf", "inner", "tensor"))
    target = names[graph.target or 0]
    lines = []
    for node in nodes:
        name = names[node.id]
        if node.is_leaf:
            lines.append(f"{name} = leaf({number(node.data)})")
        else:
            lines.append(f"{name} = inner({dialect.call(node, _operands(node, names))})")
    return "\n".join(
        (
            _opening("PyTorch"),
            "import torch",
            "",
            "",
            "def leaf(number):",
            '    """A scalar of double precision that gets a gradient."""',
            "    return torch.tensor(number, dtype=torch.float64, requires_grad=True)",
            "",
            "",
            "def inner(tensor):",
            '    """The tensor, which keeps its gradient too."""',
            "    tensor.retain_grad()",
            "    return tensor",
            "",
            "",
            *lines,
            "",
            f"{target}.backward()",
            "",
            f"TARGET = {target!r}",
            _table(nodes, names, lambda node: names[node.id]),
            'rows = [{"name": name, "label": label, "op": op, "data": tensor.item(),',
            '         "grad": 0.0 if tensor.grad is None else tensor.grad.item()}',
            "        for name, label, op, tensor in NODES]",
            _SHOW,
        )
    )


# JAX ---------------------------------------------------------------------------------------------


def _jax(dialect: Dialect, graph: Graph) -> str:
    nodes = computable_nodes(graph)
    names = variable_names(nodes, (*_RESERVED, "jax", "jnp", "graph", "leaves", "bumps", "grads", "numbers"))
    target = names[graph.target or 0]
    leaves = [node for node in nodes if node.is_leaf]
    inner = [node for node in nodes if not node.is_leaf]
    lines = [f"    {names[node.id]} = leaves[{names[node.id]!r}]" for node in leaves]
    for node in inner:
        call = dialect.call(node, _operands(node, names))
        lines.append(f"    {names[node.id]} = {call} + bumps[{names[node.id]!r}]")
    found = [f"        {names[node.id]!r}: {names[node.id]}," for node in nodes]
    return "\n".join(
        (
            _opening("JAX"),
            "import jax",
            "import jax.numpy as jnp",
            "",
            'jax.config.update("jax_enable_x64", True)',
            "",
            "",
            "def graph(leaves, bumps):",
            '    """The target, and all numbers. The gradient of an inner node is that of its bump."""',
            *lines,
            f"    return {target}, {{",
            *found,
            "    }",
            "",
            "",
            "leaves = {",
            *(f"    {names[node.id]!r}: {number(node.data)}," for node in leaves),
            "}",
            "bumps = dict.fromkeys([" + ", ".join(repr(names[node.id]) for node in inner) + "], 0.0)",
            "grads, numbers = jax.grad(graph, argnums=(0, 1), has_aux=True)(leaves, bumps)",
            "",
            f"TARGET = {target!r}",
            _table(nodes, names, lambda node: "0" if node.is_leaf else "1"),
            'rows = [{"name": name, "label": label, "op": op, "data": float(numbers[name]),',
            '         "grad": float(grads[kind][name])}',
            "        for name, label, op, kind in NODES]",
            _SHOW,
        )
    )


_JAX_CALLS = {
    "tanh": "jnp.tanh({x})",
    "relu": "jax.nn.relu({x})",
    "sigmoid": "jax.nn.sigmoid({x})",
    "exp": "jnp.exp({x})",
    "log": "jnp.log({x})",
    "sqrt": "jnp.sqrt({x})",
    "sin": "jnp.sin({x})",
    "cos": "jnp.cos({x})",
    "abs": "jnp.abs({x})",
    "leaky_relu": "jnp.where({x} > 0, {x}, 0.01 * {x})",  # that of jax.nn has another slope at 0
    "softplus": "jax.nn.softplus({x})",
    "silu": "jax.nn.silu({x})",
    "gelu": "jax.nn.gelu({x}, approximate=False)",
    "tan": "jnp.tan({x})",
    "atan": "jnp.arctan({x})",
    "sinh": "jnp.sinh({x})",
    "cosh": "jnp.cosh({x})",
    "log1p": "jnp.log1p({x})",
    "expm1": "jnp.expm1({x})",
    "erf": "jax.lax.erf({x})",
    "max": "jnp.maximum({x}, {y})",
    "min": "jnp.minimum({x}, {y})",
}
_METHOD_CALLS = {name: f"{{x}}.{name}()" for name in _METHODS}
_OUR_CALLS = {name: f"{{x}}.{name}()" for name in _ACTIVATIONS} | {
    name: f"{{x}}.{name}({{y}})" for name in ("max", "min")
}
_ANY_CALL = "apply(op_of({op}), {operands})"
_TORCH_CALLS = {name: f"torch.nn.functional.{name}({{x}})" for name in _ACTIVATIONS} | {
    name: f"torch.{name}imum({{x}}, {{y}})" for name in ("max", "min")
}

DIALECTS: dict[str, Dialect] = {
    row.name: row
    for row in (
        Dialect("micrograd", "micrograd", {**_INFIX, **_METHOD_CALLS, **_OUR_CALLS, "": _ANY_CALL},
                _micrograd, "micrograd"),
        Dialect("torch", "PyTorch", {**_INFIX, **_METHOD_CALLS, **_TORCH_CALLS}, _torch, "torch"),
        Dialect("jax", "JAX", {**_INFIX, **_JAX_CALLS}, _jax, "jax"),
    )
}  # fmt: skip


_LONGEST = 40
_FORBIDDEN = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def computable_nodes(graph: Graph) -> list[Node]:
    """The nodes that code can compute, operands first; the target is among them.

    Raises Refusal where there is no target, or where what feeds it has an empty port.
    """
    if graph.target is None:
        raise Refusal(tr("The graph is empty: there is nothing to write as code."))
    known: dict[NodeId, Node] = {}
    for number in graph.order:
        node = graph.nodes[number]
        if all(source in known for source in node.inputs):
            known[number] = node
        elif number in graph.feeding:
            raise Refusal(
                tr("{node} has an empty port, so it cannot be written as code.", node=node.spoken), number
            )
    return list(known.values())


def variable_names(nodes: Collection[Node], reserved: Collection[str] = ()) -> Mapping[NodeId, str]:
    """A name of its own for each node: its label where that is a name, else what is left of it, else ``v7``.

    ``reserved`` are names that the code uses for itself.
    """
    taken = {*_FORBIDDEN, *reserved}
    names: dict[NodeId, str] = {}
    for node in nodes:  # labels that are names come first: they keep theirs
        if _is_name(node.label) and node.label not in taken:
            names[node.id] = node.label
            taken.add(node.label)
    for node in nodes:
        if node.id not in names:
            name = _rest(node.label) or f"v{node.id}"
            if name in taken:
                name = f"{name}_{node.id}"
            while name in taken:
                name += "_"
            names[node.id] = name
            taken.add(name)
    return names


def _is_name(label: str) -> bool:
    return len(label) <= _LONGEST and is_name(label) and not label.startswith("_")


def _rest(label: str) -> str:
    """What is left of the label when all that no name can hold is taken out: ``x1*w1`` → ``x1_w1``."""
    rest = re.sub(r"\W+", "_", normalize("NFKC", label[: 4 * _LONGEST])).strip("_")[:_LONGEST].rstrip("_")
    return rest if _is_name(rest) and rest not in _FORBIDDEN else ""
