"""Operations: what ``+`` and ``==`` do with numbers, Values, texts, lists and arrays."""

from __future__ import annotations

import ast
import math
import operator
import struct
import sys
from collections.abc import Callable, Sequence
from typing import Any

from micrograd.engine import Operands, Value, apply
from micrograd.language import tr
from micrograd.ops import OPS
from micrograd_gui.document.python.ints import marked, of_ints
from micrograd_gui.document.python.limits import BITS, LETTERS, Meter, Wrong, whole
from micrograd_gui.document.python.objects import (
    Builtin,
    Class,
    DictView,
    Instance,
    NetworkKind,
    PassedOver,
    kind_name,
)
from micrograd_gui.document.python.traced import (
    NumpysTruth,
    Traced,
    as_numpys,
    is_from_numpy,
    is_told,
    told_how,
    traced,
)

SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
}  # fmt: skip
_OF_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow,
    "//": operator.floordiv, "%": operator.mod, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
IN_PLACE = {
    "+": "__iadd__", "-": "__isub__", "*": "__imul__", "/": "__itruediv__", "**": "__ipow__",
    "@": "__imatmul__", "|": "__ior__", "&": "__iand__",
}  # fmt: skip
ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
ARRAY_AT_MOST = 100_000  # numbers in an array
_OF_SETS = ("&", "|", "^")  # signs of whole numbers and of sets alone
_OF_WHOLE = (*_OF_SETS, "<<", ">>")
_DEEPEST = 40  # lists in one another
_VALUE = 5  # places that a Value takes


class Frozen(set[Any]):
    """A ``frozenset``: a set that nobody changes, so that it may be a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # a set has none, as it changes
        return hash(frozenset(self))


Frozen.__name__ = "frozenset"  # as in code


def is_array(thing: Any) -> bool:
    """Whether it is an array of numpy, which is loaded only where there is one."""
    numpy = sys.modules.get("numpy")  # another thread may be about to load it, as a plot does
    return numpy is not None and type(thing) is getattr(numpy, "ndarray", None)


def holds_values(thing: Any) -> bool:
    """Whether it is an array of Values."""
    return is_array(thing) and thing.dtype.kind == "O"


def is_number(thing: Any) -> bool:
    """Whether it is a number, or True or False."""
    return isinstance(thing, (int, float))


def without_class(thing: Any) -> Any:
    """The list, or the dict, that an object of a class made from one holds; else the thing itself."""
    if not isinstance(thing, Instance):
        return thing
    return list(thing) if isinstance(thing, list) else dict(thing) if isinstance(thing, dict) else thing


def as_whole(thing: Any) -> Any:
    """The number that a member of an IntEnum is; else the thing itself."""
    return vars(thing)["value"] if isinstance(thing, Instance) and thing.of.numbers else thing


def plain(thing: Any) -> Any:
    """A number without what it knows of itself."""
    if isinstance(thing, NumpysTruth):
        return bool(thing)
    if isinstance(thing, Traced):
        return float(thing) if isinstance(thing, float) else int(thing)  # type: ignore[call-overload]
    return thing


def rounded(number: float) -> float:
    """The number as a tensor of torch holds it where nothing else is said, in 32 bits."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def binary(sign: str, x: Any, y: Any, meter: Meter) -> Any:
    """``x sign y``; raises Wrong, and what Python raises for such numbers."""
    if isinstance(x, Value) or isinstance(y, Value):
        return _of_values(sign, x, y, meter)
    if is_number(x) and is_number(y):
        return _of_numbers(sign, x, y, meter)
    if is_array(x) or is_array(y):
        return _of_arrays(sign, x, y, meter)
    for each in (x, y):
        if isinstance(each, PassedOver) and isinstance(x if each is y else y, (str, PassedOver)):
            return each
        if isinstance(each, PassedOver):
            raise Wrong(tr("{name} was passed over, so there is no number of it", name=each.name))
    return _of_texts_and_lists(sign, without_class(x), without_class(y), meter)


def _of_values(sign: str, x: Any, y: Any, meter: Meter) -> Any:
    meter.hold(_VALUE)
    if not all(isinstance(each, Value) or is_number(each) for each in (x, y)):
        return _refuse(sign, x, y)
    if sign not in ("+", "-", "*", "/", "**"):
        raise Wrong(tr("a Value has no {sign}", sign=sign), TypeError)
    if sign == "**" and isinstance(x, Value) and not isinstance(y, Value):
        return of_ints(x ** plain(y))
    return of_ints(_OF_NUMBERS[sign](_leaf(x, meter), _leaf(y, meter)))


def _leaf(x: Any, meter: Meter) -> Any:
    """The operand; a whole number that is only written there is a Value that is known to hold one."""
    return marked(Value(plain(x))) if isinstance(x, int) and not is_told(x) else as_operand(x, meter)


def as_operand(x: Any, meter: Meter) -> Any:
    """A Value, or a plain number; one that is known by a place in a list, or by a name, stays one leaf."""
    if not is_told(x):
        return plain(x)
    held = meter.leaves.get(id(x))
    if held is None:
        new = Value(plain(x), label=x.label)
        held = meter.leaves[id(x)] = (x, marked(new) if isinstance(x, int) else new)
    return held[1]


def _of_numbers(sign: str, x: Any, y: Any, meter: Meter) -> Any:
    a, b = plain(x), plain(y)
    if sign in _OF_WHOLE and not (isinstance(a, int) and isinstance(b, int)):
        _refuse(sign, x, y)
    if sign == "@":
        _refuse(sign, x, y)
    if isinstance(a, int) and isinstance(b, int):
        powers = {"**": a.bit_length() * b if abs(a) > 1 else 0, "<<": b}
        if powers.get(sign, 0) > 2 * BITS:
            raise Wrong(tr("the whole number is too large"))
        out = _OF_NUMBERS[sign](a, b)
        if isinstance(out, int):
            whole(out)
    else:
        out = _OF_NUMBERS[sign](a, b)
    if isinstance(out, complex):
        raise Wrong(tr("this power is a complex number, and there are none here"))
    if isinstance(x, Traced) or isinstance(y, Traced) or type(out) is float:
        meter.hold(2)
        out = told_how(out, sign, x, y)
    return as_numpys(out) if is_from_numpy(x, y) else out


def _of_arrays(sign: str, x: Any, y: Any, meter: Meter) -> Any:
    import numpy as np

    if not all(is_array(each) or is_number(each) or isinstance(each, list) for each in (x, y)):
        return _refuse(sign, x, y)
    a, b = (array(each, meter) if isinstance(each, list) else plain(each) for each in (x, y))
    shapes = np.shape(a), np.shape(b)
    if sign == "@":
        refuse_shapes(sign, shapes, all(shapes) and shapes[0][-1] == shapes[1][-2:][0])
        size = np.size(a) * (shapes[1][-1] if len(shapes[1]) > 1 else 1)
    else:
        try:
            size = np.broadcast(a, b).size
        except ValueError:
            refuse_shapes(sign, shapes, False)
    refuse_size(size)
    with np.errstate(all="ignore"):
        out = _OF_NUMBERS[sign](a, b)
    meter.hold(out.size)
    return as_numpys(out)


def refuse_size(size: int) -> None:
    """Raises Wrong for an array of more numbers than there may be."""
    if size > ARRAY_AT_MOST:
        raise Wrong(tr("an array has at most {most:,} numbers", most=ARRAY_AT_MOST))


def refuse_shapes(sign: str, shapes: tuple[Any, Any], fit: bool) -> None:
    """Raises Wrong for two arrays that do not fit."""
    if not fit:
        raise Wrong(
            tr(
                "arrays of the shapes {shape} and {other} do not fit for {sign}",
                shape=shapes[0],
                other=shapes[1],
                sign=sign,
            ),
            ValueError,
        )


def array(thing: Any, meter: Meter, *, values: bool = False) -> Any:
    """An array of the numbers in lists, or of ``values`` where those may be; raises Wrong."""
    import numpy as np

    if is_array(thing):
        if not values and holds_values(thing):
            raise Wrong(_no_values())
        return thing
    sizes: list[int] = []
    level: Any = thing
    while _is_row(level) and len(level):
        sizes.append(len(level))
        level = level[0]
        if len(sizes) > 4:
            raise Wrong(tr("an array has at most 4 dimensions here"))
    count = 1
    for size in sizes:
        count *= size
    refuse_size(count)
    meter.hold(count)
    return np.array(_numbers(thing, sizes, values))


def _is_row(thing: Any) -> bool:
    return isinstance(thing, (list, tuple, range)) or (is_array(thing) and thing.ndim > 0)


def _no_values() -> str:
    return tr("an array of Values is not known here, a list of them is")


def _numbers(thing: Any, sizes: Sequence[int], values: bool) -> Any:
    if not sizes:
        if isinstance(thing, Value) and values:
            return thing
        if isinstance(thing, Value):
            raise Wrong(_no_values())
        if not is_number(thing):
            raise Wrong(tr("an array is made of numbers, not of {thing}", thing=kind_name(thing)))
        return plain(thing)
    if not _is_row(thing) or len(thing) != sizes[0]:
        raise Wrong(tr("the lists of an array are of one length"))
    things = thing.tolist() if is_array(thing) else thing  # Python's own numbers
    return [_numbers(each, sizes[1:], values) for each in things]


def _of_texts_and_lists(sign: str, x: Any, y: Any, meter: Meter) -> Any:
    if sign == "%" and isinstance(x, str):
        return meter.text(_percent(x, y))
    if sign == "+" and type(x) is type(y) and isinstance(x, (str, list, tuple)):
        if isinstance(x, str):
            return meter.text(x + y)
        meter.hold(len(x) + len(y))
        return x + y
    if sign == "*" and isinstance(x, int) and not isinstance(y, int):
        x, y = y, x
    if sign == "*" and isinstance(x, (str, list, tuple)) and isinstance(y, int):
        size = len(x) * max(int(y), 0)
        if isinstance(x, str):
            if size > LETTERS:
                raise Wrong(tr("a text has at most {most:,} letters", most=LETTERS))
            return meter.text(x * int(y))
        meter.hold(size)
        return x * int(y)
    if sign in ("-", *_OF_SETS) and isinstance(x, set) and isinstance(y, set):
        meter.hold(len(x) + len(y))
        return _OF_NUMBERS[sign](x, y)
    if sign == "|" and isinstance(x, dict) and isinstance(y, dict):
        meter.hold(2 * (len(x) + len(y)))
        return x | y
    return _refuse(sign, x, y)


def _percent(form: str, given: Any) -> str:
    """The text with numbers and texts put in."""
    if "*" in form or any(len(run) > 3 for run in _digits(form)):
        raise Wrong(tr("a width of so many places is not written here"))
    if isinstance(given, dict):
        return form % {name: plain(each) for name, each in given.items()}
    return form % tuple(map(plain, given if isinstance(given, tuple) else (given,)))


def _digits(text: str) -> list[str]:
    return "".join(each if each.isdigit() else " " for each in text).split()


def formatted(thing: Any, spec: str, shown: str) -> str:
    """The thing as ``{thing:spec}``; ``shown`` is what it is without one. Raises Wrong."""
    if not spec:
        return shown
    if any(len(run) > 3 for run in _digits(spec)):
        raise Wrong(tr("a width of so many places is not written here"))
    if is_number(thing):
        return format(plain(thing), spec)
    if isinstance(thing, str):
        return format(thing, spec)
    raise Wrong(
        tr(
            "{thing} cannot be written as “{spec}”: take its number, as in x.data",
            thing=kind_name(thing),
            spec=spec[:20],
        )
    )


def _refuse(sign: str, x: Any, y: Any) -> Any:
    raise Wrong(
        tr(
            "there is no {sign} of {thing} and {other}",
            sign=sign,
            thing=kind_name(x),
            other=kind_name(y),
        ),
        TypeError,
    )


def unary(sign: ast.unaryop, x: Any, meter: Meter) -> Any:
    """``-x``, ``+x``, ``~x`` or ``not x``; raises Wrong."""
    if isinstance(sign, ast.Not):
        return not truth(x)
    if isinstance(sign, ast.Invert):
        if isinstance(x, NumpysTruth):
            return as_numpys(not x)
        if isinstance(x, int):
            return ~int(x)
        if is_array(x) and x.dtype.kind in "bi":
            meter.hold(x.size)
            return ~x
        raise Wrong(tr("there is no {sign} of {thing}", sign="~", thing=kind_name(x)), TypeError)
    if isinstance(x, Value):
        meter.hold(_VALUE)
        return of_ints(-x) if isinstance(sign, ast.USub) else x
    if is_number(x):
        if isinstance(sign, ast.UAdd):
            return x
        if isinstance(sign, ast.USub):
            out = -plain(x)
            plain_number = isinstance(x, Traced) and (x.op is not None or x.label)
            out = traced(out, "neg", (x,)) if plain_number else out
            return as_numpys(out) if is_from_numpy(x) else out
    if is_array(x) and isinstance(sign, (ast.USub, ast.UAdd)):
        meter.hold(x.size)
        return -x if isinstance(sign, ast.USub) else x
    raise Wrong(tr("{thing} has no sign", thing=kind_name(x)), TypeError)


def truth(x: Any) -> bool:
    """Whether it counts as true; raises Wrong for an array."""
    if is_array(x):
        raise Wrong(tr("whether an array is true cannot be said"))
    if x is None or is_number(x) or isinstance(x, (str, list, tuple, dict, set, range)):
        return bool(x)
    return True


def compared(sign: ast.cmpop, x: Any, y: Any, meter: Meter) -> Any:
    """``x sign y`` of a comparison; raises Wrong."""
    match sign:
        case ast.Is():
            return _is_same(x, y)
        case ast.IsNot():
            return not _is_same(x, y)
        case ast.In():
            return _within(x, y, meter)
        case ast.NotIn():
            return not _within(x, y, meter)
    if (is_array(x) or is_array(y)) and all(is_array(each) or is_number(each) for each in (x, y)):
        meter.hold(getattr(x, "size", 1) + getattr(y, "size", 1))
        order = {ast.Eq: operator.eq, ast.NotEq: operator.ne}.get(type(sign)) or ORDERS[type(sign)]
        return order(plain(x), plain(y))
    if isinstance(sign, ast.Eq):
        holds = equal(x, y, meter)
    elif isinstance(sign, ast.NotEq):
        holds = not equal(x, y, meter)
    else:
        holds = ordered(ORDERS[type(sign)], x, y)
    return as_numpys(holds) if is_from_numpy(x, y) and is_number(x) and is_number(y) else holds


def ordered(order: Callable[[Any, Any], Any], x: Any, y: Any) -> bool:
    """Whether they are in that order; raises Wrong where they have none."""
    x, y = without_class(x), without_class(y)
    if (is_number(x) and is_number(y)) or (isinstance(x, str) and isinstance(y, str)):
        return bool(order(plain(x), plain(y)))
    if isinstance(x, (list, tuple)) and type(x) is type(y):
        for a, b in zip(x, y, strict=False):
            if not (a is b or (is_number(a) and is_number(b) and a == b) or (isinstance(a, str) and a == b)):
                return ordered(order, a, b)
        return bool(order(len(x), len(y)))
    if isinstance(x, set) and isinstance(y, set):
        return bool(order(x, y))
    if isinstance(x, Value) or isinstance(y, Value):
        raise Wrong(tr("Values are not ordered: compare their numbers, as in x.data < y.data"))
    raise Wrong(
        tr("{thing} and {other} have no order", thing=kind_name(x), other=kind_name(y)),
        TypeError,
    )


def _is_same(x: Any, y: Any) -> bool:
    return x is y or (isinstance(x, bool) and isinstance(y, bool) and x == y)


def equal(x: Any, y: Any, meter: Meter, depth: int = _DEEPEST) -> bool:
    """``x == y``; lists are compared thing by thing, and each counts."""
    meter.evaluate()
    if not depth:
        raise Wrong(tr("the lists are nested too deeply"))
    if (is_number(x) and is_number(y)) or (isinstance(x, str) and isinstance(y, str)):
        return bool(x == y)
    if isinstance(x, Operands) or isinstance(y, Operands):  # a set of Values equals them, as in micrograd
        return bool(x == y)
    if type(x) is type(y) and isinstance(x, (list, tuple)):
        return len(x) == len(y) and all(equal(a, b, meter, depth - 1) for a, b in zip(x, y, strict=True))
    if isinstance(x, dict) and isinstance(y, dict):
        return x.keys() == y.keys() and all(equal(x[each], y[each], meter, depth - 1) for each in x)
    if isinstance(x, Instance) is not isinstance(y, Instance) and isinstance(x, (list, dict)):
        return equal(without_class(x), without_class(y), meter, depth - 1)
    x, y = (set(each) if isinstance(each, DictView) and each.what == "keys" else each for each in (x, y))
    if any(isinstance(x, kind) and isinstance(y, kind) for kind in (set, range)):
        return bool(x == y)
    if isinstance(x, Instance) and isinstance(y, Instance) and x.of is y.of and x.of.fields:
        pairs = ((vars(each).get(one.name) for each in (x, y)) for one in x.of.fields)
        return all(equal(a, b, meter, depth - 1) for a, b in pairs)  # as a dataclass is
    return x is y


def _within(x: Any, y: Any, meter: Meter) -> bool:
    if isinstance(y, str) and isinstance(x, str):
        meter.evaluate(1 + len(y) // 100)
        return x in y
    if isinstance(y, (set, dict)):
        return key(x) in y
    if isinstance(y, PassedOver):
        return False
    if isinstance(y, range):
        number = plain(x)  # of a fraction Python would ask each number of the range
        return is_number(x) and number % 1 == 0 and int(number) in y
    if isinstance(y, (list, tuple)):
        return any(equal(x, each, meter) for each in y)
    raise Wrong(tr("nothing is in {thing}", thing=kind_name(y)))


def key(thing: Any, depth: int = 3) -> Any:
    """The thing as a key of a dict or a member of a set; raises Wrong where it cannot be one."""
    if is_number(thing):
        return plain(thing)
    if thing is None or (isinstance(thing, (str, Value, Instance)) and not isinstance(thing, (list, dict))):
        return thing
    if isinstance(thing, tuple) and depth and len(thing) < 100:
        return tuple(key(each, depth - 1) for each in thing)
    if isinstance(thing, (Builtin, Class, NetworkKind, Frozen)):
        return thing
    raise Wrong(tr("{thing} cannot be a key, nor a member of a set", thing=kind_name(thing)), TypeError)


def op_of_value(name: str, x: Value, meter: Meter) -> Value:
    """A function of the table of one Value."""
    meter.hold(_VALUE)
    return of_ints(apply(OPS[name], x))
