"""Values of another micrograd → Graph: karpathy/micrograd's package, and the class of the lecture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from micrograd.ops import Op
from micrograd_gui.document.capture import Captured, Growing, plain_number, rule_of, same, unknown_op


def captured_foreign(root: Any) -> Captured:
    """The graph behind such a value, and the live values of its nodes.

    `_prev` is a set there: it holds ``a`` once for ``a * a``, and in no order. The order is taken from the
    closure that computes the slopes, else it is one that gives the number that came out.
    """
    growing = Growing()
    for value in _order(root):
        label = str(getattr(value, "label", "") or "")
        data = plain_number(value.data, label or "A value")
        operands = list(value._prev)
        rule = _rule(value, operands, label) if operands else None
        if rule is not None:
            operands = _in_order(value, rule, operands, growing, data)
        inputs = tuple(growing.ids[id(each)] for each in operands)
        node = growing.add(value, None if rule is None else rule.name, inputs, label, data)
        growing.grad[node] = plain_number(value.grad, f"{label or 'A value'}.grad")
    return growing.captured(root)


def _order(root: Any) -> Iterator[Any]:
    """Operands first, without recursion; (self, other) where that is told, not as a set happens to be."""
    seen: set[int] = set()
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        value, done = stack.pop()
        if done:
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            stack.append((value, True))
            stack.extend((each, False) for each in reversed(_told(value)) if id(each) not in seen)


def _rule(value: Any, operands: list[Any], label: str) -> Op:
    text = str(value._op)
    rule = rule_of(text)
    once = rule is not None and rule.arity == 2 and len(operands) == 1
    if rule is None or not (rule.arity == len(operands) or once):
        raise unknown_op(text, label)
    return rule


def _in_order(value: Any, rule: Op, operands: list[Any], growing: Growing, data: float) -> list[Any]:
    if rule.arity != 2:
        return operands
    if len(operands) == 1:
        return operands * 2
    told = _told(value)
    numbers = {id(each): growing.data[growing.ids[id(each)]] for each in operands}
    for order in (told, *map(list, permutations(told))):
        if same(rule.forward(*(numbers[id(each)] for each in order)), data):
            return order
    return told


def _told(value: Any) -> list[Any]:
    """The operands; where the closure of `_backward` holds them, as (self, other)."""
    operands = list(value._prev)
    if len(operands) < 2:
        return operands
    backward = getattr(value, "_backward", None)
    names = getattr(getattr(backward, "__code__", None), "co_freevars", ())
    cells = dict(zip(names, getattr(backward, "__closure__", None) or (), strict=False))
    order: list[Any] = []
    for name in ("self", "other"):
        try:
            found = cells[name].cell_contents
        except (KeyError, ValueError):  # there is no such variable, or it was never set
            continue
        order += [each for each in operands if each is found and not any(each is one for one in order)]
    return order if len(order) == len(operands) else operands
