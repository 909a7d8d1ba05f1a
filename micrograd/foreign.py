"""The graph behind a finished value of any class built as micrograd's: karpathy's, the lecture's, ours.

Such a class has `data`, `grad`, `_prev` and `_op`. Its `_prev` may be a set, which holds `a` once for `a * a`
and in no order; what is read here has each operand in its place all the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice, permutations
from typing import Any, NamedTuple

from micrograd.engine import Operands, Value
from micrograd.ieee import number
from micrograd.ops import OPS, Op, op_of, power

_LONGEST = 40  # characters of a label in a sentence
_COUNTED = 5  # times as many nodes as can be shown are counted, to say how many: most of a second
_OPERANDS_AT_MOST = 1_000_000  # of a node; a `_prev` without an end is not waited for
_FIELDS = ("data", "grad", "_prev", "_op")


class LiveNode(NamedTuple):
    """A node of such a graph.

    Attributes:
        value: the object itself.
        label: its label; empty where it has none.
        text: its `_op`; empty for a leaf.
        op: the row of the table that this text names; None for a leaf, and for what the table does not know.
        inputs: the places of its operands in the graph, in their order; one that is taken twice stands twice.
        previous: the same as `_prev` itself has them, in the order in which its own `backward` walks; a set
            has each once.
        data, grad: its numbers.
    """

    value: Any
    label: str
    text: str
    op: Op | None
    inputs: tuple[int, ...]
    previous: tuple[int, ...]
    data: float
    grad: float

    @property
    def called(self) -> str:
        """The node in a sentence: "node b", or what it was made by."""
        return called(self.label, self.text)


def is_like_a_value(thing: object) -> bool:
    """Whether it has what the Values of karpathy/micrograd and of the lecture have."""
    if isinstance(thing, type):
        return False
    try:
        # The quick way: read, and not used. What a thing of any class has, its type does not tell.
        thing.data, thing.grad, thing._prev, thing._op  # type: ignore[attr-defined]  # noqa: B018 - read only
    except Exception:  # noqa: BLE001 - a property of anybody's class
        return all(_has(thing, name) for name in _FIELDS)
    return True


def _has(thing: object, name: str) -> bool:
    """As `hasattr`, but what raises something else is there: it is told when it is read."""
    try:
        return hasattr(thing, name)
    except Exception:  # noqa: BLE001 - a property of anybody's class
        return True


def read_graph(root: Any, at_most: int | None = None) -> list[LiveNode]:
    """The nodes of the graph that ends in the root, operands before results, the root last; nothing recurses.

    Raises TypeError where a node is no such value or holds no number, and ValueError where the graph goes in
    a circle, has more nodes than `at_most`, or something of a node cannot be read; the sentence names it.
    """
    if not is_like_a_value(root):
        raise TypeError(f"{_a_kind(root)} has no graph behind it: it has no data, grad, _prev and _op")
    if at_most is not None and (many := _how_many(root, most := _COUNTED * at_most)) > at_most:
        said = f"{many:,}" if many <= most else f"more than {most:,}"
        raise ValueError(f"the graph has {said} nodes, and no more than {at_most:,} can be shown")
    nodes: list[LiveNode] = []
    places: dict[int, int] = {}  # by the identity of the values, which the nodes keep
    for value, told in _operands_first(root):
        label, text = label_of(value), _op_of(value)
        data, grad = _got(value, "data"), _got(value, "grad")
        if type(data) is not float or type(grad) is not float:
            plain = type(data) in (float, int) and type(grad) in (float, int)
            name = "" if plain else called(label, text)
            data, grad = _number(data, f"{name} holds"), _number(grad, f"the grad of {name} is")
        operands = tuple([places[id(each)] for each in told])
        previous = operands
        if len(told) > 1 and type(value) is not Value:
            previous = tuple([places[id(each)] for each in _listed(value)])
        op, inputs = _operation(value, text, operands, nodes, data) if told else (None, ())
        places[id(value)] = len(nodes)
        nodes.append(LiveNode(value, label, text if told else "", op, inputs, previous, data, grad))
    return nodes


def label_of(value: Any) -> str:
    """Its label as text; empty where it has none."""
    try:
        label = value.label
    except AttributeError:
        return ""
    except Exception as problem:  # anybody's class may raise anything
        raise ValueError(f"the label of {_shown(value)} cannot be read: {said_of(problem)}") from problem
    if type(label) is str:
        return label
    try:
        return "" if label is None else str(label)
    except Exception as problem:  # anybody's class may raise anything
        raise ValueError(f"the label of {_shown(value)} cannot be read: {said_of(problem)}") from problem


def called(label: str, text: str) -> str:
    """A node in a sentence: by its label, else by its op; it never begins with the label."""
    label = " ".join("".join(c if c.isprintable() else " " for c in label[: 4 * _LONGEST]).split())
    if label:
        return f"node {label if len(label) <= _LONGEST else label[: _LONGEST - 1] + '…'}"
    return f"a node made by {text[:_LONGEST]}" if text.isprintable() and text else "a node without a label"


def same(a: float, b: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers agree, but for rounding."""
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1.0, abs(a), abs(b))


_OTHER_TEXTS = {
    "negate": "neg", "-x": "neg", "add": "+", "sub": "-", "mul": "*", "div": "/", "truediv": "/",
    "pow": "**", "^": "**", "σ": "sigmoid", "ln": "log", "maximum": "max", "minimum": "min",
    "leakyrelu": "leaky_relu", "swish": "silu", "arctan": "atan",
}  # fmt: skip


def rule_of(text: str) -> Op | None:
    """The row that goes by that name or text: micrograd says "ReLU" where the table says "relu"."""
    if text in OPS:
        return OPS[text]
    by_text = next((op for op in OPS.values() if op.op_text == text), None)
    if by_text is not None:
        return by_text
    plain = text.strip().lower()
    try:
        return op_of(_OTHER_TEXTS.get(plain, plain))
    except KeyError:
        return None


def closure_of(function: Any) -> Mapping[str, Any]:
    """What a function made inside another one holds of it, by the names it has there."""
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    held = {}
    for name, cell in zip(names, getattr(function, "__closure__", None) or (), strict=False):
        try:
            held[name] = cell.cell_contents
        except ValueError:  # it was never set
            continue
    return held


# ---------------------------------------------------------------- the order


def _how_many(root: Any, most: int) -> int:
    """How many nodes there are, as far as it can be told at once; of more than that it stops counting."""
    seen, waiting = {id(root)}, [root]
    while waiting and len(seen) <= most:
        try:
            value = waiting.pop()
            previous = value._operands if type(value) is Value else value._prev
        except Exception:  # noqa: BLE001 - of anybody's class; who reads the graph says so
            return 0
        if type(previous) not in (tuple, set, list):
            return 0
        for each in previous:
            if id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)
    return len(seen)


def _operands_first(root: Any) -> Iterator[tuple[Any, list[Any]]]:
    """The values, operands first, each with its operands as they are told; raises ValueError for a circle."""
    on_the_way = {id(root)}
    done: set[int] = set()
    told = operands_of(root)
    path = [(root, told, iter(told))]
    while path:
        value, told, rest = path[-1]
        for each in rest:
            if id(each) in on_the_way:
                name = called(label_of(each), _op_of(each))
                raise ValueError(f"the graph goes in a circle: {name} is computed from itself")
            if id(each) not in done:
                if type(each) is not Value and not is_like_a_value(each):
                    name = called(label_of(value), _op_of(value))
                    raise TypeError(f"{name} is computed from {_a_kind(each)}, which is no such value")
                on_the_way.add(id(each))
                inner = operands_of(each)
                path.append((each, inner, iter(inner)))
                break
        else:
            path.pop()
            on_the_way.discard(id(value))
            done.add(id(value))
            yield value, told


def operands_of(value: Any) -> list[Any]:
    """Its operands; where the closure of `_backward` holds them, as (self, other), not as a set has them."""
    if type(value) is Value and type(value._operands) is tuple:
        return list(value._operands)
    operands = _listed(value)
    if len(operands) < 2 or isinstance(value, Value) or isinstance(_got(value, "_prev"), (tuple, list)):
        return operands
    order = _named(_backward_of(value), operands)
    for each in operands:  # the closure may have been hung on an operand by mistake
        if order is None and closure_of(_backward_of(each)).get("out") is value:
            order = _named(_backward_of(each), operands)
    return order or operands


def _named(backward: Any, operands: list[Any]) -> list[Any] | None:
    """The operands as (self, other) of that closure; None where it does not hold all of them."""
    held = closure_of(backward)
    order: list[Any] = []
    for name in ("self", "other"):
        found = held.get(name)
        order += [x for x in operands if x is found and not any(x is one for one in order)]
    return order if len(order) == len(operands) else None


def _listed(value: Any) -> list[Any]:
    previous = _got(value, "_prev")
    if isinstance(previous, Operands) or type(previous) in (tuple, set, list):
        return list(previous)
    try:
        # A class of one's own may have None in a leaf; a Value never has it, and cannot be gone through.
        each = () if previous is None and not isinstance(value, Value) else iter(previous)
        if each is not previous:  # what is read once is gone then
            return list(islice(each, _OPERANDS_AT_MOST))
    except TypeError:  # it is nothing to go through
        pass
    except Exception as problem:  # anybody's class may raise anything
        name = called(label_of(value), _op_of(value))
        raise ValueError(f"_prev of {name} cannot be read: {said_of(problem)}") from problem
    name = called(label_of(value), _op_of(value))
    raise TypeError(f"_prev of {name} is {_a_kind(previous)}, not its operands") from None


def _operation(value: Any, text: str, told: tuple[int, ...], nodes: list[LiveNode],
               data: float) -> tuple[Op | None, tuple[int, ...]]:
    """The row of an op, and the places of its operands in their order."""
    if isinstance(value, Value):
        op = value._rule if type(value._rule) is Op else value.op or rule_of(text)
        return (op if op is not None and op.arity == len(told) else None), told
    op = rule_of(text)
    if op is OPS["**"] and len(told) == 1:
        op = _constant_power(value, nodes[told[0]].data, data) or op
    elif op is OPS["-"] and len(told) == 1 and data == -nodes[told[0]].data != 0:
        op = OPS["neg"]
    if op is None or len(told) not in (1, op.arity):
        return None, told
    if len(told) < op.arity:
        twice = _takes_twice(value, nodes[told[0]], op, data)
        return (op, told * op.arity) if twice else (None, told)
    if op.arity == 1:
        return op, told
    numbers = [nodes[place].data for place in told]
    for order in permutations(range(len(told))):
        if same(float(op.forward(*[numbers[k] for k in order])), data):
            return op, tuple([told[k] for k in order])
    return op, told


def _takes_twice(value: Any, operand: LiveNode, op: Op, data: float) -> bool:
    """Whether an op of two that tells of one operand takes it twice; else its other one is a number apart.

    A set holds `a` once for `a + a`; a class that keeps plain numbers out of `_prev` has `a` alone for
    `a + 1`, too. Its own closure knows which; where it has none of its own, the data tells.
    """
    closure = closure_of(_backward_of(value))
    if closure.get("out") is value:
        rest = [each for name, each in closure.items() if name != "out" and each is not operand.value]
        if len(closure) - len(rest) > 2:
            return True
        if any(is_like_a_value(each) or isinstance(each, (int, float)) for each in rest):
            return False
    return same(float(op.forward(operand.data, operand.data)), data)


def _constant_power(value: Any, base: float, data: float) -> Op | None:
    """The row of a power whose exponent stands in the closure, not in `_op`; None where it is not found."""
    for held in closure_of(_backward_of(value)).values():
        if isinstance(held, (int, float)) and same(float(power(held).forward(base)), data):
            return power(held)
    return None


# ---------------------------------------------------------------- what anybody's class may answer


def _backward_of(value: Any) -> Callable[[], object] | None:
    try:
        found = value._backward
    except Exception:  # noqa: BLE001 - a property of anybody's class; most have no such thing
        return None
    return found if callable(found) else None


def _got(value: Any, name: str) -> Any:
    """An attribute of anybody's class; raises ValueError where reading it does."""
    try:
        return getattr(value, name)
    except Exception as problem:  # anybody's class may raise anything
        label = "" if name == "label" else label_of(value)
        raise ValueError(f"{name} of {called(label, '')} cannot be read: {said_of(problem)}") from problem


def _op_of(value: Any) -> str:
    """Its `_op` as text; empty where it has none."""
    text = _got(value, "_op")
    if type(text) is str:
        return text
    try:
        return "" if text is None else str(text)
    except Exception as problem:  # anybody's class may raise anything
        name = called(label_of(value), "")
        raise ValueError(f"_op of {name} cannot be read: {said_of(problem)}") from problem


def _shown(value: Any) -> str:
    """A node whose label cannot be read, in a sentence: by its op, else by its number."""
    for name, words in (("_op", "a node made by {}"), ("data", "the node that holds {}")):
        with suppress(Exception):  # of anybody's class
            text = str(getattr(value, name))[:_LONGEST]
            if text and text.isprintable():
                return words.format(text)
    return "a node"


def unreadable(root: Any, problem: Exception) -> Exception:
    """What is to be raised where a problem came up with such a graph: the sentence that names the node."""
    try:
        read_graph(root)
    except (TypeError, ValueError) as known:
        return known
    return TypeError(f"the graph cannot be read: {said_of(problem)}")


def said_of(problem: Exception) -> str:
    """An exception in a sentence, on one line."""
    kind = type(problem).__name__
    try:
        return " ".join(f"{kind} {problem}".split())[:200]
    except Exception:  # noqa: BLE001 - of anybody's class
        return kind


def _a_kind(thing: object) -> str:
    if thing is None:
        return "None"
    name = type(thing).__name__.removeprefix("nd")
    return f"a{'n' * (name[:1].lower() in 'aeiou')} {name}"


def _number(thing: Any, what: str) -> float:
    if type(thing) is float:
        return thing
    try:
        if getattr(thing, "shape", ()):
            raise TypeError
        return number(thing)
    except Exception:  # noqa: BLE001 - of anybody's class
        raise TypeError(f"{what} {_a_kind(thing)}, not a number") from None
