"""Ops of one's own: a row of the table made from an expression, with a slope that was checked before.

An own op is never changed: its name means one function as long as the program runs, so that a graph of the
past is what it was. A file carries the ops that its graph is made of; where a name means another function
here, the one of the file gets a further name.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from micrograd.language import tr
from micrograd.ops import OPS, Op, op_of, superscript
from micrograd_gui.document.block import BLOCK_KINDS
from micrograd_gui.document.errors import Refusal
from micrograd_gui.document.graph import Graph, NodeId, Span
from micrograd_gui.document.rewriting.slopes import slope_of
from micrograd_gui.document.text import after_colon, one_line, spoken, written

LONGEST_NAME, LONGEST = 20, 400  # characters of a name, and of an expression
NODES_AT_MOST = 200  # in an expression
OPERANDS = ("x", "y")
_WORDS = frozenset({"Value", *(row.module for row in BLOCK_KINDS.values() if row.module)})  # of expressions
OVER: Span = (-3.0, 3.0)  # where a slope is checked, where nobody says
_POINTS = 121
_STEP = 1e-5  # of the central difference, whose error then is some 1e−10 of the third derivative
_TOLERANCE = 1e-5  # relative: between the slope that is given and that of the function


class OwnOp(NamedTuple):
    """What somebody has written: a name, an expression over x (and y), and its slope per operand.

    An empty slope is derived: by the rules of the ops that the expression is made of.
    """

    name: str
    expression: str
    slopes: tuple[str, ...]

    def slope_in_words(self, port: int) -> str:
        """The slope for that operand, as it was typed or is derived."""
        return self.slopes[port] or slopes_in_words(self.expression)[port]


OWN: dict[str, OwnOp] = {}  # by name, those that the table has got


def own_op(
    name: str, expression: str, slopes: Iterable[str] = (), over: Span = OVER, *, check: bool = True
) -> OwnOp:
    """The op as it can be added to the table, checked; a slope that is not given (or "") is derived.

    Raises Refusal for a name that cannot be one, for an expression that is none over x and y, and where the
    slope is not that of the function somewhere in the span, with the point. A file's was checked when it was
    made: reading it needs no further ``check``, and finds the same function whatever the span was.
    """
    graph = _read(expression, tr("The function"))
    if "x" not in _operands(graph):
        raise Refusal(tr("The function must be one of x."))
    if graph.target is None or graph.nodes[graph.target].is_leaf:
        raise Refusal(tr("The function computes nothing: it is x itself."))
    arity = 2 if "y" in _operands(graph) else 1
    given = tuple(one_line(each.strip()) for each in (*slopes, "", ""))[:arity]
    made = OwnOp(_checked_name(name, new=check), one_line(expression.strip()), given)
    for each in filter(None, given):
        _read(each, tr("The slope"))
    if check:
        _check_slopes(made, over)
    return made


def slopes_in_words(expression: str) -> tuple[str, ...]:
    """The slopes that are derived of the function, one per operand. Raises Refusal where it is none."""
    graph = _read(expression, tr("The function"))
    return tuple(slope_of(graph, letter) for letter in OPERANDS[: 2 if "y" in _operands(graph) else 1])


def taken_up(made: OwnOp) -> str:
    """The op is a row of the table; gives its name there, a further one where that is another function's."""
    known = next((name for name, each in OWN.items() if each[1:] == made[1:] and _is_of(name, made)), None)
    if known is not None:
        return known
    name, count = made.name, 1
    while name in OPS:
        count += 1
        name = _further(made.name, count)
    OWN[name] = made._replace(name=name)
    OPS[name] = row_of(OWN[name])
    return name


def _further(name: str, count: int) -> str:
    """``swish_2``: no longer than a name may be, as a file must open again."""
    return f"{name[: LONGEST_NAME - len(f'_{count}')]}_{count}"


class OwnOpField(Protocol):
    """The field of a file."""

    name: str
    expression: str
    slopes: list[str]


def own_ops_from(models: Sequence[OwnOpField], refuse: Callable[[str, str], Refusal]) -> dict[str, str]:
    """The ops that a file brings, taken up into the table; what each is called there.

    ``refuse`` gives what is raised of a place in the file and a sentence.
    """
    names: dict[str, str] = {}
    for index, each in enumerate(models):
        try:
            made = own_op(each.name, each.expression, each.slopes, check=False)
        except Refusal as refusal:
            raise refuse(f"ops[{index}]", after_colon(str(refusal))) from None
        names[each.name] = taken_up(made)
    return names


def _is_of(name: str, made: OwnOp) -> bool:
    count = name.rpartition("_")[2]
    return name == made.name or (count.isdecimal() and name == _further(made.name, int(count)))


def row_of(made: OwnOp) -> Op:
    """The row of the table: it computes by the rows that the expression is made of."""
    graph = _read(made.expression, tr("The function"))
    forward = _evaluation(graph)
    slopes = [
        _evaluation(_read(text, tr("The slope"))) if text else _derivative(graph, letter)
        for text, letter in zip(made.slopes, OPERANDS, strict=False)
    ]
    return Op(
        made.name,
        made.name if len(made.name) <= 6 else f"{made.name[:5]}…",
        len(made.slopes),
        forward=lambda *operands: forward(operands),
        partials=lambda *operands: tuple(slope(operands[:-1]) for slope in slopes),
        slopes=tuple(_template(made.slope_in_words(port)) for port in range(len(made.slopes))),
        help=f"{made.name}({', '.join(OPERANDS[: len(made.slopes)])}) = {made.expression}",
        group="own",
    )


def own_ops_of(graph: Graph) -> tuple[OwnOp, ...]:
    """Those of the ops of one's own that the graph is made of, by name."""
    names = {node.op for node in graph if node.op in OWN} if OWN else set()
    return tuple(OWN[name] for name in sorted(filter(None, names)))


# Reading -------------------------------------------------------------------------------------------


def _read(text: str, what: str) -> Graph:
    """The expression as a graph over leaves x and y. Raises Refusal where it is none, or is too long."""
    from micrograd_gui.document.errors import ExpressionRefusal
    from micrograd_gui.document.notation.reader import graph_from_expression  # with Python's parser

    if not text.strip() or len(text) > LONGEST:
        raise Refusal(
            tr(
                "{what} is an expression over x, at most {most} characters long: x*sigmoid(x).",
                what=what,
                most=LONGEST,
            )
        )
    try:
        graph = _known(text, graph_from_expression)
    except ExpressionRefusal as refusal:
        raise Refusal(tr("{what} cannot be read: {sentence}", what=what, sentence=refusal)) from None
    strange = sorted({node.label for node in graph if node.is_leaf and node.label} - set(OPERANDS))
    if strange:
        raise Refusal(tr("{what} may name x and y alone, not “{name}”.", what=what, name=spoken(strange[0])))
    if len(graph) > NODES_AT_MOST or graph.blocks:
        raise Refusal(
            tr("{what} may have {most} nodes at most, and no network.", what=what, most=NODES_AT_MOST)
        )
    nested = next((node.op for node in graph if node.op in OWN), None)
    if nested is not None:
        raise Refusal(
            tr("{what} may use the ops of the table, but no other of one's own: {op}.", what=what, op=nested)
        )
    return graph


@lru_cache(maxsize=256)
def _known(text: str, read: Callable[[str], Graph]) -> Graph:
    return read(text)


def _operands(graph: Graph) -> set[str]:
    return {node.label for node in graph if node.is_leaf and node.label and node.id in graph.feeding}


def _checked_name(name: str, new: bool) -> str:
    """The name; raises Refusal for what is none, and for an op of the table where it is to be a new one.

    A file may have a name that was free when it was made: the op is taken up under a further one.
    """
    name = name.strip()
    if not name.isidentifier() or not name.isascii() or keyword.iskeyword(name) or len(name) > LONGEST_NAME:
        raise Refusal(
            tr(
                "An op is called by a name of at most {most} letters, digits and _, as swish is; "
                "not “{name}”.",
                most=LONGEST_NAME,
                name=spoken(name),
            )
        )
    taken = {each.lower(): each for each in OPS if each not in OWN}.get(name.lower())
    if taken is not None and new:  # the expression line reads Tanh as tanh
        raise Refusal(tr("There is an op “{name}” already.", name=taken))
    if name in _WORDS:
        raise Refusal(tr("“{name}” means something else in an expression.", name=name))
    return name


def _template(text: str) -> str:
    """The expression as the step card writes it, with {x} and {y} for the operands."""
    from re import sub

    shown = sub(r"\b([xy])\b", r"{\1}", text.replace("{", "").replace("}", "").replace("-", "−"))
    shown = sub(r"\*\*(−?\d+)(?![\d.])", lambda power: superscript(power[1]), shown)
    return shown.replace("**", "^").replace("*", " × ").replace("/", " ÷ ")


# Computing -----------------------------------------------------------------------------------------


def _evaluation(graph: Graph) -> Callable[[tuple[Any, ...]], Any]:
    """What computes the expression from the operands: floats, arrays and complex numbers alike."""
    target = graph.target
    assert target is not None
    order = [graph.nodes[number] for number in graph.order if number in graph.feeding]

    def evaluate(operands: tuple[Any, ...]) -> Any:
        known = dict(zip(OPERANDS, operands, strict=False))
        values: dict[NodeId | None, Any] = {}
        for node in order:
            if node.op is None:
                values[node.id] = known.get(node.label, node.data)
            else:
                values[node.id] = op_of(node.op).forward(*(values[source] for source in node.inputs))
        return values[target]

    return evaluate


def _derivative(graph: Graph, operand: str) -> Callable[[tuple[Any, ...]], Any]:
    """What computes the slope for the operand: forward through the expression, beside the numbers."""
    target = graph.target
    assert target is not None
    order = [graph.nodes[number] for number in graph.order if number in graph.feeding]

    def derive(operands: tuple[Any, ...]) -> Any:
        known = dict(zip(OPERANDS, operands, strict=False))
        values: dict[NodeId | None, Any] = {}
        slopes: dict[NodeId | None, Any] = {}
        for node in order:
            if node.op is None:
                values[node.id] = known.get(node.label, node.data)
                slopes[node.id] = 1.0 if node.label == operand else 0.0
                continue
            rule, given = op_of(node.op), [values[source] for source in node.inputs]
            values[node.id] = out = rule.forward(*given)
            moving = [port for port, source in enumerate(node.inputs) if not _is_zero(slopes[source])]
            partials = rule.partials(*given, out) if moving else ()
            slopes[node.id] = sum((partials[port] * slopes[node.inputs[port]] for port in moving), 0.0)
        return slopes[target]

    return derive


def _is_zero(slope: Any) -> bool:
    return isinstance(slope, float) and slope == 0.0


def _check_slopes(made: OwnOp, over: Span) -> None:
    """See that each slope is that of the function. Raises Refusal with the first point where it is not."""
    low, high = over
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise Refusal(tr("The range must go upwards, not from {low:g} to {high:g}.", low=low, high=high))
    row, finite = row_of(made), False
    others = (0.7, -1.3) if row.arity == 2 else (0.0,)
    for at in range(_POINTS):
        x = low + (high - low) * at / (_POINTS - 1)
        for other in others:
            for port in range(row.arity):
                operands = (x, other)[: row.arity] if port == 0 else (other, x)
                finite = _agrees_at(made, row, operands, port) or finite
    if not finite:
        raise Refusal(tr("The function has no number anywhere from {low:g} to {high:g}.", low=low, high=high))


def _agrees_at(made: OwnOp, row: Op, operands: tuple[float, ...], port: int) -> bool:
    """Whether the function has a number there; raises Refusal where the slope is not its slope."""

    def at(by: float) -> float:
        return float(row.forward(*(x + by * (k == port) for k, x in enumerate(operands))))

    step = _STEP * max(1.0, abs(operands[port]))
    before, here, after = at(-step), at(0.0), at(step)
    if not all(map(math.isfinite, (before, here, after))):
        return math.isfinite(here)
    left, right = (here - before) / step, (after - here) / step
    slope = float(row.partials(*operands, here)[port])
    room = _TOLERANCE * max(1.0, abs(left), abs(right), abs(here) / 1e3)
    kink = abs(left - right) > 1e-3 * max(1.0, abs(left), abs(right))
    fits = (
        min(left, right) - room <= slope <= max(left, right) + room
        if kink
        else abs(slope - (left + right) / 2) <= room
    )
    if not fits:
        point = ", ".join(f"{name} = {x:.4g}" for name, x in zip(OPERANDS, operands, strict=False))
        given = {"point": point, "slope": made.slope_in_words(port), "number": written(slope)}
        if kink:
            low, high = written(min(left, right)), written(max(left, right))
            sentence = tr(
                "At {point} the slope {slope} is {number}, but that of the function is one "
                "between {low} and {high}.",
                low=low,
                high=high,
                **given,
            )
        else:
            sentence = tr(
                "At {point} the slope {slope} is {number}, but that of the function is {right}.",
                right=written((left + right) / 2),
                **given,
            )
        raise Refusal(sentence)
    return True
