"""Stepping over blocks: which collapsed block hides a node, and where the step over it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from micrograd_gui.document.block import Block, BlockId
from micrograd_gui.document.graph import Graph, NodeId
from micrograd_gui.session import stepping
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

    It is as far as the run stays in one box and in one pass, and one step anywhere else. What comes of a
    block in several stretches, because others act in between, is as many steps: no moment is passed over
    at which another box acts. At the end of the run it is that end.
    """
    steps = run.steps
    if cursor >= len(steps):
        return len(steps)
    first, end = steps[cursor], next((end for end in run.ends if end > cursor), len(steps))
    box, at = _box(first, boxes), cursor + 1
    while box is not None and at < end and steps[at].kind == first.kind and _box(steps[at], boxes) == box:
        at += 1
    return at


def _box(step: Step, boxes: Mapping[NodeId, BlockId]) -> BlockId | None:
    return None if step.node is None else boxes.get(step.node)


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
    end = end_of_step(here.run, here.cursor, boxes)
    after = stepping.standing_at(state, here._replace(cursor=end))
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


def hiding(state: State) -> Block | None:
    """The block whose box hides the node that acts at this moment; None where none does."""
    step = state.step
    if step is None or step.node is None:
        return None
    box = boxes_of(state.graph).get(step.node)
    return next((each for each in state.graph.blocks if each.id == box), None)
