"""PyTorch's vectors and matrices, unrolled: a node for each number of each tensor."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any, cast

import numpy as np

from micrograd.language import N_, tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.torch_composed import composed, is_composed
from micrograd_gui.document.live.torch_constants import Item, kind_of, number_of, saved_by, written_once
from micrograd_gui.document.live.torch_losses import LOSSES, OVER_CLASSES, loss_at, over_classes
from micrograd_gui.document.live.torch_norms import NORMS, normed
from micrograd_gui.document.live.torch_reductions import (
    EXTREMES,
    OVER_NUMBERS,
    PRODUCTS,
    RUNNING,
    WITH_MEAN,
    extreme,
    over_numbers,
    product,
    refuse_filled,
    running,
    shape_at,
)
from micrograd_gui.document.live.torch_shapes import (
    CUTS,
    Items,
    along,
    are_classes,
    axes_of,
    broadcast,
    cut,
    given,
    is_freed,
    masks,
    signed,
    turned,
)
from micrograd_gui.document.text import spoken

MOST = 2_000  # nodes
_SHAPED = ("View", "UnsafeView", "ReshapeAlias", "Squeeze", "Unsqueeze", "Clone", "ToCopy", "Alias")
_BINARY = {"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Maximum": "max", "Minimum": "min"}
_SEVERAL = ("Unbind", *WITH_MEAN)  # results, of which one after the other is taken
_UNROLLED = (  # of numbers that are several, whatever comes of them
    *PRODUCTS, *LOSSES[1:], *OVER_CLASSES, "NllLoss", *CUTS[2:], *OVER_NUMBERS, *RUNNING, "Where",
)  # fmt: skip
_USUAL = (0.0, 1.0, -1.0)  # constants that nobody keeps
_SUM, _MEAN = 2, 1  # PyTorch's reductions of a loss


class Unrolling:
    """Functions and leaf tensors as arrays of items, each tensor once.

    ``unary`` are PyTorch's functions of one operand that are ops of the table by their own name. Where an
    operand is kept no longer, one of ``offers`` things may stand for it: a tensor that the caller holds, or
    constants that nobody knows; which of them is said by ``choices``, else it is the first.
    """

    def __init__(
        self, torch: Any, names: Mapping[str, Any], unary: Iterable[str], choices: Sequence[int] = ()
    ) -> None:
        self._unary = frozenset(unary)
        self._choices = choices
        self.offers: list[int] = []  # of each operand that is kept no longer, in the order they are come upon
        self.lends = False  # whether something stands for what is not kept: it must come out as PyTorch's
        self._lent = [each for each in names.values() if _is_lent(each, torch)]
        self._arrays: dict[int, Items] = {}
        self._held: list[Any] = []  # an identity means something only while its object lives
        self._items: list[Item] = []
        self._worked: dict[Item, float] = {}  # what follows from the leaves, as far as these are known
        self._uses: dict[int, list[str]] = {}  # of each function: the kinds of those that take its result
        self._leaf_names: dict[int, str] = {}
        self._results: dict[tuple[int, int], tuple[str, Any]] = {}  # by function and which of its results
        self._statistics: list[tuple[str, Any]] = []  # that layers keep of what they have normed
        for thing in names.values():
            if isinstance(thing, torch.nn.Module):
                self._statistics += thing.named_buffers()
                for part, tensor in (*thing.named_parameters(), *thing.named_buffers()):
                    self._leaf_names.setdefault(id(tensor), part)
        for name, thing in names.items():
            if isinstance(thing, torch.Tensor) and thing.grad_fn is not None:
                self._held.append(thing.grad_fn)
                self._results.setdefault((id(thing.grad_fn), thing.output_nr), (name, thing))
            else:
                self._leaf_names.setdefault(id(thing), name)

    def order(self, root: Any) -> list[Item]:
        """The items, operands first, the root last; without recursion. Raises Refusal."""
        self._results.setdefault((id(root.grad_fn), root.output_nr), ("", root))
        stack: list[tuple[Any, bool]] = [(root.grad_fn, False)]
        while stack:
            fn, operands_done = stack.pop()
            if operands_done:
                self._function(fn)
            elif id(fn) not in self._arrays:
                self._held.append(fn)
                stack.append((fn, True))
                following = [each for each, _ in fn.next_functions if each is not None]
                stack += [(each, False) for each in reversed(following)]
                for each in following:
                    self._uses.setdefault(id(each), []).append(kind_of(fn))
        for fn in self._held:
            if hasattr(fn, "variable"):
                once = written_once(fn.variable, self._uses[id(fn)])
                for _, item in _places(self._arrays[id(fn)]):
                    item.once = once
        last = given(self._source(root.grad_fn, root.output_nr)).item()
        before = self._items[: self._items.index(last)]
        needed, waiting = {last}, [last]
        while waiting:
            new = set(waiting.pop().operands) - needed
            needed |= new
            waiting += new
        # What nobody knows and nothing asks for, such as what `where` did not take, need not be found out.
        return [*(each for each in before if each in needed or each in self._worked), last]

    # Items ---------------------------------------------------------------------------------------

    def _new(self, op: str | None = None, *operands: Item, data: float | None = None) -> Item:
        if len(self._items) >= MOST:
            raise Refusal(tr("The tensors behind this one unroll into more than {most:,} nodes.", most=MOST))
        item = Item(None, op, list(operands), data)
        item.thing = item  # nothing of PyTorch's is one number of a tensor
        if op is None:
            number = data
        else:
            known = [self._worked.get(each) for each in operands]
            number = None if None in known else float(op_of(op).forward(*known))
        if number is not None:
            self._worked[item] = number
        self._items.append(item)
        return item

    def _leaf(self, tensor: Any) -> Items:
        if id(tensor) not in self._arrays:
            self._held.append(tensor)
            single = tensor.numel() == 1
            grads = tensor.grad if tensor.is_leaf and tensor.grad is not None else None
            name = self._leaf_names.get(id(tensor), "")
            found = np.empty(tuple(tensor.shape), object)
            for at in np.ndindex(found.shape):
                item = found[at] = self._new(data=number_of(tensor[at]))
                item.grad = None if grads is None else number_of(grads[at])
                item.label = name if single or not name else f"{name}[{','.join(map(str, at))}]"
                if single:
                    item.thing = tensor
            self._arrays[id(tensor)] = found
        return self._arrays[id(tensor)]

    def _constants(self, shape: tuple[int, ...], value: float | None = None) -> Items:
        found = np.empty(shape, object)
        for at in np.ndindex(shape):
            found[at] = self._new(data=value)
        return found

    def _shared(self) -> Callable[[Any], Item]:
        """What gives the leaf of a constant, the same one for the same number."""
        known: dict[float, Item] = {}

        def constant(number: Any) -> Item:
            number = number_of(number)
            if number not in known:
                known[number] = self._new(data=number)
            return known[number]

        return constant

    def _each(self, make: Callable[..., Item], *arrays: Items) -> Items:
        """What ``make`` gives for the items at each place, broadcast as PyTorch does."""
        full = np.broadcast_arrays(*arrays) if len(arrays) > 1 else arrays
        found = np.empty(full[0].shape, object)
        for at in np.ndindex(found.shape):
            found[at] = make(*(each[at] for each in full))
        return found

    def _op(self, op: str, *arrays: Items) -> Items:
        return self._each(lambda *operands: self._new(op, *operands), *arrays)

    def _sum(self, terms: Iterable[Item]) -> Item:
        return reduce(lambda x, y: self._new("+", x, y), terms)

    # Functions -----------------------------------------------------------------------------------

    def _function(self, fn: Any) -> None:
        if id(fn) in self._arrays:
            return
        if hasattr(fn, "variable"):  # AccumulateGrad: where a leaf receives its gradient
            self._arrays[id(fn)] = self._leaf(fn.variable)
            return
        kind = kind_of(fn)
        sources = [self._source(each, output) for each, output in fn.next_functions]
        shape = tuple(fn._input_metadata[0].shape)  # what reaches its backward is shaped as its result
        if kind in _SEVERAL:
            shape = (len(fn._input_metadata), *shape)
        found = self._made(fn, kind, sources, shape)
        found = self._arrays[id(fn)] = found.reshape(shape)
        if kind in _SEVERAL:
            for output, each in enumerate(found):
                self._described(fn, output, np.asarray(each, object))
            return
        if (result := saved_by(fn, "result")) is not None:
            for at, item in _places(found):
                item.data = number_of(result[at]) if item.data is None else item.data
        self._described(fn, 0, found)

    def _source(self, fn: Any, output: int) -> Items | None:
        """What a function gave, as the one of its results that is meant."""
        if fn is None:
            return None
        found = self._arrays[id(fn)]
        return np.asarray(found[output], object) if kind_of(fn) in _SEVERAL else found

    def _made(self, fn: Any, kind: str, sources: list[Items | None], shape: tuple[int, ...]) -> Items:
        x = self._operand(fn, sources, 0, "self")
        if kind in _SHAPED:
            return given(x).reshape(shape)
        if kind in ("T", "Transpose", "Permute"):
            return turned(fn, kind, given(x))
        if kind == "Expand":
            return np.broadcast_to(given(x), shape)
        if kind in CUTS:
            return cut(fn, kind, sources)
        if kind in ("Sum", "Mean", *EXTREMES, *OVER_NUMBERS, *RUNNING):
            return self._over_several(fn, kind, given(x))
        if kind == "Where":
            return self._taken(fn, sources, shape)
        if kind == "MaskedFill":
            refuse_filled(fn)
            return given(x)
        if kind in NORMS:
            return self._normed(fn, kind, sources)
        if kind in PRODUCTS:
            return self._product(fn, kind, sources, shape)
        if kind == "LeakyRelu" or is_composed(fn, kind):
            return self._composed(fn, kind, given(x))
        if kind.lower() in self._unary and len(sources) == 1:
            return self._op(kind.lower(), given(x))
        if kind == "Reciprocal":
            return self._op("**-1", given(x))
        if kind == "Pow" and not hasattr(saved_by(fn, "exponent"), "item"):
            return self._op(op_of(f"**{saved_by(fn, 'exponent')}").name, given(x))
        if kind in LOSSES:
            return self._loss(fn, kind, given(x), self._operand(fn, sources, 1, "target"))
        if kind == "NllLoss":
            return self._right_classes(fn, given(x))
        if kind in OVER_CLASSES:
            return self._over_classes(fn, kind, given(x))
        if kind == "Rsub":  # other − alpha × self
            other = self._operand(fn, sources, 1, "other")
            factor = self._constants((), float(fn._saved_alpha)) if fn._saved_alpha != 1 else None
            taken = given(x) if factor is None else self._op("*", factor, given(x))
            return self._op("-", self._beside(taken, shape) if other is None else other, taken)
        if kind in _BINARY:
            y = self._operand(fn, sources, 1, "other")
            x = self._beside(given(y), shape) if x is None else x
            y = self._beside(x, shape) if y is None else y
            if (alpha := getattr(fn, "_saved_alpha", 1)) != 1:
                y = self._op("*", self._constants((), float(alpha)), y)
            return self._op(_BINARY[kind], x, y)
        said = N_("The op “{op}” of PyTorch is not among those that are unrolled for vectors.")
        raise Refusal(tr(said, op=spoken(kind)))

    def _loss(self, fn: Any, kind: str, x: Items, target: Items | None) -> Items:
        """What a loss of PyTorch comes to, of predictions or logits and their targets."""
        if target is None:
            target = self._stand_in(x.shape.__eq__, x.shape)
        constant = self._shared()
        weight, positive = (saved_by(fn, name) for name in ("weight", "pos_weight"))
        self.lends = self.lends or is_freed(fn, "weight") or is_freed(fn, "pos_weight")  # there may be some
        operands = [x, target] if positive is None else [x, target, self._leaf(positive)]
        each = self._each(lambda *one: loss_at(fn, kind, *one, new=self._new, constant=constant), *operands)
        if weight is not None:
            each = self._op("*", self._leaf(weight), each)
        return self._reduced(each, fn._saved_reduction)

    def _number_of(self, item: Item) -> float | None:
        return item.data if item.data is not None else self._worked.get(item)

    def _right_classes(self, fn: Any, x: Items) -> Items:
        """``nll_loss``: the log probability of the right class in each row, and its sign turned."""
        rows, target = np.atleast_2d(x), saved_by(fn, "target")
        if target is None:
            fitting = [each for each in reversed(self._lent) if are_classes(each, rows.shape, x.ndim)]
            target = self._chosen(fitting) if fitting else given(None)
        rights = [int(each) for each in target.reshape(-1).tolist()]
        (ignored,) = signed((fn._saved_ignore_index,))
        kept = [at for at, right in enumerate(rights) if right != ignored]
        if not kept:
            return given(None)
        found = np.array([self._new("neg", rows[at, rights[at]]) for at in kept], object)
        if fn._saved_reduction == 0 and len(kept) < len(rights):
            return given(None)
        self.lends = self.lends or is_freed(fn, "weight")
        if (weight := saved_by(fn, "weight")) is None:
            return self._reduced(found, fn._saved_reduction)
        weights = self._leaf(weight)[[rights[at] for at in kept]]
        found = self._op("*", weights, found)
        if fn._saved_reduction != _MEAN:
            return self._reduced(found, fn._saved_reduction)
        return self._op("/", self._reduced(found, _SUM), self._reduced(weights, _SUM))

    def _over_classes(self, fn: Any, kind: str, x: Items) -> Items:
        """softmax, log_softmax or logsumexp along a dimension."""
        dims = signed(fn._saved_dim if kind == "Logsumexp" else (fn._saved_dim,))
        if len(dims) != 1:
            return given(None)
        moved = np.moveaxis(x.reshape(x.shape or (1,)), dims[0], -1)
        found = np.empty((*moved.shape[:-1], 1 if kind == "Logsumexp" else moved.shape[-1]), object)
        for at in np.ndindex(moved.shape[:-1]):
            known = [self._worked.get(each) for each in moved[at]]
            largest = max((each for each in known if each is not None), default=0.0)
            largest = largest if math.isfinite(largest) else 0.0
            row = over_classes(kind, list(moved[at]), largest, self._new, self._shared(), self._sum)
            found[at] = np.array(row, object)
        return np.moveaxis(found, -1, dims[0])

    def _composed(self, fn: Any, kind: str, x: Items) -> Items:
        constant = self._shared()

        def at(item: Item) -> Item:
            op, operands = composed(fn, kind, item, self._new, constant)
            return self._new(op, *operands)

        return self._each(at, x) if is_composed(fn, kind) else self._op("leaky_relu", x)

    def _taken(self, fn: Any, sources: list[Items | None], shape: tuple[int, ...]) -> Items:
        """What `where` takes of its two operands."""
        mask = saved_by(fn, "condition")
        if mask is None:
            others = list(self._arrays.values())
            asked = masks(self._lent[::-1], sources, others, shape, self._number_of)
            mask = self._chosen(asked) if asked else given(None)
        mask = np.broadcast_to(mask, shape)
        found = np.empty(shape, object)
        for operand, taken in zip(sources, (mask, ~mask), strict=True):
            if operand is not None:
                found[taken] = np.broadcast_to(operand, shape)[taken]
            elif taken.any():
                found[taken] = self._lent_or_constant(shape, taken)
        return found

    def _lent_or_constant(self, shape: tuple[int, ...], taken: Any) -> Any:
        """What stands at the places that are taken of an operand of `where`, which PyTorch never keeps."""
        self.lends = True
        fitting = [each for each in reversed(self._lent) if broadcast(tuple(each.shape), shape) == shape]
        chosen = self._chosen([*fitting, *_USUAL, None, ()])
        if hasattr(chosen, "shape"):
            return np.broadcast_to(self._leaf(chosen), shape)[taken]
        if chosen == ():
            return self._constants((int(taken.sum()),))
        return self._constants((), chosen).item()

    def _operand(self, fn: Any, sources: list[Items | None], port: int, name: str) -> Items | None:
        """What stands at a port: what a function gave, or a tensor that was saved; None: nobody knows."""
        kept = saved_by(fn, name)
        found = sources[port] if port < len(sources) else None
        if found is not None:
            if hasattr(kept, "is_leaf") and tuple(kept.shape) == found.shape:
                for at, item in _places(found):
                    item.data = number_of(kept[at]) if item.data is None else item.data
            return found
        if hasattr(kept, "is_leaf"):
            return self._leaf(kept)
        return None if kept is None else self._constants((), float(kept))

    def _beside(self, known: Items, shape: tuple[int, ...]) -> Items:
        """What stands beside a known operand that comes to a result of that shape."""
        one = [()] if known.shape == shape != () else []
        return self._stand_in(lambda other: broadcast(known.shape, other) == shape, *one, shape)

    def _stand_in(self, fits: Callable[[tuple[int, ...]], bool], *own: tuple[int, ...]) -> Items:
        """What stands for an operand that is kept no longer: a held tensor that fits, or constants."""
        offered: list[Any] = [*own]
        for tensor in reversed(self._lent):
            alike = len(own) > 1 and (tensor == tensor.flatten()[0]).all()  # then it is as good as one number
            if fits(tuple(tensor.shape)) and not alike:
                offered.insert(0, tensor)
        chosen = self._chosen(offered)
        return self._constants(chosen) if isinstance(chosen, tuple) else self._leaf(chosen)

    def _chosen(self, offered: Sequence[Any]) -> Any:
        """The one of them that it is the turn of."""
        at = self._choices[len(self.offers)] if len(self.offers) < len(self._choices) else 0
        self.offers.append(len(offered))
        self.lends = self.lends or not isinstance(offered[at], tuple)
        return offered[at]

    def _over_several(self, fn: Any, kind: str, x: Items) -> Items:
        """What all numbers come to, or those along dimensions."""
        if kind in EXTREMES:
            return extreme(fn, kind, x, self._new, self._number_of)
        if kind in OVER_NUMBERS:
            return over_numbers(fn, kind, x, self._new, self._shared())
        if kind in RUNNING:
            return running(fn, kind, x, self._new)
        how = _SUM if kind == "Sum" else _MEAN
        return along(x, axes_of(fn, x), lambda group: self._reduced(np.array(group, object), how).item())

    def _normed(self, fn: Any, kind: str, sources: list[Items | None]) -> Items:
        """What a layer gives that norms numbers."""
        operands = [
            self._operand(fn, sources, at, name) for at, name in enumerate(("input", "weight", "bias"))
        ]
        x, weight, bias = given(operands[0]), *operands[1:]
        # What was freed is as usual then, if that comes out as PyTorch has it.
        self.lends = self.lends or is_freed(fn, "result2") or is_freed(fn, "weight")
        kept = []
        if kind == "NativeBatchNorm" and not fn._saved_training:
            kept = [self._statistic(fn, name, x.shape[1]) for name in ("running_mean", "running_var")]
        return normed(fn, kind, x, (weight, bias), kept, self._new, self._number_of, self._shared())

    def _statistic(self, fn: Any, name: str, size: int) -> Items:
        """What a layer has kept of all that it normed, a number for each channel. Raises Refusal."""
        kept = saved_by(fn, name)
        if kept is None:
            fitting = [each for known, each in self._statistics if known.endswith(name) and len(each) == size]
            kept = self._chosen(fitting) if fitting else given(None)
        return self._leaf(kept)

    def _reduced(self, x: Items, reduction: int) -> Items:
        if reduction not in (_SUM, _MEAN):
            return x
        total = np.array(self._sum(x.ravel()), object)
        if reduction == _SUM or x.size == 1:
            return total
        return self._op("/", total, self._constants((), float(x.size)))

    def _product(self, fn: Any, kind: str, sources: list[Items | None], shape: tuple[int, ...]) -> Items:
        bias = sources.pop(0) if kind == "Addmm" else None
        if kind == "Addmm" and (fn._saved_alpha != 1 or fn._saved_beta != 1):
            raise Refusal(tr("A product of matrices with factors of its own (addmm) is not unrolled."))
        names = PRODUCTS[kind]
        operands = [self._operand(fn, sources, port, name) for port, name in enumerate(names)]
        for port, each in enumerate(operands):
            if each is None:
                wanted = shape_at(fn, kind, port, shape, operands[1 - port])
                operands[port] = self._stand_in(wanted.__eq__, wanted)
        x, y = (given(each) for each in operands)
        found = product(kind, x, y, self._new)
        return found if bias is None else self._op("+", found, bias)

    def _described(self, fn: Any, output: int, items: Items) -> None:
        """What the caller's own tensor says of it: names, numbers, gradients that were kept."""
        name, tensor = self._results.get((id(fn), output), ("", None))
        if tensor is None:
            return
        for at, item in _places(items):
            item.data = number_of(tensor[at])
            if name and not item.label:
                item.label = name if items.size == 1 else f"{name}[{','.join(map(str, at))}]"
            if tensor.retains_grad and tensor.grad is not None:
                item.grad = number_of(tensor.grad[at])


def _is_lent(thing: Any, torch: Any) -> bool:
    """Whether it may be a constant of a graph: a tensor of some numbers without a gradient."""
    return isinstance(thing, torch.Tensor) and not thing.requires_grad and 0 < thing.numel() <= MOST


def of_vectors(root: Any) -> bool:
    """Whether some tensor behind this one has more numbers than one, or may have had."""
    seen = {root.grad_fn}
    waiting = [root.grad_fn]
    while waiting:
        fn = waiting.pop()
        if kind_of(fn) in _UNROLLED:
            return True
        shapes = [each.shape for each in getattr(fn, "_input_metadata", ())]
        if hasattr(fn, "variable"):
            shapes.append(fn.variable.shape)
        if any(math.prod(shape) != 1 for shape in shapes):
            return True
        following = {each for each, _ in fn.next_functions if each is not None} - seen
        seen |= following
        waiting += following
    return False


def _places(items: Items) -> Iterator[tuple[tuple[int, ...], Item]]:
    """Each place of an array, and the item there."""
    for at in np.ndindex(items.shape):
        yield at, cast(Item, items[at])
