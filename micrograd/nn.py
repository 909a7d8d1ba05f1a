"""A small neural-network library on top of Value: Module, Neuron, Layer, MLP, Sequential."""

from __future__ import annotations

import operator
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from typing import Any

from micrograd.engine import Number, Value, apply, weighted_sum
from micrograd.ieee import number, shown
from micrograd.losses import mse
from micrograd.ops import OPS
from micrograd.optim import SGD, Optim


class Module:
    """Anything with parameters, and with parts that have some; a class of one's own may be one.

    Parts are found in attributes, in lists and in dicts, so that each parameter has a name of its own: the
    way to it, `layers[0].neurons[1].w[2]`.
    """

    def zero_grad(self) -> None:
        """Sets the grads of all parameters to 0."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[Value]:
        """The Values that training changes, in micrograd's order."""
        return []

    def named_parameters(self) -> list[tuple[str, Value]]:
        """Each parameter once with its name, in the order of `parameters`: the way to it, as Python has it.

        What `parameters` gives and no attribute holds is called by its place: `parameters[3]`.
        """
        ways = _ways(self)
        found = dict.fromkeys(self.parameters())
        return [(ways[id(p)][0] if id(p) in ways else f"parameters[{at}]", p) for at, p in enumerate(found)]

    def num_parameters(self) -> int:
        """How many numbers training changes."""
        return len(set(self.parameters()))

    def state_dict(self) -> dict[str, float]:
        """The number of each parameter by its name, for `json.dump` and `load_state_dict`."""
        return {name: p.data for name, p in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Gives the parameters the numbers of a `state_dict`; grads stay as they are.

        Raises TypeError where there are no numbers by name, and ValueError where a name is missing or
        unknown, or a number is none; the sentence names it, and nothing is changed.
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"a state is a dict of numbers by name, not {type(state).__name__}")
        named = dict(self.named_parameters())
        missing = [name for name in named if name not in state]
        strange = [name for name in state if name not in named]
        for names, one, other in ((missing, "network", "state"), (strange, "state", "network")):
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                raise ValueError(f"the {one} has {names[0]}{more}, and the {other} has not")
        numbers = {name: _number(state[name], name) for name in named}
        for name, p in named.items():
            p.data = numbers[name]

    def train_step(self, inputs: Iterable[Any], answers: Any, loss: Callable[[Any, Any], Value] = mse,
                   optim: Optim | float = 0.1) -> float:
        """One step of gradient descent over these rows; gives the loss before it.

        It calls itself for each of the inputs, gives all predictions and answers to `loss` (one of
        `micrograd.losses`, or of one's own), zeroes the grads, goes backward and has `optim` make its step; a
        number is the rate of plain descent. Raises what these raise.
        """
        rows = _listed("train_step", inputs, "rows")
        found = loss([self(x) for x in rows], answers)  # type: ignore[operator]  # a module is called
        self.zero_grad()
        found.backward()
        (optim if isinstance(optim, Optim) else SGD(self.parameters(), lr=optim)).step()
        return found.data


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
        given: Any = activation
        if not isinstance(given, str) or given not in OPS or OPS[given].arity != 1:
            names = ", ".join(op.name for op in OPS.values() if op.arity == 1)
            raise ValueError(f"there is no activation named {activation!r}; the table has {names}")
        uniform = _generator(seed).uniform if seed is not None else random.uniform
        self.w = [Value(uniform(-1, 1)) for _ in range(_count(nin, "Neuron", "inputs"))]
        self.b = Value(0)
        self.nonlin = nonlin
        self.activation = activation
        _label(self)

    def __call__(self, x: Iterable[Number]) -> Value:
        """The output for these inputs, numbers or Values.

        Raises ValueError for too few or many, and TypeError for one that is no number.
        """
        inputs: Any = x
        try:
            count = len(inputs)
        except TypeError:  # a generator, or no inputs at all
            inputs = _listed(str(self), x)
            count = len(inputs)
        if count != len(self.w):
            raise ValueError(f"{self} takes {_counted(len(self.w), 'input')}, and {count} "
                             f"{'was' if count == 1 else 'were'} given")
        try:
            act = weighted_sum(self.b, self.w, inputs)
        except TypeError:
            _refuse_strange(str(self), inputs)
            raise
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
        _label(self)

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


class Sequential(Module):
    """Modules or functions one after the other, each called with what the one before gave.

    A hidden layer of one neuron, which gives its output alone, passes it on as a list of one. Raises
    TypeError for a part that cannot be called.

    Attributes:
        layers: the parts in their order.
    """

    _kind = "Sequential"

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        given: tuple[Any, ...] = layers
        for each in given:
            if not callable(each):
                raise TypeError(f"Sequential takes modules and functions one by one, not {shown(each)}")
        self.layers: list[Any] = list(layers)
        _label(self)

    def __call__(self, x: Iterable[Number]) -> Any:
        """What the last part gives for these inputs: a layer of one neuron a Value, of more a list."""
        out: Any = x
        for layer in self.layers:
            out = layer([out] if isinstance(out, Value) and isinstance(layer, Module) else out)
        return out

    def parameters(self) -> list[Value]:
        """Those of the parts, one after the other."""
        return [p for layer in self.layers if isinstance(layer, Module) for p in layer.parameters()]

    def __repr__(self) -> str:
        parts = [str(part) if isinstance(part, Module) else getattr(part, "__name__", repr(part))
                 for part in self.layers]
        return f"{self._kind} of [{', '.join(parts)}]"


class MLP(Sequential):
    """A multi-layer perceptron: layers of `nouts` neurons one after the other, the last one linear.

    Keywords are those of Neuron, for all layers; `nonlin` given says it for the last layer as well. Raises
    TypeError where `nouts` are no sizes.
    """

    _kind = "MLP"  # also of a class that is made of it, as in micrograd

    def __init__(self, nin: int, nouts: Sequence[int], nonlin: bool | None = None, activation: str = "relu",
                 seed: int | random.Random | None = None) -> None:
        given: Any = nouts
        if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
            as_list = f", as [{given}]" if isinstance(given, int) else f", not {shown(given)}"
            raise TypeError(f"MLP takes the sizes of its layers as a list{as_list}")
        draws = None if seed is None else _generator(seed)
        sizes = [nin, *nouts]
        last = len(sizes) - 2
        super().__init__(*[Layer(sizes[i], sizes[i + 1], nonlin=i != last if nonlin is None else nonlin,
                                 activation=activation, seed=draws) for i in range(last + 1)])

def _generator(seed: int | random.Random) -> random.Random:
    """What draws the weights; raises TypeError for a seed that is none."""
    try:
        return seed if isinstance(seed, random.Random) else random.Random(seed)
    except TypeError:
        raise TypeError(f"a seed is a whole number or a random.Random, not {shown(seed)}") from None


def _count(n: Any, kind: str, things: str) -> int:
    """A number of inputs or of neurons; raises TypeError or ValueError where it is none."""
    try:
        count = operator.index(n)
    except TypeError:
        raise TypeError(f"{kind} takes a whole number of {things}, not {shown(n)}") from None
    if count < 0:
        raise ValueError(f"{kind} takes a number of {things}, not {n}")
    return count


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"


def _listed(module: str, x: Any, things: str = "inputs") -> list[Any]:
    """Inputs that are told one by one; raises TypeError where they are not."""
    try:
        return list(x)
    except TypeError:
        raise TypeError(f"{module} takes its {things} as a list, not {shown(x)}") from None


def _refuse_strange(module: str, inputs: Iterable[Any]) -> None:
    """Raises TypeError for the first of the inputs that is neither a Value nor a number, if one is."""
    for at, x in enumerate(inputs, 1):
        try:
            isinstance(x, Value) or number(x)
        except (TypeError, ValueError):
            raise TypeError(f"input {at} of {module} is {shown(x)}, which is no number") from None


def _ways(module: Module) -> dict[int, tuple[str, Value]]:
    """The way to each Value below a module, by its identity; of several the nearest."""
    ways: dict[int, tuple[str, Value]] = {}
    seen: set[int] = set()
    waiting: deque[tuple[str, Any]] = deque([("", module)])
    while waiting:
        way, thing = waiting.popleft()
        if isinstance(thing, Value):
            ways.setdefault(id(thing), (way, thing))
            continue
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Module):
            waiting.extend((f"{way}.{name}".lstrip("."), part) for name, part in vars(thing).items())
        elif isinstance(thing, Mapping):
            waiting.extend((f"{way}[{key!r}]", part) for key, part in thing.items())
        elif isinstance(thing, (list, tuple)):
            waiting.extend((f"{way}[{at}]", part) for at, part in enumerate(thing))
    return ways


def _label(module: Module) -> None:
    """The leaves that it holds are labelled by their names, unless somebody has called one otherwise."""
    for way, p in _ways(module).values():
        if not p.label or way.endswith(f".{p.label}"):
            p.label = way


def _number(given: Any, name: str) -> float:
    """A number of a state as a float; raises ValueError where it is none."""
    try:
        return number(given)
    except (TypeError, ValueError):
        raise ValueError(f"{name} of the state is {shown(given)}, which is no number") from None
