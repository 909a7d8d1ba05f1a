"""Optim: how parameters follow their gradients: the rules of SGD, momentum and Adam, and what applies them.

A rule is a plain function of numbers, or of arrays of one shape: the window trains by these very functions,
on columns of numpy, and `SGD` and `Adam` apply them to Values one by one.

    optim = SGD(model.parameters(), lr=0.05, momentum=0.9)
    optim.zero_grad(); loss.backward(); optim.step()
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from micrograd.engine import Value
from micrograd.ieee import shown

__all__ = ["SGD", "Adam", "Optim", "adam", "momentum", "sgd"]
Moments = tuple[Any, ...]  # what a rule remembers of a parameter from step to step
Rule = Callable[[Any, Any, float, Moments, int], tuple[Any, Moments]]


def sgd(p: Any, grad: Any, rate: float, moments: Moments, k: int) -> tuple[Any, Moments]:
    """p − rate × grad. Gives the parameter after step k, counted from 0, and the moments after it: none."""
    return p - rate * grad, ()


def momentum(p: Any, grad: Any, rate: float, moments: Moments, k: int,
             decay: float = 0.9) -> tuple[Any, Moments]:
    """v = decay × v + grad; p − rate × v: PyTorch's form of Polyak's heavy ball (1964). `moments` is (v,)."""
    velocity = decay * moments[0] + grad
    return p - rate * velocity, (velocity,)


_rolling = momentum  # by this name where `momentum` is a number


def adam(p: Any, grad: Any, rate: float, moments: Moments, k: int, betas: tuple[float, float] = (0.9, 0.999),
         eps: float = 1e-8) -> tuple[Any, Moments]:
    """Kingma and Ba 2015, algorithm 1, with the constants it proposes. `moments` are the means (m, v)."""
    mean = betas[0] * moments[0] + (1 - betas[0]) * grad
    square = betas[1] * moments[1] + (1 - betas[1]) * grad * grad
    unbiased = mean / (1 - betas[0] ** (k + 1))
    spread = (square / (1 - betas[1] ** (k + 1))) ** 0.5
    return p - rate * unbiased / (spread + eps), (mean, square)


class Optim:
    """Parameters and a rule by which they follow their gradients. Each parameter counts once.

    Raises TypeError where something is no Value, and ValueError where there is none or a number is out of
    its range.

    Attributes:
        parameters: the Values that a step changes.
        lr: how far a step goes; may be set anew between two steps.
        k: how many steps have been made.
    """

    def __init__(self, parameters: Iterable[Value], lr: float, rule: Rule, columns: int) -> None:
        """`rule` is one such as `sgd`, which remembers `columns` numbers of each parameter, 0 at first."""
        if not isinstance(parameters, Iterable):
            raise TypeError(f"an optimiser takes its parameters as a list, not {shown(parameters)}")
        given: list[Any] = list(parameters)
        for p in given:
            if not isinstance(p, Value):
                raise TypeError(f"an optimiser changes Values, not {shown(p)}")
        self.parameters: list[Value] = list(dict.fromkeys(given))
        if not self.parameters:
            raise ValueError("an optimiser needs parameters, and there are none")
        self.lr = _within(lr, "lr", 0.0, math.inf)
        self.k = 0
        self._rule = rule
        self._moments: list[Moments] = [(0.0,) * columns] * len(self.parameters)

    def zero_grad(self) -> None:
        """Sets the grads of the parameters to 0."""
        for p in self.parameters:
            p.grad = 0.0

    def step(self) -> None:
        """One step: each parameter's data follows its grad."""
        for at, p in enumerate(self.parameters):
            p.data, self._moments[at] = self._rule(p.data, p.grad, self.lr, self._moments[at], self.k)
        self.k += 1


class SGD(Optim):
    """Gradient descent, p −= lr × p.grad; with `momentum` it rolls on. The steps of `torch.optim.SGD`."""

    def __init__(self, parameters: Iterable[Value], lr: float, momentum: float = 0.0) -> None:
        decay = _within(momentum, "momentum", 0.0, 1.0)
        if decay == 0:
            super().__init__(parameters, lr, sgd, columns=0)
        else:
            super().__init__(parameters, lr, partial(_rolling, decay=decay), columns=1)


class Adam(Optim):
    """Steps of about one `lr` per parameter, whatever its gradient. The steps of `torch.optim.Adam`."""

    def __init__(self, parameters: Iterable[Value], lr: float = 1e-3,
                 betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        given: Any = betas
        if not isinstance(given, (tuple, list)) or len(given) != 2:
            raise TypeError(f"betas are two numbers, as (0.9, 0.999), not {shown(given)}")
        decays = (_within(betas[0], "betas[0]", 0.0, 1.0), _within(betas[1], "betas[1]", 0.0, 1.0))
        floor = _within(eps, "eps", 0.0, math.inf)
        super().__init__(parameters, lr, partial(adam, betas=decays, eps=floor), columns=2)


def _within(number: Any, name: str, low: float, below: float) -> float:
    """The number as a float, from `low` to less than `below`; raises TypeError or ValueError."""
    try:
        value = float(number)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is a number, not {shown(number)}") from None
    if not low <= value < below:
        upto = "" if below == math.inf else f" and less than {below:g}"
        raise ValueError(f"{name} is {low:g} or more{upto}, not {value:g}")
    return value
