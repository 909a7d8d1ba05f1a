"""Shapes: a Figure as things to draw, in order; every writer of figures draws these and no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

from msgspec import Struct

from micrograd_gui.document.block import Key
from micrograd_gui.document.graph import NodeId
from micrograd_gui.figures import geometry
from micrograd_gui.figures.figure import PIECES, Figure
from micrograd_gui.figures.geometry import (
    CHIP_RADIUS,
    FOLD_RADIUS,
    FRAME_RADIUS,
    LIT_RADIUS,
    MIDDLE,
    RADIUS,
    Point,
)
from micrograd_gui.figures.palette import Weight
from micrograd_gui.figures.parts import (
    CardBox,
    ChipText,
    Enclosure,
    Oval,
    Panel,
    PathLine,
    Text,
    Wire,
    texts_on,
)

_Tone = Literal[
    "ground",
    "box",
    "line",
    "divider",
    "text",
    "muted",
    "data",
    "grad",
    "accent",
    "accent_fill",
    "wire",
    "chip",
    "bad",
    "bad_fill",
]
PathTone = Literal[
    "path1",
    "path2",
    "path3",
    "path4",
    "path5",
    "path6",
    "path7",
    "path8",
    "path9",
    "path10",
    "path11",
    "path12",
]
Tone = _Tone | PathTone
TONES: tuple[Tone, ...] = get_args(_Tone)
PATH_TONES: tuple[Tone, ...] = get_args(PathTone)  # of figures that show paths

VEIL = 0.35  # how much a veil covers of what is behind it
DASHES = (5.0, 3.0)
BAR = (3.0, 1.4)  # how high a bar is, and what is below it
_TONES: dict[str, Tone] = {"data": "data", "grad": "grad", "badge": "data"}


class Rect(Struct, frozen=True, gc=False):
    """Left, top, width, height, and the radius of the corners."""

    x: float
    y: float
    width: float
    height: float
    round: float = 0.0


class Ellipse(Struct, frozen=True, gc=False):
    """Centre and radii."""

    x: float
    y: float
    rx: float
    ry: float


class Curve(Struct, frozen=True, gc=False):
    """A start, then three points for each cubic Bézier curve."""

    points: tuple[Point, ...]


class Polygon(Struct, frozen=True, gc=False):
    """Corners of a closed outline."""

    points: tuple[Point, ...]


class Lines(Struct, frozen=True, gc=False):
    """Straight lines from a point to a point."""

    ends: tuple[tuple[Point, Point], ...]


Outline = Rect | Ellipse | Curve | Polygon | Lines


class Shape(Struct, frozen=True, gc=False):
    """An outline with the colours of its inside and its edge (None: none), and how thick that is.

    A ``veil`` lets what is behind it show, and has a dashed edge; ``dashes`` are those of another edge.
    """

    outline: Outline
    fill: Tone | None = None
    edge: Tone | None = None
    weight: Weight = "thin"
    veil: bool = False
    dashes: tuple[float, ...] = ()

    @property
    def pattern(self) -> tuple[float, ...]:
        """The dashes of its edge, and what is between them; nothing where it is whole."""
        return DASHES if self.veil else self.dashes


class ShapeGroup(Struct, frozen=True, gc=False):
    """What belongs together: the box of a node or block, its name and its texts; else ``node`` is None."""

    shapes: tuple[Shape, ...]
    texts: tuple[Text, ...] = ()
    node: Key | None = None
    name: str = ""

    @property
    def unseen(self) -> bool:
        """Whether at this moment there is nothing to see of it."""
        painted = any(shape.fill or shape.edge for shape in self.shapes)
        return not painted and not any(text.text for text in self.texts)


Element = Enclosure | Wire | PathLine | Oval | CardBox | ChipText | Panel | Text


def elements(figure: Figure) -> Iterator[Element]:
    """The parts of a figure in the order in which they are drawn, which is the same at each moment."""
    yield from figure.enclosures
    yield from sorted(figure.wires, key=lambda wire: wire.bundle)  # as the canvas draws them
    yield from figure.paths
    yield from figure.ovals
    yield from figure.boxes
    yield from reversed(figure.chips)  # the line to a later one goes behind an earlier one
    if figure.panel is not None:
        yield figure.panel
    yield from figure.key
    if figure.saying is not None:
        yield figure.saying


def shapes_of(element: Element, figure: Figure) -> tuple[Shape, ...]:
    """What is drawn of that part at the figure's moment; at others only colours and weights differ."""
    match element:
        case CardBox():
            drawn = _card(element, figure) if figure.style == "canvas" else _record(element, figure)
            return (*drawn, *_bars(element, figure)) if figure.bars else tuple(drawn)
        case Wire():
            return tuple(_wire(element, figure))
        case PathLine():
            if not element.points:
                return ()
            tone = PATH_TONES[element.number % len(PATH_TONES)]
            return (Shape(Curve(element.points), None, tone, "strong", dashes=element.dashes),)
        case Oval():
            return (_oval(element, figure),)
        case Enclosure():
            return tuple(_enclosure(element))
        case ChipText():
            return tuple(_chip(element))
        case Panel():
            return tuple(_panel(element, figure))
        case Text():
            return ()


def at_rest(element: Element, figure: Figure) -> bool:
    """Whether the shapes of that part are sure to be those of the figure with no numbers yet.

    In the notebook's style all are but what the step acts on and goes through; a card shows more.
    """
    if figure.style == "canvas" or figure.bars:
        return False
    match element:
        case CardBox():
            return element.node != figure.acting
        case Wire() | Oval():
            return element.node != figure.through
        case ChipText() | Panel():
            return False
    return True


def texts_of(element: Element, figure: Figure) -> tuple[Text, ...]:
    """What is written on that part at the figure's moment; at others as many texts, of other sizes maybe."""
    return figure.lettered(_texts_of(element, figure))


def _texts_of(element: Element, figure: Figure) -> tuple[Text, ...]:
    match element:
        case CardBox():
            return figure.texts_of(element)
        case Wire():
            return ()
        case PathLine():
            return element.texts
        case Oval():
            return (figure.text_in(element),)
        case Enclosure():
            return (element.text,)
        case ChipText():
            return texts_on(element, figure.least)
        case Panel():
            return element.texts
        case Text() if element in figure.key:
            return (element,)
        case Text():  # the one of another moment says something else
            return () if figure.saying is None else (figure.saying,)


def groups(figure: Figure) -> tuple[ShapeGroup, ...]:
    """All of the figure. At each moment of a run there are the same shapes and texts in the same order."""
    return tuple(each_group(figure))


def each_group(figure: Figure) -> Iterator[ShapeGroup]:
    """The same, one after the other: all those of a hundred thousand nodes would take a hundred megabytes."""
    for each in elements(figure):
        node: Key | None = None
        name = ""
        if isinstance(each, Enclosure):
            node, name = each.block, each.title or "a block"
        elif isinstance(each, CardBox):
            node, name = each.node, each.label
        yield ShapeGroup(shapes_of(each, figure), texts_of(each, figure), node, name)
    if figure.below:
        yield ShapeGroup((), figure.lettered(figure.below))


def tone_of(text: Text) -> Tone:
    """The colour a piece of text has."""
    return "muted" if text.faint else _TONES.get(text.role, "text")


def _wire(wire: Wire, figure: Figure) -> Iterable[Shape]:
    lit = figure.lit(wire)
    tone: Tone = "accent" if lit else "wire"
    if lit and figure.style == "canvas":
        tone = "grad" if any(role == "grad" for _, role in figure.fresh) else "data"
    ends = wire.points[0], wire.points[-1]
    paths = (line for line in figure.paths if line.way is None) if lit else ()
    under = any((line.points[0], line.points[-1]) == ends for line in paths)
    strong = lit and not under  # else the dashes of a path would be lost on it
    stroke: Tone = "wire" if under else tone
    yield Shape(Curve(wire.points), None, stroke, "strong" if strong else "bundle" if wire.bundle else "thin")
    if wire.head:
        yield Shape(Polygon(wire.head), tone, tone)


def _enclosure(each: Enclosure) -> Iterable[Shape]:
    """A dashed frame, and in its title the sign that it can be collapsed."""
    frame = Rect(each.x, each.y, each.width, each.height, FRAME_RADIUS)
    yield Shape(frame, "chip", "line", veil=True)
    yield from _fold_mark(each.fold_mark, opens=False)


def _fold_mark(mark: geometry.Rect, *, opens: bool) -> Iterable[Shape]:
    """A small square with a plus, for what is inside and not shown, or with a minus."""
    square, lines = geometry.fold_sign(mark, opens=opens)
    yield Shape(Rect(*square, FOLD_RADIUS), "box", "muted")
    yield Shape(Lines(lines), None, "muted")


def _stance(node: NodeId, figure: Figure) -> tuple[Tone, Tone, Weight]:
    """Inside, edge and its weight of what stands for a node: it may act, or be where the run ended."""
    if node == figure.problem:
        return "bad_fill", "bad", "strong"
    if node == figure.acting:
        return "accent_fill", "accent", "strong"
    return "box", "line", "thin"


def _oval(oval: Oval, figure: Figure) -> Shape:
    stance = _stance(oval.node, figure) if oval.node == figure.through else ("box", "line", "thin")
    return Shape(Ellipse(oval.x, oval.y, oval.rx, oval.ry), *stance)


def _record(box: CardBox, figure: Figure) -> Iterable[Shape]:
    inside, edge, weight = _stance(box.node, figure)
    yield Shape(Rect(*box.rect), inside, edge, weight)
    yield Shape(Lines(box.dividers), None, edge)


def _card(box: CardBox, figure: Figure) -> Iterable[Shape]:
    inside, edge, weight = _stance(box.node, figure)
    acting = weight == "strong"
    if box.behind:  # there is more in it than one node
        yield Shape(Rect(*geometry.sheet_behind(box.rect), RADIUS), "box", "line")
        edge = edge if acting else "muted"
    yield Shape(Rect(*box.rect, RADIUS), inside, edge, weight)
    numbers = [cell for cell in box.cells if cell.role in ("data", "grad")]
    for cell in numbers:
        fresh = (box.number_of, cell.role) in figure.fresh and not acting
        yield Shape(Rect(*geometry.lit_field(cell.rect), LIT_RADIUS), "accent_fill" if fresh else inside)
        x, y, radius = geometry.unknown_dot(cell.rect)
        y = y if box.words else cell.y + cell.height / 2
        yield Shape(
            Ellipse(x, y, radius, radius),
            "muted" if figure.dotted(box.number_of, cell.role) else None,
        )
    lines = geometry.dividers(box.rect, numbers=len(numbers), foot=box.cells[-1].role == "foot")
    yield Shape(Lines(lines if box.words else box.dividers), None, "divider")
    if box.badge is not None:
        yield Shape(Rect(*box.badge, box.badge[3] / 2), "chip", "line" if acting else "chip")
    if box.fold_mark is not None:
        yield from _fold_mark(box.fold_mark, opens=True)
    for sign, right in box.signs:
        yield from _sign(sign, right, box.cells[0].y + MIDDLE)
    for port in box.ports:
        circle = Ellipse(port.x, port.y, port.radius, port.radius)
        yield Shape(circle, "box", "line", veil=not port.wired)


def _bars(box: CardBox, figure: Figure) -> Iterable[Shape]:
    """Below each number a bar in pieces: to the right and full for more than 0, else left and hollow."""
    for cell in box.cells:
        if cell.role not in ("data", "grad"):
            continue
        lit = figure.bar(box.number_of, cell.role)
        wide, middle = (cell.width / 2 - 5) / PIECES, cell.x + cell.width / 2
        tall, air = BAR
        top = cell.y + cell.height - tall - air
        for piece in range(-PIECES, PIECES):
            outline = Rect(middle + piece * wide + 0.6, top, wide - 1.2, tall)
            if 0 <= piece < lit:
                yield Shape(outline, "data", "data")
            elif lit <= piece < 0:
                yield Shape(outline, "box", "bad")
            else:
                yield Shape(outline)


def _panel(panel: Panel, figure: Figure) -> Iterable[Shape]:
    """The frame with its marks, the curve, and on it where the run is and how steep it is there."""
    yield Shape(Rect(*panel.frame), "box", "line")
    yield Shape(Lines(panel.marks), None, "line")
    for curve in panel.curves:
        yield Shape(Curve(curve), None, "data", "bundle")
    there = all(node in figure.frame.data for node in panel.needs)
    if panel.tangent is not None:
        seen = there and panel.needs[-1] in figure.frame.grad
        yield Shape(Lines((panel.tangent,)), None, "grad" if seen else None, "bundle")
    if panel.dot is not None:
        yield Shape(Ellipse(*panel.dot, 4.0, 4.0), "accent" if there else None, "text" if there else None)


def _chip(chip: ChipText) -> Iterable[Shape]:
    """A plate, and a line to its wire where it stands beside it; unpainted while it says nothing."""
    said, rests = bool(chip.amount), chip.rest is not None and not chip.rest.acting
    edge: Tone | None = ("line" if rests else "grad") if said else None
    tail = geometry.chip_tail(chip.anchor, chip.rect)
    if tail is not None:
        yield Shape(Lines((tail,)), None, edge)
    plate = Rect(*chip.rect, CHIP_RADIUS)
    strong = said and chip.rest is not None and chip.rest.acting
    yield Shape(plate, "box" if said else None, edge, "strong" if strong else "thin")


def _sign(sign: geometry.Sign, right: float, middle: float) -> Iterable[Shape]:
    """An arrow for an input, a diamond for a parameter, rings for the target."""
    if sign == "target":
        (x, y, outer), (_, _, inner) = geometry.target_rings(right, middle)
        yield Shape(Ellipse(x, y, outer, outer), None, "text")
        yield Shape(Ellipse(x, y, inner, inner), "grad")
    else:
        outline = geometry.sign_outline(sign, right, middle)
        yield Shape(Polygon(outline), "data" if sign == "input" else "grad")
