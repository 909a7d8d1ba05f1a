"""PyTorch: the graph behind a scalar, read through `grad_fn`; PyTorch itself is never imported."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.live_graph import LiveBuilder, LiveGraph
from micrograd_gui.document.live.torch_composed import composed, is_composed
from micrograd_gui.document.live.torch_constants import (
    DOUBLE,
    SINGLE,
    Item,
    Working,
    is_freed,
    kind_of,
    number_of,
    saved_by,
    written_once,
)
from micrograd_gui.document.live.torch_gradients import agrees, work_out_by_gradients
from micrograd_gui.document.live.torch_trials import work_out_by_trial
from micrograd_gui.document.text import spoken

_UNARY = (
    "tanh", "exp", "log", "relu", "sigmoid", "sin", "cos", "sqrt", "abs", "neg",
    "softplus", "silu", "gelu", "tan", "atan", "sinh", "cosh", "log1p", "expm1", "erf",
)  # fmt: skip
_BINARY = {"Add": "+", "Sub": "-", "Rsub": "-", "Mul": "*", "Div": "/", "Maximum": "max", "Minimum": "min"}
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


_MOST_HELD = 100  # numbers
_TRIES = 60  # of what may stand for operands that are kept no longer
_TRIALS = 4  # of what may stand for what is kept no longer
_SINGLE = 1e-5  # what rounding may make of a number of single precision in a graph, relative to its size


def capture_tensor(root: Any, names: Mapping[str, Any]) -> LiveGraph:
    """The graph behind a tensor with one number, its nodes called as the caller's tensors are.

    Raises Refusal for other tensors, and for ops that are not in the table.
    """
    double = str(root.dtype) == "torch.float64"
    order = _known(root, names, DOUBLE if double else SINGLE)
    builder = LiveBuilder()
    for item in order:
        assert item.data is not None
        builder.add(item, item.op, item.operands, item.label, item.data, item.grad)
    found = builder.finish(order[-1])
    rounding = found.rounding if double else _SINGLE
    objects = {node: item.thing for node, item in found.objects.items()}
    return replace(found, objects=objects, rounding=rounding)


def _held(names: Mapping[str, Any]) -> dict[float, str]:
    """The numbers that the caller holds, with the names of those that are tensors."""
    found: dict[float, str] = {}
    for name, thing in names.items():
        if isinstance(thing, int | float) and not isinstance(thing, bool) and math.isfinite(thing):
            found.setdefault(float(thing), "")
        elif hasattr(thing, "grad_fn") and not thing.requires_grad and thing.numel() == 1:
            found[_number(thing)] = name
        if len(found) >= _MOST_HELD:
            break
    return found


def _known(root: Any, names: Mapping[str, Any], precision: float) -> list[Item]:
    """The items behind a tensor, each with its number. Raises Refusal."""
    waiting: list[tuple[Working, bool]] = []
    for order, chosen in _readings(root, names):
        order[-1].data = _number(root)
        working = Working(order, precision)
        before = [item.data for item in order]
        working.fill()
        if not working.is_whole:
            work_out_by_gradients(working)
        if working.is_whole and agrees(order, before, math.sqrt(precision), chosen=chosen):
            return order
        waiting.append((working, chosen))
    if len(waiting) == 1 and waiting[0][0].is_whole and not waiting[0][1]:
        return list(waiting[0][0].order)  # PyTorch keeps all of it
    held = _held(names)
    for working, chosen in [each for each in waiting if not each[0].is_whole][:_TRIALS]:
        work_out_by_trial(working, held, chosen=chosen)
        if working.is_whole:
            return list(working.order)
    if is_freed(root.grad_fn):
        raise Refusal(
            tr(
                "PyTorch does not keep a constant of this graph, and it does not follow from the "
                "numbers: show the tensor before backward(), or call it with retain_graph=True, or "
                "make the constant a tensor with requires_grad=True."
            )
        )
    raise Refusal(
        tr(
            "PyTorch does not keep a constant of this graph, and it does not follow from the "
            "numbers: make the constant a tensor with requires_grad=True."
        )
    )


def _readings(root: Any, names: Mapping[str, Any]) -> Iterator[tuple[list[Item], bool]]:
    """The items behind it, for each choice of what stands for what PyTorch lost; whether a tensor does."""
    torch = sys.modules["torch"]
    if root.grad_fn is not None and root.numel() == 1:
        from micrograd_gui.document.live.torch_vectors import of_vectors  # numpy

        if of_vectors(root):
            yield from _unrollings(root, torch, names, _UNARY)
            return
    yield _Reading(torch.Tensor, names).order(root), False


def _unrollings(
    root: Any, torch: Any, names: Mapping[str, Any], unary: Iterable[str]
) -> Iterator[tuple[list[Item], bool]]:
    """The graph behind that tensor unrolled, once for each choice of what stands for what PyTorch lost.

    With each of them, whether a tensor that the caller holds stands for one.
    Raises Refusal where none of them can be.
    """
    from micrograd_gui.document.live.torch_vectors import Unrolling

    choices: list[int] = []
    refused: Refusal | None = None
    for _ in range(_TRIES):
        reading = Unrolling(torch, names, unary, choices)
        try:
            order = reading.order(root)
        except Refusal as refusal:
            refused = refused or refusal
        else:
            yield order, reading.lends
        choices = [*choices, *[0] * len(reading.offers)][: len(reading.offers)]
        while choices and choices[-1] + 1 >= reading.offers[len(choices) - 1]:
            choices.pop()
        if not choices:
            break
        choices[-1] += 1
    if refused is not None:
        raise refused


class _Reading:
    """Functions and leaf tensors as items, each of them once."""

    def __init__(self, tensor: type, names: Mapping[str, Any]) -> None:
        self.items: dict[int, Item] = {}
        self.uses: dict[int, list[str]] = {}  # of each function: the kinds of those that take its result
        self.leaf_names: dict[int, str] = {}
        self.tensors: dict[int, tuple[str, Any]] = {}  # of functions that the caller holds a result of
        self.held: list[Any] = []  # an identity means something only while its object lives
        for name, thing in names.items():
            if isinstance(thing, tensor) and getattr(thing, "grad_fn", None) is not None:
                self.held.append(thing.grad_fn)  # type: ignore[attr-defined]  # a tensor has one
                self.tensors.setdefault(id(self.held[-1]), (name, thing))
            else:
                self.leaf_names.setdefault(id(thing), name)

    def order(self, root: Any) -> list[Item]:
        """The items, operands first, the root last; without recursion. Raises Refusal."""
        _single(root.numel())
        if root.grad_fn is None:
            if not root.requires_grad:
                raise Refusal(
                    tr(
                        "There is no graph behind this tensor: PyTorch keeps one only of tensors with "
                        "requires_grad=True, and outside torch.no_grad()."
                    )
                )
            return [self.leaf(root)]
        self.tensors.setdefault(id(root.grad_fn), ("", root))
        order: dict[Item, None] = {}
        stack: list[tuple[Any, bool]] = [(root.grad_fn, False)]
        while stack:
            fn, operands_done = stack.pop()
            if operands_done:
                order |= dict.fromkeys(self.function(fn))
            elif id(fn) not in self.items:
                self.held.append(fn)
                stack.append((fn, True))
                following = [each for each, _ in fn.next_functions if each is not None]
                stack += [(each, False) for each in reversed(following)]
                for each in following:
                    self.uses.setdefault(id(each), []).append(kind_of(fn))
        for fn in self.held:
            if hasattr(fn, "variable"):
                self.items[id(fn)].once = written_once(fn.variable, self.uses[id(fn)])
        return list(order)

    def leaf(self, tensor: Any) -> Item:
        """The item of a leaf or constant tensor."""
        if id(tensor) not in self.items:
            self.held.append(tensor)
            grad = None if not tensor.is_leaf or tensor.grad is None else _number(tensor.grad)
            name = self.leaf_names.get(id(tensor), "")
            self.items[id(tensor)] = Item(tensor, data=_number(tensor), grad=grad, label=name)
        return self.items[id(tensor)]

    def function(self, fn: Any) -> list[Item]:
        """The items that a function brings along: constants and itself; its operands are there already."""
        if id(fn) in self.items:
            return []
        if hasattr(fn, "variable"):  # AccumulateGrad: where a leaf receives its gradient
            self.items[id(fn)] = self.leaf(fn.variable)
            return [self.items[id(fn)]]
        for made in getattr(fn, "_input_metadata", ()):  # what reaches its backward is shaped as its result
            _single(math.prod(made.shape))
        kind = kind_of(fn)
        sources = [self.items[id(each)] if each is not None else None for each, _ in fn.next_functions]
        if kind in _ALONE and len(sources) == 1 and sources[0] is not None:
            self.items[id(fn)] = sources[0]
            self._described(fn, sources[0])
            return [sources[0]]
        new = Item(fn)
        made = self._operands(fn, kind, sources, new)
        self.items[id(fn)] = new
        self._described(fn, new)
        return [*made, new]

    def _operands(self, fn: Any, kind: str, sources: list[Item | None], new: Item) -> list[Item]:
        """Fills in op and operands; gives the constants and factors that had to be made."""
        result = saved_by(fn, "result")
        new.data = None if result is None else _number(result)
        if kind == "MseLoss" or is_composed(fn, kind):
            return self._composed(fn, kind, sources, new)
        if kind == "LeakyRelu":
            new.op = "leaky_relu"
            return self._wired(fn, new, [*sources])
        if kind.lower() in _UNARY and len(sources) == 1:
            new.op = kind.lower()
            return self._wired(fn, new, [*sources])
        if kind == "Reciprocal":
            new.op = "**-1"
            return self._wired(fn, new, [*sources])
        if kind == "Pow":
            exponent = saved_by(fn, "exponent")
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
            tr(
                "The op “{op}” of PyTorch is not in the table of ops, so the graph cannot be opened.",
                op=spoken(kind),
            )
        )

    def _wired(self, fn: Any, new: Item, sources: list[Item | None]) -> list[Item]:
        """Puts the operands on their ports, constants where PyTorch has no function; gives the constants."""
        made = []
        for port, source in enumerate(sources):
            saved = saved_by(fn, ("self", "exponent" if new.op == "**" else "other")[port])
            if source is None:
                source = self.leaf(saved) if hasattr(saved, "is_leaf") else Item(None)
                source.data = _number(saved) if saved is not None else None
                made.append(source)
            elif source.data is None and saved is not None:
                source.data = _number(saved)
            new.operands.append(source)
        return made

    def _composed(self, fn: Any, kind: str, sources: list[Item | None], new: Item) -> list[Item]:
        """What PyTorch has as one op and the table has not, in nodes that come to it; gives all but new."""
        made: list[Item] = []

        def constant(number: float) -> Item:
            made.append(Item(None, data=_number(number)))
            return made[-1]

        def node(op: str, *operands: Item) -> Item:
            made.append(Item((fn, len(made)), op, list(operands)))
            return made[-1]

        x = sources[0]
        saved = saved_by(fn, "self")
        if x is None:
            x = self.leaf(saved) if hasattr(saved, "is_leaf") else constant(math.nan)
            made.append(x)
        elif x.data is None and saved is not None:
            x.data = _number(saved)
        if kind == "MseLoss":
            y = sources[1] if len(sources) > 1 else None
            target = saved_by(fn, "target")
            if y is None:
                y = self.leaf(target) if target is not None else Item(None)
                made.append(y)
            new.op, new.operands = "**2", [node("-", x, y)]
        else:
            new.op, new.operands = composed(fn, kind, x, node, constant)
        return made

    def _scaled(self, fn: Any, new: Item, port: int) -> list[Item]:
        """torch.add(a, b, alpha=2) is a + 2·b: the factor becomes nodes of its own."""
        alpha = getattr(fn, "_saved_alpha", 1)
        if alpha == 1:
            return []
        factor = Item(None, data=float(alpha))
        product = Item((fn, "alpha"), "*", [factor, new.operands[port]])
        new.operands[port] = product
        return [factor, product]

    def _described(self, fn: Any, item: Item) -> None:
        """What the caller's own tensor says of it: a name, its number, a gradient that was kept."""
        name, tensor = self.tensors.get(id(fn), ("", None))
        item.label = item.label or name
        if tensor is not None:
            item.data = _number(tensor)
            if tensor.retains_grad and tensor.grad is not None:
                item.grad = _number(tensor.grad)


def _single(count: int) -> None:
    if count != 1:
        raise Refusal(
            tr("A tensor of {count} numbers cannot be opened: a graph is of single numbers.", count=count)
        )


def _number(tensor: Any) -> float:
    if hasattr(tensor, "numel"):
        _single(tensor.numel())
    return number_of(tensor)
