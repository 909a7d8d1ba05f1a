"""Picture: a rendered graph as data. Laid out once per structure; numbers are put in afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.numbers import written
from micrograd_gui.services.lettering import width
from micrograd_gui.session.trace import NO_FRAME, Frame, Step

Role = Literal["label", "data", "grad", "op", "badge", "mark"]
Style = Literal["notebook", "canvas"]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

SIZE = 14.0  # of the text
SMALL = 12.0  # of the words data and grad
PADDING = 6.0  # between a cell's border and its text
MARGIN = 8.0  # around the whole
CARD_NUMBER = 13.0  # sizes of text on a card of the canvas
CARD_SMALL = 9.0
BADGE = 18.0  # the height of an op's badge on a card
CHIP_RULE, CHIP_AMOUNT = 10.0, 11.0  # sizes of text on a wire's chip
MARK = 13.0  # between the word of a mark on a card and the title's right edge: its sign
EDGE = 8.0  # between the edge of a card and what stands in its title
_SMALLEST_NAME = 9.5  # on a card; a longer name is cut
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
    """A node: a record of cells that lie side by side or one below the other, or a card of the canvas.

    Only a card has a ``symbol`` in a badge, ``marks`` (input, parameter, target) and ``ports``.
    """

    node: NodeId
    label: str
    cells: tuple[Cell, ...]
    symbol: str = ""
    marks: tuple[str, ...] = ()
    ports: tuple[Point, ...] = ()

    @property
    def badge(self) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of the badge with the symbol; None where there is none."""
        if not self.symbol:
            return None
        wide = max(BADGE, width(self.symbol, CARD_NUMBER, bold=True) + 10)
        return self.cells[0].x + EDGE, self.cells[0].y + 4.0, wide, BADGE

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
        across = [((c.x, c.y), (c.x + c.width, c.y)) for c in self.cells if c.y > first.y]
        down = [((c.x, c.y), (c.x, c.y + c.height)) for c in self.cells if c.x > first.x]
        return (*across, *down)


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
class Chip:
    """On a wire, by the node and the port it ends at: left, top, width, height; the point it is about.

    ``rule`` and ``amount`` are what a backward step multiplies by and adds, empty at other moments.
    """

    node: NodeId
    port: int | None
    x: float
    y: float
    width: float
    height: float
    anchor: Point
    rule: str = ""
    amount: str = ""


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
    chips: tuple[Chip, ...] = ()
    frame: Frame = NO_FRAME
    acting: NodeId | None = None
    through: NodeId | None = None
    fresh: frozenset[tuple[NodeId, Role]] = field(default_factory=frozenset)
    below: tuple[Text, ...] = ()
    digits: int = 4
    style: Style = "notebook"
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)  # of nodes in collapsed blocks
    silent: frozenset[NodeId] = frozenset()  # the boxes that have no number to show

    def with_frame(self, frame: Frame, step: Step | None = None) -> Picture:
        """The same picture at another moment: its numbers, and what its step did stands out."""
        acting = step.node if step is not None else None
        if acting is not None:
            acting = self.stands_for.get(acting, acting)
        through = acting if step is not None and step.kind != "seed" else None
        return replace(self, frame=frame, acting=acting, through=through, fresh=freshly(step))

    def lit(self, wire: Wire) -> bool:
        """Whether the wire is one that the step used."""
        return wire.node == self.through and self.through is not None

    def ahead(self, node: NodeId) -> bool:
        """Whether the node is still to come: others have their numbers, it has none."""
        return node not in self.frame.data and bool(self.frame.data)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every piece of text: of boxes, of ovals, and below."""
        of_boxes = (text for box in self.boxes for text in self.texts_of(box))
        of_chips = (text for chip in self.chips for text in texts_on(chip))
        return (*of_boxes, *map(self.text_in, self.ovals), *of_chips, *self.below)

    def text_in(self, oval: Oval) -> Text:
        """The op's symbol in the middle of its oval."""
        return oval_text(oval, faint=self.ahead(oval.node))

    def texts_of(self, box: Box) -> tuple[Text, ...]:
        """The label of a box, and the names and numbers of its fields."""
        if self.style == "canvas":
            return tuple(self._on_card(box))
        texts: list[Text] = []
        for cell in box.cells:
            baseline = cell.y + cell.height / 2 + SIZE * _CAP / 2
            if cell.role == "label":
                middle, ahead = cell.x + cell.width / 2, self.ahead(box.node)
                texts.append(
                    Text(box.node, "label", middle, baseline, "middle", box.label, bold=True, faint=ahead)
                )
                continue
            right, left = cell.x + cell.width - PADDING, cell.x + PADDING
            texts.append(Text(box.node, cell.role, left, baseline, "start", cell.role, SMALL, faint=True))
            bold = (box.node, cell.role) in self.fresh
            faint, shown = self._number(box.node, cell.role)
            texts.append(Text(box.node, cell.role, right, baseline, "end", shown, bold=bold, faint=faint))
        return tuple(texts)

    def _number(self, node: NodeId, role: Role) -> tuple[bool, str]:
        """Whether the number is still to come, and how it is written."""
        if node in self.silent:
            return True, ""
        numbers: Mapping[NodeId, float] = self.frame.data if role == "data" else self.frame.grad
        number = numbers.get(node)
        return number is None, written(number, self.digits)

    def _on_card(self, box: Box) -> Iterable[Text]:
        """As on the canvas: badge, name and marks in the title, each number below its field's name."""
        title, ahead = box.cells[0], self.ahead(box.node)
        middle = title.y + title.height / 2 + 0.5
        left, right = title.x + EDGE, title.x + title.width - EDGE
        if box.badge is not None:
            x, y, w, h = box.badge
            baseline = y + h / 2 + CARD_NUMBER * _CAP / 2
            symbol = Text(
                box.node, "badge", x + w / 2, baseline, "middle", box.symbol, CARD_NUMBER, bold=True
            )
            yield replace(symbol, faint=ahead)
            left = x + w + 5
        for mark in box.marks:
            baseline = middle + CARD_SMALL * _CAP / 2
            yield Text(box.node, "mark", right - MARK, baseline, "end", mark, CARD_SMALL, faint=True)
            right -= MARK + width(mark, CARD_SMALL) + 5
        name = box.label
        while len(name) > 1 and _fitting(name, CARD_NUMBER, right - left) < _SMALLEST_NAME:
            name = f"{name.removesuffix('…')[:-1]}…" if len(name) > 2 else name[:1]
        size = _fitting(name, CARD_NUMBER, right - left)
        baseline = middle + size * _CAP / 2
        yield Text(box.node, "label", left, baseline, "start", name, size, bold=True, faint=ahead)
        for cell in box.cells[1:]:
            centre = cell.x + cell.width / 2
            yield Text(box.node, cell.role, centre, cell.y + 12, "middle", cell.role, CARD_SMALL, faint=True)
            faint, shown = self._number(box.node, cell.role)
            size = _fitting(shown, CARD_NUMBER, cell.width - 2 * PADDING)
            edge, baseline = cell.x + cell.width - PADDING, cell.y + 28.5
            yield Text(box.node, cell.role, edge, baseline, "end", shown, size, bold=not faint, faint=faint)


def _fitting(text: str, size: float, room: float) -> float:
    """The size, smaller where the text would not fit."""
    return size * min(1.0, room / max(1.0, width(text, size, bold=True)))


def freshly(step: Step | None) -> frozenset[tuple[NodeId, Role]]:
    """The numbers that the step wrote."""
    if step is None or step.node is None:
        return frozenset()
    if step.contributions:
        return frozenset((each.operand, "grad") for each in step.contributions)
    return frozenset({(step.node, "grad" if step.kind == "seed" else "data")})


def oval_text(oval: Oval, *, faint: bool = False) -> Text:
    """The op's symbol in the middle of its oval."""
    return Text(oval.node, "op", oval.x, oval.y + SIZE * _CAP / 2, "middle", oval.symbol, faint=faint)


def texts_on(chip: Chip) -> tuple[Text, Text]:
    """The rule, and below it the amount; empty where nothing is said."""
    x, y = chip.x + chip.width / 2, chip.y
    return (
        Text(chip.node, "mark", x, y + 11.5, "middle", chip.rule, CHIP_RULE, faint=True),
        Text(chip.node, "grad", x, y + 23.5, "middle", chip.amount, CHIP_AMOUNT, bold=True),
    )


def field_width(name: str, widest: str) -> float:
    """What a field needs between its paddings."""
    return width(name, SMALL) + 6 + width(widest, SIZE, bold=True)
