"""Strands: paths from a node to the target beside each other on the wires, each in a colour and dashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from micrograd_gui.figures.geometry import Point
from micrograd_gui.figures.palette import Palette
from micrograd_gui.session.asking.ledger import Asked, Wire
from micrograd_gui.session.asking.paths import Paths

LANE = 5.0  # scene units from one strand to the next
THICK = 2.6
LIT = -1  # in place of a path's number: the wire along which a row of the ledger came

# On and off, in scene units, a pattern for each of the paths that are shown; a dot is a short dash.
DASH_OF: tuple[tuple[float, ...], ...] = (
    (),
    (9, 4),
    (2, 3.5),
    (11, 3.5, 2, 3.5),
    (18, 5),
    (5, 3.5),
    (11, 3.5, 2, 3.5, 2, 3.5),
    (18, 4, 5, 4),
    (2, 7),
    (5, 3, 2, 3),
    (14, 3, 2, 3, 2, 3, 2, 3),
    (6, 9),
)
_LIGHT = (
    "#0b63b0", "#b8460e", "#0a6e4f", "#7a3fb0", "#a8157a", "#00707f",
    "#7a4b12", "#5f5f00", "#26327d", "#b3261e", "#44505e", "#8c3b63",
)  # fmt: skip
_DARK = (
    "#6db7ff", "#ffa36b", "#4fd1a5", "#c9a2ff", "#ff8fd0", "#4fd3e0",
    "#d9ab6f", "#d2d25a", "#a5b4ff", "#ff8a80", "#c3ccd8", "#e3aecf",
)  # fmt: skip


class Strand(NamedTuple):
    """One path where it goes along one drawn wire; ``lane`` says how far beside it, in lanes."""

    path: int
    wire: Wire
    lane: float


def strands(
    found: Paths | None, asked: Asked, drawn_wire: Callable[[Wire], Wire | None]
) -> tuple[Strand, ...]:
    """What is seen of what was asked: the paths, or the chosen one alone, and the wire that is lit."""
    along: dict[Wire, list[int]] = {}
    if found is not None and asked.paths:
        for number, path in enumerate(found.shown):
            if asked.path is None or asked.path == number:
                for wire in dict.fromkeys(map(drawn_wire, path.wires)):
                    if wire is not None:
                        along.setdefault(wire, []).append(number)
    made = [
        Strand(number, wire, at - (len(numbers) - 1) / 2)
        for wire, numbers in along.items()
        for at, number in enumerate(numbers)
    ]
    lit = None if asked.wire is None else drawn_wire(asked.wire)
    return (*made, *(() if lit is None else (Strand(LIT, lit, 0.0),)))


def beside(points: Sequence[Point], by: float) -> tuple[Point, ...]:
    """A curve of Bézier pieces so far beside that one, between the same ends."""
    if not by:
        return tuple(points)
    by *= 4 / 3 if len(points) == 4 else 1.0  # the middle of one piece goes three quarters of its handles
    moved = [points[0]]
    for at in range(1, len(points) - 1):
        (x1, y1), (x2, y2) = points[at - 1], points[at + 1]
        if len(points) == 4:
            (x1, y1), (x2, y2) = points[0], points[-1]
        dx, dy = x2 - x1, y2 - y1
        long = (dx * dx + dy * dy) ** 0.5 or 1.0
        x, y = points[at]
        moved.append((x - by * dy / long, y + by * dx / long))
    return (*moved, points[-1])


def path_colour(palette: Palette, path: int) -> str:
    """The colour of that path, which has a contrast of 3:1 or more; in print all are black."""
    if palette.name == "print":
        return palette.text
    colour = (_DARK if palette.dark else _LIGHT)[path % len(_LIGHT)]
    return _mixed(colour, palette.text) if palette.name.endswith("contrast") else colour


def _mixed(colour: str, other: str, part: float = 0.4) -> str:
    """So much of the way to the other colour."""
    return "#" + "".join(
        f"{round(one + part * (two - one)):02x}" for one, two in zip(_rgb(colour), _rgb(other), strict=True)
    )


def _rgb(colour: str) -> Iterable[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
