"""Figure: a rendered graph as data. Laid out once per structure; numbers are put in afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from micrograd_gui.document.graph import NodeId
from micrograd_gui.document.text import written
from micrograd_gui.figures.geometry import EDGE, FRAME_TITLE, NUMBER_EDGE, Rect
from micrograd_gui.figures.geometry import MARK as FOLD_MARK
from micrograd_gui.figures.text_metrics import fitting, shortened, width
from micrograd_gui.session.trace import NO_FRAME, Frame, Step

__all__ = ["MARGIN", "Figure", "Style", "Text", "freshly"]

Style = Literal["notebook", "canvas"]
MARGIN = 8.0  # around the whole


@dataclass(frozen=True)
class Figure:
    """Where everything is, and the numbers of one moment; ``acting`` is the node of its step.

    ``through`` is that node too, where the step went through its op and wires; ``fresh`` are the
    numbers that the step wrote, ``below`` is what is written under the graph.
    Pictures of one structure differ in their numbers only: nothing in them ever moves.
    """

    width: float
    height: float
    boxes: tuple[CardBox, ...] = ()
    ovals: tuple[Oval, ...] = ()
    wires: tuple[Wire, ...] = ()
    chips: tuple[ChipText, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()  # the outer ones first
    frame: Frame = NO_FRAME
    acting: NodeId | None = None
    through: NodeId | None = None
    failed: bool = False  # whether the run ended there, for it could not be computed
    fresh: frozenset[tuple[NodeId, Role]] = field(default_factory=frozenset)
    below: tuple[Text, ...] = ()
    digits: int = 4
    style: Style = "notebook"
    stands_for: Mapping[NodeId, NodeId] = field(default_factory=dict)  # of nodes in collapsed blocks
    silent: frozenset[NodeId] = frozenset()  # the boxes that have no number to show
    drawn_as: Mapping[End, End] = field(default_factory=dict)  # of the wires that end in collapsed blocks
    used: frozenset[End] = frozenset()  # those ends of such wires that the step went through

    def with_frame(self, frame: Frame, step: Step | None = None) -> Figure:
        """The same picture at another moment: its numbers, and what its step did stands out."""
        acting = step.node if step is not None else None
        if acting is not None:
            acting = self.stands_for.get(acting, acting)
        through = acting if step is not None and step.kind != "seed" else None
        used: frozenset[End] = frozenset()
        if through is not None and through < 0 and step is not None:
            used = frozenset(end for real, end in self.drawn_as.items() if real[0] == step.node)
        return replace(
            self,
            frame=frame,
            acting=acting,
            through=through,
            failed=step is not None and step.kind == "problem",
            fresh=freshly(step),
            used=used,
        )

    @property
    def problem(self) -> NodeId | None:
        """The node at which the run ended."""
        return self.acting if self.failed else None

    def shown(self, end: End) -> End | None:
        """Where the wire is drawn that ends there in the graph; None where it is within a box."""
        return self.drawn_as.get(end) if end[0] in self.stands_for else end

    def lit(self, wire: Wire) -> bool:
        """Whether the wire is one that the step used."""
        if self.through is None or wire.node != self.through:
            return False
        return wire.node >= 0 or (wire.node, wire.port) in self.used

    def ahead(self, node: NodeId) -> bool:
        """Whether the node is still to come: others have their numbers, it has none."""
        return node not in self.frame.data and bool(self.frame.data)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every piece of text: of boxes, of ovals, and below."""
        of_boxes = (text for box in self.boxes for text in self.texts_of(box))
        of_chips = (text for chip in self.chips for text in texts_on(chip))
        return (
            *(each.text for each in self.enclosures),
            *of_boxes,
            *map(self.text_in, self.ovals),
            *of_chips,
            *self.below,
        )

    def text_in(self, oval: Oval) -> Text:
        """The op's symbol in the middle of its oval."""
        return oval_text(oval, faint=self.ahead(oval.node))

    def texts_of(self, box: CardBox) -> tuple[Text, ...]:
        """The label of a box, and the names and numbers of its fields."""
        if self.style == "canvas":
            ahead = self.ahead(box.number_of)
            return tuple(on_card(box, ahead=ahead, number=lambda role: self._on_card(box, role)))
        texts: list[Text] = []
        for cell in box.cells:
            baseline = cell.y + cell.height / 2 + SIZE * CAP / 2
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

    def has(self, node: NodeId, role: Role) -> bool:
        """Whether there is such a number by now."""
        return node in (self.frame.data if role == "data" else self.frame.grad)

    def _on_card(self, box: CardBox, role: Role) -> str:
        """The number in that field, and nothing where there is a dot instead."""
        return self._number(box.number_of, role)[1] if self.has(box.number_of, role) else ""

    def _number(self, node: NodeId, role: Role) -> tuple[bool, str]:
        """Whether the number is still to come, and how it is written."""
        if node in self.silent:
            return True, ""
        numbers: Mapping[NodeId, float] = self.frame.data if role == "data" else self.frame.grad
        number = numbers.get(node)
        return number is None, written(number, self.digits)


def freshly(step: Step | None) -> frozenset[tuple[NodeId, Role]]:
    """The numbers that the step wrote."""
    if step is None or step.node is None:
        return frozenset()
    if step.contributions:
        return frozenset((each.operand, "grad") for each in step.contributions)
    return frozenset({(step.node, "grad" if step.kind == "seed" else "data")})


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


class CardPort(NamedTuple):
    """The middle of a circle at the edge of a card, and its radius; whether a wire is there."""

    x: float
    y: float
    radius: float
    wired: bool = True


@dataclass(frozen=True, slots=True)
class CardBox:
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
    ports: tuple[CardPort, ...] = ()
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
class ChipText:
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

    def moved(self, dx: float, dy: float) -> ChipText:
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


def texts_on(chip: ChipText) -> tuple[Text, Text]:
    """The rule, and below it the amount; empty where nothing is said."""
    x, y = chip.x + chip.width / 2, chip.y
    return (
        Text(chip.node, "mark", x, y + 12.0, "middle", chip.rule, CHIP_RULE, faint=True),
        Text(chip.node, "grad", x, y + 23.2, "middle", chip.amount, CHIP_AMOUNT, bold=True),
    )


def field_width(name: str, widest: str) -> float:
    """What a field needs between its paddings."""
    return width(name, SMALL) + 6 + width(widest, SIZE, bold=True)


_SMALLEST_NAME = 9.5  # a longer name is cut


def on_card(box: CardBox, *, ahead: bool, number: Callable[[Role], str]) -> Iterable[Text]:
    """As on the canvas: badge, name and marks in the title, each number below its field's name.

    ``ahead``: the node is still to come; ``number`` gives what stands in a field, empty where nothing does.
    """
    title = box.cells[0]
    middle = title.y + title.height / 2 + 0.5
    left, right = title.x + EDGE, title.x + title.width - EDGE
    if box.badge is not None:
        x, y, w, h = box.badge
        baseline = y + h / 2 + CARD_NUMBER * CAP / 2
        symbol = Text(box.node, "badge", x + w / 2, baseline, "middle", box.symbol, CARD_NUMBER, bold=True)
        yield replace(symbol, faint=ahead)
        left = x + w + 5
    elif box.fold_mark is not None:
        left += FOLD_MARK + 6
    for mark in box.marks:
        baseline = middle + CARD_SMALL * CAP / 2
        yield Text(box.node, "mark", right - MARK, baseline, "end", mark, CARD_SMALL, faint=True)
        right -= MARK + width(mark, CARD_SMALL) + 5
    usual = CARD_NUMBER if box.named else CARD_UNNAMED
    name = shortened(box.label, usual, right - left, least=_SMALLEST_NAME)
    size = fitting(name, usual, right - left)
    text = Text(box.node, "label", left, middle + size * CAP / 2, "start", name, size)
    yield replace(text, bold=box.named, italic=not box.named, faint=ahead or not box.named)
    for cell in box.cells[1:]:
        centre = cell.x + cell.width / 2
        if cell.text:
            yield _constant(box, cell)
            continue
        yield Text(box.node, cell.role, centre, cell.y + 12, "middle", cell.role, CARD_SMALL, faint=True)
        shown = number(cell.role)
        beside = NUMBER_EDGE["grad" if cell.role == "grad" else "data"]
        size = fitting(shown, CARD_NUMBER, cell.width - beside - 3)
        edge, baseline, known = cell.x + cell.width - beside, cell.y + 28.5, bool(shown)
        yield Text(box.node, cell.role, edge, baseline, "end", shown, size, bold=known, faint=not known)


def _constant(box: CardBox, cell: Cell) -> Text:
    """What a collapsed block says of itself; the foot of a tall one is at its end."""
    foot = cell.role == "foot"
    size, above = (FOOT_SIZE, 10.0) if foot else (COUNT_SIZE, cell.height / 2)
    baseline = cell.y + cell.height - above + size * CAP / 2
    return Text(box.node, cell.role, cell.x + cell.width / 2, baseline, "middle", cell.text, size, faint=True)
