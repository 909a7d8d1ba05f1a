"""Node: one box of a graph, a leaf that holds a number or an op applied to other nodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import compress
from operator import is_not, not_
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from micrograd.ieee import number as as_float
from micrograd.ops import Op, op_of, superscript
from micrograd_gui.document.text import saveable, short, spoken

K = TypeVar("K")
V = TypeVar("V")
NodeId = int
Place = tuple[float, float]
Role = Literal["", "input", "parameter"]
Span = tuple[float, float]
LARGE = 5_000  # nodes of a graph from which on no view goes through all of them for a step
NODES_AT_MOST = 200_000  # in a graph that can be saved and opened
FARTHEST = 1e9  # no node stands farther out than this, in either direction


class Node(Struct, frozen=True):
    """One box: a leaf that holds ``data``, or an op applied to the nodes its ports name.

    ``inputs`` has one entry per port in operand order; None is a port with nothing on it. The same
    node may stand on several ports (``a * a``).

    ``label`` is what the user typed. ``suffix`` is what tells the node apart from others of its name; the
    graph it is in gives it (``named_apart``), and no file keeps it.
    """

    id: NodeId
    op: str | None = None
    inputs: tuple[NodeId | None, ...] = ()
    label: str = ""
    data: float = 1.0
    role: Role = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        if not self.label.isascii():
            force_setattr(self, "label", saveable(self.label))
        if type(self.data) is not float:  # an int would be written otherwise than the float it is read as
            force_setattr(self, "data", as_float(self.data))

    @property
    def is_leaf(self) -> bool:
        """Whether it holds a number and computes nothing."""
        return self.op is None

    @property
    def exponent(self) -> float | None:
        """The constant exponent of a power (3 of ``**3``), which is set like a value; None for all others."""
        if self.op is None or not self.op.startswith("**"):  # what stands in for a block has no row
            return None
        return op_of(self.op).exponent

    @property
    def number(self) -> float | None:
        """The number that can be set in it: a leaf's data, a power's exponent; None where it holds none."""
        return self.data if self.op is None else self.exponent

    @property
    def holds_number(self) -> bool:
        """Whether a number can be set in it: it is a leaf, or a power with a constant exponent."""
        return self.number is not None

    @property
    def rule(self) -> Op | None:
        """The row of the op table; None for a leaf."""
        return None if self.op is None else op_of(self.op)

    @property
    def op_text(self) -> str | None:
        """The op as micrograd writes it: "+", "**3", "ReLU"; None for a leaf."""
        return None if self.op is None else op_of(self.op).op_text

    @property
    def name(self) -> str:
        """What the node is called everywhere: its title, a constant's number, else ``v`` and its id.

        No two nodes of a graph have one name, but for constants of one number.
        """
        if self.label:
            return self.title
        return short(self.data) if self.op is None else f"v{self.id}{self.suffix}"

    @property
    def title(self) -> str:
        """The label, told apart from equal ones of the graph: ``d_1``; empty where it has none."""
        return self.label and self.label + self.suffix

    @property
    def spoken(self) -> str:
        """The name as a sentence says it: in one short line."""
        return spoken(self.name) or f"v{self.id}"

    @property
    def shape(self) -> tuple[object, ...]:
        """What it is, whatever its number, its exponent and its name."""
        return ("**n" if self.exponent is not None else self.op), self.inputs


def further_label(label: str, taken: Collection[str]) -> str:
    """``a`` → ``a′`` → ``a′′``: the mathematician's way to a label that is not taken; an empty one stays.

    The fourth is ``a⁽⁴⁾``. It is found by halves: of a thousand that are taken ten are looked at.
    """
    if not label or label not in taken:
        return label
    last, free = 0, 1
    while _further(label, free) in taken:
        last, free = free, 2 * free
    while free - last > 1:
        middle = (last + free) // 2
        last, free = (middle, free) if _further(label, middle) in taken else (last, middle)
    return _further(label, free)


def _further(label: str, number: int) -> str:
    return label + ("′" * number if number < 4 else f"⁽{superscript(str(number))}⁾")


def named_apart(nodes: Mapping[NodeId, Node]) -> Mapping[NodeId, Node]:
    """The nodes, with suffixes where several would have one name: ``d_1``, ``d_2``, and ``d`` for the last.

    As after ``d = d * 2`` in Python, the name alone means the node that was given it last; one without a
    label gives way to a label. No name that is made is the label of another node. Where nothing changes
    the same mapping is given back; it takes time linear in the nodes.
    """
    labelled = [node for node in nodes.values() if node.label]
    last = {node.label: node.id for node in labelled}
    like_made = any(label[0] == "v" and label[1:].isdecimal() for label in last)
    if len(last) == len(labelled) and not like_made and not any(node.suffix for node in nodes.values()):
        return nodes
    count: dict[str, int] = {}
    changed: dict[NodeId, Node] = {}
    for node in nodes.values():
        name, suffix = node.label or ("" if node.op is None else f"v{node.id}"), ""
        if last.get(name, node.id) != node.id:
            number = count.get(name, 0) + 1
            while f"{name}_{number}" in last or f"{name}{number}" in last:  # TeX sets both alike
                number += 1
            count[name], suffix = number, f"_{number}"
        if suffix != node.suffix:
            changed[node.id] = replace(node, suffix=suffix)
    return {**nodes, **changed} if changed else nodes


def same_number(node: Node, other: Node) -> bool:
    """Whether both hold the same number and exponent: 0 and −0 differ, nan is itself."""
    return node.op == other.op and repr(node.data) == repr(other.data)


def differing(before: Mapping[K, V], after: Mapping[K, V]) -> list[K]:
    """The keys of ``after`` at which another object stands than in ``before``, or none stood.

    No line of Python is run for each of them: a hundred thousand take some milliseconds.
    """
    if before is after:
        return []
    return [*compress(after, map(is_not, map(before.get, after), after.values()))]


def gone_from(before: Mapping[K, V], after: Mapping[K, V]) -> list[K]:
    """The keys of ``before`` that are not in ``after``."""
    return [] if before is after else [*compress(before, map(not_, map(after.__contains__, before)))]


def reachable(place: Place) -> Place:
    """The place in finite floats: what has come from nowhere (nan) stands in the middle."""
    x, y = place
    if type(x) is float and type(y) is float and abs(x) <= FARTHEST and abs(y) <= FARTHEST:
        return x, y
    x, y = (min(max(float(each), -FARTHEST), FARTHEST) if each == each else 0.0 for each in place)
    return x, y


def post_order(nodes: Mapping[NodeId, Node], starts: Iterable[NodeId]) -> list[NodeId]:
    """The starts and all that they depend on, operands first and in operand order."""
    order: list[NodeId] = []
    seen: set[NodeId] = set()
    for start in starts:
        stack: list[tuple[NodeId, bool]] = [(start, False)]
        while stack:
            number, operands_done = stack.pop()
            if operands_done:
                order.append(number)
            elif number not in seen:
                seen.add(number)
                stack.append((number, True))
                stack.extend(
                    (source, False)
                    for source in reversed(nodes[number].inputs)
                    if source is not None and source not in seen
                )
    return order
