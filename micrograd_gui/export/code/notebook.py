"""Graph → a Jupyter notebook (nbformat 4.5) that computes and draws it with micrograd, outputs included."""

from __future__ import annotations

import json
from typing import Any

from micrograd.dot import picture_bundle
from micrograd.engine import Value
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.notation.carried import KEY
from micrograd_gui.document.rewriting.expansions import without_own_ops
from micrograd_gui.document.text import spoken
from micrograd_gui.export.code.python import (
    DIALECTS,
    RESERVED,
    computable_nodes,
    imports,
    statements,
    variable_names,
)
from micrograd_gui.session.build import build

DRAWN_AT_MOST = 300  # nodes: a larger picture is slow to lay out, and too large to read
_MARKED = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]()#+-.!|<>$&~"})


def notebook(graph: Graph, carried: str) -> bytes:
    """The notebook with what its cells give: leaves, ops, backward pass, picture, table; raises Refusal.

    ``carried`` is the graph's own text, for its metadata: a notebook opens again.
    """
    graph = without_own_ops(graph)
    nodes = computable_nodes(graph)
    names = variable_names(nodes, (*RESERVED, "draw_dot"))
    dialect = DIALECTS["micrograd"]
    target = names[graph.target or 0]
    called = spoken(graph.nodes[graph.target or 0].name).translate(_MARKED)
    leaves, inner = ([n for n in nodes if n.is_leaf is leaf] for leaf in (True, False))
    values = _run_cells(graph, nodes)
    drawn = len(nodes) <= DRAWN_AT_MOST
    cells = [
        _markdown(
            f"# The graph of {called}\n\n"
            "Made with micrograd-gui; `pip install micrograd-gui` brings `micrograd`."
        ),
        _code(f"{imports(nodes)}{f'{chr(10)}from micrograd import draw_dot' if drawn else ''}"),
        _markdown("## The leaves"),
        _code("\n".join(statements(dialect, leaves, names))),
        *(
            [_markdown("## The forward pass"), _code("\n".join(statements(dialect, inner, names)))]
            if inner
            else []
        ),
        _markdown("## The backward pass"),
        _code(f"{target}.backward()"),
        *([_code(f"draw_dot({target})", _picture(values[graph.target or 0], called))] if drawn else []),
        _markdown("## All numbers"),
        _code(
            "for name, value in {\n"
            + "".join(f"    {names[node.id]!r}: {names[node.id]},\n" for node in nodes)
            + '}.items():\n    print(f"{name:24} data {value.data!r:24} grad {value.grad!r}")',
            _printed("".join(_line(names[node.id], values[node.id]) for node in nodes)),
        ),
    ]
    count = 0
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
        if cell["cell_type"] == "code":
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                output |= {"execution_count": count} if output["output_type"] == "execute_result" else {}
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            KEY: json.loads(carried),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")


def _run_cells(graph: Graph, nodes: list[Node]) -> dict[NodeId, Value]:
    """The values that the cells make, after the backward pass."""
    values = build(graph)
    for node in nodes:
        values[node.id].label = node.label
    values[graph.target or 0].backward()
    return values


def _line(name: str, value: Value) -> str:
    return f"{name:24} data {value.data!r:24} grad {value.grad!r}\n"


def _picture(root: Value, called: str) -> list[dict[str, Any]]:
    """What draw_dot shows; nothing where there is no Graphviz here: the reader may have one."""
    data = {kind: text.splitlines(keepends=True) for kind, text in picture_bundle(root).items()}
    if not data:
        return []
    data["text/plain"] = [f"The graph of {called}"]
    return [{"output_type": "execute_result", "data": data, "metadata": {}}]


def _printed(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}]


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str, outputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    lines = text.split("\n")  # not splitlines: a label's own line separators are escaped, and no line ends
    source = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    return {"cell_type": "code", "metadata": {}, "outputs": outputs or [], "source": source}
