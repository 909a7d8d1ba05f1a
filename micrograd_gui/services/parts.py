"""Parts: what a picture of a graph consists of, and where each part is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from micrograd_gui.document.graph import NodeId
from micrograd_gui.services.lettering import shortened, width
from micrograd_gui.services.measures import EDGE, FRAME_TITLE, Rect
from micrograd_gui.services.measures import MARK as FOLD_MARK

Role = Literal["label", "data", "grad", "op", "badge", "mark", "count", "foot"]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
End = tuple[NodeId, int]  # of a wire: a node and its port

SIZE = 14.0  # of the text
SMALL = 12.0  # of the words data and grad
PADDING = 6.0  # between a cell's border and its text
CARD_NUMBER = 13.0  # sizes of text on a card of the canvas
CARD_SMALL = 9.0
CARD_UNNAMED = 12.0
FOOT_SIZE, COUNT_SIZE = 11.0, 13.0  # of what a collapsed block says of itself
FRAME_NAME = 14.0  # of the title of an open one
BADGE = 18.0  # the height of an op's badge on a card
CHIP_RULE, CHIP_AMOUNT = 10.0, 11.0  # sizes of text on a wire's chip
MARK = 13.0  # between the word of a mark on a card and the title's right edge: its sign
CAP = 0.73  # the height of a capital letter in the font, as a part of its size


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a record: what it holds, and its left, top, width and height; words that never change."""

    role: Role
    x: float
    y: float
    width: float
    height: float
    text: str = ""


class Port(NamedTuple):
    """The middle of a circle at the edge of a card, and its radius; whether a wire is there."""

    x: float
    y: float
    radius: float
    wired: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """A node: a record of cells that lie side by side or one below the other, or a card of the canvas.

    Only a card has a ``symbol`` in a badge, ``marks`` (input, parameter, target) and ``ports``. The card of a
    collapsed block has minus the block's id for its node, ``shows`` the numbers of another, and a sheet
    ``behind`` it, which stands out so far.
    """

    node: NodeId
    label: str
    cells: tuple[Cell, ...]
    symbol: str = ""
    marks: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    shows: NodeId | None = None
    named: bool = True
    behind: float = 0.0

    @property
    def number_of(self) -> NodeId:
        """The node whose numbers stand in it."""
        return self.node if self.shows is None else self.shows

    @property
    def fold_mark(self) -> Rect | None:
        """Where the plus stands of a collapsed block."""
        if not self.behind:
            return None
        return _square(self.cells[0].x + EDGE, self.cells[0].y, self.cells[0].height + 2)

    @property
    def badge(self) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of the badge with the symbol; None where there is none."""
        if not self.symbol:
            return None
        wide = max(BADGE, width(self.symbol, CARD_NUMBER, bold=True) + 10)
        return self.cells[0].x + EDGE, self.cells[0].y + 4.0, wide, BADGE

    @property
    def rect(self) -> Rect:
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


def _square(left: float, top: float, tall: float) -> Rect:
    """The square with a plus or a minus, in a title so tall."""
    return left + 2, top + (tall - FOLD_MARK) / 2 + 2, FOLD_MARK - 4, FOLD_MARK - 4


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The frame around an open block, which is named by minus its id: title, left, top, width, height."""

    block: int
    title: str
    x: float
    y: float
    width: float
    height: float

    @property
    def fold_mark(self) -> Rect:
        """Where the minus stands."""
        return _square(self.x + 10, self.y, FRAME_TITLE - 2)

    @property
    def text(self) -> Text:
        """Its title."""
        title = shortened(self.title, FRAME_NAME, self.width - 40)
        baseline = self.y + (FRAME_TITLE - 2) / 2 + FRAME_NAME * CAP / 2
        return Text(
            self.block, "label", self.x + 30, baseline, "start", title, FRAME_NAME, bold=True, faint=True
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
    """A curve and its arrow head: from an operand to the op on a port, or (port None) from op to node.

    A ``bundle`` stands for the wires of several nodes.
    """

    source: NodeId
    node: NodeId
    port: int | None
    points: tuple[Point, ...]  # a start, then three points for each cubic Bézier curve
    head: tuple[Point, ...]
    bundle: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """On a wire, by the node and the port it ends at: left, top, width, height; the point it is about.

    ``rule`` and ``amount`` are what a backward step multiplies by and adds, empty at other moments. A wire
    that stands for several has several chips, counted by ``nth``.
    """

    node: NodeId
    port: int
    x: float
    y: float
    width: float
    height: float
    anchor: Point
    rule: str = ""
    amount: str = ""
    nth: int = 0

    @property
    def rect(self) -> Rect:
        return self.x, self.y, self.width, self.height

    def moved(self, dx: float, dy: float) -> Chip:
        """The same somewhere else."""
        (x, y), corner = self.anchor, (self.x + dx, self.y + dy)
        anchor = round(x + dx, 2), round(y + dy, 2)
        return replace(self, x=round(corner[0], 2), y=round(corner[1], 2), anchor=anchor)


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
    italic: bool = False


def oval_text(oval: Oval, *, faint: bool = False) -> Text:
    """The op's symbol in the middle of its oval."""
    return Text(oval.node, "op", oval.x, oval.y + SIZE * CAP / 2, "middle", oval.symbol, faint=faint)


def texts_on(chip: Chip) -> tuple[Text, Text]:
    """The rule, and below it the amount; empty where nothing is said."""
    x, y = chip.x + chip.width / 2, chip.y
    return (
        Text(chip.node, "mark", x, y + 12.0, "middle", chip.rule, CHIP_RULE, faint=True),
        Text(chip.node, "grad", x, y + 23.2, "middle", chip.amount, CHIP_AMOUNT, bold=True),
    )


def field_width(name: str, widest: str) -> float:
    """What a field needs between its paddings."""
    return width(name, SMALL) + 6 + width(widest, SIZE, bold=True)
