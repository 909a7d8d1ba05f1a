"""Blocks: looked into, with the way there above the canvas; collapsed and opened; and where new nodes go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QLabel, QWidget

from micrograd.language import N_, tr
from micrograd_gui.document.block import (
    Block,
    BlockId,
    BlockKey,
    Key,
    block_key,
    block_of,
    is_block,
    nodes_of,
)
from micrograd_gui.document.graph import Graph, NodeId, Place
from micrograd_gui.document.node import LARGE
from micrograd_gui.document.text import in_html
from micrograd_gui.figures.geometry import HEIGHT, WIDTH
from micrograd_gui.session.room import aside
from micrograd_gui.views.canvas.host import WidgetHost
from micrograd_gui.views.canvas.scene import Scene

WHOLE = N_("whole graph")
_BETWEEN = " › "


class BlockNavigation:
    """Shows one block alone, and leads in and out. Nothing of that is in the document.

    ``block``: the one that is looked into, or None; ``told(block)`` says so to others. ``bar``: the way
    there, a widget on ``parent``.
    """

    def __init__(
        self, host: WidgetHost, parent: QWidget, told: Callable[[BlockId | None], None] = lambda _block: None
    ) -> None:
        self.host, self._parent, self._told = host, parent, told
        self.block: BlockId | None = None
        self.bar = QLabel(parent)
        self.bar.setObjectName("breadcrumb")
        self.bar.setTextFormat(Qt.TextFormat.RichText)
        self.bar.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar.linkActivated.connect(lambda number: self.go(int(number) or None))
        self.bar.hide()
        self._style_bar()

    # Into a block and out --------------------------------------------------------------------

    def enter(self, block: BlockId) -> None:
        """Show what is in the block, and nothing else."""
        self.go(block)

    def leave(self) -> bool:
        """Back to what the block is in; False where one is outside already."""
        if self.block is None:
            return False
        left = self.block
        parent = next((block.parent for block in self._blocks() if block.id == left), None)
        self.go(parent)
        self.host.attempt(self.host.session.select_block, left)
        return True

    def go(self, block: BlockId | None) -> None:
        """Show that block alone, or (None) the whole graph; fitted."""
        if block == self.block:
            return
        self.host.stop_editing()
        if not self._laid_out(block):
            return
        self.block = block
        self._show_way()
        self.host.look_again()
        if block is not None:
            self.host.session.select(())

    def _laid_out(self, block: BlockId | None) -> bool:
        """Have found out where things lie in it, behind the window where they are many; False: cancelled."""
        host = self.host
        graph, scene = host.session.state.graph, host.graph_scene
        if len(graph) <= LARGE or scene.folding.room is not None:
            return True
        made = host.attempt(aside, host.session, len(graph), lambda: Scene(graph, block).prepare())
        scene.expect(made)
        return made is not None

    def follow(self, graph: Graph) -> bool:
        """Come out of a block that is no more; whether that was so."""
        if self.block is None:
            return False
        there = {block.id for block in graph.blocks}
        if self.block in there and graph.within(self.block):
            self._show_way()
            return False
        self.block = None
        self._show_way()
        return True

    def enter_selected(self) -> bool:
        """Look into the box that is selected."""
        key = self._selected_box()
        if key is not None:
            self.enter(block_of(key))
        return key is not None

    # Collapsing ------------------------------------------------------------------------------

    def toggle(self, block: BlockId) -> None:
        """Collapse the block, or open it, and make room for what it is then."""
        host = self.host
        found = next((each for each in self._blocks() if each.id == block), None)
        if found is None:
            return
        host.freeze_places()
        session = host.session
        scene = host.graph_scene

        def room(graph: Graph) -> dict[NodeId, Place]:
            return make_room(graph, scene, found)

        host.attempt(session.collapse, block, not found.collapsed, room)

    def toggle_selected(self) -> bool:
        """Open the selected box, or collapse the innermost block around what is selected."""
        key = self._selected_box()
        block = self._around_selection() if key is None else block_of(key)
        if block is None:
            return False
        self.toggle(block)
        return True

    def _selected_box(self) -> BlockKey | None:
        chosen = self.host.picture.chosen
        key = next(iter(chosen)) if len(chosen) == 1 else None
        return key if key is not None and is_block(key) else None

    def _around_selection(self) -> BlockId | None:
        """The innermost open block in which all of what is selected is."""
        chosen = self.host.session.state.selection
        if not chosen:
            return None
        for number in self.host.graph_scene.frames:  # inner ones first
            if chosen <= self.host.session.state.graph.within(number):
                return number
        return None

    # The way ---------------------------------------------------------------------------------

    def apply_style(self) -> None:
        """In the look of the canvas."""
        self._style_bar()
        self._show_way()

    def _style_bar(self) -> None:
        theme, look = self.host.look.theme, self.host.look
        self.bar.setFont(look.font(14))
        self.bar.setStyleSheet(
            f"#breadcrumb {{ background: {theme.panel}; color: {theme.text}; padding: 0 12px;"
            f" border-bottom: 1px solid {theme.line}; }}"
        )

    def lay_out(self) -> None:
        """At the top, over the whole breadth."""
        self.bar.setGeometry(0, 0, self._parent.width(), self.height)

    @property
    def height(self) -> int:
        """Of the bar, in pixels; 0 where the whole graph is shown."""
        return self.host.look.px(34) if self.block is not None else 0

    def _show_way(self) -> None:
        self._told(self.block)
        shown = self.way()
        colour = self.host.look.theme.data
        steps = [(0, tr(WHOLE)), *((block.id, block.title) for block in shown)]
        links = [
            f'<a href="{number}" style="color: {colour}; text-decoration: none">{in_html(title)}</a>'
            for number, title in steps[:-1]
        ]
        self.bar.setText(_BETWEEN.join([*links, f"<b>{in_html(steps[-1][1])}</b>"]))
        self.bar.setAccessibleName(tr("Inside: {way}", way=_BETWEEN.join(title for _, title in steps)))
        self.bar.setToolTip(tr("Click to go back there; Shift+Enter or Esc goes one step out."))
        self.host.keep_clear(self.height)
        self.bar.setVisible(self.block is not None)
        self.lay_out()

    def way(self) -> tuple[Block, ...]:
        """The block that is shown and those around it, the outermost first."""
        by_id = {block.id: block for block in self._blocks()}
        found: list[Block] = []
        at = self.block
        while at is not None and at in by_id:
            found.insert(0, by_id[at])
            at = by_id[at].parent
        return tuple(found)

    def _blocks(self) -> tuple[Block, ...]:
        return self.host.session.state.graph.blocks


MARGIN = 24.0
_COMPARED_AT_MOST = 400


def make_room(graph: Graph, scene: Scene, block: Block) -> dict[NodeId, Place]:
    """The places of what moves when the block is opened or collapsed; ``scene`` is of the graph as it is.

    Opening pushes what stands beside the box outwards, where it would be covered; collapsing takes it back,
    unless things would come to lie on each other.
    """
    scene = scene.as_in_document()
    after = Scene(graph.collapsed(block.id, not block.collapsed), scene.folding.within)
    small, large = (
        (scene.boxes.get(block_key(block.id)), after.frames.get(block.id))
        if block.collapsed
        else (after.boxes.get(block_key(block.id)), scene.frames.get(block.id))
    )
    if small is None or large is None:
        return {}
    own = nodes_of(graph.blocks, block.id)
    guests = scene.folding.guests
    others = {
        key: rect
        for key, rect in scene.boxes.items()
        if key not in guests and not own & scene.nodes_of((key,))
    }
    area = large[1].adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    pushed = {key: by for key, rect in others.items() if (by := _push(rect, small, large[1])) != (0.0, 0.0)}
    if block.collapsed:
        if not any(rect.intersects(area) for rect in others.values()):
            return {}
        return _shifted_places(scene, pushed)
    pulled = {
        key: (-by[0], -by[1])
        for key, rect in others.items()
        if (by := _push(rect, large[1], large[1], small)) != (0.0, 0.0)
    }
    return _shifted_places(scene, pulled) if _clear(others, pulled, small) else {}


def _push(rect: QRectF, beside: QRectF, large: QRectF, small: QRectF | None = None) -> Place:
    """How far a thing moves that stands to the right of, left of, below or above."""
    inner = beside if small is None else small
    if rect.left() >= beside.right():
        return large.right() - inner.right(), 0.0
    if rect.right() <= beside.left():
        return large.left() - inner.left(), 0.0
    if rect.top() >= beside.bottom():
        return 0.0, large.bottom() - inner.bottom()
    if rect.bottom() <= beside.top():
        return 0.0, large.top() - inner.top()
    return 0.0, 0.0


def _clear(others: Mapping[Key, QRectF], moves: Mapping[Key, Place], box: QRectF) -> bool:
    """Whether after those moves nothing lies on anything that it did not lie on before."""
    if len(others) > _COMPARED_AT_MOST:
        return False
    after = [(key, rect.translated(*moves.get(key, (0.0, 0.0)))) for key, rect in others.items()]
    if any(rect.intersects(box) for _, rect in after):
        return False
    for at, (key, rect) in enumerate(after):
        for other, each in after[at + 1 :]:
            same_move = moves.get(key) == moves.get(other)
            if not same_move and rect.intersects(each) and not others[key].intersects(others[other]):
                return False
    return True


def _shifted_places(scene: Scene, moves: Mapping[Key, Place]) -> dict[NodeId, Place]:
    places = scene.graph.places
    return {
        number: (places[number][0] + dx, places[number][1] + dy)
        for key, (dx, dy) in moves.items()
        for number in scene.nodes_of((key,))
    }


GAP = 30.0


class Spot(NamedTuple):
    """Where something new is to stand: about a point of the document (None: anywhere), or beside a box.

    ``within`` is the block that is looked into.
    """

    within: BlockId | None
    middle: QPointF | None
    beside: QRectF | None


def spot_on(scene: Scene, middle: QPointF | None, beside: NodeId | None) -> Spot:
    """That point of the scene as a place of the document, or to the right of that node."""
    if middle is not None:
        middle = QPointF(*scene.document_place((middle.x(), middle.y())))
    scene = scene.as_in_document()
    box = None if beside is None or scene.key(beside) is None else scene.box_of(beside)
    return Spot(scene.folding.within, middle, box)


def place_new_nodes(
    graph: Graph, new: Collection[NodeId], places: Mapping[NodeId, Place], spot: Spot
) -> dict[NodeId, Place]:
    """The new nodes' places moved as one to that spot, clear of all others."""
    there = Scene(graph.moved(places), spot.within)
    keys, own = there.folding.keys(new), frozenset(new)
    area = QRectF()
    for key in keys:
        area = area.united(there.boxes[key])
    for block, rect in there.frames.values():
        if graph.within(block.id) <= own:
            area = area.united(rect)
    wanted = QRectF(area)
    if spot.beside is not None:
        wanted.moveLeft(spot.beside.right() + 96)
        wanted.moveTop(spot.beside.center().y() - area.height() / 2)
    elif spot.middle is not None:
        wanted.moveCenter(spot.middle)
    left, right = wanted.left() - GAP, wanted.right() + GAP
    others = [
        rect
        for key, rect in there.boxes.items()
        if key not in keys and key not in there.folding.guests and rect.right() > left and rect.left() < right
    ]
    while True:
        covered = [rect for rect in others if rect.intersects(wanted.adjusted(-GAP, -GAP, GAP, GAP))]
        if not covered:
            break
        wanted.moveTop(max(rect.bottom() for rect in covered) + 2 * GAP)
        others = [rect for rect in others if rect.bottom() > wanted.top() - GAP]
    dx, dy = wanted.left() - area.left(), wanted.top() - area.top()
    return {number: (places[number][0] + dx, places[number][1] + dy) for number in new if number in places}


def keep_middle(graph: Graph, places: Mapping[NodeId, Place]) -> dict[NodeId, Place]:
    """Those places, moved as one so that their middle stays where it was."""
    before = _middle([graph.places[number] for number in places])
    after = _middle(list(places.values()))
    dx, dy = before[0] - after[0], before[1] - after[1]
    return {number: (x + dx, y + dy) for number, (x, y) in places.items()}


def _middle(places: list[Place]) -> Place:
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs) + WIDTH) / 2, (min(ys) + max(ys) + HEIGHT) / 2
