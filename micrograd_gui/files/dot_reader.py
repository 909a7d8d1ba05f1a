"""DOT in the form of the lecture's `draw_dot` → Graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from html import unescape
from itertools import permutations
from threading import Event

from micrograd.dot import DATA, LABEL, STALE, TARGET
from micrograd.foreign import rule_of, same
from micrograd.language import N_, tr, with_colon
from micrograd.ops import Op
from micrograd_gui.document.errors import FileRefusal
from micrograd_gui.document.graph import Graph, Node, NodeId
from micrograd_gui.document.node import NODES_AT_MOST
from micrograd_gui.document.text import lowered, spoken, wrong_count
from micrograd_gui.files.dot_parser import DotError, TooMuchDot, read_dot

FORM = N_("a value is a record like { a | data 2.0000 | grad 0.0000 }, and an op a node between values")
_PIECES = re.compile(r"\\.|[|<>{}]|[^\\|<>{}]+|\\\Z", re.DOTALL)  # of a record: escapes, signs, plain text
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*+"(?:\s*\+\s*"(?:[^"\\]|\\.)*+")*+', re.DOTALL)
LARGEST = 4_000_000  # letters, of 40,000 nodes
FIELDS_AT_MOST = 1_000  # of one record
_ENTITY = re.compile(r"&#?\w{1,40};")  # the longest of HTML has 31 letters
_OURS = re.compile(r"n[1-9][0-9]{0,8}")  # a node in what was exported here: its id
_ROUNDING = 2e-3  # numbers are written with four digits, and what is computed from them is off by more


@dataclass(frozen=True, slots=True)
class _Value:
    """A record: its name in the file, its id in the graph, and what stands in it."""

    name: str
    id: NodeId
    label: str
    data: float | None


def graph_from_dot(text: str, name: str = "", stop: Event | None = None) -> Graph:
    """The graph that the DOT text draws, with the numbers in its records; raises FileRefusal.

    Once ``stop`` is set nobody wants it any more.
    """
    name = name or tr("The file")
    _see_that_it_can_be_read(text, name)
    objects, edges, target = _parsed(text, name, stop)
    values: dict[int, _Value] = {}
    ops: dict[int, str] = {}
    for key, each in objects.items():
        called, label = each["name"], each.get("label", "\\N")
        label = called if label == "\\N" else label  # Graphviz's word for a node that has only a name
        if each.get("shape", "").endswith("record"):
            shown, number = _contents(cells(label), called, name)
            typed = each.get(LABEL, "")
            shown = typed if lowered(typed) == shown else shown  # else somebody has renamed it
            values[key] = _Value(called, len(values) + 1, shown, _exactly(number, each.get(DATA)))
        else:
            ops[key] = _escapes(label)
    if not values:
        raise FileRefusal(tr("{name} has no node of a graph: {form}.", name=name, form=tr(FORM)))
    if len(values) > NODES_AT_MOST:
        raise FileRefusal(tr("{name} has more than {most:,} nodes.", name=name, most=NODES_AT_MOST))
    if target and all(_OURS.fullmatch(each.name) for each in values.values()):
        values = {key: replace(each, id=int(each.name[1:])) for key, each in values.items()}
    into: dict[int, list[int]] = {key: [] for key in objects}
    for tail, head in edges:
        into[head].append(tail)
    nodes = {}
    used: set[int] = set()
    for key in _in_order(into, objects, name):
        if key not in values:
            continue
        value = values[key]
        if not into[key]:
            data = 1.0 if value.data is None else value.data
            nodes[value.id] = Node(value.id, None, (), value.label, data)
            continue
        rule, operands = _operation(value, into, values, ops, key, name)
        used.update(operands)
        inputs = tuple(values[each].id for each in operands)
        nodes[value.id] = Node(value.id, rule.name, inputs, value.label)
    ends = [value.id for value in values.values() if value.name == target]
    ends = ends or [value.id for key, value in values.items() if key not in used]
    nodes = dict(sorted(nodes.items()))
    return Graph(nodes, chosen_target=ends[0] if len(ends) == 1 else None, next_id=max(nodes) + 1)


def cells(label: str) -> list[str]:
    """The fields of a record label, its escapes taken back: ``{ a | data 2 }`` → ``["a", "data 2"]``."""
    fields: list[list[str]] = [[]]
    port = False
    for piece in _PIECES.findall(label):
        if piece == "|":
            fields.append([])
        elif piece in ("<", ">"):
            port = piece == "<"
        elif piece not in ("{", "}") and (not port or piece[0] == "\\"):
            fields[-1].append(piece)
    return [_escapes("".join(field).strip(" ")) for field in fields]


def _escapes(text: str) -> str:
    """The text that Graphviz would draw: ``\\n`` is a new line, ``\\|`` a bar, ``&lt;`` a <."""
    plain = re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nlr" else found[1], text, flags=re.DOTALL)
    return _ENTITY.sub(lambda found: unescape(found[0]), plain)


def _see_that_it_can_be_read(text: str, name: str) -> None:
    """Raises FileRefusal for what is larger than a graph of ours could be."""
    if len(text) > LARGEST:
        raise FileRefusal(
            tr(
                "{file} is too large: it has {size:.0f} MB, and at most {most} MB are read.",
                file=name,
                size=len(text) / 1e6,
                most=LARGEST // 1_000_000,
            )
        )
    if any(each[0].count("|") >= FIELDS_AT_MOST for each in _TEXTS.finditer(text)):
        raise FileRefusal(
            tr(
                "{name} has a record of more than {most:,} fields: {form}.",
                name=name,
                most=FIELDS_AT_MOST,
                form=tr(FORM),
            )
        )


def _parsed(
    text: str, name: str, stop: Event | None
) -> tuple[dict[int, Mapping[str, str]], list[tuple[int, int]], str | None]:
    """The nodes by number, with their names; the edges in the order of the file; and the target."""
    try:
        found = read_dot(text, ("label", "shape", LABEL, DATA, TARGET), stop)
    except DotError as error:
        raise FileRefusal(
            tr("{name} cannot be read as DOT: {reason}", name=name, reason=str(error))
        ) from None
    except TooMuchDot:
        raise FileRefusal(
            tr("{name} cannot be read as DOT: it is nested too deeply, or damaged.", name=name)
        ) from None
    called: dict[int, Mapping[str, str]]
    called = {number: {**found.attributes[number], "name": each} for each, number in found.names.items()}
    return called, found.edges, found.own.get(TARGET)


def _contents(fields: list[str], called: str, name: str) -> tuple[str, float | None]:
    """The label of a record, and its number."""
    at = max((at for at, field in enumerate(fields) if field.startswith("data ")), default=None)
    if at is None:
        return " | ".join(field for field in fields if not field.startswith("grad ")), None
    try:
        data = float(fields[at].removeprefix("data ").removesuffix(STALE))
    except ValueError:
        raise FileRefusal(
            tr(
                "{name}: the node “{called}” has “{field}”, which is no number; {form}.",
                name=name,
                called=spoken(called),
                field=spoken(fields[at]),
                form=tr(FORM),
            )
        ) from None
    return " | ".join(fields[:at]), None if fields[at].endswith(STALE) else data


def _exactly(shown: float | None, said: str | None) -> float | None:
    """The number itself, of which the record shows four digits; who has changed the record means that one."""
    try:
        exact = float(said or "")
    except ValueError:
        return shown
    near = shown is None or abs(exact - shown) <= 5.1e-5 * max(1.0, abs(exact) * (abs(exact) >= 1e9))
    return exact if near else shown


def _in_order(into: Mapping[int, list[int]], objects: Iterable[int], name: str) -> Iterable[int]:
    """Operands first, and otherwise as in the file."""
    try:
        return list(TopologicalSorter({key: into[key] for key in objects}).static_order())
    except CycleError:
        raise FileRefusal(tr("{name} draws a cycle, so nothing in it can be computed.", name=name)) from None


def _operation(
    value: _Value,
    into: Mapping[int, list[int]],
    values: Mapping[int, _Value],
    ops: Mapping[int, str],
    key: int,
    name: str,
) -> tuple[Op, list[int]]:
    """The op that a value comes from, and its operands in order."""
    said = tr("{name}: the node “{node}”", name=name, node=spoken(value.label or value.name))
    if len(into[key]) != 1 or into[key][0] not in ops:
        raise FileRefusal(
            tr(
                "{node} comes from {n} nodes, not from one op; {form}.",
                node=said,
                n=len(into[key]),
                form=tr(FORM),
            )
        )
    op = into[key][0]
    operands = list(into[op])
    text = ops[op]
    rule = rule_of(text)
    if rule is None:
        raise FileRefusal(
            tr("{node} comes from “{text}”, which is not in the table of ops.", node=said, text=spoken(text))
        )
    if any(each not in values for each in operands):
        raise FileRefusal(
            tr("{node} comes from an op of ops, not of values; {form}.", node=said, form=tr(FORM))
        )
    if rule.arity == 2 and len(operands) == 1:
        operands *= 2  # the lecture draws the two wires of a * a as one
    if len(operands) != rule.arity:
        raise FileRefusal(with_colon(said, f"{wrong_count(rule.name, rule.arity, len(operands))}."))
    return rule, _ordered(rule, operands, values, value.data)


def _ordered(rule: Op, operands: list[int], values: Mapping[int, _Value], out: float | None) -> list[int]:
    """The operands as in the file; the lecture draws them in any order, so in one that gives the number."""
    numbers = [values[each].data for each in operands]
    if out is None or None in numbers:
        return operands
    for order in permutations(operands):
        found = rule.forward(*(values[each].data for each in order))
        if same(float(found), out, _ROUNDING):
            return list(order)
    return operands
