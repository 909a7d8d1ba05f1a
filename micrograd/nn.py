"""A small neural-network library on top of Value: Module, Neuron, Layer, MLP."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from micrograd.engine import Value, apply
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
        self.w = [Value(uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin
        self.activation = activation

    def __call__(self, x: Iterable[Any]) -> Value:
        """The output for these inputs, numbers or Values; what is too many of either is left out."""
        act = self.b
        for wi, xi in zip(self.w, x, strict=False):
            act = act + wi * xi
        return apply(OPS[self.activation], act) if self.nonlin else act

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{OPS[self.activation].op_text if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons side by side, all seeing the same inputs; keywords are those of Neuron."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        if kwargs.get("seed") is not None:
            kwargs["seed"] = _generator(kwargs["seed"])
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Iterable[Any]) -> Any:
        """A list with the output of each neuron; of one neuron its output alone."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Those of the neurons, one after the other."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """A multi-layer perceptron: layers of `nouts` neurons one after the other, the last one linear.

    Keywords are those of Neuron, for all layers; `nonlin` given says it for the last layer as well.
    """

    def __init__(self, nin: int, nouts: Sequence[int], **kwargs: Any) -> None:
        if kwargs.get("seed") is not None:
            kwargs["seed"] = _generator(kwargs["seed"])
        sizes = [nin, *nouts]
        self.layers = [Layer(sizes[i], sizes[i + 1], **{"nonlin": i != len(nouts) - 1, **kwargs})
                       for i in range(len(nouts))]

    def __call__(self, x: Iterable[Any]) -> Any:
        """What the last layer gives for these inputs."""
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Value]:
        """Those of the layers, one after the other."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"


def _generator(seed: int | random.Random) -> random.Random:
    return seed if isinstance(seed, random.Random) else random.Random(seed)
