"""Chips: what is said on the wires of the canvas and below its cards, how large, and where it has room."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF

from micrograd_gui.document.block import Key, is_block
from micrograd_gui.document.text import one_line, written
from micrograd_gui.figures import geometry
from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import Rect, around, points_of, room
from micrograd_gui.session.explain.formulas import GRAD, Naming, operand_name
from micrograd_gui.session.explain.slopes import WireWords, amount_text, rule_text
from micrograd_gui.session.state import State
from micrograd_gui.session.trace import Contribution, Step
from micrograd_gui.views.canvas.card_geometry import CARDS_FROM, WORDS_FROM
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.scene import Scene

WIRES_AT_MOST = 250  # of a graph with more, something stands on those in view
_TILE = 500.0  # units: the part in view grows and shrinks by so much
CHIP_SCALES = (1.7, 1.35, 1.0)


class ChipItem(Struct, frozen=True):
    """One wire's own contribution: the rule above, what is added below, and the point it is about."""

    wire: Wire
    rule: str
    amount: str
    rect: QRectF
    anchor: QPointF
    scale: float
    rest: WireWords | None = None  # what the wire holds, while something stands on all of them


def chip_scale(zoom: float) -> float:
    """How large chips are drawn, so that they can be read from further off; few sizes, so that they rest.

    0: so far off that there are none.
    """
    if zoom < CARDS_FROM:
        return 0.0
    largest, middle, smallest = CHIP_SCALES
    return smallest if zoom >= 0.72 else middle if zoom >= 0.5 else largest


def chips_of(scene: Scene, zoom: float) -> float:
    """How large the chips of that scene are drawn: in a hall, for the back row."""
    return scene.form.chips[0] if scene.form.chips else chip_scale(zoom)


def part_in_view(scene: Scene) -> Rect | None:
    """As corners, the part of a large graph on whose wires something may stand; None: all of the graph."""
    if len(scene.curves) <= WIRES_AT_MOST or scene.folding.stand is not None:
        return None
    seen = scene.seen()
    left, top = (math.floor(each / _TILE) * _TILE for each in (seen.left(), seen.top()))
    right, bottom = (math.ceil(each / _TILE) * _TILE for each in (seen.right(), seen.bottom()))
    return left, top, right, bottom


def look_of(state: State, scene: Scene, zoom: float) -> tuple[float, Rect | None]:
    """How large the chips are, and in which part of the graph, where something stands on all wires."""
    size = chips_of(scene, zoom)
    return size, part_in_view(scene) if size and state.wires == "all" else None


def mark_room(scene: Scene, box: QRectF) -> QRectF:
    """The box with the mark of its turn, which stands on its upper edge."""
    tall = scene.form.word * (1.55 if scene.folding.stand is None else 0.98)  # in the window, from afar
    return box.adjusted(-tall, -tall, tall, 0)


def place_chips(
    scene: Scene,
    steps: Sequence[Step],
    pens: Pens,
    size: float = 1.0,
    marks: Noted | Container[Key] = (),
    names: Naming = GRAD,
) -> tuple[ChipItem, ...]:
    """The chips of a backward step, clear of every box and of each other wherever there is room.

    What a box hands back as one step is said where there is room, as is all in a hall, where no number may be
    covered: the step card says it.
    """
    if not size:
        return ()
    made: list[ChipItem] = []
    for wire, rule, amount, last in _handed_back(scene, steps, names):
        for said, added, each_size in _chip_sizes(scene, rule, amount, size):  # rather small than over a box
            width, height = chip_room(said, added, pens)
            room_for = width * each_size, height * each_size
            rect, anchor, free = _find_room(scene, wire, *room_for, made, last, marks)
            if free:
                break
        if not free and (len(steps) > 1 or scene.form.chips):
            continue
        made.append(ChipItem(wire, said, added, rect, anchor, each_size))
    return tuple(made)


def _handed_back(scene: Scene, steps: Sequence[Step], names: Naming) -> list[tuple[Wire, str, str, bool]]:
    """What goes back along each drawn wire: its rule, the amount, and whether it is the last of several.

    What many steps put on one wire is added up, without a rule.
    """
    found: list[tuple[Wire, str, str, bool]] = []
    along: dict[Wire, list[Contribution]] = {}
    for step in steps:
        for each in step.contributions:
            wire = None if step.node is None else scene.folding.drawn_wire((step.node, each.port))
            if step.node is not None and wire is not None and wire in scene.curves:
                last = each.port == len(step.contributions) - 1 and each.port > 0
                along.setdefault(wire, []).append(each)
                rule = rule_text(scene.graph, step.node, each, names)
                found.append((wire, rule, amount_text(each), last))
    if len(steps) < 2:
        return found
    sums = {wire: sum(each.amount for each in several) for wire, several in along.items()}
    return [
        (wire, "", amount_text(replace(several[0], amount=sums[wire])), False)
        for wire, several in along.items()
    ]


def _chip_sizes(scene: Scene, rule: str, amount: str, size: float) -> list[tuple[str, str, float]]:
    """What a chip says and how large, the best first: in a hall, rather less than small."""
    if scene.form.chips:
        wordings = (rule, amount), ("", amount), ("", amount.removeprefix("+= "))
        return [(said, added, each) for said, added in wordings for each in scene.form.chips]
    return [(rule, amount, each) for each in CHIP_SCALES if each <= size]


def chip_room(rule: str, amount: str, pens: Pens) -> tuple[float, float]:
    """The size of a chip with those words, before it is made larger."""
    above = (pens.rule.width(rule), pens.rule.metrics.height()) if rule else (0.0, 0.0)
    return geometry.chip_size(above, (pens.sum.width(amount), pens.sum.metrics.height()))


def _find_room(
    scene: Scene,
    wire: Wire,
    width: float,
    height: float,
    taken: list[ChipItem],
    downwards: bool,
    marks: Noted | Container[Key],
) -> tuple[QRectF, QPointF, bool]:
    """The nearest rectangle to the wire that covers neither box nor chip, else the least bad, and whether."""
    points, reach = points_of(scene.curves[wire]), 2.0 if scene.form.chips else 1.0
    near = QRectF(*around(points, width, height, reach))
    obstacles = [*obstacles_in(scene, near, marks), *(chip.rect for chip in taken)]
    walls = [(each.left(), each.top(), each.width(), each.height()) for each in obstacles]
    (x, y), anchor, free = room(points, width, height, walls, downwards=downwards, reach=reach)
    return QRectF(x, y, width, height), QPointF(*anchor), free


def title_letter(scene: Scene, size: float) -> float:
    """About how wide a letter of a title is where chips have that size: larger in a hall, and from afar."""
    return 13.0 if scene.folding.stand is not None else 9.0 if size == CHIP_SCALES[-1] else 15.0


class Noted(Struct, frozen=True):
    """The cards with a mark of their turn above, those below which a derivative hangs so far, and titles."""

    marks: Container[Key]
    derived: Container[Key] = ()
    hangs: float = 0.0
    letter: float = 9.0  # of a title, about how wide


def obstacles_in(scene: Scene, near: QRectF, noted: Noted | Container[Key]) -> list[QRectF]:
    """What no chip may cover there: cards with their marks, titles, and what is out of sight in a hall."""
    if not isinstance(noted, Noted):
        noted = Noted(noted)
    marks, derived, below = noted.marks, noted.derived, noted.hangs
    boxes = {key: scene.boxes[key] for key in scene.nodes_in(near)}
    obstacles = [mark_room(scene, box) if key in marks else box for key, box in boxes.items()]
    if below:
        obstacles = [
            rect.adjusted(0, 0, 0, below) if key in derived else rect
            for key, rect in zip(boxes, obstacles, strict=True)
        ]
    obstacles += [rect for rect in scene.titles(noted.letter) if rect.intersects(near)]
    stand = scene.folding.stand
    if stand is not None:  # nothing of a hall is out of sight
        wide, tall = stand.room
        obstacles += [QRectF(-9e3, -9e3, 9e3, 18e3), QRectF(wide, -9e3, 9e3, 18e3)]
        obstacles += [QRectF(-9e3, -9e3, 18e3, 9e3), QRectF(-9e3, tall, 18e3, 9e3)]
    return obstacles


# Below cards -------------------------------------------------------------------------------------

_SHORT = 8  # letters of a name


class Derived(Struct, frozen=True):
    """What stands below a card: in full, and with less room; ``stale`` is from before an update."""

    name: str
    brief: str
    number: str
    stale: bool = False
    is_leaf: bool = False  # the one that all are derived by


class TagSize(Struct, frozen=True):
    """The size of the text, of its tag, and how far that hangs out of the card."""

    text: float
    tall: float
    hangs: float


_NEAR, _ROWS, _HALL = TagSize(10.0, 13.5, 11.5), TagSize(14.0, 17.0, 16.0), TagSize(20.0, 20.5, 20.0)


def derived_in(state: State, scene: Scene) -> Mapping[Key, Derived]:
    """What stands below each card and box, where forward mode is on."""
    leaf, graph = state.forward_leaf, scene.graph
    if leaf is None or leaf not in graph.nodes:
        return {}
    from micrograd_gui.session.asking.forward_mode import by_leaf  # seldom

    found: dict[Key, Derived] = {}
    values, by = by_leaf(state), one_line(operand_name(graph.nodes[leaf]), _SHORT)
    for key in scene.nodes:
        number = scene.folding.boxes[key].output if is_block(key) else key
        each = None if number is None else values.get(number)
        if number is not None and each is not None:
            name = one_line(operand_name(graph.nodes[number]), _SHORT)
            said = f"∂{name}/∂{by} = ", f"∂/∂{by} = "
            found[key] = Derived(*said, written(each.value), each.stale, number == leaf)
    return found


def hangs(scene: Scene, zoom: float) -> float:
    """How far it hangs out of a card."""
    return tag_size(scene, zoom).hangs


def tag_size(scene: Scene, zoom: float) -> TagSize:
    """How large the tags are there."""
    return _HALL if scene.folding.stand is not None else _NEAR if zoom >= WORDS_FROM else _ROWS
