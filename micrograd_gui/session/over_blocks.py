"""Stepping over blocks: which collapsed block hides a node, and where the step over it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session import stepping
from micrograd_gui.session.choosing import pass_from, reordered
from micrograd_gui.session.state import Over, State
from micrograd_gui.session.stepping import Position
from micrograd_gui.session.trace import Run, Step


def boxes_of(graph: Graph, within: BlockId | None = None) -> dict[NodeId, BlockId]:
    """For each node that is hidden, the block whose box hides it: the outermost that is collapsed.

    The block ``within`` is looked into, so that it hides nothing.
    """
    shut: dict[BlockId | None, BlockId] = {}
    boxes: dict[NodeId, BlockId] = {}
    for block in graph.blocks:  # each stands after the one it is in
        if block.id == within:
            continue
        if block.parent in shut:
            shut[block.id] = shut[block.parent]
        elif block.collapsed:
            shut[block.id] = block.id
        if block.id in shut:
            boxes.update(dict.fromkeys(block.members, shut[block.id]))
    return boxes


def end_of_step(run: Run, cursor: int, boxes: Mapping[NodeId, BlockId]) -> int:
    """Where the step over ends that begins at that moment.

    It is as far as the run stays in one box and in one pass, and one step anywhere else: no moment is passed
    over at which another box acts. At the end of the run it is that end.
    """
    steps = run.steps
    if cursor >= len(steps):
        return len(steps)
    first, end = steps[cursor], next((end for end in run.ends if end > cursor), len(steps))
    box, at = _box(first, boxes), cursor + 1
    while box is not None and at < end and steps[at].kind == first.kind and _box(steps[at], boxes) == box:
        at += 1
    return at


def ends_of_steps(run: Run, boxes: Mapping[NodeId, BlockId]) -> tuple[int, ...]:
    """The moments at which one stands, stepping over from the first to the last."""
    ends: list[int] = []
    kinds, nodes = (map(attrgetter(name), run.steps) for name in ("kind", "node"))
    for (_, box), steps in groupby(zip(kinds, map(boxes.get, nodes), strict=True)):
        begin = ends[-1] if ends else 0
        end = begin + sum(map(bool, steps))
        within = (at for at in run.ends if begin < at < end)  # a box of two passes in turn
        ends += range(begin + 1, end + 1) if box is None else [*within, end]
    return tuple(ends)


def _box(step: Step, boxes: Mapping[NodeId, BlockId]) -> BlockId | None:
    return None if step.node is None else boxes.get(step.node)


def box_by_box(graph: Graph, here: Position, boxes: Mapping[NodeId, BlockId]) -> Position:
    """The same moment of a run in which every box acts as a whole from here on, where that can be.

    A box acts once all outside that it needs has acted, and what the engine would let act in between comes
    before or after it. Where boxes need each other, and where the pass ends at a problem, nothing changes.
    """
    _, on = pass_from(here)
    kinds = {step.kind for step in on.after} - {"rows"}
    if not boxes or len(kinds) != 1 or not kinds <= {"forward", "backward"}:
        return here
    if here.run.script[on.at].steps is not None:
        return here
    left = [step.node for step in on.after if step.node is not None and step.kind != "rows"]
    wanted = _grouped(graph, left, boxes, backward="backward" in kinds)
    if wanted is None or wanted == left:
        return here
    return reordered(graph, here, on.at, (*on.acted, *wanted))


def _grouped(
    graph: Graph, left: Sequence[NodeId], boxes: Mapping[NodeId, BlockId], *, backward: bool
) -> list[NodeId] | None:
    """Those nodes, each box's together, all after what they need; None where boxes need each other.

    What comes first is, of all that may, what came first before.
    """
    groups: dict[NodeId, list[NodeId]] = {}  # by the node of it that came first
    first: dict[BlockId, NodeId] = {}
    group: dict[NodeId, NodeId] = {}
    for node in left:
        box = boxes.get(node)
        group[node] = node if box is None else first.setdefault(box, node)
        groups.setdefault(group[node], []).append(node)
    needed_by: dict[NodeId, set[NodeId]] = {key: set() for key in groups}
    waits = dict.fromkeys(groups, 0)
    for node in left:
        users = graph.users[node] if backward else ()
        for each in (user for user, _ in users) if backward else graph.nodes[node].inputs:
            other, own = group.get(each) if each is not None else None, group[node]
            if other is not None and other != own and own not in needed_by[other]:
                needed_by[other].add(own)
                waits[own] += 1
    rank = {key: at for at, key in enumerate(groups)}
    keys = list(groups)
    ready = [rank[key] for key in keys if not waits[key]]
    heapify(ready)
    found: list[NodeId] = []
    while ready:
        key = keys[heappop(ready)]
        found += groups[key]
        for other in needed_by[key]:
            waits[other] -= 1
            if not waits[other]:
                heappush(ready, rank[other])
    return found if len(found) == len(left) else None


def stepped_over(state: State, within: BlockId | None = None) -> State:
    """The State one step over later: what was recorded comes first, then what a pass has to do next.

    Raises Refusal as a forward or a backward step does.
    """
    if state.trace is not None and state.following is not None:
        here = Position(state.trace, state.cursor)
    elif state.forward_done:
        here = stepping.next_backward_move(state)
    else:
        here = stepping.next_forward_move(state)
    boxes = boxes_of(state.graph, within)
    here = box_by_box(state.graph, here, boxes)
    end = end_of_step(here.run, here.cursor, boxes)
    after = stepping.standing_at(state, replace(here, cursor=end))
    box = _box(here.run.steps[here.cursor], boxes) if here.cursor < end else None
    if box is None or end - here.cursor < 2:
        return after
    return replace(after, over=Over(here.cursor, end, box))


class Stretch(NamedTuple):
    """The steps that were run as one, and the block that they are in."""

    block: Block
    steps: tuple[Step, ...]


def stretch_at(state: State) -> Stretch | None:
    """What has been stepped over to get to this moment; None where one came by another way."""
    over, trace = state.over, state.trace
    if over is None or trace is None or state.is_training or over.until != state.cursor:
        return None
    block = next((each for each in state.graph.blocks if each.id == over.block), None)
    steps = trace.steps[over.since : over.until]
    if block is None or not steps or not state.graph.within(block.id).issuperset(s.node for s in steps):
        return None
    return Stretch(block, steps)


def hiding(state: State, within: BlockId | None = None, node: NodeId | None = None) -> Block | None:
    """The block whose box hides the node, or that which acts at this moment; None where none does.

    The block ``within`` is looked into.
    """
    step = state.step
    if node is None and step is not None:
        node = step.node
    if node is None:
        return None
    blocks = {each.id: each for each in state.graph.blocks}
    block = next((each for each in state.graph.blocks if node in each.members), None)
    found: Block | None = None
    while block is not None and block.id != within:  # from the inside out: the outermost that is collapsed
        found = block if block.collapsed else found
        block = None if block.parent is None else blocks[block.parent]
    return found
