"""Networks: the classes of `micrograd.nn` as a cell would write them, for those that it makes from them."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

from micrograd_gui.document.errors import ExpressionRefusal
from micrograd_gui.document.notation.source import SourceText
from micrograd_gui.document.python.objects import (
    LAYER,
    MLP,
    MODULE,
    NEURON,
    Class,
    NetworkKind,
    Running,
    Scope,
)

# What a class takes from them; the parts of a network are the library's own.
_WRITTEN = """
class Module:
    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self):
        return []


class Neuron(Module):
    def __init__(self, nin, nonlin=True, activation="relu", seed=None):
        made = Neuron(nin, nonlin=nonlin, activation=activation, seed=seed)
        self.w, self.b, self.nonlin, self.activation = made.w, made.b, nonlin, activation

    def __call__(self, x):
        if len(x) != len(self.w):
            raise ValueError(f"{self} takes {len(self.w)} inputs, not {len(x)}")
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return getattr(act, self.activation)() if self.nonlin else act

    def parameters(self):
        return [*self.w, self.b]

    def __repr__(self):
        kind = self.activation if self.nonlin else "Linear"
        return f"{'ReLU' if kind == 'relu' else kind}Neuron({len(self.w)})"


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True, activation="relu", seed=None):
        self.neurons = Layer(nin, nout, nonlin=nonlin, activation=activation, seed=seed).neurons

    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    def __init__(self, nin, nouts, nonlin=None, activation="relu", seed=None):
        self.layers = MLP(nin, nouts, nonlin=nonlin, activation=activation, seed=seed).layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) and isinstance(layer, Module) else x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self):
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
"""  # as in code


class _OfLibrary(SourceText):
    """The text above: what is wrong in it is said of the line that came here."""

    def told_of_earlier(self, name: str, refusal: ExpressionRefusal) -> str:
        return refusal.found


@cache
def _read() -> tuple[SourceText, dict[str, ast.stmt]]:
    source = _OfLibrary(_WRITTEN)
    return source, {each.name: each for each in source.statements() if isinstance(each, ast.ClassDef)}


def written_out(run: Running, kind: NetworkKind) -> Class:
    """The class of the library as a cell would have written it."""
    source, trees = _read()
    scope, before = Scope(), run.source
    run.source = source
    try:
        run.statement(trees[kind.name], scope)
    finally:
        run.source = before
    made: Class = scope.names.pop(kind.name)  # in its functions the name is that of the library's own
    made.bases = (kind, *made.bases)
    return made


def is_network(thing: Any) -> bool:
    """Whether it is one of them."""
    return thing in (MODULE, NEURON, LAYER, MLP)
