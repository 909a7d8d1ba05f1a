"""Graph → a Jupyter notebook (nbformat 4.5) that computes it with micrograd and draws it."""

from __future__ import annotations

import json
from typing import Any

from micrograd_gui.document.graph import Graph
from micrograd_gui.document.labels import spoken
from micrograd_gui.services.code import DIALECTS, RESERVED, imports, statements
from micrograd_gui.services.code_names import computed, variables

DRAWN_AT_MOST = 300  # nodes: a larger picture is slow to lay out, and too large to read
_MARKED = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]()#+-.!|<>$&~"})


def notebook(graph: Graph) -> bytes:
    """The notebook: the leaves, the ops, the backward pass, the picture and the table; raises Refusal."""
    nodes = computed(graph)
    names = variables(nodes, (*RESERVED, "draw_dot"))
    dialect = DIALECTS["micrograd"]
    target = names[graph.target or 0]
    called = spoken(graph.nodes[graph.target or 0].name).translate(_MARKED)
    leaves, inner = ([n for n in nodes if n.is_leaf is leaf] for leaf in (True, False))
    cells = [
        _markdown(
            f"# The graph of {called}\n\n"
            "Made with micrograd-gui; `pip install micrograd-gui` brings `micrograd`."
        ),
        _code(f"{imports(nodes)}\nfrom micrograd import draw_dot"),
        _markdown("The leaves:"),
        _code("\n".join(statements(dialect, leaves, names))),
        *(
            [_markdown("The forward pass:"), _code("\n".join(statements(dialect, inner, names)))]
            if inner
            else []
        ),
        _markdown("The backward pass:"),
        _code(f"{target}.backward()"),
        *([_code(f"draw_dot({target})")] if len(nodes) <= DRAWN_AT_MOST else []),
        _markdown("All numbers:"),
        _code(
            "for name, value in {\n"
            + "".join(f"    {names[node.id]!r}: {names[node.id]},\n" for node in nodes)
            + '}.items():\n    print(f"{name:24} data {value.data!r:24} grad {value.grad!r}")'
        ),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    lines = text.split("\n")  # not splitlines: a label's own line separators are escaped, and no line ends
    source = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
