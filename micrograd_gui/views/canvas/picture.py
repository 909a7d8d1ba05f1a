"""CanvasFrame: all that the painter needs to know of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QRectF

from micrograd.language import tr, trn, with_colon
from micrograd_gui.document.block import Key, block_key
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.document.node import LARGE
from micrograd_gui.figures.folding import Wire
from micrograd_gui.figures.geometry import Rect
from micrograd_gui.session.explain.formulas import GRAD, Naming, name_of, naming_of
from micrograd_gui.session.found import Apart, Found
from micrograd_gui.session.measure import Nudge
from micrograd_gui.session.state import State
from micrograd_gui.session.stops import stopping_at
from micrograd_gui.session.trace import NO_FRAME, Field, Frame, NumberField, Step
from micrograd_gui.session.transitions import among
from micrograd_gui.views.canvas.layers.chips import (
    ChipItem,
    Derived,
    Noted,
    derived_in,
    hangs,
    mark_room,
    place_chips,
    title_letter,
)
from micrograd_gui.views.canvas.layers.chips import (
    look_of as look_of,
)
from micrograd_gui.views.canvas.pens import Pens
from micrograd_gui.views.canvas.scene import Scene

if TYPE_CHECKING:
    from micrograd_gui.figures.paths import Strand
    from micrograd_gui.session.turns import Turn


class CanvasFrame(Struct, frozen=True, eq=False):
    """A graph in its places, the numbers in it, and what is lit up.

    ``fresh`` are the fields that the step wrote, ``lit`` the wires it went through, ``lit_rects``
    where all that shows. ``finding`` is what a notebook or a wrong run has otherwise, ``within`` what a box
    says that hides the acting node, ``checked`` is the state, where a check has looked at its nodes.
    ``chosen`` are the nodes and boxes that stand for what is selected, ``chip_look`` is how large chips are
    drawn. ``turns`` are when nodes and boxes act, while that is shown, ``strands`` the paths to the target
    that lie on the wires.
    """

    scene: Scene
    frame: Frame = NO_FRAME
    step: Step | None = None
    nudge: Nudge | None = None
    chosen: frozenset[Key] = frozenset()
    fresh: frozenset[NumberField] = frozenset()
    lit: frozenset[Wire] = frozenset()
    chips: tuple[ChipItem, ...] = ()
    lit_rects: tuple[QRectF, ...] = ()
    nudged: frozenset[NodeId] = frozenset()
    chip_look: tuple[float, Rect | None] = (1.0, None)
    finding: Found | None = None
    within: str = ""
    turns: Mapping[Key, Turn] = {}
    checked: State | None = None
    breaks: frozenset[Key] = frozenset()
    strands: tuple[Strand, ...] = ()
    names: Naming = GRAD
    derived: Mapping[Key, Derived] = {}

    @property
    def graph(self) -> Graph:
        """The graph that is drawn, all its nodes in a place."""
        return self.scene.graph

    @property
    def acting(self) -> Key | None:
        """The node that the step is about, or the box that it is in."""
        return None if self.step is None else self.scene.key(self.step.node)

    @property
    def problem(self) -> Key | None:
        """The node at which the run ended early, or the box that it is in."""
        return self.acting if self.step is not None and self.step.kind == "problem" else None

    @property
    def special(self) -> frozenset[Key]:
        """What stands out however small it is: what acts, what is wrong, what is selected, if that is few."""
        found = frozenset(key for key in (self.acting, self.differing) if key is not None)
        return found if len(self.chosen) > LARGE else found | self.chosen

    @property
    def differing(self) -> Key | None:
        """Where what a notebook or a wrong run has otherwise begins: the node, or the box that it is in."""
        return None if self.finding is None else self.scene.key(self.finding.node)

    def apart(self, number: NodeId, part: Field) -> Apart | None:
        """The number of the notebook or the wrong run beside the right one, where they differ."""
        return None if self.finding is None else self.finding.apart(number, part)

    @property
    def tag(self) -> str:
        """What stands where the finding begins; on a box it names the node, whose numbers are not seen."""
        if self.finding is None:
            return ""
        number = self.finding.node
        if number not in self.scene.folding.owner:
            return self.finding.tag
        return with_colon(self.finding.tag, name_of(self.scene.graph.nodes[number]))

    @property
    def target(self) -> Key | None:
        """The target, or the box that it is in."""
        return self.scene.key(self.graph.target)


def picture_of(state: State, scene: Scene, pens: Pens, zoom: float = 1.0) -> CanvasFrame:
    """The picture of a state, to be seen at that zoom; the scene must be of its graph."""
    step = state.step
    if step is not None and step.node is not None and step.node not in scene.graph.nodes:
        step = None
    look = size, _ = look_of(state, scene, zoom)
    marks, steps = _turns(state, scene), as_one(state, scene, step)
    fresh = frozenset[NumberField]().union(*(each.wrote for each in steps))
    names = naming_of(state.graph, state.notation)
    derived = _derived(state, scene)
    noted = Noted(marks, derived, 0.0 if not derived else hangs(scene, zoom), title_letter(scene, size))
    lit, made = _lit(scene, steps), _chips(state, scene, steps, pens, size, names, noted)
    acting = tuple(chip for chip in made if chip.rest is None or chip.rest.acting)
    return CanvasFrame(
        scene,
        state.frame,
        step,
        state.nudge,
        scene.folding.keys(among(state.selection, scene.graph)),
        fresh,
        lit,
        made,
        _rects(scene, step, fresh, lit, acting),
        frozenset() if state.nudge is None else state.nudge.moved,
        look,
        state.finding,
        _said_of_hidden(state, scene, step),
        marks,
        state if state.checked else None,
        scene.folding.keys(_stopping(state) & scene.graph.nodes.keys()),
        _strands(state, scene),
        names,
        derived,
    )


def _derived(state: State, scene: Scene) -> Mapping[Key, Derived]:
    """What stands below cards, where forward mode is on."""
    return {} if state.forward_leaf is None else derived_in(state, scene)


def _chips(
    state: State,
    scene: Scene,
    steps: Sequence[Step],
    pens: Pens,
    size: float,
    names: Naming,
    marks: Noted,
) -> tuple[ChipItem, ...]:
    """What stands on the wires."""
    if state.wires == "none":
        return ()
    if state.wires == "acting":
        return place_chips(scene, steps, pens, size, marks, names)
    from micrograd_gui.views.canvas.layers.on_wires import chips_on_wires  # not in a first paint

    return chips_on_wires(state, scene, pens, size, names, marks)


def _strands(state: State, scene: Scene) -> tuple[Strand, ...]:
    """The paths that are asked for, and the wire that is lit."""
    if state.asked is None:
        return ()
    from micrograd_gui.views.canvas.layers.paths import strands_of  # most never ask

    return strands_of(state, scene, state.asked)


def _stopping(state: State) -> frozenset[NodeId]:
    """The nodes at which a breakpoint stops runs, or has stopped this one."""
    if not state.graph.marks.breakpoints:
        return frozenset()
    return stopping_at(state.graph, None if state.is_training else state.trace, state.cursor)


def _turns(state: State, scene: Scene) -> Mapping[Key, Turn]:
    """When what is drawn acts, where that is shown."""
    if not state.order_shown or state.is_training or scene.graph.nodes.keys() != state.graph.nodes.keys():
        return {}
    from micrograd_gui.session.turns import turns  # a first paint shows none

    return {key: turn for key, turn in turns(state, scene.folding.owner).items() if key in scene.boxes}


def as_one(state: State, scene: Scene, step: Step | None) -> tuple[Step, ...]:
    """The step, with those before it that were run as one with it in the box that hides them."""
    if step is None or step.node is None:
        return () if step is None else (step,)
    if state.over is None or step.node not in scene.folding.owner:
        return (step,)
    from micrograd_gui.session.over_blocks import stretch_at  # most states have nothing stepped over

    stretch = stretch_at(state)
    if stretch is None:
        return (step,)
    return stretch.steps if block_key(stretch.block.id) == scene.folding.owner[step.node] else (step,)


def _said_of_hidden(state: State, scene: Scene, step: Step | None) -> str:
    """Which node acts that is in a box, or how many of them have acted as one step."""
    if step is None or step.node is None or step.node not in scene.folding.owner:
        return ""
    steps = as_one(state, scene, step)
    if len(steps) > 1:
        return trn("{n:,} step run", "{n:,} steps run", len(steps))
    return tr("acts: {name}", name=name_of(scene.graph.nodes[step.node]))


def _lit(scene: Scene, steps: Iterable[Step]) -> frozenset[Wire]:
    nodes = [step.node for step in steps if step.node is not None and step.kind != "seed"]
    wires = ((node, port) for node in nodes for port in range(len(scene.graph.nodes[node].inputs)))
    shown = (scene.folding.drawn_wire(wire) for wire in wires)
    return frozenset(wire for wire in shown if wire is not None and wire in scene.curves)


def _rects(
    scene: Scene,
    step: Step | None,
    fresh: frozenset[NumberField],
    lit: frozenset[Wire],
    made: tuple[ChipItem, ...],
) -> tuple[QRectF, ...]:
    if step is None:
        return ()
    numbers = {step.node, *(number for number, _ in fresh)}
    known = scene.graph.nodes
    keys = scene.folding.keys(n for n in numbers if n is not None and n in known)
    rects = [scene.box_rect(key) for key in keys]
    rects += [scene.wire_rect(wire) for wire in lit]
    for chip in made:
        anchor = QRectF(chip.anchor.x() - 1, chip.anchor.y() - 1, 2, 2)
        rects.append(chip.rect.united(anchor).adjusted(-6, -6, 6, 6))
    return tuple(rects)


def differences(old: CanvasFrame, new: CanvasFrame, moved: frozenset[NodeId] | None = None) -> list[QRectF]:
    """Where two pictures of the same graph differ; ``moved`` are the nodes whose numbers do, where known."""
    scene = new.scene
    if scene.large and moved is None and old.frame is not new.frame:
        return [scene.bounds().adjusted(-400, -400, 400, 400)]  # to compare takes longer than to paint
    numbers: set[NodeId] = set(moved or ())
    if moved is None and old.frame is not new.frame:
        for before, after in ((old.frame.data, new.frame.data), (old.frame.grad, new.frame.grad)):
            if before is not after:
                numbers |= {n for n, _ in before.items() ^ after.items()}
        numbers |= {n for n, _ in old.frame.stale ^ new.frame.stale}
    if old.nudge is not new.nudge:
        numbers |= old.nudged | new.nudged
        numbers |= {each.nudge.node for each in (old, new) if each.nudge is not None}
    if old.finding is not new.finding:
        numbers |= {node for each in (old.finding, new.finding) if each is not None for node in each.nodes}
    if old.checked is not new.checked:
        numbers |= _other_verdicts(old.checked, new.checked)
    known = scene.graph.nodes
    otherwise = frozenset() if old.chosen is new.chosen else old.chosen ^ new.chosen
    if len(otherwise) > LARGE:
        return [scene.bounds().adjusted(-400, -400, 400, 400)]
    keys = scene.folding.keys(number for number in numbers if number in known) | otherwise
    keys |= old.breaks ^ new.breaks
    if old.turns or new.turns:
        either = old.turns.keys() | new.turns.keys()
        keys |= {key for key in either if old.turns.get(key) != new.turns.get(key)}
    rects = [scene.box_rect(key) for key in keys if key in scene.boxes]
    if old.turns or new.turns:
        rects = [mark_room(scene, rect) for rect in rects]
    if old.strands or new.strands:
        from micrograd_gui.views.canvas.layers.paths import covered

        rects += covered(scene, old.strands, new.strands)
    if old.derived != new.derived:
        either = old.derived.keys() | new.derived.keys()
        other = (key for key in either if old.derived.get(key) != new.derived.get(key) and key in scene.boxes)
        rects += [scene.box_rect(key).adjusted(0, 0, 0, 20) for key in other]
    rects += _other_chips(old, new)
    if old.names != new.names:
        rects.append(scene.bounds().adjusted(-40, -40, 40, 40))
    if old.step is not new.step or old.lit_rects != new.lit_rects:
        rects += [*old.lit_rects, *new.lit_rects]
    return rects


def _other_chips(old: CanvasFrame, new: CanvasFrame) -> list[QRectF]:
    """Where something else stands on a wire than before, while something stands on all of them."""
    if not any(chip.rest is not None for each in (old, new) for chip in each.chips[:1]):
        return []
    was, now = ({chip.wire: chip for chip in each.chips} for each in (old, new))
    differing = [chip for a, b in ((was, now), (now, was)) for wire, chip in a.items() if b.get(wire) != chip]
    return [chip.rect.united(QRectF(chip.anchor, chip.anchor)).adjusted(-4, -4, 4, 4) for chip in differing]


def _other_verdicts(old: State | None, new: State | None) -> set[NodeId]:
    """The nodes on which another verdict may stand, though their numbers are the same."""
    from micrograd_gui.session.explain.verdicts import alike_on_nodes  # late: most moments have no check

    if old is not None and new is not None and alike_on_nodes(old, new):
        return set()
    return {row.node for each in (old, new) if each is not None for row in each.checked}
