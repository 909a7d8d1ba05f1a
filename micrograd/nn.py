"""A small neural-network library on top of Value: Module, Neuron, Layer, MLP."""

from __future__ import annotations

import operator
import random
from collections.abc import Iterable, Sequence, Sized
from typing import Any

from micrograd.engine import Number, Value, apply
from micrograd.ops import OPS


class Module:
    """Anything with parameters."""

    def zero_grad(self) -> None:
        """Sets the grads of all parameters to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """The Values that training changes, in micrograd's order."""
        return []


class Neuron(Module):
    """activation(w · x + b); linear where `nonlin` is false.

    The weights are drawn by `random.uniform(-1, 1)`, in micrograd's order, so that `random.seed(1337)`
    gives micrograd's numbers; `seed` draws them from a generator of their own instead, a number or a
    `random.Random`. Raises ValueError for an activation that is no op of one operand.

    Attributes:
        w: a weight per input.
        b: the bias, 0 at first.
        nonlin: whether the activation is applied.
        activation: the name of its op.
    """

    def __init__(self, nin: int, nonlin: bool = True, activation: str = "relu",
                 seed: int | random.Random | None = None) -> None:
        if activation not in OPS or OPS[activation].arity != 1:
            names = ", ".join(op.name for op in OPS.values() if op.arity == 1)
            raise ValueError(f"there is no activation named {activation!r}; the table has {names}")
        uniform = _generator(seed).uniform if seed is not None else random.uniform
        self.w = [Value(uniform(-1, 1)) for _ in range(_count(nin, "Neuron", "inputs"))]
        self.b = Value(0)
        self.nonlin = nonlin
        self.activation = activation

    def __call__(self, x: Iterable[Number]) -> Value:
        """The output for these inputs, numbers or Values. Raises ValueError for too few or many."""
        inputs = x if isinstance(x, Sized) else _listed(str(self), x)
        if len(inputs) != len(self.w):
            raise ValueError(f"{self} takes {_counted(len(self.w), 'input')}, and {len(inputs)} "
                             f"{'was' if len(inputs) == 1 else 'were'} given")
        act = self.b
        for wi, xi in zip(self.w, inputs, strict=True):
            act = act + wi * xi
        return apply(OPS[self.activation], act) if self.nonlin else act

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{OPS[self.activation].op_text if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, all seeing the same inputs; keywords are those of Neuron."""

    def __init__(self, nin: int, nout: int, nonlin: bool = True, activation: str = "relu",
                 seed: int | random.Random | None = None) -> None:
        draws = None if seed is None else _generator(seed)
        count = _count(nout, "Layer", "neurons")
        self.neurons = [Neuron(nin, nonlin, activation, draws) for _ in range(count)]

    def __call__(self, x: Iterable[Number]) -> Any:
        """A list with the output of each neuron; of one neuron its output alone."""
        inputs = x if isinstance(x, Sized) else _listed("Layer", x)
        out = [n(inputs) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Those of the neurons, one after the other."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """A multi-layer perceptron: layers of `nouts` neurons one after the other, the last one linear.

    Keywords are those of Neuron, for all layers; `nonlin` given says it for the last layer as well. Raises
    TypeError where `nouts` are no sizes.
    """

    def __init__(self, nin: int, nouts: Sequence[int], nonlin: bool | None = None, activation: str = "relu",
                 seed: int | random.Random | None = None) -> None:
        given: Any = nouts
        if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
            as_list = f", as [{given}]" if isinstance(given, int) else f", not {given!r}"
            raise TypeError(f"MLP takes the sizes of its layers as a list{as_list}")
        draws = None if seed is None else _generator(seed)
        sizes = [nin, *nouts]
        last = len(sizes) - 2
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last if nonlin is None else nonlin,
                             activation=activation, seed=draws) for i in range(last + 1)]

    def __call__(self, x: Iterable[Number]) -> Any:
        """What the last layer gives for these inputs: a Value where it has one neuron, else a list."""
        out: Any = x
        for layer in self.layers:
            out = layer([out] if isinstance(out, Value) and out is not x else out)
        return out

    def parameters(self) -> list[Value]:
        """Those of the layers, one after the other."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"


def _generator(seed: int | random.Random) -> random.Random:
    return seed if isinstance(seed, random.Random) else random.Random(seed)


def _count(n: Any, kind: str, things: str) -> int:
    """A number of inputs or of neurons; raises TypeError or ValueError where it is none."""
    try:
        count = operator.index(n)
    except TypeError:
        raise TypeError(f"{kind} takes a whole number of {things}, not {n!r}") from None
    if count < 0:
        raise ValueError(f"{kind} takes a number of {things}, not {n}")
    return count


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _listed(module: str, x: Any) -> list[Any]:
    """Inputs that are told one by one; raises TypeError where they are not."""
    try:
        return list(x)
    except TypeError:
        raise TypeError(f"{module} takes its inputs as a list, not {x!r}") from None
