"""On all wires of the canvas: the value that came along, the local slope, and what was carried back."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import Bezier, Rect, Size
from micrograd_gui.figures.on_wires import ChipPlace, drawn_together, places
from micrograd_gui.session.asking.on_wires import OnWire, on_wires, on_wires_of
from micrograd_gui.session.explain.formulas import Naming
from micrograd_gui.session.explain.slopes import WireWords, bundle_words
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.layers.chips import (
    CHIP_SCALES,
    WIRES_AT_MOST,
    ChipItem,
    Noted,
    chip_room,
    obstacles_in,
    part_in_view,
)
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.scene import Scene

_LEAST = (1.5, 1.2, 0.85)  # how small a chip gets where there is no other room at all
_FAR = 400.0
_FEW = 80


def chips_on_wires(
    state: State, scene: Scene, pens: Pens, size: float, names: Naming, marks: Noted
) -> tuple[ChipItem, ...]:
    """A chip on each wire that is drawn, of a large graph in view; none where they are too small to read."""
    if not size:
        return ()
    scales = scene.form.chips or tuple(each for each in CHIP_SCALES if each <= size)
    drawn = _in_view(scene)
    said = dict(_said(state, scene, on_wires_of(state), drawn, names))
    ways: list[Mapping[Wire, WireWords]] = [said]
    if later := _at_the_end(state):  # chips have room from the start for what is said later
        for change in ({}, {"acting": True}, {"carried": None}):
            each = {wire: replace(on, **change) for wire, on in later.items()}
            ways.append(dict(_said(state, scene, each, drawn, names)))
    wires = tuple(said)
    kinds = ((False, False), (False, True), (True, False), (True, True))
    whole = [(scale, now, brief) for now, brief in kinds for scale in scales]
    whole += [(least, True, True) for least in _LEAST if least < scales[-1]]
    if len(wires) > _FEW:  # so many find room as small as may be, and for what is said now
        whole = [(whole[-1][0], True, False), (whole[-1][0], True, True)]
    needed = {wire: tuple(each[wire] for each in ways) for wire in wires}
    sizes = tuple(tuple(_room(needed[wire], pens, *way) for way in whole) for wire in wires)
    curves = tuple(scene.curves[wire] for wire in wires)
    near = scene.bounds() if drawn is scene.curves else _around(curves)
    walls = tuple(_tuple(each) for each in obstacles_in(scene, near, marks))
    made = []
    for wire, place in zip(wires, _placed(curves, sizes, walls), strict=True):
        words = said[wire]
        if place is not None and words.below:
            scale, _, brief = whole[place.level]
            above = "" if brief else words.above
            rect, anchor = QRectF(*place.rect), QPointF(*place.anchor)
            made.append(ChipItem(wire, above, words.below, rect, anchor, scale, words))
    return tuple(made)


def _said(
    state: State, scene: Scene, wires: Mapping[Wire, OnWire], drawn: Container[Wire], names: Naming
) -> Iterator[tuple[Wire, WireWords]]:
    """What stands on each of those drawn wires."""
    graph, step = scene.graph, state.step
    for end, several in drawn_together(scene.folding.drawn_wire, wires).items():
        if end in drawn:
            moment = [(wire, replace(on, acting=on.acting and step is not None)) for wire, on in several]
            yield end, bundle_words(graph, moment, names)


def _in_view(scene: Scene) -> Container[Wire]:
    """The wires on which something may stand: of a large graph those that are in view, the nearest first."""
    part = part_in_view(scene)
    if part is None:
        return scene.curves
    left, top, right, bottom = part
    middle = (left + right) / 2, (top + bottom) / 2
    found: list[tuple[float, Wire]] = []
    for wire, curve in scene.curves.items():
        x, y = curve.at(0.5)
        if left <= x <= right and top <= y <= bottom:
            found.append((abs(x - middle[0]) + abs(y - middle[1]), wire))
    return {wire for _, wire in sorted(found)[:WIRES_AT_MOST]}


def _at_the_end(state: State) -> Mapping[Wire, OnWire]:
    """What stands on the wires at the end of what is recorded: chips have room for it from the start."""
    trace = state.trace
    if trace is None or state.is_training or state.quiz is not None:
        return {}
    return on_wires(state.graph, trace, len(trace), trace.frame(len(trace)))


def _around(curves: Sequence[Bezier]) -> QRectF:
    """Where chips of those may stand."""
    sides = [curve.bounds() for curve in curves] or [(0.0, 0.0, 0.0, 0.0)]
    left, top, right, bottom = zip(*sides, strict=True)
    corners = QPointF(min(left), min(top)), QPointF(max(right), max(bottom))
    return QRectF(*corners).adjusted(-_FAR, -_FAR, _FAR, _FAR)


def _room(said: Sequence[WireWords], pens: Pens, scale: float, now: bool, brief: bool) -> Size:
    """How large a chip is that has room for all of that, or for the first, or for lower lines alone."""
    some = said[:1] if now else said
    rooms = [chip_room("" if brief else each.above or "0", each.below, pens) for each in some]
    return max(wide for wide, _ in rooms) * scale, max(tall for _, tall in rooms) * scale


@lru_cache(maxsize=8)
def _placed(
    curves: tuple[Bezier, ...], sizes: tuple[tuple[Size, ...], ...], walls: tuple[Rect, ...]
) -> tuple[ChipPlace | None, ...]:
    """Where they stand; of one graph in one place that is worked out once."""
    numbers = range(len(curves))
    found = places(dict(zip(numbers, curves, strict=True)), dict(zip(numbers, sizes, strict=True)), walls)
    return tuple(found.get(number) for number in numbers)


def _tuple(rect: QRectF) -> Rect:
    return rect.left(), rect.top(), rect.width(), rect.height()
