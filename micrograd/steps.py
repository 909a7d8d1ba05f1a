"""The backward pass seen from inside, one move at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from micrograd.engine import Value, acting


class EdgeGradient(NamedTuple):
    """One term of the chain rule: operand.grad went from before to after = before + slope × upstream.

    Attributes:
        operand: the node whose grad was added to.
        port: which operand of the acting node that is, from 0.
        slope: d acting node / d operand.
        upstream: the grad of the acting node.
        amount: slope × upstream.
        before, after: the operand's grad.
    """

    operand: Value
    port: int
    slope: float
    upstream: float
    amount: float
    before: float
    after: float


class BackwardStep(NamedTuple):
    """One move of the backward pass.

    Attributes:
        node: the node that acted, or the root in the first move, which is the seed.
        contributions: what its operands received, in their order; empty for the seed.
        before: the node's grad before: before the seed was set, else what it passes on.
    """

    node: Value
    contributions: tuple[EdgeGradient, ...]
    before: float


def backward_steps(root: Value, first: Sequence[Value] = ()) -> Iterator[BackwardStep]:
    """`backward()`, one move at a time: the seed, root.grad = 1, then each op; done when it is yielded.

    Those in `first` act before all others, in that order, as calls of their `_backward()` by hand would.
    The gradients are right where each of them comes after all that use it.
    """
    order = acting(root)
    if first:
        early = set(first)
        order = [node for node in order if node not in early] + [*reversed(first)]
    before, root.grad = root.grad, 1.0
    yield BackwardStep(root, (), before)
    for node in reversed(order):
        if node._operands or node._rule:  # a lone root acts only where a user gave it a `_backward`
            before = node.grad
            yield BackwardStep(node, tuple(_contributions(node)), before)


def _contributions(node: Value) -> Iterator[EdgeGradient]:
    """Does what `node._backward()` does, and tells each term: the engine's own slopes, added in its order."""
    upstream = node.grad
    if node.op is not None:
        for port, (x, slope) in enumerate(zip(node._operands, node._slopes(), strict=True)):
            before, amount = x.grad, slope * upstream
            x.grad += amount
            yield EdgeGradient(x, port, slope, upstream, amount, before, x.grad)
    else:  # a user's own `_backward` is run and watched
        befores = {x: x.grad for x in node._operands}
        node._backward()
        for port, (x, before) in enumerate(befores.items()):
            amount = x.grad - before
            slope = amount / upstream if upstream else 0.0
            yield EdgeGradient(x, port, slope, upstream, amount, before, x.grad)
