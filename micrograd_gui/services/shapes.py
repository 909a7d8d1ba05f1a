"""Shapes: a Picture as things to draw, in order; every writer of pictures draws these and no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from micrograd_gui.document.graph import NodeId
from micrograd_gui.services.picture import MARK, Box, Chip, Oval, Picture, Point, Text, Wire, texts_on

Tone = Literal[
    "ground", "box", "line", "text", "muted", "data", "grad", "accent", "accent_fill", "wire", "chip"
]
TONES: tuple[Tone, ...] = get_args(Tone)

_ROUND = 8.0  # the corners of a card
_PORT = 4.5
_TONES: dict[str, Tone] = {"data": "data", "grad": "grad", "badge": "data"}


@dataclass(frozen=True, slots=True)
class Rect:
    """Left, top, width, height, and the radius of the corners."""

    x: float
    y: float
    width: float
    height: float
    round: float = 0.0


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Centre and radii."""

    x: float
    y: float
    rx: float
    ry: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A start, then three points for each cubic Bézier curve."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """Corners of a closed outline."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Straight lines from a point to a point."""

    ends: tuple[tuple[Point, Point], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An outline with the colours of its inside and its edge (None: none); ``strong`` edges are thick."""

    outline: Rect | Ellipse | Curve | Polygon | Lines
    fill: Tone | None = None
    edge: Tone | None = None
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together: the box of a node, its name and its texts; of other things ``node`` is None."""

    shapes: tuple[Shape, ...]
    texts: tuple[Text, ...] = ()
    node: NodeId | None = None
    name: str = ""

    @property
    def unseen(self) -> bool:
        """Whether at this moment there is nothing to see of it."""
        painted = any(shape.fill or shape.edge for shape in self.shapes)
        return not painted and not any(text.text for text in self.texts)


def groups(picture: Picture) -> tuple[Group, ...]:
    """All of the picture. At each moment of a run there are the same shapes and texts in the same order."""
    card = picture.style == "canvas"
    made = [Group(tuple(_wire(wire, picture))) for wire in picture.wires]
    made += [Group((_oval(oval, picture),), (picture.text_in(oval),)) for oval in picture.ovals]
    for box in picture.boxes:
        shapes = tuple(_card(box, picture) if card else _record(box, picture))
        made.append(Group(shapes, picture.texts_of(box), box.node, box.label or "a constant"))
    made += [Group(tuple(_chip(chip)), texts_on(chip)) for chip in picture.chips]
    if picture.below:
        made.append(Group((), picture.below))
    return tuple(made)


def tone_of(text: Text) -> Tone:
    """The colour a piece of text has."""
    return "muted" if text.faint else _TONES.get(text.role, "text")


def _wire(wire: Wire, picture: Picture) -> Iterable[Shape]:
    lit = picture.lit(wire)
    tone: Tone = "accent" if lit else "wire"
    if lit and picture.style == "canvas":
        tone = "grad" if any(role == "grad" for _, role in picture.fresh) else "data"
    yield Shape(Curve(wire.points), None, tone, lit)
    if wire.head:
        yield Shape(Polygon(wire.head), tone, tone)


def _edge(acting: bool) -> Tone:
    return "accent" if acting else "line"


def _oval(oval: Oval, picture: Picture) -> Shape:
    through = oval.node == picture.through
    inside: Tone = "accent_fill" if through else "box"
    return Shape(Ellipse(oval.x, oval.y, oval.rx, oval.ry), inside, _edge(through), through)


def _record(box: Box, picture: Picture) -> Iterable[Shape]:
    acting = box.node == picture.acting
    yield Shape(Rect(*box.rect), "accent_fill" if acting else "box", _edge(acting), acting)
    yield Shape(Lines(box.dividers), None, _edge(acting))


def _card(box: Box, picture: Picture) -> Iterable[Shape]:
    acting = box.node == picture.acting
    inside: Tone = "accent_fill" if acting else "box"
    yield Shape(Rect(*box.rect, _ROUND), inside, _edge(acting), acting)
    for cell in box.cells[1:]:
        fresh = (box.node, cell.role) in picture.fresh and not acting
        field = Rect(cell.x + 2, cell.y + 1.5, cell.width - 4, cell.height - 3.5, 5.0)
        yield Shape(field, "accent_fill" if fresh else inside)
    yield Shape(Lines(tuple(((x0, y0), (x1, y1)) for (x0, y0), (x1, y1) in box.dividers)), None, "line")
    if box.badge is not None:
        yield Shape(Rect(*box.badge, box.badge[3] / 2), "chip", "line" if acting else "chip")
    texts = [text for text in picture.texts_of(box) if text.role == "mark"]
    yield from (shape for text in texts for shape in _mark(text.text, text.x + MARK, box))
    for x, y in box.ports:
        yield Shape(Ellipse(x, y, _PORT, _PORT), "box", "line")


def _chip(chip: Chip) -> Iterable[Shape]:
    """A plate, and a line to its wire where it stands beside it; unpainted while it says nothing."""
    said = bool(chip.amount)
    x, y = chip.anchor
    near = min(max(x, chip.x), chip.x + chip.width), min(max(y, chip.y), chip.y + chip.height)
    if near != chip.anchor:
        yield Shape(Lines(((chip.anchor, near),)), None, "grad" if said else None)
    plate = Rect(chip.x, chip.y, chip.width, chip.height, 6.0)
    yield Shape(plate, "box" if said else None, "grad" if said else None)


def _mark(name: str, right: float, box: Box) -> Iterable[Shape]:
    """An arrow for an input, a diamond for a parameter, rings for the target."""
    title = box.cells[0]
    y = title.y + title.height / 2 + 0.5
    x = right - 4.5
    if name == "input":
        yield Shape(Polygon(((right, y), (right - 6.5, y - 4.2), (right - 6.5, y + 4.2))), "data")
    elif name == "parameter":
        yield Shape(Polygon(((x - 4.2, y), (x, y - 4.2), (x + 4.2, y), (x, y + 4.2))), "grad")
    else:
        yield Shape(Ellipse(x, y, 5.0, 5.0), None, "text")
        yield Shape(Ellipse(x, y, 2.5, 2.5), "grad")
