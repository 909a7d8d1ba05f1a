"""On all wires of the canvas: the value that came along, the local slope, and what was carried back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.block import is_block
from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import Bezier, Rect, Size
from micrograd_gui.figures.on_wires import ChipPlace, places
from micrograd_gui.session.asking.on_wires import OnWire, on_wires, on_wires_of
from micrograd_gui.session.explain.formulas import Naming
from micrograd_gui.session.explain.slopes import WireWords, wire_words
from micrograd_gui.session.state import State
from micrograd_gui.views.canvas.layers.chips import CHIP_SCALES, ChipItem, Noted, chip_room, obstacles_in
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.scene import Scene

WIRES_AT_MOST = 250  # of larger graphs those of what is selected and what acts


def chips_on_wires(
    state: State, scene: Scene, pens: Pens, size: float, names: Naming, marks: Noted
) -> tuple[ChipItem, ...]:
    """A chip on each wire that is drawn as one and has room for it; none where they are too small to read."""
    if not size:
        return ()
    scales = scene.form.chips or tuple(each for each in CHIP_SCALES if each <= size)
    said = dict(_said(state, scene, names))
    later = _at_the_end(state)
    kinds = ((False, False), (False, True), (True, False), (True, True))
    whole = [(scale, now, brief) for now, brief in kinds for scale in scales]
    wires = tuple(said)
    needed = {wire: _all_said(scene, wire, said[wire], later.get(wire), names) for wire in wires}
    sizes = tuple(tuple(_room(needed[wire], pens, *way) for way in whole) for wire in wires)
    curves = tuple(scene.curves[wire] for wire in wires)
    walls = tuple(_tuple(each) for each in obstacles_in(scene, scene.bounds(), marks))
    made = []
    for wire, place in zip(wires, _placed(curves, sizes, walls), strict=True):
        words = said[wire]
        if place is not None and words.below:
            scale, _, brief = whole[place.level]
            above = "" if brief else words.above
            rect, anchor = QRectF(*place.rect), QPointF(*place.anchor)
            made.append(ChipItem(wire, above, words.below, rect, anchor, scale, words))
    return tuple(made)


def _said(state: State, scene: Scene, names: Naming) -> Iterator[tuple[Wire, WireWords]]:
    """What stands on each wire that is drawn."""
    graph, few = scene.graph, len(scene.curves) <= WIRES_AT_MOST
    step = state.step
    chosen = state.selection | ({step.node} if step is not None and step.node is not None else set())
    for wire, on in on_wires_of(state).items():
        if wire[0] not in graph.nodes or is_block(wire[0]) or wire not in scene.curves:
            continue
        if scene.folding.drawn_wire(wire) != wire:
            continue
        if few or wire[0] in chosen or graph.nodes[wire[0]].inputs[wire[1]] in chosen:
            acting = on.acting and step is not None
            yield wire, wire_words(graph, wire, replace(on, acting=acting), names)


def _at_the_end(state: State) -> Mapping[Wire, OnWire]:
    """What stands on the wires at the end of what is recorded: chips have room for it from the start."""
    trace = state.trace
    if trace is None or state.is_training or state.quiz is not None:
        return {}
    return on_wires(state.graph, trace, len(trace), trace.frame(len(trace)))


def _all_said(
    scene: Scene, wire: Wire, now: WireWords, later: OnWire | None, names: Naming
) -> tuple[WireWords, ...]:
    """What the wire says now, and before and after the pass comes by."""
    if later is None:
        return (now,)
    each = (later, replace(later, acting=True), replace(later, carried=None))
    return (now, *(wire_words(scene.graph, wire, on, names) for on in each))


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
