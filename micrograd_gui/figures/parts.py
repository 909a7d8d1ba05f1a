"""Parts: the boxes, ovals, wires, chips and texts that a Figure is made of, and what is written on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from msgspec import Struct, structs

from micrograd.language import tr
from micrograd.ops import op_of
from micrograd_gui.document.block import BlockKey, BlockKind
from micrograd_gui.document.graph import Node, NodeId
from micrograd_gui.figures import geometry
from micrograd_gui.figures.geometry import (
    AMOUNT_SIZE,
    COUNT_SIZE,
    EDGE,
    FOOT_SIZE,
    FRAME_NAME_EDGES,
    FRAME_NAME_LEFT,
    FRAME_NAME_MIDDLE,
    FRAME_NAME_SIZE,
    MIDDLE,
    NAME_SIZE,
    NUMBER_SIZE,
    RULE_SIZE,
    STRIKE,
    UNNAMED_SIZE,
    WORD_SIZE,
    Line,
    Point,
    Rect,
    Sign,
)
from micrograd_gui.figures.text_metrics import (
    CAP,
    Piece,
    fitting,
    line_height,
    pieces,
    shortened,
    shown_label,
    width,
)

if TYPE_CHECKING:
    from micrograd_gui.session.explain.slopes import WireWords

Role = Literal["label", "data", "grad", "op", "badge", "mark", "count", "foot"]
Anchor = Literal["start", "middle", "end"]
End = tuple[NodeId, int]  # of a wire: a node and its port

SIZE = 14.0  # of the text
SMALL = 12.0  # of the words data and grad
PADDING = 6.0  # between a cell's border and its text
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # how much of a text is before its anchor


class Cell(Struct, frozen=True, gc=False):
    """One field of a record: what it holds, and its left, top, width and height; words that never change."""

    role: Role
    x: float
    y: float
    width: float
    height: float
    text: str = ""

    @property
    def rect(self) -> Rect:
        """Left, top, width, height."""
        return self.x, self.y, self.width, self.height


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
    marks: tuple[Sign, ...] = ()
    ports: tuple[CardPort, ...] = ()
    shows: NodeId | None = None
    named: bool = True
    behind: float = 0.0
    words: bool = True  # of a card: whether words name its fields and marks

    @property
    def number_of(self) -> NodeId:
        """The node whose numbers stand in it."""
        return self.node if self.shows is None else self.shows

    @property
    def fold_mark(self) -> Rect | None:
        """Where one would click to open it, of a collapsed block."""
        return geometry.fold_mark(self.rect, opens=True) if self.behind else None

    @property
    def badge(self) -> Rect | None:
        """The badge with the symbol; None where there is none."""
        if not self.symbol:
            return None
        wide = width(self.symbol, geometry.badge_size(self.symbol), bold=True)
        return geometry.badge((self.cells[0].x, self.cells[0].y), wide)

    @property
    def signs(self) -> tuple[tuple[Sign, float], ...]:
        """The sign of each of its marks, the rightmost first, and where it ends at the right."""
        right = self.cells[0].x + self.cells[0].width - EDGE
        ends = []
        for mark in self.marks:
            ends.append((mark, right))
            right = geometry.before_mark(mark, right, width(tr(mark), WORD_SIZE) if self.words else None)
        return tuple(ends)

    @property
    def rect(self) -> Rect:
        """Left, top, width, height."""
        left, top = min(c.x for c in self.cells), min(c.y for c in self.cells)
        right = max(c.x + c.width for c in self.cells)
        return left, top, right - left, max(c.y + c.height for c in self.cells) - top

    @property
    def dividers(self) -> tuple[Line, ...]:
        """The lines between the cells of a record."""
        first = self.cells[0]
        across = [((c.x, c.y), (c.x + c.width, c.y)) for c in self.cells if c.y > first.y]
        down = [((c.x, c.y), (c.x, c.y + c.height)) for c in self.cells if c.x > first.x]
        return (*across, *down)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The frame around an open block: title, left, top, width, height."""

    block: BlockKey
    title: str
    x: float
    y: float
    width: float
    height: float

    @property
    def fold_mark(self) -> Rect:
        """Where one would click to collapse it."""
        return geometry.fold_mark((self.x, self.y, self.width, self.height), opens=False)

    @property
    def text(self) -> Text:
        """Its title."""
        size = FRAME_NAME_SIZE
        title = shortened(self.title, size, self.width - FRAME_NAME_EDGES)
        left, baseline = self.x + FRAME_NAME_LEFT, _baseline(self.y + FRAME_NAME_MIDDLE, size)
        return Text(self.block, "label", left, baseline, "start", title, size, bold=True, faint=True)


class Oval(Struct, frozen=True, gc=False):
    """The op that a node came from: centre and radii."""

    node: NodeId
    symbol: str
    x: float
    y: float
    rx: float
    ry: float


class Wire(Struct, frozen=True, gc=False):
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
class PathLine:
    """A piece of a path that is told by its number: along a wire, or below the graph beside its ``texts``.

    There ``way`` are the wires of the path, or what has no line of its own is said: no ``points`` then.
    """

    node: NodeId
    number: int
    points: tuple[Point, ...]
    dashes: tuple[float, ...] = ()
    texts: tuple[Text, ...] = ()
    way: tuple[End, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChipText:
    """On a wire, by the node and the port it ends at: left, top, width, height; the point it is about.

    ``rule`` and ``amount`` are what a backward step multiplies by and adds, empty at other moments. A wire
    that stands for several has several chips, counted by ``nth``. ``rest`` is what the wire holds while
    something stands on all of them; a ``brief`` one has room for its lower line alone.
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
    brief: bool = False
    rest: WireWords | None = None

    @property
    def rect(self) -> Rect:
        """Left, top, width, height."""
        return self.x, self.y, self.width, self.height

    def moved(self, dx: float, dy: float) -> ChipText:
        """The same somewhere else."""
        (x, y), corner = self.anchor, (self.x + dx, self.y + dy)
        anchor = round(x + dx, 2), round(y + dy, 2)
        return replace(self, x=round(corner[0], 2), y=round(corner[1], 2), anchor=anchor)


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot: its frame, pieces of its curve, marks at the frame, what is written on it.

    The ``dot`` is where the run is on the curve, seen once the nodes that it ``needs`` have their numbers;
    the ``tangent`` goes through it, seen once the last of them has its gradient.
    """

    frame: Rect
    curves: tuple[tuple[Point, ...], ...]
    marks: tuple[Line, ...]
    texts: tuple[Text, ...]
    dot: Point | None = None
    tangent: Line | None = None
    needs: tuple[NodeId, ...] = ()


class Text(Struct, frozen=True, gc=False):
    """A piece of text: x at its anchor, y at its baseline. ``faint`` words are the names of the fields.

    One that is ``struck`` has a line through it: it is no longer true. Its indices are not below ``least``.
    """

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
    struck: bool = False
    least: float = 0.0

    @property
    def pieces(self) -> list[Piece]:
        """What is written, its indices as parts of their own."""
        return pieces(self.text, self.size, bold=self.bold, least=self.least)

    @property
    def width(self) -> float:
        """How wide it is."""
        return width(self.text, self.size, bold=self.bold, least=self.least)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.x if self.anchor == "start" else self.x - self.width * _BEFORE[self.anchor]

    @property
    def smallest(self) -> float:
        """The size of the smallest part of it."""
        return self.size if "_" not in self.text else min(each.size for each in self.pieces)

    @property
    def strike(self) -> Line | None:
        """The line through it, where it is struck."""
        if not self.struck or not self.text:
            return None
        left, y = self.left, self.y - self.size * CAP / 2
        return (left - STRIKE, y), (left + self.width + STRIKE, y)


def oval_text(oval: Oval, *, faint: bool = False) -> Text:
    """The op's symbol in the middle of its oval."""
    return Text(oval.node, "op", oval.x, _baseline(oval.y, SIZE), "middle", oval.symbol, faint=faint)


def chip_sizes(least: float = 0.0) -> tuple[float, float]:
    """How large rule and amount are written on a chip, where no text is below ``least``."""
    return max(RULE_SIZE, least), max(AMOUNT_SIZE, least)


def texts_on(chip: ChipText, least: float = 0.0) -> tuple[Text, Text]:
    """The rule, and below it the amount; empty where nothing is said. None is below ``least``."""
    x, rest = chip.x + chip.width / 2, chip.rest
    rule_size, usual = chip_sizes(least)
    rule, amount = geometry.chip_middles(chip.height, line_height(rule_size), line_height(usual))
    if chip.brief:
        amount = chip.height / 2
    above, below = _baseline(chip.y + rule, rule_size), _baseline(chip.y + amount, usual)
    if rest is None:
        return (
            Text(chip.node, "mark", x, above, "middle", chip.rule, rule_size, faint=True),
            Text(chip.node, "grad", x, below, "middle", chip.amount, usual, bold=True),
        )
    struck, plain, past = rest.stale, not rest.carried, rest.past
    role: Role = "mark" if plain else "grad"
    size = fitting(chip.amount, usual, chip.width - 4, index=least)
    upper = Text(chip.node, "data", x, above, "middle", chip.rule, rule_size, faint=past, struck=past)
    lower = Text(chip.node, role, x, below, "middle", chip.amount, size, bold=not plain)
    return upper, structs.replace(lower, faint=struck or (plain and not chip.rule), struck=struck)


def one_above_the_other(node: NodeId, cell: Cell, above: str, below: str) -> Iterator[Text]:
    """What a number was, or is elsewhere, and below it the one that is true now."""
    right, room = cell.x + cell.width - PADDING, cell.width - 2 * PADDING - width(cell.role, SMALL) - 4
    for text, usual, at, new in ((above, 9.5, 0.27, False), (below, 11.5, 0.72, True)):
        size = fitting(text, usual, room)
        y = _baseline(cell.y + at * cell.height, size)
        yield Text(node, cell.role, right, y, "end", text, size, bold=new, faint=not new)


def field_width(name: str, widest: str) -> float:
    """What a field needs between its paddings."""
    return width(name, SMALL) + 6 + width(widest, SIZE, bold=True)


_SMALLEST_NAME = 9.5  # a longer name is cut


def on_card(
    box: CardBox,
    *,
    ahead: bool,
    number: Callable[[Role], str],
    grad: str = "grad",
    name_size: float = NAME_SIZE,
    least: float = 0.0,
) -> Iterable[Text]:
    """As on the canvas: badge, name and marks in the title, each number below its field's name.

    ``ahead``: the node is still to come; ``number`` gives what stands in a field, empty where nothing does.
    ``grad`` is what the gradient is called. No index is below ``least``.
    """
    left, top = box.cells[0].x, box.cells[0].y
    middle, badge = top + MIDDLE, box.badge
    if badge is not None:
        size = geometry.badge_size(box.symbol)
        x, baseline = badge[0] + badge[2] / 2, _baseline(badge[1] + badge[3] / 2, size)
        yield Text(box.node, "badge", x, baseline, "middle", box.symbol, size, bold=True, faint=ahead)
    right = left + box.cells[0].width - EDGE
    for mark, end in box.signs:
        word, baseline = geometry.word_end(mark, end), _baseline(middle, WORD_SIZE)
        if box.words:
            yield Text(box.node, "mark", word, baseline, "end", tr(mark), WORD_SIZE, faint=True)
        right = geometry.before_mark(mark, end, width(tr(mark), WORD_SIZE) if box.words else None)
    usual = name_size if box.named or not box.words else UNNAMED_SIZE
    left = geometry.name_left(left, badge, folds=box.behind > 0)
    room = geometry.name_room(left, right)
    name = shortened(box.label, usual, room, least=_SMALLEST_NAME if box.words else usual, index=least)
    size = fitting(name, usual, room, index=least)
    text = Text(box.node, "label", left, _baseline(middle, size), "start", name, size)
    yield structs.replace(text, bold=box.named, italic=not box.named, faint=ahead or not box.named)
    for cell in box.cells[1:]:
        yield from (
            _constant(box, cell)
            if cell.text
            else _field_texts(box, cell, number(cell.role), grad if cell.role == "grad" else cell.role)
        )


def _field_texts(box: CardBox, cell: Cell, shown: str, word: str) -> Iterable[Text]:
    """The word data or grad, and the number below it."""
    field = cell.rect
    if not box.words:
        yield _in_the_middle(box, cell, shown)
        return
    x, middle = geometry.word_middle(field)
    baseline = _baseline(middle, WORD_SIZE)
    size = fitting(word, WORD_SIZE, cell.width - 4)
    yield Text(box.node, cell.role, x, baseline, "middle", word, size, faint=True)
    size = fitting(shown, NUMBER_SIZE, geometry.number_room(field))
    wide = width(shown, NUMBER_SIZE, bold=True)
    edge, middle = geometry.number_end(field, "grad" if cell.role == "grad" else "data", wide)
    known, baseline = bool(shown), _baseline(middle, size)
    yield Text(box.node, cell.role, edge, baseline, "end", shown, size, bold=known, faint=not known)


def _in_the_middle(box: CardBox, cell: Cell, shown: str) -> Text:
    """A number that no word names."""
    size = fitting(shown, NUMBER_SIZE, geometry.number_room(cell.rect))
    x, y = cell.x + cell.width / 2, _baseline(cell.y + cell.height / 2, size)
    return Text(box.node, cell.role, x, y, "middle", shown, size, bold=bool(shown), faint=not shown)


def _constant(box: CardBox, cell: Cell) -> Iterable[Text]:
    """What a collapsed block says of itself; the foot of a tall one is at its end."""
    foot = cell.role == "foot"
    size, middle = (FOOT_SIZE, geometry.foot_middle) if foot else (COUNT_SIZE, geometry.count_middle)
    x, y = middle(box.rect)
    yield Text(box.node, cell.role, x, _baseline(y, size), "middle", cell.text, size, faint=True)


def _baseline(middle: float, size: float) -> float:
    """Where the baseline is of a line of text of that size with its capitals about that height."""
    return middle + size * CAP / 2


_KINDS: tuple[str, ...] = get_args(BlockKind)


def symbol_of(node: Node) -> str:
    """What stands in the op's oval: the sign that the canvas shows too."""
    if node.op is None or node.op in _KINDS:
        return tr(node.op or "")
    return op_of(node.op).symbol


def label_of(node: Node) -> str:
    """What stands in the label's cell: the name that canvas, card and table call the node by."""
    return shown_label(node.name)
