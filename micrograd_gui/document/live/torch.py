"""PyTorch: the graph behind a scalar, read through `grad_fn`; PyTorch itself is never imported."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from micrograd import ieee
from micrograd.foreign import same
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.live_graph import LiveBuilder, LiveGraph
from micrograd_gui.document.live.values import plain_number
from micrograd_gui.document.text import spoken

_UNARY = ("tanh", "exp", "log", "relu", "sigmoid", "sin", "cos", "sqrt", "abs", "neg")
_BINARY = {"Add": "+", "Sub": "-", "Rsub": "-", "Mul": "*", "Div": "/"}
_ALONE = (
    "Clone",
    "ToCopy",
    "Alias",
    "View",
    "Squeeze",
    "Unsqueeze",
    "Select",
    "ReshapeAlias",
    "Permute",
    "T",
    "Sum",
    "Mean",
)  # of one number: that number


@dataclass(slots=True, eq=False)
class _Item:
    """A node to be: a leaf, a constant, or a function of PyTorch's graph; ``data`` is None while unknown."""

    thing: Any
    op: str | None = None
    operands: list[_Item] = field(default_factory=list)
    data: float | None = None
    grad: float | None = None
    label: str = ""


_SINGLE = 1e-5  # what rounding may make of a number of single precision in a graph, relative to its size


def capture_tensor(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind a tensor with one number, its nodes called as the caller's tensors are.

    Raises Refusal for other tensors, and for ops that are not in the table.
    """
    reading = _Reading(sys.modules["torch"].Tensor, names)
    order = reading.order(root)
    order[-1].data = _number(root)
    _fill(order)
    builder = LiveBuilder()
    for item in order:
        if item.data is None:
            raise Refusal(
                "PyTorch does not keep a constant of this graph: make it a tensor with requires_grad=True; "
                "where backward() was called, call it with retain_graph=True."
            )
        builder.add(item, item.op, item.operands, item.label, item.data, item.grad)
    found = builder.finish(order[-1])
    rounding = found.rounding if str(root.dtype) == "torch.float64" else _SINGLE
    objects = {node: item.thing for node, item in found.objects.items()}
    return replace(found, objects=objects, rounding=rounding)


class _Reading:
    """Functions and leaf tensors as items, each of them once."""

    def __init__(self, tensor: type, names: Mapping[str, Any]) -> None:
        self.items: dict[int, _Item] = {}
        self.leaf_names: dict[int, str] = {}
        self.tensors: dict[int, tuple[str, Any]] = {}  # of functions that the caller holds a result of
        self.held: list[Any] = []  # an identity means something only while its object lives
        for name, thing in names.items():
            if isinstance(thing, tensor) and getattr(thing, "grad_fn", None) is not None:
                self.held.append(thing.grad_fn)  # type: ignore[attr-defined]  # a tensor has one
                self.tensors.setdefault(id(self.held[-1]), (name, thing))
            else:
                self.leaf_names.setdefault(id(thing), name)

    def order(self, root: Any) -> list[_Item]:
        """The items, operands first, the root last; without recursion. Raises Refusal."""
        _single(root.numel())
        if root.grad_fn is None:
            if not root.requires_grad:
                raise Refusal(
                    "There is no graph behind this tensor: PyTorch keeps one only of tensors with "
                    "requires_grad=True, and outside torch.no_grad()."
                )
            return [self.leaf(root)]
        self.tensors.setdefault(id(root.grad_fn), ("", root))
        order: dict[_Item, None] = {}
        stack: list[tuple[Any, bool]] = [(root.grad_fn, False)]
        while stack:
            fn, operands_done = stack.pop()
            if operands_done:
                order |= dict.fromkeys(self.function(fn))
            elif id(fn) not in self.items:
                self.held.append(fn)
                stack.append((fn, True))
                stack += [(each, False) for each, _ in reversed(fn.next_functions) if each is not None]
        return list(order)

    def leaf(self, tensor: Any) -> _Item:
        """The item of a leaf or constant tensor."""
        if id(tensor) not in self.items:
            self.held.append(tensor)
            grad = None if not tensor.is_leaf or tensor.grad is None else _number(tensor.grad)
            name = self.leaf_names.get(id(tensor), "")
            self.items[id(tensor)] = _Item(tensor, data=_number(tensor), grad=grad, label=name)
        return self.items[id(tensor)]

    def function(self, fn: Any) -> list[_Item]:
        """The items that a function brings along: constants and itself; its operands are there already."""
        if id(fn) in self.items:
            return []
        if hasattr(fn, "variable"):  # AccumulateGrad: where a leaf receives its gradient
            self.items[id(fn)] = self.leaf(fn.variable)
            return [self.items[id(fn)]]
        for made in getattr(fn, "_input_metadata", ()):  # what reaches its backward is shaped as its result
            _single(math.prod(made.shape))
        kind = re.sub(r"Backward\d*$", "", fn.name())
        sources = [self.items[id(each)] if each is not None else None for each, _ in fn.next_functions]
        if kind in _ALONE and len(sources) == 1 and sources[0] is not None:
            self.items[id(fn)] = sources[0]
            self._described(fn, sources[0])
            return [sources[0]]
        new = _Item(fn)
        made = self._operands(fn, kind, sources, new)
        self.items[id(fn)] = new
        self._described(fn, new)
        return [*made, new]

    def _operands(self, fn: Any, kind: str, sources: list[_Item | None], new: _Item) -> list[_Item]:
        """Fills in op and operands; gives the constants and factors that had to be made."""
        result = _saved(fn, "result")
        new.data = None if result is None else _number(result)
        if kind.lower() in _UNARY and len(sources) == 1:
            new.op = kind.lower()
            return self._wired(fn, new, [*sources])
        if kind == "Reciprocal":
            new.op = "**-1"
            return self._wired(fn, new, [*sources])
        if kind == "Pow":
            exponent = _saved(fn, "exponent")
            if exponent is not None and not hasattr(exponent, "item"):  # a plain number
                new.op = op_of(f"**{exponent}").name
                return self._wired(fn, new, [*sources])
            new.op = "**"
            return self._wired(fn, new, [None, *sources] if len(sources) == 1 else sources)
        if kind in _BINARY:
            new.op = _BINARY[kind]
            pair = [None, *sources] if kind == "Rsub" and len(sources) == 1 else [*sources]
            if kind == "Rsub" and len(sources) == 2:
                pair.reverse()
            pair += [None] * (2 - len(pair))
            made = self._wired(fn, new, pair)
            return made + self._scaled(fn, new, 0 if kind == "Rsub" and len(sources) == 2 else 1)
        raise Refusal(
            f"The op “{spoken(kind)}” of PyTorch is not in the table of ops, so the graph cannot be opened."
        )

    def _wired(self, fn: Any, new: _Item, sources: list[_Item | None]) -> list[_Item]:
        """Puts the operands on their ports, constants where PyTorch has no function; gives the constants."""
        made = []
        for port, source in enumerate(sources):
            saved = _saved(fn, ("self", "exponent" if new.op == "**" else "other")[port])
            if source is None:
                source = self.leaf(saved) if hasattr(saved, "is_leaf") else _Item(None)
                source.data = _number(saved) if saved is not None else None
                made.append(source)
            elif source.data is None and saved is not None:
                source.data = _number(saved)
            new.operands.append(source)
        return made

    def _scaled(self, fn: Any, new: _Item, port: int) -> list[_Item]:
        """torch.add(a, b, alpha=2) is a + 2·b: the factor becomes nodes of its own."""
        alpha = getattr(fn, "_saved_alpha", 1)
        if alpha == 1:
            return []
        factor = _Item(None, data=float(alpha))
        product = _Item((fn, "alpha"), "*", [factor, new.operands[port]])
        new.operands[port] = product
        return [factor, product]

    def _described(self, fn: Any, item: _Item) -> None:
        """What the caller's own tensor says of it: a name, its number, a gradient that was kept."""
        name, tensor = self.tensors.get(id(fn), ("", None))
        item.label = item.label or name
        if tensor is not None:
            item.data = _number(tensor)
            if tensor.retains_grad and tensor.grad is not None:
                item.grad = _number(tensor.grad)


def _fill(order: list[_Item]) -> None:
    """The numbers that follow from others: results from operands, and a constant from what it went into."""
    guessed: list[_Item] = []
    changed = True
    while changed:
        changed = False
        for item in order:
            unknown = [each for each in item.operands if each.data is None]
            if item.op is not None and not unknown and item.data is None:
                item.data = _computed(item)
                changed = True
        for item in reversed(order):
            unknown = [each for each in item.operands if each.data is None]
            if item.data is None or len(unknown) != 1:
                continue
            if item.op in ("+", "-"):
                unknown[0].data = _solved(item, unknown[0])
            elif item.op in _INVERSE:
                unknown[0].data = _INVERSE[item.op](item.data)
                guessed.append(unknown[0])
            changed = changed or unknown[0].data is not None
    for item in order:  # from the constants that were found by them, they can be computed exactly
        if item in guessed and item.operands and all(each.data is not None for each in item.operands):
            item.data = _computed(item)


def _computed(item: _Item) -> float:
    return float(op_of(item.op or "").forward(*(each.data for each in item.operands)))


def _solved(item: _Item, unknown: _Item) -> float:
    """The operand that gives this result; of those that do so, the one with the fewest digits."""
    out = item.data or 0.0
    x, y = item.operands
    if x is y:
        return out / 2
    known = (y if unknown is x else x).data or 0.0
    found = out - known if item.op == "+" else out + known if unknown is x else known - out
    for digits, tolerance in ((6, 1e-11), (9, 1e-13), (12, 4e-16), (15, 4e-16)):
        short = float(f"{found:.{digits}g}")
        operands = (short, known) if unknown is x else (known, short)
        if same(op_of(item.op or "").forward(*operands), out, tolerance):
            return short
    return found


def _atanh(y: float) -> float | None:
    return 0.5 * (math.log1p(y) - math.log1p(-y)) if abs(y) < 1 else None


_INVERSE: dict[str, Callable[[float], float | None]] = {
    "neg": lambda y: -y,
    "tanh": _atanh,
    "sigmoid": lambda y: math.log(y) - math.log1p(-y) if 0 < y < 1 else None,
    "exp": lambda y: math.log(y) if 0 < y < math.inf else None,
    "log": ieee.exp,
    "sqrt": lambda y: y * y,
    "relu": lambda y: y if y > 0 else None,
}


def _saved(fn: Any, name: str) -> Any:
    """What PyTorch saved for the backward pass; None where it did not, or has freed it since."""
    try:
        return getattr(fn, f"_saved_{name}", None)
    except RuntimeError:  # "Trying to backward through the graph a second time": it is freed
        return None


def _single(count: int) -> None:
    if count != 1:
        raise Refusal(f"A tensor of {count} numbers cannot be opened: a graph is of single numbers.")


def _number(tensor: Any) -> float:
    if hasattr(tensor, "numel"):
        _single(tensor.numel())
        tensor = tensor.item()
    if isinstance(tensor, complex):
        raise Refusal("A complex number cannot be opened: a graph is of real numbers.")
    return plain_number(tensor, "A tensor")
