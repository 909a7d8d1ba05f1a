"""Moving: a figure or parts of it shifted, boxes with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from msgspec import structs

from micrograd_gui.figures.figure import Figure
from micrograd_gui.figures.geometry import Point
from micrograd_gui.figures.parts import CardBox, Cell, Enclosure, Oval, Panel, PathLine, Text, Wire

Shift = Callable[[Point], Point]


def moved(figure: Figure, dx: float, dy: float, width: float, height: float) -> Figure:
    """The whole graph so far to the right and down, on a page of that size."""

    def by(point: Point) -> Point:
        return round(point[0] + dx, 2), round(point[1] + dy, 2)

    return replace(
        figure,
        width=width,
        height=height,
        boxes=tuple(box_moved(each, dx, dy) for each in figure.boxes),
        ovals=tuple(oval_moved(each, dx, dy) for each in figure.ovals),
        wires=tuple(wire_moved(each, by) for each in figure.wires),
        chips=tuple(each.moved(dx, dy) for each in figure.chips),
        enclosures=tuple(frame_moved(each, dx, dy) for each in figure.enclosures),
        paths=tuple(_path_moved(each, by) for each in figure.paths),
        key=tuple(_text_moved(each, dx, dy) for each in figure.key),
        saying=None if figure.saying is None else _text_moved(figure.saying, dx, dy),
        panel=None if figure.panel is None else _panel_moved(figure.panel, by),
    )


def _text_moved(text: Text, dx: float, dy: float) -> Text:
    return structs.replace(text, x=round(text.x + dx, 2), y=round(text.y + dy, 2))


def _text_by(text: Text, by: Shift) -> Text:
    x, y = by((text.x, text.y))
    return structs.replace(text, x=x, y=y)


def _cell_moved(cell: Cell, dx: float, dy: float) -> Cell:
    return structs.replace(cell, x=round(cell.x + dx, 2), y=round(cell.y + dy, 2))


def _path_moved(path: PathLine, by: Shift) -> PathLine:
    texts = tuple(_text_by(each, by) for each in path.texts)
    return replace(path, points=tuple(map(by, path.points)), texts=texts)


def _panel_moved(panel: Panel, by: Shift) -> Panel:
    (x, y), size = by(panel.frame[:2]), panel.frame[2:]
    texts = tuple(_text_by(each, by) for each in panel.texts)
    return replace(
        panel,
        frame=(x, y, *size),
        curves=tuple(tuple(map(by, curve)) for curve in panel.curves),
        marks=tuple((by(one), by(other)) for one, other in panel.marks),
        texts=texts,
        dot=None if panel.dot is None else by(panel.dot),
        tangent=None if panel.tangent is None else (by(panel.tangent[0]), by(panel.tangent[1])),
    )


def box_moved(box: CardBox, dx: float, dy: float) -> CardBox:
    """The box somewhere else."""
    return replace(
        box,
        cells=tuple(_cell_moved(cell, dx, dy) for cell in box.cells),
        ports=tuple(port._replace(x=port.x + dx, y=port.y + dy) for port in box.ports),
    )


def oval_moved(oval: Oval, dx: float, dy: float) -> Oval:
    """The oval somewhere else."""
    return structs.replace(oval, x=round(oval.x + dx, 2), y=round(oval.y + dy, 2))


def wire_moved(wire: Wire, by: Shift) -> Wire:
    """The wire with all its points elsewhere."""
    return structs.replace(wire, points=tuple(map(by, wire.points)), head=tuple(map(by, wire.head)))


def frame_moved(frame: Enclosure, dx: float, dy: float) -> Enclosure:
    """The frame somewhere else."""
    return replace(frame, x=round(frame.x + dx, 2), y=round(frame.y + dy, 2))
