"""Formulas: what a step did, as lines of typed fragments, in names and in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from micrograd.language import tr
from micrograd.ops import by_letter, op_of
from micrograd_gui.document.data import OPTIMISERS, OptimiserName
from micrograd_gui.document.graph import Graph, Node
from micrograd_gui.document.text import MINUS, one_line, runs, told_apart, written
from micrograd_gui.session.trace import Change, Contribution, Frame, Gathered, Notation

Kind = Literal["symbol", "data", "grad", "operator", "plain", "problem", "stale"]
Size = Literal["head", "big", "note"]
LONGEST_NAME = 28
_POWERS = tuple("^⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_NO_NAME_SIGNS = frozenset("+-−*/×÷^()=,|<>{}[]\"'\\ ")


class Fragment(Struct, frozen=True):
    """A piece of a line: its text, spaces included, what it is, and whether it is what matters most."""

    kind: Kind
    text: str
    strong: bool = False


class Line(Struct, frozen=True):
    """One line of the card: the head, an equation ("big"), or a sentence ("note")."""

    size: Size
    fragments: tuple[Fragment, ...]

    @property
    def text(self) -> str:
        """The line as plain text."""
        return "".join(fragment.text for fragment in self.fragments)

    @property
    def parts(self) -> tuple[tuple[Fragment, ...], ...]:
        """The line cut before each equals sign: where an equation may be broken."""
        cuts = [0, *(at for at, each in enumerate(self.fragments) if each == EQUALS), len(self.fragments)]
        return tuple(self.fragments[begin:end] for begin, end in pairwise(cuts) if begin < end)


EQUALS = Fragment("operator", " = ")
ADDS = Fragment("operator", " += ", strong=True)
TIMES = Fragment("operator", " × ")
PLUS = Fragment("operator", " + ")


def as_text(lines: Sequence[Line]) -> str:
    """The card as plain text, a line per line."""
    return "\n".join(line.text for line in lines)


# Names and numbers -------------------------------------------------------------------------------


def fit_name(text: str) -> str:
    """A label fit for one line of a window: no control characters, not endless."""
    return one_line(text, LONGEST_NAME, instead="�", ends=True)


def name_of(node: Node) -> str:
    """What a node is called in a list."""
    return fit_name(node.name) or f"v{node.id}"


def operand_name(node: Node) -> str:
    """What a node is called inside a formula: in parentheses where its label is itself a formula."""
    name = name_of(node)
    if node.is_leaf and not node.label:
        return name
    stem = name if "_" not in name else "".join(part for part, lower in runs(name) if not lower)
    return f"({name})" if name[0].isdigit() or not _NO_NAME_SIGNS.isdisjoint(stem) else name


class Naming(Struct, frozen=True):
    """How derivatives are written: ``a.grad``, as in code, or as Leibniz did: ``∂L/∂a``.

    This alone gives a gradient its name; ``target`` is what the target is called.
    """

    notation: Notation = "grad"
    target: str = ""

    @property
    def leibniz(self) -> bool:
        """Whether derivatives are written as quotients; where there is no target, of what is not known."""
        return self.notation == "leibniz" and bool(self.target)

    def grad(self, node: Node) -> str:
        """The gradient of a node, as it stands in a formula."""
        name = operand_name(node)
        if self.leibniz:
            return f"∂{self.target}/∂{name}"
        return f"({name}).grad" if node.is_leaf and not node.label else f"{name}.grad"

    def short_grad(self, node: Node) -> str:
        """The same where there is little room, as on a card, which says itself whose it is."""
        if not self.leibniz:
            return "grad"
        return f"∂{one_line(self.target, _SHORT)}/∂{one_line(operand_name(node), _SHORT)}"

    def slope(self, node: Node, operand: Node) -> str:
        """The local slope of a node for an operand in symbols, on little room; empty where there are none."""
        said = f"∂{operand_name(node)}/∂{operand_name(operand)}"
        return said if self.leibniz and len(said) <= _SHORT else ""

    def field(self, node: Node, field: Literal["data", "grad"]) -> Fragment:
        """``a.data`` or ``a.grad`` as it stands in a formula; a constant's data is the number itself."""
        if field == "grad":
            return Fragment(field, self.grad(node))
        plain = self.leibniz or (node.is_leaf and not node.label)
        return (
            Fragment(field, operand_name(node) if self.leibniz else name_of(node))
            if plain
            else (Fragment(field, f"{operand_name(node)}.data"))
        )

    def rewritten(self, text: str, nodes: Iterable[Node]) -> str:
        """A sentence that was written down with the gradients of those nodes as in code."""
        if self.leibniz:
            for node in nodes:
                text = text.replace(f"{node.spoken}.grad", self.grad(node))
        return text


GRAD = Naming()
_SHORT = 14  # letters of a name on a card, and of a slope on a wire


def naming_of(graph: Graph, notation: Notation) -> Naming:
    """How derivatives in that graph are written."""
    return Naming(notation, "" if graph.target is None else operand_name(graph.nodes[graph.target]))


def field_of(node: Node, field: Literal["data", "grad"], names: Naming = GRAD) -> Fragment:
    """``a.data`` or ``a.grad`` as it stands in a formula; a constant's data is the number itself."""
    return names.field(node, field)


def _pieces(template: str) -> list[tuple[str, str | None]]:
    """What stands before each placeholder, and its name; None where the template ends without one."""
    from string import Formatter  # late: a check on the command line fills nothing in

    return [(literal, field) for literal, field, _, _ in Formatter().parse(template)]


def fill(template: str, operands: Sequence[Fragment], out: Fragment | None = None) -> list[Fragment]:
    """A template of the op table with fragments put in; negative numbers in parentheses where need be."""
    known = by_letter(operands, out)
    pieces = _pieces(template)
    fragments: list[Fragment] = []
    for at, (literal, field) in enumerate(pieces):
        if literal:
            fragments.append(Fragment("plain", literal))
        if field is None:
            continue
        put = known[field]
        following = pieces[at + 1][0].lstrip() if at + 1 < len(pieces) else ""
        binds = following.startswith(_POWERS) or literal.endswith((MINUS, "√"))
        if binds and put.text.startswith(MINUS):
            put = Fragment(put.kind, f"({put.text})", put.strong)
        fragments.append(put)
    return fragments


def call(graph: Graph, node: Node) -> list[Fragment]:
    """What an op node does, in names: ``a × b``; an empty port is a question mark."""
    names = ("?" if i is None else operand_name(graph.nodes[i]) for i in node.inputs)
    operands = [Fragment("symbol", name) for name in names]
    return fill(op_of(node.op or "").text, operands)


def definition(graph: Graph, node: Node) -> list[Fragment]:
    """``e = a × b``; for a leaf just its name."""
    head = [Fragment("symbol", operand_name(node))]
    return head if node.is_leaf else [*head, EQUALS, *call(graph, node)]


# Steps -------------------------------------------------------------------------------------------


def forward_line(graph: Graph, node: Node, frame: Frame) -> Line:
    """``e = a × b = 2.0000 × −3.0000 = −6.0000``; what comes in at an empty port is not known."""
    found = (None if i is None else frame.data.get(i) for i in node.inputs)
    numbers = [Fragment("data", written(number)) for number in found]
    return Line(
        "big",
        (
            *definition(graph, node),
            EQUALS,
            *fill(op_of(node.op or "").text, numbers),
            EQUALS,
            Fragment("data", written(frame.data.get(node.id)), strong=True),
        ),
    )


def backward_lines(
    graph: Graph, node: Node, frame: Frame, contribution: Contribution, names: Naming = GRAD
) -> list[Line]:
    """``a.grad += b.data × e.grad = −3.0000 × −2.0000 = 6.0000``, and what it was added to."""
    operand = graph.nodes[contribution.operand]
    head = Fragment("symbol", names.grad(operand))
    upstream = Fragment("grad", written(contribution.upstream))
    lines = [
        Line(
            "big",
            (
                head,
                ADDS,
                *_slope_in_names(graph, node, contribution.port, names),
                TIMES,
                names.field(node, "grad"),
                EQUALS,
                *_slope_in_numbers(node, frame, contribution),
                TIMES,
                upstream,
                EQUALS,
                Fragment("grad", written(contribution.amount), strong=True),
            ),
        )
    ]
    if contribution.before:  # adding to nothing, or to 0, shows nothing new
        was, became = told_apart((contribution.before, contribution.after))
        before = Fragment("grad", was)
        total = (
            before,
            Fragment("operator", " + "),
            Fragment("grad", written(contribution.amount)),
            EQUALS,
            Fragment("grad", became, strong=True),
        )
        lines.append(
            Line(
                "big",
                tuple(phrase("{grad} was {before}, so {sum}", grad=head, before=before, sum=total)),
            )
        )
    return lines


def _slope_in_names(graph: Graph, node: Node, port: int, names: Naming) -> list[Fragment]:
    operands = [graph.nodes[i] for i in node.inputs if i is not None]
    rule = op_of(node.op or "")
    template = rule.slope_words(port)
    if template is None:
        return fill(rule.slope_name(port), [Fragment("symbol", operand_name(each)) for each in operands])
    return _factor(
        template, fill(template, [names.field(each, "data") for each in operands], names.field(node, "data"))
    )


def _slope_in_numbers(node: Node, frame: Frame, contribution: Contribution) -> list[Fragment]:
    template = op_of(node.op or "").slope_words(contribution.port)
    if template is None:
        return [Fragment("data", written(contribution.slope))]
    numbers = [Fragment("data", written(frame.data.get(i))) for i in node.inputs if i is not None]
    return _factor(template, fill(template, numbers, Fragment("data", written(frame.data.get(node.id)))))


def _factor(template: str, fragments: list[Fragment]) -> list[Fragment]:
    """The fragments, in parentheses where the slope is a sum, a product or words."""
    depth = 0
    for each in template:
        depth += (each == "(") - (each == ")")
        if each == " " and depth == 0:
            return [Fragment("plain", "("), *fragments, Fragment("plain", ")")]
    return fragments


def seed_line(node: Node, names: Naming = GRAD) -> Line:
    """``L.grad = dL/dL = 1.0000``."""
    name = operand_name(node)
    return Line(
        "big",
        (
            Fragment("symbol", names.grad(node)),
            *(() if names.leibniz else (EQUALS, Fragment("plain", f"d{name}/d{name}"))),
            EQUALS,
            Fragment("grad", written(1.0), strong=True),
        ),
    )


def gathered_line(node: Node, gathered: Gathered, rows: str, row: str, names: Naming = GRAD) -> Line:
    """``w.grad = mean of 20 rows = −2.2420   (row 1 of 20 alone: −10.1406)``.

    What the row has put in by a further pass is not its slope: the grads above it have grown.
    """
    adds = gathered.adds
    alone = "" if adds else "   " + tr("({row} alone: {grad})", row=row, grad=written(gathered.own))
    whole = (EQUALS, Fragment("grad", written(gathered.after), strong=True)) if adds else ()
    return Line(
        "big",
        (
            Fragment("symbol", names.grad(node)),
            ADDS if adds else EQUALS,
            Fragment("plain", rows),
            EQUALS,
            Fragment("grad", written(gathered.amount), strong=not adds),
            *(Fragment("plain", f",  {names.grad(node)}") for _ in whole[:1]),
            *whole,
            *((Fragment("plain", alone),) if alone else ()),
        ),
    )


def update_line(node: Node, rate: float, change: Change, rule: OptimiserName, names: Naming = GRAD) -> Line:
    """``w.data − rate × w.grad = −3.0000 − 0.0500 × 1.0000 = −3.0500``."""
    before, after = told_apart((change.before, change.after))
    plain = change.by == change.grad and not OPTIMISERS[rule].columns
    return Line(
        "big",
        (
            names.field(node, "data"),
            Fragment("operator", f" {MINUS} "),
            Fragment("plain", tr("rate")),
            TIMES,
            names.field(node, "grad") if plain else Fragment("plain", tr(OPTIMISERS[rule].by)),
            EQUALS,
            Fragment("data", before),
            Fragment("operator", f" {MINUS} "),
            Fragment("plain", written(rate)),
            TIMES,
            Fragment("grad", written(change.by)),
            EQUALS,
            Fragment("data", after, strong=True),
        ),
    )


def phrase(text: str, /, **parts: Fragment | Sequence[Fragment]) -> list[Fragment]:
    """A text in the language in use: its words as plain fragments, and what is put in where it wants it."""
    made: list[Fragment] = []
    for words, name in _pieces(tr(text)):
        if words:
            made.append(Fragment("plain", words))
        if name:
            part = parts[name]
            made += [part] if isinstance(part, Fragment) else part
    return made


def sentence(text: str, kind: Kind = "plain") -> Line:
    """A line in words."""
    return Line("note", (Fragment(kind, text),))


def heading(title: str, *rest: Fragment) -> Line:
    """The line on top: a title in capitals, then what it is about."""
    return Line("head", (Fragment("operator", title), *rest))
