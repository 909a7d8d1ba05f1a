"""An oracle: what a session has to show, worked out anew from what the lecture does, with floats and `math`.

Written apart from the program and importing nothing of it. It keeps no steps and no frames: a session is
the sheets (graphs) drawn so far and the passes that were asked for, and the numbers of a moment are found by
doing these passes again from the beginning, by the book: forward in the order of the operands, backward in
the reverse of the lecture's `build_topo`, each slope from a table of derivatives (Abramowitz & Stegun 3.3 and
4; at kinks and edges PyTorch's side).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

Numbers = dict[int, float]
inf, nan = math.inf, math.nan


# The table of derivatives ------------------------------------------------------------------------
def _power(x: float, y: float) -> float:
    if abs(y) == 0.5:  # a root, as in PyTorch: it shows at −0 alone
        return _sqrt(x) if y > 0 else _divided(1.0, _sqrt(x))
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0 and y % 2 == 1 else inf
    except ValueError:
        if x:
            return nan
        return math.copysign(inf, x) if y % 2 == 1 else inf


def _divided(x: float, y: float) -> float:
    return x / y if y else x * math.copysign(inf, y)


def _exp(x: float) -> float:
    return math.exp(x) if x < 709.782712893384 else inf if x == x else nan


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -inf if x == 0 else nan


def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else nan


def _round(x: float, turn: Callable[[float], float]) -> float:
    return turn(x) if math.isfinite(x) else nan


def computed(op: str, *x: float) -> float:
    """What the op gives of those operands; inf and nan as IEEE 754 has them."""
    one = x[0]
    if op.startswith("**") and op != "**":
        return _power(one, float(op[2:]))
    match op:
        case "+":
            return one + x[1]
        case "-":
            return one - x[1]
        case "*":
            return one * x[1]
        case "/":
            return _divided(one, x[1])
        case "**":
            return _power(one, x[1])
        case "neg":
            return -one
        case "tanh":
            return math.tanh(one)
        case "exp":
            return _exp(one)
        case "log":
            return _log(one)
        case "sqrt":
            return _sqrt(one)
        case "sin":
            return _round(one, math.sin)
        case "cos":
            return _round(one, math.cos)
        case "relu":
            return 0.0 if one < 0 else one
        case "abs":
            return abs(one)
        case "sigmoid":
            return 1.0 / (1.0 + _exp(-one)) if one >= 0 else _divided(_exp(one), 1.0 + _exp(one))
    raise AssertionError(op)


def derivatives(op: str, out: float, *x: float) -> tuple[float, ...]:
    """d op / d operand, for each operand."""
    one = x[0]
    if op.startswith("**") and op != "**":
        n = float(op[2:])
        return (n * _power(one, n - 1) if n else 0.0,)
    match op:
        case "+":
            return 1.0, 1.0
        case "-":
            return 1.0, -1.0
        case "*":
            return x[1], one
        case "/":
            return _divided(1.0, x[1]), -_divided(_divided(one, x[1]), x[1])
        case "**":
            base = x[1] * _power(one, x[1] - 1) if x[1] else 0.0
            return base, 0.0 if one == 0 and x[1] >= 0 else out * _log(one)
        case "neg":
            return (-1.0,)
        case "tanh":
            return (1.0 - out**2,)
        case "exp":
            return (out,)
        case "log":
            return (_divided(1.0, one),)
        case "sqrt":
            return (_divided(1.0, 2.0 * out),)
        case "sin":
            return (_round(one, math.cos),)
        case "cos":
            return (-_round(one, math.sin),)
        case "relu":
            return (1.0 if one > 0 else 0.0,)
        case "abs":
            return (math.copysign(1.0, one) if one else 0.0,)
        case "sigmoid":
            return (out * (1.0 - out),)
    raise AssertionError(op)


ONE = ("neg", "tanh", "exp", "log", "sqrt", "sin", "cos", "relu", "abs", "sigmoid")
TWO = ("+", "-", "*", "/", "**")


def same(one: float, other: float) -> bool:
    """Whether it is the same number; two that are none are."""
    return one == other or (one != one and other != other)


# What is drawn ----------------------------------------------------------------------------------
class Refused(Exception):
    """The session cannot do that here."""


@dataclass(frozen=True)
class Box:
    """A leaf that holds a number, or an op of other boxes (None: an empty port)."""

    op: str | None
    inputs: tuple[int | None, ...] = ()
    number: float = 1.0
    role: str = ""

    @property
    def kind(self) -> object:
        """What it is, whatever its number or exponent."""
        raised = self.op is not None and self.op.startswith("**") and self.op != "**"
        return "**n" if raised else self.op, self.inputs


@dataclass(frozen=True)
class Rows:
    """The leaves that take the numbers of each row (None: no leaf does), the rows, and which is shown."""

    columns: tuple[int | None, ...]
    rows: tuple[tuple[float, ...], ...]
    shown: int = 0
    mean: bool = True


@dataclass(frozen=True)
class Plan:
    """How it is trained."""

    rate: float = 0.05
    optimiser: str = "sgd"
    schedule: str = "constant"
    steps: int = 100
    batch: int | None = None
    gradients_of: str = "rows"

    def rate_of(self, k: int) -> float:
        """Of step k, counted from 0; micrograd's demo goes down to a tenth within 100 steps."""
        return self.rate * (1.0 - 0.9 * min(k, 100) / 100) if self.schedule == "demo" else self.rate


@dataclass(frozen=True, eq=False)
class Sheet:
    """A graph as it was drawn at one time, the newest box last."""

    boxes: dict[int, Box] = field(default_factory=dict)
    chosen: int | None = None
    rows: Rows | None = None
    plan: Plan = field(default_factory=Plan)

    @cached_property
    def target(self) -> int | None:
        """The chosen box; else the newest with all its wires that nothing uses, else the newest unused."""
        if self.chosen is not None:
            return self.chosen
        used = {x for box in self.boxes.values() for x in box.inputs}
        ends = [n for n in self.boxes if n not in used]
        ops = [n for n in ends if self.boxes[n].op is not None]
        wired = [n for n in ops if None not in self.boxes[n].inputs]
        return next((each[-1] for each in (wired, ops, ends) if each), None)

    def built(self, *roots: int) -> list[int]:
        """The lecture's `build_topo`: operands before what is computed of them."""
        order: list[int] = []

        def build(n: int) -> None:
            if n in seen:
                return
            seen.add(n)
            for x in self.boxes[n].inputs:
                if x is not None:
                    build(x)
            order.append(n)

        seen: set[int] = set()
        for root in roots:
            build(root)
        return order

    @cached_property
    def order(self) -> list[int]:
        """In which all is computed: what feeds the target first."""
        return self.built(*([] if self.target is None else [self.target]), *self.boxes)

    @cached_property
    def feeding(self) -> list[int]:
        """The target and all that it is computed from."""
        return [] if self.target is None else self.built(self.target)

    @cached_property
    def parameters(self) -> list[int]:
        """The leaves that learn: those that feed the target and take no number of a row."""
        bound = () if self.rows is None else self.rows.columns
        marked = (n for n, box in self.boxes.items() if box.role == "parameter")
        return [n for n in marked if n in self.feeding and n not in bound]

    @cached_property
    def leaves(self) -> Numbers:
        """What the leaves hold."""
        return {n: box.number for n, box in self.boxes.items() if box.op is None}

    @property
    def wants_rows(self) -> bool:
        """Whether it learns from more rows than the one that is shown."""
        return self.plan.gradients_of == "rows" and self.rows is not None and len(self.rows.rows) > 1

    @property
    def over_rows(self) -> bool:
        """Whether a backward pass ends with what the gradients of the parameters are over the rows."""
        if self.rows is None or not self.wants_rows or None in self.rows.columns or not self.parameters:
            return False
        return self.target is not None and self.boxes[self.target].op is not None

    @property
    def looked_at(self) -> object:
        """By which rows it learns; None: by the one that is shown."""
        rows = replace(self.rows, shown=0) if self.rows and self.over_rows else None
        return None if rows is None else (rows, self.plan.batch, self.parameters)

    def holding(self, numbers: Numbers) -> Sheet:
        """With those numbers in leaves."""
        put = {n: replace(self.boxes[n], number=number) for n, number in numbers.items()}
        return replace(self, boxes={**self.boxes, **put})

    def showing(self, row: int) -> Sheet:
        """With a row of the data in the leaves."""
        assert self.rows is not None
        held = {n: x for n, x in zip(self.rows.columns, self.rows.rows[row], strict=True) if n is not None}
        return replace(self.holding(held), rows=replace(self.rows, shown=row))

    def alike(self, other: Sheet) -> bool:
        """Whether only numbers may differ."""
        kinds, others = ({n: box.kind for n, box in each.boxes.items()} for each in (self, other))
        return self.target == other.target and kinds == others

    def equal(self, other: Sheet) -> bool:
        """Whether not even they do; 0 and −0 do."""
        numbers, others = (
            {n: (box.op, repr(box.number)) for n, box in each.boxes.items()} for each in (self, other)
        )
        return self.alike(other) and numbers == others

    # Numbers -------------------------------------------------------------------------------------
    def values(self, leaves: Numbers, held: Numbers | None = None) -> Numbers:
        """All that can be computed, whatever comes out, with some boxes held at other numbers."""
        data: Numbers = {}
        for n in self.order:
            box = self.boxes[n]
            if held and n in held:
                data[n] = held[n]
            elif box.op is None:
                data[n] = leaves[n]
            elif all(x in data for x in box.inputs):
                data[n] = computed(box.op, *(data[x] for x in box.inputs if x is not None))
        return data

    def slopes(self, data: Numbers) -> Numbers:
        """d target / d box, by the chain rule, for all that feed the target."""
        assert self.target is not None
        grad = dict.fromkeys(self.feeding, 0.0)
        grad[self.target] = 1.0
        for n in reversed(self.feeding):
            self.hand_on(n, data, grad)
        return grad

    def learned(self, leaves: Numbers, rows: Sequence[int] | None) -> tuple[float, Numbers]:
        """The loss and its slope for each parameter, mean or sum of those rows; None: of the shown one."""
        assert self.target is not None
        assert self.rows is not None
        loss, total = 0.0, dict.fromkeys(self.parameters, 0.0)
        for row in [None] if rows is None else rows:
            bound = {} if row is None else dict(zip(self.rows.columns, self.rows.rows[row], strict=True))
            data = self.values({**leaves, **{n: x for n, x in bound.items() if n is not None}})
            slopes = self.slopes(data)
            loss += data[self.target]
            total = {n: x + slopes[n] for n, x in total.items()}
        count = len(rows) if self.rows.mean and rows is not None else 1
        return loss / count, {n: x / count for n, x in total.items()}

    def hand_on(self, n: int, data: Numbers, grad: Numbers) -> list[int]:
        """A box adds slope × its grad to the grad of each operand; gives the operands."""
        box = self.boxes[n]
        if box.op is None:
            return []
        operands = [x for x in box.inputs if x is not None]
        up = grad[n]
        for x, slope in zip(
            operands, derivatives(box.op, data[n], *(data[x] for x in operands)), strict=True
        ):
            grad[x] = grad.get(x, 0.0) + slope * up
        return operands


RowsOf = Callable[[int, Sheet], Sequence[int]]  # the rows that step k of the training looks at


# What is done over it ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Pass:
    """Forward, backward, zero or update; ``cut``: only so many of its moves were kept."""

    kind: str
    rate: float = 0.0
    cut: int | None = None
    over: int | None = None  # the step of the training at whose rows a backward pass looks
    rule: str = "sgd"
    k: int = 0  # which step of the descent an update is
    memory: dict[int, tuple[float, ...]] = field(
        default_factory=dict
    )  # what the optimiser has of those before


@dataclass
class Moment:
    """What stands on the boxes after a move of that kind, at that box.

    ``old`` are the grads to which nothing was added since the parameters moved last, ``moved`` is whether
    they did at all. ``zeroed`` are grads that were set to 0, and have got nothing since.
    """

    kind: str
    box: int | None
    data: Numbers
    grad: Numbers
    old: set[int]
    zeroed: set[int]
    moved: bool
    passes: int  # of backward since grads were nothing or 0
    before: Numbers = field(default_factory=dict)  # of an update: the parameters
    by: Numbers = field(default_factory=dict)  # and what rate times they moved by
    memory: dict[int, tuple[float, ...]] | None = None
    over: int | None = None  # at the rows of which step the last backward pass looked
    over_then: int | None = None  # the same, when the parameters moved last
    loss: float | None = None  # of that pass, for the numbers that the parameters hold
    had: float | None = None  # of an update: that loss before it
    change: float | None = None  # and how it changed


class Book:
    """The boxes while passes are done over them."""

    def __init__(self, sheet: Sheet, rows_of: RowsOf) -> None:
        self.sheet, self.rows_of = sheet, rows_of
        self.by: Numbers = {}
        self.memory: dict[int, tuple[float, ...]] | None = None
        self.over: int | None = None
        self.over_then: int | None = None
        self.loss: float | None = None
        self.had: float | None = None
        self.change: float | None = None
        self.data: Numbers = dict(sheet.leaves)
        self.grad: Numbers = {}
        self.old: set[int] = set()
        self.zeroed: set[int] = set()
        self.moved = False
        self.passes = 0
        self.before: Numbers = {}

    def moment(self, kind: str, box: int | None) -> Moment:
        return Moment(
            kind, box, dict(self.data), dict(self.grad), set(self.old), set(self.zeroed), self.moved,
            self.passes, dict(self.before), dict(self.by), self.memory, self.over, self.over_then,
            self.loss, self.had, self.change,
        )  # fmt: skip

    def moves(self, each: Pass) -> Iterator[tuple[str, int | None]]:
        match each.kind:
            case "forward":
                return self.forward()
            case "backward":
                return self.backward(each.over)
            case "zero":
                return self.zero()
        return self.update(each)

    def forward(self) -> Iterator[tuple[str, int | None]]:
        for n in self.sheet.order:
            box, feeds = self.sheet.boxes[n], n in self.sheet.feeding
            if box.op is None:
                if feeds and not math.isfinite(self.data[n]):
                    yield "problem", n
                    return
                continue
            if not all(x in self.data for x in box.inputs):
                if feeds:
                    yield "problem", n
                    return
                continue
            self.data[n] = computed(box.op, *(self.data[x] for x in box.inputs if x is not None))
            self.grad.pop(n, None)  # a new Value, which has no grad
            self.touched([n])
            if feeds and not math.isfinite(self.data[n]):
                yield "problem", n
                return
            yield "forward", n

    @property
    def leaves(self) -> Numbers:
        return {n: self.data[n] for n in self.sheet.leaves}

    def backward(self, over: int | None) -> Iterator[tuple[str, int | None]]:
        target = self.sheet.target
        assert target is not None
        self.passes += 1
        had = {n: self.grad[n] for n in self.sheet.parameters if n in self.grad}
        self.grad[target] = 1.0
        self.touched([target])
        yield "seed", target
        for n in reversed(self.sheet.feeding):
            if self.sheet.boxes[n].op is None:
                continue
            operands = self.sheet.hand_on(n, self.data, self.grad)
            self.touched(operands)
            if not all(math.isfinite(self.grad[x]) for x in operands):
                yield "problem", n
                return
            yield "backward", n
        self.over, self.loss = None, self.data[target]
        if over is not None:
            loss, slopes = self.sheet.learned(self.leaves, self.rows_of(over, self.sheet))
            if not all(map(math.isfinite, (loss, *slopes.values()))):
                yield "problem", None
                return
            self.grad |= {n: had.get(n, 0.0) + slope for n, slope in slopes.items()}
            self.touched(self.sheet.parameters)
            self.over, self.loss = over, loss
            yield "rows", None

    def touched(self, boxes: list[int]) -> None:
        self.old.difference_update(boxes)
        self.zeroed.difference_update(boxes)

    def zero(self) -> Iterator[tuple[str, int | None]]:
        self.grad = dict.fromkeys(self.data, 0.0)
        self.old, self.zeroed, self.passes = set(), set(self.data), 0
        yield "zero", None

    def update(self, each: Pass) -> Iterator[tuple[str, int | None]]:
        self.before = {n: self.data[n] for n in self.sheet.parameters if n in self.grad}
        memory = dict(each.memory if self.memory is None else self.memory)
        for n, before in self.before.items():
            self.by[n], memory[n] = moved_by(each.rule, self.grad[n], memory.get(n, ()), each.k)
            self.data[n] = before - each.rate * self.by[n]
        self.memory = memory
        if not all(same(self.data[n], before) for n, before in self.before.items()):
            self.moved = True
            self.old, self.over_then = set(self.grad) - self.zeroed, self.over
        rows = None if self.over is None else self.rows_of(self.over, self.sheet)
        data = self.sheet.values(self.leaves)
        loss = data[self.sheet.target or 0] if rows is None else self.sheet.learned(self.leaves, rows)[0]
        self.change = None if self.loss is None else loss - self.loss
        self.had, self.loss = self.loss, loss
        yield "update", None


def moved_by(rule: str, g: float, memory: tuple[float, ...], k: int) -> tuple[float, tuple[float, ...]]:
    """By what, times the rate, a parameter moves, and what is remembered; another optimiser remembers anew.

    SGD and momentum as in PyTorch, Adam as Kingma and Ba have it (2015, algorithm 1).
    """
    if rule == "momentum":
        v = 0.9 * (memory[0] if len(memory) == 1 else 0.0) + g
        return v, (v,)
    if rule == "adam":
        mean, square = memory if len(memory) == 2 else (0.0, 0.0)
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g
        by = (mean / (1 - 0.9 ** (k + 1))) / (math.sqrt(square / (1 - 0.999 ** (k + 1))) + 1e-8)
        return by, (mean, square)
    return g, ()


def gone_through(sheet: Sheet, passes: Sequence[Pass], rows_of: RowsOf) -> tuple[list[Moment], list[int]]:
    """Every moment of those passes, the first before any move; and where each pass was over."""
    book = Book(sheet, rows_of)
    moments, ends = [book.moment("", None)], []
    for each in passes:
        for count, (kind, box) in enumerate(book.moves(each), 1):
            moments.append(book.moment(kind, box))
            if count == each.cut:
                break
        ends.append(len(moments) - 1)
        if moments[-1].kind == "problem":
            break
    return moments, ends


def fresh_at(sheet: Sheet, moment: Moment, rows_of: RowsOf) -> tuple[Numbers, Numbers]:
    """The data and the grads of a fresh run with the numbers of that moment."""
    leaves = {n: moment.data[n] for n in sheet.leaves}
    data = sheet.values(leaves)
    slopes = sheet.slopes(data)
    if moment.over_then is not None:
        slopes |= sheet.learned(leaves, rows_of(moment.over_then, sheet))[1]
    return data, slopes


def stale_at(sheet: Sheet, moment: Moment, rows_of: RowsOf) -> set[tuple[int, str]]:
    """The numbers that stand there from before the parameters moved, and are not what a fresh run gives."""
    if not moment.moved or sheet.target is None:
        return set()
    data, slopes = fresh_at(sheet, moment, rows_of)
    found = {(n, "data") for n, x in moment.data.items() if n in data and not same(x, data[n])}
    if not all(math.isfinite(data[n]) for n in sheet.feeding if n in data):
        return found | {(n, "grad") for n in moment.old}  # a fresh run stops there, and gives no grads
    return found | {(n, "grad") for n in moment.old if not same(moment.grad[n], slopes.get(n, 0.0))}
