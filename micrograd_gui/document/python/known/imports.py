"""Imports: what names stand for before any cell, and what is passed over: plots, pictures, Value."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from micrograd import ieee
from micrograd.ops import OPS
from micrograd_gui.document.python.control import ERRORS
from micrograd_gui.document.python.known.libraries import MATH, RANDOM, TIME, TORCH, of_one
from micrograd_gui.document.python.known.library import BUILTINS
from micrograd_gui.document.python.known.numpy_parts import NUMPY, SKLEARN
from micrograd_gui.document.python.known.standard import LIBRARIES
from micrograd_gui.document.python.known.torch_parts import FUNCTIONAL, NN
from micrograd_gui.document.python.objects import (
    LAYER,
    MLP,
    MODULE,
    NEURON,
    VALUE,
    Library,
    NetworkKind,
    PassedOver,
)

_ROOTS = {
    "math": "math",
    "time": "time",
    "random": "random",
    "numpy": "np",
    "torch": "torch",
    "micrograd": "micrograd",
    **{name: name for name in LIBRARIES},
}
_MODULES = {"micrograd.engine": "nn", "micrograd.nn": "nn"}
_TORCHS = {"torch.nn": NN, "torch.nn.functional": FUNCTIONAL}
_PICTURES = ("trace", "draw_dot", "draw")


@cache
def known() -> dict[str, Any]:
    """What a name stands for that no cell has given anything."""
    pictures = {
        name: PassedOver(name)
        for name in (
            "plt",
            "draw_dot",
            "trace",
            "display",
            "show",
            "Digraph",
            "Image",
            "get_ipython",
            "sns",
        )
    }
    networks = {each.name: each for each in (MODULE, NEURON, LAYER, MLP, VALUE)}
    nn = Library("nn", networks)
    return {
        **BUILTINS,
        **pictures,
        **networks,
        **ERRORS,
        "math": MATH,
        "random": RANDOM,
        "np": NUMPY,
        "numpy": NUMPY,
        "torch": TORCH,
        "nn": nn,
        "micrograd": Library("micrograd", {"nn": nn, "engine": nn, "Value": VALUE}),
        "object": NetworkKind("object"),
        "__name__": "__main__",
        "tqdm": LIBRARIES["tqdm"],
        "time": TIME,
        "pi": math.pi,
        **{name: of_one(name, getattr(ieee, name)) for name in OPS if hasattr(ieee, name) and name != "abs"},
    }


def imported(each: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Any]]:
    """The names that an import gives, and what they stand for here."""
    table = {**known(), **LIBRARIES}
    for one in each.names:
        if isinstance(each, ast.Import):
            root = one.name.partition(".")[0]
            if one.asname and one.name in _MODULES:
                yield one.asname, table["nn"]
            elif one.name in _TORCHS and one.asname:
                yield one.asname, _TORCHS[one.name]
            elif one.name in ("numpy.random",) and one.asname:
                yield one.asname, table["np"].part("random")
            elif root in _ROOTS and (one.name == root or not one.asname):
                yield one.asname or root, table[_ROOTS[root]]
            else:
                yield one.asname or root, PassedOver(one.name)
            continue
        module = each.module or ""
        if module == "sklearn.datasets" and one.name in SKLEARN.parts:
            yield one.asname or one.name, SKLEARN.part(one.name)
            continue
        if module in _TORCHS and one.name in _TORCHS[module].parts:
            yield one.asname or one.name, _TORCHS[module].part(one.name)
            continue
        if module == "micrograd" and one.name in ("nn", "engine"):
            yield one.asname or one.name, table["nn"]
        elif module in _MODULES or module == "micrograd":
            yield one.asname or one.name, table.get(one.name, PassedOver(one.name))
        elif module in _ROOTS and one.name in table[_ROOTS[module]].parts:
            yield one.asname or one.name, table[_ROOTS[module]].part(one.name)
        elif one.name in ("tqdm", "trange") and one.name in LIBRARIES["tqdm"].parts:
            yield one.asname or one.name, LIBRARIES["tqdm"].part(one.name)
        elif one.name != "*":
            yield one.asname or one.name, PassedOver(one.name)


def told_pictures(each: ast.FunctionDef) -> bool:
    """Whether it draws a graph, or collects one to be drawn."""
    return each.name in _PICTURES
