"""PyTorch's constants: what it saved no longer, or never, worked out from the numbers that are known."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from micrograd import ieee
from micrograd.foreign import same
from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.live.values import plain_number

DOUBLE, SINGLE = 1e-14, 1e-6  # how far the same result may be computed apart, relative to its size
MOST_DIGITS = 15  # of a decimal, at most
_HANDED_ON = frozenset(  # functions whose operand gets the very tensor that the result had, as its gradient
    ("Add", "Sub", "Clone", "ToCopy", "Alias", "View", "UnsafeView", "Squeeze", "Unsqueeze", "ReshapeAlias",
     "Permute", "Transpose", "T", "Expand", "Sum", "Slice", "Stack", "Cat")
)  # fmt: skip


_WRITES = ("Maximum", "Minimum")  # functions that write into the gradient which they make for an operand


@dataclass(slots=True, eq=False)
class Item:
    """A node to be: a leaf, a constant, or a function of PyTorch's graph; ``data`` is None while unknown.

    ``once``: its gradient came of one backward pass, and was not added to since.
    """

    thing: Any
    op: str | None = None
    operands: list[Item] = field(default_factory=list)
    data: float | None = None
    grad: float | None = None
    label: str = ""
    once: bool = False

    def computed(self) -> float:
        """What the op gives for its operands, all of which are known."""
        return float(op_of(self.op or "").forward(*(each.data for each in self.operands)))


def written_once(leaf: Any, uses: Sequence[str]) -> bool:
    """Whether a leaf tensor's gradient is that of one backward pass, to which nothing was added since.

    PyTorch counts what is written into a tensor: the contributions of all but one of the ``uses``, where each
    of them is a tensor of its own, and those of each further pass.
    """
    if not leaf.is_leaf or leaf.grad is None:
        return False
    writings = leaf.grad._version
    if len(uses) == 1:
        return bool(writings == (uses[0] in _WRITES))
    return writings == 0 or (writings == len(uses) - 1 and not _HANDED_ON.intersection(uses))


def kind_of(fn: Any) -> str:
    """What a function of PyTorch's graph is called: "Mul" of MulBackward0, "T" of TBackward0_copy."""
    return re.sub(r"Backward\d*(_copy)?$", "", fn.name())


def saved_by(fn: Any, name: str) -> Any:
    """What PyTorch saved for the backward pass; None where it did not, or has freed it since."""
    try:
        return getattr(fn, f"_saved_{name}", None)
    except RuntimeError:  # "Trying to backward through the graph a second time": it is freed
        return None


def is_freed(root: Any) -> bool:
    """Whether backward() went through the graph behind that function, and gave free what it had saved."""
    waiting, seen = [root], set()
    while waiting:
        fn = waiting.pop()
        if fn is None or fn in seen:
            continue
        seen.add(fn)  # which keeps it alive
        for name in dir(fn):
            if name.startswith("_saved_"):
                try:
                    getattr(fn, name)
                except RuntimeError:
                    return True
        waiting += [each for each, _ in fn.next_functions]
    return False


def number_of(tensor: Any) -> float:
    """The number in a tensor of one, or that is one already. Raises Refusal where it is complex."""
    number = tensor.item() if hasattr(tensor, "item") else tensor
    if isinstance(number, complex):
        raise Refusal(tr("A complex number cannot be opened: a graph is of real numbers."))
    return plain_number(number, tr("A tensor"))


class Working:
    """The numbers that follow from others: results from operands, an operand from what it went into.

    A constant is taken where a single decimal of so many digits gives the numbers that PyTorch has, to within
    ``precision``: the shortest one. What does not follow stays None.
    """

    def __init__(self, order: Sequence[Item], precision: float, digits: int = MOST_DIGITS) -> None:
        self.order, self.precision, self.digits = order, precision, digits
        self._from: dict[Item, Item] = {}  # for a number that was worked out: the result it went into
        self._done: set[Item] = set()  # results that came of operands since

    @property
    def is_whole(self) -> bool:
        """Whether each number is known."""
        return all(item.data is not None for item in self.order)

    def again(self, digits: int) -> Working:
        """The same from here on, for constants of so many digits at most.

        What follows in it is forgotten where its numbers are put back.
        """
        found = Working(self.order, self.precision, digits)
        found._from, found._done = dict(self._from), set(self._done)
        return found

    def fill(self) -> None:
        """Until nothing more follows."""
        changed = True
        while changed:
            changed = False
            for item in self.order:
                known = all(each.data is not None for each in item.operands)
                if item.op is not None and item.data is None and known:
                    item.data = item.computed()
                    self._done.add(item)
                    changed = True
            for item in reversed(self.order):
                unknown = [each for each in item.operands if each.data is None]
                if item.data is None or len(set(unknown)) != 1 or item in self._done:
                    continue
                changed = self._solve(item, unknown[0]) or changed
        for item in self.order:  # from the constants that were found, they can be computed exactly
            if item in self._from and item.operands and all(each.data is not None for each in item.operands):
                item.data = item.computed()

    def _solve(self, item: Item, unknown: Item) -> bool:
        found = _inverse(item, unknown)
        if found is None or not math.isfinite(found):
            return False
        self._from[unknown] = item
        unknown.data = found if unknown.op is not None else self._shortest(unknown, found)
        if unknown.data is None:
            del self._from[unknown]
        return unknown.data is not None

    def _shortest(self, constant: Item, found: float) -> float | None:
        """The decimal with the fewest digits that fits; None where others far from it fit as well."""
        if found == 0 or self._is_lost(constant, found):
            return 0.0
        if self.digits < MOST_DIGITS and not self._fits(constant, float(f"{found:.{self.digits - 1}e}")):
            return None
        size = math.floor(math.log10(abs(found)))
        for digits in range(1, self.digits + 1):
            short = float(f"{found:.{digits - 1}e}")
            if self._fits(constant, short):
                step = 10.0 ** (size - digits + 1)
                apart = not self._fits(constant, short + step) and not self._fits(constant, short - step)
                near = step <= 10 * self.precision * abs(found)  # those that fit as well are as good
                return short if apart or near else None
        return found if self._fits(constant, found) else None

    def _is_lost(self, constant: Item, found: float) -> bool:
        """Whether a number that was added is no more than what rounding made: nothing was."""
        above = self._from[constant]
        size = max((abs(each.data or 0.0) for each in above.operands if each is not constant), default=0.0)
        if above.op not in ("+", "-"):
            return False
        if abs(found) <= self.precision * size:
            return True
        step = math.sqrt(self.precision) * size  # what follows may have made the rounding larger
        if abs(found) > step or not self._fits(constant, 0.0):
            return False
        return not self._fits(constant, step) and not self._fits(constant, -step)

    def _fits(self, constant: Item, number: float) -> bool:
        """Whether with that number all comes out as it is known, up to what was not worked out itself."""
        item, kept = constant, constant.data
        changed: list[tuple[Item, float | None]] = [(item, kept)]
        item.data = number
        try:
            while (above := self._from.get(item)) is not None:
                out = above.computed()
                if above not in self._from:
                    return above.data is not None and same(out, above.data, self.precision)
                changed.append((above, above.data))
                above.data, item = out, above
            return True
        finally:
            for each, before in changed:
                each.data = before


def _inverse(item: Item, unknown: Item) -> float | None:
    """The operand that gives the result of this item, nearly; None where there is none, or more than one."""
    assert item.data is not None
    out = item.data
    if len(item.operands) == 1:
        if item.op is not None and item.op.startswith("**"):
            return _root(out, op_of(item.op).exponent)
        return _INVERSE[item.op](out) if item.op in _INVERSE else None
    x, y = item.operands
    if x is y:
        return out / 2 if item.op == "+" else None
    known, first = (y if unknown is x else x).data, unknown is x
    if known is None:
        return None
    match item.op:
        case "+":
            return out - known
        case "-":
            return out + known if first else known - out
        case "*":
            return out / known if known else None
        case "/" if first:
            return out * known
        case "/":
            return known / out if out else None
    return None


def _root(y: float, n: float | None) -> float | None:
    """What has y as its n-th power, where that is one number: of odd n."""
    return math.copysign(abs(y) ** (1 / n), y) if n is not None and n % 2 == 1 and y else None


def _atanh(y: float) -> float | None:
    return 0.5 * (math.log1p(y) - math.log1p(-y)) if abs(y) < 1 else None


_INVERSE: dict[str | None, Callable[[float], float | None]] = {
    "neg": lambda y: -y,
    "tanh": _atanh,
    "sigmoid": lambda y: math.log(y) - math.log1p(-y) if 0 < y < 1 else None,
    "exp": lambda y: math.log(y) if 0 < y < math.inf else None,
    "log": ieee.exp,
    "sqrt": lambda y: y * y,
    "relu": lambda y: y if y > 0 else None,
    "softplus": lambda y: y + math.log(-math.expm1(-y)) if y > 0 else None,
    "leaky_relu": lambda y: y if y > 0 else y / 0.01,
}
