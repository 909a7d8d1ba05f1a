"""Picture: a rendered graph as data. Laid out once per structure; numbers are put in afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.numbers import written
from micrograd_gui.services.lettering import width
from micrograd_gui.session.trace import NO_FRAME, Frame, Step

Role = Literal["label", "data", "grad", "op"]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

SIZE = 14.0  # of the text
SMALL = 12.0  # of the words data and grad
PADDING = 6.0  # between a cell's border and its text
MARGIN = 8.0  # around the whole
_CAP = 0.73  # the height of a capital letter in the font, as a part of its size


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a record: what it holds, and its left, top, width and height."""

    role: Role
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    """A node: a record of cells that lie side by side or one below the other."""

    node: NodeId
    label: str
    cells: tuple[Cell, ...]

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, top, width, height."""
        left, top = min(c.x for c in self.cells), min(c.y for c in self.cells)
        right = max(c.x + c.width for c in self.cells)
        return left, top, right - left, max(c.y + c.height for c in self.cells) - top

    @property
    def dividers(self) -> tuple[tuple[Point, Point], ...]:
        """The lines between the cells."""
        first = self.cells[0]
        return tuple(
            ((c.x, c.y), (c.x, c.y + c.height)) if c.y == first.y else ((c.x, c.y), (c.x + c.width, c.y))
            for c in self.cells[1:]
        )


@dataclass(frozen=True, slots=True)
class Oval:
    """The op that a node came from: centre and radii."""

    node: NodeId
    symbol: str
    x: float
    y: float
    rx: float
    ry: float


@dataclass(frozen=True, slots=True)
class Wire:
    """A curve and its arrow head: from an operand to the op on a port, or (port None) from op to node."""

    source: NodeId
    node: NodeId
    port: int | None
    points: tuple[Point, ...]  # a start, then three points for each cubic Bézier curve
    head: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text: x at its anchor, y at its baseline. ``faint`` words are the names of the fields."""

    node: NodeId
    role: Role
    x: float
    y: float
    anchor: Anchor
    text: str
    size: float = SIZE
    bold: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Picture:
    """Where everything is, and the numbers of one moment; ``acting`` is the node of its step.

    ``through`` is that node too, where the step went through its op and wires; ``fresh`` are the
    numbers that the step wrote, ``below`` is what is written under the graph.
    Pictures of one structure differ in their numbers only: nothing in them ever moves.
    """

    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    ovals: tuple[Oval, ...] = ()
    wires: tuple[Wire, ...] = ()
    frame: Frame = NO_FRAME
    acting: NodeId | None = None
    through: NodeId | None = None
    fresh: frozenset[tuple[NodeId, Role]] = field(default_factory=frozenset)
    below: tuple[Text, ...] = ()

    def with_frame(self, frame: Frame, step: Step | None = None) -> Picture:
        """The same picture at another moment: its numbers, and what its step did stands out."""
        acting = step.node if step is not None else None
        through = acting if step is not None and step.kind != "seed" else None
        return replace(self, frame=frame, acting=acting, through=through, fresh=freshly(step))

    def lit(self, wire: Wire) -> bool:
        """Whether the wire is one that the step used."""
        return wire.node == self.through and self.through is not None

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every piece of text: of boxes, of ovals, and below."""
        of_boxes = (text for box in self.boxes for text in self.texts_of(box))
        return (*of_boxes, *map(oval_text, self.ovals), *self.below)

    def texts_of(self, box: Box) -> tuple[Text, ...]:
        """The label of a box, and the names and numbers of its fields."""
        texts: list[Text] = []
        for cell in box.cells:
            baseline = cell.y + cell.height / 2 + SIZE * _CAP / 2
            if cell.role == "label":
                middle = cell.x + cell.width / 2
                texts.append(Text(box.node, "label", middle, baseline, "middle", box.label, bold=True))
                continue
            numbers: Mapping[NodeId, float] = self.frame.data if cell.role == "data" else self.frame.grad
            number = numbers.get(box.node)
            right, left = cell.x + cell.width - PADDING, cell.x + PADDING
            texts.append(Text(box.node, cell.role, left, baseline, "start", cell.role, SMALL, faint=True))
            bold = (box.node, cell.role) in self.fresh
            faint, shown = number is None, written(number)
            texts.append(Text(box.node, cell.role, right, baseline, "end", shown, bold=bold, faint=faint))
        return tuple(texts)


def freshly(step: Step | None) -> frozenset[tuple[NodeId, Role]]:
    """The numbers that the step wrote."""
    if step is None or step.node is None:
        return frozenset()
    if step.contributions:
        return frozenset((each.operand, "grad") for each in step.contributions)
    return frozenset({(step.node, "grad" if step.kind == "seed" else "data")})


def oval_text(oval: Oval) -> Text:
    """The op's symbol in the middle of its oval."""
    return Text(oval.node, "op", oval.x, oval.y + SIZE * _CAP / 2, "middle", oval.symbol)


def field_width(name: str, widest: str) -> float:
    """What a field needs between its paddings."""
    return width(name, SMALL) + 6 + width(widest, SIZE, bold=True)
